//! The project's figures: each of ours beside what it is compared to, in turns, within one run.
//!
//! `make bench` runs it on release builds and writes `target/bench/report.json`. A figure is a median; its ratio is ours
//! divided by the other. No test reads any of it: a slow machine is not a fault.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::print_stdout, reason = "this program's purpose is its table")]

mod close_of_day;
mod exchange;
mod find_code;
mod growth;
mod ledger;
mod paper;
mod peers;
mod register;
mod search;
mod sign_in;
mod slow_line;
mod start;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

/// One line of the report.
#[derive(Serialize)]
struct Figure {
    /// The short name under which people speak of it.
    name: &'static str,
    /// What was measured.
    what: &'static str,
    /// Our median, in `unit`.
    ours: f64,
    /// The other's median, in `unit`.
    other: f64,
    /// What the other is.
    other_name: &'static str,
    /// `ours / other`.
    ratio: f64,
    unit: &'static str,
    /// Measurements of each.
    n: usize,
}

impl Figure {
    fn of(name: &'static str, what: &'static str, other_name: &'static str, pairs: Vec<(Duration, Duration)>) -> Self {
        let n = pairs.len();
        let (ours, others): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
        let (ours, other) = (median(ours), median(others));
        Self { name, what, ours, other, other_name, ratio: ours / other, unit: "ms", n }
    }
}

/// In milliseconds.
fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1000.0
}

/// Measures within the given folder.
type Measure = fn(&Path) -> Figure;
/// The same, where what it is compared to may not be installed.
type MayMeasure = fn(&Path) -> Option<Figure>;

fn main() {
    testkit::use_ring();
    if slow_line::played() {
        return;
    }
    let folder = std::env::var_os("INTAKE_BENCH_FOLDER").map_or_else(|| root().join("target/bench"), PathBuf::from);
    std::fs::create_dir_all(&folder).unwrap();
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let all: [(&str, Measure); 19] = [
        ("find-code", find_code::figure),
        ("register", register::figure),
        ("register-slow-sync", register::slow_sync),
        ("bytes-per-matter", growth::bytes),
        ("open-growth", growth::open),
        ("search-vs-like", search::against_scan),
        ("search-vs-fts", search::against_fts),
        ("earlier-visits", search::earlier),
        ("register-growth", growth::register),
        ("sign-in", sign_in::figure),
        ("start", start::figure),
        ("set-vs-slip", paper::set),
        ("preview", paper::preview),
        ("slip-cold", paper::cold),
        ("exchange-vs-insert", exchange::against_insert),
        ("exchange-many", exchange::many),
        ("exchange-bytes", exchange::bytes),
        ("exchange-growth", exchange::grown),
        ("close-of-day", close_of_day::figure),
    ];
    let beside: [(&str, MayMeasure); 8] = [
        ("exchange-vs-peers", exchange::against_peers),
        ("slow-line-vs-peers", slow_line::against_peers),
        ("slow-line-again", slow_line::cut),
        ("attachment-vs-bare", slow_line::attachment),
        ("attachment-free", slow_line::attachment_free),
        ("slip-vs-weasyprint", paper::weasyprint),
        ("slip-vs-reportlab", paper::reportlab),
        ("slip-vs-chromium", paper::chromium),
    ];
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|one| one == name);
    let figures =
        all.into_iter().filter(|(name, _)| is_wanted(name)).map(|(name, measure)| (name, Some(measure(&folder))));
    let beside = beside.into_iter().filter(|(name, _)| is_wanted(name)).map(|(name, measure)| (name, measure(&folder)));
    let mut report = Vec::new();
    for (name, figure) in figures.chain(beside) {
        let Some(figure) = figure else { continue };
        println!(
            "{name:18} {:9.3} {unit} against {:9.3} {unit}: {:.2}  ({})",
            figure.ours,
            figure.other,
            figure.ratio,
            figure.other_name,
            unit = figure.unit,
        );
        report.push(figure);
    }
    ledger::end();
    std::fs::write(folder.join("report.json"), serde_json::to_string_pretty(&report).unwrap()).unwrap();
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
