//! The bytes of attachments: one encrypted file each, whole and durable before any entry names it.
//!
//! Each has a random key of its own that stands in the entry's personal part and nowhere else. So the data key can change
//! without a file being written again, and erasing the personal part leaves bytes that nobody opens (docs/adr/0012). What
//! lies in a file is what travels to the district, byte for byte (docs/adr/0020).

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;

use intake_wire::{BlobKey, BlobOpener, Hash, seal_blob, sha256_of};

use crate::blobs_back::KEPT;
use crate::folder::{Folder, make_folder, write_whole};
use crate::{Error, Result};

/// Encrypted bytes that hold the small picture of a usual file: the header, the first chunk and one more byte.
const FIRST: usize = 27 + (64 * 1024 + 16) + 1;

/// The folder of attachments.
pub struct Blobs {
    pub(crate) path: PathBuf,
}

impl Blobs {
    /// Those of a data folder.
    pub fn of(folder: &Folder) -> Self {
        Self { path: folder.blobs() }
    }

    /// Writes a file whole and durable: its name is safe in the folder when this returns.
    ///
    /// # Errors
    /// [`Error::Io`], as on a full disk: then nothing of it is left.
    pub fn put(&self, blob: Hash, key: &BlobKey, thumbnail: &[u8], content: &[u8]) -> Result<()> {
        make_folder(&self.path)?;
        let sealed = seal_blob(blob, key, thumbnail, content)?;
        let file = self.file(blob);
        write_whole(&file, &sealed).inspect_err(|_| {
            // Room for what comes next. What cannot even be removed is swept later.
            let _ = std::fs::remove_file(file.with_extension("new"));
        })
    }

    /// The whole file as it was handed over.
    ///
    /// # Errors
    /// [`Error::Blob`] where it is missing or is not what was written.
    pub fn content(&self, blob: Hash, key: &BlobKey) -> Result<Vec<u8>> {
        let mut plain = open(blob, key, &self.read(blob)?)?;
        let thumbnail = split_thumbnail(&plain)?.len();
        Ok(plain.split_off(4 + thumbnail))
    }

    /// Its small picture; empty where there is none.
    ///
    /// # Errors
    /// As [`Blobs::content`].
    pub fn thumbnail(&self, blob: Hash, key: &BlobKey) -> Result<Vec<u8>> {
        let sealed = self.read(blob)?;
        // A picture of a few kilobytes lies in the first chunk; a larger one in the next ones.
        if let Some(first) = sealed.get(..FIRST)
            && let Ok(thumbnail) = split_thumbnail(&BlobOpener::new(blob, copied(key)?).push(first)?)
        {
            return Ok(thumbnail.to_vec());
        }
        Ok(split_thumbnail(&open(blob, key, &sealed)?)?.to_vec())
    }

    /// The encrypted bytes as they lie there, to be read piece by piece; `None` where there are none.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn sealed(&self, blob: Hash) -> Result<Option<SealedBlob>> {
        let file = match File::open(self.file(blob)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        let (length, sha256) = (file.metadata()?.len(), sha256_of(&file)?);
        Ok(Some(SealedBlob { file, length, sha256 }))
    }

    /// Removes what no entry names: files of an adding that broke off, and those whose key was erased; and what was kept of
    /// one that is whole again.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn sweep(&self, stays: impl Fn(Hash) -> bool) -> Result<usize> {
        let mut swept = 0;
        let files = match std::fs::read_dir(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
            files => files?,
        };
        for file in files {
            let path = file?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let blob = name.split('.').next().and_then(|name| Hash::try_from(name.to_owned()).ok());
            // Only what this program writes is ever removed.
            let goes = match path.extension().and_then(OsStr::to_str) {
                None => blob.is_some_and(|blob| !stays(blob)),
                Some("new") => true,
                Some(end) if KEPT.contains(&end) => blob.is_some_and(|blob| !stays(blob) || self.file(blob).exists()),
                Some(_) => false,
            };
            if goes {
                std::fs::remove_file(&path)?;
                swept += 1;
            }
        }
        Ok(swept)
    }

    pub(crate) fn file(&self, blob: Hash) -> PathBuf {
        self.path.join(blob.to_string())
    }

    fn read(&self, blob: Hash) -> Result<Vec<u8>> {
        match std::fs::read(self.file(blob)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Error::Blob("its file is missing")),
            read => Ok(read?),
        }
    }
}

/// An attachment's encrypted bytes in their file.
pub struct SealedBlob {
    file: File,
    /// How many.
    pub length: u64,
    /// Their SHA-256.
    pub sha256: Hash,
}

