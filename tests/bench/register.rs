//! `register`: a visit through the whole use case, against the least that any durable commit costs.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use intake_app::{Desk, Setup, SystemClock};
use intake_model::Visit;
use rusqlite::Connection;

use crate::Figure;

const TURNS: usize = 400;
const WARM: usize = 20;

/// Both lie in the same folder, so on the same file system, and take turns.
pub(crate) fn figure(folder: &Path) -> Figure {
    let home = tempfile::tempdir_in(folder).unwrap();
    let desk = desk(home.path(), false);
    let bare = bare(&home.path().join("bare.db"));
    let visits: Vec<Visit> = testkit::visits::day()
        .into_iter()
        .map(|visit| Visit { passed_because: "来访人自述".into(), ..visit })
        .collect();
    let mut pairs = Vec::new();
    for (turn, visit) in visits.iter().cycle().take(WARM + TURNS).enumerate() {
        let start = Instant::now();
        desk.register(visit).unwrap();
        let ours = start.elapsed();
        let start = Instant::now();
        bare.execute("INSERT INTO row (text) VALUES (?1)", [&visit.demand]).unwrap();
        let other = start.elapsed();
        if turn >= WARM {
            pairs.push((ours, other));
        }
    }
    Figure::of("register", "a visit registered, durable", "one row committed by bare SQLCipher, WAL, FULL", pairs)
}

/// A desk as its administrator leaves it, in `home/desk`.
pub(crate) fn desk(home: &Path, practice: bool) -> Desk {
    let setup = Setup { practice, ..testkit::desk::setup(home, Arc::new(SystemClock::default())) };
    let desk = Desk::open(setup).unwrap();
    desk.create_desk(&testkit::desk::form(home)).unwrap();
    desk
}

/// The same as [`figure`], where each sync of the disk takes five milliseconds longer: the whole of it run once more by
/// this program under strace.
pub(crate) fn slow_sync(folder: &Path) -> Figure {
    let slow = folder.join("slow");
    std::fs::create_dir_all(&slow).unwrap();
    let run = Command::new("strace")
        .args(["-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=fsync,fdatasync"])
        .args(["-e", "inject=fsync,fdatasync:delay_exit=5000"])
        .arg(std::env::current_exe().unwrap())
        .arg("register")
        .env("INTAKE_BENCH_FOLDER", &slow)
        .output()
        .expect("this figure needs strace");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let report = std::fs::read(slow.join("report.json")).unwrap();
    let report: Vec<serde_json::Value> = serde_json::from_slice(&report).unwrap();
    let number = |name: &str| report[0][name].as_f64().unwrap();
    Figure {
        name: "register-slow-sync",
        what: "a visit registered, durable, where each sync takes 5 ms more",
        ours: number("ours"),
        other: number("other"),
        other_name: "one row committed by bare SQLCipher, each sync 5 ms more",
        ratio: number("ratio"),
        unit: "ms",
        n: TURNS,
    }
}

fn bare(path: &Path) -> Connection {
    let connection = connected(path);
    connection.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT", []).unwrap();
    connection
}

/// SQLCipher with no more than what a durable file needs.
pub(crate) fn connected(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    let key = format!("x'{}'", "5a".repeat(32));
    connection.pragma_update(None, "key", key).unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    connection.pragma_update(None, "synchronous", "FULL").unwrap();
    connection
}
