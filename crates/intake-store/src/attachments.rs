//! Which files stand with a matter. Their bytes lie in [`crate::Blobs`], their names and keys in the journal.

use std::collections::{BTreeMap, HashSet};

use hmac::{Hmac, Mac as _};
use intake_model::AttachmentKind;
use intake_wire::{
    AttachmentAdded, AttachmentContent, AttachmentRemoved, BlobKey, Entry, Hash, Personal, RemovalReason, sha256,
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::de::DeserializeOwned;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::db::{Reader, Writer};
use crate::journal::Journal;
use crate::matters::open_part;
use crate::sealed::sealed_later;
use crate::{Error, OwnKey, Result};

/// Reading attachments.
pub struct Attachments<'c> {
    pub(crate) connection: &'c Connection,
}

/// One attachment of a matter.
#[derive(Debug, Clone)]
pub struct AttachmentRecord {
    /// The name of its bytes.
    pub blob: Hash,
    /// What kind of file.
    pub kind: AttachmentKind,
    /// How large.
    pub bytes: u64,
    /// Its pages; 0 where they cannot be counted.
    pub pages: u32,
    /// When it was added, milliseconds since 1970 UTC.
    pub added_ms: i64,
    /// Who added it.
    pub clerk: u32,
    /// Its name and key.
    pub content: Personal<AttachmentContent>,
    /// Who took it off again; `None` while it stands.
    pub removed: Option<Removed>,
}

/// How an attachment was taken off its matter. Its bytes stay: what stood in a record stays provable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// When, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Who did it.
    pub clerk: u32,
    /// Why.
    pub reason: Personal<RemovalReason>,
}

impl AttachmentRecord {
    /// Opens what of it is sealed to this key. Gives whether anything was.
    pub fn unseal(&mut self, own: &OwnKey) -> bool {
        let content = own.unseal(&mut self.content);
        let reason = self.removed.as_mut().is_some_and(|removed| own.unseal(&mut removed.reason));
        content || reason
    }

    /// Whether something of it is for its readers alone, and not opened.
    pub fn is_sealed(&self) -> bool {
        let reason = self.removed.as_ref().map(|removed| &removed.reason);
        matches!(self.content, Personal::Sealed(_)) || matches!(reason, Some(Personal::Sealed(_)))
    }
}

impl Reader<'_> {
    /// Attachments.
    pub fn attachments(&self) -> Attachments<'_> {
        Attachments { connection: self.connection }
    }
}

impl Writer<'_> {
    /// Attachments, to read.
    pub fn attachments(&self) -> Attachments<'_> {
        Attachments { connection: self.connection }
    }

    /// What the bytes of this content are called among the files of this matter. The same file added twice has one name;
    /// beside another matter it has another one, and neither tells anything of it.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn blob_name(&self, number: &str, content: &[u8]) -> Result<Hash> {
        let new: Zeroizing<[u8; 32]> = Zeroizing::new(intake_wire::random()?);
        let sql = "INSERT INTO blob_naming (id, key) VALUES (1, ?1) ON CONFLICT (id) DO NOTHING";
        self.connection.prepare_cached(sql)?.execute([new.as_slice()])?;
        let key: Zeroizing<[u8; 32]> =
            Zeroizing::new(self.connection.query_row("SELECT key FROM blob_naming", [], |row| row.get(0))?);
        let mut name = Hmac::<Sha256>::new_from_slice(key.as_slice()).map_err(|_| Error::Blob("it has no name"))?;
        name.update(b"intake blob 1\0");
        name.update(&sha256(&[number.as_bytes()]).0);
        name.update(&sha256(&[content]).0);
        Ok(Hash(name.finalize().into_bytes().into()))
    }

    /// The file stands with the matter, by the entry at `seq` of the current epoch.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn set_attachment(&self, number: &str, blob: Hash, seq: u64) -> Result<()> {
        let sql = "INSERT INTO attachments (number, blob, epoch, added_seq)
                   VALUES (?1, ?2, (SELECT max(id) FROM epochs), ?3)
                   ON CONFLICT (number, blob) DO UPDATE SET epoch = excluded.epoch, added_seq = excluded.added_seq,
                   removed_epoch = 0, removed_seq = 0";
        self.connection.prepare_cached(sql)?.execute(params![number, blob.0, seq])?;
        Ok(())
    }

    /// It was taken off by the entry at `seq` of the current epoch.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Contradiction`] where the matter has no such file.
    pub fn set_attachment_removed(&self, number: &str, blob: Hash, seq: u64) -> Result<()> {
        let sql = "UPDATE attachments SET removed_epoch = (SELECT max(id) FROM epochs), removed_seq = ?3
                   WHERE number = ?1 AND blob = ?2";
        match self.connection.prepare_cached(sql)?.execute(params![number, blob.0, seq])? {
            1 => Ok(()),
            _ => Err(Error::Contradiction("no such attachment".into())),
        }
    }
}

