//! Attachments on their way to the district: exactly the same bytes arrive, whatever the line does to the pieces.

use std::collections::BTreeMap;
use std::sync::Mutex;

use intake_model::{AttachmentKind, Code};
use intake_store::{Blobs, LineSettings};
use intake_sync::{Patience, Phase, exchange_with, exchange_with_files};
use intake_wire::{
    AttachmentAdded, AttachmentContent, AttachmentRemoved, Became, BlobKey, BootId, Draft, Hash, Kind, Moment, Piece,
    PieceAnswer, SignedRequest, limits, sha256,
};

use crate::front::{Answer, Fault as Inside, Front, Shows};
use crate::proxy::Fault;
use crate::world::World;

const PIECE: &str = "/v1/piece";
const NUMBER: &str = "120110005-20261124-01A-0001-";

/// Bytes that no compression makes shorter, and the same each time for one `which`.
fn content(which: u32, length: usize) -> Vec<u8> {
    let blocks = (0_u32..).flat_map(|at| sha256(&[&which.to_be_bytes(), &at.to_be_bytes()]).0);
    blocks.take(length).collect()
}

fn number() -> String {
    let checks = ('0'..='9').chain('A'..='Z').map(|check| format!("{NUMBER}{check}"));
    checks.into_iter().find(|number| number.parse::<intake_model::RegistrationNumber>().is_ok()).unwrap()
}

fn moment() -> Moment {
    Moment { at_ms: 1_795_500_000_000, boot: BootId([0; 16]), mono_ms: 1 }
}

fn draft(kind: Kind, open: &impl serde::Serialize, personal: &impl serde::Serialize) -> Draft {
    Draft { kind, open: serde_json::to_vec(open).unwrap(), personal: serde_json::to_vec(personal).unwrap() }
}

impl World {
    pub(crate) fn blobs(&self) -> Blobs {
        Blobs::of(self.db().folder())
    }

    /// A file of the desk's, its bytes on the disk and its entry behind them.
    pub(crate) fn attaches(&self, which: u32, length: usize) -> Hash {
        let (content, key) = (content(which, length), BlobKey::generate().unwrap());
        let (blob, bytes) = (sha256(&[b"name", &content]), length as u64);
        self.blobs().put(blob, &key, b"small", &content).unwrap();
        let open = AttachmentAdded { number: number(), blob, bytes, kind: AttachmentKind::Pdf, pages: 1 };
        let told = AttachmentContent { name: format!("{which}.pdf"), key: key.text() };
        let entry = draft(Kind::attachment_added(), &open, &told);
        let work = |tx: &intake_store::Writer<'_>| {
            let seq = tx.append(entry, 1, moment())?;
            tx.set_attachment(&number(), blob, seq)
        };
        self.db().write(work).unwrap();
        blob
    }

    fn takes_off(&self, blob: Hash) {
        let open = AttachmentRemoved { number: number(), blob };
        let entry = draft(Kind::attachment_removed(), &open, &serde_json::json!({ "reason": "放错了登记" }));
        let work = |tx: &intake_store::Writer<'_>| {
            let seq = tx.append(entry, 1, moment())?;
            tx.set_attachment_removed(&number(), blob, seq)
        };
        self.db().write(work).unwrap();
    }

    /// What lies in the desk's file.
    pub(crate) fn here(&self, blob: Hash) -> Vec<u8> {
        let mut sealed = self.blobs().sealed(blob).unwrap().unwrap();
        sealed.piece(0, usize::MAX >> 1).unwrap()
    }

    /// What the district holds whole, by name.
    async fn there(&self) -> BTreeMap<Hash, Vec<u8>> {
        let sql = "SELECT p.blob, p.bytes FROM blob_pieces p JOIN blobs USING (centre, desk, blob)
                   WHERE whole ORDER BY p.blob, p.at";
        let mut there: BTreeMap<Hash, Vec<u8>> = BTreeMap::new();
        for row in self.rows(sql).await {
            let name = Hash(row.get::<_, &[u8]>(0).try_into().unwrap());
            there.entry(name).or_default().extend(row.get::<_, &[u8]>(1));
        }
        there
    }

    async fn has_them(&self, blobs: &[Hash], about: &str) {
        let there = self.there().await;
        assert_eq!(there.len(), blobs.len(), "{about}");
        for blob in blobs {
            assert!(sha256(&[&there[blob]]) == sha256(&[&self.here(*blob)]), "{about}: other bytes");
        }
    }

    /// A piece as this desk signs it.
    fn signed(&self, piece: &Piece) -> Vec<u8> {
        let (admission, key) = self
            .db()
            .read::<_, intake_store::Error>(|r| Ok((r.line().admission()?.unwrap(), r.line().signing_key()?)))
            .unwrap();
        SignedRequest::sealed(PIECE, piece, admission.answer.certificate, &key).unwrap()
    }
}

