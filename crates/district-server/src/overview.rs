//! The desks as those who run them look at them: who was heard when, how far each is, what needs a person.

use intake_model::clock_guard::DISTRICT_TOLERANCE_MS;

use crate::db::desks::{self, JournalLine};
use crate::{District, Result};

/// One desk.
pub(crate) struct DeskOverview {
    pub(crate) centre: String,
    pub(crate) desk: u8,
    pub(crate) state: DeskState,
    pub(crate) seen_ms: Option<i64>,
    pub(crate) journals: Vec<JournalLine>,
}

/// Whether a desk is in service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeskState {
    InService,
    Retired,
    Lost,
}

impl DeskOverview {
    /// Entries that the desk told of and has not sent; `None` where it told of none yet.
    pub(crate) fn unsent(&self) -> Option<u64> {
        let each = self.journals.iter().filter_map(|one| one.told.map(|told| told.saturating_sub(one.head)));
        each.reduce(u64::saturating_add)
    }

    pub(crate) fn set_aside(&self) -> i64 {
        self.journals.iter().map(|one| one.set_aside).sum()
    }

    pub(crate) fn waiting(&self) -> i64 {
        self.journals.iter().map(|one| one.waiting).sum()
    }

    pub(crate) fn is_forked(&self) -> bool {
        self.journals.iter().any(|one| one.forked)
    }

    /// Whole minutes by which the desk's clock goes before the district's, at least, where that is more than is let pass. A
    /// clock that goes behind looks like an entry that was sent late: the desk itself sees that.
    pub(crate) fn minutes_ahead(&self) -> Option<u64> {
        let ahead = self.journals.last()?.ahead_ms?;
        let ahead = u64::try_from(ahead).ok().filter(|ahead| *ahead > DISTRICT_TOLERANCE_MS)?;
        Some(ahead / 60_000)
    }
}

impl District {
    /// Every desk, in order.
    pub(crate) async fn overview(&self) -> Result<Vec<DeskOverview>> {
        let lines = desks::lines(&self.pool.get().await?).await?;
        let mut desks: Vec<DeskOverview> = Vec::new();
        for line in lines {
            let known = desks.last_mut().filter(|last| last.centre == line.centre && last.desk == line.desk);
            if let Some(last) = known {
                last.journals.extend(line.journal);
                continue;
            }
            let state = if self.revoked.holds(&line.key)? {
                DeskState::Lost
            } else if line.retired_ms.is_some() {
                DeskState::Retired
            } else {
                DeskState::InService
            };
            let journals = line.journal.into_iter().collect();
            desks.push(DeskOverview { centre: line.centre, desk: line.desk, state, seen_ms: line.seen_ms, journals });
        }
        Ok(desks)
    }
}
