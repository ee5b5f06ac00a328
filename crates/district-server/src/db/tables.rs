//! The tables that the district published.

use chrono::NaiveDate;
use deadpool_postgres::GenericClient;
use intake_model::{TableHeading, TableKind};
use intake_wire::TablePublished;

use super::{execute, query};
use crate::Result;

/// The lock under which tables are published, and journals are opened that begin with them.
const LOCK: i64 = 0x1A7A_4E01;

/// Nobody opens a journal of the district's until this transaction ends.
pub(crate) async fn hold(c: &impl GenericClient) -> Result<()> {
    execute(c, "SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    Ok(())
}

/// Nobody publishes a table until this transaction ends.
pub(crate) async fn wait(c: &impl GenericClient) -> Result<()> {
    execute(c, "SELECT pg_advisory_xact_lock_shared($1)", &[&LOCK]).await?;
    Ok(())
}

/// A table as it was published.
pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) table: TablePublished,
    pub(crate) staff: String,
    pub(crate) at_ms: i64,
}

/// Every table after a place, in the order in which they were published. Of a kind that this version does not know, none.
pub(crate) async fn after(c: &impl GenericClient, id: i64) -> Result<Vec<Row>> {
    let sql = "SELECT id, kind, name, version, valid_from, content, staff, at_ms FROM tables_published WHERE id > $1
               ORDER BY id";
    let read = |row: &tokio_postgres::Row| {
        let kind = TableKind::from_word(row.get(1))?;
        let heading = TableHeading { kind, name: row.get(2), version: row.get(3), valid_from: row.get(4) };
        let table = TablePublished { heading, content: row.get(5) };
        Some(Row { id: row.get(0), table, staff: row.get(6), at_ms: row.get(7) })
    };
    Ok(query(c, sql, &[&id]).await?.iter().filter_map(read).collect())
}

pub(crate) async fn put(c: &impl GenericClient, table: &TablePublished, staff: &str, at_ms: i64) -> Result<()> {
    let TablePublished { heading: TableHeading { kind, name, version, valid_from }, content } = table;
    let valid_from: &NaiveDate = valid_from;
    execute(
        c,
        "INSERT INTO tables_published (kind, name, version, valid_from, content, staff, at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[&kind.word(), name, version, valid_from, content, &staff, &at_ms],
    )
    .await?;
    Ok(())
}

/// Every desk that was ever enrolled.
pub(crate) async fn desks(c: &impl GenericClient) -> Result<Vec<(String, i16)>> {
    let rows = query(c, "SELECT centre, desk FROM desks ORDER BY centre, desk", &[]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}
