//! The encrypted bytes of an attachment: one form at the desk, on the line and at the district.
//!
//! `inblob1` and a zero, 19 random bytes, then chunks of 64 KiB by XChaCha20-Poly1305 and STREAM (BE32) with the blob's name
//! as associated data: one that was cut, whose chunks changed places, or that lies under another name does not open. Plain it
//! is the length of the small picture (4 bytes), the small picture, the content (docs/adr/0012).

use chacha20poly1305::aead::stream::{DecryptorBE32, EncryptorBE32};
use chacha20poly1305::aead::{KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305};
use zeroize::Zeroizing;

use crate::{Error, Hash, Result, limits, random};

/// What such bytes begin with.
const MARK: &[u8; 8] = b"inblob1\0";
/// The nonce but for the 5 bytes that STREAM counts chunks with.
const NONCE: usize = 19;
const TAG: usize = 16;
/// Plain bytes in a chunk.
const CHUNK: usize = 64 * 1024;

/// The key of one attachment. Wiped when dropped; never printed.
pub struct BlobKey(Zeroizing<[u8; 32]>);

impl BlobKey {
    /// A new key.
    ///
    /// # Errors
    /// [`Error::Random`] where the system has no random bytes.
    pub fn generate() -> Result<Self> {
        Ok(Self(Zeroizing::new(random()?)))
    }

    /// From its 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`Error::Blob`] for other text.
    pub fn from_text(text: &str) -> Result<Self> {
        let read = Hash::try_from(text.to_owned()).map_err(|_| Error::Blob("its key does not read"))?;
        Ok(Self(Zeroizing::new(read.0)))
    }

    /// Its 64 hexadecimal digits, for the entry's personal part.
    pub fn text(&self) -> String {
        Hash(*self.0).to_string()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(Key::from_slice(self.0.as_slice()))
    }
}

/// The most bytes that a file of this size makes, encrypted and with its small picture.
pub fn blob_bytes_at_most(file: u64) -> u64 {
    let plain = file.saturating_add(4 + limits::THUMBNAIL_BYTES);
    let chunks = plain.div_ceil(CHUNK as u64);
    plain.saturating_add(chunks.saturating_mul(TAG as u64)).saturating_add((MARK.len() + NONCE) as u64)
}

/// Encrypts a small picture and a content under a blob's name.
///
/// # Errors
/// [`Error::Blob`] for a small picture over [`limits::THUMBNAIL_BYTES`], [`Error::Random`].
pub fn seal_blob(blob: Hash, key: &BlobKey, thumbnail: &[u8], content: &[u8]) -> Result<Vec<u8>> {
    let length = u32::try_from(thumbnail.len()).ok().filter(|length| u64::from(*length) <= limits::THUMBNAIL_BYTES);
    let length = length.ok_or(Error::Blob("its small picture is too large"))?;
    let mut plain = Zeroizing::new(Vec::with_capacity(4 + thumbnail.len() + content.len()));
    plain.extend_from_slice(&length.to_be_bytes());
    plain.extend_from_slice(thumbnail);
    plain.extend_from_slice(content);
    let nonce: [u8; NONCE] = random()?;
    let mut stream = EncryptorBE32::from_aead(key.cipher(), nonce.as_slice().into());
    let mut sealed = Vec::with_capacity(MARK.len() + NONCE + plain.len() + (plain.len() / CHUNK + 1) * TAG);
    sealed.extend_from_slice(MARK);
    sealed.extend_from_slice(&nonce);
    let refused = |_| Error::Blob("it could not be encrypted");
    // The name is sealed in: what was renamed over another does not open.
    let payload = |msg| Payload { msg, aad: &blob.0 };
    let mut chunks = plain.chunks(CHUNK).peekable();
    while let Some(chunk) = chunks.next() {
        if chunks.peek().is_some() {
            sealed.extend(stream.encrypt_next(payload(chunk)).map_err(refused)?);
        } else {
            sealed.extend(stream.encrypt_last(payload(chunk)).map_err(refused)?);
            break;
        }
    }
    Ok(sealed)
}

/// Opens encrypted bytes as they come, in pieces of any length, holding no more than a chunk of them.
pub struct BlobOpener {
    blob: Hash,
    key: BlobKey,
    stream: Option<DecryptorBE32<XChaCha20Poly1305>>,
    held: Vec<u8>,
}

impl BlobOpener {
    /// Of the blob with this name.
    pub fn new(blob: Hash, key: BlobKey) -> Self {
        Self { blob, key, stream: None, held: Vec::new() }
    }

