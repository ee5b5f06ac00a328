//! How often something was tried of late, and when last.

use deadpool_postgres::GenericClient;

use super::{execute, query_opt};
use crate::Result;

/// Tries until now and the time of the last one, locked until the transaction ends.
pub(crate) async fn lock(c: &impl GenericClient, about: &str, key: &[u8], now_ms: i64) -> Result<(i32, i64)> {
    let sql = "INSERT INTO slowed_tries (about, key, last_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    execute(c, sql, &[&about, &key, &now_ms]).await?;
    let sql = "SELECT tries, last_ms FROM slowed_tries WHERE about = $1 AND key = $2 FOR UPDATE";
    let row = query_opt(c, sql, &[&about, &key]).await?;
    // Forgotten by another transaction in between: nothing was tried.
    Ok(row.map_or((0, now_ms), |row| (row.get(0), row.get(1))))
}

pub(crate) async fn put(c: &impl GenericClient, about: &str, key: &[u8], tries: i32, now_ms: i64) -> Result<()> {
    execute(
        c,
        "INSERT INTO slowed_tries (about, key, tries, last_ms) VALUES ($1, $2, $3, $4)
         ON CONFLICT (about, key) DO UPDATE SET tries = excluded.tries, last_ms = excluded.last_ms",
        &[&about, &key, &tries, &now_ms],
    )
    .await?;
    Ok(())
}

pub(crate) async fn remove(c: &impl GenericClient, about: &str, key: &[u8]) -> Result<()> {
    execute(c, "DELETE FROM slowed_tries WHERE about = $1 AND key = $2", &[&about, &key]).await?;
    Ok(())
}

/// Forgets what is old, but for what another transaction holds: it would wait for one that waits for it.
pub(crate) async fn forget(c: &impl GenericClient, before_ms: i64) -> Result<()> {
    let sql = "DELETE FROM slowed_tries WHERE (about, key) IN
               (SELECT about, key FROM slowed_tries WHERE last_ms < $1 FOR UPDATE SKIP LOCKED)";
    execute(c, sql, &[&before_ms]).await?;
    Ok(())
}

/// One try fewer.
pub(crate) async fn give_back(c: &impl GenericClient, about: &str, key: &[u8]) -> Result<()> {
    let sql = "UPDATE slowed_tries SET tries = greatest(tries - 1, 0) WHERE about = $1 AND key = $2";
    execute(c, sql, &[&about, &key]).await?;
    Ok(())
}
