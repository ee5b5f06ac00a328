//! Tables that the district publishes: editions of code tables, calendars of working days, region profiles with their
//! wording. Read wholly or not at all, and told apart by what they say, not by the name of their file.
//!
//! A program serves one desk, or one district: what it learned holds for all of it, beside what came with it. Nothing learned
//! is ever taken away, and no edition of a code table is ever replaced, so that an old record says what it said
//! (docs/adr/0019). Deliberately absent: where tables come from, and where they are kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{PoisonError, RwLock};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, Calendars};
use crate::catalogue::{Catalogue, CodeTable};
use crate::profile::Profile;
use crate::table::TableError;
use crate::words::words;

words! {
    /// What kinds of table there are.
    TableKind, "table_kinds":
    /// 代码表: an edition of one.
    Codes = "codes",
    /// 工作日历: the working days of one year.
    Calendar = "calendar",
    /// 地区配置: the rules and the wording of a region.
    Profile = "profile",
}

/// Which version of which table, and since when it is so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TableHeading {
    /// What it is.
    pub kind: TableKind,
    /// The table's name, the year, the profile's id.
    pub name: String,
    /// Its edition or version.
    pub version: String,
    /// The first day on which it is used.
    pub valid_from: NaiveDate,
}

/// A table as it was read.
#[derive(Debug, Clone)]
pub enum TableRead {
    /// An edition of a code table.
    Codes(CodeTable),
    /// A year.
    Calendar(Calendar),
    /// A profile.
    Profile(Box<Profile>),
}

impl TableRead {
    /// Reads a table. TOML is a profile; of JSON, `table` makes it a code table and `year` a calendar.
    ///
    /// # Errors
    /// With file, line and reason: what none of the three is, and what each refuses.
    pub fn parse(name: &str, text: &str) -> Result<Self, TableError> {
        if std::path::Path::new(name).extension().is_some_and(|end| end.eq_ignore_ascii_case("toml")) {
            return Profile::parse(name, text).map(|profile| Self::Profile(Box::new(profile)));
        }
        let fields: BTreeMap<String, serde_json::Value> =
            serde_json::from_str(text).map_err(|error| TableError::json(name, &error))?;
        if fields.contains_key("table") {
            CodeTable::parse(name, text).map(Self::Codes)
        } else if fields.contains_key("year") {
            Calendar::parse(name, text).map(Self::Calendar)
        } else {
            Err(TableError::at(name, text, 0, "neither a code table (`table`) nor a calendar (`year`)"))
        }
    }

    /// Which version of which table it is.
    pub fn heading(&self) -> TableHeading {
        let (kind, name, version, valid_from) = match self {
            Self::Codes(table) => {
                (TableKind::Codes, table.id.as_str().to_owned(), table.edition.to_string(), table.effective)
            }
            Self::Calendar(year) => (TableKind::Calendar, year.year.to_string(), year.version.clone(), year.effective),
            Self::Profile(profile) => {
                (TableKind::Profile, profile.id.clone(), profile.version.clone(), profile.effective)
            }
        };
        TableHeading { kind, name, version, valid_from }
    }

    /// What this program knows of the same table: the edition before, the year, the profile.
    pub fn before(&self) -> Option<Self> {
        match self {
            Self::Codes(table) => Catalogue::known().newest(table.id).cloned().map(Self::Codes),
            Self::Calendar(year) => Calendars::known().year(year.year).cloned().map(Self::Calendar),
            Self::Profile(profile) => Profile::known(&profile.id).cloned().map(Box::new).map(Self::Profile),
        }
    }

    /// Why it cannot come after what is known, in one sentence.
    ///
    /// # Errors
    /// An edition of a code table that is there already or below the newest; a year or a profile under the version that it
    /// has already.
    pub fn follows(&self) -> Result<(), String> {
        let Some(before) = self.before() else { return Ok(()) };
        match (self, &before) {
            (Self::Codes(table), Self::Codes(newest)) if table.edition <= newest.edition => Err(format!(
                "edition {} does not follow edition {}: records name it, and what they say never changes",
                table.edition, newest.edition
            )),
            (Self::Codes(table), Self::Codes(newest)) if table.effective < newest.effective => Err(format!(
                "it would begin on {}, before the edition it follows ({})",
                table.effective, newest.effective
            )),
            _ if self.heading().version == before.heading().version => {
                Err(format!("version {} is there already; a changed table has another version", self.heading().version))
            }
            _ => Ok(()),
        }
    }

