//! Backups: an encrypted copy of the database with its keyring and blobs, opened and checked before it counts.
//!
//! A backup is a folder `<place>/<centre>-<desk>/<time>-<mark>-<entries>/`, made under a name that begins with `.new-` and
//! renamed last. Blobs are named by their content and lie beside all of a desk's backups, each once. Every copy says of
//! itself that it is one, so that whoever opens it, however it was put back, opens a new epoch first (invariant 9).

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::time::Duration;

use intake_model::{EpochMark, civil_time};
use intake_wire::{Head, JournalId, LastKnown, sha256_of};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::{Deserialize, Serialize};

use crate::blobs_back::KEPT;
use crate::db::{Access, Db, Reader, Writer, connect, sealed_pages};
use crate::folder::{Folder, make_folder, sync_folder, write_whole};
use crate::keyring::{DataKey, Keyring};
use crate::keyring_back::salt_of;
use crate::{Error, Result, drafts, marker, migrations};

/// Pages copied at once: the copy can be left in between, and other work gets its turn on the disk.
const STEP_PAGES: i32 = 512;
/// So many newest are kept whatever their age.
const NEWEST: usize = 8;
/// Of those before, the last of each of so many days, and then of so many weeks.
const DAYS: usize = 14;
const WEEKS: usize = 26;

const DATABASE: &str = "desk.db";
const KEYRING: &str = "keyring.json";
const MANIFEST: &str = "manifest.json";

/// What lies in a backup. Nothing personal: it is readable without a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    version: u32,
    /// Nine digits.
    pub centre: String,
    /// 1 to 99.
    pub desk: u8,
    /// When it was begun, milliseconds since 1970 UTC.
    pub made_ms: i64,
    /// The marks of its epochs, oldest first.
    pub marks: Vec<String>,
    /// The last entry of each of its journals, oldest first.
    pub heads: Vec<LastKnown>,
    /// The salt of the database that it was made from, which tells whose keyring this is; `None` in one of an older program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) made_from: Option<String>,
    /// SHA-256 of each file.
    files: BTreeMap<String, String>,
}

impl Manifest {
    /// Entries over all its journals.
    pub fn entries(&self) -> u64 {
        self.heads.iter().map(|head| head.seq).sum()
    }
}

/// A backup that counts: its manifest reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// Its folder.
    pub path: PathBuf,
    /// What lies in it.
    pub manifest: Manifest,
}

/// The last backup that was made from this database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastBackup {
    /// When, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Where.
    pub folder: PathBuf,
    /// How far it goes.
    pub journal: JournalId,
    /// See `journal`.
    pub seq: u64,
}

impl Backup {
    /// One backup, by its folder or by a file in it.
    ///
    /// # Errors
    /// [`Error::Backup`] where it is none.
    pub fn at(path: &Path) -> Result<Self> {
        let path = if path.is_file() { path.parent().unwrap_or(path) } else { path };
        let bytes = std::fs::read(path.join(MANIFEST)).map_err(|error| Error::Backup(error.to_string()))?;
        let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|error| Error::Backup(error.to_string()))?;
        if manifest.version == 1 {
            Ok(Self { path: path.to_owned(), manifest })
        } else {
            Err(Error::Newer { found: manifest.version, known: 1 })
        }
    }

    /// Its keyring, to unlock it with a password of its time.
    ///
    /// # Errors
    /// [`Error::Backup`].
    pub fn keyring(&self) -> Result<Keyring> {
        Keyring::read(&self.keyring_file()).map_err(|error| Error::Backup(error.to_string()))
    }

    /// Its database.
    pub fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }

    /// The blobs that belong to it, with those of the desk's other backups.
    pub fn blobs(&self) -> PathBuf {
        self.path.parent().unwrap_or(&self.path).join("blobs")
    }

    /// Whether the keyring is as it was written.
    pub(crate) fn keyring_is_whole(&self) -> bool {
        let told = self.manifest.files.get(KEYRING);
        told.is_some() && digest(&self.keyring_file()).ok().as_ref() == told && self.keyring().is_ok()
    }

    /// Whether the files are those that were written, and the database opens with this key and is whole.
    ///
    /// # Errors
    /// [`Error::Backup`] with the first fault.
    pub fn check(&self, key: &DataKey) -> Result<()> {
        for (name, told) in &self.manifest.files {
            if *name != DATABASE && *name != KEYRING {
                return Err(Error::Backup(format!("{name} is no file of a backup")));
            }
            if digest(&self.path.join(name)).map_err(|error| Error::Backup(error.to_string()))? != *told {
                return Err(Error::Backup(format!("{name} is not as it was written")));
            }
        }
        check_database(&self.database(), key, &self.manifest.heads).map_err(|error| Error::Backup(error.to_string()))
    }
}

