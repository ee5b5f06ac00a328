//! Earlier versions of a matter that becomes sealed: their open words leave the journal, and what readers may still see of
//! them stands sealed in a later entry.

use std::collections::{BTreeMap, BTreeSet};

use intake_wire::{JournalId, Part, Record, Resealed};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::db::{Reader, Writer};
use crate::journal::Journal;
use crate::matters::Matters;
use crate::{Error, Result};

/// An entry of this desk that holds the words of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its journal.
    pub journal: JournalId,
    /// Its place there.
    pub seq: u64,
    epoch: i64,
}

/// What is told of a matter besides the versions of its record.
const BESIDE_ITS_VERSIONS: &[&str] =
    &["attachment_added", "attachment_removed", "document_issued", "document_voided", "document_delivered"];

impl Writer<'_> {
    /// Where the versions of a matter stand whose words are open, the newest first, with those words.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Contradiction`].
    pub fn open_versions(&self, number: &str) -> Result<Vec<(Place, Record)>> {
        let versions = self.matters().versions(number)?.into_iter();
        let open = versions.filter(|one| matches!(one.record, Record::Told(_)));
        open.map(|one| Ok((self.place(one.place)?, one.record))).collect()
    }

    /// Where the names and keys of a matter's files and the words of its papers stand open, with those words.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Json`].
    pub fn open_files(&self, number: &str) -> Result<Vec<(Place, Vec<u8>)>> {
        #[derive(serde::Deserialize)]
        struct Told {
            number: String,
        }
        let mut found = Vec::new();
        self.journal().each_of(BESIDE_ITS_VERSIONS, |at, entry| {
            let told: Told = serde_json::from_slice(entry.open.bytes().unwrap_or_default())?;
            if let Some(words) = entry.personal.bytes().filter(|_| told.number == number) {
                found.push((at, words.to_vec()));
            }
            Ok(())
        })?;
        found.into_iter().map(|(at, words)| Ok((self.place(at)?, words))).collect()
    }

    fn place(&self, (epoch, seq): (i64, u64)) -> Result<Place> {
        let sql = "SELECT journal FROM epochs WHERE id = ?1";
        let journal = JournalId(self.connection.prepare_cached(sql)?.query_row([epoch], |row| row.get(0))?);
        Ok(Place { journal, seq, epoch })
    }

    /// Erases the words of a matter's entries that gave way to others.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn forget_aside(&self, number: &str) -> Result<()> {
        self.forget_forks(&BTreeSet::from([number]))
    }

    /// Erases the words at a place. The digest stays and proves the chain; the entry at `by` of the current epoch holds them
    /// sealed.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Contradiction`] where they were erased before.
    pub fn erase_for(&self, place: &Place, by: u64) -> Result<()> {
        let entry = Journal { connection: self.connection }.at(place.epoch, place.seq)?;
        if !self.make_husk(place.epoch, &entry)? {
            return Err(Error::Contradiction(format!("entry {} was erased before", place.seq)));
        }
        let sql =
            "INSERT INTO resealed (epoch, seq, by_epoch, by_seq) VALUES (?1, ?2, (SELECT max(id) FROM epochs), ?3)";
        self.connection.prepare_cached(sql)?.execute(params![place.epoch, place.seq, by])?;
        Ok(())
    }
}

impl Reader<'_> {
    /// Compares where erased words stand sealed with what the journal says.
    pub(crate) fn compare_resealed(&self) -> Result<()> {
        let sql = "SELECT epoch, seq, by_epoch, by_seq FROM resealed";
        let mut statement = self.connection.prepare(sql)?;
        let rows = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), (row.get(2)?, row.get(3)?))))?;
        let found = rows.collect::<rusqlite::Result<BTreeMap<_, _>>>()?;
        if found == resealed(self.connection)? {
            Ok(())
        } else {
            Err(Error::Contradiction("what was sealed later is not what the journal says".into()))
        }
    }
}

/// Each erased place of this desk, and where its words stand sealed, as the journal says.
pub(crate) fn resealed(connection: &Connection) -> Result<BTreeMap<(i64, u64), (i64, u64)>> {
    let mut told = BTreeMap::new();
    Journal { connection }.each_of(&["resealed"], |by, entry| {
        let open: Resealed = serde_json::from_slice(entry.open.bytes().unwrap_or_default())?;
        for seq in open.of {
            // Where it gave way to another entry of that place, it stands aside.
            let Some((epoch, target)) = (Journal { connection }).of_number(open.journal, seq, &open.number)? else {
                continue;
            };
            if matches!(target.personal, Part::Kept { .. }) {
                return Err(Error::Contradiction(format!("entry {seq} was not sealed as the journal says")));
            }
            told.insert((epoch, seq), by);
        }
        Ok(())
    })?;
    Ok(told)
}

impl Matters<'_> {
    /// What can be read of the version at a place: its own words, or those sealed for it later.
    pub(crate) fn record_at(&self, epoch: i64, seq: u64, personal: &Part) -> Result<Record> {
        if matches!(personal, Part::Kept { .. }) {
            return Ok(Record::read(personal)?);
        }
        self.resealed_at(epoch, seq)
    }

    /// What stands sealed elsewhere for an erased place.
    pub(crate) fn resealed_at(&self, epoch: i64, seq: u64) -> Result<Record> {
        let sql = "SELECT by_epoch, by_seq FROM resealed WHERE epoch = ?1 AND seq = ?2";
        let found =
            self.connection.prepare_cached(sql)?.query_row(params![epoch, seq], |row| Ok((row.get(0)?, row.get(1)?)));
        match found.optional()? {
            Some((epoch, seq)) => Ok(Record::read(&Journal { connection: self.connection }.at(epoch, seq)?.personal)?),
            None => Ok(Record::Erased),
        }
    }
}
