//! A desk's clerks as it told of them, and those of whom the district says that they have left.

use deadpool_postgres::GenericClient;

use super::{execute, query, query_opt};
use crate::Result;

/// A clerk of a desk.
pub(crate) struct Row {
    pub(crate) clerk: i64,
    pub(crate) name: String,
    pub(crate) role: String,
    /// The desk said that they may not sign in any more.
    pub(crate) disabled: bool,
    /// When the district said that they have left.
    pub(crate) left_ms: Option<i64>,
}

const ROWS: &str = "SELECT c.clerk, c.name, c.role, c.disabled, l.at_ms
    FROM (SELECT DISTINCT ON (k.clerk, k.name) k.centre, j.desk, k.clerk, k.name, k.role, k.disabled
          FROM clerks k JOIN journals j USING (centre, journal_id)
          WHERE k.centre = $1 AND j.desk = $2 AND k.name IS NOT NULL
          ORDER BY k.clerk, k.name, k.disabled DESC, length(j.mark) DESC, j.mark DESC) c
    LEFT JOIN clerks_left l ON l.centre = c.centre AND l.desk = c.desk AND l.clerk = c.clerk AND l.name = c.name";

fn read(row: &tokio_postgres::Row) -> Row {
    Row { clerk: row.get(0), name: row.get(1), role: row.get(2), disabled: row.get(3), left_ms: row.get(4) }
}

/// Everybody of whom a desk told, by number.
pub(crate) async fn of(c: &impl GenericClient, centre: &str, desk: u8) -> Result<Vec<Row>> {
    let sql = format!("{ROWS} ORDER BY c.clerk, c.name");
    Ok(query(c, &sql, &[&centre, &i16::from(desk)]).await?.iter().map(read).collect())
}

/// One of them.
pub(crate) async fn one(c: &impl GenericClient, centre: &str, desk: u8, clerk: i64, name: &str) -> Result<Option<Row>> {
    let sql = format!("{ROWS} WHERE c.clerk = $3 AND c.name = $4");
    Ok(query_opt(c, &sql, &[&centre, &i16::from(desk), &clerk, &name]).await?.as_ref().map(read))
}

/// One who has left.
pub(crate) struct Left<'a> {
    pub(crate) clerk: i64,
    pub(crate) name: &'a str,
    pub(crate) staff: &'a str,
    pub(crate) at_ms: i64,
}

pub(crate) async fn put_left(c: &impl GenericClient, centre: &str, desk: u8, left: &Left<'_>) -> Result<()> {
    let sql = "INSERT INTO clerks_left (centre, desk, clerk, name, staff, at_ms) VALUES ($1, $2, $3, $4, $5, $6)";
    let Left { clerk, name, staff, at_ms } = left;
    execute(c, sql, &[&centre, &i16::from(desk), clerk, name, staff, at_ms]).await?;
    Ok(())
}

/// The desk says that a clerk may not sign in any more, in whichever of its epochs they were added.
pub(crate) async fn set_disabled(c: &impl GenericClient, centre: &str, desk: u8, clerk: i64) -> Result<()> {
    let sql = "UPDATE clerks k SET disabled = true FROM journals j WHERE k.centre = $1 AND k.clerk = $3
               AND j.centre = k.centre AND j.journal_id = k.journal_id AND j.desk = $2";
    execute(c, sql, &[&centre, &i16::from(desk), &clerk]).await?;
    Ok(())
}
