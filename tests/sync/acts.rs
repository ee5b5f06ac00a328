//! What the district does with a matter reaches the desk that registered it, whatever was restored meanwhile.

#![allow(clippy::redundant_closure_for_method_calls)]

use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use district_server::Role;
use intake_app::{Desk, ExchangeResult};
use intake_model::{ActTold, ActWords, ClockCode, Code, DistrictAct, ReviewResult, StepKind, StepTaken, Visit};
use testkit::district::{CENTRE, LocalDistrict};
use testkit::visits;

const OFFICER: &str = "李科员";

/// A district with an officer, and a desk.
struct Office {
    district: LocalDistrict,
    desk: Desk,
    home: tempfile::TempDir,
    folder: tempfile::TempDir,
}

impl Office {
    async fn new() -> Self {
        let (home, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let district = LocalDistrict::start(folder.path()).unwrap();
        let server = Arc::clone(district.district());
        let added = async move { server.add_staff(OFFICER, Role::Officer, "登记台的口令一二三四五六").await };
        district.wait(added).unwrap().unwrap();
        let desk = testkit::desk::made(home.path()).unwrap();
        desk.enrol(&district.address(), &district.enrolment_code(CENTRE, 1).unwrap()).await.unwrap();
        Self { district, desk, home, folder }
    }

    fn acts(&self, number: &str, act: DistrictAct, body: &str, text: &str) {
        self.does(number, act, body, text, false);
    }

    fn does(&self, number: &str, act: DistrictAct, body: &str, text: &str, to_centre: bool) {
        let due = Some("2100-01-31".parse().unwrap());
        let told =
            ActTold { act, on: "2026-11-25".parse().unwrap(), due, result: Some(ReviewResult::Upheld), to_centre };
        let words = ActWords { body: body.into(), text: text.into() };
        let (server, number) = (Arc::clone(self.district.district()), number.to_owned());
        self.district.wait(async move { server.act_by(OFFICER, &number, told, words).await }).unwrap().unwrap();
    }

    async fn exchange(&self) -> ExchangeResult {
        let result = self.desk.exchange(|_| {}).await.unwrap();
        assert!(result.in_step && result.trouble.is_none(), "{result:?}");
        result
    }

    /// What the window shows of a matter: each act with its words.
    fn shown(&self, number: &str) -> Vec<(DistrictAct, String)> {
        let acts = self.desk.district_acts(number).unwrap().acts.into_iter();
        acts.map(|one| (one.act, format!("{}{}", one.body, one.text))).collect()
    }

    /// The desk's folder becomes what it was when it was copied.
    fn set_back(self, copy: &Path) -> Self {
        let Self { district, desk, home, folder } = self;
        drop(desk);
        std::fs::remove_dir_all(home.path().join("desk")).unwrap();
        copy_folder(copy, &home.path().join("desk"));
        let desk = testkit::desk::open(home.path()).unwrap();
        desk.sign_in(1, &testkit::desk::form(home.path()).administrator_password).unwrap();
        Self { district, desk, home, folder }
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_district_does_is_told_once_and_stands_with_the_matter() {
    let office = Office::new().await;
    let (first, second) = (
        office.desk.register(&visits::property_fee()).unwrap().number,
        office.desk.register(&visits::elder_support()).unwrap().number,
    );
    assert_eq!(office.exchange().await.acted, 0);
    office.acts(&first, DistrictAct::Forwarded, "区住建委", "请按职责办理");
    office.acts(&first, DistrictAct::Supervised, "", "公布账目");
    office.acts(&second, DistrictAct::Reviewed, "", "");
    assert_eq!(office.exchange().await.acted, 2, "two matters, though three acts");
    assert_eq!(office.exchange().await.acted, 0);
    let shown = office.shown(&first);
    assert_eq!(
        shown,
        [(DistrictAct::Forwarded, "区住建委请按职责办理".into()), (DistrictAct::Supervised, "公布账目".into())]
    );
    let today = office.desk.today().unwrap();
    let rows: Vec<_> = today.rows.iter().map(|row| (row.number.as_str(), row.acted)).collect();
    assert!(rows.contains(&(first.as_str(), Some(DistrictAct::Supervised))), "{rows:?}");
    assert!(rows.contains(&(second.as_str(), Some(DistrictAct::Reviewed))), "{rows:?}");
    // Until a clerk looks, today's page says so.
    assert_eq!(today.acted.iter().map(|one| &one.number).collect::<Vec<_>>(), [&first, &second]);
    assert!(!office.desk.seen_acts(&first).unwrap().unseen);
    assert_eq!(office.desk.today().unwrap().acted.len(), 1);
    let told = office.desk.district_acts(&second).unwrap();
    assert!(told.unseen && told.acts[0].result == Some(ReviewResult::Upheld) && told.acts[0].due.is_none(), "{told:?}");
    office.desk.verify().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stick_carries_it_as_the_line_does() {
    let office = Office::new().await;
    let number = office.desk.register(&visits::property_fee()).unwrap().number;
    office.exchange().await;
    office.acts(&number, DistrictAct::Assigned, "新立街道办事处", "");
    let stick = office.folder.path().join("stick");
    let file = office.desk.export_pages(&stick).unwrap().path;
    let server = Arc::clone(office.district.district());
    office.district.wait(async move { server.import_usb(file.as_ref()).await }).unwrap().unwrap();
    let result = office.desk.take_answer(&stick).await.unwrap();
    assert!(result.in_step && result.acted == 1, "{result:?}");
    assert_eq!(office.shown(&number), [(DistrictAct::Assigned, "新立街道办事处".into())]);
    assert_eq!(office.exchange().await.acted, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_lost_a_matter_gets_it_back_with_what_the_district_did() {
    let mut office = Office::new().await;
    office.exchange().await;
    let copy = office.home.path().join("copy");
    copy_folder(&office.home.path().join("desk"), &copy);
    let number = office.desk.register(&visits::property_fee()).unwrap().number;
    office.exchange().await;
    office.acts(&number, DistrictAct::Returned, "", "缺少门牌号");
    office.exchange().await;
    office = office.set_back(&copy);
    assert!(office.desk.matter(&number).is_err());
    let result = office.desk.exchange(|_| {}).await.unwrap();
    assert!(result.came_back > 0 && result.acted == 1, "{result:?}");
    office.exchange().await;
    assert_eq!(office.shown(&number), [(DistrictAct::Returned, "缺少门牌号".into())]);
    assert_eq!(office.desk.today().unwrap().acted.len(), 1);
    // What is registered now stands in another epoch, and what is done with the older one's matter still comes.
    office.desk.register(&visits::elder_support()).unwrap();
    office.exchange().await;
    office.acts(&number, DistrictAct::Forwarded, "区住建委", "");
    assert_eq!(office.exchange().await.acted, 1);
    assert_eq!(office.shown(&number).len(), 2);
    office.desk.verify().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_words_of_an_act_go_when_its_matter_is_sealed() {
    let office = Office::new().await;
    let visit = visits::property_fee();
    let number = office.desk.register(&visit).unwrap().number;
    office.exchange().await;
    office.acts(&number, DistrictAct::Forwarded, "区住建委", "张伟反映物业费");
    office.exchange().await;
    // One more is on its way while the clerk seals the matter.
    office.acts(&number, DistrictAct::Supervised, "", "张伟要求公布账目");
    office.desk.correct(&number, &Visit { confidential: true, ..visit }).unwrap();
    let gone = || office.shown(&number).iter().all(|(_, words)| words.is_empty());
    assert!(gone());
    office.exchange().await;
    office.exchange().await;
    assert!(gone() && office.shown(&number).len() == 2);
    office.desk.verify().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_district_restored_from_an_older_dump_goes_on_and_the_desk_keeps_what_only_it_knows() {
    let office = Office::new().await;
    let number = office.desk.register(&visits::property_fee()).unwrap().number;
    office.exchange().await;
    office.acts(&number, DistrictAct::Forwarded, "区住建委", "");
    office.exchange().await;
    let dump = office.district.postgres().dump().unwrap();
    for round in 1..=3 {
        // The desk hears of one act that the district forgets, and another is done before the desk asks again.
        office.acts(&number, DistrictAct::Supervised, "", &format!("忘了的{round}"));
        assert_eq!(office.exchange().await.acted, 1);
        office.district.postgres().restore_over(&dump).unwrap();
        office.acts(&number, DistrictAct::Returned, "", &format!("后来的{round}"));
        let result = if round == 3 {
            let stick = office.folder.path().join("stick");
            let file = office.desk.export_pages(&stick).unwrap().path;
            let server = Arc::clone(office.district.district());
            office.district.wait(async move { server.import_usb(file.as_ref()).await }).unwrap().unwrap();
            office.desk.take_answer(&stick).await.unwrap()
        } else {
            office.exchange().await
        };
        assert!(result.in_step && result.acted == 1, "{result:?}");
        assert_eq!(office.exchange().await.acted, 0);
    }
    let shown: Vec<String> = office.shown(&number).into_iter().map(|(_, words)| words).collect();
    assert_eq!(shown, ["区住建委", "忘了的1", "后来的1", "忘了的2", "后来的2", "忘了的3", "后来的3"]);
    office.desk.verify().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_forwarded_to_this_centre_starts_its_clocks_at_the_receipt_until_it_objects_or_tells() {
    let office = Office::new().await;
    let (number, other) = (
        office.desk.register(&visits::property_fee()).unwrap().number,
        office.desk.register(&visits::elder_support()).unwrap().number,
    );
    office.exchange().await;
    // To another body: nothing of it binds this centre.
    office.acts(&other, DistrictAct::Forwarded, "区住建委", "");
    office.does(&number, DistrictAct::Forwarded, "", "请按职责办理", true);
    assert_eq!(office.exchange().await.acted, 2);
    let codes = |number: &str| {
        let clocks = office.desk.steps_of(number).unwrap().clocks.into_iter();
        clocks.filter(|one| one.is_owed()).filter_map(|one| one.code).collect::<Vec<_>>()
    };
    assert!(codes(&number).contains(&ClockCode::C2) && codes(&number).contains(&ClockCode::C3));
    assert!(!codes(&other).contains(&ClockCode::C2));
    let act = office.desk.district_acts(&number).unwrap().acts.remove(0);
    assert!(act.to_centre && act.received.is_some(), "{act:?}");
    let owed = office.desk.owed().unwrap().rows;
    let forwarded: Vec<_> = owed.iter().filter(|row| row.code == Some(ClockCode::C3)).collect();
    assert!(forwarded.len() == 1 && forwarded[0].number == number && forwarded[0].article.contains("第二十三条第三款"));
    let received: NaiveDate = act.received.unwrap().parse().unwrap();
    let objection = StepTaken { on: received, ..StepTaken::default() };
    let refused = office.desk.take_step(&number, StepKind::Objected, &objection).unwrap_err();
    assert_eq!(refused.code(), Code::StepIncomplete, "the law asks for the reason");
    let objection = StepTaken { note: "属区住建委职责".into(), ..objection };
    office.desk.take_step(&number, StepKind::Objected, &objection).unwrap();
    assert!(!codes(&number).contains(&ClockCode::C2) && !codes(&number).contains(&ClockCode::C3));
    office.exchange().await;
    office.desk.verify().unwrap();
}
