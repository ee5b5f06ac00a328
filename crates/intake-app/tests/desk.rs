//! A desk's day without its window: the real folder, the real district, the real line.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "desk/any_order.rs"]
mod any_order;
#[path = "desk/clock.rs"]
mod clock;
#[path = "desk/closing.rs"]
mod closing;

use std::path::Path;
use std::sync::Arc;

use intake_app::{CreateDesk, Desk, Imported, MatterState, OfficeSettings, Phase};
use intake_model::{Class, Code, Competent, Decision, Material, Outcome, Party, Person, Question, Stated, Visit};
use testkit::FixedMoments;
use testkit::desk::{CLERK_ID, PASSWORD, form, open, open_at};

fn created(folder: &Path) -> Desk {
    testkit::desk::made(folder).unwrap()
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

fn with_materials(count: usize) -> Visit {
    Visit { materials: vec![Material { name: "工资条".into(), ..Material::default() }; count], ..visit() }
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
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
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
    desk.correct(&number, &with_materials(3)).unwrap();
    let matter = desk.matter(&number).unwrap();
    assert_eq!((matter.version, matter.words.visit().unwrap().materials.len()), (2, 3));
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
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    assert_eq!(desk.matter(&number).unwrap().words.visit(), Some(&visit().normalised()));
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
        assert_eq!(desk.sign_in(CLERK_ID, "不是这个密码吧").unwrap_err().code(), Code::WrongPassword);
    }
    let desk = open(home.path()).unwrap();
    assert_eq!(desk.sign_in(CLERK_ID, PASSWORD).unwrap_err().code(), Code::WaitBeforeRetry);
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
fn a_wal_whose_tail_is_gone_is_told_as_loss_and_the_lost_number_is_not_given_again() {
    let home = tempfile::tempdir().unwrap();
    let desk = created(home.path());
    desk.tick().unwrap();
    let lost = desk.register(&visit()).unwrap().number;
    let folder = home.path().join("desk");
    let kept = std::fs::read(folder.join("desk.db")).unwrap();
    drop(desk);
    std::fs::write(folder.join("desk.db"), kept).unwrap();
    let desk = open(home.path()).unwrap();
    let told = desk.sign_in(CLERK_ID, PASSWORD).unwrap().repaired.unwrap();
    assert_eq!((told.missing, told.backup), (1, None));
    let next = desk.register(&visit()).unwrap().number;
    assert!(lost.contains("-01A-0001-") && next.contains("-01B-0001-"), "{lost}, then {next}");
}

#[test]
fn a_database_that_is_gone_is_reported_as_loss_and_never_made_anew() {
    let home = tempfile::tempdir().unwrap();
    let desk = created(home.path());
    desk.register(&visit()).unwrap();
    desk.tick().unwrap();
    drop(desk);
    let database = home.path().join("desk/desk.db");
    let kept = std::fs::read(&database).unwrap();
    std::fs::remove_file(&database).unwrap();
    let desk = open(home.path()).unwrap();
    assert_eq!(desk.sign_in(CLERK_ID, PASSWORD).unwrap_err().code(), Code::EntriesLost);
    assert_eq!(desk.state().unwrap().notice.unwrap().code, Code::EntriesLost);
    std::fs::write(&database, kept).unwrap();
    assert_eq!(desk.sign_in(CLERK_ID, PASSWORD).unwrap().notice, None, "what is mended is no longer told");
    assert_eq!(desk.today().unwrap().rows.len(), 1);
}

#[test]
fn a_clock_set_back_locks_nobody_out() {
    const YEAR_MS: i64 = 365 * 24 * 3_600_000;
    let home = tempfile::tempdir().unwrap();
    drop(created(home.path()));
    let clock = FixedMoments::default();
    let desk = open_at(home.path(), Arc::new(clock.clone())).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    desk.sign_out().unwrap();
    clock.pass_ms(-YEAR_MS);
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    desk.sign_out().unwrap();
    for _ in 0..3 {
        assert_eq!(desk.sign_in(CLERK_ID, "不是这个密码吧").unwrap_err().code(), Code::WrongPassword);
    }
    clock.pass_ms(-YEAR_MS);
    assert_eq!(desk.sign_in(CLERK_ID, PASSWORD).unwrap_err().code(), Code::WaitBeforeRetry);
    clock.pass_ms(60_000);
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
}

#[test]
fn a_refused_form_names_its_field() {
    let home = tempfile::tempdir().unwrap();
    let desk = open(home.path()).unwrap();
    let refused = |change: fn(&mut CreateDesk)| {
        let mut form = form(home.path());
        change(&mut form);
        let failure = desk.create_desk(&form).unwrap_err().told("create_desk");
        (failure.code, failure.field.unwrap())
    };
    assert_eq!(refused(|form| form.desk = 0), (Code::DeskNumberUnusable, "desk".into()));
    assert_eq!(refused(|form| form.office_phone = " ".into()), (Code::OfficeIncomplete, "office_phone".into()));
    assert_eq!(refused(|form| form.clerk = "周建国".into()), (Code::ClerkNameUnusable, "clerk".into()));
    assert_eq!(refused(|form| form.clerk_password = "短".into()), (Code::PasswordTooShort, "clerk_password".into()));
}

#[test]
fn the_notice_is_due_from_the_day_on_which_name_and_address_became_known() {
    const DAY_MS: i64 = 24 * 3_600_000;
    let home = tempfile::tempdir().unwrap();
    drop(created(home.path()));
    let clock = FixedMoments::default();
    let desk = open_at(home.path(), Arc::new(clock.clone())).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    let number = desk.register(&Visit { name: Stated::Declined, ..visit() }).unwrap().number;
    clock.pass_ms(30 * DAY_MS);
    let known = desk.correct(&number, &visit()).unwrap();
    assert_eq!(known.due.as_deref(), Some("2027-01-08"), "fifteen days after 2026-12-24");
    clock.pass_ms(DAY_MS);
    let again = desk.correct(&number, &with_materials(1)).unwrap();
    assert_eq!(again.due, known.due, "a later correction gives the office no more time");
    assert_eq!(desk.matter(&number).unwrap().due, known.due);
}

#[test]
fn what_of_earlier_days_is_not_at_the_district_stands_under_the_days_list() {
    let home = tempfile::tempdir().unwrap();
    drop(created(home.path()));
    let clock = FixedMoments::default();
    let desk = open_at(home.path(), Arc::new(clock.clone())).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    let number = desk.register(&visit()).unwrap().number;
    clock.pass_ms(24 * 3_600_000);
    let today = desk.today().unwrap();
    assert!(today.rows.is_empty());
    assert_eq!(today.earlier.iter().map(|row| &row.number).collect::<Vec<_>>(), [&number]);
    assert_eq!(today.earlier[0].date, "2026-11-24");
}

#[test]
fn what_is_entered_later_counts_from_the_day_it_was_received() {
    let home = tempfile::tempdir().unwrap();
    drop(created(home.path()));
    let desk = open_at(home.path(), Arc::new(FixedMoments::default())).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    let later = Visit { received_at: "2026-11-20T16:40:00".parse().ok(), ..visit() };
    let registered = desk.register(&later).unwrap();
    assert_eq!(
        (registered.registered_at.as_str(), registered.due.as_deref()),
        ("2026-11-24 09:05", Some("2026-12-05"))
    );
    let tomorrow = Visit { received_at: "2026-11-25T08:00:00".parse().ok(), ..visit() };
    assert_eq!(desk.register(&tomorrow).unwrap_err().code(), Code::ReasonNeeded);
}

#[test]
fn every_version_of_a_record_stays_readable() {
    let home = tempfile::tempdir().unwrap();
    let desk = created(home.path());
    let number = desk.register(&visit()).unwrap().number;
    desk.correct(&number, &with_materials(2)).unwrap();
    let versions = desk.versions(&number).unwrap();
    let told: Vec<_> = versions.iter().map(|one| (one.version, one.words.visit().unwrap().materials.len())).collect();
    assert_eq!(told, [(2, 2), (1, 0)]);
    assert_eq!(desk.versions("120110005-20261124-01A-9999-X").unwrap_err().code(), Code::NumberUnknown);
}

#[test]
fn a_ledgers_row_is_taken_once() {
    let home = tempfile::tempdir().unwrap();
    let desk = created(home.path());
    let Imported::Now(first) = desk.register_once(&visit(), "2023-1").unwrap() else { panic!("taken before") };
    assert_eq!(desk.register_once(&visit(), "2023-1").unwrap(), Imported::Before(first.number));
    assert!(matches!(desk.register_once(&visit(), "2023-2").unwrap(), Imported::Now(_)));
    let today = desk.today().unwrap();
    assert_eq!((today.rows.len(), today.imported), (0, 2));
    desk.verify().unwrap();
}

#[test]
fn the_rules_of_the_region_are_the_desks_and_the_administrator_can_change_them() {
    let home = tempfile::tempdir().unwrap();
    let desk = created(home.path());
    let asked = Visit {
        routing: Some(Question {
            class: Class::Denunciation,
            competent: Competent::AnotherBody,
            ..Question::default()
        }),
        ..visit()
    };
    assert!(desk.advise(&asked).unwrap().unwrap().sealed);
    assert_eq!(desk.advise(&visit()).unwrap(), None);

    let office = desk.office().unwrap();
    assert_eq!(office.profile, "tianjin-dongli-street");
    assert_eq!(desk.check_visit(&visit()).unwrap(), []);
    let stricter = OfficeSettings { office_phone: "022-24991111".into(), profile: "zhejiang".into(), ..office.clone() };
    desk.set_office(&stricter).unwrap();
    assert_eq!(desk.office().unwrap(), stricter);
    let problems = desk.check_visit(&visit()).unwrap();
    assert_eq!(problems.iter().map(|one| one.code).collect::<Vec<_>>(), [Code::LocalExtraMissing]);
    let refused = desk.set_office(&OfficeSettings { profile: "mars".into(), ..office.clone() }).unwrap_err();
    assert_eq!(refused.code(), Code::ProfileUnknown);
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    assert_eq!(desk.set_office(&office).unwrap_err().code(), Code::NotAllowed);
    desk.verify().unwrap();
}

#[test]
fn a_profile_of_the_centres_own_is_taken_whole_or_the_desk_keeps_the_one_it_had() {
    let home = tempfile::tempdir().unwrap();
    let desk = created(home.path());
    let own = "extends = \"national\"\nid = \"xinli\"\nname = \"新立街道\"\nversion = \"1\"\nsource = \"街道办通知\"\n\
               effective = \"2026-01-01\"\n[form]\nexpected = [\"phone\"]\n";
    let taken = desk.set_own_profile("xinli.toml", own).unwrap();
    assert_eq!(taken.profile, "xinli");
    assert!(taken.profiles.contains(&("xinli".into(), "新立街道".into())));
    let without_phone = Visit { phone: None, ..visit() };
    let codes = || desk.check_visit(&without_phone).unwrap().into_iter().map(|one| one.code).collect::<Vec<_>>();
    assert_eq!(codes(), [Code::LocalExtraMissing]);

    let refused = desk.set_own_profile("xinli.toml", &own.replace("phone", "colour")).unwrap_err();
    assert_eq!(refused.code(), Code::ProfileUnreadable);
    assert_eq!(refused.told("set_own_profile").params["line"], 8);
    assert_eq!(codes(), [Code::LocalExtraMissing], "the one it had");

    desk.set_office(&OfficeSettings { office_phone: "022-24991111".into(), ..taken.clone() }).unwrap();
    assert_eq!(desk.office().unwrap().profile, "xinli", "changing the phone does not lose it");
    desk.set_office(&OfficeSettings { profile: "national".into(), ..taken }).unwrap();
    assert_eq!(codes(), []);
}

#[test]
fn a_decision_that_differs_from_the_advice_keeps_its_reason() {
    let home = tempfile::tempdir().unwrap();
    let desk = created(home.path());
    let decided = |because: &str| Visit {
        routing: Some(Question { competent: Competent::AnotherBody, ..Question::default() }),
        decision: Some(Decision { outcome: Outcome::Accepted, because: because.into(), ..Decision::default() }),
        ..visit()
    };
    let problems = desk.check_visit(&decided("")).unwrap();
    assert_eq!(problems.iter().map(|one| one.code).collect::<Vec<_>>(), [Code::DecisionUnexplained]);
    let number = desk.register(&decided("双方同意由街道先核实工资表")).unwrap().number;
    assert_eq!(
        desk.matter(&number).unwrap().words.visit().unwrap().decision.as_ref().unwrap().because,
        "双方同意由街道先核实工资表"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn paper_is_made_of_what_was_issued_and_of_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    let desk = created(home.path());
    let number = desk.register(&visit()).unwrap().number;
    for refused in [desk.preview_slip(&number), desk.save_slip(&number)] {
        assert_eq!(refused.unwrap_err().code(), Code::SlipNotIssued);
    }
    let first = desk.slip(&number).await.unwrap();
    assert_eq!((first.copy, first.undrawable.as_str()), (1, ""));
    desk.correct(&number, &with_materials(3)).unwrap();
    assert_eq!(desk.preview_slip(&number).unwrap().pages, first.pages, "the corrected version was not issued");
    let moved = OfficeSettings { office_phone: "022-24991111".into(), ..desk.office().unwrap() };
    desk.set_office(&moved).unwrap();
    assert_eq!(desk.preview_slip(&number).unwrap().pages, first.pages, "the paper in hand names the old phone");
    let two = tokio::join!(desk.slip(&number), desk.slip(&number));
    let (one, other) = (two.0.unwrap(), two.1.unwrap());
    assert_eq!([one.copy.min(other.copy), one.copy.max(other.copy)], [2, 3]);
    assert_ne!(one.pages, other.pages, "each says which copy it is");
    desk.void_matter(&number, "重复登记").unwrap();
    for refused in [desk.preview_slip(&number), desk.save_slip(&number)] {
        assert_eq!(refused.unwrap_err().code(), Code::AlreadyVoid);
    }
    desk.verify().unwrap();
}

#[test]
fn what_could_never_leave_the_desk_is_refused_before_it_uses_up_a_number() {
    let home = tempfile::tempdir().unwrap();
    let desk = created(home.path());
    let one = Person { name: "甲".repeat(9_000), ..Person::default() };
    let visit_of_a_megabyte = Visit { people: vec![one; 60], ..visit() };
    assert_eq!(desk.register(&visit_of_a_megabyte).unwrap_err().code(), Code::TextTooLong);
    let number = desk.register(&Visit { party: Party::Organisation, ..visit() }).unwrap().number;
    assert!(number.contains("-0001-"));
    let refused = desk.void_matter(&number, &"长".repeat(10_001)).unwrap_err().told("void_matter");
    assert_eq!((refused.code, refused.field.as_deref()), (Code::TextTooLong, Some("reason")));
    assert_eq!(desk.void_matter(&number, "重复\u{0}").unwrap_err().code(), Code::ControlCharacter);
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
    desk.note_advice("问残疾证在哪里办，告知到街道民政窗口").unwrap();
    desk.note_progress(&desk.today().unwrap().rows[0].number).unwrap();
    assert_eq!(desk.note_advice("  ").unwrap_err().code(), Code::DemandEmpty);
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
