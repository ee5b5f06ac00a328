//! A front before the district, as a district's own network has one: it ends TLS with a certificate of the district's CA,
//! reads each request and each answer, and does to one of them what it was told to. All else passes unchanged.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum_server::tls_rustls::RustlsConfig;
use futures_util::{StreamExt as _, stream};
use intake_wire::{Frames, PageWriter};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

const MARK: &str = "intake-district";
/// The longest body that it reads.
const MOST: usize = 64 << 20;
/// Between two bytes of an answer without an end.
const DROP: Duration = Duration::from_millis(2);

/// What the front does to one request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fault {
    /// Answers in the district's place.
    Answers(Answer),
    /// Passes so many bytes of the request on, then the connection is gone.
    CutUp(usize),
    /// The district answers; so many bytes of that pass down, then the connection is gone.
    CutDown(usize),
    /// The request goes to the district so many times, one after another; the last answer passes down.
    Repeats(usize),
    /// The request goes to the district so many times at once, and then once more; that answer passes down.
    AtOnce(usize),
    /// Keeps the request for [`Front::let_go`], and the connection is gone.
    HoldsBack,
    /// Puts the blocks of a page into the opposite order.
    Reverses,
    /// One byte of the request is another when it arrives.
    ChangesUp(usize),
    /// One byte of the answer is another when it arrives.
    ChangesDown(usize),
    /// The answer comes down byte by byte.
    Drips,
    /// An answer that begins, goes on byte by byte, and never ends.
    DripsForEver,
}

/// An answer that is not the district's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Whether it bears a district's mark.
    pub(crate) marked: bool,
    pub(crate) retry_after: Option<u32>,
    pub(crate) body: &'static [u8],
}

impl Answer {
    pub(crate) const fn of(status: u16, marked: bool, body: &'static [u8]) -> Self {
        Self { status, marked, retry_after: None, body }
    }

    fn given(self) -> Response {
        let mut answer = (StatusCode::from_u16(self.status).unwrap(), self.body).into_response();
        if self.marked {
            answer.headers_mut().insert(MARK, HeaderValue::from_static("1"));
        }
        if let Some(wait) = self.retry_after {
            answer.headers_mut().insert("retry-after", wait.into());
        }
        answer
    }
}

/// What the front shows as its certificate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Shows {
    /// One of the district's CA, for this address, in its time.
    Good,
    /// One of the district's CA whose time is over.
    Expired,
    /// One of the district's CA whose time has not begun.
    NotYet,
    /// One of the district's CA for another name.
    OtherName,
    /// One that a CA of the same name made, with another key.
    OtherAuthority,
    /// One that nobody vouches for.
    SelfSigned,
}

#[derive(Default)]
struct Orders {
    faults: VecDeque<(&'static str, Fault)>,
    held: Vec<(String, Bytes)>,
    /// Bytes of the last request and the last answer that a fault met.
    lengths: (usize, usize),
}

#[derive(Clone)]
struct Far {
    district: String,
    http: reqwest::Client,
    orders: Arc<Mutex<Orders>>,
}

/// A running front.
pub(crate) struct Front {
    /// `host:port`.
    pub(crate) address: String,
    far: Far,
}

impl Front {
    /// Starts before a district whose keys lie in a folder.
    pub(crate) fn before(district: String, keys: &Path, shows: Shows) -> Self {
        let ca_der = std::fs::read(keys.join("ca.der")).unwrap();
        let http = client(&ca_der);
        let far = Far { district, http, orders: Arc::default() };
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let tls = RustlsConfig::from_config(Arc::new(tls(keys, ca_der, shows)));
        let router = axum::Router::new().fallback(pass).with_state(far.clone());
        let server = axum_server::from_tcp_rustls(listener, tls).unwrap();
        tokio::spawn(server.serve(router.into_make_service()));
        Self { address, far }
    }

    fn orders(&self) -> MutexGuard<'_, Orders> {
        self.far.orders.lock().unwrap()
    }

    /// What befalls the next request to a path.
    pub(crate) fn next(&self, path: &'static str, fault: Fault) {
        self.orders().faults.push_back((path, fault));
    }

    /// Whether every fault has befallen somebody; what has not is taken back.
    pub(crate) fn all_met(&self) -> bool {
        std::mem::take(&mut self.orders().faults).is_empty()
    }

    /// Bytes of the last request and answer that a fault met.
    pub(crate) fn lengths(&self) -> (usize, usize) {
        self.orders().lengths
    }

    /// Asks the district in a desk's place; gives the status and the answer.
    pub(crate) async fn ask(&self, path: &str, body: Vec<u8>) -> (u16, Bytes) {
        let (status, _, answer) = self.far.ask(path, body.into()).await.unwrap();
        (status.as_u16(), answer)
    }

    /// Passes on what was held back, in the opposite order; gives the status of each answer.
    pub(crate) async fn let_go(&self) -> Vec<u16> {
        let held = std::mem::take(&mut self.orders().held);
        let mut answers = Vec::new();
        for (path, body) in held.into_iter().rev() {
            answers.push(self.far.ask(&path, body.into()).await.unwrap().0.as_u16());
        }
        answers
    }
}

/// A client that believes this CA alone.
fn client(ca_der: &[u8]) -> reqwest::Client {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from(ca_der.to_vec())).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let tls = tls.with_root_certificates(roots).with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().build().unwrap()
}

