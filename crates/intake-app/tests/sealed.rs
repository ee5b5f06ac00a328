//! Sealed matters on real folders and a real district: who reads them, and who does not.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::path::Path;

use intake_app::{Desk, MatterState, MatterWords, Role};
use intake_model::{Class, Code, Competent, Material, Question, Stated, Visit};
use intake_store::{Keyring, Locked, OwnKey};
use rusqlite::types::ValueRef;
use testkit::LocalDistrict;
use testkit::desk::{CLERK_ID, PASSWORD, made, open};
use testkit::visits::PNG;

const ADMINISTRATOR_ID: u32 = 1;
const ADMINISTRATOR: &str = "管理员好记的一句话";
const READER: &str = "读密件人的一句话";

/// What may be found nowhere: who came, about whom, and what was said.
const WORDS: [&str; 4] = ["钱桂兰", "某某所长", "收了三万元", "13920017788"];

fn open_visit() -> Visit {
    Visit {
        name: Stated::Stated("钱桂兰".into()),
        address: Stated::Stated("新立街道中河村2排".into()),
        phone: Some("13920017788".into()),
        complained_of: "某某所长".into(),
        demand: "反映某某所长收了三万元才给办证，要求查处。".into(),
        materials: vec![Material { name: "转账记录".into(), ..Material::default() }; 2],
        ..Visit::default()
    }
}

fn denunciation() -> Visit {
    let routing = Question { class: Class::Denunciation, competent: Competent::AnotherBody, ..Question::default() };
    Visit { routing: Some(routing), ..open_visit() }
}

fn refused<T>(answer: intake_app::Result<T>) -> Code {
    answer.err().unwrap().code()
}

/// A desk with a named reader beside its administrator and its clerk; the clerk is signed in.
fn desk(home: &Path) -> (Desk, u32) {
    let desk = made(home).unwrap();
    let reader = desk.add_clerk("孙书记", Role::Clerk, READER).unwrap().last().unwrap().id;
    desk.set_sealed_reader(reader, true).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    (desk, reader)
}

/// Every value of every table, as whoever has the data key reads them, and the files themselves.
fn everything(home: &Path) -> Vec<u8> {
    let locked = Locked::take(&home.join("desk")).unwrap();
    let key = Keyring::read(&locked.folder().keyring()).unwrap().unlock(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    let database = rusqlite::Connection::open(locked.folder().database()).unwrap();
    database.pragma_update(None, "key", key.pragma().as_str()).unwrap();
    let mut bytes = Vec::new();
    let mut tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
    for table in tables.query_map([], |row| row.get::<_, String>(0)).unwrap() {
        let mut all = database.prepare(&format!("SELECT * FROM {}", table.unwrap())).unwrap();
        let columns = all.column_count();
        let mut rows = all.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                if let ValueRef::Text(value) | ValueRef::Blob(value) = row.get_ref(column).unwrap() {
                    bytes.extend(value.iter().chain(b"\n"));
                }
            }
        }
    }
    for folder in [home.join("desk"), home.join("desk/blobs")] {
        for file in std::fs::read_dir(folder).into_iter().flatten() {
            bytes.extend(std::fs::read(file.unwrap().path()).unwrap_or_default());
        }
    }
    bytes
}

/// Every value of every table of the district.
fn everything_there(district: &LocalDistrict) -> Vec<u8> {
    let url = district.postgres_url();
    let work = async move {
        let client = testkit::postgres::connect(&url).await.unwrap();
        let columns = "SELECT table_name, column_name, data_type FROM information_schema.columns
                       WHERE table_schema = 'public'";
        let mut bytes = Vec::new();
        for column in client.query(columns, &[]).await.unwrap() {
            let (table, name, kind): (&str, &str, &str) = (column.get(0), column.get(1), column.get(2));
            let value = if kind == "bytea" { name.to_owned() } else { format!("convert_to({name}::text, 'UTF8')") };
            let sql = format!("SELECT {value} FROM {table} WHERE {name} IS NOT NULL");
            for row in client.query(&sql, &[]).await.unwrap() {
                bytes.extend(row.get::<_, &[u8]>(0).iter().chain(b"\n"));
            }
        }
        bytes
    };
    district.wait(work).unwrap()
}

