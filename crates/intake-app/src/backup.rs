//! Backups: when they are due, where they go, and what the window is told of them. What one is stands in the store.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{MutexGuard, PoisonError};

use intake_model::{Calendars, Code, civil_date};
use intake_store::{Backup, Db, LastBackup, Locked, backups, make_folder};

use crate::desk::{Desk, Setup};
use crate::machine::{free_bytes, on_one_disk};
use crate::view::{BackupPlace, BackupRow, BackupState, Restored};
use crate::visits::minute;
use crate::{Error, Failure, Result};

/// Of work since the last backup.
const DUE_MS: i64 = 2 * 3_600_000;
/// After one that failed.
const AGAIN_MS: i64 = 10 * 60_000;
/// Less than this is nearly full: a few days of scanned papers.
const LITTLE_ROOM: u64 = 512 << 20;
/// As many as the window lists.
const LISTED: usize = 30;

/// What is remembered of backups between two of them.
#[derive(Default)]
pub(crate) struct Watch {
    tried_ms: Option<i64>,
    trouble: Option<Failure>,
}

impl Desk {
    fn backup_watch(&self) -> MutexGuard<'_, Watch> {
        self.0.backup.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where backups are looked for: the chosen place, and beside the data folder.
    pub(crate) fn backup_places(&self) -> Result<Vec<PathBuf>> {
        let (chosen, beside) = (self.folder().backup_place()?, self.folder().beside());
        Ok(if chosen == beside { vec![chosen] } else { vec![chosen, beside] })
    }

    /// Makes a backup now, into the chosen place.
    ///
    /// # Errors
    /// [`Code::BackupFolderUnusable`], [`Code::BackupFailed`], [`Code::DiskFull`], [`Code::DeskLocked`].
    pub fn back_up_now(&self) -> Result<BackupState> {
        let (db, _) = self.at_work()?;
        self.back_up(&db, &self.folder().backup_place()?)?;
        self.backup_state()
    }

    /// Makes a backup into a place of the caller's choice.
    ///
    /// # Errors
    /// As [`Desk::back_up_now`].
    pub fn back_up_to(&self, place: &Path) -> Result<BackupRow> {
        let (db, _) = self.at_work()?;
        Ok(row(&self.back_up(&db, place)?))
    }

    fn back_up(&self, db: &Db, place: &Path) -> Result<Backup> {
        // One at a time; the window does not wait for it.
        let _turn = self.0.backing_up.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.now().at_ms;
        self.backup_watch().tried_ms = Some(now);
        // A folder on a stick that is not plugged in must not be made on the disk in its stead.
        let made = if place == self.folder().beside() { make_folder(place) } else { Ok(()) };
        let made = match made {
            Ok(()) if place.is_dir() => db.back_up(place, now).map_err(Error::Backup),
            Ok(()) => Err(Error::Refused(Code::BackupFolderUnusable)),
            Err(error) => Err(Error::Backup(error)),
        };
        self.backup_watch().trouble = made.as_ref().err().map(|error| error.told("backup"));
        made
    }

    /// Why the last try to make a backup failed.
    pub(crate) fn backup_trouble(&self) -> Option<Failure> {
        self.backup_watch().trouble.clone()
    }

    /// Makes a backup into the chosen place, whoever is signed in by now.
    pub(crate) fn back_up_into_place(&self, db: &Db) -> Result<()> {
        self.back_up(db, &self.folder().backup_place()?).map(drop)
    }

    /// In a pause: a backup, where two hours of work or a day's close are in none.
    pub(crate) fn back_up_if_due(&self, db: &Db) -> Result<()> {
        let now = self.now().at_ms;
        let tried = self.backup_watch().tried_ms;
        // A clock that was set back must not put it off.
        if tried.is_some_and(|tried| (tried..tried + AGAIN_MS).contains(&now)) {
            return Ok(());
        }
        let (last, since, closed) =
            db.read::<_, Error>(|r| Ok((r.last_backup()?, r.unsaved_since()?, r.closings().is_unsaved()?)))?;
        let Some(since) = since else { return Ok(()) };
        let since = last.map_or(since, |last| last.at_ms);
        if (since..since + DUE_MS).contains(&now) && !closed {
            return Ok(());
        }
        // Told in the window by its own means; registrations go on.
        self.back_up_into_place(db)
    }

