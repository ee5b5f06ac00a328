//! Pages: signed blocks of entries inside one zstd stream.
//!
//! A page is `zstd( (u32 big-endian length, CBOR of a block)* )`, flushed after each block, so that the other end can
//! commit a block as soon as it has arrived and a cut costs one block at most.

use std::io::{Read, Write as _};

use minicbor::{Decode, Encode};
use zstd::stream::raw::CParameter;

use crate::entry::{Entry, Head, JournalId};
use crate::sign::{DeskCertificate, PublicKey, Signature, SigningKey};
use crate::{Error, Hash, Result, sha256};

/// The limits of one page. Over them a page is refused whole at the block that passes them.
pub mod limits {
    /// Entries in a block: what a cut can cost.
    pub const BLOCK_ENTRIES: usize = 16;
    /// Entries in a page. Its blocks are kept as they arrive, so that a cut does not cost more for a long page; after each page
    /// one end waits for the other.
    pub const PAGE_ENTRIES: usize = 2048;
    /// Entries in a page that goes to who does not say that it takes more.
    pub const SHORT_PAGE_ENTRIES: usize = 512;
    /// Bytes of one block's CBOR.
    pub const BLOCK_BYTES: usize = 4 << 20;
    /// Bytes of content of one entry, both parts together: a hundred times a long visit. What is larger is refused before
    /// it is written, since it could never leave the desk.
    pub const ENTRY_BYTES: usize = 1 << 20;
    /// Bytes of a page, compressed.
    pub const PAGE_BYTES: usize = 16 << 20;
    /// Decompressed bytes of one page.
    pub const PAGE_CONTENT_BYTES: usize = 32 << 20;
    /// Bytes of what one end puts on a stick for the other, before and after it is encrypted.
    pub const STICK_BYTES: usize = 256 << 20;
    /// Bytes of one piece of an attachment: what a cut can cost.
    pub const PIECE_BYTES: usize = 256 << 10;
    /// Bytes around a piece in its signed request: a certificate, a signature, what the piece says of its blob.
    pub const PIECE_AROUND: usize = 4 << 10;
    /// Bytes of attachments that go on a stick at once: some minutes of a slow one.
    pub const STICK_FILES_BYTES: u64 = 1 << 30;
    /// Attachments that one answer names as missing.
    pub const BLOBS: usize = 1000;
    /// Bytes of an attachment's small picture.
    pub const THUMBNAIL_BYTES: u64 = 1 << 20;
    /// zstd's largest window (2^23 bytes), so that a small page cannot ask for much memory.
    pub const ZSTD_WINDOW_LOG: u32 = 23;
}

/// zstd's level for a page that must be made fast, and for one that must be small: the first that finds what repeats from three
/// bytes on, as one Chinese character has.
const QUICK: i32 = 3;
const SMALL: i32 = 18;
/// The memory that this level may take, in powers of two: some megabytes, enough for a page of a long day.
const SMALL_WINDOW_LOG: u32 = 20;
const SMALL_HASH_LOG: u32 = 19;

/// Entries of one journal that follow one another, signed over the chain head after the last of them.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Block {
    /// Who wrote them; `None` in the district's own pages.
    #[n(0)]
    pub certificate: Option<DeskCertificate>,
    /// Which journal.
    #[n(1)]
    pub journal: JournalId,
    /// The epoch mark of the journal.
    #[n(2)]
    pub mark: String,
    /// The hash before the first entry.
    #[n(3)]
    pub previous: Hash,
    /// One to [`limits::BLOCK_ENTRIES`] entries.
    #[n(4)]
    pub entries: Vec<Entry>,
    /// For the purpose `block 1`, over journal, mark and the head after the last entry.
    #[n(5)]
    pub signature: Signature,
}

impl Block {
    /// Signs entries that follow `head`; gives the head after them too.
    ///
    /// # Errors
    /// [`Error::Chain`] where they do not, [`Error::Form`] for none or too many.
    pub fn sign(
        certificate: Option<DeskCertificate>,
        journal: JournalId,
        mark: String,
        head: Head,
        entries: Vec<Entry>,
        key: &SigningKey,
    ) -> Result<(Self, Head)> {
        let after = chain(journal, head, &entries)?;
        let signature = key.sign("block 1", &signed_bytes(journal, &mark, after)?);
        Ok((Self { certificate, journal, mark, previous: head.hash, entries, signature }, after))
    }

