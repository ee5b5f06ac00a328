//! The usual day of a desk, applied many entries at a time: matters registered, their slips, and what changes no table. Three
//! statements for a whole run take the place of six for each entry.
//!
//! A run ends before the first entry that is anything else, and what turns out not to fit after all is left to be applied
//! entry by entry (`apply`): the outcome is the same either way. Deliberately absent: any verdict but stored.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use deadpool_postgres::Transaction;
use intake_model::Party;
use intake_wire::{Record, Registered, SlipIssued};

use crate::Result;
use crate::apply::{is_quiet, legible, party, profile_title, read, unfit};
use crate::db::entries::{self, Held};
use crate::db::journals::Journal;
use crate::db::matters::{self, Version, Words};

/// Entries that stand alone, in order.
pub(crate) struct Run {
    matters: Vec<Matter>,
    /// Where each registration stands in `matters`.
    places: BTreeMap<String, usize>,
    /// Every entry of the run, with the matter it is about.
    decided: Vec<(u64, Option<String>)>,
}

struct Matter {
    number: String,
    seq: u64,
    date: NaiveDate,
    headcount: u32,
    party: Party,
    owes_written_notice: bool,
    record: Record,
    slips: u32,
}

impl Run {
    /// The longest run in front of these entries.
    pub(crate) fn of(journal: &Journal, entries: &[Held]) -> Self {
        let mut run = Self { matters: Vec::new(), places: BTreeMap::new(), decided: Vec::new() };
        for entry in entries {
            if run.take(journal, entry).is_none() {
                break;
            }
        }
        run
    }

    /// How many entries it has.
    pub(crate) fn len(&self) -> usize {
        self.decided.len()
    }

    /// `None` where the entry does not stand alone.
    fn take(&mut self, journal: &Journal, entry: &Held) -> Option<()> {
        let number = match entry.kind.as_str() {
            "registered" => Some(self.registered(journal, entry)?),
            "slip_issued" => {
                let slip: SlipIssued = read(entry.open.as_deref())?;
                let matter = self.places.get(&slip.number).and_then(|place| self.matters.get_mut(*place))?;
                matter.slips = matter.slips.max(slip.copy);
                Some(slip.number)
            }
            kind if is_quiet(kind) => {
                read::<serde_json::Map<_, _>>(entry.open.as_deref())?;
                None
            }
            _ => return None,
        };
        self.decided.push((entry.seq, number));
        Some(())
    }

    fn registered(&mut self, journal: &Journal, entry: &Held) -> Option<String> {
        let open: Registered = read(entry.open.as_deref())?;
        let (number, date, record) = legible(journal, entry, &open.number).ok()?;
        if self.places.insert(number.clone(), self.matters.len()).is_some() {
            return None;
        }
        self.matters.push(Matter {
            number: number.clone(),
            seq: entry.seq,
            date,
            headcount: open.headcount,
            party: open.party,
            owes_written_notice: open.owes_written_notice,
            record,
            slips: 0,
        });
        Some(number)
    }

    /// Applies the run; `false` where it has to go entry by entry after all. Nothing is changed then.
    pub(crate) async fn apply(&self, tx: &mut Transaction<'_>, journal: &Journal) -> Result<bool> {
        let numbers: Vec<&str> = self.matters.iter().map(|matter| matter.number.as_str()).collect();
        if !numbers.is_empty() && matters::any_registered(tx, journal, &numbers).await? {
            return Ok(false);
        }
        let inner = tx.savepoint("run").await?;
        let versions: Vec<(Version<'_>, u32)> =
            self.matters.iter().map(|matter| (matter.version(journal), matter.slips)).collect();
        let done = async {
            matters::put_new(&inner, journal, &versions).await?;
            entries::decide_stored(&inner, journal, &self.decided).await
        };
        match done.await {
            Ok(()) => {
                inner.commit().await?;
                Ok(true)
            }
            Err(error) if unfit(&error) => {
                inner.rollback().await?;
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

impl Matter {
    fn version<'m>(&'m self, journal: &Journal) -> Version<'m> {
        Version {
            of: journal.id,
            number: &self.number,
            seq: self.seq,
            registered_seq: self.seq,
            ordinal: 1,
            local_date: self.date,
            headcount: self.headcount,
            party: party(self.party),
            owes_written_notice: self.owes_written_notice,
            words: Words::of(&self.record, profile_title(journal)),
        }
    }
}
