//! Pages that nobody should send: each is refused with its code, told once in the log, and leaves nothing behind.

use std::fs;

use intake_model::Code;
use intake_wire::{
    Block, BootId, DeskCertificate, DownRequest, EnrolAnswer, EnrolRequest, EnrolmentCode, Entry, Frames, Head, Heads,
    JournalId, Kind, Moment, OwnRequest, Part, SignedRequest, SigningKey, VerdictKind, decode, encode, limits,
};
use testkit::PrivatePostgres;
use testkit::district::CENTRE;

use crate::program::{Running, program, told};
use crate::world::{Desk, aside, client, kinds};

/// The program itself, so that its log can be read.
struct Server {
    running: Running,
    address: String,
    http: reqwest::Client,
    database: tokio_postgres::Client,
    /// What the district's refusals name themselves by.
    references: Vec<String>,
    _postgres: PrivatePostgres,
    folder: tempfile::TempDir,
}

type Refusal = (u16, Code);
const UNREADABLE: Refusal = (400, Code::RequestUnreadable);
const REFUSED: Refusal = (401, Code::DistrictRefused);
const REVOKED: Refusal = (403, Code::DeskRevoked);

impl Server {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let postgres = PrivatePostgres::start(&folder.path().join("postgres")).unwrap();
        let mut running = Running::start(folder.path(), &postgres.url());
        let address = running.address();
        let http = client(&fs::read(folder.path().join("keys/ca.der")).unwrap());
        let database = testkit::postgres::connect(&postgres.url()).await.unwrap();
        Self { running, address, http, database, references: Vec::new(), _postgres: postgres, folder }
    }

    async fn desk(&self, number: u8) -> Desk {
        let mut command = program(self.folder.path());
        command.args(["enrol", "--centre", CENTRE, "--desk", &number.to_string()]);
        let code: EnrolmentCode = told(command).trim().parse().unwrap();
        let key = SigningKey::generate().unwrap();
        let request = EnrolRequest::new(code.secret(), CENTRE.into(), number, JournalId([number; 16]), &key).unwrap();
        let answer = self.http.post(format!("{}/v1/enrol", self.address)).body(encode(&request).unwrap());
        let answer: EnrolAnswer = decode(&answer.send().await.unwrap().bytes().await.unwrap()).unwrap();
        Desk::new(number, key, answer.certificate)
    }

    async fn post(&mut self, path: &str, body: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        let answer = self.http.post(format!("{}{path}", self.address)).body(body).send().await.unwrap();
        let status = answer.status();
        let bytes = answer.bytes().await.unwrap().to_vec();
        if status.is_success() {
            return Ok(bytes);
        }
        let said: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        self.references.push(said["ref"].as_str().unwrap().to_owned());
        Err((status.as_u16(), serde_json::from_value(said["code"].clone()).unwrap()))
    }

    /// What desks said, whatever became of it.
    async fn stored(&self) -> (i64, i64) {
        let sql = "SELECT (SELECT count(*) FROM entries), (SELECT count(*) FROM forks)";
        let row = self.database.query_one(sql, &[]).await.unwrap();
        (row.get(0), row.get(1))
    }

    async fn refuses(&mut self, page: Vec<u8>, with: Refusal, about: &str) {
        let before = self.stored().await;
        assert_eq!(self.post("/v1/pages", page).await.unwrap_err(), with, "{about}");
        assert_eq!(self.stored().await, before, "{about}");
    }

    /// Every refusal stands in the log once, and the server ends as it should.
    fn told_each_once(self) {
        self.running.ask_to_stop();
        let (ended, log) = self.running.ended();
        assert!(ended.success());
        assert!(!self.references.is_empty());
        for reference in self.references {
            let lines = log.lines().filter(|line| line.contains(&format!("\"reference\":\"{reference}\"")));
            assert_eq!(lines.count(), 1, "{reference}");
        }
    }
}

/// A page of frames, whatever is in them.
fn pressed(frames: &[u8]) -> Vec<u8> {
    zstd::encode_all(frames, 3).unwrap()
}

