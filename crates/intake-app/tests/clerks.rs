//! Who may sit at the desk, on real folders: added, disabled, forgotten passwords, recovery, and what the journal knows of it.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::path::Path;
use std::sync::Arc;

use intake_app::{Phase, Recovery, Role};
use intake_model::{Code, Visit};
use intake_store::{Db, Folder, Keyring, Locked};
use testkit::FixedMoments;
use testkit::desk::{CLERK_ID, PASSWORD, made, open, open_at};

const ADMINISTRATOR_ID: u32 = 1;
const ADMINISTRATOR: &str = "管理员好记的一句话";
const NEW: &str = "后来换的好记的话";

fn visit() -> Visit {
    testkit::visits::property_fee()
}

/// The recovery key's file, as it lies on the stick.
fn stick(home: &Path) -> String {
    std::fs::read_to_string(home.join("usb/恢复密钥-120110005-01.txt")).unwrap()
}

fn refused<T>(answer: intake_app::Result<T>) -> Code {
    answer.err().unwrap().code()
}

/// The kinds of the whole journal, in order, read by a clerk's password from the closed folder.
fn kinds(home: &Path, clerk: u32, password: &str) -> Vec<String> {
    let locked = Locked::take(&home.join("desk")).unwrap();
    let folder: Folder = locked.folder();
    let key = Keyring::read(&folder.keyring()).unwrap().unlock(clerk, password).unwrap();
    let db = Db::open(&folder, &key).unwrap();
    db.read::<_, intake_store::Error>(|r| {
        let journal = r.line().epochs()?.remove(0).journal;
        Ok(r.line().entries(journal, 0, 999)?.into_iter().map(|entry| entry.kind.as_str().to_owned()).collect())
    })
    .unwrap()
}

#[test]
fn an_added_clerk_signs_in_and_a_disabled_one_never_again_while_the_others_keep_their_passwords() {
    let home = tempfile::tempdir().unwrap();
    let desk = made(home.path()).unwrap();
    let number = desk.register(&visit()).unwrap().number;
    let added = desk.add_clerk(" 李敏 ", Role::Clerk, "李敏的好记一句话").unwrap();
    let id = added.iter().find(|one| one.name == "李敏").unwrap().id;
    desk.sign_in(id, "李敏的好记一句话").unwrap();
    assert_eq!(refused(desk.clerks()), Code::NotAllowed);
    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    let left = desk.disable_clerk(id).unwrap();
    assert!(left.iter().find(|one| one.id == id).unwrap().disabled, "never taken out: entries name them");
    assert!(desk.state().unwrap().clerks.iter().all(|one| one.id != id), "nobody is offered who cannot sign in");
    assert_eq!(refused(desk.sign_in(id, "李敏的好记一句话")), Code::WrongPassword);
    // The work goes on under the new key, in this program and in the next.
    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    desk.register(&visit()).unwrap();
    desk.verify().unwrap();
    drop(desk);
    let desk = open(home.path()).unwrap();
    assert_eq!(refused(desk.sign_in(id, "李敏的好记一句话")), Code::WrongPassword);
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    assert_eq!(desk.matter(&number).unwrap().words.visit(), Some(&visit().normalised()));
    assert_eq!(desk.verify().unwrap().matters, 2);
    drop(desk);
    let told = kinds(home.path(), CLERK_ID, PASSWORD);
    assert_eq!(told[4..7], ["clerk_added", "clerk_disabled", "key_changed"]);
}

