//! Whether the computer's clock can be believed, judged from the last moment that was written down.
//!
//! People set the wall clock, a flat battery sets it to the year it was made, and nobody sets the time since the machine
//! started. While the machine runs, the two must pass alike; over a restart only the order is left to look at.
//!
//! Deliberately absent: what is right. A clock that jumped may have been wrong before and be right now; a person is asked.

/// When something happened, by both clocks of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The wall clock, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Which start of the machine.
    pub boot: [u8; 16],
    /// Milliseconds since that start.
    pub mono_ms: u64,
}

/// How the wall clock stands to the last moment written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockGuard {
    /// As it should.
    Steady,
    /// It went back by so much.
    Back {
        /// Milliseconds, more than 0.
        ms: u64,
    },
    /// It went ahead by so much more than can be.
    Ahead {
        /// Milliseconds, more than 0.
        ms: u64,
    },
    /// Nothing was written down before.
    Unknown,
}

/// What is no jump: a network's clock corrects a minute now and then.
const TOLERANCE_MS: u64 = 2 * 60_000;

/// A quartz is wrong by one part in so many at worst; a machine that runs for months is set right by more than two minutes.
const QUARTZ: u64 = 10_000;

/// Longer than any rest of a desk that nobody asks about: the summer, a move to another hall.
const REST_MS: u64 = 45 * 24 * 60 * 60_000;

/// By how much the district's clock may differ from the desk's before it is told.
pub const DISTRICT_TOLERANCE_MS: u64 = 5 * 60_000;

impl ClockGuard {
    /// Judges `now` by the last moment that was written down.
    ///
    /// Within one start of the machine the wall clock must have gone on as the machine's own did. Over a restart it must
    /// not stand before the last moment, nor more than 45 days after it.
    pub fn judge(last: Option<Reading>, now: Reading) -> Self {
        let Some(last) = last else { return Self::Unknown };
        // The machine's own time going back is no such start: a copy of a machine was set back.
        let passed = (now.boot == last.boot).then(|| now.mono_ms.checked_sub(last.mono_ms)).flatten();
        let (expected, tolerance, rest) = match passed {
            Some(passed) => {
                let expected = last.at_ms.saturating_add_unsigned(passed);
                (expected, TOLERANCE_MS.saturating_add(passed / QUARTZ), 0)
            }
            None => (last.at_ms, TOLERANCE_MS, REST_MS),
        };
        let by = now.at_ms.abs_diff(expected);
        match now.at_ms < expected {
            true if by > tolerance => Self::Back { ms: by },
            false if by > tolerance.max(rest) => Self::Ahead { ms: by },
            _ => Self::Steady,
        }
    }

    /// By how much it jumped: negative for back, 0 where it did not.
    pub fn by_ms(self) -> i64 {
        match self {
            Self::Back { ms } => i64::try_from(ms).map_or(i64::MIN, i64::saturating_neg),
            Self::Ahead { ms } => i64::try_from(ms).unwrap_or(i64::MAX),
            Self::Steady | Self::Unknown => 0,
        }
    }

    /// Whether a visit written down now needs a person's word that the date is right, `last` being the visit before it.
    ///
    /// Always where it would stand before that one; where the clock went ahead, only if that changes the day: what is
    /// counted are days.
    pub fn asks(last: Option<Reading>, now: Reading) -> Self {
        let found = Self::judge(last, now);
        match (found, last) {
            (Self::Back { .. }, Some(last)) if now.at_ms < last.at_ms => found,
            // Set back, and still after the visit before: only the day that it should be is in doubt.
            (Self::Back { ms }, Some(_)) if other_day(now.at_ms, now.at_ms.saturating_add_unsigned(ms)) => found,
            (Self::Ahead { ms }, Some(_)) if other_day(now.at_ms.saturating_sub_unsigned(ms), now.at_ms) => found,
            _ => Self::Steady,
        }
    }
}

fn other_day(one: i64, other: i64) -> bool {
    crate::civil_date(one) != crate::civil_date(other)
}

