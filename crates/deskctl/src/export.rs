//! A matter's files in and out, and a period as a sheet: the same use cases as the window's.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::Args;

use crate::folder::Refused;
use crate::{Whose, folder, print};

#[derive(Args)]
pub(crate) struct Attach {
    /// The registration number
    number: String,
    /// The file, at most 50 MB
    file: PathBuf,
    #[command(flatten)]
    whose: Whose,
}

#[derive(Args)]
pub(crate) struct Matter {
    /// The registration number
    number: String,
    /// Where the matter's folder is made
    to: PathBuf,
    #[command(flatten)]
    whose: Whose,
}

#[derive(Args)]
pub(crate) struct Period {
    /// The first day, such as 2026-11-01
    from: NaiveDate,
    /// The last day
    to: NaiveDate,
    /// The Excel file, or a folder for it
    file: PathBuf,
    /// Why names, phones, papers and addresses have to stand in it whole
    #[arg(long, value_name = "REASON")]
    unmasked: Option<String>,
    #[command(flatten)]
    whose: Whose,
}

pub(crate) fn attach(task: &Attach) -> Result<bool, Refused> {
    // Before the file is in memory: a wrong one may be of any size.
    if std::fs::metadata(&task.file)?.len() > intake_model::ATTACHMENT_BYTES {
        return Err(intake_app::Error::refused(intake_model::Code::AttachmentTooLarge).into());
    }
    let bytes = std::fs::read(&task.file)?;
    let name = task.file.file_name().unwrap_or_default().to_string_lossy();
    let attachments = folder::open(&task.whose)?.attach(&task.number, &name, &bytes)?;
    // Without the small pictures: this is for people and scripts to read.
    let lines = attachments.into_iter().map(|one| intake_app::Attachment { thumbnail: None, ..one });
    print(&lines.collect::<Vec<_>>())?;
    Ok(true)
}

pub(crate) fn matter(task: &Matter) -> Result<bool, Refused> {
    print(&folder::open(&task.whose)?.export_matter(&task.number, &absolute(&task.to)?)?)?;
    Ok(true)
}

pub(crate) fn period(task: &Period) -> Result<bool, Refused> {
    let desk = folder::open(&task.whose)?;
    print(&desk.export_period(task.from, task.to, &absolute(&task.file)?, task.unmasked.as_deref())?)?;
    Ok(true)
}

fn absolute(path: &Path) -> Result<PathBuf, Refused> {
    Ok(std::path::absolute(path)?)
}
