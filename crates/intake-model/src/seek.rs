//! What a clerk types to find a matter again, and where it stands in what was said.
//!
//! One folding for both sides: full width and half width, capital and small, with and without spaces, interpuncts and
//! signs that nobody can type are the same. Each word of a search must stand somewhere in the matter.
//!
//! Deliberately absent: likeness (张伟 never finds 张玮 by characters), any order but that of time, and any search of
//! people: what is found is matters.

use std::ops::Range;

use crate::pinyin::Spelling;
use crate::{RegistrationNumber, Visit, name, phone};

/// Pinyin is looked for in this many characters of a name or title.
const SPELLED_CHARACTERS: usize = 64;
/// A search has at most this many words; what is typed after them is not looked at.
const MAX_WORDS: usize = 8;
/// A word is looked for by this many characters.
const MAX_WORD_CHARACTERS: usize = 64;
/// The fewest digits that mean the end of a phone number, and the fewest that mean its beginning.
pub const PHONE_END: usize = 4;
/// See [`PHONE_END`].
pub const PHONE_BEGINNING: usize = 7;

/// A text as it is compared, with the way back to its own characters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folded {
    characters: Vec<char>,
    from: Vec<usize>,
}

impl Folded {
    /// Folds a text.
    pub fn of(text: &str) -> Self {
        let mut folded =
            Self { characters: Vec::with_capacity(text.len() / 2), from: Vec::with_capacity(text.len() / 2) };
        for (index, c) in text.chars().enumerate() {
            // Ideographs are most of what is said, and are as they are.
            if matches!(c, '\u{3400}'..='\u{9FFF}') {
                folded.characters.push(c);
                folded.from.push(index);
                continue;
            }
            let plain = match c {
                '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
                other => other,
            };
            if is_untyped(plain) {
                continue;
            }
            for lower in plain.to_lowercase() {
                folded.characters.push(lower);
                folded.from.push(index);
            }
        }
        folded
    }

    /// The folded characters.
    pub fn characters(&self) -> &[char] {
        &self.characters
    }

    /// The text's own characters that these folded ones came from.
    fn own(&self, folded: &Range<usize>) -> Option<Range<usize>> {
        let last = self.from.get(folded.end.checked_sub(1)?)?;
        Some(*self.from.get(folded.start)?..last + 1)
    }

    /// Where `word` stands first, in characters of the text itself.
    pub fn place_of(&self, word: &Folded) -> Option<Range<usize>> {
        let length = word.characters.len();
        if length == 0 {
            return None;
        }
        let start = self.characters.windows(length).position(|part| part == word.characters())?;
        self.own(&(start..start + length))
    }
}

/// What no one types on purpose: space, interpuncts, signs that draw nothing, and what only chooses a glyph.
fn is_untyped(c: char) -> bool {
    c.is_whitespace()
        || name::is_invisible(c)
        || matches!(c, '\u{B7}' | '\u{2022}' | '\u{30FB}' | '\u{2027}' | '\u{FF65}' | '\u{387}')
        || matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// One word of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// As it is compared.
    pub folded: Folded,
    /// Letters and digits only, where it is nothing else: pinyin, initials, numbers. Hyphens are left out.
    pub typed: Option<String>,
}

/// The words of a search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words(pub Vec<Word>);

impl Words {
    /// The words of what was typed.
    pub fn of(text: &str) -> Self {
        let words = text.split_whitespace().filter_map(|part| {
            let part: String = part.chars().take(MAX_WORD_CHARACTERS).collect();
            let folded = Folded::of(&part);
            if folded.characters.is_empty() {
                return None;
            }
            let typed: String = folded.characters.iter().filter(|c| **c != '-').map(|&c| plain_letter(c)).collect();
            let plain = !typed.is_empty() && typed.bytes().all(|b| b.is_ascii_alphanumeric());
            Some(Word { folded, typed: plain.then_some(typed) })
        });
        Self(words.take(MAX_WORDS).collect())
    }
}

fn plain_letter(c: char) -> char {
    if c == 'ü' { 'v' } else { c }
}

/// A part of a matter that is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The visitor's name or the organisation's title.
    Name,
    /// The matter's title, and the neutral one where there is one.
    Title,
    /// The name of somebody else in the visit.
    Person,
    /// The demand.
    Demand,
    /// Facts and reasons.
    Facts,
    /// The body or person complained of.
    ComplainedOf,
}

