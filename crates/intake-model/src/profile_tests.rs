use super::*;
use crate::Stated;
use crate::clock::Unit;
use crate::identity::{IdPaper, Identity};
use crate::people::Person;
use crate::visit::Way;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn built_in(id: &str) -> &'static Profile {
    Profile::built_in(id).unwrap_or_else(|| panic!("no profile {id}"))
}

#[test]
fn each_built_in_profile_reads() {
    let ids: Vec<&str> = Profile::all_built_in().iter().map(|profile| profile.id.as_str()).collect();
    assert_eq!(ids, ["national", "tianjin-dongli-street", "tianjin-dongli-district", "zhejiang"]);
    Profile::parse_over("national.toml", NATIONAL_FILE, None).unwrap();
    for (name, text) in REGIONS {
        let profile = Profile::parse(name, text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(format!("{}.toml", profile.id), *name);
        assert_eq!(Some(&profile), Profile::built_in(&profile.id));
    }
    assert_eq!(built_in("tianjin-dongli").id, "tianjin-dongli-street");
    assert_eq!(Profile::built_in("nowhere"), None);
}

#[test]
fn the_national_profile_says_everything_that_a_region_may_leave_out() {
    let national = Profile::national();
    assert_eq!(national.body, BodyKind::StreetDesk);
    assert!(!national.office.name.is_empty() && !national.office.seal.is_empty());
    let Reception { place, hours, query } = &national.reception;
    assert!(!place.is_empty() && !hours.is_empty() && !query.is_empty());
    assert!(!national.titles.is_empty() && !national.wording.is_empty());
    assert!(!national.roll_forward && !national.service_record);
    assert_eq!((&national.expected, &national.limits), (&Vec::new(), &BTreeMap::new()));
}

#[test]
fn a_street_is_a_body_of_art_23_and_the_district_centre_one_of_art_22() {
    assert_eq!(built_in("tianjin-dongli-street").body, BodyKind::StreetDesk);
    assert_eq!(built_in("tianjin-dongli-district").body, BodyKind::DistrictCentre);
    let street = built_in("tianjin-dongli-street");
    assert_eq!(street.office_name("天津市东丽区新立街道综治中心"), "天津市东丽区新立街道综治中心");
    assert_eq!(street.seal_name("新立街道综治中心"), "新立街道综治中心");
    assert_eq!(street.titles["approver"], "街道分管负责人");
    assert_eq!(street.titles["clerk"], Profile::national().titles["clerk"]);
    assert_eq!(street.says("free_of_charge"), "人民调解不收取任何费用。");
    assert_eq!(street.says("no_such_key"), "");
}

#[test]
fn art_19_3_only_a_superior_issues_a_refusal() {
    for (id, may) in
        [("national", false), ("tianjin-dongli", false), ("zhejiang", false), ("tianjin-dongli-district", true)]
    {
        for paper in [Paper::NotAcceptedNotice, Paper::NoLongerAcceptedNotice] {
            assert_eq!(built_in(id).may_issue(paper), may, "{id} {paper:?}");
        }
        assert!(Paper::OWED.iter().all(|paper| built_in(id).may_issue(*paper)), "{id}");
    }
}

#[test]
fn art_20_3_representatives_by_the_number_of_people() {
    let cases = [("national", 1, 5), ("national", 17, 5), ("zhejiang", 2, 3), ("zhejiang", 10, 3), ("zhejiang", 11, 5)];
    for (id, headcount, most) in cases {
        assert_eq!(built_in(id).max_representatives(headcount), most, "{id} {headcount}");
    }
}

#[test]
fn zhejiang_has_its_stricter_limits_and_every_other_is_the_laws() {
    let limit = |code| {
        let limit = built_in("zhejiang").limit(code);
        (limit.limit, limit.unit)
    };
    assert_eq!(limit(ClockCode::C1), (5, Unit::WorkingDays));
    assert_eq!(limit(ClockCode::C4), (30, Unit::CalendarDays));
    assert_eq!(limit(ClockCode::C5), (60, Unit::CalendarDays));
    assert_eq!(limit(ClockCode::C3), (5, Unit::WorkingDays));
    assert_eq!(limit(ClockCode::C6), (30, Unit::CalendarDays));
    assert_eq!(built_in("zhejiang").limit(ClockCode::C9), Clock::of(ClockCode::C9).law());
}

#[test]
fn what_a_region_asks_for_beyond_the_law_is_a_warning() {
    let visit = |identity| Visit { demand: "要求公示账目".into(), identity, ..Visit::default() };
    let paper = Identity { paper: IdPaper::ResidentId, number: "11010519491231002X".into(), nationality: None };
    let codes = |id: &str, visit: &Visit| {
        let problems = built_in(id).check(visit);
        assert!(problems.iter().all(|problem| problem.severity == Severity::Warning));
        problems.into_iter().map(|problem| (problem.field, problem.code)).collect::<Vec<_>>()
    };
    assert_eq!(codes("zhejiang", &visit(None)), [("identity".into(), Code::LocalExtraMissing)]);
    assert_eq!(codes("zhejiang", &visit(Some(paper))), []);
    assert_eq!(codes("national", &visit(None)), []);

    let one = Person { role: PersonRole::Representative, name: "甲".into(), ..Person::default() };
    let many = |count: usize| Visit { headcount: 8, people: vec![one.clone(); count], ..visit(None) };
    let too_many = ("people".to_owned(), Code::LocalRepresentativesTooMany);
    assert!(!codes("zhejiang", &many(3)).contains(&too_many));
    assert!(codes("zhejiang", &many(4)).contains(&too_many));
    // Six are more than the law's five: `check` says so, once.
    assert!(!codes("zhejiang", &many(6)).contains(&too_many));
    assert!(!codes("national", &many(5)).contains(&too_many));
}

#[test]
fn art_20_3_from_five_people_in_person_representatives_are_chosen() {
    let codes =
        |profile: &Profile, visit: &Visit| profile.check(visit).into_iter().map(|one| one.code).collect::<Vec<_>>();
    let named = |role| Person { role, name: "甲".into(), ..Person::default() };
    let group = |headcount| Visit { headcount, people: vec![named(PersonRole::Companion)], ..Visit::default() };
    let national = Profile::national();
    assert_eq!(codes(national, &group(4)), []);
    assert_eq!(codes(national, &group(5)), [Code::RepresentativesMissing]);
    assert_eq!(codes(national, &Visit { way: Way::Letter, ..group(5) }), []);
    let chosen = Visit { people: vec![named(PersonRole::Representative)], ..group(5) };
    assert_eq!(codes(national, &chosen), []);
    let earlier = Profile { collective_from: 3, ..national.clone() };
    assert_eq!(codes(&earlier, &group(3)), [Code::RepresentativesMissing]);
}

#[test]
fn one_who_would_rather_not_say_has_answered() {
    let mut profile = Profile::national().clone();
    profile.expected = vec!["name".into(), "address".into(), "phone".into(), "headcount".into()];
    let missing = |visit: &Visit| profile.check(visit).into_iter().map(|problem| problem.field).collect::<Vec<_>>();
    assert_eq!(missing(&Visit::default()), ["name", "address", "phone"]);
    let visit = Visit {
        name: Stated::Declined,
        address: Stated::Stated("新立街道".into()),
        phone: Some("110".into()),
        ..Visit::default()
    };
    assert_eq!(missing(&visit), [] as [&str; 0]);
}

const HEAD: &str = r#"extends = "national"
id = "x"
name = "某地"
version = "1"
source = "某条例"
effective = "2026-01-01"
"#;

#[test]
fn a_profile_of_a_few_lines_is_enough() {
    let profile = Profile::parse("x.toml", HEAD).unwrap();
    assert_eq!(profile.wording, Profile::national().wording);
    assert_eq!(profile.papers, Profile::national().papers);
    let over_a_region = HEAD.replace("national", "zhejiang");
    assert_eq!(Profile::parse("x.toml", &over_a_region).unwrap().limits, built_in("zhejiang").limits);
}

#[test]
fn a_local_limit_may_be_as_strict_as_it_likes() {
    let cases = [
        "C1 = { limit = 15, unit = \"calendar_days\", article = \"某条\" }",
        "C1 = { limit = 10, unit = \"working_days\", article = \"某条\" }",
        "C3 = { limit = 5, unit = \"calendar_days\", article = \"某条\" }",
        "\"C1'\" = { limit = 1, unit = \"working_days\", article = \"某条\" }",
        "C4 = { limit = 20, unit = \"working_days\", article = \"某条\" }\nC5 = { limit = 62, unit = \"calendar_days\", article = \"某条\" }",
        "C5 = { limit = 30, unit = \"calendar_days\", article = \"某条\" }",
    ];
    for limits in cases {
        let text = format!("{HEAD}[limits]\n{limits}\n");
        Profile::parse("x.toml", &text).unwrap_or_else(|error| panic!("{limits}: {error}"));
    }
}

#[test]
fn a_profile_with_a_mistake_is_refused_with_its_line_and_reason() {
    let limit = |key: &str, limit: u32, unit: &str| {
        format!("\n[limits]\n{key} = {{ limit = {limit}, unit = \"{unit}\", article = \"某条\" }}\n")
    };
    // The head has six lines; what follows is appended to it.
    let appended = [
        ("colour = \"red\"".to_owned(), 7, "unknown field `colour`"),
        ("roll_forward = \"no\"".into(), 7, "invalid type: string"),
        ("roll_forward = true\nroll_forward = true".into(), 8, "duplicate key"),
        ("body = \"court\"".into(), 7, "court is no kind of body"),
        ("[office]\nname = \"\"".into(), 8, "this is blank"),
        ("[office]\nstamp = \"章\"".into(), 8, "unknown field `stamp`"),
        ("[wording]\nnotice_closing = \"特此告知\"\ngreeting = \"您好\"".into(), 9, "no paper uses greeting"),
        ("[titles]\nclerk = 3".into(), 8, "invalid type: integer"),
        ("[titles]\nemperor = \"皇帝\"".into(), 8, "no paper uses emperor"),
        ("[form]\nexpected = [\n  \"identity\",\n  \"fingerprint\",\n]".into(), 10, "a visit has no field fingerprint"),
        (limit("C12", 5, "calendar_days"), 9, "no clock is called C12"),
        (limit("C1", 5, "weeks"), 9, "weeks is no unit"),
        (limit("C1", 0, "calendar_days"), 9, "at least"),
        (limit("C1", 16, "calendar_days"), 9, "laxer than the law's 15 calendar_days for C1 (《信访工作条例》第二十三条第二款)"),
        (limit("C1", 11, "working_days"), 9, "laxer than the law's 15"),
        (limit("\"C1'\"", 16, "calendar_days"), 9, "laxer than the law's 15"),
        (limit("C3", 6, "working_days"), 9, "laxer than the law's 5 working_days"),
        (limit("C3", 6, "calendar_days"), 9, "laxer than the law's 5 working_days"),
        (limit("C4", 61, "calendar_days"), 9, "laxer than the law's 60"),
        (limit("C4", 45, "working_days"), 9, "laxer than the law's 60"),
        (limit("C5", 31, "calendar_days"), 9, "C4 and C5 end after the 90 days of the law"),
        (limit("C7", 31, "calendar_days"), 9, "laxer than the law's 30"),
        (limit("C6", 60, "calendar_days"), 9, "C6 is the visitor's own right"),
        (limit("C8", 10, "calendar_days"), 9, "C8 is the visitor's own right"),
        (limit("C10", 10, "calendar_days"), 9, "C10 is the visitor's own right"),
        (limit("C1", 5, "calendar_days").replace("某条", " "), 9, "this is blank"),
        ("\n[limits]\nC1 = { limit = -1, unit = \"calendar_days\", article = \"某条\" }".into(), 9, "invalid value"),
        ("\n[limits]\nC1 = { limit = 5, unit = \"calendar_days\" }".into(), 9, "missing field `article`"),
        ("[form]\ncollective_from = 1".into(), 8, "a collective visit is of 2 or more"),
        ("[[representatives]]\nmost = 6".into(), 8, "representatives are 1 to 5"),
        ("[[representatives]]\nmost = 0".into(), 8, "representatives are 1 to 5"),
        ("[[representatives]]\nup_to = 10\nmost = 3".into(), 8, "the last row is for all above"),
        ("[[representatives]]\nmost = 3\n[[representatives]]\nmost = 5".into(), 8, "only the last row is without up_to"),
        (
            "[[representatives]]\nup_to = 10\nmost = 3\n[[representatives]]\nup_to = 10\nmost = 4\n[[representatives]]\nmost = 5"
                .into(),
            11,
            "each row reaches further",
        ),
        ("[papers]\nissues = [\n  \"slip\",\n  \"wanted_poster\",\n]".into(), 10, "no paper is called wanted_poster"),
        ("[papers]\nissues = [\n  \"slip\",\n  \"slip\",\n]".into(), 10, "slip is named twice"),
        ("[papers]\nissues = [\"slip\"]".into(), 8, "registration_form is left out, which the law asks for"),
        ("[office".into(), 7, ""),
    ];
    for (tail, line, reason) in appended {
        let error = Profile::parse("x.toml", &format!("{HEAD}{tail}")).expect_err(&tail);
        assert_eq!((error.file.as_str(), error.line), ("x.toml", line), "{tail}: {error}");
        assert!(error.reason.contains(reason), "{tail}: {error}");
    }

    let replaced = [
        (HEAD.replace("\"national\"", "\"atlantis\""), 1, "no profile is called atlantis"),
        (HEAD.replace("2026-01-01", "01/01/2026"), 6, "a date is written as YYYY-MM-DD"),
        (HEAD.replace("\"2026-01-01\"", "2026-01-01"), 6, "invalid type"),
        (HEAD.replace("id = \"x\"", "id = \" \""), 2, "this is blank"),
        (HEAD.replace("version = \"1\"\n", ""), 1, "missing field `version`"),
        (String::new(), 1, "missing field"),
    ];
    for (text, line, reason) in replaced {
        let error = Profile::parse("x.toml", &text).expect_err(&text);
        assert_eq!(error.line, line, "{text}: {error}");
        assert!(error.reason.contains(reason), "{text}: {error}");
    }
}

#[test]
fn a_profile_from_outside_always_extends_one() {
    let alone = HEAD.replace("extends = \"national\"\n", "");
    for text in [alone.clone(), alone.replace("\"x\"", "\"national\"")] {
        let error = Profile::parse("x.toml", &text).unwrap_err();
        assert_eq!(error.line, 1);
        assert_eq!(error.reason, "a profile extends another; only the national one stands alone");
    }
}

proptest! {
    /// Cut anywhere, or with a line of another place in its midst: an answer, and its line lies in the file.
    #[test]
    fn a_torn_profile_is_read_or_refused_with_a_line_of_its_own(at in 0usize..2000, line in 0usize..60, junk in "\\PC{0,12}") {
        let text = REGIONS[2].1;
        let cut: String = text.chars().take(at).collect();
        let mut lines: Vec<&str> = text.lines().collect();
        lines.insert(line.min(lines.len()), &junk);
        for text in [cut, lines.join("\n")] {
            if let Err(error) = Profile::parse("torn.toml", &text) {
                prop_assert!((1..=text.lines().count() + 1).contains(&error.line), "{error}");
                prop_assert!(!error.reason.is_empty());
            }
        }
    }
}

#[test]
fn a_new_desk_begins_with_the_profile_of_its_region() {
    for (centre, id) in [
        ("120110005", "tianjin-dongli-street"),
        ("120110000", "tianjin-dongli-district"),
        ("330106001", "zhejiang"),
        ("110105001", "national"),
    ] {
        assert_eq!(Profile::for_centre(centre).id, id, "{centre}");
    }
}

#[test]
fn what_was_told_is_kept_three_years_at_least_and_a_region_may_keep_it_longer() {
    assert!(Profile::all_built_in().iter().all(|profile| profile.retention_years >= 3));
    let own = |years: u32| Profile::parse("x.toml", &format!("{HEAD}[records]\nretention_years = {years}"));
    assert_eq!(own(10).unwrap().retention_years, 10);
    let error = own(2).unwrap_err();
    assert_eq!(error.line, 8);
    assert!(error.reason.contains("3 years at least"), "{error}");
    assert_eq!(Profile::parse("x.toml", HEAD).unwrap().retention_years, 3);
}

#[test]
fn each_numbered_paper_has_a_code_word_of_its_own() {
    let centre = "天津市东丽区军粮城街道矛调中心";
    for profile in Profile::all_built_in() {
        let numbered = Paper::ALL.iter().filter(|paper| paper.is_numbered());
        let words: BTreeSet<String> = numbered.clone().map(|paper| profile.code_word(*paper, centre)).collect();
        assert_eq!(words.len(), numbered.count(), "{}", profile.id);
        assert!(words.iter().all(|word| word.starts_with("军粮城")), "{words:?}");
    }
    let national = Profile::national();
    let of = |centre| national.code_word(Paper::AcceptanceNotice, centre);
    assert_eq!([of("静海区大邱庄镇矛调中心"), of("东丽区社会矛盾纠纷调处化解中心")], ["大邱庄访接", "访接"]);
    assert_eq!(national.code_word(Paper::MediationRights, centre), "mediation_rights", "it has no number");
}

#[test]
fn a_code_word_is_refused_with_its_line_where_it_is_no_papers_own() {
    let said = |lines: &str| {
        let head = "extends = \"national\"\nid = \"x\"\nname = \"x\"\nversion = \"1\"\nsource = \"x\"\neffective = \"2026-01-01\"\n";
        Profile::parse("x.toml", &format!("{head}[code_words]\n{lines}\n")).map(|profile| profile.code_words)
    };
    assert_eq!(said("guidance_sheet = \"东引\"").unwrap()[&Paper::GuidanceSheet], "东引");
    for (lines, expect) in [
        ("slip = \"回\"", "slip goes out without a number"),
        ("letter = \"信\"", "no paper is called letter"),
        ("guidance_sheet = \" \"", "this is blank"),
        ("guidance_sheet = \"访 引\"", "a code word is of letters alone"),
        ("guidance_sheet = \"{centre_short}访接\"", "{centre_short}访接 is the code word of two papers"),
    ] {
        let error = said(lines).unwrap_err().to_string();
        assert!(error.contains("x.toml") && error.contains('8') && error.contains(expect), "{error}");
    }
}
