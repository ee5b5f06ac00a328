//! A paper is fetched at another window than the one that issued it: handed over there without a line, and known at both, over
//! the line and by stick.

use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDateTime;
use intake_app::{CreateDesk, Desk, OtherPaper, PaperDelivery, ReturnedState, SearchQuery, SharedMatter};
use intake_model::{Code, Competent, Decision, Delivery, Outcome, Paper, Question, Route, Visit, civil_time};
use intake_store::{Db, Keyring, Locked};
use testkit::FixedMoments;
use testkit::desk::{form, open, open_at};
use testkit::district::{CENTRE, LocalDistrict};
use testkit::visits;

/// Two or three windows of one centre, and their district.
struct Centre {
    district: LocalDistrict,
    windows: Vec<Desk>,
    folder: tempfile::TempDir,
    _homes: Vec<tempfile::TempDir>,
}

impl Centre {
    async fn of(count: u8) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let district = LocalDistrict::start(folder.path()).unwrap();
        let (mut windows, mut homes) = (Vec::new(), Vec::new());
        for number in 1..=count {
            let home = tempfile::tempdir().unwrap();
            let desk = open(home.path()).unwrap();
            desk.create_desk(&CreateDesk { desk: number, ..form(home.path()) }).unwrap();
            desk.enrol(&district.address(), &district.enrolment_code(CENTRE, number).unwrap()).await.unwrap();
            windows.push(desk);
            homes.push(home);
        }
        Self { district, windows, folder, _homes: homes }
    }

    /// The first window registers a matter, issues a notice, and all hear of it. Gives the number and the paper.
    async fn with_a_notice(&self) -> (String, String) {
        let first = &self.windows[0];
        let number = first.register(&accepted()).unwrap().number;
        let paper = issued(first, &number).await;
        self.all_in_step().await;
        (number, paper)
    }

    async fn all_in_step(&self) {
        for desk in &self.windows {
            in_step(desk).await;
        }
    }

    fn count(&self, sql: &'static str) -> i64 {
        let url = self.district.postgres_url();
        let work = async move {
            let client = testkit::postgres::connect(&url).await.unwrap();
            client.query_one(sql, &[]).await.unwrap().get(0)
        };
        self.district.wait(work).unwrap()
    }
}

fn accepted() -> Visit {
    Visit {
        routing: Some(Question { route: Some(Route::Petition), competent: Competent::Own, ..Question::default() }),
        decision: Some(Decision {
            outcome: Outcome::Accepted,
            because: "按领导意见办理".into(),
            ..Decision::default()
        }),
        ..visits::property_fee()
    }
}

async fn issued(desk: &Desk, number: &str) -> String {
    let offers = desk.papers_for(number).unwrap().offers;
    let offer = offers.into_iter().find(|one| one.paper == Paper::AcceptanceNotice).unwrap();
    desk.issue_paper(number, offer.paper, offer.filling).await.unwrap().document
}

async fn in_step(desk: &Desk) {
    let result = desk.exchange(|_| {}).await.unwrap();
    assert!(result.in_step && result.set_aside == 0 && result.waiting == 0, "{result:?}");
}

fn now() -> NaiveDateTime {
    civil_time(i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap())
}

fn to(receiver: &str, at: NaiveDateTime) -> Delivery {
    Delivery { receiver: receiver.into(), relation: "配偶".into(), at, ..Delivery::default() }
}

/// At the beginning of today.
fn early(receiver: &str) -> Delivery {
    to(receiver, now().date().and_hms_opt(0, 0, 0).unwrap())
}

fn shared(desk: &Desk, number: &str) -> Option<SharedMatter> {
    let query =
        SearchQuery { text: number.into(), from: None, to: None, category: None, state: None, after: None, limit: 20 };
    desk.search(&query).unwrap().shared.pop()
}

fn paper_of(desk: &Desk, number: &str) -> OtherPaper {
    shared(desk, number).unwrap().papers.pop().unwrap()
}