/// The searched texts of a visit, in the order in which a clerk wants to see where a word stands. None of a sealed one.
pub fn texts(visit: &Visit) -> Vec<(Part, &str)> {
    if visit.is_sealed() {
        return Vec::new();
    }
    let mut texts = Vec::new();
    texts.extend(visit.name.text().map(|name| (Part::Name, name)));
    let titles = [&visit.neutral_title, &visit.title];
    texts.extend(titles.into_iter().map(|title| (Part::Title, title.as_str())));
    texts.extend(visit.people.iter().map(|person| (Part::Person, person.name.as_str())));
    texts.extend([
        (Part::ComplainedOf, visit.complained_of.as_str()),
        (Part::Demand, visit.demand.as_str()),
        (Part::Facts, visit.facts.as_str()),
    ]);
    texts.retain(|(_, text)| !text.is_empty());
    texts
}

/// The digits of every phone told in a visit, with and without the area code. None of a sealed one.
pub fn phones(visit: &Visit) -> Vec<String> {
    if visit.is_sealed() {
        return Vec::new();
    }
    let lines = visit.phone.iter().chain(visit.people.iter().filter_map(|person| person.phone.as_ref()));
    let mut digits = Vec::new();
    for number in lines.flat_map(|line| phone::read(line)) {
        let whole: String = number.dialled.chars().filter(char::is_ascii_digit).collect();
        if let phone::Kind::Fixed { area: Some(area) } = &number.kind {
            digits.extend(whole.strip_prefix(area.as_str()).map(str::to_owned));
        }
        digits.push(whole);
    }
    digits.retain(|one| one.len() >= PHONE_END);
    digits.sort();
    digits.dedup();
    digits
}

/// Everything that finds a registration number, folded, without hyphens: from its beginning, from its date, its desk, its
/// serial, each with and without the check character; the day; and the last digits of the serial.
pub fn number_forms(number: &RegistrationNumber) -> Vec<String> {
    let compact = number.compact().to_lowercase();
    let serial = format!("{:04}", number.serial());
    let date = number.date().format("%Y%m%d").to_string();
    let desk = compact.get(17..).unwrap_or_default().to_owned();
    let dated = compact.get(9..).unwrap_or_default().to_owned();
    let last = compact.get(compact.len().saturating_sub(serial.len() + 1)..).unwrap_or_default().to_owned();
    let without_check = |text: &str| text.get(..text.len().saturating_sub(1)).unwrap_or_default().to_owned();
    let mut forms = vec![date];
    for whole in [compact, dated, desk, last] {
        forms.push(without_check(&whole));
        forms.push(whole);
    }
    forms.extend((1..serial.len()).filter_map(|from| serial.get(from..).map(str::to_owned)));
    forms.sort();
    forms.dedup();
    forms
}

/// How the beginning of a name or title is typed, as far as pinyin is looked for in it.
pub fn spelled(text: &Folded) -> Spelling {
    Spelling::of(&text.characters.iter().take(SPELLED_CHARACTERS).collect::<String>())
}

/// Whether a word spells or stands in one text, and where.
pub fn place_in(part: Part, text: &str, word: &Word) -> Option<Range<usize>> {
    let text = Folded::of(text);
    if let Some(place) = text.place_of(&word.folded) {
        return Some(place);
    }
    match (part, &word.typed) {
        (Part::Name | Part::Title | Part::Person, Some(typed)) => text.own(&spelled(&text).place_of(typed)?),
        _ => None,
    }
}

/// Whether digits are a phone, its beginning or its end.
pub fn is_of_phone(phone: &str, typed: &str) -> bool {
    let digits = typed.bytes().all(|b| b.is_ascii_digit());
    let (begins, ends) = (phone.starts_with(typed), phone.ends_with(typed));
    digits && (phone == typed || ends && typed.len() >= PHONE_END || begins && typed.len() >= PHONE_BEGINNING)
}

