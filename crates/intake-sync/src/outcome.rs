//! How far an exchange is, and how it ended.

use intake_wire::JournalId;

/// What an exchange is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Asking where the district stands.
    Connecting,
    /// Entries are leaving.
    Sending,
    /// Files are leaving.
    Files,
    /// Files that were lost here are coming back.
    FilesBack,
    /// Fetching the district's entries and comparing both sides.
    Comparing,
}

/// How far an exchange is: in entries, and in bytes while files are leaving or coming back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Progress {
    /// What it is at.
    pub phase: Phase,
    /// Sent.
    pub done: u64,
    /// To send in all, as known so far.
    pub total: u64,
    /// Which of the files is on its way, from 1; 0 while none is.
    pub file: u64,
    /// How many there are.
    pub files: u64,
}

/// How an exchange ended that came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own, and any of them can differ")]
pub struct Outcome {
    /// Both sides hold the same and everything is applied.
    pub in_step: bool,
    /// The same of all entries: what is missing is files.
    pub entries_in_step: bool,
    /// Entries that reached the district in this exchange.
    pub sent: u64,
    /// Entries that the district had, though the desk did not know: an earlier answer was lost.
    pub already_had: u64,
    /// Entries stored at the district that it cannot apply.
    pub set_aside: u64,
    /// Entries stored at the district that apply once an earlier one does.
    pub waiting: u64,
    /// Short hash of the newest journal's last entry.
    pub head: String,
    /// The district's clock at the end, milliseconds since 1970 UTC.
    pub district_ms: i64,
    /// The two sides hold different entries under one number.
    pub forked: bool,
    /// Entries of the desk's own that came back: it had been set back.
    pub came_back: u64,
    /// Own journals of which the district holds another version; see [`crate::give_way`].
    pub contradicted: Vec<JournalId>,
    /// The district holds more of this desk than the desk does.
    pub district_ahead: bool,
    /// Matters with which the district did something that the desk had not heard of.
    pub acted: u64,
    /// Files that reached the district in this exchange.
    pub files_sent: u64,
    /// Files that the district misses still: held back, or not to be had here.
    pub files_missing: u64,
    /// Files that were lost here and came back from the district in this exchange.
    pub files_back: u64,
    /// Files that are lost here, and that the district holds: held back, or not all at once.
    pub files_lost: u64,
    /// Files that are lost here, and that the district holds damaged.
    pub files_refused: u64,
}