impl Db {
    /// Makes a backup into a place, and thins out older ones of this desk there. Registrations go on meanwhile.
    ///
    /// # Errors
    /// [`Error::Backup`] where the copy does not pass its check; [`Error::Io`] or [`Error::Sqlite`] of the place's disk.
    /// Nothing that counts is left of it then, and no earlier backup is touched.
    pub fn back_up(&self, place: &Path, at_ms: i64) -> Result<Backup> {
        let made = {
            // Until the database and the keyring beside it are both copied: they belong together.
            let _look = self.0.looks.read().unwrap_or_else(PoisonError::into_inner);
            let key = self.key();
            let from = connect(&self.folder().database(), &key, Access::Read)?;
            make(self.folder(), &key, &from, place, at_ms)?
        };
        if let Some(head) = made.manifest.heads.last() {
            let (journal, seq) = (head.journal, head.seq);
            self.write::<_, Error>(|tx| {
                tx.record_backup(&LastBackup { at_ms, folder: place.to_owned(), journal, seq })
            })?;
        }
        Ok(made)
    }
}

impl Reader<'_> {
    /// The last backup made from this database; `None` before the first.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn last_backup(&self) -> Result<Option<LastBackup>> {
        let sql = "SELECT at_ms, folder, journal, seq FROM last_backup";
        let found = self.connection.prepare_cached(sql)?.query_row([], |row| {
            let folder: String = row.get(1)?;
            Ok(LastBackup {
                at_ms: row.get(0)?,
                folder: folder.into(),
                journal: JournalId(row.get(2)?),
                seq: row.get(3)?,
            })
        });
        Ok(found.optional()?)
    }

    /// When the first entry that no backup holds was written, milliseconds since 1970 UTC.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn unsaved_since(&self) -> Result<Option<i64>> {
        let epoch = match self.last_backup()? {
            Some(last) => {
                let sql = "SELECT id FROM epochs WHERE journal = ?1";
                let id = self.connection.prepare_cached(sql)?.query_row([last.journal.0], |row| row.get(0));
                id.optional()?.map(|id: i64| (id, last.seq))
            }
            None => None,
        };
        let Some((epoch, seq)) = epoch else {
            let sql = "SELECT at_ms FROM journal ORDER BY epoch, seq LIMIT 1";
            return Ok(self.connection.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?);
        };
        // Asked each time the window looks: never more than the first row after a place.
        let sql = "SELECT coalesce((SELECT at_ms FROM journal WHERE epoch = ?1 AND seq > ?2 ORDER BY seq LIMIT 1),
                                   (SELECT at_ms FROM journal WHERE epoch > ?1 ORDER BY epoch, seq LIMIT 1))";
        Ok(self.connection.prepare_cached(sql)?.query_row(params![epoch, seq], |row| row.get(0))?)
    }

    /// Whether the last backup holds the entry at a place.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn is_backed_up(&self, epoch: i64, seq: u64) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM last_backup b JOIN epochs e ON e.journal = b.journal
                   WHERE (e.id, b.seq) >= (?1, ?2))";
        Ok(self.connection.prepare_cached(sql)?.query_row(params![epoch, seq], |row| row.get(0))?)
    }
}

