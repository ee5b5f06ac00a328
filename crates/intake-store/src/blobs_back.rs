//! Attachments' bytes on their way back from the district to a desk that lost them: a part beside the files, which becomes one
//! of them once it is whole, has the hash that was told, and opens where its key is known.
//!
//! A file that is damaged is put aside and never deleted before a good one is here. Deliberately absent: asking for them.

use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use intake_wire::{BlobKey, BlobOpener, Hash, sha256_of};

use crate::blobs::Blobs;
use crate::folder::{make_folder, remove, sync_folder};
use crate::{Error, Result};

const PART: &str = "part";
const DAMAGED: &str = "damaged";
const REFUSED: &str = "refused";
/// How the names of what is kept beside the files end.
pub(crate) const KEPT: [&str; 3] = [PART, DAMAGED, REFUSED];
/// Bytes read at once.
const CHUNK: usize = 64 << 10;

/// What lies in the folder of attachments, by name alone.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Lying {
    /// Files that are there.
    pub files: HashSet<Hash>,
    /// Parts on their way back: the hash of the whole, and how many bytes are here.
    pub parts: HashMap<Hash, (Hash, u64)>,
    /// Those that came back whole and did not open: the district holds them damaged.
    pub refused: HashSet<Hash>,
}

/// What became of a part that reached its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    /// It is one of the files.
    Whole,
    /// Its bytes are not those that were told: nothing of it is kept.
    OtherBytes,
    /// They are, and do not open: nothing of it is kept, and it is noted.
    Damaged,
}

impl Blobs {
    /// What lies there.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn lying(&self) -> Result<Lying> {
        let mut lying = Lying::default();
        let files = match std::fs::read_dir(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(lying),
            files => files?,
        };
        for file in files {
            let file = file?;
            let name = file.file_name().into_string().unwrap_or_default();
            let words: Vec<&str> = name.split('.').collect();
            let hash = |word: &str| Hash::try_from(word.to_owned()).ok();
            match *words.as_slice() {
                [blob] => lying.files.extend(hash(blob)),
                [blob, REFUSED] => lying.refused.extend(hash(blob)),
                [blob, whole, PART] => {
                    if let (Some(blob), Some(whole)) = (hash(blob), hash(whole)) {
                        lying.parts.insert(blob, (whole, file.metadata()?.len()));
                    }
                }
                _ => {}
            }
        }
        Ok(lying)
    }

    /// Puts a file aside that is not what was written, so that it counts as lost.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn put_aside(&self, blob: Hash) -> Result<()> {
        match std::fs::rename(self.file(blob), self.kept(blob, DAMAGED)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Keeps bytes of a part from a place on; at 0 it begins anew.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn keep_part(&self, blob: Hash, whole: Hash, at: u64, bytes: &[u8]) -> Result<()> {
        make_folder(&self.path)?;
        let mut file = OpenOptions::new().create(true).write(true).truncate(at == 0).open(self.part(blob, whole))?;
        file.seek(SeekFrom::Start(at))?;
        Ok(file.write_all(bytes)?)
    }

    /// Makes a part that reached its end one of the files: durable when this returns.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn take_part(&self, blob: Hash, whole: Hash, key: Option<BlobKey>) -> Result<Returned> {
        let part = self.part(blob, whole);
        if sha256_of(&File::open(&part)?)? != whole {
            remove(&part)?;
            return Ok(Returned::OtherBytes);
        }
        if let Some(key) = key
            && !opens(&part, blob, key)?
        {
            File::create(self.kept(blob, REFUSED))?;
            remove(&part)?;
            return Ok(Returned::Damaged);
        }
        File::open(&part)?.sync_all()?;
        std::fs::rename(&part, self.file(blob))?;
        sync_folder(&self.path)?;
        remove(&self.kept(blob, DAMAGED))?;
        Ok(Returned::Whole)
    }

    fn part(&self, blob: Hash, whole: Hash) -> PathBuf {
        self.path.join(format!("{blob}.{whole}.{PART}"))
    }

    fn kept(&self, blob: Hash, end: &str) -> PathBuf {
        self.path.join(format!("{blob}.{end}"))
    }
}

/// Whether a key opens the bytes in a file, chunk by chunk.
fn opens(path: &Path, blob: Hash, key: BlobKey) -> Result<bool> {
    let (mut file, mut opener, mut chunk) = (File::open(path)?, BlobOpener::new(blob, key), vec![0; CHUNK]);
    loop {
        let count = file.read(&mut chunk).map_err(Error::Io)?;
        if count == 0 {
            return Ok(opener.finish().is_ok());
        }
        if opener.push(chunk.get(..count).unwrap_or_default()).is_err() {
            return Ok(false);
        }
    }
}

#[cfg(test)]
mod tests {
    use intake_wire::sha256;

    use super::*;
    use crate::Locked;

    #[test]
    fn a_part_becomes_a_file_only_whole_with_its_hash_and_where_it_opens() {
        let home = tempfile::tempdir().unwrap();
        let blobs = Blobs::of(&Locked::take(home.path()).unwrap().folder());
        let (blob, key) = (Hash([9; 32]), BlobKey::generate().unwrap());
        let key = || BlobKey::from_text(&key.text()).unwrap();
        blobs.put(blob, &key(), b"small", &vec![5; 200_000]).unwrap();
        let bytes = std::fs::read(blobs.file(blob)).unwrap();
        let whole = sha256(&[&bytes]);
        blobs.put_aside(blob).unwrap();
        assert_eq!(blobs.lying().unwrap(), Lying::default());
        blobs.keep_part(blob, whole, 0, &bytes[..1000]).unwrap();
        assert_eq!(blobs.lying().unwrap().parts[&blob], (whole, 1000));
        assert_eq!(blobs.take_part(blob, whole, Some(key())).unwrap(), Returned::OtherBytes);
        // What a clerk sees is damaged lies there until the good one is here.
        assert_eq!(blobs.sweep(|_| true).unwrap(), 0);
        blobs.keep_part(blob, whole, 0, &bytes[..1000]).unwrap();
        blobs.keep_part(blob, whole, 1000, &bytes[1000..]).unwrap();
        assert_eq!(blobs.take_part(blob, whole, Some(BlobKey::generate().unwrap())).unwrap(), Returned::Damaged);
        assert!(blobs.lying().unwrap().refused.contains(&blob));
        blobs.keep_part(blob, whole, 0, &bytes).unwrap();
        assert_eq!(blobs.take_part(blob, whole, Some(key())).unwrap(), Returned::Whole);
        assert_eq!(blobs.content(blob, &key()).unwrap(), vec![5; 200_000]);
        assert_eq!(blobs.sweep(|_| true).unwrap(), 1, "that it was refused once");
        assert_eq!(std::fs::read_dir(&blobs.path).unwrap().count(), 1);
    }
}
