//! Attachments by stick: the district comes to hold exactly the desk's bytes, whatever becomes of the stick on its way.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use district_server::TakenIn;
use intake_app::{CreateDesk, StickWritten};
use intake_sync::StickFile;
use intake_wire::{limits, next_piece, sha256, stick_files};
use testkit::district::CENTRE;
use testkit::visits;

use crate::stick::{Office, count, import};
use crate::world::World;

/// A picture that every program reads, with bytes behind it that no compression makes shorter.
pub(crate) fn picture(which: u32, behind: usize) -> Vec<u8> {
    let blocks = (0_u32..).flat_map(|at| sha256(&[&which.to_be_bytes(), &at.to_be_bytes()]).0);
    visits::PNG.iter().copied().chain(blocks.take(behind)).collect()
}

impl Office {
    pub(crate) fn registers(&self) -> String {
        self.desk.register(&visits::property_fee()).unwrap().number
    }

    pub(crate) fn attaches(&self, number: &str, which: u32, behind: usize) {
        self.desk.attach(number, &format!("照片{which}.png"), &picture(which, behind)).unwrap();
    }

    pub(crate) fn writes(&self, name: &str) -> (StickWritten, PathBuf) {
        let written = self.desk.export_pages(&self.stick.join(name)).unwrap();
        let folder = stick_files(written.path.as_ref());
        (written, folder)
    }

    /// The bytes in the desk's files, by name.
    fn here(&self) -> BTreeMap<String, String> {
        let files = std::fs::read_dir(self.home.path().join("desk/blobs")).unwrap();
        let hashed = |path: &Path| sha256(&[&std::fs::read(path).unwrap()]).to_string();
        let one = |path: PathBuf| (path.file_name().unwrap().to_str().unwrap().to_owned(), hashed(&path));
        files.map(|file| one(file.unwrap().path())).collect()
    }

    /// The bytes that the district holds whole.
    fn there(&self) -> BTreeMap<String, String> {
        let url = self.district.postgres_url();
        let sql = "SELECT encode(p.blob, 'hex'), encode(sha256(string_agg(p.bytes, ''::bytea ORDER BY p.at)), 'hex')
                   FROM blob_pieces p JOIN blobs b USING (centre, desk, blob) WHERE b.whole GROUP BY p.blob";
        let work = async move {
            let client = testkit::postgres::connect(&url).await.unwrap();
            client.query(sql, &[]).await.unwrap().iter().map(|row| (row.get(0), row.get(1))).collect()
        };
        self.district.wait(work).unwrap()
    }
}

fn files(taken: &TakenIn) -> (usize, usize, usize) {
    (taken.files, taken.files_broken, taken.files_missing)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_never_has_a_line_brings_its_attachments_by_stick_and_comes_into_step() {
    let office = Office::new().await;
    let number = office.registers();
    for (which, behind) in [(1, 0), (2, 300_000), (3, 2_000_000)] {
        office.attaches(&number, which, behind);
    }
    let (written, folder) = office.writes("");
    assert_eq!((written.files, written.files_left, written.full), (3, 0, false));
    assert!(written.file_bytes > 2_300_000, "{written:?}");
    for file in std::fs::read_dir(&folder).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(7).any(|seven| seven == b"inblob1"), "the stick's finder sees whose bytes they are");
    }
    assert_eq!(office.desk.outlook().unwrap().files, 3, "what lies on a stick is not at the district");
    let taken = import(&office.district, written.path.as_ref()).unwrap();
    assert_eq!(files(&taken), (3, 0, 0));
    assert_eq!(office.there(), office.here());
    let result = office.back().await;
    assert!(result.in_step, "{result:?}");
    assert_eq!((result.files_sent, result.files_missing), (3, 0));
    let outlook = office.desk.outlook().unwrap();
    assert!(outlook.in_step && outlook.files == 0, "{outlook:?}");
    let (again, folder) = office.writes("again");
    assert_eq!((again.files, again.files_left), (0, 0));
    assert!(!folder.exists(), "no folder for nothing");
    // A line that is there again finds nothing left to do.
    let result = office.desk.exchange(|_| {}).await.unwrap();
    assert!(result.in_step && result.files_sent == 0, "{result:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attachment_cut_or_changed_anywhere_costs_itself_alone_and_goes_on_from_there() {
    let office = Office::new().await;
    let number = office.registers();
    office.attaches(&number, 1, 0);
    office.attaches(&number, 2, 700_000);
    let (written, folder) = office.writes("");
    let large = folder.join("0002.age");
    let whole = std::fs::read(&large).unwrap();
    let broken = |bytes: &[u8], about: &str| {
        std::fs::write(&large, bytes).unwrap();
        let taken = import(&office.district, written.path.as_ref()).unwrap();
        assert_eq!(files(&taken), (1, 1, 1), "{about}");
        count(&office.district, "SELECT coalesce(sum(held), 0)::int8 FROM blobs WHERE NOT whole")
    };
    let mut held = 0;
    for cut in (0..whole.len()).step_by(61_003).chain([whole.len() - 1]) {
        let now = broken(&whole[..cut], &format!("cut at {cut}"));
        assert!(now >= held, "what came before is gone: {held} bytes, then {now}");
        held = now;
    }
    assert_eq!(held, 512 << 10, "every piece before the cut stays");
    for at in (0..whole.len()).step_by(50_021) {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        broken(&changed, &format!("byte {at} changed"));
    }
    std::fs::write(&large, &whole).unwrap();
    let taken = import(&office.district, written.path.as_ref()).unwrap();
    assert_eq!(files(&taken), (2, 0, 0));
    assert_eq!(office.there(), office.here());
    assert!(office.back().await.in_step);
}

