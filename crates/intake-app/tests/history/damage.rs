//! Damaged and broken-off files, and those of older programs.

use std::path::Path;
use std::sync::Arc;

use intake_app::{Desk, restore};
use intake_model::Code;
use testkit::desk::{CLERK_ID, PASSWORD, setup};

use crate::{HOUR, World, copy, in_step, mark, visit};

/// Every file that can hold a change, flipped in the middle of what is written in it.
fn flip(path: &Path, at: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[at] ^= 0x10;
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_torn_database_is_rebuilt_from_the_backup_and_what_the_file_still_says() {
    let mut world = World::new();
    let desk = world.made();
    let saved = world.register(&desk, 2);
    desk.back_up_now().unwrap();
    let later = world.register(&desk, 2);
    drop(desk);
    // The first page: nothing of the file reads any more.
    flip(&world.folder().join("desk.db"), 100);
    let desk = world.open();
    let told = desk.state().unwrap().repaired.unwrap();
    assert_eq!((told.from_file, told.missing), (0, 2), "{told:?}");
    assert_eq!(told.last_number.as_ref(), saved.last());
    assert!(told.backup.is_some());
    assert!(Path::new(&told.aside).join("desk.db").exists(), "never deleted");
    assert_eq!(desk.matter(&later[0]).unwrap_err().code(), Code::NumberUnknown);
    assert_eq!(mark(&world.register(&desk, 1)[0]), "B");
    assert!(desk.seen_repaired().unwrap().repaired.is_none());
    desk.verify().unwrap();
}

#[test]
fn entries_of_the_damaged_file_that_continue_the_backup_are_back() {
    let mut world = World::new();
    let desk = world.made();
    world.register(&desk, 2);
    desk.back_up_now().unwrap();
    let later = world.register(&desk, 3);
    desk.tick().unwrap();
    drop(desk);
    // As the walk does where it finds a page that was changed.
    std::fs::write(world.folder().join("damaged"), "").unwrap();
    let desk = world.open();
    let told = desk.state().unwrap().repaired.unwrap();
    assert_eq!((told.from_file, told.missing), (3, 0), "{told:?}");
    for number in &later {
        desk.matter(number).unwrap();
    }
    assert_eq!(mark(&world.register(&desk, 1)[0]), "B");
    desk.verify().unwrap();
}

#[test]
fn without_any_backup_the_readable_beginning_of_the_file_is_kept() {
    let mut world = World::new();
    let desk = world.made();
    let numbers = world.register(&desk, 3);
    drop(desk);
    std::fs::write(world.folder().join("damaged"), "").unwrap();
    let desk = world.open();
    let told = desk.state().unwrap().repaired.unwrap();
    assert_eq!((told.backup, told.from_file, told.missing), (None, 6, 0));
    for number in &numbers {
        desk.matter(number).unwrap();
    }
    desk.verify().unwrap();
}

#[test]
fn where_nothing_reads_and_no_backup_is_there_nothing_is_touched() {
    let mut world = World::new();
    let desk = world.made();
    world.register(&desk, 2);
    drop(desk);
    flip(&world.folder().join("desk.db"), 100);
    let before = std::fs::read(world.folder().join("desk.db")).unwrap();
    let desk = Desk::open(world.setup()).unwrap();
    assert_eq!(desk.sign_in(CLERK_ID, PASSWORD).unwrap_err().code(), Code::DatabaseDamaged);
    assert!(before == std::fs::read(world.folder().join("desk.db")).unwrap());
}

#[test]
fn a_wal_whose_tail_was_dropped_is_found_and_the_rest_is_back() {
    let mut world = World::new();
    let desk = world.made();
    world.register(&desk, 2);
    desk.back_up_now().unwrap();
    desk.tick().unwrap();
    let later = world.register(&desk, 3);
    // As the power leaves it: what was committed is in the WAL alone.
    let at_power_cut = tempfile::tempdir().unwrap();
    copy(&world.folder(), at_power_cut.path());
    drop(desk);
    std::fs::remove_dir_all(world.folder()).unwrap();
    copy(at_power_cut.path(), &world.folder());
    let wal = world.folder().join("desk.db-wal");
    let length = std::fs::metadata(&wal).unwrap().len();
    assert!(length > 10_000, "{length}");
    flip(&wal, usize::try_from(length).unwrap() - 3000);
    let desk = world.open();
    let told = desk.state().unwrap().repaired.unwrap();
    assert_eq!(told.missing, 1, "{told:?}");
    assert_eq!(told.last_number.as_ref(), Some(&later[1]));
    assert!(Path::new(&told.aside).join("desk.db-wal").exists(), "the WAL is all that is left of the last one");
    desk.verify().unwrap();
}

#[test]
fn after_a_repair_the_district_gives_back_what_the_backup_did_not_have() {
    let mut world = World::new();
    let (_district, desk) = world.enrolled();
    world.register(&desk, 1);
    desk.back_up_now().unwrap();
    let later = world.register(&desk, 3);
    in_step(&desk);
    drop(desk);
    flip(&world.folder().join("desk.db"), 100);
    let desk = world.open();
    assert_eq!(desk.state().unwrap().repaired.unwrap().missing, 3);
    in_step(&desk);
    for number in &later {
        desk.matter(number).unwrap();
    }
}

#[test]
fn one_changed_byte_on_any_page_is_found_at_opening_or_in_a_pause_and_repaired_at_the_next_sign_in() {
    let mut world = World::new();
    let desk = world.made();
    let numbers = world.register(&desk, 4);
    desk.correct(&numbers[0], &visit()).unwrap();
    desk.back_up_now().unwrap();
    drop(desk);
    let whole = tempfile::tempdir().unwrap();
    copy(&world.folder(), whole.path());
    let pages = usize::try_from(std::fs::metadata(world.folder().join("desk.db")).unwrap().len()).unwrap() / 4096;
    assert!(pages > 10, "{pages}");
    let mut in_a_pause = 0;
    for page in 0..pages {
        std::fs::remove_dir_all(world.folder()).unwrap();
        copy(whole.path(), &world.folder());
        flip(&world.folder().join("desk.db"), page * 4096 + 2000);
        let mut desk = Desk::open(world.setup()).unwrap();
        let opened = desk.sign_in(CLERK_ID, PASSWORD);
        let state = desk.state();
        if !state.as_ref().is_ok_and(|state| state.repaired.is_some()) {
            // Not met at opening: by work, which tells the clerk, or in a pause. The next sign-in repairs it.
            let met = |error: &intake_app::Error| {
                assert_eq!(desk.failed("work", error).code, Code::DatabaseDamaged, "page {page}");
            };
            if let Err(error) = &state {
                met(error);
            } else {
                assert!(desk.verify().is_err(), "page {page}");
                let paused: Vec<_> = (0..5).map(|_| desk.tick()).collect();
                match desk.state() {
                    Err(error) => met(&error),
                    Ok(state) => {
                        let told = state.notice.map(|notice| notice.code);
                        assert_eq!(told, Some(Code::RecordChanged), "page {page}: {paused:?}");
                        in_a_pause += 1;
                    }
                }
            }
            drop(desk);
            desk = world.open();
        }
        assert!(desk.state().unwrap().repaired.is_some(), "page {page}: {opened:?}");
        desk.verify().unwrap();
        for number in &numbers {
            desk.matter(number).unwrap();
        }
    }
    assert!(in_a_pause > 0);
}

#[test]
fn an_exchange_of_files_that_the_power_broke_off_is_finished_at_the_next_start() {
    let mut world = World::new();
    let desk = world.made();
    world.register(&desk, 2);
    desk.back_up_now().unwrap();
    world.register(&desk, 1);
    drop(desk);
    let whole = tempfile::tempdir().unwrap();
    copy(&world.folder(), whole.path());
    world.restore(&world.stick());
    let after = tempfile::tempdir().unwrap();
    copy(&world.folder(), after.path());
    // The moments between: decided; the old ones aside; the keyring in its place; all in place and not yet cleared.
    let new = |name: &str| std::fs::read(after.path().join(name)).unwrap();
    for moved in 0..4 {
        std::fs::remove_dir_all(world.folder()).unwrap();
        copy(whole.path(), &world.folder());
        let (incoming, aside) = (world.folder().join("incoming"), world.folder().join("aside-x"));
        std::fs::create_dir(&incoming).unwrap();
        for name in ["desk.db", "keyring.json"] {
            std::fs::write(incoming.join(name), new(name)).unwrap();
        }
        std::fs::write(incoming.join("ready"), "aside-x").unwrap();
        if moved > 0 {
            std::fs::create_dir(&aside).unwrap();
            std::fs::rename(world.folder().join("head"), aside.join("head")).unwrap();
        }
        if moved > 1 {
            std::fs::rename(world.folder().join("keyring.json"), aside.join("keyring.json")).unwrap();
            std::fs::rename(incoming.join("keyring.json"), world.folder().join("keyring.json")).unwrap();
        }
        if moved > 2 {
            std::fs::rename(world.folder().join("desk.db"), aside.join("desk.db")).unwrap();
            std::fs::rename(incoming.join("desk.db"), world.folder().join("desk.db")).unwrap();
        }
        let desk = world.open();
        let verified = desk.verify().unwrap();
        assert_eq!(verified.matters, 2, "after {moved} moves");
        assert!(aside.join("desk.db").exists() && !incoming.exists(), "after {moved} moves");
    }
}

#[test]
fn a_desk_of_the_first_schema_is_backed_up_and_then_opened_with_all_its_matters() {
    let world = World::new();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/desk-v1"), &world.folder());
    // Some days after it was made.
    world.clock.set_wall_ms(10 * 24 * HOUR);
    let desk = Desk::open(world.setup()).unwrap();
    let clerk = desk.state().unwrap().clerks.into_iter().find(|one| one.name == "王芳").unwrap();
    desk.sign_in(clerk.id, "lianxi2026").unwrap();
    for number in ["120110005-20261126-01A-0001-3", "120110005-20261126-01A-0002-1", "120110005-20261126-01A-0003-0"] {
        assert_eq!(desk.matter(number).unwrap().number, number);
    }
    assert_eq!(desk.verify().unwrap().matters, 3);
    let backups = intake_app::list_backups(&world.home.path().join("desk-备份"));
    assert_eq!(backups.len(), 1);
    // What was made before the change opens as well, as a copy.
    drop(desk);
    let other = tempfile::tempdir().unwrap();
    let elsewhere = || setup(other.path(), Arc::new(world.clock.clone()));
    restore(&elsewhere(), Path::new(&backups[0].path), clerk.id, "lianxi2026", false).unwrap();
    let desk = Desk::open(elsewhere()).unwrap();
    desk.sign_in(clerk.id, "lianxi2026").unwrap();
    assert_eq!(desk.verify().unwrap().matters, 3);
    assert_ne!(mark(&desk.register(&visit()).unwrap().number), "A");
}
