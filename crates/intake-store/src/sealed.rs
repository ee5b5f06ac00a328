//! What stands sealed in a later entry: the open words of a matter that becomes sealed, which leave the journal where they
//! stood, and sealed words that are sealed once more to other readers, which stay.

use std::collections::{BTreeMap, BTreeSet};

use intake_wire::{
    Draft, Entry, Hash, JournalId, Kind, Moment, Part, Record, RecordOf, Resealed, SYSTEM_CLERK, SealedPart,
    SealedRecord,
};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::db::{Reader, Writer};
use crate::journal::Journal;
use crate::matters::Matters;
use crate::steps::{self, Steps};
use crate::{Attachments, Documents, Error, Result, erase, seal};

/// An entry of this desk that holds the words of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its journal.
    pub journal: JournalId,
    /// Its place there.
    pub seq: u64,
    epoch: i64,
}

/// The sealed words of one version, or of an entry about a file or a paper.
#[derive(Debug, Clone)]
pub struct SealedWords {
    /// Whose words they are.
    pub place: Place,
    /// Whom they are sealed to.
    pub to: Vec<String>,
    /// The whole personal part, where they stand now.
    pub part: Vec<u8>,
}

/// An entry with sealed words, as a look along the journal comes upon it.
#[derive(Debug, Clone)]
pub struct SealedEntry {
    /// Its epoch, and its place there.
    pub at: (i64, u64),
    /// The matter's number.
    pub number: String,
    /// Whom it is sealed to.
    pub to: Vec<String>,
}

/// What is told of a matter besides the versions of its record and its steps.
const BESIDE_ITS_VERSIONS: &[&str] = &[
    "attachment_added",
    "attachment_removed",
    "document_issued",
    "document_voided",
    "document_delivered",
    "delivered_for",
];

/// The personal part of a version that is sealed to these recipients.
///
/// # Errors
/// [`Error::Wrap`] without a recipient, or for one that is none.
pub fn sealed_record(RecordOf { query_code, visit }: &RecordOf, to: &[String]) -> Result<SealedRecord> {
    Ok(SealedRecord {
        query_code: query_code.clone(),
        received_at: visit.received_at,
        materials: u32::try_from(visit.materials.len()).unwrap_or(u32::MAX),
        to: to.to_vec(),
        sealed: seal(&serde_json::to_vec(visit)?, to)?,
    })
}

