//! A district to talk to, and desks that say to it what they are told to.

use std::sync::Arc;

use district_server::Config;
use intake_model::{CentreCode, Code, DeskNumber, EpochMark, RegistrationNumber, Visit};
use intake_wire::{
    Block, Corrected, DeskCertificate, DownRequest, Draft, EnrolAnswer, EnrolRequest, EnrolmentCode, Entry, Frames,
    Head, Heads, HeadsAnswer, JournalId, Kind, OwnRequest, PageAnswer, PageWriter, RecordOf, Registered, SignedRequest,
    SigningKey, VerdictKind, decode, encode, limits,
};
use testkit::district::CENTRE;
use testkit::{FixedMoments, LocalDistrict};

pub(crate) struct World {
    pub(crate) district: LocalDistrict,
    pub(crate) clock: FixedMoments,
    pub(crate) http: reqwest::Client,
    _folder: tempfile::TempDir,
}

pub(crate) fn world() -> World {
    world_as(|_| {})
}

pub(crate) fn world_as(settings: fn(&mut Config)) -> World {
    let folder = tempfile::tempdir().unwrap();
    let clock = FixedMoments::default();
    let shared = clock.clone();
    let district = LocalDistrict::start_as(folder.path(), Arc::new(move || shared.now_ms()), settings).unwrap();
    let http = client(district.ca_der());
    World { district, clock, http, _folder: folder }
}

/// A client that trusts this CA alone.
pub(crate) fn client(ca_der: &[u8]) -> reqwest::Client {
    client_with(ca_der, |builder| builder)
}

pub(crate) fn client_with(
    ca_der: &[u8],
    more: fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
) -> reqwest::Client {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(rustls::pki_types::CertificateDer::from(ca_der.to_vec())).unwrap();
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let builder = reqwest::Client::builder().pool_max_idle_per_host(0).tls_backend_preconfigured(tls).no_proxy();
    more(builder).build().unwrap()
}

impl World {
    pub(crate) async fn post(&self, path: &str, body: Vec<u8>) -> Result<Vec<u8>, (u16, Code)> {
        let answer = self.http.post(format!("{}{path}", self.district.address())).body(body).send().await.unwrap();
        assert_eq!(answer.headers()["intake-district"], "1");
        let status = answer.status();
        let bytes = answer.bytes().await.unwrap().to_vec();
        if status.is_success() {
            return Ok(bytes);
        }
        let said: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        Err((status.as_u16(), serde_json::from_value(said["code"].clone()).unwrap()))
    }

    pub(crate) async fn pages(&self, page: Vec<u8>) -> Result<PageAnswer, (u16, Code)> {
        self.post("/v1/pages", page).await.map(|bytes| decode(&bytes).unwrap())
    }

    pub(crate) async fn enrol(&self, desk: u8, key: &SigningKey) -> EnrolAnswer {
        let code: EnrolmentCode = self.district.enrolment_code(CENTRE, desk).unwrap().parse().unwrap();
        assert!(code.names_ca(self.district.ca_der()));
        let request = EnrolRequest::new(code.secret(), CENTRE.into(), desk, JournalId([desk; 16]), key).unwrap();
        decode(&self.post("/v1/enrol", encode(&request).unwrap()).await.unwrap()).unwrap()
    }

    pub(crate) async fn desk(&self, desk: u8) -> Desk {
        let key = SigningKey::generate().unwrap();
        let answer = self.enrol(desk, &key).await;
        Desk::new(desk, key, answer.certificate)
    }

    pub(crate) async fn heads(&self, desk: &Desk, district: Head) -> Result<HeadsAnswer, (u16, Code)> {
        let journals = vec![(desk.journal, "A".into(), desk.head())];
        let asked = Heads { journals, district, district_journal: None };
        let body = SignedRequest::sealed("/v1/heads", &asked, desk.certificate.clone(), &desk.key).unwrap();
        self.post("/v1/heads", body).await.map(|bytes| decode(&bytes).unwrap())
    }

    pub(crate) async fn down(&self, desk: &Desk, after: u64) -> Vec<Block> {
        let asked = DownRequest { after, of: None };
        let body = SignedRequest::sealed("/v1/down", &asked, desk.certificate.clone(), &desk.key).unwrap();
        Frames::read_page(&self.post("/v1/down", body).await.unwrap()).unwrap()
    }

    pub(crate) async fn own(&self, desk: &Desk, journal: JournalId, after: u64) -> Vec<Entry> {
        let asked = OwnRequest { journal, after };
        let body = SignedRequest::sealed("/v1/own", &asked, desk.certificate.clone(), &desk.key).unwrap();
        let blocks = Frames::read_page(&self.post("/v1/own", body).await.unwrap()).unwrap();
        blocks.into_iter().flat_map(|block| block.entries).collect()
    }

    pub(crate) fn count(&self, sql: &str) -> i64 {
        self.value(sql)
    }

