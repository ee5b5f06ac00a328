//! The keyring: one random data key, wrapped for each clerk under a password and for each recovery key.
//!
//! It lies beside the database as JSON. A check of the key is kept here, outside the database, since SQLite gives the
//! same error for a wrong key and a damaged file.

use std::path::Path;

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use intake_wire::{random, sha256};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::folder::write_whole;
use crate::{Error, Result};

/// Argon2id: 64 MiB, 3 passes, 1 lane: about 0.3 s on two slow cores.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;

/// The key of the database. Wiped when dropped; never printed.
#[derive(Clone)]
pub struct DataKey(Zeroizing<[u8; 32]>);

/// What a clerk may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Clerks, printers, enrolment.
    Administrator,
    /// Visits.
    Clerk,
}

impl Role {
    /// Its word in the journal, the same as in the keyring's JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Clerk => "clerk",
        }
    }
}

/// One clerk's wrap of the data key. The name stands in the clear: the sign-in page must offer it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Wrapped {
    /// The desk's number of the clerk, from 1.
    pub clerk: u32,
    /// Shown at sign-in, and never a visitor's.
    pub name: String,
    /// What they may do.
    pub role: Role,
    salt: [u8; 16],
    nonce: [u8; 24],
    sealed: Vec<u8>,
    /// Wrong tries since the last right one: the wait grows with them and survives a restart.
    pub wrong_tries: u32,
    /// When the last wrong try was, milliseconds since 1970 UTC.
    pub wrong_at_ms: i64,
}

/// The file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Keyring {
    version: u32,
    key_check: String,
    /// One for each clerk.
    pub clerks: Vec<Wrapped>,
    /// `age` files (armour-free, base 32) of the data key: the desk's own recovery key first, then the district's.
    recovery: Vec<Recovery>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Recovery {
    recipient: String,
    sealed: String,
}

/// A fresh recovery key: the secret half goes to paper or a USB disk and nowhere else.
pub struct RecoveryKey {
    /// `AGE-SECRET-KEY-1…`
    pub secret: Zeroizing<String>,
    /// `age1…`
    pub recipient: String,
}

impl RecoveryKey {
    /// A new pair.
    pub fn generate() -> Self {
        use age::secrecy::ExposeSecret as _;
        let identity = age::x25519::Identity::generate();
        let secret = Zeroizing::new(identity.to_string().expose_secret().to_owned());
        Self { secret, recipient: identity.to_public().to_string() }
    }
}

impl DataKey {
    /// A new key.
    ///
    /// # Errors
    /// [`Error::Wire`] where the system has no random bytes.
    pub fn generate() -> Result<Self> {
        Ok(Self(Zeroizing::new(random()?)))
    }

    /// For `PRAGMA key`: a raw key, so that SQLCipher derives nothing at each opening.
    pub(crate) fn pragma(&self) -> Zeroizing<String> {
        use std::fmt::Write as _;
        let mut text = Zeroizing::new(String::with_capacity(67));
        text.push_str("x'");
        for byte in self.0.iter() {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text.push('\'');
        text
    }

    fn check(&self) -> String {
        sha256(&[b"intake key check 1\0", self.0.as_slice()]).to_string()
    }
}

impl Keyring {
    /// A keyring for a new key, with nobody in it yet.
    pub fn new(key: &DataKey) -> Self {
        Self { version: 1, key_check: key.check(), clerks: Vec::new(), recovery: Vec::new() }
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`Error::Keyring`] where it is missing or does not read.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|error| Error::Keyring(error.to_string()))?;
        let ring: Self = serde_json::from_slice(whole(&bytes)?).map_err(|error| Error::Keyring(error.to_string()))?;
        if ring.version == 1 { Ok(ring) } else { Err(Error::Newer { found: ring.version, known: 1 }) }
    }

    /// Writes the file whole and durable.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write(&self, path: &Path) -> Result<()> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        let check = format!("{CHECK}{}\n", sha256(&[&bytes]));
        bytes.extend_from_slice(check.as_bytes());
        write_whole(path, &bytes)
    }

    /// Adds a clerk's wrap and gives the clerk's number.
    ///
    /// # Errors
    /// [`Error::Wrap`].
    pub fn add_clerk(&mut self, key: &DataKey, name: &str, role: Role, password: &str) -> Result<u32> {
        let clerk = self.clerks.iter().map(|one| one.clerk).max().unwrap_or(0) + 1;
        let (salt, nonce) = (random()?, random()?);
        let sealed = cipher(password, &salt)?
            .encrypt(XNonce::from_slice(&nonce), Payload { msg: key.0.as_slice(), aad: &clerk.to_be_bytes() })
            .map_err(|error| Error::Wrap(error.to_string()))?;
        let name = name.to_owned();
        self.clerks.push(Wrapped { clerk, name, role, salt, nonce, sealed, wrong_tries: 0, wrong_at_ms: 0 });
        Ok(clerk)
    }

    /// The data key, by a clerk's password. Takes about 0.3 s.
    ///
    /// # Errors
    /// [`Error::WrongPassword`], also for a clerk who is not in the ring.
    pub fn unlock(&self, clerk: u32, password: &str) -> Result<DataKey> {
        let wrapped = self.clerks.iter().find(|one| one.clerk == clerk).ok_or(Error::WrongPassword)?;
        let key = cipher(password, &wrapped.salt)?
            .decrypt(XNonce::from_slice(&wrapped.nonce), Payload { msg: &wrapped.sealed, aad: &clerk.to_be_bytes() })
            .map(Zeroizing::new)
            .map_err(|_| Error::WrongPassword)?;
        let key = <[u8; 32]>::try_from(key.as_slice()).map_err(|_| Error::WrongPassword)?;
        self.checked(DataKey(Zeroizing::new(key)))
    }

    /// Wraps the data key for a recovery key as well.
    ///
    /// # Errors
    /// [`Error::Wrap`] for a recipient that is none.
    pub fn add_recovery(&mut self, key: &DataKey, recipient: &str) -> Result<()> {
        let parsed: age::x25519::Recipient = recipient.parse().map_err(|error: &str| Error::Wrap(error.to_owned()))?;
        let sealed = age::encrypt(&parsed, key.0.as_slice()).map_err(|error| Error::Wrap(error.to_string()))?;
        self.recovery.retain(|one| one.recipient != recipient);
        let sealed = base32::encode(base32::Alphabet::Crockford, &sealed);
        self.recovery.push(Recovery { recipient: recipient.to_owned(), sealed });
        Ok(())
    }

    /// The data key, by a recovery key's secret half.
    ///
    /// # Errors
    /// [`Error::WrongPassword`] where no wrap opens with it.
    pub fn recover(&self, secret: &str) -> Result<DataKey> {
        let identity: age::x25519::Identity = secret.trim().parse().map_err(|_| Error::WrongPassword)?;
        for one in &self.recovery {
            let sealed = base32::decode(base32::Alphabet::Crockford, &one.sealed).unwrap_or_default();
            let Ok(key) = age::decrypt(&identity, &sealed).map(Zeroizing::new) else { continue };
            if let Ok(key) = <[u8; 32]>::try_from(key.as_slice()) {
                return self.checked(DataKey(Zeroizing::new(key)));
            }
        }
        Err(Error::WrongPassword)
    }

    fn checked(&self, key: DataKey) -> Result<DataKey> {
        if key.check() == self.key_check { Ok(key) } else { Err(Error::Keyring("the key does not fit".into())) }
    }
}

