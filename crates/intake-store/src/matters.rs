//! Matters as they stand: one row a registration; its words are read from the journal.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use chrono::NaiveDate;
use intake_model::RegistrationNumber;
use intake_wire::{Corrected, Entry, Record, SlipIssued, VerdictKind};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::db::{Reader, Writer};
use crate::erase::about;
use crate::journal::{Journal, place};
use crate::{Error, Result};

/// Reading matters.
pub struct Matters<'c> {
    pub(crate) connection: &'c Connection,
}

/// One matter with its current version.
#[derive(Debug, Clone)]
pub struct MatterRecord {
    /// With hyphens.
    pub number: String,
    /// Milliseconds since 1970 UTC.
    pub registered_ms: i64,
    /// The clerk who registered it.
    pub clerk: u32,
    /// 1, and one more with each correction.
    pub version: u32,
    /// The entry of that version.
    pub version_seq: u64,
    /// How many people it was brought by.
    pub headcount: u32,
    /// Query code and record, as far as they can be read.
    pub record: Record,
    /// Whether it was voided.
    pub void: bool,
    /// Why.
    pub void_reason: String,
    /// Slips issued so far.
    pub slips: u32,
    /// How it stands with the district.
    pub state: State,
}

/// What every entry about a matter says.
#[derive(Deserialize)]
pub(crate) struct Numbered {
    pub(crate) number: String,
}

/// One version of a matter's record, as the journal keeps it.
#[derive(Debug, Clone)]
pub struct Version {
    /// 1 for the registration, and one more with each correction.
    pub version: u32,
    /// When it was written, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Who wrote it.
    pub clerk: u32,
    /// Its entry: the epoch, and the place in it.
    pub(crate) place: (i64, u64),
    /// Whether name and address are known, so that clock C1 runs.
    pub owes_written_notice: bool,
    /// Query code and record, as far as they can be read.
    pub record: Record,
}

/// What every version says in its open part.
#[derive(Deserialize)]
struct Facts {
    headcount: u32,
    owes_written_notice: bool,
}

/// What a registration says beside it.
#[derive(Deserialize)]
struct FirstFacts {
    number: String,
    headcount: u32,
}

/// How a matter's newest entry stands with the district.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Not yet there.
    Waiting,
    /// Stored there.
    Sent,
    /// Stored there, and something is to be done: the code's word.
    SetAside(String),
}

impl Reader<'_> {
    /// Matters.
    pub fn matters(&self) -> Matters<'_> {
        Matters { connection: self.connection }
    }
}

impl Writer<'_> {
    /// Matters, to read.
    pub fn matters(&self) -> Matters<'_> {
        Matters { connection: self.connection }
    }

    /// The mark of the current epoch and the next serial of a day in it. Allotted for good once the transaction commits.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn next_serial(&self, date: NaiveDate) -> Result<(String, u32)> {
        let sql =
            "SELECT e.mark, coalesce((SELECT max(serial) FROM matters WHERE local_date = ?1 AND epoch = e.id AND carried = 0), 0) + 1
                   FROM epochs e ORDER BY e.id DESC LIMIT 1";
        let next =
            self.connection.prepare_cached(sql)?.query_row([date.to_string()], |row| Ok((row.get(0)?, row.get(1)?)));
        Ok(next?)
    }

    /// Writes a new matter, registered by the entry at `seq` of the current epoch. `import_key` says which row of which
    /// ledger it was taken from; empty for what was told at the desk.
    ///
    /// # Errors
    /// [`Error::Sqlite`], also for a number or a key that is used already.
    pub fn insert_matter(&self, number: &str, date: NaiveDate, serial: u32, seq: u64, import_key: &str) -> Result<()> {
        let sql =
            "INSERT INTO matters (place, number, epoch, local_date, serial, registered_seq, version, version_epoch,
                   version_seq, import_key)
             SELECT (max(id) << 40) | ?4, ?1, max(id), ?2, ?3, ?4, 1, max(id), ?4, ?5 FROM epochs";
        self.connection.prepare_cached(sql)?.execute(params![number, date.to_string(), serial, seq, import_key])?;
        Ok(())
    }

    /// The version at `seq` of the current epoch is the matter's current one.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn set_version(&self, number: &str, version: u32, seq: u64) -> Result<()> {
        let sql = "INSERT INTO corrections (number, epoch, seq) SELECT ?1, max(id), ?2 FROM epochs";
        self.connection.prepare_cached(sql)?.execute(params![number, seq])?;
        let sql = "UPDATE matters SET version = ?2, version_epoch = (SELECT max(id) FROM epochs), version_seq = ?3
                   WHERE number = ?1";
        self.one(sql, params![number, version, seq])
    }

    /// The matter was voided by the entry at `seq`. The ledger's row it was taken from can be taken again.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn set_void(&self, number: &str, reason: &str, seq: u64) -> Result<()> {
        self.one(
            "UPDATE matters SET void_epoch = (SELECT max(id) FROM epochs), void_seq = ?2, void_reason = ?3,
             import_key = '' WHERE number = ?1",
            params![number, seq, reason],
        )
    }

    /// One more slip was issued, by the entry at `seq`.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn set_slips(&self, number: &str, slips: u32, seq: u64) -> Result<()> {
        let sql = "UPDATE matters SET slips = ?2, slip_epoch = (SELECT max(id) FROM epochs), slip_seq = ?3
                   WHERE number = ?1";
        self.one(sql, params![number, slips, seq])
    }

    fn one(&self, sql: &str, params: impl rusqlite::Params) -> Result<()> {
        match self.connection.prepare_cached(sql)?.execute(params)? {
            1 => Ok(()),
            _ => Err(Error::Contradiction("no such matter".into())),
        }
    }
}

