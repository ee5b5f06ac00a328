//! How a matter stands and what the office owes, from the command line.

use clap::Args;

use crate::folder::{self, Refused};
use crate::{Whose, print};

/// `deskctl steps`.
#[derive(Args)]
pub(crate) struct Steps {
    /// The registration number
    number: String,
    #[command(flatten)]
    whose: Whose,
}

/// One matter as JSON.
pub(crate) fn tell(task: &Steps) -> Result<bool, Refused> {
    print(&folder::open(&task.whose)?.steps_of(&task.number)?)?;
    Ok(true)
}

/// One line of JSON for each clock. Whether none of them ran out.
pub(crate) fn owed(whose: &Whose) -> Result<bool, Refused> {
    let list = folder::look(whose)?.owed()?;
    for row in &list.rows {
        print(row)?;
    }
    Ok(list.rows.iter().all(|row| row.days_left.is_none_or(|days| days >= 0)))
}
