//! The centre's own steps with each matter: which were taken, and which were taken back. What they say stands in the journal.
//!
//! Deliberately absent: which step fits, and by when the office owes what.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use intake_model::{StepFact, StepKind};
use intake_wire::{Entry, Personal, StepOpen, StepReason, StepTold, StepWithdrawn};
use rusqlite::{Connection, Row, params};
use serde::de::DeserializeOwned;

use crate::db::{Reader, Writer};
use crate::fold::Place;
use crate::journal::Journal;
use crate::matters::{Matters, open_part};
use crate::sealed::sealed_later;
use crate::{Error, OwnKey, Result};

/// The kinds of entries that tell of steps.
pub(crate) const KINDS: &[&str] = &["accepted", "handed_over", "replied", "closed", "objected", "step_withdrawn"];

/// Reading steps.
pub(crate) struct Steps<'c> {
    pub(crate) connection: &'c Connection,
}

/// One step that was written down.
#[derive(Debug, Clone)]
pub struct StepRecord {
    /// Which.
    pub kind: StepKind,
    /// What its entry says in the open.
    pub open: StepOpen,
    /// When it was written down, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Who did.
    pub clerk: u32,
    /// Its words.
    pub told: Personal<StepTold>,
    /// How it was taken back; `None` while it stands.
    pub withdrawn: Option<StepWithdrawal>,
}

/// How a step was taken back. Its entry stays.
#[derive(Debug, Clone)]
pub struct StepWithdrawal {
    /// When, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Who did it.
    pub clerk: u32,
    /// Why.
    pub reason: Personal<StepReason>,
}

impl StepRecord {
    /// Opens what of it is sealed to this key. Gives whether anything was.
    pub fn unseal(&mut self, own: &OwnKey) -> bool {
        let told = own.unseal(&mut self.told);
        let reason = self.withdrawn.as_mut().is_some_and(|withdrawn| own.unseal(&mut withdrawn.reason));
        told || reason
    }

    /// Whether something of it is for its readers alone, and not opened.
    pub fn is_sealed(&self) -> bool {
        let reason = self.withdrawn.as_ref().map(|withdrawn| &withdrawn.reason);
        matches!(self.told, Personal::Sealed(_)) || matches!(reason, Some(Personal::Sealed(_)))
    }

    /// What the clocks are counted by; `None` once it was taken back.
    pub fn standing(&self) -> Option<StepFact> {
        self.withdrawn.is_none().then(|| self.open.fact(self.kind))
    }
}

impl Reader<'_> {
    /// Compares the steps with what the journal says.
    pub(crate) fn compare_steps(&self) -> Result<()> {
        let (told, found) = (by_journal(self.connection)?, by_table(self.connection)?);
        match told.keys().chain(found.keys()).find(|place| told.get(*place) != found.get(*place)) {
            Some((_, seq)) => {
                Err(Error::Contradiction(format!("the step of entry {seq} is not what the journal says")))
            }
            None => Ok(()),
        }
    }
}

impl Writer<'_> {
    /// The step was written down by the entry at `seq` of the current epoch.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn insert_step(&self, kind: StepKind, open: &StepOpen, seq: u64) -> Result<()> {
        put(self.connection, (current(self.connection)?, seq), &Standing::of(kind, open))
    }

    /// It was taken back by the entry at `seq` of the current epoch.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Contradiction`] where the matter has no such step.
    pub fn set_step_withdrawn(&self, told: &StepWithdrawn, seq: u64) -> Result<()> {
        let sql = "UPDATE steps SET withdrawn_epoch = ?3, withdrawn_seq = ?4 WHERE number = ?1 AND step = ?2";
        let place = params![told.number, told.step, current(self.connection)?, seq];
        match self.connection.prepare_cached(sql)?.execute(place)? {
            0 => Err(Error::Contradiction("no such step".into())),
            _ => Ok(()),
        }
    }
}

fn current(connection: &Connection) -> Result<i64> {
    Ok(connection.prepare_cached("SELECT max(id) FROM epochs")?.query_row([], |row| row.get(0))?)
}

/// A step's row.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Standing {
    number: String,
    step: String,
    kind: String,
    withdrawn_at: Place,
}

impl Standing {
    fn of(kind: StepKind, open: &StepOpen) -> Self {
        let (number, step) = (open.number.clone(), open.step.clone());
        Self { number, step, kind: kind.word().to_owned(), withdrawn_at: (0, 0) }
    }
}

/// Every step, as the journal tells.
fn by_journal(connection: &Connection) -> Result<BTreeMap<Place, Standing>> {
    let mut told: BTreeMap<Place, Standing> = BTreeMap::new();
    let mut places: BTreeMap<(String, String), Vec<Place>> = BTreeMap::new();
    Journal { connection }.each_of(KINDS, |at, entry| {
        if let Some(kind) = StepKind::from_word(entry.kind.as_str()) {
            let standing = Standing::of(kind, &open_part(&entry)?);
            places.entry((standing.number.clone(), standing.step.clone())).or_default().push(at);
            told.insert(at, standing);
        } else {
            let missing = || Error::Contradiction(format!("entry {} takes back a step that was not taken", at.1));
            let StepWithdrawn { number, step } = open_part(&entry)?;
            for place in places.get(&(number, step)).ok_or_else(missing)? {
                told.get_mut(place).ok_or_else(missing)?.withdrawn_at = at;
            }
        }
        Ok(())
    })?;
    Ok(told)
}

