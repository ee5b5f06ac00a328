//! An old ledger (台账): a sheet with headings, one visit a row, as messy as people keep it.
//!
//! Each row becomes a [`Visit`] and a list of [`Note`]s that say how it was read: nothing is guessed in silence. What
//! has no place of its own in a visit stands in its remark, word for word.

mod cells;
mod date;
mod map;
mod people;

use std::io::Cursor;

use calamine::{Data, Reader as _};
use chrono::NaiveDateTime;
use intake_model::{Decision, Identity, NumberSource, OtherNumber, Outcome, Question, Stated, Visit, identity, name};
use serde::Serialize;

pub use map::Map;

/// The largest file that is opened: a ledger of a hundred thousand rows has about 10 MiB.
pub const MOST_BYTES: usize = 64 << 20;

/// Why a file is no ledger that this map can read. Chinese, for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not Excel.
    #[error("这个文件读不成 Excel 表格：{0}。")]
    File(String),
    /// Larger than [`MOST_BYTES`].
    #[error("文件太大，超过 64 MB。")]
    TooLarge,
    /// No sheet of the map's name.
    #[error("没有名为“{0}”的工作表。")]
    NoSheet(String),
    /// No row has the map's heading.
    #[error("没有找到表头：没有一行写着“{0}”。")]
    NoHeader(String),
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
        matches!(self, Self::DateUnreadable | Self::HeadcountUnreadable)
    }

    /// The sentence for people.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::DateUnreadable => "日期读不懂，原文记在备注里。",
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
    /// What the same row of the same ledger is known by: the ledger's id and its own number for the matter, or the row.
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
    if file.len() > MOST_BYTES {
        return Err(Error::TooLarge);
    }
    let unreadable = |error: calamine::Error| Error::File(error.to_string());
    let mut book = calamine::open_workbook_auto_from_rs(Cursor::new(file)).map_err(unreadable)?;
    let sheet = match &map.sheet {
        Some(sheet) => sheet.clone(),
        None => book.sheet_names().first().cloned().unwrap_or_default(),
    };
    if !book.sheet_names().contains(&sheet) {
        return Err(Error::NoSheet(sheet));
    }
    let range = book.worksheet_range(&sheet).map_err(unreadable)?;
    let first = range.start().map_or(0, |(row, _)| row as usize);
    let mut rows = range.rows().enumerate().map(|(index, cells)| (first + index + 1, cells));
    let has_heading = |cells: &[Data]| cells.iter().any(|cell| cells::text(cell) == map.header);
    let (_, header) = rows.find(|(_, cells)| has_heading(cells)).ok_or_else(|| Error::NoHeader(map.header.clone()))?;
    let columns = Columns::find(header, map)?;
    Ok(rows.filter_map(|(row, cells)| columns.row(row, cells, map)).collect())
}

/// Where each field of the map stands.
struct Columns {
    places: Vec<(map::Field, usize)>,
}

impl Columns {
    fn find(header: &[Data], map: &Map) -> Result<Self, Error> {
        let place = |heading: &str| header.iter().position(|cell| cells::text(cell) == heading);
        let found = map.columns().map(|(field, heading)| match place(heading) {
            Some(place) => Ok((field, place)),
            None => Err(Error::NoColumn(heading.to_owned())),
        });
        Ok(Self { places: found.collect::<Result<_, _>>()? })
    }

    fn row(&self, row: usize, cells: &[Data], map: &Map) -> Option<Row> {
        let cell = |field| {
            let place = self.places.iter().find(|(known, _)| *known == field).map(|(_, place)| *place);
            place.and_then(|place| cells.get(place)).unwrap_or(&Data::Empty)
        };
        let text = |field| cells::text(cell(field));
        if self.places.iter().all(|(_, place)| cells.get(*place).is_none_or(|cell| cells::text(cell).is_empty())) {
            return None;
        }
        let own = text(map::Field::Number);
        let key = if own.is_empty() { format!("{}:row {row}", map.id) } else { format!("{}:{own}", map.id) };
        let (names, demand) = (text(map::Field::Name), text(map::Field::Demand));
        if names.is_empty() && demand.is_empty() {
            return Some(Row { row, key, visit: None, notes: Vec::new() });
        }
        let mut reading = Reading::default();
        reading.received(cell(map::Field::Received), map);
        reading.headcount(cell(map::Field::Headcount));
        reading.names(&names);
        reading.paper(&text(map::Field::Identity));
        reading.address(&text(map::Field::Address));
        reading.category(&text(map::Field::Content), map);
        reading.outcome(&text(map::Field::Outcome), map);
        reading.remember("接待人", &text(map::Field::Clerk));
        let Reading { mut visit, mut notes, remarks } = reading;
        let phone = text(map::Field::Phone);
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
        if read.is_none() && !cells::text(cell).is_empty() {
            self.notes.push(Note::DateUnreadable);
            self.remember("日期", &cells::text(cell));
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
                self.visit.decision = Some(Decision { outcome, door: None, advised: false, because });
            }
            None => self.notes.push(Note::OutcomeUnmapped),
        }
        self.remember("处理情况", text);
    }
}
