//! Applies again what was set aside, after an update that knows more kinds or more codes.
//!
//! In the journals' own order, each entry by itself: what still cannot be applied stays as it is and holds nothing up. What
//! waited for an entry applies with it, and each change goes down to its desk.

use deadpool_postgres::Transaction;
use intake_wire::VerdictKind;
use serde::Serialize;

use crate::apply::apply_safely;
use crate::db::entries::{self, Aside, Held};
use crate::db::journals::{self, Journal};
use crate::db::shared;
use crate::{District, Result};

/// Entries in one transaction.
const AT_ONCE: i64 = 64;

/// What a run came to.
#[derive(Debug, Default, Serialize)]
pub struct Reapplied {
    /// Entries that were set aside and are applied now.
    pub applied: u64,
    /// Entries that waited for one of them and are applied now.
    pub freed: u64,
    /// Entries that are still set aside.
    pub set_aside: u64,
}

impl District {
    /// Applies every entry again that was set aside.
    ///
    /// # Errors
    /// [`crate::Error::Away`]; what was applied until then stays applied.
    pub async fn reapply(&self) -> Result<Reapplied> {
        let mut done = Reapplied::default();
        let known = journals::all(&self.pool.get().await?).await?;
        for journal in known {
            self.reapply_journal(&journal, &mut done).await?;
        }
        tracing::info!(applied = done.applied, freed = done.freed, set_aside = done.set_aside, "applied again");
        Ok(done)
    }

    async fn reapply_journal(&self, journal: &Journal, done: &mut Reapplied) -> Result<()> {
        let mut after = 0;
        loop {
            let mut client = self.pool.get().await?;
            let mut tx = client.transaction().await?;
            let Some(journal) = journals::lock(&tx, &journal.centre, journal.id).await? else { return Ok(()) };
            let aside = entries::set_aside_after(&tx, &journal, after, AT_ONCE).await?;
            let Some(last) = aside.last().map(|(entry, _)| entry.seq) else { return Ok(()) };
            let mut changes = Vec::new();
            for (entry, before) in &aside {
                changes.extend(self.again(&mut tx, &journal, entry, before, done).await?);
            }
            self.tell(&tx, &journal, &changes).await?;
            for (seq, _) in &changes {
                shared::note(&tx, &journal, seq.saturating_sub(1), *seq).await?;
            }
            tx.commit().await?;
            after = last;
        }
    }

    /// Applies one entry again. Gives the verdicts that changed.
    async fn again(
        &self,
        tx: &mut Transaction<'_>,
        journal: &Journal,
        entry: &Held,
        before: &VerdictKind,
        done: &mut Reapplied,
    ) -> Result<Vec<(u64, VerdictKind)>> {
        let outcome = apply_safely(tx, journal, entry).await?;
        if outcome.verdict == *before {
            done.set_aside += 1;
            return Ok(Vec::new());
        }
        let freed = self.settle(tx, journal, entry.seq, &outcome, true).await?;
        if outcome.verdict == VerdictKind::Stored {
            done.applied += 1;
        } else {
            done.set_aside += 1;
        }
        done.freed += freed.iter().filter(|(_, verdict)| *verdict == VerdictKind::Stored).count() as u64;
        Ok(std::iter::once((entry.seq, outcome.verdict)).chain(freed).collect())
    }

    /// Entries that are set aside, the oldest centres and desks first, for whoever must look at them.
    ///
    /// # Errors
    /// [`crate::Error::Away`].
    pub async fn set_aside(&self, centre: Option<&str>, limit: i64) -> Result<Vec<Aside>> {
        entries::set_aside(&self.pool.get().await?, centre, limit).await
    }
}
