//! The attachments beside a desk's message on a stick: read piece by piece, each taken in as one of the line.
//!
//! One that is cut short or was changed costs itself and no other; what of it came before the fault stays, and the next stick
//! or line goes on from there. Deliberately absent: telling who carried what; the answer says what is missing.

use std::ffi::OsStr;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use intake_wire::{Became, BlobsRequest, DeskCertificate, Hash, MissingBlob, Piece, PieceAnswer, next_piece};

use crate::{District, Error, Result};

/// What became of the attachments on a stick.
#[derive(Default)]
pub(crate) struct FilesTaken {
    /// Here, whole, now or before.
    pub(crate) whole: usize,
    /// Cut short, changed, or another desk's.
    pub(crate) broken: usize,
}

impl District {
    /// Takes in the attachments of a desk that was admitted, out of the folder beside its message. There may be none.
    pub(crate) async fn take_files(&self, certificate: &DeskCertificate, folder: &Path) -> Result<FilesTaken> {
        let mut taken = FilesTaken::default();
        for file in files_in(folder)? {
            match self.take_file(certificate, &file).await {
                Ok(Became::Whole) => taken.whole += 1,
                // No entry asks for it: it was taken off, erased, or its entries are not here.
                Ok(Became::Unasked) => {}
                Ok(_) => taken.broken += 1,
                Err(error @ (Error::Away(_) | Error::Internal(_))) => return Err(error),
                Err(error) => {
                    tracing::warn!(%error, "an attachment on a stick is not what a desk wrote");
                    taken.broken += 1;
                }
            }
        }
        Ok(taken)
    }

    async fn take_file(&self, certificate: &DeskCertificate, file: &Path) -> Result<Became> {
        let unreadable = |_| Error::Stick("an attachment of it cannot be read");
        let mut pieces = self.keys.reading_stick(BufReader::new(File::open(file).map_err(unreadable)?))?;
        let mut became = Became::Stored;
        while let Some((signer, piece)) = next_piece(&mut pieces)? {
            if signer != *certificate {
                return Err(Error::Stick("an attachment of another desk"));
            }
            let end = piece.at.saturating_add(piece.bytes.len() as u64);
            let answer = self.take_on(certificate, piece).await?;
            became = answer.became;
            match became {
                Became::Stored => {}
                // What came before, over a line or from another stick, reaches beyond this piece.
                Became::Elsewhere if answer.held >= end => {}
                Became::Whole | Became::Unasked | Became::Wrong | Became::Elsewhere => break,
            }
        }
        Ok(became)
    }

    /// Takes a piece, or of one whose beginning is here already what is behind that.
    async fn take_on(&self, certificate: &DeskCertificate, mut piece: Piece) -> Result<PieceAnswer> {
        let answer = self.take_piece(certificate, &piece).await?;
        let here = answer.held.checked_sub(piece.at).and_then(|here| usize::try_from(here).ok()).unwrap_or(0);
        if answer.became != Became::Elsewhere || here == 0 || here >= piece.bytes.len() {
            return Ok(answer);
        }
        (piece.at, piece.bytes) = (answer.held, piece.bytes.split_off(here));
        self.take_piece(certificate, &piece).await
    }

    /// Everything that `/v1/blobs` answers, one answer behind the other.
    pub(crate) async fn all_missing(&self, certificate: &DeskCertificate) -> Result<Vec<MissingBlob>> {
        let (mut missing, mut after) = (Vec::new(), (0, Hash::ZERO));
        loop {
            let answer = self.missing_blobs(certificate, &BlobsRequest { after }).await?;
            let last = answer.missing.last().map(|one| (one.bytes, one.blob));
            missing.extend(answer.missing);
            match last {
                Some(last) if answer.more => after = last,
                _ => return Ok(missing),
            }
        }
    }
}

/// The files in a folder, in the order of their names; none where there is no folder.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let unreadable = |_| Error::Stick("its attachments cannot be read");
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(unreadable)?,
    };
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<std::io::Result<Vec<_>>>();
    let mut files = paths.map_err(unreadable)?;
    files.retain(|path| path.is_file() && path.extension().is_some_and(|end| end == OsStr::new("age")));
    files.sort();
    Ok(files)
}
