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

/// The district holds its entry, as last told.
const ENTRY_THERE: &str = "a.added_seq <= (SELECT remote_seq FROM epochs WHERE id = a.epoch)";

/// The attachments that stand, fit `also` by their row alone, and are wanted. Only of these the entries are read: nearly all of
/// a desk's are neither new nor lost.
fn standing(connection: &Connection, also: &str, wanted: impl Fn(&Hash) -> bool) -> Result<BTreeSet<StandingBlob>> {
    let rows = format!("SELECT a.number, a.blob FROM attachments a WHERE a.removed_seq = 0 AND {also}");
    let entry = format!("SELECT {BYTES} {STANDS} AND {OPENS} AND a.number = ?1 AND a.blob = ?2");
    let (mut rows, mut entry) = (connection.prepare_cached(&rows)?, connection.prepare_cached(&entry)?);
    let mut rows = rows.query([])?;
    let mut found = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let blob = Hash(row.get(1)?);
        if wanted(&blob) {
            let number = row.get_ref(0)?.as_str().unwrap_or_default();
            let bytes = entry.query_row(params![number, blob.0], |row| row.get(0)).optional()?;
            found.extend(bytes.map(|bytes| StandingBlob { bytes, blob }));
        }
    }
    Ok(found)
}

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

    /// The attachments that stand, that the district holds as last told, and whose bytes are not here; the smallest first.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn lost_blobs(&self, is_here: impl Fn(&Hash) -> bool) -> Result<BTreeSet<StandingBlob>> {
        standing(self.connection, "a.blob IN (SELECT blob FROM blobs_there)", |blob| !is_here(blob))
    }

    /// Which of these are attachments that stand and whose entries the district holds, as last told.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn standing_among(&self, names: &BTreeSet<Hash>) -> Result<BTreeSet<Hash>> {
        let found = standing(self.connection, ENTRY_THERE, |blob| names.contains(blob))?;
        Ok(found.into_iter().map(|one| one.blob).collect())
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

    /// Of the attachments whose entries the district holds it misses exactly these. What it was known to hold already is not
    /// written again: a desk may have very many, and this is done at every exchange, beside the next visitor.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn record_missing(&self, missing: &BTreeSet<Hash>) -> Result<()> {
        for &blob in missing {
            mark(self.connection, blob, false)?;
        }
        let fresh = format!("{ENTRY_THERE} AND a.blob NOT IN (SELECT blob FROM blobs_there)");
        for one in standing(self.connection, &fresh, |blob| !missing.contains(blob))? {
            mark(self.connection, one.blob, true)?;
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
