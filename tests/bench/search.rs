//! What finding costs at a large desk: the whole use case with its rows, against what bare SQLCipher does for the same.

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use intake_app::{SearchQuery, SearchState};
use intake_model::{Filed, IdPaper, Identity};
use rusqlite::params;

use crate::ledger::{self, Twin};
use crate::{Figure, growth};

const ROWS: u32 = 30;
const TURNS: usize = 40;
const SCANS: usize = 5;

/// A common word, a rare pair, names, single characters: as they are typed.
const PLAIN: [&str; 10] = ["物业", "要求", "张伟", "王秀英", "的", "漏水", "宅基地", "社保卡", "曦", "油烟扰民"];
/// What only ours understands.
const SPELLED: [&str; 6] = ["zhangwei", "zw", "wangxy", "wyf", "lous", "gdwy"];

fn asked(text: &str) -> SearchQuery {
    SearchQuery { text: text.into(), limit: ROWS, ..SearchQuery::default() }
}

/// Every kind of question: plain, by pinyin, by digits, and narrowed.
fn questions() -> Vec<SearchQuery> {
    let plain = PLAIN.iter().chain(&SPELLED).map(|text| asked(text));
    let digits = ["1234", "13900", "0007", "20261120"].into_iter().map(asked);
    let filed = |code: &str| Some(Filed { edition: 1, code: code.into() });
    let narrowed = ["物业", "要求", "的", "张", ""].into_iter().flat_map(|text| {
        [
            SearchQuery { category: filed(ledger::RARE), ..asked(text) },
            SearchQuery { category: filed("010900"), ..asked(text) },
            SearchQuery { state: Some(SearchState::Void), ..asked(text) },
            SearchQuery { state: Some(SearchState::Waiting), ..asked(text) },
            SearchQuery { state: Some(SearchState::Sent), ..asked(text) },
            SearchQuery { from: "2026-11-20".parse().ok(), ..asked(text) },
            SearchQuery { to: "2025-03-31".parse().ok(), category: filed(ledger::RARE), ..asked(text) },
            SearchQuery { from: "2025-01-05".parse().ok(), to: "2026-10-20".parse().ok(), ..asked(text) },
        ]
    });
    plain.chain(digits).chain(narrowed).collect()
}

/// The slowest of a hundred questions, against a scan of every record.
pub(crate) fn against_scan(folder: &Path) -> Figure {
    let large = ledger::large(folder);
    let (desk, twin) = (growth::signed_in(&large.home), Twin::open(&large.twin));
    let mut times = Vec::new();
    for turn in 0..=TURNS {
        for question in questions() {
            let start = Instant::now();
            black_box(desk.search(&question).unwrap());
            if turn > 0 {
                times.push(start.elapsed());
            }
        }
    }
    let mut scans: Vec<Duration> = Vec::new();
    for word in PLAIN.iter().cycle().take(SCANS) {
        let start = Instant::now();
        let sql = "SELECT count(*) FROM row WHERE json LIKE '%' || ?1 || '%'";
        let found: i64 = twin.0.query_row(sql, [word], |row| row.get(0)).unwrap();
        black_box(found);
        scans.push(start.elapsed());
    }
    times.sort_unstable();
    let n = times.len();
    let slow = times[n * 99 / 100].as_secs_f64() * 1000.0;
    let scan = crate::median(scans);
    Figure {
        name: "search-vs-like",
        what: "the 99th of a hundred searches, plain and narrowed, with their rows",
        ours: slow,
        other: scan,
        other_name: "LIKE '%…%' over the same records (median)",
        ratio: slow / scan,
        unit: "ms",
        n,
    }
}

/// Plain searches with their rows, against FTS5 alone giving the same records.
pub(crate) fn against_fts(folder: &Path) -> Figure {
    let large = ledger::large(folder);
    let (desk, twin) = (growth::signed_in(&large.home), Twin::open(&large.twin));
    let sql = "SELECT r.json FROM words JOIN row r ON r.id = words.rowid WHERE words MATCH ?1
               ORDER BY words.rowid DESC LIMIT ?2";
    let mut statement = twin.0.prepare(sql).unwrap();
    let mut pairs = Vec::new();
    for turn in 0..=TURNS {
        for text in PLAIN {
            let start = Instant::now();
            black_box(desk.search(&asked(text)).unwrap());
            let ours = start.elapsed();
            let characters: Vec<char> = text.chars().collect();
            let tokens: Vec<String> = match characters.as_slice() {
                [one] => vec![format!("\"{one}\"")],
                more => more.windows(2).map(|two| format!("\"{}\"", String::from_iter(two))).collect(),
            };
            let start = Instant::now();
            let rows = statement.query_map(params![tokens.join(" AND "), ROWS], |row| row.get::<_, String>(0)).unwrap();
            black_box(rows.collect::<rusqlite::Result<Vec<_>>>().unwrap());
            if turn > 0 {
                pairs.push((ours, start.elapsed()));
            }
        }
    }
    Figure::of("search-vs-fts", "a plain search with its rows", "bare FTS5 giving the same records", pairs)
}

fn resident(number: &str) -> Identity {
    Identity { paper: IdPaper::ResidentId, number: number.to_owned(), nationality: None }
}

/// The earlier matters under one paper, against the same by a bare index. What is journalled of it costs what `register`
/// says of a commit.
pub(crate) fn earlier(folder: &Path) -> Figure {
    let large = ledger::large(folder);
    let ((_locked, db), twin) = (ledger::store(&large.home), Twin::open(&large.twin));
    // Spread over all the years, so that neither side has the pages in memory.
    let some = "SELECT paper FROM row WHERE paper <> '' AND id % max(1, (SELECT max(id) FROM row) / 1500) = 0";
    let mut papers = twin.0.prepare(some).unwrap();
    let papers: Vec<String> = papers.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    drop(db.read::<_, intake_store::Error>(|r| r.matters().under_identity(&resident("1"))).unwrap());
    let mut look = twin.0.prepare("SELECT json FROM row WHERE paper = ?1 AND paper <> '' ORDER BY id DESC").unwrap();
    let mut pairs = Vec::new();
    for number in &papers {
        let identity = resident(number);
        let start = Instant::now();
        let found = db.read::<_, intake_store::Error>(|r| r.matters().under_identity(&identity)).unwrap();
        let ours = start.elapsed();
        let start = Instant::now();
        let rows = look.query_map([number], |row| row.get::<_, String>(0)).unwrap();
        let rows = rows.collect::<rusqlite::Result<Vec<_>>>().unwrap();
        pairs.push((ours, start.elapsed()));
        assert_eq!(found.len(), rows.len());
    }
    Figure::of("earlier-visits", "the earlier matters under one paper", "the same records by a bare index", pairs)
}
