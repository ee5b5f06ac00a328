//! A disk that fills up in the middle of the day: what was told is kept, what was not told is not, and work goes on when
//! there is room again. In a file system of its own of two megabytes, so that no other program notices.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use testkit::desk::{CLERK, PASSWORD, made};

use crate::day::{Day, Shown};
use crate::namespace::{fill, free_kilobytes, inside, run, small_disk};
use crate::plain::nothing_is_readable_in;
use crate::program;
use crate::report::{cases, report};

/// Fills the file system to the last kilobytes, registers until it refuses, makes room, registers again, verifies.
const SCRIPT: &str = r#"
set -eu
mount -t tmpfs -o size=2m tmpfs "$small"
cp -r "$home/desk" "$small/desk"
head -c 2m /dev/zero > "$small/fill" 2>/dev/null || true
truncate -s -"$room" "$small/fill"
call() { printf '%s\n' "$password" | "$deskctl" "$@" --folder "$small/desk" --clerk "$clerk" --password-stdin; }
call import "$home/visits.ndjson" > "$home/first" 2> "$home/refused" && exit 7
rm "$small/fill"
call verify > "$home/verified"
call import "$home/one.ndjson" > "$home/second"
call verify > "$home/again"
"#;

#[test]
fn what_a_full_disk_refused_is_not_kept_and_what_was_told_is() {
    let mut kept = Vec::new();
    for room in ["24K", "150K", "500K"] {
        let home = tempfile::tempdir().unwrap();
        drop(made(home.path()).unwrap());
        let line = r#"{"name":{"stated":"张伟"},"address":"declined","demand":"楼上漏水三个月，物业不修。"}"#;
        std::fs::write(home.path().join("visits.ndjson"), vec![line; 2000].join("\n")).unwrap();
        std::fs::write(home.path().join("one.ndjson"), line).unwrap();
        std::fs::create_dir(home.path().join("small")).unwrap();
        let mut command = Command::new("unshare");
        command.args(["--mount", "--map-root-user", "sh", "-c", SCRIPT]).stderr(Stdio::piped());
        command.env("home", home.path()).env("small", home.path().join("small")).env("room", room);
        command.env("XDG_STATE_HOME", home.path().join("state"));
        command.env("deskctl", program("deskctl")).env("clerk", CLERK).env("password", PASSWORD);
        let done = command.output().expect("unshare");
        assert!(done.status.success(), "room {room}: {done:?}");
        let read = |name: &str| -> Vec<Value> {
            let text = std::fs::read_to_string(home.path().join(name)).unwrap();
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
        };
        let told = |lines: &[Value]| -> Vec<String> {
            lines.iter().filter_map(|line| line["number"].as_str()).map(str::to_owned).collect()
        };
        let (first, second) = (told(&read("first")), told(&read("second")));
        let refused = std::fs::read_to_string(home.path().join("refused")).unwrap();
        assert!(refused.contains("磁盘满了"), "room {room}: {refused}");
        assert_eq!(read("verified")[0]["matters"], first.len(), "room {room}: kept is not what was told");
        assert_eq!(read("again")[0]["matters"], first.len() + 1);
        assert_eq!(serial(&second[0]) as usize, first.len() + 1, "a refusal used up a number");
        kept.push(first.len());
    }
    assert!(kept[0] < kept[2], "the disk was never full in the middle of the work: {kept:?}");
}

/// A stick with too little room for a backup; then some is made.
const STICK: &str = r#"
set -eu
mount -t tmpfs -o size=2m tmpfs "$small"
head -c 2m /dev/zero > "$small/fill" 2>/dev/null || true
truncate -s -60K "$small/fill"
call() { printf '%s\n' "$password" | "$deskctl" "$@" --folder "$home/desk" --clerk "$clerk" --password-stdin; }
call backup "$small" > "$home/first" 2> "$home/refused" && exit 7
ls -A "$small/120110005-01" > "$home/left"
rm "$small/fill"
call backup "$small" > "$home/second"
"$deskctl" backups "$small" > "$home/listed"
call verify > "$home/verified"
"#;

