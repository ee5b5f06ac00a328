//! The district as desks meet it: over TLS, with a real PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::missing_panics_doc)]

mod acts;
mod backups;
mod bounds;
mod browser;
mod cluster;
mod days;
mod delivered;
mod export;
mod files;
mod hostile;
mod looks;
mod openapi;
mod pages;
mod plain;
mod program;
mod reapply;
mod retire;
mod staff;
mod steps;
mod tables;
mod visitor;
mod world;

use intake_model::{Code, Visit};
use intake_wire::{
    DeskCertificate, EnrolAnswer, EnrolRequest, EnrolmentCode, Entry, Head, JournalId, Kind, SigningKey, VerdictKind,
    Voided, decode, encode, limits,
};
use testkit::district::CENTRE;

use crate::world::{Desk, aside, kinds, world};

#[tokio::test]
async fn a_code_admits_one_desk_once_and_the_same_desk_again_when_its_answer_was_lost() {
    let world = world();
    let key = SigningKey::generate().unwrap();
    let code: EnrolmentCode = world.district.enrolment_code(CENTRE, 1).unwrap().parse().unwrap();
    let ask = |key: &SigningKey| {
        encode(&EnrolRequest::new(code.secret(), CENTRE.into(), 1, JournalId([1; 16]), key).unwrap()).unwrap()
    };
    let first = world.post("/v1/enrol", ask(&key)).await.unwrap();
    assert_eq!(world.post("/v1/enrol", ask(&key)).await.unwrap(), first);
    let other = SigningKey::generate().unwrap();
    assert_eq!(world.post("/v1/enrol", ask(&other)).await, Err((403, Code::EnrolmentCodeRefused)));
    let answer: EnrolAnswer = decode(&first).unwrap();
    answer.certificate.verify(&answer.district_key).unwrap();
    assert!(answer.recovery_recipient.starts_with("age1"));
    // The district's journal opens with the admission, signed by the district.
    let desk = Desk::new(1, key, answer.certificate);
    let blocks = world.down(&desk, 0).await;
    blocks[0].verify(&answer.district_key).unwrap();
    assert_eq!((blocks[0].journal, &blocks[0].entries[0].kind), (answer.journal, &Kind::desk_admitted()));
    // A code that has run out admits nobody.
    let late: EnrolmentCode = world.district.enrolment_code(CENTRE, 2).unwrap().parse().unwrap();
    world.clock.pass_ms(EnrolmentCode::MINUTES * 60_000);
    let late = EnrolRequest::new(late.secret(), CENTRE.into(), 2, JournalId([2; 16]), &other).unwrap();
    assert_eq!(world.post("/v1/enrol", encode(&late).unwrap()).await, Err((403, Code::EnrolmentCodeRefused)));
}

#[tokio::test]
async fn five_identical_pages_at_once_store_each_entry_once() {
    let world = world();
    let mut desk = world.desk(1).await;
    desk.day();
    let page = desk.page(0, 3).0;
    let post = || world.pages(page.clone());
    let answers = tokio::join!(post(), post(), post(), post(), post());
    for answer in [answers.0, answers.1, answers.2, answers.3, answers.4] {
        let answer = answer.unwrap();
        assert_eq!((answer.head, answer.forked, answer.verdicts.len()), (desk.head(), false, 8));
    }
    assert_eq!(world.count("SELECT count(*) FROM entries"), 8);
    assert_eq!(world.count("SELECT count(*) FROM matters"), 8);
    assert_eq!(world.count("SELECT count(*) FROM forks"), 0);
    // The same again is "already had", in the same state.
    let again = world.pages(page.clone()).await.unwrap();
    assert!(kinds(&again).iter().all(|verdict| *verdict == VerdictKind::AlreadyHad));
    let heads = world.heads(&desk, Head::EMPTY).await.unwrap();
    assert_eq!((heads.journals[0].head, heads.journals[0].verdicts.len()), (desk.head(), 0));
    assert_eq!(world.count("SELECT count(*) FROM matters WHERE name = '𬱖小雨'"), 1);
}

