//! What one part of the ledger erases, seals or adds, seen through a backup, a repair and what the district gives back.

use intake_app::{Desk, MatterWords, Role};
use intake_model::{Code, Visit};
use intake_store::{Db, Keyring, Locked};
use testkit::LocalDistrict;
use testkit::desk::{CLERK_ID, PASSWORD, form};
use testkit::visits::PNG;

use crate::{Office, World, in_step, visit, wait};

fn flip_first_page(world: &World) {
    let path = world.folder().join("desk.db");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[100] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

fn sealed() -> Visit {
    Visit { confidential: true, ..visit() }
}

#[test]
fn a_matter_sealed_after_the_backup_is_sealed_again_after_it_is_put_back() {
    let mut world = World::new();
    let (_district, desk) = world.enrolled();
    let number = world.register(&desk, 1).remove(0);
    let backup = desk.back_up_now().unwrap().backups.remove(0);
    desk.correct(&number, &sealed()).unwrap();
    in_step(&desk);
    drop(desk);
    world.restore(backup.path.as_ref());
    let desk = world.open();
    in_step(&desk);
    assert!(matches!(desk.matter(&number).unwrap().words, MatterWords::Sealed { .. }));
    let open = |one: &intake_app::MatterVersion| matches!(one.words, MatterWords::Told { .. });
    assert!(!desk.versions(&number).unwrap().iter().any(open), "an earlier version shows its words");
    desk.verify().unwrap();
}

#[test]
fn a_damaged_desk_whose_matter_was_sealed_after_the_backup_is_rebuilt_with_it_sealed() {
    let mut world = World::new();
    let desk = world.made();
    let number = world.register(&desk, 1).remove(0);
    desk.back_up_now().unwrap();
    desk.correct(&number, &sealed()).unwrap();
    desk.tick().unwrap();
    drop(desk);
    // A page that the repair does not need for the journal: the file reads up to it.
    let path = world.folder().join("damaged");
    std::fs::write(path, "").unwrap();
    let desk = world.open();
    assert!(desk.state().unwrap().repaired.is_some());
    assert!(matches!(desk.matter(&number).unwrap().words, MatterWords::Sealed { .. }));
    desk.verify().unwrap();
}

#[test]
fn a_slip_that_waits_for_its_printer_since_the_backup_still_waits_after_a_repair() {
    let world = World::new();
    let desk = world.made();
    desk.back_up_now().unwrap();
    desk.sign_in(ADMINISTRATOR_ID, &form(world.home.path()).administrator_password).unwrap();
    // A printer that is switched off.
    desk.set_printer(Some("ipp://127.0.0.1:9/ipp/print".into())).unwrap();
    let number = desk.register(&visit()).unwrap().number;
    wait(desk.slip(&number)).unwrap();
    assert_eq!(desk.print_queue().unwrap().rows.len(), 1);
    drop(desk);
    std::fs::write(world.folder().join("damaged"), "").unwrap();
    let desk = world.open();
    assert!(desk.state().unwrap().repaired.is_some());
    let rows = desk.print_queue().unwrap().rows;
    assert_eq!(rows.iter().map(|row| row.number.as_str()).collect::<Vec<_>>(), [number.as_str()]);
}

#[test]
fn a_file_added_after_the_backup_is_still_there_when_its_entry_comes_back() {
    let mut world = World::new();
    let (_district, desk) = world.enrolled();
    let number = world.register(&desk, 1).remove(0);
    let backup = desk.back_up_now().unwrap().backups.remove(0);
    let blob = desk.attach(&number, "合同.png", PNG).unwrap().remove(0).blob;
    in_step(&desk);
    drop(desk);
    world.restore(backup.path.as_ref());
    let desk = world.open();
    desk.tick().unwrap();
    in_step(&desk);
    assert_eq!(desk.attachments(&number).unwrap().len(), 1);
    desk.attachment_page(&number, &blob, 1).unwrap();
    desk.verify().unwrap();
}

const ADMINISTRATOR_ID: u32 = 1;
const ADMINISTRATOR: &str = "管理员好记的一句话";
const READER: &str = "读密件人的一句话";

fn names(desk: &Desk, number: &str) -> Vec<String> {
    desk.attachments(number).unwrap().into_iter().map(|one| one.name).collect()
}

/// Whether a word stands open in an entry of the desk.
fn told(world: &World, said: &str) -> bool {
    let locked = Locked::take(&world.folder()).unwrap();
    let key = Keyring::read(&locked.folder().keyring()).unwrap().unlock(CLERK_ID, PASSWORD).unwrap();
    let db = Db::open(&locked.folder(), &key).unwrap();
    let entries = db.read::<_, intake_store::Error>(|r| {
        let epochs = r.line().epochs()?;
        epochs.into_iter().map(|epoch| r.journal().entries(epoch.journal, 0, 100)).collect::<Result<Vec<_>, _>>()
    });
    let says =
        |part: &intake_wire::Part| part.bytes().is_some_and(|bytes| String::from_utf8_lossy(bytes).contains(said));
    entries.unwrap().iter().flatten().any(|entry| says(&entry.personal) || says(&entry.open))
}

#[test]
fn files_of_a_matter_that_became_sealed_are_shown_to_its_readers_alone() {
    let mut world = World::new();
    let desk = world.made();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    let number = world.register(&desk, 1).remove(0);
    let blob = desk.attach(&number, "合同.png", PNG).unwrap().remove(0).blob;
    let off = desk.attach(&number, "草稿.png", &[PNG, b"more"].concat()).unwrap().remove(1).blob;
    desk.detach(&number, &off, "写错了人").unwrap();
    desk.correct(&number, &sealed()).unwrap();
    let shown = desk.attachments(&number).unwrap();
    assert_eq!((shown[0].name.as_str(), shown[1].removed.as_deref()), ("合同.png", Some("写错了人")));
    desk.attachment_page(&number, &blob, 1).unwrap();
    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    assert_eq!(desk.attachments(&number).unwrap_err().code(), Code::SealedNotYours);
    assert_eq!(desk.attachment_page(&number, &blob, 1).unwrap_err().code(), Code::SealedNotYours);
    desk.tick().unwrap();
    desk.verify().unwrap();
    drop(desk);
    assert!(!["合同.png", "草稿.png", "写错了人"].into_iter().any(|word| told(&world, word)));
    assert!(told(&world, &number), "the entries are read");
    assert!(world.folder().join("blobs").join(&blob).exists());
}

/// A sealed matter with a file, whose reader was named after the backup and got it from the clerk who wrote it down.
fn sealed_anew_after_a_backup(world: &World, desk: &Desk) -> (String, std::path::PathBuf) {
    let reader = desk.add_clerk("孙书记", Role::Clerk, READER).unwrap().last().unwrap().id;
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    world.clock.pass_ms(60_000);
    let number = desk.register(&sealed()).unwrap().number;
    desk.attach(&number, "收条.png", PNG).unwrap();
    let backup = desk.back_up_now().unwrap().backups.remove(0).path;
    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    desk.set_sealed_reader(reader, true).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    assert_eq!(desk.seal_to_readers(None).unwrap(), 1);
    (number, backup.into())
}

fn read_by_the_later_reader(desk: &Desk, number: &str) {
    let reader = desk.state().unwrap().clerks.iter().find(|one| one.name == "孙书记").unwrap().id;
    desk.sign_in(reader, READER).unwrap();
    assert_eq!(desk.open_sealed(number).unwrap().matter.words.visit(), Some(&sealed().normalised()));
    assert_eq!(names(desk, number), ["收条.png"]);
    desk.verify().unwrap();
}

#[test]
fn who_came_to_read_a_sealed_matter_after_the_backup_reads_it_after_a_restore_and_what_the_district_gives_back() {
    let mut world = World::new();
    let (_district, desk) = world.enrolled();
    world.register(&desk, 1);
    let (number, backup) = sealed_anew_after_a_backup(&world, &desk);
    in_step(&desk);
    drop(desk);
    world.restore(&backup);
    let desk = world.open();
    assert_eq!(names(&desk, &number), ["收条.png"], "who wrote it down reads on");
    in_step(&desk);
    read_by_the_later_reader(&desk, &number);
}

#[test]
fn who_came_to_read_a_sealed_matter_after_the_backup_reads_it_after_a_repair() {
    let world = World::new();
    let desk = world.made();
    let (number, _) = sealed_anew_after_a_backup(&world, &desk);
    desk.tick().unwrap();
    drop(desk);
    std::fs::write(world.folder().join("damaged"), "").unwrap();
    let desk = world.open();
    assert!(desk.state().unwrap().repaired.is_some());
    read_by_the_later_reader(&desk, &number);
}

/// A desk that was set back to before what the district has of it, with its first matter: it gives way at the next exchange.
fn set_back(world: &mut World) -> (Office, Desk, String) {
    let (district, desk) = world.enrolled();
    let first = world.register(&desk, 1).remove(0);
    in_step(&desk);
    drop(desk);
    let snapshot = world.snapshot();
    let desk = world.open();
    world.register(&desk, 2);
    in_step(&desk);
    drop(desk);
    world.roll_back(&snapshot);
    (district, Desk::open(world.setup()).unwrap(), first)
}

/// In how many entries of the district a word stands open.
fn told_there(district: &LocalDistrict, word: &'static str) -> i64 {
    let url = district.postgres_url();
    let count = async move {
        let client = testkit::postgres::connect(&url).await.unwrap();
        let sql = "SELECT count(*) FROM entries WHERE position(convert_to($1, 'UTF8') IN personal) > 0";
        client.query_one(sql, &[&word]).await.unwrap().get(0)
    };
    district.wait(count).unwrap()
}

#[test]
fn a_sealed_matter_of_a_desk_that_gave_way_is_read_by_its_readers_old_and_new() {
    let mut world = World::new();
    let (_district, desk, _) = set_back(&mut world);
    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    let (number, _) = sealed_anew_after_a_backup(&world, &desk);
    let result = crate::exchange(&desk);
    assert!(result.carried > 0 && result.in_step, "{result:?}");
    assert_eq!(names(&desk, &number), ["收条.png"]);
    // What was sealed to the later reader named places that are others' now: it is done again.
    desk.seal_to_readers(None).unwrap();
    in_step(&desk);
    read_by_the_later_reader(&desk, &number);
}

#[test]
fn what_was_carried_over_and_sealed_then_is_told_nowhere_any_more() {
    let mut world = World::new();
    let (district, desk, _) = set_back(&mut world);
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    let number = desk.register(&Visit { remark: "只在这里说过".into(), ..visit() }).unwrap().number;
    desk.attach(&number, "合同.png", PNG).unwrap();
    in_step(&desk);
    assert_eq!((told_there(&district, "只在这里说过"), told_there(&district, "合同.png")), (1, 1));
    desk.correct(&number, &sealed()).unwrap();
    in_step(&desk);
    assert_eq!((told_there(&district, "只在这里说过"), told_there(&district, "合同.png")), (0, 0));
    assert_eq!(names(&desk, &number), ["合同.png"]);
    drop(desk);
    assert!(!told(&world, "只在这里说过") && !told(&world, "合同.png"));
}

#[test]
fn a_clerks_number_is_never_given_again_by_a_keyring_that_does_not_know_them_all() {
    let mut world = World::new();
    let (_district, desk) = world.enrolled();
    world.register(&desk, 1);
    let backup = desk.back_up_now().unwrap().backups.remove(0);
    desk.add_clerk("李敏", Role::Clerk, "另外一句好记的话").unwrap();
    in_step(&desk);
    drop(desk);
    world.restore(backup.path.as_ref());
    let desk = Desk::open(world.setup()).unwrap();
    desk.sign_in(1, &form(world.home.path()).administrator_password).unwrap();
    in_step(&desk);
    let clerks = desk.add_clerk("孙丽", Role::Clerk, "还有第三句好记的话").unwrap();
    assert_eq!(clerks.iter().map(|one| one.id).max(), Some(4), "3 is 李敏's, whom the keyring does not know");
    desk.verify().unwrap();
}

#[test]
fn a_desk_that_gave_way_is_whole_at_the_next_opening() {
    let mut world = World::new();
    let (_district, desk, first) = set_back(&mut world);
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    desk.attach(&first, "合同.png", PNG).unwrap();
    in_step(&desk);
    assert_eq!(desk.attachments(&first).unwrap().len(), 1);
    drop(desk);
    let desk = Desk::open(world.setup()).unwrap();
    let state = desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    assert_eq!((state.repaired, state.notice), (None, None));
    desk.verify().unwrap();
}

#[test]
fn a_torn_first_page_with_files_and_drafts_is_rebuilt_from_the_backup() {
    let mut world = World::new();
    let desk = world.made();
    let number = world.register(&desk, 1).remove(0);
    let blob = desk.attach(&number, "合同.png", PNG).unwrap().remove(0).blob;
    desk.back_up_now().unwrap();
    drop(desk);
    std::fs::remove_dir_all(world.folder().join("blobs")).unwrap();
    flip_first_page(&world);
    let desk = world.open();
    desk.attachment_page(&number, &blob, 1).unwrap();
    desk.verify().unwrap();
}

/// In how many personal parts these words stand, at the district: entries and what gave way beside them.
fn at_district(district: &LocalDistrict, words: &'static str) -> (i64, i64) {
    let url = district.postgres_url();
    district
        .wait(async move {
            let client = testkit::postgres::connect(&url).await.unwrap();
            let count = |table: &str| {
                format!("(SELECT count(*) FROM {table} WHERE position(convert_to($1, 'UTF8') IN personal) > 0)")
            };
            let sql = format!("SELECT {}, {}", count("entries"), count("forks"));
            let row = client.query_one(&sql, &[&words]).await.unwrap();
            (row.get(0), row.get(1))
        })
        .unwrap()
}

/// In how many entries of the desk these words stand open, those that gave way included.
fn at_desk(world: &World, words: &str) -> usize {
    let locked = Locked::take(&world.folder()).unwrap();
    let key = Keyring::read(&locked.folder().keyring()).unwrap().unlock(CLERK_ID, PASSWORD).unwrap();
    let db = Db::open(&locked.folder(), &key).unwrap();
    let entries = db.read::<_, intake_store::Error>(|r| {
        let mut all = Vec::new();
        for epoch in r.line().epochs()? {
            all.extend(r.journal().entries(epoch.journal, 0, 1000)?);
        }
        Ok(all)
    });
    let holds =
        |part: &intake_wire::Part| part.bytes().is_some_and(|bytes| String::from_utf8_lossy(bytes).contains(words));
    entries.unwrap().iter().filter(|entry| holds(&entry.personal)).count()
}

const THEIRS: &str = "楼上漏水";
const TOLD_BEFORE: &str = "消防通道被占";
const SECRET: &str = "某某收了三万元";

fn saying(demand: &str) -> Visit {
    Visit { demand: demand.into(), ..visit() }
}

fn in_confidence(demand: &str) -> Visit {
    Visit { confidential: true, ..saying(demand) }
}

#[test]
fn a_matter_sealed_in_the_part_that_gives_way_stays_sealed_and_the_other_visitor_keeps_their_words() {
    // Sealed before anything was sent, after a line that broke with the open words at the district, and after it gave way.
    for case in ["unsent", "broken", "carried"] {
        let world = World::new();
        let (district, desk) = world.enrolled();
        let first = desk.register(&saying(TOLD_BEFORE)).unwrap().number;
        in_step(&desk);
        drop(desk);
        let snapshot = world.snapshot();
        let desk = world.open();
        let theirs = desk.register(&saying(THEIRS)).unwrap().number;
        in_step(&desk);
        drop(desk);
        world.roll_back(&snapshot);
        // The same number for another visitor, whose matter becomes sealed; so does one of before the snapshot.
        let mut desk = world.open();
        let twin = desk.register(&saying(SECRET)).unwrap().number;
        assert_eq!(twin.rsplit_once('-').unwrap().0, theirs.rsplit_once('-').unwrap().0);
        if case == "carried" {
            in_step(&desk);
            assert_eq!(at_district(&district, SECRET), (1, 1), "the district keeps both");
        } else if case == "broken" {
            drop(desk);
            let locked = Locked::take(&world.folder()).unwrap();
            let key = Keyring::read(&locked.folder().keyring()).unwrap().unlock(CLERK_ID, PASSWORD).unwrap();
            let db = Db::open(&locked.folder(), &key).unwrap();
            let now = world.clock.now_ms();
            assert!(!wait(intake_sync::exchange(&db, &|_| {}, move || now)).unwrap().contradicted.is_empty());
            drop((db, locked));
            assert_eq!(at_district(&district, SECRET), (0, 1), "the district keeps both");
            desk = world.open();
        }
        desk.correct(&twin, &in_confidence(SECRET)).unwrap();
        desk.correct(&first, &in_confidence(TOLD_BEFORE)).unwrap();
        in_step(&desk);
        for number in [&twin, &first] {
            assert!(matches!(desk.matter(number).unwrap().words, MatterWords::Sealed { .. }));
            let open = |one: &intake_app::MatterVersion| matches!(one.words, MatterWords::Told { .. });
            assert_eq!(desk.versions(number).unwrap().len(), 2);
            assert!(!desk.versions(number).unwrap().iter().any(open), "an earlier version shows its words");
            let opened = desk.open_sealed(number).unwrap();
            assert!(opened.versions.iter().all(open), "its readers read every version");
        }
        let earlier = desk.matter(&twin).unwrap().twins.remove(0);
        assert_eq!(earlier.words.visit().unwrap().demand, THEIRS, "the other visitor's words were taken for these");
        in_step(&desk);
        drop(desk);
        for (words, left) in [(SECRET, 0), (TOLD_BEFORE, 0), (THEIRS, 1)] {
            assert_eq!(at_desk(&world, words), left, "{words}, {case}");
            assert_eq!(at_district(&district, words), (i64::try_from(left).unwrap(), 0), "{words}, {case}");
        }
        let desk = world.open();
        assert!(desk.state().unwrap().repaired.is_none());
        desk.verify().unwrap();
    }
}

#[test]
fn a_matter_that_one_half_of_a_fork_sealed_is_sealed_whole() {
    // In the half that the district has, and in the one that gives way.
    for sealed_first in [true, false] {
        let world = World::new();
        let (district, desk) = world.enrolled();
        let number = desk.register(&saying(TOLD_BEFORE)).unwrap().number;
        in_step(&desk);
        drop(desk);
        let snapshot = world.snapshot();
        for in_secret in [sealed_first, !sealed_first] {
            let desk = world.open();
            let visit = if in_secret { in_confidence(SECRET) } else { saying(THEIRS) };
            desk.correct(&number, &visit).unwrap();
            if in_secret != sealed_first {
                desk.attach(&number, "合同.png", PNG).unwrap();
            }
            in_step(&desk);
            if in_secret == sealed_first {
                drop(desk);
                world.roll_back(&snapshot);
            }
        }
        let desk = world.open();
        assert!(matches!(desk.matter(&number).unwrap().words, MatterWords::Sealed { .. }), "{sealed_first}");
        let told = |one: &intake_app::MatterVersion| match &one.words {
            MatterWords::Told { visit } => visit.demand.clone(),
            _ => String::new(),
        };
        let opened = desk.open_sealed(&number).unwrap();
        let versions: Vec<_> = opened.versions.iter().map(told).collect();
        for words in [TOLD_BEFORE, THEIRS, SECRET] {
            assert!(versions.iter().any(|one| one == words), "its readers read {words}: {versions:?}");
        }
        assert_eq!(names(&desk, &number), ["合同.png"]);
        in_step(&desk);
        drop(desk);
        for words in [TOLD_BEFORE, THEIRS, SECRET, "合同.png"] {
            assert_eq!(at_desk(&world, words), 0, "{words}, {sealed_first}");
            assert_eq!(at_district(&district, words), (0, 0), "{words}, {sealed_first}");
        }
        world.open().verify().unwrap();
    }
}
