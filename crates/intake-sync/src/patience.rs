//! How long the desk waits for the line, and how often it tries again.

use std::time::Duration;

/// The waiting of one exchange. [`Patience::default`] is meant for a clerk who looks at the window.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For a connection to open.
    pub connect: Duration,
    /// Without any byte moving, in either direction.
    pub stall: Duration,
    /// Further tries after a transient failure. A try that brought entries across does not count.
    pub retries: u32,
    /// Before the first further try; it triples from try to try.
    pub pause: Duration,
    /// After this time without success there is no further try: a stalled line has tried the clerk's patience already.
    pub give_up: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            stall: Duration::from_secs(30),
            retries: 3,
            pause: Duration::from_millis(300),
            give_up: Duration::from_secs(45),
        }
    }
}

/// The longest the desk waits because the district asked it to (Retry-After); beyond it the clerk presses again.
const LONGEST_ASKED: Duration = Duration::from_secs(5);

impl Patience {
    /// How long to wait before the try numbered `retry` (from 0); `None` where there is none any more.
    ///
    /// `chance` is any random byte: desks that failed together should not come back together.
    pub(crate) fn before_retry(
        &self,
        retry: u32,
        spent: Duration,
        asked: Option<Duration>,
        chance: u8,
    ) -> Option<Duration> {
        if retry >= self.retries || spent >= self.give_up {
            return None;
        }
        let pause = self.pause * 3_u32.saturating_pow(retry);
        let jittered = pause.mul_f64(0.75 + f64::from(chance) / 255.0 / 2.0);
        Some(asked.map_or(jittered, |asked| jittered.max(asked.min(LONGEST_ASKED))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pauses_grow_and_end_after_three_further_tries() {
        let patience = Patience::default();
        let pause = |retry| patience.before_retry(retry, Duration::ZERO, None, 0);
        assert_eq!(pause(0), Some(Duration::from_millis(225)));
        assert_eq!(pause(1), Some(Duration::from_millis(675)));
        assert_eq!(pause(2), Some(Duration::from_millis(2025)));
        assert_eq!(pause(3), None);
    }

    #[test]
    fn a_pause_the_district_asks_for_is_kept_but_not_a_long_one() {
        let pause = |asked| Patience::default().before_retry(0, Duration::ZERO, Some(Duration::from_secs(asked)), 0);
        assert_eq!(pause(2), Some(Duration::from_secs(2)));
        assert_eq!(pause(3600), Some(Duration::from_secs(5)));
    }

    #[test]
    fn nobody_is_kept_waiting_after_a_long_stall() {
        assert_eq!(Patience::default().before_retry(0, Duration::from_mins(1), None, 0), None);
    }
}
