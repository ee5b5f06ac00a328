//! The tokens under which a matter stands in the index, and the question about them that finds whatever a search may mean.
//!
//! One and two characters of a text are tokens as they are; everything else is longer or begins with a character of its
//! own. The index knows which tokens a matter has and not where: 物业费 asks for 物业 and 业费, and what has both apart is
//! put aside when the record itself is looked at. So a question may ask for too little and never for too much.

use std::collections::BTreeSet;

use chrono::{Datelike as _, NaiveDate};
use intake_model::seek::{Folded, PHONE_BEGINNING, PHONE_END, Part, Word, number_forms, phones, spelled, texts};
use intake_model::{Catalogue, Filed, RegistrationNumber, TableId, Visit, pinyin};

/// Of every matter: for a search that asks for nothing else.
const ALL: &str = "全部件";
const VOID: &str = "状态废";
/// How many ways to cut one word of pinyin are tried, those of the fewest syllables first.
const CUTS: usize = 12;
/// How many syllables more than the fewest a cut may have: 西安 in 西安安居.
const MORE_SYLLABLES: usize = 2;
/// An unfinished syllable that may become more than this many is asked for by its first letter alone.
const ENDINGS: usize = 24;

/// Everything under which a matter is found, separated by spaces. Of a sealed one, and of one whose record is erased, its
/// number and day alone.
pub(crate) fn of_matter(number: &RegistrationNumber, visit: Option<&Visit>, void: bool) -> String {
    let mut tokens = BTreeSet::from([ALL.to_owned()]);
    tokens.extend(number_forms(number).into_iter().map(|form| format!("号{form}")));
    let date = number.date();
    tokens.extend([year(date.year()), month(date), day(date)]);
    if void {
        tokens.insert(VOID.to_owned());
    }
    if let Some(visit) = visit.filter(|visit| !visit.is_sealed()) {
        for (part, text) in texts(visit) {
            let folded = Folded::of(text);
            let characters = characters(folded.characters());
            tokens.extend(characters.iter().map(char::to_string));
            tokens.extend(characters.windows(2).map(String::from_iter));
            if matches!(part, Part::Name | Part::Title | Part::Person) {
                spell(&mut tokens, &folded);
            }
        }
        for phone in phones(visit) {
            tokens.insert(format!("尾{}", end(&phone)));
            tokens.insert(format!("话{phone}"));
        }
        tokens.extend(visit.content.iter().flat_map(lineage).map(|filed| category(&filed)));
    }
    let tokens: Vec<String> = tokens.into_iter().collect();
    tokens.join(" ")
}

/// The tokenizer parts words at ASCII signs; their full-width twins are letters to it.
fn characters(folded: &[char]) -> Vec<char> {
    let lettered = |c: &char| match *c {
        sign if sign.is_ascii() && !sign.is_ascii_alphanumeric() => {
            char::from_u32(u32::from(sign) + 0xFEE0).unwrap_or(sign)
        }
        other => other,
    };
    folded.iter().map(lettered).collect()
}

fn spell(tokens: &mut BTreeSet<String>, text: &Folded) {
    let spelling = spelled(text);
    let typed = |readings: &[String]| -> Vec<String> {
        readings.iter().filter(|one| one.bytes().all(|b| b.is_ascii_alphanumeric())).cloned().collect()
    };
    let mut before: Vec<String> = Vec::new();
    for readings in spelling.readings() {
        let readings = typed(readings);
        for reading in &readings {
            tokens.insert(syllable(reading));
            tokens.insert(first(reading));
            for other in &before {
                tokens.insert(syllables(other, reading));
                tokens.insert(firsts(other, reading));
            }
        }
        before = readings;
    }
}

fn syllable(reading: &str) -> String {
    format!("拼{reading}")
}

fn syllables(one: &str, next: &str) -> String {
    format!("拼{one}拼{next}")
}

fn first(reading: &str) -> String {
    format!("首{}", letter(reading))
}

fn firsts(one: &str, next: &str) -> String {
    format!("首{}{}", letter(one), letter(next))
}

fn letter(reading: &str) -> &str {
    reading.get(..1).unwrap_or_default()
}

fn end(digits: &str) -> &str {
    digits.get(digits.len().saturating_sub(PHONE_END)..).unwrap_or_default()
}

fn year(year: i32) -> String {
    format!("年{year}")
}

fn month(date: NaiveDate) -> String {
    format!("月{}", date.format("%Y%m"))
}

fn day(date: NaiveDate) -> String {
    format!("日{}", date.format("%Y%m%d"))
}

fn category(filed: &Filed) -> String {
    format!("类{}类{}", filed.edition, filed.code)
}

