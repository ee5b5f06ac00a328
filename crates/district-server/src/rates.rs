//! How often a desk and an address may ask: a bound on what one of them can cost all others.
//!
//! Deliberately absent: counting what they ask for, and keeping who was refused.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::{Config, Error, Result};

/// Beyond so many, those that have not asked for a while are forgotten.
const REMEMBERED: usize = 10_000;

/// What each may still ask for.
pub(crate) struct Rates {
    desks: DefaultKeyedRateLimiter<(String, u8)>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
}

impl Rates {
    pub(crate) fn new(config: &Config) -> Self {
        let a_minute = |most| Quota::per_minute(NonZeroU32::new(most).unwrap_or(NonZeroU32::MIN));
        Self {
            desks: RateLimiter::keyed(a_minute(config.desk_requests)),
            addresses: RateLimiter::keyed(a_minute(config.address_requests)),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request of a desk that has proven itself: nobody can use up another desk's.
    pub(crate) fn desk(&self, centre: &str, desk: u8) -> Result<()> {
        self.count(&self.desks, &(centre.to_owned(), desk))
    }

    /// Counts a request from an address, before anything of it is read.
    pub(crate) fn address(&self, address: IpAddr) -> Result<()> {
        self.count(&self.addresses, &network(address))
    }

    fn count<K: Clone + Eq + Hash>(&self, limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<()> {
        if limiter.len() > REMEMBERED {
            limiter.retain_recent();
        }
        limiter.check_key(key).map_err(|until| {
            // A second at least: Retry-After knows no parts of one.
            Error::TooOften(until.wait_time_from(self.clock.now()).max(Duration::from_secs(1)))
        })
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
    fn one_machine_is_one_address_however_it_writes_it() {
        let rates = rates(1);
        let ask = |address: &str| rates.address(address.parse().unwrap()).is_ok();
        assert!(ask("10.0.0.5") && !ask("::ffff:10.0.0.5"));
        assert!(ask("2001:db8::1") && !ask("2001:db8::ffff:2") && ask("2001:db8:0:1::1"));
    }
}
