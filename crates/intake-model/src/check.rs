//! What the form is checked for: all problems at once, and almost all of them only warnings.
//!
//! Invariant 10: nobody is turned away by the form. Only an empty demand, and what would make the record unreadable
//! or too large to travel, is an error. A warning is passed with a reason ([`Visit::passed_because`]).

use std::collections::BTreeSet;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::visit::{Party, Stated, Visit};
use crate::{Code, identity, name, phone};

/// The longest single text, in characters: forty times a long demand, and far below what a page carries.
pub const MAX_TEXT_CHARACTERS: usize = 10_000;

/// Representatives of a common matter: Art. 20(3), "代表人数不得超过5人".
pub const MAX_REPRESENTATIVES: usize = 5;

/// From this head-count a visit is a collective one (集体访), which chooses representatives.
pub const COLLECTIVE_FROM: u32 = 5;

/// One thing noticed about one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export)]
pub struct Problem {
    /// The field of [`Visit`], by its JSON name.
    pub field: String,
    /// What it is.
    pub code: Code,
    /// Whether it can be passed.
    pub severity: Severity,
}

/// Whether a problem can be passed with a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Severity {
    /// The record would be empty or unreadable.
    Error,
    /// Worth a second look; passed with a reason.
    Warning,
}

/// Everything worth saying about a visit whose day is not at hand: [`check_on`] without what depends on the day.
pub fn check(visit: &Visit) -> Vec<Problem> {
    check_on(visit, NaiveDate::MAX)
}

/// Everything worth saying about a visit of the day `on` (civil date at +08:00), in the order of the form. Checks the
/// visit as it would be kept.
pub fn check_on(visit: &Visit, on: NaiveDate) -> Vec<Problem> {
    let visit = &visit.clone().normalised();
    let mut problems = Vec::new();
    let mut say = |field: &str, code, severity| problems.push(Problem { field: field.to_owned(), code, severity });
    let mut warn = |field: &str, code| say(field, code, Severity::Warning);

    if visit.name == Stated::Unknown {
        warn("name", Code::NameUnknown);
    }
    if visit.address == Stated::Unknown {
        warn("address", Code::AddressUnknown);
    }
    if let Some(code) = visit.identity.as_ref().and_then(|paper| identity::notice(paper, on)) {
        warn("identity", code);
    }
    if visit.party == Party::Organisation
        && let Some(uscc) = &visit.uscc
        && !identity::uscc_is_valid(uscc)
    {
        warn("uscc", Code::UsccUnusual);
    }
    let numbers = visit.phone.as_deref().map(phone::read).unwrap_or_default();
    if numbers.iter().any(|number| number.kind == phone::Kind::Unreadable) {
        warn("phone", Code::PhoneUnusual);
    }
    if visit.representatives.len() > MAX_REPRESENTATIVES {
        warn("representatives", Code::TooManyRepresentatives);
    }
    if visit.headcount >= COLLECTIVE_FROM && visit.representatives.is_empty() {
        warn("representatives", Code::RepresentativesMissing);
    }
    if (visit.headcount as usize) < visit.representatives.len() {
        warn("headcount", Code::HeadcountTooSmall);
    }
    for (field, codes) in names(visit) {
        for code in codes {
            warn(field, code);
        }
    }

    if visit.demand.is_empty() {
        say("demand", Code::DemandEmpty, Severity::Error);
    }
    for (field, text) in texts(visit) {
        if let Some(code) = text_fault(text) {
            say(field, code, Severity::Error);
        }
    }
    problems
}

/// Why a text cannot be kept: too long to travel, or with a control character, which draws nothing (and a NUL cannot be
/// stored by the district's PostgreSQL).
pub fn text_fault(text: &str) -> Option<Code> {
    if text.chars().count() > MAX_TEXT_CHARACTERS {
        return Some(Code::TextTooLong);
    }
    let control = text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r'));
    control.then_some(Code::ControlCharacter)
}

/// Whether a set of problems leaves the record unreadable, so that it cannot be kept.
pub fn has_errors(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| problem.severity == Severity::Error)
}

