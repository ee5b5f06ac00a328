//! An old ledger (台账): a sheet with headings, one visit a row, as messy as people keep it.
//!
//! Each row becomes a [`Visit`] and a list of [`Note`]s that say how it was read: nothing is guessed in silence. What
//! has no place of its own in a visit stands in its remark, word for word.

mod cells;
mod date;
mod map;
mod people;
mod sheet;

use std::collections::BTreeMap;

use calamine::Data;
use chrono::NaiveDateTime;
use intake_model::{Decision, Identity, NumberSource, OtherNumber, Outcome, Question, Stated, Visit, identity, name};
use serde::Serialize;

pub use map::Map;

/// Why a file is no ledger that this map can read. Chinese, for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No xlsx file.
    #[error("这个文件读不成 Excel 表格：{0}。")]
    File(String),
    /// Over 64 MiB, 512 MiB unfolded, 200 000 rows or 512 columns.
    #[error("文件太大：最多 64 MB、二十万行、512 列。")]
    TooLarge,
    /// No sheet of the map's name.
    #[error("没有名为“{0}”的工作表。")]
    NoSheet(String),
    /// No row has the map's heading.
    #[error("没有找到表头：没有一行写着“{0}”。")]
    NoHeader(String),
    /// A heading that the map names stands twice.
    #[error("表头里有两列都叫“{0}”，不知道用哪一列。")]
    TwoColumns(String),
    /// A heading that the map names is not in the header row.
    #[error("表头里没有“{0}”这一列。")]
    NoColumn(String),
}

/// How something in a row was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// The date is none; its text stands in the remark.
    DateUnreadable,
    /// There is no date: the day of the import would count.
    DateMissing,
    /// An earlier row of the file has the same number.
    NumberTwice,
    /// A date without a year took the map's.
    YearFromMap,
    /// A sum of people that is none; 1 was taken, the text stands in the remark.
    HeadcountUnreadable,
    /// Several names stood in one cell: the first is the visitor, the others came along or represent.
    NamesSplit,
    /// A bracket behind a name was read: who represents, for whom somebody speaks; else it stands in the remark.
    BracketRead,
    /// A space inside a Chinese name was taken for layout.
    SpaceRemoved,
    /// Taken for an organisation, by its name.
    Organisation,
    /// Which paper it is was told from the form of its number.
    PaperByForm,
    /// 匿名: taken as 不愿提供.
    Anonymous,
    /// The address points to another row (同上); it stands as written.
    AddressElsewhere,
    /// The map has no code for this category; its text stands in the remark.
    CategoryUnmapped,
    /// The map has no outcome for this text; it stands in the remark only.
    OutcomeUnmapped,
}

impl Note {
    /// Whether somebody should have looked before the row is taken.
    pub const fn needs_a_look(self) -> bool {
        matches!(self, Self::DateUnreadable | Self::DateMissing | Self::NumberTwice | Self::HeadcountUnreadable)
    }

    /// The sentence for people.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::DateUnreadable => "日期读不懂，原文记在备注里。",
            Self::DateMissing => "没有日期：会按导入的这一天起算。",
            Self::NumberTwice => "前面有一行用了同一个序号，请核对是不是同一件。",
            Self::YearFromMap => "日期没有写年份，按对照表的年份。",
            Self::HeadcountUnreadable => "人数读不懂，按1人，原文记在备注里。",
            Self::NamesSplit => "一格里有几个人：第一个算来访人，其余记在人员里。",
            Self::BracketRead => "姓名后的括号已读出，读不出的记在备注里。",
            Self::SpaceRemoved => "去掉了姓名中间的空格。",
            Self::Organisation => "按名称认作单位。",
            Self::PaperByForm => "证件种类按号码的样子认定。",
            Self::Anonymous => "匿名，记为不愿提供。",
            Self::AddressElsewhere => "住址写的是“同上”，照原文记。",
            Self::CategoryUnmapped => "类别在对照表里没有代码，原文记在备注里。",
            Self::OutcomeUnmapped => "处理情况在对照表里没有对应的结果，只记在备注里。",
        }
    }
}

