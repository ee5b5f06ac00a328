//! By when the office owes what: the clocks C1 to C10 of `assets/clocks.json`, and the last day of each.
//!
//! Every clock binds the office or is a right that the visitor has (C6, C8, C10); none is a person's duty. The first day
//! is not counted (民法典 201); days without a mark are calendar days, since Art. 23 writes 15日 beside 5个工作日.
//! Whether a last day on a day off moves to the next working day (民法典 203) is the profile's setting, and both days
//! are given. What cannot be told without a calendar of the year is said to be unknown.
//!
//! Deliberately absent: when something happened. Every day comes in as a parameter.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{Days, NaiveDate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::calendar::{Calendars, UnknownYear};
use crate::profile::{BodyKind, Profile};
use crate::words::words;

words! {
    /// A clock of the table, by the code that documents and the command line use.
    ClockCode:
    /// Told in writing what happens next (Art. 23(2)).
    C1 = "C1",
    /// C1′: a 信访 department, such as the district's centre, forwards what it registered (Art. 22(1)).
    C1Forward = "C1'",
    /// Told in writing about a matter forwarded to us that is ours (Art. 23(3)).
    C2 = "C2",
    /// Objecting to a matter forwarded to us that is not ours (Art. 23(3)).
    C3 = "C3",
    /// A 31(6) matter is done (Art. 34).
    C4 = "C4",
    /// The extension of C4 (Art. 34).
    C5 = "C5",
    /// The visitor may ask for 复查 (Art. 35).
    C6 = "C6",
    /// The 复查 opinion (Art. 35).
    C7 = "C7",
    /// The visitor may ask for 复核 (Art. 36(1)).
    C8 = "C8",
    /// The 复核 opinion (Art. 36(1) and (2)).
    C9 = "C9",
    /// Both parties may ask the court to confirm their agreement (人民调解法 33).
    C10 = "C10",
}

impl ClockCode {
    /// The code as somebody typed it: any case, and C1′ with any of the three marks in use.
    pub fn parse(text: &str) -> Option<Self> {
        Self::from_word(&text.trim().to_uppercase().replace(['′', '’'], "'"))
    }

    /// What it is about, in Chinese.
    pub fn label(self) -> &'static str {
        &Clock::of(self).label
    }
}

words! {
    /// What a clock counts from.
    Event, "events":
    /// Written down and numbered at the desk.
    Registered = "registered",
    /// Received from a 信访 department or a superior, and ours.
    ForwardedOurs = "forwarded_ours",
    /// Received from a 信访 department or a superior, and not ours.
    ForwardedNotOurs = "forwarded_not_ours",
    /// 受理.
    Accepted = "accepted",
    /// C4 reached its last day.
    HandlingLimitReached = "handling_limit_reached",
    /// The person received the written reply.
    ReplyReceived = "reply_received",
    /// 复查 was asked for.
    ReviewRequested = "review_requested",
    /// The person received the 复查 reply.
    ReviewReplyReceived = "review_reply_received",
    /// 复核 was asked for.
    ReexaminationRequested = "reexamination_requested",
    /// A mediation agreement is in force.
    AgreementInForce = "agreement_in_force",
}

words! {
    /// What a limit counts.
    Unit, "units":
    /// Every day.
    CalendarDays = "calendar_days",
    /// Days worked by the State Council's yearly notice.
    WorkingDays = "working_days",
}

/// For whom a clock runs. Never a duty of a visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Binds {
    /// The office owes it.
    Office,
    /// The visitor may use it, and nobody may shorten it.
    VisitorsRight,
}

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Clock {
    /// Its code.
    pub code: ClockCode,
    /// What it is about, in Chinese.
    pub label: String,
    /// What it counts from. That day itself is not counted.
    pub from: Event,
    /// How many days.
    pub limit: u32,
    /// Of which kind.
    pub unit: Unit,
    /// For whom it runs.
    pub binds: Binds,
    /// Its basis.
    pub article: String,
    /// The law asks for it at once where that is possible; the limit is for the rest.
    #[serde(default)]
    pub at_once_if_possible: bool,
    /// It does not run while the visitor's name or address is unclear: it counts from the day they are known.
    #[serde(default)]
    pub suspended_while_unclear: bool,
    /// Days of a hearing are not counted (Art. 36(2)).
    #[serde(default)]
    pub hearing_excluded: bool,
    /// The clock that may lengthen it.
    #[serde(default)]
    pub extended_by: Option<ClockCode>,
}

#[derive(Deserialize)]
struct Table {
    clocks: Vec<Clock>,
}

