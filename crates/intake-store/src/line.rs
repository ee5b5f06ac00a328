//! What an exchange with the district needs, and what it leaves. Exchanges themselves are not journalled (invariant 2).

use intake_wire::{Admission, Entry, Hash, Head, JournalId, SigningKey, Verdict, VerdictKind};
use rusqlite::{Connection, OptionalExtension as _, params};
use zeroize::Zeroizing;

use crate::Result;
use crate::db::{Reader, Writer};
use crate::journal::Journal;

/// The line's side of the store, to read.
pub struct Line<'c> {
    pub(crate) connection: &'c Connection,
}

/// The line's side of the store, to write.
pub struct LineWriter<'c> {
    pub(crate) connection: &'c Connection,
}

/// One journal of this desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Epoch {
    /// Its name.
    pub journal: JournalId,
    /// Its mark in every number.
    pub mark: String,
    /// Its last entry.
    pub head: Head,
}

/// How the last exchange went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastExchange {
    /// When it ended, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Whether both sides were equal then.
    pub in_step: bool,
    /// Bytes a second on the wire; 0 where nothing was sent.
    pub bytes_per_second: u64,
}

impl Reader<'_> {
    /// The line's side.
    pub fn line(&self) -> Line<'_> {
        Line { connection: self.connection }
    }
}

impl Writer<'_> {
    /// The line's side.
    pub fn line(&self) -> LineWriter<'_> {
        LineWriter { connection: self.connection }
    }
}

impl Line<'_> {
    fn journal(&self) -> Journal<'_> {
        Journal { connection: self.connection }
    }

    /// Every journal of this desk, oldest first.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn epochs(&self) -> Result<Vec<Epoch>> {
        let mut statement = self.connection.prepare_cached("SELECT journal, mark FROM epochs ORDER BY id")?;
        let rows = statement.query_map([], |row| Ok((JournalId(row.get(0)?), row.get(1)?)))?;
        rows.map(|row| {
            let (journal, mark) = row?;
            Ok(Epoch { journal, mark, head: self.journal().head_of(journal)?.unwrap_or(Head::EMPTY) })
        })
        .collect()
    }

    /// See [`Journal::hash_at`].
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn hash_at(&self, journal: JournalId, seq: u64) -> Result<Option<Hash>> {
        self.journal().hash_at(journal, seq)
    }

    /// See [`Journal::entries`].
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn entries(&self, journal: JournalId, after: u64, limit: usize) -> Result<Vec<Entry>> {
        self.journal().entries(journal, after, limit)
    }

    /// The desk's signing key.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn signing_key(&self) -> Result<SigningKey> {
        let seed = self.connection.query_row("SELECT signing_seed FROM desk", [], |row| row.get(0))?;
        Ok(SigningKey::from_seed(*Zeroizing::new(seed)))
    }

    /// The enrolment; `None` before it.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`], [`crate::Error::Wire`].
    pub fn admission(&self) -> Result<Option<Admission>> {
        let mut statement = self.connection.prepare_cached("SELECT admission FROM desk")?;
        let bytes: Vec<u8> = statement.query_row([], |row| row.get(0)).optional()?.unwrap_or_default();
        if bytes.is_empty() { Ok(None) } else { Ok(Some(intake_wire::decode(&bytes)?)) }
    }

    /// The district's heads of this desk's journals, as last told.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn remote_heads(&self) -> Result<Vec<(JournalId, Head)>> {
        let sql = "SELECT journal, remote_seq, remote_hash FROM epochs ORDER BY id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement
            .query_map([], |row| Ok((JournalId(row.get(0)?), Head { seq: row.get(1)?, hash: Hash(row.get(2)?) })))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Up to where a journal is within the district's own backups, as last told.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn archived(&self, journal: JournalId) -> Result<u64> {
        let sql = "SELECT archived_seq FROM epochs WHERE journal = ?1";
        Ok(self.connection.query_row(sql, [journal.0], |row| row.get(0)).optional()?.unwrap_or(0))
    }

    /// How the last exchange went; `None` before the first.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn last_exchange(&self) -> Result<Option<LastExchange>> {
        let sql = "SELECT at_ms, in_step, bytes_per_second FROM last_exchange";
        let found = self.connection.query_row(sql, [], |row| {
            Ok(LastExchange { at_ms: row.get(0)?, in_step: row.get(1)?, bytes_per_second: row.get(2)? })
        });
        Ok(found.optional()?)
    }

    /// Entries, registrations among them, and bytes of content that the district has not confirmed.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn unsent(&self) -> Result<(u64, u64, u64)> {
        let sql = "SELECT count(*), coalesce(sum(j.kind = 'registered'), 0),
                   coalesce(sum(length(j.open) + coalesce(length(j.personal), 0)), 0)
                   FROM epochs e CROSS JOIN journal j ON j.epoch = e.id AND j.seq > e.remote_seq";
        Ok(self.connection.prepare_cached(sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?)
    }
}