/// What something was filed under, and what that lies under.
pub(crate) fn lineage(filed: &Filed) -> Vec<Filed> {
    let table = Catalogue::known().edition(TableId::ContentCategory, filed.edition);
    let up = |one: &Filed| {
        let code = table?.parent(&one.code)?;
        Some(Filed { edition: one.edition, code })
    };
    std::iter::successors(Some(filed.clone()), up).collect()
}

/// The index's question for these words, each of which must be found, on these days (both included) and under one of these
/// categories.
pub(crate) fn question(
    words: &[Word],
    days: Option<(NaiveDate, NaiveDate)>,
    categories: &[Filed],
    void: bool,
) -> String {
    let mut parts: Vec<String> = words.iter().map(of_word).collect();
    if let Some((from, to)) = days {
        parts.push(any(of_days(from, to)));
    }
    if !categories.is_empty() {
        parts.push(any(categories.iter().map(|filed| token(&category(filed))).collect()));
    }
    if void {
        parts.push(token(VOID));
    }
    if parts.is_empty() {
        parts.push(token(ALL));
    }
    all(parts)
}

fn of_word(word: &Word) -> String {
    let characters = characters(word.folded.characters());
    let mut ways = vec![match characters.as_slice() {
        [one] => token(&one.to_string()),
        more => all(more.windows(2).map(|two| token(&String::from_iter(two))).collect()),
    }];
    if let Some(typed) = &word.typed {
        if typed.bytes().any(|b| b.is_ascii_digit()) {
            ways.push(token(&format!("号{typed}")));
        }
        if typed.bytes().all(|b| b.is_ascii_digit()) {
            if typed.len() >= PHONE_END {
                ways.push(token(&format!("尾{}", end(typed))));
            }
            if typed.len() >= PHONE_BEGINNING {
                ways.push(format!("{}*", token(&format!("话{typed}"))));
            }
        } else {
            ways.extend(cuts(typed).iter().map(|cut| of_cut(cut)));
        }
    }
    any(ways)
}

/// One piece of pinyin as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    /// A whole reading.
    Whole(&'a str),
    /// A first sound.
    Sound(&'a str),
    /// The last piece: a reading, or the beginning of one.
    Last(&'a str),
}

impl<'a> Piece<'a> {
    fn text(self) -> &'a str {
        match self {
            Self::Whole(text) | Self::Sound(text) | Self::Last(text) => text,
        }
    }

    /// The readings it may mean; empty where they are too many to ask for.
    fn readings(self) -> Vec<&'a str> {
        match self {
            Self::Whole(text) => vec![text],
            Self::Sound(_) => Vec::new(),
            Self::Last(text) if text.len() == 1 => Vec::new(),
            Self::Last(text) => {
                let from = pinyin::syllables().range(text.to_owned()..);
                let begun: Vec<&str> =
                    from.take_while(|one| one.starts_with(text)).take(ENDINGS + 1).map(String::as_str).collect();
                if begun.len() > ENDINGS { Vec::new() } else { begun }
            }
        }
    }
}

/// The ways to cut what was typed into readings and first sounds, those of the fewest pieces first.
fn cuts(typed: &str) -> Vec<Vec<Piece<'_>>> {
    let mut found = Vec::new();
    // The fewest pieces from each place to the end.
    let mut fewest = vec![usize::MAX; typed.len() + 1];
    for at in (0..typed.len()).rev() {
        let least = pieces(typed, at)
            .into_iter()
            .map(|piece| match piece {
                Piece::Last(_) => 1,
                other => fewest.get(at + other.text().len()).copied().unwrap_or(usize::MAX).saturating_add(1),
            })
            .min();
        if let (Some(slot), Some(least)) = (fewest.get_mut(at), least) {
            *slot = least;
        }
    }
    let Some(&least) = fewest.first().filter(|least| **least < usize::MAX) else { return found };
    for exactly in least..=least + MORE_SYLLABLES {
        cut(typed, 0, exactly, &fewest, &mut Vec::new(), &mut found);
    }
    found
}

fn cut<'a>(
    typed: &'a str,
    at: usize,
    exactly: usize,
    fewest: &[usize],
    so_far: &mut Vec<Piece<'a>>,
    found: &mut Vec<Vec<Piece<'a>>>,
) {
    if found.len() >= CUTS || exactly == 0 || fewest.get(at).is_none_or(|least| *least > exactly) {
        return;
    }
    for piece in pieces(typed, at) {
        so_far.push(piece);
        match piece {
            Piece::Last(_) if exactly == 1 && found.len() < CUTS => found.push(so_far.clone()),
            Piece::Last(_) => {}
            other => cut(typed, at + other.text().len(), exactly - 1, fewest, so_far, found),
        }
        so_far.pop();
    }
}

