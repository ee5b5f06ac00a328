//! What the district's test-restored backups hold of each journal. The last two are kept.

use std::collections::BTreeMap;

use deadpool_postgres::GenericClient;
use intake_wire::JournalId;

use super::journals::Journal;
use super::{execute, fixed, place, query, query_one, query_opt, seq};
use crate::Result;

/// Any number: one backup is marked at a time, and a database sees by it that it is asked about itself.
const MARK_LOCK: i64 = 0x1A7A_4E01;

/// A backup that was marked.
pub(crate) struct Mark {
    pub(crate) number: i64,
    pub(crate) name: Vec<u8>,
    pub(crate) marked_ms: i64,
}

/// Waits for its turn to mark a backup in this database; the turn ends with the transaction.
pub(crate) async fn take_turn(c: &impl GenericClient) -> Result<()> {
    execute(c, "SELECT pg_advisory_xact_lock($1)", &[&MARK_LOCK]).await?;
    Ok(())
}

/// Whether nobody has the turn in this database.
pub(crate) async fn turn_is_free(c: &impl GenericClient) -> Result<bool> {
    Ok(query_one(c, "SELECT pg_try_advisory_xact_lock($1)", &[&MARK_LOCK]).await?.get(0))
}

/// Whether the database only follows another one.
pub(crate) async fn is_replica(c: &impl GenericClient) -> Result<bool> {
    Ok(query_one(c, "SELECT pg_is_in_recovery()", &[]).await?.get(0))
}

/// The backup that was marked last.
pub(crate) async fn last(c: &impl GenericClient) -> Result<Option<Mark>> {
    let sql = "SELECT mark, name, marked_ms FROM backup_heads ORDER BY mark DESC LIMIT 1";
    let row = query_opt(c, sql, &[]).await?;
    Ok(row.map(|row| Mark { number: row.get(0), name: row.get(1), marked_ms: row.get(2) }))
}

/// Whether this database knows that a backup was marked.
pub(crate) async fn knows(c: &impl GenericClient, mark: &Mark) -> Result<bool> {
    // One from before this table has no marks.
    if !query_one(c, "SELECT to_regclass('backup_heads') IS NOT NULL", &[]).await?.get::<_, bool>(0) {
        return Ok(false);
    }
    let sql = "SELECT EXISTS (SELECT 1 FROM backup_heads WHERE mark = $1 AND name = $2)";
    Ok(query_one(c, sql, &[&mark.number, &mark.name]).await?.get(0))
}

/// Writes how much a backup holds of each journal, and forgets all backups but it and the one before.
pub(crate) async fn put(c: &impl GenericClient, mark: &Mark, heads: &[(Journal, u64)]) -> Result<()> {
    let centres: Vec<&str> = heads.iter().map(|(journal, _)| journal.centre.as_str()).collect();
    let journals: Vec<&[u8]> = heads.iter().map(|(journal, _)| journal.id.0.as_slice()).collect();
    let seqs = heads.iter().map(|(_, seq)| place(*seq)).collect::<Result<Vec<_>>>()?;
    execute(
        c,
        "INSERT INTO backup_heads (centre, journal_id, mark, name, marked_ms, head_seq)
         SELECT centre, journal, $1::int8, $2::bytea, $3::int8, seq
         FROM unnest($4::text[], $5::bytea[], $6::int8[]) AS held (centre, journal, seq)",
        &[&mark.number, &mark.name, &mark.marked_ms, &centres, &journals, &seqs],
    )
    .await?;
    execute(c, "DELETE FROM backup_heads WHERE mark < $1::int8 - 1", &[&mark.number]).await?;
    Ok(())
}

/// Up to where each journal of a desk is within both of the last two backups. Never beyond what stands here: a database
/// that came from a backup forgets the rest.
pub(crate) async fn archived(c: &impl GenericClient, centre: &str, desk: u8) -> Result<BTreeMap<JournalId, u64>> {
    let rows = query(
        c,
        "SELECT journal_id, least(min(b.head_seq), min(j.head_seq))
             FROM backup_heads b JOIN journals j USING (centre, journal_id)
             WHERE b.centre = $1 AND j.desk = $2 GROUP BY journal_id HAVING count(*) = 2",
        &[&centre, &i16::from(desk)],
    )
    .await?;
    rows.iter().map(|row| Ok((JournalId(fixed(row.get(0))?), seq(row.get(1))))).collect()
}
