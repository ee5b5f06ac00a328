//! One worded paper with its values in place: what the template `assets/paper/notice.typ` draws.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use intake_model::{Ground, Profile};
use serde::Deserialize;
use typst::foundations::{Array, Dict, IntoValue, Value};

use crate::papers::Texts;
use crate::record::RecordWords;
use crate::slip::Content;
use crate::values::{self, Values};
use crate::wording::{Closing, Kept, PaperText, Part, Style};
use crate::words::fill;
use crate::{ClosingSheet, DayReport, Form, Notice, Result};

/// Words that every paper shares, as they stand in `assets/paper/common.json`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Common {
    pub(crate) practice: String,
    pub(crate) void: String,
    pub(crate) copy: String,
    pub(crate) copy_at: String,
    pub(crate) page: String,
    pub(crate) seal: String,
    pub(crate) kept: String,
    pub(crate) kept_sign: Vec<String>,
    pub(crate) tear_off: String,
    /// Where something is still to be written by hand.
    pub(crate) open: String,
    pub(crate) open_day: String,
}

impl Common {
    pub(crate) fn load() -> Result<Self> {
        Ok(serde_json::from_str(include_str!("../../../assets/paper/common.json"))?)
    }
}

/// A part that is drawn.
enum Block {
    Line(String),
    Text(String),
    Heading(String),
    Note(String),
    Items(Vec<String>),
    Checks(Vec<(bool, String)>),
    Rows { widths: Vec<f64>, rows: Vec<Boxes> },
    Table { widths: Vec<f64>, head: Vec<String>, rows: Vec<Vec<String>> },
    Sign(Vec<String>),
}

/// One row of boxes: the lines of each, and how high it is at least.
struct Boxes {
    cells: Vec<Vec<String>>,
    tall: f64,
}

/// Every text of one paper, before it is known which characters can be drawn.
pub(crate) struct Sheet {
    form: bool,
    title: String,
    office: String,
    number: String,
    date: String,
    closing: bool,
    blocks: Vec<Block>,
    kept: bool,
    kept_sign: Vec<String>,
    marks: Vec<String>,
    practice: Option<String>,
    void: Option<String>,
    common: [String; 4],
    slip: Option<Content>,
}

/// What a sheet says of itself beside its words.
struct Copy {
    count: u32,
    printed_at: Option<NaiveDateTime>,
    practice: bool,
    void: bool,
}

/// Puts a wording and its values together.
struct Writer<'w> {
    values: &'w Values,
    common: &'w Common,
    wording: &'w BTreeMap<String, String>,
}

impl Sheet {
    pub(crate) fn of_notice(notice: &Notice, text: &PaperText, common: &Common, words: &RecordWords) -> Self {
        let values = Values::of_notice(notice, words);
        let copy = Copy {
            count: notice.copy,
            printed_at: Some(notice.printed_at),
            practice: notice.practice,
            void: notice.void,
        };
        let writer = Writer { values: &values, common, wording: &notice.wording };
        let mut sheet = writer.sheet(text, &copy);
        sheet.kept = match text.kept {
            Kept::Never => false,
            Kept::Signed => notice.signed_on_copy,
            Kept::Always => true,
        };
        if !notice.signed_on_copy {
            sheet.kept_sign = Vec::new();
        }
        sheet
    }

    pub(crate) fn of_form(form: &Form, text: &PaperText, common: &Common, words: &RecordWords, slip: Content) -> Self {
        let values = Values::of_form(form, words);
        let (count, practice) = (form.slip.copy, form.slip.practice);
        let copy = Copy { count, printed_at: Some(form.printed_at), practice, void: form.void };
        let mut sheet = Writer { values: &values, common, wording: &form.wording }.sheet(text, &copy);
        sheet.slip = Some(slip);
        sheet
    }

    pub(crate) fn of_day(report: &DayReport, text: &PaperText, common: &Common, words: &RecordWords) -> Self {
        let values = Values::of_day(report, words);
        let copy = Copy { count: 1, printed_at: None, practice: report.practice, void: false };
        Writer { values: &values, common, wording: &BTreeMap::new() }.sheet(text, &copy)
    }

