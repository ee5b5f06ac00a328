//! Erasing at a desk waits until the district's own backups hold what would go.

use std::path::Path;
use std::sync::Arc;

use intake_app::Desk;
use testkit::desk::{form, open_at};
use testkit::district::{CENTRE, LocalDistrict};
use testkit::{FixedMoments, visits};

use crate::stick_files::picture;

const DAY_MS: i64 = 24 * 3_600_000;
const ADMINISTRATOR: u32 = 1;

fn signed_in(home: &Path, clock: &FixedMoments) -> Desk {
    let desk = open_at(home, Arc::new(clock.clone())).unwrap();
    desk.sign_in(ADMINISTRATOR, &form(home).administrator_password).unwrap();
    desk
}

/// A district and a desk of it by one clock.
async fn enrolled(home: &Path, office: &Path, clock: &FixedMoments) -> (LocalDistrict, Desk) {
    let shared = clock.clone();
    let district = LocalDistrict::start_at(office, Arc::new(move || shared.now_ms())).unwrap();
    let desk = open_at(home, Arc::new(clock.clone())).unwrap();
    desk.create_desk(&form(home)).unwrap();
    desk.enrol(&district.address(), &district.enrolment_code(CENTRE, 1).unwrap()).await.unwrap();
    (district, desk)
}

/// A backup by the district's administrator, restored for a test and marked; gives how many attachments it holds, and how many
/// of these damaged.
fn back_up(district: &LocalDistrict, night: &str) -> (usize, usize) {
    mark(district, district.postgres().restore(&district.postgres().dump().unwrap(), night).unwrap())
}

fn mark(district: &LocalDistrict, restored: String) -> (usize, usize) {
    let server = Arc::clone(district.district());
    let marked = district.wait(async move { server.mark_backup(&restored).await }).unwrap().unwrap();
    (marked.files, marked.files_damaged)
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
    let (district, desk) = enrolled(home.path(), office.path(), &clock).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn a_matter_is_erased_only_once_two_backups_hold_its_attachments_too() {
    let (home, office) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let clock = FixedMoments::default();
    let (district, desk) = enrolled(home.path(), office.path(), &clock).await;
    let (first, second) =
        (desk.register(&visits::property_fee()).unwrap(), desk.register(&visits::elder_support()).unwrap());
    desk.attach(&first.number, "合同.png", &picture(1, 300_000)).unwrap();
    desk.attach(&second.number, "照片.png", visits::PNG).unwrap();
    // The entries are sent and the files wait: so they are in two backups that lack the bytes.
    desk.set_line(true, true).unwrap();
    assert!(desk.exchange(|_| {}).await.unwrap().entries_in_step);
    for night in ["monday", "tuesday"] {
        back_up(&district, night);
    }
    drop(desk);
    clock.restart();
    clock.pass_ms(4 * 366 * DAY_MS);
    let desk = signed_in(home.path(), &clock);
    desk.confirm_clock().unwrap();
    let waits = || desk.erasable("2030-01-01".parse().unwrap()).map(|found| (found.matters, found.waiting)).unwrap();
    assert!(desk.exchange_with_files(|_| {}).await.unwrap().in_step);
    assert_eq!(waits(), (0, 2), "the district holds everything, and its backups lack the files");
    assert_eq!(back_up(&district, "wednesday"), (2, 0));
    assert_eq!(erasable(&desk).await, (0, 2), "one backup may be the one that breaks");
    // In the next one a byte of one file rotted.
    let rotten = district.postgres().restore(&district.postgres().dump().unwrap(), "thursday").unwrap();
    let client = testkit::postgres::connect(&rotten).await.unwrap();
    let rots = "UPDATE blob_pieces SET bytes = set_byte(bytes, 9, 255 - get_byte(bytes, 9))
                WHERE at = 0 AND blob = (SELECT blob FROM blobs ORDER BY length DESC LIMIT 1)";
    client.execute(rots, &[]).await.unwrap();
    drop(client);
    assert_eq!(mark(&district, rotten), (1, 1), "one does not keep the others from counting");
    // The rotten one was added first: places behind it wait with it.
    assert_eq!(erasable(&desk).await, (0, 2));
    for (night, expect) in [("friday", (0, 2)), ("saturday", (2, 0))] {
        assert_eq!(back_up(&district, night), (2, 0));
        assert_eq!(erasable(&desk).await, expect, "{night}");
    }
    desk.erase("2030-01-01".parse().unwrap(), 2, "保存期限届满").unwrap();
    desk.verify().unwrap();
}
