//! The journal's rows: appended in the transaction of what they record, read back as the protocol's entries.

use intake_model::Reading;
use intake_wire::{
    BootId, Draft, Entry, EpochOpened, Hash, Head, JournalId, Kind, LastKnown, Moment, Part, SYSTEM_CLERK,
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::clock::jump;
use crate::db::{Reader, Writer};
use crate::{Error, Result};

/// Reading the journal.
pub struct Journal<'c> {
    pub(crate) connection: &'c Connection,
}

/// An entry about a matter, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Which epoch's journal it stands in.
    pub epoch: i64,
    /// Its place there.
    pub seq: u64,
    /// What happened, as a word.
    pub kind: String,
    /// Who did it.
    pub clerk: u32,
    /// When, milliseconds since 1970 UTC.
    pub at_ms: i64,
}

/// The epoch stands above this many bits of the place in its journal.
const SEQ_BITS: u32 = 40;

/// An entry's place as one number: the key of its row, and of its matter in the search index.
pub(crate) fn place(epoch: i64, seq: u64) -> i64 {
    (epoch << SEQ_BITS) | i64::try_from(seq).unwrap_or(i64::MAX)
}

/// The epoch, and the place in its journal.
pub(crate) fn of_place(place: i64) -> (i64, u64) {
    (place >> SEQ_BITS, u64::try_from(place & ((1 << SEQ_BITS) - 1)).unwrap_or(0))
}

