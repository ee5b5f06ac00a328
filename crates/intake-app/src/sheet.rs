//! A period as an Excel sheet: one row a registration.
//!
//! Masked it holds no free text: what somebody told names people in ways that no mask finds. Every cell is a string, so
//! that nothing a visitor said is ever a formula.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use intake_model::{Catalogue, Filed, Party, Stated, TableId, Visit, civil_date, civil_time, name};
use intake_store::MatterRecord;
use intake_wire::Record;
use rust_xlsxwriter::{Format, Workbook};

use crate::Result;

/// As many characters as a cell holds.
const CELL: usize = 32_000;

/// One registration of the sheet.
pub(crate) struct Line {
    pub(crate) matter: MatterRecord,
    pub(crate) due: Option<NaiveDate>,
}

/// How much of a person stands in it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    Masked,
    All,
}

struct Words(BTreeMap<String, String>);

impl Words {
    fn says(&self, key: &str) -> &str {
        self.0.get(key).map_or("", String::as_str)
    }
}

/// The columns with their widths; those behind are only for the eyes of whom they are unmasked.
const COLUMNS: [(&str, f64); 19] = [
    ("number", 30.0),
    ("date", 12.0),
    ("time", 9.0),
    ("received", 17.0),
    ("way", 9.0),
    ("party", 9.0),
    ("name", 16.0),
    ("address", 26.0),
    ("phone", 16.0),
    ("identity", 22.0),
    ("headcount", 9.0),
    ("content", 24.0),
    ("dispute", 14.0),
    ("place", 24.0),
    ("class", 14.0),
    ("route", 20.0),
    ("outcome", 12.0),
    ("due", 14.0),
    ("state", 12.0),
];
const FREE_TEXT: [(&str, f64); 4] =
    [("subject", 30.0), ("demand", 60.0), ("complained_of", 24.0), ("void_reason", 20.0)];

/// The sheet's bytes.
pub(crate) fn sheet(lines: &[Line], shown: Shown) -> Result<Vec<u8>> {
    let words = Words(serde_json::from_str(include_str!("../../../assets/text/sheet.zh.json"))?);
    let mut columns = COLUMNS.to_vec();
    if shown == Shown::All {
        columns.extend(FREE_TEXT);
    }
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name(words.says("title"))?;
    sheet.set_freeze_panes(1, 1)?;
    let bold = Format::new().set_bold();
    for (place, (key, width)) in (0_u16..).zip(&columns) {
        sheet.set_column_width(place, *width)?;
        sheet.write_string_with_format(0, place, words.says(key), &bold)?;
    }
    for (row, line) in (1_u32..).zip(lines) {
        let told = cells(line, shown, &words);
        for (place, (key, _)) in (0_u16..).zip(&columns) {
            if let Some(text) = told.get(key).filter(|text| !text.is_empty()) {
                sheet.write_string(row, place, text.chars().take(CELL).collect::<String>())?;
            }
        }
    }
    if let (Some(rows), Some(last)) = (u32::try_from(lines.len()).ok(), u16::try_from(columns.len() - 1).ok()) {
        sheet.autofilter(0, 0, rows, last)?;
    }
    Ok(book.save_to_buffer()?)
}

fn cells(Line { matter, due }: &Line, shown: Shown, words: &Words) -> BTreeMap<&'static str, String> {
    let mut cells =
        BTreeMap::from([("number", matter.number.clone()), ("date", civil_date(matter.registered_ms).to_string())]);
    let visit = match &matter.record {
        Record::Told(told) => &told.visit,
        // Of a sealed matter that it is there, and nothing else.
        Record::Sealed(_) => {
            cells.insert("state", words.says("sealed").to_owned());
            return cells;
        }
        Record::Erased => {
            cells.insert("state", words.says("erased").to_owned());
            return cells;
        }
    };
    let filed = |table, filed: &Option<Filed>| {
        let path = |one: &Filed| Catalogue::known().path(table, one).unwrap_or_else(|| one.code.clone());
        filed.as_ref().map(path).unwrap_or_default()
    };
    let routing = visit.routing.as_ref();
    cells.extend([
        ("time", civil_time(matter.registered_ms).format("%H:%M").to_string()),
        ("received", visit.received_at.map(|at| at.format("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()),
        ("way", visit.way.label().to_owned()),
        ("party", words.says(if visit.party == Party::Person { "person" } else { "organisation" }).to_owned()),
        ("headcount", visit.headcount.to_string()),
        ("content", filed(TableId::ContentCategory, &visit.content)),
        ("dispute", filed(TableId::DisputeType, &visit.dispute)),
        ("place", filed(TableId::Place, &visit.place)),
        ("class", routing.map_or("", |asked| asked.class.label()).to_owned()),
        ("route", routing.and_then(|asked| asked.route).map_or("", |route| route.label()).to_owned()),
        ("outcome", visit.decision.as_ref().map_or("", |made| made.outcome.label()).to_owned()),
        ("due", due.map(|day| day.to_string()).unwrap_or_default()),
        ("state", if matter.void { words.says("void").to_owned() } else { String::new() }),
    ]);
    cells.extend(person(visit, shown));
    if shown == Shown::All {
        cells.extend([
            ("subject", visit.title.clone()),
            ("demand", visit.demand.clone()),
            ("complained_of", visit.complained_of.clone()),
            ("void_reason", matter.void_reason.clone()),
        ]);
    }
    cells
}

/// Who came. An organisation's title and seat are no secret.
fn person(visit: &Visit, shown: Shown) -> [(&'static str, String); 4] {
    let identity = visit.identity.as_ref().map(|one| one.number.clone()).unwrap_or_default();
    let phone = visit.phone.clone().unwrap_or_default();
    let (told, address) = (visit.name.shown().to_owned(), visit.address.shown().to_owned());
    let person = visit.party == Party::Person;
    if shown == Shown::All {
        return [("name", told), ("address", address), ("phone", phone), ("identity", identity)];
    }
    let masked = |stated: &Stated, mask: fn(&str) -> String| match stated.text() {
        Some(text) if person => mask(text),
        _ => stated.shown().to_owned(),
    };
    [
        ("name", masked(&visit.name, name::masked)),
        ("address", masked(&visit.address, masked_address)),
        ("phone", masked_tail(&phone, 4)),
        ("identity", masked_tail(&identity, 2)),
    ]
}

/// The last characters only; of a short text none.
fn masked_tail(text: &str, kept: usize) -> String {
    let length = text.chars().count();
    let kept = if length >= 2 * kept + 2 { kept } else { 0 };
    text.chars().enumerate().map(|(at, c)| if at + kept < length { '*' } else { c }).collect()
}

/// As far as the street or town.
fn masked_address(address: &str) -> String {
    for end in ["街道", "镇", "乡"] {
        if let Some((before, _)) = address.split_once(end) {
            return format!("{before}{end}＊＊＊");
        }
    }
    "＊＊＊".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_leaves_what_tells_rows_apart_and_not_the_person() {
        let check = |text, kept, expect| assert_eq!(masked_tail(text, kept), expect);
        check("13920011234", 4, "*******1234");
        check("120110197203141512", 2, "****************12");
        check("12345", 2, "*****");
        check("", 4, "");
        assert_eq!(masked_address("新立街道中河村3排12号"), "新立街道＊＊＊");
        assert_eq!(masked_address("天津市武清区王庆坨镇某村"), "天津市武清区王庆坨镇＊＊＊");
        assert_eq!(masked_address("某小区8号楼"), "＊＊＊");
    }
}
