//! Chinese text as it is typed on Latin keys: `wygl` or `wuyeguanli` for 物业管理, and any mixture of the two.
//!
//! Every reading of a character counts (重 is both chong and zhong), since who types does not stop to choose.
//! Deliberately absent: guessing Chinese from pinyin, and tones.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use pinyin::ToPinyinMulti;

/// Queries are cut at this many letters: each is one bit of a word below, and no title is typed longer.
const MAX_LETTERS: usize = 63;

/// What may be typed for each character of one text.
#[derive(Debug, Clone)]
pub struct Spelling(Vec<Vec<String>>);

/// How much of a text a query spells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spelled {
    /// From the first character to the last.
    Whole,
    /// From the first character on.
    Beginning,
    /// Somewhere inside.
    Inside,
}

impl Spelling {
    /// The spelling of `text`. A character without pinyin is typed as itself, in lower case.
    pub fn of(text: &str) -> Self {
        Self(text.chars().map(typed).collect())
    }

    /// Whether `query` (lower case letters and digits, no spaces) spells a part of the text: each character by a whole
    /// reading or by its first sound (`w`, or `zh` as well as `z`), the last one also by a beginning of its reading.
    pub fn spelled_by(&self, query: &str) -> Option<Spelled> {
        let place = self.place_of(query)?;
        Some(match place.start {
            0 if place.end == self.0.len() => Spelled::Whole,
            0 => Spelled::Beginning,
            _ => Spelled::Inside,
        })
    }

    /// Which characters `query` spells, the first place of several; see [`Spelling::spelled_by`].
    pub fn place_of(&self, query: &str) -> Option<Range<usize>> {
        let query: String = query.chars().map(plain).collect();
        let query = query.get(..query.len().min(MAX_LETTERS)).filter(|query| !query.is_empty())?;
        let from = |start| Some(start..start + self.0.get(start..).and_then(|rest| characters_spelled(rest, query))?);
        (0..self.0.len()).find_map(from)
    }

    /// What may be typed for each character, in order.
    pub fn readings(&self) -> &[Vec<String>] {
        &self.0
    }
}

static SYLLABLES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    // The basic ideographs have every reading that there is.
    ('\u{4E00}'..='\u{9FFF}').filter(|c| c.to_pinyin_multi().is_some()).flat_map(typed).collect()
});

/// Every reading that a character can have, without tones.
pub fn syllables() -> &'static BTreeSet<String> {
    &SYLLABLES
}

/// How many of the characters the whole query spells, if it does. `reached` holds one bit for each number of letters that
/// the characters so far can stand for, so that the work is bounded by characters × letters whatever is typed.
fn characters_spelled(characters: &[Vec<String>], query: &str) -> Option<usize> {
    let mut reached: u64 = 1;
    for (index, readings) in characters.iter().enumerate() {
        let mut next: u64 = 0;
        for at in (0..query.len()).filter(|at| reached & (1 << at) != 0) {
            let rest = query.get(at..).unwrap_or_default();
            for reading in readings {
                if reading.starts_with(rest) {
                    return Some(index + 1);
                }
                for sound in [Some(reading.as_str()), first_sound(reading, 1), first_sound(reading, 2)] {
                    if let Some(sound) = sound
                        && rest.starts_with(sound)
                    {
                        next |= 1 << (at + sound.len());
                    }
                }
            }
        }
        if next == 0 {
            return None;
        }
        reached = next;
    }
    None
}

fn first_sound(reading: &str, letters: usize) -> Option<&str> {
    match letters {
        2 => reading.get(..2).filter(|sound| matches!(*sound, "zh" | "ch" | "sh")),
        _ => reading.get(..1),
    }
}

fn typed(character: char) -> Vec<String> {
    let Some(multi) = character.to_pinyin_multi() else {
        return vec![character.to_lowercase().map(plain).collect()];
    };
    let mut readings = Vec::new();
    for reading in multi {
        let reading: String = reading.plain().chars().map(plain).collect();
        // ü is typed as v on most keyboards here, and as u on some.
        let with_u = reading.replace('v', "u");
        for one in [reading, with_u] {
            if !readings.contains(&one) {
                readings.push(one);
            }
        }
    }
    readings
}

fn plain(letter: char) -> char {
    if letter == 'ü' { 'v' } else { letter }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn initials_whole_readings_and_mixtures_are_understood() {
        let spelling = Spelling::of("物业管理");
        for query in ["wygl", "wuyeguanli", "wuyegl", "wyguanl", "wyguan"] {
            assert!(spelling.spelled_by(query).is_some(), "{query}");
        }
        assert_eq!(spelling.spelled_by("wygl"), Some(Spelled::Whole));
        assert_eq!(spelling.spelled_by("wy"), Some(Spelled::Beginning));
        assert_eq!(spelling.spelled_by("gl"), Some(Spelled::Inside));
        assert_eq!(spelling.spelled_by("wl"), None);
        assert_eq!(spelling.spelled_by(""), None);
    }

    #[test]
    fn every_reading_of_a_character_counts() {
        for query in ["chongqing", "zhongqing", "zq", "chq"] {
            assert!(Spelling::of("重庆").spelled_by(query).is_some(), "{query}");
        }
        for query in ["lvse", "luse", "lüse", "ls"] {
            assert!(Spelling::of("绿色").spelled_by(query).is_some(), "{query}");
        }
    }

    #[test]
    fn what_is_no_chinese_is_typed_as_itself() {
        assert_eq!(Spelling::of("3号楼A座").spelled_by("3hla"), Some(Spelled::Beginning));
        assert_eq!(Spelling::of("𬱖小雨").spelled_by("xy"), Some(Spelled::Inside));
    }

    proptest! {
        #[test]
        fn any_text_spells_itself_by_first_letters(text in "[一-龥]{1,20}") {
            let spelling = Spelling::of(&text);
            let initials: String = spelling.0.iter().filter_map(|readings| readings[0].chars().next()).collect();
            // Two characters may begin alike, so that fewer of them already stand for all that was typed.
            prop_assert!(matches!(spelling.spelled_by(&initials), Some(Spelled::Whole | Spelled::Beginning)));
        }

        #[test]
        fn nothing_typed_breaks_it(text in ".{0,30}", query in ".{0,200}") {
            let _ = Spelling::of(&text).spelled_by(&query);
        }
    }
}