#[tokio::test(flavor = "multi_thread")]
async fn attachments_that_come_twice_out_of_order_or_after_the_line_are_there_once() {
    let office = Office::new().await;
    let number = office.registers();
    office.attaches(&number, 1, 400_000);
    let (first, _) = office.writes("first");
    office.attaches(&number, 2, 10);
    let (second, _) = office.writes("second");
    assert_eq!((first.files, second.files), (1, 2), "nothing counts as sent by being written");
    let stored = "SELECT sum(octet_length(bytes))::int8 FROM blob_pieces";
    assert_eq!(files(&import(&office.district, second.path.as_ref()).unwrap()), (2, 0, 0));
    let bytes = count(&office.district, stored);
    for again in [&first, &second, &first] {
        let taken = import(&office.district, again.path.as_ref()).unwrap();
        assert_eq!((taken.stored, taken.files_broken, taken.files_missing), (0, 0, 0), "{taken:?}");
    }
    assert_eq!(count(&office.district, stored), bytes);
    assert_eq!(office.there(), office.here());
    let answer = import(&office.district, second.path.as_ref()).unwrap().answer.unwrap();
    assert!(office.desk.take_answer(&answer).await.unwrap().in_step);
    // Written before an exchange over the line, taken in after it.
    office.attaches(&number, 3, 5_000);
    let (late, _) = office.writes("late");
    assert!(office.desk.exchange(|_| {}).await.unwrap().in_step);
    let taken = import(&office.district, late.path.as_ref()).unwrap();
    assert_eq!(files(&taken), (1, 0, 0));
    assert!(office.desk.take_answer(&taken.answer.unwrap()).await.unwrap().in_step);
    assert_eq!(office.there(), office.here());
}

#[tokio::test(flavor = "multi_thread")]
async fn attachments_that_were_left_behind_half_written_or_taken_off_hold_nothing_up_and_come_with_the_next_stick() {
    let office = Office::new().await;
    let number = office.registers();
    for which in 1..=3 {
        office.attaches(&number, which, 1_000);
    }
    let (written, folder) = office.writes("");
    // One was not copied; of one the stick was pulled out while it was written.
    std::fs::remove_file(folder.join("0001.age")).unwrap();
    std::fs::rename(folder.join("0002.age"), folder.join("0002.new")).unwrap();
    let taken = import(&office.district, written.path.as_ref()).unwrap();
    assert_eq!(files(&taken), (1, 0, 2));
    let result = office.back().await;
    assert!(result.entries_in_step && !result.in_step, "{result:?}");
    assert_eq!((result.files_sent, result.files_missing), (1, 2));
    assert_eq!(office.desk.outlook().unwrap().files, 2);
    let (next, folder) = office.writes("next");
    assert_eq!((next.entries, next.files, next.files_left), (0, 2, 0));
    // Another desk's among them: it is not taken, whoever put it there.
    let elsewhere = tempfile::tempdir().unwrap();
    let other = testkit::desk::open(elsewhere.path()).unwrap();
    other.create_desk(&CreateDesk { desk: 2, ..testkit::desk::form(elsewhere.path()) }).unwrap();
    other.enrol(&office.district.address(), &office.district.enrolment_code(CENTRE, 2).unwrap()).await.unwrap();
    let theirs = other.register(&visits::elder_support()).unwrap().number;
    other.attach(&theirs, "别台.png", &picture(9, 50)).unwrap();
    let theirs = other.export_pages(&office.stick.join("other")).unwrap();
    std::fs::copy(stick_files(theirs.path.as_ref()).join("0001.age"), folder.join("0009.age")).unwrap();
    // And one of which the entry says meanwhile that it was taken off.
    let there = office.there();
    let off = office.here().into_keys().find(|name| !there.contains_key(name)).unwrap();
    office.desk.detach(&number, &off, "放错了登记").unwrap();
    let (after, _) = office.writes("after");
    assert_eq!((after.files, after.files_left), (1, 0));
    assert_eq!(import(&office.district, after.path.as_ref()).unwrap().files, 1);
    let taken = import(&office.district, next.path.as_ref()).unwrap();
    assert_eq!(files(&taken), (1, 1, 0), "the one that stands; another desk's; the one taken off is not asked for");
    assert!(office.desk.take_answer(&taken.answer.unwrap()).await.unwrap().in_step);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_attachment_on_its_way_to_a_stick_one_piece_is_made_at_a_time() {
    let world = World::new().await;
    let blob = world.attaches(1, 3_000_000);
    let mut file = StickFile::open(world.db(), blob).unwrap().unwrap();
    let mut whole = Vec::new();
    while let Some(frame) = file.next_piece().unwrap() {
        assert!(frame.len() <= limits::PIECE_BYTES + limits::PIECE_AROUND, "{} bytes at once", frame.len());
        let (_, piece) = next_piece(&mut frame.as_slice()).unwrap().unwrap();
        assert_eq!((piece.at, piece.length), (whole.len() as u64, file.length()));
        whole.extend(piece.bytes);
    }
    assert!(whole == world.here(blob));
    world.blobs().sweep(|_| false).unwrap();
    assert!(StickFile::open(world.db(), blob).unwrap().is_none(), "what is not here does not travel");
}
