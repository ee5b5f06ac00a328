//! The days that desks closed, beside what of each day is here.

use chrono::NaiveDate;
use deadpool_postgres::GenericClient;
use intake_wire::DayClosed;

use super::journals::Journal;
use super::place;
use super::{execute, query};
use crate::Result;

/// One day of a desk, as the district has it.
#[derive(Debug)]
pub(crate) struct Day {
    pub(crate) on: NaiveDate,
    /// Registrations that are here and applied, void ones among them.
    pub(crate) registered: i64,
    /// Entries about the day's numbers that are set aside, or wait for one.
    pub(crate) not_plain: i64,
    /// How many records the desk kept when it closed the day last; `None` where it did not.
    pub(crate) kept: Option<i64>,
    /// How often it was closed.
    pub(crate) closings: i64,
}

pub(crate) async fn put(c: &impl GenericClient, j: &Journal, seq: u64, told: &DayClosed) -> Result<()> {
    let sum =
        |of: fn(&intake_model::NumberRange) -> u32| told.ranges.iter().map(|range| i64::from(of(range))).sum::<i64>();
    execute(
        c,
        "INSERT INTO days (centre, journal_id, seq, desk, day, closing, kept, void, slips, undelivered, unanswered,
                           drafts)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        &[
            &j.centre,
            &j.id.0.as_slice(),
            &place(seq)?,
            &i16::from(j.desk),
            &told.day,
            &i32::try_from(told.closing).unwrap_or(i32::MAX),
            &sum(|range| range.kept),
            &sum(|range| range.void),
            &sum(|range| range.slips),
            &i64::from(told.open.undelivered),
            &i64::from(told.open.unanswered),
            &i64::from(told.open.drafts),
        ],
    )
    .await?;
    Ok(())
}

/// The newest days of a desk on which something was registered or that were closed, the newest first.
pub(crate) async fn newest(c: &impl GenericClient, centre: &str, desk: u8, limit: i64) -> Result<Vec<Day>> {
    let rows = query(
        c,
        "WITH here AS (SELECT local_date AS day, count(DISTINCT number) AS registered FROM matters
                 WHERE centre = $1 AND desk = $2 GROUP BY local_date),
             aside AS (SELECT to_date(split_part(e.number, '-', 2), 'YYYYMMDD') AS day, count(*) AS not_plain
                 FROM entries e JOIN journals j USING (centre, journal_id)
                 WHERE e.centre = $1 AND j.desk = $2 AND e.verdict IN ('set_aside', 'waiting') AND e.number IS NOT NULL
                 GROUP BY 1),
             closed AS (SELECT DISTINCT ON (d.day) d.day, d.kept, count(*) OVER (PARTITION BY d.day) AS closings
                 FROM days d JOIN journals j USING (centre, journal_id) WHERE d.centre = $1 AND d.desk = $2
                 ORDER BY d.day, length(j.mark) DESC, j.mark DESC, d.seq DESC)
             SELECT day, coalesce(registered, 0), coalesce(not_plain, 0), kept, coalesce(closings, 0)
             FROM here FULL JOIN closed USING (day) LEFT JOIN aside USING (day) ORDER BY day DESC LIMIT $3",
        &[&centre, &i16::from(desk), &limit],
    )
    .await?;
    let day = |row: &tokio_postgres::Row| Day {
        on: row.get(0),
        registered: row.get(1),
        not_plain: row.get(2),
        kept: row.get(3),
        closings: row.get(4),
    };
    Ok(rows.iter().map(day).collect())
}
