//! The papers of each matter: which numbers were given, which were spoiled, and how they reached their addressees. What
//! they say stands in the journal.
//!
//! Deliberately absent: which paper fits, and how one looks.

use std::collections::{BTreeMap, BTreeSet};

use intake_model::Paper;
use intake_wire::{
    DeliveryTold, DocumentContent, DocumentDelivered, DocumentIssued, DocumentReprinted, DocumentVoided, Entry,
    Personal, VoidReason,
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::de::DeserializeOwned;

use crate::db::{Reader, Writer};
use crate::journal::Journal;
use crate::matters::open_part;
use crate::sealed::sealed_later;
use crate::{Error, OwnKey, Result};

/// Reading papers.
pub struct Documents<'c> {
    pub(crate) connection: &'c Connection,
}

/// One paper that was issued.
#[derive(Debug, Clone)]
pub struct DocumentRecord {
    /// Its number as it is written.
    pub document: String,
    /// What its entry says in the open.
    pub issued: DocumentIssued,
    /// When, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Who issued it.
    pub clerk: u32,
    /// What the clerk filled in.
    pub content: Personal<DocumentContent>,
    /// How it was spoiled; `None` while it stands.
    pub void: Option<Voiding>,
    /// How many copies were printed.
    pub copies: u32,
    /// When the last of them was, milliseconds since 1970 UTC.
    pub printed_ms: i64,
    /// The place of its last copy in the print queue; `None` where it was not put there, or is forgotten.
    pub job: Option<i64>,
    /// How it was delivered, the first one first.
    pub deliveries: Vec<DeliveryRecord>,
}

/// How a paper was spoiled. Its number stays used.
#[derive(Debug, Clone)]
pub struct Voiding {
    /// When, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Who did it.
    pub clerk: u32,
    /// Why.
    pub reason: Personal<VoidReason>,
}

/// One delivery of a paper.
#[derive(Debug, Clone)]
pub struct DeliveryRecord {
    /// When it was written down, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Who did; 0 of another window, whose clerks have numbers of their own.
    pub clerk: u32,
    /// Which other window of the centre delivered it; `None` for this one.
    pub window: Option<u8>,
    /// How.
    pub told: Personal<DeliveryTold>,
}

impl DocumentRecord {
    /// Opens what of it is sealed to this key.
    pub fn unseal(&mut self, own: &OwnKey) {
        own.unseal(&mut self.content);
        if let Some(void) = &mut self.void {
            own.unseal(&mut void.reason);
        }
        for delivery in &mut self.deliveries {
            own.unseal(&mut delivery.told);
        }
    }
}

impl Reader<'_> {
    /// Papers.
    pub fn documents(&self) -> Documents<'_> {
        Documents { connection: self.connection }
    }
}

