//! What desks say of the files that stand with matters, applied: added, taken off, sealed, erased at the desk.
//!
//! None of it waits for its matter: whatever becomes of that, its files are as safe as its entries.

use deadpool_postgres::Transaction;
use intake_wire::{AttachmentAdded, AttachmentRemoved, Carried, Erased, JournalId, Kind, Resealed, VerdictKind};

use crate::apply::{Outcome, own_number, read, unreadable};
use crate::db::entries::{self, Held};
use crate::db::journals::{self, Journal};
use crate::db::{attachments, fixed, place};
use crate::{District, Result};

/// Entries in one transaction.
const AT_ONCE: i64 = 64;

pub(crate) async fn added(tx: &Transaction<'_>, journal: &Journal, entry: &Held) -> Result<Outcome> {
    let Some(open) = read::<AttachmentAdded>(entry.open.as_deref()) else { return Ok(unreadable(None)) };
    let Some(number) = own_number(journal, &open.number).map(|number| number.to_string()) else {
        return Ok(unreadable(None));
    };
    if place(open.bytes).is_err() {
        return Ok(unreadable(Some(number)));
    }
    let open = AttachmentAdded { number: number.clone(), ..open };
    attachments::put(tx, journal, entry.seq, &open, entry.personal.is_some()).await?;
    Ok(Outcome::of(VerdictKind::Stored, Some(number)))
}

pub(crate) async fn removed(tx: &Transaction<'_>, journal: &Journal, entry: &Held) -> Result<Outcome> {
    let Some(open) = read::<AttachmentRemoved>(entry.open.as_deref()) else { return Ok(unreadable(None)) };
    let Some(number) = own_number(journal, &open.number).map(|number| number.to_string()) else {
        return Ok(unreadable(None));
    };
    attachments::remove(tx, journal, &number, open.blob).await?;
    Ok(Outcome::of(VerdictKind::Stored, Some(number)))
}

pub(crate) async fn erased(tx: &Transaction<'_>, journal: &Journal, entry: &Held) -> Result<Outcome> {
    let Some(open) = read::<Erased>(entry.open.as_deref()) else { return Ok(unreadable(None)) };
    attachments::leave_desk(tx, journal, &open.numbers).await?;
    Ok(Outcome::of(VerdictKind::Stored, None))
}

/// What was added at these places stands sealed in an entry that came now, or came without its content.
pub(crate) async fn resealed(tx: &Transaction<'_>, theirs: &Journal, of: &[u64], entry: &Held) -> Result<()> {
    attachments::set_opens(tx, theirs, of, entry.personal.is_some()).await
}

impl District {
    /// Folds what an earlier version of this program stored about files without a table for them.
    pub(crate) async fn fold_attachments(&self) -> Result<()> {
        loop {
            let mut client = self.pool.get().await?;
            let tx = client.transaction().await?;
            let unfolded = attachments::unfolded(&tx, AT_ONCE).await?;
            if unfolded.is_empty() {
                return Ok(());
            }
            for (centre, id, at) in unfolded {
                if let Some(journal) = journals::lock(&tx, &centre, JournalId(fixed(&id)?)).await?
                    && let Some(entry) = entries::after(&tx, &journal, at.saturating_sub(1), 1, 0).await?.pop()
                {
                    fold(&tx, &journal, entry).await?;
                }
                attachments::is_folded(&tx, &centre, &id, at).await?;
            }
            tx.commit().await?;
        }
    }
}

async fn fold(tx: &Transaction<'_>, journal: &Journal, mut entry: Held) -> Result<()> {
    if entry.kind == Kind::carried().as_str() {
        let Some(carried) = read::<Carried>(entry.open.as_deref()) else { return Ok(()) };
        carried.kind.as_str().clone_into(&mut entry.kind);
        entry.open = Some(carried.content.into_bytes());
    }
    match entry.kind.as_str() {
        "attachment_added" => drop(added(tx, journal, &entry).await?),
        "attachment_removed" => drop(removed(tx, journal, &entry).await?),
        "erased" => drop(erased(tx, journal, &entry).await?),
        "resealed" => {
            let Some(open) = read::<Resealed>(entry.open.as_deref()) else { return Ok(()) };
            let own = journals::of_desk(tx, &journal.centre, journal.desk).await?;
            if let Some(theirs) = own.into_iter().find(|one| one.id == open.journal) {
                resealed(tx, &theirs, &open.of, &entry).await?;
            }
        }
        _ => {}
    }
    Ok(())
}