/// What is noticed about the names of a visit, each code once a field.
fn names(visit: &Visit) -> [(&'static str, BTreeSet<Code>); 3] {
    let noticed = |name: Option<&str>| name.map(name::notices).unwrap_or_default().into_iter().collect();
    let representatives = visit.representatives.iter().flat_map(|one| name::notices(&one.name)).collect();
    [
        ("name", noticed(visit.name.text())),
        ("agent", noticed(visit.agent.as_deref())),
        ("representatives", representatives),
    ]
}

fn texts(visit: &Visit) -> impl Iterator<Item = (&'static str, &str)> {
    let representatives = visit.representatives.iter().flat_map(|one| {
        std::iter::once(("representatives", one.name.as_str()))
            .chain(one.phone.as_deref().map(|phone| ("representatives", phone)))
    });
    [
        ("name", visit.name.shown()),
        ("address", visit.address.shown()),
        ("identity", visit.identity.as_ref().map_or("", |paper| paper.number.as_str())),
        ("uscc", visit.uscc.as_deref().unwrap_or_default()),
        ("agent", visit.agent.as_deref().unwrap_or_default()),
        ("phone", visit.phone.as_deref().unwrap_or_default()),
        ("title", visit.title.as_str()),
        ("demand", visit.demand.as_str()),
        ("facts", visit.facts.as_str()),
        ("complained_of", visit.complained_of.as_str()),
        ("remark", visit.remark.as_str()),
        ("passed_because", visit.passed_because.as_str()),
    ]
    .into_iter()
    .chain(representatives)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{IdPaper, Identity};
    use crate::visit::Representative;

    fn codes(visit: &Visit) -> Vec<(String, Code)> {
        check(visit).into_iter().map(|problem| (problem.field, problem.code)).collect()
    }

    fn complete() -> Visit {
        Visit {
            name: Stated::Stated("张伟".into()),
            address: Stated::Stated("新立街道中河村3排12号".into()),
            demand: "反映物业费从1.2元涨到1.8元，要求公示账目。".into(),
            ..Visit::default()
        }
    }

    fn paper(paper: IdPaper, number: &str) -> Identity {
        Identity { paper, number: number.into(), nationality: None }
    }

    #[test]
    fn a_complete_visit_has_no_problem() {
        assert_eq!(check(&complete()), []);
    }

    #[test]
    fn only_an_empty_demand_is_an_error() {
        let problems = check(&Visit::default());
        let errors: Vec<_> = problems.iter().filter(|problem| problem.severity == Severity::Error).collect();
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].code, Code::DemandEmpty);
    }

    #[test]
    fn one_who_would_rather_not_say_is_not_even_warned_about() {
        let visit = Visit { name: Stated::Declined, address: Stated::Declined, ..complete() };
        assert_eq!(check(&visit), []);
    }

    #[test]
    fn art_20_3_more_than_five_representatives_is_a_warning() {
        let one = |name: &str| Representative { name: name.into(), phone: None };
        let visit = Visit { headcount: 17, representatives: vec![one("甲"); 6], ..complete() };
        assert_eq!(codes(&visit), [("representatives".into(), Code::TooManyRepresentatives)]);
        let none = Visit { headcount: 17, ..complete() };
        assert_eq!(codes(&none), [("representatives".into(), Code::RepresentativesMissing)]);
    }

    #[test]
    fn odd_numbers_are_warned_of_and_never_refused() {
        let visit = Visit {
            identity: Some(paper(IdPaper::ResidentId, "120110540607122")),
            phone: Some("12".into()),
            ..complete()
        };
        let problems = check(&visit);
        assert_eq!(problems.len(), 2);
        assert!(!has_errors(&problems));
    }

    #[test]
    fn somebody_born_after_the_visit_is_noticed_where_its_day_is_known() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let visit = Visit { identity: Some(paper(IdPaper::ResidentId, "110105202612310025")), ..complete() };
        assert_eq!(check(&visit), []);
        assert_eq!(check_on(&visit, day("2026-12-31")), []);
        let codes: Vec<_> = check_on(&visit, day("2026-11-24")).into_iter().map(|problem| problem.code).collect();
        assert_eq!(codes, [Code::BirthDateFuture]);
    }

    #[test]
    fn a_phone_is_noticed_only_for_what_cannot_be_dialled() {
        for phone in ["12345", "022-24987766转803", "15022003344/24371122", "+852 2345 6789"] {
            assert_eq!(check(&Visit { phone: Some(phone.into()), ..complete() }), [], "{phone}");
        }
        let visit = Visit { phone: Some("15022003344/2437".into()), ..complete() };
        assert_eq!(codes(&visit), [("phone".into(), Code::PhoneUnusual)]);
    }

    #[test]
    fn a_broken_description_is_noticed_in_every_name_once() {
        let one = Representative { name: "⿰韦小雨".into(), phone: None };
        let whole = Representative { name: "⿰韦华小雨".into(), phone: None };
        let broken = Representative { name: "⿱山·".into(), phone: None };
        let visit = Visit {
            name: Stated::Stated("王⿲彳王".into()),
            headcount: 5,
            representatives: vec![broken.clone(), whole.clone(), broken],
            ..complete()
        };
        let noticed = ["name", "representatives"].map(|field| (field.to_owned(), Code::DescriptionBroken));
        assert_eq!(codes(&visit), noticed);
        assert_eq!(check(&Visit { headcount: 5, representatives: vec![one, whole], ..complete() }), []);
    }

    #[test]
    fn what_no_printer_and_no_database_can_hold_is_an_error() {
        let visit = Visit { demand: "要求\u{0}公示".into(), ..complete() };
        assert_eq!(codes(&visit), [("demand".into(), Code::ControlCharacter)]);
        let long = Visit { facts: "长".repeat(MAX_TEXT_CHARACTERS + 1), ..complete() };
        assert_eq!(codes(&long), [("facts".into(), Code::TextTooLong)]);
    }
}