fn framed(blocks: &[Block]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for block in blocks {
        let block = encode(block).unwrap();
        bytes.extend(u32::try_from(block.len()).unwrap().to_be_bytes());
        bytes.extend(block);
    }
    pressed(&bytes)
}

/// A signed block of one entry, made by hand.
fn block(desk: &Desk, mark: &str, before: Head, entry: Entry) -> Vec<u8> {
    let certificate = Some(desk.certificate.clone());
    framed(&[Block::sign(certificate, desk.journal, mark.into(), before, vec![entry], &desk.key).unwrap().0])
}

fn entry(seq: u64, kind: &str, moment: Moment, content: usize) -> Entry {
    let part = |size| Part::new(vec![b' '; size]).unwrap();
    Entry { seq, kind: Kind::from_word(kind.into()), clerk: u32::MAX, moment, open: part(0), personal: part(content) }
}

fn moment(at_ms: i64, mono_ms: u64) -> Moment {
    Moment { at_ms, boot: BootId([0xFF; 16]), mono_ms }
}

#[tokio::test]
async fn who_claims_to_be_another_desk_is_refused() {
    let mut server = Server::start().await;
    let (mut first, mut other) = (server.desk(1).await, server.desk(2).await);
    first.day();
    other.day();
    // A copy of the first one's folder, enrolled as desk 2: the same journal under another number.
    server.post("/v1/pages", first.page(0, 4).0).await.unwrap();
    let stored = server.stored().await;
    let journal = std::mem::replace(&mut other.journal, first.journal);
    let entries = std::mem::replace(&mut other.entries, first.entries.clone());
    let heads = std::mem::replace(&mut other.heads, first.heads.clone());
    server.refuses(other.whole(), REFUSED, "another desk's journal").await;
    (other.journal, other.entries, other.heads) = (journal, entries, heads);
    // The first one's certificate, and a key of one's own.
    let own = std::mem::replace(&mut other.certificate, first.certificate.clone());
    server.refuses(other.whole(), REFUSED, "another desk's certificate").await;
    // One's own certificate with the other's number on it.
    other.certificate = DeskCertificate { desk: 1, ..own.clone() };
    server.refuses(other.whole(), REFUSED, "a certificate that was changed").await;
    other.certificate = own;
    // Two machines that were both enrolled as desk 1: the second has taken the first one's place.
    let mut second = server.desk(1).await;
    second.journal = JournalId([9; 16]);
    second.day();
    server.refuses(first.whole(), REVOKED, "the first machine").await;
    assert_eq!(server.stored().await, stored);
    server.post("/v1/pages", other.whole()).await.unwrap();
    server.told_each_once();
}

#[tokio::test]
async fn a_page_of_a_lost_desk_is_refused_and_so_is_all_it_asks() {
    let mut server = Server::start().await;
    let mut desk = server.desk(1).await;
    desk.day();
    let mut lost = program(server.folder.path());
    lost.args(["lost", "--centre", CENTRE, "--desk", "1"]);
    told(lost);
    server.refuses(desk.whole(), REVOKED, "a page").await;
    let sealed = |path: &str| {
        let asked = Heads { journals: Vec::new(), district: Head::EMPTY, district_journal: None };
        SignedRequest::sealed(path, &asked, desk.certificate.clone(), &desk.key).unwrap()
    };
    assert_eq!(server.post("/v1/heads", sealed("/v1/heads")).await, Err(REVOKED));
    server.told_each_once();
}