// A carried registration was made when and by whom its entry says, not when it was carried.
const COLUMNS: &str =
    "m.number, m.version_epoch, m.registered_seq, m.version, m.version_seq, m.void_seq, m.void_reason,
     m.slips, iif(m.carried, json_extract(CAST(r.open AS TEXT), '$.at_ms'), r.at_ms),
     iif(m.carried, json_extract(CAST(r.open AS TEXT), '$.clerk'), r.clerk),
     m.version_seq > v.remote_seq OR (m.void_seq > 0 AND m.void_seq > w.remote_seq),
     coalesce((SELECT verdict FROM verdicts WHERE epoch = m.version_epoch AND seq = m.version_seq),
              (SELECT verdict FROM verdicts WHERE epoch = m.void_epoch AND seq = m.void_seq))
     FROM matters m JOIN journal r ON r.place = m.place
     JOIN epochs v ON v.id = m.version_epoch LEFT JOIN epochs w ON w.id = m.void_epoch";

impl Matters<'_> {
    /// One matter by its number with hyphens.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn find(&self, number: &str) -> Result<Option<MatterRecord>> {
        let sql = format!("SELECT {COLUMNS} WHERE m.number = ?1");
        let found = self.connection.prepare_cached(&sql)?.query_row([number], row).optional()?;
        found.map(|(epoch, record)| self.with_words(epoch, record)).transpose()
    }

    /// Where a matter was registered: epoch and entry.
    pub(crate) fn place_of(&self, number: &str) -> Result<Option<(i64, u64)>> {
        let sql = "SELECT epoch, registered_seq FROM matters WHERE number = ?1";
        let place = self.connection.prepare_cached(sql)?.query_row([number], |row| Ok((row.get(0)?, row.get(1)?)));
        Ok(place.optional()?)
    }

    /// The matter that the entry at a place registered. One look at the journal, where it was not corrected since: a search
    /// reads many.
    pub(crate) fn registered_at(&self, epoch: i64, seq: u64) -> Result<Option<MatterRecord>> {
        let sql = "SELECT kind, open, personal, at_ms, clerk FROM journal WHERE place = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut entries = statement.query([place(epoch, seq)])?;
        let Some(entry) = entries.next()? else { return Ok(None) };
        if entry.get_ref(0)?.as_str().map_err(rusqlite::Error::from)? == "carried" {
            let Numbered { number } = open_part(&Journal { connection: self.connection }.at(epoch, seq)?)?;
            let here = self.place_of(&number)? == Some((epoch, seq));
            return if here { self.find(&number) } else { Ok(None) };
        }
        let FirstFacts { number, headcount } =
            serde_json::from_slice(entry.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)?;
        let sql = "SELECT m.version, m.version_epoch, m.version_seq, m.void_seq, m.void_reason, m.slips,
                   m.version_seq > v.remote_seq OR (m.void_seq > 0 AND m.void_seq > w.remote_seq),
                   coalesce((SELECT verdict FROM verdicts WHERE epoch = m.version_epoch AND seq = m.version_seq),
                            (SELECT verdict FROM verdicts WHERE epoch = m.void_epoch AND seq = m.void_seq))
                   FROM matters m JOIN epochs v ON v.id = m.version_epoch LEFT JOIN epochs w ON w.id = m.void_epoch
                   WHERE m.place = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        // None where a twin of the same number stands in its place.
        let mut rows = statement.query([place(epoch, seq)])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let (version_at, void_seq, unsent): ((i64, u64), u64, Option<bool>) =
            ((row.get(1)?, row.get(2)?), row.get(3)?, row.get(6)?);
        let mut record = MatterRecord {
            registered_ms: entry.get(3)?,
            clerk: entry.get(4)?,
            version: row.get(0)?,
            version_seq: version_at.1,
            headcount: 0,
            record: Record::Erased,
            void: void_seq > 0,
            void_reason: row.get(4)?,
            slips: row.get(5)?,
            state: state(unsent == Some(true), row.get(7)?),
            number,
        };
        if version_at != (epoch, seq) {
            return self.with_words(version_at.0, record).map(Some);
        }
        record.headcount = headcount;
        let words = entry.get_ref(2)?.as_blob_or_null().map_err(rusqlite::Error::from)?;
        record.record = self.record_at((epoch, seq), words.map_or(Ok(Record::Erased), Record::of_json)?)?;
        Ok(Some(record))
    }

    /// All matters told at the desk on a civil date, newest first: those taken from a ledger are not the day's.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn on(&self, date: NaiveDate) -> Result<Vec<MatterRecord>> {
        let sql = format!(
            "SELECT {COLUMNS} WHERE m.local_date = ?1 AND m.import_key = '' ORDER BY m.epoch DESC, m.serial DESC"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([date.to_string()], row)?.collect::<rusqlite::Result<Vec<_>>>()?;
        rows.into_iter().map(|(epoch, record)| self.with_words(epoch, record)).collect()
    }

    /// All matters of a civil date, those taken from a ledger too, without their words: what is counted when it is closed.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub(crate) fn on_all(&self, date: NaiveDate) -> Result<Vec<MatterRecord>> {
        let sql = format!("SELECT {COLUMNS} WHERE m.local_date = ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([date.to_string()], row)?;
        Ok(rows.map(|row| row.map(|(_, record)| record)).collect::<rusqlite::Result<_>>()?)
    }

    /// Every matter registered from one civil date to another, the oldest first, those taken from ledgers too.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn between(&self, from: NaiveDate, to: NaiveDate) -> Result<Vec<MatterRecord>> {
        let sql =
            format!("SELECT {COLUMNS} WHERE m.local_date BETWEEN ?1 AND ?2 ORDER BY m.local_date, m.epoch, m.serial");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let days = params![from.to_string(), to.to_string()];
        let rows = statement.query_map(days, row)?.collect::<rusqlite::Result<Vec<_>>>()?;
        rows.into_iter().map(|(epoch, record)| self.with_words(epoch, record)).collect()
    }

    /// How many matters were taken from ledgers on a civil date.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn imported_on(&self, date: NaiveDate) -> Result<u64> {
        let sql = "SELECT count(*) FROM matters WHERE local_date = ?1 AND import_key <> ''";
        Ok(self.connection.prepare_cached(sql)?.query_row([date.to_string()], |row| row.get(0))?)
    }

    /// The number of the matter that was taken from this row of a ledger.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn imported(&self, import_key: &str) -> Result<Option<String>> {
        let sql = "SELECT number FROM matters WHERE import_key = ?1 AND import_key <> ''";
        Ok(self.connection.prepare_cached(sql)?.query_row([import_key], |row| row.get(0)).optional()?)
    }

    /// Matters of the days before `date` that the district has not confirmed or cannot apply, the newest first, at most
    /// `limit`: those that were written about last.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn open_before(&self, date: NaiveDate, limit: usize) -> Result<Vec<MatterRecord>> {
        // From the few entries that are open at the district to their matters, never over all matters: most are settled.
        let asked = "SELECT j.open FROM verdicts v JOIN journal j ON j.place = (v.epoch << 40) | v.seq";
        let unsent = "SELECT j.open FROM epochs e CROSS JOIN journal j ON j.epoch = e.id AND j.seq > e.remote_seq
                      WHERE j.kind IN ('registered', 'corrected', 'voided', 'carried') ORDER BY e.id DESC, j.seq DESC";
        let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
        for sql in [asked, unsent] {
            let mut statement = self.connection.prepare_cached(sql)?;
            let mut opens = statement.query([])?;
            while found.len() < limit
                && let Some(row) = opens.next()?
            {
                let Some(number) = about(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?) else { continue };
                let parsed = number.parse::<RegistrationNumber>().ok().filter(|one| one.date() < date);
                let Some(parsed) = parsed.filter(|_| seen.insert(number.clone())) else { continue };
                let matter = self.find(&number)?.filter(|matter| matter.state != State::Sent);
                found.extend(matter.map(|matter| (parsed.date(), matter)));
            }
        }
        found.sort_by_key(|(date, matter)| (Reverse(*date), Reverse(matter.registered_ms)));
        Ok(found.into_iter().map(|(_, matter)| matter).collect())
    }

    /// Every version of a matter's record, the newest first; empty for an unknown number.
    ///
    /// # Errors
    /// [`Error::Sqlite`]; [`Error::Contradiction`] where a version is missing.
    pub fn versions(&self, number: &str) -> Result<Vec<Version>> {
        let sql = "SELECT epoch, registered_seq FROM matters WHERE number = ?1";
        let first = self.connection.prepare_cached(sql)?.query_row([number], |row| Ok((row.get(0)?, row.get(1)?)));
        let Some(first): Option<(i64, u64)> = first.optional()? else { return Ok(Vec::new()) };
        // What stands before the registration is about another one of the same number (twins).
        let sql = "SELECT epoch, seq FROM corrections WHERE number = ?1 AND (epoch, seq) > (?2, ?3)
                   ORDER BY epoch DESC, seq DESC";
        let mut statement = self.connection.prepare_cached(sql)?;
        let corrections = statement.query_map(params![number, first.0, first.1], |row| Ok((row.get(0)?, row.get(1)?)));
        let mut places = corrections?.collect::<rusqlite::Result<Vec<(i64, u64)>>>()?;
        places.push(first);
        places.into_iter().map(|place| self.version_at(place)).collect()
    }

    /// The version that the entry at a place wrote.
    pub(crate) fn version_at(&self, (epoch, seq): (i64, u64)) -> Result<Version> {
        let entry = Journal { connection: self.connection }.at(epoch, seq)?;
        let version = match entry.kind.as_str() {
            "corrected" => open_part::<Corrected>(&entry)?.version,
            _ => 1,
        };
        Ok(Version {
            version,
            at_ms: entry.moment.at_ms,
            clerk: entry.clerk,
            place: (epoch, seq),
            owes_written_notice: open_part::<Facts>(&entry)?.owes_written_notice,
            record: self.record_at((epoch, seq), Record::read(&entry.personal)?)?,
        })
    }

    /// What the last slip of a matter was issued as, and when (milliseconds since 1970 UTC); `None` where none was.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn last_slip(&self, number: &str) -> Result<Option<(SlipIssued, i64)>> {
        let sql = "SELECT slip_epoch, slip_seq FROM matters WHERE number = ?1 AND slip_seq > 0";
        let place = self.connection.prepare_cached(sql)?.query_row([number], |row| Ok((row.get(0)?, row.get(1)?)));
        let Some((epoch, seq)) = place.optional()? else { return Ok(None) };
        let entry = Journal { connection: self.connection }.at(epoch, seq)?;
        Ok(Some((open_part(&entry)?, entry.moment.at_ms)))
    }

    fn with_words(&self, epoch: i64, mut record: MatterRecord) -> Result<MatterRecord> {
        let entry = Journal { connection: self.connection }.at(epoch, record.version_seq)?;
        record.headcount = open_part::<Facts>(&entry)?.headcount;
        record.record = self.record_at((epoch, record.version_seq), Record::read(&entry.personal)?)?;
        Ok(record)
    }
}