impl Writer<'_> {
    /// The open words of a matter, of its files, papers and steps leave the journal where they stand, and stand sealed in
    /// entries of their own. Gives whether there were any.
    ///
    /// # Errors
    /// [`Error::Wrap`], [`Error::Sqlite`], [`Error::Contradiction`].
    pub fn seal_open_words(&self, number: &str, to: &[String], clerk: u32, moment: Moment) -> Result<bool> {
        let mut open = Vec::new();
        for (place, told) in self.open_versions(number)? {
            open.push((place, serde_json::to_vec(&sealed_record(&told, to)?)?));
        }
        // Its files stay where they are, and their keys are for the readers alone from now on.
        for (place, words) in self.open_files(number)? {
            open.push((place, serde_json::to_vec(&SealedPart { to: to.to_vec(), sealed: seal(&words, to)? })?));
        }
        let found = !open.is_empty();
        for (place, personal) in open {
            let told = Resealed { number: number.to_owned(), journal: place.journal, of: vec![place.seq] };
            let draft = Draft { kind: Kind::resealed(), open: serde_json::to_vec(&told)?, personal };
            let seq = self.append(draft, clerk, moment)?;
            self.erase_for(&place, seq)?;
        }
        self.forget_forks(&BTreeSet::from([number]))?;
        self.forget_acts(number)?;
        Ok(found)
    }

    /// Of a matter that one half of a fork sealed, the other half may have written on in the open: what was sealed on either
    /// side is sealed whole, to whom it was sealed there. To be called once what gave way is carried and folded.
    ///
    /// # Errors
    /// As [`Writer::seal_open_words`].
    pub fn seal_whole(&self, aside: &[(Entry, Hash)], moment: Moment) -> Result<()> {
        let numbers: BTreeSet<String> =
            aside.iter().filter_map(|(entry, _)| erase::about(entry.open.bytes()?)).collect();
        let mut found = false;
        for number in numbers {
            let versions = self.matters().versions(&number)?.into_iter();
            let sealed = versions.filter_map(|one| match one.record {
                Record::Sealed(sealed) => Some(sealed.to),
                Record::Told(_) | Record::Erased => None,
            });
            let to: BTreeSet<String> = sealed.flatten().collect();
            if !to.is_empty() {
                found |= self.seal_open_words(&number, &Vec::from_iter(to), SYSTEM_CLERK, moment)?;
            }
        }
        if found { self.fold_anew() } else { Ok(()) }
    }

    /// Where the versions of a matter stand whose words are open, the newest first, with those words.
    fn open_versions(&self, number: &str) -> Result<Vec<(Place, RecordOf)>> {
        let versions = self.matters().versions(number)?.into_iter();
        let open = versions.filter_map(|one| match one.record {
            Record::Told(told) => Some((one.place, *told)),
            Record::Sealed(_) | Record::Erased => None,
        });
        open.map(|(at, told)| Ok((place(self.connection, at)?, told))).collect()
    }

    /// Where the names and keys of a matter's files and the words of its papers and steps stand open, with those words.
    fn open_files(&self, number: &str) -> Result<Vec<(Place, Vec<u8>)>> {
        #[derive(serde::Deserialize)]
        struct Told {
            number: String,
        }
        let mut found = Vec::new();
        let kinds = [BESIDE_ITS_VERSIONS, steps::KINDS].concat();
        self.journal().each_of(&kinds, |at, entry| {
            let told: Told = serde_json::from_slice(entry.open.bytes().unwrap_or_default())?;
            let open = |words: &&[u8]| told.number == number && serde_json::from_slice::<SealedPart>(words).is_err();
            if let Some(words) = entry.personal.bytes().filter(open) {
                found.push((at, words.to_vec()));
            }
            Ok(())
        })?;
        found.into_iter().map(|(at, words)| Ok((place(self.connection, at)?, words))).collect()
    }

    /// Erases the words at a place. The digest stays and proves the chain; the entry at `by` of the current epoch holds them
    /// sealed.
    fn erase_for(&self, place: &Place, by: u64) -> Result<()> {
        let entry = Journal { connection: self.connection }.at(place.epoch, place.seq)?;
        if !self.make_husk(place.epoch, &entry)? {
            return Err(Error::Contradiction(format!("entry {} was erased before", place.seq)));
        }
        self.seal_anew(place, by)
    }

    /// The words of a place stand from now on in the entry at `by` of the current epoch. What stood before it is left.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn seal_anew(&self, place: &Place, by: u64) -> Result<()> {
        let sql = "INSERT INTO resealed (epoch, seq, by_epoch, by_seq)
                   VALUES (?1, ?2, (SELECT max(id) FROM epochs), ?3)
                   ON CONFLICT (epoch, seq) DO UPDATE SET by_epoch = excluded.by_epoch, by_seq = excluded.by_seq";
        self.connection.prepare_cached(sql)?.execute(params![place.epoch, place.seq, by])?;
        Ok(())
    }
}

fn place(connection: &Connection, (epoch, seq): (i64, u64)) -> Result<Place> {
    let sql = "SELECT journal FROM epochs WHERE id = ?1";
    let journal = JournalId(connection.prepare_cached(sql)?.query_row([epoch], |row| row.get(0))?);
    Ok(Place { journal, seq, epoch })
}

