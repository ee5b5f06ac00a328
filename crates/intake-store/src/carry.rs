//! Entries that gave way to the district's, appended again whole as `carried`.

use std::collections::BTreeMap;

use intake_wire::{Carried, Draft, Entry, Hash, JournalId, Kind, Moment, Resealed, SYSTEM_CLERK};

use crate::db::{Reader, Writer};
use crate::{Error, Result};

impl Writer<'_> {
    /// Appends what gave way in `journal`, in order, to the current epoch. All is to be folded anew afterwards.
    ///
    /// # Errors
    /// [`Error::Wire`] for an entry that does not read, [`Error::Sqlite`].
    pub fn carry(&self, journal: JournalId, aside: &[(Entry, Hash)], moment: Moment) -> Result<()> {
        let epochs = Reader { connection: self.connection }.line().epochs()?;
        let into = epochs.last().ok_or_else(|| Error::Contradiction("the desk has no epoch".into()))?.journal;
        let mut moved = BTreeMap::new();
        for (entry, hash) in aside {
            let mut carried = Carried::of(journal, entry, *hash)?;
            if carried.kind == Kind::resealed() {
                carried.content = now_at(&carried.content, journal, into, &moved)?;
            }
            let personal = entry.personal.bytes().unwrap_or(b"{}").to_vec();
            let draft = Draft { kind: Kind::carried(), open: serde_json::to_vec(&carried)?, personal };
            let at = self.append(draft, SYSTEM_CLERK, moment)?;
            if entry.personal.bytes().is_none() {
                self.leave_erased(at)?;
            }
            moved.insert(entry.seq, at);
        }
        Ok(())
    }
}

/// What a `resealed` says, with its places as they are now: where those it names gave way too, other entries stand there, and
/// one may be another visitor's of the same number.
fn now_at(content: &str, from: JournalId, into: JournalId, moved: &BTreeMap<u64, u64>) -> Result<String> {
    let told: Resealed = serde_json::from_str(content)?;
    let places = told.of.iter().map(|seq| moved.get(seq).copied()).collect::<Option<Vec<_>>>();
    Ok(match places {
        Some(of) if told.journal == from => serde_json::to_string(&Resealed { journal: into, of, ..told })?,
        _ => content.to_owned(),
    })
}
