//! A keyring that is damaged or gone: back from a backup where that is certain, by a recovery key where it is not.

use std::path::{Path, PathBuf};

use intake_app::{Desk, Role};
use intake_model::Code;
use intake_store::{Db, Keyring, Locked};
use testkit::desk::{CLERK, CLERK_ID, PASSWORD, form};

use crate::{Office, World, enrol};

const ADMINISTRATOR: u32 = 1;

fn administrators_password(world: &World) -> String {
    form(world.home.path()).administrator_password
}

fn keyring(world: &World) -> PathBuf {
    world.folder().join("keyring.json")
}

/// The administrator at work.
fn administrator(world: &World) -> Desk {
    let desk = Desk::open(world.setup()).unwrap();
    desk.sign_in(ADMINISTRATOR, &administrators_password(world)).unwrap();
    desk
}

fn recovery_key(world: &World) -> String {
    let file = std::fs::read_dir(world.home.path().join("usb")).unwrap().next().unwrap().unwrap().path();
    std::fs::read_to_string(file).unwrap()
}

/// What the journal tells, as words.
fn kinds(world: &World, password: &str) -> Vec<String> {
    let locked = Locked::take(&world.folder()).unwrap();
    let key = Keyring::read(&locked.folder().keyring()).unwrap().unlock(CLERK_ID, password).unwrap();
    let db = Db::open(&locked.folder(), &key).unwrap();
    let journal = db.read::<_, intake_store::Error>(|r| Ok(r.line().epochs()?.remove(0).journal)).unwrap();
    let entries = db.read::<_, intake_store::Error>(|r| r.journal().entries(journal, 0, 1000)).unwrap();
    entries.iter().map(|entry| entry.kind.as_str().to_owned()).collect()
}

fn salt(database: &Path) -> Vec<u8> {
    std::fs::read(database).unwrap()[..16].to_vec()
}

#[test]
fn however_it_is_lost_it_is_back_from_the_backup_and_both_clerks_sign_in() {
    let mut world = World::new();
    let desk = world.made();
    let numbers = world.register(&desk, 2);
    desk.back_up_now().unwrap();
    world.register(&desk, 1);
    drop(desk);
    let whole = std::fs::read(keyring(&world)).unwrap();
    let flipped = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        Some(bytes)
    };
    let middle = whole.len() / 2;
    let losses =
        [None, Some(Vec::new()), Some(whole[..middle].to_vec()), flipped(1), flipped(middle), flipped(whole.len() - 5)];
    for (case, lost) in losses.into_iter().enumerate() {
        match &lost {
            Some(bytes) => std::fs::write(keyring(&world), bytes).unwrap(),
            None => std::fs::remove_file(keyring(&world)).unwrap(),
        }
        let desk = Desk::open(world.setup()).unwrap();
        let told = desk.state().unwrap().keyring_back.unwrap();
        assert_eq!(told.backup, "2026-11-24 09:07", "case {case}: known before anybody has signed in");
        if let Some(bytes) = &lost {
            assert_eq!(std::fs::read(Path::new(&told.aside).join("keyring.json")).unwrap(), *bytes, "case {case}");
        }
        let state = desk.sign_in(CLERK_ID, PASSWORD).unwrap();
        let told = state.keyring_back.unwrap();
        assert!(told.passwords.is_empty() && told.added.is_empty() && state.repaired.is_none(), "{told:?}");
        desk.matter(&numbers[0]).unwrap();
        desk.lock().unwrap();
        desk.sign_in(ADMINISTRATOR, &administrators_password(&world)).unwrap();
        assert!(desk.seen_keyring_back().unwrap().keyring_back.is_none());
        desk.verify().unwrap();
        assert!(desk.register(&crate::visit()).unwrap().number.contains("-01A-"), "no history is missing");
    }
    let told = kinds(&world, PASSWORD).into_iter().filter(|kind| kind == "keyring_restored").count();
    assert_eq!(told, 6, "each is told once");
}

#[test]
fn what_changed_since_the_backup_is_told_by_name_and_made_good() {
    let world = World::new();
    let district = Office::start();
    let desk = world.made();
    desk.back_up_now().unwrap();
    enrol(&desk, &district);
    desk.set_clerk_password(CLERK_ID, "后来改的一句话呀").unwrap();
    desk.set_sealed_reader(CLERK_ID, true).unwrap();
    let added = desk.add_clerk("李敏", Role::Clerk, "另外一句好记的话").unwrap().pop().unwrap().id;
    drop(desk);
    std::fs::write(keyring(&world), "").unwrap();
    let desk = Desk::open(world.setup()).unwrap();
    assert_eq!(desk.sign_in(CLERK_ID, "后来改的一句话呀").unwrap_err().code(), Code::WrongPassword);
    let told = desk.sign_in(CLERK_ID, PASSWORD).unwrap().keyring_back.unwrap();
    assert_eq!((told.passwords, told.added), (vec![CLERK.to_owned()], vec!["李敏".to_owned()]));
    desk.lock().unwrap();
    assert_eq!(desk.sign_in(added, "另外一句好记的话").unwrap_err().code(), Code::PasswordLapsed);
    desk.sign_in(ADMINISTRATOR, &administrators_password(&world)).unwrap();
    let clerks = desk.clerks().unwrap();
    assert!(clerks[1].reader, "what the journal says of the clerks holds");
    assert!(clerks[2].password_lapsed && clerks[2].id == added);
    desk.set_clerk_password(added, "给李敏的新密码一句").unwrap();
    desk.sign_in(added, "给李敏的新密码一句").unwrap();
    desk.verify().unwrap();
    drop(desk);
    let ring = std::fs::read_to_string(keyring(&world)).unwrap();
    assert_eq!(ring.matches("\"sealed\"").count(), 2, "the district's recovery key opens it again too");
}

