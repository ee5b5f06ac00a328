//! The one clock: wall time, which people can set, and the machine's own.

use intake_wire::{BootId, Moment};

/// Where the desk's times come from.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Moment;
}

/// The machine's clocks.
pub struct SystemClock {
    boot: BootId,
    #[cfg(not(unix))]
    start: std::time::Instant,
}

impl Default for SystemClock {
    /// Reads which start of the machine this is. Where the system does not say, each start of the program counts as one.
    fn default() -> Self {
        let told = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let digits: String = told.chars().filter(char::is_ascii_hexdigit).collect();
        let boot = match u128::from_str_radix(&digits, 16) {
            Ok(number) => number.to_be_bytes(),
            Err(_) => intake_wire::random().unwrap_or_default(),
        };
        Self {
            boot: BootId(boot),
            #[cfg(not(unix))]
            start: std::time::Instant::now(),
        }
    }
}

impl SystemClock {
    #[cfg(unix)]
    fn mono_ms() -> u64 {
        let since_boot = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        let (seconds, nanos) = (u64::try_from(since_boot.tv_sec), u64::try_from(since_boot.tv_nsec));
        seconds.unwrap_or(0) * 1000 + nanos.unwrap_or(0) / 1_000_000
    }
}

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the one place that asks the system for the time")]
    fn now(&self) -> Moment {
        #[cfg(unix)]
        let mono_ms = Self::mono_ms();
        #[cfg(not(unix))]
        let mono_ms = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        Moment { at_ms: chrono::Utc::now().timestamp_millis(), boot: self.boot, mono_ms }
    }
}
