//! What `deskctl` reads from files: lines of JSON, an old ledger in Excel and the map of its columns.
//!
//! A library of its own, so that the readers can be tested and fuzzed without a desk. Deliberately absent: the desk; the
//! program hands each row to the same use case as the window.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

pub mod ledger;
pub mod line;
