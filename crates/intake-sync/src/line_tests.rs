//! The exchange over real TLS, with a real desk's database, against a district that lives in memory and misbehaves on
//! demand. The real district stands in `tests/sync`; here are the answers that it never gives.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use intake_model::Code;
use intake_store::{DataKey, Db, DeskRow, Locked};
use intake_wire::{
    Admission, Block, BootId, DeskCertificate, DownRequest, Draft, EnrolAnswer, EnrolRequest, EnrolmentCode, Entry,
    Frames, Hash, Head, Heads, HeadsAnswer, JournalId, JournalState, Kind, Moment, PageAnswer, PageWriter,
    SignedRequest, SigningKey, Verdict, VerdictKind,
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;

use crate::{Error, Outcome, Patience, Phase, Progress, Result, enrol, exchange_with, outlook};

const CENTRE: &str = "120110005";
const JOURNAL: JournalId = JournalId([1; 16]);
const DISTRICT: JournalId = JournalId([0xD0; 16]);

/// How the district misbehaves once.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    Html,
    Redirect,
    NotFound,
    Busy,
    Revoked,
    Stall,
    /// Takes the page in and loses the answer.
    LoseAnswer,
}

#[derive(Default)]
struct Memory {
    chain: Vec<Hash>,
    own: Vec<Entry>,
    verdicts: Vec<Verdict>,
    faults: VecDeque<Fault>,
    page_faults: VecDeque<Fault>,
    requests: BTreeMap<String, u32>,
    pages_entries: usize,
    archived: Option<u64>,
    now_ms: i64,
}

struct District {
    address: String,
    ca_der: Vec<u8>,
    memory: Arc<Mutex<Memory>>,
}

fn district_key() -> SigningKey {
    SigningKey::from_seed([0xD1; 32])
}

fn desk_key() -> SigningKey {
    SigningKey::from_seed([0xDE; 32])
}

fn admitted() -> EnrolAnswer {
    let key = district_key();
    EnrolAnswer {
        certificate: DeskCertificate::issue(&key, CENTRE.into(), 1, desk_key().public(), 7).unwrap(),
        district_key: key.public(),
        district_name: "东丽区".into(),
        recovery_recipient: "age1".into(),
        journal: DISTRICT,
        sealed_recipient: None,
        stick_recipient: None,
    }
}

impl District {
    fn start() -> Self {
        Self::named("127.0.0.1")
    }

    /// A district whose certificate is for another name than the address it listens on.
    fn named(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca_key = KeyPair::generate().unwrap();
        let ca_der = params.self_signed(&ca_key).unwrap().der().clone();
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let leaf = leaf.signed_by(&key, &Issuer::new(params, &ca_key)).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let chain = vec![leaf.der().clone(), ca_der.clone()];
        let tls = tls
            .with_no_client_auth()
            .with_single_cert(chain, PrivateKeyDer::Pkcs8(key.serialize_der().into()))
            .unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = format!("https://{}", listener.local_addr().unwrap());
        let memory = Arc::new(Mutex::new(Memory::default()));
        let router = axum::Router::new().fallback(answer).with_state(Arc::clone(&memory));
        let tls = axum_server::tls_rustls::RustlsConfig::from_config(Arc::new(tls));
        let server = axum_server::from_tcp_rustls(listener, tls).unwrap();
        tokio::spawn(server.serve(router.into_make_service()));
        Self { address, ca_der: ca_der.to_vec(), memory }
    }

    fn code(&self) -> String {
        EnrolmentCode::generate(&self.ca_der).unwrap().to_string()
    }

    fn desk(&self, entries: usize) -> Desk {
        Desk::new(
            entries,
            &Admission {
                address: self.address.clone(),
                ca_der: self.ca_der.clone(),
                answer: admitted(),
                retired: None,
                stick: None,
            },
        )
    }

    fn with<T>(&self, look: impl FnOnce(&mut Memory) -> T) -> T {
        look(&mut self.memory.lock().unwrap())
    }

    fn held(&self) -> usize {
        self.with(|memory| memory.chain.len())
    }

    /// Writes in its own journal for the desk.
    fn writes(&self, count: usize) {
        self.with(|memory| {
            for _ in 0..count {
                let head = own_head(memory);
                let draft = Draft { kind: Kind::desk_admitted(), open: b"{}".to_vec(), personal: b"{}".to_vec() };
                memory.own.push(draft.after(DISTRICT, head, 0, moment()).unwrap().0);
            }
        });
    }
}

