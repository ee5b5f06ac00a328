//! Backups from the command line: made, listed, put back.

use std::path::PathBuf;

use clap::Args;

use crate::folder::{self, Refused};
use crate::{Whose, print};

/// `deskctl backup`.
#[derive(Args)]
pub(crate) struct Backup {
    /// Where the backup goes
    place: PathBuf,
    #[command(flatten)]
    whose: Whose,
}

/// `deskctl restore`.
#[derive(Args)]
pub(crate) struct Restore {
    /// A backup, a file in it, or a folder with the backups of one desk
    source: PathBuf,
    #[command(flatten)]
    whose: Whose,
    /// Also where what is there is newer than the backup
    #[arg(long)]
    over_newer: bool,
}

/// `deskctl backups`.
#[derive(Args)]
pub(crate) struct Backups {
    /// Where they are
    place: PathBuf,
}

pub(crate) fn make(task: &Backup) -> Result<bool, Refused> {
    std::fs::create_dir_all(&task.place)?;
    print(&folder::look(&task.whose)?.back_up_to(&task.place)?)?;
    Ok(true)
}

/// The password is one of the backup's own time.
pub(crate) fn restore(task: &Restore) -> Result<bool, Refused> {
    let (clerk, name) = folder::who(&task.whose, intake_app::clerks_of_backup(&task.source)?, |(_, name)| name)?;
    let password = folder::Secrets::of(&task.whose).next(&name)?;
    let setup = folder::setup(&task.whose.folder, true);
    print(&intake_app::restore(&setup, &task.source, clerk, &password, task.over_newer)?)?;
    Ok(true)
}

pub(crate) fn list(task: &Backups) -> Result<bool, Refused> {
    for backup in intake_app::list_backups(&task.place) {
        print(&backup)?;
    }
    Ok(true)
}
