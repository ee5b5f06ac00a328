//! What desks say of their own steps with a matter, applied: accepted, handed over, replied, closed, and taken back.

use deadpool_postgres::Transaction;
use intake_model::{Code, StepKind};
use intake_wire::{SealedPart, StepOpen, StepReason, StepTold, StepWithdrawn, VerdictKind};
use serde::de::DeserializeOwned;

use crate::Result;
use crate::apply::{Outcome, depending, read, unreadable};
use crate::db::entries::Held;
use crate::db::journals::Journal;
use crate::db::steps;

pub(crate) async fn taken(tx: &Transaction<'_>, journal: &Journal, entry: &Held, kind: StepKind) -> Result<Outcome> {
    let Some(open) = read::<StepOpen>(entry.open.as_deref()) else { return Ok(unreadable(None)) };
    if !reads::<StepTold>(entry) {
        return Ok(unreadable(None));
    }
    let outcome = depending(tx, journal, entry, open.number.clone()).await?;
    if let (Some(_), Some(number)) = (outcome.of, &outcome.number) {
        let open = StepOpen { number: number.clone(), ..open };
        steps::put(tx, journal, entry.seq, kind, &open).await?;
    }
    Ok(outcome)
}

pub(crate) async fn withdrawn(tx: &Transaction<'_>, journal: &Journal, entry: &Held) -> Result<Outcome> {
    let Some(open) = read::<StepWithdrawn>(entry.open.as_deref()) else { return Ok(unreadable(None)) };
    if !reads::<StepReason>(entry) {
        return Ok(unreadable(None));
    }
    let mut outcome = depending(tx, journal, entry, open.number).await?;
    if let (Some(_), Some(number)) = (outcome.of, &outcome.number)
        && !steps::withdraw(tx, journal, number, &open.step).await?
    {
        outcome.verdict = VerdictKind::SetAside { code: crate::take::word(Code::StepUnknown) };
    }
    Ok(outcome)
}

/// Whether the personal part is what it should be: open, sealed or erased.
fn reads<T: DeserializeOwned>(entry: &Held) -> bool {
    let Some(bytes) = entry.personal.as_deref() else { return true };
    read::<T>(Some(bytes)).is_some() || read::<SealedPart>(Some(bytes)).is_some()
}
