//! Disks that refuse: errors of writing and syncing, a file system that is read-only, a stick that is pulled, a folder that
//! two programs want.

use std::path::Path;
use std::process::Command;

use intake_model::Code;
use serde_json::json;
use testkit::desk::{made, open};

use crate::day::{Day, Shown};
use crate::namespace::{inside, run, small_disk};
use crate::program;
use crate::report::{cases, report};

/// The day under strace, which lets one kind of call fail.
fn failing(home: &Path, inject: &str, arguments: &[&str]) -> Day {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=pwrite64,fdatasync,ftruncate"]);
    command.args(["-e", "signal=none", "-e", &format!("inject={inject}")]).arg(program("desk-day"));
    command.arg("--home").arg(home).args(arguments);
    Day::of(command)
}

#[test]
fn a_write_or_sync_that_fails_is_told_and_the_next_try_keeps_everything() {
    let (mut tries, mut refusals) = (0, 0);
    let most = cases(6, 60);
    for call in ["pwrite64", "fdatasync"] {
        for round in 0..most {
            // The early calls one by one, then further apart: the day has some hundreds.
            let when = 1 + round * (1 + round / 6) + if call == "pwrite64" { 11 * round } else { 0 };
            let home = tempfile::tempdir().unwrap();
            drop(made(home.path()).unwrap());
            let mut day = failing(home.path(), &format!("{call}:error=EIO:when={when}"), &["--patient"]);
            let mut said = Vec::new();
            while let Some(line) = day.line() {
                if line.starts_with("refused") {
                    // Of the index of its WAL SQLite says only that it could not grow.
                    let opens = line.contains("open") && line.ends_with("DiskFull");
                    assert!(line.ends_with("DiskFailed") || opens, "{call} {when}: {line}");
                    refusals += 1;
                    day.go_on();
                }
                said.push(line);
            }
            let (ended, _) = day.end();
            assert!(ended.success(), "{call} {when}: {said:?}");
            let mut shown = Shown::default();
            shown.take(&said);
            assert_eq!(shown.numbers.len(), 3, "{call} {when}");
            shown.is_kept(home.path());
            tries += 1;
        }
    }
    assert!(refusals > 0, "no call failed where anybody noticed");
    report("io_errors", json!({ "days": tries, "refusals_told": refusals, "lost": 0 }));
}

#[test]
fn a_disk_that_turns_read_only_in_the_day_keeps_what_was_shown() {
    let home = tempfile::tempdir().unwrap();
    drop(made(home.path()).unwrap());
    let mut day = failing(home.path(), "pwrite64:error=EROFS:when=60+", &["--patient", "--rounds", "3"]);
    let mut said = Vec::new();
    while let Some(line) = day.line() {
        let refused = line.starts_with("refused");
        said.push(line);
        if refused {
            break;
        }
    }
    let refused = said.last().unwrap().clone();
    assert!(refused.starts_with("refused") && refused.ends_with("DiskFailed"), "{said:?}");
    day.go_on();
    // It stays so: the same is refused again.
    assert_eq!(day.line().as_ref(), Some(&refused));
    day.kill();
    let mut shown = Shown::default();
    shown.take(&said);
    assert!(!shown.numbers.is_empty());
    shown.is_kept(home.path());
}

#[test]
fn a_read_only_folder_is_told_as_one_that_cannot_be_written() {
    inside("refusing::a_read_only_folder_is_told_as_one_that_cannot_be_written", || {
        let home = tempfile::tempdir().unwrap();
        let small = home.path().join("small");
        small_disk(&small, "16m");
        drop(made(&small).unwrap());
        let place = small.display().to_string();
        run("mount", &["-o", "remount,ro", &place]);
        assert_eq!(open(&small).err().unwrap().code(), Code::FolderUnwritable);
        run("mount", &["-o", "remount,rw", &place]);
        let (ended, said) = Day::start(&small, &[]).end();
        assert!(ended.success(), "{said:?}");
    });
}

#[test]
fn a_stick_that_is_pulled_is_told_and_what_was_shown_is_on_it() {
    inside("refusing::a_stick_that_is_pulled_is_told_and_what_was_shown_is_on_it", || {
        let home = tempfile::tempdir().unwrap();
        let (stick, again) = (home.path().join("stick"), home.path().join("again"));
        small_disk(&stick, "32m");
        std::fs::create_dir(&again).unwrap();
        // The same stick, as it is plugged in again.
        run("mount", &["--bind", &stick.display().to_string(), &again.display().to_string()]);
        drop(made(&stick).unwrap());
        let mut day = Day::start(&stick, &["--rounds", "2", "--stepwise"]);
        let mut said = Vec::new();
        day.go_on();
        loop {
            let line = day.line().unwrap();
            let round = line.starts_with("round");
            said.push(line);
            if round {
                break;
            }
        }
        run("umount", &["-l", &stick.display().to_string()]);
        day.go_on();
        let (ended, more) = day.end();
        said.extend(more);
        // At the latest where it opens the folder anew, it says so. It never makes a desk where the stick was.
        assert!(!ended.success(), "{said:?}");
        let refused = said.last().unwrap();
        let code = refused.rsplit(' ').next().unwrap();
        assert!(["DiskFailed", "NoDesk", "FolderUnwritable"].contains(&code), "{refused}");
        assert!(!stick.join("desk/desk.db").exists(), "a desk was made where the stick was");
        let mut shown = Shown::default();
        shown.take(&said);
        assert!(shown.numbers.len() >= 3);
        shown.is_kept(&again);
    });
}

#[test]
fn two_programs_on_one_folder_are_one_program_and_one_sentence() {
    let home = tempfile::tempdir().unwrap();
    drop(made(home.path()).unwrap());
    let first = Day::start(home.path(), &["--rounds", "50"]);
    assert_eq!(first.line().as_deref(), Some("signed_in"));
    for _ in 0..3 {
        let (ended, said) = Day::start(home.path(), &[]).end();
        assert!(!ended.success());
        assert_eq!(said, ["refused open FolderInUse"]);
    }
    let mut shown = Shown::default();
    shown.take(&first.kill());
    // A killed program holds nothing.
    shown.is_kept(home.path());
    // Both at the same moment: one of them works, or each in its turn.
    let both = [Day::start(home.path(), &["--seed", "1"]), Day::start(home.path(), &["--seed", "2"])];
    let mut worked = 0;
    for day in both {
        let (ended, said) = day.end();
        worked += u32::from(ended.success());
        assert!(ended.success() || said.iter().any(|line| line.ends_with("FolderInUse")), "{said:?}");
        shown.take(&said);
    }
    assert!(worked >= 1);
    shown.is_kept(home.path());
}
