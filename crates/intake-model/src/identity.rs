//! Identity papers and their numbers: which papers there are, what a number says, and what looks odd about it.
//!
//! Every check here only warns: nobody is turned away for a number (Art. 19 asks for none). Deliberately absent: any
//! table of area codes, because an abolished one is normal; any look at a card's photo; and any look-up of a person.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Code, name};

/// Of the first 17 digits, by GB 11643.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// An identity paper as shown at the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export)]
pub struct Identity {
    /// Which paper.
    pub paper: IdPaper,
    /// Its number, full-width digits and lower-case letters already made plain.
    pub number: String,
    /// The bearer's nationality as the paper says it, for passports and the like. Never required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable)]
    pub nationality: Option<String>,
}

/// Kinds of identity paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum IdPaper {
    /// 居民身份证 (GB 11643).
    ResidentId,
    /// 港澳台居民居住证: GB 11643 with the areas 810000, 820000 and 830000.
    HmtResidence,
    /// 外国人永久居留身份证: 3 letters and 12 digits (2017 form), or 18 places that begin with 9 (2023 form).
    PermanentResidence,
    /// 港澳居民来往内地通行证: H or M and 8 digits.
    HkMacaoPermit,
    /// 台湾居民来往大陆通行证 (台胞证): 8 digits.
    TaiwanPermit,
    /// A passport of any country.
    Passport,
    /// 户口簿, where a child or an old person has no card. Its numbers follow local rules.
    HouseholdRegister,
    /// 军官证, 士兵证 and the like. Their numbers follow no public rule.
    Military,
    /// Any other paper.
    Other,
}

impl Identity {
    /// The same paper as it is kept: the number half width, upper case, without spaces and invisible signs; Ⅹ and × at
    /// the end of an 18-place number as X; the issue count of a permit gone (its bearer keeps the number before it for
    /// life, so that a later visit is found by it); a blank nationality as none.
    #[must_use]
    pub fn normalised(self) -> Self {
        let number = name::plain_number(&self.number);
        let number = match self.paper {
            IdPaper::ResidentId | IdPaper::HmtResidence | IdPaper::PermanentResidence => with_plain_check(number),
            IdPaper::HkMacaoPermit | IdPaper::TaiwanPermit => without_issue_count(self.paper, number),
            _ => number,
        };
        let nationality = self.nationality.map(|told| told.trim().to_owned()).filter(|told| !told.is_empty());
        Self { paper: self.paper, number, nationality }
    }
}

/// The check character ten is a Roman numeral in GB 11643, and some input methods offer it as one sign.
fn with_plain_check(number: String) -> String {
    match number.strip_suffix(['Ⅹ', '×']) {
        Some(body) if body.len() == 17 => format!("{body}X"),
        _ => number,
    }
}

/// A permit's number without its issue count: two digits on cards and booklets, or a sign in brackets on old booklets.
fn without_issue_count(paper: IdPaper, number: String) -> String {
    let letter = usize::from(number.starts_with(['H', 'M']));
    let other_permit = matches!((paper, letter), (IdPaper::HkMacaoPermit, 0) | (IdPaper::TaiwanPermit, 1));
    let Some((own, count)) = number.split_at_checked(letter + 8) else { return number };
    let is_count = match count.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) => (1..=2).contains(&inner.len()) && inner.bytes().all(|b| b.is_ascii_alphanumeric()),
        None => count.len() == 2 && all_digits(count),
    };
    if is_count && !other_permit && own.get(letter..).is_some_and(all_digits) { own.to_owned() } else { number }
}

/// What a number says of its bearer. Offered to fill a form with, never forced upon it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export)]
pub struct Facts {
    /// The date of birth.
    #[ts(type = "string")]
    pub birth: NaiveDate,
    /// Male or female, by the serial's last digit.
    pub sex: Sex,
    /// The area (GB/T 2260, six digits) that first gave the number; of a permanent residence card its province.
    pub area: String,
}

