//! What crosses to the window of the line: what an exchange would do, how far it is, how it ended, and how the line stands
//! between exchanges.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Failure;

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

/// What an exchange would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Outlook {
    /// Whether there is a district.
    pub enrolled: bool,
    /// Entries to send.
    pub entries: u64,
    /// Registrations among them.
    pub registrations: u64,
    /// About how many bytes on the wire.
    pub bytes: u64,
    /// About how long, from the last line speed.
    pub seconds: Option<u64>,
    /// `2026-11-24 17:30`.
    pub last_exchange: Option<String>,
    /// Both sides equal, as last told.
    pub in_step: bool,
    /// The journal's short head.
    pub head: String,
    /// Files that the district misses, as last told.
    pub files: u64,
    /// Their bytes.
    pub file_bytes: u64,
    /// They wait until somebody asks: the line is metered.
    pub held_back: bool,
}

/// How far an exchange is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Progress {
    /// Sent: entries, and while files are on their way bytes.
    pub done: u64,
    /// In all.
    pub total: u64,
    /// `connecting`, `sending`, `files`, `files_back` or `comparing`.
    #[ts(type = "\"connecting\" | \"sending\" | \"files\" | \"files_back\" | \"comparing\"")]
    pub phase: String,
    /// Which file is on its way, from 1; 0 while none is.
    pub file: u64,
    /// How many there are.
    pub files: u64,
}

/// How an exchange ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ExchangeResult {
    /// Both sides equal, nothing set aside.
    pub in_step: bool,
    /// Entries sent.
    pub sent: u64,
    /// Entries the district had already.
    pub already_had: u64,
    /// Entries of the desk's own that came back: it had been set back.
    pub came_back: u64,
    /// Own entries in whose place the district holds others: both are kept.
    pub carried: u64,
    /// Drafts out of a backup that are gone: they had been registered, as what came back tells.
    pub drafts_gone: u64,
    /// Entries it cannot apply.
    pub set_aside: u64,
    /// Entries that wait for those.
    pub waiting: u64,
    /// Matters with which the district did something that the desk had not heard of.
    pub acted: u64,
    /// Clerks who may sign in no more, since the district says that they have left.
    pub clerks_left: Vec<String>,
    /// The short head.
    pub head: String,
    /// All entries are: what is missing is files.
    pub entries_in_step: bool,
    /// Files that reached the district.
    pub files_sent: u64,
    /// Files that it misses still: held back, or not to be had here.
    pub files_missing: u64,
    /// Files that were lost here and came back.
    pub files_back: u64,
    /// Files that are lost here, and that the district holds: held back, or not all at once.
    pub files_lost: u64,
    /// Files that are lost here, and that the district holds damaged.
    pub files_refused: u64,
    /// What went wrong.
    pub trouble: Option<Failure>,
    /// `2026-11-24 17:30`.
    pub at: String,
}

/// A file for the district on a stick.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StickWritten {
    /// Where it lies.
    pub path: String,
    /// Entries in it.
    pub entries: u64,
    /// Registrations among them.
    pub registrations: u64,
    /// Attachments beside it.
    pub files: u64,
    /// Their bytes, as they are encrypted.
    pub file_bytes: u64,
    /// Attachments that the district misses and that are not beside it.
    pub files_left: u64,
    /// Some of these found no room on the stick, or were beyond what goes at once.
    pub full: bool,
}
