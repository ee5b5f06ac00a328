//! What the district did with a matter, in its own journal for the desk that registered it.

use intake_model::ActTold;
use serde::{Deserialize, Serialize};

/// Open part of `matter_acted`; the personal part is [`intake_model::ActWords`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatterActed {
    /// 16 random bytes: a restored district may say the same act again in its next journal.
    pub id: [u8; 16],
    /// The registration number, with hyphens.
    pub number: String,
    /// What was done, on which day, by when, with which result.
    #[serde(flatten)]
    pub told: ActTold,
}

/// Open part of `act_received`, in the desk's journal; the personal part is `{}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActReceived {
    /// The registration number.
    pub number: String,
    /// The act's name.
    pub id: [u8; 16],
}
