//! A day that was closed after the backup was made: it comes back from the district, and closing it again harms nothing.

use intake_model::DayState;
use testkit::LocalDistrict;

use crate::{World, enrol, in_step, wait};

const DAY: &str = "2026-11-24";

fn close(desk: &intake_app::Desk) -> intake_app::ClosingDay {
    for row in desk.today().unwrap().rows {
        if row.slips == 0 {
            wait(desk.slip(&row.number)).unwrap();
        }
    }
    wait(desk.close_day(DAY.parse().unwrap(), Vec::new(), |_| {})).unwrap().day
}

fn state(desk: &intake_app::Desk) -> DayState {
    desk.closing_day(Some(DAY.parse().unwrap())).unwrap().state
}

#[test]
fn a_closing_that_the_backup_does_not_have_comes_back_from_the_district_and_the_day_is_confirmed() {
    let mut world = World::new();
    let office = tempfile::tempdir().unwrap();
    let district = LocalDistrict::start(office.path()).unwrap();
    let desk = world.made();
    enrol(&desk, &district);
    world.register(&desk, 2);
    desk.back_up_now().unwrap();
    let backup = std::fs::read_dir(world.stick().join("120110005-01")).unwrap().map(|one| one.unwrap().path());
    let backup = backup.into_iter().find(|path| path.is_dir()).unwrap();
    assert_eq!(close(&desk).state, DayState::Confirmed);
    drop(desk);

    world.restore(&backup);
    let desk = world.open();
    assert_eq!(state(&desk), DayState::Open, "the desk does not know it");
    in_step(&desk);
    assert_eq!(state(&desk), DayState::Confirmed);
    drop(desk);

    // Closed once more before the line was there: the later closing stands, and counts both epochs.
    world.restore(&backup);
    let desk = world.open();
    world.register(&desk, 1);
    let again = close(&desk);
    assert_eq!(again.state, DayState::Confirmed);
    let marks: Vec<_> = again.ranges.iter().map(|range| (range.mark.as_str(), range.kept)).collect();
    assert_eq!(marks.last(), Some(&("C", 1)));
    assert_eq!(marks.first(), Some(&("A", 2)));
    in_step(&desk);
    assert_eq!(state(&desk), DayState::Confirmed);
}
