//! The visitor's query code: random, on paper, apart from the number.

use std::fmt;

/// Letters and digits that cannot be taken for one another, on paper or by ear: no 0 O 1 I L, no B 8, no U V, no S 5, no Z 2.
const ALPHABET: &[u8; 22] = b"34679ACDEFGHJKMNPQRTWX";

/// Eight characters of [`ALPHABET`], shown as `XXXX-XXXX`: 35.6 bits, enough behind a slowed-down query page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryCode(String);

impl QueryCode {
    /// A code from 16 random bytes.
    pub fn from_random(random: [u8; 16]) -> Self {
        // The remainder of a 128-bit number by 22^8 is uniform to within 2^-92.
        let mut rest = u128::from_be_bytes(random);
        let base = ALPHABET.len() as u128;
        let mut code = String::with_capacity(9);
        for place in 0..8 {
            if place == 4 {
                code.push('-');
            }
            let index = usize::try_from(rest % base).unwrap_or(0);
            code.push(char::from(ALPHABET.get(index).copied().unwrap_or(b'3')));
            rest /= base;
        }
        Self(code)
    }

    /// The code as it stands on paper.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for QueryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_eight_unmistakable_characters_in_two_groups() {
        let code = QueryCode::from_random(*b"0123456789abcdef");
        assert_eq!(code.as_str().len(), 9);
        assert!(code.as_str().bytes().all(|b| b == b'-' || ALPHABET.contains(&b)));
        assert_ne!(code, QueryCode::from_random([7; 16]));
    }
}
