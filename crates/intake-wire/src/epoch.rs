//! What an epoch leaves in the journal: where it began, and what it carries over from one before it (invariant 9).

use serde::{Deserialize, Serialize};

use crate::entry::{Entry, JournalId, Part};
use crate::{Error, Hash, Kind, Result};

/// The last entry a desk knows of one of its earlier journals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastKnown {
    /// Which journal.
    pub journal: JournalId,
    /// Its last known place.
    pub seq: u64,
    /// The hash there.
    pub hash: Hash,
}

/// Open part of `epoch_opened`, the first entry of every journal of a desk but the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochOpened {
    /// Every earlier journal that the desk knew.
    pub previous: Vec<LastKnown>,
    /// The mark in every number of this epoch.
    pub mark: String,
    /// `restored`, `other_machine`, `set_back`, `repaired` or `forked`.
    pub why: String,
}

/// Open part of `carried`: an own entry that stands beside another one of the same place at the district. The personal
/// part is the carried entry's, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// Where it stood.
    pub journal: JournalId,
    /// At which place.
    pub seq: u64,
    /// Its hash there.
    pub hash: Hash,
    /// What it recorded.
    pub kind: Kind,
    /// Who did it.
    pub clerk: u32,
    /// When, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Its open part, as it was written.
    pub content: String,
}

impl Carried {
    /// What to append so that `entry` is carried over from its place in `journal`.
    ///
    /// # Errors
    /// [`Error::Form`] for an entry whose open part is not text.
    pub fn of(journal: JournalId, entry: &Entry, hash: Hash) -> Result<Self> {
        // What was carried before is carried as what it meant: it never lies in itself.
        let meant = entry.clone().meant()?;
        let content = std::str::from_utf8(meant.open.bytes().unwrap_or_default());
        let content = content.map_err(|error| Error::Form(error.to_string()))?.to_owned();
        let Entry { seq, .. } = *entry;
        Ok(Self { journal, seq, hash, kind: meant.kind, clerk: meant.clerk, at_ms: meant.moment.at_ms, content })
    }
}

impl Entry {
    /// What the entry means: itself, or what it carries over from another epoch with the clerk and time of then.
    ///
    /// # Errors
    /// [`Error::Form`] for a `carried` that does not read.
    pub fn meant(mut self) -> Result<Self> {
        if self.kind != Kind::carried() {
            return Ok(self);
        }
        let carried: Carried = serde_json::from_slice(self.open.bytes().unwrap_or_default())
            .map_err(|error| Error::Form(error.to_string()))?;
        if carried.kind == Kind::carried() {
            return Err(Error::Form("a carried entry in a carried entry".into()));
        }
        (self.kind, self.clerk, self.moment.at_ms) = (carried.kind, carried.clerk, carried.at_ms);
        self.open = Part::Kept { salt: [0; 16], bytes: carried.content.into_bytes() };
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{BootId, Draft, Head, Moment};

    #[test]
    fn a_carried_entry_means_what_it_meant_where_it_stood() {
        let moment = |at_ms| Moment { at_ms, boot: BootId([0; 16]), mono_ms: 0 };
        let journal = JournalId([1; 16]);
        let draft = Draft { kind: Kind::registered(), open: b"{\"number\":\"1\"}".to_vec(), personal: b"{}".to_vec() };
        let (told, hash) = draft.after(journal, Head::EMPTY, 2, moment(5)).unwrap();
        let (mut journal, mut last, mut hash) = (journal, told.clone(), hash);
        // Over three epochs, one after the other.
        for number in 2..5 {
            let open = serde_json::to_vec(&Carried::of(journal, &last, hash).unwrap()).unwrap();
            let again = Draft { kind: Kind::carried(), open, personal: b"{}".to_vec() };
            journal = JournalId([number; 16]);
            (last, hash) = again.after(journal, Head::EMPTY, 0, moment(9)).unwrap();
            let meant = last.clone().meant().unwrap();
            assert_eq!((meant.kind, meant.clerk, meant.moment.at_ms), (told.kind.clone(), 2, 5));
            assert_eq!(meant.open.bytes(), told.open.bytes());
        }
    }
}
