//! What an exchange costs: the desk's real exchange with the real district over TLS into PostgreSQL, beside the same
//! records put into the same PostgreSQL by a bare INSERT, and what goes over the line for each.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use intake_app::Desk;
use testkit::LocalDistrict;
use testkit::district::CENTRE;
use tokio::runtime::Runtime;

use crate::ledger::{self, LAST_MORNING_MS, Told};
use crate::peers::{Atuin, HERE, Pouch};
use crate::{Figure, growth, register};

const MANY: u64 = 10_000;
const FEW: u64 = 1_000;
/// A desk's day.
const DAY: u64 = 200;
const TURNS: usize = 5;
const PEER_TURNS: usize = 3;
const IN_ONE_TRANSACTION: usize = 500;

/// What one registration may cost of the line.
const TARGET_BYTES: f64 = 520.0;

/// A district, and a desk that is enrolled with it through a line that counts.
struct Line {
    // In the order in which they must end.
    home: tempfile::TempDir,
    told: Told,
    characters: Vec<char>,
    runtime: Runtime,
    relay: Relay,
    district: LocalDistrict,
    _office: tempfile::TempDir,
}

impl Line {
    fn new(folder: &Path) -> Self {
        let office = tempfile::tempdir_in(folder).unwrap();
        let district = LocalDistrict::start(office.path()).unwrap();
        let relay = Relay::to(district.address().trim_start_matches("https://").parse().unwrap());
        let home = tempfile::tempdir_in(folder).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let desk = register::desk(home.path(), false);
        let code = district.enrolment_code(CENTRE, 1).unwrap();
        runtime.block_on(desk.enrol(&format!("https://{}", relay.address), &code)).unwrap();
        drop(desk);
        let line =
            Self { home, told: Told(20_261_124), characters: characters(), runtime, relay, district, _office: office };
        // Connections, certificates, the first plans of PostgreSQL: not what an exchange costs.
        line.exchange();
        line
    }

    /// Writes so many registrations at the desk; gives the JSON of each.
    fn registrations(&mut self, count: u64) -> Vec<String> {
        let (_locked, db) = ledger::store(self.home.path());
        let (told, characters) = (&mut self.told, &self.characters);
        db.write::<_, intake_store::Error>(|tx| {
            (0..count)
                .map(|_| Ok(ledger::register(tx, &told.at_length(characters).normalised(), LAST_MORNING_MS)?.1))
                .collect()
        })
        .unwrap()
    }

    fn desk(&self) -> Desk {
        growth::signed_in(self.home.path())
    }

    /// How long an exchange takes that ends in step, journal read, signed, sent, stored and applied, verdicts kept.
    fn exchange(&self) -> Duration {
        let desk = self.desk();
        let start = Instant::now();
        let result = self.runtime.block_on(desk.exchange(|_| {})).unwrap();
        let took = start.elapsed();
        assert!(result.in_step, "{result:?}");
        took
    }

    /// Lets the database come to rest, as it does every night: what it does after very many rows at once is not what an
    /// exchange costs.
    fn rest(&self) {
        let url = self.district.postgres_url();
        self.runtime.block_on(async {
            let client = testkit::postgres::connect(&url).await.unwrap();
            client.batch_execute("VACUUM ANALYZE").await.unwrap();
        });
    }

    /// The same JSON into a table of the same PostgreSQL, 500 rows a transaction, over one connection.
    fn floor(&self, rows: &[String]) -> Duration {
        let url = self.district.postgres_url();
        self.runtime.block_on(async {
            let client = testkit::postgres::connect(&url).await.unwrap();
            let fresh = "DROP TABLE IF EXISTS floor; CREATE TABLE floor (id int8 PRIMARY KEY, body jsonb NOT NULL);";
            client.batch_execute(fresh).await.unwrap();
            let sql = "INSERT INTO floor SELECT k, b::jsonb FROM unnest($1::int8[], $2::text[]) t (k, b)
                       ON CONFLICT DO NOTHING";
            let insert = client.prepare(sql).await.unwrap();
            let keys: Vec<i64> = (0..).take(rows.len()).collect();
            let start = Instant::now();
            for (keys, rows) in keys.chunks(IN_ONE_TRANSACTION).zip(rows.chunks(IN_ONE_TRANSACTION)) {
                client.execute(&insert, &[&keys, &rows]).await.unwrap();
            }
            start.elapsed()
        })
    }
}

