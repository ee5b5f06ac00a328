//! Tables that say something else than the journal: an administrator is told what, and where first.

use std::io::Write as _;
use std::process::{Command, Stdio};

use intake_store::{Db, Keyring, Locked};
use serde_json::Value;
use testkit::desk::{CLERK, CLERK_ID, PASSWORD, made};

use crate::program;

#[test]
fn deskctl_verify_names_the_first_difference() {
    let home = tempfile::tempdir().unwrap();
    let desk = made(home.path()).unwrap();
    let number = desk.register(&testkit::visits::property_fee()).unwrap().number;
    drop(desk);
    let locked = Locked::take(&home.path().join("desk")).unwrap();
    let key = Keyring::read(&locked.folder().keyring()).unwrap().unlock(CLERK_ID, PASSWORD).unwrap();
    let db = Db::open(&locked.folder(), &key).unwrap();
    db.write::<_, intake_store::Error>(|tx| tx.set_slips(&number, 7, 1)).unwrap();
    drop((db, locked));

    let mut verify = Command::new(program("deskctl"));
    verify.args(["verify", "--clerk", CLERK, "--password-stdin", "--folder"]).arg(home.path().join("desk"));
    let mut running = verify.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    running.stdin.take().unwrap().write_all(format!("{PASSWORD}\n").as_bytes()).unwrap();
    let ended = running.wait_with_output().unwrap();
    let told: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!((ended.status.code(), &told["complete"]), (Some(1), &Value::Bool(false)));
    assert_eq!(told["difference"], format!("matter {number} is not what the journal says"));
}
