//! A disk that fills up in the middle of the day: what was told is kept, what was not told is not, and work goes on when
//! there is room again. In a file system of its own of two megabytes, so that no other program notices.

use std::process::{Command, Stdio};

use serde_json::Value;

use testkit::desk::{CLERK, PASSWORD, made};

use crate::program;

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
        let serial = |number: &str| number.parse::<intake_model::RegistrationNumber>().unwrap().serial();
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
