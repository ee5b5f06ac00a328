//! The registration number: allotted offline, unique without asking anyone, read back without doubt.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;

/// A centre's nine-digit code (GB/T 10114: district and street), such as `120110005` for 新立街道.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CentreCode(String);

/// A desk's number within its centre: 1 to 99, shown with two digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeskNumber(u8);

/// The mark of a desk's epoch: one or more letters `A`–`Z`. The first epoch is `A`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EpochMark(String);

/// A registration number such as `120110005-20261124-01A-0007-K`.
///
/// Centre (9 digits), civil date, desk and epoch mark, serial of that day (4 digits, wider past 9999) and one check
/// character by ISO 7064 MOD 37,36 over all letters and digits before it. A barcode carries it without the hyphens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RegistrationNumber {
    centre: CentreCode,
    date: NaiveDate,
    desk: DeskNumber,
    epoch: EpochMark,
    serial: u32,
}

/// Why a text is not a number of this kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not nine digits.
    #[error("a centre code has nine digits")]
    Centre,
    /// Not 1 to 99.
    #[error("a desk number is 1 to 99")]
    Desk,
    /// Not one to four letters `A`–`Z`.
    #[error("an epoch mark is one to four letters A to Z")]
    Epoch,
    /// Not a serial of at least four digits from 0001.
    #[error("a serial has at least four digits and is not zero")]
    Serial,
    /// Not a date of the calendar.
    #[error("the date in the number does not exist")]
    Date,
    /// Some part is missing or too long.
    #[error("a registration number looks like 120110005-20261124-01A-0007-K")]
    Shape,
    /// A character was misread: the check character does not fit.
    #[error("the check character does not fit: a character was misread")]
    Check,
}

impl CentreCode {
    /// The code as nine digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CentreCode {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let digits = text.len() == 9 && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| Self(text.to_owned())).ok_or(NumberError::Centre)
    }
}

impl DeskNumber {
    /// A desk number.
    ///
    /// # Errors
    /// [`NumberError::Desk`] outside 1 to 99.
    pub fn new(number: u8) -> Result<Self, NumberError> {
        (1..=99).contains(&number).then_some(Self(number)).ok_or(NumberError::Desk)
    }

    /// 1 to 99.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl FromStr for DeskNumber {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        text.parse::<u8>().map_err(|_| NumberError::Desk).and_then(Self::new)
    }
}

impl EpochMark {
    /// The mark of a desk's first epoch, `A`.
    pub fn first() -> Self {
        Self("A".to_owned())
    }

    /// The mark's letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EpochMark {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let letters = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase());
        letters.then(|| Self(text.to_owned())).ok_or(NumberError::Epoch)
    }
}

impl RegistrationNumber {
    /// A number from its parts.
    ///
    /// # Errors
    /// [`NumberError::Serial`] for serial 0; [`NumberError::Date`] for a year of more or fewer than four digits.
    pub fn new(
        centre: CentreCode,
        date: NaiveDate,
        desk: DeskNumber,
        epoch: EpochMark,
        serial: u32,
    ) -> Result<Self, NumberError> {
        use chrono::Datelike as _;
        if serial == 0 {
            return Err(NumberError::Serial);
        }
        if !(1000..=9999).contains(&date.year()) {
            return Err(NumberError::Date);
        }
        Ok(Self { centre, date, desk, epoch, serial })
    }

    /// The civil date the visit was registered on.
    pub fn date(&self) -> NaiveDate {
        self.date
    }

    /// The serial of that day and desk, from 1.
    pub fn serial(&self) -> u32 {
        self.serial
    }

    /// The centre that registered it.
    pub fn centre(&self) -> &CentreCode {
        &self.centre
    }

    /// The desk that registered it.
    pub fn desk(&self) -> DeskNumber {
        self.desk
    }

    /// The mark of the desk's epoch.
    pub fn epoch(&self) -> &EpochMark {
        &self.epoch
    }

    /// The number of another serial of the same day, desk and epoch; `None` for serial 0.
    pub fn with_serial(&self, serial: u32) -> Option<Self> {
        (serial > 0).then(|| Self { serial, ..self.clone() })
    }

    /// What a barcode carries: the number without its hyphens.
    pub fn compact(&self) -> String {
        let body = self.body();
        let check = check_character(&body);
        format!("{body}{check}")
    }

    /// The form for calling out in the hall: `01A-0007`. Unique on one day at one centre only.
    pub fn short(&self) -> String {
        format!("{}-{:04}", self.desk_and_epoch(), self.serial)
    }

    fn desk_and_epoch(&self) -> String {
        format!("{:02}{}", self.desk.0, self.epoch.0)
    }

    fn body(&self) -> String {
        format!("{}{}{}{:04}", self.centre.0, self.date.format("%Y%m%d"), self.desk_and_epoch(), self.serial)
    }
}

impl fmt::Display for RegistrationNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.date.format("%Y%m%d");
        let check = check_character(&self.body());
        write!(f, "{}-{date}-{}-{:04}-{check}", self.centre.0, self.desk_and_epoch(), self.serial)
    }
}

