//! An exchange by stick: the same use cases as the window's.

use std::path::PathBuf;

use clap::Args;

use crate::folder::{self, Refused};
use crate::{Whose, print};

#[derive(Args)]
pub(crate) struct Out {
    /// The folder on the stick
    to: PathBuf,
    #[command(flatten)]
    whose: Whose,
}

#[derive(Args)]
pub(crate) struct Back {
    /// The district's answer, or the folder on the stick: then the newest one for this desk
    from: PathBuf,
    #[command(flatten)]
    whose: Whose,
}

pub(crate) fn out(task: &Out) -> Result<bool, Refused> {
    let folder = std::path::absolute(&task.to)?;
    print(&folder::open(&task.whose)?.export_pages(&folder)?)?;
    Ok(true)
}

/// Whether both sides hold the same now.
pub(crate) fn back(task: &Back) -> Result<bool, Refused> {
    let desk = folder::open(&task.whose)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(desk.take_answer(&task.from))?;
    print(&result)?;
    Ok(result.in_step)
}
