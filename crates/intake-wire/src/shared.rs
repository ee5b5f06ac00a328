//! A matter of another desk of the same centre, so that any window of it can answer and link.

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
}
