//! What became of a matter's entries at the district that needs a look: set aside with a reason, waiting for another, or
//! superseded by a correction.
//!
//! Deliberately absent: what a clerk does about it.

use intake_wire::VerdictKind;

use crate::erase::about;
use crate::journal::Journal;
use crate::{Matters, Result};

/// An entry that the district stored and did not simply apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnedEntry {
    /// Its place in its journal.
    pub seq: u64,
    /// The mark of that journal.
    pub mark: String,
    /// What it tells; of one that was carried over what it told there.
    pub kind: String,
    /// When it was written, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Who wrote it.
    pub clerk: u32,
    /// What the district says.
    pub verdict: VerdictKind,
}

impl Matters<'_> {
    /// Every such entry of this desk about a matter, its own or another desk's, the oldest first.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`], [`crate::Error::Json`].
    pub fn returned(&self, number: &str) -> Result<Vec<ReturnedEntry>> {
        Journal { connection: self.connection }.returned(number)
    }
}

impl Journal<'_> {
    /// Every such entry about a matter, the oldest first.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`], [`crate::Error::Json`].
    pub fn returned(&self, number: &str) -> Result<Vec<ReturnedEntry>> {
        let sql = "SELECT v.epoch, v.seq, v.verdict, e.mark FROM verdicts v JOIN epochs e ON e.id = v.epoch
                   ORDER BY v.epoch, v.seq";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let (epoch, seq, verdict): (i64, u64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let entry = self.at(epoch, seq)?;
            if about(entry.open.bytes().unwrap_or_default()).as_deref() == Some(number) {
                found.push(ReturnedEntry {
                    seq,
                    mark: row.get(3)?,
                    kind: entry.kind.as_str().to_owned(),
                    at_ms: entry.moment.at_ms,
                    clerk: entry.clerk,
                    verdict: serde_json::from_str(&verdict)?,
                });
            }
        }
        Ok(found)
    }
}
