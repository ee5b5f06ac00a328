//! A desk that was set back, copied or rolled back: no number twice, and everything comes back that somebody has.

use std::sync::Arc;

use intake_app::{Desk, Setup, restore};
use intake_model::{Code, Filling, Material, Paper, Visit};
use testkit::desk::{CLERK_ID, PASSWORD, setup};

use crate::{HOUR, World, at_district, copy, in_step, mark, signed_in, visit, wait};

#[test]
fn a_backup_that_is_one_entry_old_goes_on_in_a_new_epoch_and_gives_no_number_twice() {
    let mut world = World::new();
    let desk = world.made();
    world.register(&desk, 2);
    desk.back_up_now().unwrap();
    let lost = world.register(&desk, 1);
    drop(desk);
    let refused = restore(&world.setup(), &world.stick(), CLERK_ID, PASSWORD, false).unwrap_err();
    assert_eq!(refused.code(), Code::BackupOlder);
    let aside = world.restore(&world.stick());
    assert!(aside.join("desk.db").exists() && aside.join("keyring.json").exists(), "nothing is deleted");
    let desk = world.open();
    assert_eq!(desk.matter(&lost[0]).unwrap_err().code(), Code::NumberUnknown);
    let next = world.register(&desk, 1);
    assert_eq!(mark(&next[0]), "B");
    assert!(next[0].contains("-0001-"), "serials begin anew with the epoch");
    desk.verify().unwrap();
    drop(desk);
    let next = {
        let desk = world.open();
        world.register(&desk, 1)
    };
    assert_eq!(mark(&next[0]), "B", "an epoch opens once");
}

#[test]
fn a_desk_put_back_again_and_again_from_one_backup_never_gives_a_number_twice() {
    let mut world = World::new();
    let desk = world.made();
    world.register(&desk, 2);
    desk.back_up_now().unwrap();
    drop(desk);
    let first = std::fs::read_dir(world.stick().join("120110005-01")).unwrap().map(|one| one.unwrap().path());
    let first = first.into_iter().find(|path| path.is_dir()).unwrap();
    for expect in ["B", "C", "D"] {
        world.restore(&first);
        let desk = world.open();
        let numbers = world.register(&desk, 2);
        assert!(numbers.iter().all(|number| mark(number) == expect), "{numbers:?}");
        desk.verify().unwrap();
    }
}

#[test]
fn a_folder_copied_to_another_machine_draws_a_mark_of_two_letters() {
    let mut world = World::new();
    let desk = world.made();
    world.register(&desk, 2);
    drop(desk);
    let other = tempfile::tempdir().unwrap();
    copy(&world.folder(), &other.path().join("desk"));
    let elsewhere = || Setup { machine: "f".repeat(32), ..setup(other.path(), Arc::new(world.clock.clone())) };
    let copied = signed_in(elsewhere());
    let there = copied.register(&visit()).unwrap().number;
    assert_eq!(mark(&there).len(), 2, "{there}");
    drop(copied);
    let copied = signed_in(elsewhere());
    assert_eq!(mark(&copied.register(&visit()).unwrap().number), mark(&there), "an epoch opens once");
    let desk = world.open();
    let here = world.register(&desk, 1);
    assert_eq!(mark(&here[0]), "A", "the first machine knows all it wrote");
}

#[test]
fn an_old_copy_of_the_folder_put_back_by_hand_is_known_by_the_marker() {
    let mut world = World::new();
    let desk = world.made();
    world.register(&desk, 2);
    drop(desk);
    let old = tempfile::tempdir().unwrap();
    copy(&world.folder(), old.path());
    let desk = world.open();
    world.register(&desk, 2);
    drop(desk);
    std::fs::remove_dir_all(world.folder()).unwrap();
    copy(old.path(), &world.folder());
    let desk = world.open();
    assert_eq!(mark(&world.register(&desk, 1)[0]), "B");
}

#[test]
fn a_desk_made_anew_with_the_number_of_one_that_was_thrown_away_gives_other_numbers() {
    let mut world = World::new();
    let desk = world.made();
    world.register(&desk, 2);
    drop(desk);
    std::fs::remove_dir_all(world.folder()).unwrap();
    let desk = world.made();
    assert_eq!(mark(&world.register(&desk, 1)[0]), "B");
}

