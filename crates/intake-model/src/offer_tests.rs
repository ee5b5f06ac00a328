use super::*;
use crate::people::Person;
use crate::routing::{Competent, MediationWish, Question, Route};
use crate::visit::Stated;

const OFFICE: &str = "天津市东丽区新立街道矛调中心";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn case(visit: &Visit) -> Case<'_> {
    Case {
        visit,
        office: OFFICE,
        phone: "022-24990000",
        now: day("2026-11-24").and_hms_opt(9, 5, 0).unwrap(),
        accepted: day("2026-11-24"),
        taken_on: false,
        extended: false,
        handed_to: None,
    }
}

fn told(question: Question, outcome: Outcome) -> Visit {
    Visit {
        name: Stated::Stated("张伟".into()),
        address: Stated::Stated("新立街道中河村3排12号".into()),
        complained_of: "某物业公司".into(),
        demand: "物业费未经表决就涨价，要求恢复。".into(),
        routing: Some(question),
        decision: Some(Decision { outcome, to_body: "区住建委".into(), ..Decision::default() }),
        ..Visit::default()
    }
}

fn petition() -> Question {
    Question { route: Some(Route::Petition), competent: Competent::Own, ..Question::default() }
}

fn district() -> &'static Profile {
    Profile::built_in("tianjin-dongli-district").unwrap()
}

fn papers(visit: &Visit, profile: &Profile) -> Vec<Paper> {
    papers_for(&case(visit), profile).into_iter().map(|offer| offer.paper).collect()
}

fn offer(visit: &Visit, profile: &Profile, paper: Paper) -> Offer {
    papers_for(&case(visit), profile).into_iter().find(|offer| offer.paper == paper).unwrap()
}

#[test]
fn a_matter_that_was_taken_on_later_is_offered_the_papers_of_an_accepted_one() {
    let visit = told(petition(), Outcome::ToldLater);
    let later = Case { taken_on: true, accepted: day("2026-11-27"), ..case(&visit) };
    let offers = papers_for(&later, Profile::national());
    let [first, ..] = offers.as_slice() else { panic!("nothing is offered") };
    assert_eq!((first.paper, first.fit), (Paper::AcceptanceNotice, Fit::Outcome));
    // Sixty days from the day of the step.
    assert_eq!(first.filling.limit, Some(day("2027-01-26")));
    assert!(offers.iter().any(|offer| offer.paper == Paper::ExtensionNotice));
}

#[test]
fn what_goes_to_the_section_names_it_and_its_day() {
    let visit = told(petition(), Outcome::Accepted);
    let assigned = |handed_to| {
        let offers = papers_for(&Case { handed_to, ..case(&visit) }, Profile::national());
        let offer = offers.into_iter().find(|offer| offer.paper == Paper::InternalAssignment).unwrap();
        (offer.filling.to_body, offer.filling.limit)
    };
    let c4 = Some(day("2027-01-23"));
    assert_eq!(assigned(None), (String::new(), c4));
    assert_eq!(assigned(Some(("物业管理科", None))), ("物业管理科".into(), c4));
    assert_eq!(assigned(Some(("物业管理科", Some(day("2026-12-04"))))), ("物业管理科".into(), Some(day("2026-12-04"))));
    let longer = Some(("物业管理科", Some(day("2099-12-31"))));
    assert_eq!(assigned(longer), ("物业管理科".into(), c4), "no more time than the office has");
    // The visitor's own notice is about the law's limit, and goes to nobody else.
    let visitors = papers_for(
        &Case { handed_to: Some(("物业管理科", Some(day("2026-12-04")))), ..case(&visit) },
        Profile::national(),
    );
    let visitors = visitors.into_iter().find(|offer| offer.paper == Paper::AcceptanceNotice).unwrap();
    assert_eq!((visitors.filling.to_body, visitors.filling.limit), (String::new(), c4));
}

