//! The days of desks: what a closing says, and how far each day is here. 应录尽录 is seen by the days that are missing.

use chrono::NaiveDate;
use deadpool_postgres::Transaction;
use intake_wire::{DayClosed, VerdictKind};
use serde::Serialize;

use crate::apply::{Outcome, read, unreadable};
use crate::db::days::{self, Day};
use crate::db::entries::Held;
use crate::db::journals::{self, Journal};
use crate::{District, Result};

/// As many days of a desk as `status` lists.
pub(crate) const LISTED: i64 = 31;

/// One day of a desk.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct DayStatus {
    /// Which day.
    pub day: NaiveDate,
    /// How far it is.
    pub state: DayWord,
    /// Registrations that are here, void ones among them.
    pub registered: i64,
    /// How many the desk had when it closed the day last.
    pub kept: Option<i64>,
    /// How often it was closed.
    pub closings: i64,
}

/// How far a day is at the district.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DayWord {
    /// Visits were registered and the desk did not close the day.
    Missing,
    /// Closed, and fewer records are here than the desk kept, or some are set aside.
    Closed,
    /// Closed, and all of it is here.
    Confirmed,
    /// Closed, and more was registered after that.
    Reopened,
}

impl DayWord {
    fn of(kept: Option<i64>, registered: i64, not_plain: i64) -> Self {
        match kept {
            None => Self::Missing,
            Some(kept) if registered > kept => Self::Reopened,
            Some(kept) if registered < kept || not_plain > 0 => Self::Closed,
            Some(_) => Self::Confirmed,
        }
    }
}

impl From<Day> for DayStatus {
    fn from(Day { on: day, registered, not_plain, kept, closings }: Day) -> Self {
        Self { day, state: DayWord::of(kept, registered, not_plain), registered, kept, closings }
    }
}

impl District {
    /// The newest days of each desk that sent something, in order.
    pub(crate) async fn days(&self, limit: i64) -> Result<Vec<(String, u8, Vec<DayStatus>)>> {
        let client = self.pool.get().await?;
        let mut desks: Vec<(String, u8)> =
            journals::all(&client).await?.into_iter().map(|journal| (journal.centre, journal.desk)).collect();
        desks.dedup();
        let mut told = Vec::new();
        for (centre, desk) in desks {
            let newest = days::newest(&client, &centre, desk, limit).await?;
            told.push((centre, desk, newest.into_iter().map(DayStatus::from).collect()));
        }
        Ok(told)
    }
}

/// A desk closed a day.
pub(crate) async fn closed(tx: &Transaction<'_>, journal: &Journal, entry: &Held) -> Result<Outcome> {
    let Some(told) = read::<DayClosed>(entry.open.as_deref()) else { return Ok(unreadable(None)) };
    days::put(tx, journal, entry.seq, &told).await?;
    Ok(Outcome::of(VerdictKind::Stored, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_confirmed_only_where_as_much_is_here_as_the_desk_kept_and_nothing_is_set_aside() {
        let check = |kept, registered, not_plain, expect| {
            assert_eq!(DayWord::of(kept, registered, not_plain), expect, "{kept:?} {registered} {not_plain}");
        };
        check(None, 3, 0, DayWord::Missing);
        check(Some(3), 3, 0, DayWord::Confirmed);
        check(Some(0), 0, 0, DayWord::Confirmed);
        check(Some(3), 2, 0, DayWord::Closed);
        check(Some(3), 3, 1, DayWord::Closed);
        check(Some(3), 4, 0, DayWord::Reopened);
    }
}
