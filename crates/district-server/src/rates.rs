//! How often a desk and an address may ask: a bound on what one of them can cost all others.
//!
//! Deliberately absent: counting what they ask for, and keeping who was refused.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, NotUntil, Quota, RateLimiter};

use crate::{Config, Error, Result};

/// Beyond so many, those that have not asked for a while are forgotten.
const REMEMBERED: usize = 10_000;

/// In such units what goes back to a desk is counted.
const UNIT: usize = 64 << 10;
/// So many of them are a mebibyte.
const UNITS_IN_MIB: u32 = 16;

/// What each may still ask for.
pub(crate) struct Rates {
    desks: DefaultKeyedRateLimiter<(String, u8)>,
    back: DefaultKeyedRateLimiter<(String, u8)>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
}

impl Rates {
    pub(crate) fn new(config: &Config) -> Self {
        let a_minute = |most| Quota::per_minute(NonZeroU32::new(most).unwrap_or(NonZeroU32::MIN));
        let units = config.desk_back_mib.saturating_mul(UNITS_IN_MIB);
        Self {
            back: RateLimiter::keyed(Quota::per_hour(NonZeroU32::new(units).unwrap_or(NonZeroU32::MIN))),
            desks: RateLimiter::keyed(a_minute(config.desk_requests)),
            addresses: RateLimiter::keyed(a_minute(config.address_requests)),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request of a desk that has proven itself: nobody can use up another desk's.
    pub(crate) fn desk(&self, centre: &str, desk: u8) -> Result<()> {
        self.count(&self.desks, &(centre.to_owned(), desk))
    }

    /// Counts bytes of attachments that go back to a desk.
    pub(crate) fn given_back(&self, centre: &str, desk: u8, bytes: usize) -> Result<()> {
        if self.back.len() > REMEMBERED {
            self.back.retain_recent();
        }
        let units = u32::try_from(bytes.div_ceil(UNIT)).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
        match self.back.check_key_n(&(centre.to_owned(), desk), units) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(until)) => Err(self.later(&until)),
            // More than it may have in an hour: it will never be let through.
            Err(_) => Err(Error::TooOften(Duration::from_hours(1))),
        }
    }

    /// Counts a request from an address, before anything of it is read.
    pub(crate) fn address(&self, address: IpAddr) -> Result<()> {
        self.count(&self.addresses, &network(address))
    }

    fn count<K: Clone + Eq + Hash>(&self, limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<()> {
        if limiter.len() > REMEMBERED {
            limiter.retain_recent();
        }
        limiter.check_key(key).map_err(|until| self.later(&until))
    }

    /// A second at least: Retry-After knows no parts of one.
    fn later(&self, until: &NotUntil<<DefaultClock as Clock>::Instant>) -> Error {
        Error::TooOften(until.wait_time_from(self.clock.now()).max(Duration::from_secs(1)))
    }
}

/// Of an IPv6 address the network: one machine has all addresses of it.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(most: u32) -> Rates {
        let mut config = Config::new("甲区", "/srv/d".as_ref(), "postgres://u@localhost/d");
        (config.desk_requests, config.address_requests) = (most, most);
        Rates::new(&config)
    }

    #[test]
    fn one_that_asks_too_often_is_asked_to_wait_and_the_others_are_not() {
        let rates = rates(2);
        let ask = |desk| rates.desk("120110005", desk);
        assert!(ask(1).is_ok() && ask(1).is_ok());
        assert!(matches!(ask(1), Err(Error::TooOften(wait)) if wait >= Duration::from_secs(1)));
        assert!(ask(2).is_ok());
    }

    #[test]
    fn what_goes_back_to_a_desk_in_an_hour_is_bounded_for_each_desk_alone() {
        let mut config = Config::new("甲区", "/srv/d".as_ref(), "postgres://u@localhost/d");
        config.desk_back_mib = 1;
        let rates = Rates::new(&config);
        let ask = |desk, bytes| rates.given_back("120110005", desk, bytes);
        for _ in 0..4 {
            assert!(ask(1, 256 << 10).is_ok());
        }
        assert!(matches!(ask(1, 1), Err(Error::TooOften(_))));
        assert!(matches!(ask(2, 2 << 20), Err(Error::TooOften(_))));
        assert!(ask(2, 1).is_ok());
    }

    #[test]
    fn one_machine_is_one_address_however_it_writes_it() {
        let rates = rates(1);
        let ask = |address: &str| rates.address(address.parse().unwrap()).is_ok();
        assert!(ask("10.0.0.5") && !ask("::ffff:10.0.0.5"));
        assert!(ask("2001:db8::1") && !ask("2001:db8::ffff:2") && ask("2001:db8:0:1::1"));
    }
}
