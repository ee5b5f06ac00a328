//! Looking up earlier matters, as the district hears of it.

use intake_app::EarlierQuery;
use intake_model::{IdPaper, Identity, Visit};
use testkit::district::LocalDistrict;

/// A made-up number whose check character fits.
const PAPER: &str = "11010519491231002X";

#[tokio::test(flavor = "multi_thread")]
async fn a_look_at_earlier_matters_is_an_entry_without_what_was_typed_and_the_district_stores_it() {
    let (home, office) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let district = LocalDistrict::start(office.path()).unwrap();
    let desk = testkit::desk::made(home.path()).unwrap();
    let code = district.enrolment_code("120110005", 1).unwrap();
    desk.enrol(&district.address(), &code).await.unwrap();
    let identity = Identity { paper: IdPaper::ResidentId, number: PAPER.into(), nationality: None };
    let visit = Visit { identity: Some(identity), ..testkit::visits::property_fee() };
    let number = desk.register(&visit).unwrap().number;
    let before = desk.verify().unwrap().entries;
    let look = |text: &str| {
        let query = EarlierQuery { paper: IdPaper::ResidentId, number: text.into() };
        desk.look_up_earlier(&query).unwrap().len()
    };
    assert_eq!((look(PAPER), look("440524188001010014"), look(&number)), (1, 0, 1));
    assert_eq!(desk.verify().unwrap().entries, before + 3, "each look is an entry, also one that found nothing");
    let result = desk.exchange(|_| {}).await.unwrap();
    assert!(result.in_step && result.set_aside == 0, "{result:?}");

    let client = testkit::postgres::connect(&district.postgres_url()).await.unwrap();
    let sql = "SELECT convert_from(open, 'UTF8'), convert_from(personal, 'UTF8'), verdict FROM entries
               WHERE kind = 'earlier_looked_up' ORDER BY seq";
    let rows = client.query(sql, &[]).await.unwrap();
    let kept: Vec<[String; 3]> = rows.iter().map(|row| [row.get(0), row.get(1), row.get(2)]).collect();
    let shown = |by: &str, numbers: &str| format!(r#"{{"by":"{by}","numbers":[{numbers}]}}"#);
    let (one, none) = (format!("\"{number}\""), "");
    for (kept, open) in kept.iter().zip([shown("paper", &one), shown("paper", none), shown("number", &one)]) {
        assert_eq!(*kept, [open, "{}".to_owned(), "stored".to_owned()]);
    }
    assert_eq!(kept.len(), 3);
}
