//! The same pages without a line: what a desk and its district write for each other on a stick.
//!
//! Each way one signed message, which lies on the stick as an `age` file for the other end. The desk's attachments lie beside
//! its message (`stick_file`). Deliberately absent: the encryption, which is the business of who holds the keys.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::entry::JournalId;
use crate::piece::MissingBlob;
use crate::request::{Heads, HeadsAnswer, PageAnswer};
use crate::sign::{DeskCertificate, PublicKey, Signature, SigningKey};
use crate::{Result, SignedRequest};

/// Stands in the place of a request's path where a desk signs what it puts on a stick.
const PLACE: &str = "stick";
/// The purpose for which the district signs its answer.
const ANSWER: &str = "stick answer 1";

/// The purpose for which the district signs whom desks encrypt to.
const RECIPIENT: &str = "stick recipient 1";

/// Whom desks encrypt to what they put on a stick, as the district tells it after enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct StickRecipient {
    /// An `age` X25519 recipient.
    #[n(0)]
    pub recipient: String,
    /// By the district's key, for the purpose `stick recipient 1`, over the recipient's bytes.
    #[n(1)]
    pub signature: Signature,
}

impl StickRecipient {
    /// Signed by the district.
    pub fn sealed(recipient: String, district: &SigningKey) -> Self {
        Self { signature: district.sign(RECIPIENT, recipient.as_bytes()), recipient }
    }

    /// The recipient.
    ///
    /// # Errors
    /// [`Error::Signature`](crate::Error::Signature) for what the district did not sign.
    pub fn open(&self, district: &PublicKey) -> Result<&str> {
        district.verify(RECIPIENT, self.recipient.as_bytes(), &self.signature)?;
        Ok(&self.recipient)
    }
}

/// What a desk puts on a stick.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct StickPages {
    /// Where the desk stands, as for `/v1/heads`.
    #[n(0)]
    pub heads: Heads,
    /// Pages as for `/v1/pages`, in the order in which they are to be taken in.
    #[n(1)]
    pub pages: Vec<ByteVec>,
    /// Whom the answer is encrypted to: the desk's own `age` X25519 recipient.
    #[n(2)]
    pub answer_to: String,
}

impl StickPages {
    /// Signed by the desk.
    ///
    /// # Errors
    /// [`Error::Form`](crate::Error::Form) if it cannot be encoded.
    pub fn sealed(&self, certificate: DeskCertificate, key: &SigningKey) -> Result<Vec<u8>> {
        SignedRequest::sealed(PLACE, self, certificate, key)
    }

    /// Reads what a desk signed. That the district issued the certificate is the caller's check.
    ///
    /// # Errors
    /// As [`SignedRequest::open`].
    pub fn open(bytes: &[u8]) -> Result<(DeskCertificate, Self)> {
        SignedRequest::open(PLACE, bytes)
    }
}

/// What the district answers on the stick.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct StickAnswer {
    /// Of the desk that it answers to.
    #[n(0)]
    pub certificate: DeskCertificate,
    /// The answer to each page, in their order, with its journal.
    #[n(1)]
    pub pages: Vec<(JournalId, PageAnswer)>,
    /// The answer to where the desk stood, after its pages were taken in.
    #[n(2)]
    pub heads: HeadsAnswer,
    /// Pages as `/v1/down` answers them, from where the desk stood to the district's head.
    #[n(3)]
    pub down: Vec<ByteVec>,
    /// What the district misses of the desk's attachments, after it took in those on the stick; `None` from one that takes
    /// none from there.
    #[n(4)]
    pub missing: Option<Vec<MissingBlob>>,
    /// What the district holds of the desk's own journals beyond what the desk told, for one that was set back: oldest epoch
    /// first, as many as fit. `None` from a district that gives none on a stick.
    #[n(5)]
    pub own: Option<Vec<OwnPage>>,
}

/// A page as `/v1/own` answers it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct OwnPage {
    /// Which journal.
    #[n(0)]
    pub journal: JournalId,
    /// The place that it follows.
    #[n(1)]
    pub after: u64,
    /// The page.
    #[n(2)]
    pub page: ByteVec,
}

/// An answer as it is signed.
#[derive(Encode, Decode)]
#[cbor(array)]
struct Signed {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    body: Vec<u8>,
    #[n(1)]
    signature: Signature,
}

impl StickAnswer {
    /// Signed by the district.
    ///
    /// # Errors
    /// [`Error::Form`](crate::Error::Form) if it cannot be encoded.
    pub fn sealed(&self, district: &SigningKey) -> Result<Vec<u8>> {
        let body = minicbor::to_vec(self)?;
        let signature = district.sign(ANSWER, &body);
        Ok(minicbor::to_vec(Signed { body, signature })?)
    }

    /// Reads what the district signed.
    ///
    /// # Errors
    /// [`Error::Form`](crate::Error::Form) for other bytes, [`Error::Signature`](crate::Error::Signature) for another's.
    pub fn open(bytes: &[u8], district: &PublicKey) -> Result<Self> {
        let Signed { body, signature } = minicbor::decode(bytes)?;
        district.verify(ANSWER, &body, &signature)?;
        Ok(minicbor::decode(&body)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Error, Head};

    #[test]
    fn what_one_end_signs_the_other_reads_and_nobody_elses() {
        let (district, desk) = (SigningKey::from_seed([1; 32]), SigningKey::from_seed([2; 32]));
        let certificate = DeskCertificate::issue(&district, "120110005".into(), 1, desk.public(), 7).unwrap();
        let journals = vec![(JournalId([3; 16]), "A".into(), Head::EMPTY)];
        let heads = Heads { journals, district: Head::EMPTY, district_journal: None };
        let pages = StickPages { heads, pages: vec![vec![1, 2, 3].into()], answer_to: "age1".into() };
        let bytes = pages.sealed(certificate.clone(), &desk).unwrap();
        assert_eq!(StickPages::open(&bytes).unwrap(), (certificate.clone(), pages.clone()));
        // Signed for a stick is not signed for the line.
        assert!(matches!(SignedRequest::open::<StickPages>("/v1/heads", &bytes), Err(Error::Signature)));
        let foreign = pages.sealed(certificate.clone(), &district).unwrap();
        assert!(matches!(StickPages::open(&foreign), Err(Error::Signature)));
        let stick = StickRecipient::sealed("age1district".into(), &district);
        assert_eq!(stick.open(&district.public()).unwrap(), "age1district");
        let foreign = StickRecipient { recipient: "age1another".into(), ..stick.clone() };
        assert!(matches!(foreign.open(&district.public()), Err(Error::Signature)));
        let own = (JournalId([4; 16]), Head::EMPTY);
        let heads =
            HeadsAnswer { journals: Vec::new(), district: own, now_ms: 5, stick: Some(stick), page_entries: None };
        let missing = Some(vec![MissingBlob { blob: crate::Hash([6; 32]), bytes: 9, held: 0 }]);
        let own = Some(vec![OwnPage { journal: JournalId([3; 16]), after: 4, page: vec![8].into() }]);
        let answer = StickAnswer { certificate, pages: Vec::new(), heads, down: vec![vec![9].into()], missing, own };
        let bytes = answer.sealed(&district).unwrap();
        assert_eq!(StickAnswer::open(&bytes, &district.public()).unwrap(), answer);
        assert!(matches!(StickAnswer::open(&bytes, &desk.public()), Err(Error::Signature)));
        assert!(StickAnswer::open(&bytes[..bytes.len() - 1], &district.public()).is_err());
    }
}
