//! The keyring: one random data key, wrapped for each clerk and for each recovery key.
//!
//! A clerk's password wraps the clerk's own key ([`OwnKey`]), and the data key is wrapped to that: so the data key can be
//! changed while nobody is there to type a password (docs/adr/0011).
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

use crate::clerks::ClerkRow;
use crate::folder::write_whole;
use crate::own_key::{OwnKey, encrypt};
use crate::{Error, Result};

/// The version this program writes. In version 1 a password wrapped the data key itself.
const VERSION: u32 = 2;

/// Argon2id: 64 MiB, 3 passes, 1 lane: about 0.3 s on two slow cores.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;

/// The key of the database. Wiped when dropped; never printed.
#[derive(Clone, PartialEq, Eq)]
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
    /// The role of a word in the journal.
    fn of(word: &str) -> Self {
        if word == Self::Administrator.word() { Self::Administrator } else { Self::Clerk }
    }

    /// Its word in the journal, the same as in the keyring's JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Clerk => "clerk",
        }
    }
}

/// One clerk's way to the data key. The name stands in the clear: the sign-in page must offer it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrapped {
    /// The desk's number of the clerk, from 1. Never given again: entries name it.
    pub clerk: u32,
    /// Shown at sign-in, and never a visitor's.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// May no longer sign in.
    #[serde(default)]
    pub disabled: bool,
    /// Named to read every sealed matter of this desk.
    #[serde(default)]
    pub reader: bool,
    /// How often the password was set since the clerk was added.
    #[serde(default)]
    pub passwords: u32,
    salt: [u8; 16],
    #[serde(flatten)]
    hold: Hold,
    /// Wrong tries since the last right one: the wait grows with them and survives a restart.
    pub wrong_tries: u32,
    /// When the last wrong try was, milliseconds since 1970 UTC.
    pub wrong_at_ms: i64,
}

/// What the password opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Hold {
    /// The clerk's own key; the data key is encrypted to its public half.
    Own { recipient: String, nonce: [u8; 24], secret: Vec<u8>, key: String },
    /// As version 1 wrote it: the data key. Becomes the above at the next sign-in.
    Password { nonce: [u8; 24], sealed: Vec<u8> },
    /// Nothing: disabled, or the data key changed before the clerk had a key of their own.
    Lapsed { lapsed: bool },
}