#[test]
fn what_a_disabled_clerk_knew_opens_nothing_that_is_written_afterwards() {
    let home = tempfile::tempdir().unwrap();
    let desk = made(home.path()).unwrap();
    desk.register(&visit()).unwrap();
    // They kept a copy of the keyring, and their password is right for it.
    let kept = std::fs::read(home.path().join("desk/keyring.json")).unwrap();
    desk.disable_clerk(CLERK_ID).unwrap();
    drop(desk);
    let copy = home.path().join("kept.json");
    std::fs::write(&copy, kept).unwrap();
    let key = Keyring::read(&copy).unwrap().unlock(CLERK_ID, PASSWORD).unwrap();
    let locked = Locked::take(&home.path().join("desk")).unwrap();
    assert!(Db::open(&locked.folder(), &key).is_err(), "the old key still opens the database");
    let left: Vec<_> =
        std::fs::read_dir(home.path().join("desk")).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("next")), "{left:?}");
}

#[test]
fn the_last_administrator_stays() {
    let home = tempfile::tempdir().unwrap();
    let desk = made(home.path()).unwrap();
    assert_eq!(refused(desk.disable_clerk(ADMINISTRATOR_ID)), Code::LastAdministrator);
    let second = desk.add_clerk("赵主任", Role::Administrator, "赵主任好记的一句话").unwrap().last().unwrap().id;
    assert_eq!(refused(desk.disable_clerk(99)), Code::ClerkUnknown);
    desk.disable_clerk(ADMINISTRATOR_ID).unwrap();
    assert_eq!(desk.state().unwrap().phase, Phase::Locked, "whoever disables themselves has gone");
    desk.sign_in(second, "赵主任好记的一句话").unwrap();
    assert_eq!(refused(desk.disable_clerk(second)), Code::LastAdministrator);
    assert_eq!(refused(desk.disable_clerk(ADMINISTRATOR_ID)), Code::ClerkUnknown);
    desk.verify().unwrap();
}

#[test]
fn a_name_stands_once_and_one_who_left_can_come_back_under_theirs() {
    let home = tempfile::tempdir().unwrap();
    let desk = made(home.path()).unwrap();
    for name in ["", "王芳", " 王芳", &"长".repeat(31), "王\u{0}芳"] {
        assert_eq!(refused(desk.add_clerk(name, Role::Clerk, NEW)), Code::ClerkNameUnusable, "{name}");
    }
    assert_eq!(refused(desk.add_clerk("李敏", Role::Clerk, "短")), Code::PasswordTooShort);
    desk.disable_clerk(CLERK_ID).unwrap();
    let again = desk.add_clerk("王芳", Role::Clerk, NEW).unwrap();
    assert_eq!(again.iter().filter(|one| one.name == "王芳").map(|one| one.id).collect::<Vec<_>>(), [2, 3]);
    desk.sign_in(3, NEW).unwrap();
}

#[test]
fn a_password_is_changed_by_its_clerk_or_set_anew_by_the_administrator() {
    let home = tempfile::tempdir().unwrap();
    let desk = made(home.path()).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    assert_eq!(refused(desk.change_password("不是这个密码吧", NEW)), Code::WrongPassword);
    assert_eq!(refused(desk.change_password(PASSWORD, "短")), Code::PasswordTooShort);
    desk.change_password(PASSWORD, NEW).unwrap();
    desk.sign_out().unwrap();
    assert_eq!(refused(desk.sign_in(CLERK_ID, PASSWORD)), Code::WrongPassword);
    desk.sign_in(CLERK_ID, NEW).unwrap();
    assert_eq!(refused(desk.set_clerk_password(CLERK_ID, PASSWORD)), Code::NotAllowed);
    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    desk.set_clerk_password(CLERK_ID, PASSWORD).unwrap();
    drop(desk);
    let desk = open(home.path()).unwrap();
    assert_eq!(refused(desk.sign_in(CLERK_ID, NEW)), Code::WrongPassword);
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    desk.register(&visit()).unwrap();
    drop(desk);
    let told = kinds(home.path(), CLERK_ID, PASSWORD);
    assert_eq!(told[3..], ["password_changed", "password_changed", "registered"]);
}

