//! A district, a line to it, and a desk that was enrolled over that line.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use district_server::Config;
use intake_store::Db;
use intake_sync::{Outcome, Patience, exchange_with};
use testkit::district::CENTRE;
use testkit::{LineDesk, LocalDistrict, line_desk};

use crate::front::{Front, Shows};
use crate::proxy::{Fault, Proxy};

pub(crate) struct World {
    pub(crate) district: LocalDistrict,
    pub(crate) line: Proxy,
    desk: LineDesk,
    sql: tokio_postgres::Client,
    keys: PathBuf,
    _folder: tempfile::TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// One in which a desk may ask as often as a test likes.
    pub(crate) async fn busy() -> Self {
        Self::with(|config| (config.desk_requests, config.address_requests) = (u32::MAX, u32::MAX)).await
    }

    pub(crate) async fn with(settings: fn(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        let keys = home.join("district");
        let start = move || LocalDistrict::start_as(&home, Arc::new(|| 1_795_500_000_000), settings).unwrap();
        let district = tokio::task::spawn_blocking(start).await.unwrap();
        let line = Proxy::to(district.address().replace("https://", "")).await;
        let code = district.enrolment_code(CENTRE, 1).unwrap();
        let desk = LineDesk::enrolled(&folder.path().join("desk"), &line.address(), &code).await.unwrap();
        line.taken();
        let sql = testkit::postgres::connect(&district.postgres_url()).await.unwrap();
        Self { district, line, desk, sql, keys, _folder: folder }
    }

    pub(crate) fn db(&self) -> &Db {
        &self.desk.db
    }

    /// Puts a front before the district: the line leads to it from now on.
    pub(crate) fn front(&self, shows: Shows) -> Front {
        let front = Front::before(self.district.address(), &self.keys, shows);
        self.line.lead_to(front.address.clone());
        front
    }

    /// Entries of about the length of a registration.
    pub(crate) fn writes(&self, count: u32) {
        self.desk.writes(count, line_desk::noise).unwrap();
    }

    /// One short entry.
    pub(crate) fn writes_a_word(&self) {
        self.desk.writes(1, || "张伟".into()).unwrap();
    }

    /// The district writes to this desk.
    pub(crate) fn district_writes(&self) {
        let server = Arc::clone(self.district.district());
        self.district.wait(async move { server.reinstate(CENTRE, 1).await }).unwrap().unwrap();
    }

    pub(crate) async fn exchange(&self) -> intake_sync::Result<Outcome> {
        self.desk.exchange().await
    }

    /// The same by a clerk who does not wait long.
    pub(crate) async fn hurried(&self) -> intake_sync::Result<Outcome> {
        let patience = Patience { stall: Duration::from_millis(800), retries: 0, ..Patience::default() };
        exchange_with(self.db(), patience, |_| {}, || 42).await
    }

    pub(crate) fn unsent(&self) -> u64 {
        self.desk.unsent().unwrap()
    }

    pub(crate) async fn held(&self) -> i64 {
        self.count("SELECT count(*) FROM entries").await
    }

    /// The district's database goes back to a dump, as after the loss of its machine.
    pub(crate) fn restored(&self, dump: &[u8]) {
        self.district.postgres().restore_over(dump).unwrap();
    }

    pub(crate) async fn rows(&self, sql: &str) -> Vec<tokio_postgres::Row> {
        self.sql.query(sql, &[]).await.unwrap()
    }

    pub(crate) async fn count(&self, sql: &str) -> i64 {
        self.sql.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// What must hold in the middle of any trouble: each of the entries is counted as unsent at the desk, or held.
    pub(crate) async fn loses_nothing(&self, written: i64, about: &str) {
        let (held, unsent) = (self.held().await, i64::try_from(self.unsent()).unwrap());
        assert!(held <= written && held + unsent >= written, "{about}: {held} held, {unsent} unsent of {written}");
    }

    /// Over a good line the two ends come into step, each entry once.
    pub(crate) async fn comes_into_step(&self, written: i64, about: &str) {
        self.line.set(Fault::None);
        let outcome = self.exchange().await.unwrap();
        assert!(outcome.in_step, "{about}: {outcome:?}");
        assert_eq!(self.held().await, written, "{about}");
        assert_eq!(self.count("SELECT count(*) FROM forks").await, 0, "{about}");
        assert_eq!(self.unsent(), 0, "{about}");
    }
}
