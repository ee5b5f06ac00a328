//! What a disk and a power cut can do to a desk, shown on the real programs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::print_stdout)]

mod damage;
mod day;
mod difference;
mod district_disk;
mod erased;
mod files;
mod full_disk;
mod key_change;
mod kill;
mod namespace;
mod plain;
mod power;
mod printing;
mod refusing;
mod report;
mod server;
mod stick;
mod stranger;
mod wrong_clock;

use std::path::PathBuf;

/// A program of the project, beside this test in the target folder; `make test` builds them first.
fn program(name: &str) -> PathBuf {
    let profile = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned();
    let program = profile.join(name);
    assert!(program.exists(), "{name} is not built: run `make test`, or `cargo build --all-targets`");
    program
}