/// What stands before the checksum in the file's last line: nothing else guards the names and the roles.
const CHECK: &str = "\nsha256 ";

/// The JSON of a keyring whose checksum fits. One that ends with its JSON was written before there were checksums.
fn whole(bytes: &[u8]) -> Result<&[u8]> {
    let check = CHECK.as_bytes();
    let Some(at) = bytes.windows(check.len()).rposition(|window| window == check) else { return Ok(bytes) };
    let (json, rest) = bytes.split_at(at);
    let noted = rest.get(check.len()..).unwrap_or_default().trim_ascii_end();
    if noted == sha256(&[json]).to_string().as_bytes() {
        Ok(json)
    } else {
        Err(Error::Keyring("its checksum does not fit".into()))
    }
}

fn cipher(password: &str, salt: &[u8; 16]) -> Result<XChaCha20Poly1305> {
    let wrap = |error: argon2::Error| Error::Wrap(error.to_string());
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(32)).map_err(wrap)?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, key.as_mut_slice())
        .map_err(wrap)?;
    XChaCha20Poly1305::new_from_slice(key.as_slice()).map_err(|error| Error::Wrap(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyring_with_any_byte_changed_or_cut_off_is_never_read_as_another() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("keyring.json");
        let key = DataKey::generate().unwrap();
        let mut ring = Keyring::new(&key);
        ring.add_clerk(&key, "王芳", Role::Clerk, "一句好记的话").unwrap();
        ring.write(&path).unwrap();
        let written = std::fs::read(&path).unwrap();
        let plain = serde_json::to_vec(&ring).unwrap();
        let read = || Keyring::read(&path).map(|ring| serde_json::to_vec(&ring).unwrap());
        assert_eq!(read().unwrap(), plain);
        for at in 0..written.len() {
            let mut flipped = written.clone();
            flipped[at] ^= 1 << (at % 8);
            std::fs::write(&path, flipped).unwrap();
            assert!(read().is_err(), "a changed byte at {at} was not noticed");
            std::fs::write(&path, &written[..at]).unwrap();
            assert!(read().map_or(true, |read| read == plain), "cut at {at}");
        }
        // As an earlier program wrote it.
        std::fs::write(&path, serde_json::to_vec_pretty(&ring).unwrap()).unwrap();
        assert_eq!(read().unwrap(), plain);
    }

    #[test]
    fn each_clerk_and_the_recovery_key_open_the_same_key_and_nobody_else_does() {
        let key = DataKey::generate().unwrap();
        let mut ring = Keyring::new(&key);
        let clerk = ring.add_clerk(&key, "王芳", Role::Clerk, "一句好记的话").unwrap();
        let recovery = RecoveryKey::generate();
        ring.add_recovery(&key, &recovery.recipient).unwrap();
        assert_eq!(*ring.unlock(clerk, "一句好记的话").unwrap().0, *key.0);
        assert_eq!(*ring.recover(&recovery.secret).unwrap().0, *key.0);
        assert!(matches!(ring.unlock(clerk, "另一句话"), Err(Error::WrongPassword)));
        assert!(matches!(ring.recover(&RecoveryKey::generate().secret), Err(Error::WrongPassword)));
    }
}
