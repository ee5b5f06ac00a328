//! Times that tests can say beforehand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use intake_app::Clock;
use intake_wire::{BootId, Moment};

/// 2026-11-24 09:05 at +08:00, in milliseconds since 1970 UTC.
pub const MORNING_MS: i64 = 1_795_482_300_000;

/// A clock that stands still until it is moved. Copies share the time.
#[derive(Clone)]
pub struct FixedMoments {
    at_ms: Arc<AtomicI64>,
}

impl Default for FixedMoments {
    fn default() -> Self {
        Self { at_ms: Arc::new(AtomicI64::new(MORNING_MS)) }
    }
}

impl FixedMoments {
    /// Milliseconds since 1970 UTC.
    pub fn now_ms(&self) -> i64 {
        self.at_ms.load(Ordering::SeqCst)
    }

    /// Moves the clock, backwards too.
    pub fn pass_ms(&self, ms: i64) {
        self.at_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// The moment for an entry; the machine started two hours before [`MORNING_MS`].
    pub fn now(&self) -> Moment {
        let at_ms = self.now_ms();
        let mono_ms = u64::try_from(at_ms - MORNING_MS + 7_200_000).unwrap_or(0);
        Moment { at_ms, boot: BootId([7; 16]), mono_ms }
    }
}

impl Clock for FixedMoments {
    fn now(&self) -> Moment {
        Self::now(self)
    }
}
