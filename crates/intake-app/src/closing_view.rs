//! The close of a day as the window is shown it.

use intake_model::{DayDifference, DayState, NumberRange, Paper};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Failure;
use crate::drafts::DraftLine;
use crate::line_view::ExchangeResult;
use crate::print_view::PrintRow;
use crate::view::SlipView;

/// A day before it is closed, or after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ClosingDay {
    /// `2026-11-24`.
    pub day: String,
    /// Whether that is today.
    pub is_today: bool,
    /// How far it is.
    pub state: DayState,
    /// Visits registered after its last closing.
    pub since: u32,
    /// Its numbers, one range for each epoch mark.
    pub ranges: Vec<NumberRange>,
    /// Numbers that do not fit: it is not closed while there are some.
    pub differences: Vec<DayDifference>,
    /// Every draft at this desk. The clerk's own are registered or thrown away first.
    pub drafts: Vec<DraftLine>,
    /// First answers that are due and not issued.
    pub unanswered: Vec<OpenNotice>,
    /// Notices issued without a delivery written down.
    pub undelivered: Vec<OpenNotice>,
    /// Its voided numbers.
    pub voids: Vec<VoidNumber>,
    /// Papers in the print queue that are not out, the day's own sheet too.
    pub prints: Vec<PrintRow>,
    /// Entries that the district has not confirmed.
    pub unsent: u64,
    /// Registrations among them.
    pub unsent_registrations: u64,
    /// Files that the district misses: they keep nobody from closing.
    pub unsent_files: u64,
    /// Entries of the day that the district set aside, or keeps waiting.
    pub set_aside: u32,
    /// Whether there is a district.
    pub enrolled: bool,
    /// Its last closing.
    pub closed: Option<ClosedDay>,
    /// An earlier day that was never closed, or reopened.
    pub left_open: Option<DayRow>,
}

/// How a day was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ClosedDay {
    /// `2026-11-24 17:31`.
    pub at: String,
    /// The clerk's number.
    pub clerk: u32,
    /// 1 for its first closing.
    pub closing: u32,
    /// How many copies of its sheet were issued.
    pub copies: u32,
    /// The last one's place in the print queue; `None` where it was not put there, or is forgotten.
    pub job: Option<i64>,
    /// The head before it, short.
    pub head: String,
    /// Whether the last backup holds it.
    pub backed_up: bool,
    /// When the last backup was made; `None` before the first.
    pub last_backup: Option<String>,
    /// Why the last try to make one failed.
    pub backup_trouble: Option<Failure>,
}

/// A notice that somebody still owes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OpenNotice {
    /// The registration, with hyphens.
    pub number: String,
    /// For calling out.
    pub short: String,
    /// The title that may be shown to others.
    pub title: String,
    /// Which paper; `None` where none was issued.
    pub paper: Option<Paper>,
    /// Its number as it is written; empty where none was issued.
    pub document: String,
    /// The day of issue, or the last day for it.
    pub day: String,
}

/// A voided number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct VoidNumber {
    /// With hyphens.
    pub number: String,
    /// For calling out.
    pub short: String,
    /// Why; of a sealed matter the fixed word.
    pub reason: String,
}

/// One day of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DayRow {
    /// `2026-11-24`.
    pub day: String,
    /// How far it is.
    pub state: DayState,
    /// Its registrations, void ones among them.
    pub registered: u32,
    /// Visits registered after its last closing.
    pub since: u32,
    /// When it was closed last, `2026-11-24 17:31`.
    pub closed: Option<String>,
    /// How often it was closed.
    pub closings: u32,
}

/// What became of a close.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DayClosing {
    /// The day as it stands now.
    pub day: ClosingDay,
    /// How the last exchange went; `None` without a district.
    pub exchange: Option<ExchangeResult>,
    /// The sheet; `None` where it could not be drawn or written: the day is closed all the same.
    pub sheet: Option<SlipView>,
    /// Why.
    pub sheet_trouble: Option<Failure>,
}