#[tokio::test]
async fn a_page_that_is_cut_keeps_its_whole_blocks_and_the_rest_follows() {
    let world = world();
    let mut desk = world.desk(1).await;
    desk.day();
    let (page, ends) = desk.page(0, 2);
    let cut = page[..ends[1] + 5].to_vec();
    assert_eq!(world.pages(cut).await, Err((400, Code::RequestUnreadable)));
    let heads = world.heads(&desk, Head::EMPTY).await.unwrap();
    assert_eq!(heads.journals[0].head, desk.heads[4]);
    assert_eq!(world.count("SELECT count(*) FROM matters"), 4);
    // A page that leaves a gap is not taken: the answer says where to go on.
    let gap = world.pages(desk.page(6, 2).0).await.unwrap();
    assert_eq!((gap.head, gap.verdicts.len()), (desk.heads[4], 0));
    assert_eq!(world.pages(desk.page(4, 2).0).await.unwrap().head, desk.head());
    assert_eq!(world.count("SELECT count(*) FROM matters"), 8);
}

#[tokio::test]
async fn a_desk_that_was_set_back_gets_its_own_entries_whole_and_nobody_elses() {
    let world = world();
    let (mut desk, other) = (world.desk(1).await, world.desk(2).await);
    desk.day();
    world.pages(desk.whole()).await.unwrap();
    assert_eq!(world.own(&desk, desk.journal, 0).await, desk.entries);
    assert_eq!(world.own(&desk, desk.journal, 6).await, desk.entries[6..]);
    assert_eq!(world.own(&desk, desk.journal, 8).await, []);
    assert_eq!(world.own(&desk, desk.journal, 99).await, []);
    assert_eq!(world.own(&other, desk.journal, 0).await, []);
    assert_eq!(world.heads(&desk, Head::EMPTY).await.unwrap().journals[0].mark.as_deref(), Some("A"));
}

#[tokio::test]
async fn entries_that_contradict_one_another_are_both_kept() {
    let world = world();
    let mut desk = world.desk(1).await;
    desk.day();
    world.pages(desk.whole()).await.unwrap();
    let head = desk.head();
    desk.entries.truncate(6);
    desk.heads.truncate(7);
    desk.register(7, testkit::visits::elder_support());
    for serial in 8..11 {
        desk.register(serial, testkit::visits::unpaid_wages());
    }
    let answer = world.pages(desk.page(0, 3).0).await.unwrap();
    assert!(answer.forked);
    assert_eq!(answer.head, head);
    assert_eq!(
        kinds(&answer)[5..],
        [
            VerdictKind::AlreadyHad,
            aside("journal_forked"),
            aside("journal_forked"),
            aside("journal_forked"),
            aside("journal_forked")
        ]
    );
    assert_eq!(world.count("SELECT count(*) FROM entries"), 8);
    assert_eq!(world.count("SELECT count(*) FROM forks"), 4);
    assert!(world.heads(&desk, Head::EMPTY).await.unwrap().journals[0].forked);
}

#[tokio::test]
async fn what_cannot_be_applied_is_set_aside_and_blocks_nothing() {
    let world = world();
    let mut desk = world.desk(1).await;
    desk.say(Kind::from_word("matter_sung".into()), "{}", "{}");
    desk.say(Kind::registered(), "{}", "not JSON");
    let with_nul = Visit { remark: "\0".into(), ..testkit::visits::elder_support() };
    desk.register(1, with_nul);
    desk.register(2, testkit::visits::property_fee());
    let answer = world.pages(desk.whole()).await.unwrap();
    assert_eq!(answer.head, desk.head());
    let unreadable = aside("content_unreadable");
    assert_eq!(kinds(&answer), [aside("kind_unknown"), unreadable.clone(), unreadable, VerdictKind::Stored]);
    // Sent again, they are still set aside: "already had" must not hide that.
    assert_eq!(kinds(&world.pages(desk.whole()).await.unwrap())[0], aside("kind_unknown"));
    assert_eq!(world.count("SELECT count(*) FROM matters"), 1);
}

