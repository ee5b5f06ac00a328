//! Walks the whole journal and the tables it explains.

use std::collections::BTreeMap;

use intake_wire::{Corrected, Head, Registered, SlipIssued, Voided};
use serde::de::DeserializeOwned;

use crate::db::Reader;
use crate::{Error, Result};

/// What a complete walk found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Verified {
    /// Entries over all epochs.
    pub entries: u64,
    /// The newest epoch's head.
    pub head: Head,
    /// Registrations among them.
    pub matters: u64,
}

/// A matter's row as the journal explains it: version, its entry, the voiding entry, slips, the ledger's row.
type Explained = (u32, u64, u64, u32, String);

impl Reader<'_> {
    /// Walks every chain and compares the matters with what the journal says.
    ///
    /// # Errors
    /// [`Error::Contradiction`] with the first difference.
    pub fn verify(&self) -> Result<Verified> {
        let (mut entries, mut head) = (0, Head::EMPTY);
        let mut explained = BTreeMap::new();
        for epoch in self.line().epochs()? {
            head = Head::EMPTY;
            loop {
                let page = self.journal().entries(epoch.journal, head.seq, 512)?;
                for entry in &page {
                    let before = head;
                    head = entry.follow(epoch.journal, head).map_err(|_| {
                        Error::Contradiction(format!("epoch {}: entry {} is missing", epoch.mark, before.seq + 1))
                    })?;
                    if self.journal().hash_at(epoch.journal, entry.seq)? != Some(head.hash) {
                        return Err(Error::Contradiction(format!(
                            "epoch {}: entry {} was changed",
                            epoch.mark, entry.seq
                        )));
                    }
                    explain(&mut explained, entry)?;
                    entries += 1;
                }
                if page.is_empty() {
                    break;
                }
            }
            if head != epoch.head {
                return Err(Error::Contradiction(format!("epoch {}: the chain ends early", epoch.mark)));
            }
        }
        self.compare(&explained)?;
        self.compare_clerks()?;
        self.compare_resealed()?;
        Ok(Verified { entries, head, matters: explained.len() as u64 })
    }

    fn compare(&self, explained: &BTreeMap<String, Explained>) -> Result<()> {
        let sql = "SELECT number, version, version_seq, void_seq, slips, import_key FROM matters ORDER BY number";
        let mut statement = self.connection.prepare(sql)?;
        let rows = statement.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?)))
        })?;
        let found = rows.collect::<rusqlite::Result<BTreeMap<String, Explained>>>()?;
        let differs =
            explained.iter().find(|(number, state)| found.get(*number) != Some(state)).map(|(number, _)| number);
        let unexplained = found.keys().find(|number| !explained.contains_key(*number));
        match differs.or(unexplained) {
            Some(number) => Err(Error::Contradiction(format!("matter {number} is not what the journal says"))),
            None => Ok(()),
        }
    }
}

fn explain(matters: &mut BTreeMap<String, Explained>, entry: &intake_wire::Entry) -> Result<()> {
    fn open<T: DeserializeOwned>(entry: &intake_wire::Entry) -> Result<T> {
        let unreadable = |_| Error::Contradiction(format!("entry {} does not read", entry.seq));
        serde_json::from_slice(entry.open.bytes().unwrap_or_default()).map_err(unreadable)
    }
    let missing = || Error::Contradiction(format!("entry {} is about a matter that was not registered", entry.seq));
    match entry.kind.as_str() {
        "registered" => {
            let registered: Registered = open(entry)?;
            matters.insert(registered.number, (1, entry.seq, 0, 0, registered.import_key));
        }
        "corrected" => {
            let corrected: Corrected = open(entry)?;
            let state = matters.get_mut(&corrected.number).ok_or_else(missing)?;
            (state.0, state.1) = (corrected.version, entry.seq);
        }
        "voided" => {
            let state = matters.get_mut(&open::<Voided>(entry)?.number).ok_or_else(missing)?;
            state.2 = entry.seq;
            state.4.clear();
        }
        "slip_issued" => {
            let slip: SlipIssued = open(entry)?;
            matters.get_mut(&slip.number).ok_or_else(missing)?.3 = slip.copy;
        }
        _ => {}
    }
    Ok(())
}
