//! The district's own people, their sessions, and what they did.

use deadpool_postgres::GenericClient;
use tokio_postgres::Row;

use super::{execute, query, query_opt};
use crate::Result;
use crate::password::Kept;
use crate::staff::{Act, Role, StaffLine};

fn role(word: &str) -> Role {
    // The table takes no other word.
    Role::from_word(word).unwrap_or(Role::Viewer)
}

fn natural(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

/// The password of whoever has this name and may sign in.
pub(crate) async fn kept(c: &impl GenericClient, name: &str) -> Result<Option<Kept>> {
    let sql = "SELECT salt, memory_kib, passes, hash FROM staff WHERE name = $1 AND disabled_ms IS NULL";
    let row = query_opt(c, sql, &[&name]).await?;
    Ok(row.map(|row| Kept {
        salt: row.get(0),
        memory_kib: natural(row.get(1)),
        passes: natural(row.get(2)),
        hash: row.get(3),
    }))
}

/// Adds somebody; `false` where the name is taken, even by one who is disabled.
pub(crate) async fn add(c: &impl GenericClient, name: &str, role: Role, kept: &Kept, now_ms: i64) -> Result<bool> {
    let (memory, passes) = costs(kept);
    let added = execute(
        c,
        "INSERT INTO staff (name, role, salt, memory_kib, passes, hash, added_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT DO NOTHING",
        &[&name, &role.word(), &kept.salt, &memory, &passes, &kept.hash, &now_ms],
    )
    .await?;
    Ok(added == 1)
}

fn costs(kept: &Kept) -> (i32, i32) {
    let of = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    (of(kept.memory_kib), of(kept.passes))
}

/// Sets a password; who was disabled may sign in again. `false` where nobody has this name.
pub(crate) async fn set_password(c: &impl GenericClient, name: &str, kept: &Kept) -> Result<bool> {
    let (memory, passes) = costs(kept);
    let sql = "UPDATE staff SET salt = $2, memory_kib = $3, passes = $4, hash = $5, disabled_ms = NULL WHERE name = $1";
    Ok(execute(c, sql, &[&name, &kept.salt, &memory, &passes, &kept.hash]).await? == 1)
}

pub(crate) async fn disable(c: &impl GenericClient, name: &str, now_ms: i64) -> Result<bool> {
    let sql = "UPDATE staff SET disabled_ms = coalesce(disabled_ms, $2) WHERE name = $1";
    Ok(execute(c, sql, &[&name, &now_ms]).await? == 1)
}

/// Everybody, in order.
pub(crate) async fn all(c: &impl GenericClient) -> Result<Vec<StaffLine>> {
    let rows = query(c, "SELECT name, role, added_ms, disabled_ms FROM staff ORDER BY name", &[]).await?;
    let line = |row: &Row| StaffLine {
        name: row.get(0),
        role: role(row.get(1)),
        added_ms: row.get(2),
        disabled_ms: row.get(3),
    };
    Ok(rows.iter().map(line).collect())
}

pub(crate) async fn begin_session(c: &impl GenericClient, token_hash: &[u8], name: &str, now_ms: i64) -> Result<()> {
    let sql = "INSERT INTO staff_sessions (token_hash, name, begun_ms, seen_ms) VALUES ($1, $2, $3, $3)";
    execute(c, sql, &[&token_hash, &name, &now_ms]).await?;
    Ok(())
}

/// A session of one who may still sign in.
pub(crate) struct Session {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) seen_ms: i64,
}

/// The session of this token, unless it has begun before `begun` or rests since before `seen`.
pub(crate) async fn session(
    c: &impl GenericClient,
    token_hash: &[u8],
    begun: i64,
    seen: i64,
) -> Result<Option<Session>> {
    let row = query_opt(
        c,
        "SELECT s.name, p.role, s.seen_ms FROM staff_sessions s JOIN staff p USING (name)
             WHERE s.token_hash = $1 AND s.begun_ms > $2 AND s.seen_ms > $3 AND p.disabled_ms IS NULL",
        &[&token_hash, &begun, &seen],
    )
    .await?;
    Ok(row.map(|row| Session { name: row.get(0), role: role(row.get(1)), seen_ms: row.get(2) }))
}

pub(crate) async fn touch_session(c: &impl GenericClient, token_hash: &[u8], now_ms: i64) -> Result<()> {
    execute(c, "UPDATE staff_sessions SET seen_ms = $2 WHERE token_hash = $1", &[&token_hash, &now_ms]).await?;
    Ok(())
}

pub(crate) async fn end_session(c: &impl GenericClient, token_hash: &[u8]) -> Result<()> {
    execute(c, "DELETE FROM staff_sessions WHERE token_hash = $1", &[&token_hash]).await?;
    Ok(())
}

pub(crate) async fn end_sessions_of(c: &impl GenericClient, name: &str) -> Result<()> {
    execute(c, "DELETE FROM staff_sessions WHERE name = $1", &[&name]).await?;
    Ok(())
}

/// Removes the sessions that are over.
pub(crate) async fn sweep_sessions(c: &impl GenericClient, begun: i64, seen: i64) -> Result<()> {
    execute(c, "DELETE FROM staff_sessions WHERE begun_ms <= $1 OR seen_ms <= $2", &[&begun, &seen]).await?;
    Ok(())
}

pub(crate) async fn write_act(c: &impl GenericClient, name: &str, act: &Act<'_>, now_ms: i64) -> Result<()> {
    execute(
        c,
        "INSERT INTO staff_acts (at_ms, name, act, centre, desk, number, reason, shown)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            &now_ms,
            &name,
            &act.what.word(),
            &act.centre,
            &act.desk.map(i16::from),
            &act.number,
            &act.reason,
            &act.shown,
        ],
    )
    .await?;
    Ok(())
}

/// An act as it was written.
pub(crate) struct Written {
    pub(crate) id: i64,
    pub(crate) at_ms: i64,
    pub(crate) name: String,
    pub(crate) act: String,
    pub(crate) centre: Option<String>,
    pub(crate) desk: Option<i16>,
    pub(crate) number: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) shown: Option<i64>,
}

/// The newest acts before one, the newest first.
pub(crate) async fn acts(c: &impl GenericClient, before: i64, limit: i64) -> Result<Vec<Written>> {
    let sql = "SELECT id, at_ms, name, act, centre, desk, number, reason, shown FROM staff_acts WHERE id < $1
               ORDER BY id DESC LIMIT $2";
    let rows = query(c, sql, &[&before, &limit]).await?;
    let written = |row: &Row| Written {
        id: row.get(0),
        at_ms: row.get(1),
        name: row.get(2),
        act: row.get(3),
        centre: row.get(4),
        desk: row.get(5),
        number: row.get(6),
        reason: row.get(7),
        shown: row.get(8),
    };
    Ok(rows.iter().map(written).collect())
}
