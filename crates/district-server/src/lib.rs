//! The district's end of the line: takes in what the desks said, durably and exactly once, and answers what became of it.
//!
//! Storing is apart from applying (invariant 5): `take` stores a block as it arrives, `apply` folds stored entries into
//! tables; `pages` shows them to people. Deliberately absent: anything a desk decides.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

mod apply;
mod attachments;
mod backup;
mod blobs;
mod clerks;
mod config;
mod counts;
mod days;
mod db;
mod desk;
mod documents;
mod enrol;
mod error;
mod export;
mod export_files;
mod heads;
mod http;
mod keys;
mod lookup;
mod matter_acts;
mod metrics;
mod overview;
mod pages;
mod password;
mod plain;
mod query;
mod rates;
mod reapply;
mod retire;
mod revoked;
mod serve;
mod settings;
mod share;
mod slowed;
mod staff;
mod status;
mod steps;
mod stick;
mod stick_files;
mod tables;
mod take;

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::{Duration, Instant};

use deadpool_postgres::Pool;
use intake_wire::{BootId, Moment};

pub use backup::Marked;
pub use config::Config;
pub use days::{DayStatus, DayWord};
pub use db::entries::Aside;
pub use error::{Error, Result};
pub use export::{Export, Exported};
pub use reapply::Reapplied;
pub use serve::{serve, serve_with_grace};
pub use staff::{Role, StaffLine};
pub use status::{DeskStatus, JournalStatus, Status};
pub use stick::{TakenIn, Voucher};
pub use tables::{Change, TableFile, table_files};

/// Connections to PostgreSQL.
const CONNECTIONS: usize = 16;
/// Between two tries to reach it at the start.
const TRY_AGAIN: Duration = Duration::from_secs(2);

/// Gives the milliseconds since 1970 UTC; handed in, so that rules take the time as a value.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// An open district: its keys, its database, its limits.
pub struct District {
    config: Config,
    keys: keys::Keys,
    revoked: revoked::Revoked,
    pool: Pool,
    clock: Clock,
    rates: rates::Rates,
    metrics: metrics::Metrics,
    boot: BootId,
    started: Instant,
    /// One refused enrolment at a time, each slowed down: 40 bits cannot be tried through.
    enrolling: tokio::sync::Mutex<()>,
    /// One password at a time: each takes much memory on purpose.
    signing_in: tokio::sync::Mutex<()>,
    /// Up to which published table this program has learned them.
    learned: AtomicI64,
}

impl District {
    /// Opens the data folder (made at first start, with new keys) and the database (migrated forwards), and applies what
    /// was stored but not applied when the process last ended.
    ///
    /// # Errors
    /// [`Error::Config`], [`Error::Folder`] or [`Error::Away`], each with a sentence for the one who starts it.
    pub async fn open(config: Config, clock: Clock) -> Result<Arc<Self>> {
        Self::opened(config, clock, false).await
    }

    /// The same for taking in what desks say, which a database that could lose it, or not find it again, must not.
    ///
    /// # Errors
    /// As [`District::open`]; [`Error::Config`] too for such a database.
    pub async fn open_for_desks(config: Config, clock: Clock) -> Result<Arc<Self>> {
        Self::opened(config, clock, true).await
    }

    async fn opened(config: Config, clock: Clock, for_desks: bool) -> Result<Arc<Self>> {
        let keys = keys::Keys::open(&config.folder)?;
        let revoked = revoked::Revoked::open(&config.folder)?;
        let pool = db::pool(&config.postgres, CONNECTIONS)?;
        if for_desks {
            db::cluster::check(&pool.get().await?).await?;
        }
        db::migrate(&pool).await?;
        let boot = BootId(intake_wire::random()?);
        let district = Self {
            rates: rates::Rates::new(&config),
            metrics: metrics::Metrics::new(),
            config,
            keys,
            revoked,
            pool,
            clock,
            boot,
            started: Instant::now(),
            enrolling: tokio::sync::Mutex::new(()),
            signing_in: tokio::sync::Mutex::new(()),
            learned: AtomicI64::new(0),
        };
        district.learn_tables().await?;
        district.fold_again().await?;
        district.fold_attachments().await?;
        district.apply_all().await?;
        Ok(Arc::new(district))
    }

    /// The same, as soon as the database answers: a machine that starts both need not start them in order.
    ///
    /// # Errors
    /// As [`District::open_for_desks`], but for [`Error::Away`].
    pub async fn open_when_possible(config: Config, clock: Clock) -> Result<Arc<Self>> {
        let mut told = String::new();
        loop {
            match Self::open_for_desks(config.clone(), Arc::clone(&clock)).await {
                Err(Error::Away(why)) => {
                    if told != why {
                        tracing::warn!(%why, "PostgreSQL does not answer; the district waits for it");
                        told = why;
                    }
                    tokio::time::sleep(TRY_AGAIN).await;
                }
                opened => return opened,
            }
        }
    }

    /// The CA certificate (DER): what enrolment codes carry the fingerprint of.
    pub fn ca_der(&self) -> &[u8] {
        self.keys.ca_der()
    }

    /// Milliseconds since 1970 UTC.
    fn now_ms(&self) -> i64 {
        (self.clock)()
    }

    /// The moment for an entry of the district's own journal. A start of the server counts as a start of the machine.
    fn moment(&self) -> Moment {
        let mono_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Moment { at_ms: self.now_ms(), boot: self.boot, mono_ms }
    }
}
