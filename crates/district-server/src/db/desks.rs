//! Desks and the codes that admit them.

use std::collections::BTreeMap;

use deadpool_postgres::GenericClient;
use intake_wire::PublicKey;
use tokio_postgres::Row;

use super::fixed;
use super::{execute, query, query_opt};
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