#[test]
fn exactly_what_fits_an_outcome_is_offered() {
    use Paper::*;
    let cases: [(Outcome, &[Paper]); 10] = [
        (Outcome::ToldLater, &[SupplementNotice, PrivacyNotice, Authorisation]),
        (Outcome::AnsweredAtOnce, &[PrivacyNotice, Authorisation]),
        (Outcome::Received, &[AcceptanceNotice, InternalAssignment, SupplementNotice, PrivacyNotice, Authorisation]),
        (
            Outcome::Accepted,
            &[AcceptanceNotice, InternalAssignment, ExtensionNotice, SupplementNotice, PrivacyNotice, Authorisation],
        ),
        (Outcome::Forwarded, &[ForwardingNotice, PrivacyNotice, Authorisation]),
        (Outcome::Assigned, &[ForwardingNotice, PrivacyNotice, Authorisation]),
        (Outcome::Guided, &[GuidanceSheet, PrivacyNotice, Authorisation]),
        (
            Outcome::Mediation,
            &[MediationRights, MediationApplication, MediationRegister, SupplementNotice, PrivacyNotice, Authorisation],
        ),
        (Outcome::NotAccepted, &[NotAcceptedNotice, PrivacyNotice, Authorisation]),
        (Outcome::NoLongerAccepted, &[NoLongerAcceptedNotice, PrivacyNotice, Authorisation]),
    ];
    assert_eq!(cases.map(|(outcome, _)| outcome), Outcome::ALL);
    for (outcome, expect) in cases {
        assert_eq!(papers(&told(petition(), outcome), district()), expect, "{outcome:?}");
    }
}

#[test]
fn a_street_does_not_issue_a_superiors_refusal() {
    for outcome in [Outcome::NotAccepted, Outcome::NoLongerAccepted] {
        assert_eq!(
            papers(&told(petition(), outcome), Profile::national()),
            [Paper::PrivacyNotice, Paper::Authorisation]
        );
    }
}

#[test]
fn other_doors_urgency_mediation_and_an_agent_bring_their_own_papers() {
    let arbitration = Question { route: Some(Route::Arbitration), ..Question::default() };
    let elsewhere = told(arbitration, Outcome::Accepted);
    assert!(papers(&elsewhere, Profile::national()).contains(&Paper::GuidanceSheet), "its limits run");
    let urgent = told(Question { urgent: true, ..petition() }, Outcome::Accepted);
    let report = offer(&urgent, Profile::national(), Paper::UrgentReport);
    assert_eq!((report.fit, report.filling.reason.as_str()), (Fit::Urgent, "物业费未经表决就涨价，要求恢复。"));
    let wanted = told(Question { mediation: MediationWish::Wanted, ..petition() }, Outcome::Accepted);
    let application = offer(&wanted, Profile::national(), Paper::MediationApplication);
    assert_eq!(application.filling.other_party.unwrap().name, "某物业公司");
    let agent = Person { role: PersonRole::Agent, name: "周涛".into(), ..Person::default() };
    let by_agent = Visit { people: vec![agent], ..told(petition(), Outcome::ToldLater) };
    assert!(papers(&by_agent, Profile::national()).contains(&Paper::Authorisation));
}

#[test]
fn a_paper_is_filled_in_from_the_record_and_the_clocks() {
    let acceptance = offer(&told(petition(), Outcome::Accepted), Profile::national(), Paper::AcceptanceNotice);
    let Filling { addressee, unit, unit_phone, limit, .. } = acceptance.filling;
    assert_eq!((addressee.as_str(), unit.as_str(), unit_phone.as_str()), ("张伟", OFFICE, "022-24990000"));
    assert_eq!(limit, Some(day("2027-01-23")), "domain: accepted 2026-11-24 gives 2027-01-23");
    assert_eq!(acceptance.basis.unwrap().article, crate::Clock::of(ClockCode::C4).article);
    assert_eq!(acceptance.article, Outcome::Accepted.article());

    let forwarding = offer(&told(petition(), Outcome::Forwarded), Profile::national(), Paper::ForwardingNotice);
    assert_eq!((forwarding.filling.to_body.as_str(), forwarding.filling.limit), ("区住建委", None));

    let decision =
        Decision { outcome: Outcome::Guided, door: Some("labour_arbitration".into()), ..Decision::default() };
    let guided = Visit { decision: Some(decision), ..told(petition(), Outcome::Guided) };
    let Filling { door, to_body, .. } = offer(&guided, Profile::national(), Paper::GuidanceSheet).filling;
    assert_eq!(door.as_deref(), Some("labour_arbitration"));
    assert_eq!(to_body, Doors::built_in().get("labour_arbitration").unwrap().body);

    let several = told(Question { route: Some(Route::Arbitration), ..Question::default() }, Outcome::Guided);
    let sheet = offer(&several, Profile::national(), Paper::GuidanceSheet);
    assert!(sheet.doors.len() > 1 && sheet.filling.door.is_none(), "the clerk chooses: {:?}", sheet.doors);
    let unchosen = sheet.filled(&sheet.filling, &case(&several), Profile::national());
    assert_eq!(unchosen, Err(("door", Code::FillingIncomplete)));

    let many = Visit { headcount: 17, ..told(petition(), Outcome::Accepted) };
    assert_eq!(offer(&many, Profile::national(), Paper::AcceptanceNotice).filling.addressee, "张伟等17人");
}