/// What a right password gives.
pub struct Opened {
    /// The database's.
    pub key: DataKey,
    /// The clerk's.
    pub own: OwnKey,
}

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keyring {
    version: u32,
    key_check: String,
    /// One for each clerk.
    pub clerks: Vec<Wrapped>,
    /// `age` files (armour-free, base 32) of the data key: the desk's own recovery key first, then the district's.
    recovery: Vec<Recovery>,
    /// The highest number that the journal knows of a clerk: a keyring from a backup may not know them all.
    #[serde(default)]
    given: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

    /// For `PRAGMA key`: a raw key, so that SQLCipher derives nothing at each opening. Whoever has it reads the database.
    pub fn pragma(&self) -> Zeroizing<String> {
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
        Self { version: VERSION, key_check: key.check(), clerks: Vec::new(), recovery: Vec::new(), given: 0 }
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`Error::Keyring`] where it is missing or does not read.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|error| Error::Keyring(error.to_string()))?;
        let ring: Self = serde_json::from_slice(whole(&bytes)?).map_err(|error| Error::Keyring(error.to_string()))?;
        match ring.version {
            1..=VERSION => Ok(Self { version: VERSION, ..ring }),
            found => Err(Error::Newer { found, known: VERSION }),
        }
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

    /// Adds a clerk with a key of their own and gives the clerk's number.
    ///
    /// # Errors
    /// [`Error::Wrap`].
    pub fn add_clerk(&mut self, key: &DataKey, name: &str, role: Role, password: &str) -> Result<u32> {
        self.add_clerk_with(&OwnKey::generate(), key, name, role, password)
    }

    /// Numbers up to this one are given already, whether or not the ring knows whose they are.
    pub fn note_given(&mut self, number: u32) {
        self.given = self.given.max(number);
    }

    /// The same, with this key as their own.
    ///
    /// # Errors
    /// [`Error::Wrap`].
    pub fn add_clerk_with(
        &mut self,
        own: &OwnKey,
        key: &DataKey,
        name: &str,
        role: Role,
        password: &str,
    ) -> Result<u32> {
        let clerk = self.clerks.iter().map(|one| one.clerk).max().unwrap_or(0).max(self.given) + 1;
        let (salt, hold) = held(clerk, own, key, password)?;
        let (disabled, reader, passwords, wrong_tries, wrong_at_ms) = (false, false, 0, 0, 0);
        let name = name.to_owned();
        self.clerks.push(Wrapped {
            clerk,
            name,
            role,
            disabled,
            reader,
            passwords,
            salt,
            hold,
            wrong_tries,
            wrong_at_ms,
        });
        Ok(clerk)
    }

    /// A clerk by number.
    pub fn clerk(&self, clerk: u32) -> Option<&Wrapped> {
        self.clerks.iter().find(|one| one.clerk == clerk)
    }

    fn clerk_mut(&mut self, clerk: u32) -> Result<&mut Wrapped> {
        self.clerks.iter_mut().find(|one| one.clerk == clerk).ok_or(Error::WrongPassword)
    }

    /// The data key, by a clerk's password. Takes about 0.3 s.
    ///
    /// # Errors
    /// As [`Keyring::open`].
    pub fn unlock(&self, clerk: u32, password: &str) -> Result<DataKey> {
        Ok(self.clone().open(clerk, password)?.key)
    }

    /// Both keys, by a clerk's password. Takes about 0.3 s. A clerk of version 1 has a key of their own afterwards: the ring
    /// is to be written.
    ///
    /// # Errors
    /// [`Error::WrongPassword`], also for a clerk who is not in the ring or may no longer sign in; [`Error::Lapsed`].
    pub fn open(&mut self, clerk: u32, password: &str) -> Result<Opened> {
        let one = self.clerk_mut(clerk)?;
        if one.disabled {
            return Err(Error::WrongPassword);
        }
        let opened = match &one.hold {
            Hold::Lapsed { .. } => return Err(Error::Lapsed),
            Hold::Own { nonce, secret, key, .. } => {
                let secret = opened(clerk, Use::OwnKey, &cipher(password, &one.salt)?, nonce, secret)?;
                let own = std::str::from_utf8(&secret).ok().and_then(OwnKey::find);
                let own = own.ok_or_else(|| Error::Keyring("a clerk's own key does not read".into()))?;
                let key = data_key(key, &own).ok_or_else(|| Error::Keyring("the key does not open".into()))?;
                Opened { key, own }
            }
            Hold::Password { nonce, sealed } => {
                let key = opened(clerk, Use::DataKey, &cipher(password, &one.salt)?, nonce, sealed)?;
                let key = <[u8; 32]>::try_from(key.as_slice()).map_err(|_| Error::WrongPassword)?;
                let (key, own) = (DataKey(Zeroizing::new(key)), OwnKey::generate());
                (one.salt, one.hold) = held(clerk, &own, &key, password)?;
                Opened { key, own }
            }
        };
        Ok(Opened { key: self.checked(opened.key)?, own: opened.own })
    }

    /// Sets a clerk's new password, where the old one was just used: the own key stays, and with it every sealed matter.
    ///
    /// # Errors
    /// [`Error::Wrap`].
    pub fn change_password(&mut self, clerk: u32, opened: &Opened, password: &str) -> Result<()> {
        self.set_hold(clerk, &opened.own, &opened.key, password)
    }

    /// Sets a new password for a clerk who forgot theirs. Their own key is a new one: nobody else could open the old one, so
    /// what was sealed to it stays with its other readers.
    ///
    /// # Errors
    /// [`Error::Wrap`].
    pub fn reset_password(&mut self, clerk: u32, key: &DataKey, password: &str) -> Result<OwnKey> {
        let own = OwnKey::generate();
        self.set_hold(clerk, &own, key, password)?;
        Ok(own)
    }

    fn set_hold(&mut self, clerk: u32, own: &OwnKey, key: &DataKey, password: &str) -> Result<()> {
        let one = self.clerk_mut(clerk)?;
        (one.salt, one.hold) = held(clerk, own, key, password)?;
        one.passwords += 1;
        (one.wrong_tries, one.wrong_at_ms) = (0, 0);
        Ok(())
    }

    /// The ring for a new data key: each clerk who has a key of their own keeps their password, and each recovery key its
    /// wrap. Nobody who was disabled gets one.
    ///
    /// # Errors
    /// [`Error::Wrap`].
    pub fn for_key(&self, key: &DataKey) -> Result<Self> {
        let mut ring = Self { key_check: key.check(), ..self.clone() };
        for one in &mut ring.clerks {
            match &mut one.hold {
                Hold::Own { recipient, key: wrap, .. } if !one.disabled => *wrap = wrapped(key, recipient)?,
                hold => *hold = Hold::Lapsed { lapsed: true },
            }
        }
        for one in &mut ring.recovery {
            one.sealed = wrapped(key, &one.recipient)?;
        }
        Ok(ring)
    }

    /// The recovery keys' wraps alone, with nobody in the ring.
    pub(crate) fn of_recovery(&self) -> Self {
        Self { clerks: Vec::new(), ..self.clone() }
    }

    /// Takes over what the journal says of the clerks and a ring from a backup may not know: who is disabled, who reads, and
    /// whom it does not have at all. These need a new password.
    pub fn catch_up(&mut self, known: &[ClerkRow]) {
        for row in known {
            self.note_given(row.clerk);
            match self.clerks.iter_mut().find(|one| one.clerk == row.clerk) {
                Some(one) => (one.disabled, one.reader) = (row.disabled, row.reader),
                None => self.clerks.push(Wrapped::lapsed(row)),
            }
        }
        self.clerks.sort_by_key(|one| one.clerk);
    }

    /// Whether a clerk's password opens nothing any more: the data key changed before they had a key of their own.
    pub fn has_lapsed(&self, clerk: u32) -> bool {
        self.clerk(clerk).is_some_and(|one| !one.disabled && matches!(one.hold, Hold::Lapsed { .. }))
    }

    /// To whom a matter is sealed that this clerk writes down: themselves, the named readers, and the recovery keys.
    pub fn sealed_to(&self, clerk: u32) -> Vec<String> {
        let readers = self.clerks.iter().filter(|one| !one.disabled && (one.reader || one.clerk == clerk));
        let own = readers.filter_map(Wrapped::recipient).map(str::to_owned);
        own.chain(self.recovery.iter().map(|one| one.recipient.clone())).collect()
    }

    /// Whether it is the keyring of this key.
    pub(crate) fn fits(&self, key: &DataKey) -> bool {
        key.check() == self.key_check
    }

    /// Wraps the data key for a recovery key as well.
    ///
    /// # Errors
    /// [`Error::Wrap`] for a recipient that is none.
    pub fn add_recovery(&mut self, key: &DataKey, recipient: &str) -> Result<()> {
        let sealed = wrapped(key, recipient)?;
        self.recovery.retain(|one| one.recipient != recipient);
        self.recovery.push(Recovery { recipient: recipient.to_owned(), sealed });
        Ok(())
    }

    /// The data key, by a recovery key's secret half, which is looked for in the whole text of its file.
    ///
    /// # Errors
    /// [`Error::WrongPassword`] where no wrap opens with it.
    pub fn recover(&self, text: &str) -> Result<DataKey> {
        let own = OwnKey::find(text).ok_or(Error::WrongPassword)?;
        let key = self.recovery.iter().find_map(|one| data_key(&one.sealed, &own)).ok_or(Error::WrongPassword)?;
        self.checked(key)
    }

    fn checked(&self, key: DataKey) -> Result<DataKey> {
        if key.check() == self.key_check { Ok(key) } else { Err(Error::Keyring("the key does not fit".into())) }
    }
}

