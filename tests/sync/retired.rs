//! A desk that its district takes out of service.

use std::sync::Arc;

use intake_app::Desk;
use intake_model::Code;
use testkit::district::{CENTRE, LocalDistrict};
use testkit::visits;

const CONTACT: &str = "区矛调中心信息科 022-24999999";

fn retire(district: &LocalDistrict) {
    let server = Arc::clone(district.district());
    district.wait(async move { server.retire(CENTRE, 1, CONTACT).await }).unwrap().unwrap();
}

async fn in_step(desk: &Desk) {
    let result = desk.exchange(|_| {}).await.unwrap();
    assert!(result.in_step, "{result:?}");
}

/// Whom the window says to ask.
fn contact(desk: &Desk) -> Option<String> {
    let notice = desk.state().unwrap().notice?;
    assert_eq!(notice.code, Code::DeskRetired);
    notice.params["contact"].as_str().map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_desk_sends_what_it_holds_writes_nothing_more_and_says_whom_to_ask() {
    let (home, office) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let district = LocalDistrict::start(office.path()).unwrap();
    let desk = testkit::desk::made(home.path()).unwrap();
    desk.enrol(&district.address(), &district.enrolment_code(CENTRE, 1).unwrap()).await.unwrap();
    in_step(&desk).await;
    retire(&district);
    // It does not know yet: the visitor who stands there is registered, and the district takes it in.
    let number = desk.register(&visits::property_fee()).unwrap().number;
    in_step(&desk).await;
    assert_eq!(contact(&desk).as_deref(), Some(CONTACT));
    let entries = desk.verify().unwrap().entries;
    let refused = |done: intake_app::Result<()>| assert_eq!(done.unwrap_err().code(), Code::DeskRetired);
    refused(desk.register(&visits::elder_support()).map(drop));
    refused(desk.correct(&number, &visits::elder_support()).map(drop));
    refused(desk.void_matter(&number, "重复").map(drop));
    refused(desk.note_advice("问低保怎么申请").map(drop));
    assert_eq!(desk.verify().unwrap().entries, entries, "nothing was written");
    // All of it is there to be read, and whoever looks again finds the same.
    assert_eq!(desk.matter(&number).unwrap().number, number);
    in_step(&desk).await;
    drop(desk);
    let desk = testkit::desk::open(home.path()).unwrap();
    desk.sign_in(testkit::desk::CLERK_ID, testkit::desk::PASSWORD).unwrap();
    assert_eq!(contact(&desk).as_deref(), Some(CONTACT));
    // It was a mistake.
    let server = Arc::clone(district.district());
    district.wait(async move { server.reinstate(CENTRE, 1).await }).unwrap().unwrap();
    in_step(&desk).await;
    assert_eq!(contact(&desk), None);
    desk.register(&visits::elder_support()).unwrap();
    in_step(&desk).await;
}
