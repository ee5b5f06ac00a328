//! Earlier versions of a matter that becomes sealed: their open words leave the journal, and what readers may still see of
//! them stands sealed in a later entry.

use intake_wire::{JournalId, Part, Record, Resealed};
use rusqlite::{OptionalExtension as _, params};

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

impl Writer<'_> {
    /// Where the versions of a matter stand whose words are open, the newest first, with those words.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Contradiction`].
    pub fn open_versions(&self, number: &str) -> Result<Vec<(Place, Record)>> {
        let versions = self.matters().versions(number)?.into_iter();
        let open = versions.filter(|one| matches!(one.record, Record::Told(_)));
        open.map(|one| {
            let (epoch, seq) = one.place;
            let sql = "SELECT journal FROM epochs WHERE id = ?1";
            let journal = JournalId(self.connection.prepare_cached(sql)?.query_row([epoch], |row| row.get(0))?);
            Ok((Place { journal, seq, epoch }, one.record))
        })
        .collect()
    }

    /// Erases the words at a place. The digest stays and proves the chain; the entry at `by` of the current epoch holds them
    /// sealed.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Contradiction`] where they were erased before.
    pub fn erase_for(&self, place: &Place, by: u64) -> Result<()> {
        let entry = Journal { connection: self.connection }.at(place.epoch, place.seq)?;
        if matches!(entry.personal, Part::Erased { .. }) {
            return Err(Error::Contradiction(format!("entry {} was erased before", place.seq)));
        }
        let sql = "UPDATE journal SET personal_salt = NULL, personal = NULL, personal_digest = ?3
                   WHERE epoch = ?1 AND seq = ?2";
        let digest = entry.personal.digest().0;
        self.connection.prepare_cached(sql)?.execute(params![place.epoch, place.seq, digest])?;
        let sql =
            "INSERT INTO resealed (epoch, seq, by_epoch, by_seq) VALUES (?1, ?2, (SELECT max(id) FROM epochs), ?3)";
        self.connection.prepare_cached(sql)?.execute(params![place.epoch, place.seq, by])?;
        Ok(())
    }
}

impl Reader<'_> {
    /// Compares where erased words stand sealed with what the journal says.
    pub(crate) fn compare_resealed(&self) -> Result<()> {
        let sql = "SELECT e.journal, r.seq, j.open, v.personal IS NULL FROM resealed r JOIN epochs e ON e.id = r.epoch
                   JOIN journal v ON v.epoch = r.epoch AND v.seq = r.seq
                   JOIN journal j ON j.epoch = r.by_epoch AND j.seq = r.by_seq AND j.kind = 'resealed'";
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut found = 0;
        while let Some(row) = rows.next()? {
            let (journal, seq, erased): (_, u64, bool) = (JournalId(row.get(0)?), row.get(1)?, row.get(3)?);
            let open: Resealed = serde_json::from_slice(row.get_ref(2)?.as_blob().unwrap_or_default())?;
            if !erased || open.journal != journal || !open.of.contains(&seq) {
                return Err(Error::Contradiction(format!("entry {seq} was not sealed as the journal says")));
            }
            found += 1;
        }
        let sql = "SELECT (SELECT count(*) FROM resealed), (SELECT count(*) FROM journal WHERE kind = 'resealed')";
        let (rows, entries): (u64, u64) = self.connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if rows != found || entries != found {
            return Err(Error::Contradiction("what was sealed later is not what the journal says".into()));
        }
        Ok(())
    }
}

impl Matters<'_> {
    /// What can be read of the version at a place: its own words, or those sealed for it later.
    pub(crate) fn record_at(&self, epoch: i64, seq: u64, personal: &Part) -> Result<Record> {
        if matches!(personal, Part::Kept { .. }) {
            return Ok(Record::read(personal)?);
        }
        let sql = "SELECT by_epoch, by_seq FROM resealed WHERE epoch = ?1 AND seq = ?2";
        let found =
            self.connection.prepare_cached(sql)?.query_row(params![epoch, seq], |row| Ok((row.get(0)?, row.get(1)?)));
        match found.optional()? {
            Some((epoch, seq)) => Ok(Record::read(&Journal { connection: self.connection }.at(epoch, seq)?.personal)?),
            None => Ok(Record::Erased),
        }
    }
}