/// Registrations from the desk to the district, against a bare INSERT of the same records. Seconds for all of them.
pub(crate) fn against_insert(folder: &Path) -> Figure {
    let mut line = Line::new(folder);
    let mut pairs = Vec::new();
    for _ in 0..TURNS {
        let rows = line.registrations(MANY);
        let floor = line.floor(&rows);
        pairs.push((line.exchange(), floor));
    }
    let what = "10,000 registrations, desk to district, in step";
    Figure::of("exchange-vs-insert", what, "the same JSON by INSERT ON CONFLICT, 500 in a transaction", pairs)
}

/// The same registrations against the faster of two programs that carry records too.
pub(crate) fn against_peers(folder: &Path) -> Option<Figure> {
    let mut line = Line::new(folder);
    let home = tempfile::tempdir_in(folder).unwrap();
    let atuin = Atuin::start(home.path(), &line.district.postgres_url(), &line.runtime, HERE);
    let mut pouch = Pouch::start(home.path(), HERE, None);
    let (mut ours, mut by_atuin, mut by_pouch) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..PEER_TURNS {
        let rows = line.registrations(MANY);
        ours.push(line.exchange());
        if let Some(atuin) = &atuin {
            let pages = Atuin::pages(&rows);
            let token = line.runtime.block_on(Atuin::user(atuin.address));
            by_atuin.push(line.runtime.block_on(Atuin::send(atuin.address, &token, pages)));
        }
        if let Some(pouch) = &mut pouch {
            by_pouch.push(pouch.send(home.path(), &rows));
        }
    }
    fastest("exchange-vs-peers", "10,000 registrations, desk to district, in step", ours, by_atuin, by_pouch)
}

/// Ours against the faster of the two, where one was there.
pub(crate) fn fastest(
    name: &'static str,
    what: &'static str,
    ours: Vec<Duration>,
    by_atuin: Vec<Duration>,
    by_pouch: Vec<Duration>,
) -> Option<Figure> {
    let peers = [("atuin-server, pages of 100", by_atuin), ("pouchdb-server, pages of 100", by_pouch)];
    let peers = peers.into_iter().filter(|(_, times)| !times.is_empty());
    let peers: Vec<_> = peers.map(|(other, times)| (other, crate::median(times))).collect();
    for (other, time) in &peers {
        println!("{name}: {other} {time:.0} ms");
    }
    let (other_name, other) = peers.into_iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let (n, ours) = (ours.len(), crate::median(ours));
    Some(Figure { name, what, ours, other, other_name, ratio: ours / other, unit: "ms", n })
}

/// One registration's share of an exchange of 10,000, against one of 1,000.
pub(crate) fn many(folder: &Path) -> Figure {
    let mut line = Line::new(folder);
    let mut pairs = Vec::new();
    for _ in 0..TURNS {
        let each = [MANY, FEW].map(|count| {
            line.registrations(count);
            line.exchange() / u32::try_from(count).unwrap()
        });
        pairs.push((each[0], each[1]));
    }
    Figure::of("exchange-many", "a registration among 10,000 of one exchange", "a registration among 1,000", pairs)
}

