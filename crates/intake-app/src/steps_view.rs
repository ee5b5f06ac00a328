//! A matter's steps, its clocks, and what the office owes, as the window is shown them. Times are civil, +08:00, as text.

use intake_model::{ClockCode, Code, MatterClock, Stage, StepKind, StepTaken};
use intake_store::{ReturnedEntry, StepRecord};
use intake_wire::VerdictKind;
use serde::{Deserialize, Serialize};
use serde_json::json;
use ts_rs::TS;

use crate::visits::minute;

/// How a matter stands at the office, as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MatterSteps {
    /// The registration number, with hyphens.
    pub number: String,
    /// How far it is.
    pub stage: Stage,
    /// What was done, the first one first; what was taken back stays.
    pub steps: Vec<ShownStep>,
    /// Its clocks, what the office owes first.
    pub clocks: Vec<MatterClock>,
    /// Which steps fit it as it stands, each as its form begins.
    pub offers: Vec<StepOffer>,
    /// What the district did not simply apply.
    pub returned: Vec<Returned>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ShownStep {
    /// By what it is named.
    pub step: String,
    /// Which.
    pub kind: StepKind,
    /// What was written down; without its words where they are sealed to others, or erased.
    pub taken: StepTaken,
    /// Whether its words are shown.
    pub told: bool,
    /// When it was written down: `2026-11-24 09:05`.
    pub written: String,
    /// The clerk's number.
    pub clerk: u32,
    /// When it was taken back; `None` while it stands.
    pub withdrawn: Option<String>,
    /// Why; empty where it was not, or where that is sealed to others or erased.
    pub reason: String,
}

/// A step that fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StepOffer {
    /// Which.
    pub kind: StepKind,
    /// The fields of a [`StepTaken`] that it has a place for, in the order of the form.
    pub fields: Vec<String>,
    /// What stands in them.
    pub begun: StepTaken,
}

/// An entry of a matter that the district stored and did not simply apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Returned {
    /// Its journal's mark and its place there: `A-5`.
    pub place: String,
    /// The kind of entry, as a word.
    pub kind: String,
    /// When it was written: `2026-11-24 09:05`.
    pub at: String,
    /// What became of it.
    pub state: ReturnedState,
    /// Why it was set aside; `None` for a word that this program does not know.
    pub code: Option<Code>,
    /// The entry that took its place, or for which it waits; 0 for one set aside, and for one that waits for another desk's.
    pub other: u64,
}

/// What became of an entry at the district.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ReturnedState {
    /// 退回: stored, and not applied.
    SetAside,
    /// It waits for an earlier one.
    Waiting,
    /// A correction took its place.
    Superseded,
}

/// What the office owes, the nearest day first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OwedList {
    /// The day on which this was looked up.
    pub today: String,
    /// One line for each clock that runs or ran out.
    pub rows: Vec<OwedRow>,
}

/// One thing that the office owes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OwedRow {
    /// With hyphens.
    pub number: String,
    /// For calling out.
    pub short: String,
    /// The matter's title; a fixed word of a sealed one.
    pub title: String,
    /// What is owed.
    pub what: String,
    /// By which clock; `None` for the day that was set to a section.
    pub code: Option<ClockCode>,
    /// By which day; `None` where it cannot be told.
    pub day: Option<String>,
    /// The next working day, where that one is a day off.
    pub rolled: Option<String>,
    /// How many days are left; negative once it ran out.
    pub days_left: Option<i64>,
    /// Its basis; empty for a day that the office set itself.
    pub article: String,
}

pub(crate) fn shown(one: StepRecord) -> ShownStep {
    let told = one.told.told().is_some();
    let words = one.told.told().map(|told| told.told.clone()).unwrap_or_default();
    let fact = one.open.fact(one.kind);
    ShownStep {
        kind: one.kind,
        taken: StepTaken {
            on: fact.on,
            section: words.section,
            person: words.person,
            due: fact.due,
            way: fact.way,
            answer: words.answer,
            by: words.by,
            received_on: fact.received_on,
            ending: fact.ending,
            note: words.note,
        },
        told,
        written: minute(one.at_ms),
        clerk: one.clerk,
        withdrawn: one.withdrawn.as_ref().map(|withdrawn| minute(withdrawn.at_ms)),
        reason: one.withdrawn.and_then(|one| one.reason.told().map(|told| told.reason.clone())).unwrap_or_default(),
        step: one.open.step,
    }
}

pub(crate) fn returned(one: ReturnedEntry) -> Option<Returned> {
    let (state, code, other) = match one.verdict {
        VerdictKind::SetAside { code } => (ReturnedState::SetAside, serde_json::from_value(json!(code)).ok(), 0),
        VerdictKind::Waiting { for_seq } => (ReturnedState::Waiting, None, for_seq),
        VerdictKind::Superseded { by } => (ReturnedState::Superseded, None, by),
        VerdictKind::Stored | VerdictKind::AlreadyHad => return None,
    };
    let (place, at) = (format!("{}-{}", one.mark, one.seq), minute(one.at_ms));
    Some(Returned { place, kind: one.kind, at, state, code, other })
}
