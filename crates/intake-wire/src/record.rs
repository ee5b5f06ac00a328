//! What of a visit's record can be read: all of it, none of it without a reader's key, or nothing any more.

use chrono::NaiveDateTime;
use intake_model::Visit;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{Part, RecordOf};

/// The personal part of `registered` or `corrected`, as whoever holds the entry finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// The words of an open matter. Boxed for their size.
    Told(Box<RecordOf>),
    /// A sealed matter: the words are for its readers alone.
    Sealed(SealedRecord),
    /// The content was erased.
    Erased,
}

/// The personal part of a sealed matter: what its slip and its clock need, and the words as an `age` file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedRecord {
    /// The visitor's query code.
    pub query_code: String,
    /// When the matter really reached the desk, where it was entered later: clocks count from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<NaiveDateTime>,
    /// How many materials were handed over: the slip is their receipt.
    #[serde(default)]
    pub materials: u32,
    /// Whom it is sealed to: `age` X25519 recipients.
    pub to: Vec<String>,
    /// The JSON of the visit as an `age` file, base 64.
    pub sealed: String,
}

/// The personal part of a sealed matter's other entries: whom it is sealed to, and the part itself as an `age` file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedPart {
    /// `age` X25519 recipients.
    pub to: Vec<String>,
    /// The part's JSON as an `age` file, base 64.
    pub sealed: String,
}

/// The personal part of an entry about a file, as whoever holds the entry finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Personal<T> {
    /// The words of an open matter, or those that a key opened.
    Told(T),
    /// For its readers alone.
    Sealed(SealedPart),
    /// The content was erased.
    Erased,
}

impl<T: DeserializeOwned> Personal<T> {
    /// Reads a personal part.
    ///
    /// # Errors
    /// Where its JSON is neither such a part nor a sealed one.
    pub fn read(personal: &Part) -> serde_json::Result<Self> {
        let Some(bytes) = personal.bytes() else { return Ok(Self::Erased) };
        match serde_json::from_slice(bytes) {
            Ok(told) => Ok(Self::Told(told)),
            Err(error) => serde_json::from_slice(bytes).map(Self::Sealed).map_err(|_| error),
        }
    }
}

impl<T> Personal<T> {
    /// The words, where they are open.
    pub fn told(&self) -> Option<&T> {
        match self {
            Self::Told(told) => Some(told),
            Self::Sealed(_) | Self::Erased => None,
        }
    }
}

impl Record {
    /// Reads a personal part.
    ///
    /// # Errors
    /// Where its JSON is neither a record nor a sealed one.
    pub fn read(personal: &Part) -> serde_json::Result<Self> {
        personal.bytes().map_or(Ok(Self::Erased), Self::of_json)
    }

    /// Reads the content of a personal part.
    ///
    /// # Errors
    /// As [`Record::read`].
    pub fn of_json(bytes: &[u8]) -> serde_json::Result<Self> {
        // A sealed one has no visit, and nearly every one is open.
        match serde_json::from_slice(bytes) {
            Ok(record) => Ok(Self::Told(record)),
            Err(error) => serde_json::from_slice(bytes).map(Self::Sealed).map_err(|_| error),
        }
    }

    /// The words, where they are open.
    pub fn told(&self) -> Option<&RecordOf> {
        match self {
            Self::Told(record) => Some(record),
            Self::Sealed(_) | Self::Erased => None,
        }
    }

    /// The visit, where it is open.
    pub fn visit(&self) -> Option<&Visit> {
        self.told().map(|record| &record.visit)
    }

    /// The visitor's query code, unless it was erased.
    pub fn query_code(&self) -> Option<&str> {
        match self {
            Self::Told(record) => Some(&record.query_code),
            Self::Sealed(record) => Some(&record.query_code),
            Self::Erased => None,
        }
    }

    /// When the matter really reached the desk, where it was entered later.
    pub fn received_at(&self) -> Option<NaiveDateTime> {
        match self {
            Self::Told(record) => record.visit.received_at,
            Self::Sealed(record) => record.received_at,
            Self::Erased => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_a_sealed_and_an_erased_part_are_told_apart() {
        let told = RecordOf { query_code: "K7QX-4M9P".into(), visit: Visit::default() };
        let sealed = SealedRecord {
            query_code: "K7QX-4M9P".into(),
            received_at: None,
            materials: 2,
            to: vec!["age1".into()],
            sealed: "YQ==".into(),
        };
        let read = |json: String| Record::of_json(json.as_bytes());
        assert_eq!(read(serde_json::to_string(&told).unwrap()).unwrap(), Record::Told(Box::new(told)));
        assert_eq!(read(serde_json::to_string(&sealed).unwrap()).unwrap(), Record::Sealed(sealed));
        assert_eq!(Record::read(&Part::Erased { digest: crate::Hash::ZERO }).unwrap(), Record::Erased);
        assert!(read(r#"{"query_code":"K7QX-4M9P"}"#.into()).is_err());
    }

    #[test]
    fn an_open_a_sealed_and_an_erased_part_of_a_file_are_told_apart() {
        let read = |json: &str| {
            Personal::<crate::RemovalReason>::read(&Part::Kept { salt: [0; 16], bytes: json.as_bytes().to_vec() })
        };
        let sealed = SealedPart { to: vec!["age1".into()], sealed: "YQ==".into() };
        assert_eq!(read(r#"{"reason":"误传"}"#).unwrap().told().unwrap().reason, "误传");
        assert_eq!(read(&serde_json::to_string(&sealed).unwrap()).unwrap(), Personal::Sealed(sealed));
        assert!(read("{}").is_err());
        let husk = Part::Erased { digest: crate::Hash::ZERO };
        assert_eq!(Personal::<crate::RemovalReason>::read(&husk).unwrap(), Personal::Erased);
    }
}