    /// What becomes other than it is in `before`, a line each; all of it where there was none.
    pub fn changes(&self, before: Option<&Self>) -> Vec<String> {
        let (old, new) = (before.map(Self::lines).unwrap_or_default(), self.lines());
        let gone =
            old.iter().filter(|(key, _)| !new.contains_key(*key)).map(|(key, value)| format!("- {key}　{value}"));
        let come = new.iter().filter_map(|(key, value)| match old.get(key) {
            None => Some(format!("+ {key}　{value}")),
            Some(was) if was != value => Some(format!("* {key}　{was} → {value}")),
            Some(_) => None,
        });
        gone.chain(come).collect()
    }

    /// What the table says, by what it says it of.
    fn lines(&self) -> BTreeMap<String, String> {
        match self {
            Self::Codes(table) => table.entries.iter().map(|entry| (entry.code.clone(), entry.name.clone())).collect(),
            Self::Calendar(year) => year
                .exceptions()
                .map(|(day, worked)| (day.to_string(), if worked { "上班" } else { "放假" }.to_owned()))
                .collect(),
            Self::Profile(profile) => {
                let mut lines = BTreeMap::new();
                flatten(String::new(), &serde_json::to_value(profile).unwrap_or_default(), &mut lines);
                lines
            }
        }
    }
}

/// Each value by the path that leads to it.
fn flatten(path: String, value: &serde_json::Value, into: &mut BTreeMap<String, String>) {
    use serde_json::Value;
    let under = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| flatten(under(name), value, into)),
        Value::String(text) => drop(into.insert(path, text.clone())),
        Value::Null => {}
        other => drop(into.insert(path, other.to_string())),
    }
}

/// What this program knows beside what came with it.
#[derive(Default)]
struct Learned {
    catalogue: Option<&'static Catalogue>,
    calendars: Option<&'static Calendars>,
    profiles: Vec<&'static Profile>,
    headings: BTreeSet<TableHeading>,
}

static LEARNED: RwLock<Learned> =
    RwLock::new(Learned { catalogue: None, calendars: None, profiles: Vec::new(), headings: BTreeSet::new() });

/// Takes a table in: from now on this program knows it. The same once more changes nothing. A code table whose edition is known
/// is passed over; a year and a profile take the place of what was known.
pub fn learn(table: TableRead) {
    let mut learned = LEARNED.write().unwrap_or_else(PoisonError::into_inner);
    if !learned.headings.insert(table.heading()) {
        return;
    }
    // Kept for good: a district publishes a few tables a year, and what was once told is never untold.
    match table {
        TableRead::Codes(table) => {
            let known = learned.catalogue.unwrap_or_else(Catalogue::built_in);
            if known.edition(table.id, table.edition).is_none() {
                learned.catalogue = Some(Box::leak(Box::new(known.clone().with(table))));
            }
        }
        TableRead::Calendar(year) => {
            let known = learned.calendars.unwrap_or_else(Calendars::built_in);
            learned.calendars = Some(Box::leak(Box::new(known.clone().with(year))));
        }
        TableRead::Profile(profile) => learned.profiles.push(Box::leak(profile)),
    }
}

impl Catalogue {
    /// The tables that came with the program, and those that the district published.
    pub fn known() -> &'static Self {
        LEARNED.read().unwrap_or_else(PoisonError::into_inner).catalogue.unwrap_or_else(Self::built_in)
    }
}

impl Calendars {
    /// The years that came with the program, and those that the district published.
    pub fn known() -> &'static Self {
        LEARNED.read().unwrap_or_else(PoisonError::into_inner).calendars.unwrap_or_else(Self::built_in)
    }
}

