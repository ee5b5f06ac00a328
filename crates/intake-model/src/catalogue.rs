//! The tables a desk files under: what a matter is about, what kind of dispute, which people, papers and places.
//!
//! Each table has editions. A matter keeps the edition it was filed under ([`Filed`]), so that a new cut of the table
//! never changes what an old record says. The district can send further editions.
//!
//! Deliberately absent: any table of people. The tables name matters, places and forms.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::name::plain_number;
use crate::pinyin::{Spelled, Spelling};
use crate::table::TableError;

/// Which table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum TableId {
    /// 内容分类: what the matter is about; up to three levels, six digits.
    ContentCategory,
    /// 人民调解纠纷类型.
    DisputeType,
    /// 民族 (GB/T 3304).
    Nationality,
    /// 性别 (GB/T 2261.1).
    Sex,
    /// 证件类型: the kinds of [`crate::IdPaper`].
    IdPaper,
    /// 地点: district, streets, communities and villages (统计用区划代码).
    Place,
    /// 满意度评价.
    Rating,
}

impl TableId {
    /// Every table, in the order in which people are shown them.
    pub const ALL: [Self; 7] = [
        Self::ContentCategory,
        Self::DisputeType,
        Self::Nationality,
        Self::Sex,
        Self::IdPaper,
        Self::Place,
        Self::Rating,
    ];

    /// Its name in JSON, on the command line and in the names of its files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ContentCategory => "content_category",
            Self::DisputeType => "dispute_type",
            Self::Nationality => "nationality",
            Self::Sex => "sex",
            Self::IdPaper => "id_paper",
            Self::Place => "place",
            Self::Rating => "rating",
        }
    }

    /// The table of this name, also with hyphens.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.replace('-', "_").to_ascii_lowercase();
        Self::ALL.into_iter().find(|table| table.as_str() == text)
    }
}

/// Under what something was filed: a code and the edition of its table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export)]
pub struct Filed {
    /// The edition of the table.
    pub edition: u32,
    /// The code in that edition.
    pub code: String,
}

/// One edition of one table.
#[derive(Debug, Clone)]
pub struct CodeTable {
    /// Which table.
    pub id: TableId,
    /// Its name for people.
    pub title: String,
    /// From 1 upwards.
    pub edition: u32,
    /// The first day on which matters are filed under this edition.
    pub effective: NaiveDate,
    /// Where it was taken from, with its licence where that is not a public standard.
    pub source: String,
    /// Every code, in the table's own order.
    pub entries: Vec<CodeEntry>,
    levels: Vec<usize>,
    spellings: Vec<Spelling>,
}

/// One code.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeEntry {
    /// Unique within its edition.
    pub code: String,
    /// Its name for people, without its parents'.
    pub name: String,
    /// The code the same thing had in the edition before, where it had another.
    #[serde(default)]
    pub was: Option<String>,
}

/// A code that what was typed may mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct Found {
    /// Which table.
    pub table: TableId,
    /// The edition of that table.
    pub edition: u32,
    /// The code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The names of its parents and its own, joined by ` / `.
    pub path: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    table: TableId,
    title: String,
    edition: u32,
    effective: NaiveDate,
    source: String,
    levels: Vec<usize>,
    entries: Vec<CodeEntry>,
}

