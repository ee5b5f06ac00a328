//! Papers that one window of the centre issued and another one delivered: what this desk delivered for others, and what others
//! delivered for it, as the district told.
//!
//! Each side writes only its own journal: neither list is written on for the other desk. Deliberately absent: what a paper says.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use intake_wire::{DocumentDelivered, Entry, JournalId, Kind, MatterShared, PaperDelivered, Personal, SharedState};
use rusqlite::{Connection, params};

use crate::db::{Reader, Writer};
use crate::documents::{DeliveryRecord, Documents, Place};
use crate::journal::Journal;
use crate::matters::open_part;
use crate::{Error, Matters, Result};

/// A delivery that this desk wrote down for another one.
#[derive(Debug, Clone)]
pub struct DeliveredHere {
    /// The papers, as their numbers are written.
    pub documents: Vec<String>,
    /// How.
    pub delivery: DeliveryRecord,
}

impl Matters<'_> {
    /// What this desk delivered of another one's matter, the first one first.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Json`].
    pub fn delivered_here(&self, number: &str) -> Result<Vec<DeliveredHere>> {
        let sql = "SELECT DISTINCT epoch, seq FROM delivered_for WHERE number = ?1 ORDER BY epoch, seq";
        let mut statement = self.connection.prepare_cached(sql)?;
        let places = statement.query_map([number], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let documents = Documents { connection: self.connection };
        let read = |at: Place| {
            let entry = Journal { connection: self.connection }.at(at.0, at.1)?.meant()?;
            let DocumentDelivered { documents: papers, .. } = open_part(&entry)?;
            Ok(DeliveredHere { documents: papers, delivery: documents.delivery(at)? })
        };
        places.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().map(read).collect()
    }
}

impl Documents<'_> {
    /// What other windows delivered of a paper of this desk.
    pub(crate) fn delivered_elsewhere(&self, number: &str, document: &str) -> Result<Vec<DeliveryRecord>> {
        let sql =
            "SELECT j.entry FROM delivered_elsewhere d JOIN district_journal j ON j.epoch = d.epoch AND j.seq = d.seq
                   WHERE d.number = ?1 AND d.document = ?2 ORDER BY d.epoch, d.seq";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([number, document], |row| row.get::<_, Vec<u8>>(0))?;
        rows.map(|bytes| {
            let entry: Entry = intake_wire::decode(&bytes?)?;
            let told: PaperDelivered = open_part(&entry)?;
            // Of a sealed matter nothing was told but that it was done.
            let words = entry.personal.bytes().and_then(|words| serde_json::from_slice(words).ok());
            let words = words.map_or(Personal::Erased, Personal::Told);
            Ok(DeliveryRecord { at_ms: told.written_ms, clerk: 0, window: Some(told.desk), told: words })
        })
        .collect()
    }

    /// The entries that tell what was delivered for another desk's matter.
    pub(crate) fn places_elsewhere(&self, number: &str) -> Result<Vec<Place>> {
        let sql = "SELECT DISTINCT epoch, seq FROM delivered_for WHERE number = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let places = statement.query_map([number], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(places.collect::<rusqlite::Result<_>>()?)
    }
}

impl Reader<'_> {
    /// Matters of other desks that became sealed since this desk delivered papers of them, and whose words still stand open here;
    /// each with who wrote them.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Wire`].
    pub fn open_of_sealed(&self) -> Result<BTreeMap<String, BTreeSet<u32>>> {
        let sql = "SELECT f.number, j.clerk, j.personal FROM delivered_for f
                   JOIN journal j ON j.epoch = f.epoch AND j.seq = f.seq
                   WHERE j.personal IS NOT NULL AND f.number NOT IN (SELECT number FROM shared_matters)";
        let mut found: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let personal = row.get_ref(2)?.as_blob().unwrap_or_default();
            if serde_json::from_slice::<intake_wire::SealedPart>(personal).is_err() {
                found.entry(row.get(0)?).or_default().insert(row.get(1)?);
            }
        }
        if found.is_empty() {
            return Ok(found);
        }
        // One that is not listed was told of as sealed, or not told of again yet after a loss here.
        let mut sealed = BTreeMap::new();
        let mut statement = self.connection.prepare("SELECT entry FROM district_journal ORDER BY epoch, seq")?;
        for bytes in statement.query_map([], |row| row.get::<_, Vec<u8>>(0))? {
            let entry: Entry = intake_wire::decode(&bytes?)?;
            if entry.kind == Kind::matter_shared()
                && let Ok(MatterShared { number, state, .. }) = open_part(&entry)
            {
                sealed.insert(number, state == SharedState::Sealed);
            }
        }
        found.retain(|number, _| sealed.get(number) == Some(&true));
        Ok(found)
    }
}

