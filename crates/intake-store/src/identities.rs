//! Exact numbers of identity papers: which earlier matters somebody brought, looked up when they mention one.
//!
//! Rows are written in the transaction of the record they are taken from. Deliberately absent: sealed matters, anything
//! but exact equality of paper and number, and any count by person.

use std::collections::BTreeSet;

use intake_model::{IdPaper, Identity, Visit};
use intake_wire::RecordOf;
use rusqlite::{Connection, Transaction, params};

use crate::db::{Reader, Writer};
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
                    .filter(|matter| matter.record.visit().is_some_and(|visit| !visit.is_sealed())),
            );
        }
        Ok(found)
    }
}

/// Takes the papers out of the records of a desk that was made before they were kept apart.
pub(crate) fn migrate(tx: &Transaction<'_>) -> rusqlite_migration::HookResult {
    fill(tx).map_err(|error| rusqlite_migration::HookError::Hook(error.to_string()))
}

/// Writes the papers of every matter as it stands now.
pub(crate) fn fill(connection: &Connection) -> Result<()> {
    connection.execute("DELETE FROM identities", [])?;
    each(connection, |epoch, seq, visit| put(connection, epoch, seq, visit))
}

/// Every matter whose words are open, by the place of its registration.
fn each(connection: &Connection, mut each: impl FnMut(i64, u64, &Visit) -> Result<()>) -> Result<()> {
    let sql = "SELECT m.epoch, m.registered_seq, j.personal FROM matters m
               JOIN journal j ON j.epoch = m.version_epoch AND j.seq = m.version_seq WHERE j.personal IS NOT NULL";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        // What does not read as an open record has no paper to be found by.
        if let Ok(record) = serde_json::from_slice::<RecordOf>(row.get_ref(2)?.as_blob().unwrap_or_default()) {
            each(row.get(0)?, row.get(1)?, &record.visit)?;
        }
    }
    Ok(())
}

impl Reader<'_> {
    /// Compares the papers with what the records say.
    pub(crate) fn compare_identities(&self) -> Result<()> {
        let differs =
            || Error::Contradiction("the papers by which matters are found are not those of the records".into());
        let sql = "SELECT EXISTS (SELECT 1 FROM identities
                   WHERE paper = ?1 AND number = ?2 AND epoch = ?3 AND registered_seq = ?4)";
        let mut told = 0;
        each(self.connection, |epoch, seq, visit| {
            let papers = papers(visit).map(|one| Ok((word(one.paper)?, one.number.as_str())));
            for (paper, number) in papers.collect::<Result<BTreeSet<_>>>()? {
                let row = params![paper, number, epoch, seq];
                if !self.connection.prepare_cached(sql)?.query_row(row, |row| row.get::<_, bool>(0))? {
                    return Err(differs());
                }
                told += 1;
            }
            Ok(())
        })?;
        let found: u64 = self.connection.query_row("SELECT count(*) FROM identities", [], |row| row.get(0))?;
        if found == told { Ok(()) } else { Err(differs()) }
    }
}
