//! Desks and the codes that admit them.

use std::collections::BTreeMap;

use deadpool_postgres::GenericClient;
use intake_wire::{Hash, PublicKey};
use tokio_postgres::Row;

use super::{execute, fixed, query, query_opt, seq};
use crate::Result;

/// A desk as the district knows it.
pub(crate) struct Desk {
    pub(crate) key: PublicKey,
    pub(crate) issued_ms: i64,
}

/// A desk, locked until the transaction ends where `lock` is set.
pub(crate) async fn find(c: &impl GenericClient, centre: &str, desk: u8, lock: bool) -> Result<Option<Desk>> {
    let sql = if lock {
        "SELECT key, issued_ms FROM desks WHERE centre = $1 AND desk = $2 FOR UPDATE"
    } else {
        "SELECT key, issued_ms FROM desks WHERE centre = $1 AND desk = $2"
    };
    let row = query_opt(c, sql, &[&centre, &i16::from(desk)]).await?;
    row.map(|row| Ok(Desk { key: PublicKey(fixed(row.get(0))?), issued_ms: row.get(1) })).transpose()
}

/// Makes two transactions about one desk follow one another, whether or not it is known yet.
pub(crate) async fn queue(c: &impl GenericClient, centre: &str, desk: u8) -> Result<()> {
    execute(c, "SELECT pg_advisory_xact_lock(hashtextextended($1, $2))", &[&centre, &i64::from(desk)]).await?;
    Ok(())
}

pub(crate) async fn put(c: &impl GenericClient, centre: &str, desk: u8, key: &PublicKey, issued_ms: i64) -> Result<()> {
    execute(c, "INSERT INTO desks (centre, desk, key, issued_ms) VALUES ($1, $2, $3, $4)
         ON CONFLICT (centre, desk) DO UPDATE SET key = excluded.key, issued_ms = excluded.issued_ms, retired_ms = NULL",
        &[&centre, &i16::from(desk), &key.0.as_slice(), &issued_ms],
    )
    .await?;
    Ok(())
}

pub(crate) async fn set_retired(c: &impl GenericClient, centre: &str, desk: u8, at_ms: Option<i64>) -> Result<()> {
    let sql = "UPDATE desks SET retired_ms = $3 WHERE centre = $1 AND desk = $2";
    execute(c, sql, &[&centre, &i16::from(desk), &at_ms]).await?;
    Ok(())
}

/// When the desk last asked where both sides stand.
pub(crate) async fn set_seen(c: &impl GenericClient, centre: &str, desk: u8, now_ms: i64) -> Result<()> {
    let sql = "UPDATE desks SET seen_ms = $3 WHERE centre = $1 AND desk = $2";
    execute(c, sql, &[&centre, &i16::from(desk), &now_ms]).await?;
    Ok(())
}

/// One journal of a desk as people look at it, with what is said of its desk; a desk that sent nothing has one without.
pub(crate) struct Line {
    pub(crate) centre: String,
    pub(crate) desk: u8,
    pub(crate) key: PublicKey,
    pub(crate) retired_ms: Option<i64>,
    pub(crate) seen_ms: Option<i64>,
    pub(crate) journal: Option<JournalLine>,
}

pub(crate) struct JournalLine {
    pub(crate) mark: String,
    pub(crate) head: u64,
    pub(crate) hash: Hash,
    /// The desk's own head, as it told it last.
    pub(crate) told: Option<u64>,
    pub(crate) forked: bool,
    pub(crate) set_aside: i64,
    pub(crate) waiting: i64,
    /// By how much its last entry was written after it arrived here, in milliseconds.
    pub(crate) ahead_ms: Option<i64>,
}

