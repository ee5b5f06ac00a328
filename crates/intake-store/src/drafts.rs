//! Drafts: what clerks are typing, kept as typed. Not journalled, never sent, gone when registered or thrown away.
//!
//! Deliberately absent: what stands in one. The body is bytes of the application's.

use rusqlite::{OptionalExtension as _, Row, params};

use crate::Result;
use crate::db::{Reader, Writer};

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
    /// What stands in it.
    pub body: Vec<u8>,
}

const COLUMNS: &str = "id, clerk, started_ms, changed_ms, body";

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
        body: row.get(4)?,
    })
}
