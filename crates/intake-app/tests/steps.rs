//! The centre's own steps at a desk: taken, taken back, their clocks, what the office owes, and what the district gives back.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::path::Path;
use std::sync::Arc;

use intake_app::{Desk, MatterSteps, ReturnedState, Role};
use intake_model::{
    Class, ClockCode, Code, Competent, Decision, Ending, Outcome, Paper, Question, ReplyWay, Route, Stage, Stated,
    StepKind, StepTaken, Visit,
};
use intake_store::{Keyring, Locked};
use testkit::desk::{CLERK_ID, PASSWORD, form, open_at};
use testkit::district::CENTRE;
use testkit::{FixedMoments, LocalDistrict};

const ADMINISTRATOR_ID: u32 = 1;
const ADMINISTRATOR: &str = "管理员好记的一句话";
const READER: &str = "读密件人的一句话";
const DAY: i64 = 86_400_000;

struct World {
    home: tempfile::TempDir,
    clock: FixedMoments,
    desk: Desk,
}

/// A desk on the morning of 2026-11-24; its clerk is signed in.
fn world() -> World {
    let (home, clock) = (tempfile::tempdir().unwrap(), FixedMoments::default());
    let desk = open_at(home.path(), Arc::new(clock.clone())).unwrap();
    desk.create_desk(&form(home.path())).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    World { home, clock, desk }
}

impl World {
    /// Another day at the same desk.
    fn days_pass(&self, days: i64) {
        self.clock.pass_ms(days * DAY);
    }
}

fn visit() -> Visit {
    Visit {
        name: Stated::Stated("张伟".into()),
        address: Stated::Stated("新立街道中河村3排12号".into()),
        demand: "物业费未经业主大会表决就涨价，要求恢复原标准。".into(),
        routing: Some(Question { route: Some(Route::Petition), competent: Competent::Own, ..Question::default() }),
        decision: Some(Decision { outcome: Outcome::ToldLater, because: "先核实".into(), ..Decision::default() }),
        ..Visit::default()
    }
}

fn denunciation() -> Visit {
    let routing = Question { class: Class::Denunciation, competent: Competent::AnotherBody, ..Question::default() };
    Visit { routing: Some(routing), decision: None, ..visit() }
}

fn on(day: &str) -> StepTaken {
    StepTaken { on: day.parse().unwrap(), ..StepTaken::default() }
}

fn handed(day: &str, due: &str) -> StepTaken {
    StepTaken { section: "综治办".into(), person: "李强".into(), due: due.parse().ok(), ..on(day) }
}

fn replied(day: &str, way: ReplyWay) -> StepTaken {
    StepTaken {
        way: Some(way), answer: "已责令物业恢复原收费标准".into(), by: "周建国".into(), ..on(day)
    }
}

fn closed(day: &str, ending: Ending) -> StepTaken {
    StepTaken { ending: Some(ending), ..on(day) }
}

fn refused<T>(answer: intake_app::Result<T>) -> (Code, Option<String>) {
    let told = answer.err().unwrap().told("test");
    (told.code, told.field)
}

/// Each clock as `code last_day`, a stopped one with the day on which it stopped.
fn clocks(steps: &MatterSteps) -> Vec<String> {
    let one = |one: &intake_model::MatterClock| {
        let code = one.code.map_or("科室", ClockCode::word);
        let stopped = one.stopped_on.map(|day| format!(" {day}")).unwrap_or_default();
        format!("{code} {}{stopped}", one.last_day.unwrap())
    };
    steps.clocks.iter().map(one).collect()
}

