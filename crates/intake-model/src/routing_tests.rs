use super::*;
use crate::door::SpanUnit;
use proptest::prelude::*;

const STREET: &str = "tianjin-dongli-street";
const DISTRICT: &str = "tianjin-dongli-district";

fn profile(id: &str) -> &'static Profile {
    Profile::built_in(id).unwrap_or_else(|| panic!("no profile {id}"))
}

fn advise(id: &str, question: &Question) -> Advice {
    route(question, profile(id), Doors::built_in())
}

fn appeal(route: Route, competent: Competent) -> Question {
    Question { route: Some(route), competent, ..Question::default() }
}

fn class(class: Class, competent: Competent) -> Question {
    Question { class, competent, ..Question::default() }
}

/// `rule: outcome, paper` and the clocks.
fn check(
    id: &str,
    question: &Question,
    rule: Rule,
    outcome: Outcome,
    paper: Paper,
    clocks: &[ClockCode],
    article: &str,
) {
    let advice = advise(id, question);
    assert_eq!((advice.rule, advice.outcome, advice.paper), (rule, outcome, paper), "{id} {question:?}");
    assert_eq!(advice.clocks, clocks, "{id} {question:?}");
    assert!(advice.article.contains(article), "{id} {question:?}: {} lacks {article}", advice.article);
    assert_eq!(advice.because, rule.label());
}

#[test]
fn art_23_a_street_desk_tells_receives_forwards_or_guides() {
    use ClockCode::{C1, C4};
    use Competent::{AnotherBody, LowerBody, Own, Several, Unknown};
    let petition = |competent| appeal(Route::Petition, competent);
    let acceptance = Paper::AcceptanceNotice;
    let rows = [
        (petition(Own), Rule::Petition, Outcome::Accepted, acceptance, &[C1, C4][..], "第三十四条"),
        (petition(LowerBody), Rule::LowerBody, Outcome::Forwarded, Paper::ForwardingNotice, &[C1], "第二十三条第一款"),
        (petition(AnotherBody), Rule::AnotherBody, Outcome::Guided, Paper::GuidanceSheet, &[C1], "第二十三条第一款"),
        (petition(Several), Rule::Several, Outcome::ToldLater, Paper::Slip, &[C1], "第二十四条第一款"),
        (petition(Unknown), Rule::Unclear, Outcome::ToldLater, Paper::Slip, &[C1], "第二十三条第二款"),
        (Question::default(), Rule::Unclear, Outcome::ToldLater, Paper::Slip, &[C1], "第二十三条第二款"),
        (class(Class::Appeal, Own), Rule::OwnPower, Outcome::Received, acceptance, &[C1], "第二十三条第一款"),
        (class(Class::Proposal, Own), Rule::Proposal, Outcome::Received, acceptance, &[C1], "第二十九条第一款"),
        (
            class(Class::Proposal, AnotherBody),
            Rule::AnotherBody,
            Outcome::Guided,
            Paper::GuidanceSheet,
            &[C1],
            "第二十三条",
        ),
        (
            appeal(Route::StatutoryDuty, Own),
            Rule::StatutoryDuty,
            Outcome::Received,
            acceptance,
            &[C1],
            "第三十一条第五项",
        ),
        (
            appeal(Route::Administrative, Own),
            Rule::Administrative,
            Outcome::Received,
            acceptance,
            &[C1],
            "第三十一条第四项",
        ),
        (appeal(Route::PartyAppeal, Own), Rule::PartyAppeal, Outcome::Received, acceptance, &[C1], "第三十一条第三项"),
    ];
    for (question, rule, outcome, paper, clocks, article) in rows {
        check(STREET, &question, rule, outcome, paper, clocks, article);
    }
    let assigned = Question { report_back: true, ..petition(LowerBody) };
    check(STREET, &assigned, Rule::LowerBody, Outcome::Assigned, Paper::ForwardingNotice, &[C1], "第二十三条第一款");
    let answered = Question { answerable: true, ..petition(Own) };
    check(STREET, &answered, Rule::AnsweredAtOnce, Outcome::AnsweredAtOnce, Paper::Slip, &[C1], "第二十三条第二款");
}