/// One row with a person or a matter in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number in the sheet, as Excel shows it.
    pub row: usize,
    /// What the same row of the same ledger is known by: the ledger's id, the sheet, and its own number for the matter;
    /// where it has none, what it says.
    pub key: String,
    /// What it says; `None` where it names neither a person nor a matter.
    pub visit: Option<Visit>,
    /// How it was read.
    pub notes: Vec<Note>,
}

/// Reads the ledger's rows below its header, in order. Rows without anything in them are passed over.
///
/// # Errors
/// [`Error`]: the file, the sheet, the header or a column is not there.
pub fn read(file: Vec<u8>, map: &Map) -> Result<Vec<Row>, Error> {
    let (sheet, rows) = sheet::read(file, map.sheet.as_deref())?;
    let has_heading = |cells: &[Data]| cells.iter().any(|cell| cells::text(cell) == map.header);
    let mut rows = rows.into_iter();
    let (_, header) = rows.find(|(_, cells)| has_heading(cells)).ok_or_else(|| Error::NoHeader(map.header.clone()))?;
    let columns = Columns::find(&header, map)?;
    let mut read: Vec<Row> = rows.filter_map(|(row, cells)| columns.row(row, &cells, &sheet, map)).collect();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for row in &mut read {
        let times = seen.entry(row.key.clone()).or_default();
        *times += 1;
        if *times > 1 {
            row.key = keyed([&row.key, &times.to_string()]);
            row.notes.push(Note::NumberTwice);
            row.notes.sort_unstable();
        }
    }
    Ok(read)
}

/// Parts of a key that cannot run into one another.
fn keyed<const N: usize>(parts: [&str; N]) -> String {
    parts.join("\u{1f}")
}

/// Where each field of the map stands, and what stands in columns that it does not name.
struct Columns {
    places: Vec<(map::Field, usize)>,
    others: Vec<(String, usize)>,
}

impl Columns {
    fn find(header: &[Data], map: &Map) -> Result<Self, Error> {
        let headings: Vec<String> = header.iter().map(cells::text).collect();
        let mut places = Vec::new();
        for (field, heading) in map.columns() {
            let mut fitting = headings.iter().enumerate().filter(|(_, one)| *one == heading).map(|(place, _)| place);
            match (fitting.next(), fitting.next()) {
                (Some(place), None) => places.push((field, place)),
                (None, _) => return Err(Error::NoColumn(heading.to_owned())),
                (Some(_), Some(_)) => return Err(Error::TwoColumns(heading.to_owned())),
            }
        }
        let named = |place: &usize| places.iter().any(|(_, known)| known == place);
        let others = headings.into_iter().enumerate().filter(|(place, _)| !named(place));
        Ok(Self { others: others.map(|(place, heading)| (heading, place)).collect(), places })
    }

    fn row(&self, row: usize, cells: &[Data], sheet: &str, map: &Map) -> Option<Row> {
        let cell = |field| {
            let place = self.places.iter().find(|(known, _)| *known == field).map(|(_, place)| *place);
            place.and_then(|place| cells.get(place)).unwrap_or(&Data::Empty)
        };
        let text = |field| cells::text(cell(field));
        if cells.iter().all(|cell| cells::text(cell).is_empty()) {
            return None;
        }
        let (names, demand, phone) = (text(map::Field::Name), text(map::Field::Demand), text(map::Field::Phone));
        let (paper, address) = (text(map::Field::Identity), text(map::Field::Address));
        let own = text(map::Field::Number);
        let key = if own.is_empty() {
            let said: Vec<String> = cells.iter().map(cells::text).collect();
            keyed([&map.id, sheet, "text", &digest(&said.join("\u{1f}"))])
        } else {
            keyed([&map.id, sheet, "number", &own])
        };
        if [&names, &demand, &phone, &paper, &address].into_iter().all(String::is_empty) {
            return Some(Row { row, key, visit: None, notes: Vec::new() });
        }
        let mut reading = Reading::default();
        reading.received(cell(map::Field::Received), map);
        reading.headcount(cell(map::Field::Headcount));
        reading.names(&names);
        reading.paper(&paper);
        reading.address(&address);
        reading.category(&text(map::Field::Content), map);
        reading.outcome(&text(map::Field::Outcome), map);
        reading.remember("接待人", &text(map::Field::Clerk));
        for (heading, place) in &self.others {
            reading.remember(heading, &cells.get(*place).map(cells::text).unwrap_or_default());
        }
        let Reading { mut visit, mut notes, remarks } = reading;
        visit.phone = Some(phone).filter(|phone| !phone.is_empty());
        visit.demand = demand;
        visit.complained_of = text(map::Field::ComplainedOf);
        if !own.is_empty() {
            visit.other_numbers.push(OtherNumber { source: NumberSource::Ledger, number: own });
        }
        visit.remark = remarks.join("；");
        notes.sort_unstable();
        notes.dedup();
        Some(Row { row, key, visit: Some(visit), notes })
    }
}