pub(crate) fn open_part<T: DeserializeOwned>(entry: &Entry) -> Result<T> {
    Ok(serde_json::from_slice(entry.open.bytes().unwrap_or_default())?)
}

/// How a matter's newest entries stand with the district.
fn state(unsent: bool, verdict: Option<String>) -> State {
    match verdict.and_then(|json| serde_json::from_str::<VerdictKind>(&json).ok()) {
        Some(VerdictKind::SetAside { code }) => State::SetAside(code),
        Some(VerdictKind::Waiting { .. }) => State::SetAside("waits_for_earlier".into()),
        _ if unsent => State::Waiting,
        _ => State::Sent,
    }
}

fn row(row: &Row<'_>) -> rusqlite::Result<(i64, MatterRecord)> {
    let (version_seq, void_seq, unsent): (u64, u64, Option<bool>) = (row.get(4)?, row.get(5)?, row.get(10)?);
    let state = state(unsent == Some(true), row.get(11)?);
    let record = MatterRecord {
        number: row.get(0)?,
        registered_ms: row.get(8)?,
        clerk: row.get(9)?,
        version: row.get(3)?,
        version_seq,
        headcount: 0,
        record: Record::Erased,
        void: void_seq > 0,
        void_reason: row.get(6)?,
        slips: row.get(7)?,
        state,
    };
    Ok((row.get(1)?, record))
}
