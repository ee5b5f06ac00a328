//! Names and typed characters: 民委发〔2016〕33号 (one interpunct, 50 characters and more), GB 18030-2022.

/// The one interpunct of names: U+00B7.
pub const INTERPUNCT: char = '\u{B7}';

/// A name with outer space gone and every look-alike of the interpunct made U+00B7. No other character changes.
pub fn normalise(name: &str) -> String {
    name.trim()
        .chars()
        .map(|c| match c {
            '\u{2022}' | '\u{30FB}' | '\u{2027}' | '\u{FF65}' | '\u{387}' => INTERPUNCT,
            other => other,
        })
        .collect()
}

/// Full-width digits, letters and signs (as an input method leaves them) as plain ones, outer space gone.
pub fn half_width(text: &str) -> String {
    text.trim()
        .chars()
        .map(|c| match c {
            '\u{3000}' => ' ',
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            other => other,
        })
        .collect()
}

/// A number of a paper: half width, upper case, without space.
pub fn plain_number(number: &str) -> String {
    half_width(number).chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect()
}

/// A name for paper that others may see: the first character stays, the others become ＊ (张＊, 阿＊＊).
///
/// At most two stars, so that the length of a name is not told either.
pub fn masked(name: &str) -> String {
    let mut characters = name.chars();
    let Some(first) = characters.next() else { return String::new() };
    let stars = characters.count().min(2);
    std::iter::once(first).chain(std::iter::repeat_n('＊', stars)).collect()
}

/// Whether a character lies in a private-use area: old systems left such characters, and no font agrees on them.
pub fn is_private_use(c: char) -> bool {
    matches!(u32::from(c), 0xE000..=0xF8FF | 0xF_0000..=0xF_FFFD | 0x10_0000..=0x10_FFFD)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_look_alike_becomes_the_one_interpunct() {
        for typed in ["马丽亚•司马义", "马丽亚・司马义", "马丽亚‧司马义", "马丽亚･司马义", "马丽亚·司马义"]
        {
            assert_eq!(normalise(typed), "马丽亚·司马义");
        }
    }

    #[test]
    fn a_masked_name_shows_its_first_character_even_outside_the_bmp() {
        assert_eq!(masked("张伟"), "张＊");
        assert_eq!(masked("𬱖小雨"), "𬱖＊＊");
        assert_eq!(masked("阿不都热依木·买买提"), "阿＊＊");
        assert_eq!(masked(""), "");
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(name in "\\PC{0,80}") {
            prop_assert_eq!(normalise(&normalise(&name)), normalise(&name));
        }

        #[test]
        fn a_name_comes_back_code_point_for_code_point(name in "[\\p{Han}a-zA-Z·]{1,80}") {
            prop_assert_eq!(normalise(&name), name);
        }
    }
}