impl CodeTable {
    /// Reads one edition from JSON: `table`, `title`, `edition`, `effective` (YYYY-MM-DD), `source`, `levels` (how many
    /// characters of a code name each level, the last one its whole length; empty for a flat table with codes of any
    /// length) and `entries`. `name` is only for the error.
    ///
    /// # Errors
    /// A code that is not plain, is there twice, has another length or no parent; a name that is blank; an unknown key.
    pub fn parse(name: &str, text: &str) -> Result<Self, TableError> {
        let written: Written = serde_json::from_str(text).map_err(|error| TableError::json(name, &error))?;
        let spellings = written.entries.iter().map(|entry| Spelling::of(&entry.name)).collect();
        let table = Self {
            id: written.table,
            title: written.title,
            edition: written.edition,
            effective: written.effective,
            source: written.source,
            levels: written.levels,
            entries: written.entries,
            spellings,
        };
        let mut seen = BTreeSet::new();
        for entry in &table.entries {
            let refused = |reason: &str| {
                let near = format!("\"{}\"", entry.code);
                Err(TableError::near(name, text, &near, format!("code {}: {reason}", entry.code)))
            };
            if entry.code.is_empty() || !entry.code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                return refused("letters, digits and _ only");
            }
            if table.levels.last().is_some_and(|length| entry.code.len() != *length) {
                return refused("another length than the table's last level");
            }
            if entry.name.trim().is_empty() {
                return refused("it has no name");
            }
            if table.parent(&entry.code).is_some_and(|parent| !seen.contains(&parent)) {
                return refused("its parent does not stand above it");
            }
            if !seen.insert(entry.code.clone()) {
                return refused("it is there twice");
            }
        }
        Ok(table)
    }

    /// The entry of a code.
    pub fn entry(&self, code: &str) -> Option<&CodeEntry> {
        self.entries.iter().find(|entry| entry.code == code)
    }

    /// The code one level up; `None` at the first level and in a flat table.
    pub fn parent(&self, code: &str) -> Option<String> {
        let whole = *self.levels.last()?;
        let own = self
            .levels
            .iter()
            .position(|length| code.get(*length..).is_some_and(|rest| rest.bytes().all(|b| b == b'0')))?;
        let above = *self.levels.get(own.checked_sub(1)?)?;
        Some(format!("{:0<whole$}", code.get(..above)?))
    }

    /// The names from the first level down to this code's own, joined by ` / `; empty for an unknown code.
    pub fn path(&self, code: &str) -> String {
        let mut names = Vec::new();
        let mut at = Some(code.to_owned());
        while let Some(code) = at {
            names.extend(self.entry(&code).map(|entry| entry.name.as_str()));
            at = self.parent(&code);
        }
        names.reverse();
        names.join(" / ")
    }

    fn found(&self, entry: &CodeEntry) -> Found {
        Found {
            table: self.id,
            edition: self.edition,
            code: entry.code.clone(),
            name: entry.name.clone(),
            path: self.path(&entry.code),
        }
    }
}

/// How well an entry answers what was typed; the better comes first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Code,
    Name,
    CodeBegins,
    NameBegins,
    Spelled(Spelled),
    NameHolds,
    SpelledInside,
}

impl Rank {
    fn of(entry: &CodeEntry, spelling: &Spelling, typed: &str) -> Option<Self> {
        let name = entry.name.to_lowercase();
        if entry.code == typed {
            return Some(Self::Code);
        }
        if name == typed {
            return Some(Self::Name);
        }
        if entry.code.starts_with(typed) {
            return Some(Self::CodeBegins);
        }
        if name.starts_with(typed) {
            return Some(Self::NameBegins);
        }
        match spelling.spelled_by(typed) {
            Some(Spelled::Inside) => Some(Self::SpelledInside),
            Some(spelled) => Some(Self::Spelled(spelled)),
            None => name.contains(typed).then_some(Self::NameHolds),
        }
    }
}

/// All editions of all tables.
#[derive(Debug, Clone, Default)]
pub struct Catalogue(Vec<CodeTable>);

macro_rules! built_in {
    ($($file:literal),+ $(,)?) => {
        [$(($file, include_str!(concat!("../../../assets/tables/", $file)))),+]
    };
}

const FILES: [(&str, &str); 8] = built_in![
    "content_category.1.json",
    "content_category.2.json",
    "dispute_type.1.json",
    "nationality.1.json",
    "sex.1.json",
    "id_paper.1.json",
    "place.1.json",
    "rating.1.json",
];

// The tables are part of the program and read by a test below: none can fail at a desk.
static BUILT_IN: LazyLock<Catalogue> = LazyLock::new(|| {
    let tables = FILES.iter().filter_map(|(name, text)| CodeTable::parse(name, text).ok());
    tables.fold(Catalogue::default(), Catalogue::with)
});

impl Catalogue {
    /// The tables that came with the program.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// These tables and one more edition; the same edition of the same table is replaced.
    #[must_use]
    pub fn with(mut self, table: CodeTable) -> Self {
        self.0.retain(|other| (other.id, other.edition) != (table.id, table.edition));
        self.0.push(table);
        self.0.sort_by_key(|table| (table.id, table.edition));
        self
    }

    /// The edition in force on a civil day: the highest of those that had begun.
    pub fn in_force(&self, id: TableId, on: NaiveDate) -> Option<&CodeTable> {
        self.0.iter().rev().find(|table| table.id == id && table.effective <= on)
    }