impl FromStr for RegistrationNumber {
    type Err = NumberError;

    /// Reads a number with or without hyphens, full width or lower case, as a scanner or a hand types it.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        let compact: String = crate::name::plain_number(text).chars().filter(|&c| c != '-').collect();
        if !compact.is_ascii() || compact.len() > 40 {
            return Err(NumberError::Shape);
        }
        let part = |from, to| compact.get(from..to).ok_or(NumberError::Shape);
        let centre = part(0, 9)?.parse()?;
        let date = NaiveDate::parse_from_str(part(9, 17)?, "%Y%m%d").map_err(|_| NumberError::Date)?;
        let desk = part(17, 19)?.parse()?;
        let rest = part(19, compact.len())?;
        let letters = rest.find(|c: char| c.is_ascii_digit()).ok_or(NumberError::Shape)?;
        let (epoch, rest) = rest.split_at_checked(letters).ok_or(NumberError::Shape)?;
        let (serial, check) = rest.split_at_checked(rest.len() - 1).ok_or(NumberError::Shape)?;
        if serial.len() < 4 {
            return Err(NumberError::Shape);
        }
        let serial = serial.parse().map_err(|_| NumberError::Serial)?;
        let number = Self::new(centre, date, desk, epoch.parse()?, serial)?;
        let fits = check.starts_with(check_character(&number.body()));
        fits.then_some(number).ok_or(NumberError::Check)
    }
}

/// The check character of ISO 7064 MOD 37,36 over letters and digits: catches every single wrong character and nearly
/// every swap of two neighbours.
fn check_character(body: &str) -> char {
    let mut product = 36;
    for character in body.chars() {
        let sum = (product + character.to_digit(36).unwrap_or(0)) % 36;
        product = (if sum == 0 { 36 } else { sum }) * 2 % 37;
    }
    let check = (37 - product) % 36;
    char::from_digit(check, 36).unwrap_or('0').to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(serial: u32) -> RegistrationNumber {
        let date = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
        let centre = "120110005".parse().unwrap();
        RegistrationNumber::new(centre, date, DeskNumber(1), EpochMark::first(), serial).unwrap()
    }

    #[test]
    fn the_check_character_is_that_of_iso_7064() {
        // The standard's example for MOD 37,36: A12425GABC1234002 has the check character M.
        assert_eq!(check_character("A12425GABC1234002"), 'M');
    }

    #[test]
    fn a_number_has_its_long_its_barcode_and_its_called_form() {
        let number = number(7);
        assert!(number.to_string().starts_with("120110005-20261124-01A-0007-"));
        assert_eq!(number.compact(), number.to_string().replace('-', ""));
        assert_eq!(number.short(), "01A-0007");
    }

    #[test]
    fn the_serial_widens_past_9999() {
        let wide = number(12345);
        assert_eq!(wide.to_string().parse(), Ok(wide.clone()));
        assert_eq!(wide.compact().parse(), Ok(wide));
    }

    #[test]
    fn what_is_not_a_number_is_refused_with_its_reason() {
        for text in ["", "120110005", "𬱖", "120110005-20261324-01A-0007-K", &number(7).to_string().replace('7', "8")]
        {
            assert!(text.parse::<RegistrationNumber>().is_err(), "{text}");
        }
        let misread = number(7).compact().replacen("120110005", "120110006", 1);
        assert_eq!(misread.parse::<RegistrationNumber>(), Err(NumberError::Check));
    }

    proptest! {
        #[test]
        fn a_printed_number_reads_back_as_itself(
            centre in "[0-9]{9}", days in 0i32..40_000, desk in 1u8..=99, epoch in "[A-Z]{1,4}", serial in 1u32..2_000_000,
        ) {
            let date = NaiveDate::from_num_days_from_ce_opt(720_000 + days).unwrap();
            let number = RegistrationNumber::new(
                centre.parse().unwrap(), date, DeskNumber(desk), epoch.parse().unwrap(), serial,
            ).unwrap();
            prop_assert_eq!(number.to_string().parse::<RegistrationNumber>().unwrap(), number.clone());
            prop_assert_eq!(number.compact().to_lowercase().parse::<RegistrationNumber>().unwrap(), number);
        }

        #[test]
        fn two_desks_never_allot_the_same_number(
            one in (1u8..=99, "[A-C]", 1u32..50), other in (1u8..=99, "[A-C]", 1u32..50), centres in (0u8..3, 0u8..3),
        ) {
            let allot = |centre: u8, (desk, mark, serial): &(u8, String, u32)| {
                let centre = format!("12011000{centre}").parse().unwrap();
                let date = NaiveDate::from_num_days_from_ce_opt(739_000).unwrap();
                RegistrationNumber::new(centre, date, DeskNumber(*desk), mark.parse().unwrap(), *serial).unwrap().compact()
            };
            let same = (centres.0, &one) == (centres.1, &other);
            prop_assert_eq!(allot(centres.0, &one) == allot(centres.1, &other), same);
        }

        #[test]
        fn any_text_is_read_or_refused_and_never_panics(text in "\\PC{0,60}") {
            let _ = text.parse::<RegistrationNumber>();
        }
    }
}
