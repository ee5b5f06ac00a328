//! A ledger's map: read, or refused with a line of its own.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(error) = deskctl::ledger::Map::parse("map.toml", text) {
        assert!(error.line >= 1 && error.line <= text.lines().count().max(1) + 1, "{error}");
    }
});