static CLOCKS: LazyLock<BTreeMap<ClockCode, Clock>> = LazyLock::new(|| {
    // The table is part of the program and read by a test below: it cannot fail at a desk.
    let table: Table =
        serde_json::from_str(include_str!("../../../assets/clocks.json")).unwrap_or(Table { clocks: Vec::new() });
    table.clocks.into_iter().map(|clock| (clock.code, clock)).collect()
});

impl Clock {
    /// The row of a code.
    pub fn of(code: ClockCode) -> &'static Self {
        // Never used, since the test below finds every code in the table; no day is the strictest thing to say.
        static MISSING: Clock = Clock {
            code: ClockCode::C1,
            label: String::new(),
            from: Event::Registered,
            limit: 0,
            unit: Unit::CalendarDays,
            binds: Binds::Office,
            article: String::new(),
            at_once_if_possible: false,
            suspended_while_unclear: false,
            hearing_excluded: false,
            extended_by: None,
        };
        CLOCKS.get(&code).unwrap_or(&MISSING)
    }

    /// Every row, in the order of the codes.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        CLOCKS.values()
    }

    /// The national limit.
    pub fn law(&self) -> Limit {
        Limit { limit: self.limit, unit: self.unit, article: self.article.clone() }
    }
}

/// So many days of one kind, and the article that says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export)]
pub struct Limit {
    /// How many days.
    pub limit: u32,
    /// Of which kind.
    pub unit: Unit,
    /// Its basis.
    pub article: String,
}

impl Limit {
    /// The last day, the first not counted.
    fn last_day(&self, from: NaiveDate, excluded: u32, calendars: &Calendars) -> Result<NaiveDate, Untold> {
        let days = self.limit.saturating_add(excluded);
        match self.unit {
            Unit::CalendarDays => from.checked_add_days(Days::new(days.into())).ok_or(Untold::EndOfTime),
            Unit::WorkingDays => Ok(calendars.working_days_after(from, days)?),
        }
    }
}

/// Why a last day cannot be told.
enum Untold {
    Year(i32),
    EndOfTime,
}

impl From<UnknownYear> for Untold {
    fn from(UnknownYear(year): UnknownYear) -> Self {
        Self::Year(year)
    }
}

/// Where a clock starts, and what of the time after it does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    /// The day of the event; it is not counted.
    pub from: NaiveDate,
    /// Days of hearings. Only C7 and C9 leave them out (Art. 36(2)); the other clocks count them.
    pub excluded_days: u32,
}

impl From<NaiveDate> for Start {
    fn from(from: NaiveDate) -> Self {
        Self { from, excluded_days: 0 }
    }
}

/// Whether the calendar of working days reached as far as it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum CalendarAnswer {
    /// Every day that was looked at stands in a table.
    Known,
    /// This year has no table yet.
    UnknownYear(i32),
}

/// The answer about one clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export)]
pub struct Due {
    /// The clock.
    pub code: ClockCode,
    /// The day that is not counted.
    #[ts(type = "string")]
    pub from: NaiveDate,
    /// The limit that applies: the profile's where it has one, else the law's.
    pub limit: u32,
    /// What the limit counts.
    pub unit: Unit,
    /// The basis of that limit.
    pub article: String,
    /// The last day as counted. `None` where working days of an unknown year would have to be counted.
    #[ts(type = "string | null")]
    pub last_day: Option<NaiveDate>,
    /// The next working day, where the last day as counted is a day off. `None` too while the year is unknown.
    #[ts(type = "string | null")]
    pub rolled: Option<NaiveDate>,
    /// Whether this profile rolls forward (民法典 203), that is, whether `rolled` is the day that counts.
    pub rolls: bool,
    /// The last day by the national limit, where a local limit was used.
    #[ts(type = "string | null")]
    pub by_law: Option<NaiveDate>,
    /// Whether the calendar reached far enough for `last_day` and `rolled`.
    pub calendar: CalendarAnswer,
}

impl Due {
    /// The day that counts under this profile: the rolled one where the profile rolls, else the last day as counted.
    /// While the year is unknown it is the last day as counted, which is never too late.
    pub fn effective(&self) -> Option<NaiveDate> {
        self.rolled.filter(|_| self.rolls).or(self.last_day)
    }
}

/// The last day of a clock under a profile.
///
/// A local limit in another unit than the law's is used only while it is not later than the law's: five working days
/// around a long holiday may be.
pub fn due(code: ClockCode, start: impl Into<Start>, profile: &Profile, calendars: &Calendars) -> Due {
    let local = profile.limits.get(&code);
    counted(code, start.into(), local, profile.roll_forward, calendars)
}

