//! `register`: a visit through the whole use case, against the least that any durable commit costs.

use std::path::Path;
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

fn bare(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    let key = format!("x'{}'", "5a".repeat(32));
    connection.pragma_update(None, "key", key).unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    connection.pragma_update(None, "synchronous", "FULL").unwrap();
    connection.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT", []).unwrap();
    connection
}
