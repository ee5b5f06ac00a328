//! Erasing what was told, at the end of its retention.

use chrono::NaiveDate;
use serde::Serialize;

use crate::folder::{self, Refused};
use crate::{Whose, print};

/// What is erased, and under which rule.
#[derive(clap::Args)]
pub(crate) struct Erase {
    /// Matters registered before this day, such as 2023-01-01; what is younger than the region's retention, or not yet
    /// archived at the district, stays all the same
    #[arg(long, value_name = "DATE")]
    before: NaiveDate,
    /// Says what would be erased, and erases nothing
    #[arg(long)]
    dry_run: bool,
    /// How many matters that are, as `--dry-run` said: with another number nothing is erased
    #[arg(long, value_name = "COUNT", required_unless_present = "dry_run")]
    matters: Option<u64>,
    /// Under which rule it is erased; it stands in the journal
    #[arg(long, default_value = "保存期限届满（个人信息保护法第四十七条）")]
    why: String,
    #[command(flatten)]
    whose: Whose,
}

/// What the command prints.
#[derive(Serialize)]
struct Told {
    erased: bool,
    #[serde(flatten)]
    what: intake_app::Erasure,
}

pub(crate) fn run(task: &Erase) -> Result<bool, Refused> {
    let desk = folder::open(&task.whose)?;
    let (erased, what) = match task.matters {
        Some(matters) if !task.dry_run => (true, desk.erase(task.before, matters, &task.why)?),
        _ => (false, desk.erasable(task.before)?),
    };
    print(&Told { erased, what })?;
    Ok(true)
}
