//! A region profile: read, or refused with a line of its own. No profile that is read is laxer than the law.
#![no_main]

use intake_model::{ClockCode, Profile};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Profile::parse("profile.toml", text) {
        Err(error) => assert!(error.line >= 1 && error.line <= text.lines().count().max(1) + 1, "{error}"),
        Ok(profile) => {
            assert!((1..=5).contains(&profile.max_representatives(10)));
            let law = Profile::national();
            assert!(profile.limit(ClockCode::C6).limit >= law.limit(ClockCode::C6).limit);
        }
    }
});
