//! The order of epoch marks: which one comes after another, and which ones are drawn where nobody can be asked.
//!
//! Counted marks are A to Z, then three letters from AAA on. Two letters are only ever drawn at random, so that a mark
//! drawn offline is never one that somebody else counts up to.

use crate::EpochMark;

/// Letters of the alphabet.
const LETTERS: u32 = 26;

impl EpochMark {
    /// Its place among the counted marks, from 1 for `A`; `None` for one that was drawn.
    pub fn rank(&self) -> Option<u32> {
        let value = |text: &str| text.bytes().fold(0, |sum, byte| sum * LETTERS + u32::from(byte.saturating_sub(b'A')));
        match self.as_str().len() {
            1 => Some(value(self.as_str()) + 1),
            3 => Some(value(self.as_str()) + LETTERS + 1),
            _ => None,
        }
    }

    /// The counted mark one above the highest of these; `A` where none is counted, `None` after `ZZZ`.
    pub fn above<'m>(marks: impl IntoIterator<Item = &'m Self>) -> Option<Self> {
        let next = marks.into_iter().filter_map(Self::rank).max().unwrap_or(0) + 1;
        if next <= LETTERS { letters(next - 1, 1) } else { letters(next - LETTERS - 1, 3) }
    }

    /// A mark of two letters, from random bytes.
    pub fn drawn(random: [u8; 4]) -> Self {
        letters(u32::from_be_bytes(random) % (LETTERS * LETTERS), 2).unwrap_or_else(Self::first)
    }
}

/// A number as so many letters; `None` where it does not fit.
fn letters(mut value: u32, count: usize) -> Option<EpochMark> {
    let mut text = Vec::with_capacity(count);
    for _ in 0..count {
        text.push(char::from(b'A' + u8::try_from(value % LETTERS).unwrap_or(0)));
        value /= LETTERS;
    }
    let text: String = text.into_iter().rev().collect();
    if value == 0 { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(highest: &str, next: Option<&str>) {
        let marks: Vec<EpochMark> = highest.split_whitespace().map(|mark| mark.parse().unwrap()).collect();
        assert_eq!(EpochMark::above(&marks).as_ref().map(EpochMark::as_str), next, "{highest}");
    }

    #[test]
    fn marks_are_counted_from_a_to_z_and_then_by_three_letters() {
        check("", Some("A"));
        check("A", Some("B"));
        check("C A B", Some("D"));
        check("Z", Some("AAA"));
        check("AAZ", Some("ABA"));
        check("ZZZ", None);
        check("QX A", Some("B"));
    }

    proptest! {
        #[test]
        fn a_drawn_mark_is_never_one_that_is_counted(random in any::<[u8; 4]>(), rank in 0u32..17_000) {
            let mut counted = EpochMark::first();
            for _ in 0..rank % 900 {
                counted = EpochMark::above([&counted]).unwrap();
            }
            let drawn = EpochMark::drawn(random);
            prop_assert_eq!(drawn.as_str().len(), 2);
            prop_assert_eq!(drawn.rank(), None);
            prop_assert_ne!(drawn, counted);
        }
    }
}