impl Writer<'_> {
    fn record_backup(&self, last: &LastBackup) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO last_backup (id, at_ms, folder, journal, seq) VALUES (1, ?1, ?2, ?3, ?4)";
        let folder = last.folder.display().to_string();
        self.connection.prepare_cached(sql)?.execute(params![last.at_ms, folder, last.journal.0, last.seq])?;
        Ok(())
    }
}

impl Folder {
    /// Where backups go. Kept in a file, so that it is known where the database cannot be read.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn backup_place(&self) -> Result<PathBuf> {
        match std::fs::read_to_string(self.path().join("backup-place")) {
            Ok(told) if !told.trim().is_empty() => Ok(told.trim().into()),
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(self.beside()),
        }
    }

    /// Keeps where backups go; beside the data folder where nothing is given.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn set_backup_place(&self, place: &str) -> Result<()> {
        write_whole(&self.path().join("backup-place"), place.trim().as_bytes())
    }

    /// Where a backup before a migration goes if nothing outside can be written.
    pub(crate) fn within(&self) -> PathBuf {
        self.path().join("backups")
    }

    /// Where backups go until the administrator says otherwise. On the same disk, which is better than nothing.
    pub fn beside(&self) -> PathBuf {
        let name = self.path().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        self.path().with_file_name(format!("{name}-备份"))
    }
}

/// Every backup of a desk in a place, the newest first. `place` may be the desk's own folder there too.
pub fn backups(place: &Path, desk: Option<(&str, u8)>) -> Vec<Backup> {
    let mut found = Vec::new();
    let mut folders = vec![place.to_owned()];
    folders.extend(entries(place).into_iter().filter(|path| path.is_dir() && !is_hidden(path)));
    for folder in folders {
        let inside = entries(&folder).into_iter().filter(|path| path.is_dir() && !is_hidden(path));
        found.extend(inside.filter_map(|path| Backup::at(&path).ok()));
    }
    found.retain(|one| {
        desk.is_none_or(|(centre, number)| (one.manifest.centre.as_str(), one.manifest.desk) == (centre, number))
    });
    // By what is in them, not by a clock that may have been wrong.
    found.sort_by(|a, b| order(b).cmp(&order(a)));
    found.dedup_by(|a, b| a.path == b.path);
    found
}

/// Every backup wherever one is looked for, the newest first.
pub(crate) fn newest_first(folder: &Folder, desk: Option<(&str, u8)>) -> Vec<Backup> {
    let mut places = vec![folder.beside(), folder.within()];
    places.extend(folder.backup_place().ok().filter(|place| *place != folder.beside()));
    let mut found: Vec<Backup> = places.iter().flat_map(|place| backups(place, desk)).collect();
    found.sort_by(|a, b| order(b).cmp(&order(a)));
    found
}

/// The marks of a desk that are told in a place: by its backups and beside them.
pub fn marks_in(place: &Path, centre: &str, desk: u8) -> Vec<EpochMark> {
    let mut marks: Vec<EpochMark> =
        marker::read_marks(&home(place, centre, desk)).unwrap_or_default().into_iter().collect();
    let told = backups(place, Some((centre, desk)));
    marks.extend(told.iter().flat_map(|one| &one.manifest.marks).filter_map(|mark| mark.parse().ok()));
    marks
}

/// The folder of one desk in a place for backups.
pub fn home(place: &Path, centre: &str, desk: u8) -> PathBuf {
    place.join(format!("{centre}-{desk:02}"))
}

fn order(backup: &Backup) -> (usize, u64, i64, &Path) {
    (backup.manifest.marks.len(), backup.manifest.entries(), backup.manifest.made_ms, &backup.path)
}

