//! Signatures (Ed25519) and the desk's certificate, behind one small module.

use ed25519_dalek::{Signer as _, Verifier as _};
use minicbor::{Decode, Encode};

use crate::{Error, Result, random};

/// A key that signs. Wiped from memory when dropped.
pub struct SigningKey(ed25519_dalek::SigningKey);

/// A key that checks a signature: 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct PublicKey(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub [u8; 32],
);

/// A signature: 64 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct Signature(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub [u8; 64],
);

impl SigningKey {
    /// A new key.
    ///
    /// # Errors
    /// [`Error::Random`] where the system has no random bytes.
    pub fn generate() -> Result<Self> {
        Ok(Self::from_seed(random()?))
    }

    /// The key of a kept seed.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(&seed))
    }

    /// The seed to keep, in an encrypted place.
    pub fn seed(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The key others check with.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs `bytes` for one purpose: a signature for one is none for another.
    pub fn sign(&self, purpose: &str, bytes: &[u8]) -> Signature {
        Signature(self.0.sign(&message(purpose, bytes)).to_bytes())
    }
}

impl PublicKey {
    /// Checks a signature made for `purpose`.
    ///
    /// # Errors
    /// [`Error::Signature`] where it does not fit.
    pub fn verify(&self, purpose: &str, bytes: &[u8], signature: &Signature) -> Result<()> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(&self.0).map_err(|_| Error::Signature)?;
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        key.verify(&message(purpose, bytes), &signature).map_err(|_| Error::Signature)
    }
}

fn message(purpose: &str, bytes: &[u8]) -> Vec<u8> {
    [b"intake ".as_slice(), purpose.as_bytes(), b"\0", bytes].concat()
}

/// The district's word that a key belongs to a desk. With it a district that forgot the desk admits it again (invariant 7).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct DeskCertificate {
    /// Nine digits.
    #[n(0)]
    pub centre: String,
    /// 1 to 99.
    #[n(1)]
    pub desk: u8,
    /// The desk's key.
    #[n(2)]
    pub key: PublicKey,
    /// Milliseconds since 1970 UTC.
    #[n(3)]
    pub issued_ms: i64,
    /// The district's signature over the fields above.
    #[n(4)]
    pub signature: Signature,
}

impl DeskCertificate {
    /// Issues a certificate.
    ///
    /// # Errors
    /// [`Error::Form`] if it cannot be encoded.
    pub fn issue(district: &SigningKey, centre: String, desk: u8, key: PublicKey, issued_ms: i64) -> Result<Self> {
        let bytes = minicbor::to_vec((&centre, desk, key, issued_ms))?;
        Ok(Self { signature: district.sign("certificate 1", &bytes), centre, desk, key, issued_ms })
    }

    /// Checks that the district issued it.
    ///
    /// # Errors
    /// [`Error::Signature`] where it did not.
    pub fn verify(&self, district: &PublicKey) -> Result<()> {
        let bytes = minicbor::to_vec((&self.centre, self.desk, self.key, self.issued_ms))?;
        district.verify("certificate 1", &bytes, &self.signature)
    }
}