impl Writer<'_> {
    /// Papers of another desk were delivered, by the entry at `seq` of the current epoch.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn add_delivered_for(&self, told: &DocumentDelivered, seq: u64) -> Result<()> {
        let at = (self.current_epoch()?, seq);
        told.documents.iter().try_for_each(|document| put(self.connection, at, &told.number, document))
    }

    /// At the end of their retention the words of what this desk delivered for others go as its own do: of matters registered
    /// before a day about which it wrote nothing since a moment, once all that is archived and settled.
    pub(crate) fn forget_delivered_for(&self, before: NaiveDate, quiet_since_ms: i64) -> Result<()> {
        let sql = "SELECT DISTINCT number FROM delivered_for WHERE substr(number, 11, 8) < ?1";
        let mut statement = self.connection.prepare(sql)?;
        let day = before.format("%Y%m%d").to_string();
        let numbers = statement.query_map([day], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
        let safe = "SELECT j.at_ms < ?3 AND j.seq <= e.archived_seq AND NOT EXISTS
                        (SELECT 1 FROM verdicts v WHERE v.epoch = j.epoch AND v.seq = j.seq)
                    FROM journal j JOIN epochs e ON e.id = j.epoch WHERE j.epoch = ?1 AND j.seq = ?2";
        for number in numbers {
            let places = self.places_of(&BTreeSet::from([number.as_str()]))?;
            let is_safe = |&(epoch, seq): &Place| {
                self.connection.prepare_cached(safe)?.query_row(params![epoch, seq, quiet_since_ms], |row| row.get(0))
            };
            let all = places.iter().map(is_safe).collect::<rusqlite::Result<Vec<bool>>>()?;
            if !all.contains(&false) {
                for (epoch, seq) in places {
                    self.make_husk(epoch, &Journal { connection: self.connection }.at(epoch, seq)?)?;
                    self.connection.execute("INSERT OR IGNORE INTO unscrubbed (id) VALUES (1)", [])?;
                }
            }
        }
        Ok(())
    }
}

fn put(connection: &Connection, at: Place, number: &str, document: &str) -> Result<()> {
    let sql = "INSERT OR IGNORE INTO delivered_for (epoch, seq, number, document) VALUES (?1, ?2, ?3, ?4)";
    connection.prepare_cached(sql)?.execute(params![at.0, at.1, number, document])?;
    Ok(())
}

/// What the journal tells of deliveries for others: place, number and paper.
fn told(connection: &Connection) -> Result<BTreeSet<(Place, String, String)>> {
    let mut told = BTreeSet::new();
    Journal { connection }.each_of(&["delivered_for"], |at, entry| {
        let DocumentDelivered { number, documents } = open_part(&entry)?;
        told.extend(documents.into_iter().map(|document| (at, number.clone(), document)));
        Ok(())
    })?;
    Ok(told)
}

/// Makes the list of what was delivered for others anew.
pub(crate) fn fill(connection: &Connection) -> Result<()> {
    connection.execute("DELETE FROM delivered_for", [])?;
    told(connection)?.iter().try_for_each(|(at, number, document)| put(connection, *at, number, document))
}

/// Compares it with what the journal says.
pub(crate) fn compare(connection: &Connection) -> Result<()> {
    let mut statement = connection.prepare("SELECT epoch, seq, number, document FROM delivered_for")?;
    let rows = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?, row.get(3)?)))?;
    let found = rows.collect::<rusqlite::Result<BTreeSet<(Place, String, String)>>>()?;
    match told(connection)?.symmetric_difference(&found).next() {
        Some(((_, seq), ..)) => Err(Error::Contradiction(format!(
            "what entry {seq} delivered for another desk is not what the journal says"
        ))),
        None => Ok(()),
    }
}

/// Lists what another desk delivered of this one's papers. Gives the number of the matter. What this version cannot read is kept
/// and not listed.
pub(crate) fn index(connection: &Connection, epoch: i64, entry: &Entry) -> Result<Option<String>> {
    let Some(PaperDelivered { number, documents, journal: JournalId(journal), seq, .. }) = read(entry) else {
        return Ok(None);
    };
    let sql = "INSERT OR IGNORE INTO delivered_elsewhere (number, document, journal, of_seq, epoch, seq)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    for document in documents {
        connection.prepare_cached(sql)?.execute(params![number, document, journal, seq, epoch, entry.seq])?;
    }
    Ok(Some(number))
}

/// What an entry of the district's tells of a delivery by another desk.
pub(crate) fn read(entry: &Entry) -> Option<PaperDelivered> {
    if entry.kind == Kind::paper_delivered() { open_part(entry).ok() } else { None }
}

/// What a district told before this program knew of it is listed.
pub(crate) fn migrate(tx: &rusqlite::Transaction<'_>) -> rusqlite_migration::HookResult {
    fill_district(tx).map_err(|error| rusqlite_migration::HookError::Hook(error.to_string()))
}

fn fill_district(connection: &Connection) -> Result<()> {
    let mut statement = connection.prepare("SELECT epoch, entry FROM district_journal ORDER BY epoch, seq")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (epoch, bytes) in rows.collect::<rusqlite::Result<Vec<(i64, Vec<u8>)>>>()? {
        index(connection, epoch, &intake_wire::decode(&bytes)?)?;
    }
    Ok(())
}
