//! The usual day of a desk, applied many entries at a time: matters registered, their slips, and what changes no table. Three
//! statements for a whole run take the place of six for each entry.
//!
//! Where everything before it is applied, a run is folded in the transaction that stores it, so that its rows are written
//! once. A run ends before the first entry that is anything else, and what turns out not to fit after all is left to be applied
//! entry by entry (`apply`), after it is stored: the outcome is the same either way. Deliberately absent: any verdict but
//! stored.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use deadpool_postgres::Transaction;
use intake_model::Party;
use intake_wire::{Record, Registered, SlipIssued};

use crate::Result;
use crate::apply::{is_quiet, legible, own_number, party, profile_title, read, unfit};
use crate::db::entries::{self, Held};
use crate::db::journals::Journal;
use crate::db::matters::{self, Version, Words};

/// Entries that stand alone, in order.
pub(crate) struct Run {
    matters: Vec<Matter>,
    /// Where each registration stands in `matters`.
    places: BTreeMap<String, usize>,
    /// The highest copy of slips of matters that were registered before the run.
    slips: BTreeMap<String, u32>,
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
        let (places, slips) = (BTreeMap::new(), BTreeMap::new());
        let mut run = Self { matters: Vec::new(), places, slips, decided: Vec::new() };
        for entry in entries {
            if run.take(journal, entry).is_none() {
                break;
            }
        }
        run
    }

    /// Its entries, each with the matter it is about.
    pub(crate) fn decided(&self) -> &[(u64, Option<String>)] {
        &self.decided
    }

    /// The numbers of the matters that it registers.
    pub(crate) fn numbers(&self) -> Vec<&str> {
        self.matters.iter().map(|matter| matter.number.as_str()).collect()
    }

    /// `None` where the entry does not stand alone.
    fn take(&mut self, journal: &Journal, entry: &Held) -> Option<()> {
        let number = match entry.kind.as_str() {
            "registered" => Some(self.registered(journal, entry)?),
            "slip_issued" => {
                let slip: SlipIssued = read(entry.open.as_deref())?;
                let number = own_number(journal, &slip.number)?.to_string();
                let here = self.places.get(&number).and_then(|place| self.matters.get_mut(*place));
                let copy = match here {
                    Some(matter) => &mut matter.slips,
                    None => self.slips.entry(number.clone()).or_default(),
                };
                *copy = slip.copy.max(*copy);
                Some(number)
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
        // What was said of the number before it was registered is decided without it.
        if self.slips.contains_key(&number) || self.places.insert(number.clone(), self.matters.len()).is_some() {
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

    /// Applies the run, whose entries are stored; `false` where it has to go entry by entry after all. Nothing is changed then.
    pub(crate) async fn apply(&self, tx: &mut Transaction<'_>, journal: &Journal) -> Result<bool> {
        let folded = self.fold(tx, journal).await?;
        if folded {
            entries::decide_stored(tx, journal, &self.decided).await?;
        }
        Ok(folded)
    }

    /// Folds the run into the tables and leaves its entries as they are.
    pub(crate) async fn fold(&self, tx: &mut Transaction<'_>, journal: &Journal) -> Result<bool> {
        if self.matters.is_empty() && self.slips.is_empty() {
            return Ok(true);
        }
        let inner = tx.savepoint("run").await?;
        let versions: Vec<(Version<'_>, u32)> =
            self.matters.iter().map(|matter| (matter.version(journal), matter.slips)).collect();
        let done = async {
            matters::put_new(&inner, journal, &versions).await?;
            matters::slips(&inner, journal, &self.slips).await
        };
        match done.await {
            Ok(true) => {
                inner.commit().await?;
                Ok(true)
            }
            // A slip of a matter that another epoch registered, or none at all.
            Ok(false) => {
                inner.rollback().await?;
                Ok(false)
            }
            // Also where a number is registered already: to ask first would cost every usual day what this one rarely does.
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
