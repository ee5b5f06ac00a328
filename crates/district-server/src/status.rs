//! What stands at the district, in counts: nothing personal.

use serde::Serialize;

use crate::days::{DayStatus, LISTED};
use crate::db::{days, documents, entries, journals, matters};
use crate::{District, Result};

/// Everything `district-server status` prints.
#[derive(Debug, Serialize)]
pub struct Status {
    /// The district's name.
    pub name: String,
    /// Its desks, in order.
    pub desks: Vec<DeskStatus>,
}

/// One desk.
#[derive(Debug, Serialize)]
pub struct DeskStatus {
    /// Nine digits.
    pub centre: String,
    /// 1 to 99.
    pub desk: u8,
    /// One for each epoch.
    pub journals: Vec<JournalStatus>,
    /// Its newest days, the newest first: which were closed, and which are missing.
    pub days: Vec<DayStatus>,
}

/// One journal of a desk.
#[derive(Debug, Serialize)]
pub struct JournalStatus {
    /// 32 hexadecimal digits.
    pub journal: String,
    /// The epoch mark.
    pub mark: String,
    /// Entries stored.
    pub head: u64,
    /// The head's hash.
    pub hash: String,
    /// Entries applied.
    pub applied: u64,
    /// Whether contradicting entries are kept.
    pub forked: bool,
    /// Registrations, void ones among them.
    pub registrations: i64,
    /// Voided registrations.
    pub void: i64,
    /// Papers issued, void ones among them.
    pub documents: i64,
    /// Voided papers.
    pub documents_void: i64,
    /// Papers whose delivery was written down, and not as a refusal.
    pub documents_delivered: i64,
    /// Entries that are not simply stored.
    pub not_plain: usize,
}

impl District {
    /// Where every desk stands.
    ///
    /// # Errors
    /// [`crate::Error::Away`] without the database.
    pub async fn status(&self) -> Result<Status> {
        let client = self.pool.get().await?;
        let mut desks: Vec<DeskStatus> = Vec::new();
        for journal in journals::all(&client).await? {
            let (registrations, void) = matters::counts(&client, &journal).await?;
            let (documents, documents_void, documents_delivered) = documents::counts(&client, &journal).await?;
            let line = JournalStatus {
                journal: journal.id.to_string(),
                mark: journal.mark.clone(),
                head: journal.head.seq,
                hash: journal.head.hash.to_string(),
                applied: journal.applied,
                forked: journal.forked,
                registrations,
                void,
                documents,
                documents_void,
                documents_delivered,
                not_plain: entries::open_verdicts(&client, &journal).await?.len(),
            };
            match desks.last_mut() {
                Some(last) if last.centre == journal.centre && last.desk == journal.desk => last.journals.push(line),
                _ => {
                    let (centre, desk) = (journal.centre, journal.desk);
                    let newest = days::newest(&client, &centre, desk, LISTED).await?;
                    let days = newest.into_iter().map(DayStatus::from).collect();
                    desks.push(DeskStatus { centre, desk, journals: vec![line], days });
                }
            }
        }
        Ok(Status { name: self.config.name.clone(), desks })
    }
}
