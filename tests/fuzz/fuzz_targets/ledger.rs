//! An Excel file: its rows, or a sentence. Never more rows than it has, never a row with neither words nor notes.
#![no_main]

use std::sync::LazyLock;

use deskctl::ledger::{Map, read};
use libfuzzer_sys::fuzz_target;

static MAP: LazyLock<Map> =
    LazyLock::new(|| Map::parse("map.toml", include_str!("../../fixtures/ledger/map.toml")).unwrap());

fuzz_target!(|file: &[u8]| {
    if let Ok(rows) = read(file.to_vec(), &MAP) {
        for row in rows {
            assert!(row.row >= 1 && !row.key.is_empty());
            if let Some(visit) = row.visit {
                let _ = intake_model::check(&visit);
            }
        }
    }
});