    /// The head before the first entry.
    ///
    /// # Errors
    /// [`Error::Form`] for a block without entries.
    pub fn before(&self) -> Result<Head> {
        let first = self.entries.first().ok_or_else(|| Error::Form("a block without entries".into()))?;
        let seq = first.seq.checked_sub(1).ok_or_else(|| Error::Form("places count from 1".into()))?;
        Ok(Head { seq, hash: self.previous })
    }

    /// Checks chain and signature; gives the hash of each entry, in order.
    ///
    /// # Errors
    /// [`Error::Form`], [`Error::Chain`] or [`Error::Signature`].
    pub fn verify(&self, key: &PublicKey) -> Result<Vec<Hash>> {
        let mut head = self.before()?;
        if self.entries.len() > limits::BLOCK_ENTRIES {
            return Err(Error::Form("a block with too many entries".into()));
        }
        let mut hashes = Vec::with_capacity(self.entries.len());
        for entry in &self.entries {
            head = entry.follow(self.journal, head)?;
            hashes.push(head.hash);
        }
        key.verify("block 1", &signed_bytes(self.journal, &self.mark, head)?, &self.signature)?;
        Ok(hashes)
    }
}

fn chain(journal: JournalId, mut head: Head, entries: &[Entry]) -> Result<Head> {
    if entries.is_empty() || entries.len() > limits::BLOCK_ENTRIES {
        return Err(Error::Form("a block holds one to sixteen entries".into()));
    }
    for entry in entries {
        head = entry.follow(journal, head)?;
    }
    Ok(head)
}

fn signed_bytes(journal: JournalId, mark: &str, head: Head) -> Result<Vec<u8>> {
    Ok(minicbor::to_vec((journal, mark, head))?)
}

/// Writes a page block by block: what [`PageWriter::block`] gives can be sent at once.
pub struct PageWriter {
    encoder: zstd::stream::write::Encoder<'static, Vec<u8>>,
}

impl PageWriter {
    /// An empty page.
    ///
    /// # Errors
    /// [`Error::Stream`] where zstd has no memory.
    pub fn new() -> Result<Self> {
        Ok(Self { encoder: zstd::stream::write::Encoder::new(Vec::new(), QUICK)? })
    }

    /// The same for a line whose bytes are dear: smaller, and many times the work.
    ///
    /// # Errors
    /// As [`PageWriter::new`].
    pub fn small() -> Result<Self> {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), SMALL)?;
        for memory in [
            CParameter::WindowLog(SMALL_WINDOW_LOG),
            CParameter::ChainLog(SMALL_WINDOW_LOG),
            CParameter::HashLog(SMALL_HASH_LOG),
        ] {
            encoder.set_parameter(memory)?;
        }
        Ok(Self { encoder })
    }

    /// The bytes that carry this block.
    ///
    /// # Errors
    /// [`Error::Form`] over [`limits::BLOCK_BYTES`].
    pub fn block(&mut self, block: &Block) -> Result<Vec<u8>> {
        let bytes = minicbor::to_vec(block)?;
        let length = u32::try_from(bytes.len()).ok().filter(|_| bytes.len() <= limits::BLOCK_BYTES);
        let length = length.ok_or_else(|| Error::Form("a block over the limit".into()))?;
        self.encoder.write_all(&length.to_be_bytes())?;
        self.encoder.write_all(&bytes)?;
        self.encoder.flush()?;
        Ok(std::mem::take(self.encoder.get_mut()))
    }

    /// The bytes that end the page.
    ///
    /// # Errors
    /// [`Error::Stream`] where zstd fails.
    pub fn finish(self) -> Result<Vec<u8>> {
        Ok(self.encoder.finish()?)
    }
}

/// Takes a decompressed page apart into blocks, however its bytes arrive. Bounded by [`limits`].
#[derive(Default)]
pub struct Frames {
    waiting: Vec<u8>,
    entries: usize,
}

impl Frames {
    /// Adds bytes as they arrive (decompressed).
    pub fn push(&mut self, bytes: &[u8]) {
        self.waiting.extend_from_slice(bytes);
    }

    /// The next whole block, if it has arrived.
    ///
    /// # Errors
    /// [`Error::Form`] for other bytes, or over a limit.
    pub fn next_block(&mut self) -> Result<Option<Block>> {
        let Some((length, rest)) = self.waiting.split_first_chunk::<4>() else { return Ok(None) };
        let length = u32::from_be_bytes(*length) as usize;
        if length > limits::BLOCK_BYTES {
            return Err(Error::Form("a block over the limit".into()));
        }
        let Some(bytes) = rest.get(..length) else { return Ok(None) };
        let block: Block = minicbor::decode(bytes)?;
        self.entries += block.entries.len();
        if self.entries > limits::PAGE_ENTRIES {
            return Err(Error::Form("a page with too many entries".into()));
        }
        self.waiting.drain(..4 + length);
        Ok(Some(block))
    }