#[test]
fn what_the_district_holds_beyond_a_backup_comes_back_however_old_it_is() {
    let mut world = World::new();
    let (district, desk) = world.enrolled();
    let first = world.register(&desk, 2);
    desk.back_up_now().unwrap();
    drop(desk);
    let backup = std::fs::read_dir(world.stick().join("120110005-01")).unwrap().map(|one| one.unwrap().path());
    let backup = backup.into_iter().find(|path| path.is_dir()).unwrap();
    // One day of work, with everything a day brings, at the district.
    let desk = world.open();
    world.clock.pass_ms(24 * HOUR);
    let day = world.register(&desk, 3);
    desk.correct(&first[0], &Visit { materials: vec![Material::default(); 2], ..visit() }).unwrap();
    desk.void_matter(&day[0], "重复登记").unwrap();
    in_step(&desk);
    let before = at_district(&district);
    drop(desk);
    // Put back three times, each time from the same old backup, twice with work in between that only the district has.
    for expect in ["B", "C", "D"] {
        world.restore(&backup);
        let desk = world.open();
        let numbers = world.register(&desk, 2);
        assert!(numbers.iter().all(|number| mark(number) == expect), "{numbers:?}");
        in_step(&desk);
        for number in &world.numbers {
            desk.matter(number).unwrap();
        }
        assert_eq!(desk.matter(&first[0]).unwrap().version, 2);
        assert!(desk.matter(&day[0]).unwrap().void);
        drop(desk);
    }
    let after = at_district(&district);
    assert!(before.iter().all(|one| after.contains(one)));
    assert_eq!(after.len(), world.numbers.len());
}

#[test]
fn two_machines_that_both_go_on_from_one_folder_learn_each_others_records() {
    let mut world = World::new();
    let (_district, desk) = world.enrolled();
    world.register(&desk, 2);
    in_step(&desk);
    drop(desk);
    let other = tempfile::tempdir().unwrap();
    copy(&world.folder(), &other.path().join("desk"));
    let elsewhere = Setup { machine: "f".repeat(32), ..setup(other.path(), Arc::new(world.clock.clone())) };
    let desk = world.open();
    let here = world.register(&desk, 2);
    in_step(&desk);
    let copied = signed_in(elsewhere);
    let there = world.register(&copied, 2);
    in_step(&copied);
    in_step(&desk);
    for number in here.iter().chain(&there) {
        assert_eq!(desk.matter(number).unwrap().number, *number);
        copied.matter(number).unwrap();
    }
    let more = world.register(&desk, 1);
    assert_eq!(mark(&more[0]), "A");
}

#[test]
fn a_later_epoch_corrects_voids_and_prints_what_an_earlier_one_registered() {
    let mut world = World::new();
    let (district, desk) = world.enrolled();
    let numbers = world.register(&desk, 3);
    desk.correct(&numbers[0], &visit()).unwrap();
    desk.back_up_now().unwrap();
    drop(desk);
    world.restore(&world.stick());
    let desk = world.open();
    let corrected = Visit { materials: vec![Material { name: "工资条".into(), ..Material::default() }], ..visit() };
    desk.correct(&numbers[0], &corrected).unwrap();
    desk.void_matter(&numbers[1], "重复登记").unwrap();
    let slip = wait(desk.slip(&numbers[2])).unwrap();
    assert_eq!(slip.copy, 1);
    let versions = desk.versions(&numbers[0]).unwrap();
    assert_eq!(versions.iter().map(|one| one.version).collect::<Vec<_>>(), [3, 2, 1]);
    assert_eq!(desk.today().unwrap().waiting, 3);
    in_step(&desk);
    assert_eq!(desk.today().unwrap().sent, 3);
    let told = at_district(&district);
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(
        told.contains(&(numbers[0].clone(), 3, false)) && told.contains(&(numbers[1].clone(), 1, true)),
        "{told:?}"
    );
}

