//! What desks say of the papers they issued, applied: issued, printed again, voided, delivered.

use deadpool_postgres::Transaction;
use intake_model::Code;
use intake_wire::{
    DeliveryTold, DocumentDelivered, DocumentIssued, DocumentReprinted, DocumentVoided, SealedPart, VerdictKind,
};

use crate::Result;
use crate::apply::{Outcome, depending, read, unreadable};
use crate::db::documents::{self, Delivered, Place};
use crate::db::entries::Held;
use crate::db::journals::Journal;

pub(crate) async fn issued(tx: &Transaction<'_>, journal: &Journal, entry: &Held) -> Result<Outcome> {
    let Some(open) = read::<DocumentIssued>(entry.open.as_deref()) else { return Ok(unreadable(None)) };
    let ours = open.document.number().filter(|number| number.desk.get() == journal.desk);
    let Some(name) = ours.map(|number| number.to_string()) else { return Ok(unreadable(None)) };
    let outcome = depending(tx, journal, entry, open.number.clone()).await?;
    if let (Some(_), Some(number)) = (outcome.of, &outcome.number) {
        let open = DocumentIssued { number: number.clone(), ..open };
        documents::put(tx, journal, entry.seq, &open, &name).await?;
    }
    Ok(outcome)
}

pub(crate) async fn reprinted(tx: &Transaction<'_>, journal: &Journal, entry: &Held) -> Result<Outcome> {
    let Some(open) = read::<DocumentReprinted>(entry.open.as_deref()) else { return Ok(unreadable(None)) };
    let outcome = depending(tx, journal, entry, open.number).await?;
    let (outcome, places) = places(tx, journal, outcome, &[open.document]).await?;
    for of in places {
        documents::copies(tx, journal, of, open.copy).await?;
    }
    Ok(outcome)
}

pub(crate) async fn voided(tx: &Transaction<'_>, journal: &Journal, entry: &Held) -> Result<Outcome> {
    let Some(open) = read::<DocumentVoided>(entry.open.as_deref()) else { return Ok(unreadable(None)) };
    let outcome = depending(tx, journal, entry, open.number).await?;
    let (outcome, places) = places(tx, journal, outcome, &[open.document]).await?;
    for of in places {
        documents::void(tx, journal, of).await?;
    }
    Ok(outcome)
}

pub(crate) async fn delivered(tx: &Transaction<'_>, journal: &Journal, entry: &Held) -> Result<Outcome> {
    let Some(open) = read::<DocumentDelivered>(entry.open.as_deref()) else { return Ok(unreadable(None)) };
    let Some(told) = told(entry) else { return Ok(unreadable(None)) };
    let outcome = depending(tx, journal, entry, open.number).await?;
    let (outcome, places) = places(tx, journal, outcome, &open.documents).await?;
    for of in places {
        documents::deliver(tx, journal, entry.seq, of, &told).await?;
    }
    Ok(outcome)
}

/// Where these papers of a matter that is known were issued; set aside where one never was.
async fn places(
    tx: &Transaction<'_>,
    journal: &Journal,
    mut outcome: Outcome,
    names: &[String],
) -> Result<(Outcome, Vec<Place>)> {
    let mut places = Vec::new();
    if let (Some(_), Some(number)) = (outcome.of, &outcome.number) {
        for name in names {
            let Some(place) = documents::find(tx, journal, number, name).await? else {
                let code = crate::take::word(Code::DocumentUnknown);
                outcome.verdict = VerdictKind::SetAside { code };
                return Ok((outcome, Vec::new()));
            };
            places.push(place);
        }
    }
    Ok((outcome, places))
}

/// How it was delivered; nothing where that is sealed or erased, `None` where it does not read.
fn told(entry: &Held) -> Option<Delivered> {
    let Some(bytes) = entry.personal.as_deref() else { return Some(Delivered::default()) };
    let of = |DeliveryTold { delivery }: DeliveryTold| Delivered {
        way: Some(delivery.way.word()),
        on: Some(delivery.at.date()),
        refused: Some(delivery.refused),
    };
    read(Some(bytes)).map(of).or_else(|| read::<SealedPart>(Some(bytes)).map(|_| Delivered::default()))
}