#[tokio::test]
async fn a_page_with_one_changed_byte_is_refused_wherever_the_byte_is() {
    let mut server = Server::start().await;
    let mut desk = server.desk(1).await;
    desk.register(1, testkit::visits::property_fee());
    let (page, ends) = desk.page(0, limits::BLOCK_ENTRIES);
    let said = Frames::read_page(&page).unwrap();
    let mut passed = 0;
    for at in 0..page.len() {
        let mut changed = page.clone();
        changed[at] ^= 0x10;
        if Frames::read_page(&changed).is_ok_and(|blocks| blocks == said) {
            // A byte that zstd does not look at.
            passed += 1;
            continue;
        }
        let (status, code) = server.post("/v1/pages", changed).await.unwrap_err();
        assert!([UNREADABLE, REFUSED].contains(&(status, code)), "byte {at}: {status} {code:?}");
        // Behind the block it stands as it was signed, and only the page's end is broken.
        if at < ends[0] {
            assert_eq!(server.stored().await, (0, 0), "byte {at}");
        }
    }
    assert!(passed < 8, "{passed} bytes of {} mean nothing", page.len());
    server.post("/v1/pages", page).await.unwrap();
    assert_eq!(server.stored().await, (1, 0));
    server.told_each_once();
}

#[tokio::test]
async fn bombs_and_deep_nests_are_refused_or_set_aside_and_the_next_page_is_taken() {
    let mut server = Server::start().await;
    let mut desk = server.desk(1).await;
    server.refuses(pressed(&vec![0; 256 << 20]), UNREADABLE, "a quarter of a gigabyte of zeros").await;
    // Each frame is within the limit, all of them are not.
    let mut frame = u32::try_from(limits::BLOCK_BYTES).unwrap().to_be_bytes().to_vec();
    frame.resize(4 + limits::BLOCK_BYTES, 0x80);
    server.refuses(pressed(&frame), UNREADABLE, "a frame of nothing").await;
    // A window of 2^27 bytes: magic, descriptor, window, then a block of raw bytes that never comes.
    server.refuses(vec![0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x88, 0x01, 0x00, 0x00], UNREADABLE, "a large window").await;
    let nest = |bytes: usize| [vec![b'['; bytes / 2], vec![b']'; bytes / 2]].concat();
    server.refuses(pressed(&nest(10 << 20)), UNREADABLE, "10 MB of JSON for a page").await;
    let http = server.http.post(format!("{}/v1/heads", server.address)).body(nest(10 << 20)).send().await;
    assert!(http.is_err() || http.unwrap().status() == 413);
    // As deep CBOR as a request may be long, in the place of what is asked.
    let body = vec![0x81; 200 << 10];
    let signature = desk.key.sign("request 1 /v1/heads", &body);
    let request = SignedRequest { certificate: desk.certificate.clone(), body, signature };
    assert_eq!(server.post("/v1/heads", encode(&request).unwrap()).await, Err(UNREADABLE));
    // What an entry may hold is stored as it was said, and set aside.
    desk.say(Kind::registered(), nest(limits::ENTRY_BYTES - 2), "{}");
    desk.register(2, testkit::visits::property_fee());
    let answer = decode(&server.post("/v1/pages", desk.whole()).await.unwrap()).unwrap();
    assert_eq!(kinds(&answer), [aside("content_unreadable"), VerdictKind::Stored]);
    server.told_each_once();
}

#[tokio::test]
async fn every_field_is_taken_at_its_limit_and_refused_beyond_it() {
    let mut server = Server::start().await;
    let good = moment(1_795_500_000_000, 1);
    let long = "k".repeat(64);
    let most = i64::MAX.unsigned_abs();
    let cases = [
        ("a kind of 64 letters", "ABCD", entry(1, &long, good, 2), true),
        ("a kind of 65 letters", "ABCD", entry(1, &format!("{long}k"), good, 2), false),
        ("a kind without letters", "A", entry(1, "", good, 2), false),
        ("a kind in capitals", "A", entry(1, "Voided", good, 2), false),
        ("a mark of five letters", "ABCDE", entry(1, "voided", good, 2), false),
        ("a mark without letters", "", entry(1, "voided", good, 2), false),
        ("a mark with a digit", "A1", entry(1, "voided", good, 2), false),
        ("the first moment", "A", entry(1, "voided", moment(i64::MIN, 0), 2), true),
        ("the last moment", "A", entry(1, "registered", moment(i64::MAX, most), 2), true),
        ("a moment beyond", "A", entry(1, "voided", moment(0, most + 1), 2), false),
        ("as much as an entry may hold", "A", entry(1, "voided", good, limits::ENTRY_BYTES), true),
        ("a byte more", "A", entry(1, "voided", good, limits::ENTRY_BYTES + 1), false),
    ];
    for (number, (about, mark, entry, taken)) in (1..).zip(cases) {
        let desk = server.desk(number).await;
        let page = block(&desk, mark, Head::EMPTY, entry);
        if taken {
            let before = server.stored().await;
            server.post("/v1/pages", page).await.unwrap_or_else(|refusal| panic!("{about}: {refusal:?}"));
            assert_eq!(server.stored().await, (before.0 + 1, 0), "{about}");
        } else {
            server.refuses(page, UNREADABLE, about).await;
        }
    }
    server.told_each_once();
}