/// Every step, as the table has it.
fn by_table(connection: &Connection) -> Result<BTreeMap<Place, Standing>> {
    let sql = "SELECT epoch, seq, number, step, kind, withdrawn_epoch, withdrawn_seq FROM steps";
    let standing = |row: &Row<'_>| {
        let withdrawn_at = (row.get(5)?, row.get(6)?);
        let one = Standing { number: row.get(2)?, step: row.get(3)?, kind: row.get(4)?, withdrawn_at };
        Ok(((row.get(0)?, row.get(1)?), one))
    };
    Ok(connection.prepare(sql)?.query_map([], standing)?.collect::<rusqlite::Result<_>>()?)
}

fn put(connection: &Connection, at: Place, one: &Standing) -> Result<()> {
    let sql = "INSERT INTO steps (epoch, seq, number, step, kind, withdrawn_epoch, withdrawn_seq)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let (by_epoch, by_seq) = one.withdrawn_at;
    let row = params![at.0, at.1, one.number, one.step, one.kind, by_epoch, by_seq];
    connection.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// Makes the table anew from the journal.
pub(crate) fn fill(connection: &Connection) -> Result<()> {
    connection.execute("DELETE FROM steps", [])?;
    for (at, standing) in by_journal(connection)? {
        put(connection, at, &standing)?;
    }
    Ok(())
}

impl Matters<'_> {
    /// Every step of a matter, in the order in which they were written down.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Json`].
    pub fn steps(&self, number: &str) -> Result<Vec<StepRecord>> {
        // What stands before the registration is about another one of the same number (twins).
        let sql = "SELECT s.epoch, s.seq, s.kind, s.withdrawn_epoch, s.withdrawn_seq FROM steps s
                   JOIN matters m ON m.number = s.number
                   WHERE s.number = ?1 AND (s.epoch, s.seq) > (m.epoch, m.registered_seq) ORDER BY s.epoch, s.seq";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([number], |row| {
            Ok(((row.get(0)?, row.get(1)?), row.get::<_, String>(2)?, (row.get(3)?, row.get(4)?)))
        })?;
        let steps = Steps { connection: self.connection };
        rows.collect::<rusqlite::Result<Vec<_>>>()?
            .into_iter()
            .map(|(at, kind, by)| steps.told(at, &kind, by))
            .collect()
    }

    /// The numbers of matters for which the office may still owe something, the oldest first: registered on this day or
    /// after it, or with a step that stands; neither voided nor closed. Matters out of an old ledger only where a step was
    /// taken here: what was done about them before stands in that ledger.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn unclosed(&self, since: NaiveDate) -> Result<Vec<String>> {
        let sql = "SELECT number FROM matters m WHERE void_seq = 0
                   AND (local_date >= ?1 AND import_key = ''
                        OR EXISTS (SELECT 1 FROM steps s WHERE s.number = m.number AND s.withdrawn_seq = 0))
                   AND NOT EXISTS (SELECT 1 FROM steps s WHERE s.number = m.number AND s.withdrawn_seq = 0
                                   AND s.kind = 'closed' AND (s.epoch, s.seq) > (m.epoch, m.registered_seq))
                   ORDER BY local_date, epoch, registered_seq";
        let mut statement = self.connection.prepare_cached(sql)?;
        let numbers = statement.query_map([since.to_string()], |row| row.get(0))?;
        Ok(numbers.collect::<rusqlite::Result<_>>()?)
    }
}

impl Steps<'_> {
    /// The entries that tell of a matter's steps: taken, and taken back.
    pub(crate) fn places(&self, number: &str) -> Result<Vec<Place>> {
        let sql = "SELECT epoch, seq FROM steps WHERE number = ?1
                   UNION SELECT withdrawn_epoch, withdrawn_seq FROM steps WHERE number = ?1 AND withdrawn_seq > 0";
        let mut statement = self.connection.prepare_cached(sql)?;
        let places = statement.query_map([number], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(places.collect::<rusqlite::Result<_>>()?)
    }

    fn told(&self, at: Place, kind: &str, by: Place) -> Result<StepRecord> {
        let journal = Journal { connection: self.connection };
        let entry = journal.at(at.0, at.1)?;
        let unknown = || Error::Contradiction(format!("entry {} is no step", at.1));
        let withdrawn = if by.1 > 0 {
            let entry = journal.at(by.0, by.1)?;
            let reason = self.personal(by, &entry)?;
            Some(StepWithdrawal { at_ms: entry.moment.at_ms, clerk: entry.clerk, reason })
        } else {
            None
        };
        Ok(StepRecord {
            kind: StepKind::from_word(kind).ok_or_else(unknown)?,
            open: open_part(&entry)?,
            at_ms: entry.moment.at_ms,
            clerk: entry.clerk,
            told: self.personal(at, &entry)?,
            withdrawn,
        })
    }

    /// What can be read of the personal part at a place: its own words, or those sealed for it later.
    fn personal<T: DeserializeOwned>(&self, at: Place, entry: &Entry) -> Result<Personal<T>> {
        let own = Personal::read(&entry.personal)?;
        let later = if own.told().is_none() { sealed_later(self.connection, at)? } else { None };
        Ok(later.map(|later| Personal::read(&later.personal)).transpose()?.unwrap_or(own))
    }
}