#[test]
fn a_machine_rolled_back_whole_keeps_both_histories_and_comes_into_step_again() {
    let mut world = World::new();
    let (district, desk) = world.enrolled();
    world.register(&desk, 2);
    in_step(&desk);
    drop(desk);
    let snapshot = world.snapshot();
    let desk = world.open();
    let there = world.register(&desk, 3);
    desk.correct(&there[0], &visit()).unwrap();
    in_step(&desk);
    drop(desk);
    world.roll_back(&snapshot);
    // It cannot know, and gives the same number again: a twin.
    let desk = world.open();
    let told = Visit { demand: "停车费收取不透明。".into(), ..visit() };
    let twin = desk.register(&told).unwrap().number;
    let (short, other) = (twin.rsplit_once('-').unwrap().0, there[0].rsplit_once('-').unwrap().0);
    assert_eq!(short, other);
    desk.correct(&twin, &told).unwrap();
    in_step(&desk);
    assert_eq!(
        desk.matter(&twin).unwrap().words.visit().unwrap().demand,
        told.demand,
        "the later one stands in the list"
    );
    assert_eq!(desk.matter(&there[2]).unwrap().number, there[2], "what only the district had is here again");
    let told = at_district(&district);
    assert_eq!(told.iter().filter(|(number, ..)| *number == twin).count(), 2, "both visitors are kept: {told:?}");
    assert_eq!(desk.verify().unwrap().twins, std::slice::from_ref(&twin), "listed for a person");
    // Both can be read at the desk, each with its own time, version, clerk and query code.
    let both = desk.matter(&twin).unwrap();
    let [earlier] = both.twins.as_slice() else { panic!("{:?}", both.twins) };
    assert_eq!(earlier.words.visit().unwrap().demand, visit().demand);
    assert_eq!((earlier.version, both.version, earlier.clerk, both.clerk), (2, 2, CLERK_ID, CLERK_ID));
    assert_ne!(earlier.query_code, both.query_code);
    assert!(!earlier.void && both.twins_unseen);
    let told = |desk: &Desk| desk.today().unwrap().twins.into_iter().map(|one| one.number).collect::<Vec<_>>();
    assert_eq!(told(&desk), std::slice::from_ref(&twin));
    assert!(!desk.seen_twins(&twin).unwrap().twins_unseen);
    assert!(told(&desk).is_empty());
    assert_eq!(desk.matter(&twin).unwrap().twins.len(), 1, "it stays to be read");
    assert!(desk.matter(&there[2]).unwrap().twins.is_empty());
    let next = world.register(&desk, 1);
    assert_ne!(mark(&next[0]), "A");
    in_step(&desk);
}

fn issue(desk: &Desk, number: &str, item: &str) -> String {
    let offer = desk.papers_for(number).unwrap().offers.remove(0);
    let filling = Filling { items: vec![item.into()], ..offer.filling };
    wait(desk.issue_paper(number, Paper::SupplementNotice, filling)).unwrap().document
}

#[test]
fn papers_after_a_restore_are_counted_anew_under_another_mark_and_those_that_were_lost_come_back() {
    let mut world = World::new();
    let (_district, desk) = world.enrolled();
    let number = world.register(&desk, 1).remove(0);
    let kept = issue(&desk, &number, "身份证复印件");
    let backup = desk.back_up_now().unwrap().backups.remove(0);
    // In the visitor's hand, and in no backup.
    let lost = issue(&desk, &number, "合同");
    in_step(&desk);
    let unsent = issue(&desk, &number, "发票");
    drop(desk);
    world.restore(backup.path.as_ref());
    let desk = world.open();
    let next = issue(&desk, &number, "发票");
    let all = [kept.as_str(), &lost, &unsent, &next].map(|document| document.rsplit_once('〕').unwrap().1.to_owned());
    assert_eq!(all, ["01A-1号", "01A-2号", "01A-3号", "01B-1号"]);
    in_step(&desk);
    let issued = desk.papers_for(&number).unwrap().issued;
    let found: Vec<&str> = issued.iter().map(|one| one.document.as_str()).collect();
    assert_eq!(found, [&kept, &lost, &next], "what the district held is here again; the other number is never given");
    desk.verify().unwrap();
}

#[test]
fn a_number_that_a_machine_which_was_rolled_back_gave_twice_stays_on_both_papers_and_is_listed() {
    let mut world = World::new();
    let (_district, desk) = world.enrolled();
    let number = world.register(&desk, 1).remove(0);
    in_step(&desk);
    drop(desk);
    let snapshot = world.snapshot();
    let desk = world.open();
    let there = issue(&desk, &number, "合同");
    in_step(&desk);
    drop(desk);
    world.roll_back(&snapshot);
    let desk = world.open();
    assert_eq!(issue(&desk, &number, "发票"), there);
    desk.void_paper(&number, &there, "写错了").unwrap();
    in_step(&desk);
    assert_eq!(desk.verify().unwrap().twins, std::slice::from_ref(&there), "listed for a person");
    let issued = desk.papers_for(&number).unwrap().issued;
    let told = issued.into_iter().map(|one| (one.document, one.filling.unwrap().items, one.void_reason));
    let both = [("合同", ""), ("发票", "写错了")];
    let both = both.map(|(item, reason)| (there.clone(), vec![item.to_owned()], reason.to_owned()));
    assert_eq!(told.collect::<Vec<_>>(), both);
    // The next one is of another epoch.
    assert!(issue(&desk, &number, "发票").ends_with("B-1号"));
}
