//! What is left of what was erased: read as the key's holder can read it, page by page, free pages and WAL included.

#![allow(clippy::redundant_closure_for_method_calls)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use age::x25519::Identity;
use intake_app::{Desk, MatterWords};
use intake_model::{Code, Delivery, Filling, Stated, StepKind, StepTaken, Visit, civil_date, civil_time};
use intake_store::{Db, Error, Expired, Keyring, Locked, Writer};
use intake_wire::{Draft, Hash, Kind, Moment};
use rusqlite::{Connection, OpenFlags};
use serde_json::json;
use testkit::FixedMoments;
use testkit::desk::{CLERK_ID, PASSWORD, form, open_at};
use testkit::visits::PNG;

use crate::plain::holds;
use crate::report::report;

const DAY_MS: i64 = 24 * 3_600_000;
const ADMINISTRATOR: u32 = 1;
const ADVICE: u64 = 300;

/// The desk's key as it goes to SQLCipher, by the recovery key that was written to the stick.
fn pragma_key(home: &Path) -> String {
    let stick = std::fs::read_to_string(home.join("usb/恢复密钥-120110005-01.txt")).unwrap();
    let secret = stick.lines().find(|line| line.starts_with("AGE-SECRET-KEY-")).unwrap();
    let ring: serde_json::Value = keyring(home);
    let sealed = ring["recovery"][0]["sealed"].as_str().unwrap();
    let sealed = base32::decode(base32::Alphabet::Crockford, sealed).unwrap();
    let key = age::decrypt(&secret.parse::<Identity>().unwrap(), &sealed).unwrap();
    let mut pragma = String::from("x'");
    for byte in key {
        write!(pragma, "{byte:02x}").unwrap();
    }
    pragma + "'"
}

/// The keyring's JSON, without what may follow it.
fn keyring(home: &Path) -> serde_json::Value {
    let bytes = std::fs::read(home.join("desk/keyring.json")).unwrap();
    let mut values = serde_json::Deserializer::from_slice(&bytes).into_iter();
    values.next().unwrap().unwrap()
}

/// Every page of the database decrypted, as it stands with its WAL.
fn pages(home: &Path) -> Vec<u8> {
    let path = home.join("desk/desk.db");
    let raw = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    raw.pragma_update(None, "key", pragma_key(home)).unwrap();
    let count: u64 = raw.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    // SQLCipher answers this one with text.
    let size: String = raw.query_row("PRAGMA page_size", [], |row| row.get(0)).unwrap();
    let size: u64 = size.parse().unwrap();
    let bytes = raw.serialize("main").unwrap().to_vec();
    assert_eq!(bytes.len() as u64, count * size, "not every page was read");
    bytes
}

fn visit(index: usize) -> Visit {
    Visit {
        name: Stated::Stated(format!("欧阳测试{index}")),
        address: Stated::Stated(format!("金钟街道{index}号楼")),
        phone: Some(format!("1390000{index:04}")),
        // Some lie on a page with others, some on pages of their own.
        demand: format!("第{index}件诉求：要求公开账目。").repeat(1 + index % 90),
        passed_because: "经核对确实如此".into(),
        ..Visit::default()
    }
}

/// The desk's database, while no desk has it open.
fn store(home: &Path) -> (Locked, Db) {
    let locked = Locked::take(&home.join("desk")).unwrap();
    let key = Keyring::read(&locked.folder().keyring()).unwrap().unlock(CLERK_ID, PASSWORD).unwrap();
    let db = Db::open(&locked.folder(), &key).unwrap();
    (locked, db)
}

/// The district no longer holds one of the files.
fn misses_a_file(home: &Path) -> Hash {
    let (_locked, db) = store(home);
    let file = db.read::<_, Error>(|r| r.lost_blobs(|_| false)).unwrap().into_iter().next().unwrap();
    db.write::<_, Error>(|tx| tx.mark_blob(file.blob, false)).unwrap();
    file.blob
}