impl Writer<'_> {
    /// Papers, to read.
    pub fn documents(&self) -> Documents<'_> {
        Documents { connection: self.connection }
    }

    /// Mark of the current epoch and the next serial in it of a code word's year. Given for good once the transaction
    /// commits.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn next_document(&self, code_word: &str, year: i32) -> Result<(String, u32)> {
        // By the mark: what was carried over from another epoch stands in that one's series.
        let sql = "SELECT e.mark, coalesce((SELECT max(serial) FROM documents d
                   WHERE d.code_word = ?1 AND d.year = ?2 AND d.mark = e.mark), 0) + 1
                   FROM epochs e ORDER BY e.id DESC LIMIT 1";
        let next = self
            .connection
            .prepare_cached(sql)?
            .query_row(params![code_word, year], |row| Ok((row.get(0)?, row.get(1)?)));
        Ok(next?)
    }

    /// The paper was issued by the entry at `seq` of the current epoch.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Contradiction`] where its number is none.
    pub fn insert_document(&self, issued: &DocumentIssued, seq: u64) -> Result<()> {
        put(self.connection, (self.current_epoch()?, seq), &Standing::of(issued)?)
    }

    /// One more copy was printed, by the entry at `seq` of the current epoch.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Contradiction`] where the matter has no such paper.
    pub fn set_copies(&self, told: &DocumentReprinted, seq: u64) -> Result<()> {
        let (epoch, issued) = self.latest(&told.number, &told.document)?;
        let sql =
            "UPDATE documents SET copies = ?3, copy_epoch = ?4, copy_seq = ?5 WHERE epoch = ?1 AND issued_seq = ?2";
        let place = params![epoch, issued, told.copy, self.current_epoch()?, seq];
        self.connection.prepare_cached(sql)?.execute(place)?;
        Ok(())
    }

    /// It was spoiled, by the entry at `seq` of the current epoch.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Contradiction`] where the matter has no such paper.
    pub fn set_document_void(&self, told: &DocumentVoided, seq: u64) -> Result<()> {
        let (epoch, issued) = self.latest(&told.number, &told.document)?;
        let sql = "UPDATE documents SET void_epoch = ?3, void_seq = ?4 WHERE epoch = ?1 AND issued_seq = ?2";
        self.connection.prepare_cached(sql)?.execute(params![epoch, issued, self.current_epoch()?, seq])?;
        Ok(())
    }

    /// Papers were delivered, by the entry at `seq` of the current epoch.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Contradiction`] where the matter has no such paper.
    pub fn add_delivery(&self, told: &DocumentDelivered, seq: u64) -> Result<()> {
        let at = (self.current_epoch()?, seq);
        for document in &told.documents {
            put_delivery(self.connection, self.latest(&told.number, document)?, at)?;
        }
        Ok(())
    }

    pub(crate) fn current_epoch(&self) -> Result<i64> {
        Ok(self.connection.prepare_cached("SELECT max(id) FROM epochs")?.query_row([], |row| row.get(0))?)
    }

    fn latest(&self, number: &str, document: &str) -> Result<Place> {
        self.documents().latest(number, document)?.ok_or_else(|| Error::Contradiction("no such paper".into()))
    }
}

/// Where an entry stands: epoch and place.
pub(crate) type Place = (i64, u64);

/// A paper's row.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Standing {
    number: String,
    document: String,
    code_word: String,
    year: i32,
    mark: String,
    serial: u32,
    void_at: Place,
    copies: u32,
    copy_at: Place,
}

impl Standing {
    fn of(issued: &DocumentIssued) -> Result<Self> {
        let place = issued.document.clone();
        let document = place.number().ok_or_else(|| Error::Contradiction("a paper without a number".into()))?;
        Ok(Self {
            number: issued.number.clone(),
            document: document.to_string(),
            code_word: place.code_word,
            year: place.year,
            mark: place.mark,
            serial: place.serial,
            void_at: (0, 0),
            copies: 1,
            copy_at: (0, 0),
        })
    }
}

/// All papers with all deliveries, as the tables or the journal have them.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    documents: BTreeMap<Place, Standing>,
    deliveries: BTreeSet<(Place, Place)>,
}

impl Told {
    /// As the journal tells.
    fn by_journal(connection: &Connection) -> Result<Self> {
        let mut told = Self::default();
        let mut latest: BTreeMap<(String, String), Place> = BTreeMap::new();
        let kinds = ["document_issued", "document_reprinted", "document_voided", "document_delivered"];
        Journal { connection }.each_of(&kinds, |at, entry| {
            if entry.kind.as_str() == "document_issued" {
                let standing = Standing::of(&open_part(&entry)?)?;
                latest.insert((standing.number.clone(), standing.document.clone()), at);
                told.documents.insert(at, standing);
            } else {
                told.go_on(&latest, at, &entry)?;
            }
            Ok(())
        })?;
        Ok(told)
    }