/// A short name for what a row says.
fn digest(said: &str) -> String {
    use sha2::{Digest as _, Sha256};
    use std::fmt::Write as _;
    Sha256::digest(said.as_bytes()).iter().take(12).fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// A row while it is read.
#[derive(Default)]
struct Reading {
    visit: Visit,
    notes: Vec<Note>,
    remarks: Vec<String>,
}

impl Reading {
    /// Keeps the ledger's own words where a visit has no place for them.
    fn remember(&mut self, what: &str, text: &str) {
        if !text.is_empty() {
            self.remarks.push(format!("台账{what}：{text}"));
        }
    }

    fn received(&mut self, cell: &Data, map: &Map) {
        let (read, year_from_map): (Option<NaiveDateTime>, bool) = date::read(cell, map.year);
        if year_from_map && read.is_some() {
            self.notes.push(Note::YearFromMap);
        }
        if read.is_none() {
            let text = cells::text(cell);
            self.notes.push(if text.is_empty() { Note::DateMissing } else { Note::DateUnreadable });
            self.remember("日期", &text);
        }
        self.visit.received_at = read;
    }

    fn headcount(&mut self, cell: &Data) {
        let text = cells::text(cell);
        match text.trim_end_matches('人').trim().parse::<u32>() {
            Ok(count) if count > 0 => self.visit.headcount = count,
            _ if text.is_empty() => {}
            _ => {
                self.notes.push(Note::HeadcountUnreadable);
                self.remember("人数", &text);
            }
        }
    }

    fn names(&mut self, text: &str) {
        let read = people::read(text, self.visit.headcount);
        self.visit.party = read.party;
        self.visit.name = read.name;
        self.visit.people = read.people;
        self.notes.extend(read.notes);
        for words in read.left {
            self.remember("姓名后注", &words);
        }
    }

    fn paper(&mut self, text: &str) {
        let number = name::plain_number(text);
        if number.is_empty() {
            return;
        }
        self.notes.push(Note::PaperByForm);
        self.visit.identity = Some(Identity { paper: identity::paper_by_form(&number), number, nationality: None });
    }

    fn address(&mut self, text: &str) {
        if text.starts_with("同上") {
            self.notes.push(Note::AddressElsewhere);
        }
        self.visit.address = if text.is_empty() { Stated::Unknown } else { Stated::Stated(text.to_owned()) };
    }

    fn category(&mut self, text: &str, map: &Map) {
        if text.is_empty() {
            return;
        }
        self.visit.content = map.content(text);
        self.visit.dispute = map.dispute(text);
        if let Some(class) = map.class.get(text) {
            self.visit.routing = Some(Question { class: *class, ..Question::default() });
        }
        if self.visit.content.is_none() && self.visit.dispute.is_none() && self.visit.routing.is_none() {
            self.notes.push(Note::CategoryUnmapped);
        }
        self.remember("类别", text);
    }

    fn outcome(&mut self, text: &str, map: &Map) {
        if text.is_empty() {
            return;
        }
        let outcome: Option<Outcome> = map.outcome(text);
        match outcome {
            Some(outcome) => {
                let because = "旧台账所记".to_owned();
                self.visit.decision = Some(Decision { outcome, because, ..Decision::default() });
            }
            None => self.notes.push(Note::OutcomeUnmapped),
        }
        self.remember("处理情况", text);
    }
}
