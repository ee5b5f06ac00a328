//! A keyring that is damaged or gone, and the ways back to one.
//!
//! The newest backup's is put back where it is certainly of the database that is here. Nobody has typed a password yet, so
//! that is known by the file: SQLCipher draws a salt for each file it makes and leaves it at its beginning, a new key is always
//! a new file (docs/adr/0011), and every backup notes the salt of the file it was made from. So a keyring of before a clerk was
//! disabled never fits: it is of another file. Else a recovery key opens the wraps that lie beside the keyring, or those of a
//! backup, and a keyring is made from what the journal says of the clerks.
//!
//! Deliberately absent: trying a key that may be another's. A database that does not open would be taken for a damaged one.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::backup::{Backup, newest_first};
use crate::db::{Access, connect};
use crate::folder::{Folder, sync_folder, write_whole};
use crate::keyring::{DataKey, Keyring};
use crate::{Error, Result, swap};

/// What tells of it, in the data folder.
pub(crate) const NOTE: &str = "keyring-back.json";
/// What a lost keyring is moved aside under.
const ASIDE: &str = "keyring";
/// SQLCipher's.
const SALT_BYTES: usize = 16;

/// A keyring that was put back, until a clerk has seen it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyringBack {
    /// When, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// When the backup was made that it is from.
    pub backup_ms: i64,
    /// The folder inside the data folder in which the one lies that was there.
    pub aside: String,
    /// What it does not know. That stands in the database: nothing until somebody has signed in.
    pub outdated: Option<Outdated>,
}

/// What a keyring from a backup does not know of the clerks, by their names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outdated {
    /// Whose password was set since: it is the old one again.
    pub passwords: Vec<String>,
    /// Who was added since: they need a password.
    pub added: Vec<String>,
}

/// Puts the keyring of the newest backup of this very database in the place of one that is lost, which is moved aside. Gives
/// whether there was one.
///
/// # Errors
/// [`Error::Io`]; nothing is changed then, or the next taking of the folder ends it.
pub fn put_keyring_back(folder: &Folder, at_ms: i64) -> Result<bool> {
    let Some(salt) = salt_of(&folder.database()) else { return Ok(false) };
    let Some(backup) = newest_first(folder, None).into_iter().find(|one| one.has_keyring_of(&salt)) else {
        return Ok(false);
    };
    let staged = swap::stage(folder)?;
    let keyring = staged.join("keyring.json");
    std::fs::copy(backup.keyring_file(), &keyring)?;
    File::open(&keyring)?.sync_all()?;
    let aside = swap::free(folder, &format!("{ASIDE}-{}", swap::stamp(at_ms)));
    let backup_ms = backup.manifest.made_ms;
    note(&staged.join(NOTE), &KeyringBack { at_ms, backup_ms, aside: aside.clone(), outdated: None })?;
    swap::decide(folder, &aside)?;
    Ok(true)
}

/// The salt at the beginning of a database, in hexadecimal digits; nothing where not even that is there.
pub(crate) fn salt_of(database: &Path) -> Option<String> {
    use std::fmt::Write as _;
    let mut salt = [0; SALT_BYTES];
    File::open(database).ok()?.read_exact(&mut salt).ok()?;
    Some(salt.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

/// The last keyring that was put back, until it was seen.
pub fn keyring_back(folder: &Folder) -> Option<KeyringBack> {
    serde_json::from_slice(&std::fs::read(folder.path().join(NOTE)).ok()?).ok()
}

/// Somebody has signed in, and it is known what the keyring does not know.
///
/// # Errors
/// [`Error::Io`].
pub fn note_outdated(folder: &Folder, back: KeyringBack, outdated: Outdated) -> Result<()> {
    note(&folder.path().join(NOTE), &KeyringBack { outdated: Some(outdated), ..back })
}

fn note(path: &Path, back: &KeyringBack) -> Result<()> {
    write_whole(path, &serde_json::to_vec_pretty(back)?)
}

/// A clerk has seen it: it is kept with the one that was there.
///
/// # Errors
/// [`Error::Io`].
pub fn seen_keyring_back(folder: &Folder) -> Result<()> {
    let Some(back) = keyring_back(folder) else { return Ok(()) };
    // Only a name, whoever wrote it.
    let aside = folder.path().join(Path::new(&back.aside).file_name().unwrap_or_default());
    std::fs::rename(folder.path().join(NOTE), aside.join(NOTE))?;
    sync_folder(folder.path())
}

impl Folder {
    /// The recovery keys' wraps once more, for a keyring that is lost.
    fn recovery(&self) -> PathBuf {
        self.path().join("recovery.json")
    }

    /// Keeps the recovery keys' wraps beside the keyring, where they are not there yet.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn keep_recovery(&self, ring: &Keyring) -> Result<()> {
        let wraps = ring.of_recovery();
        if Keyring::read(&self.recovery()).is_ok_and(|kept| kept == wraps) {
            return Ok(());
        }
        wraps.write(&self.recovery())
    }

    /// Moves what is left of a lost keyring aside.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn put_keyring_aside(&self, at_ms: i64) -> Result<()> {
        if !self.holds_desk() {
            return Ok(());
        }
        let aside = self.path().join(swap::free(self, &format!("{ASIDE}-{}", swap::stamp(at_ms))));
        crate::folder::make_folder(&aside)?;
        std::fs::rename(self.keyring(), aside.join("keyring.json"))?;
        sync_folder(self.path())
    }
}

/// The data key by a recovery key, where the keyring is lost, and the ring whose wrap it opened: a backup's, or the wraps alone.
///
/// # Errors
/// [`Error::Keyring`] where no wrap is left anywhere, [`Error::WrongPassword`] where none of them opens this database.
pub fn recover_lost(folder: &Folder, key: &str) -> Result<(Keyring, DataKey)> {
    let mut rings: Vec<Keyring> = newest_first(folder, None).iter().filter_map(|one| one.keyring().ok()).collect();
    rings.extend(Keyring::read(&folder.recovery()).ok());
    if rings.is_empty() {
        return Err(Error::Keyring("it is lost, and no wrap is left of it".into()));
    }
    let opens = |data: &DataKey| connect(&folder.database(), data, Access::Look).is_ok();
    let found = rings.into_iter().find_map(|ring| {
        let data = ring.recover(key).ok().filter(opens)?;
        Some((ring, data))
    });
    found.ok_or(Error::WrongPassword)
}

impl Backup {
    pub(crate) fn keyring_file(&self) -> PathBuf {
        self.path.join("keyring.json")
    }

    /// Whether its keyring is as it was written, and of the database with this salt: that it was made from, or that it holds
    /// and that was put back.
    fn has_keyring_of(&self, salt: &str) -> bool {
        let Some(made_from) = &self.manifest.made_from else { return false };
        (made_from == salt || salt_of(&self.database()).as_deref() == Some(salt)) && self.keyring_is_whole()
    }
}
