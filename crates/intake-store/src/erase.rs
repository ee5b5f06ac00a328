//! Erasing what was told, at the end of its retention: the personal parts of a matter's entries and nothing else.
//!
//! What is left is the husk: place, kind, times, counts and the digest that proves the chain. The bytes themselves go in
//! two steps. The transaction takes them out of the tables; then the whole file is written anew ([`Db::scrub`]), because
//! SQLite's `secure_delete` promises nothing of copies that moved from page to page while the journal grew (docs/adr/0013). A
//! power cut between the two is made good at the next opening.
//!
//! Deliberately absent: when something may be erased. That is the caller's rule; here stands only what is never erased:
//! what is not archived at the district, and what it has not settled.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use intake_model::Visit;
use intake_wire::{Draft, Entry, Moment, Part};
use rusqlite::{Connection, params};

use crate::db::{Reader, Writer};
use crate::journal::Journal;
use crate::{Db, Result};

/// What may be erased, as one look finds it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erasable {
    /// Matters by their numbers, the oldest first.
    pub matters: Vec<String>,
    /// Places of lines of advice.
    pub advice: Vec<Place>,
    /// Matters that are old enough, and not yet safe or settled at the district.
    pub waiting: u64,
}

/// A place in the journal: epoch and seq.
type Place = (i64, u64);

/// What is old enough.
#[derive(Debug, Clone, Copy)]
pub struct Expired {
    /// Registered before this day.
    pub before: NaiveDate,
    /// Nothing about it was written since, milliseconds since 1970 UTC.
    pub quiet_since_ms: i64,
    /// Now, as far as it is certain: what is dated after it is of unknown age and stays.
    pub now_ms: i64,
}

/// Which matter an entry is about, by its open part; also of one that was carried over from another epoch.
pub(crate) fn about(open: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct About {
        number: Option<String>,
        content: Option<String>,
    }
    let told: About = serde_json::from_slice(open).ok()?;
    told.number.or_else(|| serde_json::from_str::<About>(&told.content?).ok()?.number)
}

/// What the journal says about one matter.
struct Life {
    entries: Vec<Place>,
    /// When it was last written about: never earlier than what was written before that.
    last_ms: i64,
    safe: bool,
}

impl Reader<'_> {
    /// What may be erased.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn erasable(&self, expired: Expired) -> Result<Erasable> {
        let mut lives = candidates(self.connection, expired.before)?;
        let mut found = Erasable::default();
        // The clock may have stood wrong when something was written: it is as old as what stands before it at most.
        let mut running = i64::MIN;
        let sql = "SELECT j.epoch, j.seq, j.kind, j.at_ms, j.open, j.personal IS NOT NULL,
                   j.seq <= e.archived_seq AND NOT EXISTS (SELECT 1 FROM verdicts v WHERE v.epoch = j.epoch AND v.seq = j.seq)
                   FROM journal j JOIN epochs e ON e.id = j.epoch ORDER BY j.epoch, j.seq";
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (place, at_ms, safe): (Place, i64, bool) = ((row.get(0)?, row.get(1)?), row.get(3)?, row.get(6)?);
            let when = running.max(at_ms);
            if at_ms <= expired.now_ms {
                running = when;
            }
            if row.get_ref(2)?.as_str().is_ok_and(|kind| kind == "advice_given") {
                if row.get(5)? && safe && when < expired.quiet_since_ms && before(at_ms, expired.before) {
                    found.advice.push(place);
                }
                continue;
            }
            let open = row.get_ref(4)?.as_blob().unwrap_or_default();
            if let Some(life) = about(open).and_then(|number| lives.get_mut(&number)) {
                life.entries.push(place);
                life.last_ms = life.last_ms.max(when);
                life.safe &= safe;
            }
        }
        // Nothing that was sent in part is thrown away: the bytes of its files as little as its entries (invariant 7).
        for number in unsafe_files(self.connection)? {
            if let Some(life) = lives.get_mut(&number) {
                life.safe = false;
            }
        }
        let old = lives.into_iter().filter(|(_, life)| life.last_ms < expired.quiet_since_ms);
        let (safe, waiting): (Vec<_>, Vec<_>) = old.partition(|(_, life)| life.safe);
        let mut safe: Vec<(Option<Place>, String)> =
            safe.into_iter().map(|(number, life)| (life.entries.first().copied(), number)).collect();
        safe.sort();
        found.matters = safe.into_iter().map(|(_, number)| number).collect();
        found.waiting = waiting.len() as u64;
        Ok(found)
    }

    /// Whether an erasure's bytes may still stand in the file.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn unscrubbed(&self) -> Result<bool> {
        unscrubbed(self.connection)
    }
}

pub(crate) fn unscrubbed(connection: &Connection) -> Result<bool> {
    Ok(connection.query_row("SELECT EXISTS (SELECT 1 FROM unscrubbed)", [], |row| row.get(0))?)
}

fn before(at_ms: i64, day: NaiveDate) -> bool {
    intake_model::civil_date(at_ms) < day
}

/// Matters with a file that stands and that the district does not hold, or not within its own backups.
fn unsafe_files(connection: &Connection) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT a.number FROM attachments a JOIN epochs e ON e.id = a.epoch WHERE a.removed_seq = 0
               AND (a.added_seq > e.files_archived_seq OR a.blob NOT IN (SELECT blob FROM blobs_there))";
    let mut statement = connection.prepare_cached(sql)?;
    let numbers = statement.query_map([], |row| row.get(0))?;
    Ok(numbers.collect::<rusqlite::Result<_>>()?)
}

