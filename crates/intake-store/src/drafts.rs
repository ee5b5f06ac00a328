//! Drafts: what clerks are typing, kept as typed. Not journalled, never sent, gone when registered or thrown away.
//!
//! One that came back with a backup may have been registered after the backup was made: it says so of itself, and goes once
//! the journal tells that it was.
//!
//! Deliberately absent: what stands in one. The body is bytes of the application's.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::Deserialize;

use crate::Result;
use crate::db::{Reader, Writer};
use crate::journal::Journal;

/// One draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRow {
    /// Its name, which no number ever is.
    pub id: String,
    /// Whose it is.
    pub clerk: u32,
    /// When it was begun, milliseconds since 1970 UTC.
    pub started_ms: i64,
    /// When it was last saved.
    pub changed_ms: i64,
    /// Of what was put back: when the backup was made, milliseconds since 1970 UTC; 0 for one that was begun here.
    pub backup_ms: i64,
    /// What stands in it.
    pub body: Vec<u8>,
}

const COLUMNS: &str = "id, clerk, started_ms, changed_ms, backup_ms, body";

/// From which draft an entry was made.
#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    draft: String,
}

impl Reader<'_> {
    /// Every draft at this desk, the newest first.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn drafts(&self) -> Result<Vec<DraftRow>> {
        let sql = format!("SELECT {COLUMNS} FROM drafts ORDER BY changed_ms DESC, id");
        let mut statement = self.connection.prepare_cached(&sql)?;
        Ok(statement.query_map([], row)?.collect::<rusqlite::Result<_>>()?)
    }

    /// A clerk's own draft; `None` where there is none, or it is another's.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn draft(&self, id: &str, clerk: u32) -> Result<Option<DraftRow>> {
        let sql = format!("SELECT {COLUMNS} FROM drafts WHERE id = ?1 AND clerk = ?2");
        Ok(self.connection.prepare_cached(&sql)?.query_row(params![id, clerk], row).optional()?)
    }
}

impl Writer<'_> {
    /// Keeps a new draft and gives its name.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn begin_draft(&self, clerk: u32, at_ms: i64, body: &[u8]) -> Result<String> {
        let id = format!("{:032x}", u128::from_be_bytes(intake_wire::random()?));
        let sql = "INSERT INTO drafts (id, clerk, started_ms, changed_ms, body) VALUES (?1, ?2, ?3, ?3, ?4)";
        self.connection.prepare_cached(sql)?.execute(params![id, clerk, at_ms, body])?;
        Ok(id)
    }

    /// Keeps what a draft holds now; `false` where the clerk has no such draft: one that was registered is never made
    /// anew by a save that comes late.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn save_draft(&self, id: &str, clerk: u32, at_ms: i64, body: &[u8]) -> Result<bool> {
        let sql = "UPDATE drafts SET changed_ms = ?3, body = ?4 WHERE id = ?1 AND clerk = ?2";
        Ok(self.connection.prepare_cached(sql)?.execute(params![id, clerk, at_ms, body])? == 1)
    }

    /// Notes that this folder's drafts may have been registered elsewhere since it was copied. When that was is not known, but
    /// not before what was written last.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn doubt_drafts(&self) -> Result<()> {
        let sql = "SELECT coalesce(max(at_ms), 0) FROM
                   (SELECT max(at_ms) AS at_ms FROM journal UNION ALL SELECT max(changed_ms) FROM drafts)";
        let at_ms = self.connection.query_row(sql, [], |row| row.get(0))?;
        doubt(self.connection, at_ms)
    }

    /// Forgets the drafts that the journal says were registered. One that somebody typed on since then stays.
    pub(crate) fn forget_registered_drafts(&self) -> Result<()> {
        // Nearly always there is none, and the journal need not be walked.
        if !self.connection.query_row("SELECT EXISTS (SELECT 1 FROM drafts)", [], |row| row.get(0))? {
            return Ok(());
        }
        let mut named = Vec::new();
        (Journal { connection: self.connection }).each_of(&["registered", "corrected"], |_, entry| {
            let Named { draft } = serde_json::from_slice(entry.open.bytes().unwrap_or_default())?;
            if !draft.is_empty() {
                named.push((draft, entry.moment.at_ms));
            }
            Ok(())
        })?;
        let mut forget = self.connection.prepare_cached("DELETE FROM drafts WHERE id = ?1 AND changed_ms <= ?2")?;
        for one in named {
            forget.execute(one)?;
        }
        Ok(())
    }

    /// A clerk's draft is registered in this transaction: forgets it and gives its name, for the entry. Empty where it is none
    /// of theirs.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn end_draft(&self, id: Option<&str>, clerk: u32) -> Result<String> {
        Ok(match id {
            Some(id) if self.delete_draft(id, clerk)? => id.to_owned(),
            _ => String::new(),
        })
    }

    /// Forgets a clerk's draft; `false` where there was none.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn delete_draft(&self, id: &str, clerk: u32) -> Result<bool> {
        let sql = "DELETE FROM drafts WHERE id = ?1 AND clerk = ?2";
        Ok(self.connection.prepare_cached(sql)?.execute(params![id, clerk])? == 1)
    }
}

fn row(row: &Row<'_>) -> rusqlite::Result<DraftRow> {
    Ok(DraftRow {
        id: row.get(0)?,
        clerk: row.get(1)?,
        started_ms: row.get(2)?,
        changed_ms: row.get(3)?,
        backup_ms: row.get(4)?,
        body: row.get(5)?,
    })
}

/// Notes of the drafts in a copy when it was made. One that nobody touched since an earlier copy keeps that one's time.
pub(crate) fn doubt(connection: &Connection, at_ms: i64) -> Result<()> {
    let sql = "UPDATE drafts SET backup_ms = ?1 WHERE backup_ms = 0 OR changed_ms > backup_ms";
    connection.execute(sql, [at_ms])?;
    Ok(())
}
