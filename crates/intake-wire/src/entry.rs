//! One entry of a journal: dense from 1, chained by hash, its content in two parts with a salt each (invariant 2).

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::hash::{Hash, sha256};
use crate::{Error, Kind, Result, limits, random};

/// What the journal names as clerk where the program acts by itself.
pub const SYSTEM_CLERK: u32 = 0;

/// A journal's name: 16 random bytes, drawn when its epoch opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize)]
#[cbor(transparent)]
pub struct JournalId(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub [u8; 16],
);

/// The name of one start of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(transparent)]
pub struct BootId(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub [u8; 16],
);

/// When something happened: the wall clock, which people can set, and the machine's own, which they cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Moment {
    /// Milliseconds since 1970 UTC.
    #[n(0)]
    pub at_ms: i64,
    /// Which start of the machine.
    #[n(1)]
    pub boot: BootId,
    /// Milliseconds since that start.
    #[n(2)]
    pub mono_ms: u64,
}

/// One part of an entry's content, or what is left of it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Part {
    /// The bytes as they were written, with their own random salt.
    #[n(0)]
    Kept {
        /// 16 random bytes: without them a digest of a short text could be guessed.
        #[n(0)]
        #[cbor(with = "minicbor::bytes")]
        salt: [u8; 16],
        /// JSON, in UTF-8.
        #[n(1)]
        #[cbor(with = "minicbor::bytes")]
        bytes: Vec<u8>,
    },
    /// The content was erased; its digest still proves the chain.
    #[n(1)]
    Erased {
        /// What the digest of the kept part was.
        #[n(0)]
        digest: Hash,
    },
}

impl Part {
    /// A part with a fresh salt.
    ///
    /// # Errors
    /// [`Error::Random`] where the system has no random bytes.
    pub fn new(bytes: Vec<u8>) -> Result<Self> {
        Ok(Self::Kept { salt: random()?, bytes })
    }

    /// The digest that the entry's hash covers.
    pub fn digest(&self) -> Hash {
        match self {
            Self::Kept { salt, bytes } => sha256(&[b"intake part 1\0", salt, bytes]),
            Self::Erased { digest } => *digest,
        }
    }

    /// The content; `None` once erased.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Kept { bytes, .. } => Some(bytes),
            Self::Erased { .. } => None,
        }
    }
}

/// An entry as it travels and is stored; its place in the chain is known from where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Entry {
    /// From 1, without gaps.
    #[n(0)]
    pub seq: u64,
    /// What happened.
    #[n(1)]
    pub kind: Kind,
    /// Who did it: the desk's number of the clerk, 0 for the program itself.
    #[n(2)]
    pub clerk: u32,
    /// When.
    #[n(3)]
    pub moment: Moment,
    /// What anybody at the office may count.
    #[n(4)]
    pub open: Part,
    /// What belongs to a person, and can be erased.
    #[n(5)]
    pub personal: Part,
}

/// The last entry of a journal: its place and hash. Place 0 with [`Hash::ZERO`] for an empty journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Head {
    /// Place of the last entry, 0 for none.
    #[n(0)]
    pub seq: u64,
    /// Its hash.
    #[n(1)]
    pub hash: Hash,
}

impl Head {
    /// The head of a journal without entries.
    pub const EMPTY: Self = Self { seq: 0, hash: Hash::ZERO };
}

/// What a use case hands to the journal; place and hash are the journal's to give.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What happened.
    pub kind: Kind,
    /// JSON of the open part.
    pub open: Vec<u8>,
    /// JSON of the personal part; `{}` where there is nothing personal.
    pub personal: Vec<u8>,
}

