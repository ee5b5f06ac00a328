//! The days of a desk: how each was closed, and what its numbers show.
//!
//! Whether a day is confirmed is read each time from the district's heads and verdicts; nothing here remembers it.
//! Deliberately absent: what follows from a difference.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use intake_model::{DayNumber, PrintState, RegistrationNumber, SlipStand, civil_date};
use intake_wire::{DayClosed, DayReprinted, Entry, Registered};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::db::{Reader, Writer};
use crate::erase::about;
use crate::fold::Place;
use crate::journal::{Journal, of_place, place};
use crate::matters::open_part;
use crate::prints::word;
use crate::{Error, Matters, Result, State};

/// Reading days.
pub struct Closings<'c> {
    connection: &'c Connection,
}

/// One closing of a day, as its entry says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// Its epoch.
    pub epoch: i64,
    /// Its entry there.
    pub seq: u64,
    /// Who closed the day.
    pub clerk: u32,
    /// When, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// What was said.
    pub told: DayClosed,
}

/// One copy of a closing's sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosingSheetRow {
    /// What it is of.
    pub closing: Closing,
    /// From 2 on it says 补打.
    pub copy: u32,
    /// When this copy was made, milliseconds since 1970 UTC.
    pub printed_ms: i64,
    /// Whether the district had confirmed the day by then.
    pub confirmed: bool,
}

impl Reader<'_> {
    /// Days.
    pub fn closings(&self) -> Closings<'_> {
        Closings { connection: self.connection }
    }
}

impl Writer<'_> {
    /// The entry at `seq` of the current epoch closed a day, or with a `copy` from 2 on brought its sheet out again.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn insert_closing(&self, day: NaiveDate, copy: u32, seq: u64) -> Result<()> {
        let sql = "INSERT INTO closings (epoch, seq, day, copy) SELECT max(id), ?1, ?2, ?3 FROM epochs";
        self.connection.prepare_cached(sql)?.execute(params![seq, day.to_string(), copy])?;
        Ok(())
    }
}