/// What the number of a 居民身份证, a 港澳台居民居住证 or a 2023 外国人永久居留身份证 says; `None` where it is not valid, or of
/// another paper.
pub fn facts(identity: &Identity) -> Option<Facts> {
    match identity.paper {
        IdPaper::ResidentId | IdPaper::HmtResidence | IdPaper::PermanentResidence => {
            read(&identity.clone().normalised().number).ok()
        }
        _ => None,
    }
}

/// What is worth a second look about a paper's number, as a warning: the first of these that applies.
///
/// [`Code::IdOtherPaper`]: it has the form of another paper. [`Code::PaperNumberUnusual`]: it has the form of none.
/// [`Code::IdOldForm`]: 15 digits, as before 1999. [`Code::BirthDateImpossible`]: no such day.
/// [`Code::IdNumberUnusual`]: the check character does not fit. [`Code::BirthDateFuture`]: born after `on`, the day of
/// the visit.
///
/// A household register, a military and any other paper have no public rule and are never noticed.
pub fn notice(identity: &Identity, on: NaiveDate) -> Option<Code> {
    let number = identity.clone().normalised().number;
    let form = form_of(&number);
    let fits = match identity.paper {
        IdPaper::HouseholdRegister | IdPaper::Military | IdPaper::Other => return None,
        // Passports of the world share the forms of our permits; only the long ones tell another paper.
        IdPaper::Passport if (4..=14).contains(&number.len()) => {
            let plain = number.bytes().all(|b| b.is_ascii_alphanumeric()) && number.bytes().any(|b| b.is_ascii_digit());
            return (!plain).then_some(Code::PaperNumberUnusual);
        }
        paper => form == Some(paper),
    };
    if !fits {
        return Some(if form.is_some() { Code::IdOtherPaper } else { Code::PaperNumberUnusual });
    }
    match number.len() {
        18 => match read(&number) {
            Err(code) => Some(code),
            Ok(facts) => (facts.birth > on).then_some(Code::BirthDateFuture),
        },
        15 if all_digits(&number) => Some(match date("19", number.get(6..12)) {
            Some(_) => Code::IdOldForm,
            None => Code::BirthDateImpossible,
        }),
        _ => None,
    }
}

/// The paper that a plain number is of, told by its form alone: for old records that name none. A passport where it mixes
/// letters and digits, another paper where it has no known form.
pub fn paper_by_form(number: &str) -> IdPaper {
    let mixed = number.bytes().any(|b| b.is_ascii_alphabetic()) && number.bytes().any(|b| b.is_ascii_digit());
    form_of(number).unwrap_or(if mixed { IdPaper::Passport } else { IdPaper::Other })
}

/// The one paper whose numbers look like this one, by length and kind of characters alone.
fn form_of(number: &str) -> Option<IdPaper> {
    let letters = |part: &str| part.bytes().all(|b| b.is_ascii_uppercase());
    match number.len() {
        18 => {
            let (body, check) = number.split_at_checked(17)?;
            let has_form = all_digits(body) && (all_digits(check) || check == "X");
            has_form.then_some(match body.get(..6) {
                Some("810000" | "820000" | "830000") => IdPaper::HmtResidence,
                Some(area) if area.starts_with('9') => IdPaper::PermanentResidence,
                _ => IdPaper::ResidentId,
            })
        }
        15 if all_digits(number) => Some(IdPaper::ResidentId),
        15 => {
            let (country, digits) = number.split_at_checked(3)?;
            (letters(country) && all_digits(digits)).then_some(IdPaper::PermanentResidence)
        }
        9 => number.strip_prefix(['H', 'M']).filter(|rest| all_digits(rest)).map(|_| IdPaper::HkMacaoPermit),
        8 => all_digits(number).then_some(IdPaper::TaiwanPermit),
        _ => None,
    }
}

