//! The district's keys, in files outside PostgreSQL: the CA, the key that signs, the recovery identity.
//!
//! The server's own certificate is made anew at each start and its key is never written.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::sync::Arc;

use age::secrecy::ExposeSecret as _;
use intake_wire::{PublicKey, SigningKey};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::{Error, Result};

/// Everything the district proves itself with.
pub(crate) struct Keys {
    ca_der: Vec<u8>,
    ca_key: KeyPair,
    signing: SigningKey,
    recovery_recipient: String,
    sealed_recipient: String,
    stick: age::x25519::Identity,
}

const SEALED_NOTE: &str = "# 保密件密钥（私钥）：检举控告和要求保密的登记用它才能打开。请交专人保管在离线介质上，然后删除本文件；服务器只需要 sealed.recipient。\n\
# The key of sealed matters. Give it to the person named for them, offline, and delete this file: the server only needs sealed.recipient.\n";

const RECOVERY_NOTE: &str = "# 恢复密钥（私钥）。请复制到离线介质，锁入保险柜，然后删除本文件；服务器只需要 recovery.recipient。\n\
# The recovery identity. Move it to an offline medium and delete this file: the server only needs recovery.recipient.\n";

impl Keys {
    /// Reads the keys, or makes them in a new folder.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let trouble = |what: &str, error: &dyn std::fmt::Display| Error::Folder(format!("{what}: {error}"));
        if !folder.is_dir() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|e| trouble("create", &e))?;
        }
        let mode = fs::metadata(folder).map_err(|e| trouble("read", &e))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(Error::Folder("other users can enter it; it must have mode 0700".into()));
        }
        let ca_key = kept(folder, "ca.key.pem", || {
            KeyPair::generate().map(|key| key.serialize_pem().into_bytes()).map_err(|e| trouble("ca.key.pem", &e))
        })?;
        let ca_key = String::from_utf8(ca_key).map_err(|e| trouble("ca.key.pem", &e))?;
        let ca_key = KeyPair::from_pem(&ca_key).map_err(|e| trouble("ca.key.pem", &e))?;
        let ca_der = kept(folder, "ca.der", || {
            let signed = ca_params().and_then(|params| params.self_signed(&ca_key));
            signed.map(|certificate| certificate.der().to_vec()).map_err(|e| trouble("ca.der", &e))
        })?;
        let seed = kept(folder, "signing.key", || Ok(SigningKey::generate()?.seed().to_vec()))?;
        let seed = seed.try_into().map_err(|_| Error::Folder("signing.key does not hold 32 bytes".into()))?;
        let recovery_recipient = recipient(folder, "recovery", RECOVERY_NOTE)?;
        let sealed_recipient = recipient(folder, "sealed", SEALED_NOTE)?;
        let stick = kept(folder, "stick.identity", || {
            Ok(age::x25519::Identity::generate().to_string().expose_secret().as_bytes().to_vec())
        })?;
        let stick = String::from_utf8(stick).map_err(|e| trouble("stick.identity", &e))?;
        let stick = stick.trim().parse().map_err(|e| trouble("stick.identity", &e))?;
        let signing = SigningKey::from_seed(seed);
        Ok(Self { ca_der, ca_key, signing, recovery_recipient, sealed_recipient, stick })
    }

    /// The CA certificate, DER.
    pub(crate) fn ca_der(&self) -> &[u8] {
        &self.ca_der
    }

    /// The key that signs certificates and the district's pages.
    pub(crate) fn signing(&self) -> &SigningKey {
        &self.signing
    }

    /// Its public half.
    pub(crate) fn public(&self) -> PublicKey {
        self.signing.public()
    }

    /// The recovery key's public half.
    pub(crate) fn recovery_recipient(&self) -> &str {
        &self.recovery_recipient
    }

    /// The public half of the key for sealed matters.
    pub(crate) fn sealed_recipient(&self) -> &str {
        &self.sealed_recipient
    }

    /// Whom desks encrypt to what they put on a stick.
    pub(crate) fn stick_recipient(&self) -> String {
        self.stick.to_public().to_string()
    }

    /// Opens what a desk put on a stick.
    pub(crate) fn open_stick(&self, file: &[u8]) -> Result<Vec<u8>> {
        age::decrypt(&self.stick, file).map_err(|error| closed(&error))
    }

    /// The same while it is read. What was changed shows where it stands, and a file that was cut short at its end.
    pub(crate) fn reading_stick<R: std::io::BufRead>(&self, file: R) -> Result<age::stream::StreamReader<R>> {
        let opened = age::Decryptor::new_buffered(file)
            .and_then(|file| file.decrypt(std::iter::once(&self.stick as &dyn age::Identity)));
        opened.map_err(|error| closed(&error))
    }

    /// TLS for these names. The chain sent ends with the CA certificate, for desks that only know its fingerprint.
    pub(crate) fn tls(&self, names: &[String]) -> Result<Arc<rustls::ServerConfig>> {
        let wrong =
            |error: &dyn std::fmt::Display| Error::Config(vec![format!("no certificate for these names: {error}")]);
        let mut params = CertificateParams::new(names.to_vec()).map_err(|e| wrong(&e))?;
        params.distinguished_name.push(DnType::CommonName, "intake district");
        params.use_authority_key_identifier_extension = true;
        params.key_usages.push(KeyUsagePurpose::DigitalSignature);
        params.extended_key_usages.push(ExtendedKeyUsagePurpose::ServerAuth);
        let issuer = Issuer::new(ca_params().map_err(|e| wrong(&e))?, &self.ca_key);
        let key = KeyPair::generate().map_err(|e| wrong(&e))?;
        let certificate = params.signed_by(&key, &issuer).map_err(|e| wrong(&e))?;
        let chain = vec![certificate.der().clone(), CertificateDer::from(self.ca_der.clone())];
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut tls = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .map_err(|e| wrong(&e))?;
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(tls))
    }
}

