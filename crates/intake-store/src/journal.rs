//! The journal's rows: appended in the transaction of what they record, read back as the protocol's entries.

use intake_model::Reading;
use intake_wire::{BootId, Draft, Entry, Hash, Head, JournalId, Kind, Moment, Part, SYSTEM_CLERK};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::clock::jump;
use crate::db::{Reader, Writer};
use crate::{Error, Result};

/// Reading the journal.
pub struct Journal<'c> {
    pub(crate) connection: &'c Connection,
}

const COLUMNS: &str =
    "seq, kind, clerk, at_ms, boot, mono_ms, open_salt, open, personal_salt, personal, personal_digest";

impl Reader<'_> {
    /// The journal.
    pub fn journal(&self) -> Journal<'_> {
        Journal { connection: self.connection }
    }
}

impl Writer<'_> {
    /// The journal, to read.
    pub fn journal(&self) -> Journal<'_> {
        Journal { connection: self.connection }
    }

    /// Opens an epoch: a new journal with its mark. Its first entry follows with [`Writer::append`].
    ///
    /// # Errors
    /// [`Error::Sqlite`], also where the mark is used already.
    pub fn open_epoch(&self, journal: JournalId, mark: &str) -> Result<()> {
        let sql = "INSERT INTO epochs (journal, mark) VALUES (?1, ?2)";
        self.connection.prepare_cached(sql)?.execute(params![journal.0, mark])?;
        Ok(())
    }

    /// Appends an entry to the current epoch's journal and gives its place. Where the clock jumped since the last entry, one
    /// that says so stands between them.
    ///
    /// # Errors
    /// [`Error::Sqlite`]; [`Error::Contradiction`] before the first epoch.
    pub fn append(&self, draft: Draft, clerk: u32, moment: Moment) -> Result<u64> {
        let sql = "SELECT e.id, e.journal, j.seq, j.hash, j.at_ms, j.boot, j.mono_ms
                   FROM epochs e LEFT JOIN journal j ON j.epoch = e.id ORDER BY e.id DESC, j.seq DESC LIMIT 1";
        let current = self.connection.prepare_cached(sql)?.query_row([], |row| {
            let (head, last) = match (row.get::<_, Option<u64>>(2)?, row.get::<_, Option<[u8; 32]>>(3)?) {
                (Some(seq), Some(hash)) => {
                    let last = Reading { at_ms: row.get(4)?, boot: row.get(5)?, mono_ms: row.get(6)? };
                    (Head { seq, hash: Hash(hash) }, Some(last))
                }
                _ => (Head::EMPTY, None),
            };
            Ok((row.get::<_, i64>(0)?, JournalId(row.get(1)?), head, last))
        });
        let (epoch, journal, mut head, last) =
            current.optional()?.ok_or_else(|| Error::Contradiction("the desk has no epoch".into()))?;
        if let Some(jumped) = jump(last, moment)? {
            let (entry, hash) = jumped.after(journal, head, SYSTEM_CLERK, moment)?;
            self.insert(epoch, &entry, hash)?;
            head = Head { seq: entry.seq, hash };
        }
        let (entry, hash) = draft.after(journal, head, clerk, moment)?;
        self.insert(epoch, &entry, hash)?;
        self.appended.set(Some((journal, Head { seq: entry.seq, hash })));
        Ok(entry.seq)
    }

    fn insert(&self, epoch: i64, entry: &Entry, hash: Hash) -> Result<()> {
        let sql = "INSERT INTO journal (epoch, seq, hash, kind, clerk, at_ms, boot, mono_ms, open_salt, open,
                   personal_salt, personal, personal_digest) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)";
        let (open_salt, open) = kept(&entry.open)?;
        let (personal_salt, personal) = kept(&entry.personal)?;
        self.connection.prepare_cached(sql)?.execute(params![
            epoch,
            entry.seq,
            hash.0,
            entry.kind.as_str(),
            entry.clerk,
            entry.moment.at_ms,
            entry.moment.boot.0,
            entry.moment.mono_ms,
            open_salt,
            open,
            personal_salt,
            personal,
            None::<[u8; 32]>,
        ])?;
        Ok(())
    }
}

