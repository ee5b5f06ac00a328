//! What the desks of one centre hear of one another's matters, so that any window answers and links: number, day, state, and
//! the visitor's name and phone. Never of a sealed matter; where one becomes sealed, what was told of it goes.
//!
//! A desk hears of them when it asks where both sides stand. Deliberately absent: what a visitor said, and any other centre.

use deadpool_postgres::Transaction;
use intake_wire::{Draft, Kind, MatterShared, Record, SharedState, SharedWords};

use crate::db::own::{self, Own};
use crate::db::shared::{self, Stands};
use crate::matter_acts::json;
use crate::{District, Result, apply};

/// Matters told at once; the desk asks again until there are no more.
const AT_ONCE: i64 = 512;

impl District {
    /// Writes what a desk is to hear of into the district's journal for it.
    pub(crate) async fn share(&self, tx: &Transaction<'_>, centre: &str, desk: u8, journal: &mut Own) -> Result<()> {
        for number in shared::take(tx, centre, desk, AT_ONCE).await? {
            let Some(stands) = shared::stands(tx, centre, &number).await? else { continue };
            let told = shared::told(tx, centre, desk, &number).await?;
            let Some((open, words)) = says(number, &stands, !told.is_empty()) else { continue };
            if open.state == SharedState::Sealed {
                for (journal, seq) in told {
                    shared::forget(tx, centre, &journal, seq).await?;
                }
            }
            let draft = Draft { kind: Kind::matter_shared(), open: json(&open)?, personal: json(&words)? };
            own::append(tx, centre, journal, draft, self.moment()).await?;
            shared::put_told(tx, centre, desk, &open.number, (journal.id, journal.head.seq)).await?;
        }
        Ok(())
    }
}

/// What is said of a matter; nothing of a sealed one that was never told of, and of one whose record is erased.
fn says(number: String, stands: &Stands, told: bool) -> Option<(MatterShared, SharedWords)> {
    let state = match (stands.sealed, stands.void, stands.version) {
        (true, ..) => SharedState::Sealed,
        (_, true, _) => SharedState::Void,
        (_, _, 1) => SharedState::Registered,
        _ => SharedState::Corrected,
    };
    let registered_on = stands.date;
    let open = |party| MatterShared { number, state, registered_on, party };
    if state == SharedState::Sealed {
        return told.then(|| (open(intake_model::Party::Person), SharedWords::default()));
    }
    match apply::content(Some(stands.personal.as_deref()?))? {
        Record::Told(record) if !record.visit.is_sealed() => {
            let visit = record.visit;
            let name = visit.name.shown().to_owned();
            Some((open(visit.party), SharedWords { title: visit.title, name, phone: visit.phone.unwrap_or_default() }))
        }
        _ => None,
    }
}
