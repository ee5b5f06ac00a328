//! Exact numbers of identity papers: which earlier matters somebody brought, looked up when they mention one.
//!
//! Rows are written in the transaction of the record they are taken from. Deliberately absent: sealed matters, anything
//! but exact equality of paper and number, and any count by person.

use intake_model::{IdPaper, Identity, Visit};
use intake_wire::RecordOf;
use rusqlite::{Connection, Transaction, params};

use crate::db::Writer;
use crate::matters::{MatterRecord, Matters};
use crate::{Error, Result};

/// As many earlier matters as a list shows.
const SHOWN: u32 = 200;

/// The paper's word, as JSON has it.
fn word(paper: IdPaper) -> Result<String> {
    match serde_json::to_value(paper)? {
        serde_json::Value::String(word) => Ok(word),
        other => Err(Error::Contradiction(format!("a paper is written as {other}"))),
    }
}

/// The papers shown in a visit that is not sealed: the visitor's own and other people's.
fn papers(visit: &Visit) -> impl Iterator<Item = &Identity> {
    let open = !visit.is_sealed();
    let people = visit.people.iter().filter_map(|person| person.identity.as_ref());
    visit.identity.iter().chain(people).filter(move |identity| open && !identity.number.is_empty())
}

fn put(connection: &Connection, epoch: i64, registered_seq: u64, visit: &Visit) -> Result<()> {
    let sql = "INSERT OR IGNORE INTO identities (paper, number, epoch, registered_seq) VALUES (?1, ?2, ?3, ?4)";
    for identity in papers(visit) {
        let row = params![word(identity.paper)?, identity.number, epoch, registered_seq];
        connection.prepare_cached(sql)?.execute(row)?;
    }
    Ok(())
}

impl Writer<'_> {
    /// The papers of a matter are those of `after`, and no longer those of `before`; of a sealed one none.
    ///
    /// # Errors
    /// [`Error::Sqlite`]; [`Error::Contradiction`] for an unknown number.
    pub fn set_identities(&self, number: &str, before: Option<&Visit>, after: &Visit) -> Result<()> {
        let gone = before.into_iter().flat_map(papers).collect::<Vec<_>>();
        if gone.is_empty() && papers(after).next().is_none() {
            return Ok(());
        }
        let (epoch, seq) = self.matters().place_of(number)?.ok_or_else(unknown)?;
        let sql = "DELETE FROM identities WHERE paper = ?1 AND number = ?2 AND epoch = ?3 AND registered_seq = ?4";
        for identity in gone {
            let row = params![word(identity.paper)?, identity.number, epoch, seq];
            self.connection.prepare_cached(sql)?.execute(row)?;
        }
        put(self.connection, epoch, seq, after)
    }
}

fn unknown() -> Error {
    Error::Contradiction("no such matter".into())
}

impl Matters<'_> {
    /// The matters in which exactly this paper was shown, the newest first, at most 200. Sealed ones are not among them.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn under_identity(&self, identity: &Identity) -> Result<Vec<MatterRecord>> {
        let sql = "SELECT epoch, registered_seq FROM identities WHERE paper = ?1 AND number = ?2
                   ORDER BY epoch DESC, registered_seq DESC LIMIT ?3";
        let mut statement = self.connection.prepare_cached(sql)?;
        let key = params![word(identity.paper)?, identity.number, SHOWN];
        let places = statement.query_map(key, |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut found = Vec::new();
        for place in places {
            let (epoch, seq) = place?;
            found.extend(
                self.registered_at(epoch, seq)?
                    .filter(|matter| matter.record.as_ref().is_some_and(|record| !record.visit.is_sealed())),
            );
        }
        Ok(found)
    }
}

/// Takes the papers out of the records of a desk that was made before they were kept apart.
pub(crate) fn fill(tx: &Transaction<'_>) -> rusqlite_migration::HookResult {
    let sql = "SELECT m.epoch, m.registered_seq, j.personal FROM matters m
               JOIN journal j ON j.epoch = m.epoch AND j.seq = m.version_seq WHERE j.personal IS NOT NULL";
    let mut statement = tx.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (epoch, seq, personal): (i64, u64, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        // What does not read as a record has no paper to be found by.
        if let Ok(record) = serde_json::from_slice::<RecordOf>(&personal) {
            put(tx, epoch, seq, &record.visit)
                .map_err(|error| rusqlite_migration::HookError::Hook(error.to_string()))?;
        }
    }
    Ok(())
}