impl Draft {
    /// The entry that stands after `head`, and its hash.
    ///
    /// # Errors
    /// [`Error::Random`] where the system has no random bytes for the salts; [`Error::EntryTooLarge`] above
    /// [`limits::ENTRY_BYTES`].
    pub fn after(self, journal: JournalId, head: Head, clerk: u32, moment: Moment) -> Result<(Entry, Hash)> {
        let Self { kind, open, personal } = self;
        let bytes = open.len() + personal.len();
        if bytes > limits::ENTRY_BYTES {
            return Err(Error::EntryTooLarge { bytes });
        }
        let seq = head.seq + 1;
        let entry = Entry { seq, kind, clerk, moment, open: Part::new(open)?, personal: Part::new(personal)? };
        let hash = entry.hash(journal, head.hash);
        Ok((entry, hash))
    }
}

impl Entry {
    /// The entry's hash: over its journal, place, predecessor, kind, clerk, time and the digests of both parts.
    pub fn hash(&self, journal: JournalId, previous: Hash) -> Hash {
        let kind = self.kind.as_str().as_bytes();
        sha256(&[
            b"intake entry 1\0",
            &journal.0,
            &self.seq.to_be_bytes(),
            &previous.0,
            &u32::try_from(kind.len()).unwrap_or(u32::MAX).to_be_bytes(),
            kind,
            &self.clerk.to_be_bytes(),
            &self.moment.at_ms.to_be_bytes(),
            &self.moment.boot.0,
            &self.moment.mono_ms.to_be_bytes(),
            &self.open.digest().0,
            &self.personal.digest().0,
        ])
    }

    /// The head after this entry, if it continues the chain at `head`.
    ///
    /// # Errors
    /// [`Error::Chain`] where its place is not the next one.
    pub fn follow(&self, journal: JournalId, head: Head) -> Result<Head> {
        if head.seq.checked_add(1) != Some(self.seq) {
            return Err(Error::Chain { seq: self.seq });
        }
        Ok(Head { seq: self.seq, hash: self.hash(journal, head.hash) })
    }
}

impl std::fmt::Display for JournalId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        let part = |text: &str| Part::Kept { salt: [7; 16], bytes: text.as_bytes().to_vec() };
        let moment = Moment { at_ms: 1_795_500_000_000, boot: BootId([3; 16]), mono_ms: 5 };
        Entry { seq: 1, kind: Kind::registered(), clerk: 2, moment, open: part("{}"), personal: part("{\"n\":1}") }
    }

    #[test]
    fn erasing_the_personal_part_keeps_the_hash() {
        let journal = JournalId([1; 16]);
        let kept = entry();
        let husk = Entry { personal: Part::Erased { digest: kept.personal.digest() }, ..kept.clone() };
        assert_eq!(kept.hash(journal, Hash::ZERO), husk.hash(journal, Hash::ZERO));
    }

    #[test]
    fn any_changed_field_changes_the_hash() {
        let journal = JournalId([1; 16]);
        let kept = entry();
        let first = kept.hash(journal, Hash::ZERO);
        let others = [
            Entry { seq: 2, ..kept.clone() },
            Entry { kind: Kind::voided(), ..kept.clone() },
            Entry { clerk: 3, ..kept.clone() },
            Entry { moment: Moment { at_ms: 1, ..kept.moment }, ..kept.clone() },
            Entry { open: Part::Kept { salt: [8; 16], bytes: b"{}".to_vec() }, ..kept.clone() },
        ];
        assert!(others.iter().all(|other| other.hash(journal, Hash::ZERO) != first));
        assert_ne!(kept.hash(JournalId([2; 16]), Hash::ZERO), first);
        assert_ne!(kept.hash(journal, first), first);
    }

    #[test]
    fn an_entry_out_of_place_is_no_successor() {
        let entry = Entry { seq: 3, ..entry() };
        assert!(matches!(entry.follow(JournalId([1; 16]), Head::EMPTY), Err(Error::Chain { seq: 3 })));
        let last = Head { seq: u64::MAX, hash: Hash::ZERO };
        let none = Entry { seq: 0, ..entry };
        assert!(matches!(none.follow(JournalId([1; 16]), last), Err(Error::Chain { seq: 0 })));
    }
}