pub(crate) const COLUMNS: &str =
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
        // With room below it for those that the district tells of later (`adopt_epoch`): epochs are in the order of `id`.
        let sql = "INSERT INTO epochs (id, journal, mark) SELECT coalesce(max(id) + 1000, 1), ?1, ?2 FROM epochs";
        self.connection.prepare_cached(sql)?.execute(params![journal.0, mark])?;
        Ok(())
    }

    /// Opens an epoch with its first entry, which names the last known entry of each journal before it.
    ///
    /// # Errors
    /// As [`Writer::open_epoch`].
    pub fn begin_epoch(&self, journal: JournalId, mark: &str, why: &str, moment: Moment) -> Result<()> {
        let known = Reader { connection: self.connection }.line().epochs()?.into_iter();
        let previous =
            known.map(|epoch| LastKnown { journal: epoch.journal, seq: epoch.head.seq, hash: epoch.head.hash });
        let open = EpochOpened { previous: previous.collect(), mark: mark.to_owned(), why: why.to_owned() };
        self.open_epoch(journal, mark)?;
        let draft = Draft { kind: Kind::epoch_opened(), open: serde_json::to_vec(&open)?, personal: b"{}".to_vec() };
        self.append(draft, SYSTEM_CLERK, moment)?;
        Ok(())
    }

    /// Makes a journal of this desk known that the desk itself forgot. It stands right before the current one.
    pub(crate) fn adopt_epoch(&self, journal: JournalId, mark: &str) -> Result<()> {
        let sql = "INSERT INTO epochs (id, journal, mark)
                   WITH RECURSIVE free (id) AS (SELECT max(id) - 1 FROM epochs
                       UNION ALL SELECT id - 1 FROM free WHERE id IN (SELECT id FROM epochs))
                   SELECT min(id), ?1, ?2 FROM free";
        self.connection.prepare_cached(sql)?.execute(params![journal.0, mark])?;
        Ok(())
    }

    /// Appends an entry to the current epoch's journal and gives its place. Where the clock jumped since the last entry, one
    /// that says so stands between them.
    ///
    /// # Errors
    /// [`Error::Sqlite`]; [`Error::Contradiction`] before the first epoch; [`Error::Retired`].
    pub fn append(&self, draft: Draft, clerk: u32, moment: Moment) -> Result<u64> {
        self.check_in_service(&draft.kind)?;
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

    pub(crate) fn insert(&self, epoch: i64, entry: &Entry, hash: Hash) -> Result<()> {
        let sql = "INSERT INTO journal (epoch, seq, hash, kind, clerk, at_ms, boot, mono_ms, open_salt, open,
                   personal_salt, personal, personal_digest, place)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
        let Part::Kept { salt: open_salt, bytes: open } = &entry.open else {
            return Err(Error::Contradiction("an entry keeps its open part".into()));
        };
        let (personal_salt, personal, digest) = match &entry.personal {
            Part::Kept { salt, bytes } => (Some(salt), Some(bytes), None),
            Part::Erased { digest } => (None, None, Some(digest.0)),
        };
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
            digest,
            place(epoch, entry.seq),
        ])?;
        Ok(())
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
        // CROSS: from the newest epoch to its last entry. Else SQLite sorts the whole journal, each time a desk is opened.
        let sql = "SELECT e.journal, j.seq, j.hash FROM epochs e CROSS JOIN journal j ON j.epoch = e.id
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

    /// Whether this entry gave way to another one of its place.
    pub(crate) fn stands_aside(&self, journal: JournalId, head: Head) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM forks WHERE journal = ?1 AND seq = ?2 AND hash = ?3)";
        let place = params![journal.0, head.seq, head.hash.0];
        Ok(self.connection.prepare_cached(sql)?.query_row(place, |row| row.get(0))?)
    }

    /// The last place of an epoch; 0 before its first entry.
    pub(crate) fn last_of(&self, epoch: i64) -> Result<u64> {
        let sql = "SELECT coalesce(max(seq), 0) FROM journal WHERE epoch = ?1";
        Ok(self.connection.prepare_cached(sql)?.query_row([epoch], |row| row.get(0))?)
    }

    /// The entry at a place, with its epoch, if it is about this matter: another one may stand there since a fork.
    pub(crate) fn of_number(&self, journal: JournalId, seq: u64, number: &str) -> Result<Option<(i64, Entry)>> {
        let sql = "SELECT id FROM epochs WHERE journal = ?1";
        let epoch = self.connection.prepare_cached(sql)?.query_row([journal.0], |row| row.get(0)).optional()?;
        let Some(epoch) = epoch else { return Ok(None) };
        let sql = format!("SELECT {COLUMNS} FROM journal WHERE place = ?1");
        let found = self.connection.prepare_cached(&sql)?.query_row([place(epoch, seq)], entry).optional()?;
        let about = |entry: &Entry| crate::erase::about(entry.open.bytes().unwrap_or_default());
        Ok(found.filter(|entry| about(entry).as_deref() == Some(number)).map(|entry| (epoch, entry)))
    }

    /// What the entries of these kinds mean, in order; also those that were carried over from another epoch.
    pub(crate) fn each_of(&self, kinds: &[&str], mut each: impl FnMut((i64, u64), Entry) -> Result<()>) -> Result<()> {
        let words = kinds.iter().map(|kind| format!("'{kind}'")).collect::<Vec<_>>().join(", ");
        let sql =
            format!("SELECT {COLUMNS}, epoch FROM journal WHERE kind IN ({words}, 'carried') ORDER BY epoch, seq");
        let mut statement = self.connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (told, epoch) = (entry(row)?, row.get("epoch")?);
            let seq = told.seq;
            let meant = told.meant()?;
            if kinds.contains(&meant.kind.as_str()) {
                each((epoch, seq), meant)?;
            }
        }
        Ok(())
    }

    /// Every entry that names this matter, as it stands in its open part, oldest first. Walks the whole journal.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn about(&self, number: &str) -> Result<Vec<Mention>> {
        let sql = "SELECT epoch, seq, kind, clerk, at_ms FROM journal
                   WHERE json_valid(CAST(open AS TEXT)) AND ?1 IN
                   (json_extract(CAST(open AS TEXT), '$.number'),
                    json_extract(json_extract(CAST(open AS TEXT), '$.content'), '$.number'))
                   ORDER BY epoch, seq";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([number], |row| {
            let (epoch, seq, kind) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Mention { epoch, seq, kind, clerk: row.get(3)?, at_ms: row.get(4)? })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Who wrote the entry at a place of an epoch, and when (milliseconds since 1970 UTC).
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Contradiction`] where there is none.
    pub fn written(&self, epoch: i64, seq: u64) -> Result<(u32, i64)> {
        self.at(epoch, seq).map(|entry| (entry.clerk, entry.moment.at_ms))
    }

    /// What the entry at a place of an epoch means: one carried over from another epoch reads as it stood there.
    pub(crate) fn at(&self, epoch: i64, seq: u64) -> Result<Entry> {
        let sql = format!("SELECT {COLUMNS} FROM journal WHERE place = ?1");
        let found = self.connection.prepare_cached(&sql)?.query_row([place(epoch, seq)], entry).optional()?;
        Ok(found.ok_or_else(|| Error::Contradiction(format!("entry {seq} is missing")))?.meant()?)
    }
}

pub(crate) fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
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
