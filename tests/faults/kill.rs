//! SIGKILL at random moments of the day: what was shown is there afterwards, no number is given out twice, and the journal
//! explains what the tables say. A kill takes the program and not the system's cache; what a power cut takes is read from
//! a trace in `power.rs`.

use std::time::{Duration, Instant};

use serde_json::json;
use testkit::desk::made;

use crate::day::{Chance, Day, Shown};
use crate::report::{cases, report, seed};

/// Days on one folder before a new desk is made: the folder grows, and its walk with it.
const DAYS_IN_A_FOLDER: u64 = 40;

#[test]
fn a_kill_at_any_moment_of_the_day_loses_nothing_that_was_shown_and_gives_no_number_twice() {
    let (kills, seed) = (cases(40, 1000), seed());
    println!("seed {seed}");
    let mut chance = Chance(seed);
    let (mut done, mut shown_in_all, mut broken_off, mut folders) = (0, 0, 0, 0);
    while done < kills {
        let home = tempfile::tempdir().unwrap();
        drop(made(home.path()).unwrap());
        folders += 1;
        // One whole day tells how long it takes here and now: on a busy machine that is another time tomorrow.
        let began = Instant::now();
        let mut shown = Shown::default();
        let (ended, said) = Day::start(home.path(), &["--rounds", "1"]).end();
        assert!(ended.success(), "{said:?}");
        shown.take(&said);
        let whole = u64::try_from(began.elapsed().as_micros()).unwrap();
        for day in 1..=DAYS_IN_A_FOLDER.min(kills - done) {
            let moment = Duration::from_micros(chance.below(whole));
            let running = Day::start(home.path(), &["--rounds", "1", "--seed", &day.to_string()]);
            std::thread::sleep(moment);
            let said = running.kill();
            broken_off += u64::from(said.last().is_none_or(|last| last != "end"));
            shown.take(&said);
            shown.is_kept(home.path());
            done += 1;
        }
        shown_in_all += shown.numbers.len();
    }
    // Otherwise the kills came after the day was over, and nothing was shown.
    assert!(broken_off * 2 > kills, "{broken_off} of {kills} kills came in the middle of the day");
    report(
        "kill",
        json!({ "seed": seed, "kills": kills, "in_the_middle": broken_off, "desks": folders,
            "numbers_shown": shown_in_all, "lost": 0, "given_out_twice": 0 }),
    );
}