    /// The newest edition, in force or not.
    pub fn newest(&self, id: TableId) -> Option<&CodeTable> {
        self.0.iter().rev().find(|table| table.id == id)
    }

    /// One edition, in force or not.
    pub fn edition(&self, id: TableId, edition: u32) -> Option<&CodeTable> {
        self.0.iter().find(|table| (table.id, table.edition) == (id, edition))
    }

    /// The words for what was filed, by the edition it was filed under; `None` where this desk does not have it.
    pub fn path(&self, id: TableId, filed: &Filed) -> Option<String> {
        self.edition(id, filed.edition).map(|table| table.path(&filed.code)).filter(|path| !path.is_empty())
    }

    /// At most `limit` codes that `typed` may mean, the best first: by code, by characters, by pinyin, by initials.
    /// `among` narrows to one table; only editions in force on the day `on` are looked at. Blank answers with the
    /// beginning of the table.
    pub fn find(&self, among: Option<TableId>, typed: &str, on: NaiveDate, limit: usize) -> Vec<Found> {
        let typed = plain_number(typed).to_lowercase();
        let found = self.ranked(among, &typed, on, limit);
        if !found.is_empty() {
            return found;
        }
        // A key that was pressed twice.
        let mut once: Vec<char> = typed.chars().collect();
        once.dedup();
        let once = String::from_iter(once);
        if once == typed { found } else { self.ranked(among, &once, on, limit) }
    }