fn kept(part: &Part) -> Result<(&[u8; 16], &[u8])> {
    match part {
        Part::Kept { salt, bytes } => Ok((salt, bytes)),
        Part::Erased { .. } => Err(Error::Contradiction("a new entry has its content".into())),
    }
}

impl Journal<'_> {
    /// The last entry of a journal; `None` where the desk has no such journal.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn head_of(&self, journal: JournalId) -> Result<Option<Head>> {
        let sql = "SELECT j.seq, j.hash FROM epochs e LEFT JOIN journal j ON j.epoch = e.id WHERE e.journal = ?1
                   ORDER BY j.seq DESC LIMIT 1";
        let head = self.connection.prepare_cached(sql)?.query_row([journal.0], |row| {
            Ok(match (row.get(0)?, row.get(1)?) {
                (Some(seq), Some(hash)) => Head { seq, hash: Hash(hash) },
                _ => Head::EMPTY,
            })
        });
        Ok(head.optional()?)
    }

    /// The newest epoch's journal and its last entry; `None` before the first entry.
    pub(crate) fn newest(&self) -> Result<Option<(JournalId, Head)>> {
        let sql = "SELECT e.journal, j.seq, j.hash FROM epochs e JOIN journal j ON j.epoch = e.id
                   ORDER BY e.id DESC, j.seq DESC LIMIT 1";
        let newest = self
            .connection
            .prepare_cached(sql)?
            .query_row([], |row| Ok((JournalId(row.get(0)?), Head { seq: row.get(1)?, hash: Hash(row.get(2)?) })));
        Ok(newest.optional()?)
    }

    /// The hash at a place; that of place 0 is [`Hash::ZERO`].
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn hash_at(&self, journal: JournalId, seq: u64) -> Result<Option<Hash>> {
        if seq == 0 {
            return Ok(Some(Hash::ZERO));
        }
        let sql = "SELECT j.hash FROM epochs e JOIN journal j ON j.epoch = e.id WHERE e.journal = ?1 AND j.seq = ?2";
        let hash = self.connection.prepare_cached(sql)?.query_row(params![journal.0, seq], |row| Ok(Hash(row.get(0)?)));
        Ok(hash.optional()?)
    }

    /// Up to `limit` entries after a place, in order.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn entries(&self, journal: JournalId, after: u64, limit: usize) -> Result<Vec<Entry>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM journal WHERE epoch = (SELECT id FROM epochs WHERE journal = ?1) AND seq > ?2
             ORDER BY seq LIMIT ?3"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![journal.0, after, limit], entry)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The entry at a place of an epoch.
    pub(crate) fn at(&self, epoch: i64, seq: u64) -> Result<Entry> {
        let sql = format!("SELECT {COLUMNS} FROM journal WHERE epoch = ?1 AND seq = ?2");
        let found = self.connection.prepare_cached(&sql)?.query_row(params![epoch, seq], entry).optional()?;
        found.ok_or_else(|| Error::Contradiction(format!("entry {seq} is missing")))
    }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let personal = match (row.get(8)?, row.get(9)?) {
        (Some(salt), Some(bytes)) => Part::Kept { salt, bytes },
        _ => Part::Erased { digest: Hash(row.get(10)?) },
    };
    Ok(Entry {
        seq: row.get(0)?,
        kind: Kind::from_word(row.get(1)?),
        clerk: row.get(2)?,
        moment: Moment { at_ms: row.get(3)?, boot: BootId(row.get(4)?), mono_ms: row.get(5)? },
        open: Part::Kept { salt: row.get(6)?, bytes: row.get(7)? },
        personal,
    })
}
