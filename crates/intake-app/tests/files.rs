//! Files that stand with a matter, and what is written out of the desk.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::Command;

use intake_app::{Attachment, Desk};
use intake_model::{AttachmentKind, Code, Visit};
use serde_json::Value;
use testkit::desk::{CLERK_ID, PASSWORD, made, open};
use testkit::visits::{self, PNG};

fn registered(home: &Path) -> (Desk, String) {
    let desk = made(home).unwrap();
    let number = desk.register(&visits::property_fee()).unwrap().number;
    (desk, number)
}

/// The slip of a matter: a PDF that a scanner could have made.
fn pdf(home: &Path, desk: &Desk, number: &str) -> Vec<u8> {
    let running = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    running.block_on(desk.slip(number)).unwrap();
    std::fs::read(desk.save_slip(number).unwrap().file.unwrap()).inspect(|_| assert!(home.exists())).unwrap()
}

fn blobs(home: &Path) -> Vec<PathBuf> {
    let folder = home.join("desk/blobs");
    let files = std::fs::read_dir(folder).map(|files| files.map(|file| file.unwrap().path()).collect());
    files.unwrap_or_default()
}

fn names(attachments: &[Attachment]) -> Vec<&str> {
    attachments.iter().map(|one| one.name.as_str()).collect()
}

#[test]
fn a_file_is_encrypted_shown_and_there_after_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let (desk, number) = registered(home.path());
    let paper = pdf(home.path(), &desk, &number);
    desk.attach(&number, "C:\\扫描\\合同.pdf", &paper).unwrap();
    let added = desk.attach(&number, "照片.png", PNG).unwrap();
    assert_eq!(names(&added), ["合同.pdf", "照片.png"]);
    assert_eq!((added[0].kind, added[0].pages, added[0].bytes), (AttachmentKind::Pdf, 1, paper.len() as u64));
    assert!(added.iter().all(|one| one.thumbnail.as_ref().unwrap().starts_with("data:image/jpeg;base64,")));
    drop(desk);

    let desk = open(home.path()).unwrap();
    assert_eq!(desk.attachments(&number).unwrap_err().code(), Code::DeskLocked);
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    assert_eq!(desk.attachments(&number).unwrap(), added);
    let page = desk.attachment_page(&number, &added[0].blob, 1).unwrap();
    assert!(page.starts_with(b"\xff\xd8\xff") && page.len() > 10_000, "a picture of the page");
    assert_eq!(desk.attachment_page(&number, &added[0].blob, 2).unwrap_err().code(), Code::AttachmentUnreadable);
    desk.verify().unwrap();

    let files = blobs(home.path());
    assert_eq!(files.len(), 2);
    for file in files {
        let kept = std::fs::read(&file).unwrap();
        assert!(!kept.windows(4).any(|four| four == b"%PDF" || four == b"IHDR"), "{} is readable", file.display());
        assert!(!file.display().to_string().contains("合同"));
    }
}

#[test]
fn the_same_file_again_adds_nothing_and_beside_another_matter_it_has_another_name() {
    let home = tempfile::tempdir().unwrap();
    let (desk, number) = registered(home.path());
    let other = desk.register(&visits::unpaid_wages()).unwrap().number;
    let first = desk.attach(&number, "照片.png", PNG).unwrap();
    let entries = desk.verify().unwrap().entries;
    assert_eq!(desk.attach(&number, "照片 (1).png", PNG).unwrap(), first);
    assert_eq!(desk.verify().unwrap().entries, entries);
    assert_ne!(desk.attach(&other, "照片.png", PNG).unwrap()[0].blob, first[0].blob);
}

