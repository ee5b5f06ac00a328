//! A desk that was set back and has no line: what it lost comes back in the district's answer on a stick.

use std::path::PathBuf;
use std::sync::Arc;

use intake_app::{Desk, ExchangeResult};
use intake_model::Code;

use crate::{Office, World, at_district, mark, wait};

impl World {
    fn usb(&self) -> PathBuf {
        self.home.path().join("usb")
    }
}

fn answered(world: &World, desk: &Desk, district: &Office) -> PathBuf {
    let file = PathBuf::from(desk.export_pages(&world.usb()).unwrap().path);
    let server = Arc::clone(district.district());
    district.wait(async move { server.import_usb(&file).await }).unwrap().unwrap().answer.unwrap()
}

fn by_stick(world: &World, desk: &Desk, district: &Office) -> ExchangeResult {
    let answer = answered(world, desk, district);
    wait(desk.take_answer(&answer)).unwrap()
}

#[test]
fn what_a_desk_that_was_set_back_lost_comes_back_by_stick_and_both_sides_are_equal() {
    let mut world = World::new();
    let (district, desk) = world.enrolled();
    world.register(&desk, 2);
    assert!(by_stick(&world, &desk, &district).in_step);
    desk.back_up_now().unwrap();
    let lost = world.register(&desk, 30);
    let result = by_stick(&world, &desk, &district);
    assert!(result.in_step && result.came_back == 0, "{result:?}");
    drop(desk);
    world.restore(&world.stick());
    let desk = world.open();
    assert_eq!(desk.matter(&lost[0]).unwrap_err().code(), Code::NumberUnknown);
    let next = world.register(&desk, 1);
    assert_ne!(mark(&next[0]), "A");
    let answer = answered(&world, &desk, &district);
    let result = wait(desk.take_answer(&answer)).unwrap();
    assert!(result.in_step && result.trouble.is_none(), "{result:?}");
    assert!(result.came_back >= 30, "{result:?}");
    assert!(result.sent < 10, "what came from the district was not sent to it: {result:?}");
    for number in lost.iter().chain(&next) {
        assert_eq!(desk.matter(number).unwrap().number, *number);
    }
    assert_eq!(at_district(&district).len(), 33);
    desk.verify().unwrap();
    // The same answer once more brings nothing twice.
    let again = wait(desk.take_answer(&answer)).unwrap();
    assert!(again.in_step && again.came_back == 0, "{again:?}");
    desk.verify().unwrap();
}

#[test]
fn an_epoch_that_a_desk_set_back_does_not_know_comes_back_by_stick_as_well() {
    let mut world = World::new();
    let (district, desk) = world.enrolled();
    world.register(&desk, 1);
    assert!(by_stick(&world, &desk, &district).in_step);
    desk.back_up_now().unwrap();
    drop(desk);
    let before = world.snapshot();
    world.restore(&world.stick());
    let desk = world.open();
    let second = world.register(&desk, 2);
    assert!(by_stick(&world, &desk, &district).in_step);
    drop(desk);
    // The machine goes back to before that epoch, and to the backup again.
    world.roll_back(&before);
    world.restore(&world.stick());
    let desk = world.open();
    let third = world.register(&desk, 1);
    let result = by_stick(&world, &desk, &district);
    assert!(result.in_step && result.came_back > 0, "{result:?}");
    for number in second.iter().chain(&third) {
        assert_eq!(desk.matter(number).unwrap().number, *number);
    }
    desk.verify().unwrap();
}
