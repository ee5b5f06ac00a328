//! A desk's day without its window: the real folder, the real district, the real line.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::path::Path;
use std::sync::Arc;

use intake_app::{CreateDesk, Desk, MatterState, Phase, Setup, SystemClock};
use intake_model::{Code, Stated, Visit};

const PASSWORD: &str = "一句好记的密码";

fn open(folder: &Path) -> Result<Desk, intake_app::Error> {
    let clock = Arc::new(SystemClock::default());
    Desk::open(Setup { folder: folder.join("desk"), practice: false, pdf_folder: folder.join("pdf"), clock })
}

fn password() -> String {
    format!("{PASSWORD}八")
}

fn created(folder: &Path) -> Desk {
    let desk = open(folder).unwrap();
    desk.create_desk(&form(folder)).unwrap();
    desk
}

fn form(folder: &Path) -> CreateDesk {
    CreateDesk {
        centre_code: "120110005".into(),
        centre_name: "天津市东丽区新立街道矛调中心".into(),
        office_phone: "022-24990000".into(),
        office_address: "先锋路1号".into(),
        desk: 1,
        administrator: "周建国".into(),
        administrator_password: password(),
        clerk: "王芳".into(),
        clerk_password: password(),
        recovery_folder: folder.join("usb").display().to_string(),
    }
}

fn visit() -> Visit {
    Visit {
        name: Stated::Stated("阿不都热依木·买买提".into()),
        address: Stated::Stated("军粮城街道租住".into()),
        phone: Some("186 2233 4455".into()),
        demand: "打工工资被拖欠三个月共18600元，老板不接电话。".into(),
        ..Visit::default()
    }
}

#[test]
fn what_was_registered_is_there_after_a_restart_and_the_next_number_follows() {
    let home = tempfile::tempdir().unwrap();
    let desk = created(home.path());
    let first = desk.register(&visit()).unwrap();
    drop(desk);
    let desk = open(home.path()).unwrap();
    assert_eq!(desk.state().unwrap().phase, Phase::Locked);
    assert_eq!(desk.register(&visit()).unwrap_err().code(), Code::DeskLocked);
    desk.sign_in(2, &password()).unwrap();
    let second = desk.register(&visit()).unwrap();
    assert!(first.number.contains("-01A-0001-") && second.number.contains("-01A-0002-"));
    let today = desk.today().unwrap();
    assert_eq!(today.rows.len(), 2);
    assert_eq!(today.rows[1].name, "阿不都热依木·买买提");
    assert_eq!(desk.verify().unwrap().matters, 2);
}

#[test]
fn one_without_a_name_and_one_without_an_address_are_registered() {
    let home = tempfile::tempdir().unwrap();
    let desk = created(home.path());
    let nameless = Visit { name: Stated::Declined, ..visit() };
    assert_eq!(desk.register(&nameless).unwrap().due, None);
    let homeless = Visit { address: Stated::Unknown, ..visit() };
    assert_eq!(desk.register(&homeless).unwrap_err().code(), Code::ReasonNeeded);
    let passed = Visit { passed_because: "来访人自述无固定住处".into(), ..homeless };
    assert!(desk.register(&passed).unwrap().number.contains("-0002-"), "a refusal uses up no number");
    assert_eq!(desk.register(&Visit::default()).unwrap_err().code(), Code::VisitUnreadable);
}

#[test]
fn a_correction_is_a_new_version_and_a_void_keeps_its_number_and_reason() {
    let home = tempfile::tempdir().unwrap();
    let desk = created(home.path());
    let number = desk.register(&visit()).unwrap().number;
    desk.correct(&number, &Visit { materials: 3, ..visit() }).unwrap();
    let matter = desk.matter(&number).unwrap();
    assert_eq!((matter.version, matter.visit.materials), (2, 3));
    assert_eq!(desk.void_matter(&number, " ").unwrap_err().code(), Code::ReasonNeeded);
    let today = desk.void_matter(&number, "重复登记").unwrap();
    assert!(today.rows[0].void && today.rows[0].void_reason == "重复登记");
    assert_eq!(desk.correct(&number, &visit()).unwrap_err().code(), Code::AlreadyVoid);
    assert!(desk.register(&visit()).unwrap().number.contains("-0002-"));
    desk.verify().unwrap();
}

#[test]
fn a_recovery_key_on_the_stick_is_never_overwritten_by_a_new_desk_of_that_number() {
    let home = tempfile::tempdir().unwrap();
    drop(created(home.path()));
    let stick = home.path().join("usb");
    let first = std::fs::read(stick.join("恢复密钥-120110005-01.txt")).unwrap();
    std::fs::rename(home.path().join("desk"), home.path().join("old")).unwrap();
    drop(created(home.path()));
    assert_eq!(std::fs::read(stick.join("恢复密钥-120110005-01.txt")).unwrap(), first);
    assert!(stick.join("恢复密钥-120110005-01-2.txt").exists());
}

