//! Matters on their way: which step fits, and what each does to the clocks.

use chrono::Days;
use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn step(kind: StepKind, on: &str) -> StepFact {
    StepFact { kind, on: day(on), due: None, way: None, received_on: None, ending: None }
}

fn reply(way: ReplyWay, on: &str, received: Option<&str>) -> StepFact {
    StepFact { way: Some(way), received_on: received.map(day), ..step(StepKind::Replied, on) }
}

fn handed(on: &str, due: &str) -> StepFact {
    StepFact { due: Some(day(due)), ..step(StepKind::HandedOver, on) }
}

fn closed(on: &str, ending: Ending) -> StepFact {
    StepFact { ending: Some(ending), ..step(StepKind::Closed, on) }
}

fn course(steps: &[StepFact]) -> Course<'_> {
    Course {
        void: false,
        answer_from: Some(day("2026-11-24")),
        told_on: None,
        accepted_by_record: None,
        extended_to: None,
        forwarded: None,
        steps,
    }
}

/// Each clock as `code last_day` or `code last_day stopped_on`; `-` for the section's day.
fn told(course: &Course<'_>) -> Vec<String> {
    let clocks = course.clocks(Profile::national(), Calendars::built_in());
    let text = |day: Option<NaiveDate>| day.map(|day| day.to_string());
    let one = |one: MatterClock| {
        let code = one.code.map_or("-", ClockCode::word).to_owned();
        [Some(code), text(one.last_day), text(one.stopped_on)].into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    clocks.into_iter().map(one).collect()
}

#[test]
fn what_starts_and_stops_each_clock() {
    use StepKind::Accepted;
    let cases: &[(&str, Vec<StepFact>, &[&str])] = &[
        ("registered alone", vec![], &["C1 2026-12-09"]),
        ("accepted", vec![step(Accepted, "2026-11-24")], &["C1 2026-12-09", "C4 2027-01-23"]),
        (
            "handed over with a day",
            vec![step(Accepted, "2026-11-24"), handed("2026-11-25", "2026-12-05")],
            &["- 2026-12-05", "C1 2026-12-09", "C4 2027-01-23"],
        ),
        (
            "handed on to another section, whose day is the one that runs",
            vec![handed("2026-11-25", "2026-12-05"), handed("2026-11-26", "2026-12-20")],
            &["C1 2026-12-09", "- 2026-12-20"],
        ),
        (
            "a section that is given no day ends the day of the one before",
            vec![handed("2026-11-25", "2026-12-05"), step(StepKind::HandedOver, "2026-11-26")],
            &["C1 2026-12-09", "- 2026-12-05 2026-11-26"],
        ),
        (
            "answered by phone: what is owed in writing runs on",
            vec![
                step(Accepted, "2026-11-24"),
                handed("2026-11-25", "2026-12-05"),
                reply(ReplyWay::Phone, "2026-11-28", None),
            ],
            &["C1 2026-12-09", "C4 2027-01-23", "- 2026-12-05 2026-11-28"],
        ),
        (
            "answered in writing, not received yet",
            vec![step(Accepted, "2026-11-24"), reply(ReplyWay::Written, "2026-12-01", None)],
            &["C1 2026-12-09 2026-12-01", "C4 2027-01-23 2026-12-01"],
        ),
        (
            "received: the visitor may ask for 复查 within 30 days",
            vec![step(Accepted, "2026-11-24"), reply(ReplyWay::Written, "2026-12-01", Some("2026-12-03"))],
            &["C6 2027-01-02", "C1 2026-12-09 2026-12-01", "C4 2027-01-23 2026-12-01"],
        ),
        (
            "closed with an agreement: both may ask the court within 30 days",
            vec![step(Accepted, "2026-11-24"), closed("2026-12-01", Ending::Agreement)],
            &["C10 2026-12-31", "C1 2026-12-09 2026-12-01", "C4 2027-01-23 2026-12-01"],
        ),
        ("taken back by the visitor", vec![closed("2026-11-24", Ending::Withdrawn)], &["C1 2026-12-09 2026-11-24"]),
    ];
    for (what, steps, expect) in cases {
        assert_eq!(told(&course(steps)), *expect, "{what}");
    }
}

#[test]
fn the_first_notice_stops_the_first_clock_and_a_suspended_one_is_not_shown() {
    let noticed = Course { told_on: Some(day("2026-11-25")), ..course(&[]) };
    assert_eq!(told(&noticed), ["C1 2026-12-09 2026-11-25"]);
    assert!(told(&Course { answer_from: None, ..course(&[]) }).is_empty());
    assert!(told(&Course { void: true, ..course(&[]) }).is_empty());
}

#[test]
fn what_the_record_accepted_counts_from_there_and_an_extension_takes_its_place() {
    let accepted = Course { accepted_by_record: Some(day("2026-11-24")), ..course(&[]) };
    assert_eq!(told(&accepted), ["C1 2026-12-09", "C4 2027-01-23"]);
    assert!(!accepted.fitting().contains(&StepKind::Accepted));
    let extended = Course { extended_to: Some(day("2027-02-22")), ..accepted };
    assert_eq!(told(&extended), ["C1 2026-12-09", "C5 2027-02-22"]);
}

#[test]
fn every_clock_of_the_office_names_its_article() {
    let steps = [step(StepKind::Accepted, "2026-11-24")];
    for clock in course(&steps).clocks(Profile::national(), Calendars::built_in()) {
        assert!(clock.article.contains("《信访工作条例》"), "{clock:?}");
        assert!(clock.is_owed() && !clock.label.is_empty());
    }
}

#[test]
fn which_step_fits_which_stage() {
    use StepKind::{Accepted, Closed, HandedOver, Replied};
    let cases: &[(Vec<StepFact>, Stage, &[StepKind])] = &[
        (vec![], Stage::Registered, &[Accepted, HandedOver, Replied, Closed]),
        (vec![step(Accepted, "2026-11-24")], Stage::Accepted, &[HandedOver, Replied, Closed]),
        // A section may look at it before it is decided whether it is taken on.
        (vec![step(HandedOver, "2026-11-24")], Stage::InHand, &[Accepted, HandedOver, Replied, Closed]),
        (
            vec![step(Accepted, "2026-11-24"), reply(ReplyWay::Spoken, "2026-11-25", None)],
            Stage::Replied,
            &[HandedOver, Replied, Closed],
        ),
        (vec![closed("2026-11-24", Ending::Guided)], Stage::Closed, &[]),
    ];
    for (steps, stage, fitting) in cases {
        let course = course(steps);
        assert_eq!((course.stage(), course.fitting().as_slice()), (*stage, *fitting), "{steps:?}");
    }
    let void = Course { void: true, ..course(&[]) };
    assert_eq!((void.stage(), void.fitting().len()), (Stage::Void, 0));
}

#[test]
fn a_form_begins_with_what_the_matters_way_suggests() {
    let begun = |steps: &[StepFact], kind, outcome| course(steps).begun(kind, outcome, "矛调中心", day("2026-11-30"));
    let answer = begun(&[], StepKind::Replied, None);
    assert_eq!((answer.way, answer.by.as_str(), answer.on), (Some(ReplyWay::Written), "矛调中心", day("2026-11-30")));
    let handed = begun(&[], StepKind::HandedOver, None);
    assert_eq!((handed.way, handed.by.as_str()), (None, ""));
    let ending = |steps: &[StepFact], outcome| begun(steps, StepKind::Closed, outcome).ending;
    assert_eq!(ending(&[], Some(Outcome::Guided)), Some(Ending::Guided));
    assert_eq!(ending(&[], Some(Outcome::Accepted)), None);
    let replied = [reply(ReplyWay::Spoken, "2026-11-25", None)];
    assert_eq!(ending(&replied, Some(Outcome::Accepted)), Some(Ending::Answered));
}

/// Received on Thursday 2026-11-26: five working days end on Thursday 2026-12-03.
fn forwarded(steps: &[StepFact]) -> Course<'_> {
    let received = Forwarded { received_on: day("2026-11-26"), told_on: None };
    Course { answer_from: None, forwarded: Some(received), ..course(steps) }
}

