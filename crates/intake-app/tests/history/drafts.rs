//! Drafts through a backup, a repair and a copied folder: none is lost, and none is registered twice unawares.

use std::path::PathBuf;
use std::sync::Arc;

use intake_app::{Desk, DraftKind, DraftLine, DraftText, Setup};
use testkit::desk::setup;

use crate::{HOUR, World, copy, exchange, in_step, signed_in, visit};

fn text(words: &str) -> DraftText {
    DraftText { kind: DraftKind::Visit, about: None, words: words.into(), aside: false, body: "{}".into() }
}

fn line(desk: &Desk, id: &str) -> DraftLine {
    desk.drafts().unwrap().into_iter().find(|line| line.id == id).unwrap()
}

/// The clerk's own desk, since the backup is opened with the clerk's password.
fn at_work(world: &World) -> Desk {
    drop(world.made());
    world.open()
}

/// A draft as it stands in the backup, and that backup.
fn backed_up(desk: &Desk, id: &str) -> (DraftLine, PathBuf) {
    let backup = desk.back_up_now().unwrap().backups.remove(0);
    (line(desk, id), backup.path.into())
}

#[test]
fn drafts_of_today_outlive_a_repair_from_an_older_backup_and_are_plain() {
    let mut world = World::new();
    let desk = at_work(&world);
    world.register(&desk, 1);
    desk.back_up_now().unwrap();
    let id = desk.save_draft(None, &text("路灯")).unwrap();
    desk.tick().unwrap();
    drop(desk);
    std::fs::write(world.folder().join("damaged"), "").unwrap();
    let desk = world.open();
    assert!(desk.state().unwrap().repaired.is_some());
    assert_eq!(desk.open_draft(&id).unwrap(), text("路灯"));
    assert_eq!((line(&desk, &id).backup, line(&desk, &id).aside), (None, false));
}

#[test]
fn a_draft_out_of_a_backup_says_so_with_its_time_and_one_begun_afterwards_does_not() {
    let world = World::new();
    let desk = at_work(&world);
    let id = desk.save_draft(None, &text("路灯")).unwrap();
    world.clock.pass_ms(HOUR);
    let (before, backup) = backed_up(&desk, &id);
    assert_eq!((before.backup, before.aside), (None, false), "at the desk itself it is plain");
    drop(desk);
    world.restore(&backup);
    let desk = world.open();
    let back = line(&desk, &id);
    assert_eq!((back.backup.as_deref(), back.aside), (Some("2026-11-24 10:05"), true));
    assert_eq!(desk.open_draft(&id).unwrap(), text("路灯"), "nothing of it is lost");
    let new = desk.save_draft(None, &text("漏水")).unwrap();
    assert_eq!((line(&desk, &new).backup, line(&desk, &new).aside), (None, false));
    // Taken up it lies in the form again after a restart, and still says where it is from.
    world.clock.pass_ms(HOUR);
    desk.save_draft(Some(&id), &text("路灯坏了")).unwrap();
    drop(desk);
    let desk = world.open();
    let taken = line(&desk, &id);
    assert_eq!((taken.backup.as_deref(), taken.aside), (Some("2026-11-24 10:05"), false));
    // A second loss: what was typed since is of the second backup, what nobody touched still of the first.
    world.clock.pass_ms(HOUR);
    let (_, second) = backed_up(&desk, &id);
    drop(desk);
    world.restore(&second);
    let desk = world.open();
    assert_eq!(line(&desk, &id).backup.as_deref(), Some("2026-11-24 12:05"));
}

#[test]
fn a_backup_or_an_old_folder_copied_into_its_place_by_hand_is_no_different() {
    let world = World::new();
    let desk = at_work(&world);
    let id = desk.save_draft(None, &text("路灯")).unwrap();
    let (_, backup) = backed_up(&desk, &id);
    drop(desk);
    let old = tempfile::tempdir().unwrap();
    copy(&world.folder(), old.path());
    std::fs::remove_dir_all(world.folder()).unwrap();
    std::fs::create_dir(world.folder()).unwrap();
    for name in ["desk.db", "keyring.json"] {
        assert!(std::fs::copy(backup.join(name), world.folder().join(name)).is_ok());
    }
    let desk = world.open();
    assert!(line(&desk, &id).backup.is_some());
    drop(desk);
    // The folder as it was before: the marker knows more than it by now.
    std::fs::remove_dir_all(world.folder()).unwrap();
    copy(old.path(), &world.folder());
    let desk = world.open();
    assert!(line(&desk, &id).backup.is_some() && line(&desk, &id).aside);
    drop(desk);
    let other = tempfile::tempdir().unwrap();
    copy(old.path(), &other.path().join("desk"));
    let elsewhere = Setup { machine: "f".repeat(32), ..setup(other.path(), Arc::new(world.clock.clone())) };
    assert!(line(&signed_in(elsewhere), &id).backup.is_some());
}

#[test]
fn a_draft_whose_registration_comes_back_from_the_district_goes_by_itself() {
    let world = World::new();
    let (_district, desk) = world.enrolled();
    drop(desk);
    let desk = world.open();
    let number = desk.register(&visit()).unwrap().number;
    let ids = ["登记过", "更正过", "没有登记", "又接着写"].map(|words| desk.save_draft(None, &text(words)).unwrap());
    let (_, backup) = backed_up(&desk, &ids[0]);
    world.clock.pass_ms(HOUR);
    let registered = desk.register_from(&visit(), Some(&ids[0])).unwrap().number;
    desk.correct_from(&number, &visit(), Some(&ids[1])).unwrap();
    desk.register_from(&visit(), Some(&ids[3])).unwrap();
    in_step(&desk);
    drop(desk);
    world.restore(&backup);
    let desk = world.open();
    assert_eq!(desk.drafts().unwrap().len(), 4);
    // Taken up before anybody knew: what was typed since is nowhere else.
    world.clock.pass_ms(HOUR);
    desk.save_draft(Some(&ids[3]), &text("又接着写，另一件")).unwrap();
    let result = exchange(&desk);
    assert!(result.in_step, "{result:?}");
    assert_eq!(result.drafts_gone, 2);
    desk.matter(&registered).unwrap();
    let mut left: Vec<_> = desk.drafts().unwrap().into_iter().map(|line| line.id).collect();
    left.sort_by_key(|id| ids.iter().position(|one| one == id));
    assert_eq!(left, [ids[2].clone(), ids[3].clone()]);
    desk.verify().unwrap();
    assert_eq!(exchange(&desk).drafts_gone, 0);
}

#[test]
fn a_draft_registered_after_the_backup_is_not_there_after_a_repair_that_reads_the_registration() {
    let world = World::new();
    let desk = at_work(&world);
    let id = desk.save_draft(None, &text("路灯")).unwrap();
    desk.back_up_now().unwrap();
    let number = desk.register_from(&visit(), Some(&id)).unwrap().number;
    desk.tick().unwrap();
    drop(desk);
    std::fs::write(world.folder().join("damaged"), "").unwrap();
    let desk = world.open();
    desk.matter(&number).unwrap();
    assert!(desk.drafts().unwrap().is_empty());
}
