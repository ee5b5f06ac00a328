//! Wrong tries are slowed down: each waits longer than the one before, by what was tried and by the address it came from.
//!
//! A try is counted before it is made, so that many at once are no more than many in turn. Deliberately absent: locking
//! anybody out, which a stranger could do to them, and keeping what was tried for longer than an hour.

use std::net::IpAddr;
use std::time::Duration;

use intake_wire::{Hash, sha256};

use crate::db::slowed;
use crate::{District, Error, Result, rates};

/// How long tries count.
const FORGOTTEN_MS: i64 = 60 * 60_000;
/// The longest that a try waits.
const MOST_MS: i64 = 60_000;

/// What is tried, and how often before the next one waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tried {
    /// A sign-in under this name.
    Name,
    /// A sign-in from this address.
    SignInAddress,
    /// A query code for this number.
    Number,
    /// A query from this address: a family, or a street's hall, may share one.
    QueryAddress,
}

impl Tried {
    fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::SignInAddress => "sign_in_address",
            Self::Number => "number",
            Self::QueryAddress => "query_address",
        }
    }

    fn free(self) -> i32 {
        match self {
            Self::Name | Self::Number => 3,
            Self::SignInAddress | Self::QueryAddress => 10,
        }
    }

    /// How long after so many tries the next one waits: 2 s, doubling to a minute.
    fn wait_ms(self, tries: i32) -> i64 {
        let over = tries - self.free();
        if over < 0 { 0 } else { (2000_i64 << over.min(5)).min(MOST_MS) }
    }
}

/// One thing tried, without its words.
pub(crate) struct Try {
    of: Tried,
    key: Hash,
}

impl Try {
    pub(crate) fn new(of: Tried, text: &str) -> Self {
        Self { of, key: sha256(&[b"intake try 1\0", of.word().as_bytes(), b"\0", text.as_bytes()]) }
    }

    /// From an address; of an IPv6 one from its network.
    pub(crate) fn from(of: Tried, address: IpAddr) -> Self {
        Self::new(of, &rates::network(address).to_string())
    }
}

impl District {
    /// Counts a try under each of its keys.
    ///
    /// # Errors
    /// [`Error::TooOften`] where one of them has to wait: then none is counted.
    pub(crate) async fn count_try(&self, tries: &[Try]) -> Result<()> {
        let now_ms = self.now_ms();
        let mut client = self.pool.get().await?;
        slowed::forget(&client, now_ms - FORGOTTEN_MS).await?;
        let tx = client.transaction().await?;
        for one in tries {
            let (before, last_ms) = slowed::lock(&tx, one.of.word(), &one.key.0, now_ms).await?;
            let before = if last_ms < now_ms - FORGOTTEN_MS { 0 } else { before };
            let left = last_ms + one.of.wait_ms(before) - now_ms;
            if left > 0 {
                let seconds = u64::try_from(left).unwrap_or(0).div_ceil(1000);
                return Err(Error::TooOften(Duration::from_secs(seconds)));
            }
            slowed::put(&tx, one.of.word(), &one.key.0, before.saturating_add(1), now_ms).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// It was a right one: wrong ones before it count no more, and an address that others share has it back.
    pub(crate) async fn try_was_right(&self, tries: &[Try]) -> Result<()> {
        let client = self.pool.get().await?;
        for one in tries {
            match one.of {
                Tried::Name | Tried::Number => slowed::remove(&client, one.of.word(), &one.key.0).await?,
                Tried::SignInAddress | Tried::QueryAddress => {
                    slowed::give_back(&client, one.of.word(), &one.key.0).await?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_tries_wait_for_nothing_and_then_each_longer_than_the_one_before() {
        let waits: Vec<i64> = (0..10).map(|tries| Tried::Name.wait_ms(tries)).collect();
        assert_eq!(waits, [0, 0, 0, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
        assert_eq!(Tried::QueryAddress.wait_ms(9), 0);
        assert_eq!(Tried::QueryAddress.wait_ms(i32::MAX), 60_000);
    }

    #[test]
    fn the_same_words_under_another_heading_are_another_try() {
        assert_ne!(Try::new(Tried::Name, "10.0.0.1").key, Try::new(Tried::Number, "10.0.0.1").key);
        let from = |address: &str| Try::from(Tried::QueryAddress, address.parse().unwrap()).key;
        assert_eq!(from("2001:db8::1"), from("2001:db8::2"));
    }
}