#[tokio::test]
async fn a_correction_supersedes_what_was_set_aside_and_frees_what_waited() {
    let world = world();
    let mut desk = world.desk(1).await;
    let number = desk.number_of(1);
    let open = format!("{{\"number\":\"{number}\",\"headcount\":1,\"party\":\"person\",\"owes_written_notice\":true}}");
    let registered = desk.say(Kind::registered(), open, "{\"another\":\"form\"}");
    let voided = desk.say(Kind::voided(), serde_json::to_vec(&Voided { number }).unwrap(), "{\"reason\":\"重复\"}");
    let answer = world.pages(desk.whole()).await.unwrap();
    assert_eq!(kinds(&answer), [aside("content_unreadable"), VerdictKind::Waiting { for_seq: registered }]);
    let corrected = desk.correct(1, registered, testkit::visits::property_fee());
    let answer = world.pages(desk.page(2, 16).0).await.unwrap();
    assert_eq!(kinds(&answer), [VerdictKind::Stored]);
    let heads = world.heads(&desk, Head::EMPTY).await.unwrap();
    let open: Vec<_> = heads.journals[0].verdicts.iter().map(|one| (one.seq, one.verdict.clone())).collect();
    assert_eq!(open, [(registered, VerdictKind::Superseded { by: corrected })]);
    assert_eq!(world.count("SELECT count(*) FROM matters WHERE void AND name = '张伟' AND version = 2"), 1);
    // Both changes come down in the district's own journal.
    let told: Vec<Entry> = world.down(&desk, 1).await.into_iter().flat_map(|block| block.entries).collect();
    let seqs: Vec<u64> = told
        .iter()
        .map(|entry| {
            serde_json::from_slice::<serde_json::Value>(entry.open.bytes().unwrap()).unwrap()["seq"].as_u64().unwrap()
        })
        .collect();
    assert_eq!(seqs, [registered, voided]);
}

#[tokio::test]
async fn a_revoked_desk_and_a_strangers_certificate_are_refused() {
    let world = world();
    let mut old = world.desk(1).await;
    old.day();
    // Enrolled again on another machine: the first key is withdrawn, even if the database forgets.
    let new = world.desk(1).await;
    assert_eq!(world.pages(old.whole()).await, Err((403, Code::DeskRevoked)));
    world.execute("DELETE FROM desks");
    assert_eq!(world.pages(old.whole()).await, Err((403, Code::DeskRevoked)));
    assert!(world.heads(&new, Head::EMPTY).await.is_ok());
    // Nobody else's district, and no key but the certificate's.
    let mut stranger = world.desk(2).await;
    stranger.day();
    let fake = SigningKey::generate().unwrap();
    let good = stranger.certificate.clone();
    stranger.certificate = DeskCertificate::issue(&fake, CENTRE.into(), 2, stranger.key.public(), 1).unwrap();
    assert_eq!(world.pages(stranger.whole()).await, Err((401, Code::DistrictRefused)));
    stranger.certificate = good;
    stranger.key = fake;
    assert_eq!(world.heads(&stranger, Head::EMPTY).await.unwrap_err(), (401, Code::DistrictRefused));
    assert_eq!(world.pages(stranger.whole()).await.unwrap_err().0, 401);
    assert_eq!(world.count("SELECT count(*) FROM entries"), 0);
}

#[tokio::test]
async fn a_district_restored_from_an_older_backup_admits_its_desks_again_and_takes_everything_in() {
    let world = world();
    let mut desk = world.desk(1).await;
    desk.day();
    world.pages(desk.whole()).await.unwrap();
    let before = world.heads(&desk, Head::EMPTY).await.unwrap().district;
    world.execute("TRUNCATE desks, journals, entries, matters, district_journals, district_entries, enrolment_codes");
    let after = world.heads(&desk, before.1).await.unwrap();
    assert_eq!(after.journals[0].head, Head::EMPTY);
    assert_ne!(after.district.0, before.0);
    // Asked again in the same way, no further epoch opens.
    assert_eq!(world.heads(&desk, before.1).await.unwrap().district, after.district);
    assert_eq!(world.pages(desk.whole()).await.unwrap().head, desk.head());
    assert_eq!(world.count("SELECT count(*) FROM matters"), 8);
}

