//! The print queue's rows, and which printer each kind of paper lies in.
//!
//! Deliberately absent: when something is sent, and what a printer says. A row moves from state to state only where it
//! still stands in the one that the caller saw, so that a clerk's key and the background never overrule each other.

use intake_model::{Paper, PrintState, Sheet};
use intake_wire::{Kind, SlipIssued};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::db::{Reader, Writer};
use crate::journal::Journal;
use crate::matters::open_part;
use crate::{Error, Matters, Result};

/// One paper that is to be printed, or was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintJob {
    /// Its place in the queue: lower ones first.
    pub id: i64,
    /// Part of its name at the printer, found nowhere else.
    pub mark: String,
    /// Which paper; `None` for the test page.
    pub paper: Option<Paper>,
    /// The registration; empty for the test page.
    pub number: String,
    /// The epoch of the entry it is drawn from.
    pub epoch: i64,
    /// The entry.
    pub seq: u64,
    /// Which copy; from 2 on it says 补打.
    pub copy: u32,
    /// How many of it come out.
    pub copies: u32,
    /// On what.
    pub sheet: Sheet,
    /// Where it was or shall be sent; empty for the printer of its sheet.
    pub printer: String,
    /// How far it is.
    pub state: PrintState,
    /// The code's word of why it failed; empty otherwise.
    pub reason: String,
    /// The printer's own number of it; 0 where it never took it.
    pub job: i32,
    /// When it was put there, milliseconds since 1970 UTC.
    pub queued_ms: i64,
    /// When its state changed last.
    pub changed_ms: i64,
}

/// What is put into the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToPrint<'a> {
    /// Which paper; `None` for the test page.
    pub paper: Option<Paper>,
    /// The registration; empty for the test page.
    pub number: &'a str,
    /// The entry it is drawn from, in the current epoch; 0 for the test page.
    pub seq: u64,
    /// Which copy.
    pub copy: u32,
    /// How many of it come out.
    pub copies: u32,
    /// On what.
    pub sheet: Sheet,
    /// Where; empty for the printer of its sheet.
    pub printer: &'a str,
}

/// Where one kind of paper lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetPrinter {
    /// Which paper.
    pub sheet: Sheet,
    /// The printer; empty for the desk's.
    pub address: String,
    /// The printer's name for the paper; empty for the usual one.
    pub media: String,
}

const COLUMNS: &str =
    "id, mark, paper, number, epoch, seq, copy, copies, sheet, printer, state, reason, job, queued_ms, changed_ms";

impl Reader<'_> {
    /// The queue: whatever is not over, and what ended since `since_ms`, in the order in which it was put there.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn print_jobs(&self, since_ms: i64) -> Result<Vec<PrintJob>> {
        let sql = format!("SELECT {COLUMNS} FROM print_jobs ORDER BY id");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let all = statement.query_map([], row)?.collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(all.into_iter().filter(|one| !one.state.is_over() || one.changed_ms >= since_ms).collect())
    }

    /// One of the queue.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn print_job(&self, id: i64) -> Result<Option<PrintJob>> {
        print_job(self.connection, id)
    }

    /// Where each kind of paper lies, as far as that was set.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn sheet_printers(&self) -> Result<Vec<SheetPrinter>> {
        sheet_printers(self.connection)
    }
}

