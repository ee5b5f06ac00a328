//! Telephone numbers as people tell them: several in one line, with spaces, area codes, extensions, from abroad.
//!
//! The line itself is kept as told; this only reads it, for dialling and for search. Never refused: a part that cannot
//! be read is a warning ([`crate::Code::PhoneUnusual`]). Deliberately absent: whose network a number is of, where it
//! lies, and whether anybody answers there.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::name;

/// One number found in what was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[schemars(rename = "PhoneNumber")]
#[ts(export, rename = "PhoneNumber")]
pub struct Number {
    /// What it is.
    pub kind: Kind,
    /// The digits to dial from a desk in the country, without +86; abroad with 00. An unreadable part as it was told.
    pub dialled: String,
    /// The digits to dial after the call is answered (转803), if any: at most 6.
    pub extension: Option<String>,
}

/// Kinds of telephone number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PhoneKind")]
#[ts(export, rename = "PhoneKind")]
pub enum Kind {
    /// 11 digits from 13 to 19, all ranges.
    Mobile,
    /// 7 or 8 digits of a town.
    Fixed {
        /// The area code with its 0, such as 022; none for a number told without one.
        area: Option<String>,
    },
    /// A short or service number: 110, 12345, 10086, 95588, 400 and 800.
    Service,
    /// Outside the mainland.
    Abroad {
        /// The calling code without 00, such as 852.
        country: String,
    },
    /// Nothing that can be dialled.
    Unreadable,
}

/// The numbers in what was told, in its order. Blank gives none; anything else at least one, perhaps unreadable.
///
/// Numbers are set apart by / 、 , ; words and line ends, and by spaces where one number ends (`186 2233 4455` is one).
/// Words beside a number (`手机`, `儿子`) are left out.
pub fn read(text: &str) -> Vec<Number> {
    let text = name::half_width(text);
    if text.is_empty() {
        return Vec::new();
    }
    let numbers: Vec<Number> = phrases(&text).iter().flat_map(|phrase| split(&text, phrase)).collect();
    if numbers.is_empty() { vec![unreadable(&text)] } else { numbers }
}

fn unreadable(told: &str) -> Number {
    Number { kind: Kind::Unreadable, dialled: told.to_owned(), extension: None }
}

/// A run of digits, and what stood before it in its phrase.
#[derive(Debug, Clone, Copy)]
struct Group<'a> {
    digits: &'a str,
    glue: Glue,
    /// Where it begins and ends in the text, in bytes; a plus belongs to it.
    from: usize,
    to: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Glue {
    /// Nothing, a space, a dot or a bracket.
    Gap,
    Plus,
    Hyphen,
    /// 转, 分机 and the like.
    Extension,
}

/// Words before an extension.
const EXTENSION: [&str; 11] = ["转", "轉", "转接", "分机", "分機", "转分机", "分机号", "内线", "ext", "extension", "x"];

/// The phrases of a line: groups with nothing between them that surely parts two numbers.
fn phrases(text: &str) -> Vec<Vec<Group<'_>>> {
    let mut phrases = vec![Vec::new()];
    let (mut rest, mut at, mut glue, mut from) = (text, 0, Glue::Gap, 0);
    while let Some(c) = rest.chars().next() {
        let is_same: fn(char) -> bool = match c {
            '0'..='9' => |c| c.is_ascii_digit(),
            c if c.is_alphabetic() => char::is_alphabetic,
            _ => |_| false,
        };
        let length = rest.find(|c| !is_same(c)).filter(|&length| length > 0);
        let length = length.unwrap_or(if is_same(c) { rest.len() } else { c.len_utf8() });
        let (run, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        let parted = match c {
            '0'..='9' if is_note(run, after) => true,
            '0'..='9' => {
                let from = if glue == Glue::Plus { from } else { at };
                if let Some(phrase) = phrases.last_mut() {
                    phrase.push(Group { digits: run, glue, from, to: at + length });
                }
                glue = Glue::Gap;
                false
            }
            '+' => {
                (glue, from) = (Glue::Plus, at);
                false
            }
            '*' | '#' => {
                glue = Glue::Extension;
                false
            }
            '-' | '–' | '—' | '‐' | '‑' | '−' | '―' | 'ー' => {
                if glue == Glue::Gap {
                    glue = Glue::Hyphen;
                }
                false
            }
            '(' | ')' | '.' | ':' => false,
            c if c != '\n' && (c.is_whitespace() || name::is_invisible(c)) => false,
            _ if EXTENSION.contains(&run.to_lowercase().as_str()) => {
                glue = Glue::Extension;
                false
            }
            _ => true,
        };
        if parted {
            phrases.push(Vec::new());
            glue = Glue::Gap;
        }
        (rest, at) = (after, at + length);
    }
    phrases
}

