//! What a person can do at the desk: one function, one transaction, one journal entry.
//!
//! [`Desk`] is the whole of it; its methods carry the names of the window's commands. Deliberately absent: windows, HTTP,
//! SQL, layout, and any wall clock but [`SystemClock`], which the shell hands in.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

mod clock;
mod desk;
mod erase;
mod error;
mod line;
mod notes;
mod rules;
mod sign_in;
mod slip;
mod times;
mod view;
mod visits;

pub use clock::{Clock, SystemClock};
pub use desk::{Desk, Setup};
pub use error::{Error, Failure, Result};
pub use intake_store::Verified;
pub use view::{
    Clerk, ClockState, CreateDesk, Created, DeskState, Erasure, ExchangeResult, Matter, MatterRow, MatterState,
    MatterVersion, OfficeSettings, Outlook, Phase, Progress, Registered, Role, SlipView, Today,
};
pub use visits::Imported;