#[test]
fn what_is_no_picture_and_no_pdf_or_is_broken_or_too_large_is_refused_and_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    let (desk, number) = registered(home.path());
    let entries = desk.verify().unwrap().entries;
    let check = |name: &str, bytes: &[u8], code| {
        assert_eq!(desk.attach(&number, name, bytes).unwrap_err().code(), code, "{name}");
    };
    check("合同.pdf", b"PK\x03\x04 a document of another program", Code::AttachmentKindUnknown);
    check("空.png", b"", Code::AttachmentKindUnknown);
    check("半张.png", &PNG[..40], Code::AttachmentUnreadable);
    check("半份.pdf", b"%PDF-1.7\n%%EOF", Code::AttachmentUnreadable);
    check("大.pdf", &vec![b'%'; 50 * 1024 * 1024 + 1], Code::AttachmentTooLarge);
    assert_eq!(desk.attach("120110005-20261124-01A-0099-X", "照片.png", PNG).unwrap_err().code(), Code::NumberUnknown);
    desk.void_matter(&number, "误登记").unwrap();
    check("照片.png", PNG, Code::AlreadyVoid);
    assert_eq!(desk.verify().unwrap().entries, entries + 1);
    assert!(blobs(home.path()).is_empty());
}

#[test]
fn a_file_taken_off_keeps_its_reason_and_its_bytes_and_can_be_added_again() {
    let home = tempfile::tempdir().unwrap();
    let (desk, number) = registered(home.path());
    let blob = desk.attach(&number, "照片.png", PNG).unwrap().remove(0).blob;
    assert_eq!(desk.detach(&number, &blob, " ").unwrap_err().code(), Code::ReasonNeeded);
    let left = desk.detach(&number, &blob, "放错了登记").unwrap();
    assert_eq!((left[0].removed.as_deref(), &left[0].thumbnail), (Some("放错了登记"), &None));
    assert_eq!(desk.attachment_page(&number, &blob, 1).unwrap_err().code(), Code::AttachmentUnknown);
    assert_eq!(desk.detach(&number, &blob, "再来").unwrap_err().code(), Code::AttachmentUnknown);
    desk.tick().unwrap();
    assert_eq!(blobs(home.path()).len(), 1, "what stood in a record stays provable");
    desk.verify().unwrap();
    let again = desk.attach(&number, "照片.png", PNG).unwrap();
    assert_eq!((again[0].blob.as_str(), &again[0].removed), (blob.as_str(), &None));
    desk.verify().unwrap();
}

#[test]
fn bytes_whose_entry_was_never_written_are_swept_and_those_of_others_stay() {
    let home = tempfile::tempdir().unwrap();
    let (desk, number) = registered(home.path());
    let added = desk.attach(&number, "照片.png", PNG).unwrap();
    let folder = home.path().join("desk/blobs");
    // As a power cut leaves them: whole without an entry, and half written.
    std::fs::copy(folder.join(&added[0].blob), folder.join("ab".repeat(32))).unwrap();
    std::fs::write(folder.join("cd".repeat(32) + ".new"), "half").unwrap();
    drop(desk);
    let desk = open(home.path()).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    desk.tick().unwrap();
    assert_eq!(blobs(home.path()), [folder.join(&added[0].blob)]);
    assert_eq!(desk.attachments(&number).unwrap(), added);
}

#[test]
fn a_changed_byte_in_a_file_is_found_and_the_file_handed_over_again_mends_it() {
    let home = tempfile::tempdir().unwrap();
    let (desk, number) = registered(home.path());
    desk.attach(&number, "照片.png", PNG).unwrap();
    let file = blobs(home.path()).remove(0);
    let mut bytes = std::fs::read(&file).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let said = desk.verify().unwrap_err();
    assert_eq!(said.difference(), Some(format!("an attachment of {number} cannot be opened").as_str()));
    assert!(desk.attachments(&number).unwrap()[0].unreadable);
    let entries = desk.state().unwrap().unsent;
    desk.attach(&number, "照片.png", PNG).unwrap();
    assert!(!desk.attachments(&number).unwrap()[0].unreadable);
    desk.verify().unwrap();
    assert_eq!(desk.state().unwrap().unsent, entries, "mending is no new entry");
}

fn exported_json(folder: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join("matter.json")).unwrap()).unwrap()
}

