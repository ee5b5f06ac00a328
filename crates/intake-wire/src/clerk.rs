//! What the district says of a desk's clerks.

use serde::{Deserialize, Serialize};

/// Open part of `clerk_left`; the personal part is `{name}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClerkLeft {
    /// The desk's number of the clerk. The name tells whether it is still the same person: a desk put back from a backup may have
    /// given the number again.
    pub clerk: u32,
}

/// Personal part of `clerk_left`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClerkNamed {
    /// The clerk's name, as the desk told it.
    pub name: String,
}