/// What may stand at a place: the whole rest, a reading, a first sound. Letters and digits stand for themselves too.
fn pieces(typed: &str, at: usize) -> Vec<Piece<'_>> {
    let rest = typed.get(at..).unwrap_or_default();
    let begins =
        |text: &str| pinyin::syllables().range(text.to_owned()..).next().is_some_and(|one| one.starts_with(text));
    let mut pieces = Vec::new();
    if rest.len() == 1 || begins(rest) {
        pieces.push(Piece::Last(rest));
    }
    for length in (1..rest.len().min(7)).rev() {
        let Some(piece) = rest.get(..length) else { continue };
        if length > 1 && pinyin::syllables().contains(piece) {
            pieces.push(Piece::Whole(piece));
        } else if length == 1 || matches!(piece, "zh" | "ch" | "sh") {
            pieces.push(Piece::Sound(piece));
        }
    }
    pieces
}

fn of_cut(cut: &[Piece<'_>]) -> String {
    let alone = |piece: &Piece<'_>| {
        let readings = piece.readings();
        if readings.is_empty() {
            token(&first(piece.text()))
        } else {
            any(readings.into_iter().map(|one| token(&syllable(one))).collect())
        }
    };
    if let [one] = cut {
        return alone(one);
    }
    let mut parts = Vec::new();
    for pair in cut.windows(2) {
        let [one, next] = pair else { continue };
        let (ones, nexts) = (one.readings(), next.readings());
        if let ([whole], false) = (ones.as_slice(), nexts.is_empty()) {
            parts.push(any(nexts.iter().map(|next| token(&syllables(whole, next))).collect()));
            continue;
        }
        parts.push(token(&firsts(one.text(), next.text())));
        parts.extend(
            [(one, ones), (next, nexts)].into_iter().filter(|(_, known)| !known.is_empty()).map(|(it, _)| alone(it)),
        );
    }
    all(parts)
}

/// Whole years, then whole months, then days: together exactly the days from the first to the last.
fn of_days(from: NaiveDate, to: NaiveDate) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut at = from;
    while at <= to {
        let next_year = NaiveDate::from_ymd_opt(at.year() + 1, 1, 1);
        let next_month = at.checked_add_months(chrono::Months::new(1)).and_then(|next| next.with_day(1));
        let within = |next: Option<NaiveDate>| next.filter(|next| next.pred_opt().is_some_and(|last| last <= to));
        let (text, next) = if let Some(next) = within(next_year).filter(|_| at.ordinal() == 1) {
            (year(at.year()), Some(next))
        } else if let Some(next) = within(next_month).filter(|_| at.day() == 1) {
            (month(at), Some(next))
        } else {
            (day(at), at.succ_opt())
        };
        tokens.push(token(&text));
        let Some(next) = next else { break };
        at = next;
    }
    tokens
}

fn token(text: &str) -> String {
    format!("\"{text}\"")
}

fn all(parts: Vec<String>) -> String {
    joined(parts, " AND ")
}

fn any(parts: Vec<String>) -> String {
    joined(parts, " OR ")
}

fn joined(mut parts: Vec<String>, word: &str) -> String {
    let mut seen = BTreeSet::new();
    parts.retain(|part| seen.insert(part.clone()));
    match parts.as_slice() {
        [one] => one.clone(),
        more => format!("({})", more.join(word)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(from: &str, to: &str) -> Vec<String> {
        let unquoted = |one: String| one.trim_matches('"').to_owned();
        of_days(from.parse().unwrap(), to.parse().unwrap()).into_iter().map(unquoted).collect()
    }

    #[test]
    fn a_stretch_of_days_is_asked_for_by_the_fewest_tokens_and_exactly() {
        assert_eq!(days("2026-11-24", "2026-11-24"), ["日20261124"]);
        assert_eq!(days("2026-02-01", "2026-03-31"), ["月202602", "月202603"]);
        assert_eq!(days("2024-12-31", "2026-01-02"), ["日20241231", "年2025", "日20260101", "日20260102"]);
        assert!(days("2026-11-25", "2026-11-24").is_empty());
    }

    #[test]
    fn pinyin_is_cut_at_every_likely_place_the_fewest_syllables_first() {
        let texts = |typed: &'static str| -> Vec<String> {
            cuts(typed).iter().map(|cut| cut.iter().map(|piece| piece.text()).collect::<Vec<_>>().join("'")).collect()
        };
        assert_eq!(texts("zhangwei").first().map(String::as_str), Some("zhang'wei"));
        assert!(texts("xian").contains(&"xi'an".to_owned()));
        assert!(texts("wuyegl").contains(&"wu'ye'g'l".to_owned()));
        assert!(texts("3hla").contains(&"3'h'l'a".to_owned()));
    }
}