#[test]
fn what_is_forwarded_to_the_centre_is_told_within_fifteen_days_or_objected_to_within_five_working_days() {
    use StepKind::{Accepted, HandedOver, Objected};
    let written = |on| reply(ReplyWay::Written, on, None);
    let cases: &[(&str, Vec<StepFact>, &[&str])] = &[
        ("received alone", vec![], &["C3 2026-12-03", "C2 2026-12-11"]),
        ("looked at by a section", vec![step(HandedOver, "2026-11-27")], &["C3 2026-12-03", "C2 2026-12-11"]),
        (
            "objected to: nothing is owed until it is forwarded again",
            vec![step(Objected, "2026-11-30")],
            &["C3 2026-12-03 2026-11-30", "C2 2026-12-11 2026-11-30"],
        ),
        (
            "taken on: it is the centre's own, and the visitor is still to be told",
            vec![step(Accepted, "2026-11-30")],
            &["C2 2026-12-11", "C4 2027-01-29", "C3 2026-12-03 2026-11-30"],
        ),
        ("answered in writing", vec![written("2026-12-01")], &["C3 2026-12-03 2026-12-01", "C2 2026-12-11 2026-12-01"]),
        (
            "what was written before it came says nothing of it",
            vec![written("2026-11-25")],
            &["C3 2026-12-03", "C2 2026-12-11"],
        ),
        (
            "objected to before, and forwarded here once more",
            vec![step(Objected, "2026-11-25")],
            &["C3 2026-12-03", "C2 2026-12-11"],
        ),
        (
            "taken on before it was forwarded: only the visitor is to be told",
            vec![step(Accepted, "2026-11-24")],
            &["C2 2026-12-11", "C4 2027-01-23", "C3 2026-12-03 2026-11-26"],
        ),
    ];
    for (what, steps, expect) in cases {
        assert_eq!(told(&forwarded(steps)), *expect, "{what}");
    }
    let noticed = Forwarded { received_on: day("2026-11-26"), told_on: Some(day("2026-11-27")) };
    let noticed = Course { forwarded: Some(noticed), ..forwarded(&[]) };
    assert_eq!(told(&noticed), ["C3 2026-12-03 2026-11-27", "C2 2026-12-11 2026-11-27"]);
    assert!(told(&Course { void: true, ..forwarded(&[]) }).is_empty());
}