fn moment() -> Moment {
    Moment { at_ms: 1_795_500_000_000, boot: BootId([0; 16]), mono_ms: 1 }
}

fn own_head(memory: &Memory) -> Head {
    memory.own.iter().fold(Head::EMPTY, |head, entry| entry.follow(DISTRICT, head).unwrap())
}

fn held_head(memory: &Memory) -> Head {
    memory.chain.last().map_or(Head::EMPTY, |&hash| Head { seq: memory.chain.len() as u64, hash })
}

async fn answer(State(memory): State<Arc<Mutex<Memory>>>, uri: Uri, body: Bytes) -> Response {
    let path = uri.path().to_owned();
    let fault = {
        let mut memory = memory.lock().unwrap();
        *memory.requests.entry(path.clone()).or_default() += 1;
        let page_fault = if path == "/v1/pages" { memory.page_faults.pop_front() } else { None };
        page_fault.or_else(|| memory.faults.pop_front())
    };
    let marked = |status, extra: Option<(&'static str, &'static str)>, body: &str| {
        let mut response = (status, [("intake-district", "1")], body.to_owned()).into_response();
        if let Some((name, value)) = extra {
            response.headers_mut().insert(name, value.parse().unwrap());
        }
        response
    };
    match fault {
        Some(Fault::Html) => return ([("content-type", "text/html")], "<h1>请登录</h1>").into_response(),
        Some(Fault::Redirect) => {
            return marked(StatusCode::FOUND, Some(("location", "https://127.0.0.1:1/")), "");
        }
        Some(Fault::NotFound) => return StatusCode::NOT_FOUND.into_response(),
        Some(Fault::Busy) => {
            let body = r#"{"code":"district_busy","params":{},"ref":"b1"}"#;
            return marked(StatusCode::SERVICE_UNAVAILABLE, Some(("retry-after", "0")), body);
        }
        Some(Fault::Revoked) => {
            return marked(StatusCode::FORBIDDEN, None, r#"{"code":"desk_revoked","params":{},"ref":"c1"}"#);
        }
        Some(Fault::Stall) => tokio::time::sleep(Duration::from_mins(1)).await,
        Some(Fault::LoseAnswer) | None => {}
    }
    // A district of before this request.
    if path == "/v1/own" {
        return marked(StatusCode::NOT_FOUND, None, "");
    }
    let bytes = take(&mut memory.lock().unwrap(), &path, &body);
    if fault == Some(Fault::LoseAnswer) {
        let cut = futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("cut")) });
        return ([("intake-district", "1")], Body::from_stream(cut)).into_response();
    }
    ([("intake-district", "1")], bytes).into_response()
}

fn take(memory: &mut Memory, path: &str, body: &[u8]) -> Vec<u8> {
    let signed = |path| SignedRequest::open::<Heads>(path, body).unwrap();
    match path {
        "/v1/heads" => {
            signed(path).0.verify(&district_key().public()).unwrap();
            let (head, verdicts) = (held_head(memory), memory.verdicts.clone());
            let (mark, archived) = (None, memory.archived);
            let (forked, files_archived) = (false, archived);
            let journals =
                vec![JournalState { journal: JOURNAL, head, verdicts, forked, mark, archived, files_archived }];
            let (district, now_ms) = ((DISTRICT, own_head(memory)), memory.now_ms);
            let answer = HeadsAnswer { journals, district, now_ms, stick: None, page_entries: Some(2048) };
            intake_wire::encode(&answer).unwrap()
        }
        "/v1/down" => {
            let (_, DownRequest { after, .. }) = SignedRequest::open(path, body).unwrap();
            let mut head = Head::EMPTY;
            let mut writer = PageWriter::new().unwrap();
            let mut page = Vec::new();
            for entry in &memory.own {
                let next = entry.follow(DISTRICT, head).unwrap();
                if entry.seq > after {
                    let (mark, entries) = (String::new(), vec![entry.clone()]);
                    let (block, _) = Block::sign(None, DISTRICT, mark, head, entries, &district_key()).unwrap();
                    page.extend(writer.block(&block).unwrap());
                }
                head = next;
            }
            page.extend(writer.finish().unwrap());
            page
        }
        "/v1/pages" => {
            let mut verdicts = Vec::new();
            for block in Frames::read_page(body).unwrap() {
                let certificate = block.certificate.clone().unwrap();
                certificate.verify(&district_key().public()).unwrap();
                let hashes = block.verify(&certificate.key).unwrap();
                for (entry, hash) in block.entries.iter().zip(hashes) {
                    memory.pages_entries += 1;
                    let place = usize::try_from(entry.seq).unwrap() - 1;
                    let verdict = match memory.chain.get(place) {
                        Some(&held) if held == hash => VerdictKind::AlreadyHad,
                        None if memory.chain.len() == place => {
                            memory.chain.push(hash);
                            VerdictKind::Stored
                        }
                        _ => break,
                    };
                    verdicts.push(Verdict { seq: entry.seq, verdict });
                }
            }
            intake_wire::encode(&PageAnswer { head: held_head(memory), verdicts, forked: false }).unwrap()
        }
        "/v1/enrol" => {
            let request: EnrolRequest = intake_wire::decode(body).unwrap();
            request.verify().unwrap();
            intake_wire::encode(&admitted()).unwrap()
        }
        other => panic!("{other}"),
    }
}

