//! Talking HTTPS to a district, and telling a district's answer from anything else that may answer on a line.
//!
//! Deliberately absent: redirects, proxies from the environment, cookies, trying again (that is `run`'s).

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use intake_model::Code;
use intake_wire::{Admission, EnrolAnswer, EnrolRequest, EnrolmentCode, JournalId, SigningKey};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Body, StatusCode, Url};
use tokio::time::Instant;

use crate::{Error, Patience, Result, trust};

/// Stands on every answer of a district, and on no sign-in page of a network.
const MARK: (&str, &str) = ("intake-district", "1");

/// Bytes of an answer that is not a page: heads, verdicts, a certificate.
pub(crate) const ANSWER_BYTES: usize = 4 << 20;

/// Bytes of an answer that count as a sign of life. An answer that drips, each byte in time, would hold a desk for days.
const SIGN_OF_LIFE: usize = 1 << 10;

/// An open line to one district.
pub(crate) struct Client {
    http: reqwest::Client,
    address: String,
    patience: Patience,
}

/// The signs of life of one request: what left, and when a byte last moved.
pub(crate) struct Pulse {
    began: Instant,
    last_ms: AtomicU64,
    pub(crate) bytes: AtomicU64,
    pub(crate) entries: AtomicU64,
}

impl Pulse {
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), last_ms: 0.into(), bytes: 0.into(), entries: 0.into() }
    }

    /// A byte moved.
    pub(crate) fn beat(&self) {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_ms.store(now, Ordering::Relaxed);
    }

    fn rests(&self) -> Duration {
        self.began.elapsed().saturating_sub(Duration::from_millis(self.last_ms.load(Ordering::Relaxed)))
    }

    /// Waits for `work` as long as something moves, and calls `tick` meanwhile.
    async fn watch<T>(
        &self,
        stall: Duration,
        tick: &(dyn Fn() + Send + Sync),
        work: impl Future<Output = T>,
    ) -> Result<T> {
        tokio::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return Ok(done),
                () = tokio::time::sleep(Duration::from_millis(100)) => {
                    tick();
                    if self.rests() >= stall {
                        return Err(Error::TooSlow);
                    }
                }
            }
        }
    }
}

impl Client {
    /// A client that trusts what `tls` trusts. Nothing is sent yet.
    pub(crate) fn new(address: &str, tls: rustls::ClientConfig, patience: Patience) -> Result<Self> {
        let address = normal_address(address)?;
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .https_only(true)
            .http1_only()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(patience.connect);
        // The kernel keeps on sending what it holds of a connection that was given up, and would take the line's room from
        // the next one.
        #[cfg(target_os = "linux")]
        let builder = builder.tcp_user_timeout(patience.stall);
        let http = builder.build().map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Self { http, address, patience })
    }

    /// Posts a body that lies in memory.
    pub(crate) async fn post(&self, path: &str, body: Vec<u8>, limit: usize) -> Result<Vec<u8>> {
        self.send(path, body.into(), &Pulse::new(), &|| {}, limit).await
    }

    /// Posts a body that may still be in the making, and gives the district's answer of at most `limit` bytes.
    pub(crate) async fn send(
        &self,
        path: &str,
        body: Body,
        pulse: &Pulse,
        tick: &(dyn Fn() + Send + Sync),
        limit: usize,
    ) -> Result<Vec<u8>> {
        self.ask(self.http.post(format!("{}{path}", self.address)).body(body), pulse, tick, limit).await
    }

    /// Gets a small answer to a request without a body.
    pub(crate) async fn get(&self, path: &str, limit: usize) -> Result<Vec<u8>> {
        self.ask(self.http.get(format!("{}{path}", self.address)), &Pulse::new(), &|| {}, limit).await
    }

    async fn ask(
        &self,
        request: reqwest::RequestBuilder,
        pulse: &Pulse,
        tick: &(dyn Fn() + Send + Sync),
        limit: usize,
    ) -> Result<Vec<u8>> {
        let work = async {
            let mut answer = request.send().await.map_err(Error::of_line)?;
            pulse.beat();
            let status = answer.status();
            recognise(status, answer.headers())?;
            let retry_after = retry_after(answer.headers());
            let (mut bytes, mut counted) = (Vec::new(), 0);
            while let Some(chunk) = answer.chunk().await.map_err(Error::of_line)? {
                if bytes.len() + chunk.len() > limit {
                    return Err(Error::NotRecognised("an answer over the limit"));
                }
                bytes.extend_from_slice(&chunk);
                if bytes.len() - counted >= SIGN_OF_LIFE {
                    pulse.beat();
                    counted = bytes.len();
                }
            }
            if status.is_success() { Ok(bytes) } else { Err(refusal(status, retry_after, &bytes)) }
        };
        pulse.watch(self.patience.stall, tick, work).await?
    }
}

/// Asks the district to admit this desk. Nothing is kept here; the admission is the caller's to journal.
///
/// # Errors
/// [`Error::Address`], [`Error::CodeMistyped`] before anything is sent; then those of the line, and [`Error::CodeRefused`].
pub async fn enrol(
    address: &str,
    code: &str,
    centre: &str,
    desk: u8,
    journal: JournalId,
    key: &SigningKey,
) -> Result<Admission> {
    let address = normal_address(address)?;
    let code: EnrolmentCode = code.parse().map_err(|_| Error::CodeMistyped)?;
    let request = EnrolRequest::new(code.secret(), centre.to_owned(), desk, journal, key)?;
    let (tls, by_code) = trust::of_code(code)?;
    let client = Client::new(&address, tls, Patience::default())?;
    let bytes = client.post("/v1/enrol", intake_wire::encode(&request)?, ANSWER_BYTES).await?;
    let answer: EnrolAnswer = read_answer(&bytes)?;
    let certificate = &answer.certificate;
    let ours = certificate.key == key.public() && certificate.centre == centre && certificate.desk == desk;
    if !ours || certificate.verify(&answer.district_key).is_err() {
        return Err(Error::NotRecognised("a certificate that is not this desk's"));
    }
    let ca_der = by_code.seen().ok_or_else(|| Error::Internal("no CA was seen".into()))?;
    Ok(Admission { address, ca_der, answer, retired: None, stick: None })
}

