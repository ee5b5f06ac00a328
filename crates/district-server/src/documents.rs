//! What desks say of the papers they issued, applied: issued, printed again, voided, delivered; also by another window of the
//! centre.

use deadpool_postgres::Transaction;
use intake_model::Code;
use intake_wire::{
    DeliveryTold, DocumentDelivered, DocumentIssued, DocumentReprinted, DocumentVoided, SealedPart, VerdictKind,
};

use crate::apply::{Outcome, apply_safely, depending, others_number, read, unreadable};
use crate::db::documents::{self, Delivered, Place};
use crate::db::entries::{self, Held, WaitsElsewhere};
use crate::db::journals::{self, Journal};
use crate::db::shared;
use crate::{District, Result};

/// Stands for the entry that something waits for, where that is one of another desk's.
pub(crate) const ANOTHER_DESK: u64 = 0;

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

/// Papers of another desk of the centre, delivered by this one. While that desk's own entry about a paper is not here, they
/// wait for it: this district was restored, and that desk has not told it again yet. A paper that is void by now keeps both.
pub(crate) async fn delivered_for(tx: &Transaction<'_>, journal: &Journal, entry: &Held) -> Result<Outcome> {
    let Some(open) = read::<DocumentDelivered>(entry.open.as_deref()) else { return Ok(unreadable(None)) };
    let Some(told) = told(entry) else { return Ok(unreadable(None)) };
    let Some(number) = others_number(journal, &open.number) else { return Ok(unreadable(None)) };
    let (desk, number) = (number.desk().get(), number.to_string());
    let mut places = Vec::new();
    for name in &open.documents {
        let Some(place) = documents::find(tx, journal, desk, &number, name).await? else {
            return Ok(Outcome::of(VerdictKind::Waiting { for_seq: ANOTHER_DESK }, Some(number)));
        };
        places.push(place);
    }
    // How it went is told of no sealed matter, whatever the desk knew when it wrote it down.
    let sealed = shared::keeps_silent(tx, &journal.centre, &number).await?;
    let told = if sealed { Delivered::default() } else { told };
    for of in places {
        documents::deliver(tx, journal, entry.seq, of, &told).await?;
    }
    Ok(Outcome::of(VerdictKind::Stored, Some(number)))
}

impl District {
    /// What waits for an entry of another desk's, the longest first, for whoever must see that it comes.
    pub(crate) async fn waits_elsewhere(&self, limit: i64) -> Result<Vec<WaitsElsewhere>> {
        entries::waits_elsewhere(&self.pool.get().await?, limit).await
    }

    /// What desks of a centre said of papers whose own desk had not told of them then is applied, where it has by now: each
    /// journal by itself, so that no two of them wait for each other.
    pub(crate) async fn apply_what_waited(&self, centre: &str) -> Result<()> {
        let waiting = entries::journals_waiting(&self.pool.get().await?, centre).await?;
        for id in waiting {
            let mut client = self.pool.get().await?;
            let mut tx = client.transaction().await?;
            let Some(journal) = journals::lock(&tx, centre, id).await? else { continue };
            let mut changes = Vec::new();
            for entry in entries::waiting_elsewhere(&tx, &journal).await? {
                let outcome = apply_safely(&mut tx, &journal, &entry).await?;
                if !matches!(outcome.verdict, VerdictKind::Waiting { .. }) {
                    changes.extend(self.settle(&mut tx, &journal, entry.seq, &outcome, false).await?);
                    changes.push((entry.seq, outcome.verdict));
                }
            }
            self.tell(&tx, &journal, &changes).await?;
            for (seq, _) in &changes {
                shared::note(&tx, &journal, seq.saturating_sub(1), *seq).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }
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
            let Some(place) = documents::find(tx, journal, journal.desk, number, name).await? else {
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