impl Closings<'_> {
    fn journal(&self) -> Journal<'_> {
        Journal { connection: self.connection }
    }

    /// The last closing of a day; `None` where it was never closed.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Json`].
    pub fn of(&self, day: NaiveDate) -> Result<Option<Closing>> {
        self.before(day, (i64::MAX, u64::MAX >> 1))
    }

    /// The last closing of a day that stands before a place, or at it.
    fn before(&self, day: NaiveDate, at: Place) -> Result<Option<Closing>> {
        let sql = "SELECT epoch, seq FROM closings WHERE day = ?1 AND copy = 1 AND (epoch, seq) <= (?2, ?3)
                   ORDER BY epoch DESC, seq DESC LIMIT 1";
        let last = params![day.to_string(), at.0, at.1];
        let found = self.connection.prepare_cached(sql)?.query_row(last, |row| Ok((row.get(0)?, row.get(1)?)));
        found.optional()?.map(|at| self.told(at)).transpose()
    }

    fn told(&self, (epoch, seq): Place) -> Result<Closing> {
        let entry = self.journal().at(epoch, seq)?;
        Ok(Closing { epoch, seq, clerk: entry.clerk, at_ms: entry.moment.at_ms, told: open_part(&entry)? })
    }

    /// The copy of a sheet that the entry at this place brought out; `None` where that entry brought out none.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Json`].
    pub fn sheet_at(&self, epoch: i64, seq: u64) -> Result<Option<ClosingSheetRow>> {
        let entry = match self.journal().at(epoch, seq) {
            Err(Error::Contradiction(_)) => return Ok(None),
            read => read?,
        };
        let printed_ms = entry.moment.at_ms;
        Ok(match entry.kind.as_str() {
            "day_closed" => {
                let closing = self.told((epoch, seq))?;
                Some(ClosingSheetRow { closing, copy: 1, printed_ms, confirmed: false })
            }
            "day_reprinted" => {
                let DayReprinted { day, copy, confirmed, .. } = open_part(&entry)?;
                let closing = self.before(day, (epoch, seq))?;
                closing.map(|closing| ClosingSheetRow { closing, copy, printed_ms, confirmed })
            }
            _ => None,
        })
    }

    /// How many copies of a closing's sheet were issued, and the place of the last one in the print queue.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn copies(&self, closing: &Closing) -> Result<(u32, Option<i64>)> {
        let sql = "SELECT copy, (SELECT max(id) FROM print_jobs p WHERE p.epoch = c.epoch AND p.seq = c.seq)
                   FROM closings c WHERE day = ?1 AND (epoch, seq) >= (?2, ?3) ORDER BY epoch DESC, seq DESC LIMIT 1";
        let of = params![closing.told.day.to_string(), closing.epoch, closing.seq];
        Ok(self.connection.prepare_cached(sql)?.query_row(of, |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// The last copy of the last closing of a day; `None` where it was never closed.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Json`].
    pub fn last_sheet(&self, day: NaiveDate) -> Result<Option<ClosingSheetRow>> {
        let sql = "SELECT epoch, seq FROM closings WHERE day = ?1 ORDER BY epoch DESC, seq DESC LIMIT 1";
        let found = self
            .connection
            .prepare_cached(sql)?
            .query_row([day.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        found.map_or(Ok(None), |(epoch, seq)| self.sheet_at(epoch, seq))
    }

    /// Whether the last closing is in no backup: the power went between the two.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn is_unsaved(&self) -> Result<bool> {
        let sql = "SELECT epoch, seq FROM closings WHERE copy = 1 ORDER BY epoch DESC, seq DESC LIMIT 1";
        let last = self.connection.prepare_cached(sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)));
        let look = Reader { connection: self.connection };
        last.optional()?.map_or(Ok(false), |(epoch, seq)| Ok(!look.is_backed_up(epoch, seq)?))
    }

    /// The days up to one on which something was registered or that were closed, the newest first, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn days(&self, until: NaiveDate, limit: usize) -> Result<Vec<NaiveDate>> {
        // From day to day down the index, never over all matters of them.
        let sql = "WITH RECURSIVE days (day) AS (SELECT max(local_date) FROM matters WHERE local_date <= ?1
                       UNION ALL SELECT (SELECT max(local_date) FROM matters WHERE local_date < days.day) FROM days
                       WHERE days.day IS NOT NULL)
                   SELECT day FROM days WHERE day IS NOT NULL LIMIT ?2";
        let mut days = BTreeSet::new();
        let limit_rows = i64::try_from(limit).unwrap_or(i64::MAX);
        for sql in [sql, "SELECT DISTINCT day FROM closings WHERE day <= ?1 ORDER BY day DESC LIMIT ?2"] {
            let mut statement = self.connection.prepare_cached(sql)?;
            let found = statement.query_map(params![until.to_string(), limit_rows], |row| row.get::<_, String>(0))?;
            days.extend(
                found.collect::<rusqlite::Result<Vec<_>>>()?.iter().filter_map(|day| day.parse::<NaiveDate>().ok()),
            );
        }
        Ok(days.into_iter().rev().take(limit).collect())
    }

    /// How many registrations of a day there are.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn registered(&self, day: NaiveDate) -> Result<u32> {
        let sql = "SELECT count(*) FROM matters WHERE local_date = ?1";
        Ok(self.connection.prepare_cached(sql)?.query_row([day.to_string()], |row| row.get(0))?)
    }

    /// How many of them were told at the desk after this closing of it.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn registered_since(&self, closing: &Closing) -> Result<u32> {
        let sql = "SELECT count(*) FROM matters
                   WHERE local_date = ?1 AND import_key = '' AND (epoch, registered_seq) > (?2, ?3)";
        let after = params![closing.told.day.to_string(), closing.epoch, closing.seq];
        Ok(self.connection.prepare_cached(sql)?.query_row(after, |row| row.get(0))?)
    }

    /// Whether the district holds this closing, and nothing of its day waits to be sent or stands set aside.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Json`].
    pub fn is_settled(&self, closing: &Closing) -> Result<bool> {
        // All up to it is there, and the district's head is one of ours: a fork or a district that knows more confirms nothing.
        let sql =
            "SELECT NOT EXISTS (SELECT 1 FROM epochs e CROSS JOIN journal j ON j.epoch = e.id AND j.seq > e.remote_seq
                       WHERE e.id < ?1 OR (e.id = ?1 AND j.seq <= ?2))
                   AND EXISTS (SELECT 1 FROM epochs e JOIN journal j ON j.epoch = e.id AND j.seq = e.remote_seq
                       AND j.hash = e.remote_hash WHERE e.id = ?1)";
        let at = params![closing.epoch, closing.seq];
        let held: bool = self.connection.prepare_cached(sql)?.query_row(at, |row| row.get(0))?;
        Ok(held && self.set_aside(closing.told.day)? == 0)
    }

    /// How many entries of a day the district set aside, or keeps waiting.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Json`].
    pub fn set_aside(&self, day: NaiveDate) -> Result<u32> {
        let sql = "SELECT epoch, seq FROM verdicts WHERE json_extract(verdict, '$.is') IN ('set_aside', 'waiting')";
        let mut statement = self.connection.prepare_cached(sql)?;
        let places = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut count = 0;
        for (epoch, seq) in places.collect::<rusqlite::Result<Vec<Place>>>()? {
            let entry = self.journal().at(epoch, seq)?;
            let number = about(entry.open.bytes().unwrap_or_default());
            let number = number.and_then(|number| number.parse::<RegistrationNumber>().ok());
            let on = number.map_or_else(|| civil_date(entry.moment.at_ms), |number| number.date());
            count += u32::from(on == day);
        }
        Ok(count)
    }

    /// Every number of a day, as tables, journal, printers and district have it.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Json`].
    pub fn numbers(&self, day: NaiveDate) -> Result<Vec<DayNumber>> {
        let mut journalled = self.registered_entries(day)?;
        let mut numbers = Vec::new();
        for matter in (Matters { connection: self.connection }).on_all(day)? {
            // Not in that stretch of the journal where the clock was set back: asked for by its place.
            let has_entry = journalled.remove(&matter.number) || self.has_entry(&matter.number)?;
            numbers.push(DayNumber {
                number: parsed(&matter.number)?,
                recorded: true,
                journalled: has_entry,
                void: matter.void,
                imported: self.is_imported(&matter.number)?,
                slip: self.slip(&matter.number, matter.slips)?,
                confirmed: matter.state == State::Sent,
            });
        }
        for number in &journalled {
            numbers.push(DayNumber {
                number: parsed(number)?,
                recorded: false,
                journalled: true,
                void: false,
                imported: false,
                slip: SlipStand::Never,
                confirmed: false,
            });
        }
        Ok(numbers)
    }

    /// The numbers of a day that the journal says were registered, behind the last registration of an earlier day.
    fn registered_entries(&self, day: NaiveDate) -> Result<BTreeSet<String>> {
        let sql = "SELECT epoch, registered_seq FROM matters WHERE local_date < ?1
                   ORDER BY local_date DESC, epoch DESC, carried DESC, serial DESC LIMIT 1";
        let mut earlier = self.connection.prepare_cached(sql)?;
        let from: Option<Place> =
            earlier.query_row([day.to_string()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let sql = "SELECT place FROM journal WHERE place > ?1 AND kind IN ('registered', 'carried')";
        let mut statement = self.connection.prepare_cached(sql)?;
        let places = statement.query_map([from.map_or(0, |(epoch, seq)| place(epoch, seq))], |row| row.get(0))?;
        let mut found = BTreeSet::new();
        for at in places.collect::<rusqlite::Result<Vec<i64>>>()? {
            let (epoch, seq) = of_place(at);
            let number = registered_number(&self.journal().at(epoch, seq)?)?;
            found.extend(number.filter(|number| parsed(number).is_ok_and(|one| one.date() == day)));
        }
        Ok(found)
    }

    fn has_entry(&self, number: &str) -> Result<bool> {
        let Some((epoch, seq)) = (Matters { connection: self.connection }).place_of(number)? else { return Ok(false) };
        match self.journal().at(epoch, seq) {
            Err(Error::Contradiction(_)) => Ok(false),
            read => Ok(registered_number(&read?)?.as_deref() == Some(number)),
        }
    }

    fn is_imported(&self, number: &str) -> Result<bool> {
        let sql = "SELECT import_key <> '' FROM matters WHERE number = ?1";
        Ok(self.connection.prepare_cached(sql)?.query_row([number], |row| row.get(0))?)
    }

    /// How a slip stands. One that is in no queue was saved or printed without one, or came out so long ago that it is
    /// forgotten there.
    fn slip(&self, number: &str, issued: u32) -> Result<SlipStand> {
        let sql = "SELECT state FROM print_jobs WHERE number = ?1 AND paper IN ('slip', 'registration_form')";
        let mut statement = self.connection.prepare_cached(sql)?;
        let states = statement.query_map([number], |row| word(row, 0, PrintState::from_word))?;
        let states = states.collect::<rusqlite::Result<Vec<_>>>()?;
        let is_out =
            |state: &PrintState| matches!(state, PrintState::Printed | PrintState::HandedOver | PrintState::Saved);
        Ok(match (issued, states.is_empty()) {
            (0, _) => SlipStand::Never,
            (_, true) => SlipStand::Out,
            (_, false) if states.iter().any(is_out) => SlipStand::Out,
            (_, false) => SlipStand::NotOut,
        })
    }

    /// Compares the table with what the journal says.
    pub(crate) fn compare(&self) -> Result<()> {
        let told = by_journal(self.connection)?;
        let mut statement = self.connection.prepare("SELECT epoch, seq, day, copy FROM closings")?;
        let rows = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), (row.get(2)?, row.get(3)?))))?;
        let found = rows.collect::<rusqlite::Result<BTreeMap<Place, (String, u32)>>>()?;
        let mut places = told.keys().chain(found.keys());
        match places.find(|at| told.get(*at) != found.get(*at)).map(|at| at.1) {
            Some(seq) => Err(Error::Contradiction(format!("the closing of entry {seq} is not what the journal says"))),
            None => Ok(()),
        }
    }
}