    /// The next bytes; gives what can be opened by them.
    ///
    /// # Errors
    /// [`Error::Blob`] where they are not what was encrypted.
    pub fn push(&mut self, sealed: &[u8]) -> Result<Vec<u8>> {
        self.held.extend_from_slice(sealed);
        self.begin()?;
        let (mut plain, mut at) = (Vec::new(), 0);
        if let Some(stream) = &mut self.stream {
            // The last chunk is encrypted otherwise: one that may be it waits for what comes.
            while self.held.len() - at > CHUNK + TAG {
                let chunk = self.held.get(at..at + CHUNK + TAG).unwrap_or_default();
                let opened = stream.decrypt_next(Payload { msg: chunk, aad: &self.blob.0 });
                plain.extend(opened.map_err(|_| damaged())?);
                at += CHUNK + TAG;
            }
            self.held.drain(..at);
        }
        Ok(plain)
    }

    /// Gives the rest, once nothing more comes.
    ///
    /// # Errors
    /// As [`BlobOpener::push`]; also where they end early.
    pub fn finish(mut self) -> Result<Vec<u8>> {
        self.begin()?;
        let stream = self.stream.take().ok_or_else(damaged)?;
        stream.decrypt_last(Payload { msg: &self.held, aad: &self.blob.0 }).map_err(|_| damaged())
    }

    fn begin(&mut self) -> Result<()> {
        if self.stream.is_some() || self.held.len() < MARK.len() + NONCE {
            return Ok(());
        }
        let body = self.held.strip_prefix(MARK).ok_or_else(damaged)?;
        let (nonce, body) = body.split_at_checked(NONCE).ok_or_else(damaged)?;
        self.stream = Some(DecryptorBE32::from_aead(self.key.cipher(), nonce.into()));
        self.held = body.to_vec();
        Ok(())
    }
}

/// The content alone of what a [`BlobOpener`] gives: without the small picture in front of it.
#[derive(Default)]
pub struct BlobContent {
    head: Vec<u8>,
    skip: Option<usize>,
}

impl BlobContent {
    /// The next plain bytes; gives what of them is content.
    pub fn push(&mut self, mut plain: Vec<u8>) -> Vec<u8> {
        if self.skip.is_none() {
            self.head.append(&mut plain);
            let Some((length, rest)) = self.head.split_first_chunk::<4>() else { return Vec::new() };
            self.skip = Some(usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX));
            plain = rest.to_vec();
            self.head = Vec::new();
        }
        let skip = self.skip.unwrap_or(0).min(plain.len());
        self.skip = Some(self.skip.unwrap_or(0) - skip);
        plain.split_off(skip)
    }
}

fn damaged() -> Error {
    Error::Blob("its bytes are not what was written")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(blob: Hash, key: &BlobKey, sealed: &[u8], step: usize) -> Result<Vec<u8>> {
        let mut opener = BlobOpener::new(blob, BlobKey::from_text(&key.text()).unwrap());
        let mut content = BlobContent::default();
        let mut whole = Vec::new();
        for piece in sealed.chunks(step) {
            whole.extend(content.push(opener.push(piece)?));
        }
        whole.extend(content.push(opener.finish()?));
        Ok(whole)
    }

    #[test]
    fn a_blob_opens_to_its_content_in_pieces_of_any_length_and_only_whole() {
        let (blob, key) = (Hash([9; 32]), BlobKey::generate().unwrap());
        for (length, thumbnail) in [(0, 0), (1, 7), (CHUNK - 4, 0), (CHUNK, 3), (2 * CHUNK + 5, CHUNK), (9, CHUNK + 1)]
        {
            let content: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect();
            let sealed = seal_blob(blob, &key, &vec![7; thumbnail], &content).unwrap();
            assert!(sealed.len() as u64 <= blob_bytes_at_most(length as u64));
            for step in [1, 27, CHUNK + TAG, 100_000, usize::MAX] {
                assert!(opened(blob, &key, &sealed, step).unwrap() == content, "{length} bytes by {step}");
            }
            assert!(opened(blob, &key, &sealed[..sealed.len() - 1], 1000).is_err());
            assert!(opened(blob, &key, &sealed[..20], 1000).is_err());
            assert!(opened(Hash([8; 32]), &key, &sealed, 1000).is_err());
        }
        assert!(seal_blob(blob, &key, &vec![0; 1 << 21], b"").is_err());
    }
}
