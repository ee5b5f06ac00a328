//! How the bytes of attachments travel: what the district misses, and one piece after another of it; and back to a desk that
//! lost them.

use minicbor::{Decode, Encode};

use crate::Hash;

/// `POST /v1/blobs`: which bytes of this desk's attachments the district misses.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct BlobsRequest {
    /// Those beyond this one, in the order of the answer: size of the file and name. Zeros for the first.
    #[n(0)]
    pub after: (u64, Hash),
}

/// The answer to [`BlobsRequest`] (CBOR), the smallest files first.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct BlobsAnswer {
    /// At most [`crate::limits::BLOBS`].
    #[n(0)]
    pub missing: Vec<MissingBlob>,
    /// Whether there are more behind the last.
    #[n(1)]
    pub more: bool,
}

/// Bytes that a stored entry names and the district does not hold whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct MissingBlob {
    /// Their name.
    #[n(0)]
    pub blob: Hash,
    /// How large the file is, as its entry says.
    #[n(1)]
    pub bytes: u64,
    /// How many of the encrypted bytes are there: the next piece begins here.
    #[n(2)]
    pub held: u64,
}

/// `POST /v1/piece`: some of a blob's encrypted bytes.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Piece {
    /// Which blob.
    #[n(0)]
    pub blob: Hash,
    /// How many encrypted bytes it has.
    #[n(1)]
    pub length: u64,
    /// Their SHA-256.
    #[n(2)]
    pub sha256: Hash,
    /// Where these begin.
    #[n(3)]
    pub at: u64,
    /// One at least, [`crate::limits::PIECE_BYTES`] at most.
    #[n(4)]
    #[cbor(with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
}

/// The answer to [`Piece`] (CBOR).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct PieceAnswer {
    /// How many bytes are there now: where the desk goes on. 0 after a whole blob that was not what it should be.
    #[n(0)]
    pub held: u64,
    /// What became of the piece.
    #[n(1)]
    pub became: Became,
}

/// What became of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub enum Became {
    /// Stored; more is missing.
    #[n(0)]
    Stored,
    /// The blob is whole, by this piece or before.
    #[n(1)]
    Whole,
    /// Not taken: it does not begin where the bytes that are there end.
    #[n(2)]
    Elsewhere,
    /// It was the last, and the bytes together do not have the hash that was told: none of them is kept.
    #[n(3)]
    Wrong,
    /// No stored entry of this desk asks for this blob.
    #[n(4)]
    Unasked,
}

/// `POST /v1/blob`: some of the bytes of one of the desk's own attachments, for a desk that lost them.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct BlobRequest {
    /// Which blob.
    #[n(0)]
    pub blob: Hash,
    /// Where they begin. At or beyond the end means: from the beginning.
    #[n(1)]
    pub at: u64,
    /// How many at most; [`crate::limits::PIECE_BYTES`] bounds it.
    #[n(2)]
    pub most: u64,
}

/// The answer to [`BlobRequest`] (CBOR).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct BlobAnswer {
    /// The bytes; `None` where the district does not hold the blob whole, or no stored entry of this desk names it.
    #[n(0)]
    pub piece: Option<Piece>,
}

impl Piece {
    /// What is to be done with this piece where so many bytes are there. [`Became::Stored`] and [`Became::Whole`] mean: take it.
    pub fn beside(&self, held: u64) -> Became {
        let end = self.at.saturating_add(self.bytes.len() as u64);
        match (self.at == held, end == self.length) {
            (false, _) => Became::Elsewhere,
            (true, true) => Became::Whole,
            (true, false) => Became::Stored,
        }
    }

    /// Whether its figures can be: not empty, not over a limit, within its blob.
    pub fn is_within_limits(&self) -> bool {
        let count = self.bytes.len();
        let end = self.at.checked_add(count as u64);
        (1..=crate::limits::PIECE_BYTES).contains(&count) && end.is_some_and(|end| end <= self.length)
    }
}