impl Writer<'_> {
    /// Puts a paper at the queue's end and gives its place there.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn queue_print(&self, what: &ToPrint<'_>, at_ms: i64) -> Result<i64> {
        let mark = format!("{:016x}", u64::from_be_bytes(intake_wire::random()?));
        let sql =
            "INSERT INTO print_jobs (mark, paper, number, epoch, seq, copy, copies, sheet, printer, state, queued_ms,
                   changed_ms) SELECT ?1, ?2, ?3, max(id), ?4, ?5, ?6, ?7, ?8, 'waiting', ?9, ?9 FROM epochs";
        self.connection.prepare_cached(sql)?.execute(params![
            mark,
            what.paper.map_or("", Paper::word),
            what.number,
            what.seq,
            what.copy,
            what.copies,
            what.sheet.word(),
            what.printer,
            at_ms,
        ])?;
        Ok(self.connection.last_insert_rowid())
    }

    /// One of the queue.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn print_job(&self, id: i64) -> Result<Option<PrintJob>> {
        print_job(self.connection, id)
    }

    /// Where each kind of paper lies, as far as that was set.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn sheet_printers(&self) -> Result<Vec<SheetPrinter>> {
        sheet_printers(self.connection)
    }

    /// Writes how far a print is, if it still stands as `before` says; `false` where somebody else was faster.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn move_print(&self, before: &PrintJob, after: &PrintJob, at_ms: i64) -> Result<bool> {
        let sql = "UPDATE print_jobs SET state = ?4, printer = ?5, reason = ?6, job = ?7, changed_ms = ?8
                   WHERE id = ?1 AND state = ?2 AND printer = ?3";
        let changed = self.connection.prepare_cached(sql)?.execute(params![
            before.id,
            before.state.word(),
            before.printer,
            after.state.word(),
            after.printer,
            after.reason,
            after.job,
            at_ms,
        ])?;
        Ok(changed == 1)
    }

    /// What may have come out without this program knowing: prints that were on their way when it ended, and those that a
    /// database waits for that was put back or written on another machine since. Only to be called while nothing is on
    /// its way.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn doubt_prints(&self, at_ms: i64) -> Result<usize> {
        let sql = "UPDATE print_jobs SET state = 'in_doubt', changed_ms = ?1
                   WHERE state = 'sending' OR (state = 'waiting' AND epoch <> (SELECT max(id) FROM epochs))";
        Ok(self.connection.prepare_cached(sql)?.execute([at_ms])?)
    }

    /// Forgets prints that ended before `before_ms`.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn forget_prints(&self, before_ms: i64) -> Result<()> {
        let sql = "DELETE FROM print_jobs WHERE changed_ms < ?1
                   AND state IN ('handed_over', 'printed', 'missing', 'given_up', 'saved')";
        self.connection.prepare_cached(sql)?.execute([before_ms])?;
        Ok(())
    }

    /// Says where a kind of paper lies.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn set_sheet_printer(&self, one: &SheetPrinter) -> Result<()> {
        let sql = "INSERT INTO sheet_printers (sheet, address, media) VALUES (?1, ?2, ?3)
                   ON CONFLICT (sheet) DO UPDATE SET address = ?2, media = ?3";
        self.connection.prepare_cached(sql)?.execute(params![one.sheet.word(), one.address, one.media])?;
        Ok(())
    }
}

impl Matters<'_> {
    /// What the slip that the entry at this place issued was issued as, and when (milliseconds since 1970 UTC); `None`
    /// where that entry issued none of this matter's.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn slip_at(&self, number: &str, epoch: i64, seq: u64) -> Result<Option<(SlipIssued, i64)>> {
        let entry = match (Journal { connection: self.connection }).at(epoch, seq) {
            Ok(entry) if entry.kind == Kind::slip_issued() => entry,
            Ok(_) | Err(Error::Contradiction(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let slip: SlipIssued = open_part(&entry)?;
        Ok(Some((slip, entry.moment.at_ms)).filter(|(slip, _)| slip.number == number))
    }
}

fn print_job(connection: &Connection, id: i64) -> Result<Option<PrintJob>> {
    let sql = format!("SELECT {COLUMNS} FROM print_jobs WHERE id = ?1");
    Ok(connection.prepare_cached(&sql)?.query_row([id], row).optional()?)
}

fn sheet_printers(connection: &Connection) -> Result<Vec<SheetPrinter>> {
    let mut statement = connection.prepare_cached("SELECT sheet, address, media FROM sheet_printers ORDER BY sheet")?;
    let read = |row: &Row<'_>| {
        Ok(SheetPrinter { sheet: word(row, 0, Sheet::from_word)?, address: row.get(1)?, media: row.get(2)? })
    };
    Ok(statement.query_map([], read)?.collect::<rusqlite::Result<_>>()?)
}

fn row(row: &Row<'_>) -> rusqlite::Result<PrintJob> {
    let paper: String = row.get(2)?;
    Ok(PrintJob {
        id: row.get(0)?,
        mark: row.get(1)?,
        paper: if paper.is_empty() { None } else { Some(word(row, 2, Paper::from_word)?) },
        number: row.get(3)?,
        epoch: row.get(4)?,
        seq: row.get(5)?,
        copy: row.get(6)?,
        copies: row.get(7)?,
        sheet: word(row, 8, Sheet::from_word)?,
        printer: row.get(9)?,
        state: word(row, 10, PrintState::from_word)?,
        reason: row.get(11)?,
        job: row.get(12)?,
        queued_ms: row.get(13)?,
        changed_ms: row.get(14)?,
    })
}

/// The value of a word that a column holds.
pub(crate) fn word<T>(row: &Row<'_>, column: usize, read: impl Fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    read(&text).ok_or_else(|| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, format!("unknown word {text}").into())
    })
}