#[test]
fn a_stick_without_room_gets_no_half_backup_and_a_whole_one_once_there_is_room() {
    let home = tempfile::tempdir().unwrap();
    drop(made(home.path()).unwrap());
    std::fs::create_dir(home.path().join("small")).unwrap();
    let mut command = Command::new("unshare");
    command.args(["--mount", "--map-root-user", "sh", "-c", STICK]).stderr(Stdio::piped());
    command.env("home", home.path()).env("small", home.path().join("small"));
    command.env("XDG_STATE_HOME", home.path().join("state"));
    command.env("deskctl", program("deskctl")).env("clerk", CLERK).env("password", PASSWORD);
    let done = command.output().expect("unshare");
    assert!(done.status.success(), "{done:?}");
    let read = |name: &str| std::fs::read_to_string(home.path().join(name)).unwrap();
    assert!(read("refused").contains("磁盘满了"), "{}", read("refused"));
    assert_eq!(read("left").trim(), "", "half a backup was left");
    assert_eq!((read("second").lines().count(), read("listed").lines().count()), (1, 1));
    assert!(read("verified").contains("\"complete\":true"));
}

#[test]
fn a_disk_that_is_full_at_any_write_of_the_day_is_told_and_work_goes_on_when_there_is_room() {
    inside(
        "full_disk::a_disk_that_is_full_at_any_write_of_the_day_is_told_and_work_goes_on_when_there_is_room",
        || {
            let home = tempfile::tempdir().unwrap();
            drop(made(home.path()).unwrap());
            let small = home.path().join("small");
            small_disk(&small, "24m");
            // A whole day says how much it writes.
            let needed = at_room(home.path(), &small, 20 << 10).1;
            let steps = cases(8, needed / 4);
            let (mut refusals, mut told) = (0, BTreeMap::new());
            for step in 0..steps {
                // Page by page, or spread over the day.
                let (refused, _) = at_room(home.path(), &small, step * needed / steps);
                refusals += u64::from(!refused.is_empty());
                for line in refused {
                    *told.entry(line).or_insert(0) += 1;
                }
            }
            assert!(refusals * 2 > steps, "the disk was full on {refusals} of {steps} days only: {told:?}");
            report("full_disk", json!({ "days": steps, "full_on": refusals, "told": told, "half_records": 0 }));
        },
    );
}

/// The day on a disk with so many kilobytes of room; more is made where the desk says that there is none. Gives what it
/// said then, and how many kilobytes the day took.
fn at_room(home: &Path, small: &Path, kilobytes: u64) -> (Vec<String>, u64) {
    for place in ["desk", "pdf", "fill"] {
        let _ = std::fs::remove_dir_all(small.join(place));
        let _ = std::fs::remove_file(small.join(place));
    }
    run("cp", &["-r", &home.join("desk").display().to_string(), &small.display().to_string()]);
    let ballast = small.join("fill");
    fill(&ballast, kilobytes);
    let before = free_kilobytes(small);
    let mut day = Day::start(small, &["--patient"]);
    let (mut said, mut refused) = (Vec::new(), Vec::new());
    while let Some(line) = day.line() {
        if line.starts_with("refused") {
            assert!(line.ends_with("DiskFull"), "{kilobytes} KiB of room: {line}");
            refused.push(line.clone());
            std::fs::remove_file(&ballast).unwrap_or_else(|_| panic!("refused twice: {refused:?}"));
            day.go_on();
        }
        said.push(line);
    }
    assert_eq!(said.last().map(String::as_str), Some("end"), "{kilobytes} KiB of room: {said:?}");
    let (ended, _) = day.end();
    assert!(ended.success());
    let took = before.saturating_sub(free_kilobytes(small));
    let mut shown = Shown::default();
    shown.take(&said);
    assert_eq!(shown.numbers.len(), 3);
    let serials: Vec<u32> = shown.numbers.iter().map(|number| serial(number)).collect();
    assert_eq!(serials, [1, 2, 3], "a refusal used up a number");
    shown.is_kept(small);
    nothing_is_readable_in(&small.join("desk"));
    (refused, took)
}

fn serial(number: &str) -> u32 {
    number.parse::<intake_model::RegistrationNumber>().unwrap().serial()
}
