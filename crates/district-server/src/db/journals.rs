//! The desks' journals: where each stands.

use deadpool_postgres::GenericClient;
use intake_wire::{Hash, Head, JournalId};

use super::{execute, fixed, place, query, query_opt, seq};
use crate::Result;

/// A desk's journal as the district holds it.
pub(crate) struct Journal {
    pub(crate) centre: String,
    pub(crate) id: JournalId,
    pub(crate) desk: u8,
    pub(crate) mark: String,
    pub(crate) head: Head,
    pub(crate) applied: u64,
    pub(crate) forked: bool,
}

const COLUMNS: &str = "centre, journal_id, desk, mark, head_seq, head_hash, applied_seq, forked";

fn read(row: &tokio_postgres::Row) -> Result<Journal> {
    Ok(Journal {
        centre: row.get(0),
        id: JournalId(fixed(row.get(1))?),
        desk: u8::try_from(row.get::<_, i16>(2)).unwrap_or(0),
        mark: row.get(3),
        head: Head { seq: seq(row.get(4)), hash: Hash(fixed(row.get(5))?) },
        applied: seq(row.get(6)),
        forked: row.get(7),
    })
}

/// Makes the journal known if it is not.
pub(crate) async fn open(c: &impl GenericClient, centre: &str, id: JournalId, desk: u8, mark: &str) -> Result<()> {
    execute(
        c,
        "INSERT INTO journals (centre, journal_id, desk, mark, head_hash) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (centre, journal_id) DO NOTHING",
        &[&centre, &id.0.as_slice(), &i16::from(desk), &mark, &Hash::ZERO.0.as_slice()],
    )
    .await?;
    Ok(())
}

/// The journal, locked until the transaction ends.
pub(crate) async fn lock(c: &impl GenericClient, centre: &str, id: JournalId) -> Result<Option<Journal>> {
    let sql = format!("SELECT {COLUMNS} FROM journals WHERE centre = $1 AND journal_id = $2 FOR UPDATE");
    query_opt(c, &sql, &[&centre, &id.0.as_slice()]).await?.as_ref().map(read).transpose()
}

/// The journal as it stands.
pub(crate) async fn find(c: &impl GenericClient, centre: &str, id: JournalId) -> Result<Option<Journal>> {
    let sql = format!("SELECT {COLUMNS} FROM journals WHERE centre = $1 AND journal_id = $2");
    query_opt(c, &sql, &[&centre, &id.0.as_slice()]).await?.as_ref().map(read).transpose()
}

/// All journals of a desk, the first epoch first.
pub(crate) async fn of_desk(c: &impl GenericClient, centre: &str, desk: u8) -> Result<Vec<Journal>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM journals WHERE centre = $1 AND desk = $2 ORDER BY length(mark), mark, journal_id"
    );
    query(c, &sql, &[&centre, &i16::from(desk)]).await?.iter().map(read).collect()
}

/// Journals with entries that are stored and not applied.
pub(crate) async fn behind(c: &impl GenericClient) -> Result<Vec<(String, JournalId)>> {
    let rows = query(c, "SELECT centre, journal_id FROM journals WHERE applied_seq < head_seq", &[]).await?;
    rows.iter().map(|row| Ok((row.get(0), JournalId(fixed(row.get(1))?)))).collect()
}

/// Every journal, for `status`.
pub(crate) async fn all(c: &impl GenericClient) -> Result<Vec<Journal>> {
    let sql = format!("SELECT {COLUMNS} FROM journals ORDER BY centre, desk, length(mark), mark, journal_id");
    query(c, &sql, &[]).await?.iter().map(read).collect()
}

/// Where the journal ends now, and up to where it is applied if that changed with it.
pub(crate) async fn set_head(
    c: &impl GenericClient,
    j: &Journal,
    head: Head,
    forked: bool,
    applied: Option<u64>,
) -> Result<()> {
    let applied = applied.map(place).transpose()?;
    execute(
        c,
        "UPDATE journals SET head_seq = $3, head_hash = $4, forked = forked OR $5, applied_seq = coalesce($6, applied_seq)
             WHERE centre = $1 AND journal_id = $2",
        &[&j.centre, &j.id.0.as_slice(), &place(head.seq)?, &head.hash.0.as_slice(), &forked, &applied],
    )
    .await?;
    Ok(())
}

pub(crate) async fn set_applied(c: &impl GenericClient, j: &Journal, applied: u64) -> Result<()> {
    execute(
        c,
        "UPDATE journals SET applied_seq = $3 WHERE centre = $1 AND journal_id = $2",
        &[&j.centre, &j.id.0.as_slice(), &place(applied)?],
    )
    .await?;
    Ok(())
}

/// How far the desk itself says it is.
pub(crate) async fn set_told(c: &impl GenericClient, centre: &str, desk: u8, id: JournalId, told: u64) -> Result<()> {
    let sql = "UPDATE journals SET told_seq = $4 WHERE centre = $1 AND journal_id = $2 AND desk = $3";
    execute(c, sql, &[&centre, &id.0.as_slice(), &i16::from(desk), &place(told)?]).await?;
    Ok(())
}