#[tokio::test]
async fn what_is_over_a_limit_or_in_another_form_is_refused() {
    let world = world();
    let desk = world.desk(1).await;
    assert_eq!(world.pages(vec![0; 100]).await, Err((400, Code::RequestUnreadable)));
    assert_eq!(world.pages(Vec::new()).await, Err((400, Code::RequestUnreadable)));
    let mut unpressed = vec![0xFF; 4];
    unpressed.resize(limits::PAGE_BYTES + (1 << 20), 0);
    let length_over = PageBytes::of(&unpressed[..64]);
    assert_eq!(world.pages(length_over).await, Err((400, Code::RequestUnreadable)));
    let answer = world.http.post(format!("{}/v1/heads", world.district.address())).body(unpressed).send().await;
    assert!(answer.is_err() || answer.unwrap().status() == 413);
    assert!(world.heads(&desk, Head::EMPTY).await.is_ok());
}

#[tokio::test]
async fn a_page_that_unfolds_far_beyond_what_crossed_the_wire_stores_no_more_than_its_limit() {
    let world = world();
    let mut desk = world.desk(1).await;
    for _ in 0..48 {
        desk.say(Kind::voided(), "{}", vec![b' '; limits::ENTRY_BYTES - 2]);
    }
    let page = desk.page(0, 1).0;
    assert!(page.len() < limits::PAGE_BYTES / 100, "{} bytes on the wire", page.len());
    assert_eq!(world.pages(page).await, Err((400, Code::RequestUnreadable)));
    let stored = world.heads(&desk, Head::EMPTY).await.unwrap().journals[0].head.seq;
    assert!((16..32).contains(&stored), "{stored}");
}

#[tokio::test]
async fn an_entry_larger_than_a_desk_can_write_is_refused() {
    let world = world();
    let mut desk = world.desk(1).await;
    desk.say(Kind::voided(), "{}", "");
    let large = vec![b' '; limits::ENTRY_BYTES];
    desk.entries[0].personal = intake_wire::Part::new(large).unwrap();
    assert_eq!(world.pages(desk.whole()).await, Err((400, Code::RequestUnreadable)));
    assert_eq!(world.count("SELECT count(*) FROM entries"), 0);
}

/// Bytes that are a zstd stream and no page.
struct PageBytes;

impl PageBytes {
    fn of(bytes: &[u8]) -> Vec<u8> {
        // One raw block in one frame: magic, no content size with a window of 1 KiB, then a last raw block.
        let mut page = vec![0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x00];
        let header = u32::try_from(bytes.len()).unwrap() << 3 | 1;
        page.extend(&header.to_le_bytes()[..3]);
        page.extend(bytes);
        page
    }
}

#[tokio::test]
async fn without_its_database_the_district_says_busy_and_takes_everything_after() {
    let mut world = world();
    let mut desk = world.desk(1).await;
    desk.day();
    world.district.cut_database().unwrap();
    assert_eq!(world.pages(desk.whole()).await, Err((503, Code::DistrictBusy)));
    world.district.restart().unwrap();
    assert_eq!(world.pages(desk.whole()).await.unwrap().head, desk.head());
}

#[tokio::test]
async fn what_was_stored_and_not_applied_is_applied_at_the_next_start() {
    let mut world = world();
    let mut desk = world.desk(1).await;
    desk.day();
    world.pages(desk.whole()).await.unwrap();
    world.execute("DELETE FROM matters; UPDATE entries SET verdict = 'pending'; UPDATE journals SET applied_seq = 0");
    world.district.restart().unwrap();
    assert_eq!(world.count("SELECT count(*) FROM matters"), 8);
}

pub(crate) fn paper(serial: u32) -> String {
    format!("访接〔2026〕01A-{serial}号")
}

