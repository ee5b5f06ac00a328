//! Whom the desk believes on the line: its own district's CA, and nobody else.
//!
//! The machine's certificate store is deliberately not consulted: a proxy that opens TLS for inspection is not the district.

use std::sync::{Arc, OnceLock};

use intake_wire::EnrolmentCode;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::{Error, Result};

/// Bytes of one TLS record. It is opened once it is there whole: what of one is across when the line breaks off goes once more.
const RECORD: usize = 4 << 10;

/// TLS that trusts one CA certificate (DER).
pub(crate) fn of_ca(ca_der: &[u8]) -> Result<ClientConfig> {
    let broken = |_| Error::Certificate("the kept CA certificate cannot be read".into());
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(ca_der.to_vec())).map_err(broken)?;
    let mut config = versions(Arc::new(ring::default_provider()))?.with_root_certificates(roots).with_no_client_auth();
    config.max_fragment_size = Some(RECORD);
    Ok(config)
}

/// TLS that trusts the CA whose fingerprint the enrolment code carries; `seen` gives that CA's certificate afterwards.
pub(crate) fn of_code(code: EnrolmentCode) -> Result<(ClientConfig, Arc<ByCode>)> {
    let provider = Arc::new(ring::default_provider());
    let algorithms = provider.signature_verification_algorithms;
    let verifier = Arc::new(ByCode { code, provider: Arc::clone(&provider), algorithms, seen: OnceLock::new() });
    let trust: Arc<dyn ServerCertVerifier> = Arc::clone(&verifier) as _;
    let config = versions(provider)?.dangerous().with_custom_certificate_verifier(trust).with_no_client_auth();
    Ok((config, verifier))
}

fn versions(provider: Arc<CryptoProvider>) -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>> {
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    builder.map_err(|error| Error::Internal(error.to_string()))
}

/// Accepts a chain only if one of the certificates shown is the CA named by the code, and the usual rules (signature, time, host name) hold under it.
#[derive(Debug)]
pub(crate) struct ByCode {
    code: EnrolmentCode,
    provider: Arc<CryptoProvider>,
    algorithms: WebPkiSupportedAlgorithms,
    seen: OnceLock<Vec<u8>>,
}

impl ByCode {
    /// The CA's certificate, once a chain was accepted.
    pub(crate) fn seen(&self) -> Option<Vec<u8>> {
        self.seen.get().cloned()
    }
}

impl ServerCertVerifier for ByCode {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        let ca = intermediates.iter().find(|shown| self.code.names_ca(shown));
        let ca = ca.ok_or(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer))?;
        let mut roots = RootCertStore::empty();
        roots.add(ca.clone().into_owned())?;
        let rules = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&self.provider));
        let rules = rules.build().map_err(|error| rustls::Error::General(error.to_string()))?;
        let verified = rules.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)?;
        self.seen.get_or_init(|| ca.to_vec());
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