#[test]
fn no_paper_of_a_sealed_matter_names_who_came_whom_it_concerns_or_what_for() {
    let denounced = Question { class: crate::Class::Denunciation, ..petition() };
    for (question, confidential) in [(denounced, false), (petition(), true)] {
        for outcome in Outcome::ALL {
            let visit = Visit { confidential, ..told(question.clone(), *outcome) };
            for offer in papers_for(&case(&visit), district()) {
                let said = serde_json::to_string(&offer.filling).unwrap();
                for secret in ["张伟", "中河村", "物业"] {
                    assert!(!said.contains(secret), "{outcome:?} {:?}: {said}", offer.paper);
                }
                let free = ["measures", "items", "other_party", "requests"];
                assert!(!offer.fields.iter().any(|field| free.contains(&field.as_str())), "{:?}", offer.paper);
            }
        }
    }
}

fn approved(filling: Filling, on: &str) -> Filling {
    Filling {
        approver: "周建国".into(),
        approved_at: day(on).and_hms_opt(9, 0, 0),
        reason: "需要鉴定".into(),
        ..filling
    }
}

#[test]
fn what_a_paper_is_for_must_stand_on_it() {
    let visit = told(petition(), Outcome::Accepted);
    let said = |paper: Paper, change: &dyn Fn(&mut Filling)| {
        let offer = offer(&visit, Profile::national(), paper);
        let mut filling = offer.filling.clone();
        change(&mut filling);
        offer.filled(&filling, &case(&visit), Profile::national())
    };
    let kept = said(Paper::AcceptanceNotice, &|filling| filling.items = vec!["不属于这份文书".into()]).unwrap();
    assert_eq!(kept.items, Vec::<String>::new());
    let blank = said(Paper::AcceptanceNotice, &|filling| filling.unit = "  ".into());
    assert_eq!(blank, Err(("unit", Code::FillingIncomplete)));
    let controlled = said(Paper::AcceptanceNotice, &|filling| filling.reason = "\u{1}".into());
    assert_eq!(controlled, Err(("reason", Code::ControlCharacter)));
    assert_eq!(said(Paper::SupplementNotice, &|_| {}), Err(("items", Code::FillingIncomplete)));
    let unapproved = said(Paper::ExtensionNotice, &|filling| filling.reason = "需要鉴定".into());
    assert_eq!(unapproved, Err(("approver", Code::ApproverMissing)));
}

#[test]
fn art_34_one_extension_of_at_most_thirty_days_approved_before_the_limit_ends() {
    let visit = told(petition(), Outcome::Accepted);
    let extension = offer(&visit, Profile::national(), Paper::ExtensionNotice);
    assert_eq!(extension.filling.limit, Some(day("2027-02-22")), "30 days after 2027-01-23");
    let said = |limit: &str, on: &str| {
        let filling = approved(Filling { limit: Some(day(limit)), ..extension.filling.clone() }, on);
        extension.filled(&filling, &case(&visit), Profile::national()).map(|kept| kept.limit.unwrap().to_string())
    };
    assert_eq!(said("2027-02-22", "2027-01-23").as_deref(), Ok("2027-02-22"));
    assert_eq!(said("2027-01-24", "2026-11-24").as_deref(), Ok("2027-01-24"));
    for limit in ["2027-02-23", "2027-01-23", "2026-12-01"] {
        assert_eq!(said(limit, "2027-01-23"), Err(("limit", Code::ExtensionTooLong)), "{limit}");
    }
    assert_eq!(said("2027-02-01", "2027-01-24"), Err(("approved_at", Code::ExtensionTooLate)));

    let offered =
        |case: Case<'_>| papers_for(&case, Profile::national()).iter().any(|one| one.paper == Paper::ExtensionNotice);
    assert!(offered(case(&visit)));
    assert!(!offered(Case { extended: true, ..case(&visit) }), "there is one");
    assert!(!offered(Case { now: day("2027-01-24").and_hms_opt(0, 0, 0).unwrap(), ..case(&visit) }), "C4 has ended");
}
