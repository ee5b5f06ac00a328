//! Putting a data folder's files in the place of others, whole or not at all, and never deleting what was there.
//!
//! The new files are made in `incoming/`, under the folder's own lock. Once `incoming/ready` names the folder for the old
//! ones, the exchange is decided: whoever takes the folder next finishes it, wherever the power went.

use std::path::{Path, PathBuf};

use intake_model::civil_time;

use crate::backup::{Backup, copy_blobs};
use crate::db::{Access, connect};
use crate::folder::{Folder, Locked, make_folder, sync_folder, write_whole};
use crate::head::HeadFile;
use crate::keyring::DataKey;
use crate::keyring_back::NOTE;
use crate::{Error, Result, drafts, migrations};

const READY: &str = "ready";
/// Moved aside with the database whether or not there is a new one: they are of the old database alone.
const OF_THE_OLD: [&str; 5] = ["desk.db-wal", "desk.db-shm", "head", "damaged", "repaired.json"];
/// In the order in which they take their places.
const NEW: [&str; 4] = ["keyring.json", "desk.db", "repaired.json", NOTE];

/// Puts a backup in the place of what the folder holds, which is moved to `aside-<time>` inside it. Gives that folder.
///
/// # Errors
/// [`Error::Older`] where the folder knows of entries that the backup does not have, unless `over_newer`;
/// [`Error::Backup`] where the backup does not pass its check. Nothing is changed then.
pub fn restore(locked: &Locked, backup: &Backup, key: &DataKey, over_newer: bool, at_ms: i64) -> Result<PathBuf> {
    let folder = locked.folder();
    backup.check(key)?;
    if !over_newer && is_newer(&folder, backup)? {
        return Err(Error::Older);
    }
    let staged = stage(&folder)?;
    let database = staged.join("desk.db");
    std::fs::copy(backup.database(), &database)?;
    make_ready(&database, key, Some(backup.manifest.made_ms))?;
    std::fs::copy(backup.path.join("keyring.json"), staged.join("keyring.json"))?;
    std::fs::File::open(staged.join("keyring.json"))?.sync_all()?;
    copy_blobs(&backup.blobs(), &folder.path().join("blobs"))?;
    decide(&folder, &free(&folder, &format!("aside-{}", stamp(at_ms))))
}

/// Whether the folder was told of entries that the backup does not have; also where that cannot be known.
fn is_newer(folder: &Folder, backup: &Backup) -> Result<bool> {
    if !folder.database().exists() {
        return Ok(false);
    }
    let noted = HeadFile::open(&folder.head())?.read()?;
    let held = |(journal, head): &(intake_wire::JournalId, intake_wire::Head)| {
        backup.manifest.heads.iter().any(|told| told.journal == *journal && told.seq >= head.seq)
    };
    Ok(noted.is_empty() || !noted.iter().all(held))
}

/// Brings a copied database to today's tables and to one file, and says that it is a copy. `drafts_of`: when the backup was
/// made in which all of its drafts stood.
pub(crate) fn make_ready(database: &Path, key: &DataKey, drafts_of: Option<i64>) -> Result<()> {
    let mut copy = connect(database, key, Access::Write)?;
    migrations::to_latest(&mut copy)?;
    copy.execute("UPDATE desk SET is_copy = 1", [])?;
    if let Some(made_ms) = drafts_of {
        drafts::doubt(&copy, made_ms)?;
    }
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    copy.close().map_err(|(_, error)| Error::from(error))?;
    std::fs::File::open(database)?.sync_all()?;
    Ok(())
}

/// An empty `incoming/`.
pub(crate) fn stage(folder: &Folder) -> Result<PathBuf> {
    let staged = folder.path().join("incoming");
    if staged.exists() {
        std::fs::remove_dir_all(&staged)?;
    }
    make_folder(&staged)?;
    Ok(staged)
}

/// A name that nothing in the folder bears yet.
pub(crate) fn free(folder: &Folder, name: &str) -> String {
    let mut free = name.to_owned();
    for again in 2.. {
        if !folder.path().join(&free).exists() {
            break;
        }
        free = format!("{name}-{again}");
    }
    free
}

/// Everything in `incoming/` is whole: exchanges it for what is there.
pub(crate) fn decide(folder: &Folder, aside: &str) -> Result<PathBuf> {
    let staged = folder.path().join("incoming");
    sync_folder(&staged)?;
    write_whole(&staged.join(READY), aside.as_bytes())?;
    finish(folder)?;
    Ok(folder.path().join(aside))
}

/// Finishes an exchange that was decided; does nothing where there is none.
pub(crate) fn finish(folder: &Folder) -> Result<()> {
    let (root, staged) = (folder.path(), folder.path().join("incoming"));
    let Ok(name) = std::fs::read_to_string(staged.join(READY)) else { return Ok(()) };
    // Only a name, whoever wrote it.
    let aside = root.join(Path::new(&name).file_name().unwrap_or_default());
    make_folder(&aside)?;
    let put_aside = |name: &str| -> Result<()> {
        let old = root.join(name);
        if old.exists() {
            std::fs::rename(&old, aside.join(name))?;
        }
        Ok(())
    };
    // While the new database is not in its place, these are of the old one; afterwards nobody has written any yet.
    if staged.join("desk.db").exists() {
        for name in OF_THE_OLD {
            put_aside(name)?;
        }
    }
    // What was told of the keyring that goes.
    if staged.join("keyring.json").exists() {
        put_aside(NOTE)?;
    }
    sync_folder(&aside)?;
    for name in NEW {
        if staged.join(name).exists() {
            put_aside(name)?;
            sync_folder(&aside)?;
            std::fs::rename(staged.join(name), root.join(name))?;
        }
    }
    sync_folder(root)?;
    std::fs::remove_dir_all(&staged)?;
    sync_folder(root)
}

/// For a folder's name.
pub(crate) fn stamp(at_ms: i64) -> String {
    civil_time(at_ms).format("%Y%m%d-%H%M%S").to_string()
}
