//! Enrolment: a one-time code that carries the fingerprint of the district's CA, then keys change hands.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Encode};

use crate::entry::JournalId;
use crate::page::fingerprint;
use crate::sign::{DeskCertificate, PublicKey, Signature, SigningKey};
use crate::{Error, Result, random};

/// Crockford's base 32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// What a district hands to a desk's administrator: 5 random bytes and the first 16 of its CA's SHA-256.
///
/// Typed as 36 characters in nine groups of four, the last one a check over the others, good once and for 15 minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentCode {
    secret: [u8; 5],
    ca: [u8; 16],
}

impl EnrolmentCode {
    /// Minutes a code is good for.
    pub const MINUTES: i64 = 15;

    /// A new code for the district with this CA certificate (DER).
    ///
    /// # Errors
    /// [`Error::Random`] where the system has no random bytes.
    pub fn generate(ca_der: &[u8]) -> Result<Self> {
        Ok(Self { secret: random()?, ca: fingerprint(ca_der) })
    }

    /// The code of a given secret, for test vectors.
    #[cfg(test)]
    pub(crate) fn of(secret: [u8; 5], ca_der: &[u8]) -> Self {
        Self { secret, ca: fingerprint(ca_der) }
    }

    /// The part the district keeps a hash of and asks for: 8 characters.
    pub fn secret(&self) -> String {
        encode(&self.secret)
    }

    /// Whether this code was made by the district with that CA certificate (DER).
    pub fn names_ca(&self, ca_der: &[u8]) -> bool {
        self.ca == fingerprint(ca_der)
    }
}

impl fmt::Display for EnrolmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = format!("{}{}", encode(&self.secret), encode(&self.ca));
        let whole = format!("{body}{}", check(&body));
        for (place, character) in whole.chars().enumerate() {
            if place > 0 && place % 4 == 0 {
                f.write_str("-")?;
            }
            write!(f, "{character}")?;
        }
        Ok(())
    }
}

impl FromStr for EnrolmentCode {
    type Err = Error;

    /// Reads a code in any case, with any spaces and hyphens; O is read as 0, I and L as 1.
    fn from_str(text: &str) -> Result<Self> {
        let wrong = || Error::Form("a mistyped enrolment code".into());
        let plain: String = intake_model::name::plain_number(text)
            .chars()
            .filter(|&c| c != '-')
            .map(|c| match c {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect();
        let (body, last) = plain.split_at_checked(plain.len().saturating_sub(2)).ok_or_else(wrong)?;
        if plain.len() != 36 || last != check(body) {
            return Err(wrong());
        }
        let (secret, ca) = body.split_at_checked(8).ok_or_else(wrong)?;
        Ok(Self { secret: decode(secret).ok_or_else(wrong)?, ca: decode(ca).ok_or_else(wrong)? })
    }
}

/// Two characters over the rest: 10 bits of its digest, so a mistyped code is told from an expired one.
fn check(body: &str) -> String {
    let [first, second, ..] = crate::sha256(&[b"intake code 1\0", body.as_bytes()]).0;
    encode(&[first, second]).chars().take(2).collect()
}

fn encode(bytes: &[u8]) -> String {
    let (mut buffer, mut bits, mut text) = (0u32, 0, String::new());
    let mut push = |index: u32| text.push(char::from(ALPHABET.get(index as usize & 31).copied().unwrap_or(b'0')));
    for &byte in bytes {
        buffer = (buffer << 8 | u32::from(byte)) & 0xFFF;
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            push(buffer >> bits);
        }
    }
    if bits > 0 {
        push(buffer << (5 - bits));
    }
    text
}

fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    let (mut buffer, mut bits, mut bytes) = (0u32, 0, Vec::with_capacity(N));
    for byte in text.bytes() {
        let value = u32::try_from(ALPHABET.iter().position(|&letter| letter == byte)?).ok()?;
        buffer = (buffer << 5 | value) & 0xFFF;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits & 0xFF) as u8);
        }
    }
    bytes.try_into().ok()
}