#[test]
fn art_22_the_district_centre_forwards_within_its_own_clock() {
    use ClockCode::C1Forward;
    let forwarding = Paper::ForwardingNotice;
    let rows = [
        (appeal(Route::Petition, Competent::Own), Rule::DistrictOwnLevel, Outcome::Forwarded, forwarding, "第一项"),
        (appeal(Route::Petition, Competent::LowerBody), Rule::DistrictBelow, Outcome::Forwarded, forwarding, "第二项"),
        (class(Class::Proposal, Competent::Own), Rule::DistrictOwnLevel, Outcome::Forwarded, forwarding, "第一项"),
        (
            class(Class::Denunciation, Competent::AnotherBody),
            Rule::DenunciationForwarded,
            Outcome::Forwarded,
            forwarding,
            "第二十二条第二款",
        ),
        (
            class(Class::Denunciation, Competent::Unknown),
            Rule::DenunciationForwarded,
            Outcome::Forwarded,
            forwarding,
            "第二十二条第二款",
        ),
        (
            class(Class::Appeal, Competent::Unknown),
            Rule::DistrictUnclear,
            Outcome::ToldLater,
            Paper::Slip,
            "第二十二条第一款",
        ),
        (
            class(Class::Appeal, Competent::AnotherBody),
            Rule::DistrictElsewhere,
            Outcome::Guided,
            Paper::GuidanceSheet,
            "第二十条第一款",
        ),
        (class(Class::Appeal, Competent::Several), Rule::Several, Outcome::ToldLater, Paper::Slip, "第二十四条第一款"),
        (
            appeal(Route::Litigation, Competent::Own),
            Rule::Litigation,
            Outcome::Guided,
            Paper::GuidanceSheet,
            "第三十一条第一项",
        ),
    ];
    for (question, rule, outcome, paper, article) in rows {
        check(DISTRICT, &question, rule, outcome, paper, &[C1Forward], article);
    }
    for competent in [Competent::Own, Competent::LowerBody] {
        let report = Question { report_back: true, ..appeal(Route::Petition, competent) };
        check(DISTRICT, &report, Rule::DistrictReport, Outcome::Assigned, forwarding, &[C1Forward], "第三项");
    }
}

#[test]
fn art_31_only_item_six_starts_the_clock_of_sixty_days() {
    for route in Route::ALL {
        for competent in Competent::ALL {
            let starts = advise(STREET, &appeal(*route, *competent)).clocks.contains(&ClockCode::C4);
            assert_eq!(starts, *route == Route::Petition && *competent == Competent::Own, "{route:?} {competent:?}");
        }
    }
}

#[test]
fn art_31_items_one_and_two_are_other_doors_whoever_is_named_as_competent() {
    for (route, rule) in [(Route::Litigation, Rule::Litigation), (Route::Arbitration, Rule::Arbitration)] {
        for id in [STREET, DISTRICT] {
            for competent in Competent::ALL {
                let advice = advise(id, &appeal(route, *competent));
                assert_eq!((advice.rule, advice.outcome), (rule, Outcome::Guided));
                assert!(!advice.doors.is_empty());
            }
        }
    }
}

#[test]
fn art_20_2_and_28_2_remedies_of_litigation_go_to_the_judicial_organs() {
    for competent in Competent::ALL {
        let question = Question { litigation_rights: true, ..appeal(Route::Petition, *competent) };
        let advice = advise(STREET, &question);
        assert_eq!((advice.rule, advice.outcome), (Rule::LitigationRights, Outcome::Guided));
        assert!(advice.article.contains("第二十条第二款、第二十八条第二款"));
        assert!(advice.doors.iter().any(|door| door.id == "judicial_organ"));
        assert!(advice.doors.iter().any(|door| door.id == "civil_appeal"));
    }
}

#[test]
fn art_22_2_the_district_forwards_a_letter_about_a_lawsuit_and_guides_who_comes_in_person() {
    let asked = |way| Question { way, litigation_rights: true, ..class(Class::Appeal, Competent::AnotherBody) };
    let advice = advise(DISTRICT, &asked(Way::Letter));
    assert_eq!((advice.rule, advice.outcome), (Rule::LitigationRightsForwarded, Outcome::Forwarded));
    assert!(advice.article.contains("第二十二条第二款"));
    assert_eq!(advise(DISTRICT, &asked(Way::Visit)).outcome, Outcome::Guided);
    assert_eq!(advise(STREET, &asked(Way::Letter)).outcome, Outcome::Guided);
}

