//! What a desk's years cost: registering, opening and bytes on the disk.

use std::path::Path;
use std::time::Instant;

use intake_app::{Desk, SystemClock};
use intake_model::Visit;
use intake_store::Db;

use crate::{Figure, ledger};

const TURNS: usize = 200;
const OPENINGS: usize = 21;
const SMALL: u64 = 1_000;

/// A visit registered at a desk of many matters, against one of a thousand.
pub(crate) fn register(folder: &Path) -> Figure {
    let large = ledger::large(folder);
    let home = tempfile::tempdir_in(folder).unwrap();
    ledger::fill(home.path(), SMALL, None);
    let (ours, other) = (signed_in(&large.home), signed_in(home.path()));
    let visits: Vec<Visit> = testkit::visits::day()
        .into_iter()
        .map(|visit| Visit { passed_because: "来访人自述".into(), ..visit })
        .collect();
    let mut pairs = Vec::new();
    for visit in visits.iter().cycle().take(TURNS) {
        let times = [&ours, &other].map(|desk| {
            let start = Instant::now();
            desk.register(visit).unwrap();
            start.elapsed()
        });
        pairs.push((times[0], times[1]));
    }
    Figure::of("register-growth", "a visit registered at a large desk", "the same at a desk of 1000 matters", pairs)
}

/// The desk in `home`, its administrator at work.
pub(crate) fn signed_in(home: &Path) -> Desk {
    let clock = std::sync::Arc::new(SystemClock::default());
    let desk = Desk::open(testkit::desk::setup(home, clock)).unwrap();
    desk.sign_in(1, &testkit::desk::form(home).administrator_password).unwrap();
    desk
}

/// Opening the file, the key at hand.
pub(crate) fn open(folder: &Path) -> Figure {
    let large = ledger::large(folder);
    let home = tempfile::tempdir_in(folder).unwrap();
    drop(crate::register::desk(home.path(), false));
    let (ours, other) = (ledger::key(&large.home), ledger::key(home.path()));
    let mut pairs = Vec::new();
    for turn in 0..=OPENINGS {
        let times = [&ours, &other].map(|(locked, key)| {
            let start = Instant::now();
            let db = Db::open(&locked.folder(), key).unwrap();
            let time = start.elapsed();
            drop(db);
            time
        });
        if turn > 0 {
            pairs.push((times[0], times[1]));
        }
    }
    Figure::of("open-growth", "a large desk's file opened", "an empty desk's", pairs)
}

/// The file with everything in it, a matter's share of it.
#[allow(clippy::cast_precision_loss, reason = "a share of bytes")]
pub(crate) fn bytes(folder: &Path) -> Figure {
    let large = ledger::large(folder);
    let held = std::fs::metadata(large.home.join("desk/desk.db")).unwrap().len();
    let ours = held as f64 / ledger::count() as f64;
    Figure {
        name: "bytes-per-matter",
        what: "the database's bytes for each matter, index and journal included",
        ours,
        other: large.json_bytes,
        other_name: "the bytes of its record as JSON",
        ratio: ours / large.json_bytes,
        unit: "B",
        n: 1,
    }
}
