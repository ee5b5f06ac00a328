//! What stands at the district, in counts: nothing personal.

use serde::Serialize;

use crate::days::{DayStatus, LISTED};
use crate::db::{backups, days, desks, documents, entries, journals, matters};
use crate::{Aside, District, Result};

/// Entries set aside that are listed one by one.
const SHOWN: i64 = 1000;

/// Everything `district-server status` prints.
#[derive(Debug, Serialize)]
pub struct Status {
    /// The district's name.
    pub name: String,
    /// When a test-restored backup was marked last, milliseconds since 1970 UTC.
    pub backup_marked_ms: Option<i64>,
    /// Its desks, in order.
    pub desks: Vec<DeskStatus>,
    /// Entries that cannot be applied, the first thousand.
    pub set_aside: Vec<Aside>,
}

/// One desk.
#[derive(Debug, Serialize)]
pub struct DeskStatus {
    /// Nine digits.
    pub centre: String,
    /// 1 to 99.
    pub desk: u8,
    /// Since when it is out of service, milliseconds since 1970 UTC.
    pub retired_ms: Option<i64>,
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
    /// Entries within both of the last two test-restored backups.
    pub archived: u64,
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
        let retired = desks::retired(&client).await?;
        let mut desks: Vec<DeskStatus> = Vec::new();
        for journal in journals::all(&client).await? {
            let archived = backups::archived(&client, &journal.centre, journal.desk).await?;
            let (registrations, void) = matters::counts(&client, &journal).await?;
            let (documents, documents_void, documents_delivered) = documents::counts(&client, &journal).await?;
            let line = JournalStatus {
                journal: journal.id.to_string(),
                mark: journal.mark.clone(),
                head: journal.head.seq,
                hash: journal.head.hash.to_string(),
                applied: journal.applied,
                archived: archived.get(&journal.id).copied().unwrap_or(0),
                forked: journal.forked,
                registrations,
                void,
                documents,
                documents_void,
                documents_delivered,
                not_plain: entries::open_verdicts(&client, &journal, 1, journal.head.seq).await?.len(),
            };
            match desks.last_mut() {
                Some(last) if last.centre == journal.centre && last.desk == journal.desk => last.journals.push(line),
                _ => {
                    let (centre, desk) = (journal.centre, journal.desk);
                    let retired_ms = retired.get(&(centre.clone(), desk)).copied();
                    let newest = days::newest(&client, &centre, desk, LISTED).await?;
                    let days = newest.into_iter().map(DayStatus::from).collect();
                    desks.push(DeskStatus { centre, desk, retired_ms, journals: vec![line], days });
                }
            }
        }
        let backup_marked_ms = backups::last(&client).await?.map(|mark| mark.marked_ms);
        let set_aside = self.set_aside(None, SHOWN).await?;
        Ok(Status { name: self.config.name.clone(), backup_marked_ms, desks, set_aside })
    }
}
