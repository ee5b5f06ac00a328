//! What an exchange has to do, from where the two sides stand. Pure: no clock, no IO, no memory of earlier exchanges.

use intake_store::Reader;
use intake_wire::{Hash, Head, HeadsAnswer, JournalId, JournalState, VerdictKind};

/// Where the desk stands, seen beside the district's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Local {
    /// Its journals, oldest epoch first.
    pub journals: Vec<Journal>,
    /// The district's journal for this desk that goes on, as the desk knows it, and how far the desk holds it.
    pub district: (JournalId, Head),
    /// Journals of the district that it left, when it was restored.
    pub former: Vec<JournalId>,
}

/// One journal of the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Journal {
    /// Its name.
    pub journal: JournalId,
    /// Its last entry.
    pub head: Head,
    /// The desk's own hash at the place where the district stands; `None` where the desk has no such entry.
    pub there: Option<Hash>,
    /// The last place at which both sides are known to have been equal.
    pub agreed: u64,
}

/// One thing to do, or to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Send the journal's entries after a place.
    Upload {
        /// Which journal.
        journal: JournalId,
        /// The last place that needs no sending.
        after: u64,
    },
    /// Fetch the district's entries after a place.
    Down {
        /// The last place the desk holds.
        after: u64,
    },
    /// The district was restored and goes on in a journal that the desk does not know: fetch what is left of the one it
    /// knows, then the others from their beginning.
    Turn {
        /// The journal that goes on.
        journal: JournalId,
    },
    /// The two sides hold different entries under one number. A person must look; nothing is overwritten on either side.
    Forked {
        /// Which journal; the district's own where it does not continue what the desk holds.
        journal: JournalId,
        /// The place at which it shows.
        seq: u64,
    },
    /// The district holds more of a journal than the desk does, which was set back: fetch the desk's own entries after a
    /// place. Where they do not continue what the desk holds, that is a fork.
    Own {
        /// Which journal.
        journal: JournalId,
        /// The last place at which both sides are equal for certain.
        after: u64,
    },
}

impl Local {
    /// Reads where the desk stands, in one look.
    pub(crate) fn read(reader: &Reader<'_>, remote: &HeadsAnswer) -> intake_store::Result<Self> {
        let line = reader.line();
        let mut former = line.district_journals()?;
        let district = former.pop().unwrap_or(remote.district.0);
        let known = line.remote_heads()?;
        let journals = line.epochs()?.into_iter().map(|epoch| {
            let agreed = known.iter().find(|(journal, _)| *journal == epoch.journal).map_or(0, |(_, head)| head.seq);
            let there = line.hash_at(epoch.journal, head_of(remote, epoch.journal).seq)?;
            Ok(Journal { journal: epoch.journal, head: epoch.head, there, agreed })
        });
        let journals = journals.collect::<intake_store::Result<_>>()?;
        Ok(Self { journals, district: (district, line.district_head()?), former })
    }
}

impl Journal {
    /// Whether the district's head of this journal is one of the desk's own entries.
    pub(crate) fn holds(&self, remote: Head) -> bool {
        self.there == Some(remote.hash)
    }
}

/// What to do so that both sides come to hold the same. Empty where there is nothing to do or to tell.
pub fn plan(local: &Local, remote: &HeadsAnswer) -> Vec<Step> {
    let mut steps = Vec::new();
    for own in &local.journals {
        let state = state_of(remote, own.journal);
        let head = state.map_or(Head::EMPTY, |state| state.head);
        let contradicted = own.there.is_some() && !own.holds(head);
        if own.there.is_none() {
            // What stands after the agreed place was written by a desk that was set back and did not know it.
            steps.push(Step::Own { journal: own.journal, after: own.agreed.min(own.head.seq) });
        }
        if contradicted || state.is_some_and(|state| state.forked) {
            steps.push(Step::Forked { journal: own.journal, seq: head.seq });
        }
        if own.holds(head) && own.head.seq > head.seq {
            steps.push(Step::Upload { journal: own.journal, after: head.seq });
        }
        // So that the district holds both versions: from the last place known to be equal, which lies before the fork.
        if contradicted {
            steps.push(Step::Upload { journal: own.journal, after: own.agreed.min(head.seq.saturating_sub(1)) });
        }
    }
    for state in &remote.journals {
        let known = local.journals.iter().any(|own| own.journal == state.journal);
        if !known && state.head.seq > 0 {
            steps.push(Step::Own { journal: state.journal, after: 0 });
        }
    }
    let ((name, held), (told_name, told)) = (local.district, remote.district);
    if name != told_name && !local.former.contains(&told_name) {
        steps.push(Step::Turn { journal: told_name });
    } else if name != told_name || told.seq < held.seq || (told.seq == held.seq && told.hash != held.hash) {
        steps.push(Step::Forked { journal: told_name, seq: told.seq });
    } else if told.seq > held.seq {
        steps.push(Step::Down { after: held.seq });
    }
    steps
}

/// Whether both sides hold the same and everything is applied (invariant 4). Only then may the window say so.
pub fn in_step(local: &Local, remote: &HeadsAnswer) -> bool {
    let equal = local.journals.iter().all(|own| head_of(remote, own.journal) == own.head);
    equal
        && plan(local, remote).is_empty()
        && remote.journals.iter().flat_map(|state| &state.verdicts).all(|one| !is_open(&one.verdict))
}

/// Whether a verdict still needs somebody: the entry is stored and not applied.
fn is_open(verdict: &VerdictKind) -> bool {
    matches!(verdict, VerdictKind::SetAside { .. } | VerdictKind::Waiting { .. })
}

fn state_of(remote: &HeadsAnswer, journal: JournalId) -> Option<&JournalState> {
    remote.journals.iter().find(|state| state.journal == journal)
}

/// The district's head of a journal.
pub(crate) fn head_of(remote: &HeadsAnswer, journal: JournalId) -> Head {
    state_of(remote, journal).map_or(Head::EMPTY, |state| state.head)
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
