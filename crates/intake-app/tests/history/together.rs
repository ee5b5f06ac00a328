//! What one part of the ledger erases, seals or adds, seen through a backup, a repair and what the district gives back.

use intake_app::{Desk, MatterWords, Role};
use intake_model::{Code, Visit};
use intake_store::{Db, Keyring, Locked};
use testkit::LocalDistrict;
use testkit::desk::{CLERK_ID, PASSWORD, form};

use crate::{World, copy, enrol, in_step, visit, wait};

/// A picture of one white point.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

fn png() -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(PNG).unwrap()
}

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
    let office = tempfile::tempdir().unwrap();
    let district = LocalDistrict::start(office.path()).unwrap();
    let desk = world.made();
    enrol(&desk, &district);
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
fn a_file_added_after_the_backup_is_still_there_when_its_entry_comes_back() {
    let mut world = World::new();
    let office = tempfile::tempdir().unwrap();
    let district = LocalDistrict::start(office.path()).unwrap();
    let desk = world.made();
    enrol(&desk, &district);
    let number = world.register(&desk, 1).remove(0);
    let backup = desk.back_up_now().unwrap().backups.remove(0);
    let blob = desk.attach(&number, "合同.png", &png()).unwrap().remove(0).blob;
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

#[test]
fn files_of_a_matter_that_became_sealed_are_shown_to_nobody() {
    let mut world = World::new();
    let desk = world.made();
    let number = world.register(&desk, 1).remove(0);
    let blob = desk.attach(&number, "合同.png", &png()).unwrap().remove(0).blob;
    desk.correct(&number, &sealed()).unwrap();
    assert_eq!(desk.attachments(&number).unwrap_err().code(), Code::SealedNoAttachments);
    assert_eq!(desk.attachment_page(&number, &blob, 1).unwrap_err().code(), Code::SealedNoAttachments);
    desk.tick().unwrap();
    desk.verify().unwrap();
    drop(desk);
    // Nor by the open database; the bytes stay for who has a reader's key.
    let locked = Locked::take(&world.folder()).unwrap();
    let key = Keyring::read(&locked.folder().keyring()).unwrap().unlock(CLERK_ID, PASSWORD).unwrap();
    let db = Db::open(&locked.folder(), &key).unwrap();
    let entries = db.read::<_, intake_store::Error>(|r| {
        let journal = r.line().epochs()?.remove(0).journal;
        r.journal().entries(journal, 0, 100)
    });
    let names = |part: &intake_wire::Part| {
        part.bytes().is_some_and(|bytes| String::from_utf8_lossy(bytes).contains("合同.png"))
    };
    assert!(!entries.unwrap().iter().any(|entry| names(&entry.personal) || names(&entry.open)));
    assert!(world.folder().join("blobs").join(&blob).exists());
}

#[test]
fn a_clerks_number_is_never_given_again_by_a_keyring_that_does_not_know_them_all() {
    let mut world = World::new();
    let office = tempfile::tempdir().unwrap();
    let district = LocalDistrict::start(office.path()).unwrap();
    let desk = world.made();
    enrol(&desk, &district);
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
    let office = tempfile::tempdir().unwrap();
    let district = LocalDistrict::start(office.path()).unwrap();
    let desk = world.made();
    enrol(&desk, &district);
    let first = world.register(&desk, 1).remove(0);
    in_step(&desk);
    drop(desk);
    let snapshot = tempfile::tempdir().unwrap();
    copy(world.home.path(), snapshot.path());
    let desk = world.open();
    world.register(&desk, 2);
    in_step(&desk);
    drop(desk);
    for name in ["desk", "state"] {
        std::fs::remove_dir_all(world.home.path().join(name)).unwrap();
        copy(&snapshot.path().join(name), &world.home.path().join(name));
    }
    let desk = world.open();
    desk.attach(&first, "合同.png", &png()).unwrap();
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
    let blob = desk.attach(&number, "合同.png", &png()).unwrap().remove(0).blob;
    desk.back_up_now().unwrap();
    drop(desk);
    std::fs::remove_dir_all(world.folder().join("blobs")).unwrap();
    flip_first_page(&world);
    let desk = world.open();
    desk.attachment_page(&number, &blob, 1).unwrap();
    desk.verify().unwrap();
}

/// Rolls the whole machine back: folder and marker.
fn roll_back(world: &World, snapshot: &std::path::Path) {
    for name in ["desk", "state"] {
        std::fs::remove_dir_all(world.home.path().join(name)).unwrap();
        copy(&snapshot.join(name), &world.home.path().join(name));
    }
}

/// In how many personal parts these words stand, at the district: entries and what gave way beside them.
fn at_district(district: &LocalDistrict, words: &'static str) -> (i64, i64) {
    let url = district.postgres_url();
    district
        .wait(async move {
            let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
            let talking = tokio::spawn(connection);
            let count = |table: &str| {
                format!("(SELECT count(*) FROM {table} WHERE position(convert_to($1, 'UTF8') IN personal) > 0)")
            };
            let sql = format!("SELECT {}, {}", count("entries"), count("forks"));
            let row = client.query_one(&sql, &[&words]).await.unwrap();
            talking.abort();
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
        let office = tempfile::tempdir().unwrap();
        let district = LocalDistrict::start(office.path()).unwrap();
        let desk = world.made();
        enrol(&desk, &district);
        let first = desk.register(&saying(TOLD_BEFORE)).unwrap().number;
        in_step(&desk);
        drop(desk);
        let snapshot = tempfile::tempdir().unwrap();
        copy(world.home.path(), snapshot.path());
        let desk = world.open();
        let theirs = desk.register(&saying(THEIRS)).unwrap().number;
        in_step(&desk);
        drop(desk);
        roll_back(&world, snapshot.path());
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