/// Whether a word stands anywhere in a matter. A sealed one, or one whose record is erased, is found by its number alone.
pub fn finds(word: &Word, number: &RegistrationNumber, visit: Option<&Visit>) -> bool {
    let by_number = |typed: &String| number_forms(number).contains(typed);
    if word.typed.as_ref().is_some_and(by_number) {
        return true;
    }
    let Some(visit) = visit else { return false };
    let by_phone = |typed: &String| phones(visit).iter().any(|phone| is_of_phone(phone, typed));
    texts(visit).into_iter().any(|(part, text)| place_in(part, text, word).is_some())
        || word.typed.as_ref().is_some_and(by_phone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Class, Person, Question, Stated};

    fn number() -> RegistrationNumber {
        "120110005-20261124-01A-0012-Z".parse().or_else(|_| with_check("120110005-20261124-01A-0012")).unwrap()
    }

    fn with_check(body: &str) -> Result<RegistrationNumber, crate::NumberError> {
        let mut last = Err(crate::NumberError::Check);
        for check in ('0'..='9').chain('A'..='Z') {
            last = format!("{body}-{check}").parse();
            if last.is_ok() {
                break;
            }
        }
        last
    }

    fn visit() -> Visit {
        Visit {
            name: Stated::Stated("阿不都热依木·买买提".into()),
            phone: Some("022-24375566、186 2233 4455".into()),
            people: vec![Person { name: "葛\u{E0100}城".into(), ..Person::default() }],
            demand: "反映所住小区物业费从１.2元涨到1.8元，KTV 太吵。".into(),
            ..Visit::default()
        }
        .normalised()
    }

    fn check(typed: &str, expect: bool) {
        let (number, visit) = (number(), visit());
        let found = Words::of(typed).0.iter().all(|word| finds(word, &number, Some(&visit)));
        assert_eq!(found, expect, "{typed}");
    }

    #[test]
    fn a_matter_is_found_however_its_words_are_typed() {
        for typed in
            ["买买提", "依木・买", "依木买", "物业费", "1.2元", "１.２元", "ktv太", "ＫＴＶ", "葛城", "提 物业"]
        {
            check(typed, true);
        }
        for typed in ["买提买", "物业弗", "1.3元", "葛诚", "提 物管"] {
            check(typed, false);
        }
    }

    #[test]
    fn names_and_titles_are_found_by_pinyin_and_initials_and_the_text_is_not() {
        for typed in ["maimaiti", "mmt", "ymmm", "maimt", "gecheng", "gc", "wuyefei", "wyf", "wuye"] {
            check(typed, true);
        }
        for typed in ["maimaiq", "taichao"] {
            check(typed, false);
        }
    }

    #[test]
    fn phones_are_found_whole_by_their_end_and_by_their_beginning() {
        for typed in ["18622334455", "4455", "34455", "24375566", "02224375566", "1862233", "5566"] {
            check(typed, true);
        }
        for typed in ["455", "186223", "18622334456", "2233"] {
            check(typed, false);
        }
    }

    #[test]
    fn a_number_is_found_whole_by_its_short_form_and_by_its_last_digits() {
        let whole = number().to_string();
        for typed in [&whole, &number().compact().to_lowercase(), &number().short(), "0012", "012", "12", "20261124"] {
            check(typed, true);
        }
        for typed in ["0013", "01A-0021", "00"] {
            check(typed, false);
        }
    }

    #[test]
    fn a_sealed_matter_is_found_by_its_number_alone() {
        let asked = Visit { confidential: true, ..visit() };
        let denounced =
            Visit { routing: Some(Question { class: Class::Denunciation, ..Question::default() }), ..visit() };
        for sealed in [asked, denounced] {
            for typed in ["买买提", "mmt", "物业", "4455"] {
                let word = &Words::of(typed).0[0];
                assert!(!finds(word, &number(), Some(&sealed)), "{typed}");
            }
            assert!(finds(&Words::of("01a-0012").0[0], &number(), Some(&sealed)));
        }
    }

    #[test]
    fn the_place_of_a_word_is_told_in_the_texts_own_characters() {
        let place = |text: &str, typed: &str| place_in(Part::Name, text, &Words::of(typed).0[0]);
        assert_eq!(place("阿不都热依木·买买提", "木买"), Some(5..8));
        assert_eq!(place("张　伟", "张伟"), Some(0..3));
        assert_eq!(place("李张　伟", "zw"), Some(1..4));
        assert_eq!(place("𬱖小雨", "xy"), Some(1..3));
        assert_eq!(place("İstanbul", "stan"), Some(1..5));
    }
}
