//! What is typed and not registered: on the disk, whatever happens to the program, and nobody else's.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use intake_app::{Desk, DraftKind, DraftText};
use intake_model::Code;
use intake_store::{Db, Keyring, Locked};
use testkit::desk::{CLERK_ID, PASSWORD, made, open, open_at};
use testkit::{FixedMoments, visits};

const ADMINISTRATOR: u32 = 1;
const ADMINISTRATORS_PASSWORD: &str = "管理员好记的一句话";

fn draft(words: &str) -> DraftText {
    let body = format!(r#"{{"draft":{{"demand":"{words}"}}}}"#);
    DraftText { kind: DraftKind::Visit, about: None, words: words.into(), aside: false, body }
}

/// The clerk at work, on a desk where the administrator was before.
fn clerk(home: &std::path::Path) -> Desk {
    let desk = made(home).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    desk
}

#[test]
fn a_draft_is_there_after_a_restart_and_uses_up_no_number_and_no_entry() {
    let home = tempfile::tempdir().unwrap();
    let desk = clerk(home.path());
    let entries = desk.verify().unwrap().entries;
    let id = desk.save_draft(None, &draft("路灯")).unwrap();
    assert_eq!(desk.save_draft(Some(&id), &draft("路灯坏了半年")).unwrap(), id);
    drop(desk);
    let desk = open(home.path()).unwrap();
    assert_eq!(desk.drafts().unwrap_err().code(), Code::DeskLocked);
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    assert_eq!(desk.open_draft(&id).unwrap(), draft("路灯坏了半年"));
    assert_eq!(desk.verify().unwrap().entries, entries);
    assert_eq!(desk.state().unwrap().unsent, entries);
    assert!(desk.register(&visits::property_fee()).unwrap().number.contains("-0001-"));
}

#[test]
fn drafts_are_listed_with_the_one_changed_last_first() {
    let home = tempfile::tempdir().unwrap();
    let clock = FixedMoments::default();
    let desk = open_at(home.path(), std::sync::Arc::new(clock.clone())).unwrap();
    desk.create_desk(&testkit::desk::form(home.path())).unwrap();
    let mut ids = Vec::new();
    for words in ["第一位", "第二位", "第三位"] {
        clock.pass_ms(60_000);
        ids.push(desk.save_draft(None, &draft(words)).unwrap());
    }
    clock.pass_ms(60_000);
    desk.save_draft(Some(&ids[0]), &draft("第一位回来了")).unwrap();
    let lines = desk.drafts().unwrap();
    let words: Vec<_> = lines.iter().map(|line| line.words.as_str()).collect();
    assert_eq!(words, ["第一位回来了", "第三位", "第二位"]);
    assert_eq!((lines[0].started.as_str(), lines[0].changed.as_str()), ("2026-11-24 09:06", "2026-11-24 09:09"));
}

#[test]
fn registering_a_draft_takes_it_away_and_a_late_save_does_not_bring_it_back() {
    let home = tempfile::tempdir().unwrap();
    let desk = clerk(home.path());
    let (kept, id) = (desk.save_draft(None, &draft("别的")).unwrap(), desk.save_draft(None, &draft("路灯")).unwrap());
    desk.register_from(&visits::property_fee(), Some(&id)).unwrap();
    assert_eq!(desk.save_draft(Some(&id), &draft("路灯，")).unwrap_err().code(), Code::DraftGone);
    let left: Vec<_> = desk.drafts().unwrap().into_iter().map(|line| line.id).collect();
    assert_eq!(left, [kept]);
}

#[test]
fn a_registration_that_is_refused_leaves_the_draft_and_no_number_behind() {
    let home = tempfile::tempdir().unwrap();
    let desk = clerk(home.path());
    let id = desk.save_draft(None, &draft("")).unwrap();
    let refused = desk.register_from(&intake_model::Visit::default(), Some(&id)).unwrap_err();
    assert_eq!(refused.code(), Code::VisitUnreadable);
    assert_eq!(desk.open_draft(&id).unwrap(), draft(""));
    assert_eq!(desk.verify().unwrap().matters, 0);
}

#[test]
fn a_correction_that_is_saved_takes_its_draft_with_it() {
    let home = tempfile::tempdir().unwrap();
    let desk = clerk(home.path());
    let number = desk.register(&visits::property_fee()).unwrap().number;
    let correction = DraftText { kind: DraftKind::Correction, about: Some(number.clone()), ..draft("张伟") };
    let id = desk.save_draft(None, &correction).unwrap();
    assert_eq!(desk.drafts().unwrap()[0].about.as_ref(), Some(&number));
    desk.correct_from(&number, &visits::property_fee(), Some(&id)).unwrap();
    assert!(desk.drafts().unwrap().is_empty());
    assert_eq!(desk.matter(&number).unwrap().version, 2);
}

#[test]
fn another_clerk_sees_that_there_is_a_draft_and_can_neither_read_change_register_nor_discard_it() {
    let home = tempfile::tempdir().unwrap();
    let desk = clerk(home.path());
    let id = desk.save_draft(None, &draft("举报某某")).unwrap();
    desk.lock().unwrap();
    desk.sign_in(ADMINISTRATOR, ADMINISTRATORS_PASSWORD).unwrap();
    let lines = desk.drafts().unwrap();
    assert_eq!((lines.len(), lines[0].own, lines[0].words.as_str()), (1, false, ""));
    assert_eq!(desk.open_draft(&id).unwrap_err().code(), Code::DraftGone);
    assert_eq!(desk.save_draft(Some(&id), &draft("别的")).unwrap_err().code(), Code::DraftGone);
    desk.discard_draft(&id).unwrap();
    desk.register_from(&visits::property_fee(), Some(&id)).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    assert_eq!(desk.open_draft(&id).unwrap(), draft("举报某某"));
    desk.discard_draft(&id).unwrap();
    assert!(desk.drafts().unwrap().is_empty());
    desk.discard_draft(&id).unwrap();
}

#[test]
fn a_body_over_the_bound_is_refused_and_the_draft_stays_as_it_was() {
    let home = tempfile::tempdir().unwrap();
    let desk = clerk(home.path());
    let id = desk.save_draft(None, &draft("路灯")).unwrap();
    let huge = DraftText { body: "长".repeat(400_000), ..draft("路灯") };
    assert_eq!(desk.save_draft(Some(&id), &huge).unwrap_err().code(), Code::TextTooLong);
    assert_eq!(desk.open_draft(&id).unwrap(), draft("路灯"));
}

#[test]
fn nothing_of_a_draft_lies_readable_in_the_folder() {
    let home = tempfile::tempdir().unwrap();
    let desk = clerk(home.path());
    let words = "反映村里把集体土地出租给企业";
    desk.save_draft(None, &draft(words)).unwrap();
    desk.tick().unwrap();
    let mut files = 0;
    for file in std::fs::read_dir(home.path().join("desk")).unwrap().filter_map(Result::ok) {
        if file.path().is_file() {
            let bytes = std::fs::read(file.path()).unwrap();
            files += 1;
            assert!(!bytes.windows(12).any(|part| part == &words.as_bytes()[..12]), "{}", file.path().display());
        }
    }
    assert!(files > 3);
    // Nor with the open database: it is sealed to its clerk's own key.
    let id = desk.drafts().unwrap()[0].id.clone();
    assert_eq!(desk.open_draft(&id).unwrap(), draft(words));
    drop(desk);
    let locked = Locked::take(&home.path().join("desk")).unwrap();
    let key = Keyring::read(&locked.folder().keyring()).unwrap().unlock(CLERK_ID, PASSWORD).unwrap();
    let db = Db::open(&locked.folder(), &key).unwrap();
    let (rows, _) = db.read::<_, intake_store::Error>(|r| Ok((r.drafts()?, r.desk()?))).unwrap();
    assert!(rows[0].body.len() > words.len() && !String::from_utf8_lossy(&rows[0].body).contains(words));
}
