//! The keys the district has withdrawn: a file beside its own keys, so that no restored database forgets one.
//!
//! One key a line, 64 hexadecimal digits; what follows a blank on the line is for people. The file can be edited while
//! the server runs: it is read again when it changed.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use intake_wire::{Hash, PublicKey};

use crate::{Error, Result, keys};

const NAME: &str = "revoked";

pub(crate) struct Revoked {
    folder: PathBuf,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    read_at: Option<(SystemTime, u64)>,
    keys: HashSet<String>,
}

impl Revoked {
    /// Reads the list; a missing file is an empty list.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let revoked = Self { folder: folder.to_owned(), known: Mutex::default() };
        revoked.current().map(drop)?;
        Ok(revoked)
    }

    /// Whether a key was withdrawn.
    pub(crate) fn holds(&self, key: &PublicKey) -> Result<bool> {
        Ok(self.current()?.keys.contains(&word(key)))
    }

    /// Withdraws a key; durable when this returns.
    pub(crate) fn add(&self, key: &PublicKey, centre: &str, desk: u8) -> Result<()> {
        let mut known = self.current()?;
        if known.keys.contains(&word(key)) {
            return Ok(());
        }
        let mut text = self.text()?;
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        let line = format!("{} {centre} {desk:02}\n", word(key));
        text.push_str(&line);
        keys::write_new(&self.folder, NAME, text.as_bytes())?;
        known.keys.insert(word(key));
        known.read_at = None;
        Ok(())
    }

    fn text(&self) -> Result<String> {
        match fs::read_to_string(self.folder.join(NAME)) {
            Ok(text) => Ok(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
            Err(error) => Err(Error::Folder(format!("{NAME}: {error}"))),
        }
    }

    fn current(&self) -> Result<MutexGuard<'_, Known>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = fs::metadata(self.folder.join(NAME)).ok();
        let stamp = stamp.and_then(|file| Some((file.modified().ok()?, file.len())));
        if stamp.is_none() || known.read_at != stamp {
            let text = self.text()?;
            known.keys =
                text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_lowercase).collect();
            known.read_at = stamp;
        }
        Ok(known)
    }
}

fn word(key: &PublicKey) -> String {
    Hash(key.0).to_string()
}