/// Where an attachment's entries are: epoch and place of the adding, and of the taking off or 0.
pub(crate) type Place = (i64, u64, i64, u64);

const PLACE: &str = "epoch, added_seq, removed_epoch, removed_seq FROM attachments";
/// Whether an entry still has the key to the bytes, its own or one in which it stands sealed.
pub(crate) const OPENS: &str = "(j.personal IS NOT NULL OR EXISTS (SELECT 1 FROM resealed r
    JOIN journal k ON k.epoch = r.by_epoch AND k.seq = r.by_seq
    WHERE r.epoch = a.epoch AND r.seq = a.added_seq AND k.personal IS NOT NULL))";
const OF_ENTRIES: &str = "SELECT a.blob FROM attachments a JOIN journal j ON j.epoch = a.epoch AND j.seq = a.added_seq";
const PLACE_AND_NAME: &str = "epoch, added_seq, removed_epoch, removed_seq, number, blob FROM attachments";

fn place(row: &Row<'_>) -> rusqlite::Result<Place> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
}

/// Every attachment with its places, as the journal tells.
pub(crate) fn explained(connection: &Connection) -> Result<BTreeMap<(String, [u8; 32]), Place>> {
    let mut explained: BTreeMap<(String, [u8; 32]), Place> = BTreeMap::new();
    Journal { connection }.each_of(&["attachment_added", "attachment_removed"], |(epoch, seq), entry| {
        if entry.kind.as_str() == "attachment_added" {
            let AttachmentAdded { number, blob, .. } = open_part(&entry)?;
            explained.insert((number, blob.0), (epoch, seq, 0, 0));
        } else {
            let AttachmentRemoved { number, blob } = open_part(&entry)?;
            let missing = || Error::Contradiction(format!("entry {seq} takes off an attachment that is not there"));
            let place = explained.get_mut(&(number, blob.0)).ok_or_else(missing)?;
            (place.2, place.3) = (epoch, seq);
        }
        Ok(())
    })?;
    Ok(explained)
}

/// Makes the table anew from the journal.
pub(crate) fn fill(connection: &Connection) -> Result<()> {
    connection.execute("DELETE FROM attachments", [])?;
    let sql = "INSERT INTO attachments (number, blob, epoch, added_seq, removed_epoch, removed_seq)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    for ((number, blob), place) in explained(connection)? {
        connection.prepare_cached(sql)?.execute(params![number, blob, place.0, place.1, place.2, place.3])?;
    }
    Ok(())
}

