//! What becomes of a desk's history when a disk, a stick or a machine fails: backups, epochs and repair, on real files.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use intake_app::{Desk, ExchangeResult, Setup, restore};
use intake_model::{Code, Material, Stated, Visit};
use testkit::FixedMoments;
use testkit::desk::{CLERK_ID, PASSWORD, form, setup};
use testkit::district::{CENTRE, LocalDistrict};

const HOUR: i64 = 3_600_000;

/// A desk's machine: its folder, its marker and its clock.
struct World {
    home: tempfile::TempDir,
    clock: FixedMoments,
    numbers: BTreeSet<String>,
}

impl World {
    fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap(), clock: FixedMoments::default(), numbers: BTreeSet::new() }
    }

    fn folder(&self) -> PathBuf {
        self.home.path().join("desk")
    }

    fn stick(&self) -> PathBuf {
        self.home.path().join("stick")
    }

    fn setup(&self) -> Setup {
        Setup { machine: "0".repeat(32), ..setup(self.home.path(), Arc::new(self.clock.clone())) }
    }

    /// A new desk with a stick for its backups, the administrator at work.
    fn made(&self) -> Desk {
        let desk = Desk::open(self.setup()).unwrap();
        desk.create_desk(&form(self.home.path())).unwrap();
        desk.set_backup_folder(&self.stick().display().to_string()).unwrap();
        desk
    }

    fn open(&self) -> Desk {
        signed_in(self.setup())
    }

    /// Registers so many visits and sees that no number was ever given before.
    fn register(&mut self, desk: &Desk, count: usize) -> Vec<String> {
        let mut given = Vec::new();
        for _ in 0..count {
            self.clock.pass_ms(60_000);
            let number = desk.register(&visit()).unwrap().number;
            assert!(self.numbers.insert(number.clone()), "{number} was given twice");
            given.push(number);
        }
        given
    }

    fn restore(&self, source: &Path) -> PathBuf {
        restore(&self.setup(), source, CLERK_ID, PASSWORD, true).unwrap().aside.into()
    }
}

fn signed_in(setup: Setup) -> Desk {
    let desk = Desk::open(setup).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    desk
}

fn visit() -> Visit {
    Visit {
        name: Stated::Stated("张伟".into()),
        address: Stated::Stated("新立街道1号楼".into()),
        demand: "楼上漏水，多次协商未果。".into(),
        ..Visit::default()
    }
}

fn mark(number: &str) -> String {
    number.split('-').nth(2).unwrap()[2..].to_owned()
}

fn enrol(desk: &Desk, district: &LocalDistrict) {
    let code = district.enrolment_code(CENTRE, 1).unwrap();
    wait(desk.enrol(&district.address(), &code)).unwrap();
}

fn exchange(desk: &Desk) -> ExchangeResult {
    wait(desk.exchange(|_| {})).unwrap()
}

fn in_step(desk: &Desk) {
    let result = exchange(desk);
    assert!(result.in_step, "{result:?}");
    desk.verify().unwrap();
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)
        } else {
            assert!(std::fs::copy(entry.path(), target).is_ok())
        }
    }
}

/// The registrations that the district holds, with their versions and whether they are void.
fn at_district(district: &LocalDistrict) -> Vec<(String, i32, bool)> {
    let url = district.postgres_url();
    district
        .wait(async move {
            let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
            let talking = tokio::spawn(connection);
            let rows = client.query("SELECT number, version, void FROM matters ORDER BY number", &[]).await.unwrap();
            talking.abort();
            rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
        })
        .unwrap()
}

// ---- backups

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

// ---- epochs

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
    let office = tempfile::tempdir().unwrap();
    let district = LocalDistrict::start(office.path()).unwrap();
    let desk = world.made();
    enrol(&desk, &district);
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
    let office = tempfile::tempdir().unwrap();
    let district = LocalDistrict::start(office.path()).unwrap();
    let desk = world.made();
    enrol(&desk, &district);
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
    let office = tempfile::tempdir().unwrap();
    let district = LocalDistrict::start(office.path()).unwrap();
    let desk = world.made();
    enrol(&desk, &district);
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
    let office = tempfile::tempdir().unwrap();
    let district = LocalDistrict::start(office.path()).unwrap();
    let desk = world.made();
    enrol(&desk, &district);
    world.register(&desk, 2);
    in_step(&desk);
    drop(desk);
    // The machine's whole disk, marker and all, as a snapshot of a virtual machine keeps it.
    let snapshot = tempfile::tempdir().unwrap();
    copy(world.home.path(), snapshot.path());
    let desk = world.open();
    let there = world.register(&desk, 3);
    desk.correct(&there[0], &visit()).unwrap();
    in_step(&desk);
    drop(desk);
    for name in ["desk", "state"] {
        std::fs::remove_dir_all(world.home.path().join(name)).unwrap();
        copy(&snapshot.path().join(name), &world.home.path().join(name));
    }
    // It cannot know, and gives the same number again: a twin.
    let desk = world.open();
    let told = Visit { demand: "停车费收取不透明。".into(), ..visit() };
    let twin = desk.register(&told).unwrap().number;
    let (short, other) = (twin.rsplit_once('-').unwrap().0, there[0].rsplit_once('-').unwrap().0);
    assert_eq!(short, other);
    desk.correct(&twin, &told).unwrap();
    in_step(&desk);
    assert_eq!(desk.matter(&twin).unwrap().visit.demand, told.demand, "the later one stands in the list");
    assert_eq!(desk.matter(&there[2]).unwrap().number, there[2], "what only the district had is here again");
    let told = at_district(&district);
    assert_eq!(told.iter().filter(|(number, ..)| *number == twin).count(), 2, "both visitors are kept: {told:?}");
    let next = world.register(&desk, 1);
    assert_ne!(mark(&next[0]), "A");
    in_step(&desk);
}

// ---- damage

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
    let office = tempfile::tempdir().unwrap();
    let district = LocalDistrict::start(office.path()).unwrap();
    let desk = world.made();
    enrol(&desk, &district);
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
        if opened.is_ok() && desk.state().unwrap().repaired.is_none() {
            assert!(desk.verify().unwrap_err().difference().is_some(), "page {page}");
            for _ in 0..5 {
                let _ = desk.tick();
            }
            assert_eq!(desk.state().unwrap().notice.unwrap().code, Code::RecordChanged, "page {page}");
            in_a_pause += 1;
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

// ---- older and newer programs

#[test]
fn a_desk_of_the_first_schema_is_backed_up_and_then_opened_with_all_its_matters() {
    let world = World::new();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/desk-v1"), &world.folder());
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