/// Before the tables of an older program are changed: a backup in the place of that time, or beside the data folder.
pub(crate) fn before_migration(folder: &Folder, key: &DataKey, from: &Connection) -> Result<()> {
    let newest = from.query_row("SELECT coalesce(max(at_ms), 0) FROM journal", [], |row| row.get(0))?;
    // A stick that is not plugged in does not keep the desk closed.
    let place = Some(folder.backup_place()?).filter(|place| place.is_dir()).unwrap_or_else(|| folder.beside());
    // Where only the data folder can be written, a backup inside it still saves the tables from a migration gone wrong.
    make(folder, key, from, &place, newest).or_else(|_| make(folder, key, from, &folder.within(), newest))?;
    Ok(())
}

fn make(folder: &Folder, key: &DataKey, from: &Connection, place: &Path, at_ms: i64) -> Result<Backup> {
    // One look: what is copied and what is told of it are of one moment.
    let look = from.unchecked_transaction()?;
    let reader = Reader { connection: &look };
    let desk = reader.desk()?;
    let mut manifest = Manifest {
        version: 1,
        centre: desk.centre_code,
        desk: desk.number,
        made_ms: at_ms,
        marks: Vec::new(),
        heads: Vec::new(),
        made_from: salt_of(&folder.database()),
        files: BTreeMap::new(),
    };
    for epoch in reader.line().epochs()? {
        let Head { seq, hash } = epoch.head;
        manifest.heads.push(LastKnown { journal: epoch.journal, seq, hash });
        manifest.marks.push(epoch.mark);
    }
    let home = home(place, &manifest.centre, manifest.desk);
    make_folder(&home)?;
    // What a power cut left half made.
    for left in entries(&home).into_iter().filter(|path| is_hidden(path)) {
        std::fs::remove_dir_all(left)?;
    }
    let mark = manifest.marks.last().cloned().unwrap_or_default();
    let name = format!("{}-{mark}-{:06}", civil_time(at_ms).format("%Y%m%d-%H%M%S"), manifest.entries());
    let new = home.join(format!(".new-{name}"));
    std::fs::create_dir(&new)?;
    let made = fill(folder, key, &look, &new, &mut manifest).and_then(|()| {
        copy_blobs(&folder.path().join("blobs"), &home.join("blobs"))?;
        let path = free(&home, &name);
        std::fs::rename(&new, &path)?;
        sync_folder(&home)?;
        Ok(Backup { path, manifest })
    });
    if made.is_err() {
        // It was never more than a try; what it leaves is cleared again before the next one.
        let _ = std::fs::remove_dir_all(&new);
    }
    let made = made?;
    let marks: Vec<EpochMark> = made.manifest.marks.iter().filter_map(|mark| mark.parse().ok()).collect();
    marker::raise(&home, &marks)?;
    thin_out(&home, &made);
    Ok(made)
}

fn fill(folder: &Folder, key: &DataKey, look: &Connection, new: &Path, manifest: &mut Manifest) -> Result<()> {
    let database = new.join(DATABASE);
    let mut copy = connect(&database, key, Access::Create)?;
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    {
        let copying = rusqlite::backup::Backup::new(look, &mut copy)?;
        copying.run_to_completion(STEP_PAGES, Duration::ZERO, None)?;
    }
    // The pages copied say WAL; a backup is one file.
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    if !migrations::waits(&copy)? {
        copy.execute("UPDATE desk SET is_copy = 1", [])?;
        drafts::doubt(&copy, manifest.made_ms)?;
    }
    copy.close().map_err(|(_, error)| Error::from(error))?;
    std::fs::copy(folder.keyring(), new.join(KEYRING))?;
    if !Keyring::read(&new.join(KEYRING))?.fits(key) {
        return Err(Error::Backup("the keyring is of another key".into()));
    }
    for name in [DATABASE, KEYRING] {
        File::open(new.join(name))?.sync_all()?;
        manifest.files.insert(name.to_owned(), digest(&new.join(name))?);
    }
    check_database(&database, key, &manifest.heads).map_err(|error| Error::Backup(error.to_string()))?;
    write_whole(&new.join(MANIFEST), &serde_json::to_vec_pretty(manifest)?)
}

