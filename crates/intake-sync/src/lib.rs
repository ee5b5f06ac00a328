//! One exchange with the district: plan, then run. Everything the desk holds goes up once, the district's entries come down.
//!
//! `plan` is pure: what to do follows from where the two sides stand, and nothing else is remembered between exchanges.
//! Deliberately absent: removing anything from the desk. Whatever the line answers, the desk's own entries stay.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

mod client;
mod disk;
mod down;
mod error;
mod files;
mod files_back;
mod outcome;
mod outlook;
mod own;
mod patience;
mod plan;
mod probe;
mod run;
mod stick;
mod stick_file;
mod trust;
mod upload;
mod watch;

pub use client::enrol;
pub use error::{Error, Result};
pub use outcome::{Outcome, Phase, Progress};
pub use outlook::{Outlook, outlook};
pub use own::{give_way, marks};
pub use patience::Patience;
pub use plan::{Journal, Local, Step, in_step, plan};
pub use probe::probe;
pub use run::{exchange, exchange_with, exchange_with_files};
pub use stick::{Packed, pack, unpack};
pub use stick_file::StickFile;
pub use watch::{Look, Watch};

#[cfg(test)]
mod line_tests;