/// What goes over the line, both ways, TLS and everything above it counted, for one registration of a day's 200; against
/// the aim.
pub(crate) fn bytes(folder: &Path) -> Figure {
    let mut line = Line::new(folder);
    let mut each = Vec::new();
    for _ in 0..TURNS {
        let rows = line.registrations(DAY);
        let shrunk = ledger::shrunk(demands(&rows).as_bytes());
        assert!(shrunk <= 2.4, "demands that shrink to 1 : {shrunk:.2} would flatter the figure");
        line.relay.bytes.store(0, Ordering::Relaxed);
        line.exchange();
        let length = rows.iter().map(String::len).sum::<usize>() / rows.len();
        let bytes = line.relay.bytes.load(Ordering::Relaxed);
        println!("exchange-bytes: {length} bytes of JSON a registration, demands 1 : {shrunk:.2} by zstd -3");
        each.push(u32::try_from(bytes).map(f64::from).unwrap() / 200.0);
    }
    each.sort_by(f64::total_cmp);
    let ours = each[each.len() / 2];
    Figure {
        name: "exchange-bytes",
        what: "bytes over the line for one registration of a day's 200",
        ours,
        other: TARGET_BYTES,
        other_name: "the most it may be",
        ratio: ours / TARGET_BYTES,
        unit: "B",
        n: TURNS,
    }
}

/// One registration's share of an exchange where the district holds very many, against one that holds few.
pub(crate) fn grown(folder: &Path) -> Figure {
    let (mut large, mut small) = (Line::new(folder), Line::new(folder));
    for _ in 0..ledger::count() / MANY {
        large.registrations(MANY);
        large.exchange();
    }
    small.registrations(MANY);
    small.exchange();
    large.rest();
    small.rest();
    let mut pairs = Vec::new();
    for _ in 0..TURNS {
        let times = [&mut large, &mut small].map(|line| {
            line.registrations(FEW);
            line.exchange()
        });
        pairs.push((times[0], times[1]));
    }
    let what = "1,000 registrations sent where the district holds very many";
    Figure::of("exchange-growth", what, "the same where it holds 10,000", pairs)
}

/// What was told in these records.
fn demands(rows: &[String]) -> String {
    let demand = |row: &String| {
        let record: serde_json::Value = serde_json::from_str(row).unwrap();
        record["visit"]["demand"].as_str().unwrap().to_owned()
    };
    rows.iter().map(demand).collect()
}

/// The characters of the tables that came with the program: common ones.
pub(crate) fn characters() -> Vec<char> {
    let texts = [
        include_str!("../../assets/tables/content_category.1.json"),
        include_str!("../../assets/tables/dispute_type.1.json"),
        include_str!("../../assets/tables/nationality.1.json"),
    ];
    let mut found: Vec<char> = texts.iter().flat_map(|text| text.chars()).filter(|c| *c >= '一').collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Hands bytes on between the desk and the district, and counts them.
struct Relay {
    address: SocketAddr,
    bytes: Arc<AtomicU64>,
}

impl Relay {
    fn to(district: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, bytes) = (listener.local_addr().unwrap(), Arc::new(AtomicU64::new(0)));
        let counted = Arc::clone(&bytes);
        std::thread::spawn(move || {
            for desk in listener.incoming() {
                let (Ok(desk), Ok(there)) = (desk, TcpStream::connect(district)) else { break };
                for (from, to) in [(&desk, &there), (&there, &desk)] {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    to.set_nodelay(true).unwrap();
                    let counted = Arc::clone(&counted);
                    std::thread::spawn(move || hand_on(from, to, &counted));
                }
            }
        });
        Self { address, bytes }
    }
}

fn hand_on(mut from: TcpStream, mut to: TcpStream, counted: &AtomicU64) {
    let mut piece = vec![0; 64 * 1024];
    while let Ok(length) = from.read(&mut piece) {
        if length == 0 || to.write_all(&piece[..length]).is_err() {
            break;
        }
        counted.fetch_add(length as u64, Ordering::Relaxed);
    }
    // One side that ends, or breaks off, ends the other.
    let _ = to.shutdown(Shutdown::Write);
}
