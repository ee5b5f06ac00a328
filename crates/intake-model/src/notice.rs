//! What the clerk fills in on a paper beside the record itself, and the number under which a paper goes out.
//!
//! Deliberately absent: how a paper looks (`intake-paper`), and which number is next (the desk's transaction).

use chrono::{NaiveDate, NaiveDateTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::identity::Sex;
use crate::outcome::{Outcome, Paper};
use crate::{DeskNumber, EpochMark};

/// What stands on one paper beside the record: taken from the decision, edited by the clerk, kept as it went out.
/// A paper uses the fields it has a place for ([`Paper::fields`]); the others stay empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default)]
#[ts(export)]
pub struct Filling {
    /// To whom it is written, without the colon.
    pub addressee: String,
    /// Why, in the office's own words: the reason of a refusal or an extension, the facts of an urgent report.
    pub reason: String,
    /// What was done or is to be done: measures taken, what a section is asked to do.
    pub measures: String,
    /// The unit that handles the matter here.
    pub unit: String,
    /// Its phone.
    pub unit_phone: String,
    /// Where it was sent, whom the visitor is told to go to, or to whom a report goes.
    pub to_body: String,
    /// Where that body is and how to reach it.
    pub to_contact: String,
    /// The door the visitor is guided to, by its id; its own limits are printed.
    pub door: Option<String>,
    /// The last day that the paper sets or names.
    #[ts(type = "string | null")]
    pub limit: Option<NaiveDate>,
    /// What is still to be handed in, one each.
    pub items: Vec<String>,
    /// Number of the earlier opinion that ends the procedure (Art. 36(3)).
    pub opinion: String,
    /// Its date.
    #[ts(type = "string | null")]
    pub opinion_date: Option<NaiveDate>,
    /// Who approved it.
    pub approver: String,
    /// When it was approved, at +08:00.
    #[ts(type = "string | null")]
    pub approved_at: Option<NaiveDateTime>,
    /// The other party of a mediation.
    pub other_party: Option<OtherParty>,
    /// What the visitor asks of the mediation, where it is more than the demand.
    pub requests: String,
    /// The mediator whom the parties chose (人民调解法 19).
    pub mediator: String,
}

/// A party as the papers of mediation name it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default)]
#[ts(export)]
pub struct OtherParty {
    /// Name or title.
    pub name: String,
    /// As told.
    pub sex: Sex,
    /// In years, as told.
    pub age: Option<u32>,
    /// 民族, as told.
    pub ethnic_group: String,
    /// Work or post.
    pub occupation: String,
    /// Phone or another way.
    pub contact: String,
    /// Where they live or sit.
    pub address: String,
}

/// The number of a paper: `军粮城访接〔2026〕01A-7号`. One series without gaps per desk, epoch, kind and year.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentNumber {
    /// 代字: the office's and the kind's own characters.
    pub code_word: String,
    /// The year of issue.
    pub year: i32,
    /// The desk.
    pub desk: DeskNumber,
    /// Its epoch.
    pub mark: EpochMark,
    /// From 1.
    pub serial: u32,
}

impl std::fmt::Display for DocumentNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { code_word, year, desk, mark, serial } = self;
        write!(f, "{code_word}〔{year}〕{:02}{}-{serial}号", desk.get(), mark.as_str())
    }
}

/// A field of [`Filling`], by its name in JSON.
pub type FillingField = &'static str;

impl Paper {
    /// Whether it goes out under a number of its own.
    pub const fn is_numbered(self) -> bool {
        // No `_` here: whoever adds a paper says whether it is numbered.
        match self {
            Self::AcceptanceNotice
            | Self::ForwardingNotice
            | Self::GuidanceSheet
            | Self::NotAcceptedNotice
            | Self::NoLongerAcceptedNotice
            | Self::ExtensionNotice
            | Self::SupplementNotice
            | Self::UrgentReport
            | Self::InternalAssignment
            | Self::MediationRegister => true,
            Self::Slip
            | Self::RegistrationForm
            | Self::MediationRights
            | Self::PrivacyNotice
            | Self::ServiceRecord
            | Self::MediationApplication
            | Self::Authorisation
            | Self::ClosingSheet
            | Self::DayReport => false,
        }
    }

    /// Whether the office keeps it or sends it to another body: the visitor may sign it, and does not receive it.
    pub const fn is_kept(self) -> bool {
        // No `_` here: whoever adds a paper says for whom it is.
        match self {
            Self::UrgentReport
            | Self::InternalAssignment
            | Self::MediationRegister
            | Self::MediationApplication
            | Self::RegistrationForm
            | Self::Authorisation
            | Self::ServiceRecord
            | Self::ClosingSheet
            | Self::DayReport => true,
            Self::Slip
            | Self::AcceptanceNotice
            | Self::ForwardingNotice
            | Self::GuidanceSheet
            | Self::NotAcceptedNotice
            | Self::NoLongerAcceptedNotice
            | Self::ExtensionNotice
            | Self::SupplementNotice
            | Self::MediationRights
            | Self::PrivacyNotice => false,
        }
    }

    /// Whether it is a notice to the visitor: until its delivery is written down somebody still owes it.
    pub const fn is_handed_over(self) -> bool {
        self.is_numbered() && !self.is_kept()
    }

    /// Whether it tells what the visit led to: the office's first answer in writing. The slip only promises one.
    pub fn is_first_answer(self) -> bool {
        self != Self::Slip && Outcome::ALL.iter().any(|outcome| outcome.paper() == self)
    }

    /// The fields of a [`Filling`] that it has a place for, in the order of the page.
    pub const fn fields(self) -> &'static [FillingField] {
        match self {
            Self::AcceptanceNotice => &["addressee", "unit", "unit_phone", "limit", "reason"],
            Self::ForwardingNotice => &["addressee", "to_body", "to_contact", "limit", "reason"],
            Self::GuidanceSheet => &["addressee", "door", "to_body", "to_contact", "reason"],
            Self::NotAcceptedNotice => &["addressee", "reason", "approver", "approved_at"],
            Self::NoLongerAcceptedNotice => {
                &["addressee", "opinion", "opinion_date", "reason", "approver", "approved_at"]
            }
            Self::ExtensionNotice => &["addressee", "limit", "reason", "approver", "approved_at"],
            Self::SupplementNotice => &["addressee", "items", "limit", "reason"],
            Self::UrgentReport => &["to_body", "reason", "measures"],
            Self::InternalAssignment => &["to_body", "limit", "measures"],
            Self::MediationApplication => &["other_party", "requests"],
            Self::MediationRegister => &["other_party", "requests", "mediator"],
            Self::MediationRights => &["mediator"],
            Self::Slip
            | Self::RegistrationForm
            | Self::PrivacyNotice
            | Self::ServiceRecord
            | Self::Authorisation
            | Self::ClosingSheet
            | Self::DayReport => &[],
        }
    }
}
