//! The computer's clock set back and ahead while the desk works, by libfaketime in the real process.

use std::process::Command;

use chrono::NaiveDate;
use intake_model::RegistrationNumber;
use serde_json::json;
use testkit::desk::made;

use crate::day::{Day, Shown};
use crate::program;
use crate::report::report;

/// The library that the `faketime` program would load.
fn library() -> String {
    let told = Command::new("faketime").args(["-f", "+0d", "sh", "-c", "echo $LD_PRELOAD"]).output().expect("faketime");
    // The loader itself reads `$LIB` in it.
    let path = String::from_utf8(told.stdout).unwrap().trim().to_owned();
    assert!(path.contains("libfaketime"), "faketime names no library: {path}");
    path
}

#[test]
fn a_clock_that_jumps_during_the_day_is_asked_about_once_and_no_number_comes_twice() {
    let home = tempfile::tempdir().unwrap();
    drop(made(home.path()).unwrap());
    let wall = home.path().join("wall");
    let set = |offset: &str| {
        // Whole or not at all: the running program reads it at any moment.
        std::fs::write(home.path().join("wall.new"), offset).unwrap();
        std::fs::rename(home.path().join("wall.new"), &wall).unwrap();
    };
    let jumps = ["+0d", "-1d", "+0d", "+3650d", "+0d", "-1d", "-1d"];
    set(jumps[0]);
    let mut command = Command::new(program("desk-day"));
    command.arg("--home").arg(home.path()).args(["--stepwise", "--clock-is-right"]);
    command.args(["--rounds", &jumps.len().to_string()]);
    command.env("LD_PRELOAD", library()).env("FAKETIME_TIMESTAMP_FILE", &wall);
    command.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    let mut day = Day::of(command);
    let (mut said, mut dates, mut asked) = (Vec::new(), Vec::new(), Vec::new());
    for offset in jumps {
        set(offset);
        day.go_on();
        let mut round = Vec::new();
        while !round.last().is_some_and(|line: &String| line.starts_with("round")) {
            round.push(day.line().unwrap_or_else(|| panic!("{offset}: {round:?}")));
        }
        let number = round.iter().find_map(|line| line.strip_prefix("told ")).unwrap();
        dates.push(number.parse::<RegistrationNumber>().unwrap().date());
        asked.push(round.iter().filter(|line| *line == "asked").count());
        said.extend(round);
    }
    let (ended, _) = day.end();
    assert!(ended.success());
    // Before the first visit there is nothing to compare with; where nothing jumped nothing is asked.
    assert_eq!(asked, [0, 1, 1, 1, 1, 1, 0]);
    let days = |date: NaiveDate| (date - dates[0]).num_days();
    // A midnight may pass while it runs.
    for (date, expected) in dates.iter().zip([0, -1, 0, 3650, 0, -1, -1]) {
        assert!((expected..=expected + 1).contains(&days(*date)), "{dates:?}");
    }
    let mut shown = Shown::default();
    // Fails where a number comes twice.
    shown.take(&said);
    assert_eq!(shown.numbers.len(), 3 * jumps.len());
    shown.is_kept(home.path());
    let jumped = entries_of(&home.path().join("desk"), "clock_jumped");
    assert_eq!(jumped, 5, "each jump is journalled once");
    report("clock", json!({ "jumps": jumped, "numbers": shown.numbers.len(), "given_out_twice": 0 }));
}

/// How many entries of a kind the journal holds.
fn entries_of(folder: &std::path::Path, kind: &str) -> usize {
    use intake_store::{Db, Error, Keyring, Locked};
    use testkit::desk::{CLERK_ID, PASSWORD};
    let locked = Locked::take(folder).unwrap();
    let key = Keyring::read(&locked.folder().keyring()).unwrap().unlock(CLERK_ID, PASSWORD).unwrap();
    let db = Db::open(&locked.folder(), &key).unwrap();
    db.read::<_, Error>(|r| {
        let journal = r.line().epochs()?[0].journal;
        Ok(r.journal().entries(journal, 0, 10_000)?.iter().filter(|entry| entry.kind.as_str() == kind).count())
    })
    .unwrap()
}
