//! An attachment on its way to a stick: the signed pieces that would go over the line, read one by one.

use intake_store::{Blobs, Db, SealedBlob};
use intake_wire::{DeskCertificate, Hash, Piece, SigningKey, frame_piece, limits};

use crate::{Error, Result};

/// One attachment's pieces. No more than one of them is in memory.
pub struct StickFile {
    blob: Hash,
    file: SealedBlob,
    at: u64,
    certificate: DeskCertificate,
    key: SigningKey,
}

impl StickFile {
    /// Opens it; `None` where its bytes are not here. Blocks on the disk.
    ///
    /// # Errors
    /// [`Error::NotEnrolled`], [`Error::Store`].
    pub fn open(db: &Db, blob: Hash) -> Result<Option<Self>> {
        let (admission, key) =
            db.read::<_, intake_store::Error>(|r| Ok((r.line().admission()?, r.line().signing_key()?)))?;
        let certificate = admission.ok_or(Error::NotEnrolled)?.answer.certificate;
        let file = Blobs::of(db.folder()).sealed(blob)?.filter(|file| file.length > 0);
        Ok(file.map(|file| Self { blob, file, at: 0, certificate, key }))
    }

    /// Its encrypted bytes: a little less than what it takes on a stick.
    pub fn length(&self) -> u64 {
        self.file.length
    }

    /// The next piece as it stands on a stick; `None` behind the last.
    ///
    /// # Errors
    /// [`intake_store::Error::Io`], also where the file became shorter.
    pub fn next_piece(&mut self) -> intake_store::Result<Option<Vec<u8>>> {
        let (length, at) = (self.file.length, self.at);
        if at >= length {
            return Ok(None);
        }
        let bytes = self.file.piece(at, limits::PIECE_BYTES)?;
        if bytes.is_empty() {
            return Err(intake_store::Error::Io(std::io::ErrorKind::UnexpectedEof.into()));
        }
        self.at += bytes.len() as u64;
        let piece = Piece { blob: self.blob, length, sha256: self.file.sha256, at, bytes };
        Ok(Some(frame_piece(&piece, self.certificate.clone(), &self.key)?))
    }
}