fn offered(steps: &MatterSteps) -> Vec<StepKind> {
    steps.offers.iter().map(|offer| offer.kind).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_matter_goes_its_way_and_its_clocks_start_and_stop_by_the_steps() {
    let world = world();
    let desk = &world.desk;
    let number = desk.register(&visit()).unwrap().number;
    let fresh = desk.steps_of(&number).unwrap();
    assert_eq!((fresh.stage, clocks(&fresh)), (Stage::Registered, vec!["C1 2026-12-09".to_owned()]));
    let usual = [StepKind::Accepted, StepKind::HandedOver, StepKind::Replied, StepKind::Closed];
    assert_eq!(offered(&fresh), usual, "nothing was forwarded here");

    world.days_pass(1);
    let accepted = desk.take_step(&number, StepKind::Accepted, &on("2026-11-25")).unwrap();
    assert_eq!((accepted.stage, offered(&accepted).contains(&StepKind::Accepted)), (Stage::Accepted, false));
    assert_eq!(clocks(&accepted), ["C1 2026-12-09", "C4 2027-01-24"]);
    let handed = desk.take_step(&number, StepKind::HandedOver, &handed("2026-11-25", "2026-12-02")).unwrap();
    assert_eq!(clocks(&handed), ["科室 2026-12-02", "C1 2026-12-09", "C4 2027-01-24"]);
    // What was taken on is told on its paper, under its own limit.
    let offer = desk.papers_for(&number).unwrap().offers.remove(0);
    assert_eq!((offer.paper, offer.filling.limit), (Paper::AcceptanceNotice, "2027-01-24".parse().ok()));
    let paper = desk.issue_paper(&number, offer.paper, offer.filling).await.unwrap();
    assert!(desk.save_paper(&number, &paper.document).unwrap().file.unwrap().contains("受理告知书"));
    assert_eq!(clocks(&desk.steps_of(&number).unwrap())[2], "C1 2026-12-09 2026-11-25");

    world.days_pass(2);
    desk.take_step(&number, StepKind::Replied, &replied("2026-11-27", ReplyWay::Phone)).unwrap();
    let written = StepTaken { received_on: "2026-11-27".parse().ok(), ..replied("2026-11-27", ReplyWay::Written) };
    let told = desk.take_step(&number, StepKind::Replied, &written).unwrap();
    assert_eq!(told.stage, Stage::Replied);
    let expect =
        ["C6 2026-12-27", "科室 2026-12-02 2026-11-27", "C1 2026-12-09 2026-11-25", "C4 2027-01-24 2026-11-27"];
    assert_eq!(clocks(&told), expect);
    let ended = desk.take_step(&number, StepKind::Closed, &closed("2026-11-27", Ending::Answered)).unwrap();
    assert_eq!((ended.stage, ended.offers.len(), ended.steps.len()), (Stage::Closed, 0, 5));
    let said = &ended.steps[1];
    assert_eq!((said.taken.section.as_str(), said.taken.person.as_str(), said.clerk), ("综治办", "李强", CLERK_ID));
    assert_eq!(said.written, "2026-11-25 09:05");
    assert_eq!(desk.steps_of(&number).unwrap(), ended);
    desk.verify().unwrap();
}

#[test]
fn the_slip_for_a_section_names_the_one_that_has_the_matter() {
    let world = world();
    let desk = &world.desk;
    let number = desk.register(&visit()).unwrap().number;
    desk.take_step(&number, StepKind::Accepted, &on("2026-11-24")).unwrap();
    let proposed = || {
        let offers = desk.papers_for(&number).unwrap().offers;
        let slip = offers.into_iter().find(|offer| offer.paper == Paper::InternalAssignment).unwrap();
        (slip.filling.to_body, slip.filling.limit.unwrap().to_string())
    };
    let lawful = (String::new(), "2027-01-23".to_owned());
    assert_eq!(proposed(), lawful);
    desk.take_step(&number, StepKind::HandedOver, &handed("2026-11-24", "2026-12-02")).unwrap();
    let wrong = StepTaken { section: "城管科".into(), ..handed("2026-11-24", "2026-12-04") };
    let taken = desk.take_step(&number, StepKind::HandedOver, &wrong).unwrap();
    assert_eq!(proposed(), ("城管科".into(), "2026-12-04".into()), "the last one");
    let step = taken.steps.iter().find(|one| one.taken.section == "城管科").unwrap().step.clone();
    desk.withdraw_step(&number, &step, "交错了科室").unwrap();
    assert_eq!(proposed(), ("综治办".into(), "2026-12-02".into()), "the one that stands");
}

#[test]
fn a_wrong_step_is_taken_back_and_stays_readable_with_its_reason() {
    let world = world();
    let desk = &world.desk;
    let number = desk.register(&visit()).unwrap().number;
    let wrong = desk.take_step(&number, StepKind::Closed, &closed("2026-11-24", Ending::Withdrawn)).unwrap();
    let step = wrong.steps[0].step.clone();
    assert_eq!(refused(desk.withdraw_step(&number, &step, "  ")), (Code::ReasonNeeded, Some("reason".into())));
    assert_eq!(refused(desk.withdraw_step(&number, "0000", "记错了")).0, Code::StepUnknown);
    let left = desk.withdraw_step(&number, &step, " 记到别的事上了 ").unwrap();
    assert_eq!((left.stage, left.steps.len(), clocks(&left)), (Stage::Registered, 1, vec!["C1 2026-12-09".to_owned()]));
    assert_eq!((left.steps[0].withdrawn.is_some(), left.steps[0].reason.as_str()), (true, "记到别的事上了"));
    assert_eq!(left.steps[0].taken.ending, Some(Ending::Withdrawn), "what was written stays");
    assert_eq!(refused(desk.withdraw_step(&number, &step, "再撤一次")).0, Code::StepUnknown);
    desk.take_step(&number, StepKind::Accepted, &on("2026-11-24")).unwrap();
    desk.verify().unwrap();
}

#[test]
fn what_does_not_fit_is_refused_and_nothing_is_kept() {
    let world = world();
    let desk = &world.desk;
    let number = desk.register(&visit()).unwrap().number;
    let entries = desk.verify().unwrap().entries;
    let take = |kind, step: &StepTaken| refused(desk.take_step(&number, kind, step));
    assert_eq!(take(StepKind::Accepted, &on("2026-11-25")), (Code::StepDayImpossible, Some("on".into())));
    assert_eq!(take(StepKind::Accepted, &on("2026-11-23")), (Code::StepDayImpossible, Some("on".into())));
    assert_eq!(take(StepKind::HandedOver, &on("2026-11-24")), (Code::StepIncomplete, Some("section".into())));
    assert_eq!(take(StepKind::Replied, &on("2026-11-24")), (Code::StepIncomplete, Some("way".into())));
    let strange = StepTaken { note: "a\u{7}".into(), ..on("2026-11-24") };
    assert_eq!(take(StepKind::Accepted, &strange), (Code::ControlCharacter, Some("note".into())));
    assert_eq!(
        refused(desk.take_step("120110005-20261124-01A-0009-A", StepKind::Closed, &on("2026-11-24"))).0,
        Code::NumberUnknown
    );
    assert_eq!(desk.verify().unwrap().entries, entries);

    desk.take_step(&number, StepKind::Accepted, &on("2026-11-24")).unwrap();
    assert_eq!(take(StepKind::Accepted, &on("2026-11-24")).0, Code::StepNotFitting);
    desk.void_matter(&number, "误登记").unwrap();
    assert_eq!(take(StepKind::Closed, &closed("2026-11-24", Ending::Other)).0, Code::AlreadyVoid);
    assert_eq!(desk.steps_of(&number).unwrap().stage, Stage::Void);
    desk.lock().unwrap();
    assert_eq!(take(StepKind::Closed, &on("2026-11-24")).0, Code::DeskLocked);
}

#[test]
fn a_clock_set_wrong_is_asked_about_before_a_step_is_dated_by_it() {
    let world = world();
    let desk = &world.desk;
    let number = desk.register(&visit()).unwrap().number;
    world.clock.set_wall_ms(-3 * DAY);
    assert_eq!(refused(desk.take_step(&number, StepKind::Accepted, &on("2026-11-24"))).0, Code::ClockBehind);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_office_owes_is_listed_by_its_day_and_goes_once_it_is_done() {
    let world = world();
    let desk = &world.desk;
    let first = desk.register(&visit()).unwrap().number;
    let unclear = Visit { name: Stated::Declined, passed_because: "不愿留名".into(), ..visit() };
    desk.register(&unclear).unwrap();
    let at_once = Decision { outcome: Outcome::AnsweredAtOnce, because: "当场说清".into(), ..Decision::default() };
    desk.register(&Visit { decision: Some(at_once), ..visit() }).unwrap();
    let void = desk.register(&visit()).unwrap().number;
    desk.void_matter(&void, "误登记").unwrap();
    world.days_pass(3);
    let second = desk.register(&visit()).unwrap().number;
    desk.take_step(&second, StepKind::HandedOver, &handed("2026-11-27", "2026-11-30")).unwrap();
    desk.take_step(&second, StepKind::Accepted, &on("2026-11-27")).unwrap();
    let secret = desk.register(&Visit { confidential: true, ..visit() }).unwrap().number;

    let told = |desk: &Desk| {
        let owed = desk.owed().unwrap();
        let row = |row: intake_app::OwedRow| {
            let code = row.code.map_or("科室".to_owned(), |code| code.word().to_owned());
            (row.number, code, row.day.unwrap(), row.days_left.unwrap())
        };
        owed.rows.into_iter().map(row).collect::<Vec<_>>()
    };
    let line = |number: &String, code: &str, day: &str, left| (number.clone(), code.to_owned(), day.to_owned(), left);
    let expect = [
        line(&second, "科室", "2026-11-30", 3),
        line(&first, "C1", "2026-12-09", 12),
        line(&second, "C1", "2026-12-12", 15),
        line(&secret, "C1", "2026-12-12", 15),
        line(&second, "C4", "2027-01-26", 60),
    ];
    assert_eq!(told(desk), expect);
    let owed = desk.owed().unwrap();
    assert_eq!((owed.rows[3].title.as_str(), owed.rows[3].article.is_empty()), ("保密事项", false));
    assert!(owed.rows[0].article.is_empty() && owed.rows[1].article.contains("第二十三条"));

    // What ran out stands first, and stays until it is done.
    world.days_pass(14);
    assert_eq!((told(desk)[0].3, told(desk)[1].3), (-11, -2));
    let offer = desk.papers_for(&second).unwrap().offers.remove(0);
    desk.issue_paper(&second, offer.paper, offer.filling).await.unwrap();
    desk.take_step(&second, StepKind::Replied, &replied("2026-12-11", ReplyWay::Written)).unwrap();
    desk.take_step(&first, StepKind::Closed, &closed("2026-12-11", Ending::Withdrawn)).unwrap();
    assert_eq!(told(desk), [line(&secret, "C1", "2026-12-12", 1)]);
    let undone = desk.steps_of(&first).unwrap().steps[0].step.clone();
    desk.withdraw_step(&first, &undone, "记错了").unwrap();
    assert_eq!(told(desk)[0], line(&first, "C1", "2026-12-09", -2));
    // The day that is closed tells the same notices as due.
    let due: Vec<String> = desk
        .closing_day(Some("2026-12-11".parse().unwrap()))
        .unwrap()
        .unanswered
        .into_iter()
        .map(|one| one.number)
        .collect();
    assert_eq!(due, [first]);
}

#[test]
fn rows_of_an_old_ledger_owe_nothing_until_a_step_is_taken_here() {
    let world = world();
    let desk = &world.desk;
    let number = match desk.register_once(&visit(), "2019-1").unwrap() {
        intake_app::Imported::Now(registered) => registered.number,
        intake_app::Imported::Before(_) => panic!("taken before"),
    };
    assert!(desk.owed().unwrap().rows.is_empty());
    desk.take_step(&number, StepKind::Accepted, &on("2026-11-24")).unwrap();
    assert_eq!(desk.owed().unwrap().rows.len(), 2);
}

#[test]
fn the_whole_file_of_a_matter_tells_its_steps() {
    let world = world();
    let desk = &world.desk;
    let number = desk.register(&visit()).unwrap().number;
    let taken = desk.take_step(&number, StepKind::HandedOver, &handed("2026-11-24", "2026-12-02")).unwrap();
    desk.withdraw_step(&number, &taken.steps[0].step, "交错了科室").unwrap();
    desk.take_step(&number, StepKind::Replied, &replied("2026-11-24", ReplyWay::Spoken)).unwrap();
    let folder = world.home.path().join("file");
    let path = desk.export_matter(&number, &folder).unwrap().path;
    let text = std::process::Command::new("pdftotext").args(["-raw", &format!("{path}/登记记录.pdf"), "-"]).output();
    let text: String = String::from_utf8(text.unwrap().stdout).unwrap().split_whitespace().collect();
    for word in ["办理", "交承办，综治办，李强", "已撤销：交错了科室", "已责令物业恢复原收费标准", "撤销办理步骤"]
    {
        assert!(text.contains(word), "{word} is not on {text}");
    }
    let json: serde_json::Value =
        serde_json::from_slice(&std::fs::read(Path::new(&path).join("matter.json")).unwrap()).unwrap();
    let steps = json["steps"].as_array().unwrap();
    assert_eq!((steps.len(), &steps[0]["reason"], &steps[1]["kind"]), (2, &"交错了科室".into(), &"replied".into()));
}

/// Every value of every table, as whoever has the data key reads them.
fn everything(home: &Path) -> Vec<u8> {
    let locked = Locked::take(&home.join("desk")).unwrap();
    let key = Keyring::read(&locked.folder().keyring()).unwrap().unlock(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    let database = rusqlite::Connection::open(locked.folder().database()).unwrap();
    database.pragma_update(None, "key", key.pragma().as_str()).unwrap();
    let mut bytes = Vec::new();
    for table in ["journal", "steps", "matters", "forks"] {
        let mut all = database.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = all.column_count();
        let mut rows = all.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                if let rusqlite::types::ValueRef::Text(value) | rusqlite::types::ValueRef::Blob(value) =
                    row.get_ref(column).unwrap()
                {
                    bytes.extend(value.iter().chain(b"\n"));
                }
            }
        }
    }
    bytes
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}

/// What a person wrote of a step, or of taking it back.
const WORDS: [&str; 5] = ["综治办", "李强", "已责令物业恢复原收费标准", "周建国的口信", "撤销的缘由"];

/// Steps with those words.
fn steps_of_words(desk: &Desk, number: &str) {
    desk.take_step(number, StepKind::HandedOver, &handed("2026-11-24", "2026-12-02")).unwrap();
    let reply = StepTaken { by: "周建国的口信".into(), ..replied("2026-11-24", ReplyWay::Phone) };
    let taken = desk.take_step(number, StepKind::Replied, &reply).unwrap();
    desk.withdraw_step(number, &taken.steps[1].step, "撤销的缘由").unwrap();
}

fn read_by(desk: &Desk, number: &str) -> Vec<String> {
    desk.steps_of(number)
        .unwrap()
        .steps
        .into_iter()
        .map(|one| one.taken.section + &one.taken.answer + &one.reason)
        .collect()
}

const READ: [&str; 2] = ["综治办", "已责令物业恢复原收费标准撤销的缘由"];

#[test]
fn steps_with_a_sealed_matter_are_read_by_its_readers_and_by_nobody_else() {
    let world = world();
    let desk = &world.desk;
    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    let reader = desk.add_clerk("孙书记", Role::Clerk, READER).unwrap().last().unwrap().id;
    desk.set_sealed_reader(reader, true).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    let number = desk.register(&denunciation()).unwrap().number;
    steps_of_words(desk, &number);
    assert_eq!(read_by(desk, &number), READ);

    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    assert_eq!(refused(desk.steps_of(&number)).0, Code::SealedNotYours);
    assert_eq!(refused(desk.take_step(&number, StepKind::Accepted, &on("2026-11-24"))).0, Code::SealedNotYours);
    // Days are the office's own; they stand under the fixed word.
    let owed = desk.owed().unwrap().rows;
    assert!(owed.iter().all(|row| row.title == "保密事项") && owed[0].day.as_deref() == Some("2026-12-02"));
    let entries = desk.verify().unwrap().entries;
    desk.sign_in(reader, READER).unwrap();
    assert_eq!(read_by(desk, &number), READ);
    desk.steps_of(&number).unwrap();
    assert_eq!(desk.verify().unwrap().entries, entries + 1, "looking is one opening");

    // Who comes to be a reader later gets the steps with the rest.
    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    desk.set_sealed_reader(ADMINISTRATOR_ID, true).unwrap();
    desk.sign_in(reader, READER).unwrap();
    assert_eq!(desk.seal_to_readers(Some(&number)).unwrap(), 1);
    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    assert_eq!(read_by(desk, &number), READ);
    desk.verify().unwrap();
    let World { home, desk, .. } = world;
    drop(desk);
    let bytes = everything(home.path());
    for word in WORDS {
        assert!(!holds(&bytes, word), "{word} is readable with the data key alone");
    }
    assert!(holds(&bytes, "step_withdrawn"), "the scan reads what is there");
}

#[test]
fn a_matter_that_becomes_sealed_leaves_no_word_of_its_steps_behind() {
    let world = world();
    let desk = &world.desk;
    let number = desk.register(&visit()).unwrap().number;
    steps_of_words(desk, &number);
    desk.correct(&number, &denunciation()).unwrap();
    assert_eq!(read_by(desk, &number), READ, "its readers read on");
    desk.verify().unwrap();
    let World { home, desk, .. } = world;
    drop(desk);
    let bytes = everything(home.path());
    for word in WORDS {
        assert!(!holds(&bytes, word), "{word} was left behind");
    }
}

fn count(district: &LocalDistrict, sql: &'static str) -> i64 {
    let url = district.postgres_url();
    let work = async move {
        let client = testkit::postgres::connect(&url).await.unwrap();
        client.query_one(sql, &[]).await.unwrap().get(0)
    };
    district.wait(work).unwrap()
}

async fn exchanged(desk: &Desk) -> bool {
    desk.exchange(|_| {}).await.unwrap().in_step
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_district_set_aside_stands_on_the_matter_until_the_correction_takes_its_place() {
    let world = world();
    let desk = &world.desk;
    let folder = tempfile::tempdir().unwrap();
    let district = tokio::task::block_in_place(|| LocalDistrict::start(folder.path()).unwrap());
    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    let code = district.enrolment_code(CENTRE, 1).unwrap();
    desk.enrol(&district.address(), &code).await.unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    let number = desk.register(&visit()).unwrap().number;
    assert!(exchanged(desk).await);
    assert_eq!(desk.steps_of(&number).unwrap().returned, []);

    // A district that could not read the record.
    tokio::task::block_in_place(|| {
        district
            .execute(
                "DELETE FROM matters; UPDATE entries SET verdict = 'set_aside', verdict_code = 'content_unreadable'
             WHERE kind = 'registered'",
            )
            .unwrap();
    });
    desk.take_step(&number, StepKind::Accepted, &on("2026-11-24")).unwrap();
    assert!(!exchanged(desk).await);
    let shown = desk.steps_of(&number).unwrap().returned;
    let states: Vec<_> = shown.iter().map(|one| (one.kind.as_str(), one.state, one.code)).collect();
    let expect = [
        ("registered", ReturnedState::SetAside, Some(Code::ContentUnreadable)),
        ("accepted", ReturnedState::Waiting, None),
    ];
    assert_eq!(states, expect);
    let registered: u64 = shown[0].place.strip_prefix("A-").unwrap().parse().unwrap();
    assert_eq!(shown[1].other, registered);

    desk.correct(&number, &Visit { remark: "照原件重录".into(), ..visit() }).unwrap();
    exchanged(desk).await;
    assert!(exchanged(desk).await, "what waited applies with the correction");
    let shown = desk.steps_of(&number).unwrap().returned;
    let states: Vec<_> = shown.iter().map(|one| (one.kind.as_str(), one.state)).collect();
    assert_eq!(states, [("registered", ReturnedState::Superseded)]);
    let applied =
        tokio::task::block_in_place(|| count(&district, "SELECT count(*) FROM steps WHERE kind = 'accepted'"));
    assert_eq!(applied, 1);
}
