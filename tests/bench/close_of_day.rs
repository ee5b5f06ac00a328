//! A thousand desks that close their day within the same minute: what each waits, and what memory the server takes.
//!
//! The server is a process of its own, as it would be; the desks are this one. Each is a database, a key and an enrolment of
//! its own, and goes the way of a real desk from its journal to the verdicts.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use intake_store::{DataKey, Db, DeskRow, Locked};
use intake_sync::{Patience, enrol, exchange_with};
use intake_wire::{JournalId, SigningKey};
use testkit::LocalDistrict;
use tokio::runtime::Runtime;

use crate::exchange::characters;
use crate::ledger::{self, LAST_MORNING_MS, Told};
use crate::{Figure, root};

/// Three windows each, as large centres have: each hears of the others' matters.
const CENTRES: u32 = 334;
const DESKS: usize = 1_000;
/// Of each, that day.
const REGISTRATIONS: i64 = 100;
const MINUTE: Duration = Duration::from_mins(1);

struct AtDesk {
    folder: PathBuf,
    key: DataKey,
}

/// Ends with the bench, or with its input.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // It may have ended by itself, and then the figures have said so.
        let _ = self.0.wait();
    }
}

impl Server {
    fn start(office: &Path) -> Self {
        let program = root().join("target/release/local-district");
        let mut command = Command::new(program);
        command.arg("--folder").arg(office).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut server = Self(command.spawn().expect("scripts/bench builds the local district"));
        let told = office.join("district.env");
        while !told.exists() {
            assert!(server.0.try_wait().unwrap().is_none(), "the local district ended");
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }

    /// The most memory it ever had, in MiB.
    fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        let kib: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        kib / 1024.0
    }
}

/// Makes the desks, each with its day, and enrols them.
fn desks(folder: &Path, office: &Path, runtime: &Runtime) -> Vec<AtDesk> {
    let district = LocalDistrict::start(office).unwrap();
    let (characters, mut told) = (characters(), Told(20_261_124));
    let mut desks = Vec::new();
    for index in 0..DESKS {
        let centre = format!("120110{:03}", 5 + u32::try_from(index).unwrap() % CENTRES);
        let desk = u8::try_from(index / usize::try_from(CENTRES).unwrap() + 1).unwrap();
        let (journal, key) = (JournalId(intake_wire::random().unwrap()), SigningKey::generate().unwrap());
        let code = district.enrolment_code(&centre, desk).unwrap();
        let admission = runtime.block_on(enrol(&district.address(), &code, &centre, desk, journal, &key)).unwrap();
        let (folder, data) = (folder.join(format!("{index}")), DataKey::generate().unwrap());
        let locked = Locked::take(&folder).unwrap();
        let db = Db::create(&locked.folder(), &data).unwrap();
        let row = DeskRow {
            centre_code: centre.clone(),
            centre_name: "街道".into(),
            office_phone: "022-24390000".into(),
            office_address: "津塘公路".into(),
            number: desk,
            practice: true,
        };
        db.write::<_, intake_store::Error>(|tx| {
            tx.insert_desk(&row, &key)?;
            tx.open_epoch(journal, "A")?;
            tx.set_admission(&admission)?;
            for _ in 0..REGISTRATIONS {
                let visit = told.at_length(&characters).normalised();
                ledger::register_at(tx, &visit, LAST_MORNING_MS, (&centre, desk))?;
            }
            Ok(())
        })
        .unwrap();
        desks.push(AtDesk { folder, key: data });
    }
    desks
}

/// From the press of the key to "in step", with the tries that a busy district asks for.
async fn closes(desk: &AtDesk) -> Duration {
    let began = Instant::now();
    let locked = Locked::take(&desk.folder).unwrap();
    let db = Db::open(&locked.folder(), &desk.key).unwrap();
    let outcome = exchange_with(&db, Patience::default(), |_| {}, || LAST_MORNING_MS).await.unwrap();
    assert!(outcome.in_step, "{outcome:?}");
    began.elapsed()
}

pub(crate) fn figure(folder: &Path) -> Figure {
    let (home, office) = (tempfile::tempdir_in(folder).unwrap(), tempfile::tempdir_in(folder).unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    let desks: Vec<Arc<AtDesk>> = desks(home.path(), office.path(), &runtime).into_iter().map(Arc::new).collect();
    let server = Server::start(office.path());
    let mut times = runtime.block_on(async {
        let under_way: Vec<_> = desks
            .iter()
            .enumerate()
            .map(|(place, desk)| {
                let desk = Arc::clone(desk);
                // Spread over the minute, no two neighbours of one centre together.
                let after = MINUTE * u32::try_from(place * 617 % DESKS).unwrap() / u32::try_from(DESKS).unwrap();
                tokio::spawn(async move {
                    tokio::time::sleep(after).await;
                    closes(&desk).await
                })
            })
            .collect();
        let mut times = Vec::new();
        for one in under_way {
            times.push(one.await.unwrap());
        }
        times
    });
    times.sort_unstable();
    let held = runtime.block_on(held(office.path()));
    assert_eq!(held, i64::try_from(DESKS).unwrap() * REGISTRATIONS, "registrations at the district");
    let (slow, middle) = (times[DESKS * 99 / 100], times[DESKS / 2]);
    println!(
        "close-of-day: {DESKS} desks of {REGISTRATIONS} registrations, all in step; half within {:.2} s, 99 of 100 within \
         {:.2} s, the slowest {:.2} s; the server took {:.0} MiB at most",
        middle.as_secs_f64(),
        slow.as_secs_f64(),
        times[DESKS - 1].as_secs_f64(),
        server.memory(),
    );
    // What was printed must be seen even if the bench is broken off behind it.
    std::io::stdout().flush().unwrap();
    Figure {
        name: "close-of-day",
        what: "the slowest but ten of a thousand desks' exchanges within one minute",
        ours: slow.as_secs_f64() * 1000.0,
        other: MINUTE.as_secs_f64() * 1000.0,
        other_name: "that minute",
        ratio: slow.as_secs_f64() / MINUTE.as_secs_f64(),
        unit: "ms",
        n: DESKS,
    }
}

/// Matters that the district holds.
async fn held(office: &Path) -> i64 {
    let told = std::fs::read_to_string(office.join("district.env")).unwrap();
    let url = told.lines().find_map(|line| line.strip_prefix("postgres=")).unwrap();
    let client = testkit::postgres::connect(url).await.unwrap();
    client.query_one("SELECT count(*) FROM matters", &[]).await.unwrap().get(0)
}