#[test]
fn a_matters_whole_file_holds_its_record_every_version_and_its_attachments() {
    let home = tempfile::tempdir().unwrap();
    let (desk, number) = registered(home.path());
    let corrected = Visit { remark: "带了工资条".into(), ..visits::property_fee() };
    desk.correct(&number, &corrected).unwrap();
    desk.attach(&number, "照片: 楼道.png", PNG).unwrap();
    let code = desk.matter(&number).unwrap().query_code;
    let out = home.path().join("档案");
    let done = desk.export_matter(&number, &out).unwrap();
    let folder = out.join(&number);
    assert_eq!((PathBuf::from(&done.path), done.count), (folder.clone(), 3));
    assert_eq!(std::fs::read(folder.join("附件/01-照片_ 楼道.png")).unwrap(), PNG);

    let json = exported_json(&folder);
    assert_eq!(json["versions"][0]["visit"]["remark"], "");
    assert_eq!(json["versions"][1]["visit"]["remark"], "带了工资条");
    let kinds: Vec<_> = json["entries"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["registered", "corrected", "attachment_added"]);
    assert_eq!(json["attachments"][0]["file"], "附件/01-照片_ 楼道.png");
    assert!(!json.to_string().contains(&code), "the query code is the visitor's alone");

    let text = Command::new("pdftotext").arg(folder.join("登记记录.pdf")).arg("-").output().unwrap();
    let text: String = String::from_utf8(text.stdout).unwrap().split_whitespace().collect();
    for words in [
        number.as_str(),
        "张伟",
        "13920011234",
        "中河村3排12号",
        "未经业主大会表决",
        "带了工资条",
        "照片:楼道.png",
        "更正",
    ] {
        assert!(text.contains(words), "{words} is not in {text}");
    }
    assert!(!text.contains(&code));
    // Nothing that was written out before is overwritten, and each is an entry.
    assert_eq!(PathBuf::from(desk.export_matter(&number, &out).unwrap().path), out.join(format!("{number}-2")));
    let kinds = exported_json(&out.join(format!("{number}-2")))["entries"].to_string();
    assert!(kinds.contains("matter_exported"));
    desk.verify().unwrap();
}

#[test]
fn a_matter_is_not_written_into_the_data_folder_or_a_folder_that_cannot_be_written() {
    let home = tempfile::tempdir().unwrap();
    let (desk, number) = registered(home.path());
    let entries = desk.verify().unwrap().entries;
    std::fs::write(home.path().join("file"), "").unwrap();
    for folder in [home.path().join("desk/out"), home.path().join("file/out"), PathBuf::from("usb")] {
        let refused = desk.export_matter(&number, &folder).unwrap_err();
        assert_eq!(refused.code(), Code::ExportFolderUnusable, "{}", folder.display());
    }
    assert_eq!(desk.verify().unwrap().entries, entries);
}

#[test]
fn a_file_that_breaks_off_leaves_no_half_folder() {
    let home = tempfile::tempdir().unwrap();
    let (desk, number) = registered(home.path());
    desk.attach(&number, "照片.png", PNG).unwrap();
    std::fs::remove_file(blobs(home.path()).remove(0)).unwrap();
    let out = home.path().join("out");
    assert_eq!(desk.export_matter(&number, &out).unwrap_err().code(), Code::AttachmentUnreadable);
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 0);
}

fn sheet(file: &str) -> String {
    // What a spreadsheet program shows is in these two parts.
    let part = |name: &str| {
        let out = Command::new("unzip").args(["-p", file, name]).output().expect("install unzip");
        String::from_utf8(out.stdout).unwrap()
    };
    part("xl/sharedStrings.xml") + &part("xl/worksheets/sheet1.xml")
}