impl Attachments<'_> {
    /// Every attachment a matter has or had, in the order in which they were added.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Json`].
    pub fn of(&self, number: &str) -> Result<Vec<AttachmentRecord>> {
        let sql = format!("SELECT {PLACE} WHERE number = ?1 ORDER BY epoch, added_seq");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let places = statement.query_map([number], place)?;
        places.map(|place| self.told(place?)).collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Json`].
    pub fn find(&self, number: &str, blob: Hash) -> Result<Option<AttachmentRecord>> {
        let sql = format!("SELECT {PLACE} WHERE number = ?1 AND blob = ?2");
        let found = self.connection.prepare_cached(&sql)?.query_row(params![number, blob.0], place);
        found.optional()?.map(|place| self.told(place)).transpose()
    }

    /// The key of a blob's bytes, where everybody at the desk has it.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Json`], [`Error::Wire`].
    pub fn key(&self, blob: Hash) -> Result<Option<BlobKey>> {
        let sql = format!("SELECT {PLACE} WHERE blob = ?1 ORDER BY removed_seq LIMIT 1");
        let found = self.connection.prepare_cached(&sql)?.query_row(params![blob.0], place).optional()?;
        let Some(place) = found else { return Ok(None) };
        let content = self.told(place)?.content;
        Ok(content.told().map(|content| BlobKey::from_text(&content.key)).transpose()?)
    }

    /// The names of all bytes that an entry still opens: what the sweep leaves.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn named(&self) -> Result<HashSet<Hash>> {
        self.blobs(&format!("{OF_ENTRIES} WHERE {OPENS}"))
    }

    /// The names of bytes whose entry is here and was erased, and that no other entry opens.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn erased(&self) -> Result<HashSet<Hash>> {
        let erased = self.blobs(&format!("{OF_ENTRIES} WHERE NOT {OPENS}"))?;
        Ok(erased.difference(&self.named()?).copied().collect())
    }

    fn blobs(&self, sql: &str) -> Result<HashSet<Hash>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let blobs = statement.query_map([], |row| Ok(Hash(row.get(0)?)))?;
        Ok(blobs.collect::<rusqlite::Result<_>>()?)
    }

    /// Every matter's number with each of its attachments, to walk through.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Json`].
    pub fn all(&self) -> Result<Vec<(String, AttachmentRecord)>> {
        let sql = "SELECT DISTINCT number FROM attachments ORDER BY number";
        let mut statement = self.connection.prepare_cached(sql)?;
        let numbers = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
        let mut all = Vec::new();
        for number in numbers {
            all.extend(self.of(&number)?.into_iter().map(|one| (number.clone(), one)));
        }
        Ok(all)
    }

    /// Compares the table with what the journal says of attachments.
    ///
    /// # Errors
    /// [`Error::Contradiction`] with the first difference.
    pub fn verify(&self) -> Result<()> {
        let explained = explained(self.connection)?;
        let mut statement = self.connection.prepare(&format!("SELECT {PLACE_AND_NAME}"))?;
        let rows = statement.query_map([], |row| Ok(((row.get(4)?, row.get(5)?), place(row)?)))?;
        let found = rows.collect::<rusqlite::Result<BTreeMap<(String, [u8; 32]), Place>>>()?;
        let differs = explained.iter().find(|(key, place)| found.get(*key) != Some(place)).map(|(key, _)| key);
        match differs.or_else(|| found.keys().find(|key| !explained.contains_key(*key))) {
            Some((number, _)) => {
                Err(Error::Contradiction(format!("an attachment of {number} is not what the journal says")))
            }
            None => Ok(()),
        }
    }

    fn told(&self, (epoch, added, removed_epoch, removed): Place) -> Result<AttachmentRecord> {
        let journal = Journal { connection: self.connection };
        let entry = journal.at(epoch, added)?;
        let AttachmentAdded { blob, bytes, kind, pages, .. } = open_part(&entry)?;
        let removed = match removed {
            0 => None,
            seq => {
                let entry = journal.at(removed_epoch, seq)?;
                let reason = self.personal((removed_epoch, seq), &entry)?;
                Some(Removed { at_ms: entry.moment.at_ms, clerk: entry.clerk, reason })
            }
        };
        Ok(AttachmentRecord {
            blob,
            kind,
            bytes,
            pages,
            added_ms: entry.moment.at_ms,
            clerk: entry.clerk,
            content: self.personal((epoch, added), &entry)?,
            removed,
        })
    }

    /// What can be read of the personal part at a place: its own words, or those sealed for it later.
    fn personal<T: DeserializeOwned>(&self, at: (i64, u64), entry: &Entry) -> Result<Personal<T>> {
        let own = Personal::read(&entry.personal)?;
        let later = if own.told().is_none() { sealed_later(self.connection, at)? } else { None };
        Ok(later.map(|later| Personal::read(&later.personal)).transpose()?.unwrap_or(own))
    }

    /// Where the entries of a matter's files stand that are shown.
    pub(crate) fn places(&self, number: &str) -> Result<Vec<(i64, u64)>> {
        let sql = format!("SELECT {PLACE} WHERE number = ?1 ORDER BY epoch, added_seq");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let places = statement.query_map([number], place)?.collect::<rusqlite::Result<Vec<_>>>()?;
        let both = places.into_iter().flat_map(|(epoch, added, off_epoch, off)| [(epoch, added), (off_epoch, off)]);
        Ok(both.filter(|(_, seq)| *seq > 0).collect())
    }
}
