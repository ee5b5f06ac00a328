//! Files of matters at the district: who may take them out, how they are given, and when their bytes go.

use district_server::{Export, Role};
use intake_model::AttachmentKind;
use intake_wire::{
    AttachmentAdded, AttachmentContent, Became, BlobKey, BlobsAnswer, BlobsRequest, Hash, Kind, Piece, PieceAnswer,
    SignedRequest, decode, seal_blob, sha256,
};

use crate::export::asked;
use crate::world::{Desk, World, world};

const PDF: &[u8] = b"%PDF-1.4 a contract";
const NAME: &str = "合同 第1页.pdf";

impl Desk {
    /// A file of a matter, by its entry; gives its name among the bytes and them.
    fn attach(&mut self, serial: u32, content: &[u8]) -> (Hash, Vec<u8>) {
        let (blob, key) = (sha256(&[&serial.to_be_bytes(), content]), BlobKey::generate().unwrap());
        let open = AttachmentAdded {
            number: self.number_of(serial),
            blob,
            bytes: content.len() as u64,
            kind: AttachmentKind::Pdf,
            pages: 1,
        };
        let told = AttachmentContent { name: NAME.into(), key: key.text() };
        self.say(Kind::attachment_added(), serde_json::to_vec(&open).unwrap(), serde_json::to_vec(&told).unwrap());
        (blob, seal_blob(blob, &key, b"small", content).unwrap())
    }
}

impl World {
    async fn missing(&self, desk: &Desk) -> Vec<Hash> {
        let asked = BlobsRequest { after: (0, Hash::ZERO) };
        let body = SignedRequest::sealed("/v1/blobs", &asked, desk.certificate.clone(), &desk.key).unwrap();
        let answer: BlobsAnswer = decode(&self.post("/v1/blobs", body).await.unwrap()).unwrap();
        answer.missing.into_iter().map(|one| one.blob).collect()
    }

    async fn brings(&self, desk: &Desk, (blob, bytes): &(Hash, Vec<u8>)) -> Became {
        let mut at = 0;
        loop {
            let some = bytes[at..bytes.len().min(at + 200_000)].to_vec();
            let (length, sha256) = (bytes.len() as u64, sha256(&[bytes]));
            let piece = Piece { blob: *blob, length, sha256, at: at as u64, bytes: some };
            let body = SignedRequest::sealed("/v1/piece", &piece, desk.certificate.clone(), &desk.key).unwrap();
            let answer: PieceAnswer = decode(&self.post("/v1/piece", body).await.unwrap()).unwrap();
            at = usize::try_from(answer.held).unwrap();
            if answer.became != Became::Stored {
                return answer.became;
            }
        }
    }
}

