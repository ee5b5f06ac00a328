//! The exchange between the real client and the real district on a real PostgreSQL, over a line that breaks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod archived;
mod earlier;
mod proxy;
mod retired;

use std::sync::Arc;
use std::time::Duration;

use district_server::Config;
use intake_model::Code;
use intake_store::{DataKey, Db, DeskRow, Locked};
use intake_sync::{Outcome, Patience, enrol, exchange_with, outlook};
use intake_wire::{BootId, Draft, JournalId, Kind, Moment, SigningKey};
use testkit::LocalDistrict;
use testkit::district::CENTRE;

use crate::proxy::{Fault, Proxy};

/// A district, a line to it, and a desk that was enrolled over that line.
struct World {
    district: LocalDistrict,
    line: Proxy,
    db: Db,
    _locked: Locked,
    _folder: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(settings: fn(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        let start = move || LocalDistrict::start_as(&home, Arc::new(|| 1_795_500_000_000), settings).unwrap();
        let district = tokio::task::spawn_blocking(start).await.unwrap();
        let line = Proxy::to(district.address().replace("https://", "")).await;
        let (journal, key) = (JournalId(intake_wire::random().unwrap()), SigningKey::generate().unwrap());
        let code = district.enrolment_code(CENTRE, 1).unwrap();
        let admission = enrol(&line.address(), &code, CENTRE, 1, journal, &key).await.unwrap();
        let locked = Locked::take(&folder.path().join("desk")).unwrap();
        let db = Db::create(&locked.folder(), &DataKey::generate().unwrap()).unwrap();
        let row = DeskRow {
            centre_code: CENTRE.into(),
            centre_name: "新立街道".into(),
            office_phone: "022-24390000".into(),
            office_address: "津塘公路".into(),
            number: 1,
            practice: true,
        };
        db.write(|tx| {
            tx.insert_desk(&row, &key)?;
            tx.open_epoch(journal, "A")?;
            tx.set_admission(&admission)
        })
        .unwrap();
        line.taken();
        Self { district, line, db, _locked: locked, _folder: folder }
    }

    /// Journals so many clerks added: entries that need no others to apply, of about the length of a registration.
    fn writes(&self, count: u32) {
        let moment = Moment { at_ms: 1_795_500_000_000, boot: BootId([0; 16]), mono_ms: 1 };
        let work = |tx: &intake_store::Writer<'_>| {
            for clerk in 1..=count {
                // Random, so that no compression makes the page shorter than the cuts.
                let noise = intake_wire::Hash(intake_wire::random()?).to_string().repeat(3);
                let personal = serde_json::json!({ "name": noise }).to_string().into_bytes();
                let open = serde_json::json!({ "clerk": clerk, "role": "clerk" }).to_string().into_bytes();
                tx.append(Draft { kind: Kind::clerk_added(), open, personal }, 1, moment)?;
            }
            Ok::<_, intake_store::Error>(())
        };
        self.db.write(work).unwrap();
    }

    async fn exchange(&self) -> intake_sync::Result<Outcome> {
        let patience = Patience { stall: Duration::from_millis(800), retries: 0, ..Patience::default() };
        exchange_with(&self.db, patience, |_| {}, || 42).await
    }

    async fn held(&self) -> i64 {
        let (client, connection) =
            tokio_postgres::connect(&self.district.postgres_url(), tokio_postgres::NoTls).await.unwrap();
        let talking = tokio::spawn(connection);
        let count = client.query_one("SELECT count(*) FROM entries", &[]).await.unwrap().get(0);
        talking.abort();
        count
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_is_at_the_district_once_and_a_second_exchange_sends_nothing() {
    let world = World::new().await;
    world.writes(1000);
    let outcome = world.exchange().await.unwrap();
    assert!(outcome.in_step, "{outcome:?}");
    assert_eq!((outcome.sent, outcome.already_had, world.held().await), (1000, 0, 1000));
    world.line.taken();
    let again = world.exchange().await.unwrap();
    assert!(again.in_step);
    assert_eq!((again.sent, again.already_had, world.held().await), (0, 0, 1000));
    assert!(world.line.taken().0 < 4_000, "only heads went up");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_cut_anywhere_costs_nothing_but_what_was_on_it() {
    let world = World::new().await;
    for (place, cut) in [1, 300, 900, 2_000, 5_000, 9_000, 14_000, 30_000].into_iter().enumerate() {
        world.writes(40);
        world.line.set(Fault::CutUp(cut));
        let _ = world.exchange().await;
        world.line.set(Fault::CutDown(cut));
        let _ = world.exchange().await;
        world.line.set(Fault::None);
        let outcome = world.exchange().await.unwrap();
        assert!(outcome.in_step, "cut at {cut}: {outcome:?}");
        assert_eq!(world.held().await, 40 * (i64::try_from(place).unwrap() + 1), "cut at {cut}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_stops_coming_is_too_slow_and_nothing_is_lost() {
    let world = World::new().await;
    world.writes(3);
    world.line.set(Fault::StallDown(10));
    assert_eq!(world.exchange().await.unwrap_err().code(), Code::DistrictTooSlow);
    assert_eq!(outlook(&world.db).unwrap().entries, 3);
    world.line.set(Fault::None);
    assert!(world.exchange().await.unwrap().in_step);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_district_whose_database_is_away_is_busy_and_nothing_is_lost() {
    let mut world = World::new().await;
    world.writes(3);
    world.exchange().await.unwrap();
    world.writes(1);
    world.district.cut_database().unwrap();
    assert_eq!(world.exchange().await.unwrap_err().code(), Code::DistrictBusy);
    assert_eq!(outlook(&world.db).unwrap().entries, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_asks_too_often_is_told_so_and_nothing_is_lost() {
    let world = World::with(|config| config.desk_requests = 1).await;
    world.writes(3);
    let error = world.exchange().await.unwrap_err();
    assert_eq!((error.code(), error.is_permanent()), (Code::TooManyRequests, false));
    assert_eq!(outlook(&world.db).unwrap().entries, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_desk_is_refused_and_keeps_what_it_has() {
    let world = World::new().await;
    world.writes(3);
    world.exchange().await.unwrap();
    let district = Arc::clone(world.district.district());
    world.district.wait(async move { district.lost(CENTRE, 1).await }).unwrap().unwrap();
    world.writes(1);
    assert_eq!(world.exchange().await.unwrap_err().code(), Code::DeskRevoked);
    assert_eq!(outlook(&world.db).unwrap().entries, 1);
}
