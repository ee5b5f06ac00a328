//! Working days by the State Council's yearly notice (国务院办公厅关于部分节假日安排的通知): one table for each year.
//!
//! A year without a table is an answer of its own, [`UnknownYear`], and never guessed: which weekend days are worked is
//! known only once the notice is out, in the November before. The district can add or replace a year.
//!
//! Deliberately absent: festivals by name, the lunar calendar, anybody's leave.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::Deserialize;

use crate::table::TableError;

/// No table says which days of this year are worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no calendar of working days for {0}")]
pub struct UnknownYear(
    /// The year.
    pub i32,
);

/// One year's exceptions from "Monday to Friday is worked, Saturday and Sunday is not".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// The year.
    pub year: i32,
    /// The edition of this table; a later one of the same year takes its place.
    pub version: String,
    /// The notice it was read from, with its number.
    pub source: String,
    /// The day of that notice.
    pub effective: NaiveDate,
    off: BTreeSet<NaiveDate>,
    worked: BTreeSet<NaiveDate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    year: i32,
    version: String,
    source: String,
    effective: NaiveDate,
    off: Vec<NaiveDate>,
    worked: Vec<NaiveDate>,
}

impl Calendar {
    /// Reads one year from JSON: `year`, `version`, `source`, `effective` (YYYY-MM-DD), `off` (the weekdays that are not
    /// worked) and `worked` (the weekend days that are). `name` is only for the error.
    ///
    /// # Errors
    /// A day of another year, a weekend day among `off`, a weekday among `worked`, a day named twice, an unknown key.
    pub fn parse(name: &str, text: &str) -> Result<Self, TableError> {
        let written: Written = serde_json::from_str(text).map_err(|error| TableError::json(name, &error))?;
        let year = written.year;
        let days = |list: Vec<NaiveDate>, weekend: bool| {
            let mut days = BTreeSet::new();
            for day in list {
                let wrong = if day.year() != year {
                    Some(format!("{day} is not in {year}"))
                } else if is_weekend(day) != weekend {
                    let stands = if weekend { "`worked` lists weekend days" } else { "`off` lists weekdays" };
                    Some(format!("{day} is a {}; {stands} only", day.weekday()))
                } else if days.insert(day) {
                    None
                } else {
                    Some(format!("{day} is named twice"))
                };
                if let Some(reason) = wrong {
                    return Err(TableError::near(name, text, &format!("\"{day}\""), reason));
                }
            }
            Ok(days)
        };
        Ok(Self {
            year,
            version: written.version,
            source: written.source,
            effective: written.effective,
            off: days(written.off, false)?,
            worked: days(written.worked, true)?,
        })
    }

    /// The days that are not as their weekday says, in order, each with whether it is worked.
    pub fn exceptions(&self) -> impl Iterator<Item = (NaiveDate, bool)> {
        let days: BTreeMap<NaiveDate, bool> =
            self.off.iter().map(|day| (*day, false)).chain(self.worked.iter().map(|day| (*day, true))).collect();
        days.into_iter()
    }

    fn is_working_day(&self, day: NaiveDate) -> bool {
        if is_weekend(day) { self.worked.contains(&day) } else { !self.off.contains(&day) }
    }
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

static BUILT_IN: LazyLock<Calendars> = LazyLock::new(|| {
    let years = [
        ("2025.json", include_str!("../../../assets/calendars/2025.json")),
        ("2026.json", include_str!("../../../assets/calendars/2026.json")),
    ];
    // The tables are part of the program and read by a test below: none can fail at a desk.
    Calendars(years.iter().filter_map(|(name, text)| Calendar::parse(name, text).ok()).map(by_year).collect())
});

fn by_year(calendar: Calendar) -> (i32, Calendar) {
    (calendar.year, calendar)
}

/// The years that are known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendars(BTreeMap<i32, Calendar>);

impl Calendars {
    /// The years that came with the program.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// These years and one more; a year that was there already is replaced.
    #[must_use]
    pub fn with(mut self, calendar: Calendar) -> Self {
        self.0.insert(calendar.year, calendar);
        self
    }

    /// The table of a year.
    pub fn year(&self, year: i32) -> Option<&Calendar> {
        self.0.get(&year)
    }

    /// Whether a day is worked.
    ///
    /// # Errors
    /// [`UnknownYear`] when the day's year has no table, weekend or not.
    pub fn is_working_day(&self, day: NaiveDate) -> Result<bool, UnknownYear> {
        let year = self.0.get(&day.year()).ok_or(UnknownYear(day.year()))?;
        Ok(year.is_working_day(day))
    }

    /// The first working day from `day` on, `day` itself included.
    ///
    /// # Errors
    /// [`UnknownYear`] when a day that must be looked at has no table.
    pub fn working_day_from(&self, day: NaiveDate) -> Result<NaiveDate, UnknownYear> {
        let mut day = day;
        while !self.is_working_day(day)? {
            // The end of chrono's calendar lies in a year without a table, so the line above has answered before.
            day = day.succ_opt().ok_or(UnknownYear(day.year()))?;
        }
        Ok(day)
    }