#[test]
fn art_30_a_denunciation_is_sealed_wherever_it_goes() {
    let rows = [
        (Competent::Own, Rule::DenunciationOwn, Outcome::Received),
        (Competent::LowerBody, Rule::LowerBody, Outcome::Forwarded),
        (Competent::AnotherBody, Rule::DenunciationElsewhere, Outcome::Guided),
        (Competent::Several, Rule::Several, Outcome::ToldLater),
        (Competent::Unknown, Rule::Unclear, Outcome::ToldLater),
    ];
    for (competent, rule, outcome) in rows {
        // Neither an earlier decision nor a wish for mediation nor a quick answer changes where it goes.
        let question = Question {
            answerable: true,
            mediation: MediationWish::Wanted,
            earlier: Some(Earlier::InHandBelow),
            route: Some(Route::Arbitration),
            ..class(Class::Denunciation, competent)
        };
        let advice = advise(STREET, &question);
        assert_eq!((advice.rule, advice.outcome, advice.sealed), (rule, outcome, true), "{competent:?}");
        assert!(!advice.mediation_offered && !advice.also.contains(&Paper::MediationApplication));
        assert!(advise(DISTRICT, &question).sealed);
    }
    let doors = advise(STREET, &class(Class::Denunciation, Competent::AnotherBody)).doors;
    assert_eq!(doors.iter().map(|door| door.id.as_str()).collect::<Vec<_>>(), ["discipline_organ"]);
}

#[test]
fn confidentiality_asked_for_seals_any_matter_and_nothing_else_does() {
    for one in [Class::Proposal, Class::Appeal] {
        assert!(!advise(STREET, &class(one, Competent::Own)).sealed);
        assert!(advise(STREET, &Question { confidential: true, ..class(one, Competent::Own) }).sealed);
    }
}

#[test]
fn art_23_2_the_written_notice_is_suspended_while_name_or_address_is_unclear() {
    let unclear = Question { reachable: false, ..appeal(Route::Petition, Competent::Own) };
    let advice = advise(STREET, &unclear);
    assert!(advice.suspended);
    // Suspended, not gone; and the matter itself is accepted all the same.
    assert_eq!(advice.clocks, [ClockCode::C1, ClockCode::C4]);
    assert_eq!(advice.outcome, Outcome::Accepted);
    // Art. 22 knows no such exception for forwarding.
    assert!(!advise(DISTRICT, &unclear).suspended);
    assert!(!advise(STREET, &appeal(Route::Petition, Competent::Own)).suspended);
}

#[test]
fn art_25_an_urgent_matter_has_its_report() {
    let question = appeal(Route::Petition, Competent::Own);
    assert!(!advise(STREET, &question).also.contains(&Paper::UrgentReport));
    assert!(advise(STREET, &Question { urgent: true, ..question }).also.contains(&Paper::UrgentReport));
}

#[test]
fn mediation_is_offered_where_it_is_possible_and_held_where_it_is_wanted() {
    let ask = |mediation, route| Question { mediation, ..appeal(route, Competent::Own) };
    let offered = advise(STREET, &ask(MediationWish::Possible, Route::Petition));
    assert_eq!(offered.outcome, Outcome::Accepted);
    assert!(offered.mediation_offered && offered.also.contains(&Paper::MediationRights));

    let wanted = advise(STREET, &ask(MediationWish::Wanted, Route::Petition));
    // Art. 33 settles within the handling and does not end it: acceptance, its notice and C4 stand.
    assert_eq!((wanted.outcome, wanted.paper), (Outcome::Accepted, Paper::AcceptanceNotice));
    assert!(wanted.also.contains(&Paper::MediationApplication) && wanted.also.contains(&Paper::MediationRights));
    assert_eq!(wanted.clocks, [ClockCode::C1, ClockCode::C4]);
    let unclear =
        advise(STREET, &Question { competent: Competent::Unknown, ..ask(MediationWish::Wanted, Route::Petition) });
    assert_eq!((unclear.outcome, unclear.paper), (Outcome::Mediation, Paper::MediationRights));
    assert!(unclear.article.contains("《人民调解法》第三条、第四条、第十七条"), "{}", unclear.article);
    assert_eq!(wanted.doors.iter().map(|door| door.id.as_str()).collect::<Vec<_>>(), ["judicial_confirmation"]);

    let refused = advise(STREET, &ask(MediationWish::NotPossible, Route::Petition));
    assert!(!refused.mediation_offered && refused.doors.is_empty() && refused.caution.is_empty());
}