/// Matters registered before a day that still have content.
fn candidates(connection: &Connection, before: NaiveDate) -> Result<BTreeMap<String, Life>> {
    let sql = "SELECT m.number FROM matters m JOIN journal j ON j.epoch = m.version_epoch AND j.seq = m.version_seq
               WHERE m.local_date < ?1 AND j.personal IS NOT NULL";
    let mut statement = connection.prepare_cached(sql)?;
    let life = || Life { entries: Vec::new(), last_ms: i64::MIN, safe: true };
    let rows = statement.query_map([before.to_string()], |row| Ok((row.get(0)?, life())))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

impl Writer<'_> {
    /// Appends the entry that tells it, then erases the content of these matters and lines of advice.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`], [`crate::Error::Wire`], [`crate::Error::Json`].
    pub fn erase(&self, told: Draft, clerk: u32, moment: Moment, what: &Erasable) -> Result<u64> {
        let seq = self.append(told, clerk, moment)?;
        let numbers: BTreeSet<&str> = what.matters.iter().map(String::as_str).collect();
        let mut places = what.advice.clone();
        if !numbers.is_empty() {
            places.extend(self.places_of(&numbers)?);
        }
        let journal = Journal { connection: self.connection };
        let blank = Visit::default();
        for number in &numbers {
            // While it can still be read which papers they are.
            let told = self.matters().find(number)?;
            self.set_identities(number, told.as_ref().and_then(|matter| matter.record.visit()), &blank)?;
        }
        for (epoch, seq) in places {
            self.make_husk(epoch, &journal.at(epoch, seq)?)?;
        }
        for number in &numbers {
            // What stands outside the journal of their words, or finds matters by them.
            let sql = "UPDATE matters SET void_reason = '' WHERE number = ?1";
            self.connection.prepare_cached(sql)?.execute([number])?;
            self.index_matter(number)?;
            self.forget_acts(number)?;
        }
        if !numbers.is_empty() {
            self.forget_forks(&numbers)?;
            self.optimize_index()?;
        }
        self.connection.execute("INSERT OR IGNORE INTO unscrubbed (id) VALUES (1)", [])?;
        Ok(seq)
    }

    /// Every entry about these matters that holds something personal.
    pub(crate) fn places_of(&self, numbers: &BTreeSet<&str>) -> Result<Vec<Place>> {
        let sql = "SELECT epoch, seq, open FROM journal WHERE personal IS NOT NULL AND length(personal) > 2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut places = Vec::new();
        while let Some(row) = rows.next()? {
            let number = about(row.get_ref(2)?.as_blob().unwrap_or_default());
            if number.is_some_and(|number| numbers.contains(number.as_str())) {
                places.push((row.get(0)?, row.get(1)?));
            }
        }
        Ok(places)
    }

    /// An entry of the current epoch that was carried over without its content, which was erased before.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`], [`crate::Error::Contradiction`].
    pub(crate) fn leave_erased(&self, seq: u64) -> Result<()> {
        let epoch = self.connection.query_row("SELECT max(id) FROM epochs", [], |row| row.get(0))?;
        let entry = Journal { connection: self.connection }.at(epoch, seq)?;
        self.make_husk(epoch, &entry)?;
        Ok(())
    }

    /// The same of entries that gave way to others.
    pub(crate) fn forget_forks(&self, numbers: &BTreeSet<&str>) -> Result<()> {
        let mut statement = self.connection.prepare("SELECT rowid, entry FROM forks")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        for (rowid, bytes) in rows.collect::<rusqlite::Result<Vec<(i64, Vec<u8>)>>>()? {
            let mut entry: Entry = intake_wire::decode(&bytes)?;
            let number = about(entry.open.bytes().unwrap_or_default());
            if number.is_some_and(|number| numbers.contains(number.as_str())) {
                entry.personal = Part::Erased { digest: entry.personal.digest() };
                let sql = "UPDATE forks SET entry = ?2 WHERE rowid = ?1";
                self.connection.prepare_cached(sql)?.execute(params![rowid, intake_wire::encode(&entry)?])?;
            }
        }
        Ok(())
    }

    /// Gives whether there was anything to erase.
    pub(crate) fn make_husk(&self, epoch: i64, entry: &Entry) -> Result<bool> {
        let sql = "UPDATE journal SET personal_salt = NULL, personal = NULL, personal_digest = ?3
                   WHERE epoch = ?1 AND seq = ?2 AND personal IS NOT NULL";
        let changed =
            self.connection.prepare_cached(sql)?.execute(params![epoch, entry.seq, entry.personal.digest().0])?;
        Ok(changed > 0)
    }
}

impl Db {
    /// Writes the whole file anew, so that no copy of an erased byte is left in it or in its WAL. Takes as much memory
    /// and, for a moment, as much disk as the file is large. Gives whether it is done; if not (the disk is full, somebody
    /// reads), the next opening tries again.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn scrub(&self) -> Result<bool> {
        self.with_writer(|connection| {
            connection.execute_batch("VACUUM")?;
            let busy: bool = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
            if !busy {
                connection.execute("DELETE FROM unscrubbed", [])?;
            }
            Ok(!busy)
        })
    }
}