struct Desk {
    db: Db,
    _locked: Locked,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn new(entries: usize, admission: &Admission) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let locked = Locked::take(folder.path()).unwrap();
        let db = Db::create(&locked.folder(), &DataKey::generate().unwrap()).unwrap();
        let row = DeskRow {
            centre_code: CENTRE.into(),
            centre_name: "新立街道".into(),
            office_phone: "022-0000".into(),
            office_address: "津塘公路".into(),
            number: 1,
            practice: true,
        };
        db.write(|tx| {
            tx.insert_desk(&row, &desk_key())?;
            tx.open_epoch(JOURNAL, "A")?;
            tx.set_admission(admission)
        })
        .unwrap();
        let desk = Self { db, _locked: locked, _folder: folder };
        desk.writes(entries);
        desk
    }

    fn writes(&self, count: usize) {
        let work = |tx: &intake_store::Writer<'_>| {
            for _ in 0..count {
                let personal = "{\"name\":\"阿不都热依木·买买提\",\"demand\":\"楼上漏水多次协商未果\"}".into();
                tx.append(Draft { kind: Kind::registered(), open: b"{}".to_vec(), personal }, 2, moment())?;
            }
            Ok::<_, intake_store::Error>(())
        };
        self.db.write(work).unwrap();
    }

    async fn exchange(&self) -> Result<Outcome> {
        exchange_with(&self.db, quick(), |_| {}, || 42).await
    }

    async fn code(&self) -> Code {
        self.exchange().await.unwrap_err().code()
    }
}