impl SealedBlob {
    /// Those from a place on, at most so many.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn piece(&mut self, at: u64, most: usize) -> Result<Vec<u8>> {
        self.file.seek(SeekFrom::Start(at))?;
        let mut bytes = Vec::new();
        (&mut self.file).take(most as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

fn open(blob: Hash, key: &BlobKey, sealed: &[u8]) -> Result<Vec<u8>> {
    let mut opener = BlobOpener::new(blob, copied(key)?);
    let mut plain = opener.push(sealed)?;
    plain.extend(opener.finish()?);
    Ok(plain)
}

fn copied(key: &BlobKey) -> Result<BlobKey> {
    Ok(BlobKey::from_text(&key.text())?)
}

fn split_thumbnail(plain: &[u8]) -> Result<&[u8]> {
    let short = || Error::Blob("it ends early");
    let (length, rest) = plain.split_first_chunk::<4>().ok_or_else(short)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| short())?;
    rest.get(..length).ok_or_else(short)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Locked;

    const CHUNK: usize = 64 * 1024;
    const TAG: usize = 16;

    fn blobs() -> (tempfile::TempDir, Blobs) {
        let home = tempfile::tempdir().unwrap();
        let folder = Locked::take(home.path()).unwrap().folder();
        (home, Blobs::of(&folder))
    }

    #[test]
    fn what_was_put_comes_back_and_nothing_of_it_lies_readable() {
        let (_home, blobs) = blobs();
        for length in [0, 1, CHUNK - 5, CHUNK, CHUNK + 1, 3 * CHUNK - 4] {
            let content: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect();
            let (blob, key) = (Hash([9; 32]), BlobKey::generate().unwrap());
            blobs.put(blob, &key, b"small", &content).unwrap();
            let key = BlobKey::from_text(&key.text()).unwrap();
            assert!(blobs.content(blob, &key).unwrap() == content, "{length} bytes");
            assert_eq!(blobs.thumbnail(blob, &key).unwrap(), b"small");
            let kept = std::fs::read(blobs.file(blob)).unwrap();
            assert!(content.len() < 64 || !kept.windows(64).any(|part| part == &content[..64]));
            assert!(matches!(blobs.content(blob, &BlobKey::generate().unwrap()), Err(Error::Blob(_))));
        }
    }

    #[test]
    fn a_thumbnail_larger_than_a_chunk_is_read_whole() {
        let (_home, blobs) = blobs();
        let (blob, key) = (Hash([9; 32]), BlobKey::generate().unwrap());
        let thumbnail = vec![7; CHUNK + 100];
        blobs.put(blob, &key, &thumbnail, b"content").unwrap();
        assert!(blobs.thumbnail(blob, &key).unwrap() == thumbnail);
        assert_eq!(blobs.content(blob, &key).unwrap(), b"content");
    }

    #[test]
    fn a_file_that_was_cut_changed_or_renamed_does_not_open() {
        let (_home, blobs) = blobs();
        let (blob, key) = (Hash([9; 32]), BlobKey::generate().unwrap());
        blobs.put(blob, &key, b"", &vec![5; 2 * CHUNK + 10]).unwrap();
        let whole = std::fs::read(blobs.file(blob)).unwrap();
        let check = |bytes: &[u8]| {
            std::fs::write(blobs.file(blob), bytes).unwrap();
            assert!(matches!(blobs.content(blob, &key), Err(Error::Blob(_))));
        };
        for cut in [0, 4, 8, 20, 27, 28, 27 + CHUNK + TAG, 27 + 2 * (CHUNK + TAG), whole.len() - 1] {
            check(&whole[..cut]);
        }
        for at in [0, 10, 30, CHUNK, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            check(&changed);
        }
        let swapped = [&whole[..27], &whole[27 + CHUNK + TAG..27 + 2 * (CHUNK + TAG)], &whole[27..27 + CHUNK + TAG]];
        check(&[&swapped.concat(), &whole[27 + 2 * (CHUNK + TAG)..]].concat());
        std::fs::write(blobs.file(Hash([8; 32])), &whole).unwrap();
        assert!(matches!(blobs.content(Hash([8; 32]), &key), Err(Error::Blob(_))));
    }

    #[test]
    fn the_sweep_takes_what_no_entry_names_and_nothing_that_is_not_ours() {
        let (_home, blobs) = blobs();
        let key = BlobKey::generate().unwrap();
        for one in [1, 2] {
            blobs.put(Hash([one; 32]), &key, b"", b"content").unwrap();
        }
        std::fs::write(blobs.path.join("half.new"), "half").unwrap();
        std::fs::write(blobs.path.join("readme.txt"), "somebody's").unwrap();
        assert_eq!(blobs.sweep(|blob| blob == Hash([1; 32])).unwrap(), 2);
        assert_eq!(blobs.content(Hash([1; 32]), &key).unwrap(), b"content");
        assert!(blobs.path.join("readme.txt").exists());
        assert!(!blobs.file(Hash([2; 32])).exists() && !blobs.path.join("half.new").exists());
    }
}