    /// Sets where backups go: a second disk or a stick. Empty for beside the data folder.
    ///
    /// # Errors
    /// [`Code::NotAllowed`], [`Code::BackupFolderUnusable`] also for a place inside the data folder.
    pub fn set_backup_folder(&self, folder: &str) -> Result<BackupState> {
        self.administrator()?;
        let folder = folder.trim();
        let place = Path::new(folder);
        let unusable = || Error::about("backup_folder", Code::BackupFolderUnusable);
        if !folder.is_empty() {
            // Only the last folder is made: where the one above is missing, the stick is.
            let above = place.parent().is_some_and(Path::is_dir);
            if !place.is_absolute() || !above || place.starts_with(self.folder().path()) || make_folder(place).is_err()
            {
                return Err(unusable());
            }
            // Written to now, so that the mistake is found while somebody is looking.
            let probe = place.join(".intake-probe");
            std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe)).map_err(|_| unusable())?;
        }
        self.folder().set_backup_place(folder)?;
        *self.backup_watch() = Watch::default();
        self.backup_state()
    }

    /// How backups stand.
    ///
    /// # Errors
    /// [`Code::DeskLocked`].
    pub fn backup_state(&self) -> Result<BackupState> {
        let (db, _) = self.at_work()?;
        let (place, data) = (self.folder().backup_place()?, self.folder());
        let (desk, last, since) = db.read::<_, Error>(|r| Ok((r.desk()?, r.last_backup()?, r.unsaved_since()?)))?;
        let there = place.is_dir();
        let trouble = self.backup_watch().trouble.clone();
        let listed = backups(&place, Some((&desk.centre_code, desk.number)));
        Ok(BackupState {
            folder: place.display().to_string(),
            place: match (place == data.beside(), there) {
                (true, _) => BackupPlace::Beside,
                (false, true) => BackupPlace::Chosen,
                (false, false) => BackupPlace::Away,
            },
            // The folder above where it is not made yet.
            same_disk: on_one_disk(data.path(), if there { &place } else { place.parent().unwrap_or(&place) }),
            last: last.as_ref().map(|last| minute(last.at_ms)),
            age: last
                .as_ref()
                .map(|last| (self.now().at_ms - last.at_ms).max(0) / 60_000)
                .and_then(|age| age.try_into().ok()),
            unsaved: since.is_some(),
            free_mb: free_bytes(&place).map(|bytes| bytes >> 20),
            trouble,
            warning: self.backup_warning(&db)?,
            backups: listed.iter().take(LISTED).map(row).collect(),
        })
    }

    /// What a clerk should know of backups and disks, if anything: the worst of it.
    pub(crate) fn backup_warning(&self, db: &Db) -> Result<Option<Failure>> {
        let place = self.folder().backup_place()?;
        for disk in [self.folder().path(), &place] {
            if let Some(free) = free_bytes(disk).filter(|free| *free < LITTLE_ROOM) {
                return Ok(Some(plain(Code::DiskNearlyFull, &[("mb", free >> 20)])));
            }
        }
        let trouble = self.backup_watch().trouble.clone();
        if trouble.is_some() {
            return Ok(trouble);
        }
        let (last, since) = db.read::<_, Error>(|r| Ok((r.last_backup()?, r.unsaved_since()?)))?;
        let Some(since) = since else { return Ok(None) };
        Ok(is_stale(last.as_ref(), since, self.now().at_ms).then(|| plain(Code::BackupStale, &[])))
    }
}

/// Whether more than one working day went by since the last backup, or since the first record that is in none.
fn is_stale(last: Option<&LastBackup>, since: i64, now: i64) -> bool {
    let from = civil_date(last.map_or(since, |last| last.at_ms));
    // In a year without a calendar every day counts.
    let until = Calendars::known().working_days_after(from, 1).unwrap_or(from + chrono::Days::new(1));
    civil_date(now) > until
}

/// A sentence for the window that nothing in the log belongs to.
fn plain(code: Code, params: &[(&str, u64)]) -> Failure {
    let params: BTreeMap<String, _> =
        params.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
    Failure { code, params, field: None, reference: String::new() }
}

fn row(backup: &Backup) -> BackupRow {
    let manifest = &backup.manifest;
    BackupRow {
        made: minute(manifest.made_ms),
        path: backup.path.display().to_string(),
        desk: format!("{}-{:02}", manifest.centre, manifest.desk),
        mark: manifest.marks.last().cloned().unwrap_or_default(),
        entries: manifest.entries(),
    }
}

/// Every backup in a place, the newest first.
pub fn list_backups(place: &Path) -> Vec<BackupRow> {
    backups(place, None).iter().map(row).collect()
}

/// Who can open a backup, or the newest one in a place: the names of its clerks, each with the number to sign in with.
///
/// # Errors
/// [`Code::BackupMissing`], [`Code::BackupUnreadable`].
pub fn clerks_of_backup(source: &Path) -> Result<Vec<(u32, String)>> {
    let ring = found(source)?.keyring()?;
    Ok(ring.clerks.into_iter().map(|one| (one.clerk, one.name)).collect())
}

/// Puts a backup, or the newest one in a place, in the place of what a data folder holds. What was there is moved aside.
///
/// # Errors
/// [`Code::FolderInUse`], [`Code::BackupMissing`], [`Code::BackupUnreadable`], [`Code::WrongPassword`], and
/// [`Code::BackupOlder`] unless `over_newer`.
pub fn restore(setup: &Setup, source: &Path, clerk: u32, password: &str, over_newer: bool) -> Result<Restored> {
    let backup = found(source)?;
    let key = backup.keyring()?.unlock(clerk, password)?;
    let locked = Locked::take(&setup.folder)?;
    let aside = intake_store::restore(&locked, &backup, &key, over_newer, setup.clock.now().at_ms)?;
    Ok(Restored { backup: row(&backup), aside: aside.display().to_string() })
}

fn found(source: &Path) -> Result<Backup> {
    if source.is_file() || source.join("manifest.json").is_file() {
        return Ok(Backup::at(source)?);
    }
    let mut all = backups(source, None);
    // Two desks in one place: which one is meant must be said.
    let desks = |one: &Backup| (one.manifest.centre.clone(), one.manifest.desk);
    all.sort_by_key(|one| desks(one));
    all.dedup_by_key(|one| desks(one));
    match all.len() {
        1 => backups(source, None).into_iter().next().ok_or(Error::Refused(Code::BackupMissing)),
        _ => Err(Error::Refused(Code::BackupMissing)),
    }
}
