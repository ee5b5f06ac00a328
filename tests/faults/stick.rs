//! A stick with too little room for all attachments of a desk.

use std::process::{Command, Stdio};

use intake_wire::sha256;
use testkit::desk::{CLERK, PASSWORD, made};
use testkit::district::CENTRE;

use crate::program;

/// A picture that every program reads, with bytes behind it that no compression makes shorter.
fn picture(which: u8, behind: usize) -> Vec<u8> {
    let blocks = (0_u32..).flat_map(|at| sha256(&[&[which], &at.to_be_bytes()]).0);
    testkit::visits::PNG.iter().copied().chain(blocks.take(behind)).collect()
}

/// Writes to a stick that is nearly full, then to one with room.
const SCRIPT: &str = r#"
set -eu
call() { printf '%s\n' "$password" | "$deskctl" pages-out "$small" --folder "$home/desk" --clerk "$clerk" --password-stdin; }
mount -t tmpfs -o size=20m tmpfs "$small"
call > "$home/nearly_full"
cp -r "$small" "$home/first"
mount -t tmpfs -o size=64m tmpfs "$small"
call > "$home/with_room"
cp -r "$small" "$home/second"
"#;

#[test]
fn a_stick_that_is_nearly_full_takes_the_records_and_what_fits_and_says_how_many_stay_here() {
    let (home, office) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let desk = made(home.path()).unwrap();
    let district = testkit::LocalDistrict::start(office.path()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let code = district.enrolment_code(CENTRE, 1).unwrap();
    runtime.block_on(desk.enrol(&district.address(), &code)).unwrap();
    let number = desk.register(&testkit::visits::property_fee()).unwrap().number;
    for megabytes in 1..=3 {
        desk.attach(&number, &format!("{megabytes}.png"), &picture(megabytes, usize::from(megabytes) << 20)).unwrap();
    }
    drop(desk);
    std::fs::create_dir(home.path().join("small")).unwrap();
    let mut command = Command::new("unshare");
    command.args(["--mount", "--map-root-user", "sh", "-c", SCRIPT]).stderr(Stdio::piped());
    command.env("XDG_STATE_HOME", home.path().join("state"));
    command.env("home", home.path()).env("small", home.path().join("small"));
    command.env("deskctl", program("deskctl")).env("clerk", CLERK).env("password", PASSWORD);
    let done = command.output().expect("unshare");
    assert!(done.status.success(), "{done:?}");
    let told = |name: &str| -> (u64, u64, bool) {
        let text = std::fs::read_to_string(home.path().join(name)).unwrap();
        let told: serde_json::Value = serde_json::from_str(&text).unwrap();
        (told["files"].as_u64().unwrap(), told["files_left"].as_u64().unwrap(), told["full"].as_bool().unwrap())
    };
    assert_eq!(told("nearly_full"), (2, 1, true), "the smallest go first, and room is left for the answer");
    assert_eq!(told("with_room"), (3, 0, false));
    let import = |name: &str| {
        let files = std::fs::read_dir(home.path().join(name)).unwrap().map(|one| one.unwrap().path());
        let file = files.filter(|path| path.is_file()).max().unwrap();
        let server = std::sync::Arc::clone(district.district());
        let taken = district.wait(async move { server.import_usb(&file).await }).unwrap().unwrap();
        (taken.files, taken.files_broken, taken.files_missing)
    };
    assert_eq!(import("first"), (2, 0, 1));
    assert_eq!(import("second"), (3, 0, 0));
}
