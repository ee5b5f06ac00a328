//! A matter of another desk of the same centre, so that any window of it can answer, hand over its papers and link.

use chrono::NaiveDate;
use intake_model::Party;
use serde::{Deserialize, Serialize};

/// How a shared matter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SharedState {
    /// Registered.
    Registered,
    /// Registered, and corrected since.
    Corrected,
    /// Voided.
    Void,
    /// It is for its readers alone from now on: what was told of it before goes.
    Sealed,
}

/// Open part of `matter_shared`; the personal part is [`SharedWords`]. A later one of the same number says how it stands now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatterShared {
    /// The registration number, with hyphens.
    pub number: String,
    /// How it stands.
    pub state: SharedState,
    /// When it was registered.
    pub registered_on: NaiveDate,
    /// Who brought it: a person or an organisation.
    pub party: Party,
}

/// Personal part of `matter_shared`; all empty once it is sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SharedWords {
    /// Its title.
    pub title: String,
    /// The visitor's name, or that none was stated.
    pub name: String,
    /// Their phone.
    pub phone: String,
    /// The papers that were issued to it, the first one first, as the district knows them; empty from a district that does not
    /// tell of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub papers: Vec<SharedPaper>,
}

/// A paper of a shared matter, so that any window of the centre can hand it over. Nothing of what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedPaper {
    /// Its number, as it is written.
    pub document: String,
    /// Which paper, as a word: a later district may know more of them.
    pub paper: String,
    /// The day under it.
    pub issued_on: NaiveDate,
    /// It was spoiled.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub void: bool,
    /// Its delivery that counts; `None` while none was written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered: Option<SharedDelivery>,
}

/// A delivery of such a paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedDelivery {
    /// Which desk wrote it down, 1 to 99.
    pub desk: u8,
    /// On which day it was delivered; `None` where that was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<NaiveDate>,
    /// It was not received.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refused: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_an_older_district_tell_of_no_papers_and_a_paper_of_a_later_one_is_kept() {
        let older: SharedWords = serde_json::from_str(r#"{"title":"物业费","name":"张伟","phone":""}"#).unwrap();
        assert!(older.papers.is_empty() && !serde_json::to_string(&older).unwrap().contains("papers"));
        let later = r#"{"title":"物业费","papers":[{"document":"访接〔2026〕01A-1号","paper":"a_paper_of_tomorrow",
            "issued_on":"2026-11-24","delivered":{"desk":3,"later":1},"later":1}]}"#;
        let read: SharedWords = serde_json::from_str(later).unwrap();
        let delivered = SharedDelivery { desk: 3, on: None, refused: false };
        assert_eq!((read.papers[0].void, &read.papers[0].delivered), (false, &Some(delivered)));
    }
}