    pub(crate) fn value<T: for<'v> tokio_postgres::types::FromSql<'v> + Send + 'static>(&self, sql: &str) -> T {
        let (url, sql) = (self.district.postgres_url(), sql.to_owned());
        let work = async move {
            let client = testkit::postgres::connect(&url).await.unwrap();
            client.query_one(&sql, &[]).await.unwrap().get(0)
        };
        self.district.wait(work).unwrap()
    }

    pub(crate) fn execute(&self, sql: &str) {
        self.execute_at(&self.district.postgres_url(), sql);
    }

    pub(crate) fn execute_at(&self, url: &str, sql: &str) {
        let (url, sql) = (url.to_owned(), sql.to_owned());
        let work = async move {
            let client = testkit::postgres::connect(&url).await.unwrap();
            client.batch_execute(&sql).await.unwrap();
        };
        self.district.wait(work).unwrap();
    }
}

pub(crate) struct Desk {
    pub(crate) number: u8,
    pub(crate) key: SigningKey,
    pub(crate) certificate: DeskCertificate,
    pub(crate) journal: JournalId,
    pub(crate) entries: Vec<Entry>,
    pub(crate) heads: Vec<Head>,
}

impl Desk {
    pub(crate) fn new(number: u8, key: SigningKey, certificate: DeskCertificate) -> Self {
        let journal = JournalId([number; 16]);
        Self { number, key, certificate, journal, entries: Vec::new(), heads: vec![Head::EMPTY] }
    }

    pub(crate) fn head(&self) -> Head {
        *self.heads.last().unwrap()
    }

    pub(crate) fn number_of(&self, serial: u32) -> String {
        let date = intake_model::civil_date(testkit::clock::MORNING_MS);
        let centre: CentreCode = CENTRE.parse().unwrap();
        let desk = DeskNumber::new(self.number).unwrap();
        RegistrationNumber::new(centre, date, desk, EpochMark::first(), serial).unwrap().to_string()
    }

    pub(crate) fn say(&mut self, kind: Kind, open: impl Into<Vec<u8>>, personal: impl Into<Vec<u8>>) -> u64 {
        let draft = Draft { kind, open: open.into(), personal: personal.into() };
        let (entry, hash) = draft.after(self.journal, self.head(), 1, FixedMoments::default().now()).unwrap();
        self.heads.push(Head { seq: entry.seq, hash });
        self.entries.push(entry);
        self.head().seq
    }

    pub(crate) fn register(&mut self, serial: u32, visit: Visit) -> u64 {
        let visit = visit.normalised();
        let (headcount, party, owes) = (visit.headcount, visit.party, visit.owes_written_notice());
        let open = Registered {
            number: self.number_of(serial),
            headcount,
            party,
            owes_written_notice: owes,
            import_key: String::new(),
            draft: String::new(),
        };
        let personal = RecordOf { query_code: "ABCD2345".into(), visit };
        self.say(Kind::registered(), serde_json::to_vec(&open).unwrap(), serde_json::to_vec(&personal).unwrap())
    }

    pub(crate) fn correct(&mut self, serial: u32, corrects: u64, visit: Visit) -> u64 {
        let visit = visit.normalised();
        let (number, headcount, party) = (self.number_of(serial), visit.headcount, visit.party);
        let draft = String::new();
        let open = Corrected { number, version: 2, corrects, headcount, party, owes_written_notice: true, draft };
        let personal = RecordOf { query_code: "ABCD2345".into(), visit };
        self.say(Kind::corrected(), serde_json::to_vec(&open).unwrap(), serde_json::to_vec(&personal).unwrap())
    }

    pub(crate) fn day(&mut self) {
        for (serial, visit) in (1..).zip(testkit::visits::day()) {
            self.register(serial, visit);
        }
    }

    /// The page of the entries after a place, in blocks of so many; and where each block ends in it.
    pub(crate) fn page(&self, after: usize, at_once: usize) -> (Vec<u8>, Vec<usize>) {
        let (mut writer, mut bytes, mut ends) = (PageWriter::new().unwrap(), Vec::new(), Vec::new());
        let mut place = after;
        for entries in self.entries[after..].chunks(at_once) {
            let certificate = Some(self.certificate.clone());
            let head = self.heads[place];
            let (block, _) =
                Block::sign(certificate, self.journal, "A".into(), head, entries.to_vec(), &self.key).unwrap();
            bytes.extend(writer.block(&block).unwrap());
            ends.push(bytes.len());
            place += entries.len();
        }
        bytes.extend(writer.finish().unwrap());
        (bytes, ends)
    }

    pub(crate) fn whole(&self) -> Vec<u8> {
        self.page(0, limits::BLOCK_ENTRIES).0
    }
}

pub(crate) fn kinds(answer: &PageAnswer) -> Vec<VerdictKind> {
    answer.verdicts.iter().map(|one| one.verdict.clone()).collect()
}

pub(crate) fn aside(code: &str) -> VerdictKind {
    VerdictKind::SetAside { code: code.into() }
}