/// It holds it again.
fn has_the_file(home: &Path, blob: Hash) {
    let (_locked, db) = store(home);
    db.write::<_, Error>(|tx| {
        tx.mark_blob(blob, true)?;
        all_files_archived(tx)
    })
    .unwrap();
}

/// The district's backups hold every file that it has.
fn all_files_archived(tx: &Writer<'_>) -> Result<(), Error> {
    for epoch in tx.look().line().epochs()? {
        tx.line().record_files_archived(epoch.journal, epoch.head.seq)?;
    }
    Ok(())
}

/// Everything that is in the journal is at the district and in its backups, as an exchange would tell; the district's
/// clock shows the same time.
fn archive(home: &Path, moment: Moment) {
    let (_locked, db) = store(home);
    let epochs = db.read::<_, Error>(|r| r.line().epochs()).unwrap();
    db.write::<_, Error>(|tx| {
        for epoch in epochs {
            tx.line().record_remote(epoch.journal, epoch.head)?;
            tx.line().record_archived(epoch.journal, epoch.head.seq)?;
        }
        tx.record_missing(&BTreeSet::new())?;
        all_files_archived(tx)?;
        tx.note_district_time(moment.at_ms, moment)
    })
    .unwrap();
}

/// A paper with words of its own, delivered and then spoiled.
fn papers(desk: &Desk, number: &str, clock: &FixedMoments) {
    let offer = desk.papers_for(number).unwrap().offers.remove(0);
    let filling = Filling { items: vec!["补充的租赁合同".into()], ..offer.filling };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let document = runtime.block_on(desk.issue_paper(number, offer.paper, filling)).unwrap().document;
    let receiver = "代收的邻居".to_owned();
    let delivery = Delivery { receiver, at: civil_time(clock.now_ms()), ..Delivery::default() };
    desk.deliver(number, std::slice::from_ref(&document), &delivery).unwrap();
    desk.void_paper(number, &document, "告知书写错了名字").unwrap();
    step(desk, number, clock);
}

/// A step with words of its own, taken back.
fn step(desk: &Desk, number: &str, clock: &FixedMoments) {
    let (on, section) = (civil_date(clock.now_ms()), "调解一科".to_owned());
    let step = StepTaken { on, section, person: "承办的老赵".into(), ..StepTaken::default() };
    let taken = desk.take_step(number, StepKind::HandedOver, &step).unwrap();
    desk.withdraw_step(number, &taken.steps[0].step, "交错了那个科").unwrap();
}

/// What stands in the words of papers and steps.
const OF_PAPERS: [&str; 6] =
    ["补充的租赁合同", "代收的邻居", "告知书写错了名字", "调解一科", "承办的老赵", "交错了那个科"];

fn signed_in(home: &Path, clock: &FixedMoments) -> Desk {
    let desk = open_at(home, Arc::new(clock.clone())).unwrap();
    desk.sign_in(ADMINISTRATOR, &form(home).administrator_password).unwrap();
    desk
}

/// What a desk holds after three years and more.
struct Old {
    numbers: Vec<String>,
    young: String,
    entries: u64,
}

fn old_desk(home: &Path, clock: &FixedMoments) -> Old {
    let desk = open_at(home, Arc::new(clock.clone())).unwrap();
    desk.create_desk(&form(home)).unwrap();
    // Long and short, corrected and voided: the journal's pages split and move while it grows.
    let mut old = Vec::new();
    for index in 0..160 {
        let number = desk.register(&visit(index)).unwrap().number;
        if index % 7 == 0 {
            let corrected = Visit { remark: format!("更正备注{index}"), ..visit(index) };
            desk.correct(&number, &corrected).unwrap();
        }
        if index % 40 == 1 {
            papers(&desk, &number, clock);
        }
        if index % 11 == 0 {
            desk.void_matter(&number, &format!("来访人撤回第{index}件")).unwrap();
        }
        old.push(number);
        clock.pass_ms(60_000);
    }
    // Short ones, many to a page.
    for line in 0..ADVICE {
        desk.note_advice(&format!("第{line}次问低保怎么申请")).unwrap();
    }
    clock.pass_ms(200 * DAY_MS);
    let young = desk.register(&visit(9999)).unwrap().number;
    let entries = desk.verify().unwrap().entries;
    drop(desk);
    clock.restart();
    clock.pass_ms((3 * 366 - 100) * DAY_MS);
    archive(home, clock.now());
    Old { numbers: old, young, entries }
}