#[test]
fn a_periods_sheet_is_masked_and_whole_only_for_an_administrator_with_a_reason() {
    let home = tempfile::tempdir().unwrap();
    let desk = made(home.path()).unwrap();
    let day = intake_model::civil_date(today(&desk));
    for visit in visits::day() {
        let passed_because = "来访人说不清楚".into();
        desk.register(&Visit { passed_because, ..visit }).unwrap();
    }
    let sealed =
        Visit { confidential: true, passed_because: "来访人已知悉".into(), ..visits::without_an_address() };
    let sealed = desk.register(&sealed).unwrap().number;
    let out = home.path().join("out");

    let masked = desk.export_period(day, day, &out, None).unwrap();
    assert_eq!(masked.count, 9);
    let text = sheet(&masked.path);
    for words in ["张＊", "*******1234", "新立街道＊＊＊", "天津市某某机械有限公司", sealed.as_str(), "保密"]
    {
        assert!(text.contains(words), "{words} is not in the sheet");
    }
    for words in ["张伟", "13920011234", "12011019720314", "中河村3排", "物业费", "周涛"] {
        assert!(!text.contains(words), "{words} is in the masked sheet");
    }

    assert_eq!(desk.export_period(day, day, &out, Some(" ")).unwrap_err().code(), Code::ReasonNeeded);
    let whole = desk.export_period(day, day, &out.join("全.xlsx"), Some("区里统一回访")).unwrap();
    let text = sheet(&whole.path);
    assert!(text.contains("张伟") && text.contains("13920011234") && text.contains("物业费"));
    assert_eq!(text.matches("杨光").count(), 1, "the sealed one has no name in any sheet");
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    assert_eq!(desk.export_period(day, day, &out, Some("想看")).unwrap_err().code(), Code::NotAllowed);
    let earlier = day.pred_opt().unwrap();
    assert_eq!(desk.export_period(earlier, earlier, &out, None).unwrap().count, 0);
    desk.verify().unwrap();
}

/// The desk's own day, as its list says.
fn today(desk: &Desk) -> i64 {
    let date: chrono::NaiveDate = desk.today().unwrap().date.parse().unwrap();
    date.and_hms_opt(4, 0, 0).unwrap().and_utc().timestamp_millis()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_district_stores_what_is_said_of_files_and_those_that_stand() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (home, office) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let district = testkit::district::LocalDistrict::start(office.path()).unwrap();
    let (desk, number) = registered(home.path());
    let code = district.enrolment_code("120110005", 1).unwrap();
    desk.enrol(&district.address(), &code).await.unwrap();
    let added = desk.attach(&number, "照片.png", PNG).unwrap();
    let day = intake_model::civil_date(today(&desk));
    desk.export_matter(&number, &home.path().join("out")).unwrap();
    desk.export_period(day, day, &home.path().join("out"), None).unwrap();
    desk.attach(&number, "又一张.png", &[PNG, b"more"].concat()).unwrap();
    desk.detach(&number, &added[0].blob, "放错了登记").unwrap();
    let ended = desk.exchange(|_| {}).await.unwrap();
    assert!(ended.in_step && ended.set_aside == 0, "{ended:?}");
    let outlook = desk.outlook().unwrap();
    assert_eq!((ended.files_sent, ended.files_missing), (1, 0), "the one that was taken off stays here");
    assert_eq!((outlook.entries, outlook.files), (0, 0));
    // On a metered line the next one waits, the day says so and can be closed.
    desk.set_line(true, true).unwrap();
    desk.attach(&number, "第三张.png", &[PNG, b"third"].concat()).unwrap();
    let ended = desk.exchange(|_| {}).await.unwrap();
    assert!(ended.entries_in_step && !ended.in_step && ended.files_missing == 1, "{ended:?}");
    let outlook = desk.outlook().unwrap();
    assert!(outlook.held_back && outlook.files == 1, "{outlook:?}");
    assert_eq!(desk.closing_day(None).unwrap().unsent_files, 1);
    let ended = desk.exchange_with_files(|_| {}).await.unwrap();
    assert!(ended.in_step && ended.files_sent == 1, "{ended:?}");
    assert_eq!(desk.closing_day(None).unwrap().unsent_files, 0);
    district.stop();
}
