//! What crosses to the window of the line between exchanges.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How the line to the district stands. All of it is empty before sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LineState {
    /// The desk exchanges by itself.
    pub by_itself: bool,
    /// The line is paid by what travels: files wait until somebody asks.
    pub metered: bool,
    /// Since when the district cannot be reached, as far as this program knows since its start.
    pub offline_since: Option<String>,
    /// When both sides were last compared.
    pub last_exchange: Option<String>,
}