#[test]
fn the_limits_of_other_doors_stand_on_a_sheet_though_the_matter_is_mediated_or_ours() {
    let labour = Question {
        mediation: MediationWish::Wanted,
        door: Some("labour_arbitration".into()),
        ..appeal(Route::Arbitration, Competent::AnotherBody)
    };
    let advice = advise(STREET, &labour);
    assert_eq!(advice.outcome, Outcome::Mediation);
    assert_eq!(
        advice.doors.iter().map(|door| door.id.as_str()).collect::<Vec<_>>(),
        ["labour_arbitration", "judicial_confirmation"]
    );
    assert!(advice.also.contains(&Paper::GuidanceSheet));

    let duty = advise(STREET, &appeal(Route::StatutoryDuty, Competent::Own));
    assert_eq!(duty.outcome, Outcome::Received);
    assert!(duty.also.contains(&Paper::GuidanceSheet));
    assert_eq!(duty.caution, Doors::built_in().caution);
}

#[test]
fn a_chosen_door_narrows_the_sheet_and_brings_the_door_that_comes_first() {
    let ids = |door: Option<&str>, route| {
        let question = Question { door: door.map(str::to_owned), ..appeal(route, Competent::AnotherBody) };
        advise(STREET, &question).doors.into_iter().map(|door| door.id).collect::<Vec<_>>()
    };
    // 行政复议法 23: some matters need a review before the court.
    assert_eq!(
        ids(Some("administrative_litigation"), Route::Administrative),
        ["administrative_litigation", "administrative_review"]
    );
    assert_eq!(ids(Some("labour_arbitration"), Route::Arbitration), ["labour_arbitration"]);
    assert_eq!(ids(None, Route::Arbitration).len(), 3);
    // A door of another route, or one that the list does not have, narrows nothing.
    assert_eq!(ids(Some("labour_arbitration"), Route::Administrative), ids(None, Route::Administrative));
    assert_eq!(ids(Some("nowhere"), Route::Arbitration), ids(None, Route::Arbitration));
    assert_eq!(ids(None, Route::Petition), ["other_body"]);
}

#[test]
fn the_labour_sheet_says_one_year_and_then_fifteen_days() {
    let question =
        Question { door: Some("labour_arbitration".into()), ..appeal(Route::Arbitration, Competent::AnotherBody) };
    let advice = advise(STREET, &question);
    let limits: Vec<_> = advice.doors[0].limits.iter().map(|limit| (limit.count, limit.unit)).collect();
    assert_eq!(limits, [(1, SpanUnit::Years), (15, SpanUnit::Days)]);
    assert_eq!(advice.caution, "其他期限可能更短，请今天就去问清楚。");
}

#[test]
fn art_19_3_a_street_never_refuses_because_another_has_it_in_hand() {
    let question = appeal(Route::Petition, Competent::Own);
    let again = Question { earlier: Some(Earlier::InHandBelow), ..question.clone() };
    for id in ["national", STREET, "zhejiang"] {
        assert_eq!(advise(id, &again), advise(id, &question), "{id}");
    }
    let superior = advise(DISTRICT, &again);
    assert_eq!((superior.rule, superior.outcome), (Rule::InHandBelow, Outcome::NotAccepted));
    assert!(superior.needs_approver && superior.article.contains("第十九条第三款"));
}

