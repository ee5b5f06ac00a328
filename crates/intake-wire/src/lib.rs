//! What crosses the line between a desk and its district, and the hashes and signatures that hold it together.
//!
//! One protocol that both ends implement, so that they cannot drift (docs/protocol.md says the same for others).
//! Deliberately absent: HTTP, TLS, SQL, and the meaning of a payload beyond its kind.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

mod act;
mod blob;
mod clerk;
mod day;
mod document;
mod enrolment;
mod entry;
mod epoch;
mod hash;
mod page;
mod payload;
mod piece;
mod record;
mod request;
mod shared;
mod sign;
mod step;
mod stick;
mod stick_file;
mod table;
#[cfg(test)]
mod vectors;

pub use act::{ActReceived, MatterActed};
pub use blob::{BlobContent, BlobKey, BlobOpener, blob_bytes_at_most, seal_blob};
pub use clerk::{ClerkLeft, ClerkNamed};
pub use day::{DayClosed, DayReprinted};
pub use document::{
    DeliveryTold, DocumentContent, DocumentDelivered, DocumentIssued, DocumentPlace, DocumentReprinted, DocumentVoided,
    Letterhead, PaperDelivered, VoidReason,
};
pub use enrolment::{Admission, EnrolAnswer, EnrolRequest, EnrolmentCode, Stick};
pub use entry::{BootId, Draft, Entry, Head, JournalId, Moment, Part, SYSTEM_CLERK};
pub use epoch::{Carried, EpochOpened, LastKnown};
pub use hash::{Hash, Hasher, sha256, sha256_of};
pub use page::{Block, Frames, PageWriter, limits};
pub use payload::{
    AttachmentAdded, AttachmentContent, AttachmentRemoved, ClockJumped, Corrected, EarlierLookedUp, Erased, Kind,
    Printed, ProgressTold, RecordOf, Registered, RemovalReason, Resealed, SealedOpened, SlipIssued, Voided,
};
pub use piece::{Became, BlobAnswer, BlobRequest, BlobsAnswer, BlobsRequest, MissingBlob, Piece, PieceAnswer};
pub use record::{Personal, Record, SealedPart, SealedRecord};
pub use request::{
    DownRequest, Heads, HeadsAnswer, JournalState, OwnRequest, PageAnswer, SignedRequest, Verdict, VerdictKind,
};
pub use shared::{MatterShared, SharedDelivery, SharedPaper, SharedState, SharedWords};
pub use sign::{DeskCertificate, PublicKey, Signature, SigningKey};
pub use step::{StepOpen, StepReason, StepTold, StepWithdrawn, StepWords};
pub use stick::{OwnPage, StickAnswer, StickPages, StickRecipient};
pub use stick_file::{frame_piece, next_piece, stick_files};
pub use table::TablePublished;

/// The version of the protocol; it stands in every path as `/v1`.
pub const VERSION: u32 = 1;

/// Why something from the line cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not in the form of the protocol, or over one of its limits.
    #[error("not in the protocol's form: {0}")]
    Form(String),
    /// More content than an entry may hold.
    #[error("an entry of {bytes} bytes is over the limit")]
    EntryTooLarge {
        /// Both parts together.
        bytes: usize,
    },
    /// A hash does not follow from the entry before it.
    #[error("entry {seq} does not continue the chain")]
    Chain {
        /// The entry's place.
        seq: u64,
    },
    /// A signature does not fit its key.
    #[error("the signature does not fit")]
    Signature,
    /// The system gave no random bytes.
    #[error("no random bytes: {0}")]
    Random(#[from] getrandom::Error),
    /// The bytes of an attachment, or its key, are not what was written.
    #[error("an attachment: {0}")]
    Blob(&'static str),
    /// Reading or writing the compressed stream failed.
    #[error("the compressed stream is broken: {0}")]
    Stream(#[from] std::io::Error),
}

impl<E: std::fmt::Display> From<minicbor::encode::Error<E>> for Error {
    fn from(error: minicbor::encode::Error<E>) -> Self {
        Self::Form(error.to_string())
    }
}

impl From<minicbor::decode::Error> for Error {
    fn from(error: minicbor::decode::Error) -> Self {
        Self::Form(error.to_string())
    }
}

/// The result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// Random bytes from the system.
///
/// # Errors
/// [`Error::Random`] where the system has none.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// The CBOR of one of this crate's types.
///
/// # Errors
/// [`Error::Form`] if it cannot be encoded.
pub fn encode<T: minicbor::Encode<()>>(what: &T) -> Result<Vec<u8>> {
    Ok(minicbor::to_vec(what)?)
}

/// One of this crate's types from its CBOR.
///
/// # Errors
/// [`Error::Form`] for other bytes.
pub fn decode<T: for<'b> minicbor::Decode<'b, ()>>(bytes: &[u8]) -> Result<T> {
    Ok(minicbor::decode(bytes)?)
}
