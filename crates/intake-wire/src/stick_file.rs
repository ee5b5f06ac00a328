//! An attachment on a stick: its signed pieces one behind the other, each as `/v1/piece` takes it, in an `age` file of its own.
//!
//! Files of their own, so that neither end holds more than a piece in memory, and one that is damaged costs none of the
//! others (docs/adr/0024). Deliberately absent: the encryption, as for the message beside them.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::piece::Piece;
use crate::sign::{DeskCertificate, SigningKey};
use crate::{Error, Result, SignedRequest, limits};

/// What a piece is signed for: the same on a stick as on the line.
const PLACE: &str = "/v1/piece";

/// The folder of attachments that belongs to a desk's message: beside it, under its name.
pub fn stick_files(message: &Path) -> PathBuf {
    let name = message.file_stem().unwrap_or_default().to_string_lossy();
    message.with_file_name(format!("{name}-附件"))
}

/// A piece as it stands in such a file, signed by the desk.
///
/// # Errors
/// [`Error::Form`] if it cannot be encoded.
pub fn frame_piece(piece: &Piece, certificate: DeskCertificate, key: &SigningKey) -> Result<Vec<u8>> {
    let signed = SignedRequest::sealed(PLACE, piece, certificate, key)?;
    let length = u32::try_from(signed.len()).map_err(|_| over())?;
    Ok([length.to_be_bytes().as_slice(), &signed].concat())
}

/// Reads the next piece of such a file, with who signed it; `None` at its end. That the district issued the certificate is
/// the caller's check.
///
/// # Errors
/// [`Error::Stream`] where it cannot be read, [`Error::Form`] where it ends in the middle or is over a limit,
/// [`Error::Signature`].
pub fn next_piece(from: &mut impl Read) -> Result<Option<(DeskCertificate, Piece)>> {
    let head = read(from, 4)?;
    if head.is_empty() {
        return Ok(None);
    }
    let head: [u8; 4] = head.as_slice().try_into().map_err(|_| cut())?;
    let length = u64::from(u32::from_be_bytes(head));
    if length > (limits::PIECE_BYTES + limits::PIECE_AROUND) as u64 {
        return Err(over());
    }
    let signed = read(from, length)?;
    if (signed.len() as u64) < length {
        return Err(cut());
    }
    SignedRequest::open(PLACE, &signed).map(Some)
}

/// At most so many bytes.
fn read(from: &mut impl Read, most: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.by_ref().take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn cut() -> Error {
    Error::Form("an attachment on a stick that ends in the middle".into())
}

fn over() -> Error {
    Error::Form("a piece over the limit".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Hash, sha256};

    #[test]
    fn pieces_stand_one_behind_the_other_and_a_file_that_was_cut_anywhere_is_no_file() {
        let key = SigningKey::from_seed([2; 32]);
        let certificate = DeskCertificate::issue(&key, "120110005".into(), 1, key.public(), 7).unwrap();
        let whole = b"encrypted bytes";
        let piece = |at: usize, end: usize| {
            let (length, sha256) = (whole.len() as u64, sha256(&[whole]));
            Piece { blob: Hash([3; 32]), length, sha256, at: at as u64, bytes: whole[at..end].to_vec() }
        };
        let frames = [piece(0, 9), piece(9, 15)].map(|one| frame_piece(&one, certificate.clone(), &key).unwrap());
        let file = frames.concat();
        let all = |mut file: &[u8]| {
            let mut pieces = Vec::new();
            while let Some((signer, piece)) = next_piece(&mut file)? {
                assert_eq!(signer, certificate);
                pieces.push(piece);
            }
            Ok::<_, Error>(pieces)
        };
        assert_eq!(all(&file).unwrap(), [piece(0, 9), piece(9, 15)]);
        for cut in 1..file.len() {
            let read = all(&file[..cut]);
            assert!(if cut == frames[0].len() { read.unwrap().len() == 1 } else { read.is_err() }, "cut at {cut}");
        }
        let foreign = frame_piece(&piece(0, 9), certificate.clone(), &SigningKey::from_seed([4; 32])).unwrap();
        assert!(matches!(all(&foreign), Err(Error::Signature)));
        assert!(matches!(all(&[0xFF; 9]), Err(Error::Form(_))));
    }

    #[test]
    fn the_attachments_lie_in_a_folder_beside_their_message_under_its_name() {
        let message = Path::new("/media/u/上报-120110005-01-20261126-180400.age");
        assert_eq!(stick_files(message), Path::new("/media/u/上报-120110005-01-20261126-180400-附件"));
    }
}
