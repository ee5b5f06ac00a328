//! What a power cut and a full disk can do to a file that is just being added to a matter.

use std::path::Path;
use std::process::{Command, Stdio};

use testkit::desk::{CLERK, PASSWORD, made};

use crate::power::{Trace, synced, traced};
use crate::program;

/// A picture that every program reads, with as many bytes behind it as are wanted.
fn picture(path: &Path, behind: usize) {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\0\x03\x01\x01\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82";
    std::fs::write(path, [PNG, &vec![7; behind]].concat()).unwrap();
}

#[test]
fn a_files_bytes_and_its_name_are_synced_before_the_entry_that_names_them() {
    let home = tempfile::tempdir().unwrap();
    let desk = made(home.path()).unwrap();
    let number = desk.register(&testkit::visits::property_fee()).unwrap().number;
    drop(desk);
    let (photo, trace) = (home.path().join("照片.png"), home.path().join("trace"));
    picture(&photo, 0);
    let mut command = traced(&trace);
    command.env("XDG_STATE_HOME", home.path().join("state"));
    command.arg(program("deskctl")).args(["attach", &number]).arg(&photo).arg("--folder").arg(home.path().join("desk"));
    command.args(["--clerk", CLERK, "--password-stdin"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("strace");
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), format!("{PASSWORD}\n").as_bytes()).unwrap();
    let said = child.wait_with_output().unwrap();
    assert!(said.status.success());
    let said: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
    let blob = said[0]["blob"].as_str().unwrap();

    let trace = Trace::read(&trace);
    let told = trace.last(|line| line.contains("write(1<") && line.contains(blob));
    let entry = trace.last_before(told, |line| line.contains("pwrite64(") && line.contains("/desk.db-wal>"));
    trace.last_before(told, |line| synced(line, "/desk.db-wal>"));
    // The file, then its name, then the name of the folder it lies in: all before the first byte of its entry. The
    // name is drawn up in a transaction of its own, so the entry is what the WAL was given last.
    trace.whole(entry, &format!("/blobs/{blob}.new"), &format!("/blobs/{blob}"), "/blobs>");
    trace.last_before(entry, |line| synced(line, "/desk>"));
}

/// Adds a file where there is no room for it, makes room, adds it again.
const SCRIPT: &str = r#"
set -eu
mount -t tmpfs -o size=3m tmpfs "$small"
cp -r "$home/desk" "$small/desk"
head -c 3m /dev/zero > "$small/fill" 2>/dev/null || true
truncate -s -"$room" "$small/fill"
call() { printf '%s\n' "$password" | "$deskctl" "$@" --folder "$small/desk" --clerk "$clerk" --password-stdin; }
call attach "$number" "$home/photo.png" > "$home/first" 2> "$home/refused" && exit 7
ls "$small/desk/blobs" > "$home/left" 2>/dev/null || true
rm "$small/fill"
call verify > "$home/verified"
call attach "$number" "$home/photo.png" > "$home/second"
call verify > "$home/again"
"#;

#[test]
fn a_file_for_which_there_is_no_room_is_refused_in_a_sentence_and_leaves_nothing() {
    for room in ["100K", "600K"] {
        let home = tempfile::tempdir().unwrap();
        let desk = made(home.path()).unwrap();
        let number = desk.register(&testkit::visits::property_fee()).unwrap().number;
        let entries = desk.verify().unwrap().entries;
        drop(desk);
        picture(&home.path().join("photo.png"), 1 << 20);
        std::fs::create_dir(home.path().join("small")).unwrap();
        let mut command = Command::new("unshare");
        command.args(["--mount", "--map-root-user", "sh", "-c", SCRIPT]).stderr(Stdio::piped());
        command.env("XDG_STATE_HOME", home.path().join("state"));
        command.env("home", home.path()).env("small", home.path().join("small")).env("room", room);
        command.env("deskctl", program("deskctl")).env("clerk", CLERK).env("password", PASSWORD).env("number", &number);
        let done = command.output().expect("unshare");
        assert!(done.status.success(), "room {room}: {done:?}");
        let read = |name: &str| std::fs::read_to_string(home.path().join(name)).unwrap();
        assert!(read("refused").contains("磁盘满了"), "room {room}: {}", read("refused"));
        assert_eq!(read("left"), "", "room {room}: something half is left");
        let counted = |name: &str| serde_json::from_str::<serde_json::Value>(&read(name)).unwrap()["entries"].clone();
        assert_eq!((counted("verified"), counted("again")), (entries.into(), (entries + 1).into()), "room {room}");
        assert!(read("second").contains("photo.png"));
    }
}
