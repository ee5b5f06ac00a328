//! Attachments that a desk lost, on their way back from the district: exactly the bytes that it once sent, or none.

use std::sync::Mutex;

use intake_model::Code;
use intake_store::LineSettings;
use intake_sync::{Patience, Phase, exchange_with, exchange_with_files};
use intake_wire::Hash;
use testkit::visits;

use crate::front::{Answer, Fault as Inside, Shows};
use crate::stick::Office;
use crate::stick_files::picture;
use crate::world::World;

const BLOB: &str = "/v1/blob";

impl World {
    /// Its file is gone; gives what lay in it.
    fn loses(&self, blob: Hash) -> Vec<u8> {
        let bytes = self.here(blob);
        std::fs::remove_file(self.db().folder().blobs().join(blob.to_string())).unwrap();
        bytes
    }

    fn is_back(&self, blob: Hash, bytes: &[u8], about: &str) {
        assert!(self.here(blob) == bytes, "{about}: other bytes came back");
    }

    /// Bytes that are here of what is on its way back.
    fn part(&self, blob: Hash) -> u64 {
        self.blobs().lying().unwrap().parts.get(&blob).map_or(0, |(_, held)| *held)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_files_come_back_byte_for_byte_after_everything_that_goes_up_the_small_ones_first() {
    let world = World::new().await;
    let blobs: Vec<Hash> =
        (0..).zip([2_000_000, 10, 300_000]).map(|(which, length)| world.attaches(which, length)).collect();
    assert!(world.exchange().await.unwrap().in_step);
    let lost: Vec<Vec<u8>> = blobs.iter().map(|blob| world.loses(*blob)).collect();
    world.attaches(9, 70_000);
    let seen = Mutex::new(Vec::new());
    let progress = |step: intake_sync::Progress| seen.lock().unwrap().push(step);
    let outcome = exchange_with(world.db(), Patience::default(), progress, || 42).await.unwrap();
    assert!(outcome.in_step, "{outcome:?}");
    assert_eq!((outcome.files_sent, outcome.files_back, outcome.files_lost, outcome.files_refused), (1, 3, 0, 0));
    for (blob, bytes) in blobs.iter().zip(&lost) {
        world.is_back(*blob, bytes, "all");
    }
    let seen = seen.into_inner().unwrap();
    let back: Vec<_> = seen.iter().skip_while(|step| step.phase != Phase::FilesBack).collect();
    assert!(!back.iter().any(|step| matches!(step.phase, Phase::Sending | Phase::Files)), "{back:?}");
    let back: Vec<_> = back.into_iter().filter(|step| step.phase == Phase::FilesBack).collect();
    assert!(back.iter().all(|step| step.files == 3 && step.done <= step.total), "{back:?}");
    assert!(back.is_sorted_by_key(|step| (step.file, step.done)), "{back:?}");
    world.line.taken();
    let again = world.exchange().await.unwrap();
    assert!(again.in_step && again.files_back == 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_cut_anywhere_on_its_way_back_goes_on_from_there() {
    let world = World::busy().await;
    let front = world.front(Shows::Good);
    let blob = world.attaches(1, 1_500_000);
    assert!(world.exchange().await.unwrap().in_step);
    let bytes = world.loses(blob);
    let mut held = 0;
    for cut in (0..65_000).step_by(9_001) {
        front.next(BLOB, Inside::CutDown(cut));
        let code = world.exchange().await.map_or_else(|error| error.code(), |ended| panic!("{cut}: {ended:?}"));
        assert_eq!(code, Code::DistrictUnreachable, "cut after {cut} bytes down");
        assert!(world.part(blob) >= held, "what was here is gone");
        held = world.part(blob);
        // One piece passes, the next one is cut.
        front.next(BLOB, Inside::Repeats(1));
        front.next(BLOB, Inside::CutDown(cut));
        world.exchange().await.unwrap_err();
        assert!(world.part(blob) > held, "cut after {cut} bytes of the second piece");
        held = world.part(blob);
    }
    assert!(held < bytes.len() as u64, "the cuts were over too soon");
    world.line.taken();
    let outcome = world.exchange().await.unwrap();
    assert!(outcome.in_step && outcome.files_back == 1, "{outcome:?}");
    world.is_back(blob, &bytes, "in the end");
    assert_eq!(world.part(blob), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_not_what_the_district_told_or_do_not_open_are_refused_and_said() {
    let world = World::new().await;
    let (told, sound) = (world.attaches(1, 400_000), world.attaches(2, 50_000));
    assert!(world.exchange().await.unwrap().in_step);
    let (_, bytes) = (world.loses(told), world.loses(sound));
    // The larger one: a byte rots in the district's table.
    let rots = "UPDATE blob_pieces SET bytes = set_byte(bytes, 99, 255 - get_byte(bytes, 99))
                WHERE at = 0 AND blob = (SELECT blob FROM blobs ORDER BY length DESC LIMIT 1)";
    world.rows(rots).await;
    let outcome = world.exchange().await.unwrap();
    assert!(outcome.in_step, "{outcome:?}");
    assert_eq!((outcome.files_back, outcome.files_lost, outcome.files_refused), (1, 1, 0));
    world.is_back(sound, &bytes, "the other one");
    // And now its hash says the same: so it was when the desk sent it.
    let hashed = "UPDATE blobs b SET sha256 = (SELECT sha256(string_agg(p.bytes, ''::bytea ORDER BY p.at))
                  FROM blob_pieces p WHERE p.blob = b.blob)";
    world.rows(hashed).await;
    let outcome = world.exchange().await.unwrap();
    assert_eq!((outcome.files_back, outcome.files_lost, outcome.files_refused), (0, 0, 1));
    assert!(!world.blobs().lying().unwrap().files.contains(&told), "damaged bytes became a file");
    world.line.taken();
    let again = world.exchange().await.unwrap();
    assert_eq!((again.files_back, again.files_lost, again.files_refused), (0, 0, 1));
    assert!(world.line.taken().1 < 50_000, "what was refused is not fetched again");
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_files_wait_on_a_metered_line_and_for_an_older_district_and_hold_nothing_up() {
    let world = World::new().await;
    let front = world.front(Shows::Good);
    let blob = world.attaches(1, 30_000);
    assert!(world.exchange().await.unwrap().in_step);
    let bytes = world.loses(blob);
    world.db().write(|tx| tx.set_line_settings(LineSettings { by_itself: true, metered: true })).unwrap();
    let outcome = world.exchange().await.unwrap();
    assert!(outcome.in_step && (outcome.files_back, outcome.files_lost) == (0, 1), "{outcome:?}");
    front.next(BLOB, Inside::Answers(Answer::of(404, true, b"")));
    let asked = || exchange_with_files(world.db(), Patience::default(), |_| {}, || 42);
    let outcome = asked().await.unwrap();
    assert!(outcome.in_step && (outcome.files_back, outcome.files_lost) == (0, 1), "{outcome:?}");
    let outcome = asked().await.unwrap();
    assert!(outcome.in_step && (outcome.files_back, outcome.files_lost) == (1, 0), "{outcome:?}");
    world.is_back(blob, &bytes, "asked for");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_desk_gets_back_in_an_hour_is_bounded_and_the_rest_stays_for_later() {
    let world = World::with(|config| config.desk_back_mib = 1).await;
    let (small, large) = (world.attaches(1, 200_000), world.attaches(2, 2_000_000));
    assert!(world.exchange().await.unwrap().in_step);
    world.loses(small);
    world.loses(large);
    let outcome = world.exchange().await.unwrap();
    assert!(outcome.in_step, "{outcome:?}");
    assert_eq!((outcome.files_back, outcome.files_lost), (1, 1));
    let part = world.part(large);
    assert!((300_000..1 << 20).contains(&part), "{part} bytes came");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_does_not_open_any_more_is_put_aside_and_comes_back_whole() {
    let office = Office::new().await;
    let number = office.desk.register(&visits::property_fee()).unwrap().number;
    let blob = office.desk.attach(&number, "照片.png", &picture(1, 300_000)).unwrap().remove(0).blob;
    let file = office.home.path().join("desk/blobs").join(&blob);
    let whole = std::fs::read(&file).unwrap();
    let mut damaged = whole.clone();
    *damaged.last_mut().unwrap() ^= 1;
    let look = || office.desk.attachment_page(&number, &blob, 1).map_err(|error| error.code());
    // What the district does not hold stays where it is.
    std::fs::write(&file, &damaged).unwrap();
    assert_eq!(look().unwrap_err(), Code::AttachmentUnreadable);
    assert!(file.exists());
    std::fs::write(&file, &whole).unwrap();
    assert!(office.desk.exchange(|_| {}).await.unwrap().in_step);
    std::fs::write(&file, &damaged).unwrap();
    assert_eq!(look().unwrap_err(), Code::AttachmentUnreadable);
    let result = office.desk.exchange(|_| {}).await.unwrap();
    assert!(result.in_step && result.files_back == 1, "{result:?}");
    look().unwrap();
    assert!(std::fs::read(&file).unwrap() == whole);
    assert_eq!(std::fs::read_dir(file.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
}
