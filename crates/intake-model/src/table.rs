//! What a table from outside can be refused for: a profile, a calendar or a list of doors that the district sent.
//!
//! Deliberately absent: what happens then. The caller keeps the table it had and shows file, line and reason.

/// A table with a mistake. Nothing of it is taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {reason}")]
pub struct TableError {
    /// The name under which the table came.
    pub file: String,
    /// Where the mistake is, from 1.
    pub line: usize,
    /// What is wrong with it, in one plain sentence.
    pub reason: String,
}

impl TableError {
    /// A mistake at a byte of `text`.
    pub fn at(file: &str, text: &str, byte: usize, reason: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: line_of(text, byte), reason: reason.into() }
    }

    /// A mistake in the first line that holds `found`, or in the first line of all.
    pub fn near(file: &str, text: &str, found: &str, reason: impl Into<String>) -> Self {
        Self::at(file, text, text.find(found).unwrap_or_default(), reason)
    }

    /// What is wrong with a JSON file, in its own words.
    pub fn json(file: &str, error: &serde_json::Error) -> Self {
        let said = error.to_string();
        // serde_json puts the place behind the reason; here it stands in front.
        let reason = said.rsplit_once(" at line ").map_or(said.as_str(), |(reason, _)| reason);
        Self { file: file.to_owned(), line: error.line().max(1), reason: reason.to_owned() }
    }

    /// What is wrong with a TOML file, in its own words.
    pub fn toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        Self::at(file, text, error.span().map_or(0, |span| span.start), error.message())
    }
}

/// The line, from 1, on which a byte stands.
fn line_of(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|one| *one == b'\n').count() + 1
}
