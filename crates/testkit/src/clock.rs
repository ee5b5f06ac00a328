//! Times that tests can say beforehand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};

use intake_app::Clock;
use intake_wire::{BootId, Moment};

/// 2026-11-24 09:05 at +08:00, in milliseconds since 1970 UTC.
pub const MORNING_MS: i64 = 1_795_482_300_000;

/// A clock that stands still until it is moved. Copies share the time.
#[derive(Clone)]
pub struct FixedMoments {
    at_ms: Arc<AtomicI64>,
    /// By how much somebody set the wall clock off.
    off_ms: Arc<AtomicI64>,
    /// Which start of the machine, and when that was.
    boot: Arc<AtomicU8>,
    started_ms: Arc<AtomicI64>,
}

impl Default for FixedMoments {
    fn default() -> Self {
        Self {
            at_ms: Arc::new(AtomicI64::new(MORNING_MS)),
            off_ms: Arc::default(),
            boot: Arc::new(AtomicU8::new(7)),
            started_ms: Arc::new(AtomicI64::new(MORNING_MS - 7_200_000)),
        }
    }
}

impl FixedMoments {
    /// What the wall clock shows, milliseconds since 1970 UTC.
    pub fn now_ms(&self) -> i64 {
        self.at_ms.load(Ordering::SeqCst) + self.off_ms.load(Ordering::SeqCst)
    }

    /// Lets time pass, backwards too.
    pub fn pass_ms(&self, ms: i64) {
        self.at_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// Somebody sets the wall clock ahead, or back; the machine's own time goes on as it was.
    pub fn set_wall_ms(&self, by: i64) {
        self.off_ms.fetch_add(by, Ordering::SeqCst);
    }

    /// The machine is started anew.
    pub fn restart(&self) {
        self.boot.fetch_add(1, Ordering::SeqCst);
        self.started_ms.store(self.at_ms.load(Ordering::SeqCst), Ordering::SeqCst);
    }

    /// The moment for an entry; the machine started two hours before [`MORNING_MS`].
    pub fn now(&self) -> Moment {
        let since = self.at_ms.load(Ordering::SeqCst) - self.started_ms.load(Ordering::SeqCst);
        let boot = BootId([self.boot.load(Ordering::SeqCst); 16]);
        Moment { at_ms: self.now_ms(), boot, mono_ms: u64::try_from(since).unwrap_or(0) }
    }
}

impl Clock for FixedMoments {
    fn now(&self) -> Moment {
        Self::now(self)
    }
}