async fn ask(front: &Front, world: &World, piece: &Piece) -> PieceAnswer {
    let (status, answer) = front.ask(PIECE, world.signed(piece)).await;
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));
    intake_wire::decode(&answer).unwrap()
}

fn piece_of(blob: Hash, bytes: &[u8], at: usize, end: usize) -> Piece {
    let (length, sha256) = (bytes.len() as u64, sha256(&[bytes]));
    Piece { blob, length, sha256, at: at as u64, bytes: bytes[at..end].to_vec() }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_any_length_are_at_the_district_byte_for_byte_and_the_small_ones_go_first() {
    let world = World::new().await;
    let lengths = [3_000_000, 1, 70_000, 65_536 - 9, 262_144, 0];
    let blobs: Vec<Hash> = (0..).zip(lengths).map(|(which, length)| world.attaches(which, length)).collect();
    let outlook = intake_sync::outlook(world.db()).unwrap();
    assert_eq!((outlook.files, outlook.file_bytes), (6, lengths.iter().map(|one| *one as u64).sum()));
    assert!(!outlook.held_back && outlook.bytes > 3_000_000);
    let seen = Mutex::new(Vec::new());
    let progress = |step: intake_sync::Progress| seen.lock().unwrap().push(step);
    let outcome = exchange_with(world.db(), Patience::default(), progress, || 42).await.unwrap();
    assert!(outcome.in_step && outcome.entries_in_step, "{outcome:?}");
    assert_eq!((outcome.files_sent, outcome.files_missing, outcome.sent), (6, 0, 6));
    world.has_them(&blobs, "all").await;
    let order = "SELECT blob FROM blobs ORDER BY length";
    assert_eq!(world.rows(order).await.len(), 6);
    let seen = seen.into_inner().unwrap();
    let files: Vec<_> = seen.iter().filter(|step| step.phase == Phase::Files).collect();
    assert!(files.iter().all(|step| step.files == 6 && step.done <= step.total), "{files:?}");
    assert!(files.is_sorted_by_key(|step| (step.file, step.done)), "{files:?}");
    assert!(!seen.iter().skip_while(|step| step.phase != Phase::Files).any(|step| step.phase == Phase::Sending));
    let outlook = intake_sync::outlook(world.db()).unwrap();
    assert!(outlook.in_step && outlook.files == 0, "{outlook:?}");
    world.line.taken();
    let again = world.exchange().await.unwrap();
    assert!(again.in_step && again.files_sent == 0);
    assert!(world.line.taken().0 < 6_000, "only heads and one question went up");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_piece_cut_anywhere_on_its_way_up_costs_that_piece_and_nothing_else() {
    let world = World::busy().await;
    let front = world.front(Shows::Good);
    let (mut blobs, mut cut) = (Vec::new(), 0);
    loop {
        let about = format!("cut after {cut} bytes up");
        blobs.push(world.attaches(u32::try_from(cut).unwrap(), 700));
        front.next(PIECE, Inside::CutUp(cut));
        assert_eq!(world.exchange().await.unwrap_err().code(), Code::DistrictUnreachable, "{about}");
        assert_eq!(world.there().await.len(), blobs.len() - 1, "{about}");
        world.comes_into_step(i64::try_from(blobs.len()).unwrap(), &about).await;
        world.has_them(&blobs, &about).await;
        if cut >= front.lengths().0 {
            break;
        }
        cut += 41;
    }
    assert!(cut > 700, "a piece of {cut} bytes is none");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_a_piece_cut_anywhere_makes_nothing_twice() {
    let world = World::busy().await;
    let front = world.front(Shows::Good);
    let mut blobs = Vec::new();
    for path in [PIECE, "/v1/blobs"] {
        for cut in 0..5 {
            let about = format!("{path} cut after {cut} bytes down");
            blobs.push(world.attaches(u32::try_from(blobs.len()).unwrap(), 100_000));
            front.next(path, Inside::CutDown(cut));
            assert_eq!(world.exchange().await.unwrap_err().code(), Code::DistrictUnreachable, "{about}");
            assert!(front.all_met(), "{about}");
            world.comes_into_step(i64::try_from(blobs.len()).unwrap(), &about).await;
            world.has_them(&blobs, &about).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pieces_that_come_again_late_all_at_once_or_changed_end_with_the_same_bytes() {
    let world = World::busy().await;
    let front = world.front(Shows::Good);
    let mut blobs = Vec::new();
    let faults = [Inside::Repeats(3), Inside::AtOnce(5), Inside::Drips, Inside::HoldsBack];
    for (fault, which) in faults.into_iter().zip(0..) {
        blobs.push(world.attaches(which, 400_000));
        front.next(PIECE, fault.clone());
        let ended = world.exchange().await;
        assert!(fault == Inside::HoldsBack || ended.unwrap().in_step, "{fault:?}");
        world.comes_into_step(i64::from(which) + 1, &format!("{fault:?}")).await;
        front.let_go().await;
        world.has_them(&blobs, &format!("{fault:?}")).await;
    }
    for at in (0..1_000).step_by(83) {
        let which = u32::try_from(blobs.len()).unwrap();
        blobs.push(world.attaches(which, 500));
        front.next(PIECE, Inside::ChangesUp(at));
        let ended = world.exchange().await;
        // What CBOR leaves unused may change without changing what was said.
        assert!(
            ended.as_ref().map_or_else(|error| error.code() == Code::DistrictRefused, |ended| ended.in_step),
            "{at}: {ended:?}"
        );
        world.comes_into_step(i64::from(which) + 1, &format!("byte {at} changed")).await;
        world.has_them(&blobs, &format!("byte {at} changed")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_on_from_where_it_was_cut_and_what_is_registered_meanwhile_goes_first() {
    let world = World::new().await;
    let blob = world.attaches(1, 2_000_000);
    world.line.set(Fault::CutUp(900_000));
    world.exchange().await.unwrap_err();
    let held = world.count("SELECT held FROM blobs").await;
    assert!((300_000..1_000_000).contains(&held), "{held} bytes are there");
    world.line.set(Fault::None);
    world.line.taken();
    let seen = Mutex::new(Vec::new());
    let progress = |step: intake_sync::Progress| {
        let mut seen = seen.lock().unwrap();
        if step.phase == Phase::Files && seen.last() != Some(&Phase::Files) && seen.len() < 20 {
            world.writes_a_word();
        }
        seen.push(step.phase);
    };
    let patience = Patience { retries: 0, ..Patience::default() };
    let outcome = exchange_with(world.db(), patience, progress, || 42).await.unwrap();
    assert!(outcome.in_step, "{outcome:?}");
    assert!(
        world.line.taken().0 < 2_100_000 - u64::try_from(held).unwrap() + 60_000,
        "what was there did not go again"
    );
    let seen = seen.into_inner().unwrap();
    let after = seen.iter().skip_while(|phase| **phase != Phase::Files);
    assert!(after.clone().any(|phase| *phase == Phase::Sending), "entries went between pieces: {seen:?}");
    assert_eq!(seen.iter().rfind(|phase| **phase != Phase::Comparing), Some(&Phase::Files));
    world.has_them(&[blob], "in the end").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_stored_that_no_entry_of_the_desk_names_or_that_is_over_a_limit() {
    let world = World::new().await;
    let front = world.front(Shows::Good);
    let nobodys = content(9, 50);
    let answer = ask(&front, &world, &piece_of(Hash([3; 32]), &nobodys, 0, 50)).await;
    assert_eq!(answer, PieceAnswer { held: 0, became: Became::Unasked });
    let (blob, other) = (world.attaches(1, 1000), world.attaches(2, 10));
    world.takes_off(other);
    let held_back = Inside::Answers(Answer::of(503, true, b""));
    front.next("/v1/blobs", held_back);
    world.exchange().await.unwrap_err();
    let answer = ask(&front, &world, &piece_of(other, &world.here(other), 0, 10)).await;
    assert_eq!(answer.became, Became::Unasked, "it was taken off");
    // Another desk's name beside this desk's entry.
    let sql = "UPDATE attachments SET desk = 2";
    world.rows(sql).await;
    let bytes = world.here(blob);
    assert_eq!(ask(&front, &world, &piece_of(blob, &bytes, 0, 10)).await.became, Became::Unasked);
    world.rows("UPDATE attachments SET desk = 1").await;
    let refused = [
        Piece { bytes: vec![0; limits::PIECE_BYTES + 1], length: 1 << 20, ..piece_of(blob, &bytes, 0, 1) },
        Piece { bytes: Vec::new(), ..piece_of(blob, &bytes, 0, 1) },
        Piece { length: 5, ..piece_of(blob, &bytes, 0, 10) },
        Piece { at: u64::MAX, ..piece_of(blob, &bytes, 0, 10) },
        Piece { length: 3 << 20, ..piece_of(blob, &bytes, 0, 10) },
    ];
    for piece in refused {
        let (status, _) = front.ask(PIECE, world.signed(&piece)).await;
        assert_eq!(status, 400, "{} of {}", piece.bytes.len(), piece.length);
    }
    assert_eq!(world.count("SELECT count(*) FROM blobs").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_blob_of_the_wrong_bytes_is_dropped_and_begun_anew() {
    let world = World::new().await;
    let front = world.front(Shows::Good);
    let blob = world.attaches(1, 3000);
    front.next("/v1/blobs", Inside::Answers(Answer::of(503, true, b"")));
    world.exchange().await.unwrap_err();
    let bytes = world.here(blob);
    let (first, mut last) = (piece_of(blob, &bytes, 0, 1000), piece_of(blob, &bytes, 1000, bytes.len()));
    assert_eq!(ask(&front, &world, &first).await, PieceAnswer { held: 1000, became: Became::Stored });
    let early = PieceAnswer { held: 1000, became: Became::Elsewhere };
    assert_eq!(ask(&front, &world, &first).await, early);
    assert_eq!(ask(&front, &world, &piece_of(blob, &bytes, 2000, bytes.len())).await, early);
    last.bytes[7] ^= 1;
    assert_eq!(ask(&front, &world, &last).await, PieceAnswer { held: 0, became: Became::Wrong });
    assert_eq!(world.count("SELECT count(*) FROM blob_pieces").await, 0);
    // A piece of other bytes under this name takes the place of what came before, as long as nothing is whole.
    assert_eq!(ask(&front, &world, &piece_of(blob, &content(5, 2000), 0, 900)).await.held, 900);
    let outcome = world.exchange().await.unwrap();
    assert!(outcome.in_step, "{outcome:?}");
    world.has_them(&[blob], "after all").await;
    assert_eq!(ask(&front, &world, &piece_of(blob, &content(5, 2000), 0, 900)).await.became, Became::Whole);
    world.has_them(&[blob], "and it stays").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_district_is_given_the_files_again_by_itself() {
    let world = World::new().await;
    let first = world.attaches(1, 90_000);
    world.exchange().await.unwrap();
    let dump = world.district.postgres().dump().unwrap();
    let second = world.attaches(2, 80_000);
    world.takes_off(first);
    let third = world.attaches(3, 10);
    assert!(world.exchange().await.unwrap().in_step);
    world.restored(&dump);
    let outcome = world.exchange().await.unwrap();
    assert!(outcome.in_step, "{outcome:?}");
    assert_eq!(outcome.files_sent, 2);
    world.has_them(&[first, second, third], "what was taken off had been in the dump").await;
    // Only the bytes are gone.
    world.rows("TRUNCATE blobs, blob_pieces").await;
    world.rows("UPDATE attachments SET there = false").await;
    assert!(world.exchange().await.unwrap().in_step);
    world.has_them(&[second, third], "what stands").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_metered_line_files_wait_until_somebody_asks_and_nobody_says_that_all_is_equal() {
    let world = World::new().await;
    world.db().write(|tx| tx.set_line_settings(LineSettings { by_itself: true, metered: true })).unwrap();
    let blob = world.attaches(1, 50_000);
    let outlook = intake_sync::outlook(world.db()).unwrap();
    assert!(outlook.held_back && outlook.bytes < 50_000, "{outlook:?}");
    let outcome = world.exchange().await.unwrap();
    assert!(outcome.entries_in_step && !outcome.in_step, "{outcome:?}");
    assert_eq!((outcome.files_missing, world.there().await.len()), (1, 0));
    assert!(!intake_sync::outlook(world.db()).unwrap().in_step);
    let outcome = exchange_with_files(world.db(), Patience::default(), |_| {}, || 42).await.unwrap();
    assert!(outcome.in_step && outcome.files_sent == 1, "{outcome:?}");
    world.has_them(&[blob], "asked for").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_desk_lost_or_an_earlier_district_does_not_take_is_missing_and_holds_nothing_up() {
    let world = World::new().await;
    let front = world.front(Shows::Good);
    let (lost, kept) = (world.attaches(1, 500), world.attaches(2, 600));
    front.next("/v1/blobs", Inside::Answers(Answer::of(404, true, b"")));
    let outcome = world.exchange().await.unwrap();
    assert!(outcome.entries_in_step && !outcome.in_step && outcome.files_missing == 2, "{outcome:?}");
    world.blobs().sweep(|blob| blob != lost).unwrap();
    let outcome = world.exchange().await.unwrap();
    assert!(outcome.entries_in_step && !outcome.in_step, "{outcome:?}");
    assert_eq!((outcome.files_sent, outcome.files_missing), (1, 1));
    world.has_them(&[kept], "the other one").await;
}