    /// What a later entry says of a paper: of the last one that went out under its number.
    fn go_on(&mut self, latest: &BTreeMap<(String, String), Place>, at: Place, entry: &Entry) -> Result<()> {
        let missing = || Error::Contradiction(format!("entry {} is about a paper that was not issued", at.1));
        let place = |number: &str, document: &str| {
            latest.get(&(number.to_owned(), document.to_owned())).copied().ok_or_else(missing)
        };
        match entry.kind.as_str() {
            "document_delivered" => {
                let DocumentDelivered { number, documents } = open_part(entry)?;
                for document in documents {
                    self.deliveries.insert((place(&number, &document)?, at));
                }
            }
            "document_voided" => {
                let DocumentVoided { number, document } = open_part(entry)?;
                self.documents.get_mut(&place(&number, &document)?).ok_or_else(missing)?.void_at = at;
            }
            _ => {
                let DocumentReprinted { number, document, copy } = open_part(entry)?;
                let standing = self.documents.get_mut(&place(&number, &document)?).ok_or_else(missing)?;
                (standing.copies, standing.copy_at) = (copy, at);
            }
        }
        Ok(())
    }

    /// As the tables have them.
    fn by_tables(connection: &Connection) -> Result<Self> {
        let sql =
            "SELECT epoch, issued_seq, number, document, code_word, year, mark, serial, void_epoch, void_seq, copies,
                   copy_epoch, copy_seq FROM documents";
        let standing = |row: &Row<'_>| {
            Ok((
                (row.get(0)?, row.get(1)?),
                Standing {
                    number: row.get(2)?,
                    document: row.get(3)?,
                    code_word: row.get(4)?,
                    year: row.get(5)?,
                    mark: row.get(6)?,
                    serial: row.get(7)?,
                    void_at: (row.get(8)?, row.get(9)?),
                    copies: row.get(10)?,
                    copy_at: (row.get(11)?, row.get(12)?),
                },
            ))
        };
        let documents = connection.prepare(sql)?.query_map([], standing)?.collect::<rusqlite::Result<_>>()?;
        let sql = "SELECT document_epoch, document_seq, epoch, seq FROM deliveries";
        let both = |row: &Row<'_>| Ok(((row.get(0)?, row.get(1)?), (row.get(2)?, row.get(3)?)));
        let deliveries = connection.prepare(sql)?.query_map([], both)?.collect::<rusqlite::Result<_>>()?;
        Ok(Self { documents, deliveries })
    }
}

fn put(connection: &Connection, at: Place, standing: &Standing) -> Result<()> {
    let sql = "INSERT INTO documents (epoch, issued_seq, number, document, code_word, year, mark, serial, void_epoch,
               void_seq, copies, copy_epoch, copy_seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    connection.prepare_cached(sql)?.execute(params![
        at.0,
        at.1,
        standing.number,
        standing.document,
        standing.code_word,
        standing.year,
        standing.mark,
        standing.serial,
        standing.void_at.0,
        standing.void_at.1,
        standing.copies,
        standing.copy_at.0,
        standing.copy_at.1,
    ])?;
    Ok(())
}

fn put_delivery(connection: &Connection, document: Place, at: Place) -> Result<()> {
    let sql = "INSERT INTO deliveries (document_epoch, document_seq, epoch, seq) VALUES (?1, ?2, ?3, ?4)";
    connection.prepare_cached(sql)?.execute(params![document.0, document.1, at.0, at.1])?;
    Ok(())
}

/// Makes the tables anew from the journal.
pub(crate) fn fill(connection: &Connection) -> Result<()> {
    connection.execute_batch("DELETE FROM deliveries; DELETE FROM documents;")?;
    let told = Told::by_journal(connection)?;
    for (at, standing) in &told.documents {
        put(connection, *at, standing)?;
    }
    for (document, at) in &told.deliveries {
        put_delivery(connection, *document, *at)?;
    }
    Ok(())
}

