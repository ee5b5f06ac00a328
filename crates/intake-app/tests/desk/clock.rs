//! A clock that jumps: noticed, told, journalled once, asked about, and no number comes twice.

use std::path::Path;
use std::sync::Arc;

use intake_app::Desk;
use intake_model::{Code, RegistrationNumber};
use testkit::FixedMoments;
use testkit::desk::{CLERK_ID, PASSWORD, form, open_at};

use crate::visit;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
const TEN_YEARS_MS: i64 = 3652 * DAY_MS;

fn made_at(home: &Path, clock: &FixedMoments) -> Desk {
    let desk = open_at(home, Arc::new(clock.clone())).unwrap();
    desk.create_desk(&form(home)).unwrap();
    desk
}

fn entries(desk: &Desk) -> u64 {
    desk.verify().unwrap().entries
}

fn registered(desk: &Desk) -> RegistrationNumber {
    desk.register(&visit()).unwrap().number.parse().unwrap()
}

#[test]
fn a_visit_that_would_stand_before_its_predecessor_asks_for_the_date_and_is_registered_after_a_word() {
    let home = tempfile::tempdir().unwrap();
    let clock = FixedMoments::default();
    let desk = made_at(home.path(), &clock);
    let first = registered(&desk);
    let before = entries(&desk);
    clock.pass_ms(10 * MINUTE_MS);
    clock.set_wall_ms(-DAY_MS);
    let told = desk.clock_state().unwrap();
    assert_eq!((told.now.as_str(), told.last.as_deref()), ("2026-11-23 09:15", Some("2026-11-24 09:05")));
    assert!(told.asks && told.jumped_minutes == -1440);
    assert_eq!(desk.register(&visit()).unwrap_err().code(), Code::ClockBehind);
    assert_eq!(entries(&desk), before, "a question leaves no trace");

    let told = desk.confirm_clock().unwrap();
    assert!(!told.asks && told.jumped_minutes == 0);
    assert_eq!(entries(&desk), before + 2, "the jump, then the word that it is right");
    let second = registered(&desk);
    assert_eq!((second.date().to_string().as_str(), second.serial()), ("2026-11-23", 1));
    // Asked once: the visits after it follow that one.
    registered(&desk);
    // Set right again: that is a jump as well, and it changes the day.
    clock.set_wall_ms(DAY_MS);
    assert_eq!(desk.register(&visit()).unwrap_err().code(), Code::ClockAhead);
    desk.confirm_clock().unwrap();
    let fourth = registered(&desk);
    assert_eq!((fourth.date(), fourth.serial()), (first.date(), 2), "the day goes on where it was left");
    desk.verify().unwrap();
}

#[test]
fn each_jump_is_journalled_once_before_whatever_entry_comes_next() {
    let home = tempfile::tempdir().unwrap();
    let clock = FixedMoments::default();
    let desk = made_at(home.path(), &clock);
    let number = desk.register(&visit()).unwrap().number;
    let before = entries(&desk);
    clock.set_wall_ms(40 * MINUTE_MS);
    assert_eq!(desk.clock_state().unwrap().jumped_minutes, 40);
    desk.note_progress(&number).unwrap();
    assert_eq!(entries(&desk), before + 2);
    desk.note_progress(&number).unwrap();
    assert_eq!(entries(&desk), before + 3);
    // Within the day nobody is held up: the jump is shown and journalled.
    desk.register(&visit()).unwrap();
    assert_eq!(entries(&desk), before + 4);
    // A minute is no jump: the network's clock corrects as much.
    clock.set_wall_ms(-MINUTE_MS);
    desk.note_progress(&number).unwrap();
    assert_eq!(entries(&desk), before + 5);
}

#[test]
fn numbers_stay_unique_over_a_day_back_midnight_and_ten_years_ahead_with_a_return() {
    let home = tempfile::tempdir().unwrap();
    let clock = FixedMoments::default();
    let desk = made_at(home.path(), &clock);
    let mut numbers = Vec::new();
    let mut register = |times: u32| {
        for _ in 0..times {
            if desk.clock_state().unwrap().asks {
                desk.confirm_clock().unwrap();
            }
            numbers.push(desk.register(&visit()).unwrap().number);
        }
    };
    register(3);
    clock.set_wall_ms(-DAY_MS);
    register(2);
    // To a minute before that day's midnight, over it, and back before it.
    clock.pass_ms(14 * 60 * MINUTE_MS + 54 * MINUTE_MS);
    register(2);
    clock.pass_ms(2 * MINUTE_MS);
    register(2);
    clock.set_wall_ms(-10 * MINUTE_MS);
    register(2);
    clock.set_wall_ms(DAY_MS + 10 * MINUTE_MS);
    register(2);
    clock.set_wall_ms(TEN_YEARS_MS);
    register(2);
    clock.restart();
    register(1);
    clock.set_wall_ms(-TEN_YEARS_MS);
    clock.restart();
    register(2);
    let whole = numbers.len();
    let found: RegistrationNumber = numbers.last().unwrap().parse().unwrap();
    assert_eq!(found.date().to_string(), "2026-11-25");
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), whole);
    assert_eq!(desk.verify().unwrap().matters, whole as u64);
}

#[test]
fn after_a_restart_a_long_rest_asks_and_a_holiday_does_not() {
    let home = tempfile::tempdir().unwrap();
    let clock = FixedMoments::default();
    let desk = made_at(home.path(), &clock);
    desk.register(&visit()).unwrap();
    clock.pass_ms(40 * DAY_MS);
    clock.restart();
    desk.register(&visit()).unwrap();
    clock.pass_ms(50 * DAY_MS);
    clock.restart();
    assert_eq!(desk.register(&visit()).unwrap_err().code(), Code::ClockAhead);
    desk.confirm_clock().unwrap();
    desk.register(&visit()).unwrap();
    // While the machine runs on, even a year is no jump.
    clock.pass_ms(365 * DAY_MS);
    desk.register(&visit()).unwrap();
}

#[test]
fn a_wrong_clock_locks_nobody_out_and_a_ledger_is_taken_in_all_the_same() {
    let home = tempfile::tempdir().unwrap();
    let clock = FixedMoments::default();
    let desk = made_at(home.path(), &clock);
    desk.register(&visit()).unwrap();
    desk.sign_out().unwrap();
    clock.set_wall_ms(TEN_YEARS_MS);
    for _ in 0..3 {
        assert!(desk.sign_in(CLERK_ID, "不是这个密码吧").is_err());
    }
    clock.set_wall_ms(-TEN_YEARS_MS);
    assert_eq!(desk.sign_in(CLERK_ID, PASSWORD).unwrap_err().code(), Code::WaitBeforeRetry);
    clock.pass_ms(MINUTE_MS);
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    clock.set_wall_ms(-DAY_MS);
    assert_eq!(desk.register(&visit()).unwrap_err().code(), Code::ClockBehind);
    desk.register_once(&visit(), "台账 7").unwrap();
    desk.verify().unwrap();
}