#[tokio::test]
async fn more_entries_than_allowed_and_places_beyond_all_numbers_are_refused() {
    let mut server = Server::start().await;
    let mut desk = server.desk(1).await;
    let mut says = |count| {
        for _ in 0..count {
            desk.say(Kind::from_word("voided".into()), "{}", "{}");
        }
        Frames::read_page(&desk.whole())
    };
    // A block of seventeen: signed by hand, since nobody's writer makes one.
    let blocks = says(2 * limits::BLOCK_ENTRIES).unwrap();
    assert!(says(limits::PAGE_ENTRIES + 1 - 2 * limits::BLOCK_ENTRIES).is_err(), "a page of one too many");
    let mut seventeen = blocks[0].clone();
    seventeen.entries.push(blocks[1].entries[0].clone());
    let signed = encode(&(desk.journal, "A", desk.heads[17])).unwrap();
    seventeen.signature = desk.key.sign("block 1", &signed);
    server.refuses(framed(&[seventeen]), UNREADABLE, "a block of seventeen").await;
    server.refuses(framed(&[Block { entries: Vec::new(), ..blocks[0].clone() }]), UNREADABLE, "a block of none").await;
    // The last places that there are, and the one after them.
    let far = |seq| Head { seq, hash: desk.heads[1].hash };
    for seq in [i64::MAX.unsigned_abs() + 1, u64::MAX] {
        let entry = entry(seq, "voided", moment(0, 0), 2);
        server.refuses(block(&desk, "A", far(seq - 1), entry), UNREADABLE, "a place beyond").await;
    }
    let (last, none) = (entry(u64::MAX, "voided", moment(0, 0), 2), entry(0, "voided", moment(0, 0), 2));
    let (mut over, _) = Block::sign(None, desk.journal, "A".into(), far(u64::MAX - 1), vec![last], &desk.key).unwrap();
    over.certificate = Some(desk.certificate.clone());
    over.entries.push(none);
    server.refuses(framed(&[over]), UNREADABLE, "a place after the last one").await;
    // One entry more than a page may hold: those before it are stored, as the protocol says, and it is not.
    let page = desk.whole();
    assert_eq!(server.post("/v1/pages", page).await, Err(UNREADABLE));
    assert_eq!(server.stored().await, (i64::try_from(limits::PAGE_ENTRIES).unwrap(), 0));
    let sealed = |path: &str, what: Vec<u8>| {
        let signature = desk.key.sign(&format!("request 1 {path}"), &what);
        encode(&SignedRequest { certificate: desk.certificate.clone(), body: what, signature }).unwrap()
    };
    let own = encode(&OwnRequest { journal: desk.journal, after: u64::MAX }).unwrap();
    let down = encode(&DownRequest { after: u64::MAX, of: None }).unwrap();
    let heads = encode(&Heads { journals: Vec::new(), district: far(u64::MAX), district_journal: None }).unwrap();
    for (path, body) in [("/v1/own", own), ("/v1/down", down), ("/v1/heads", heads)] {
        assert_eq!(server.post(path, sealed(path, body)).await, Err(UNREADABLE), "{path}");
    }
    server.told_each_once();
}
