//! The marker outside the data folder: the last head of this desk on this machine, and every epoch mark there ever was.
//!
//! A folder that was set back (a backup, an old copy, a machine rolled back with its disk) does not know what was written
//! after it. The marker does. The same marks lie beside the backups. Deliberately absent: anything about visits.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use intake_model::EpochMark;
use intake_wire::{Head, JournalId};

use crate::folder::{make_folder, write_whole};
use crate::head::HeadFile;
use crate::{Error, Reader, Result};

/// The marker of one desk: a folder with `head` and `marks`.
#[derive(Debug)]
pub struct Marker {
    head: HeadFile,
}

/// What a marker tells.
#[derive(Debug, Default)]
pub struct Marked {
    /// Whether there was one.
    pub found: bool,
    /// Every mark it names.
    pub marks: BTreeSet<EpochMark>,
    heads: Vec<(JournalId, Head)>,
}

impl Marker {
    /// Opens a marker to be written; makes it where there is none.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn open(folder: &Path) -> Result<Self> {
        make_folder(folder)?;
        Ok(Self { head: HeadFile::open(&folder.join("head"))? })
    }

    pub(crate) fn note(&mut self, journal: JournalId, head: Head) -> Result<()> {
        self.head.write(journal, head)
    }
}

impl Marked {
    /// Reads a marker; an empty one where there is none.
    ///
    /// # Errors
    /// [`Error::Io`] where it is there and cannot be read.
    pub fn read(folder: &Path) -> Result<Self> {
        let marks = read_marks(folder)?;
        let head = folder.join("head");
        let heads = if head.exists() { HeadFile::open(&head)?.read()? } else { Vec::new() };
        Ok(Self { found: !marks.is_empty(), marks, heads })
    }

    /// Whether it names an entry or a mark that this database does not have: the database was set back.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn is_ahead_of(&self, reader: &Reader<'_>) -> Result<bool> {
        let epochs = reader.line().epochs()?;
        let known: BTreeSet<&str> = epochs.iter().map(|epoch| epoch.mark.as_str()).collect();
        if self.marks.iter().any(|mark| !known.contains(mark.as_str())) {
            return Ok(true);
        }
        for (journal, head) in &self.heads {
            let journals = reader.journal();
            if journals.hash_at(*journal, head.seq)? != Some(head.hash) && !journals.stands_aside(*journal, *head)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Adds marks to those that lie in a folder, durably: before the first number that bears one.
///
/// # Errors
/// [`Error::Io`].
pub fn raise<'m>(folder: &Path, marks: impl IntoIterator<Item = &'m EpochMark>) -> Result<()> {
    make_folder(folder)?;
    let held = read_marks(folder)?;
    let mut all = held.clone();
    all.extend(marks.into_iter().cloned());
    if all == held {
        return Ok(());
    }
    let text: Vec<&str> = all.iter().map(EpochMark::as_str).collect();
    write_whole(&marks_file(folder), text.join(" ").as_bytes())
}

fn marks_file(folder: &Path) -> PathBuf {
    folder.join("marks")
}

/// The marks in a folder; none where there is no such file.
pub(crate) fn read_marks(folder: &Path) -> Result<BTreeSet<EpochMark>> {
    match std::fs::read_to_string(marks_file(folder)) {
        Ok(text) => Ok(text.split_whitespace().filter_map(|mark| mark.parse().ok()).collect()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeSet::new()),
        Err(error) => Err(Error::Io(error)),
    }
}