#[tokio::test]
async fn an_officer_takes_a_file_out_as_it_was_handed_over_and_that_is_written_down_first() {
    let world = world();
    let mut desk = world.desk(1).await;
    desk.register(1, testkit::visits::property_fee());
    let long: Vec<u8> = PDF.iter().copied().cycle().take(700_001).collect();
    let (here, there) = (desk.attach(1, PDF), desk.attach(1, &long));
    world.pages(desk.whole()).await.unwrap();
    assert_eq!(world.missing(&desk).await, [here.0, there.0], "the small one first");
    assert_eq!(world.brings(&desk, &there).await, Became::Whole);
    assert_eq!(world.missing(&desk).await, [here.0]);
    let (number, mut browser) = (desk.number_of(1), world.signed_in("经办", Role::Officer).await);
    let page = browser.get(&format!("/matters/{number}")).await.text;
    let link = format!("/matters/{number}/files/{}", there.0);
    assert!(page.contains(&link) && page.contains(NAME) && page.contains("还在登记台，没有传来"), "{page}");
    assert!(page.contains("收到附件"), "it stands in the matter's history: {page}");
    let taken = browser.get(&link).await;
    assert_eq!(taken.status, 200);
    assert!(taken.bytes == long, "{} bytes came", taken.bytes.len());
    for (name, value) in [
        ("content-type", "application/pdf"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        (
            "content-disposition",
            "attachment; filename=\"file.pdf\"; filename*=UTF-8''%E5%90%88%E5%90%8C%20%E7%AC%AC1%E9%A1%B5.pdf",
        ),
    ] {
        assert_eq!(taken.headers[name], value, "{name}");
    }
    let acts = format!("SELECT count(*) FROM staff_acts WHERE act = 'file_taken' AND number = '{number}'");
    assert_eq!(world.count(&acts), 1);
    for link in [
        format!("/matters/{number}/files/{}", here.0),
        format!("/matters/{number}/files/zz"),
        link.replace("-01A-", "-01B-"),
    ] {
        assert_eq!(browser.get(&link).await.status, 404, "{link}");
    }
    let mut viewer = world.signed_in("查看", Role::Viewer).await;
    assert_eq!(viewer.get(&link).await.status, 403);
    assert_eq!(world.browser().get(&link).await.location(), "/sign-in");
    // Bytes that rotted in the database are not given out as if they were whole.
    world.execute("UPDATE blob_pieces SET bytes = set_byte(bytes, 300, get_byte(bytes, 300) # 1) WHERE at > 0");
    assert!(browser.broken(&link).await, "it breaks off");
}

#[tokio::test]
async fn of_a_sealed_matter_no_file_is_shown_and_what_no_entry_opens_any_more_is_deleted() {
    let world = world();
    let mut desk = world.desk(1).await;
    desk.register(1, testkit::visits::property_fee());
    let (file, added) = (desk.attach(1, PDF), desk.head().seq);
    world.pages(desk.whole()).await.unwrap();
    assert_eq!(world.brings(&desk, &file).await, Became::Whole);
    let secret = desk.register_sealed(2);
    let sealed = desk.attach(2, PDF);
    world.pages(desk.whole()).await.unwrap();
    assert_eq!(world.brings(&desk, &sealed).await, Became::Whole);
    let mut browser = world.signed_in("经办", Role::Officer).await;
    let page = browser.get(&format!("/matters/{secret}")).await.text;
    assert!(!page.contains("附件") && !page.contains(NAME), "{page}");
    assert_eq!(browser.get(&format!("/matters/{secret}/files/{}", sealed.0)).await.status, 404);
    // The first matter becomes sealed: its key stands sealed in an entry that came without it, so nobody opens the bytes.
    let journal = [1_u8; 16];
    let open = serde_json::json!({ "number": desk.number_of(1), "journal": journal, "of": [added] });
    let seq = desk.say(Kind::resealed(), open.to_string(), r#"{"to":["age1reader"],"sealed":"YQ=="}"#);
    world.pages(desk.page(usize::try_from(seq - 1).unwrap(), 16).0).await.unwrap();
    assert_eq!(world.count("SELECT count(*) FROM blobs WHERE whole"), 2, "sealed, it can be opened by its readers");
    assert_eq!(browser.get(&format!("/matters/{}/files/{}", desk.number_of(1), file.0)).await.status, 404);
    let seq = desk.say(Kind::resealed(), open.to_string(), "{}");
    let entry = desk.entries.last_mut().unwrap();
    entry.personal = intake_wire::Part::Erased { digest: entry.personal.digest() };
    world.pages(desk.page(usize::try_from(seq - 1).unwrap(), 16).0).await.unwrap();
    assert_eq!(world.count("SELECT count(*) FROM blobs"), 1);
    assert_eq!(world.count("SELECT count(DISTINCT blob) FROM blob_pieces"), 1);
}

#[tokio::test]
async fn what_was_taken_off_or_erased_at_the_desk_is_not_asked_for() {
    let world = world();
    let mut desk = world.desk(1).await;
    for serial in 1..=3 {
        desk.register(serial, testkit::visits::property_fee());
    }
    let (off, erased, stands) = (desk.attach(1, PDF), desk.attach(2, PDF), desk.attach(3, PDF));
    let open = serde_json::json!({ "number": desk.number_of(1), "blob": off.0 });
    desk.say(Kind::attachment_removed(), open.to_string(), r#"{"reason":"放错了登记"}"#);
    let open = serde_json::json!({ "numbers": [desk.number_of(2)], "advice": 0, "why": "满三年" });
    desk.say(Kind::erased(), open.to_string(), "{}");
    world.pages(desk.whole()).await.unwrap();
    assert_eq!(world.missing(&desk).await, [stands.0]);
    assert_eq!(world.brings(&desk, &off).await, Became::Unasked);
    assert_eq!(world.brings(&desk, &erased).await, Became::Unasked);
    let other = world.desk(2).await;
    assert!(world.missing(&other).await.is_empty());
    assert_eq!(world.brings(&other, &stands).await, Became::Unasked, "another desk's");
    assert_eq!(world.count("SELECT count(*) FROM blobs"), 0);
}

#[tokio::test]
async fn what_was_stored_before_there_were_files_is_asked_for_after_an_update() {
    let mut world = world();
    let mut desk = world.desk(1).await;
    desk.register(1, testkit::visits::property_fee());
    let (file, off) = (desk.attach(1, PDF), desk.attach(1, b"%PDF-1.4 another"));
    let open = serde_json::json!({ "number": desk.number_of(1), "blob": off.0 });
    desk.say(Kind::attachment_removed(), open.to_string(), r#"{"reason":"重复"}"#);
    world.pages(desk.whole()).await.unwrap();
    world.execute(
        "DELETE FROM attachments; INSERT INTO attachments_unfolded (centre, journal_id, seq)
         SELECT centre, journal_id, seq FROM entries WHERE kind LIKE 'attachment%'",
    );
    assert!(world.missing(&desk).await.is_empty());
    world.district.restart().unwrap();
    assert_eq!(world.missing(&desk).await, [file.0]);
    assert_eq!(world.count("SELECT count(*) FROM attachments_unfolded"), 0);
}

#[tokio::test]
async fn an_export_holds_the_files_that_are_here_and_counts_the_others() {
    let (world, folder) = (world(), tempfile::tempdir().unwrap());
    let mut desk = world.desk(1).await;
    desk.register(1, testkit::visits::property_fee());
    desk.register_sealed(2);
    let (here, _away, sealed) = (desk.attach(1, PDF), desk.attach(1, b"%PDF-1.4 another"), desk.attach(2, PDF));
    world.pages(desk.whole()).await.unwrap();
    assert_eq!(world.brings(&desk, &here).await, Became::Whole);
    assert_eq!(world.brings(&desk, &sealed).await, Became::Whole);
    let files = folder.path().join("附件");
    let of = Export { files: Some(files.clone()), ..asked(&folder.path().join("november.csv")) };
    let done = world.export(&of).unwrap();
    assert_eq!((done.rows, done.files, done.files_missing), (2, 1, 1));
    let written = files.join(desk.number_of(1)).join(format!("01-{NAME}"));
    assert_eq!(std::fs::read(written).unwrap(), PDF);
    assert_eq!(std::fs::read_dir(&files).unwrap().count(), 1, "nothing of the sealed one");
}