fn closed(error: &age::DecryptError) -> Error {
    match error {
        age::DecryptError::NoMatchingKeys => Error::Stick("it is for another district"),
        _ => Error::Stick("it is cut short or was changed, or is no file of a desk"),
    }
}

/// Valid far beyond any desk's wrong clock: a desk trusts the CA by its fingerprint, not by its dates.
fn ca_params() -> std::result::Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::default())?;
    params.distinguished_name.push(DnType::CommonName, "intake district CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

/// The public half of an X25519 key whose secret half goes to a file to be moved away.
///
/// The recipient is the marker: once it is written, an identity that is gone was moved away on purpose.
fn recipient(folder: &Path, name: &str, note: &str) -> Result<String> {
    let file = format!("{name}.recipient");
    let bytes = kept(folder, &file, || {
        let identity = age::x25519::Identity::generate();
        let text = format!("{note}{}\n", identity.to_string().expose_secret());
        write_new(folder, &format!("{name}.identity.txt"), text.as_bytes())?;
        Ok(identity.to_public().to_string().into_bytes())
    })?;
    let text = String::from_utf8(bytes).map_err(|error| Error::Folder(format!("{file}: {error}")))?;
    Ok(text.trim().to_owned())
}

fn kept(folder: &Path, name: &str, make: impl FnOnce() -> Result<Vec<u8>>) -> Result<Vec<u8>> {
    match fs::read(folder.join(name)) {
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let bytes = make()?;
            write_new(folder, name, &bytes)?;
            Ok(bytes)
        }
        Err(error) => Err(Error::Folder(format!("{name}: {error}"))),
    }
}

/// Writes a file of mode 0600 whole or not at all.
pub(crate) fn write_new(folder: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let write = || {
        let part = folder.join(format!("{name}.part"));
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&part, folder.join(name))?;
        fs::File::open(folder)?.sync_all()
    };
    write().map_err(|error: std::io::Error| Error::Folder(format!("{name}: {error}")))
}
