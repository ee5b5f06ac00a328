//! An exchange without a line: the desk's file goes to the district on a stick, the answer comes back on it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use district_server::TakenIn;
use intake_app::{CreateDesk, Desk, ExchangeResult};
use intake_model::{Code, Visit};
use intake_store::{OwnKey, encrypt};
use intake_sync::{pack, unpack};
use intake_wire::{BootId, Draft, Kind, Moment, Stick};
use testkit::district::{CENTRE, LocalDistrict};
use testkit::{LineDesk, visits};

/// A district, a desk that was enrolled over a line which is gone since, and a stick.
pub(crate) struct Office {
    pub(crate) district: LocalDistrict,
    pub(crate) desk: Desk,
    pub(crate) stick: PathBuf,
    pub(crate) home: tempfile::TempDir,
    folder: tempfile::TempDir,
}

impl Office {
    pub(crate) async fn new() -> Self {
        let (home, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let district = LocalDistrict::start(folder.path()).unwrap();
        let desk = testkit::desk::made(home.path()).unwrap();
        desk.enrol(&district.address(), &district.enrolment_code(CENTRE, 1).unwrap()).await.unwrap();
        let stick = folder.path().join("stick");
        Self { district, desk, stick, home, folder }
    }

    fn unsent(&self) -> u64 {
        self.desk.outlook().unwrap().entries
    }

    fn out(&self) -> PathBuf {
        self.desk.export_pages(&self.stick).unwrap().path.into()
    }

    pub(crate) async fn back(&self) -> ExchangeResult {
        self.desk.take_answer(&self.stick).await.unwrap()
    }

    async fn refused(&self, place: &Path) -> Code {
        self.desk.take_answer(place).await.unwrap_err().code()
    }

    fn stored(&self) -> u64 {
        u64::try_from(count(&self.district, "SELECT count(*) FROM entries")).unwrap()
    }
}

pub(crate) fn import(district: &LocalDistrict, file: &Path) -> district_server::Result<TakenIn> {
    let (server, file) = (Arc::clone(district.district()), file.to_owned());
    district.wait(async move { server.import_usb(&file).await }).unwrap()
}

pub(crate) fn count(district: &LocalDistrict, sql: &'static str) -> i64 {
    let url = district.postgres_url();
    let work = async move {
        let client = testkit::postgres::connect(&url).await.unwrap();
        client.query_one(sql, &[]).await.unwrap().get(0)
    };
    district.wait(work).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_without_a_line_comes_into_step_by_stick_and_counts_nothing_as_sent_before_the_answer() {
    let office = Office::new().await;
    for visit in visits::day() {
        office.desk.register(&Visit { passed_because: "来访人自述".into(), ..visit }).unwrap();
    }
    let unsent = office.unsent();
    let written = office.desk.export_pages(&office.stick).unwrap();
    assert_eq!((written.entries, written.registrations), (unsent, visits::day().len() as u64));
    assert_eq!(office.unsent(), unsent, "what lies on a stick is not sent");
    assert_eq!(office.refused(&office.stick).await, Code::StickAnswerMissing);
    let bytes = std::fs::read(&written.path).unwrap();
    assert!(!bytes.windows(6).any(|six| six == "张伟".as_bytes()), "the stick is read by its finder");
    let taken = import(&office.district, written.path.as_ref()).unwrap();
    assert_eq!((taken.centre.as_str(), taken.desk), (CENTRE, 1));
    assert_eq!((taken.stored as u64, taken.already_had, taken.set_aside, taken.waiting), (unsent, 0, 0, 0));
    let result = office.back().await;
    assert!(result.in_step && result.trouble.is_none(), "{result:?}");
    assert_eq!((result.sent, result.already_had, office.unsent()), (unsent, 0, 0));
    assert!(office.desk.outlook().unwrap().in_step);
    // Taken back once more, it says the same of both sides.
    assert!(office.back().await.in_step);
    // And over a line that is there again, there is nothing left to do.
    let result = office.desk.exchange(|_| {}).await.unwrap();
    assert!(result.in_step && result.sent == 0, "{result:?}");
    // By now the answer is old, and says nothing about what was written since.
    office.desk.register(&visits::elder_support()).unwrap();
    assert_eq!(office.refused(&office.stick).await, Code::StickOutdated);
    assert!(office.unsent() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_taken_in_twice_or_after_the_line_came_back_is_already_had() {
    let office = Office::new().await;
    office.desk.register(&visits::property_fee()).unwrap();
    let first = office.out();
    office.desk.register(&visits::elder_support()).unwrap();
    let second = office.desk.export_pages(&office.stick.join("second")).unwrap().path;
    let unsent = office.unsent();
    let all = import(&office.district, second.as_ref()).unwrap();
    assert_eq!((all.stored as u64, all.already_had), (unsent, 0));
    for _ in 0..2 {
        let again = import(&office.district, &first).unwrap();
        assert_eq!((again.stored, again.already_had > 0), (0, true), "{again:?}");
    }
    let again = import(&office.district, second.as_ref()).unwrap();
    assert_eq!((again.stored, again.already_had as u64), (0, unsent));
    assert_eq!(office.stored(), unsent);
    assert_eq!(count(&office.district, "SELECT count(*) FROM forks"), 0);
    let result = office.desk.take_answer(&again.answer.unwrap()).await.unwrap();
    assert!(result.in_step, "{result:?}");
    assert_eq!((result.sent, result.already_had), (unsent, unsent));
    // The answer to the first file is older than that, and would make sent entries look unsent.
    assert_eq!(office.refused(&office.stick).await, Code::StickOutdated);
    // Written before an exchange over the line, taken in after it.
    office.desk.register(&visits::cold_flats()).unwrap();
    let late = office.out();
    assert!(office.desk.exchange(|_| {}).await.unwrap().in_step);
    let late = import(&office.district, &late).unwrap();
    assert_eq!((late.stored, late.already_had > 0), (0, true));
    let result = office.desk.take_answer(&late.answer.unwrap()).await.unwrap();
    assert!(result.in_step, "{result:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_district_writes_reaches_the_desk_by_stick_once() {
    let office = Office::new().await;
    let server = Arc::clone(office.district.district());
    let contact = "区矛调中心信息科 022-24999999";
    office.district.wait(async move { server.retire(CENTRE, 1, contact).await }).unwrap().unwrap();
    // Two files from before the desk knows: both answers bring the same entries.
    let files = [office.out(), office.desk.export_pages(&office.stick.join("second")).unwrap().path.into()];
    let answers = files.map(|file| import(&office.district, &file).unwrap().answer.unwrap());
    for answer in &answers {
        assert!(office.desk.take_answer(answer).await.unwrap().in_step);
    }
    let notice = office.desk.state().unwrap().notice.unwrap();
    assert_eq!((notice.code, notice.params["contact"].as_str()), (Code::DeskRetired, Some(contact)));
    assert!(office.desk.exchange(|_| {}).await.unwrap().in_step);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_cut_changed_of_a_lost_desk_or_for_another_district_is_refused_and_leaves_nothing() {
    let office = Office::new().await;
    office.desk.register(&visits::property_fee()).unwrap();
    let file = office.out();
    let whole = std::fs::read(&file).unwrap();
    let bad = office.stick.join("bad.age");
    let refuses = |bytes: &[u8], sentence: &str| {
        std::fs::write(&bad, bytes).unwrap();
        let said = import(&office.district, &bad).unwrap_err().to_string();
        assert_eq!(said, sentence);
        assert_eq!(office.stored(), 0);
    };
    let broken = "the file: it is cut short or was changed, or is no file of a desk";
    for cut in (0..whole.len()).step_by(97).chain([whole.len() - 1]) {
        refuses(&whole[..cut], broken);
    }
    // From behind its head, which names whom it is for.
    for at in (200..whole.len()).step_by(61) {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        refuses(&changed, broken);
    }
    let district = std::fs::read_to_string(office.folder.path().join("district/stick.identity")).unwrap();
    let stranger = encrypt(b"what is not signed", &[OwnKey::find(&district).unwrap().recipient()]).unwrap();
    refuses(&stranger, "the file: no desk has signed it as it is");
    let elsewhere = tempfile::tempdir().unwrap();
    let other = LocalDistrict::start(elsewhere.path()).unwrap();
    let said = import(&other, &file).unwrap_err().to_string();
    assert_eq!(said, "the file: it is for another district");
    assert!(!office.stick.join("回执-bad.age").exists());
    let server = Arc::clone(office.district.district());
    office.district.wait(async move { server.lost(CENTRE, 1).await }).unwrap().unwrap();
    assert_eq!(import(&office.district, &file).unwrap_err().code(), Code::DeskRevoked);
    assert_eq!(office.stored(), 0);
    assert!(office.unsent() > 0, "the desk keeps what it has");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_cut_changed_or_another_desks_is_refused_and_changes_nothing() {
    let office = Office::new().await;
    office.desk.register(&visits::property_fee()).unwrap();
    let answer = import(&office.district, &office.out()).unwrap().answer.unwrap();
    let unsent = office.unsent();
    let whole = std::fs::read(&answer).unwrap();
    let bad = office.stick.join("bad.age");
    for cut in (0..whole.len()).step_by(89) {
        std::fs::write(&bad, &whole[..cut]).unwrap();
        assert_eq!(office.refused(&bad).await, Code::StickUnreadable, "cut at {cut}");
    }
    for at in (0..whole.len()).step_by(53) {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        std::fs::write(&bad, changed).unwrap();
        assert_eq!(office.refused(&bad).await, Code::StickUnreadable, "changed at {at}");
    }
    // Another desk's, under this desk's name; and the desk's own file.
    let elsewhere = tempfile::tempdir().unwrap();
    let other = testkit::desk::open(elsewhere.path()).unwrap();
    other.create_desk(&CreateDesk { desk: 2, ..testkit::desk::form(elsewhere.path()) }).unwrap();
    other.enrol(&office.district.address(), &office.district.enrolment_code(CENTRE, 2).unwrap()).await.unwrap();
    let theirs = other.export_pages(&office.stick.join("other")).unwrap().path;
    let theirs = import(&office.district, theirs.as_ref()).unwrap().answer.unwrap();
    assert_eq!(office.refused(&theirs).await, Code::StickUnreadable);
    assert_eq!(office.refused(&office.home.path().join("no.age")).await, Code::StickAnswerMissing);
    assert_eq!(office.unsent(), unsent, "nothing was taken for sent");
    assert!(office.back().await.in_step);
}

#[tokio::test(flavor = "multi_thread")]
async fn verdicts_come_back_by_stick_as_they_do_over_the_line_however_many_pages_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let district = LocalDistrict::start(&folder.path().join("home")).unwrap();
    let code = district.enrolment_code(CENTRE, 1).unwrap();
    let desk = LineDesk::enrolled(&folder.path().join("desk"), &district.address(), &code).await.unwrap();
    desk.writes(1100, || "张伟".into()).unwrap();
    let moment = Moment { at_ms: 1_795_500_000_000, boot: BootId([0; 16]), mono_ms: 1 };
    let unknown = Draft { kind: Kind::from_word("matter_sung".into()), open: b"{}".to_vec(), personal: b"{}".to_vec() };
    desk.db.write(|tx| tx.append(unknown, 1, moment)).unwrap();
    let key = OwnKey::generate();
    let stick = Stick { secret: key.secret().to_string(), answered_ms: 0 };
    desk.db.write(|tx| tx.set_stick(stick)).unwrap();
    let admission = desk.db.read::<_, intake_store::Error>(|r| r.line().admission()).unwrap().unwrap();
    let packed = pack(&desk.db, &key.recipient()).unwrap();
    assert_eq!((packed.entries, packed.registrations), (1101, 0));
    let file = folder.path().join("pages.age");
    std::fs::write(&file, encrypt(&packed.bytes, &[admission.answer.stick_recipient.unwrap()]).unwrap()).unwrap();
    let taken = import(&district, &file).unwrap();
    assert_eq!((taken.stored, taken.set_aside), (1100, 1));
    let answer = key.decrypt(&std::fs::read(taken.answer.unwrap()).unwrap()).unwrap();
    let outcome = unpack(&desk.db, &answer, || 42).await.unwrap();
    assert_eq!((outcome.in_step, outcome.sent, outcome.set_aside), (false, 1101, 1));
    let by_line = desk.exchange().await.unwrap();
    assert_eq!((by_line.in_step, by_line.sent, by_line.set_aside), (false, 0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_was_enrolled_before_there_was_a_stick_learns_over_the_line_whom_to_encrypt_to() {
    let folder = tempfile::tempdir().unwrap();
    let district = LocalDistrict::start(&folder.path().join("home")).unwrap();
    let code = district.enrolment_code(CENTRE, 1).unwrap();
    let desk = LineDesk::enrolled(&folder.path().join("desk"), &district.address(), &code).await.unwrap();
    let told = stick_of(&desk).unwrap();
    for before in [None, Some("age1ofanearlierkey".to_owned())] {
        let mut admission = desk.db.read::<_, intake_store::Error>(|r| r.line().admission()).unwrap().unwrap();
        admission.answer.stick_recipient = before;
        desk.db.write(|tx| tx.set_admission(&admission)).unwrap();
        assert!(desk.exchange().await.unwrap().in_step);
        assert_eq!(stick_of(&desk).as_ref(), Some(&told));
    }
    // Its first file is taken in without another enrolment.
    desk.writes(3, || "张伟".into()).unwrap();
    let key = OwnKey::generate();
    desk.db.write(|tx| tx.set_stick(Stick { secret: key.secret().to_string(), answered_ms: 0 })).unwrap();
    let packed = pack(&desk.db, &key.recipient()).unwrap();
    let file = folder.path().join("first.age");
    std::fs::write(&file, encrypt(&packed.bytes, &[told]).unwrap()).unwrap();
    assert_eq!(import(&district, &file).unwrap().stored, 3);
}

fn stick_of(desk: &LineDesk) -> Option<String> {
    let admission = desk.db.read::<_, intake_store::Error>(|r| r.line().admission()).unwrap().unwrap();
    admission.answer.stick_recipient
}