    /// Whether every byte given so far belonged to a whole block.
    pub fn is_at_boundary(&self) -> bool {
        self.waiting.is_empty()
    }

    /// All blocks of a whole page that lies in memory.
    ///
    /// # Errors
    /// [`Error::Form`] or [`Error::Stream`].
    pub fn read_page(page: &[u8]) -> Result<Vec<Block>> {
        let mut decoder = zstd::stream::read::Decoder::new(page)?;
        decoder.window_log_max(limits::ZSTD_WINDOW_LOG)?;
        let mut frames = Self::default();
        let mut blocks = Vec::new();
        let mut buffer = vec![0; 64 << 10];
        loop {
            let read = decoder.read(&mut buffer)?;
            frames.push(buffer.get(..read).unwrap_or_default());
            while let Some(block) = frames.next_block()? {
                blocks.push(block);
            }
            if read == 0 {
                break;
            }
        }
        if frames.is_at_boundary() { Ok(blocks) } else { Err(Error::Form("a page cut short".into())) }
    }
}

/// The SHA-256 of a certificate's DER, cut to 16 bytes, as the enrolment code carries it.
pub(crate) fn fingerprint(der: &[u8]) -> [u8; 16] {
    sha256(&[der]).0.first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;
    use crate::entry::{BootId, Draft, Moment};
    use proptest::prelude::*;

    fn page(count: usize) -> (SigningKey, Vec<Block>, Vec<u8>) {
        let key = SigningKey::from_seed([9; 32]);
        let journal = JournalId([4; 16]);
        let moment = Moment { at_ms: 1, boot: BootId([0; 16]), mono_ms: 2 };
        let (mut head, mut blocks) = (Head::EMPTY, Vec::new());
        for _ in 0..count {
            let draft = Draft { kind: Kind::registered(), open: b"{}".to_vec(), personal: "{\"名\":\"𬱖\"}".into() };
            let before = head;
            let (entry, hash) = draft.after(journal, head, 1, moment).unwrap();
            head = Head { seq: entry.seq, hash };
            blocks.push(Block::sign(None, journal, "A".into(), before, vec![entry], &key).unwrap().0);
        }
        let bytes = written(PageWriter::new().unwrap(), &blocks);
        (key, blocks, bytes)
    }

    fn written(mut writer: PageWriter, blocks: &[Block]) -> Vec<u8> {
        let mut bytes: Vec<u8> = blocks.iter().flat_map(|block| writer.block(block).unwrap()).collect();
        bytes.extend(writer.finish().unwrap());
        bytes
    }

    #[test]
    fn a_page_reads_back_as_it_was_written_and_every_block_verifies() {
        let (key, blocks, bytes) = page(3);
        assert_eq!(Frames::read_page(&bytes).unwrap(), blocks);
        assert!(blocks.iter().all(|block| block.verify(&key.public()).is_ok()));
    }

    #[test]
    fn a_small_page_is_smaller_and_reads_back_the_same() {
        let (_, blocks, quick) = page(200);
        let small = written(PageWriter::small().unwrap(), &blocks);
        assert!(Frames::read_page(&small).unwrap() == blocks);
        assert!(small.len() < quick.len(), "{} of {}", small.len(), quick.len());
    }

    #[test]
    fn a_block_signed_by_another_key_or_changed_is_refused() {
        let (_, mut blocks, _) = page(1);
        let other = SigningKey::from_seed([8; 32]);
        assert!(matches!(blocks[0].verify(&other.public()), Err(Error::Signature)));
        blocks[0].entries[0].clerk = 99;
        assert!(blocks[0].verify(&SigningKey::from_seed([9; 32]).public()).is_err());
    }

    #[test]
    fn a_page_cut_anywhere_gives_its_whole_blocks_or_an_error_and_never_a_panic() {
        let (_, _, bytes) = page(2);
        for cut in 0..bytes.len() {
            assert!(Frames::read_page(&bytes[..cut]).is_err() || cut == 0, "cut at {cut}");
        }
    }

    #[test]
    fn a_length_over_the_limit_is_refused_before_it_is_waited_for() {
        let mut frames = Frames::default();
        frames.push(&u32::MAX.to_be_bytes());
        assert!(frames.next_block().is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_read_and_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut frames = Frames::default();
            frames.push(&bytes);
            let _ = frames.next_block();
            let _ = Frames::read_page(&bytes);
        }
    }
}
