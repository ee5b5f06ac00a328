//! What a desk says of its days: that one was closed, with what fitted and what was still open, and that the sheet of it
//! was printed again. Counts, numbers and heads: no word of a visitor.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use intake_model::{NumberRange, StillOpen};
use serde::{Deserialize, Serialize};

use crate::epoch::LastKnown;

/// Open part of `day_closed`; the personal part is `{}`. A later one of the same day says all of it anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayClosed {
    /// Which day, at +08:00.
    pub day: NaiveDate,
    /// 1 for its first closing.
    pub closing: u32,
    /// The last entry before this one: everything up to there is in these counts.
    pub head: LastKnown,
    /// Its numbers, one range for each epoch mark.
    pub ranges: Vec<NumberRange>,
    /// The voided numbers among them, with hyphens. Their reasons stand in their own entries.
    #[serde(default)]
    pub void: Vec<String>,
    /// How many drafts were thrown away at the day's closings, by the word of the reason.
    #[serde(default)]
    pub discarded: BTreeMap<String, u32>,
    /// What was still open.
    #[serde(default)]
    pub open: StillOpen,
}

impl DayClosed {
    /// Records kept, over all ranges.
    pub fn kept(&self) -> u32 {
        self.ranges.iter().map(|range| range.kept).sum()
    }
}

/// Open part of `day_reprinted`; the personal part is `{}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayReprinted {
    /// Which day.
    pub day: NaiveDate,
    /// Which of its closings: the last one before this entry.
    pub closing: u32,
    /// From 2 on: it says 补打.
    pub copy: u32,
    /// Whether the district had confirmed the day by then: the copy says so.
    pub confirmed: bool,
}
