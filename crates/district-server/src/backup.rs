//! Moves the mark `archived` (invariant 7): what stands in the last two backups that were test-restored.
//!
//! The administrator restores a backup into a database of its own and names that one. Every entry is read there, every
//! journal's chain computed again, and every attachment's hash, so that a backup counts only if it can be read, whatever tool
//! made it. Deliberately absent: making backups, and reading a dump's file, which would only show that there is a file.

use std::collections::BTreeMap;

use deadpool_postgres::{GenericClient, Transaction};
use intake_wire::{Head, JournalId};
use serde::Serialize;
use tokio_postgres::IsolationLevel;

use crate::db::backups::{self, Mark};
use crate::db::blobs_archived::{self, BackedUp};
use crate::db::entries;
use crate::db::journals::{self, Journal};
use crate::{District, Error, Result, blobs, config, db};

/// Entries read at once, and bytes of them.
const AT_ONCE: usize = 64;
const AT_ONCE_BYTES: usize = 8 << 20;

/// A backup that counts from now on.
#[derive(Debug, Serialize)]
pub struct Marked {
    /// Which one it is, from 1.
    pub mark: i64,
    /// Journals it holds.
    pub journals: usize,
    /// Entries it holds, each of which was read.
    pub entries: u64,
    /// Attachments whose bytes it holds whole, each of which was read and has its hash.
    pub files: usize,
    /// Attachments whose bytes in it do not have their hash: they do not count as archived.
    pub files_damaged: usize,
}

impl District {
    /// Marks a backup that was restored into the database at this address. What it and the backup marked before it both
    /// hold is archived from then on.
    ///
    /// # Errors
    /// [`Error::Backup`] with a sentence: the database in use or a replica of one, a backup from before the last mark (it
    /// may be the one that was counted), a journal that does not read through or is another one than here. Nothing is
    /// marked then.
    pub async fn mark_backup(&self, restored: &str) -> Result<Marked> {
        if !config::is_on_this_machine(restored) {
            return Err(wrong("name the restored database as postgres://user@localhost/database, on this machine"));
        }
        let pool = db::pool(restored, 1)?;
        let mut client = pool.get().await?;
        let whole = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
        let backup = whole.start().await?;
        let mut own = self.pool.get().await?;
        let tx = own.transaction().await?;
        backups::take_turn(&tx).await?;
        check_is_backup(&backup).await?;
        let last = backups::last(&tx).await?;
        if let Some(last) = &last
            && !backups::knows(&backup, last).await?
        {
            return Err(wrong("it was made before the last one was marked and may be the same: mark a later backup"));
        }
        let held = read_through(&backup, &tx).await?;
        let (files, files_damaged) = read_blobs(&backup).await?;
        let (journals, entries) = (held.len(), held.values().sum());
        let known = journals::all(&tx).await?.into_iter();
        let heads: Vec<(Journal, u64)> = known
            .map(|journal| {
                let seq = held.get(&key(&journal)).copied().unwrap_or(0);
                (journal, seq)
            })
            .collect();
        let number = last.map_or(1, |last| last.number + 1);
        let mark = Mark { number, name: intake_wire::random::<16>()?.to_vec(), marked_ms: self.now_ms() };
        backups::put(&tx, &mark, &heads).await?;
        blobs_archived::set_held(&tx, number, &files).await?;
        tx.commit().await?;
        let files = files.len();
        tracing::info!(mark = number, journals, entries, files, files_damaged, "backup marked");
        Ok(Marked { mark: number, journals, entries, files, files_damaged })
    }
}

fn wrong(sentence: &str) -> Error {
    Error::Backup(sentence.to_owned())
}

fn key(journal: &Journal) -> (String, JournalId) {
    (journal.centre.clone(), journal.id)
}

async fn check_is_backup(backup: &Transaction<'_>) -> Result<()> {
    if backups::is_replica(backup).await? {
        return Err(wrong(
            "a replica follows every mistake of its district: restore a backup into a database of its own",
        ));
    }
    if !backups::turn_is_free(backup).await? {
        return Err(wrong("this is the database in use: restore a backup into another one"));
    }
    Ok(())
}

/// How far the backup holds each journal, after every entry was read, and compared with the district's own.
async fn read_through(backup: &Transaction<'_>, own: &Transaction<'_>) -> Result<BTreeMap<(String, JournalId), u64>> {
    let mut held = BTreeMap::new();
    for journal in journals::all(backup).await? {
        let through = walked(backup, &journal).await?.filter(|(head, _)| *head == journal.head);
        let Some((_, erased)) = through else {
            return Err(Error::Backup(format!("journal {} does not read through to its head", journal.id)));
        };
        check_agrees(own, &journal).await?;
        if entries::any_told(own, &journal, &erased).await? {
            return Err(Error::Backup(format!("journal {} lacks what visitors said and what stands here", journal.id)));
        }
        held.insert(key(&journal), journal.head.seq);
    }
    Ok(held)
}

/// The blobs that the backup holds whole, after every one of their bytes was read; and how many do not have their hash. One
/// that rotted does not keep the others from counting: the desk that has it keeps it.
async fn read_blobs(backup: &Transaction<'_>) -> Result<(Vec<BackedUp>, usize)> {
    let (mut held, mut damaged): (Vec<BackedUp>, _) = (Vec::new(), 0);
    let mut last = None;
    loop {
        let some = blobs_archived::whole_after(backup, last.as_ref()).await?;
        if some.is_empty() {
            return Ok((held, damaged));
        }
        for one in some {
            let desk = u8::try_from(one.desk).unwrap_or(0);
            let of = (one.centre.as_str(), desk, one.blob);
            let sound = blobs::hash_of(backup, of, one.length).await? == one.sha256;
            last = Some(one.clone());
            if sound {
                held.push(one);
            } else {
                damaged += 1;
            }
        }
    }
}

/// Whether the district's own entry at the backup's head is the same one.
async fn check_agrees(own: &Transaction<'_>, backed_up: &Journal) -> Result<()> {
    let Head { seq, hash } = backed_up.head;
    let here = entries::hashes(own, backed_up, seq, seq).await?.pop();
    let fault = match here {
        _ if seq == 0 => return Ok(()),
        Some((_, here)) if here == hash => return Ok(()),
        Some(_) => "is another one than here",
        None => "goes on beyond what stands here: the district itself came from an older backup",
    };
    Err(Error::Backup(format!("journal {} {fault}", backed_up.id)))
}

/// The head that a journal's entries lead to, and the places whose words are gone; `None` where they do not follow one
/// another.
async fn walked(c: &impl GenericClient, journal: &Journal) -> Result<Option<(Head, Vec<u64>)>> {
    let (mut head, mut erased) = (Head::EMPTY, Vec::new());
    loop {
        let piece = entries::whole_after(c, journal, head.seq, (AT_ONCE, AT_ONCE_BYTES)).await?;
        if piece.is_empty() {
            return Ok(Some((head, erased)));
        }
        for entry in &piece {
            let Ok(next) = entry.follow(journal.id, head) else { return Ok(None) };
            head = next;
            if entry.personal.bytes().is_none() {
                erased.push(entry.seq);
            }
        }
    }
}