/// One or two digits with a word behind them (`3号楼`, `6点后`) are no number but a remark.
fn is_note(digits: &str, after: &str) -> bool {
    let word: String = after.chars().take_while(|c| c.is_alphabetic() && !c.is_ascii()).collect();
    digits.len() <= 2 && !word.is_empty() && !EXTENSION.contains(&word.as_str())
}

/// The longest run of digits that is tried as one number; the longest that is one has 16 (00 and an E.164 number).
const MOST_DIGITS: usize = 22;

/// The cheapest cut of the first groups of a phrase: its cost, where its last number begins, and that number.
type Cut = ((usize, usize), usize, Number);

/// Cuts a phrase into numbers, so that as few digits as possible stay unreadable, and then into as few as possible.
fn split(text: &str, phrase: &[Group<'_>]) -> Vec<Number> {
    // best[i]: of the first i groups.
    let mut best: Vec<Option<Cut>> = vec![None; phrase.len() + 1];
    for start in 0..phrase.len() {
        let before = match best.get(start) {
            Some(Some((cost, ..))) => *cost,
            _ if start == 0 => (0, 0),
            _ => continue,
        };
        let mut digits = 0;
        for end in start + 1..=phrase.len() {
            let Some(groups) = phrase.get(start..end) else { break };
            digits += groups.last().map_or(0, |group| group.digits.len());
            if end > start + 1 && digits > MOST_DIGITS {
                break;
            }
            let read = number(groups);
            let lost = if read.is_some() { 0 } else { digits };
            let cost = (before.0 + lost, before.1 + 1);
            if let Some(slot) = best.get_mut(end)
                && slot.as_ref().is_none_or(|(known, ..)| cost < *known)
            {
                *slot = Some((cost, start, read.unwrap_or_else(|| unreadable(told(text, groups)))));
            }
        }
    }
    let (mut numbers, mut end) = (Vec::new(), phrase.len());
    while let Some((_, start, number)) = best.get_mut(end).and_then(Option::take) {
        numbers.push(number);
        end = start;
    }
    numbers.reverse();
    numbers
}

fn told<'a>(text: &'a str, groups: &[Group<'_>]) -> &'a str {
    let ends = groups.first().zip(groups.last());
    ends.and_then(|(first, last)| text.get(first.from..last.to)).unwrap_or_default()
}

/// The groups as one number, if they are one.
fn number(groups: &[Group<'_>]) -> Option<Number> {
    let (first, others) = groups.split_first()?;
    if others.iter().any(|group| group.glue == Glue::Plus) {
        return None;
    }
    if let Some((last, body)) = groups.split_last()
        && !body.is_empty()
        && last.digits.len() <= 6
    {
        let answered = match last.glue {
            Glue::Extension => plain(first.glue, body),
            // A hyphen sets an extension apart only where a whole domestic number stands before it.
            Glue::Hyphen => plain(first.glue, body)
                .filter(|number| number.dialled.len() >= 7 && !matches!(number.kind, Kind::Abroad { .. })),
            Glue::Gap | Glue::Plus => None,
        };
        if let Some(number) = answered {
            return Some(Number { extension: Some(last.digits.to_owned()), ..number });
        }
    }
    plain(first.glue, groups)
}

/// The groups as one number without an extension.
fn plain(before: Glue, groups: &[Group<'_>]) -> Option<Number> {
    let (first, others) = groups.split_first()?;
    if others.iter().any(|group| group.glue == Glue::Extension) {
        return None;
    }
    let digits: String = groups.iter().map(|group| group.digits).collect();
    if before == Glue::Plus {
        return match digits.strip_prefix("86") {
            Some(rest) => after_country(rest),
            None => abroad(&digits),
        };
    }
    if let Some(rest) = digits.strip_prefix("00") {
        return match rest.strip_prefix("86") {
            Some(rest) => after_country(rest),
            None => abroad(rest),
        };
    }
    match first.digits {
        "86" => after_country(digits.strip_prefix("86")?),
        "852" | "853" | "886" => abroad(&digits),
        _ => domestic(&digits).or_else(|| digits.strip_prefix("86").and_then(mobile)),
    }
}

/// A number behind +86, where the 0 of an area code is left out by the book and often written all the same.
fn after_country(digits: &str) -> Option<Number> {
    let service = || service(digits).filter(|_| digits.len() == 10);
    mobile(digits).or_else(|| with_area(digits)).or_else(|| with_area(&format!("0{digits}"))).or_else(service)
}

fn domestic(digits: &str) -> Option<Number> {
    // Mobile numbers of another town were long dialled with a 0 before them.
    let mobile = mobile(digits).or_else(|| digits.strip_prefix('0').and_then(mobile));
    mobile.or_else(|| with_area(digits)).or_else(|| local(digits)).or_else(|| service(digits))
}

fn mobile(digits: &str) -> Option<Number> {
    let is_one = digits.len() == 11 && matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..]);
    is_one.then(|| found(Kind::Mobile, digits))
}

/// An area code (010 and 02x have three places, all others four) and a local or a short number behind it.
fn with_area(digits: &str) -> Option<Number> {
    let places = match digits.as_bytes() {
        [b'0', b'1', b'0', ..] | [b'0', b'2', ..] => 3,
        [b'0', b'3'..=b'9', ..] => 4,
        _ => return None,
    };
    let (area, rest) = digits.split_at_checked(places)?;
    // Every town with a code of three places has numbers of eight.
    if local(rest).is_some() && (places == 4 || rest.len() == 8) {
        return Some(found(Kind::Fixed { area: Some(area.to_owned()) }, digits));
    }
    (rest.len() >= 5 && rest.len() <= 8 && service(rest).is_some()).then(|| found(Kind::Service, digits))
}

fn local(digits: &str) -> Option<Number> {
    let is_one = matches!(digits.len(), 7 | 8) && matches!(digits.as_bytes(), [b'2'..=b'8', ..]);
    is_one.then(|| found(Kind::Fixed { area: None }, digits))
}

fn service(digits: &str) -> Option<Number> {
    let begins = |starts: &[&str]| starts.iter().any(|start| digits.starts_with(start));
    let is_one = match digits.len() {
        3 => begins(&["11", "12"]),
        5 => begins(&["10", "11", "12", "95", "96"]),
        6 => begins(&["116", "118", "95", "96"]),
        7 | 8 => begins(&["95", "96"]),
        10 => begins(&["400", "800"]),
        _ => false,
    };
    is_one.then(|| found(Kind::Service, digits))
}

/// A number that begins with a country's calling code (ITU-T E.164: at most 15 digits).
fn abroad(digits: &str) -> Option<Number> {
    let (country, rest) = digits.split_at_checked(calling_code_places(digits.as_bytes())?)?;
    let fits = match country {
        "852" | "853" => rest.len() == 8,
        "86" => false,
        _ => rest.len() >= 4 && (7..=15).contains(&digits.len()),
    };
    fits.then(|| found(Kind::Abroad { country: country.to_owned() }, &format!("00{digits}")))
}

/// How many places a calling code has: they are free of prefixes, so its first digits tell (ITU-T E.164, annex).
fn calling_code_places(digits: &[u8]) -> Option<usize> {
    match digits {
        [b'1' | b'7', ..] => Some(1),
        [b'2', b'0' | b'7', ..]
        | [b'3', b'0'..=b'4' | b'6' | b'9', ..]
        | [b'4', b'0' | b'1' | b'3'..=b'9', ..]
        | [b'5', b'1'..=b'8', ..]
        | [b'6', b'0'..=b'6', ..]
        | [b'8', b'1' | b'2' | b'4' | b'6', ..]
        | [b'9', b'0'..=b'5' | b'8', ..] => Some(2),
        [b'2'..=b'9', ..] => Some(3),
        _ => None,
    }
}

fn found(kind: Kind, dialled: &str) -> Number {
    Number { kind, dialled: dialled.to_owned(), extension: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The numbers of a line in short: a letter for the kind, what is dialled, the extension behind a `#`.
    fn short(text: &str) -> Vec<String> {
        let one = |number: Number| {
            let kind = match number.kind {
                Kind::Mobile => "m".to_owned(),
                Kind::Fixed { area } => format!("f{}", area.unwrap_or_default()),
                Kind::Service => "s".to_owned(),
                Kind::Abroad { country } => format!("a{country}"),
                Kind::Unreadable => "?".to_owned(),
            };
            let extension = number.extension.map(|digits| format!("#{digits}")).unwrap_or_default();
            format!("{kind} {}{extension}", number.dialled)
        };
        read(text).into_iter().map(one).collect()
    }

    #[track_caller]
    fn check(text: &str, expect: &[&str]) {
        assert_eq!(short(text), expect, "{text}");
    }

    #[test]
    fn one_number_is_one_however_it_is_spaced() {
        for text in [
            "18622334455",
            "186 2233 4455",
            "186-2233-4455",
            "1862233 4455",
            "１８６　２２３３　４４５５",
            "+86 186 2233 4455",
            "+86-18622334455",
            "0086 18622334455",
            "86 18622334455",
            "8618622334455",
            "018622334455",
            "(+86)186.2233.4455",
            "手机：18622334455（儿子）",
            "\u{202A}186 2233 4455\u{202C}",
            "1 8 6 2 2 3 3 4 4 5 5",
        ] {
            check(text, &["m 18622334455"]);
        }
    }

    #[test]
    fn fixed_numbers_keep_their_area_code_and_extension() {
        for text in
            ["022-24987766", "(022)24987766", "022 2498 7766", "+86 22 24987766", "0086-022-24987766", "86-22-24987766"]
        {
            check(text, &["f022 02224987766"]);
        }
        for text in [
            "022-24987766-803",
            "022-2498-7766-803",
            "022-24987766转803",
            "022-24987766 转 803",
            "022-24987766（分机803）",
            "022-24987766 ext. 803",
            "022-24987766x803",
            "022 24987766#803",
            "０２２－２４９８７７６６－８０３",
            "022—24987766—803",
        ] {
            check(text, &["f022 02224987766#803"]);
        }
        check("0311-2437112", &["f0311 03112437112"]);
        check("0311-2437-1122", &["f0311 031124371122"]);
        check("0311-2437112-2", &["f0311 03112437112#2"]);
        check("24371122", &["f 24371122"]);
        check("2437 1122", &["f 24371122"]);
        check("243-7112", &["f 2437112"]);
        check("24371122转5", &["f 24371122#5"]);
    }

    #[test]
    fn several_numbers_are_told_apart() {
        check("15022003344/24371122", &["m 15022003344", "f 24371122"]);
        for text in [
            "15022003344、24371122",
            "15022003344,24371122",
            "15022003344，24371122",
            "15022003344;24371122",
            "15022003344；24371122",
            "15022003344 24371122",
            "150 2200 3344 2437 1122",
            "15022003344-24371122",
            "15022003344\n24371122",
            "本人15022003344，家里24371122",
            "15022003344或24371122",
        ] {
            check(text, &["m 15022003344", "f 24371122"]);
        }
        check("022 24987766 13920011234", &["f022 02224987766", "m 13920011234"]);
        check("022-24987766-803-13920011234", &["f022 02224987766#803", "m 13920011234"]);
        check("24371122 24375566", &["f 24371122", "f 24375566"]);
        check("110 120", &["s 110", "s 120"]);
        check("+85223456789 13920011234", &["a852 0085223456789", "m 13920011234"]);
        check("13920011234（3号楼，晚上6点后）", &["m 13920011234"]);
    }

    #[test]
    fn short_and_service_numbers_are_numbers() {
        for text in ["110", "119", "12345", "12348", "10086", "95588", "96111", "4006501234", "8008201234"] {
            check(text, &[&format!("s {text}")]);
        }
        check("400-650-1234", &["s 4006501234"]);
        check("400-650-1234转5", &["s 4006501234#5"]);
        check("022-12345", &["s 02212345"]);
        check("13920011234转8123", &["m 13920011234#8123"]);
    }

    #[test]
    fn numbers_abroad_are_read_with_plus_and_with_00() {
        for text in ["+852 2345 6789", "00852-23456789", "852 2345 6789", "（+852）23456789"] {
            check(text, &["a852 0085223456789"]);
        }
        check("+886 912 345 678", &["a886 00886912345678"]);
        check("+1-212-555-0100", &["a1 0012125550100"]);
        check("+44 20 7946 0958", &["a44 00442079460958"]);
        check("007 495 123 45 67", &["a7 0074951234567"]);
        check("+852 2345", &["? +852 2345"]);
    }

    #[test]
    fn what_cannot_be_dialled_is_kept_as_it_was_told() {
        for text in [
            "12",
            "无",
            "没有电话",
            "1392001123",
            "139200112345",
            "12345678",
            "139****1234",
            "10000000000",
            "00",
            "+",
            "转803",
        ] {
            let numbers = read(text);
            assert!(numbers.iter().all(|number| number.kind == Kind::Unreadable), "{text}: {numbers:?}");
            assert!(!numbers.is_empty(), "{text}");
        }
        check("139****1234", &["? 139****1234"]);
        check("13920011234 12", &["m 13920011234", "? 12"]);
        check("24371122/33", &["f 24371122", "? 33"]);
        check("", &[]);
        check("　 ", &[]);
    }

    /// Eleven digits of every mobile range.
    fn mobiles() -> impl Strategy<Value = String> {
        "1[3-9][0-9]{9}"
    }

    proptest! {
        #[test]
        fn every_mobile_range_is_read_with_and_without_prefix(number in mobiles(), prefix in "(|\\+86|\\+86 |0086|0086-|86|0)") {
            prop_assert_eq!(short(&format!("{prefix}{number}")), [format!("m {number}")]);
        }

        #[test]
        fn any_list_of_mobile_and_fixed_numbers_is_told_apart(
            numbers in prop::collection::vec(prop_oneof![mobiles(), "0(10|2[0-9])[2-8][0-9]{7}", "[2-8][0-9]{7}"], 1..6),
            separator in prop::sample::select(vec!["/", "、", ", ", "；", "\n", "和"]),
        ) {
            let dialled: Vec<String> = read(&numbers.join(separator)).into_iter().map(|number| number.dialled).collect();
            prop_assert_eq!(dialled, numbers);
        }

        #[test]
        fn no_text_is_refused_and_no_digit_invented(text in "\\PC{0,60}") {
            let numbers = read(&text);
            prop_assert_eq!(numbers.is_empty(), name::half_width(&text).is_empty());
            let digits = name::half_width(&text).chars().filter(char::is_ascii_digit).count();
            let read: usize = numbers.iter().map(|number| number.dialled.chars().filter(char::is_ascii_digit).count()).sum();
            // 00 for + is the only thing that reading adds.
            prop_assert!(read <= digits + 2 * numbers.len());
        }

        #[test]
        fn a_line_of_digits_signs_and_words_is_always_read(text in "[0-9+\\-转 /、(),;a-x机]{0,200}") {
            prop_assert!(read(&text).len() <= 200);
        }
    }
}
