//! What the district does with a matter: 转送, 交办, 督办, 复查, 复核, 退回.
//!
//! A matter that is sent on to the very centre that registered it begins the centre's own clocks at its receipt (Art. 23(3));
//! which, stands in [`crate::Course`]. Deliberately absent: clocks of another body. An assigned matter says its own last day.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::check::text_fault;
use crate::words::words;

words! {
    /// What the district can do with a matter.
    DistrictAct, "district_acts":
    /// 转送: sent on to another body.
    Forwarded = "forwarded",
    /// 交办: sent on with a report asked back.
    Assigned = "assigned",
    /// 督办: urged, with what is to be done and by when.
    Supervised = "supervised",
    /// 复查: the first review of a reply.
    Reviewed = "reviewed",
    /// 复核: the second and last one.
    Reexamined = "reexamined",
    /// 退回: given back to the desk, with the reason.
    Returned = "returned",
}

words! {
    /// What a review came to.
    ReviewResult, "review_results":
    /// 维持: the reply stands.
    Upheld = "upheld",
    /// 变更: it is changed.
    Changed = "changed",
    /// 撤销: it stands no more.
    Revoked = "revoked",
}

/// Letters of a body's name, and of what is said.
const BODY_LETTERS: usize = 100;
const TEXT_LETTERS: usize = 1000;

/// One act of the district about one matter, as it is written down. What an act has no use for stays empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActTold {
    /// What was done.
    pub act: DistrictAct,
    /// On which day, at +08:00.
    pub on: NaiveDate,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<NaiveDate>,
    /// What a review came to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<ReviewResult>,
    /// It goes to the very centre that registered the matter, and to no other body.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub to_centre: bool,
}

/// Its words: they may name people, and where a matter goes may tell whom it is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActWords {
    /// To which body.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// What was said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// What keeps an act from being written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActProblem {
    /// 转送, 交办 to another body without its name, or with more than a name.
    Body,
    /// 交办, 督办 without a last day, or with one before the act.
    Due,
    /// 复查, 复核 without a result.
    Result,
    /// 督办, 退回 without words, or more than can be kept.
    Text,
}

impl DistrictAct {
    /// Whether it names the body it goes to.
    pub const fn has_body(self) -> bool {
        matches!(self, Self::Forwarded | Self::Assigned)
    }

    /// Whether it has a last day.
    pub const fn has_due(self) -> bool {
        matches!(self, Self::Assigned | Self::Supervised)
    }

    /// Whether it has a result.
    pub const fn has_result(self) -> bool {
        matches!(self, Self::Reviewed | Self::Reexamined)
    }

    /// Whether it says nothing without words.
    const fn needs_text(self) -> bool {
        matches!(self, Self::Supervised | Self::Returned)
    }
}

