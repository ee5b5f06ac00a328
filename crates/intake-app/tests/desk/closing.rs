//! The close of a day: closed online, closed offline and confirmed later, refused by its exact difference, closed again.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use intake_app::{ClosingDay, Desk, Discard, DraftKind, DraftText};
use intake_model::{Class, Code, DayState, Difference, DiscardReason, Question, Visit};
use testkit::FixedMoments;
use testkit::desk::{CLERK_ID, PASSWORD, form, open_at};
use testkit::district::{CENTRE, LocalDistrict};

use crate::visit;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

struct World {
    home: tempfile::TempDir,
    clock: FixedMoments,
    desk: Desk,
}

/// A desk without a printer, its clerk at work.
fn world() -> World {
    let (home, clock) = (tempfile::tempdir().unwrap(), FixedMoments::default());
    let desk = open_at(home.path(), Arc::new(clock.clone())).unwrap();
    desk.create_desk(&form(home.path())).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    World { home, clock, desk }
}

impl World {
    async fn registered(&self, visit: &Visit) -> String {
        self.clock.pass_ms(MINUTE_MS);
        let number = self.desk.register(visit).unwrap().number;
        self.desk.slip(&number).await.unwrap();
        number
    }

    fn today(&self) -> ClosingDay {
        self.desk.closing_day(None).unwrap()
    }

    async fn close(&self, day: &str) -> intake_app::Result<intake_app::DayClosing> {
        self.desk.close_day(day.parse().unwrap(), Vec::new(), |_| {}).await
    }

    async fn enrol(&self, district: &LocalDistrict) {
        let code = district.enrolment_code(CENTRE, 1).unwrap();
        self.desk.sign_in(1, &form(self.home.path()).administrator_password).unwrap();
        self.desk.enrol(&district.address(), &code).await.unwrap();
        self.desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    }
}

fn text_of(file: &Path) -> String {
    let told = Command::new("pdftotext").args(["-enc", "UTF-8", "-layout"]).arg(file).arg("-").output().unwrap();
    String::from_utf8(told.stdout).unwrap().split_whitespace().collect()
}

fn draft(words: &str) -> DraftText {
    DraftText { kind: DraftKind::Visit, about: None, words: words.into(), aside: false, body: "{}".into() }
}

