//! What a person can do at the desk: one function, one transaction, one journal entry.
//!
//! [`Desk`] is the whole of it; its methods carry the names of the window's commands. Deliberately absent: windows, HTTP,
//! SQL, layout, and any wall clock but [`SystemClock`], which the shell hands in.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

mod attachments;
mod backup;
mod clerks;
mod clock;
mod closing;
mod closing_view;
mod day;
mod desk;
mod district;
mod documents;
mod drafts;
mod earlier;
mod epoch;
mod erase;
mod error;
mod export;
mod keyring;
mod line;
mod line_loop;
mod line_view;
mod machine;
mod mend;
mod notes;
mod notices;
mod papers_view;
mod print_loop;
mod print_view;
mod printers;
mod prints;
mod rules;
mod sealed;
mod search;
mod shared;
mod sheet;
mod sign_in;
mod slip;
mod steps;
mod steps_view;
mod stick;
mod times;
mod view;
mod visits;

pub use attachments::Attachment;
pub use backup::{clerks_of_backup, list_backups, restore};
pub use clock::{Clock, SystemClock};
pub use closing::Discard;
pub use closing_view::{ClosedDay, ClosingDay, DayClosing, DayRow, OpenNotice, VoidNumber};
pub use desk::{Desk, Setup};
pub use district::{ActView, DistrictActs};
pub use drafts::{DraftKind, DraftLine, DraftText};
pub use earlier::{EarlierMatter, EarlierQuery, EarlierTold};
pub use error::{Error, Failure, Result};
pub use export::Exported;
pub use intake_paper::{Coverage, Papers};
pub use intake_store::Verified;
pub use line_view::{ExchangeResult, LineState, Outlook, Progress, StickWritten};
pub use machine::{machine_id, markers};
pub use papers_view::{FirstAnswer, IssuedPaper, MatterPapers, PaperDelivery, PaperIssued};
pub use print_view::{
    FoundPrinter, PaperPictures, PrintQueue, PrintRow, PrinterCondition, PrinterSettings, PrinterView, SheetSetting,
};
pub use search::{FoundExcerpt, FoundMatter, FoundPiece, FoundPlace, SearchQuery, SearchResult, SearchState};
pub use shared::{OtherDelivery, OtherPaper, SharedMatter};
pub use steps_view::{MatterSteps, OwedList, OwedRow, Returned, ReturnedState, ShownStep, StepOffer};
pub use view::{
    BackupPlace, BackupRow, BackupState, Clerk, ClerkView, ClockState, CreateDesk, Created, DeskState, Erasure,
    KeyringBack, LaterReaders, Matter, MatterRow, MatterState, MatterTwin, MatterVersion, MatterWords, OfficeSettings,
    Opened, Phase, Recovery, Registered, Repaired, Restored, Role, SlipView, Today, TwinNumber,
};
pub use visits::Imported;
