//! Signed requests, and what the district answers.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::entry::{Head, JournalId};
use crate::hash::Hash;
use crate::sign::{DeskCertificate, Signature, SigningKey};
use crate::stick::StickRecipient;
use crate::{Error, Result};

/// A request body (CBOR) that says who asks. The same form serves over TLS and on a stick.
#[derive(Debug, Clone, Encode, Decode)]
#[cbor(array)]
pub struct SignedRequest {
    /// Who asks.
    #[n(0)]
    pub certificate: DeskCertificate,
    /// The CBOR of what is asked.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub body: Vec<u8>,
    /// By the desk's key, for the purpose `request 1 <path>`, over `body`.
    #[n(2)]
    pub signature: Signature,
}

impl SignedRequest {
    /// Signs a request to a path such as `/v1/heads`.
    ///
    /// # Errors
    /// [`Error::Form`] if it cannot be encoded.
    pub fn sealed<T: Encode<()>>(
        path: &str,
        what: &T,
        certificate: DeskCertificate,
        key: &SigningKey,
    ) -> Result<Vec<u8>> {
        let body = minicbor::to_vec(what)?;
        let signature = key.sign(&format!("request 1 {path}"), &body);
        Ok(minicbor::to_vec(Self { certificate, body, signature })?)
    }

    /// Reads a request and checks the desk's signature. That the district issued the certificate is the caller's check.
    ///
    /// # Errors
    /// [`Error::Form`] for other bytes, [`Error::Signature`] for a signature that does not fit.
    pub fn open<T: for<'b> Decode<'b, ()>>(path: &str, bytes: &[u8]) -> Result<(DeskCertificate, T)> {
        let request: Self = minicbor::decode(bytes)?;
        request.certificate.key.verify(&format!("request 1 {path}"), &request.body, &request.signature)?;
        let what = minicbor::decode(&request.body).map_err(Error::from)?;
        Ok((request.certificate, what))
    }
}

/// `POST /v1/heads`: where the desk stands.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Heads {
    /// Each epoch's journal, its mark, and its head at the desk.
    #[n(0)]
    pub journals: Vec<(JournalId, String, Head)>,
    /// How far the desk holds the district's journal for it.
    #[n(1)]
    pub district: Head,
    /// Which of the district's journals that is; `None` from a desk that does not say.
    #[n(2)]
    pub district_journal: Option<JournalId>,
}

/// The answer to [`Heads`] (CBOR): where the district stands.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct HeadsAnswer {
    /// One for each journal of this desk that the district knows or was asked about.
    #[n(0)]
    pub journals: Vec<JournalState>,
    /// The district's journal for this desk: its name and head.
    #[n(1)]
    pub district: (JournalId, Head),
    /// The district's clock, milliseconds since 1970 UTC.
    #[n(2)]
    pub now_ms: i64,
    /// Whom the desk encrypts to what it puts on a stick: a desk that was enrolled before there was one learns it here.
    /// `None` from a district that does not say.
    #[n(3)]
    pub stick: Option<StickRecipient>,
    /// How many entries the district takes in one page. `None` from one that does not say: [`crate::limits::SHORT_PAGE_ENTRIES`].
    #[n(4)]
    pub page_entries: Option<u32>,
}

/// One journal of a desk as the district holds it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct JournalState {
    /// Which journal.
    #[n(0)]
    pub journal: JournalId,
    /// Its head at the district; [`Head::EMPTY`] where it holds nothing.
    #[n(1)]
    pub head: Head,
    /// Entries that are not simply stored: set aside, waiting, superseded.
    #[n(2)]
    pub verdicts: Vec<Verdict>,
    /// Whether the district holds entries that contradict one another (a fork) and were not carried into a later epoch.
    #[n(3)]
    pub forked: bool,
    /// The epoch mark under which the district knows the journal; `None` from one that does not say, or knows no such journal.
    #[n(4)]
    pub mark: Option<String>,
    /// Up to where the journal is within the district's own test-restored backups; `None` from a district that has no such
    /// mark yet.
    #[n(5)]
    pub archived: Option<u64>,
    /// Up to where the bytes of every attachment that an entry of the journal adds are within these backups too, but for those
    /// that the district misses; `None` from a district that has no such mark yet.
    #[n(6)]
    pub files_archived: Option<u64>,
}

/// What became of one entry.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Verdict {
    /// Its place.
    #[n(0)]
    pub seq: u64,
    /// What became of it.
    #[n(1)]
    pub verdict: VerdictKind,
}

/// What can become of an entry. All of them mean: stored durably.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum VerdictKind {
    /// Stored and applied.
    #[n(0)]
    Stored,
    /// Held before, with the same hash.
    #[n(1)]
    AlreadyHad,
    /// Stored; cannot be applied, for this reason (a code of the model).
    #[n(2)]
    SetAside {
        /// The code's word, such as `kind_unknown`.
        #[n(0)]
        code: String,
    },
    /// Stored; a later entry carries the whole record.
    #[n(3)]
    Superseded {
        /// That entry's place.
        #[n(0)]
        by: u64,
    },
    /// Stored; applies once that entry does.
    #[n(4)]
    Waiting {
        /// That entry's place.
        #[n(0)]
        for_seq: u64,
    },
}

/// The answer to an uploaded page (CBOR): the head after it, and a verdict for each entry of the page.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct PageAnswer {
    /// The district's head of that journal.
    #[n(0)]
    pub head: Head,
    /// In the page's order.
    #[n(1)]
    pub verdicts: Vec<Verdict>,
    /// Whether an entry of the page contradicts one held before: both are kept.
    #[n(2)]
    pub forked: bool,
}

/// `POST /v1/down`: the district's entries for this desk after a place. Answered by a page signed with the district's key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct DownRequest {
    /// The last place the desk holds.
    #[n(0)]
    pub after: u64,
    /// Which of the district's journals for this desk, and the hash at that place. Where the district holds no more of it, or
    /// another entry at that place, the next one answers from its beginning; where it does not know it, the newest. `None`
    /// for the newest, which an older district always gives.
    #[n(1)]
    pub of: Option<(JournalId, Hash)>,
}

/// `POST /v1/own`: what the district holds of one of the desk's own journals after a place, for a desk that was set back.
/// Answered as [`DownRequest`] is.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct OwnRequest {
    /// Which journal.
    #[n(0)]
    pub journal: JournalId,
    /// The last place the desk is sure of.
    #[n(1)]
    pub after: u64,
}
