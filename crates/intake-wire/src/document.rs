//! What a desk says of the papers it issues: that one went out, that it went out again, that it was spoiled, and how it
//! reached its addressee.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use intake_model::{Delivery, DeskNumber, DocumentNumber, EpochMark, Filling, Outcome, Paper};
use serde::{Deserialize, Serialize};

use crate::JournalId;

/// Open part of `document_issued`; the personal part is a [`DocumentContent`], of a sealed matter a
/// [`crate::SealedPart`] of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentIssued {
    /// The registration number.
    pub number: String,
    /// Which paper.
    pub paper: Paper,
    /// Its place in its series.
    pub document: DocumentPlace,
    /// The day under it.
    pub issued_on: NaiveDate,
    /// The version of the record that it was made of.
    pub version: u32,
    /// What it says of the office: that may change, the paper does not.
    #[serde(default)]
    pub printed: Letterhead,
    /// The papers that a 送达回证 is about, as their numbers are written; empty on the others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<String>,
}

/// A paper's number by its parts: one series without gaps for each code word, year, desk and epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentPlace {
    /// 代字; of a paper that goes out without a number the paper's word, which is printed nowhere.
    pub code_word: String,
    /// The year of issue.
    pub year: i32,
    /// The desk, 1 to 99.
    pub desk: u8,
    /// Its epoch.
    pub mark: String,
    /// From 1.
    pub serial: u32,
}

impl DocumentPlace {
    /// The number as it is written, which names the paper in later entries; `None` where desk or mark are none.
    pub fn number(&self) -> Option<DocumentNumber> {
        let (desk, mark): (DeskNumber, EpochMark) = (DeskNumber::new(self.desk).ok()?, self.mark.parse().ok()?);
        let Self { code_word, year, serial, .. } = self.clone();
        Some(DocumentNumber { code_word, year, desk, mark, serial })
    }
}

/// What a paper says that neither the record nor the clerk does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Letterhead {
    /// The office as it signs.
    pub office: String,
    /// The name on its seal.
    pub seal: String,
    /// Its address.
    pub address: String,
    /// Its phone.
    pub phone: String,
    /// When people are received.
    pub hours: String,
    /// The title of who approves.
    pub approver_title: String,
    /// Whether the receiver signs on the kept copy instead of a 送达回证.
    pub signed_on_copy: bool,
    /// For how many years what was told is kept at the desk.
    pub retention_years: u32,
    /// The sentences that the region words in its own way.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub wording: BTreeMap<String, String>,
}

/// Personal part of `document_issued`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentContent {
    /// What the clerk filled in, exactly as it went out.
    pub filling: Filling,
    /// What the visit had led to: it chooses between the titles of a paper that serves two outcomes.
    #[serde(default)]
    pub outcome: Option<Outcome>,
}

/// Open part of `document_reprinted`; the personal part is `{}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentReprinted {
    /// The registration number.
    pub number: String,
    /// The paper, as its number is written.
    pub document: String,
    /// From 2 on: it says 补打.
    pub copy: u32,
}

/// Open part of `document_voided`; the personal part is a [`VoidReason`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentVoided {
    /// The registration number.
    pub number: String,
    /// The paper, as its number is written; the number stays used.
    pub document: String,
}

/// Personal part of `document_voided`, unless the matter is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoidReason {
    /// Why it was spoiled.
    pub reason: String,
}

/// Open part of `document_delivered`, and of `delivered_for`, whose matter and papers are another desk's of the centre. The
/// personal part is a [`DeliveryTold`], of a sealed matter a [`crate::SealedPart`] of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentDelivered {
    /// The registration number.
    pub number: String,
    /// The papers, as their numbers are written.
    pub documents: Vec<String>,
}

/// Open part of `paper_delivered`, in the district's journal for the desk that issued the papers: what another desk of the
/// centre wrote in its `delivered_for`. The personal part is that one's [`DeliveryTold`], or `{}` of a sealed matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperDelivered {
    /// The registration number.
    pub number: String,
    /// The papers, as their numbers are written.
    pub documents: Vec<String>,
    /// Which desk delivered them, 1 to 99.
    pub desk: u8,
    /// When it wrote that down, milliseconds since 1970 UTC.
    pub written_ms: i64,
    /// The journal in which it did, and the place there: a restored district may say the same once more.
    pub journal: JournalId,
    /// See `journal`.
    pub seq: u64,
}

/// Personal part of `document_delivered`: how, by whom and when it was received, or refused. Kept apart from [`Delivery`],
/// whose every field may be missing, so that a sealed part is never taken for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryTold {
    /// What was told at the desk.
    pub delivery: Delivery,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_from_its_parts() {
        let place =
            DocumentPlace { code_word: "军粮城访接".into(), year: 2026, desk: 1, mark: "A".into(), serial: 7 };
        assert_eq!(place.number().unwrap().to_string(), "军粮城访接〔2026〕01A-7号");
        assert_eq!(DocumentPlace { desk: 0, ..place.clone() }.number(), None);
        assert_eq!(DocumentPlace { mark: "a".into(), ..place }.number(), None);
    }

    #[test]
    fn fields_of_a_newer_program_are_passed_over() {
        let open = r#"{"number":"N","paper":"acceptance_notice","issued_on":"2026-11-24","version":1,"later":true,
            "document":{"code_word":"访接","year":2026,"desk":1,"mark":"A","serial":7,"also":1}}"#;
        let read: DocumentIssued = serde_json::from_str(open).unwrap();
        assert_eq!((read.document.serial, read.printed, read.documents), (7, Letterhead::default(), Vec::new()));
        let told: DeliveryTold = serde_json::from_str(r#"{"delivery":{"receiver":"张伟","seal":"x"}}"#).unwrap();
        assert_eq!(told.delivery.receiver, "张伟");
        assert!(serde_json::from_str::<DeliveryTold>(r#"{"to":[],"sealed":"YQ=="}"#).is_err());
    }
}
