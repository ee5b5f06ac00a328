//! What the form is checked for: all problems at once, and almost all of them only warnings.
//!
//! Invariant 10: nobody is turned away by the form. Only an empty demand, and what would make the record unreadable
//! or too large to travel, is an error. A warning is passed with a reason ([`Visit::passed_because`]).

use std::collections::BTreeSet;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::catalogue::{Catalogue, TableId};
use crate::door::Doors;
use crate::number::RegistrationNumber;
use crate::people::PersonRole;
use crate::profile::Profile;
use crate::routing::route;
use crate::visit::{Party, Stated, Visit};
use crate::{Code, identity, name, phone};

/// The longest single text, in characters: forty times a long demand, and far below what a page carries.
pub const MAX_TEXT_CHARACTERS: usize = 10_000;

/// Representatives of a common matter: Art. 20(3), "代表人数不得超过5人".
pub const MAX_REPRESENTATIVES: usize = 5;

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
    let representatives = visit.people_as(PersonRole::Representative).count();
    // Art. 20(3) is about matters brought in person: a letter of thirty names is one letter.
    let in_person = visit.way.in_person();
    if in_person && representatives > MAX_REPRESENTATIVES {
        warn("people", Code::TooManyRepresentatives);
    }
    if (visit.headcount as usize) < representatives {
        warn("headcount", Code::HeadcountTooSmall);
    }
    let has = |role| visit.people_as(role).next().is_some();
    if visit.party == Party::Person && visit.people_as(PersonRole::Agent).any(|agent| !agent.authorised) {
        warn("people", Code::AuthorisationMissing);
    }
    if is_minor(visit, on) && !has(PersonRole::Guardian) {
        warn("people", Code::GuardianMissing);
    }
    for (field, codes) in people(visit, on) {
        for code in codes {
            warn(field, code);
        }
    }
    if visit.received_at.is_some_and(|at| at.date() > on) {
        warn("received_at", Code::ReceivedInFuture);
    }
    if visit.linked_to.as_ref().is_some_and(|number| number.parse::<RegistrationNumber>().is_err()) {
        warn("linked_to", Code::LinkedNumberUnusual);
    }
    for (field, table, filed) in [
        ("content", TableId::ContentCategory, &visit.content),
        ("dispute", TableId::DisputeType, &visit.dispute),
        ("place", TableId::Place, &visit.place),
        ("particulars", TableId::Nationality, &visit.particulars.ethnic_group),
    ] {
        // An edition that this desk does not have may be right all the same.
        let table = filed.as_ref().and_then(|filed| Catalogue::known().edition(table, filed.edition).zip(Some(filed)));
        if table.is_some_and(|(table, filed)| table.entry(&filed.code).is_none()) {
            warn(field, Code::CodeNotInTable);
        }
    }

    if visit.demand.is_empty() {
        say("demand", Code::DemandEmpty, Severity::Error);
    }
    // The record as it is kept, so that no field of today or tomorrow is left out.
    if let Ok(serde_json::Value::Object(record)) = serde_json::to_value(visit) {
        for (field, value) in &record {
            for code in faults_within(value) {
                say(field, code, Severity::Error);
            }
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

/// Everything worth saying under a region's profile: [`check_on`], what the region asks besides, and what the decision
/// leaves unexplained.
pub fn check_under(visit: &Visit, on: NaiveDate, profile: &Profile) -> Vec<Problem> {
    let visit = visit.clone().normalised();
    let mut problems = check_on(&visit, on);
    problems.extend(profile.check(&visit));
    if let Some(decision) = &visit.decision {
        let question = visit.question().unwrap_or_default();
        problems.extend(decision.check(&route(&question, profile, Doors::built_in()), profile));
    }
    problems
}

/// Whether a set of problems leaves the record unreadable, so that it cannot be kept.
pub fn has_errors(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| problem.severity == Severity::Error)
}

/// Whether the visitor is known to be younger than 18 on the day (民法典 17, 18).
fn is_minor(visit: &Visit, on: NaiveDate) -> bool {
    let told = visit.particulars.birth;
    let read = || visit.identity.as_ref().and_then(identity::facts).map(|facts| facts.birth);
    visit.party == Party::Person
        && told.or_else(read).is_some_and(|birth| on.years_since(birth).is_some_and(|age| age < 18))
}

/// What is noticed about the people of a visit, each code once a field.
fn people(visit: &Visit, on: NaiveDate) -> [(&'static str, BTreeSet<Code>); 2] {
    let visitor = visit.name.text().map(name::notices).unwrap_or_default().into_iter().collect();
    let others = visit.people.iter().flat_map(|person| {
        let paper = person.identity.as_ref().and_then(|paper| identity::notice(paper, on));
        let phones = person.phone.as_deref().map(phone::read).unwrap_or_default();
        let phone = phones.iter().any(|number| number.kind == phone::Kind::Unreadable).then_some(Code::PhoneUnusual);
        let nameless = person.name.is_empty().then_some(Code::PersonWithoutName);
        name::notices(&person.name).into_iter().chain(paper).chain(phone).chain(nameless)
    });
    [("name", visitor), ("people", others.collect())]
}

/// What is wrong with the texts of a field, however deep they stand, each code once.
fn faults_within(value: &serde_json::Value) -> BTreeSet<Code> {
    use serde_json::Value;
    match value {
        Value::String(text) => text_fault(text).into_iter().collect(),
        Value::Array(list) => list.iter().flat_map(faults_within).collect(),
        Value::Object(fields) => fields.values().flat_map(faults_within).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => BTreeSet::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{IdPaper, Identity};
    use crate::people::Person;
    use crate::{Filed, Material, Way};

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

    fn person(role: PersonRole, name: &str) -> Person {
        Person { role, name: name.into(), ..Person::default() }
    }

    #[test]
    fn an_agent_shows_an_authorisation_and_an_organisations_own_needs_none() {
        let agent = |authorised| Person { authorised, ..person(PersonRole::Agent, "周涛") };
        let codes = |party, authorised| codes(&Visit { party, people: vec![agent(authorised)], ..complete() });
        assert_eq!(codes(Party::Person, false), [("people".into(), Code::AuthorisationMissing)]);
        assert_eq!(codes(Party::Person, true), []);
        assert_eq!(codes(Party::Organisation, false), []);
    }

    #[test]
    fn a_minor_comes_with_a_guardian_and_is_registered_without_one_too() {
        let on: NaiveDate = "2026-11-24".parse().unwrap();
        let child = Visit {
            particulars: crate::Particulars { birth: "2016-03-01".parse().ok(), ..crate::Particulars::default() },
            ..complete()
        };
        let problems = check_on(&child, on);
        assert_eq!(problems.iter().map(|one| one.code).collect::<Vec<_>>(), [Code::GuardianMissing]);
        assert!(!has_errors(&problems));
        let with = Visit { people: vec![person(PersonRole::Guardian, "周凤霞")], ..child.clone() };
        assert_eq!(check_on(&with, on), []);
        assert_eq!(check_on(&child, "2034-03-01".parse().unwrap()), [], "eighteen on that day");
    }

    #[test]
    fn what_is_filed_linked_or_received_oddly_is_noticed_and_kept() {
        let filed = |edition, code: &str| Some(Filed { edition, code: code.into() });
        let odd = Visit {
            content: filed(2, "777777"),
            dispute: filed(9, "01"),
            linked_to: Some("上次那张".into()),
            received_at: "2026-11-25T08:00:00".parse().ok(),
            people: vec![Person { phone: Some("13800000000".into()), ..Person::default() }],
            materials: vec![Material { name: "房本".into(), ..Material::default() }],
            ..complete()
        };
        let problems = check_on(&odd, "2026-11-24".parse().unwrap());
        let found: Vec<_> = problems.iter().map(|one| (one.field.as_str(), one.code)).collect();
        let expect = [
            ("people", Code::PersonWithoutName),
            ("received_at", Code::ReceivedInFuture),
            ("linked_to", Code::LinkedNumberUnusual),
            ("content", Code::CodeNotInTable),
        ];
        assert_eq!(found, expect);
        assert!(!has_errors(&problems));
    }

    #[test]
    fn no_text_of_the_record_is_left_unlooked_at() {
        let nul = || "x\u{0}".to_owned();
        let deep = Visit {
            identity: Some(Identity { paper: IdPaper::Passport, number: "E1234".into(), nationality: Some(nul()) }),
            content: Some(Filed { edition: 9, code: nul() }),
            routing: Some(crate::Question { door: Some(nul()), ..crate::Question::default() }),
            people: vec![Person { relation: nul(), ..person(PersonRole::Companion, "甲") }],
            ..complete()
        };
        let errors: Vec<_> = check(&deep).into_iter().filter(|one| one.severity == Severity::Error).collect();
        let fields: Vec<_> = errors.iter().map(|one| one.field.as_str()).collect();
        assert_eq!(fields, ["content", "identity", "people", "routing"]);
        assert!(errors.iter().all(|one| one.code == Code::ControlCharacter));
    }

    #[test]
    fn art_20_3_is_about_matters_brought_in_person() {
        let six = vec![person(PersonRole::Representative, "甲"); 6];
        let many = |way| codes(&Visit { way, headcount: 30, people: six.clone(), ..complete() });
        assert_eq!(many(Way::Letter), []);
        assert_eq!(many(Way::Visit), [("people".into(), Code::TooManyRepresentatives)]);
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
        let visit = Visit { headcount: 17, people: vec![person(PersonRole::Representative, "甲"); 6], ..complete() };
        assert_eq!(codes(&visit), [("people".into(), Code::TooManyRepresentatives)]);
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
        let visit = Visit { people: vec![person(PersonRole::Guardian, "周凤霞")], ..visit };
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
        let one = person(PersonRole::Representative, "⿰韦小雨");
        let whole = person(PersonRole::Representative, "⿰韦华小雨");
        let broken = person(PersonRole::Representative, "⿱山·");
        let visit = Visit {
            name: Stated::Stated("王⿲彳王".into()),
            headcount: 5,
            people: vec![broken.clone(), whole.clone(), broken],
            ..complete()
        };
        let noticed = ["name", "people"].map(|field| (field.to_owned(), Code::DescriptionBroken));
        assert_eq!(codes(&visit), noticed);
        assert_eq!(check(&Visit { headcount: 5, people: vec![one, whole], ..complete() }), []);
    }

    #[test]
    fn what_no_printer_and_no_database_can_hold_is_an_error() {
        let visit = Visit { demand: "要求\u{0}公示".into(), ..complete() };
        assert_eq!(codes(&visit), [("demand".into(), Code::ControlCharacter)]);
        let long = Visit { facts: "长".repeat(MAX_TEXT_CHARACTERS + 1), ..complete() };
        assert_eq!(codes(&long), [("facts".into(), Code::TextTooLong)]);
    }
}
