//! A line of NDJSON: read, or refused with its faults. What was read comes back from JSON as it was, and what is kept of it
//! stays the same however often it is kept.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|line: &[u8]| {
    match deskctl::line::read(line) {
        Err(faults) => assert!(!faults.is_empty()),
        Ok(visit) => {
            let text = serde_json::to_vec(&visit).unwrap();
            assert_eq!(deskctl::line::read(&text), Ok(visit.clone()));
            let kept = visit.normalised();
            assert_eq!(kept.clone().normalised(), kept);
            let _ = intake_model::check(&kept);
        }
    }
});
