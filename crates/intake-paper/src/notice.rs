//! What the papers of the desk are made of: one [`Notice`] for every paper that is worded, one [`Form`] for the sheet that
//! every visit has, one [`DayReport`] for a day and one [`ClosingSheet`] for its close.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use intake_model::{DayState, DeskNumber, Filling, NumberRange, Outcome, Paper, RegistrationNumber, StillOpen, Visit};

use crate::Slip;

/// One worded paper: plain data taken from committed entries, never from a form.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Which paper.
    pub paper: Paper,
    /// The office's name in full, as it signs (`Profile::office_name`).
    pub office: String,
    /// The name on its seal (`Profile::seal_name`).
    pub seal: String,
    /// Where the office is.
    pub address: String,
    /// The phone the visitor may call.
    pub phone: String,
    /// When people are received (`Reception::hours`).
    pub hours: String,
    /// The desk, printed as the window to come back to.
    pub desk: DeskNumber,
    /// The number under which it goes out, as printed (`DocumentNumber`); `None` where the kind has none.
    pub document: Option<String>,
    /// The matter's registration number; `None` on a blank.
    pub registration: Option<RegistrationNumber>,
    /// When the matter was registered, at +08:00.
    pub registered_at: Option<NaiveDateTime>,
    /// The title that may stand on paper (`Visit::open_title`). Empty for a sealed matter: then no word of the matter, of
    /// who came or of what the clerk wrote about it is printed.
    pub title: String,
    /// The record; `None` for a sealed matter or a blank.
    pub visit: Option<Visit>,
    /// What the visit led to; it chooses between the two titles of a paper that serves two outcomes.
    pub outcome: Option<Outcome>,
    /// The query code; empty on a blank.
    pub query_code: String,
    /// What the clerk filled in.
    pub filling: Filling,
    /// What a 送达回证 is about: each paper handed over. Empty on the others.
    pub documents: Vec<Served>,
    /// The title of who approves, such as 街道分管负责人 (`Profile::titles`).
    pub approver_title: String,
    /// For how many years what was told is kept (`Profile::retention_years`); the notice on personal information says so.
    pub retention_years: u32,
    /// Whether the receiver signs on the kept copy (`!Profile::service_record`): then a notice that is handed over prints
    /// that copy too.
    pub signed_on_copy: bool,
    /// When it was issued, at +08:00: the day under the paper.
    pub issued_at: NaiveDateTime,
    /// The clerk's number.
    pub clerk: u32,
    /// Which copy this is: 1, or more for a reprint, which says so.
    pub copy: u32,
    /// When this copy was made, at +08:00; printed on a reprint.
    pub printed_at: NaiveDateTime,
    /// Whether it was voided: then every page says so.
    pub void: bool,
    /// Whether this is practice: then every page says so.
    pub practice: bool,
    /// Sentences that the region words in its own way (`Profile::wording`).
    pub wording: BTreeMap<String, String>,
}

/// One paper that is handed over with others under one 送达回证, and what was recorded of it afterwards. Before, the later
/// fields are empty and stay open for the pen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Served {
    /// What it is called.
    pub name: String,
    /// Its number; empty where it has none.
    pub number: String,
    /// How it was delivered, such as 直接送达.
    pub way: String,
    /// Who took it.
    pub receiver: String,
    /// What they are to the addressee.
    pub relation: String,
    /// When, at +08:00.
    pub served_at: Option<NaiveDateTime>,
    /// Why it was refused; empty where it was not.
    pub refused: String,
}

/// The sheet of one visit (来访登记表) with its slip as the tear-off foot: one A4.
///
/// Of a sealed matter it is printed once for its reader: `visit` is what the reader may see, while `slip` names neither
/// who came nor what for.
#[derive(Debug, Clone)]
pub struct Form {
    /// The foot. Office, number, times, clerk, copy and practice are taken from it for the form too.
    pub slip: Slip,
    /// The record.
    pub visit: Visit,
    /// When this copy was made, at +08:00; printed on a reprint.
    pub printed_at: NaiveDateTime,
    /// Whether the matter was voided: then every page says so.
    pub void: bool,
    /// Sentences that the region words in its own way (`Profile::wording`).
    pub wording: BTreeMap<String, String>,
}

/// The closing sheet of one desk's day (日结单).
#[derive(Debug, Clone)]
pub struct ClosingSheet {
    /// The office's name in full.
    pub office: String,
    /// The name on its seal.
    pub seal: String,
    /// The desk.
    pub desk: DeskNumber,
    /// Which day.
    pub day: NaiveDate,
    /// 1 for the day's first closing.
    pub closing: u32,
    /// Its numbers, one range for each epoch mark.
    pub ranges: Vec<NumberRange>,
    /// The voided numbers in the short form, each with its reason; of a sealed matter the fixed word.
    pub voids: Vec<(String, String)>,
    /// Drafts thrown away, by reason.
    pub discarded: Vec<(String, u32)>,
    /// What was still open.
    pub open: StillOpen,
    /// Closed, or confirmed by the district.
    pub state: DayState,
    /// The head of the desk's journal before the closing, short.
    pub head: String,
    /// When the day was closed, at +08:00.
    pub closed_at: NaiveDateTime,
    /// From 2 on it says 补打.
    pub copy: u32,
    /// When this copy was made, at +08:00; printed on a reprint.
    pub printed_at: NaiveDateTime,
    /// The clerk's number.
    pub clerk: u32,
    /// Whether this is practice.
    pub practice: bool,
}

/// The day of one desk (当日汇总).
#[derive(Debug, Clone)]
pub struct DayReport {
    /// The office's name in full.
    pub office: String,
    /// The name on its seal.
    pub seal: String,
    /// The desk.
    pub desk: DeskNumber,
    /// Which day.
    pub day: NaiveDate,
    /// What was counted, group by group: by way, by outcome, by paper.
    pub tallies: Vec<Tally>,
    /// The day's registrations, in the order of their numbers.
    pub lines: Vec<DayLine>,
    /// When the report was made, at +08:00.
    pub made_at: NaiveDateTime,
    /// The clerk's number.
    pub clerk: u32,
    /// Whether this is practice.
    pub practice: bool,
}

/// One group of counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// What is counted.
    pub heading: String,
    /// Each label with its number.
    pub counts: Vec<(String, u32)>,
}

/// One registration of the day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DayLine {
    /// Its number in the short form for calling out.
    pub number: String,
    /// When it was registered, at +08:00.
    pub at: NaiveDateTime,
    /// The title that may stand on paper; empty for a sealed matter.
    pub title: String,
    /// What it led to.
    pub outcome: String,
    /// The last day of the written notice; `None` while no clock runs.
    pub due: Option<NaiveDate>,
    /// Whether it was voided.
    pub void: bool,
}