#[test]
fn a_clerk_disabled_since_the_backup_does_not_come_back_with_it() {
    let mut world = World::new();
    let desk = world.made();
    world.register(&desk, 1);
    desk.back_up_now().unwrap();
    desk.disable_clerk(CLERK_ID).unwrap();
    drop(desk);
    let whole = std::fs::read(keyring(&world)).unwrap();
    std::fs::write(keyring(&world), "").unwrap();
    let desk = Desk::open(world.setup()).unwrap();
    assert_eq!(desk.state().unwrap_err().code(), Code::KeyringDamaged, "that keyring is of another database");
    assert!(desk.sign_in(CLERK_ID, PASSWORD).is_err());
    assert_eq!(std::fs::read(keyring(&world)).unwrap(), b"", "nothing was touched");
    drop(desk);
    // With a backup of after it.
    std::fs::write(keyring(&world), whole).unwrap();
    let desk = administrator(&world);
    desk.back_up_now().unwrap();
    drop(desk);
    std::fs::write(keyring(&world), "").unwrap();
    let desk = Desk::open(world.setup()).unwrap();
    assert!(desk.state().unwrap().keyring_back.is_some());
    assert_eq!(desk.sign_in(CLERK_ID, PASSWORD).unwrap_err().code(), Code::WrongPassword);
    desk.sign_in(ADMINISTRATOR, &administrators_password(&world)).unwrap();
    desk.verify().unwrap();
}

#[test]
fn a_database_that_was_rebuilt_from_a_backup_of_another_key_is_none_of_that_backup() {
    let mut world = World::new();
    let desk = world.made();
    world.register(&desk, 1);
    desk.back_up_now().unwrap();
    desk.disable_clerk(CLERK_ID).unwrap();
    drop(desk);
    std::fs::write(world.folder().join("damaged"), "").unwrap();
    let desk = administrator(&world);
    assert!(desk.state().unwrap().repaired.unwrap().backup.is_some());
    desk.verify().unwrap();
    drop(desk);
    std::fs::write(keyring(&world), "").unwrap();
    let desk = Desk::open(world.setup()).unwrap();
    assert_eq!(desk.state().unwrap_err().code(), Code::KeyringDamaged);
}

#[test]
fn right_after_a_restore_the_keyring_of_that_backup_still_fits_and_after_the_file_was_written_anew_too() {
    let mut world = World::new();
    let desk = world.made();
    world.register(&desk, 1);
    desk.back_up_now().unwrap();
    drop(desk);
    world.restore(&world.stick());
    drop(world.open());
    std::fs::remove_file(keyring(&world)).unwrap();
    drop(world.open());
    let database = world.folder().join("desk.db");
    let before = salt(&database);
    {
        let locked = Locked::take(&world.folder()).unwrap();
        let key = Keyring::read(&locked.folder().keyring()).unwrap().unlock(CLERK_ID, PASSWORD).unwrap();
        assert!(Db::open(&locked.folder(), &key).unwrap().scrub().unwrap());
    }
    assert_eq!(salt(&database), before);
}

#[test]
fn without_a_backup_the_recovery_key_makes_it_anew_and_nothing_is_lost() {
    let mut world = World::new();
    let desk = world.made();
    let number = world.register(&desk, 1).remove(0);
    drop(desk);
    for lost in [Some(""), None] {
        match lost {
            Some(bytes) => std::fs::write(keyring(&world), bytes).unwrap(),
            None => std::fs::remove_file(keyring(&world)).unwrap(),
        }
        let desk = Desk::open(world.setup()).unwrap();
        assert_eq!(desk.state().unwrap_err().code(), Code::KeyringDamaged);
        let foreign = intake_store::RecoveryKey::generate();
        let refused = desk.recover_keyring(&foreign.secret, None, "一句新的好记的话").unwrap_err();
        assert_eq!(refused.code(), Code::RecoveryKeyWrong);
        let refused = desk.recover_keyring(&recovery_key(&world), Some(CLERK), "一句新的好记的话").unwrap_err();
        assert_eq!(refused.code(), Code::ClerkUnknown, "only an administrator");
        let state = desk.recover_keyring(&recovery_key(&world), None, "一句新的好记的话").unwrap();
        assert_eq!(state.clerks.len(), 2);
        desk.matter(&number).unwrap();
        assert!(desk.clerks().unwrap()[1].password_lapsed);
        desk.set_clerk_password(CLERK_ID, PASSWORD).unwrap();
        desk.verify().unwrap();
        drop(desk);
        let desk = world.open();
        desk.matter(&number).unwrap();
        let again = desk.recover_keyring(&recovery_key(&world), None, "一句新的好记的话").unwrap_err();
        assert_eq!(again.code(), Code::DeskExists, "a keyring that reads stays");
    }
    assert!(kinds(&world, PASSWORD).iter().filter(|kind| *kind == "desk_recovered").count() == 2);
}