/// `POST /v1/enrol` (CBOR): a desk asks to be admitted.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct EnrolRequest {
    /// [`EnrolmentCode::secret`].
    #[n(0)]
    pub secret: String,
    /// The centre the desk was made for: nine digits.
    #[n(1)]
    pub centre: String,
    /// The desk's number: 1 to 99.
    #[n(2)]
    pub desk: u8,
    /// The desk's key.
    #[n(3)]
    pub key: PublicKey,
    /// The desk's journal.
    #[n(4)]
    pub journal: JournalId,
    /// By that key, for the purpose `enrol 1`, over secret, centre, desk and journal: the desk holds what it registers.
    #[n(5)]
    pub signature: Signature,
}

impl EnrolRequest {
    /// A signed request.
    ///
    /// # Errors
    /// [`Error::Form`] if it cannot be encoded.
    pub fn new(secret: String, centre: String, desk: u8, journal: JournalId, key: &SigningKey) -> Result<Self> {
        let bytes = minicbor::to_vec((&secret, &centre, desk, journal))?;
        Ok(Self { signature: key.sign("enrol 1", &bytes), key: key.public(), secret, centre, desk, journal })
    }

    /// Checks that the desk holds the key it registers.
    ///
    /// # Errors
    /// [`Error::Signature`] where it does not.
    pub fn verify(&self) -> Result<()> {
        let bytes = minicbor::to_vec((&self.secret, &self.centre, self.desk, self.journal))?;
        self.key.verify("enrol 1", &bytes, &self.signature)
    }
}

/// What the district answers to an admitted desk (CBOR).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct EnrolAnswer {
    /// For every later request.
    #[n(0)]
    pub certificate: DeskCertificate,
    /// The district's key: it signs certificates and the district's pages.
    #[n(1)]
    pub district_key: PublicKey,
    /// The name people know it by.
    #[n(2)]
    pub district_name: String,
    /// The recovery key's public half (an `age` X25519 recipient).
    #[n(3)]
    pub recovery_recipient: String,
    /// The district's journal for this desk.
    #[n(4)]
    pub journal: JournalId,
    /// The district's key for sealed matters, its public half (an `age` X25519 recipient); `None` from a district that has
    /// none yet.
    #[n(5)]
    pub sealed_recipient: Option<String>,
    /// Whom the desk encrypts to what it puts on a stick (an `age` X25519 recipient); `None` from a district that takes
    /// none yet.
    #[n(6)]
    pub stick_recipient: Option<String>,
}

/// What a desk keeps of its enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Admission {
    /// Where the district answers: `https://host:port`.
    #[n(0)]
    pub address: String,
    /// Its CA certificate, DER.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub ca_der: Vec<u8>,
    /// What it answered.
    #[n(2)]
    pub answer: EnrolAnswer,
    /// Whom to ask since the district retired the desk; `None` while it has not.
    #[n(3)]
    pub retired: Option<String>,
    /// What the desk needs for the district's answers on a stick; `None` before it has put anything on one.
    #[n(4)]
    pub stick: Option<Stick>,
}

/// A desk's own part of exchanging by stick.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Stick {
    /// The secret half of the `age` X25519 key that the district's answers are encrypted to.
    #[n(0)]
    pub secret: String,
    /// The district's clock in the newest answer that was taken back, milliseconds since 1970 UTC; 0 before the first.
    #[n(1)]
    pub answered_ms: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_code_is_nine_groups_of_four_and_reads_back_however_it_is_typed() {
        let code = EnrolmentCode::generate(b"a certificate").unwrap();
        let text = code.to_string();
        assert_eq!(text.len(), 44);
        assert_eq!(text.parse::<EnrolmentCode>().unwrap(), code);
        assert_eq!(text.to_lowercase().replace('-', " ").parse::<EnrolmentCode>().unwrap(), code);
        assert!(code.names_ca(b"a certificate") && !code.names_ca(b"another"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_never_panics(text in "\\PC{0,60}") {
            let _ = text.parse::<EnrolmentCode>();
        }
    }
}