/// Opens a copy as somebody would who needs it, and reads every page of it.
fn check_database(path: &Path, key: &DataKey, heads: &[LastKnown]) -> Result<()> {
    let copy = connect(path, key, Access::Look)?;
    sealed_pages(&copy)?;
    let said: String = copy.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if said != "ok" {
        return Err(Error::Damaged(said));
    }
    for epoch in (Reader { connection: &copy }).line().epochs()? {
        let told = heads.iter().find(|told| told.journal == epoch.journal);
        if told.map(|told| Head { seq: told.seq, hash: told.hash }) != Some(epoch.head) {
            return Err(Error::Contradiction("a head is not the one that was copied".into()));
        }
    }
    Ok(())
}

/// Copies every file that is not there yet, and never puts one in the place of another: what is named by its content never
/// changes, so one that differs is the damaged one, here or there.
pub(crate) fn copy_blobs(from: &Path, to: &Path) -> Result<()> {
    for path in entries(from) {
        let Some(name) = path.file_name() else { continue };
        // Parts of files, and what was put aside, are of no use elsewhere.
        if path.extension().and_then(OsStr::to_str).is_some_and(|end| KEPT.contains(&end)) {
            continue;
        }
        let target = to.join(name);
        if path.is_dir() {
            copy_blobs(&path, &target)?;
        } else if !target.exists() {
            make_folder(to)?;
            let new = to.join(format!("{}.new", name.to_string_lossy()));
            std::fs::copy(&path, &new)?;
            File::open(&new)?.sync_all()?;
            std::fs::rename(&new, &target)?;
            sync_folder(to)?;
        }
    }
    Ok(())
}

/// Removes what is neither among the newest nor the last of its day or week. Never the one just made.
fn thin_out(home: &Path, made: &Backup) {
    let all: Vec<Backup> = entries(home).into_iter().filter_map(|path| Backup::at(&path).ok()).collect();
    let mut times: Vec<i64> = all.iter().map(|one| one.manifest.made_ms).collect();
    times.sort_unstable_by(|a, b| b.cmp(a));
    let kept = kept(&times);
    for one in all.iter().filter(|one| one.path != made.path && !kept.contains(&one.manifest.made_ms)) {
        // First its name, so that half of one never counts. One that cannot be removed is in nobody's way.
        let name = one.path.file_name().unwrap_or(OsStr::new("old")).to_string_lossy().into_owned();
        let gone = home.join(format!(".old-{name}"));
        let _ = std::fs::rename(&one.path, &gone).and_then(|()| std::fs::remove_dir_all(&gone));
    }
}

/// Which of these times are kept; they are sorted, the newest first.
fn kept(times: &[i64]) -> Vec<i64> {
    use chrono::Datelike as _;
    let mut kept: Vec<i64> = times.iter().take(NEWEST).copied().collect();
    let (mut days, mut weeks) = (Vec::new(), Vec::new());
    for &time in times {
        let date = civil_time(time).date();
        if !days.contains(&date) && days.len() < DAYS {
            days.push(date);
            kept.push(time);
        }
        let week = date.iso_week();
        if !weeks.contains(&(week.year(), week.week())) && weeks.len() < WEEKS {
            weeks.push((week.year(), week.week()));
            kept.push(time);
        }
    }
    kept
}

fn free(home: &Path, name: &str) -> PathBuf {
    let mut path = home.join(name);
    for again in 2.. {
        if !path.exists() {
            break;
        }
        path = home.join(format!("{name}-{again}"));
    }
    path
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(listed) = std::fs::read_dir(folder) else { return Vec::new() };
    listed.filter_map(|one| Some(one.ok()?.path())).collect()
}

fn digest(path: &Path) -> Result<String> {
    Ok(sha256_of(File::open(path)?)?.to_string())
}