/// A district's answer from its CBOR.
pub(crate) fn read_answer<T: for<'b> minicbor::Decode<'b, ()>>(bytes: &[u8]) -> Result<T> {
    intake_wire::decode(bytes).map_err(|_| Error::NotRecognised("an answer in another form"))
}

/// `https://host:port`, from what an administrator types. Nothing but TLS is ever spoken.
fn normal_address(typed: &str) -> Result<String> {
    let typed = typed.trim();
    let whole = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
    let url = Url::parse(&whole).map_err(|_| Error::Address("it cannot be read"))?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    match (url.scheme(), url.host_str(), url.port_or_known_default()) {
        ("https", Some(host), Some(port)) if bare && url.username().is_empty() && url.password().is_none() => {
            Ok(format!("https://{host}:{port}"))
        }
        ("https", ..) => Err(Error::Address("it holds more than a host and a port")),
        _ => Err(Error::Address("it is not https")),
    }
}

/// Whether a district answered, and not a network's sign-in page or some other server.
fn recognise(status: StatusCode, headers: &HeaderMap) -> Result<()> {
    if status.is_redirection() {
        return Err(Error::NotRecognised("it points elsewhere"));
    }
    if headers.get(MARK.0).is_none_or(|value| value != MARK.1) {
        return Err(Error::NotRecognised("it does not bear a district's mark"));
    }
    Ok(())
}

/// In seconds; the form with a date is not used by districts.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

/// The body of a refusal: `{code, params, ref}`.
#[derive(serde::Deserialize, Default)]
struct Failure {
    #[serde(default)]
    code: String,
    #[serde(default, rename = "ref")]
    reference: String,
}

/// What a district's refusal means to the desk.
fn refusal(status: StatusCode, retry_after: Option<Duration>, body: &[u8]) -> Error {
    let Failure { code, reference } = serde_json::from_slice(body).unwrap_or_default();
    let code: Option<Code> = serde_json::from_value(code.into()).ok();
    match (code, status.as_u16()) {
        (Some(Code::DeskRevoked), _) => Error::Revoked,
        (Some(Code::EnrolmentCodeRefused), _) => Error::CodeRefused,
        (_, 429) => Error::TooOften { retry_after },
        (Some(Code::DistrictBusy), _) | (_, 502..=504) => Error::Busy { retry_after },
        (_, 408) => Error::TooSlow,
        (code, status) => Error::Refused { status, code, reference },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_however_it_is_typed_and_is_always_https() {
        assert_eq!(normal_address(" District.example:8443 ").unwrap(), "https://district.example:8443");
        assert_eq!(normal_address("https://10.1.2.3/").unwrap(), "https://10.1.2.3:443");
        assert_eq!(normal_address("https://[::1]:9").unwrap(), "https://[::1]:9");
        for typed in
            ["http://district.example", "ftp://a", "", "https://", "a b", "https://u:p@a", "https://a/b", "https://a?b"]
        {
            assert!(matches!(normal_address(typed), Err(Error::Address(_))), "{typed}");
        }
    }

    #[test]
    fn what_does_not_bear_the_mark_is_not_the_district_whatever_its_status() {
        let none = HeaderMap::new();
        let marked = HeaderMap::from_iter([(MARK.0.parse().unwrap(), MARK.1.parse().unwrap())]);
        for status in [200, 404, 413, 429, 500, 503] {
            let status = StatusCode::from_u16(status).unwrap();
            assert!(matches!(recognise(status, &none), Err(Error::NotRecognised(_))));
            assert!(recognise(status, &marked).is_ok());
        }
        assert!(matches!(recognise(StatusCode::FOUND, &marked), Err(Error::NotRecognised(_))));
    }

    #[test]
    fn each_refusal_has_its_own_sentence() {
        let of = |status, body: &str| {
            let error = refusal(StatusCode::from_u16(status).unwrap(), None, body.as_bytes());
            (error.code(), error.is_permanent())
        };
        assert_eq!(of(403, r#"{"code":"desk_revoked","params":{},"ref":"a1"}"#), (Code::DeskRevoked, true));
        assert_eq!(of(403, r#"{"code":"enrolment_code_refused"}"#), (Code::EnrolmentCodeRefused, true));
        assert_eq!(of(503, r#"{"code":"district_busy"}"#), (Code::DistrictBusy, false));
        assert_eq!(of(429, r#"{"code":"too_many_requests"}"#), (Code::TooManyRequests, false));
        assert_eq!(of(429, "slow down"), (Code::TooManyRequests, false));
        assert_eq!(of(408, ""), (Code::DistrictTooSlow, false));
        assert_eq!(of(413, ""), (Code::DistrictRefused, true));
        assert_eq!(of(404, "{}"), (Code::DistrictRefused, true));
        assert_eq!(of(500, r#"{"code":"internal"}"#), (Code::DistrictRefused, false));
    }
}