#[test]
fn who_forgot_every_password_comes_back_by_the_recovery_file_and_loses_nothing() {
    let home = tempfile::tempdir().unwrap();
    let desk = made(home.path()).unwrap();
    let number = desk.register(&visit()).unwrap().number;
    drop(desk);
    let before = std::fs::read(home.path().join("desk/keyring.json")).unwrap();
    let desk = open(home.path()).unwrap();
    let form = |clerk, key: &str, password: &str| Recovery { clerk, key: key.into(), password: password.into() };
    let key = stick(home.path());
    let stranger = intake_store::RecoveryKey::generate();
    assert_eq!(refused(desk.recover(&form(ADMINISTRATOR_ID, &stranger.secret, NEW))), Code::RecoveryKeyWrong);
    assert_eq!(refused(desk.recover(&form(ADMINISTRATOR_ID, "恢复密钥在哪里", NEW))), Code::RecoveryKeyWrong);
    assert_eq!(refused(desk.recover(&form(ADMINISTRATOR_ID, &key, "短"))), Code::PasswordTooShort);
    assert_eq!(refused(desk.recover(&form(CLERK_ID, &key, NEW))), Code::NotAllowed);
    assert_eq!(desk.recover(&form(ADMINISTRATOR_ID, &key, NEW)).unwrap().phase, Phase::SignedIn);
    assert_eq!(desk.matter(&number).unwrap().words.visit(), Some(&visit().normalised()));
    desk.register(&visit()).unwrap();
    drop(desk);
    let desk = open(home.path()).unwrap();
    assert_eq!(refused(desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR)), Code::WrongPassword);
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    assert_eq!(desk.verify().unwrap().matters, 2);
    drop(desk);
    // The key is a fresh one: what the old keyring gives opens nothing.
    let copy = home.path().join("kept.json");
    std::fs::write(&copy, before).unwrap();
    let old = Keyring::read(&copy).unwrap().recover(&key).unwrap();
    let locked = Locked::take(&home.path().join("desk")).unwrap();
    assert!(Db::open(&locked.folder(), &old).is_err());
    drop(locked);
    // And the same file opens the desk a second time.
    let desk = open(home.path()).unwrap();
    desk.recover(&form(ADMINISTRATOR_ID, &key, ADMINISTRATOR)).unwrap();
    drop(desk);
    let told = kinds(home.path(), ADMINISTRATOR_ID, ADMINISTRATOR);
    let recovered = ["desk_recovered", "password_changed", "key_changed"];
    assert_eq!((&told[4..7], &told[8..]), (&recovered.map(str::to_owned)[..], &recovered.map(str::to_owned)[..]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_districts_recovery_file_opens_the_desk_too() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (home, office) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let district = testkit::district::LocalDistrict::start(office.path()).unwrap();
    let desk = made(home.path()).unwrap();
    desk.enrol(&district.address(), &district.enrolment_code("120110005", 1).unwrap()).await.unwrap();
    let number = desk.register(&visit()).unwrap().number;
    assert!(desk.exchange(|_| {}).await.unwrap().in_step);
    drop(desk);
    let key = std::fs::read_to_string(office.path().join("district/recovery.identity.txt")).unwrap();
    let desk = open(home.path()).unwrap();
    desk.recover(&Recovery { clerk: ADMINISTRATOR_ID, key, password: NEW.into() }).unwrap();
    assert_eq!(desk.matter(&number).unwrap().words.visit(), Some(&visit().normalised()));
    // What tells of it goes up like anything else.
    let exchanged = desk.exchange(|_| {}).await.unwrap();
    assert!(exchanged.in_step && exchanged.sent == 3, "{exchanged:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_clears_the_screen_and_leaves_an_exchange_going() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (home, office) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let district = testkit::district::LocalDistrict::start(office.path()).unwrap();
    let desk = made(home.path()).unwrap();
    desk.enrol(&district.address(), &district.enrolment_code("120110005", 1).unwrap()).await.unwrap();
    for _ in 0..40 {
        desk.register(&visit()).unwrap();
    }
    let locking = desk.clone();
    let exchanged = desk.exchange(move |_| drop(locking.lock().unwrap())).await.unwrap();
    assert!(exchanged.in_step, "{exchanged:?}");
    assert_eq!(desk.state().unwrap().phase, Phase::Locked);
    assert_eq!(refused(desk.today()), Code::DeskLocked);
}

#[test]
fn a_sign_in_after_three_wrong_tries_stands_in_the_journal_and_others_do_not() {
    let home = tempfile::tempdir().unwrap();
    drop(made(home.path()).unwrap());
    let clock = FixedMoments::default();
    let desk = open_at(home.path(), Arc::new(clock.clone())).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    desk.lock().unwrap();
    for _ in 0..3 {
        assert_eq!(refused(desk.sign_in(CLERK_ID, "不是这个密码吧")), Code::WrongPassword);
    }
    clock.pass_ms(60_000);
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    drop(desk);
    // The desk was made on the machine's own clock, which is another one.
    assert_eq!(kinds(home.path(), CLERK_ID, PASSWORD)[3..], ["clock_jumped", "tries_failed"]);
}

#[test]
fn what_the_keyring_says_beyond_the_journal_is_journalled_at_the_next_sign_in() {
    let home = tempfile::tempdir().unwrap();
    let desk = made(home.path()).unwrap();
    desk.sign_out().unwrap();
    // The power went after the keyring was written.
    let path = home.path().join("desk/keyring.json");
    let mut ring = Keyring::read(&path).unwrap();
    let key = ring.unlock(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    ring.add_clerk(&key, "李敏", intake_store::Role::Clerk, NEW).unwrap();
    ring.write(&path).unwrap();
    desk.sign_in(3, NEW).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    drop(desk);
    assert_eq!(kinds(home.path(), CLERK_ID, PASSWORD)[3..], ["clerk_added"], "once, before anything they do");
}

#[test]
fn the_desk_locks_after_as_many_minutes_as_the_administrator_says() {
    let home = tempfile::tempdir().unwrap();
    let desk = made(home.path()).unwrap();
    assert_eq!(desk.state().unwrap().lock_minutes, 5);
    for minutes in [0, 31] {
        assert_eq!(refused(desk.set_lock_minutes(minutes)), Code::LockMinutesUnusable);
    }
    assert_eq!(desk.set_lock_minutes(10).unwrap().lock_minutes, 10);
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    assert_eq!(refused(desk.set_lock_minutes(3)), Code::NotAllowed);
}

#[test]
fn a_clerk_changed_behind_the_journals_back_is_found() {
    let home = tempfile::tempdir().unwrap();
    let desk = made(home.path()).unwrap();
    desk.set_sealed_reader(CLERK_ID, true).unwrap();
    desk.set_lock_minutes(10).unwrap();
    desk.verify().unwrap();
    let folder = home.path().join("desk");
    let key = Keyring::read(&folder.join("keyring.json")).unwrap().unlock(CLERK_ID, PASSWORD).unwrap();
    let database = rusqlite::Connection::open(folder.join("desk.db")).unwrap();
    database.pragma_update(None, "key", key.pragma().as_str()).unwrap();
    for (change, back, difference) in [
        ("UPDATE clerks SET reader = 0 WHERE clerk = 2", "UPDATE clerks SET reader = 1 WHERE clerk = 2", "clerk 2"),
        (
            "UPDATE clerks SET name = '别人' WHERE clerk = 1",
            "UPDATE clerks SET name = '周建国' WHERE clerk = 1",
            "clerk 1",
        ),
        ("UPDATE desk SET lock_minutes = 30", "UPDATE desk SET lock_minutes = 10", "time to lock"),
    ] {
        database.execute(change, []).unwrap();
        let found = desk.verify().unwrap_err();
        assert!(found.difference().is_some_and(|said| said.contains(difference)), "{change}: {found}");
        database.execute(back, []).unwrap();
        desk.verify().unwrap();
    }
}
