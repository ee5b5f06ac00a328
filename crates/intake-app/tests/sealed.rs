//! Sealed matters on real folders and a real district: who reads them, and who does not.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::path::Path;

use intake_app::{Desk, MatterState, MatterWords, Role};
use intake_model::{Class, Code, Competent, Material, Question, Stated, Visit};
use intake_store::{Keyring, Locked, OwnKey};
use rusqlite::types::ValueRef;
use testkit::LocalDistrict;
use testkit::desk::{CLERK_ID, PASSWORD, made, open};

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
    for file in std::fs::read_dir(home.join("desk")).unwrap() {
        bytes.extend(std::fs::read(file.unwrap().path()).unwrap_or_default());
    }
    bytes
}

/// Every value of every table of the district.
fn everything_there(district: &LocalDistrict) -> Vec<u8> {
    let url = district.postgres_url();
    let work = async move {
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
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
    assert_eq!(bytes.windows(13).filter(|window| window == b"sealed_opened").count(), 2, "each opening is journalled");
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
    let file = std::fs::read_to_string(home.path().join("usb/恢复密钥-120110005-01.txt")).unwrap();
    let own = OwnKey::find(&file).unwrap();
    let sealed = last_sealed(&bytes);
    let visit: Visit = serde_json::from_slice(&own.open(&sealed).unwrap()).unwrap();
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