    fn ranked(&self, among: Option<TableId>, typed: &str, on: NaiveDate, limit: usize) -> Vec<Found> {
        let tables = TableId::ALL.into_iter().filter(|id| among.is_none_or(|only| only == *id));
        let mut hits = Vec::new();
        for table in tables.filter_map(|id| self.in_force(id, on)) {
            let entries = table.entries.iter().zip(&table.spellings);
            hits.extend(
                entries
                    .filter_map(|(entry, spelling)| Rank::of(entry, spelling, typed).map(|rank| (rank, table, entry))),
            );
        }
        // Stable: equals stay in the order of the tables, parents before their parts.
        hits.sort_by(|a, b| a.0.cmp(&b.0));
        hits.into_iter().take(limit).map(|(_, table, entry)| table.found(entry)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn names(among: Option<TableId>, typed: &str) -> Vec<String> {
        let found = Catalogue::built_in().find(among, typed, day("2026-11-24"), 8);
        found.into_iter().map(|one| one.path).collect()
    }

    #[test]
    fn every_built_in_table_reads_and_says_where_it_is_from() {
        for (name, text) in FILES {
            let table = CodeTable::parse(name, text).unwrap();
            assert_eq!(name, format!("{}.{}.json", table.id.as_str(), table.edition));
            assert!(!table.source.is_empty() && !table.entries.is_empty(), "{name}");
        }
        for id in TableId::ALL {
            assert!(Catalogue::built_in().in_force(id, day("2026-11-24")).is_some(), "{id:?}");
            assert_eq!(TableId::parse(&id.as_str().replace('_', "-")), Some(id));
            assert_eq!(serde_json::to_value(id).unwrap(), id.as_str());
        }
    }

    #[test]
    fn the_tables_are_what_the_standards_say() {
        let catalogue = Catalogue::built_in();
        let peoples = catalogue.edition(TableId::Nationality, 1).unwrap();
        assert_eq!((peoples.path("01"), peoples.path("56")), ("汉族".into(), "基诺族".into()));
        assert_eq!((peoples.path("97"), peoples.path("98")), ("其他".into(), "外国血统中国籍人士".into()));
        let sex = catalogue.edition(TableId::Sex, 1).unwrap();
        assert_eq!((sex.path("1"), sex.path("2")), ("男性".into(), "女性".into()));
        let places = catalogue.edition(TableId::Place, 1).unwrap();
        let streets: Vec<_> = places.entries.iter().filter(|one| one.code.ends_with("000")).skip(1).collect();
        assert_eq!(streets.len(), 11);
        assert_eq!(places.path("120110005203"), "东丽区 / 新立街道 / 中河村委会");
    }

    #[test]
    fn the_kinds_of_paper_are_those_the_record_can_hold() {
        let table = Catalogue::built_in().edition(TableId::IdPaper, 1).unwrap();
        for entry in &table.entries {
            let kind: crate::IdPaper = serde_json::from_value(entry.code.clone().into()).unwrap();
            assert_eq!(serde_json::to_value(kind).unwrap(), entry.code.as_str());
        }
        assert_eq!(table.entries.len(), 9);
    }

    #[test]
    fn a_clerk_finds_an_entry_by_initials_pinyin_characters_and_code() {
        for typed in ["wygl", "wuyeguanli", "ＷＹＧＬ", "wu ye guan li", "物业管理", "010901"] {
            let first = names(Some(TableId::ContentCategory), typed).into_iter().next();
            assert_eq!(first.as_deref(), Some("城乡建设 / 住房保障与房地产 / 物业管理"), "{typed}");
        }
        assert_eq!(names(None, "ldzy"), ["劳动争议纠纷"]);
        assert_eq!(names(None, "lddzy"), ["劳动争议纠纷"], "a key pressed twice");
        assert_eq!(
            names(Some(TableId::Place), "zhcun").first().map(String::as_str),
            Some("东丽区 / 新立街道 / 中河村委会")
        );
        assert_eq!(names(None, "xqwz"), Vec::<String>::new());
        assert_eq!(names(Some(TableId::Place), "zhonghe"), ["东丽区 / 新立街道 / 中河村委会"]);
    }

    #[test]
    fn the_better_answer_stands_first() {
        let found = names(Some(TableId::ContentCategory), "交通");
        assert_eq!(found.first().map(String::as_str), Some("交通运输"));
        assert!(found.len() > 1);
        assert_eq!(names(Some(TableId::ContentCategory), "0109").first().map(|one| one.contains("住房")), Some(true));
    }

    #[test]
    fn a_matter_keeps_the_words_of_the_edition_it_was_filed_under() {
        let catalogue = Catalogue::built_in();
        let told =
            |edition, code: &str| catalogue.path(TableId::ContentCategory, &Filed { edition, code: code.into() });
        assert_eq!(told(1, "030000").as_deref(), Some("国土资源"));
        assert_eq!(told(2, "030000").as_deref(), Some("自然资源"));
        assert_eq!(told(3, "030000"), None);
        let on = |date| catalogue.in_force(TableId::ContentCategory, day(date)).map(|table| table.edition);
        assert_eq!([on("2022-04-30"), on("2023-12-31"), on("2024-01-01")], [None, Some(1), Some(2)]);
        let moved = catalogue.edition(TableId::ContentCategory, 2).unwrap().entry("160200").unwrap().clone();
        let was = moved.was.unwrap();
        assert_eq!(told(1, &was).as_deref(), Some("民政 / 优抚"));
    }

    #[test]
    fn a_table_with_a_mistake_is_refused_with_its_line() {
        let table = |entries: &str| {
            let text = format!(
                "{{\"table\":\"sex\",\"title\":\"性别\",\"edition\":2,\"effective\":\"2026-01-01\",\"source\":\"x\",\n\
                 \"levels\":[2,4],\"entries\":[\n{entries}]}}"
            );
            CodeTable::parse("sex.2.json", &text).map(|_| ()).map_err(|error| (error.line, error.reason))
        };
        let refused = |entries: &str| table(entries).unwrap_err();
        assert_eq!(table("{\"code\":\"0100\",\"name\":\"甲\"},\n{\"code\":\"0101\",\"name\":\"乙\"}"), Ok(()));
        assert_eq!(refused("{\"code\":\"0100\",\"name\":\"甲\"},\n{\"code\":\"0201\",\"name\":\"乙\"}").0, 4);
        assert!(refused("{\"code\":\"01\",\"name\":\"甲\"}").1.contains("length"));
        assert!(refused("{\"code\":\"0100\",\"name\":\" \"}").1.contains("no name"));
        assert!(refused("{\"code\":\"01-0\",\"name\":\"甲\"}").1.contains("letters"));
        let twice = refused("{\"code\":\"0100\",\"name\":\"甲\"},{\"code\":\"0100\",\"name\":\"乙\"}");
        assert!(twice.1.contains("twice"));
        assert!(refused("{\"code\":\"0100\",\"name\":\"甲\",\"colour\":1}").1.contains("colour"));
    }
}