/// The sealed file of the last record in there.
fn last_sealed(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let (_, rest) = text.rsplit_once("\"sealed\":\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// What this key opens of all that is sealed in there.
fn opened_by(own: &OwnKey, bytes: &[u8]) -> Vec<serde_json::Value> {
    let text = String::from_utf8_lossy(bytes);
    let sealed = text.split("\"sealed\":\"").skip(1).filter_map(|rest| own.open(rest.split('"').next()?));
    sealed.map(|json| serde_json::from_slice(&json).unwrap()).collect()
}

/// The keys of files that it opens.
fn keys_by(own: &OwnKey, bytes: &[u8]) -> Vec<String> {
    let key = |part: &serde_json::Value| part["key"].as_str().map(str::to_owned);
    opened_by(own, bytes).iter().filter_map(key).collect()
}

/// The desk's own recovery key, as its administrator keeps it.
fn recovery(home: &Path) -> OwnKey {
    OwnKey::find(&std::fs::read_to_string(home.join("usb/恢复密钥-120110005-01.txt")).unwrap()).unwrap()
}

fn names(desk: &Desk, number: &str) -> Vec<String> {
    desk.attachments(number).unwrap().into_iter().map(|one| one.name).collect()
}

fn openings(bytes: &[u8]) -> usize {
    bytes.windows(14).filter(|window| window == b"sealed_opened\n").count()
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}

#[test]
fn a_denunciation_is_read_by_who_wrote_it_down_and_by_the_named_reader_and_by_nobody_else() {
    let home = tempfile::tempdir().unwrap();
    let (desk, reader) = desk(home.path());
    let number = desk.register(&denunciation()).unwrap().number;
    let row = desk.today().unwrap().rows.remove(0);
    assert_eq!((row.name.as_str(), row.title.as_str()), ("", "保密事项"));
    // Even for who wrote it down: shown only after asking.
    let matter = desk.matter(&number).unwrap();
    assert!(matter.sealed && matter.title == "保密事项");
    let closed = |yours| MatterWords::Sealed { readers: vec!["王芳".into(), "孙书记".into()], yours };
    assert_eq!(matter.words, closed(true));
    assert_eq!(desk.versions(&number).unwrap()[0].words, closed(true));
    assert_eq!(desk.open_sealed(&number).unwrap().matter.words.visit(), Some(&denunciation().normalised()));

    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    assert_eq!(desk.matter(&number).unwrap().words, closed(false));
    assert_eq!(refused(desk.open_sealed(&number)), Code::SealedNotYours);
    assert_eq!(refused(desk.correct(&number, &denunciation())), Code::SealedNotYours);

    desk.sign_in(reader, READER).unwrap();
    assert_eq!(desk.open_sealed(&number).unwrap().matter.words.visit(), Some(&denunciation().normalised()));
    desk.verify().unwrap();
    drop(desk);
    let bytes = everything(home.path());
    for word in WORDS {
        assert!(!holds(&bytes, word), "{word} is readable with the data key alone");
    }
    assert!(holds(&bytes, &number), "the scan reads what is there");
    assert_eq!(openings(&bytes), 2, "each opening is journalled");
}

#[test]
fn a_wish_for_confidence_seals_any_matter_and_the_recovery_key_opens_it() {
    let home = tempfile::tempdir().unwrap();
    let (desk, _) = desk(home.path());
    let wished = Visit { confidential: true, ..open_visit() };
    let number = desk.register(&wished).unwrap().number;
    assert!(desk.matter(&number).unwrap().sealed);
    drop(desk);
    let bytes = everything(home.path());
    assert!(!holds(&bytes, "某某所长"));
    let sealed = last_sealed(&bytes);
    let visit: Visit = serde_json::from_slice(&recovery(home.path()).open(&sealed).unwrap()).unwrap();
    assert_eq!(visit, wished.normalised());
}

#[test]
fn a_password_set_by_the_administrator_opens_nothing_that_was_sealed_before() {
    let home = tempfile::tempdir().unwrap();
    let (desk, reader) = desk(home.path());
    let number = desk.register(&denunciation()).unwrap().number;
    desk.change_password(PASSWORD, "自己换的好记的话").unwrap();
    desk.open_sealed(&number).unwrap();
    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    desk.set_clerk_password(reader, "管理员给的一句话").unwrap();
    desk.sign_in(reader, "管理员给的一句话").unwrap();
    assert_eq!(refused(desk.open_sealed(&number)), Code::SealedNotYours);
    let later = desk.register(&denunciation()).unwrap().number;
    desk.sign_in(CLERK_ID, "自己换的好记的话").unwrap();
    assert_eq!(refused(desk.open_sealed(&later)), Code::SealedNotYours, "who is no named reader reads only their own");
    // A correction seals it to whoever is named now.
    desk.correct(&number, &denunciation()).unwrap();
    desk.sign_in(reader, "管理员给的一句话").unwrap();
    desk.open_sealed(&number).unwrap();
    // And whoever wrote it down reads it on, whoever corrects it.
    desk.correct(&number, &denunciation()).unwrap();
    desk.sign_in(CLERK_ID, "自己换的好记的话").unwrap();
    desk.open_sealed(&number).unwrap();
    desk.verify().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn its_slip_tells_no_name_and_no_matter_and_is_printed_again_without_opening() {
    let home = tempfile::tempdir().unwrap();
    let (desk, _) = desk(home.path());
    let registered = desk.register(&denunciation()).unwrap();
    assert!(registered.due.is_some(), "the office's clock runs, sealed or not");
    desk.slip(&registered.number).await.unwrap();
    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    assert_eq!(desk.slip(&registered.number).await.unwrap().copy, 2);
    let file = desk.save_slip(&registered.number).unwrap().file.unwrap();
    let text = std::process::Command::new("pdftotext").args(["-raw", &file, "-"]).output().unwrap().stdout;
    let text: String = String::from_utf8(text).unwrap().split_whitespace().collect();
    for word in [registered.number.as_str(), &registered.query_code, "已登记", "收到材料2件"] {
        assert!(text.contains(word), "{word} is not on {text}");
    }
    for word in ["钱", "所长", "保密", "来访人", "事项"] {
        assert!(!text.contains(word), "{word} is on {text}");
    }
    assert!(desk.void_matter(&registered.number, "误登记").unwrap().rows[0].void, "voiding needs no opening");
}

#[test]
fn a_matter_that_becomes_sealed_leaves_none_of_its_earlier_words_behind() {
    let home = tempfile::tempdir().unwrap();
    let (desk, _) = desk(home.path());
    let number = desk.register(&open_visit()).unwrap().number;
    let second = Visit { remark: "来访人补充了转账记录".into(), ..open_visit() };
    desk.correct(&number, &second).unwrap();
    let due = desk.matter(&number).unwrap().due;
    desk.correct(&number, &denunciation()).unwrap();
    let matter = desk.matter(&number).unwrap();
    assert!(matter.sealed && matter.version == 3 && matter.due == due);
    assert!(desk.versions(&number).unwrap().iter().all(|one| matches!(one.words, MatterWords::Sealed { .. })));
    let opened = desk.open_sealed(&number).unwrap();
    let told: Vec<_> = opened.versions.iter().map(|one| one.words.visit().unwrap().clone()).collect();
    assert_eq!(told, [denunciation().normalised(), second.normalised(), open_visit().normalised()]);
    assert_eq!(desk.verify().unwrap().matters, 1);
    drop(desk);
    let bytes = everything(home.path());
    for word in WORDS {
        assert!(!holds(&bytes, word), "{word} was left behind");
    }
    // And it can be opened again for all, by one of its readers.
    let desk = open(home.path()).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    desk.correct(&number, &open_visit()).unwrap();
    assert_eq!(desk.matter(&number).unwrap().words.visit(), Some(&open_visit().normalised()));
    desk.verify().unwrap();
}

/// Names, and why one was taken off, of the files below.
const OF_FILES: [&str; 3] = ["收条", "录音", "放错了人"];

#[test]
fn files_of_a_sealed_matter_are_added_seen_and_taken_off_by_its_readers_and_by_nobody_else() {
    let home = tempfile::tempdir().unwrap();
    let (desk, reader) = desk(home.path());
    let number = desk.register(&denunciation()).unwrap().number;
    assert_eq!(names(&desk, &number), Vec::<String>::new(), "nothing is shown, and nothing was opened");
    let blob = desk.attach(&number, "收条.png", PNG).unwrap().remove(0).blob;
    let other = desk.attach(&number, "录音.png", &[PNG, b"more"].concat()).unwrap().remove(1).blob;
    let left = desk.detach(&number, &other, "放错了人").unwrap();
    assert_eq!(left[1].removed.as_deref(), Some("放错了人"));
    assert!(left[0].thumbnail.is_some() && !left[0].sealed);
    let entries = desk.verify().unwrap().entries;
    assert_eq!(desk.attach(&number, "收条 (1).png", PNG).unwrap(), left, "the same again changes nothing");

    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    assert_eq!(refused(desk.attachments(&number)), Code::SealedNotYours);
    assert_eq!(refused(desk.attachment_page(&number, &blob, 1)), Code::SealedNotYours);
    assert_eq!(refused(desk.attach(&number, "照片.png", PNG)), Code::SealedNotYours);
    assert_eq!(refused(desk.detach(&number, &blob, "看看")), Code::SealedNotYours);
    assert_eq!(desk.verify().unwrap().entries, entries);

    // By the page first: that is an opening too, and what follows is part of it.
    desk.sign_in(reader, READER).unwrap();
    assert!(desk.attachment_page(&number, &blob, 1).unwrap().starts_with(b"\xff\xd8\xff"));
    assert_eq!(names(&desk, &number), ["收条.png", "录音.png"]);
    assert_eq!(desk.verify().unwrap().entries, entries + 1);
    // After a lock it is another opening.
    desk.lock().unwrap();
    desk.sign_in(reader, READER).unwrap();
    desk.attachments(&number).unwrap();
    desk.tick().unwrap();
    assert_eq!(desk.verify().unwrap().entries, entries + 2);
    drop(desk);

    let bytes = everything(home.path());
    let keys = keys_by(&recovery(home.path()), &bytes);
    assert_eq!(keys.len(), 2, "the recovery key opens them");
    for word in OF_FILES.into_iter().chain(WORDS).chain(keys.iter().map(String::as_str)) {
        assert!(!holds(&bytes, word), "{word} is readable with the data key alone");
    }
    assert!(holds(&bytes, &blob) && holds(&bytes, "attachment_removed"), "the scan reads what is there");
    assert_eq!(openings(&bytes), 3);
}

#[test]
fn a_file_comes_back_under_its_own_key_and_where_the_matter_is_open_again_it_is_for_all() {
    let home = tempfile::tempdir().unwrap();
    let (desk, _) = desk(home.path());
    let number = desk.register(&denunciation()).unwrap().number;
    let blob = desk.attach(&number, "收条.png", PNG).unwrap().remove(0).blob;
    desk.detach(&number, &blob, "放错了人").unwrap();
    assert_eq!(desk.attach(&number, "收条.png", PNG).unwrap()[0].removed, None);
    desk.correct(&number, &open_visit()).unwrap();

    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    let shown = desk.attachments(&number).unwrap().remove(0);
    assert!(shown.sealed && shown.name.is_empty() && shown.thumbnail.is_none());
    assert_eq!(refused(desk.attachment_page(&number, &blob, 1)), Code::AttachmentUnreadable);
    assert_eq!(refused(desk.attach(&number, "收条.png", PNG)), Code::SealedNotYours, "its key is with its readers");
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    desk.attach(&number, "收条.png", PNG).unwrap();
    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    assert_eq!(names(&desk, &number), ["收条.png"]);
    desk.attachment_page(&number, &blob, 1).unwrap();
    desk.verify().unwrap();
    drop(desk);
    let keys: std::collections::BTreeSet<_> =
        keys_by(&recovery(home.path()), &everything(home.path())).into_iter().collect();
    assert_eq!(keys.len(), 1);
}

#[test]
fn a_sealed_matter_is_written_out_whole_by_its_readers_and_refused_to_others() {
    let home = tempfile::tempdir().unwrap();
    let (desk, reader) = desk(home.path());
    let number = desk.register(&open_visit()).unwrap().number;
    desk.attach(&number, "收条.png", PNG).unwrap();
    desk.correct(&number, &denunciation()).unwrap();
    let out = home.path().join("out");
    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    assert_eq!(refused(desk.export_matter(&number, &out)), Code::SealedNotYours);
    assert!(!out.exists());

    desk.sign_in(reader, READER).unwrap();
    let entries = desk.verify().unwrap().entries;
    assert_eq!(desk.export_matter(&number, &out).unwrap().count, 3);
    assert_eq!(desk.verify().unwrap().entries, entries + 2, "the opening and the writing out");
    let json = std::fs::read_to_string(out.join(&number).join("matter.json")).unwrap();
    for word in WORDS {
        assert!(json.matches(word).count() >= 2, "{word} stands in both versions");
    }
    assert_eq!(std::fs::read(out.join(&number).join("附件/01-收条.png")).unwrap(), PNG);
    let paper = out.join(&number).join("登记记录.pdf");
    let text = std::process::Command::new("pdftotext").args(["-raw", &paper.display().to_string(), "-"]).output();
    let text = String::from_utf8(text.unwrap().stdout).unwrap();
    assert!(text.contains("某某所长") && text.contains("收条.png"), "{text}");
    // It was an opening of its own, and the next look is another.
    desk.attachments(&number).unwrap();
    assert_eq!(desk.verify().unwrap().entries, entries + 3);
}

#[test]
fn who_is_named_later_reads_what_was_sealed_before_once_one_of_its_readers_lets_them() {
    let home = tempfile::tempdir().unwrap();
    let (desk, reader) = desk(home.path());
    let number = desk.register(&open_visit()).unwrap().number;
    let blob = desk.attach(&number, "收条.png", PNG).unwrap().remove(0).blob;
    desk.correct(&number, &denunciation()).unwrap();
    let second = desk.register(&denunciation()).unwrap().number;
    assert_eq!(desk.open_sealed(&number).unwrap().later, None, "nobody came later");

    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    let later = desk.add_clerk("赵主任", Role::Clerk, "后来的人的一句话").unwrap().last().unwrap().id;
    desk.set_sealed_reader(later, true).unwrap();
    desk.set_sealed_reader(reader, false).unwrap();
    assert_eq!(refused(desk.seal_to_readers(Some(&number))), Code::SealedNotYours);
    assert_eq!(desk.seal_to_readers(None).unwrap(), 0);
    desk.sign_in(later, "后来的人的一句话").unwrap();
    assert_eq!(refused(desk.open_sealed(&number)), Code::SealedNotYours);

    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    let told = desk.open_sealed(&number).unwrap().later.unwrap();
    assert_eq!((told.lacking.clone(), told.matters), (vec!["赵主任".to_owned()], 2));
    assert_eq!(told.readers, ["王芳", "赵主任"]);
    assert_eq!(desk.seal_to_readers(Some(&number)).unwrap(), 1);
    assert_eq!(desk.seal_to_readers(Some(&number)).unwrap(), 0, "it is done");
    assert_eq!(desk.open_sealed(&number).unwrap().later, None);

    desk.sign_in(later, "后来的人的一句话").unwrap();
    let opened = desk.open_sealed(&number).unwrap();
    let told: Vec<_> = opened.versions.iter().map(|one| one.words.visit().unwrap().clone()).collect();
    assert_eq!(told, [denunciation().normalised(), open_visit().normalised()]);
    assert_eq!(names(&desk, &number), ["收条.png"]);
    desk.attachment_page(&number, &blob, 1).unwrap();
    assert_eq!(refused(desk.open_sealed(&second)), Code::SealedNotYours, "one matter was asked for");
    desk.sign_in(reader, READER).unwrap();
    assert_eq!(refused(desk.open_sealed(&number)), Code::SealedNotYours, "who is named no more reads it no more");
    desk.open_sealed(&second).unwrap();

    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    assert_eq!(desk.seal_to_readers(None).unwrap(), 1);
    desk.sign_in(later, "后来的人的一句话").unwrap();
    desk.open_sealed(&second).unwrap();
    assert!(desk.today().unwrap().rows.iter().all(|row| row.title == "保密事项" && row.name.is_empty()));
    desk.verify().unwrap();
    drop(desk);
    let bytes = everything(home.path());
    let keys = keys_by(&recovery(home.path()), &bytes);
    for word in OF_FILES.into_iter().chain(WORDS).chain(keys.iter().map(String::as_str)) {
        assert!(!holds(&bytes, word), "{word} is readable with the data key alone");
    }
}

#[test]
fn a_correction_lets_todays_readers_read_the_earlier_versions_and_the_files_with_it() {
    let home = tempfile::tempdir().unwrap();
    let (desk, _) = desk(home.path());
    let number = desk.register(&denunciation()).unwrap().number;
    desk.attach(&number, "收条.png", PNG).unwrap();
    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    desk.set_sealed_reader(ADMINISTRATOR_ID, true).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    desk.correct(&number, &denunciation()).unwrap();
    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    let opened = desk.open_sealed(&number).unwrap();
    assert!(opened.versions.len() == 2 && opened.versions.iter().all(|one| one.words.visit().is_some()));
    assert_eq!(names(&desk, &number), ["收条.png"]);
    desk.verify().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_district_of_a_desk_enrolled_later_reads_what_was_sealed_before() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (home, office) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let district = LocalDistrict::start(office.path()).unwrap();
    let (desk, _) = desk(home.path());
    let number = desk.register(&denunciation()).unwrap().number;
    desk.attach(&number, "收条.png", PNG).unwrap();
    let became = desk.register(&open_visit()).unwrap().number;
    let blob = desk.attach(&became, "录音.png", PNG).unwrap().remove(0).blob;
    desk.detach(&became, &blob, "放错了人").unwrap();
    desk.correct(&became, &denunciation()).unwrap();
    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    desk.enrol(&district.address(), &district.enrolment_code("120110005", 1).unwrap()).await.unwrap();
    desk.tick().unwrap();
    assert!(desk.exchange(|_| {}).await.unwrap().in_step);
    let key = std::fs::read_to_string(office.path().join("district/sealed.identity.txt")).unwrap();
    let key = OwnKey::find(&key).unwrap();
    assert_eq!(opened_by(&key, &everything_there(&district)).len(), 0, "nobody who reads it was here since");

    // Whoever signs in next and reads it is enough; the words stay with the same people at the desk.
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    for _ in 0..3 {
        desk.tick().unwrap();
    }
    let entries = desk.verify().unwrap().entries;
    desk.tick().unwrap();
    assert_eq!(desk.verify().unwrap().entries, entries, "it is done once");
    let exchanged = desk.exchange(|_| {}).await.unwrap();
    assert!(exchanged.in_step && exchanged.set_aside == 0, "{exchanged:?}");
    let there = everything_there(&district);
    // Two versions of one matter and one of the other, the two files, and why one was taken off.
    let opened = opened_by(&key, &there);
    assert_eq!(opened.len(), 6);
    for word in OF_FILES.into_iter().chain(WORDS) {
        assert!(opened.iter().any(|one| one.to_string().contains(word)), "{word} is not read by the district");
    }
    let keys = keys_by(&key, &there);
    assert_eq!(keys.len(), 2);
    for word in OF_FILES.into_iter().chain(WORDS).chain(keys.iter().map(String::as_str)) {
        assert!(!holds(&there, word), "{word} is readable at the district");
    }
    assert!(holds(&there, &number) && holds(&there, &became));
    let closed = |yours| MatterWords::Sealed { readers: vec!["王芳".into(), "孙书记".into()], yours };
    assert_eq!(desk.matter(&number).unwrap().words, closed(true));
    desk.open_sealed(&became).unwrap();
    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    assert_eq!(refused(desk.open_sealed(&number)), Code::SealedNotYours);
    desk.verify().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_district_stores_what_it_cannot_read_and_erases_what_became_sealed() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (home, office) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let district = LocalDistrict::start(office.path()).unwrap();
    let (desk, _) = desk(home.path());
    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    desk.enrol(&district.address(), &district.enrolment_code("120110005", 1).unwrap()).await.unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    let later_sealed = desk.register(&open_visit()).unwrap().number;
    assert!(desk.exchange(|_| {}).await.unwrap().in_step);
    assert!(holds(&everything_there(&district), "某某所长"), "the scan reads what is there");

    let number = desk.register(&denunciation()).unwrap().number;
    desk.correct(&later_sealed, &denunciation()).unwrap();
    let exchanged = desk.exchange(|_| {}).await.unwrap();
    assert!(exchanged.in_step && exchanged.set_aside == 0, "{exchanged:?}");
    assert!(desk.today().unwrap().rows.iter().all(|row| row.state == MatterState::Sent));
    let bytes = everything_there(&district);
    for word in WORDS {
        assert!(!holds(&bytes, word), "{word} is readable at the district");
    }
    assert!(holds(&bytes, &number) && holds(&bytes, "保密事项"));
    // Its key for sealed matters, kept offline, opens it.
    let key = std::fs::read_to_string(office.path().join("district/sealed.identity.txt")).unwrap();
    let sealed = last_sealed(&bytes);
    let visit: Visit = serde_json::from_slice(&OwnKey::find(&key).unwrap().open(&sealed).unwrap()).unwrap();
    assert!([denunciation(), open_visit()].map(Visit::normalised).contains(&visit));
    // The chain still proves both ends: nothing is sent again, and the district's own check holds.
    assert!(desk.exchange(|_| {}).await.unwrap().in_step);
    desk.verify().unwrap();
}