#[test]
fn art_36_3_after_a_re_examination_a_street_tells_in_writing_and_a_superior_may_say_no_more() {
    for mediation in [MediationWish::NotPossible, MediationWish::Wanted] {
        let question = Question {
            earlier: Some(Earlier::Reexamined),
            answerable: true,
            mediation,
            ..appeal(Route::Petition, Competent::Own)
        };
        let street = advise(STREET, &question);
        assert_eq!(
            (street.rule, street.outcome, street.paper),
            (Rule::ReexaminedElsewhere, Outcome::ToldLater, Paper::Slip)
        );
        assert_eq!(street.clocks, [ClockCode::C1]);
        let superior = advise(DISTRICT, &question);
        assert_eq!((superior.rule, superior.outcome), (Rule::Reexamined, Outcome::NoLongerAccepted));
        assert!(superior.needs_approver && superior.article.contains("第三十六条第三款"));
    }
}

#[test]
fn a_question_with_nothing_but_a_route_reads_from_json_and_an_unknown_word_does_not() {
    let question: Question = serde_json::from_str(r#"{"route":"31-6","competent":"own"}"#).unwrap();
    assert_eq!(question, appeal(Route::Petition, Competent::Own));
    assert!(serde_json::from_str::<Question>(r#"{"route":"31-7"}"#).is_err());
    assert!(serde_json::from_str::<Question>(r#"{"visitor":"张伟"}"#).is_err());
}

#[test]
fn what_the_window_gets_stays_as_it_is() {
    let question = Question { urgent: true, ..appeal(Route::PartyAppeal, Competent::AnotherBody) };
    insta::assert_json_snapshot!(advise(STREET, &question));
}

fn any_question() -> impl Strategy<Value = Question> {
    let words = (
        proptest::sample::select(Class::ALL),
        proptest::option::of(proptest::sample::select(Route::ALL)),
        proptest::sample::select(Competent::ALL),
        proptest::sample::select(vec![MediationWish::NotPossible, MediationWish::Possible, MediationWish::Wanted]),
        proptest::option::of(proptest::sample::select(vec![Earlier::InHandBelow, Earlier::Reexamined])),
        proptest::option::of("[a-z_]{1,12}"),
        proptest::sample::select(Way::ALL),
    );
    (words, any::<[bool; 6]>()).prop_map(|((class, route, competent, mediation, earlier, door, way), marks)| {
        let [litigation_rights, answerable, report_back, urgent, confidential, reachable] = marks;
        Question {
            way,
            class,
            route,
            door,
            competent,
            litigation_rights,
            answerable,
            report_back,
            mediation,
            urgent,
            confidential,
            reachable,
            earlier,
        }
    })
}

proptest! {
    #[test]
    fn whatever_is_asked_the_visit_is_registered_told_and_on_paper(
        question in any_question(),
        profile in proptest::sample::select(Profile::all_built_in().to_vec()),
    ) {
        let advice = route(&question, &profile, Doors::built_in());
        let papers: Vec<Paper> = std::iter::once(advice.paper).chain(advice.also.iter().copied()).collect();
        prop_assert!(papers.contains(&Paper::Slip) && papers.contains(&Paper::RegistrationForm));
        prop_assert_eq!(papers.iter().collect::<std::collections::BTreeSet<_>>().len(), papers.len());
        prop_assert!(papers.iter().all(|paper| profile.may_issue(*paper)));
        prop_assert!(matches!(advice.clocks.first(), Some(ClockCode::C1 | ClockCode::C1Forward)));
        prop_assert!(!advice.article.is_empty() && !advice.because.is_empty());
        prop_assert_eq!(advice.sealed, question.class == Class::Denunciation || question.confidential);
        prop_assert_eq!(advice.doors.is_empty(), advice.caution.is_empty());
        prop_assert!(advice.outcome != Outcome::Guided || !advice.doors.is_empty());
        // The doors of the route stand whatever the outcome.
        if question.class == Class::Appeal && matches!(question.route, Some(one) if one != Route::Petition) {
            prop_assert!(papers.contains(&Paper::GuidanceSheet));
        }
        let noticed = crate::Decision::as_advised(&advice).check(&advice, &profile);
        let approver = noticed.iter().any(|one| one.code == crate::Code::ApproverMissing);
        prop_assert_eq!((approver, noticed.len()), (advice.needs_approver, usize::from(advice.needs_approver)));
    }
}
