//! A clerk's own key, and what is sealed to such keys: `age` X25519, as the recovery keys are.
//!
//! Its public half stands in the keyring, so that anybody at the desk can seal something for its clerk; its secret half is
//! wrapped under their password and known to nobody else, administrators included.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use age::secrecy::ExposeSecret as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use intake_wire::Personal;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::folder::sync_folder;
use crate::{Error, Result};

/// How the secret half of an X25519 key begins in text.
const SECRET: &str = "AGE-SECRET-KEY-1";

/// The secret half. Never printed.
#[derive(Clone)]
pub struct OwnKey(age::x25519::Identity);

impl OwnKey {
    /// A new pair.
    pub fn generate() -> Self {
        Self(age::x25519::Identity::generate())
    }

    /// Reads a secret half out of a text that may say more: a recovery key's file has a heading and advice in it.
    pub fn find(text: &str) -> Option<Self> {
        let words = text.split(|c: char| c.is_whitespace() || c.is_control());
        let secret = words.map(str::to_ascii_uppercase).find(|word| word.starts_with(SECRET))?;
        Zeroizing::new(secret).parse().ok().map(Self)
    }

    /// The public half: `age1…`.
    pub fn recipient(&self) -> String {
        self.0.to_public().to_string()
    }

    /// The secret half, for an encrypted place.
    pub fn secret(&self) -> Zeroizing<String> {
        Zeroizing::new(self.0.to_string().expose_secret().to_owned())
    }

    /// Opens what [`encrypt`] made; `None` where it is for others, or was cut short or changed.
    pub fn decrypt(&self, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        age::decrypt(&self.0, sealed).ok().map(Zeroizing::new)
    }

    /// Opens what [`seal`] made; `None` where it is for others, or was changed.
    pub fn open(&self, sealed: &str) -> Option<Zeroizing<Vec<u8>>> {
        self.decrypt(&STANDARD.decode(sealed).ok()?)
    }

    /// Opens a sealed part in its place. Gives whether it did: one that was open before, or stays sealed, is no opening.
    pub fn unseal<T: DeserializeOwned>(&self, part: &mut Personal<T>) -> bool {
        let Personal::Sealed(sealed) = &*part else { return false };
        let told = self.open(&sealed.sealed).and_then(|json| serde_json::from_slice(&json).ok());
        told.map(|told| *part = Personal::Told(told)).is_some()
    }
}

/// Encrypts to all of these recipients, each of whom can open it alone. In base 64.
///
/// # Errors
/// [`Error::Wrap`] without a recipient, or for one that is none.
pub fn seal(plain: &[u8], to: &[String]) -> Result<String> {
    Ok(STANDARD.encode(encrypt(plain, to)?))
}

/// The same as bytes, for a file.
///
/// # Errors
/// As [`seal`].
pub fn encrypt(plain: &[u8], to: &[String]) -> Result<Vec<u8>> {
    let mut sealed = Vec::with_capacity(plain.len() + 512);
    let mut writer = encryptor(to)?.wrap_output(&mut sealed)?;
    writer.write_all(plain)?;
    writer.finish()?;
    Ok(sealed)
}

/// The same for a file that is made part by part, and never whole in memory: `next` gives the parts, and `None` behind the
/// last. The file is there whole, or nothing of it is.
///
/// # Errors
/// As [`seal`]; those of `next`; [`Error::Io`].
pub fn encrypt_file(path: &Path, to: &[String], mut next: impl FnMut() -> Result<Option<Vec<u8>>>) -> Result<()> {
    let temporary = path.with_extension("new");
    let mut write = || -> Result<()> {
        let mut writer = encryptor(to)?.wrap_output(File::create(&temporary)?)?;
        while let Some(part) = next()? {
            writer.write_all(&part)?;
        }
        writer.finish()?.sync_all()?;
        std::fs::rename(&temporary, path)?;
        path.parent().map_or(Ok(()), sync_folder)
    };
    write().inspect_err(|_| {
        // On a stick that is full or was pulled out there may be nothing to remove.
        let _ = std::fs::remove_file(&temporary);
    })
}

fn encryptor(to: &[String]) -> Result<age::Encryptor> {
    let wrap = |error: &dyn std::fmt::Display| Error::Wrap(error.to_string());
    let read = |one: &String| one.parse::<age::x25519::Recipient>().map_err(|error| wrap(&error));
    let to = to.iter().map(read).collect::<Result<Vec<_>>>()?;
    let encryptor = age::Encryptor::with_recipients(to.iter().map(|one| one as &dyn age::Recipient));
    encryptor.map_err(|error| wrap(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_recipient_opens_it_alone_and_nobody_else_does() {
        let (one, other, stranger) = (OwnKey::generate(), OwnKey::generate(), OwnKey::generate());
        let sealed = seal("举报某所长".as_bytes(), &[one.recipient(), other.recipient()]).unwrap();
        for reader in [&one, &other] {
            assert_eq!(reader.open(&sealed).unwrap().as_slice(), "举报某所长".as_bytes());
        }
        assert!(stranger.open(&sealed).is_none());
        assert!(seal(b"x", &[]).is_err() && seal(b"x", &["age1nobody".into()]).is_err());
    }

    #[test]
    fn a_file_that_is_made_part_by_part_opens_whole_and_one_that_breaks_off_leaves_nothing() {
        let (home, key) = (tempfile::tempdir().unwrap(), OwnKey::generate());
        let (path, to) = (home.path().join("0001.age"), [key.recipient()]);
        let mut parts = vec![vec![1; 70_000], vec![2; 3]];
        encrypt_file(&path, &to, || Ok(parts.pop())).unwrap();
        let opened = key.decrypt(&std::fs::read(&path).unwrap()).unwrap();
        assert!(opened.as_slice() == [vec![2; 3], vec![1; 70_000]].concat());
        let broken = home.path().join("0002.age");
        assert!(encrypt_file(&broken, &to, || Err(Error::Blob("it ends early"))).is_err());
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_secret_half_is_found_in_the_whole_text_of_its_file() {
        let key = OwnKey::generate();
        let file = format!("新立街道1号登记台的恢复密钥\n请与电脑分开保管。\n\n{}\r\n", *key.secret());
        assert_eq!(OwnKey::find(&file).unwrap().recipient(), key.recipient());
        assert_eq!(OwnKey::find(&file.to_lowercase()).unwrap().recipient(), key.recipient());
        assert!(OwnKey::find("恢复密钥").is_none() && OwnKey::find("AGE-SECRET-KEY-1XYZ").is_none());
    }
}