#[test]
fn records_whose_keyring_is_gone_are_never_overwritten_by_a_new_desk() {
    let home = tempfile::tempdir().unwrap();
    let desk = created(home.path());
    let number = desk.register(&visit()).unwrap().number;
    drop(desk);
    let keyring = home.path().join("desk/keyring.json");
    let kept = std::fs::read(&keyring).unwrap();
    std::fs::remove_file(&keyring).unwrap();
    let desk = open(home.path()).unwrap();
    assert_eq!(desk.state().unwrap_err().code(), Code::KeyringDamaged);
    let refused = desk.create_desk(&form(home.path())).unwrap_err();
    assert_eq!(refused.code(), Code::KeyringDamaged);
    std::fs::write(&keyring, kept).unwrap();
    desk.sign_in(2, &password()).unwrap();
    assert_eq!(desk.matter(&number).unwrap().visit, visit().normalised());
}

#[test]
fn a_desk_whose_making_broke_off_can_be_made_again() {
    let home = tempfile::tempdir().unwrap();
    drop(created(home.path()));
    std::fs::remove_file(home.path().join("desk/keyring.json")).unwrap();
    std::fs::write(home.path().join("desk/making"), "").unwrap();
    let desk = created(home.path());
    desk.register(&visit()).unwrap();
    assert!(!home.path().join("desk/making").exists());
}

#[test]
fn a_wrong_password_says_so_and_the_wait_survives_a_restart() {
    let home = tempfile::tempdir().unwrap();
    drop(created(home.path()));
    for _ in 0..3 {
        let desk = open(home.path()).unwrap();
        assert_eq!(desk.sign_in(2, "不是这个密码吧").unwrap_err().code(), Code::WrongPassword);
    }
    let desk = open(home.path()).unwrap();
    assert_eq!(desk.sign_in(2, &password()).unwrap_err().code(), Code::WaitBeforeRetry);
}

#[test]
fn nothing_personal_lies_readable_in_the_data_folder_and_a_second_program_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let desk = created(home.path());
    desk.register(&visit()).unwrap();
    assert_eq!(open(home.path()).err().unwrap().code(), Code::FolderInUse);
    for file in std::fs::read_dir(home.path().join("desk")).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for secret in ["买买提", "186 2233 4455", "18600元", "SQLite format 3"] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
        }
    }
}

#[test]
fn a_wal_whose_tail_is_gone_is_reported_as_loss() {
    let home = tempfile::tempdir().unwrap();
    let desk = created(home.path());
    desk.tick().unwrap();
    desk.register(&visit()).unwrap();
    let folder = home.path().join("desk");
    let kept = std::fs::read(folder.join("desk.db")).unwrap();
    drop(desk);
    std::fs::write(folder.join("desk.db"), kept).unwrap();
    let desk = open(home.path()).unwrap();
    assert_eq!(desk.sign_in(2, &password()).unwrap_err().code(), Code::EntriesLost);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_day_reaches_the_district_exactly_once_and_slips_count_their_copies() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (home, office) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let district = testkit::district::LocalDistrict::start(office.path()).unwrap();
    let desk = created(home.path());
    let code = district.enrolment_code("120110005", 1).unwrap();
    assert!(desk.enrol(&district.address(), &code).await.unwrap().enrolled);
    for visit in testkit::visits::day() {
        let visit = Visit { passed_because: "来访人自述".into(), ..visit };
        let number = desk.register(&visit).unwrap().number;
        assert_eq!(desk.slip(&number).await.unwrap().copy, 1);
        assert_eq!(desk.slip(&number).await.unwrap().copy, 2);
    }
    assert!(desk.today().unwrap().rows.iter().all(|row| row.state == MatterState::Waiting));
    let first = desk.exchange(|_| {}).await.unwrap();
    assert!(first.in_step, "{first:?}");
    let second = desk.exchange(|_| {}).await.unwrap();
    assert!(second.in_step && second.sent == 0, "{second:?}");
    assert!(desk.today().unwrap().rows.iter().all(|row| row.state == MatterState::Sent));
    district.stop();
    desk.register(&visit()).unwrap();
    let away = desk.exchange(|_| {}).await.unwrap();
    assert_eq!(away.trouble.unwrap().code, Code::DistrictUnreachable);
    assert_eq!(desk.outlook().unwrap().registrations, 1);
}