    pub(crate) fn of_closing(closed: &ClosingSheet, text: &PaperText, common: &Common) -> Self {
        let values = Values::of_closing(closed);
        let (count, printed_at) = (closed.copy, Some(closed.printed_at));
        let copy = Copy { count, printed_at, practice: closed.practice, void: false };
        Writer { values: &values, common, wording: &BTreeMap::new() }.sheet(text, &copy)
    }

    /// A blank: the wording with nothing told.
    pub(crate) fn blank(text: &PaperText, common: &Common, words: &RecordWords) -> Self {
        let copy = Copy { count: 1, printed_at: None, practice: false, void: false };
        Writer { values: &Values::blank(words), common, wording: &BTreeMap::new() }.sheet(text, &copy)
    }

    /// One sheet with everything that a layout has a place for.
    pub(crate) fn sample<'t>(texts: impl Iterator<Item = &'t PaperText>, common: &Common, slip: Content) -> Self {
        let copy = Copy { count: 2, printed_at: None, practice: true, void: true };
        let (values, wording) = (Values::default(), BTreeMap::new());
        let writer = Writer { values: &values, common, wording: &wording };
        let mut sheet = writer.sheet(&PaperText::default(), &copy);
        for text in texts {
            sheet.blocks.extend(writer.sheet(text, &copy).blocks);
        }
        Self { kept: true, slip: Some(slip), ..sheet }
    }

    /// The values for the template, with the faces to draw them in. Strings only, never content: Typst does not read
    /// markup in them.
    ///
    /// `numbered` where some copy is known to be longer than a page: asking Typst for page numbers lays all out again.
    pub(crate) fn inputs(&self, faces: Dict, numbered: bool) -> Dict {
        let mut inputs = Dict::new();
        let mut put = |key: &str, value: Value| {
            inputs.insert(key.into(), value);
        };
        put("form", self.form.into_value());
        put("title", string(&self.title));
        put("office", string(&self.office));
        put("number", string(&self.number));
        put("date", string(&self.date));
        put("closing", self.closing.into_value());
        put("blocks", self.blocks.iter().map(Block::value).collect::<Array>().into_value());
        put("kept", self.kept.into_value());
        put("numbered", numbered.into_value());
        put("kept_sign", strings(&self.kept_sign));
        put("marks", strings(&self.marks));
        put("practice", optional(self.practice.as_ref()));
        put("void", optional(self.void.as_ref()));
        for (key, text) in ["page", "seal_words", "kept_words", "tear_off"].iter().zip(&self.common) {
            put(key, string(text));
        }
        put("slip", self.slip.as_ref().map_or(Value::None, |slip| slip.inputs(&Dict::new(), 1).into_value()));
        put("faces", faces.into_value());
        inputs
    }
}

impl Sheet {
    /// How many pages it has where no copy of it is longer than one.
    pub(crate) fn copies(&self) -> usize {
        1 + usize::from(self.kept)
    }
}

impl Texts for Sheet {
    fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let own = [&mut self.title, &mut self.office, &mut self.number, &mut self.date];
        own.into_iter()
            .chain(self.blocks.iter_mut().flat_map(Block::texts_mut))
            .chain(&mut self.kept_sign)
            .chain(&mut self.marks)
            .chain(&mut self.practice)
            .chain(&mut self.void)
            .chain(&mut self.common)
            .chain(self.slip.iter_mut().flat_map(Content::texts_mut))
    }
}