#[test]
fn only_what_was_forwarded_here_and_is_not_settled_can_be_objected_to() {
    use StepKind::{Accepted, Objected};
    let fits = |course: Course<'_>| course.fitting().contains(&Objected);
    assert!(!fits(course(&[])));
    assert!(fits(forwarded(&[])));
    assert!(!fits(forwarded(&[step(Objected, "2026-11-30")])));
    assert!(!fits(forwarded(&[step(Accepted, "2026-11-30")])));
    assert_eq!(forwarded(&[step(Objected, "2026-11-30")]).stage(), Stage::Registered);
}

fn any_step() -> impl Strategy<Value = StepFact> {
    let maybe_day = || proptest::option::of(0_u64..120);
    (0..StepKind::ALL.len(), 0_u64..90, maybe_day(), 0..ReplyWay::ALL.len(), maybe_day(), 0..Ending::ALL.len())
        .prop_map(|(kind, on, due, way, received, ending)| {
            let kind = StepKind::ALL[kind];
            let at = |days: u64| day("2026-11-24") + Days::new(days);
            StepFact {
                kind,
                on: at(on),
                due: due.filter(|_| kind == StepKind::HandedOver).map(|days| at(on + days)),
                way: (kind == StepKind::Replied).then_some(ReplyWay::ALL[way]),
                received_on: received.filter(|_| kind == StepKind::Replied).map(|days| at(on + days)),
                ending: (kind == StepKind::Closed).then_some(Ending::ALL[ending]),
            }
        })
}

proptest! {
    /// Whatever was written down in whatever order: a closed matter leaves nothing owed, each clock stands once, what fits
    /// can be done, and the visitor's rights are no matter of the office's list.
    #[test]
    fn no_order_of_steps_leaves_an_office_clock_behind_a_closing(
        steps in prop::collection::vec(any_step(), 0..8),
        received in proptest::option::of(0_u64..90),
    ) {
        let received = received.map(|days| day("2026-11-24") + Days::new(days));
        let forwarded = received.map(|received_on| Forwarded { received_on, told_on: None });
        let course = Course { forwarded, ..course(&steps) };
        let clocks = course.clocks(Profile::national(), Calendars::built_in());
        let closed = steps.iter().any(|step| step.kind == StepKind::Closed);
        prop_assert_eq!(course.fitting().is_empty(), closed);
        if closed {
            prop_assert!(!clocks.iter().any(MatterClock::is_owed), "{:?}", clocks);
        }
        for (place, clock) in clocks.iter().enumerate() {
            prop_assert!(clocks.iter().skip(place + 1).all(|other| other.code != clock.code));
            prop_assert!(clock.last_day.is_none_or(|last| last >= clock.from));
            if clock.binds == Binds::VisitorsRight {
                prop_assert!(!clock.is_owed() && clock.stopped_on.is_none());
            }
        }
        let accepted = course.accepted_on();
        prop_assert_eq!(accepted.is_some(), steps.iter().any(|step| step.kind == StepKind::Accepted));
    }
}