impl ActTold {
    /// The act with its words as it is kept: outer white space gone, and nothing that it has no use for. Of a `sealed` matter
    /// no words are kept.
    ///
    /// # Errors
    /// Everything that keeps it from being written down, at once.
    pub fn kept(self, words: &ActWords, sealed: bool) -> Result<(Self, ActWords), Vec<ActProblem>> {
        let Self { act, on, due, result, to_centre } = self;
        let to_centre = to_centre && act.has_body();
        let body = if act.has_body() && !sealed && !to_centre { words.body.trim().to_owned() } else { String::new() };
        let text = if sealed { String::new() } else { words.text.trim().to_owned() };
        let words = !sealed;
        let due = due.filter(|_| act.has_due());
        let result = result.filter(|_| act.has_result());
        let one_line = !body.contains(['\n', '\r']);
        let said = |text: &str, most: usize| text.chars().count() <= most && text_fault(text).is_none();
        let problems: Vec<ActProblem> = [
            (
                act.has_body() && words && !to_centre && (body.is_empty() || !one_line || !said(&body, BODY_LETTERS)),
                ActProblem::Body,
            ),
            (act.has_due() && due.is_none_or(|due| due < on), ActProblem::Due),
            (act.has_result() && result.is_none(), ActProblem::Result),
            ((act.needs_text() && words && text.is_empty()) || !said(&text, TEXT_LETTERS), ActProblem::Text),
        ]
        .into_iter()
        .filter_map(|(wrong, problem)| wrong.then_some(problem))
        .collect();
        if problems.is_empty() {
            Ok((Self { act, on, due, result, to_centre }, ActWords { body, text }))
        } else {
            Err(problems)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(act: DistrictAct) -> ActTold {
        ActTold { act, on: day("2026-11-25"), due: None, result: None, to_centre: false }
    }

    fn words(body: &str, text: &str) -> ActWords {
        ActWords { body: body.into(), text: text.into() }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn each_act_says_what_it_must_and_all_that_is_missing_is_told_at_once() {
        use ActProblem::{Body, Due, Result, Text};
        let missing = [
            (DistrictAct::Forwarded, vec![Body]),
            (DistrictAct::Assigned, vec![Body, Due]),
            (DistrictAct::Supervised, vec![Due, Text]),
            (DistrictAct::Reviewed, vec![Result]),
            (DistrictAct::Reexamined, vec![Result]),
            (DistrictAct::Returned, vec![Text]),
        ];
        for (what, problems) in missing {
            assert_eq!(act(what).kept(&words("", " "), false), Err(problems), "{}", what.word());
        }
    }

    #[test]
    fn nothing_is_due_before_the_day_of_the_act() {
        let due = |text: &str| ActTold { due: Some(day(text)), ..act(DistrictAct::Supervised) };
        assert!(due("2026-11-25").kept(&words("", "限期答复"), false).is_ok());
        assert_eq!(due("2026-11-24").kept(&words("", "限期答复"), false), Err(vec![ActProblem::Due]));
    }

    #[test]
    fn what_an_act_has_no_use_for_is_not_kept() {
        let due = Some(day("2026-12-25"));
        let filled = ActTold { due, result: Some(ReviewResult::Upheld), ..act(DistrictAct::Forwarded) };
        let kept = filled.kept(&words(" 区住建委 ", " 请按职责办理 "), false).unwrap();
        assert_eq!(kept, (act(DistrictAct::Forwarded), words("区住建委", "请按职责办理")));
        let returned = act(DistrictAct::Returned).kept(&words("区住建委", "缺住址"), false).unwrap();
        assert_eq!(returned.1, words("", "缺住址"));
    }

    #[test]
    fn what_goes_to_the_centre_itself_names_no_other_body() {
        let own = ActTold { to_centre: true, ..act(DistrictAct::Forwarded) };
        assert_eq!(own.clone().kept(&words("区住建委", ""), false), Ok((own.clone(), words("", ""))));
        let supervised = ActTold { to_centre: true, due: Some(day("2026-12-25")), ..act(DistrictAct::Supervised) };
        assert!(!supervised.kept(&words("", "限期答复"), false).unwrap().0.to_centre);
        // A district that does not know of it says nothing, and so does one that does.
        assert!(!serde_json::to_string(&act(DistrictAct::Forwarded)).unwrap().contains("to_centre"));
        let older: ActTold = serde_json::from_str(r#"{"act":"forwarded","on":"2026-11-25"}"#).unwrap();
        assert!(!older.to_centre);
    }

    #[test]
    fn of_a_sealed_matter_no_words_are_kept_or_asked_for() {
        let filled = ActTold { due: Some(day("2026-12-25")), ..act(DistrictAct::Assigned) };
        assert_eq!(filled.clone().kept(&words("某局", "举报某某"), true), Ok((filled, ActWords::default())));
        assert!(act(DistrictAct::Returned).kept(&words("", ""), true).is_ok());
    }

    #[test]
    fn a_body_is_a_name_and_what_is_said_has_an_end() {
        let to = |body: &str, text: &str| act(DistrictAct::Forwarded).kept(&words(body, text), false);
        assert_eq!(to(&"长".repeat(101), ""), Err(vec![ActProblem::Body]));
        assert_eq!(to("区住建委\n另起一行", ""), Err(vec![ActProblem::Body]));
        assert_eq!(to("区住建委", &"长".repeat(1001)), Err(vec![ActProblem::Text]));
    }
}
