//! Matters of the centre's other desks, as the district told of them last: read, never written on here.
//!
//! Deliberately absent: anything a visitor said. Words of one that became sealed, or whose day is past, are gone.

use chrono::NaiveDate;
use intake_wire::{Entry, Kind, MatterShared, Part, SharedState, SharedWords};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::db::{Reader, Writer};
use crate::matters::open_part;
use crate::{Matters, Result};

/// A matter of another desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedRecord {
    /// How it stands.
    pub told: MatterShared,
    /// Who brought it and what it is called; `None` once that was erased.
    pub words: Option<SharedWords>,
}

const ENTRY: &str =
    "SELECT j.entry FROM shared_matters s JOIN district_journal j ON j.epoch = s.epoch AND j.seq = s.seq";

impl Matters<'_> {
    /// A matter of another desk by its number with hyphens.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`], [`crate::Error::Wire`], [`crate::Error::Json`].
    pub fn shared(&self, number: &str) -> Result<Option<SharedRecord>> {
        let sql = format!("{ENTRY} WHERE s.number = ?1");
        let found = self.connection.prepare_cached(&sql)?.query_row([number], |row| row.get::<_, Vec<u8>>(0));
        found.optional()?.map(|bytes| read(&bytes)).transpose()
    }

    /// Those in whose number, hyphens aside, this part stands, the newest day first; at most `limit`.
    ///
    /// # Errors
    /// As [`Matters::shared`].
    pub fn shared_like(&self, part: &str, limit: usize) -> Result<Vec<SharedRecord>> {
        let sql = format!(
            "{ENTRY} WHERE instr(replace(s.number, '-', ''), ?1) > 0 ORDER BY substr(s.number, 11, 8) DESC, s.number DESC LIMIT ?2"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![part, limit], |row| row.get::<_, Vec<u8>>(0))?;
        rows.map(|bytes| read(&bytes?)).collect()
    }
}

impl Reader<'_> {
    /// How many matters of other desks are here.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn shared_count(&self) -> Result<u64> {
        Ok(self.connection.query_row("SELECT count(*) FROM shared_matters", [], |row| row.get(0))?)
    }
}

impl Writer<'_> {
    /// At the end of their retention the words of other desks' matters go as the desk's own do: of those registered before a
    /// day of which nothing was told since a moment.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`], [`crate::Error::Wire`].
    pub fn forget_shared(&self, before: NaiveDate, quiet_since_ms: i64) -> Result<()> {
        let sql = "SELECT j.entry FROM shared_matters s JOIN district_journal j ON j.epoch = s.epoch AND j.seq = s.seq";
        let mut old = Vec::new();
        {
            let mut statement = self.connection.prepare(sql)?;
            let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
            for bytes in rows {
                let entry: Entry = intake_wire::decode(&bytes?)?;
                let MatterShared { number, registered_on, .. } = open_part(&entry)?;
                if registered_on < before && entry.moment.at_ms < quiet_since_ms {
                    old.push(number);
                }
            }
        }
        old.iter().try_for_each(|number| forget(self.connection, number))?;
        self.forget_delivered_for(before, quiet_since_ms)
    }
}

fn read(bytes: &[u8]) -> Result<SharedRecord> {
    let entry: Entry = intake_wire::decode(bytes)?;
    let words = entry.personal.bytes().map(serde_json::from_slice).transpose()?;
    Ok(SharedRecord { told: open_part(&entry)?, words })
}

/// Lists a matter of another desk as it stands now. What this version cannot read is kept and not listed.
pub(crate) fn index(connection: &Connection, epoch: i64, entry: &Entry) -> Result<()> {
    if entry.kind != Kind::matter_shared() {
        return Ok(());
    }
    let Ok(MatterShared { number, state, .. }) = open_part(entry) else { return Ok(()) };
    if state == SharedState::Sealed {
        connection.prepare_cached("DELETE FROM shared_matters WHERE number = ?1")?.execute([&number])?;
        return forget(connection, &number);
    }
    let sql = "INSERT OR REPLACE INTO shared_matters (number, epoch, seq) VALUES (?1, ?2, ?3)";
    connection.prepare_cached(sql)?.execute(params![number, epoch, entry.seq])?;
    Ok(())
}

/// The words of every entry about a number go.
fn forget(connection: &Connection, number: &str) -> Result<()> {
    let mut statement = connection.prepare_cached("SELECT rowid, entry FROM district_journal")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (rowid, bytes) in rows.collect::<rusqlite::Result<Vec<(i64, Vec<u8>)>>>()? {
        let mut entry: Entry = intake_wire::decode(&bytes)?;
        if entry.kind != Kind::matter_shared() || entry.personal.bytes().is_none() {
            continue;
        }
        if open_part::<MatterShared>(&entry).is_ok_and(|told| told.number == number) {
            entry.personal = Part::Erased { digest: entry.personal.digest() };
            let sql = "UPDATE district_journal SET entry = ?2 WHERE rowid = ?1";
            connection.prepare_cached(sql)?.execute(params![rowid, intake_wire::encode(&entry)?])?;
            connection.execute("INSERT OR IGNORE INTO unscrubbed (id) VALUES (1)", [])?;
        }
    }
    Ok(())
}
