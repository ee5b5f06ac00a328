//! Tables of the district at a desk: used once they are valid, and old records say what they said.

use std::sync::Arc;

use intake_app::Desk;
use intake_model::{Calendars, Filed, Profile, TableId, Visit};
use testkit::desk::{form, open_at};
use testkit::district::{CENTRE, LocalDistrict};
use testkit::{FixedMoments, visits};

const DAY_MS: i64 = 24 * 3_600_000;

/// What a matter is about, from 2027 on.
const CATEGORIES: &str = r#"{"table":"content_category","title":"信访内容分类","edition":31,"effective":"2027-01-01",
"source":"区信访办〔2026〕9号","levels":[2,4,6],"entries":[{"code":"010000","name":"邻里与物业"},{"code":"010100","name":"物业收费"}]}"#;
const YEAR: &str = r#"{"year":2027,"version":"试用","source":"国办发明电〔2026〕7号","effective":"2026-11-10",
"off":["2027-01-01"],"worked":[]}"#;

fn publish(district: &LocalDistrict, files: &[(&str, &str)]) {
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect::<Vec<_>>();
    let server = Arc::clone(district.district());
    district.wait(async move { server.publish_tables("王科长", &files).await }).unwrap().unwrap();
}

async fn in_step(desk: &Desk) {
    let result = desk.exchange(|_| {}).await.unwrap();
    assert!(result.in_step, "{result:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_uses_a_published_table_from_its_day_on_and_what_was_filed_before_says_what_it_said() {
    let (home, office) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let clock = FixedMoments::default();
    let shared = clock.clone();
    let district = LocalDistrict::start_at(office.path(), Arc::new(move || shared.now_ms())).unwrap();
    let desk = open_at(home.path(), Arc::new(clock.clone())).unwrap();
    desk.create_desk(&form(home.path())).unwrap();
    desk.enrol(&district.address(), &district.enrolment_code(CENTRE, 1).unwrap()).await.unwrap();
    let before = desk.find_code(TableId::ContentCategory, "物业").remove(0);
    let filed = Filed { edition: before.edition, code: before.code.clone() };
    let passed_because = "来访人自述".to_owned();
    let visit = Visit { content: Some(filed.clone()), passed_because, ..visits::property_fee() };
    let number = desk.register(&visit).unwrap().number;
    publish(&district, &[("分类.json", CATEGORIES), ("2027.json", YEAR)]);
    in_step(&desk).await;
    assert_eq!(desk.find_code(TableId::ContentCategory, "物业").remove(0), before, "its day has not come");
    assert_eq!(Calendars::known().is_working_day("2027-01-01".parse().unwrap()), Ok(false));
    let told = desk.filed(TableId::ContentCategory, &filed);
    drop(desk);
    clock.restart();
    clock.pass_ms(50 * DAY_MS);
    let desk = open_at(home.path(), Arc::new(clock.clone())).unwrap();
    desk.sign_in(1, &form(home.path()).administrator_password).unwrap();
    desk.confirm_clock().unwrap();
    let now = desk.find_code(TableId::ContentCategory, "物业收费").remove(0);
    assert_eq!((now.edition, now.path.as_str()), (31, "邻里与物业 / 物业收费"));
    assert_eq!(desk.filed(TableId::ContentCategory, &filed), told);
    assert_eq!(desk.matter(&number).unwrap().words.visit().unwrap().content, Some(filed));
    let newly = Visit { content: Some(Filed { edition: 31, code: "010100".into() }), ..visit };
    desk.register(&newly).unwrap();
    in_step(&desk).await;
    desk.verify().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_of_the_district_is_used_by_the_desks_that_chose_it() {
    let (home, office) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let district = LocalDistrict::start(office.path()).unwrap();
    let desk = testkit::desk::made(home.path()).unwrap();
    desk.enrol(&district.address(), &district.enrolment_code(CENTRE, 1).unwrap()).await.unwrap();
    let profile = |version: &str, from: &str| {
        format!(
            "extends = \"national\"\nid = \"pilot-street\"\nname = \"试点街道\"\nversion = \"{version}\"\n\
             source = \"区信访办\"\neffective = \"{from}\"\n[form]\ncollective_from = 9\n"
        )
    };
    publish(&district, &[("试点.toml", &profile("1", "2026-01-01"))]);
    in_step(&desk).await;
    let mut office = desk.office().unwrap();
    assert!(office.profiles.contains(&("pilot-street".into(), "试点街道".into())), "{:?}", office.profiles);
    office.profile = "pilot-street".into();
    assert_eq!(desk.set_office(&office).unwrap().collective_from, 9);
    publish(&district, &[("试点.toml", &profile("2", "2999-01-01").replace("= 9", "= 7"))]);
    in_step(&desk).await;
    assert_eq!(desk.state().unwrap().collective_from, 9, "its day has not come");
    publish(&district, &[("试点.toml", &profile("3", "2026-02-01").replace("= 9", "= 8"))]);
    in_step(&desk).await;
    assert_eq!(desk.state().unwrap().collective_from, 8);
    assert!(Profile::built_in("pilot-street").is_none());
}
