//! The days of a desk from the command line: which were closed, and which the district confirmed.

use clap::Args;

use crate::folder::{self, Refused};
use crate::{Whose, print};

/// `deskctl day`.
#[derive(Args)]
pub(crate) struct Days {
    /// How many of the newest days
    #[arg(long, default_value_t = 31)]
    limit: usize,
    #[command(flatten)]
    whose: Whose,
}

/// One line of JSON a day. Whether every one of them but the newest was closed.
pub(crate) fn list(days: &Days) -> Result<bool, Refused> {
    let rows = folder::look(&days.whose)?.days(days.limit)?;
    for row in &rows {
        print(row)?;
    }
    Ok(rows.iter().skip(1).all(|row| !row.state.is_due()))
}