/// Every desk with each of its journals, in order.
pub(crate) async fn lines(c: &impl GenericClient) -> Result<Vec<Line>> {
    let rows = query(
        c,
        "SELECT d.centre, d.desk, d.key, d.retired_ms, d.seen_ms, j.mark, j.head_seq, j.head_hash, j.told_seq,
                j.forked, n.set_aside, n.waiting,
                (SELECT e.at_ms - (extract(epoch FROM e.received_at) * 1000)::int8 FROM entries e
                 WHERE e.centre = j.centre AND e.journal_id = j.journal_id AND e.seq = j.head_seq)
             FROM desks d LEFT JOIN journals j ON j.centre = d.centre AND j.desk = d.desk
             LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE e.verdict = 'set_aside') AS set_aside,
                    count(*) FILTER (WHERE e.verdict = 'waiting') AS waiting
                 FROM entries e WHERE e.centre = j.centre AND e.journal_id = j.journal_id
                 AND e.verdict IN ('set_aside', 'superseded', 'waiting')) n ON true
             ORDER BY d.centre, d.desk, length(j.mark), j.mark, j.journal_id",
        &[],
    )
    .await?;
    rows.iter().map(line).collect()
}

fn line(row: &Row) -> Result<Line> {
    let journal = match row.get::<_, Option<String>>(5) {
        None => None,
        Some(mark) => Some(JournalLine {
            mark,
            head: seq(row.get(6)),
            hash: Hash(fixed(row.get(7))?),
            told: row.get::<_, Option<i64>>(8).map(seq),
            forked: row.get(9),
            set_aside: row.get(10),
            waiting: row.get(11),
            ahead_ms: row.get(12),
        }),
    };
    Ok(Line {
        centre: row.get(0),
        desk: u8::try_from(row.get::<_, i16>(1)).unwrap_or(0),
        key: PublicKey(fixed(row.get(2))?),
        retired_ms: row.get(3),
        seen_ms: row.get(4),
        journal,
    })
}

/// The desks that are out of service, and since when.
pub(crate) async fn retired(c: &impl GenericClient) -> Result<BTreeMap<(String, u8), i64>> {
    let rows = query(c, "SELECT centre, desk, retired_ms FROM desks WHERE retired_ms IS NOT NULL", &[]).await?;
    let desk = |row: &Row| (row.get(0), u8::try_from(row.get::<_, i16>(1)).unwrap_or(0));
    Ok(rows.iter().map(|row| (desk(row), row.get(2))).collect())
}

pub(crate) async fn add_code(
    c: &impl GenericClient,
    centre: &str,
    secret_hash: &[u8],
    desk: u8,
    expires_ms: i64,
) -> Result<()> {
    execute(
        c,
        "INSERT INTO enrolment_codes (centre, secret_hash, desk, expires_ms) VALUES ($1, $2, $3, $4)",
        &[&centre, &secret_hash, &i16::from(desk), &expires_ms],
    )
    .await?;
    Ok(())
}

/// A code that may still be used.
pub(crate) struct OpenCode {
    /// The key that used it already: only that one may come again, when its answer was lost.
    pub(crate) used_key: Option<Vec<u8>>,
}

/// The code with this hash for this desk, locked, unless it has run out.
pub(crate) async fn open_code(
    c: &impl GenericClient,
    centre: &str,
    secret_hash: &[u8],
    desk: u8,
    now_ms: i64,
) -> Result<Option<OpenCode>> {
    let row = query_opt(
        c,
        "SELECT used_key FROM enrolment_codes
             WHERE centre = $1 AND secret_hash = $2 AND desk = $3 AND expires_ms > $4 FOR UPDATE",
        &[&centre, &secret_hash, &i16::from(desk), &now_ms],
    )
    .await?;
    Ok(row.map(|row| OpenCode { used_key: row.get(0) }))
}

pub(crate) async fn use_code(
    c: &impl GenericClient,
    centre: &str,
    secret_hash: &[u8],
    key: &PublicKey,
    now_ms: i64,
) -> Result<()> {
    execute(
        c,
        "UPDATE enrolment_codes SET used_ms = $3, used_key = $4 WHERE centre = $1 AND secret_hash = $2",
        &[&centre, &secret_hash, &now_ms, &key.0.as_slice()],
    )
    .await?;
    Ok(())
}
