//! A desk that its district retired: nothing more is written about matters, everything is kept, read and sent.
//!
//! Deliberately absent: whatever else a desk writes (openings, exports, copies of a slip, clerks, backups), for what it keeps must
//! stay in good order.

use intake_wire::{Admission, Kind};

use crate::db::{Reader, Writer};
use crate::{Error, Result};

/// What a retired desk writes no more.
const STOPPED: &[&str] = &[
    "registered",
    "corrected",
    "voided",
    "document_issued",
    "document_reprinted",
    "document_voided",
    "document_delivered",
    "delivered_for",
    "accepted",
    "handed_over",
    "replied",
    "closed",
    "objected",
    "step_withdrawn",
    "advice_given",
    "progress_told",
    "attachment_added",
    "attachment_removed",
];

impl Writer<'_> {
    /// Notes whom to ask since the district retired the desk, or that it has not.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Wire`].
    pub fn set_retired(&self, contact: Option<String>) -> Result<()> {
        match self.admission()? {
            Some(admission) => self.set_admission(&Admission { retired: contact, ..admission }),
            None => Ok(()),
        }
    }

    /// Refuses what a retired desk writes no more.
    pub(crate) fn check_in_service(&self, kind: &Kind) -> Result<()> {
        if !STOPPED.contains(&kind.as_str()) {
            return Ok(());
        }
        match self.admission()?.and_then(|admission| admission.retired) {
            Some(contact) => Err(Error::Retired { contact }),
            None => Ok(()),
        }
    }

    pub(crate) fn admission(&self) -> Result<Option<Admission>> {
        Reader { connection: self.connection }.line().admission()
    }
}
