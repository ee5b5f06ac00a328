//! The data folder: who holds it, what lies in it, and files that are whole or not there.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::{Error, Result};

/// A data folder held by this program alone.
#[derive(Debug)]
pub struct Locked {
    path: PathBuf,
    // Held for its lock; the system gives it back when the process ends, however it ends.
    _lock: File,
}

/// Paths inside a data folder.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

/// How often a lock that somebody holds is tried again, 50 ms apart.
const TRIES: u32 = 5;

impl Locked {
    /// Makes the folder where it is missing and takes its lock.
    ///
    /// The program's own lock, since a desktop without D-Bus starts a second instance unhindered.
    ///
    /// # Errors
    /// [`Error::InUse`] where another program holds it, [`Error::Io`] where it cannot be written.
    pub fn take(path: &Path) -> Result<Self> {
        make_folder(path)?;
        restrict(path)?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(path.join("lock"))?;
        held(&lock)?;
        // The power may have gone while files were being put in the place of others.
        crate::swap::finish(&Folder(path.to_owned()))?;
        // The power may have gone while the key was changed: before anything reads the one or the other.
        Folder(path.to_owned()).settle_key_change()?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// What lies in it.
    pub fn folder(&self) -> Folder {
        Folder(self.path.clone())
    }
}

/// Takes the lock, and waits a moment for one who is just ending: a program that was started out of this one holds a copy
/// of the file until it is another program.
fn held(lock: &File) -> Result<()> {
    let mut left = TRIES;
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if left > 0 => {
                left -= 1;
                std::thread::sleep(Duration::from_millis(50));
            }
            Err(TryLockError::WouldBlock) => return Err(Error::InUse),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
    }
}

impl Folder {
    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The encrypted database.
    pub fn database(&self) -> PathBuf {
        self.0.join("desk.db")
    }

    /// The wraps of its key.
    pub fn keyring(&self) -> PathBuf {
        self.0.join("keyring.json")
    }

    /// The last confirmed head.
    pub fn head(&self) -> PathBuf {
        self.0.join("head")
    }

    /// The attachments' encrypted bytes, one file each.
    pub fn blobs(&self) -> PathBuf {
        self.0.join("blobs")
    }

    /// Whether a desk was made here: the keyring is written last.
    pub fn holds_desk(&self) -> bool {
        self.keyring().exists()
    }

    /// Whether there are records here and no keyring to open them. A desk whose making broke off is none of these: what
    /// lies there was never shown to anybody.
    pub fn lost_its_keyring(&self) -> bool {
        !self.holds_desk() && self.database().exists() && !self.making().exists()
    }

    /// Begins to make a desk: clears what a making that broke off left behind.
    ///
    /// # Errors
    /// [`Error::Exists`] where a desk is, [`Error::Keyring`] where its keyring is gone, [`Error::Io`].
    pub fn begin_desk(&self) -> Result<()> {
        if self.holds_desk() {
            return Err(Error::Exists);
        }
        if self.lost_its_keyring() {
            return Err(Error::Keyring("it is gone, and the database is here".into()));
        }
        write_whole(&self.making(), b"")?;
        for name in ["desk.db", "desk.db-wal", "desk.db-shm", "head"] {
            remove(&self.0.join(name))?;
        }
        Ok(())
    }

    /// Ends the making: from here on a missing keyring is a loss.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn desk_is_made(&self) -> Result<()> {
        remove(&self.making())?;
        sync_folder(&self.0)
    }

    fn making(&self) -> PathBuf {
        self.0.join("making")
    }
}

pub(crate) fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Writes a file so that after a power cut the old or the new one is there, whole: temporary file, sync, rename, sync
/// of the folder.
///
/// # Errors
/// [`Error::Io`].
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let temporary = path.with_extension("new");
    let mut file = File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&temporary, path)?;
    if let Some(folder) = path.parent() {
        sync_folder(folder)?;
    }
    Ok(())
}

/// Makes a folder with all above it, so that their names are there after a power cut.
///
/// # Errors
/// [`Error::Io`].
pub fn make_folder(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let above = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_folder(above)?;
    match std::fs::create_dir(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error.into()),
        _ => {}
    }
    sync_folder(above)
}

/// Makes new names in a folder durable.
pub(crate) fn sync_folder(path: &Path) -> Result<()> {
    // Windows has no handle on a folder to sync; NTFS journals names itself.
    if cfg!(unix) {
        File::open(path)?.sync_all()?;
    }
    Ok(())
}

#[cfg(unix)]
fn restrict(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))?)
}

#[cfg(not(unix))]
fn restrict(_path: &Path) -> Result<()> {
    Ok(())
}