/// By how much the desk's clock differs from the district's, as told at `told` and seen from `now`: positive where the
/// desk is behind. `None` after a restart or a jump backwards of the machine's own time: then only an exchange tells.
pub fn differs_from_district(district_ms: i64, told: Reading, now: Reading) -> Option<i64> {
    let passed = (now.boot == told.boot).then(|| now.mono_ms.checked_sub(told.mono_ms)).flatten()?;
    Some(district_ms.saturating_add_unsigned(passed).saturating_sub(now.at_ms))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MINUTE: i64 = 60_000;
    const DAY: i64 = 24 * 60 * MINUTE;
    /// 2026-11-24 09:05 at +08:00.
    const MORNING: i64 = 1_795_482_300_000;

    fn at(at_ms: i64, boot: u8, mono_ms: u64) -> Reading {
        Reading { at_ms, boot: [boot; 16], mono_ms }
    }

    fn judge(last: Reading, now: Reading) -> ClockGuard {
        ClockGuard::judge(Some(last), now)
    }

    #[test]
    fn before_the_first_moment_nothing_is_known() {
        assert_eq!(ClockGuard::judge(None, at(0, 1, 0)), ClockGuard::Unknown);
        assert_eq!(ClockGuard::asks(None, at(0, 1, 0)), ClockGuard::Steady);
    }

    #[test]
    fn within_one_start_of_the_machine_both_clocks_pass_alike() {
        let last = at(MORNING, 1, 1_000);
        assert_eq!(judge(last, at(MORNING + DAY, 1, 1_000 + 86_400_000)), ClockGuard::Steady);
        assert_eq!(judge(last, at(MORNING + 2 * MINUTE, 1, 1_000)), ClockGuard::Steady);
        assert_eq!(judge(last, at(MORNING + 2 * MINUTE + 1, 1, 1_000)), ClockGuard::Ahead { ms: 120_001 });
        assert_eq!(judge(last, at(MORNING - DAY, 1, 61_000)), ClockGuard::Back { ms: 86_460_000 });
        // A hundred days of a running machine: the network's clock set it right by ten minutes.
        let days = 100 * 86_400_000;
        assert_eq!(judge(last, at(MORNING + 100 * DAY - 10 * MINUTE, 1, 1_000 + days)), ClockGuard::Steady);
    }

    #[test]
    fn over_a_restart_only_the_order_and_a_very_long_rest_are_noticed() {
        let last = at(MORNING, 1, 900_000);
        assert_eq!(judge(last, at(MORNING + 45 * DAY, 2, 0)), ClockGuard::Steady);
        assert_eq!(judge(last, at(MORNING + 45 * DAY + 1, 2, 0)), ClockGuard::Ahead { ms: 45 * 86_400_000 + 1 });
        assert_eq!(judge(last, at(MORNING - 2 * MINUTE, 2, 0)), ClockGuard::Steady);
        assert_eq!(judge(last, at(MORNING - 3 * MINUTE, 2, 0)), ClockGuard::Back { ms: 180_000 });
        // The same start, and its own time went back: a copy of the machine that was set back.
        assert_eq!(judge(last, at(MORNING + DAY, 1, 0)), ClockGuard::Steady);
    }

    #[test]
    fn a_jump_within_the_day_is_noticed_and_asks_only_before_the_visit_before() {
        let last = at(MORNING, 1, 0);
        let asks = |now| ClockGuard::asks(Some(last), now);
        let hour = 60 * MINUTE;
        // An hour ahead, on the same day.
        assert_eq!(asks(at(MORNING + hour, 1, 0)), ClockGuard::Steady);
        assert!(matches!(asks(at(MORNING + DAY, 1, 0)), ClockGuard::Ahead { .. }));
        // An hour back, with two hours gone: still after the visit before, still that day.
        assert_eq!(asks(at(MORNING + hour, 1, 7_200_000)), ClockGuard::Steady);
        assert!(matches!(asks(at(MORNING - hour, 1, 0)), ClockGuard::Back { .. }));
        // A day later the clock was set back by a day.
        assert!(matches!(asks(at(MORNING + hour, 1, 86_400_000)), ClockGuard::Back { .. }));
        assert!(matches!(asks(at(MORNING - 3 * MINUTE, 2, 0)), ClockGuard::Back { .. }));
    }

    #[test]
    fn the_districts_time_goes_on_with_the_machine_and_not_with_the_wall_clock() {
        let told = at(MORNING, 1, 0);
        let district = MORNING + 10 * MINUTE;
        assert_eq!(differs_from_district(district, told, at(MORNING, 1, 0)), Some(10 * MINUTE));
        assert_eq!(differs_from_district(district, told, at(MORNING + DAY, 1, 86_400_000)), Some(10 * MINUTE));
        // The administrator set the clock right: nothing is left to tell.
        assert_eq!(differs_from_district(district, told, at(MORNING + 11 * MINUTE, 1, 60_000)), Some(0));
        assert_eq!(differs_from_district(district, told, at(MORNING, 2, 0)), None);
    }

    proptest! {
        #[test]
        fn any_two_moments_are_judged_and_a_jump_is_told_with_its_sign(
            a in any::<i64>(), b in any::<i64>(), m in any::<u64>(), n in any::<u64>(), same in any::<bool>(),
        ) {
            let found = judge(at(a, 1, m), at(b, if same { 1 } else { 2 }, n));
            match found {
                ClockGuard::Back { .. } => prop_assert!(found.by_ms() < 0),
                ClockGuard::Ahead { .. } => prop_assert!(found.by_ms() > 0),
                ClockGuard::Steady => prop_assert_eq!(found.by_ms(), 0),
                ClockGuard::Unknown => prop_assert!(false),
            }
            prop_assert_eq!(judge(at(a, 1, m), at(a, 1, m)), ClockGuard::Steady);
        }
    }
}