fn deliveries(desk: &Desk, number: &str) -> Vec<PaperDelivery> {
    desk.papers_for(number).unwrap().issued[0].deliveries.clone()
}

fn refused<T>(answer: intake_app::Result<T>) -> Code {
    answer.err().unwrap().code()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paper_handed_over_at_another_window_without_a_line_is_known_as_delivered_at_every_window() {
    let centre = Centre::of(3).await;
    let (number, paper) = centre.with_a_notice().await;
    let [first, second, third] = &centre.windows[..] else { unreachable!() };
    let known = paper_of(second, &number);
    assert_eq!(
        (known.document.as_str(), known.paper, known.void),
        (paper.as_str(), Some(Paper::AcceptanceNotice), false)
    );
    assert!(known.told.is_none() && known.here.is_empty());
    assert_eq!(shared(second, &number).unwrap().addressee, "张伟");
    assert_eq!(first.closing_day(None).unwrap().undelivered.len(), 1);

    let documents = [paper.clone()];
    let nobody = Delivery { receiver: " ".into(), ..early("") };
    assert_eq!(refused(second.deliver_for(&number, &documents, &nobody)), Code::ReceiverMissing);
    assert_eq!(refused(second.deliver_for(&number, &["没有这张".into()], &early("李梅"))), Code::DocumentUnknown);
    assert_eq!(refused(first.deliver_for(&number, &documents, &early("李梅"))), Code::NumberUnknown);
    let shown = second.deliver_for(&number, &documents, &early("李梅")).unwrap();
    assert_eq!(shown.papers[0].here[0].told.as_ref().unwrap().receiver, "李梅", "without a line");
    second.verify().unwrap();
    in_step(second).await;
    in_step(first).await;
    in_step(first).await;

    let back = deliveries(first, &number);
    assert_eq!((back.len(), back[0].window.as_deref()), (1, Some("02")));
    assert_eq!(back[0].told.as_ref().unwrap().receiver, "李梅");
    let answer = first.papers_for(&number).unwrap().first_answer;
    assert_eq!((answer.delivered, answer.on), (true, Some(now().date().to_string())));
    assert!(first.closing_day(None).unwrap().undelivered.is_empty());
    in_step(third).await;
    let told = paper_of(third, &number).told.unwrap();
    assert_eq!((told.desk.as_str(), told.ours, told.refused), ("02", false, false));
    in_step(second).await;
    assert!(paper_of(second, &number).told.unwrap().ours);
    assert_eq!(centre.count("SELECT count(*) FROM entries WHERE kind = 'delivered_for' AND verdict = 'stored'"), 1);
    assert_eq!(centre.count("SELECT count(*) FROM deliveries"), 1);
    for desk in &centre.windows {
        desk.verify().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_windows_that_hand_over_one_paper_without_a_line_are_both_kept_and_the_earlier_one_counts() {
    let centre = Centre::of(2).await;
    let (number, paper) = centre.with_a_notice().await;
    let [first, second] = &centre.windows[..] else { unreachable!() };
    let documents = [paper];
    let refusal = Delivery { refused: true, remark: "不愿签字".into(), ..to("", now()) };
    first.deliver(&number, &documents, &refusal).unwrap();
    second.deliver_for(&number, &documents, &early("李梅")).unwrap();
    centre.all_in_step().await;
    centre.all_in_step().await;
    let windows: Vec<_> = deliveries(first, &number).into_iter().map(|one| one.window).collect();
    assert!(windows.len() == 2 && windows.contains(&None) && windows.contains(&Some("02".into())), "{windows:?}");
    assert!(first.papers_for(&number).unwrap().first_answer.delivered);
    let told = paper_of(second, &number).told.unwrap();
    assert!(told.ours && !told.refused, "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spoiled_paper_is_handed_over_nowhere_and_one_handed_over_before_that_was_known_keeps_both() {
    let centre = Centre::of(3).await;
    let (number, paper) = centre.with_a_notice().await;
    let [first, second, third] = &centre.windows[..] else { unreachable!() };
    first.void_paper(&number, &paper, "打印损坏").unwrap();
    let documents = [paper];
    second.deliver_for(&number, &documents, &early("李梅")).unwrap();
    centre.all_in_step().await;
    assert!(paper_of(third, &number).void);
    assert_eq!(refused(third.deliver_for(&number, &documents, &early("李梅"))), Code::DocumentVoid);
    in_step(first).await;
    let papers = first.papers_for(&number).unwrap();
    assert!(papers.issued[0].voided.is_some() && papers.issued[0].deliveries.len() == 1, "{papers:?}");
    first.void_matter(&number, "重复").unwrap();
    centre.all_in_step().await;
    assert_eq!(refused(second.deliver_for(&number, &documents, &early("李梅"))), Code::AlreadyVoid);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_matter_becomes_sealed_no_window_keeps_an_open_word_of_its_papers() {
    let centre = Centre::of(2).await;
    let (number, paper) = centre.with_a_notice().await;
    let [first, second] = &centre.windows[..] else { unreachable!() };
    let documents = [paper];
    second.deliver_for(&number, &documents, &early("李梅")).unwrap();
    in_step(second).await;
    in_step(first).await;
    first.correct(&number, &Visit { confidential: true, ..accepted() }).unwrap();
    centre.all_in_step().await;
    centre.all_in_step().await;
    assert!(shared(second, &number).is_none());
    assert_eq!(refused(second.deliver_for(&number, &documents, &early("李梅"))), Code::NumberUnknown);
    // That it was handed over, and where, stands at the window that issued it; how is sealed where it was written.
    let back = deliveries(first, &number);
    assert!(back[0].window.as_deref() == Some("02") && back[0].told.is_none(), "{back:?}");
    let words = "SELECT count(*) FROM entries WHERE position(convert_to('李梅', 'UTF8') IN personal) > 0";
    assert_eq!(centre.count(words), 0);
    let told = "SELECT count(*) FROM district_entries WHERE position(convert_to('李梅', 'UTF8') IN entry) > 0";
    assert_eq!(centre.count(told), 0);
    assert_eq!(centre.count("SELECT count(*) FROM entries WHERE kind = 'resealed' AND verdict = 'stored'"), 3);
    for desk in &centre.windows {
        desk.verify().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_district_that_was_restored_lets_a_delivery_wait_until_the_other_window_told_its_paper_again() {
    let centre = Centre::of(2).await;
    let dump = centre.district.postgres().dump().unwrap();
    let (number, paper) = centre.with_a_notice().await;
    let [first, second] = &centre.windows[..] else { unreachable!() };
    second.deliver_for(&number, &[paper], &early("李梅")).unwrap();
    in_step(second).await;
    in_step(first).await;
    centre.district.postgres().restore_over(&dump).unwrap();
    let result = second.exchange(|_| {}).await.unwrap();
    assert!(!result.in_step && (result.waiting, result.set_aside) == (1, 0), "{result:?}");
    let returned = || shared(second, &number).unwrap().returned;
    let [waits] = &returned()[..] else { panic!("{:?}", returned()) };
    assert_eq!((waits.kind.as_str(), waits.state, waits.other), ("delivered_for", ReturnedState::Waiting, 0));
    centre.all_in_step().await;
    in_step(first).await;
    in_step(second).await;
    assert_eq!(returned(), []);
    assert_eq!(deliveries(first, &number).len(), 1, "told again, and known once");
    assert_eq!(centre.count("SELECT count(*) FROM deliveries"), 1);
    for desk in &centre.windows {
        desk.verify().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_goes_by_stick_both_ways() {
    let centre = Centre::of(2).await;
    let first = &centre.windows[0];
    let number = first.register(&accepted()).unwrap().number;
    let paper = issued(first, &number).await;
    let second = &centre.windows[1];
    by_stick(&centre, first, "a").await;
    by_stick(&centre, second, "b").await;
    second.deliver_for(&number, &[paper], &early("李梅")).unwrap();
    by_stick(&centre, second, "c").await;
    by_stick(&centre, first, "d").await;
    assert_eq!(deliveries(first, &number)[0].window.as_deref(), Some("02"));
}

/// One desk's file to the district and its answer back, on a stick of its own.
async fn by_stick(centre: &Centre, desk: &Desk, name: &str) {
    let stick = centre.folder.path().join(name);
    let file = desk.export_pages(&stick).unwrap().path;
    let (server, path) = (Arc::clone(centre.district.district()), Path::new(&file).to_owned());
    centre.district.wait(async move { server.import_usb(&path).await }).unwrap().unwrap();
    let result = desk.take_answer(&stick).await.unwrap();
    assert!(result.in_step, "{result:?}");
}

/// All that a desk's journal says, as whoever has the data key reads it.
fn journal(home: &Path) -> String {
    let locked = Locked::take(&home.join("desk")).unwrap();
    let password = form(home).administrator_password;
    let key = Keyring::read(&locked.folder().keyring()).unwrap().unlock(1, &password).unwrap();
    let db = Db::open(&locked.folder(), &key).unwrap();
    let entries = db.read::<_, intake_store::Error>(|r| {
        let epoch = r.line().epochs()?.remove(0);
        r.journal().entries(epoch.journal, 0, usize::MAX)
    });
    let parts = entries.unwrap().into_iter().flat_map(|entry| [entry.open, entry.personal]);
    parts.map(|part| String::from_utf8_lossy(part.bytes().unwrap_or_default()).into_owned() + "\n").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_end_of_its_retention_what_was_handed_over_for_another_window_goes_as_the_desks_own_does() {
    let clock = FixedMoments::default();
    let (shared_clock, folder) = (clock.clone(), tempfile::tempdir().unwrap());
    let district = LocalDistrict::start_at(folder.path(), Arc::new(move || shared_clock.now_ms())).unwrap();
    let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut windows = Vec::new();
    for (number, home) in (1..).zip(&homes) {
        let desk = open_at(home.path(), Arc::new(clock.clone())).unwrap();
        desk.create_desk(&CreateDesk { desk: number, ..form(home.path()) }).unwrap();
        desk.enrol(&district.address(), &district.enrolment_code(CENTRE, number).unwrap()).await.unwrap();
        windows.push(desk);
    }
    let number = windows[0].register(&accepted()).unwrap().number;
    let paper = issued(&windows[0], &number).await;
    windows[1].register(&visits::elder_support()).unwrap();
    in_step(&windows[0]).await;
    in_step(&windows[1]).await;
    let at = civil_time(clock.now_ms()).date().and_hms_opt(0, 0, 0).unwrap();
    windows[1].deliver_for(&number, &[paper], &to("李梅", at)).unwrap();
    in_step(&windows[1]).await;
    drop(windows);
    assert!(journal(homes[1].path()).contains("李梅"));

    clock.restart();
    clock.pass_ms(4 * 366 * 24 * 3_600_000);
    let second = open_at(homes[1].path(), Arc::new(clock.clone())).unwrap();
    second.sign_in(1, &form(homes[1].path()).administrator_password).unwrap();
    second.confirm_clock().unwrap();
    in_step(&second).await;
    for night in ["monday", "tuesday"] {
        let restored = district.postgres().restore(&district.postgres().dump().unwrap(), night).unwrap();
        let server = Arc::clone(district.district());
        district.wait(async move { server.mark_backup(&restored).await }).unwrap().unwrap();
    }
    in_step(&second).await;
    second.erase("2030-01-01".parse().unwrap(), 1, "保存期限届满").unwrap();
    assert!(shared(&second, &number).unwrap().papers.is_empty());
    second.verify().unwrap();
    drop(second);
    assert!(!journal(homes[1].path()).contains("李梅"));
}