impl Profile {
    /// A profile by its id: as the district published it last, else as it came with the program.
    pub fn known(id: &str) -> Option<&'static Self> {
        let learned = LEARNED.read().unwrap_or_else(PoisonError::into_inner);
        let published = learned.profiles.iter().rev().find(|profile| profile.id == id).copied();
        published.or_else(|| Self::built_in(id))
    }

    /// The profile of a centre's region, by its code, as it is known.
    pub fn of_centre(code: &str) -> &'static Self {
        let nearest = Self::for_centre(code);
        Self::known(&nearest.id).unwrap_or(nearest)
    }

    /// Every profile there is to choose from, each once.
    pub fn all_known() -> Vec<&'static Self> {
        let published = LEARNED.read().unwrap_or_else(PoisonError::into_inner).profiles.clone();
        let ids: Vec<&str> = Self::all_built_in().iter().chain(published).map(|one| one.id.as_str()).collect();
        let mut seen = BTreeSet::new();
        ids.into_iter().filter(|id| seen.insert(*id)).filter_map(Self::known).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::TableId;

    const RATING: &str = r#"{"table":"rating","title":"满意度评价","edition":9,"effective":"2031-01-01","source":"试",
        "levels":[],"entries":[{"code":"1","name":"满意"},{"code":"4","name":"很不满意"}]}"#;
    const YEAR: &str = r#"{"year":2031,"version":"1","source":"试","effective":"2030-11-01",
        "off":["2031-01-01"],"worked":["2031-01-04"]}"#;

    fn read(name: &str, text: &str) -> TableRead {
        TableRead::parse(name, text).unwrap()
    }

    #[test]
    fn a_table_is_told_by_what_it_says_and_one_with_a_mistake_by_line_and_reason() {
        assert_eq!(read("a.json", RATING).heading().name, "rating");
        assert_eq!(read("b.json", YEAR).heading().kind, TableKind::Calendar);
        let neither = TableRead::parse("c.json", "{\"doors\":[]}").unwrap_err();
        assert_eq!(neither.to_string(), "c.json, line 1: neither a code table (`table`) nor a calendar (`year`)");
        assert!(TableRead::parse("d.toml", "id = ").is_err());
    }

    #[test]
    fn what_was_learned_is_known_beside_what_came_with_the_program_and_old_editions_say_what_they_said() {
        let before = Catalogue::known().edition(TableId::Rating, 1).unwrap().path("1");
        learn(read("a.json", RATING));
        learn(read("a.json", &RATING.replace("很不满意", "别的")));
        let table = Catalogue::known().edition(TableId::Rating, 9).unwrap();
        assert_eq!(table.path("4"), "很不满意", "an edition is never replaced");
        assert_eq!(Catalogue::known().edition(TableId::Rating, 1).unwrap().path("1"), before);
        let on = |day: &str| Catalogue::known().in_force(TableId::Rating, day.parse().unwrap()).unwrap().edition;
        assert_eq!((on("2030-12-31"), on("2031-01-01")), (1, 9));
        learn(read("b.json", YEAR));
        assert_eq!(Calendars::known().is_working_day("2031-01-04".parse().unwrap()), Ok(true));
        assert!(Calendars::built_in().year(2031).is_none());
    }

    #[test]
    fn a_table_that_does_not_follow_is_refused_with_a_sentence() {
        let known = Catalogue::built_in().newest(TableId::Sex).unwrap().edition;
        let text = format!(
            r#"{{"table":"sex","title":"性别","edition":{known},"effective":"2031-01-01","source":"试","levels":[],
            "entries":[{{"code":"1","name":"男性"}}]}}"#
        );
        assert!(read("sex.json", &text).follows().unwrap_err().contains("does not follow"));
        let year = include_str!("../../../assets/calendars/2026.json");
        assert!(read("2026.json", year).follows().unwrap_err().contains("is there already"));
    }

    #[test]
    fn what_changes_is_told_a_line_each() {
        let (old, new) =
            (read("a.json", RATING), read("a.json", &RATING.replace("\"4\"", "\"3\"").replace("满意\"},", "好\"},")));
        assert_eq!(new.changes(Some(&old)), ["- 4　很不满意", "* 1　满意 → 好", "+ 3　很不满意"]);
        let year = read("b.json", YEAR);
        assert_eq!(year.changes(None), ["+ 2031-01-01　放假", "+ 2031-01-04　上班"]);
        assert!(year.changes(Some(&year)).is_empty());
    }
}