impl Desk {
    pub(crate) fn issue(&mut self, number: &str, kind: &str, serial: u32) -> u64 {
        let document =
            serde_json::json!({ "code_word": "访接", "year": 2026, "desk": 1, "mark": "A", "serial": serial });
        let open = serde_json::json!({
            "number": number, "paper": kind, "document": document, "issued_on": "2026-11-24", "version": 1, "later": 1,
        });
        self.say(Kind::document_issued(), open.to_string(), r#"{"filling":{"addressee":"张伟"}}"#)
    }

    pub(crate) fn about(&mut self, kind: Kind, number: &str, serials: &[u32], personal: &str) -> u64 {
        let papers: Vec<String> = serials.iter().map(|serial| paper(*serial)).collect();
        let open = if kind == Kind::document_delivered() {
            serde_json::json!({ "number": number, "documents": papers })
        } else {
            serde_json::json!({ "number": number, "document": papers[0], "copy": 2 })
        };
        self.say(kind, open.to_string(), personal)
    }
}

#[tokio::test]
async fn the_district_sees_which_papers_were_issued_spoiled_and_delivered() {
    let world = world();
    let mut desk = world.desk(1).await;
    desk.register(1, testkit::visits::property_fee());
    let number = desk.number_of(1);
    for serial in 1..=3 {
        desk.issue(&number, "acceptance_notice", serial);
    }
    desk.about(Kind::document_voided(), &number, &[1], r#"{"reason":"打坏了"}"#);
    desk.about(Kind::document_reprinted(), &number, &[2], "{}");
    let told = r#"{"delivery":{"way":"post","receiver":"张伟","at":"2026-11-24T09:00:00"}}"#;
    desk.about(Kind::document_delivered(), &number, &[2, 3], told);
    desk.about(Kind::document_delivered(), &number, &[3], r#"{"to":["age1"],"sealed":"YQ=="}"#);
    let answer = world.pages(desk.whole()).await.unwrap();
    assert!(kinds(&answer).iter().all(|verdict| *verdict == VerdictKind::Stored), "{answer:?}");
    assert_eq!(world.count("SELECT count(*) FROM documents WHERE paper = 'acceptance_notice'"), 3);
    assert_eq!(world.count("SELECT count(*) FROM documents WHERE void AND document = '访接〔2026〕01A-1号'"), 1);
    assert_eq!(world.count("SELECT count(*) FROM documents WHERE copies = 2"), 1);
    assert_eq!(world.count("SELECT count(*) FROM deliveries WHERE way = 'post' AND NOT refused"), 2);
    assert_eq!(world.count("SELECT count(*) FROM deliveries WHERE way IS NULL AND delivered_on IS NULL"), 1);
}

#[tokio::test]
async fn papers_that_nobody_issued_or_nobody_can_read_are_set_aside_and_hold_nothing_up() {
    let world = world();
    let mut desk = world.desk(1).await;
    // Its registration cannot be read yet: what is about it waits, and applies with the correction.
    let number = desk.number_of(1);
    let open = serde_json::json!({ "number": number }).to_string();
    let broken = desk.say(Kind::registered(), open, "{}");
    desk.issue(&number, "acceptance_notice", 1);
    desk.about(Kind::document_voided(), &number, &[1], r#"{"reason":"打坏了"}"#);
    desk.register(2, testkit::visits::property_fee());
    let other = desk.number_of(2);
    desk.issue(&other, "a_paper_of_tomorrow", 2);
    desk.about(Kind::document_delivered(), &other, &[9], r#"{"delivery":{"receiver":"张伟"}}"#);
    desk.about(Kind::document_delivered(), &other, &[9], r#"{"delivered":true}"#);
    let answer = world.pages(desk.whole()).await.unwrap();
    let unreadable = || aside("content_unreadable");
    assert_eq!(
        kinds(&answer),
        [
            unreadable(),
            VerdictKind::Waiting { for_seq: broken },
            VerdictKind::Waiting { for_seq: broken },
            VerdictKind::Stored,
            unreadable(),
            aside("document_unknown"),
            unreadable(),
        ]
    );
    let before = desk.entries.len();
    desk.correct(1, broken, testkit::visits::property_fee());
    let answer = world.pages(desk.page(before, limits::BLOCK_ENTRIES).0).await.unwrap();
    assert_eq!(kinds(&answer), [VerdictKind::Stored]);
    assert_eq!(world.count("SELECT count(*) FROM documents WHERE void"), 1);
}
