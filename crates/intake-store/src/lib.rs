//! The desk's folder: one encrypted SQLite file, its keyring, its `head` file and its lock.
//!
//! [`Db::read`] and [`Db::write`] are the only doors to the tables; nothing hands out a connection. Every change and its
//! journal entry are one transaction (invariant 2). Deliberately absent: rules about visits, networking, paper.
//!
//! All functions block; callers in async code use `spawn_blocking`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

mod attachments;
mod backup;
mod blobs;
mod blobs_back;
mod carry;
mod clerks;
mod clock;
mod closings;
mod db;
mod derived;
mod desk;
mod district;
mod documents;
mod drafts;
mod elsewhere;
mod erase;
mod error;
mod fold;
mod folder;
mod head;
mod identities;
mod journal;
mod key_change;
mod keyring;
mod keyring_back;
mod line;
mod line_blobs;
mod marker;
mod matters;
mod migrations;
mod own_key;
mod prints;
mod received;
mod repair;
mod retired;
mod returned;
mod sealed;
mod search;
mod shared;
mod steps;
mod swap;
mod tokens;
mod twins;
mod verify;

pub use attachments::{AttachmentRecord, Attachments, Removed};
pub use backup::{Backup, LastBackup, Manifest, backups, home, marks_in};
pub use blobs::{Blobs, SealedBlob};
pub use blobs_back::{Lying, Returned};
pub use clerks::ClerkRow;
pub use clock::{Times, reading_of};
pub use closings::{Closing, ClosingSheetRow, Closings};
pub use db::{Db, LateDb, Reader, Writer};
pub use desk::{DeskRow, Settings};
pub use district::ActRecord;
pub use documents::{DeliveryRecord, DocumentRecord, Documents, Voiding};
pub use drafts::DraftRow;
pub use elsewhere::DeliveredHere;
pub use erase::{Erasable, Expired};
pub use error::{Error, Result};
pub use folder::{Folder, Locked, make_folder, write_whole};
pub use journal::{Journal, Mention};
pub use keyring::{DataKey, Keyring, Opened, RecoveryKey, Role, Wrapped};
pub use keyring_back::{
    KeyringBack, Outdated, keyring_back, note_outdated, put_keyring_back, recover_lost, seen_keyring_back,
};
pub use line::{Epoch, LastExchange};
pub use line_blobs::{LineSettings, StandingBlob, UnsentBlob};
pub use marker::{Marked, Marker, raise};
pub use matters::{MatterRecord, Matters, State, Version};
pub use own_key::{OwnKey, encrypt, encrypt_file, seal};
pub use prints::{PrintJob, SheetPrinter, ToPrint};
pub use repair::{Repaired, is_marked_damaged, mark_damaged, repair, repaired, seen_repaired};
pub use returned::ReturnedEntry;
pub use sealed::{Place, SealedEntry, SealedWords, sealed_record};
pub use search::{Page, Query, Search, Wanted};
pub use shared::SharedRecord;
pub use steps::{StepRecord, StepWithdrawal};
pub use swap::restore;
pub use twins::Twin;
pub use verify::{Verified, Walk};
