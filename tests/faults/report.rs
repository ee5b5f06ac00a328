//! How much is tried, and what came of it: `target/faults/report.json`.

use std::fs::File;
use std::path::PathBuf;

use serde_json::{Map, Value};

/// Whether everything is tried (`scripts/faults`), or as much as every run of the tests can afford.
pub(crate) fn full() -> bool {
    std::env::var_os("INTAKE_FAULTS").is_some_and(|word| word == "full")
}

/// How many cases: `short` in every run of the tests, `full` for `make faults`.
pub(crate) fn cases(short: u64, many: u64) -> u64 {
    if full() { many } else { short }
}

/// The seed of this run: given as `INTAKE_FAULTS_SEED`, else the same every time.
pub(crate) fn seed() -> u64 {
    let given = std::env::var("INTAKE_FAULTS_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or(20_261_124)
}

/// Writes what a test found beside what the others did.
pub(crate) fn report(name: &str, found: Value) {
    let folder = folder();
    std::fs::create_dir_all(&folder).unwrap();
    // Tests run beside one another, some in processes of their own.
    let turn = File::create(folder.join("turn")).unwrap();
    turn.lock().unwrap();
    let path = folder.join("report.json");
    let mut whole: Map<String, Value> =
        std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    whole.insert(name.to_owned(), found);
    std::fs::write(&path, serde_json::to_vec_pretty(&whole).unwrap()).unwrap();
}

fn folder() -> PathBuf {
    std::env::current_exe().unwrap().ancestors().nth(3).unwrap().join("faults")
}
