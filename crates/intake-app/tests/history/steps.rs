//! Steps through a loss: a backup that knows less, a machine that was rolled back, a rebuilt file, and what is erased.

use intake_app::Desk;
use intake_model::{Ending, ReplyWay, Stage, StepKind, StepTaken};

use intake_store::{Keyring, Locked};
use testkit::desk::{CLERK_ID, PASSWORD};

use crate::{World, exchange, in_step};

const SAID: &str = "已责令物业恢复原收费标准";

fn on() -> StepTaken {
    StepTaken { on: "2026-11-24".parse().unwrap(), ..StepTaken::default() }
}

fn reply() -> StepTaken {
    StepTaken { way: Some(ReplyWay::Written), answer: SAID.into(), ..on() }
}

/// A matter accepted by a step that was taken back, and replied to.
fn went_its_way(desk: &Desk, number: &str) {
    let taken = desk.take_step(number, StepKind::Accepted, &on()).unwrap();
    desk.take_step(number, StepKind::Replied, &reply()).unwrap();
    desk.withdraw_step(number, &taken.steps[0].step, "记错了").unwrap();
}

/// A statement of somebody who has the data key.
fn in_database(world: &World, sql: &str) {
    let locked = Locked::take(&world.folder()).unwrap();
    let key = Keyring::read(&locked.folder().keyring()).unwrap().unlock(CLERK_ID, PASSWORD).unwrap();
    let database = rusqlite::Connection::open(locked.folder().database()).unwrap();
    database.pragma_update(None, "key", key.pragma().as_str()).unwrap();
    assert_eq!(database.execute(sql, []).unwrap(), 1);
}

fn stands(desk: &Desk, number: &str) {
    let shown = desk.steps_of(number).unwrap();
    let told: Vec<_> =
        shown.steps.iter().map(|one| (one.kind, one.reason.as_str(), one.taken.answer.as_str())).collect();
    assert_eq!(told, [(StepKind::Accepted, "记错了", ""), (StepKind::Replied, "", SAID)]);
    assert_eq!(shown.stage, Stage::Replied);
    desk.verify().unwrap();
}

#[test]
fn what_was_done_since_the_backup_comes_back_from_the_district() {
    let mut world = World::new();
    let (_district, desk) = world.enrolled();
    let number = world.register(&desk, 1).remove(0);
    let backup = desk.back_up_now().unwrap().backups.remove(0);
    went_its_way(&desk, &number);
    in_step(&desk);
    drop(desk);
    world.restore(backup.path.as_ref());
    let desk = world.open();
    assert!(desk.steps_of(&number).unwrap().steps.is_empty());
    in_step(&desk);
    stands(&desk, &number);
}

#[test]
fn a_machine_rolled_back_carries_its_steps_over_and_a_step_there_is_taken_back_here() {
    let mut world = World::new();
    let (_district, desk) = world.enrolled();
    let number = world.register(&desk, 1).remove(0);
    in_step(&desk);
    drop(desk);
    let before = world.snapshot();
    let desk = world.open();
    // What the district holds of this half stays where it is.
    desk.take_step(&number, StepKind::HandedOver, &StepTaken { section: "综治办".into(), ..on() }).unwrap();
    in_step(&desk);
    drop(desk);
    world.roll_back(&before);
    world.clock.pass_ms(60_000);
    let desk = world.open();
    // And this half, which knew nothing of it, gives way and is carried over.
    went_its_way(&desk, &number);
    exchange(&desk);
    in_step(&desk);
    let shown = desk.steps_of(&number).unwrap();
    let told: Vec<_> = shown.steps.iter().map(|one| (one.kind, one.withdrawn.is_some())).collect();
    let expect = [(StepKind::HandedOver, false), (StepKind::Accepted, true), (StepKind::Replied, false)];
    assert_eq!(told, expect);
    desk.withdraw_step(&number, &shown.steps[0].step, "另一半记的").unwrap();
    in_step(&desk);
    assert!(desk.steps_of(&number).unwrap().steps[0].withdrawn.is_some());
    desk.verify().unwrap();
}

#[test]
fn a_rebuilt_desk_has_its_steps_and_a_row_changed_behind_its_back_is_named() {
    let mut world = World::new();
    let desk = world.made();
    let number = world.register(&desk, 1).remove(0);
    desk.back_up_now().unwrap();
    went_its_way(&desk, &number);
    desk.tick().unwrap();
    drop(desk);
    std::fs::write(world.folder().join("damaged"), "").unwrap();
    let desk = world.open();
    assert!(desk.state().unwrap().repaired.is_some());
    stands(&desk, &number);
    drop(desk);
    in_database(&world, "UPDATE steps SET kind = 'closed' WHERE kind = 'replied'");
    let desk = world.open();
    let difference = desk.verify().unwrap_err();
    let told = difference.difference().unwrap().to_owned();
    assert!(told.contains("the step of entry"), "{told}");
}

#[test]
fn a_closed_matter_stays_closed_in_a_backup_that_is_put_back() {
    let mut world = World::new();
    let desk = world.made();
    let number = world.register(&desk, 1).remove(0);
    let closed = StepTaken { ending: Some(Ending::Withdrawn), ..on() };
    desk.take_step(&number, StepKind::Closed, &closed).unwrap();
    let backup = desk.back_up_now().unwrap().backups.remove(0);
    drop(desk);
    world.restore(backup.path.as_ref());
    let desk = world.open();
    assert_eq!(desk.steps_of(&number).unwrap().stage, Stage::Closed);
    desk.verify().unwrap();
}
