//! The clerk's decision beside the advice: the same, or another one with its reason.
//!
//! Deliberately absent: a decision that is forbidden. What differs is warned of, and the reason is kept with the record.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::outcome::Outcome;
use crate::profile::Profile;
use crate::routing::Advice;
use crate::{Code, Problem, Severity};

/// What the clerk decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export)]
pub struct Decision {
    /// The outcome.
    pub outcome: Outcome,
    /// The door, by its id, where the visitor was guided to one.
    #[serde(default)]
    pub door: Option<String>,
    /// The body it was sent to, or whom the visitor was told to go to (Art. 23(1): 去向、向谁提出).
    #[serde(default)]
    pub to_body: String,
    /// Who approved a paper that needs an approver (Art. 34, 36(3)).
    #[serde(default)]
    pub approver: String,
    /// Whether it is what was advised.
    pub advised: bool,
    /// Why it is not. Empty where it is.
    #[serde(default)]
    pub because: String,
}

impl Default for Decision {
    /// The one that is always right: registered, told in writing within the limit.
    fn default() -> Self {
        Self {
            outcome: Outcome::ToldLater,
            door: None,
            to_body: String::new(),
            approver: String::new(),
            advised: false,
            because: String::new(),
        }
    }
}

impl Decision {
    /// What was advised, as it was advised. A door is named where only one was left.
    pub fn as_advised(advice: &Advice) -> Self {
        let door = match advice.doors.as_slice() {
            [only] if advice.outcome == Outcome::Guided => Some(only.id.clone()),
            _ => None,
        };
        Self { outcome: advice.outcome, door, advised: true, ..Self::default() }
    }

    /// The clerk's own choice. Whether it is the advised one is told by comparing the two.
    pub fn of(advice: &Advice, outcome: Outcome, door: Option<String>, because: &str) -> Self {
        let advised = follows(advice, outcome, door.as_deref());
        Self { outcome, door, advised, because: because.trim().to_owned(), ..Self::default() }
    }

    /// What is to be noticed about the decision, as warnings with the field `decision`: it differs from the advice and
    /// has no reason; its paper is not one of this office's.
    pub fn check(&self, advice: &Advice, profile: &Profile) -> Vec<Problem> {
        let warn = |code| Problem { field: "decision".to_owned(), code, severity: Severity::Warning };
        let mut problems = Vec::new();
        // Compared again: a record from elsewhere may call itself advised.
        if !follows(advice, self.outcome, self.door.as_deref()) && self.because.trim().is_empty() {
            problems.push(warn(Code::DecisionUnexplained));
        }
        if self.outcome.paper().needs_approver() && self.approver.trim().is_empty() {
            problems.push(warn(Code::ApproverMissing));
        }
        if !profile.may_issue(self.outcome.paper()) {
            problems.push(warn(Code::DecisionNotOurs));
        }
        problems
    }
}

/// The same outcome, and no door that was not among the advised ones.
fn follows(advice: &Advice, outcome: Outcome, door: Option<&str>) -> bool {
    outcome == advice.outcome && door.is_none_or(|id| advice.doors.iter().any(|door| door.id == id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Competent, Doors, Question, Route, route};

    fn advice() -> Advice {
        let question =
            Question { route: Some(Route::Arbitration), competent: Competent::AnotherBody, ..Default::default() };
        route(&question, Profile::national(), Doors::built_in())
    }

    fn codes(decision: &Decision) -> Vec<Code> {
        decision.check(&advice(), Profile::national()).into_iter().map(|problem| problem.code).collect()
    }

    #[test]
    fn what_was_advised_needs_no_reason() {
        assert_eq!(codes(&Decision::as_advised(&advice())), []);
        let one_of_the_doors = Decision::of(&advice(), Outcome::Guided, Some("labour_arbitration".into()), "");
        assert!(one_of_the_doors.advised);
        assert_eq!(codes(&one_of_the_doors), []);
    }

    #[test]
    fn another_outcome_or_another_door_keeps_its_reason() {
        for (outcome, door) in [(Outcome::Accepted, None), (Outcome::Guided, Some("party_appeal".to_owned()))] {
            let silent = Decision::of(&advice(), outcome, door.clone(), "  ");
            assert!(!silent.advised);
            assert_eq!(codes(&silent), [Code::DecisionUnexplained]);
            let explained = Decision::of(&advice(), outcome, door, "双方同意由街道先核实工资表");
            assert_eq!(codes(&explained), []);
        }
    }

    #[test]
    fn a_record_that_calls_itself_advised_is_compared_all_the_same() {
        let decision = Decision { advised: true, ..Decision::of(&advice(), Outcome::Accepted, None, "") };
        assert_eq!(codes(&decision), [Code::DecisionUnexplained]);
    }

    #[test]
    fn art_44_2_a_refusal_that_is_not_ours_is_warned_of_even_with_a_reason() {
        let silent = Decision::of(&advice(), Outcome::NotAccepted, None, "另有单位在办");
        assert_eq!(codes(&silent), [Code::ApproverMissing, Code::DecisionNotOurs]);
        let decision = Decision { approver: "周建国".into(), ..silent };
        assert_eq!(codes(&decision), [Code::DecisionNotOurs]);
        let district = Profile::built_in("tianjin-dongli-district").unwrap();
        assert_eq!(decision.check(&advice(), district), []);
    }

    #[test]
    fn every_problem_of_a_decision_is_a_warning() {
        for outcome in Outcome::ALL {
            let decision = Decision::of(&advice(), *outcome, None, "");
            let problems = decision.check(&advice(), Profile::national());
            assert!(problems.iter().all(|problem| problem.severity == Severity::Warning));
        }
    }
}