impl Documents<'_> {
    /// Every paper of a matter, in the order in which they were issued.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Json`].
    pub fn of(&self, number: &str) -> Result<Vec<DocumentRecord>> {
        let sql = "SELECT epoch, issued_seq FROM documents WHERE number = ?1 ORDER BY epoch, issued_seq";
        let mut statement = self.connection.prepare_cached(sql)?;
        let places = statement.query_map([number], |row| Ok((row.get(0)?, row.get(1)?)))?;
        places.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().map(|at| self.told(at)).collect()
    }

    /// The newest papers that stand without a delivery written down, of any matter, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Json`].
    pub fn undelivered(&self, limit: usize) -> Result<Vec<DocumentRecord>> {
        let sql = "SELECT epoch, issued_seq FROM documents d WHERE void_seq = 0 AND NOT EXISTS
                   (SELECT 1 FROM deliveries v WHERE v.document_epoch = d.epoch AND v.document_seq = d.issued_seq)
                   AND NOT EXISTS
                   (SELECT 1 FROM delivered_elsewhere v WHERE v.number = d.number AND v.document = d.document)
                   ORDER BY epoch DESC, issued_seq DESC";
        let mut statement = self.connection.prepare_cached(sql)?;
        let places = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut found = Vec::new();
        for at in places {
            let one = self.told(at?)?;
            if one.issued.paper.is_handed_over() {
                found.push(one);
            }
            if found.len() >= limit {
                break;
            }
        }
        Ok(found)
    }

    /// One of them, by its number as it is written.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Json`].
    pub fn find(&self, number: &str, document: &str) -> Result<Option<DocumentRecord>> {
        self.latest(number, document)?.map(|at| self.told(at)).transpose()
    }

    /// The copy that the entry at this place brought out, and no later one; `None` where that entry brought out none of this
    /// matter's.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Json`].
    pub fn copy_at(&self, number: &str, epoch: i64, seq: u64) -> Result<Option<DocumentRecord>> {
        let entry = match (Journal { connection: self.connection }).at(epoch, seq) {
            Err(Error::Contradiction(_)) => return Ok(None),
            read => read?,
        };
        let (place, copies) = match entry.kind.as_str() {
            "document_issued" => (Some((epoch, seq)), 1),
            "document_reprinted" => {
                let told: DocumentReprinted = open_part(&entry)?;
                (self.latest(&told.number, &told.document)?, told.copy)
            }
            _ => (None, 0),
        };
        let found = place.map(|place| self.told(place)).transpose()?.filter(|one| one.issued.number == number);
        Ok(found.map(|one| DocumentRecord { copies, printed_ms: entry.moment.at_ms, ..one }))
    }

    /// Where the last paper of a number was issued to this matter.
    fn latest(&self, number: &str, document: &str) -> Result<Option<Place>> {
        let sql = "SELECT epoch, issued_seq FROM documents WHERE number = ?1 AND document = ?2
                   ORDER BY epoch DESC, issued_seq DESC LIMIT 1";
        let place = params![number, document];
        let found = self.connection.prepare_cached(sql)?.query_row(place, |row| Ok((row.get(0)?, row.get(1)?)));
        Ok(found.optional()?)
    }

    /// The numbers that stand on more than one paper.
    pub(crate) fn given_twice(&self) -> Result<Vec<String>> {
        let sql = "SELECT document, code_word FROM documents GROUP BY document HAVING count(*) > 1 ORDER BY document";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let twice = rows.collect::<rusqlite::Result<Vec<(String, String)>>>()?;
        // What goes out without a number has none on paper that could be the same.
        Ok(twice
            .into_iter()
            .filter(|(_, word)| Paper::from_word(word).is_none())
            .map(|(document, _)| document)
            .collect())
    }

    /// Compares the tables with what the journal says.
    pub(crate) fn compare(&self) -> Result<()> {
        let (told, found) = (Told::by_journal(self.connection)?, Told::by_tables(self.connection)?);
        let differs = |place: &&Place| told.documents.get(*place) != found.documents.get(*place);
        let wrong = told.documents.keys().chain(found.documents.keys()).find(differs).map(|place| place.1);
        let late = told.deliveries.symmetric_difference(&found.deliveries).next().map(|(_, at)| at.1);
        match wrong.or(late) {
            Some(seq) => Err(Error::Contradiction(format!("the paper of entry {seq} is not what the journal says"))),
            None => Ok(()),
        }
    }

    fn told(&self, at: Place) -> Result<DocumentRecord> {
        let journal = Journal { connection: self.connection };
        let entry = journal.at(at.0, at.1)?;
        let issued: DocumentIssued = open_part(&entry)?;
        let sql = "SELECT document, void_epoch, void_seq, copies, copy_epoch, copy_seq FROM documents
                   WHERE epoch = ?1 AND issued_seq = ?2";
        let (document, void_at, copies, copy_at): (String, Place, u32, Place) =
            self.connection.prepare_cached(sql)?.query_row(at, |row| {
                Ok((row.get(0)?, (row.get(1)?, row.get(2)?), row.get(3)?, (row.get(4)?, row.get(5)?)))
            })?;
        let void = if void_at.1 > 0 {
            let entry = journal.at(void_at.0, void_at.1)?;
            let reason = self.personal(void_at, &entry)?;
            Some(Voiding { at_ms: entry.moment.at_ms, clerk: entry.clerk, reason })
        } else {
            None
        };
        let printed_ms =
            if copy_at.1 > 0 { journal.at(copy_at.0, copy_at.1)?.moment.at_ms } else { entry.moment.at_ms };
        let mut deliveries = self.deliveries(at)?;
        // Another window delivers the paper that went out last under its number.
        if self.latest(&issued.number, &document)? == Some(at) {
            deliveries.extend(self.delivered_elsewhere(&issued.number, &document)?);
            deliveries.sort_by_key(|one| one.at_ms);
        }
        let sql = "SELECT max(id) FROM print_jobs WHERE epoch = ?1 AND seq = ?2";
        let last = if copy_at.1 > 0 { copy_at } else { at };
        let job = self.connection.prepare_cached(sql)?.query_row(last, |row| row.get(0))?;
        Ok(DocumentRecord {
            job,
            document,
            issued,
            at_ms: entry.moment.at_ms,
            clerk: entry.clerk,
            content: self.personal(at, &entry)?,
            void,
            copies,
            printed_ms,
            deliveries,
        })
    }

    fn deliveries(&self, document: Place) -> Result<Vec<DeliveryRecord>> {
        let sql =
            "SELECT epoch, seq FROM deliveries WHERE document_epoch = ?1 AND document_seq = ?2 ORDER BY epoch, seq";
        let mut statement = self.connection.prepare_cached(sql)?;
        let places = statement.query_map(document, |row| Ok((row.get(0)?, row.get(1)?)))?;
        places.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().map(|at| self.delivery(at)).collect()
    }

    /// What an entry of this desk tells of a delivery.
    pub(crate) fn delivery(&self, at: Place) -> Result<DeliveryRecord> {
        let entry = Journal { connection: self.connection }.at(at.0, at.1)?;
        let told = self.personal(at, &entry)?;
        Ok(DeliveryRecord { at_ms: entry.moment.at_ms, clerk: entry.clerk, window: None, told })
    }

    /// What can be read of the personal part at a place: its own words, or those sealed for it later.
    fn personal<T: DeserializeOwned>(&self, at: Place, entry: &Entry) -> Result<Personal<T>> {
        let own = Personal::read(&entry.personal)?;
        if own.told().is_some() {
            return Ok(own);
        }
        let later = sealed_later(self.connection, at)?;
        Ok(later.map(|later| Personal::read(&later.personal)).transpose()?.unwrap_or(own))
    }

    /// The entries that tell of a matter's papers: issued, voided, delivered.
    pub(crate) fn places(&self, number: &str) -> Result<Vec<Place>> {
        let sql = "SELECT epoch, issued_seq FROM documents WHERE number = ?1
                   UNION SELECT void_epoch, void_seq FROM documents WHERE number = ?1 AND void_seq > 0
                   UNION SELECT v.epoch, v.seq FROM documents d
                   JOIN deliveries v ON v.document_epoch = d.epoch AND v.document_seq = d.issued_seq WHERE d.number = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let places = statement.query_map([number], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(places.collect::<rusqlite::Result<_>>()?)
    }
}