#[allow(clippy::redundant_closure_for_method_calls, reason = "its name is not general enough over the transaction")]
fn unscrubbed(db: &Db) -> bool {
    db.read::<_, Error>(|r| r.unscrubbed()).unwrap()
}

/// The words of the old matters that stand on these pages.
fn still_there(pages: &[u8]) -> Vec<String> {
    let of_each =
        (0..160).flat_map(|index| [format!("欧阳测试{index}\""), format!("1390000{index:04}"), format!("第{index}件")]);
    let others = ["更正备注", "问低保怎么申请", "来访人撤回"].into_iter().chain(OF_PAPERS).map(str::to_owned);
    of_each.chain(others).filter(|word| holds(pages, word.as_bytes())).collect()
}

#[test]
fn what_was_erased_is_on_no_page_and_the_chain_the_counts_and_the_others_stand() {
    let home = tempfile::tempdir().unwrap();
    let clock = FixedMoments::default();
    let Old { numbers: old, young, entries } = old_desk(home.path(), &clock);

    let said = pages(home.path());
    for word in ["欧阳测试42", "更正备注7", "来访人撤回第11件", "问低保怎么申请"].into_iter().chain(OF_PAPERS)
    {
        assert!(holds(&said, word.as_bytes()), "{word} is not read by this test, erased or not");
    }
    drop(said);

    let desk = signed_in(home.path(), &clock);
    // A thousand and eighty days are not three years of everything: the clock is looked at first.
    assert_eq!(desk.erasable("2030-01-01".parse().unwrap()).unwrap_err().code(), Code::EraseClockDoubted);
    desk.confirm_clock().unwrap();
    drop(desk);
    archive(home.path(), clock.now());
    let desk = signed_in(home.path(), &clock);
    let before = "2030-01-01".parse().unwrap();
    let found = desk.erasable(before).unwrap();
    assert_eq!((found.matters, found.advice, found.waiting, found.years), (160, ADVICE, 0, 3));
    assert_eq!(desk.erase(before, 159, "期满").unwrap_err().code(), Code::EraseCountDiffers);
    assert_eq!(desk.erase(before, 160, " ").unwrap_err().code(), Code::ReasonNeeded);
    let done = desk.erase(before, 160, "保存期限届满").unwrap();
    assert!(!done.unfinished);
    // What the WAL held went with it; since then there is only the note that it is done.
    let wal = std::fs::metadata(home.path().join("desk/desk.db-wal")).map_or(0, |wal| wal.len());
    assert!(wal < 32 << 10, "the WAL was not emptied: {wal} bytes");

    // The numbers stay, the words are gone, nothing can be made of them any more.
    let walked = desk.verify().unwrap();
    assert_eq!((walked.matters, walked.entries), (161, entries + 3));
    let shown = desk.matter(&old[42]).unwrap();
    assert!(shown.words == MatterWords::Erased && shown.query_code.is_empty());
    assert_eq!(shown.title, "内容已按规定清除");
    assert_eq!(desk.correct(&old[42], &visit(1)).unwrap_err().code(), Code::ContentErased);
    assert_eq!(desk.matter(&young).unwrap().words.visit(), Some(&visit(9999).normalised()));
    assert_eq!(desk.erasable(before).unwrap().matters, 0);
    drop(desk);

    let left = pages(home.path());
    assert_eq!(still_there(&left), Vec::<String>::new());
    assert!(holds(&left, "欧阳测试9999".as_bytes()), "what is not old was erased");
    report("erased", json!({ "matters": 160, "pages_bytes": left.len(), "words_left": 0 }));
}