    /// The last of `count` working days after `from`; `from` itself is not counted (民法典 201). With 0 it is `from`.
    ///
    /// # Errors
    /// [`UnknownYear`] when a day that must be looked at has no table.
    pub fn working_days_after(&self, from: NaiveDate, count: u32) -> Result<NaiveDate, UnknownYear> {
        let mut day = from;
        for _ in 0..count {
            let next = day.succ_opt().ok_or(UnknownYear(day.year()))?;
            day = self.working_day_from(next)?;
        }
        Ok(day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_built_in_years_read_and_name_their_notice() {
        let years: Vec<_> = BUILT_IN.0.keys().copied().collect();
        assert_eq!(years, [2025, 2026]);
        for calendar in BUILT_IN.0.values() {
            assert!(calendar.source.contains("国办发明电"), "{}", calendar.source);
            assert!(calendar.effective < day(&format!("{}-01-01", calendar.year)), "{}", calendar.effective);
        }
    }

    /// The notice states how many days each holiday lasts; weekend days within one are off by themselves.
    #[test]
    fn each_holiday_of_the_notices_is_off_from_its_first_day_to_its_last() {
        let holidays = [
            ("2025-01-01", "2025-01-01"),
            ("2025-01-28", "2025-02-04"),
            ("2025-04-04", "2025-04-06"),
            ("2025-05-01", "2025-05-05"),
            ("2025-05-31", "2025-06-02"),
            ("2025-10-01", "2025-10-08"),
            ("2026-01-01", "2026-01-03"),
            ("2026-02-15", "2026-02-23"),
            ("2026-04-04", "2026-04-06"),
            ("2026-05-01", "2026-05-05"),
            ("2026-06-19", "2026-06-21"),
            ("2026-09-25", "2026-09-27"),
            ("2026-10-01", "2026-10-07"),
        ];
        let mut off = BTreeSet::new();
        for (first, last) in holidays {
            off.extend(day(first).iter_days().take_while(|one| *one <= day(last)));
        }
        let worked = [
            "2025-01-26",
            "2025-02-08",
            "2025-04-27",
            "2025-09-28",
            "2025-10-11",
            "2026-01-04",
            "2026-02-14",
            "2026-02-28",
            "2026-05-09",
            "2026-09-20",
            "2026-10-10",
        ]
        .map(day);
        for one in day("2025-01-01").iter_days().take_while(|one| one.year() < 2027) {
            let expect = worked.contains(&one) || !(is_weekend(one) || off.contains(&one));
            assert_eq!(BUILT_IN.is_working_day(one), Ok(expect), "{one}");
        }
    }

    #[test]
    fn a_year_without_a_table_is_said_to_be_unknown_even_on_a_sunday() {
        assert_eq!(BUILT_IN.is_working_day(day("2027-01-24")), Err(UnknownYear(2027)));
        assert_eq!(BUILT_IN.working_days_after(day("2026-12-29"), 2), Ok(day("2026-12-31")));
        assert_eq!(BUILT_IN.working_days_after(day("2026-12-29"), 3), Err(UnknownYear(2027)));
    }

    #[test]
    fn the_district_adds_a_year_and_replaces_one() {
        let text = |version: &str, off: &str| {
            format!(
                r#"{{"year":2027,"version":"{version}","source":"通知","effective":"2026-11-05","off":[{off}],"worked":[]}}"#
            )
        };
        let first = Calendar::parse("2027.json", &text("1", r#""2027-01-01""#)).unwrap();
        let calendars = BUILT_IN.clone().with(first);
        assert_eq!(calendars.is_working_day(day("2027-01-01")), Ok(false));
        assert_eq!(calendars.is_working_day(day("2027-01-04")), Ok(true));
        let second = Calendar::parse("2027.json", &text("2", r#""2027-01-01","2027-01-04""#)).unwrap();
        assert_eq!(calendars.with(second).is_working_day(day("2027-01-04")), Ok(false));
    }

    #[test]
    fn a_calendar_with_a_mistake_is_refused_with_its_line_and_reason() {
        let table = |off: &str, worked: &str| {
            format!(
                "{{\n\"year\": 2026, \"version\": \"1\", \"source\": \"通知\", \"effective\": \"2025-11-04\",\n\"off\": [\n{off}\n],\n\"worked\": [{worked}]\n}}"
            )
        };
        let cases = [
            (table("\"2026-01-01\",\n\"2026-01-03\"", ""), 5, "2026-01-03 is a Sat; `off` lists weekdays only"),
            (table("\"2027-01-01\"", ""), 4, "2027-01-01 is not in 2026"),
            (table("\"2026-01-01\", \"2026-01-01\"", ""), 4, "2026-01-01 is named twice"),
            (table("", "\"2026-01-05\""), 6, "2026-01-05 is a Mon; `worked` lists weekend days only"),
            (table("\"2026-02-30\"", ""), 4, "input is out of range"),
            (table("", "").replace("off", "of"), 3, "unknown field `of`"),
            (String::new(), 1, "EOF while parsing a value"),
        ];
        for (text, line, reason) in cases {
            let error = Calendar::parse("x.json", &text).unwrap_err();
            assert_eq!((error.file.as_str(), error.line), ("x.json", line), "{error}");
            assert!(error.reason.contains(reason), "{error}");
        }
    }
}
