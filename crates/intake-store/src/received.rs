//! When what the district forwarded to this very centre came to the desk: an entry of the desk's own for each, since the centre's
//! clocks count from there (Art. 23(3)).
//!
//! Deliberately absent: the clocks themselves, and acts that go to another body.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use intake_model::civil_date;
use intake_wire::{ActReceived, Entry, MatterActed};
use rusqlite::{Connection, params};

use crate::db::{Reader, Writer};
use crate::fold::Place;
use crate::journal::Journal;
use crate::matters::open_part;
use crate::{Error, Matters, Result};

/// Such acts. By how their open part says it, those of another body, by far the most, need not be read; and each looks for its
/// matter: `number IN (SELECT …)` would have SQLite walk all matters, at every exchange.
const TO_RECEIVE: &str = "SELECT j.entry FROM district_acts a
    JOIN district_journal j ON j.epoch = a.epoch AND j.seq = a.seq
    WHERE instr(j.entry, CAST('\"to_centre\":true' AS BLOB)) > 0
        AND EXISTS (SELECT 1 FROM matters m WHERE m.number = a.number)
        AND NOT EXISTS (SELECT 1 FROM acts_received r WHERE r.number = a.number AND r.act_id = a.act_id)
    ORDER BY a.epoch, a.seq";

impl Reader<'_> {
    /// Acts that sent a matter of this desk to its own centre, and whose receipt is not written down yet.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Wire`], [`Error::Json`].
    pub fn acts_to_receive(&self) -> Result<Vec<ActReceived>> {
        let mut statement = self.connection.prepare_cached(TO_RECEIVE)?;
        let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
        let mut acts = Vec::new();
        for bytes in rows {
            let entry: Entry = intake_wire::decode(&bytes?)?;
            let MatterActed { id, number, told } = open_part(&entry)?;
            if told.to_centre {
                acts.push(ActReceived { number, id });
            }
        }
        Ok(acts)
    }
}

impl Writer<'_> {
    /// An act's receipt was written down, by the entry at `seq` of the current epoch.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn add_received(&self, told: &ActReceived, seq: u64) -> Result<()> {
        put(self.connection, (self.current_epoch()?, seq), told)
    }
}

impl Matters<'_> {
    /// The day on which this centre received an act; `None` where none was written down. Of two epochs the earlier one.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn received_on(&self, number: &str, act: &[u8; 16]) -> Result<Option<NaiveDate>> {
        let sql = "SELECT min(j.at_ms) FROM acts_received r JOIN journal j ON j.epoch = r.epoch AND j.seq = r.seq
                   WHERE r.number = ?1 AND r.act_id = ?2";
        let at: Option<i64> = self.connection.prepare_cached(sql)?.query_row(params![number, act], |row| row.get(0))?;
        Ok(at.map(civil_date))
    }
}

fn put(connection: &Connection, at: Place, told: &ActReceived) -> Result<()> {
    let sql = "INSERT INTO acts_received (epoch, seq, number, act_id) VALUES (?1, ?2, ?3, ?4)";
    connection.prepare_cached(sql)?.execute(params![at.0, at.1, told.number, told.id])?;
    Ok(())
}

/// Every receipt, as the journal tells: place, number and act.
fn told(connection: &Connection) -> Result<BTreeSet<(Place, String, [u8; 16])>> {
    let mut told = BTreeSet::new();
    Journal { connection }.each_of(&["act_received"], |at, entry| {
        let ActReceived { number, id } = open_part(&entry)?;
        told.insert((at, number, id));
        Ok(())
    })?;
    Ok(told)
}

/// Makes the table anew from the journal.
pub(crate) fn fill(connection: &Connection) -> Result<()> {
    connection.execute("DELETE FROM acts_received", [])?;
    told(connection)?.into_iter().try_for_each(|(at, number, id)| put(connection, at, &ActReceived { number, id }))
}

/// Compares it with what the journal says.
pub(crate) fn compare(connection: &Connection) -> Result<()> {
    let mut statement = connection.prepare("SELECT epoch, seq, number, act_id FROM acts_received")?;
    let rows = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?, row.get(3)?)))?;
    let found = rows.collect::<rusqlite::Result<BTreeSet<(Place, String, [u8; 16])>>>()?;
    match told(connection)?.symmetric_difference(&found).next() {
        Some(((_, seq), ..)) => {
            Err(Error::Contradiction(format!("what entry {seq} received is not what the journal says")))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use intake_wire::{BootId, Draft, JournalId, Kind, Moment};
    use rusqlite::StatementStatus;

    use super::*;
    use crate::district::UNSEEN_ACTS;
    use crate::{DataKey, Db, Locked, Writer};

    /// So many more matters, as far as their numbers go.
    fn register(tx: &Writer<'_>, serials: std::ops::Range<u32>) -> Result<()> {
        let moment = Moment { at_ms: 1_795_482_300_000, boot: BootId([0; 16]), mono_ms: 0 };
        let date = civil_date(moment.at_ms);
        serials.into_iter().try_for_each(|serial| {
            let draft = Draft { kind: Kind::registered(), open: b"{}".to_vec(), personal: b"{}".to_vec() };
            let seq = tx.append(draft, 1, moment)?;
            tx.insert_matter(&format!("A{serial:04}"), date, serial, seq, "")
        })
    }

    #[test]
    fn what_the_district_did_is_looked_for_without_walking_the_matters() {
        let home = tempfile::tempdir().unwrap();
        let locked = Locked::take(home.path()).unwrap();
        let db = Db::create(&locked.folder(), &DataKey::generate().unwrap()).unwrap();
        db.write::<_, Error>(|tx| tx.open_epoch(JournalId([1; 16]), "A")).unwrap();
        for sql in [TO_RECEIVE, UNSEEN_ACTS] {
            let [few, many] = [10, 500].map(|more| {
                db.write(|tx| {
                    let held: u32 = tx.connection.query_row("SELECT count(*) FROM matters", [], |row| row.get(0))?;
                    register(tx, held..held + more)
                })
                .unwrap();
                db.read(|r| {
                    let mut statement = r.connection.prepare(sql)?;
                    assert!(statement.query([])?.next()?.is_none());
                    Ok::<_, Error>(statement.get_status(StatementStatus::VmStep))
                })
                .unwrap()
            });
            assert_eq!(few, many, "steps of SQLite for: {sql}");
        }
    }
}