#[test]
fn the_words_and_files_of_a_sealed_matter_go_wherever_they_were_sealed_again() {
    let home = tempfile::tempdir().unwrap();
    let clock = FixedMoments::default();
    let desk = open_at(home.path(), Arc::new(clock.clone())).unwrap();
    desk.create_desk(&form(home.path())).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    let sealed = Visit { confidential: true, ..visit(1) };
    // One that was sealed from the start, and one that became so.
    for first in [&sealed, &visit(1)] {
        let number = desk.register(first).unwrap().number;
        desk.attach(&number, "收条.png", PNG).unwrap();
        step(&desk, &number, &clock);
        desk.correct(&number, &sealed).unwrap();
    }
    desk.sign_in(ADMINISTRATOR, &form(home.path()).administrator_password).unwrap();
    desk.set_sealed_reader(ADMINISTRATOR, true).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    assert_eq!(desk.seal_to_readers(None).unwrap(), 2);
    let files = || std::fs::read_dir(home.path().join("desk/blobs")).unwrap().count();
    desk.tick().unwrap();
    assert_eq!(files(), 2);
    drop(desk);
    clock.restart();
    clock.pass_ms(4 * 366 * DAY_MS);
    archive(home.path(), clock.now());
    let desk = signed_in(home.path(), &clock);
    desk.confirm_clock().unwrap();
    drop(desk);
    archive(home.path(), clock.now());
    // A file that the district misses keeps its matter.
    let missed = misses_a_file(home.path());
    let desk = signed_in(home.path(), &clock);
    let refused = desk.erase("2030-01-01".parse().unwrap(), 2, "保存期限届满").unwrap_err();
    assert_eq!(refused.code(), Code::EraseCountDiffers, "{refused:?}");
    drop(desk);
    has_the_file(home.path(), missed);
    let desk = signed_in(home.path(), &clock);
    let done = desk.erase("2030-01-01".parse().unwrap(), 2, "保存期限届满").unwrap();
    assert!(!done.unfinished);
    desk.tick().unwrap();
    assert_eq!(files(), 0, "bytes that no entry opens any more");
    desk.verify().unwrap();
    drop(desk);
    assert!(!holds(&pages(home.path()), b"\"sealed\":\""));
}

#[test]
fn a_power_cut_between_erasing_and_writing_anew_is_made_good_at_the_next_opening() {
    let home = tempfile::tempdir().unwrap();
    let clock = FixedMoments::default();
    let Old { numbers: old, .. } = old_desk(home.path(), &clock);
    let (locked, db) = store(home.path());
    let key = db.key();
    let expired = Expired {
        before: "2030-01-01".parse().unwrap(),
        quiet_since_ms: clock.now_ms() - 3 * 365 * DAY_MS,
        now_ms: clock.now_ms(),
    };
    let found = db.read::<_, Error>(|r| r.erasable(expired)).unwrap();
    assert_eq!(found.matters, old);
    let open = json!({ "numbers": found.matters, "advice": ADVICE, "why": "期满" }).to_string().into_bytes();
    let told = Draft { kind: Kind::erased(), open, personal: b"{}".to_vec() };
    db.write::<_, Error>(|tx| tx.erase(told, CLERK_ID, clock.now(), &found)).unwrap();
    // Here the power goes.
    assert!(unscrubbed(&db));
    drop(db);
    let db = Db::open(&locked.folder(), &key).unwrap();
    assert!(!unscrubbed(&db));
    drop(db);
    assert_eq!(still_there(&pages(home.path())), Vec::<String>::new());
}
