//! The disk under the district's database fills up in the middle of an exchange: the desk is told to come again, what it
//! was told is stored is stored, and both ends are equal once there is room.

use intake_model::Code;
use serde_json::json;
use testkit::line_desk;

use crate::namespace::{fill, free_kilobytes, inside, is_root, small_disk};
use crate::report::{cases, report};
use crate::server::Site;

/// Entries in each exchange.
const AT_ONCE: u32 = 400;

#[test]
fn a_full_disk_under_the_database_loses_nothing_and_the_server_goes_on_when_there_is_room() {
    assert!(is_root(), "run it as root: it mounts a disk for the database, which runs as another user");
    inside(
        "district_disk::a_full_disk_under_the_database_loses_nothing_and_the_server_goes_on_when_there_is_room",
        || tokio::runtime::Runtime::new().unwrap().block_on(fills_up()),
    );
}

async fn fills_up() {
    let folder = tempfile::tempdir().unwrap();
    let small = folder.path().join("postgres");
    small_disk(&small, "400m");
    let mut site = Site::start_in(folder);
    let desk = site.desk().await;
    let ballast = small.join("ballast");
    // What one exchange takes of the disk, its log included, says how to spread the moments at which there is none left.
    let before = free_kilobytes(&small);
    desk.writes(AT_ONCE, line_desk::noise).unwrap();
    assert!(desk.exchange().await.unwrap().in_step);
    let (took, rounds) = (before.saturating_sub(free_kilobytes(&small)), cases(4, 40));
    let (mut full, mut ended) = (0, 0);
    for round in 0..rounds {
        desk.writes(AT_ONCE, line_desk::noise).unwrap();
        let written = i64::from(AT_ONCE) * i64::try_from(round + 2).unwrap();
        fill(&ballast, round * took / rounds);
        let exchanged = desk.exchange().await.map_err(|error| error.code());
        full += u64::from(exchanged.is_err());
        match exchanged {
            Ok(outcome) => assert!(outcome.in_step, "{outcome:?}"),
            Err(code) => assert_eq!(code, Code::DistrictBusy, "{}", site.log()),
        }
        std::fs::remove_file(&ballast).unwrap();
        // With no room for its own log PostgreSQL gives up; somebody starts it again, as for any other reason.
        if site.database_ended() {
            ended += 1;
            site.start_database();
        }
        site.comes_into_step(&desk, written).await;
    }
    assert!(full * 2 > rounds, "the disk was full in {full} of {rounds} exchanges only, which take {took} KiB");
    assert!(site.log().contains("its disk is full"), "whoever runs it is not told why: {}", site.log());
    report(
        "district_disk",
        json!({ "exchanges": rounds, "full_in": full, "database_ended": ended, "lost": 0, "twice": 0 }),
    );
}
