//! Paper: the slip that every visitor takes home and every other paper of the desk, as PDF, as a picture and to a printer.
//!
//! [`Papers`] loads the fonts once and stays warm; [`Papers::slip`] lays a [`Slip`] out, [`Papers::notice`] a [`Notice`],
//! [`Papers::form`] the sheet of a visit; the [`Document`] then gives its PDF and its pictures, so that the preview is
//! what the printer draws. [`printer`] hands a PDF to a printer and asks how it stands. Typst and IPP are used here and
//! nowhere else. Layout and wording are data in `assets/paper/`, and a district may have its own (docs/papers.md).
//!
//! Deliberately absent: any record of what was printed (a copy is journalled before it is made, in `intake-app`), the
//! print queue (there too), and any clock.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

mod barcode;
mod coverage;
mod document;
mod error;
mod fonts;
mod notice;
mod own;
mod papers;
pub mod printer;
mod record;
pub mod scan;
mod sheet;
mod slip;
mod test_page;
mod values;
mod wording;
mod words;

pub use coverage::Coverage;
pub use document::Document;
pub use error::{Error, Result};
pub use notice::{ClosingSheet, DayLine, DayReport, Form, Notice, Served, Tally};
pub use papers::{PaperContent, Papers};
pub use record::{Record, RecordAttachment, RecordEvent, RecordStep};
pub use slip::{Fact, Slip, Unclear};
pub use test_page::TestPage;
pub use values::{LISTS, NAMES as PLACEHOLDERS};
