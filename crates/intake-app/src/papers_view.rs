//! The papers of a matter as the window is shown them. Times are civil, +08:00, as text.

use intake_model::{Delivery, Filling, Offer, Paper};
use intake_store::{DeliveryRecord, DocumentRecord};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::export::plain_stem;
use crate::view::SlipView;
use crate::visits::minute;

/// The papers of a matter, as its page shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MatterPapers {
    /// The registration number, with hyphens.
    pub number: String,
    /// What fits the matter as it stands, filled in; nothing of a void one.
    pub offers: Vec<Offer>,
    /// What was issued, the first one first.
    pub issued: Vec<IssuedPaper>,
    /// Whether a notice handed over at the desk is signed for on a 送达回证 of its own.
    pub service_record: bool,
    /// By when the visitor is told in writing, and what they were told.
    pub first_answer: FirstAnswer,
}

/// By when the office owes its first answer, and with which paper it was given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FirstAnswer {
    /// The last day; `None` while the clock does not run.
    pub due: Option<String>,
    /// The next working day, where that one is a day off.
    pub due_rolled: Option<String>,
    /// The paper that tells it; `None` while there is none.
    pub paper: Option<Paper>,
    /// The day on which it was delivered, or where that is not written down yet, issued.
    pub on: Option<String>,
    /// Whether it was delivered.
    pub delivered: bool,
}

/// One paper that was issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct IssuedPaper {
    /// By what it is named: its number as it is written, where it has one.
    pub document: String,
    /// Which paper.
    pub paper: Paper,
    /// Whether that number is on it.
    pub numbered: bool,
    /// Whether the office keeps it or sends it to another body: the visitor does not receive it.
    pub kept: bool,
    /// `2026-11-24 09:05`.
    pub issued: String,
    /// The clerk's number.
    pub clerk: u32,
    /// The place of its last copy in the print queue; `None` where it was not put there, or is forgotten.
    pub job: Option<i64>,
    /// How many copies were printed.
    pub copies: u32,
    /// When the last of them was.
    pub printed: String,
    /// What was filled in; `None` where it is sealed to others, or erased.
    pub filling: Option<Filling>,
    /// The papers that a 送达回证 is about.
    pub documents: Vec<String>,
    /// When it was voided; `None` while it stands.
    pub voided: Option<String>,
    /// Why; empty where it was not, or where it is sealed to others or erased.
    pub void_reason: String,
    /// How it was delivered, the last time last.
    pub deliveries: Vec<PaperDelivery>,
}

/// One delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PaperDelivery {
    /// When it was written down.
    pub written: String,
    /// The clerk's number; 0 of another window's.
    pub clerk: u32,
    /// Which other window of the centre delivered it, as its numbers begin: `02`; `None` for this one.
    pub window: Option<String>,
    /// How; `None` where it is sealed to others, or erased.
    pub told: Option<Delivery>,
}

/// A paper that was just issued, with its copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PaperIssued {
    /// By what it is named.
    pub document: String,
    /// Its pages, and what the printer said.
    pub copy: SlipView,
    /// The papers of the matter, with it.
    pub papers: MatterPapers,
}

/// The day of a time to the minute.
pub(crate) fn day_of(time: &str) -> Option<String> {
    time.split_once(' ').map(|(day, _)| day.to_owned())
}

/// What a paper's file is called: what it is and its number, or for one without a number its place in its series.
pub(crate) fn paper_file(one: &DocumentRecord) -> String {
    let paper = one.issued.paper;
    // Two papers each are worded in one.
    let by_outcome = matches!(paper, Paper::AcceptanceNotice | Paper::ForwardingNotice);
    let outcome = one.content.told().and_then(|told| told.outcome).filter(|_| by_outcome);
    let title = outcome.map_or_else(|| paper.label().to_owned(), |outcome| format!("{}告知书", outcome.label()));
    let place = one.document.split_once('〕').map_or("", |(_, place)| place);
    plain_stem(&format!("{title}{}", if paper.is_numbered() { one.document.as_str() } else { place }))
}

pub(crate) fn delivery(of: &DeliveryRecord) -> PaperDelivery {
    PaperDelivery {
        written: minute(of.at_ms),
        clerk: of.clerk,
        window: of.window.map(|desk| format!("{desk:02}")),
        told: of.told.told().map(|told| told.delivery.clone()),
    }
}

pub(crate) fn shown(one: DocumentRecord) -> IssuedPaper {
    IssuedPaper {
        paper: one.issued.paper,
        numbered: one.issued.paper.is_numbered(),
        kept: one.issued.paper.is_kept(),
        issued: minute(one.at_ms),
        clerk: one.clerk,
        job: one.job,
        copies: one.copies,
        printed: minute(one.printed_ms),
        filling: one.content.told().map(|told| told.filling.clone()),
        documents: one.issued.documents,
        voided: one.void.as_ref().map(|void| minute(void.at_ms)),
        void_reason: one.void.and_then(|void| void.reason.told().map(|told| told.reason.clone())).unwrap_or_default(),
        deliveries: one.deliveries.iter().map(delivery).collect(),
        document: one.document,
    }
}
