//! The desk's folder: one encrypted SQLite file, its keyring, its `head` file and its lock.
//!
//! [`Db::read`] and [`Db::write`] are the only doors to the tables; nothing hands out a connection. Every change and its
//! journal entry are one transaction (invariant 2). Deliberately absent: rules about visits, networking, paper.
//!
//! All functions block; callers in async code use `spawn_blocking`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

mod clock;
mod db;
mod desk;
mod erase;
mod error;
mod folder;
mod head;
mod journal;
mod keyring;
mod line;
mod matters;
mod migrations;
mod verify;

pub use clock::{Times, reading_of};
pub use db::{Db, Reader, Writer};
pub use desk::{DeskRow, Settings};
pub use erase::{Erasable, Expired};
pub use error::{Error, Result};
pub use folder::{Folder, Locked, make_folder, write_whole};
pub use keyring::{DataKey, Keyring, RecoveryKey, Role, Wrapped};
pub use line::{Epoch, LastExchange};
pub use matters::{MatterRecord, Matters, State, Version};
pub use verify::Verified;
