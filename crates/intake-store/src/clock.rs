//! What the store knows of the time: the last moments that were written down, and the district's clock as last told.
//!
//! The journal itself notices a clock that jumped: an entry that would follow such a jump is preceded by one that says so,
//! in the same transaction, whatever use case writes it.

use intake_model::{ClockGuard, Reading};
use intake_wire::{BootId, ClockJumped, Draft, Kind, Moment};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::Result;
use crate::db::{Reader, Writer};

/// Reading what is known of the time.
pub struct Times<'c> {
    connection: &'c Connection,
}

impl Reader<'_> {
    /// What is known of the time.
    pub fn times(&self) -> Times<'_> {
        Times { connection: self.connection }
    }
}

impl Writer<'_> {
    /// What is known of the time, to read.
    pub fn times(&self) -> Times<'_> {
        Times { connection: self.connection }
    }

    /// Keeps the district's clock as it was told at a moment of the desk's.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn note_district_time(&self, district_ms: i64, told: Moment) -> Result<()> {
        let sql = "INSERT INTO district_time (id, district_ms, at_ms, boot, mono_ms) VALUES (1, ?1, ?2, ?3, ?4)
                   ON CONFLICT (id) DO UPDATE SET district_ms = excluded.district_ms, at_ms = excluded.at_ms,
                   boot = excluded.boot, mono_ms = excluded.mono_ms";
        self.connection.prepare_cached(sql)?.execute(params![district_ms, told.at_ms, told.boot.0, told.mono_ms])?;
        Ok(())
    }
}

impl Times<'_> {
    /// The last entry's moment; `None` before the first.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn last(&self) -> Result<Option<Reading>> {
        let sql = "SELECT at_ms, boot, mono_ms FROM journal ORDER BY epoch DESC, seq DESC LIMIT 1";
        Ok(self.connection.prepare_cached(sql)?.query_row([], reading).optional()?)
    }

    /// The moment that the next visit must not stand before: that of the visit registered last, or of a person's word that
    /// the clock is right, whichever was written later.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn last_visit(&self) -> Result<Option<Reading>> {
        let sql = "SELECT at_ms, boot, mono_ms FROM journal WHERE kind IN ('registered', 'clock_confirmed')
                   ORDER BY epoch DESC, seq DESC LIMIT 1";
        Ok(self.connection.prepare_cached(sql)?.query_row([], reading).optional()?)
    }

    /// The district's clock as last told, with the desk's moment of that; `None` before the first exchange.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn district(&self) -> Result<Option<(i64, Reading)>> {
        let sql = "SELECT at_ms, boot, mono_ms, district_ms FROM district_time";
        let told = self.connection.prepare_cached(sql)?.query_row([], |row| Ok((row.get(3)?, reading(row)?)));
        Ok(told.optional()?)
    }
}

fn reading(row: &Row<'_>) -> rusqlite::Result<Reading> {
    Ok(Reading { at_ms: row.get(0)?, boot: row.get(1)?, mono_ms: row.get(2)? })
}

/// A moment of the protocol's as the rule takes it.
pub fn reading_of(moment: Moment) -> Reading {
    let Moment { at_ms, boot: BootId(boot), mono_ms } = moment;
    Reading { at_ms, boot, mono_ms }
}

/// What stands before an entry of this moment where the clock jumped since the last one.
pub(crate) fn jump(last: Option<Reading>, now: Moment) -> Result<Option<Draft>> {
    let found = ClockGuard::judge(last, reading_of(now));
    let word = match found {
        ClockGuard::Back { .. } => "back",
        ClockGuard::Ahead { .. } => "ahead",
        ClockGuard::Steady | ClockGuard::Unknown => return Ok(None),
    };
    let open = serde_json::to_vec(&ClockJumped { by_ms: found.by_ms(), found: word.to_owned() })?;
    Ok(Some(Draft { kind: Kind::clock_jumped(), open, personal: b"{}".to_vec() }))
}
