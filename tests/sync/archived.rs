//! Erasing at a desk waits until the district's own backups hold what would go.

use std::path::Path;
use std::sync::Arc;

use intake_app::Desk;
use testkit::desk::{form, open_at};
use testkit::district::{CENTRE, LocalDistrict};
use testkit::{FixedMoments, visits};

const DAY_MS: i64 = 24 * 3_600_000;
const ADMINISTRATOR: u32 = 1;

fn signed_in(home: &Path, clock: &FixedMoments) -> Desk {
    let desk = open_at(home, Arc::new(clock.clone())).unwrap();
    desk.sign_in(ADMINISTRATOR, &form(home).administrator_password).unwrap();
    desk
}

/// A backup by the district's administrator, restored for a test and marked.
fn back_up(district: &LocalDistrict, night: &str) {
    let restored = district.postgres().restore(&district.postgres().dump().unwrap(), night).unwrap();
    let server = Arc::clone(district.district());
    district.wait(async move { server.mark_backup(&restored).await }).unwrap().unwrap();
}

/// What can be erased, and what waits for the district.
async fn erasable(desk: &Desk) -> (u64, u64) {
    let result = desk.exchange(|_| {}).await.unwrap();
    assert!(result.in_step, "{result:?}");
    let found = desk.erasable("2030-01-01".parse().unwrap()).unwrap();
    (found.matters, found.waiting)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_erases_nothing_before_two_backups_of_the_district_hold_it() {
    let (home, office) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let clock = FixedMoments::default();
    let shared = clock.clone();
    let district = LocalDistrict::start_at(office.path(), Arc::new(move || shared.now_ms())).unwrap();
    let desk = open_at(home.path(), Arc::new(clock.clone())).unwrap();
    desk.create_desk(&form(home.path())).unwrap();
    desk.enrol(&district.address(), &district.enrolment_code(CENTRE, 1).unwrap()).await.unwrap();
    let number = desk.register(&visits::property_fee()).unwrap().number;
    desk.register(&visits::elder_support()).unwrap();
    assert!(desk.exchange(|_| {}).await.unwrap().in_step);
    drop(desk);

    clock.restart();
    clock.pass_ms(4 * 366 * DAY_MS);
    let desk = signed_in(home.path(), &clock);
    desk.confirm_clock().unwrap();
    assert_eq!(erasable(&desk).await, (0, 2), "old enough and stored, and in no backup");
    back_up(&district, "monday");
    assert_eq!(erasable(&desk).await, (0, 2), "one backup may be the one that breaks");
    back_up(&district, "tuesday");
    assert_eq!(erasable(&desk).await, (2, 0));
    desk.erase("2030-01-01".parse().unwrap(), 2, "保存期限届满").unwrap();
    assert!(desk.matter(&number).unwrap().query_code.is_empty());
    assert_eq!(erasable(&desk).await, (0, 0));
    desk.verify().unwrap();
}
