//! Which bytes of attachments the district still misses, and how the desk's line is used.
//!
//! What is missing follows from the attachments that stand and from what the district was last heard to hold; nothing waits in
//! a list of its own (invariant 2).

use std::collections::BTreeSet;

use intake_wire::{Hash, JournalId};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::Result;
use crate::attachments::OPENS;
use crate::db::{Reader, Writer};

/// An attachment that stands with a matter and whose entry the district holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StandingBlob {
    /// How large the file is.
    pub bytes: u64,
    /// The name of its bytes.
    pub blob: Hash,
}

/// An attachment that stands and that the district is not known to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnsentBlob {
    /// The file.
    pub file: StandingBlob,
    /// The journal of its entry.
    pub journal: JournalId,
    /// The entry's place.
    pub seq: u64,
}

/// How the desk's line is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineSettings {
    /// It exchanges by itself.
    pub by_itself: bool,
    /// It is paid by what travels: attachments wait until somebody asks for it.
    pub metered: bool,
}

impl Default for LineSettings {
    fn default() -> Self {
        Self { by_itself: true, metered: false }
    }
}

/// What of `attachments` can still be sent: it stands, and its key was not erased.
const STANDS: &str =
    "FROM attachments a JOIN journal j ON j.epoch = a.epoch AND j.seq = a.added_seq WHERE a.removed_seq = 0";

/// How large the file is, as its entry says; also one that was carried over from another epoch, with its content as text.
const BYTES: &str = "coalesce(json_extract(CAST(j.open AS TEXT), '$.bytes'),
    json_extract(json_extract(CAST(j.open AS TEXT), '$.content'), '$.bytes'), 0)";

impl Reader<'_> {
    /// How many files the district misses, as last told, and their bytes.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn unsent_blobs(&self) -> Result<(u64, u64)> {
        let sql = format!(
            "SELECT count(*), coalesce(sum({BYTES}), 0) {STANDS} AND {OPENS}
             AND a.blob NOT IN (SELECT blob FROM blobs_there)"
        );
        Ok(self.connection.prepare_cached(&sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// Which they are, the smallest first, and where their entries stand.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn unsent_files(&self) -> Result<Vec<UnsentBlob>> {
        let sql = format!(
            "SELECT {BYTES}, a.blob, (SELECT journal FROM epochs WHERE id = a.epoch), a.added_seq {STANDS} AND {OPENS}
             AND a.blob NOT IN (SELECT blob FROM blobs_there) ORDER BY 1, 2"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([], |row| {
            let file = StandingBlob { bytes: row.get(0)?, blob: Hash(row.get(1)?) };
            Ok(UnsentBlob { file, journal: JournalId(row.get(2)?), seq: row.get(3)? })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The attachments that stand and whose bytes the district holds, as last told, the smallest first.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn sent_blobs(&self) -> Result<BTreeSet<StandingBlob>> {
        let sql = format!("SELECT {BYTES}, a.blob {STANDS} AND {OPENS} AND a.blob IN (SELECT blob FROM blobs_there)");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([], |row| Ok(StandingBlob { bytes: row.get(0)?, blob: Hash(row.get(1)?) }))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether the district holds these bytes whole, as last told.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn is_sent(&self, blob: Hash) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM blobs_there WHERE blob = ?1)";
        Ok(self.connection.prepare_cached(sql)?.query_row([blob.0], |row| row.get(0))?)
    }

    /// Whether any file was ever added here.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn has_blobs(&self) -> Result<bool> {
        Ok(self
            .connection
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM attachments)")?
            .query_row([], |row| row.get(0))?)
    }

    /// The attachments that stand and whose entries the district holds, as last told, the smallest first.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn standing_blobs(&self) -> Result<BTreeSet<StandingBlob>> {
        let sql = format!(
            "SELECT {BYTES}, a.blob {STANDS} AND {OPENS}
             AND a.added_seq <= (SELECT remote_seq FROM epochs WHERE id = a.epoch)"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([], |row| Ok(StandingBlob { bytes: row.get(0)?, blob: Hash(row.get(1)?) }))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How the line is used.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn line_settings(&self) -> Result<LineSettings> {
        let sql = "SELECT by_itself, metered FROM line_settings";
        let found = self
            .connection
            .prepare_cached(sql)?
            .query_row([], |row| Ok(LineSettings { by_itself: row.get(0)?, metered: row.get(1)? }));
        Ok(found.optional()?.unwrap_or_default())
    }
}

impl Writer<'_> {
    /// Sets how the line is used.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn set_line_settings(&self, settings: LineSettings) -> Result<()> {
        let sql = "INSERT INTO line_settings (id, by_itself, metered) VALUES (1, ?1, ?2)
                   ON CONFLICT (id) DO UPDATE SET by_itself = excluded.by_itself, metered = excluded.metered";
        self.connection.prepare_cached(sql)?.execute(params![settings.by_itself, settings.metered])?;
        Ok(())
    }

    /// The district holds exactly those of `known` that it did not name as missing.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn record_blobs(&self, known: &BTreeSet<StandingBlob>, missing: &BTreeSet<Hash>) -> Result<()> {
        for one in known {
            mark(self.connection, one.blob, !missing.contains(&one.blob))?;
        }
        Ok(())
    }

    /// The district holds these bytes whole, or does not any more.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn mark_blob(&self, blob: Hash, there: bool) -> Result<()> {
        mark(self.connection, blob, there)
    }
}

fn mark(connection: &Connection, blob: Hash, there: bool) -> Result<()> {
    if !there {
        connection.prepare_cached("DELETE FROM blobs_there WHERE blob = ?1")?.execute([blob.0])?;
        return Ok(());
    }
    let sql = "INSERT INTO blobs_there (blob) VALUES (?1) ON CONFLICT (blob) DO NOTHING";
    if connection.prepare_cached(sql)?.execute([blob.0])? > 0 {
        // What has just arrived is in no backup, however far the district said that they go before it did.
        let sql = "UPDATE epochs SET files_archived_seq = min(files_archived_seq,
                       (SELECT min(added_seq) - 1 FROM attachments WHERE epoch = epochs.id AND blob = ?1))
                   WHERE id IN (SELECT epoch FROM attachments WHERE blob = ?1)";
        connection.prepare_cached(sql)?.execute([blob.0])?;
    }
    Ok(())
}