impl Wrapped {
    /// One whose password opens nothing.
    fn lapsed(row: &ClerkRow) -> Self {
        Self {
            clerk: row.clerk,
            name: row.name.clone(),
            role: Role::of(&row.role),
            disabled: row.disabled,
            reader: row.reader,
            passwords: row.passwords,
            salt: [0; 16],
            hold: Hold::Lapsed { lapsed: true },
            wrong_tries: 0,
            wrong_at_ms: 0,
        }
    }

    /// The public half of the clerk's own key; `None` before they have one.
    pub fn recipient(&self) -> Option<&str> {
        match &self.hold {
            Hold::Own { recipient, .. } => Some(recipient),
            Hold::Password { .. } | Hold::Lapsed { .. } => None,
        }
    }
}

/// What a wrap under a password is for: one can never be taken for the other.
#[derive(Clone, Copy)]
enum Use {
    DataKey,
    OwnKey,
}

impl Use {
    fn aad(self, clerk: u32) -> Vec<u8> {
        let mark: &[u8] = match self {
            // As version 1 wrote it.
            Self::DataKey => b"",
            Self::OwnKey => b"intake own key 1\0",
        };
        [mark, &clerk.to_be_bytes()].concat()
    }
}

fn opened(
    clerk: u32,
    what: Use,
    cipher: &XChaCha20Poly1305,
    nonce: &[u8; 24],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>> {
    let opened = cipher.decrypt(XNonce::from_slice(nonce), Payload { msg: sealed, aad: &what.aad(clerk) });
    opened.map(Zeroizing::new).map_err(|_| Error::WrongPassword)
}

fn held(clerk: u32, own: &OwnKey, key: &DataKey, password: &str) -> Result<([u8; 16], Hold)> {
    let (salt, nonce) = (random()?, random()?);
    let secret = cipher(password, &salt)?
        .encrypt(XNonce::from_slice(&nonce), Payload { msg: own.secret().as_bytes(), aad: &Use::OwnKey.aad(clerk) })
        .map_err(|error| Error::Wrap(error.to_string()))?;
    let recipient = own.recipient();
    Ok((salt, Hold::Own { key: wrapped(key, &recipient)?, recipient, nonce, secret }))
}

/// The data key as an `age` file to one recipient, in base 32.
fn wrapped(key: &DataKey, recipient: &str) -> Result<String> {
    Ok(base32::encode(base32::Alphabet::Crockford, &encrypt(key.0.as_slice(), &[recipient.to_owned()])?))
}

fn data_key(wrap: &str, own: &OwnKey) -> Option<DataKey> {
    let key = own.decrypt(&base32::decode(base32::Alphabet::Crockford, wrap)?)?;
    <[u8; 32]>::try_from(key.as_slice()).ok().map(|key| DataKey(Zeroizing::new(key)))
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

    #[test]
    fn a_new_data_key_reaches_every_clerk_without_their_password_and_nobody_disabled() {
        let (old, new) = (DataKey::generate().unwrap(), DataKey::generate().unwrap());
        let mut ring = Keyring::new(&old);
        let stays = ring.add_clerk(&old, "王芳", Role::Clerk, "一句好记的话").unwrap();
        let leaves = ring.add_clerk(&old, "李敏", Role::Clerk, "另一句好记的话").unwrap();
        let recovery = RecoveryKey::generate();
        ring.add_recovery(&old, &recovery.recipient).unwrap();
        let own = ring.open(stays, "一句好记的话").unwrap().own.recipient();
        ring.clerks[1].disabled = true;
        let mut ring = ring.for_key(&new).unwrap();
        let opened = ring.open(stays, "一句好记的话").unwrap();
        assert_eq!((*opened.key.0, opened.own.recipient()), (*new.0, own));
        assert_eq!(*ring.recover(&recovery.secret).unwrap().0, *new.0);
        assert!(matches!(ring.open(leaves, "另一句好记的话"), Err(Error::WrongPassword)));
        assert!(!serde_json::to_string(&ring.clerks[1]).unwrap().contains("age1"), "nothing of a wrap stays");
    }

    #[test]
    fn an_own_password_keeps_the_own_key_and_one_set_by_another_makes_a_new_one() {
        let key = DataKey::generate().unwrap();
        let mut ring = Keyring::new(&key);
        let clerk = ring.add_clerk(&key, "王芳", Role::Clerk, "一句好记的话").unwrap();
        let opened = ring.open(clerk, "一句好记的话").unwrap();
        ring.change_password(clerk, &opened, "换了一句话呀").unwrap();
        assert!(matches!(ring.open(clerk, "一句好记的话"), Err(Error::WrongPassword)));
        assert_eq!(ring.open(clerk, "换了一句话呀").unwrap().own.recipient(), opened.own.recipient());
        ring.reset_password(clerk, &key, "管理员给的新密码").unwrap();
        let reset = ring.open(clerk, "管理员给的新密码").unwrap();
        assert_ne!(reset.own.recipient(), opened.own.recipient());
        assert_eq!((*reset.key.0, ring.clerks[0].passwords), (*key.0, 2));
    }

    /// As the first version wrote it.
    #[test]
    fn a_clerk_of_the_first_version_gets_a_key_of_their_own_by_signing_in() {
        let key = DataKey::generate().unwrap();
        let (salt, nonce) = ([3; 16], [4; 24]);
        let payload = Payload { msg: key.0.as_slice(), aad: &1_u32.to_be_bytes() };
        let sealed = cipher("一句好记的话", &salt).unwrap().encrypt(XNonce::from_slice(&nonce), payload).unwrap();
        let ring = serde_json::json!({
            "version": 1, "key_check": key.check(), "recovery": [],
            "clerks": [{ "clerk": 1, "name": "王芳", "role": "clerk", "salt": salt, "nonce": nonce, "sealed": sealed,
                         "wrong_tries": 0, "wrong_at_ms": 0 }],
        });
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keyring.json");
        std::fs::write(&path, ring.to_string()).unwrap();
        let before = Keyring::read(&path).unwrap();
        let mut ring = before.clone();
        let own = ring.open(1, "一句好记的话").unwrap().own.recipient();
        ring.write(&path).unwrap();
        let mut read = Keyring::read(&path).unwrap();
        assert_eq!(read.clerks[0].recipient(), Some(own.as_str()));
        assert_eq!(*read.open(1, "一句好记的话").unwrap().key.0, *key.0);
        // Whoever has not signed in when the key changes needs a new password.
        let mut changed = before.for_key(&DataKey::generate().unwrap()).unwrap();
        assert!(changed.has_lapsed(1));
        assert!(matches!(changed.open(1, "一句好记的话"), Err(Error::Lapsed)));
    }
}
