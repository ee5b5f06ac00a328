//! The numbers of identity papers. Every check here only warns: nobody is turned away for a number.

/// Of the first 17 digits, by GB 11643.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// Whether a resident number is right by GB 11643: 18 places, a real birth date, the check character of ISO 7064 MOD 11-2.
///
/// The area code is not looked up: an abolished one is normal, and 港澳台居民居住证 (81, 82, 83) follow the same rule.
pub fn resident_number_is_valid(number: &str) -> bool {
    let bytes = number.as_bytes();
    let [body @ .., check] = bytes else { return false };
    if body.len() != 17 || !body.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let part = |from: usize, to: usize| number.get(from..to).and_then(|digits| digits.parse::<u32>().ok());
    let (Some(year), Some(month), Some(day)) = (part(6, 10), part(10, 12), part(12, 14)) else { return false };
    let Ok(year) = i32::try_from(year) else { return false };
    if chrono::NaiveDate::from_ymd_opt(year, month, day).is_none() {
        return false;
    }
    let sum: u32 = body.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    b"10X98765432".get((sum % 11) as usize) == Some(check)
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_standards_own_numbers_are_valid() {
        for number in ["11010519491231002X", "440524188001010014", "810000199001010019", "830000199001010012"] {
            assert!(resident_number_is_valid(number), "{number}");
        }
    }

    #[test]
    fn a_wrong_check_a_date_that_does_not_exist_and_old_numbers_are_noticed() {
        for number in ["110105194912310021", "120110198302301072", "120110540607122", "", "C4X7K9P2Q", "１１０"] {
            assert!(!resident_number_is_valid(number), "{number}");
        }
    }

    #[test]
    fn a_credit_code_is_checked_by_gb_32100() {
        assert!(uscc_is_valid("91350100M000100Y43"));
        assert!(!uscc_is_valid("91350100M000100Y4Z"));
        assert!(!uscc_is_valid("91350100M000100Y44"));
        assert!(!uscc_is_valid("中"));
    }

    proptest! {
        #[test]
        fn one_changed_digit_is_always_caught(place in 0usize..17, by in 1u8..10) {
            let mut digits = *b"11010519491231002X";
            digits[place] = b'0' + (digits[place] - b'0' + by) % 10;
            prop_assert!(!resident_number_is_valid(std::str::from_utf8(&digits).unwrap()));
        }
    }
}