impl LineWriter<'_> {
    /// The district's head of a journal, as just told. It may be lower than before: a restored district says so.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn record_remote(&self, journal: JournalId, head: Head) -> Result<()> {
        let sql = "UPDATE epochs SET remote_seq = ?2, remote_hash = ?3 WHERE journal = ?1";
        self.connection.prepare_cached(sql)?.execute(params![journal.0, head.seq, head.hash.0])?;
        Ok(())
    }

    /// Up to where a journal is within the district's own backups, as just told. Never above what the desk and the district
    /// agree on.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn record_archived(&self, journal: JournalId, seq: u64) -> Result<()> {
        let sql = "UPDATE epochs SET archived_seq = min(?2, remote_seq) WHERE journal = ?1 AND archived_seq <> min(?2, remote_seq)";
        self.connection.prepare_cached(sql)?.execute(params![journal.0, seq])?;
        Ok(())
    }

    /// Up to where the attachments of a journal are within these backups, as just told.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn record_files_archived(&self, journal: JournalId, seq: u64) -> Result<()> {
        let sql = "UPDATE epochs SET files_archived_seq = ?2 WHERE journal = ?1 AND files_archived_seq <> ?2";
        self.connection.prepare_cached(sql)?.execute(params![journal.0, seq])?;
        Ok(())
    }

    /// Keeps verdicts that need a look, and forgets those that no longer do.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn put_verdicts(&self, journal: JournalId, verdicts: &[Verdict]) -> Result<()> {
        let put =
            "INSERT INTO verdicts (epoch, seq, verdict) VALUES ((SELECT id FROM epochs WHERE journal = ?1), ?2, ?3)
                   ON CONFLICT (epoch, seq) DO UPDATE SET verdict = excluded.verdict";
        let forget = "DELETE FROM verdicts WHERE epoch = (SELECT id FROM epochs WHERE journal = ?1) AND seq = ?2";
        for one in verdicts {
            if one.verdict == VerdictKind::Stored {
                self.connection.prepare_cached(forget)?.execute(params![journal.0, one.seq])?;
            } else if one.verdict != VerdictKind::AlreadyHad {
                let json = serde_json::to_string(&one.verdict)?;
                self.connection.prepare_cached(put)?.execute(params![journal.0, one.seq, json])?;
            }
        }
        Ok(())
    }

    /// Notes how an exchange went.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn record_exchange(&self, last: LastExchange) -> Result<()> {
        let sql = "INSERT INTO last_exchange (id, at_ms, in_step, bytes_per_second) VALUES (1, ?1, ?2, ?3)
                   ON CONFLICT (id) DO UPDATE SET at_ms = excluded.at_ms, in_step = excluded.in_step,
                   bytes_per_second = iif(excluded.bytes_per_second > 0, excluded.bytes_per_second, bytes_per_second)";
        self.connection.prepare_cached(sql)?.execute(params![last.at_ms, last.in_step, last.bytes_per_second])?;
        Ok(())
    }
}
