//! What somebody finds who takes the disk out.

use std::process::Command;

use testkit::desk::made;

#[test]
fn sqlite3_cannot_read_the_database() {
    let home = tempfile::tempdir().unwrap();
    let desk = made(home.path()).unwrap();
    desk.register(&testkit::visits::property_fee()).unwrap();
    desk.tick().unwrap();
    drop(desk);
    let read = Command::new("sqlite3").arg(home.path().join("desk/desk.db")).arg(".tables").output().expect("sqlite3");
    let said = String::from_utf8_lossy(&read.stderr).into_owned();
    assert!(!read.status.success() && said.contains("not a database"), "{said}");
    assert!(read.stdout.is_empty());
}
