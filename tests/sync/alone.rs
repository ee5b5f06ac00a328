//! A desk that nobody asks: it exchanges when there is a line, and says nothing while there is none.

use std::sync::Arc;
use std::time::Duration;

use intake_app::{Desk, LineState};
use intake_model::{Code, Visit};
use testkit::clock::FixedMoments;
use testkit::district::{CENTRE, LocalDistrict};
use testkit::visits;

use crate::front::{Answer, Fault as Inside, Front, Shows};
use crate::proxy::{Fault, Proxy};

/// A desk with a district, a line between them that breaks, and a clock that is moved by hand.
struct Office {
    desk: Desk,
    line: Proxy,
    clock: FixedMoments,
    district: LocalDistrict,
    folder: tempfile::TempDir,
    home: tempfile::TempDir,
}

impl Office {
    async fn new() -> Self {
        let (home, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let district = LocalDistrict::start(folder.path()).unwrap();
        let line = Proxy::to(district.address().replace("https://", "")).await;
        let clock = FixedMoments::default();
        let desk = testkit::desk::open_at(home.path(), Arc::new(clock.clone())).unwrap();
        desk.create_desk(&testkit::desk::form(home.path())).unwrap();
        desk.enrol(&line.address(), &district.enrolment_code(CENTRE, 1).unwrap()).await.unwrap();
        Self { desk, line, clock, district, folder, home }
    }

    /// Puts a front before the district: the line leads to it from now on.
    fn front(&self, shows: Shows) -> Front {
        let front = Front::before(self.district.address(), &self.folder.path().join("district"), shows);
        self.line.lead_to(front.address.clone());
        front
    }

    fn registers(&self, visit: &Visit) {
        self.desk.register(visit).unwrap();
    }

    /// Lets the time pass until the next try, and it try. Gives the seconds that it waited.
    async fn until_a_try(&self) -> i64 {
        let mut waited = 0;
        loop {
            let Some(rest) = self.desk.exchange_round().await.unwrap() else { return waited / 1000 };
            let rest = i64::try_from(rest.as_millis()).unwrap().max(1);
            assert!(waited < 3_600_000, "there is none");
            self.clock.pass_ms(rest);
            waited += rest;
        }
    }

    /// Whether a try is made within half an hour.
    async fn tries(&self) -> bool {
        for _ in 0..360 {
            if self.desk.exchange_round().await.unwrap().is_none() {
                return true;
            }
            self.clock.pass_ms(5_000);
        }
        false
    }

    fn unsent(&self) -> u64 {
        self.desk.outlook().unwrap().entries
    }

    fn in_step(&self) -> bool {
        self.desk.outlook().unwrap().in_step
    }

    fn said(&self) -> LineState {
        self.desk.state().unwrap().line
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_left_alone_comes_into_step_after_its_line_comes_back_locked_as_well() {
    let office = Office::new().await;
    office.until_a_try().await;
    assert!(office.in_step(), "after a start it asks at once");
    assert_eq!(office.said().offline_since, None);
    office.line.set(Fault::Drops);
    office.registers(&visits::property_fee());
    office.desk.lock().unwrap();
    let mut waits = Vec::new();
    for _ in 0..8 {
        waits.push(office.until_a_try().await);
    }
    assert!(waits.is_sorted(), "ever more slowly: {waits:?}");
    assert!((5..=6).contains(&waits[0]) && (670..=900).contains(&waits[7]), "{waits:?}");
    office.desk.sign_in(testkit::desk::CLERK_ID, testkit::desk::PASSWORD).unwrap();
    assert_eq!(office.said().offline_since.as_deref(), Some("2026-11-24 09:05"), "since the first failure");
    assert!(office.unsent() > 0);
    office.desk.lock().unwrap();
    office.line.set(Fault::None);
    assert!(office.until_a_try().await <= 900);
    office.desk.sign_in(testkit::desk::CLERK_ID, testkit::desk::PASSWORD).unwrap();
    assert!(office.in_step() && office.unsent() == 0);
    assert_eq!(office.said().offline_since, None);
    // And what is registered from now on goes once the clerk rests.
    office.registers(&visits::elder_support());
    assert!(office.until_a_try().await <= 6);
    assert!(office.in_step());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_the_districts_own_server_is_taken_for_a_line() {
    let office = Office::new().await;
    office.registers(&visits::property_fee());
    let unsent = office.unsent();
    let pages = [
        Answer::of(200, false, b"<html>please sign in</html>"),
        Answer::of(302, false, b""),
        Answer::of(200, true, b"<html>please sign in</html>"),
        Answer::of(404, true, b""),
        Answer::of(503, true, br#"{"code":"district_busy"}"#),
    ];
    let front = office.front(Shows::Good);
    for page in pages {
        front.next("/v1/health", Inside::Answers(page));
        // It would be met if anything but the question were asked.
        front.next("/v1/heads", Inside::HoldsBack);
        office.until_a_try().await;
        assert!(!front.all_met(), "{page:?}");
        assert!(office.said().offline_since.is_some() && office.unsent() == unsent, "{page:?}");
    }
    for shows in [Shows::SelfSigned, Shows::OtherAuthority, Shows::Expired] {
        let front = office.front(shows);
        front.next("/v1/health", Inside::HoldsBack);
        office.until_a_try().await;
        assert!(!front.all_met(), "{shows:?}: it was asked something");
    }
    office.front(Shows::Good);
    office.until_a_try().await;
    assert!(office.in_step());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_who_exchanges_does_not_wait_for_the_background_and_no_two_run_at_once() {
    let office = Office::new().await;
    for visit in visits::day() {
        office.registers(&Visit { passed_because: "来访人自述".into(), ..visit });
    }
    // The background gets no further than its question, whose answer never comes.
    office.desk.exchange_round().await.unwrap();
    office.clock.pass_ms(60_000);
    office.line.taken();
    office.line.set(Fault::StallDown(0));
    let background = office.desk.clone();
    let round = tokio::spawn(async move { background.exchange_round().await.unwrap() });
    while office.line.taken().0 == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    office.line.set(Fault::None);
    let result = office.desk.exchange(|_| {}).await.unwrap();
    assert!(result.in_step, "{result:?}");
    assert_eq!(round.await.unwrap(), Some(Duration::from_secs(5)), "it gave way");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_can_be_switched_off_and_a_desk_that_was_lost_asks_nothing_more() {
    let office = Office::new().await;
    office.desk.set_line(false, false).unwrap();
    office.registers(&visits::property_fee());
    assert!(!office.tries().await, "it was switched off");
    office.desk.set_line(true, false).unwrap();
    office.until_a_try().await;
    assert!(office.in_step());
    let server = Arc::clone(office.district.district());
    office.district.wait(async move { server.lost(CENTRE, 1).await }).unwrap().unwrap();
    office.registers(&visits::elder_support());
    office.until_a_try().await;
    assert!(office.unsent() > 0);
    assert!(!office.tries().await, "the district has withdrawn it");
    let refused = office.desk.exchange(|_| {}).await.unwrap().trouble.unwrap();
    assert_eq!(refused.code, Code::DeskRevoked);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_desk_sends_what_it_has_and_then_asks_nothing_more() {
    let office = Office::new().await;
    office.until_a_try().await;
    office.registers(&visits::property_fee());
    let server = Arc::clone(office.district.district());
    office.district.wait(async move { server.retire(CENTRE, 1, "区矛调中心信息科").await }).unwrap().unwrap();
    office.until_a_try().await;
    assert_eq!(office.unsent(), 0);
    assert!(!office.tries().await);
    drop(office.home);
}
