//! A registration number as Code 128 (ISO/IEC 15417), as the widths of its bars and gaps.
//!
//! The drawing itself is the template's.

use barcoders::sym::code128::Code128;

use crate::{Error, Result};

/// Code set B (letters and digits), in the notation of `barcoders`.
const SET_B: char = '\u{181}';
/// Code set C (two digits in one symbol), in the notation of `barcoders`.
const SET_C: char = '\u{106}';

/// The widths of bar, gap, bar, … in modules, from the first bar of the start symbol to the last of the stop symbol.
///
/// The digits in front go into code set C in pairs: the nine of the centre, the date and the desk make up most of a
/// number, and half as many symbols can be printed half as fine again.
pub(crate) fn widths(compact: &str) -> Result<Vec<u16>> {
    let digits = compact.bytes().take_while(u8::is_ascii_digit).count();
    let (pairs, rest) = compact.split_at_checked(digits - digits % 2).ok_or(Error::Barcode)?;
    let mut coded = String::with_capacity(compact.len() + 4);
    if !pairs.is_empty() {
        coded.push(SET_C);
        coded.push_str(pairs);
    }
    if !rest.is_empty() {
        coded.push(SET_B);
        coded.push_str(rest);
    }
    let modules = Code128::new(coded).map_err(|_| Error::Barcode)?.encode();
    Ok(modules.chunk_by(|one, next| one == next).map(|run| u16::try_from(run.len()).unwrap_or(u16::MAX)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usual_number_takes_222_modules_and_begins_and_ends_with_a_bar() {
        let widths = widths("1201100052026112401A0007K").unwrap();
        assert_eq!(widths.iter().sum::<u16>(), 222);
        assert_eq!(widths.len() % 2, 1);
        assert!(widths.iter().all(|width| (1..=4).contains(width)));
    }

    #[test]
    fn what_code_128_cannot_hold_is_refused() {
        assert!(widths("").is_err());
        assert!(widths("𬱖").is_err());
    }
}
