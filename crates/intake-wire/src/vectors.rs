//! Test vectors for whoever writes another end of the line: `tests/fixtures/protocol/vectors.json`, made by this crate from
//! fixed keys and salts, and read by a second implementation that knows the document and nothing of this code (`read.py`).
//!
//! `PROTOCOL_VECTORS=write` writes the file anew. A change of it is a change of the protocol.

#![allow(clippy::format_collect, clippy::string_slice, clippy::too_many_lines)]

use std::path::PathBuf;
use std::process::Command;

use minicbor::bytes::ByteVec;
use serde_json::{Value, json};

use crate::{
    Became, BlobAnswer, BlobRequest, BlobsAnswer, BlobsRequest, Block, BootId, DeskCertificate, DownRequest,
    EnrolAnswer, EnrolRequest, EnrolmentCode, Entry, Frames, Hash, Head, Heads, HeadsAnswer, JournalId, JournalState,
    Kind, MissingBlob, Moment, OwnPage, OwnRequest, PageAnswer, PageWriter, Part, Piece, PieceAnswer, SignedRequest,
    SigningKey, StickAnswer, StickPages, StickRecipient, Verdict, VerdictKind, decode, encode, frame_piece, sha256,
};

const CENTRE: &str = "120110005";
const JOURNAL: JournalId = JournalId([0x11; 16]);
const DISTRICT_JOURNAL: JournalId = JournalId([0x22; 16]);
const CA_DER: &[u8] = b"stands for the DER of a CA certificate";

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/protocol")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().unwrap();
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn cbor<T: minicbor::Encode<()>>(what: &T) -> String {
    hex(&encode(what).unwrap())
}

fn part(salt: u8, content: &str) -> Part {
    Part::Kept { salt: [salt; 16], bytes: content.as_bytes().to_vec() }
}