/// Reads 18 places by GB 11643: area, birth date, serial (odd for a man), check character of ISO 7064 MOD 11-2.
fn read(number: &str) -> Result<Facts, Code> {
    let form = form_of(number).filter(|_| number.len() == 18).ok_or(Code::PaperNumberUnusual)?;
    let (body, check) = number.split_at_checked(17).ok_or(Code::PaperNumberUnusual)?;
    // A day that does not exist says where to look; a check character only that something is wrong.
    let birth = date("", body.get(6..14)).ok_or(Code::BirthDateImpossible)?;
    let digits = || body.bytes().map(|digit| u32::from(digit - b'0'));
    let sum: u32 = digits().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let right = b"10X98765432".get((sum % 11) as usize).is_some_and(|&right| check.as_bytes() == [right]);
    if !right {
        return Err(Code::IdNumberUnusual);
    }
    let sex = if digits().next_back().is_some_and(|last| last % 2 == 1) { Sex::Male } else { Sex::Female };
    let area = match form {
        // 9, two digits of the province, three of the country (GB/T 2659).
        IdPaper::PermanentResidence => format!("{}0000", body.get(1..3).unwrap_or_default()),
        _ => body.get(..6).unwrap_or_default().to_owned(),
    };
    Ok(Facts { birth, sex, area })
}

/// A day written as digits `YYYYMMDD`, its first digits perhaps apart. `None` where there is no such day.
fn date(century: &str, digits: Option<&str>) -> Option<NaiveDate> {
    let digits = format!("{century}{}", digits?);
    let part = |from: usize, to: usize| digits.get(from..to).filter(|part| all_digits(part));
    let year = part(0, 4)?.parse().ok()?;
    NaiveDate::from_ymd_opt(year, part(4, 6)?.parse().ok()?, part(6, 8)?.parse().ok()?)
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a unified social credit code is right by GB 32100: 18 of `0-9A-Z` without I O S V Z, weights 3^(i-1) mod 31.
pub fn uscc_is_valid(code: &str) -> bool {
    const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    if code.len() != 18 {
        return false;
    }
    let value = |byte: u8| ALPHABET.iter().position(|&letter| letter == byte);
    let Some(values) = code.bytes().map(value).collect::<Option<Vec<usize>>>() else { return false };
    let [body @ .., check] = values.as_slice() else { return false };
    let weights = std::iter::successors(Some(1), |weight| Some(weight * 3 % 31));
    let sum: usize = body.iter().zip(weights).map(|(value, weight)| value * weight).sum();
    (31 - sum % 31) % 31 == *check
}

/// Sex by GB/T 2261.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Sex {
    /// 0, 未知: nobody asked or could tell.
    #[default]
    Unknown,
    /// 1, 男.
    Male,
    /// 2, 女.
    Female,
    /// 9, 未说明: the visitor would rather not say.
    NotStated,
}

impl Sex {
    /// The code of GB/T 2261.1: 0, 1, 2 or 9.
    pub fn code(self) -> u8 {
        match self {
            Self::Unknown => 0,
            Self::Male => 1,
            Self::Female => 2,
            Self::NotStated => 9,
        }
    }

    /// The sex with a code of GB/T 2261.1.
    pub fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Unknown),
            1 => Some(Self::Male),
            2 => Some(Self::Female),
            9 => Some(Self::NotStated),
            _ => None,
        }
    }

    /// The code of the national exchange model: 0 female, 1 male, nothing else. Its 0 is not the 0 of GB/T 2261.1.
    pub fn exchange_code(self) -> Option<u8> {
        match self {
            Self::Female => Some(0),
            Self::Male => Some(1),
            Self::Unknown | Self::NotStated => None,
        }
    }

    /// The sex with a code of the national exchange model.
    pub fn from_exchange_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Female),
            1 => Some(Self::Male),
            _ => None,
        }
    }
}

#[cfg(test)]
#[path = "identity_tests.rs"]
mod tests;