impl Writer<'_> {
    fn sheet(&self, text: &PaperText, copy: &Copy) -> Sheet {
        let common = self.common;
        let mut marks = Vec::new();
        if copy.count > 1 {
            let count = copy.count.to_string();
            marks.push(match copy.printed_at {
                Some(at) => fill(&common.copy_at, &[("copy", &count), ("time", &values::minute(at))]),
                None => fill(&common.copy, &[("copy", &count)]),
            });
        }
        Sheet {
            form: text.style == Style::Form,
            title: self.sentence(&text.title),
            office: self.values.text("office").to_owned(),
            number: self.values.text("document").to_owned(),
            // On a blank the day is written by hand, below the office and beside its seal.
            date: fill_values("{issued_date}", self.values, |_| self.common.open_day.clone()),
            closing: text.closing == Closing::Seal,
            blocks: text.body.iter().filter(|part| self.stands(part)).flat_map(|part| self.blocks(part)).collect(),
            kept: false,
            kept_sign: common.kept_sign.clone(),
            marks,
            practice: copy.practice.then(|| common.practice.clone()),
            void: copy.void.then(|| common.void.clone()),
            common: [common.page.clone(), common.seal.clone(), common.kept.clone(), common.tear_off.clone()],
            slip: None,
        }
    }

    fn stands(&self, part: &Part) -> bool {
        part.when.as_ref().is_none_or(|name| self.values.says(name))
            && part.unless.as_ref().is_none_or(|name| !self.values.says(name))
    }

    fn blocks(&self, part: &Part) -> Vec<Block> {
        let mut blocks = Vec::new();
        let paragraphs = |text: &Option<String>, block: fn(String) -> Block| {
            text.iter().flat_map(|text| lines(&self.sentence(text))).map(block).collect::<Vec<_>>()
        };
        blocks.extend(paragraphs(&part.line, Block::Line));
        blocks.extend(paragraphs(&part.text, Block::Text));
        blocks.extend(paragraphs(&part.heading, Block::Heading));
        blocks.extend(paragraphs(&part.note, Block::Note));
        if let Some(list) = &part.items {
            let told = self.values.list(list).iter().filter_map(|row| row.first().cloned()).collect::<Vec<_>>();
            // With nothing told there is room for three by hand.
            let open = || vec![self.common.open.repeat(4); 3];
            blocks.push(Block::Items(if told.is_empty() { open() } else { told }));
        }
        if let Some(checks) = &part.checks {
            let tick = |text: &String| (self.values.ticks(text), self.sentence(text));
            blocks.push(Block::Checks(checks.iter().map(tick).collect()));
        }
        if part.grounds == Some(true) {
            blocks.push(Block::Checks(self.grounds()));
        }
        if let Some(rows) = &part.rows {
            let filled = |cell: &String| lines(&fill_values(cell, self.values, |_| String::new()));
            let boxes =
                |row: &crate::wording::Row| Boxes { cells: row.cells.iter().map(filled).collect(), tall: row.tall };
            let stands = |row: &&crate::wording::Row| row.when.as_ref().is_none_or(|name| self.values.says(name));
            let rows = rows.iter().filter(stands).map(boxes).collect();
            blocks.push(Block::Rows { widths: part.widths.clone(), rows });
        }
        if let Some(list) = &part.list {
            let columns = part.head.len();
            let cut = |row: &Vec<String>| row.iter().take(columns).cloned().collect();
            let rows = self.values.list(list).iter().map(cut).collect();
            blocks.push(Block::Table { widths: part.widths.clone(), head: part.head.clone(), rows });
        }
        if let Some(sign) = &part.sign {
            blocks.push(Block::Sign(sign.iter().map(|line| self.sentence(line)).collect()));
        }
        blocks
    }

    /// The grounds of Art. 31 and 23, the one that applies ticked.
    fn grounds(&self) -> Vec<(bool, String)> {
        let doors_of_others = |ground: &&Ground| **ground != Ground::Mediation;
        let text = |ground: &Ground| match ground.article() {
            "" => ground.label().to_owned(),
            article => format!("{}（{article}）", ground.label()),
        };
        let all = Ground::ALL.iter().filter(doors_of_others);
        all.map(|ground| (self.values.ground == Some(*ground), text(ground))).collect()
    }

    /// A sentence of the wording: first what the region words anew, then the values. What nobody told is left open for
    /// the pen.
    fn sentence(&self, text: &str) -> String {
        let regional: Vec<(&str, &str)> = Profile::national()
            .wording
            .iter()
            .map(|(key, usual)| (key.as_str(), self.wording.get(key).unwrap_or(usual).as_str()))
            .collect();
        let worded = fill(text, &regional);
        fill_values(&worded, self.values, |key| {
            let is_day = key == "limit" || key.ends_with("_date") || key == "date";
            if is_day { self.common.open_day.clone() } else { self.common.open.clone() }
        })
    }
}

/// A sentence with its values in place; an empty one becomes what `open` says.
fn fill_values(text: &str, values: &Values, open: impl Fn(&str) -> String) -> String {
    let keys: Vec<&str> = crate::wording::placeholders(text).collect();
    let told: Vec<String> = keys
        .iter()
        .map(|key| match values.text(key) {
            "" => open(key),
            told => told.to_owned(),
        })
        .collect();
    let pairs: Vec<(&str, &str)> = keys.into_iter().zip(told.iter().map(String::as_str)).collect();
    fill(text, &pairs)
}