/// A registration, a correction by another clerk on another start of the machine, and a husk.
fn entries() -> Vec<Entry> {
    let moment = |at_ms, boot, mono_ms| Moment { at_ms, boot: BootId([boot; 16]), mono_ms };
    let number = "120110005-20261124-01A-0001";
    let registered = Entry {
        seq: 1,
        kind: Kind::registered(),
        clerk: 2,
        moment: moment(1_795_482_300_000, 0x33, 61_000),
        open: part(1, &format!(r#"{{"number":"{number}","headcount":1,"party":"person","owes_written_notice":true}}"#)),
        personal: part(2, r#"{"query_code":"4821-7730","visit":{"说明":"示例，不是完整的登记","name":"𬱖某"}}"#),
    };
    let corrected = Entry {
        seq: 2,
        kind: Kind::corrected(),
        clerk: 1,
        moment: moment(1_795_482_360_000, 0x34, 5),
        open: part(3, &format!(r#"{{"number":"{number}","version":2,"corrects":1}}"#)),
        personal: part(4, "{}"),
    };
    let gone = part(6, r#"{"reason":"误登记"}"#).digest();
    let voided = Entry {
        seq: 3,
        kind: Kind::voided(),
        clerk: 0,
        moment: moment(-1, 0x34, 1 << 40),
        open: part(5, &format!(r#"{{"number":"{number}"}}"#)),
        personal: Part::Erased { digest: gone },
    };
    vec![registered, corrected, voided]
}

fn told(part: &Part) -> Value {
    match part {
        Part::Kept { salt, bytes } => {
            json!({ "salt": hex(salt), "content": String::from_utf8(bytes.clone()).unwrap() })
        }
        Part::Erased { digest } => json!({ "erased": digest }),
    }
}

fn request<T: minicbor::Encode<()>>(path: &str, what: &T, certificate: &DeskCertificate, desk: &SigningKey) -> Value {
    let signed = SignedRequest::sealed(path, what, certificate.clone(), desk).unwrap();
    json!({ "path": path, "body": cbor(what), "cbor": hex(&signed) })
}

fn vectors() -> Value {
    let (district, desk) = (SigningKey::from_seed([0x41; 32]), SigningKey::from_seed([0x42; 32]));
    let certificate = DeskCertificate::issue(&district, CENTRE.into(), 1, desk.public(), 1_795_480_000_000).unwrap();
    let mut head = Head::EMPTY;
    let mut heads = vec![head];
    let entries = entries();
    let listed: Vec<Value> = entries
        .iter()
        .map(|entry| {
            head = entry.follow(JOURNAL, head).unwrap();
            heads.push(head);
            json!({
                "seq": entry.seq, "kind": entry.kind.as_str(), "clerk": entry.clerk, "at_ms": entry.moment.at_ms,
                "boot": hex(&entry.moment.boot.0), "mono_ms": entry.moment.mono_ms, "open": told(&entry.open),
                "personal": told(&entry.personal), "cbor": cbor(entry), "hash": head.hash,
            })
        })
        .collect();
    let sign = |certificate, from: usize, to: usize| {
        Block::sign(certificate, JOURNAL, "A".into(), heads[from], entries[from..to].to_vec(), &desk).unwrap().0
    };
    let blocks = [sign(Some(certificate.clone()), 0, 2), sign(Some(certificate.clone()), 2, 3)];
    let mut writer = PageWriter::new().unwrap();
    let mut page: Vec<u8> = blocks.iter().flat_map(|block| writer.block(block).unwrap()).collect();
    page.extend(writer.finish().unwrap());

    let code = EnrolmentCode::of([1, 2, 3, 4, 5], CA_DER);
    let secret = code.secret();
    let enrol = EnrolRequest::new(secret.clone(), CENTRE.into(), 1, JOURNAL, &desk).unwrap();
    let enrolled = EnrolAnswer {
        certificate: certificate.clone(),
        district_key: district.public(),
        district_name: "东丽区".into(),
        recovery_recipient: "age1recovery".into(),
        journal: DISTRICT_JOURNAL,
        sealed_recipient: Some("age1sealed".into()),
        stick_recipient: None,
    };
    let asked = Heads {
        journals: vec![(JOURNAL, "A".into(), head)],
        district: Head::EMPTY,
        district_journal: Some(DISTRICT_JOURNAL),
    };
    let verdicts = vec![
        Verdict { seq: 1, verdict: VerdictKind::Superseded { by: 2 } },
        Verdict { seq: 2, verdict: VerdictKind::SetAside { code: "number_unknown".into() } },
        Verdict { seq: 3, verdict: VerdictKind::Waiting { for_seq: 2 } },
    ];
    let state = JournalState {
        journal: JOURNAL,
        head,
        verdicts: verdicts.clone(),
        forked: false,
        mark: Some("A".into()),
        archived: Some(1),
        files_archived: Some(1),
    };
    let stands = HeadsAnswer {
        journals: vec![state],
        district: (DISTRICT_JOURNAL, Head::EMPTY),
        now_ms: 1_795_482_400_000,
        stick: Some(StickRecipient::sealed("age1stick".into(), &district)),
        page_entries: Some(2048),
    };
    let mut taken = verdicts;
    taken.extend(
        [(4, VerdictKind::Stored), (5, VerdictKind::AlreadyHad)].map(|(seq, verdict)| Verdict { seq, verdict }),
    );
    let taken = PageAnswer { head, verdicts: taken, forked: true };
    let stick =
        StickPages { heads: asked.clone(), pages: vec![ByteVec::from(page.clone())], answer_to: "age1desk".into() };
    let down = DownRequest { after: 7, of: Some((DISTRICT_JOURNAL, Hash([0x55; 32]))) };
    let own = OwnRequest { journal: JOURNAL, after: 2 };
    let (blob, whole) = (Hash([0x66; 32]), b"stands for encrypted bytes");
    let blobs = BlobsRequest { after: (0, Hash::ZERO) };
    let missing = BlobsAnswer { missing: vec![MissingBlob { blob, bytes: 1_000, held: 4 }], more: false };
    let back = StickAnswer {
        certificate: certificate.clone(),
        pages: vec![(JOURNAL, taken.clone())],
        heads: stands.clone(),
        down: Vec::new(),
        missing: Some(missing.missing.clone()),
        own: Some(vec![OwnPage { journal: JOURNAL, after: 2, page: ByteVec::from(page.clone()) }]),
    };
    let piece = Piece { blob, length: 26, sha256: sha256(&[whole]), at: 4, bytes: whole[4..].to_vec() };
    let lost = BlobRequest { blob, at: 4, most: 100 };
    let given = BlobAnswer { piece: Some(piece.clone()) };
    let piece_taken = PieceAnswer { held: 26, became: Became::Whole };
    json!({
        "about": "docs/protocol.md; byte strings are hexadecimal. Made by crates/intake-wire, read by read.py.",
        "keys": {
            "district_seed": hex(&district.seed()), "district": hex(&district.public().0),
            "desk_seed": hex(&desk.seed()), "desk": hex(&desk.public().0),
            "certificate": cbor(&certificate),
        },
        "code": {
            "ca_der": hex(CA_DER), "secret_bytes": "0102030405", "secret": secret, "code": code.to_string(),
        },
        "journal": hex(&JOURNAL.0),
        "entries": listed,
        "page": { "blocks": blocks.iter().map(cbor).collect::<Vec<_>>(), "zstd": hex(&page) },
        "requests": [
            { "path": "/v1/enrol", "cbor": cbor(&enrol) },
            request("/v1/heads", &asked, &certificate, &desk),
            request("/v1/down", &down, &certificate, &desk),
            request("/v1/own", &own, &certificate, &desk),
            request("stick", &stick, &certificate, &desk),
            request("/v1/blobs", &blobs, &certificate, &desk),
            request("/v1/piece", &piece, &certificate, &desk),
            request("/v1/blob", &lost, &certificate, &desk),
        ],
        "stick_file": hex(&frame_piece(&piece, certificate.clone(), &desk).unwrap()),
        "answers": {
            "enrol": cbor(&enrolled), "heads": cbor(&stands), "page": cbor(&taken),
            "stick": hex(&back.sealed(&district).unwrap()), "blobs": cbor(&missing), "piece": cbor(&piece_taken),
            "blob": cbor(&given),
        },
        "refused": refused(&blocks[0], &desk),
    })
}

/// Blocks that a reader must not take, each with the rule it breaks.
fn refused(block: &Block, desk: &SigningKey) -> Value {
    let change = |what: &dyn Fn(&mut Block)| {
        let mut changed = block.clone();
        what(&mut changed);
        cbor(&changed)
    };
    let gap = || {
        let mut entries = block.entries.clone();
        entries[1].seq = 3;
        cbor(&Block { entries, ..block.clone() })
    };
    let none = Block { entries: Vec::new(), ..block.clone() };
    let other = Block { signature: SigningKey::from_seed([0x43; 32]).sign("block 1", b""), ..block.clone() };
    let purpose = Block { signature: desk.sign("request 1 /v1/pages", b""), ..block.clone() };
    json!([
        { "why": "a content was changed", "cbor": change(&|block| block.entries[0].open = part(1, "{}")) },
        { "why": "a salt was changed", "cbor": change(&|block| block.entries[1].personal = part(9, "{}")) },
        { "why": "a time was changed", "cbor": change(&|block| block.entries[0].moment.at_ms += 1) },
        { "why": "the mark was changed", "cbor": change(&|block| block.mark = "B".into()) },
        { "why": "another journal", "cbor": change(&|block| block.journal = DISTRICT_JOURNAL) },
        { "why": "another predecessor", "cbor": change(&|block| block.previous = Hash([1; 32])) },
        { "why": "an entry is missing", "cbor": gap() },
        { "why": "no entries", "cbor": cbor(&none) },
        { "why": "another key", "cbor": cbor(&other) },
        { "why": "another purpose", "cbor": cbor(&purpose) },
    ])
}

#[test]
fn the_vectors_are_what_this_version_writes_and_each_reads_back() {
    let file = folder().join("vectors.json");
    let now = vectors();
    if std::env::var_os("PROTOCOL_VECTORS").is_some_and(|what| what == "write") {
        std::fs::write(&file, format!("{}\n", serde_json::to_string_pretty(&now).unwrap())).unwrap();
    }
    let mut kept: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let page = kept["page"]["zstd"].take();
    let mut now = now;
    now["page"]["zstd"].take();
    assert_eq!(kept, now);
    // Another version of zstd may write it otherwise; all of them read it.
    let blocks = Frames::read_page(&bytes(&page)).unwrap();
    assert_eq!(json!(blocks.iter().map(cbor).collect::<Vec<_>>()), kept["page"]["blocks"]);
    let desk = SigningKey::from_seed([0x42; 32]).public();
    assert!(blocks.iter().all(|block| block.verify(&desk).is_ok()));
    for one in kept["refused"].as_array().unwrap() {
        let block: Block = decode(&bytes(&one["cbor"])).unwrap();
        assert!(block.verify(&desk).is_err(), "{}", one["why"]);
    }
}

#[test]
fn another_implementation_that_knows_only_the_document_reads_the_vectors() {
    let done = Command::new("python3").arg(folder().join("read.py")).output().expect("python3, for a second reader");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(said.contains("3 entries") && said.contains("10 refused"), "{said}");
}
