//! What a desk says of the centre's own steps with a matter: accepted, handed over, replied, closed; and that one is taken
//! back.

use chrono::NaiveDate;
use intake_model::{Ending, ReplyWay, StepFact, StepKind, StepTaken};
use serde::{Deserialize, Serialize};

use crate::Kind;

/// Open part of `accepted`, `handed_over`, `replied`, `closed` and `objected`; the personal part is a [`StepTold`], of a
/// sealed matter a [`crate::SealedPart`] of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepOpen {
    /// The registration number.
    pub number: String,
    /// By what it is named in later entries: a random name, which tells nothing.
    pub step: String,
    /// The day on which it was done.
    pub on: NaiveDate,
    /// By when the section is to answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<NaiveDate>,
    /// How the visitor was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way: Option<ReplyWay>,
    /// When they received it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_on: Option<NaiveDate>,
    /// How the matter ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<Ending>,
}

/// Personal part of a step. Its words stand one below, so that a sealed part is never taken for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepTold {
    /// What a person wrote.
    pub told: StepWords,
}

/// What of a step is written in free words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StepWords {
    /// The section that handles it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub section: String,
    /// Who of the section does.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub person: String,
    /// What was answered.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub answer: String,
    /// Who answered.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// What is to be noted besides.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl StepOpen {
    /// Both parts of a step as it is written down.
    pub fn of(number: String, step: String, taken: StepTaken) -> (Self, StepTold) {
        let StepTaken { on, section, person, due, way, answer, by, received_on, ending, note } = taken;
        let told = StepWords { section, person, answer, by, note };
        (Self { number, step, on, due, way, received_on, ending }, StepTold { told })
    }

    /// What the clocks are counted by.
    pub fn fact(&self, kind: StepKind) -> StepFact {
        let Self { on, due, way, received_on, ending, .. } = *self;
        StepFact { kind, on, due, way, received_on, ending }
    }
}

impl Kind {
    /// The kind of the entry that tells a step: its own word.
    pub fn of_step(kind: StepKind) -> Self {
        match kind {
            StepKind::Accepted => Self::accepted(),
            StepKind::HandedOver => Self::handed_over(),
            StepKind::Replied => Self::replied(),
            StepKind::Closed => Self::closed(),
            StepKind::Objected => Self::objected(),
        }
    }
}

/// Open part of `step_withdrawn`; the personal part is a [`StepReason`], of a sealed matter a [`crate::SealedPart`] of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepWithdrawn {
    /// The registration number.
    pub number: String,
    /// Which of its steps, by its name; it stays in the journal.
    pub step: String,
}

/// Personal part of `step_withdrawn`, unless the matter is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepReason {
    /// Why it is taken back.
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_wrote_stands_in_the_personal_part_alone() {
        let taken = StepTaken {
            on: "2026-11-25".parse().unwrap(),
            section: "综治办".into(),
            person: "李强".into(),
            due: "2026-12-05".parse().ok(),
            ..StepTaken::default()
        };
        let (open, told) = StepOpen::of("N".into(), "5f".into(), taken.clone());
        assert_eq!(open.fact(StepKind::HandedOver), taken.fact(StepKind::HandedOver));
        assert_eq!(
            serde_json::to_string(&open).unwrap(),
            r#"{"number":"N","step":"5f","on":"2026-11-25","due":"2026-12-05"}"#
        );
        assert_eq!(serde_json::to_string(&told).unwrap(), r#"{"told":{"section":"综治办","person":"李强"}}"#);
    }

    #[test]
    fn each_step_is_an_entry_of_its_own_word() {
        for kind in StepKind::ALL {
            assert_eq!(Kind::of_step(*kind).as_str(), kind.word());
        }
    }

    #[test]
    fn fields_of_a_newer_program_are_passed_over_and_a_sealed_part_is_none() {
        let open: StepOpen = serde_json::from_str(r#"{"number":"N","step":"1","on":"2026-11-24","later":1}"#).unwrap();
        assert_eq!((open.due, open.ending), (None, None));
        assert!(serde_json::from_str::<StepTold>(r#"{"to":[],"sealed":"YQ=="}"#).is_err());
        assert!(serde_json::from_str::<StepReason>(r#"{"to":[],"sealed":"YQ=="}"#).is_err());
    }
}