fn refused<T>(answer: intake_app::Result<T>) -> Code {
    answer.err().unwrap().code()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_closed_on_the_line_is_confirmed_at_once_and_listed_by_the_district() {
    testkit::use_ring();
    let (world, office) = (world(), tempfile::tempdir().unwrap());
    let district = LocalDistrict::start(office.path()).unwrap();
    world.enrol(&district).await;
    for _ in 0..3 {
        world.registered(&visit()).await;
    }
    let void = world.registered(&visit()).await;
    world.desk.void_matter(&void, "重复登记").unwrap();
    assert!(world.desk.state().unwrap().day_due);

    let closed = world.close("2026-11-24").await.unwrap();
    assert!(closed.exchange.unwrap().in_step);
    assert_eq!(closed.day.state, DayState::Confirmed);
    let [range] = <[_; 1]>::try_from(closed.day.ranges).unwrap();
    assert_eq!((range.from, range.to, range.kept, range.void, range.slips, range.confirmed), (1, 4, 4, 1, 3, 4));
    let stands = closed.day.closed.unwrap();
    assert!(stands.backed_up && stands.backup_trouble.is_none());
    assert_eq!((stands.closing, stands.copies, stands.job), (1, 1, None));
    assert!(!world.desk.state().unwrap().day_due);

    // The sheet was made before the closing went up: it says what was true when it was printed.
    let text = text_of(Path::new(&closed.sheet.unwrap().file.unwrap()));
    for said in ["日结单", "01A-0001至01A-0004", "01A-0004重复登记", "都办完了", "区级尚未确认", &stands.head]
    {
        assert!(text.contains(said), "{said} is not in {text}");
    }
    // Printed again, it says that it is confirmed.
    let copy = world.desk.reprint_day("2026-11-24".parse().unwrap()).unwrap();
    assert_eq!(copy.copy, 2);
    let text = text_of(Path::new(&copy.file.unwrap()));
    assert!(text.contains("区级已确认") && text.contains("补打第2份"), "{text}");
    assert_eq!(world.today().closed.unwrap().copies, 2);

    let status = district.wait({
        let district = Arc::clone(district.district());
        async move { district.status().await }
    });
    let days = serde_json::to_value(&status.unwrap().unwrap().desks[0].days).unwrap();
    let expect =
        serde_json::json!([{ "day": "2026-11-24", "state": "confirmed", "registered": 4, "kept": 4, "closings": 1 }]);
    assert_eq!(days, expect);
    world.desk.verify().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_closed_without_a_line_confirms_itself_later() {
    testkit::use_ring();
    let (world, office) = (world(), tempfile::tempdir().unwrap());
    let district = LocalDistrict::start(office.path()).unwrap();
    world.enrol(&district).await;
    world.registered(&visit()).await;
    district.stop();
    let closed = world.close("2026-11-24").await.unwrap();
    assert_eq!(closed.exchange.unwrap().trouble.unwrap().code, Code::DistrictUnreachable);
    assert_eq!(closed.day.state, DayState::Closed);
    assert!(closed.day.unsent > 0);
    let text = text_of(Path::new(&closed.sheet.unwrap().file.unwrap()));
    assert!(text.contains("已收工，区级尚未确认") && text.contains("还没有上报的记录"), "{text}");
    assert!(closed.day.closed.unwrap().backed_up, "a backup needs no line");

    let _district = LocalDistrict::start(office.path()).unwrap();
    assert_eq!(world.today().state, DayState::Closed);
    assert!(world.desk.exchange(|_| {}).await.unwrap().in_step);
    assert_eq!(world.today().state, DayState::Confirmed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_whose_slip_was_never_made_keeps_the_day_open_and_is_named() {
    let world = world();
    world.registered(&visit()).await;
    let lacking = world.desk.register(&visit()).unwrap().number;
    assert_eq!(refused(world.close("2026-11-24").await), Code::DayDiffers);
    let day = world.today();
    assert_eq!((day.state, day.differences.len()), (DayState::Open, 1));
    assert_eq!(
        (day.differences[0].number.as_str(), day.differences[0].difference),
        (lacking.as_str(), Difference::SlipNeverIssued)
    );
    assert_eq!(day.closed, None);
    // Nobody waits at the window for it: the next visitor is registered as before.
    world.registered(&visit()).await;
    world.desk.slip(&lacking).await.unwrap();
    assert_eq!(world.close("2026-11-24").await.unwrap().day.state, DayState::Closed);
    world.desk.verify().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_without_its_entry_and_an_entry_without_its_record_are_named() {
    let world = world();
    let numbers =
        [world.registered(&visit()).await, world.registered(&visit()).await, world.registered(&visit()).await];
    let World { home, clock, desk } = world;
    drop(desk);
    let locked = intake_store::Locked::take(&home.path().join("desk")).unwrap();
    let key = intake_store::Keyring::read(&locked.folder().keyring()).unwrap().unlock(CLERK_ID, PASSWORD).unwrap();
    let database = rusqlite::Connection::open(locked.folder().database()).unwrap();
    database.pragma_update(None, "key", key.pragma().as_str()).unwrap();
    // Two of what no use case can do.
    database.execute("DELETE FROM matters WHERE number = ?1", [&numbers[0]]).unwrap();
    let changed =
        "UPDATE journal SET kind = 'advice_given' WHERE seq = (SELECT registered_seq FROM matters WHERE number = ?1)";
    database.execute(changed, [&numbers[1]]).unwrap();
    drop((database, locked));
    let desk = open_at(home.path(), Arc::new(clock.clone())).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    let world = World { home, clock, desk };
    let said: Vec<_> = world.today().differences.into_iter().map(|one| (one.number, one.difference)).collect();
    let [first, second, _] = numbers;
    assert_eq!(said, [(first, Difference::RecordMissing), (second, Difference::EntryMissing)]);
    assert_eq!(refused(world.close("2026-11-24").await), Code::DayDiffers);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_after_the_close_is_registered_and_the_day_is_closed_again() {
    let world = world();
    world.registered(&visit()).await;
    world.close("2026-11-24").await.unwrap();
    world.registered(&visit()).await;
    world.registered(&visit()).await;
    let day = world.today();
    assert_eq!((day.state, day.since), (DayState::Reopened, 2));
    assert!(world.desk.state().unwrap().day_due);
    let again = world.close("2026-11-24").await.unwrap().day;
    assert_eq!((again.state, again.since, again.closed.unwrap().closing), (DayState::Closed, 0, 2));
    let [row] = world.desk.days(9).unwrap().try_into().unwrap();
    assert_eq!((row.closings, row.registered), (2, 3), "both stay in the journal");
    world.desk.verify().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_are_registered_or_thrown_away_with_a_reason_that_is_counted_and_nothing_else_of_them() {
    let world = world();
    world.registered(&visit()).await;
    let id = world.desk.save_draft(None, &draft("钱桂兰　反映楼上漏水")).unwrap();
    assert_eq!(refused(world.close("2026-11-24").await), Code::DraftsOpen);
    assert_eq!(world.desk.drafts().unwrap().len(), 1, "a refusal throws nothing away");
    // What another clerk has begun is theirs: it stands on the sheet and stops nobody.
    world.desk.sign_in(1, &form(world.home.path()).administrator_password).unwrap();
    world.desk.save_draft(None, &draft("另一件")).unwrap();
    world.desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    let discards = vec![Discard { draft: id, reason: DiscardReason::Withdrawn }];
    let closed = world.desk.close_day("2026-11-24".parse().unwrap(), discards, |_| {}).await.unwrap();
    assert!(closed.day.drafts.iter().all(|draft| !draft.own));
    let text = text_of(Path::new(&closed.sheet.unwrap().file.unwrap()));
    assert!(text.contains("来访人不登记了1") && text.contains("其他登记员的草稿1份"), "{text}");
    assert!(!text.contains("钱桂兰"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_matter_is_a_number_and_a_fixed_word_on_the_page_and_on_the_sheet() {
    let world = world();
    let routing = Some(Question { class: Class::Denunciation, ..Question::default() });
    let number = world.registered(&Visit { routing, complained_of: "某某所长".into(), ..visit() }).await;
    world.desk.void_matter(&number, "某某所长一案重复").unwrap();
    let closed = world.close("2026-11-24").await.unwrap();
    assert_eq!(closed.day.voids.len(), 1);
    assert!(!closed.day.voids[0].reason.contains("某某所长"), "{:?}", closed.day.voids);
    let text = text_of(Path::new(&closed.sheet.unwrap().file.unwrap()));
    assert!(text.contains("01A-0001") && !text.contains("某某所长"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_left_open_is_said_the_next_morning_and_closed_for_that_day() {
    let world = world();
    world.registered(&visit()).await;
    assert_eq!(world.desk.state().unwrap().left_open, None);
    // Midnight passes while somebody is still at the window.
    world.clock.pass_ms(DAY_MS);
    let left = world.desk.state().unwrap().left_open.unwrap();
    assert_eq!((left.day.as_str(), left.registered, left.state), ("2026-11-24", 1, DayState::Open));
    assert_eq!(refused(world.close("2026-11-26").await), Code::DayNotClosable);
    world.registered(&visit()).await;
    let closed = world.close("2026-11-24").await.unwrap();
    assert_eq!((closed.day.day.as_str(), closed.day.is_today), ("2026-11-24", false));
    assert_eq!(closed.day.ranges.iter().map(|range| range.kept).sum::<u32>(), 1, "the new day's visit is not in it");
    assert_eq!(world.desk.state().unwrap().left_open, None);
    let states: Vec<_> = world.desk.days(9).unwrap().into_iter().map(|row| (row.day, row.state)).collect();
    assert_eq!(states, [("2026-11-25".into(), DayState::Open), ("2026-11-24".into(), DayState::Closed)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_in_doubt_is_asked_about_before_a_day_is_closed_with_it() {
    let world = world();
    world.registered(&visit()).await;
    world.clock.set_wall_ms(-DAY_MS);
    assert_eq!(refused(world.close("2026-11-23").await), Code::ClockBehind);
    world.desk.confirm_clock().unwrap();
    assert_eq!(refused(world.close("2026-11-24").await), Code::DayNotClosable, "it has not come yet");
    world.clock.set_wall_ms(DAY_MS);
    assert_eq!(refused(world.close("2026-11-24").await), Code::ClockAhead);
    world.desk.confirm_clock().unwrap();
    assert_eq!(world.close("2026-11-24").await.unwrap().day.state, DayState::Closed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_close_whose_backup_fails_stands_and_says_so_and_a_pause_makes_it_good() {
    let world = world();
    world.desk.sign_in(1, &form(world.home.path()).administrator_password).unwrap();
    let stick = world.home.path().join("stick");
    world.desk.set_backup_folder(&stick.display().to_string()).unwrap();
    world.desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    world.registered(&visit()).await;
    std::fs::rename(&stick, world.home.path().join("pulled")).unwrap();
    let closed = world.close("2026-11-24").await.unwrap().day.closed.unwrap();
    assert!(!closed.backed_up);
    assert_eq!(closed.backup_trouble.unwrap().code, Code::BackupFolderUnusable);
    std::fs::rename(world.home.path().join("pulled"), &stick).unwrap();
    world.clock.pass_ms(11 * MINUTE_MS);
    world.desk.tick().unwrap();
    assert!(world.today().closed.unwrap().backed_up);
}