/// Makes the table anew from the journal.
pub(crate) fn fill(connection: &Connection) -> Result<()> {
    connection.execute("DELETE FROM closings", [])?;
    let mut put = connection.prepare_cached("INSERT INTO closings (epoch, seq, day, copy) VALUES (?1, ?2, ?3, ?4)")?;
    for ((epoch, seq), (day, copy)) in by_journal(connection)? {
        put.execute(params![epoch, seq, day, copy])?;
    }
    Ok(())
}

fn by_journal(connection: &Connection) -> Result<BTreeMap<Place, (String, u32)>> {
    let mut told = BTreeMap::new();
    Journal { connection }.each_of(&["day_closed", "day_reprinted"], |at, entry| {
        let (day, copy) = if entry.kind.as_str() == "day_closed" {
            let DayClosed { day, .. } = open_part(&entry)?;
            (day, 1)
        } else {
            let DayReprinted { day, copy, .. } = open_part(&entry)?;
            (day, copy)
        };
        told.insert(at, (day.to_string(), copy));
        Ok(())
    })?;
    Ok(told)
}

fn registered_number(entry: &Entry) -> Result<Option<String>> {
    if entry.kind.as_str() != "registered" {
        return Ok(None);
    }
    let Registered { number, .. } = open_part(entry)?;
    Ok(Some(number))
}

fn parsed(number: &str) -> Result<RegistrationNumber> {
    number.parse().map_err(|_| Error::Contradiction("a matter without a number".into()))
}
