//! The power goes while the data key is changed: at every rename, sync, removal and cut of a file, and at some of its writes.
//! After each, the desk opens with the passwords of one side of the change, and nothing is lost.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use intake_app::Desk;
use testkit::desk::{CLERK, CLERK_ID, PASSWORD, made, open};

use crate::program;

const ADMINISTRATOR: &str = "管理员好记的一句话";
const AFTERWARDS: &str = "恢复以后新设一句话";

/// The calls that order what is on the disk.
const ORDERING: &str = "fsync,fdatasync,rename,unlink,ftruncate";

/// A command of the administrator's, killed when it makes its `at`th call of these kinds.
fn killed(home: &Path, arguments: &[&str], secret: &str, calls: &str, at: usize) -> Output {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-e"]).arg(format!("trace={calls}"));
    command.arg("-e").arg(format!("inject={calls}:signal=SIGKILL:when={at}"));
    command.arg(program("deskctl")).args(arguments).arg("--folder").arg(home.join("desk"));
    command.args(["--clerk", "周建国", "--password-stdin"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("strace");
    // One killed early has closed the pipe already.
    let _ = writeln!(child.stdin.take().unwrap(), "{secret}");
    child.wait_with_output().unwrap()
}

/// A desk with three visits, to be copied for each kill.
fn desk(home: &Path) {
    let desk = made(home).unwrap();
    for visit in testkit::visits::day().into_iter().take(3) {
        desk.register(&intake_model::Visit { passed_because: "来访人自述".into(), ..visit }).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-r").arg(from).arg(to).status().unwrap().success());
}

/// Whether the change was made; else nothing of it was.
fn disabled(desk: &Desk) -> bool {
    desk.state().unwrap().clerks.iter().all(|one| one.id != CLERK_ID)
}

#[test]
fn a_clerk_is_disabled_whole_or_not_at_all_wherever_the_power_goes() {
    let first = tempfile::tempdir().unwrap();
    desk(first.path());
    let (mut before, mut after) = (0, 0);
    let mut each = |calls: &str, at: usize| {
        let home = tempfile::tempdir().unwrap();
        copy(&first.path().join("desk"), home.path());
        let ended = killed(home.path(), &["clerks", "disable", CLERK], ADMINISTRATOR, calls, at);
        let desk = open(home.path()).unwrap();
        desk.sign_in(1, ADMINISTRATOR).unwrap_or_else(|error| panic!("{calls} {at}: {error}"));
        assert_eq!(desk.verify().unwrap().matters, 3, "{calls} {at}");
        let gone = disabled(&desk);
        assert_eq!(desk.sign_in(CLERK_ID, PASSWORD).is_err(), gone, "{calls} {at}");
        desk.sign_in(1, ADMINISTRATOR).unwrap();
        // What was broken off can be done again, and the work goes on.
        if !gone {
            desk.disable_clerk(CLERK_ID).unwrap();
        }
        desk.register(&testkit::visits::property_fee()).unwrap();
        desk.verify().unwrap();
        let left = std::fs::read_dir(home.path().join("desk")).unwrap();
        let left: Vec<_> = left.map(|one| one.unwrap().file_name().to_string_lossy().into_owned()).collect();
        assert!(!left.iter().any(|name| name.contains("next")), "{calls} {at}: {left:?}");
        if gone {
            after += 1;
        } else {
            before += 1;
        }
        !ended.status.success()
    };
    let mut orderings = 0;
    while each(ORDERING, orderings + 1) {
        orderings += 1;
    }
    for at in [20, 60, 100, 140] {
        each("pwrite64", at);
    }
    assert!(orderings > 15 && before > 5 && after > 2, "{orderings} places, {before} before and {after} after");
}

#[test]
fn a_recovery_is_made_whole_or_not_at_all_wherever_the_power_goes() {
    let first = tempfile::tempdir().unwrap();
    desk(first.path());
    let key = first.path().join("usb/恢复密钥-120110005-01.txt").display().to_string();
    let (mut before, mut after) = (0, 0);
    for at in 1.. {
        let home = tempfile::tempdir().unwrap();
        copy(&first.path().join("desk"), home.path());
        let ended = killed(home.path(), &["recover", "--key", &key], AFTERWARDS, ORDERING, at);
        let desk = open(home.path()).unwrap();
        let (old, new) = (desk.sign_in(1, ADMINISTRATOR), desk.sign_in(1, AFTERWARDS));
        assert_ne!(old.is_ok(), new.is_ok(), "call {at}: both passwords open it, or neither does");
        if new.is_ok() {
            after += 1;
        } else {
            before += 1;
        }
        desk.sign_in(CLERK_ID, PASSWORD).unwrap();
        assert_eq!(desk.verify().unwrap().matters, 3, "call {at}");
        if ended.status.success() {
            break;
        }
    }
    assert!(before > 5 && after > 2, "{before} before and {after} after");
}
