//! Values and rules of the reception desk, as pure functions.
//!
//! What a lawyer, a trainer of clerks and an engineer should find here: what a visit is ([`Visit`]), how it is
//! numbered ([`RegistrationNumber`]), under what it is filed ([`Catalogue`]), how people, their papers and their telephones are written ([`name`], [`identity`],
//! [`phone`]), what is checked ([`check()`]), where a matter goes ([`route()`]) and how far it is ([`Course`]), by when the office owes an answer
//! ([`due()`]), what differs from region to region ([`Profile`]) and the one list of stable error codes ([`Code`]).
//!
//! Deliberately absent: any IO, any clock (times are parameters), any async, and any judgement of a person.

mod act;
mod attachment;
mod calendar;
mod catalogue;
pub mod check;
pub mod clock;
pub mod clock_guard;
mod closing;
mod code;
mod course;
mod decision;
mod delivery;
mod door;
mod epoch_mark;
pub mod identity;
pub mod name;
mod notice;
mod number;
mod offer;
mod outcome;
mod people;
pub mod phone;
pub mod pinyin;
mod print;
mod profile;
mod profile_text;
mod published;
mod query_code;
mod routing;
pub mod seek;
mod step;
mod table;
mod visit;
mod words;

pub use act::{ActProblem, ActTold, ActWords, DistrictAct, ReviewResult};
pub use attachment::{ATTACHMENT_BYTES, AttachmentKind};
pub use calendar::{Calendar, Calendars, UnknownYear};
pub use catalogue::{Catalogue, CodeEntry, CodeTable, Filed, Found, TableId};
pub use check::{Problem, Severity, check, check_on, check_under};
pub use clock::{
    Binds, CalendarAnswer, Clock, ClockCode, Due, Event, ExtensionError, Limit, Start, Unit, due, extended,
};
pub use clock_guard::{ClockGuard, Reading};
pub use closing::{
    DayClosed, DayDifference, DayNumber, DayState, Difference, DiscardReason, NumberRange, SlipStand, StillOpen,
    day_state, differences, left_open, ranges,
};
pub use code::{Code, Text, text};
pub use course::{Course, Forwarded, MatterClock, Stage};
pub use decision::Decision;
pub use delivery::{Delivery, DeliveryWay, counting};
pub use door::{Door, DoorLimit, Doors, Ground, SpanUnit};
pub use identity::{Facts as IdFacts, IdPaper, Identity, Sex};
pub use notice::{DocumentNumber, Filling, FillingField, OtherParty};
pub use number::{CentreCode, DeskNumber, EpochMark, NumberError, RegistrationNumber};
pub use offer::{Case, Fault, Fit, Offer, papers_for};
pub use outcome::{Outcome, Paper};
pub use people::{Particulars, Person, PersonRole};
pub use print::{PrintState, PrinterNeed, Sheet};
pub use profile::{BodyKind, Office, Profile, Reception, RepresentativesRow};
pub use published::{TableHeading, TableKind, TableRead, learn};
pub use query_code::QueryCode;
pub use routing::{Advice, Choice, Class, Competent, Earlier, MediationWish, Question, Route, Rule, route};
pub use step::{Ending, ReplyWay, StepFact, StepField, StepKind, StepTaken};
pub use table::TableError;
pub use visit::{Material, NumberSource, OtherNumber, Party, Stated, Visit, Way};

/// The offset of every civil date in this program: +08:00, all year, everywhere in the country.
pub const CHINA: chrono::FixedOffset = match chrono::FixedOffset::east_opt(8 * 3600) {
    Some(offset) => offset,
    None => panic!("eight hours are a valid offset"),
};

/// The civil date at +08:00 of a moment given in milliseconds since 1970 UTC.
///
/// Moments outside chrono's range (±262 000 years) give 1970-01-01.
pub fn civil_date(at_ms: i64) -> chrono::NaiveDate {
    civil_time(at_ms).date()
}

/// The civil date and time at +08:00 of a moment given in milliseconds since 1970 UTC.
pub fn civil_time(at_ms: i64) -> chrono::NaiveDateTime {
    chrono::DateTime::from_timestamp_millis(at_ms).unwrap_or_default().with_timezone(&CHINA).naive_local()
}
