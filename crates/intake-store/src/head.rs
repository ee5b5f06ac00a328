//! The `head` file: the last entry confirmed to a clerk, beside the database.
//!
//! A flipped byte in the WAL makes SQLite drop its tail silently. So after each commit, before the number is shown, the
//! head is written here. It is not synced itself: after a power cut it may be older than the database, which is normal;
//! it is never above it unless entries were lost (docs/adr/0005).

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use intake_wire::{Hash, Head, JournalId, sha256};

use crate::Result;

/// Two slots written in turn, so that a torn write leaves the other.
const SLOT: usize = 512;
/// Journal, place, hash, checksum.
const USED: usize = 16 + 8 + 32 + 8;

#[derive(Debug)]
pub(crate) struct HeadFile {
    file: File,
    next: u64,
}

impl HeadFile {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
        let held = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        if held < 2 * SLOT {
            // Room for both slots now: noting a head must not fail later because the disk is full.
            file.seek(SeekFrom::End(0))?;
            file.write_all(&vec![0; 2 * SLOT - held])?;
            file.sync_all()?;
        }
        Ok(Self { file, next: 0 })
    }

    /// Every head that reads whole.
    pub(crate) fn read(&mut self) -> Result<Vec<(JournalId, Head)>> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(0))?;
        self.file.read_to_end(&mut bytes)?;
        Ok(bytes.chunks(SLOT).filter_map(|slot| parse(slot.get(..USED)?)).collect())
    }

    pub(crate) fn write(&mut self, journal: JournalId, head: Head) -> Result<()> {
        let mut slot = Vec::with_capacity(SLOT);
        slot.extend_from_slice(&journal.0);
        slot.extend_from_slice(&head.seq.to_be_bytes());
        slot.extend_from_slice(&head.hash.0);
        slot.extend(checksum(&slot));
        slot.resize(SLOT, 0);
        self.file.seek(SeekFrom::Start(self.next * SLOT as u64))?;
        self.file.write_all(&slot)?;
        self.next = 1 - self.next;
        Ok(())
    }
}

fn checksum(bytes: &[u8]) -> [u8; 8] {
    sha256(&[b"intake head 1\0", bytes]).0.first_chunk().copied().unwrap_or_default()
}

fn parse(slot: &[u8]) -> Option<(JournalId, Head)> {
    let (body, check) = slot.split_at_checked(USED - 8)?;
    let (journal, rest) = body.split_first_chunk::<16>()?;
    let (seq, rest) = rest.split_first_chunk::<8>()?;
    let hash = Hash(rest.try_into().ok()?);
    (check == checksum(body)).then_some((JournalId(*journal), Head { seq: u64::from_be_bytes(*seq), hash }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_slot_leaves_the_head_before_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("head");
        let mut file = HeadFile::open(&path).unwrap();
        let head = |seq| Head { seq, hash: Hash([7; 32]) };
        file.write(JournalId([1; 16]), head(1)).unwrap();
        file.write(JournalId([1; 16]), head(2)).unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[SLOT + 20] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(HeadFile::open(&path).unwrap().read().unwrap(), [(JournalId([1; 16]), head(1))]);
    }
}
