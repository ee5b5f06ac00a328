//! The windows of one centre hear of one another's matters; nobody else does, and of a sealed one nobody.

use std::sync::Arc;

use intake_app::{CreateDesk, Desk, EarlierQuery, SearchQuery};
use intake_model::{IdPaper, Stated, Visit};
use testkit::desk::{form, open};
use testkit::district::{CENTRE, LocalDistrict};
use testkit::visits;

/// A desk of a centre, enrolled.
async fn window(district: &LocalDistrict, home: &tempfile::TempDir, centre: &str, number: u8) -> Desk {
    let desk = open(home.path()).unwrap();
    let form = CreateDesk { centre_code: centre.into(), desk: number, ..form(home.path()) };
    desk.create_desk(&form).unwrap();
    desk.enrol(&district.address(), &district.enrolment_code(centre, number).unwrap()).await.unwrap();
    desk
}

async fn in_step(desk: &Desk) {
    let result = desk.exchange(|_| {}).await.unwrap();
    assert!(result.in_step, "{result:?}");
}

/// What a search by number shows of other windows: number, title, name, phone.
fn found(desk: &Desk, typed: &str) -> Vec<(String, String, String, String)> {
    let query =
        SearchQuery { text: typed.into(), from: None, to: None, category: None, state: None, after: None, limit: 20 };
    let shared = desk.search(&query).unwrap().shared.into_iter();
    shared.map(|one| (one.number, one.title, one.name, one.phone)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn any_window_of_the_centre_finds_answers_and_links_what_another_one_registered() {
    let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let folder = tempfile::tempdir().unwrap();
    let district = LocalDistrict::start(folder.path()).unwrap();
    let first = window(&district, &homes[0], CENTRE, 1).await;
    let number = first.register(&visits::property_fee()).unwrap().number;
    in_step(&first).await;
    // One that comes later hears of what was there before; another centre's hears nothing.
    let second = window(&district, &homes[1], CENTRE, 2).await;
    let elsewhere = window(&district, &homes[2], "120110001", 1).await;
    in_step(&second).await;
    in_step(&elsewhere).await;
    let visit = visits::property_fee().normalised();
    let told = (number.clone(), visit.title.clone(), visit.name.shown().to_owned(), visit.phone.clone().unwrap());
    assert_eq!(found(&second, &number), std::slice::from_ref(&told));
    assert_eq!(found(&second, "01A-0001"), [told]);
    assert!(found(&second, "张伟").is_empty(), "by number alone");
    assert!(found(&elsewhere, &number).is_empty() && found(&first, &number).is_empty());
    // It is read, told of and linked, and never written on.
    second.note_progress(&number).unwrap();
    assert!(second.matter(&number).is_err() && second.void_matter(&number, "重复").is_err());
    let query = EarlierQuery { paper: IdPaper::ResidentId, number: number.clone() };
    let earlier = second.look_up_earlier(&query).unwrap();
    assert!(earlier.len() == 1 && earlier[0].elsewhere, "{earlier:?}");
    assert_eq!(second.earlier_told(&query, &number).unwrap().name, Stated::Stated(visit.name.shown().to_owned()));
    let linked = Visit { linked_to: Some(number.clone()), ..visits::elder_support() };
    second.register(&linked).unwrap();
    in_step(&second).await;
    // A correction and a void follow.
    first.correct(&number, &Visit { title: "小区物业费".into(), ..visits::property_fee() }).unwrap();
    in_step(&first).await;
    in_step(&second).await;
    assert_eq!(found(&second, &number)[0].1, "小区物业费");
    first.void_matter(&number, "重复").unwrap();
    in_step(&first).await;
    in_step(&second).await;
    let query = EarlierQuery { paper: IdPaper::ResidentId, number };
    assert!(second.look_up_earlier(&query).unwrap()[0].void);
    second.verify().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_sealed_matter_no_other_window_hears_and_one_that_heard_before_forgets() {
    let homes: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
    let folder = tempfile::tempdir().unwrap();
    let district = LocalDistrict::start(folder.path()).unwrap();
    let first = window(&district, &homes[0], CENTRE, 1).await;
    let second = window(&district, &homes[1], CENTRE, 2).await;
    let sealed = Visit { confidential: true, ..visits::elder_support() };
    let secret = first.register(&sealed).unwrap().number;
    let number = first.register(&visits::property_fee()).unwrap().number;
    in_step(&first).await;
    in_step(&second).await;
    assert!(found(&second, &secret).is_empty());
    assert_eq!(found(&second, &number).len(), 1);
    first.correct(&number, &Visit { confidential: true, ..visits::property_fee() }).unwrap();
    in_step(&first).await;
    in_step(&second).await;
    assert!(found(&second, &number).is_empty());
    second.verify().unwrap();
    // Neither side keeps a word of it: at the district the entry is a husk.
    let url = district.postgres_url();
    let words = async move {
        let client = testkit::postgres::connect(&url).await.unwrap();
        let sql = "SELECT count(*) FROM district_entries WHERE position(convert_to('张伟', 'UTF8') IN entry) > 0";
        client.query_one(sql, &[]).await.unwrap().get::<_, i64>(0)
    };
    assert_eq!(district.wait(words).unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_district_tells_again_what_a_window_may_not_have_heard() {
    let homes: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
    let folder = tempfile::tempdir().unwrap();
    let district = LocalDistrict::start(folder.path()).unwrap();
    let first = window(&district, &homes[0], CENTRE, 1).await;
    let second = window(&district, &homes[1], CENTRE, 2).await;
    in_step(&second).await;
    let dump = district.postgres().dump().unwrap();
    let number = first.register(&visits::property_fee()).unwrap().number;
    in_step(&first).await;
    in_step(&second).await;
    district.postgres().restore_over(&dump).unwrap();
    let later = first.register(&visits::elder_support()).unwrap().number;
    let server = Arc::clone(district.district());
    district.wait(async move { server.reinstate(CENTRE, 2).await }).unwrap().unwrap();
    in_step(&first).await;
    in_step(&second).await;
    assert_eq!((found(&second, &number).len(), found(&second, &later).len()), (1, 1));
    second.verify().unwrap();
}