impl Reader<'_> {
    /// Up to `limit` entries with sealed words after a place, in order, but for those whose words stand elsewhere by now.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Json`].
    pub fn sealed_after(&self, after: (i64, u64), limit: usize) -> Result<Vec<SealedEntry>> {
        // The condition is the index's own: only sealed entries stand in it.
        let sql = "SELECT epoch, seq, open, personal FROM journal j INDEXED BY journal_sealed
                   WHERE instr(personal, x'227365616c6564223a22') > 0 AND (epoch, seq) > (?1, ?2)
                   AND NOT EXISTS (SELECT 1 FROM resealed r WHERE r.epoch = j.epoch AND r.seq = j.seq)
                   ORDER BY epoch, seq LIMIT ?3";
        let mut statement = self.connection.prepare_cached(sql)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut rows = statement.query(params![after.0, after.1, limit])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let number = erase::about(row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?).unwrap_or_default();
            let SealedPart { to, .. } =
                serde_json::from_slice(row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?)?;
            found.push(SealedEntry { at: (row.get(0)?, row.get(1)?), number, to });
        }
        Ok(found)
    }

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

/// Each place of this desk whose words stand sealed elsewhere, and where, as the journal says: the last entry wins.
pub(crate) fn resealed(connection: &Connection) -> Result<BTreeMap<(i64, u64), (i64, u64)>> {
    let mut told = BTreeMap::new();
    Journal { connection }.each_of(&["resealed", "sealed_anew"], |by, entry| {
        let open: Resealed = serde_json::from_slice(entry.open.bytes().unwrap_or_default())?;
        for seq in open.of {
            // Where it gave way to another entry of that place, it stands aside.
            let Some((epoch, target)) = (Journal { connection }).of_number(open.journal, seq, &open.number)? else {
                continue;
            };
            if entry.kind == Kind::resealed() && matches!(target.personal, Part::Kept { .. }) {
                return Err(Error::Contradiction(format!("entry {seq} was not sealed as the journal says")));
            }
            told.insert((epoch, seq), by);
        }
        Ok(())
    })?;
    Ok(told)
}

/// The entry in which the words of a place stand sealed; `None` where they stand, or stood, at the place itself.
pub(crate) fn sealed_later(connection: &Connection, at: (i64, u64)) -> Result<Option<Entry>> {
    let sql = "SELECT by_epoch, by_seq FROM resealed WHERE epoch = ?1 AND seq = ?2";
    let by = connection.prepare_cached(sql)?.query_row(at, |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    by.map(|(epoch, seq)| Journal { connection }.at(epoch, seq)).transpose()
}

impl Matters<'_> {
    /// What can be read of the version at a place, where `own` stands: that, or what was sealed for it later.
    pub(crate) fn record_at(&self, at: (i64, u64), own: Record) -> Result<Record> {
        let later = if own.told().is_none() { sealed_later(self.connection, at)? } else { None };
        Ok(later.map(|later| Record::read(&later.personal)).transpose()?.unwrap_or(own))
    }

    /// All words of a matter that stand sealed: of its versions, of its files, of its papers and of its steps.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Contradiction`].
    pub fn sealed_words(&self, number: &str) -> Result<Vec<SealedWords>> {
        let versions = self.versions(number)?.into_iter().map(|one| one.place);
        let files = Attachments { connection: self.connection }.places(number)?;
        let documents = Documents { connection: self.connection };
        let papers = documents.places(number)?.into_iter().chain(documents.places_elsewhere(number)?);
        let steps = Steps { connection: self.connection }.places(number)?;
        versions.chain(files).chain(papers).chain(steps).filter_map(|at| self.sealed_at(at).transpose()).collect()
    }

    fn sealed_at(&self, at: (i64, u64)) -> Result<Option<SealedWords>> {
        let entry = match sealed_later(self.connection, at)? {
            Some(later) => later,
            None => Journal { connection: self.connection }.at(at.0, at.1)?,
        };
        let Some(part) = entry.personal.bytes() else { return Ok(None) };
        // Open words have no readers.
        let Ok(SealedPart { to, .. }) = serde_json::from_slice(part) else { return Ok(None) };
        Ok(Some(SealedWords { place: place(self.connection, at)?, to, part: part.to_vec() }))
    }
}
