//! When a desk that nobody asks exchanges by itself. Pure: the time is handed in, and so is chance.

use std::time::Duration;

/// How long nothing may have been written before an exchange begins: whoever registers is never in its way, nor it in theirs.
const REST: Duration = Duration::from_secs(5);
/// Beyond this it begins all the same: a desk that never rests is not left behind.
const NO_REST: Duration = Duration::from_mins(1);
/// What comes down is asked for so often where nothing waits to go up.
const EVERY: Duration = Duration::from_mins(10);
/// After a first failure; it doubles from failure to failure.
const FIRST: Duration = Duration::from_secs(15);
/// The longest pause after failures.
const LONGEST: Duration = Duration::from_mins(15);

/// What the desk knows of its line since the program began. Times are those of one clock that only goes forward.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    /// Failures since the last success, and when the next try is due after them.
    failures: u32,
    again: Duration,
    succeeded: Option<Duration>,
    /// What an exchange that came to its end left: it cannot go as things are, and is not tried again for its own sake.
    left: Option<(u64, u64)>,
    /// The last entry that was seen, when it was first seen, and since when something new has waited.
    newest: u64,
    written: Duration,
    waits_since: Option<Duration>,
    /// The district has withdrawn the desk: it is not asked again.
    stopped: bool,
}

/// The desk at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Now.
    pub now: Duration,
    /// How much waits to go up: entries and files.
    pub waiting: u64,
    /// How many entries there are: more mean that somebody writes.
    pub entries: u64,
    /// It is enrolled, may exchange by itself, and is not out of service with nothing left to send.
    pub may: bool,
}

impl Watch {
    /// How long until a try is due; zero for now. `None` where there will be none as things are.
    pub fn due(&mut self, look: Look) -> Option<Duration> {
        if look.entries != self.newest {
            (self.newest, self.written) = (look.entries, look.now);
        }
        let is_new = look.waiting > 0 && self.left != Some((look.waiting, look.entries));
        self.waits_since = if is_new { self.waits_since.or(Some(look.now)) } else { None };
        if !look.may || self.stopped {
            return None;
        }
        let usual = match (self.waits_since, self.succeeded) {
            (Some(since), _) => (self.written + REST).min(since + NO_REST),
            (None, Some(last)) => last + EVERY,
            (None, None) => self.written + REST,
        };
        let after_failures = if self.failures > 0 { self.again } else { Duration::ZERO };
        Some(usual.max(after_failures).saturating_sub(look.now))
    }

    /// A try ended well, whoever asked for it: how the desk stands after it.
    pub fn succeeded(&mut self, look: Look) {
        (self.failures, self.succeeded, self.waits_since, self.stopped) = (0, Some(look.now), None, false);
        self.left = Some((look.waiting, look.entries));
    }

    /// A try failed. `chance` is any random byte: desks that lost one line do not come back to it together.
    pub fn failed(&mut self, now: Duration, chance: u8) {
        let pause = FIRST.saturating_mul(2_u32.saturating_pow(self.failures.min(16))).min(LONGEST);
        // Between three quarters of it and all of it.
        let pause = pause.mul_f64(0.75 + f64::from(chance) / 255.0 / 4.0);
        self.failures += 1;
        self.again = now + pause;
    }

    /// The district has withdrawn the desk. Only an exchange that succeeds begins it again.
    pub fn stop(&mut self) {
        self.stopped = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(seconds: u64, waits: bool, entries: u64) -> Look {
        Look { now: at(seconds), waiting: u64::from(waits), entries, may: true }
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn what_was_written_goes_once_the_clerk_rests() {
        let mut watch = Watch::default();
        watch.succeeded(look(0, false, 0));
        assert_eq!(watch.due(look(10, true, 1)), Some(REST));
        assert_eq!(watch.due(look(13, true, 1)), Some(at(2)));
        assert_eq!(watch.due(look(14, true, 2)), Some(REST), "somebody writes");
        assert_eq!(watch.due(look(19, true, 2)), Some(at(0)));
    }

    #[test]
    fn a_desk_that_never_rests_goes_after_a_minute() {
        let mut watch = Watch::default();
        let tried = (0..200).find(|&second| watch.due(look(second, true, second)) == Some(at(0)));
        assert_eq!(tried, Some(60));
    }

    #[test]
    fn what_comes_down_is_asked_for_every_ten_minutes() {
        let mut watch = Watch::default();
        watch.succeeded(look(100, false, 0));
        assert_eq!(watch.due(look(100, false, 0)), Some(EVERY));
        assert_eq!(watch.due(look(100 + 600, false, 0)), Some(at(0)));
    }

    #[test]
    fn what_an_exchange_could_not_bring_across_does_not_make_it_go_round_and_round() {
        let mut watch = Watch::default();
        watch.succeeded(look(100, true, 7));
        assert_eq!(watch.due(look(101, true, 7)), EVERY.checked_sub(at(1)));
        assert_eq!(watch.due(look(102, true, 8)), Some(REST), "something new was written");
    }

    #[test]
    fn pauses_after_failures_grow_to_a_quarter_of_an_hour_and_the_timer_fires_each_time() {
        let mut watch = Watch::default();
        let (mut now, mut pauses) = (at(1000), Vec::new());
        let waits = |now| Look { now, waiting: 1, entries: 0, may: true };
        watch.due(waits(at(900)));
        for _ in 0..9 {
            watch.failed(now, 255);
            let pause = watch.due(waits(now)).unwrap();
            now += pause;
            assert_eq!(watch.due(waits(now)), Some(at(0)), "it fires");
            pauses.push(pause.as_secs());
        }
        assert_eq!(pauses, [15, 30, 60, 120, 240, 480, 900, 900, 900]);
        watch.succeeded(Look { waiting: 0, ..waits(now) });
        watch.failed(now, 0);
        assert_eq!(watch.due(waits(now)), Some(Duration::from_millis(11_250)), "a success begins from the first pause");
    }

    #[test]
    fn it_does_not_try_where_it_may_not_and_what_was_withdrawn_stops_until_an_exchange_succeeds() {
        let mut watch = Watch::default();
        assert_eq!(watch.due(Look { may: false, ..look(50, true, 0) }), None);
        watch.stop();
        assert_eq!(watch.due(look(5000, true, 0)), None);
        watch.succeeded(look(5000, false, 0));
        assert_eq!(watch.due(look(5000, false, 0)), Some(EVERY));
    }
}
