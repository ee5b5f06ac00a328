//! Backups: when they are made, when they count, when they are told.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use intake_app::restore;
use intake_model::Code;
use testkit::desk::{CLERK_ID, PASSWORD};

use crate::{HOUR, World};

#[test]
fn a_backup_is_opened_and_checked_before_it_counts_and_lists_what_it_holds() {
    let mut world = World::new();
    let desk = world.made();
    world.register(&desk, 3);
    let state = desk.back_up_now().unwrap();
    assert_eq!(state.backups.len(), 1);
    assert!(!state.unsaved && state.warning.is_none() && state.same_disk, "{state:?}");
    // Three of the desk's making and one of each visit.
    assert_eq!(state.backups[0].entries, 6);
    assert!(Path::new(&state.backups[0].path).join("manifest.json").exists());
    world.register(&desk, 1);
    assert!(desk.backup_state().unwrap().unsaved);
}

#[test]
fn two_hours_of_work_are_backed_up_in_a_pause_and_nothing_new_is_not() {
    let mut world = World::new();
    let desk = world.made();
    world.register(&desk, 1);
    desk.tick().unwrap();
    assert_eq!(desk.backup_state().unwrap().last, None, "two hours are not over");
    world.clock.pass_ms(2 * HOUR);
    desk.tick().unwrap();
    let first = desk.backup_state().unwrap();
    assert!(first.last.is_some() && !first.unsaved);
    world.clock.pass_ms(3 * HOUR);
    desk.tick().unwrap();
    assert_eq!(desk.backup_state().unwrap().last, first.last, "nothing was written since");
    world.register(&desk, 1);
    desk.tick().unwrap();
    assert_ne!(desk.backup_state().unwrap().last, first.last);
}

#[test]
fn a_stick_that_is_pulled_is_told_and_no_folder_is_made_in_its_stead() {
    let mut world = World::new();
    let desk = world.made();
    world.register(&desk, 1);
    std::fs::remove_dir_all(world.stick()).unwrap();
    assert_eq!(desk.back_up_now().unwrap_err().code(), Code::BackupFolderUnusable);
    assert!(!world.stick().exists());
    assert_eq!(desk.state().unwrap().backup_warning.unwrap().code, Code::BackupFolderUnusable);
    world.register(&desk, 1);
    std::fs::create_dir(world.stick()).unwrap();
    assert!(desk.back_up_now().unwrap().trouble.is_none());
    assert!(desk.state().unwrap().backup_warning.is_none());
}

#[test]
fn records_that_no_backup_holds_for_more_than_a_working_day_are_told() {
    let mut world = World::new();
    let desk = world.made();
    world.register(&desk, 1);
    desk.back_up_now().unwrap();
    world.clock.pass_ms(72 * HOUR);
    assert!(desk.state().unwrap().backup_warning.is_none(), "all of it is in a backup");
    world.register(&desk, 1);
    assert_eq!(desk.state().unwrap().backup_warning.unwrap().code, Code::BackupStale);
    desk.back_up_now().unwrap();
    assert!(desk.state().unwrap().backup_warning.is_none());
}

#[test]
fn old_backups_are_thinned_to_one_a_day_and_one_a_week_and_the_newest_stay() {
    let mut world = World::new();
    let desk = world.made();
    for _ in 0..40 {
        world.register(&desk, 1);
        desk.back_up_now().unwrap();
        world.clock.pass_ms(8 * HOUR);
    }
    let kept = desk.backup_state().unwrap().backups;
    let days: BTreeSet<&str> = kept.iter().map(|one| one.made.split(' ').next().unwrap()).collect();
    assert!((15..26).contains(&kept.len()), "{}", kept.len());
    assert!(days.len() >= 14, "{days:?}");
    assert_eq!(kept[0].entries, 43);
}

#[test]
fn only_the_administrator_says_where_backups_go_and_never_into_the_data_folder() {
    let world = World::new();
    let desk = world.made();
    let inside = world.folder().join("backups").display().to_string();
    for place in [inside.as_str(), "relative/folder"] {
        assert_eq!(desk.set_backup_folder(place).unwrap_err().code(), Code::BackupFolderUnusable);
    }
    desk.lock().unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    assert_eq!(desk.set_backup_folder("").unwrap_err().code(), Code::NotAllowed);
}

#[test]
fn a_backup_with_one_changed_byte_is_never_used() {
    let mut world = World::new();
    let desk = world.made();
    world.register(&desk, 2);
    let backup = PathBuf::from(&desk.back_up_now().unwrap().backups[0].path);
    drop(desk);
    for file in ["desk.db", "keyring.json"] {
        let whole = std::fs::read(backup.join(file)).unwrap();
        let mut changed = whole.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        std::fs::write(backup.join(file), changed).unwrap();
        let refused = restore(&world.setup(), &backup, CLERK_ID, PASSWORD, true).unwrap_err();
        assert!(matches!(refused.code(), Code::BackupUnreadable | Code::WrongPassword), "{file}: {refused}");
        std::fs::write(backup.join(file), whole).unwrap();
    }
    assert_eq!(world.open().verify().unwrap().matters, 2, "what was there is untouched");
}