fn quick() -> Patience {
    Patience { stall: Duration::from_millis(400), pause: Duration::from_millis(1), ..Patience::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_entries_reach_the_district_once_and_a_second_exchange_sends_none() {
    let district = District::start();
    district.writes(3);
    let desk = district.desk(4200);
    assert_eq!(outlook(&desk.db).unwrap().entries, 4200);
    let seen = Mutex::new(Vec::new());
    let outcome =
        exchange_with(&desk.db, quick(), |progress| seen.lock().unwrap().push(progress), || 42).await.unwrap();
    assert!(outcome.in_step && !outcome.forked && !outcome.district_ahead, "{outcome:?}");
    assert_eq!((outcome.sent, outcome.already_had, district.held()), (4200, 0, 4200));
    assert_eq!(district.with(|memory| memory.requests["/v1/pages"]), 4, "512, 512, 2048 and the rest");
    let seen = seen.into_inner().unwrap();
    assert_eq!(seen.first().unwrap().phase, Phase::Connecting);
    assert_eq!(*seen.last().unwrap(), Progress { phase: Phase::Comparing, done: 4200, total: 4200, file: 0, files: 0 });
    assert!(seen.windows(2).all(|two| two[0].done <= two[1].done), "{seen:?}");
    let again = desk.exchange().await.unwrap();
    assert!(again.in_step);
    assert_eq!((again.sent, again.already_had), (0, 0));
    assert_eq!(district.with(|memory| memory.pages_entries), 4200);
    let outlook = outlook(&desk.db).unwrap();
    assert!(outlook.in_step && outlook.seconds.is_some());
    assert_eq!((outlook.entries, outlook.last_exchange_ms), (0, Some(42)));
    desk.writes(1);
    assert!(!crate::outlook(&desk.db).unwrap().in_step);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_district_archived_and_what_its_clock_shows_is_kept_and_never_above_what_both_agree_on() {
    let district = District::start();
    let desk = district.desk(20);
    let archived = || desk.db.read::<_, intake_store::Error>(|r| r.line().archived(JOURNAL)).unwrap();
    assert_eq!(desk.exchange().await.unwrap().district_ms / 60_000, 0);
    assert_eq!(archived(), 0, "a district that does not say so has archived nothing");
    district.with(|memory| (memory.archived, memory.now_ms) = (Some(12), 1_795_500_000_000));
    let told = desk.exchange().await.unwrap().district_ms;
    assert!((0..60_000).contains(&(told - 1_795_500_000_000)), "{told}");
    assert_eq!(archived(), 12);
    district.with(|memory| memory.archived = Some(5000));
    desk.exchange().await.unwrap();
    assert_eq!(archived(), 20);
    // It was restored from an older backup: what it says now counts.
    district.with(|memory| memory.archived = Some(7));
    desk.exchange().await.unwrap();
    assert_eq!(archived(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_lost_after_the_district_committed_sends_nothing_twice() {
    let district = District::start();
    let desk = district.desk(20);
    district.with(|memory| memory.page_faults.push_back(Fault::LoseAnswer));
    let outcome = desk.exchange().await.unwrap();
    assert!(outcome.in_step);
    assert_eq!((outcome.sent, district.with(|memory| memory.pages_entries)), (20, 20));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_an_exchange_that_lost_its_answer_the_next_one_says_already_had() {
    let district = District::start();
    let desk = district.desk(20);
    let once = Patience { retries: 0, ..quick() };
    district.with(|memory| memory.page_faults.push_back(Fault::LoseAnswer));
    let error = exchange_with(&desk.db, once, |_| {}, || 42).await.unwrap_err();
    assert_eq!((error.code(), error.is_permanent()), (Code::DistrictUnreachable, false));
    assert_eq!(outlook(&desk.db).unwrap().entries, 20, "unconfirmed is unsent");
    let outcome = desk.exchange().await.unwrap();
    assert!(outcome.in_step);
    assert_eq!((outcome.sent, outcome.already_had), (0, 20));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_district_restored_from_an_older_backup_is_offered_what_it_lost() {
    let district = District::start();
    let desk = district.desk(30);
    desk.exchange().await.unwrap();
    district.with(|memory| memory.chain.truncate(12));
    let outcome = desk.exchange().await.unwrap();
    assert!(outcome.in_step);
    assert_eq!((outcome.sent, district.held()), (18, 30));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_is_told_and_never_called_in_step_and_unsent_stays_unsent() {
    let district = District::start();
    let desk = district.desk(10);
    desk.exchange().await.unwrap();
    district.with(|memory| memory.chain[9] = Hash([9; 32]));
    desk.writes(1);
    let outcome = desk.exchange().await.unwrap();
    assert!(outcome.forked && !outcome.in_step);
    assert_eq!(outlook(&desk.db).unwrap().entries, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_district_that_holds_more_and_cannot_give_it_back_is_told() {
    let district = District::start();
    let desk = district.desk(3);
    district.with(|memory| memory.chain = vec![Hash([9; 32]); 5]);
    let outcome = desk.exchange().await.unwrap();
    assert!(outcome.district_ahead && !outcome.in_step);
    assert_eq!(outcome.sent, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_set_aside_is_counted_and_is_not_in_step() {
    let district = District::start();
    let desk = district.desk(3);
    let verdict = VerdictKind::SetAside { code: "kind_unknown".into() };
    district.with(|memory| {
        memory.verdicts =
            vec![Verdict { seq: 2, verdict }, Verdict { seq: 3, verdict: VerdictKind::Waiting { for_seq: 2 } }];
    });
    let outcome = desk.exchange().await.unwrap();
    assert!(!outcome.in_step);
    assert_eq!((outcome.set_aside, outcome.waiting, outcome.sent), (1, 1, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_answers_without_being_the_district_is_not_recognised_and_nothing_is_lost() {
    let district = District::start();
    let desk = district.desk(3);
    for fault in [Fault::Html, Fault::Redirect, Fault::NotFound] {
        district.with(|memory| memory.faults.push_back(fault));
        assert_eq!(desk.code().await, Code::DistrictNotRecognised, "{fault:?}");
        assert_eq!(outlook(&desk.db).unwrap().entries, 3);
    }
    assert!(desk.exchange().await.unwrap().in_step);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_district_is_asked_again_three_times() {
    let district = District::start();
    let desk = district.desk(3);
    district.with(|memory| memory.faults.extend([Fault::Busy; 3]));
    assert!(desk.exchange().await.unwrap().in_step);
    district.with(|memory| memory.faults.extend([Fault::Busy; 4]));
    assert_eq!(desk.code().await, Code::DistrictBusy);
    assert!(district.with(|memory| memory.faults.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_answer_is_too_slow_and_a_withdrawn_desk_is_told_at_once() {
    let district = District::start();
    let desk = district.desk(3);
    district.with(|memory| memory.faults.extend([Fault::Stall; 4]));
    assert_eq!(desk.code().await, Code::DistrictTooSlow);
    district.with(|memory| memory.faults.push_back(Fault::Revoked));
    assert_eq!(desk.code().await, Code::DeskRevoked);
    assert!(desk.exchange().await.unwrap().in_step);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_dropped_at_any_moment_leaves_a_desk_that_exchanges_again() {
    let district = District::start();
    let desk = district.desk(600);
    for millis in [0, 5, 10, 20, 40, 80] {
        let _ = tokio::time::timeout(Duration::from_millis(millis), desk.exchange()).await;
    }
    assert!(desk.exchange().await.unwrap().in_step);
    assert_eq!(district.held(), 600);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_ca_another_name_and_nobody_have_each_their_sentence() {
    let (district, other) = (District::start(), District::start());
    let stranger = Desk::new(
        2,
        &Admission {
            address: other.address.clone(),
            ca_der: district.ca_der.clone(),
            answer: admitted(),
            retired: None,
            stick: None,
        },
    );
    assert_eq!(stranger.code().await, Code::DistrictCertificateWrong);
    let misnamed = District::named("district.example");
    assert_eq!(misnamed.desk(1).code().await, Code::DistrictCertificateWrong);
    assert!(misnamed.with(|memory| memory.requests.is_empty()));
    let gone = Admission {
        address: "https://127.0.0.1:1".into(),
        ca_der: district.ca_der.clone(),
        answer: admitted(),
        retired: None,
        stick: None,
    };
    assert_eq!(Desk::new(1, &gone).code().await, Code::DistrictUnreachable);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_speaks_no_tls_is_not_the_district() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    let page = axum::Router::new().fallback(|| async { "<h1>login</h1>" });
    tokio::spawn(async move { axum::serve(listener, page).await });
    let district = District::start();
    let desk = Desk::new(
        1,
        &Admission { address, ca_der: district.ca_der.clone(), answer: admitted(), retired: None, stick: None },
    );
    assert_eq!(desk.code().await, Code::DistrictNotRecognised);
}

#[tokio::test(flavor = "multi_thread")]
async fn enrolment_keeps_the_ca_that_the_code_names() {
    let district = District::start();
    let typed = district.code().to_lowercase().replace('-', " ");
    let admission = enrol(&district.address, &typed, CENTRE, 1, JOURNAL, &desk_key()).await.unwrap();
    assert_eq!(admission.ca_der, district.ca_der);
    assert_eq!(admission.address, district.address);
    assert!(Desk::new(5, &admission).exchange().await.unwrap().in_step);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_never_told_to_a_server_it_does_not_name() {
    let (district, other) = (District::start(), District::start());
    let attempt = |address: String, code: String| async move {
        enrol(&address, &code, CENTRE, 1, JOURNAL, &desk_key()).await.unwrap_err()
    };
    let error = attempt(other.address.clone(), district.code()).await;
    assert!(matches!(error, Error::Certificate(_)), "{error:?}");
    let misnamed = District::named("district.example");
    assert!(matches!(attempt(misnamed.address.clone(), misnamed.code()).await, Error::Certificate(_)));
    assert!(other.with(|memory| memory.requests.is_empty()) && misnamed.with(|memory| memory.requests.is_empty()));
    assert!(matches!(attempt(district.address.clone(), "ABCD".into()).await, Error::CodeMistyped));
    assert!(matches!(attempt("http://a".into(), district.code()).await, Error::Address(_)));
    district.with(|memory| memory.faults.push_back(Fault::Html));
    assert!(matches!(attempt(district.address.clone(), district.code()).await, Error::NotRecognised(_)));
}

#[tokio::test]
async fn a_desk_of_another_district_is_not_taken_for_admitted() {
    let district = District::start();
    let other = SigningKey::from_seed([3; 32]);
    let error = enrol(&district.address, &district.code(), CENTRE, 1, JOURNAL, &other).await.unwrap_err();
    assert!(matches!(error, Error::NotRecognised(_)));
}