/// The lines of a text, each a paragraph of its own.
fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim_end).filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
}

impl Block {
    fn texts_mut(&mut self) -> Vec<&mut String> {
        match self {
            Self::Line(text) | Self::Text(text) | Self::Heading(text) | Self::Note(text) => vec![text],
            Self::Items(texts) | Self::Sign(texts) => texts.iter_mut().collect(),
            Self::Checks(checks) => checks.iter_mut().map(|(_, text)| text).collect(),
            Self::Rows { rows, .. } => rows.iter_mut().flat_map(|row| row.cells.iter_mut().flatten()).collect(),
            Self::Table { head, rows, .. } => head.iter_mut().chain(rows.iter_mut().flatten()).collect(),
        }
    }

    fn value(&self) -> Value {
        let told = |kind: &str, key: &str, value: Value| {
            let pairs = [("kind".into(), kind.into_value()), (key.into(), value)];
            pairs.into_iter().collect::<Dict>()
        };
        let wide = |widths: &[f64]| widths.iter().map(|width| width.into_value()).collect::<Array>().into_value();
        let block = match self {
            Self::Line(text) => told("line", "text", pieces(text)),
            Self::Text(text) => told("text", "text", pieces(text)),
            Self::Heading(text) => told("heading", "text", string(text)),
            Self::Note(text) => told("note", "text", string(text)),
            Self::Items(items) => told("items", "items", strings(items)),
            Self::Sign(lines) => told("sign", "lines", strings(lines)),
            Self::Checks(checks) => {
                let pair = |(ticked, text): &(bool, String)| {
                    [ticked.into_value(), string(text)].into_iter().collect::<Array>().into_value()
                };
                told("checks", "checks", checks.iter().map(pair).collect::<Array>().into_value())
            }
            Self::Rows { widths, rows } => {
                let row = |row: &Boxes| {
                    let cells = row.cells.iter().map(|lines| strings(lines)).collect::<Array>().into_value();
                    let mut dict = told("row", "cells", cells);
                    dict.insert("tall".into(), row.tall.into_value());
                    dict.into_value()
                };
                let mut block = told("rows", "rows", rows.iter().map(row).collect::<Array>().into_value());
                block.insert("widths".into(), wide(widths));
                block
            }
            Self::Table { widths, head, rows } => {
                let row = |row: &Vec<String>| row.iter().map(|text| pieces(text)).collect::<Array>().into_value();
                let rows = rows.iter().map(row).collect::<Array>().into_value();
                let mut block = told("table", "rows", rows);
                block.insert("head".into(), strings(head));
                block.insert("widths".into(), wide(widths));
                block
            }
        };
        block.into_value()
    }
}

/// A text, cut where its line may end within a registration number: behind each hyphen of one. Kept whole it would pull its
/// line apart.
fn pieces(text: &str) -> Value {
    let is_of_number = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let (mut pieces, mut from) = (Vec::new(), 0);
    let ends = |c: char| !is_of_number(c);
    let mut start = 0;
    for word in text.split_inclusive(ends) {
        let number = word.trim_end_matches(ends);
        if is_number(number) {
            let cuts = number.match_indices('-').map(|(at, _)| start + at + 1);
            for cut in cuts {
                pieces.extend(text.get(from..cut));
                from = cut;
            }
        }
        start += word.len();
    }
    pieces.extend(text.get(from..));
    pieces.into_iter().map(string).collect::<Array>().into_value()
}

/// A centre's nine digits, and three more parts at least.
fn is_number(word: &str) -> bool {
    let mut parts = word.split('-');
    let centre = parts.next().unwrap_or_default();
    centre.len() == 9 && centre.bytes().all(|digit| digit.is_ascii_digit()) && parts.count() >= 3
}

fn string(text: &str) -> Value {
    text.into_value()
}

fn strings(texts: &[String]) -> Value {
    texts.iter().map(|text| text.as_str().into_value()).collect::<Array>().into_value()
}

fn optional(text: Option<&String>) -> Value {
    text.map_or(Value::None, |text| text.as_str().into_value())
}