fn tls(keys: &Path, ca_der: Vec<u8>, shows: Shows) -> rustls::ServerConfig {
    let name = if shows == Shows::OtherName { "district.example" } else { "127.0.0.1" };
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    match shows {
        Shows::Expired => params.not_after = date_time_ymd(2020, 1, 1),
        Shows::NotYet => params.not_before = date_time_ymd(4000, 1, 1),
        _ => {}
    }
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.distinguished_name.push(DnType::CommonName, "intake district CA");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let ca_key = match shows {
        Shows::OtherAuthority => KeyPair::generate().unwrap(),
        _ => KeyPair::from_pem(&std::fs::read_to_string(keys.join("ca.key.pem")).unwrap()).unwrap(),
    };
    let key = KeyPair::generate().unwrap();
    let certificate = match shows {
        Shows::SelfSigned => params.self_signed(&key).unwrap(),
        _ => params.signed_by(&key, &Issuer::new(authority, &ca_key)).unwrap(),
    };
    let chain = vec![certificate.der().clone(), CertificateDer::from(ca_der)];
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    tls.with_no_client_auth().with_single_cert(chain, PrivateKeyDer::Pkcs8(key.serialize_der().into())).unwrap()
}

impl Far {
    async fn ask(&self, path: &str, body: reqwest::Body) -> reqwest::Result<(StatusCode, HeaderMap, Bytes)> {
        self.ask_by(Method::POST, path, body).await
    }

    async fn ask_by(
        &self,
        method: Method,
        path: &str,
        body: reqwest::Body,
    ) -> reqwest::Result<(StatusCode, HeaderMap, Bytes)> {
        let answer = self.http.request(method, format!("{}{path}", self.district)).body(body).send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        Ok((status, headers, answer.bytes().await?))
    }
}

async fn pass(State(far): State<Far>, method: Method, uri: Uri, body: Body) -> Response {
    let path = uri.path().to_owned();
    let Ok(body) = axum::body::to_bytes(body, MOST).await else { return gone(&[]) };
    let fault = {
        let faults = &mut far.orders.lock().unwrap().faults;
        let place = faults.iter().position(|(of, _)| *of == path);
        place.and_then(|place| faults.remove(place)).map(|(_, fault)| fault)
    };
    let length = body.len();
    let send = match &fault {
        Some(Fault::Answers(answer)) => return answer.given(),
        Some(Fault::DripsForEver) => {
            let slowly = stream::repeat(b' ').then(|byte| async move {
                tokio::time::sleep(DROP).await;
                byte
            });
            return drip(slowly.boxed());
        }
        Some(Fault::HoldsBack) => {
            far.orders.lock().unwrap().held.push((path, body));
            return gone(&[]);
        }
        Some(Fault::CutUp(bytes)) => {
            far.orders.lock().unwrap().lengths = (length, 0);
            let first = body.slice(..length.min(*bytes));
            let rest = stream::once(async { Err(std::io::Error::other("cut")) });
            let cut = stream::once(async { Ok::<_, std::io::Error>(first) }).chain(rest);
            let _ = far.ask(&path, reqwest::Body::wrap_stream(cut)).await;
            return gone(&[]);
        }
        Some(Fault::ChangesUp(at)) => changed(&body, *at),
        Some(Fault::Reverses) => reversed(&body),
        Some(Fault::Repeats(times)) => {
            for _ in 1..*times {
                far.ask(&path, body.clone().into()).await.unwrap();
            }
            body
        }
        Some(Fault::AtOnce(times)) => {
            let together = (0..*times).map(|_| far.ask(&path, body.clone().into()));
            for answer in futures_util::future::join_all(together).await {
                answer.unwrap();
            }
            body
        }
        _ => body,
    };
    let Ok((status, headers, answer)) = far.ask_by(method, &path, send.into()).await else { return gone(&[]) };
    if fault.is_some() {
        far.orders.lock().unwrap().lengths = (length, answer.len());
    }
    let answer = match fault {
        Some(Fault::CutDown(bytes)) => return gone(answer.get(..bytes).unwrap_or(&answer)),
        Some(Fault::Drips) => return drip(stream::iter(answer).boxed()),
        Some(Fault::ChangesDown(at)) => changed(&answer, at),
        _ => answer,
    };
    let mut passed = (status, answer).into_response();
    for name in [MARK, "retry-after"] {
        if let Some(value) = headers.get(name) {
            passed.headers_mut().insert(name, value.clone());
        }
    }
    passed
}

/// An answer that breaks off after these bytes.
fn gone(bytes: &[u8]) -> Response {
    let first = Bytes::copy_from_slice(bytes);
    let cut = stream::once(async { Err(std::io::Error::other("cut")) });
    let body = Body::from_stream(stream::once(async { Ok(first) }).chain(cut));
    ([(MARK, "1")], body).into_response()
}

fn drip(bytes: stream::BoxStream<'static, u8>) -> Response {
    let drops = bytes.map(|byte| Ok::<_, std::io::Error>(Bytes::from(vec![byte])));
    ([(MARK, "1")], Body::from_stream(drops)).into_response()
}

fn changed(bytes: &Bytes, at: usize) -> Bytes {
    let mut bytes = bytes.to_vec();
    let place = at % bytes.len();
    bytes[place] ^= 1;
    bytes.into()
}

fn reversed(page: &Bytes) -> Bytes {
    let mut blocks = Frames::read_page(page).unwrap();
    blocks.reverse();
    let mut writer = PageWriter::new().unwrap();
    let mut bytes: Vec<u8> = blocks.iter().flat_map(|block| writer.block(block).unwrap()).collect();
    bytes.extend(writer.finish().unwrap());
    bytes.into()
}