fn counted(code: ClockCode, start: Start, local: Option<&Limit>, rolls: bool, calendars: &Calendars) -> Due {
    let clock = Clock::of(code);
    let excluded = if clock.hearing_excluded { start.excluded_days } else { 0 };
    let law = clock.law();
    // An extension counts from where the local C4 ended, so the law's days from there would mean nothing.
    let compared = local.filter(|_| code != ClockCode::C5);
    let by_law = compared.and_then(|_| law.last_day(start.from, excluded, calendars).ok());

    let mut limit = local.unwrap_or(&law);
    let mut last_day = limit.last_day(start.from, excluded, calendars);
    if let (Ok(day), Some(law_day)) = (&last_day, by_law)
        && limit.unit != law.unit
        && law_day < *day
    {
        limit = &law;
        last_day = Ok(law_day);
    }

    let mut calendar = CalendarAnswer::Known;
    let mut rolled = None;
    match &last_day {
        Ok(day) => match calendars.working_day_from(*day) {
            Ok(next) => rolled = (next != *day).then_some(next),
            Err(UnknownYear(year)) => calendar = CalendarAnswer::UnknownYear(year),
        },
        Err(Untold::Year(year)) => calendar = CalendarAnswer::UnknownYear(*year),
        Err(Untold::EndOfTime) => {}
    }
    Due {
        code,
        from: start.from,
        limit: limit.limit,
        unit: limit.unit,
        article: limit.article.clone(),
        last_day: last_day.ok(),
        rolled,
        rolls,
        by_law,
        calendar,
    }
}

/// The day from which clock C1 counts: the registration, or, where name or address was unclear then, the day on which
/// both are known. `None` while they are not: the clock is suspended (Art. 23(2)).
pub fn written_notice_start(registered: NaiveDate, unclear: bool, known_on: Option<NaiveDate>) -> Option<NaiveDate> {
    if unclear { known_on.map(|day| day.max(registered)) } else { Some(registered) }
}

/// The last day on which the office owes the visitor its first answer, under a profile: clock C1, or C1′ at the district's
/// centre. Where the profile counts working days of a year whose calendar is not known yet, as many calendar days: never
/// later than what the office owes.
///
/// A date at the end of chrono's calendar stays where it is.
pub fn first_answer_due(start: NaiveDate, profile: &Profile, calendars: &Calendars) -> NaiveDate {
    let code = first_answer(profile.body);
    let told = due(code, start, profile, calendars);
    told.effective().or_else(|| start.checked_add_days(Days::new(profile.limit(code).limit.into()))).unwrap_or(start)
}

/// Which clock starts with every registration: a street tells the visitor (Art. 23(2)), the district's centre forwards
/// (Art. 22(1)).
pub fn first_answer(body: BodyKind) -> ClockCode {
    match body {
        BodyKind::StreetDesk => ClockCode::C1,
        BodyKind::DistrictCentre => ClockCode::C1Forward,
    }
}

/// Why C4 cannot be extended so (Art. 34). It is the office that may not; the visitor's matter goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExtensionError {
    /// The approval came after the last day of C4.
    #[error("the extension was approved on {approved}, after the limit had ended on {ended}")]
    TooLate {
        /// The day of the approval.
        approved: NaiveDate,
        /// The last day of C4.
        ended: NaiveDate,
    },
    /// More days than the law or the profile allows, or none.
    #[error("an extension is of 1 to {most} days, not {days}")]
    Days {
        /// What was asked for.
        days: u32,
        /// The most there is.
        most: u32,
    },
    /// The last day of C4 is not known.
    #[error("the limit to extend has no known last day")]
    NoEnd,
}

/// Clock C5: `days` more after the last day of C4, approved by the head of the body before C4 has ended (Art. 34).
///
/// `handling` is the answer about C4. The days count from its last day as counted, rolled or not.
///
/// # Errors
/// [`ExtensionError`]: too late, too many days, or a C4 without a known end.
pub fn extended(
    handling: &Due,
    approved: NaiveDate,
    days: u32,
    profile: &Profile,
    calendars: &Calendars,
) -> Result<Due, ExtensionError> {
    let (Some(last_day), Some(ended)) = (handling.last_day, handling.effective()) else {
        return Err(ExtensionError::NoEnd);
    };
    if approved > ended {
        return Err(ExtensionError::TooLate { approved, ended });
    }
    let most = profile.limit(ClockCode::C5);
    if days == 0 || days > most.limit {
        return Err(ExtensionError::Days { days, most: most.limit });
    }
    let granted = Limit { limit: days, ..most };
    Ok(counted(ClockCode::C5, last_day.into(), Some(&granted), profile.roll_forward, calendars))
}

#[cfg(test)]
#[path = "clock_tests.rs"]
mod tests;
