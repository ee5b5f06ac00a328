//! The log: one file in the data folder's `log/`, in English, without personal data.
//!
//! Each failure is logged once, with the reference that the clerk reads out (`intake_app::Error::told`).

use std::fs::{File, OpenOptions};
use std::path::Path;

use tracing_subscriber::EnvFilter;

/// The log is begun anew above this size; the one before is kept beside it.
const LARGEST: u64 = 4 * 1024 * 1024;

/// Begins to write the log. Where the folder refuses, the desk works without.
pub(crate) fn start(folder: &Path) {
    let Ok(file) = open(&folder.join("log")) else { return };
    // Only our own crates: what libraries say about a request may hold what is in it.
    let filter =
        EnvFilter::new("off,intake_desk=info,intake_app=info,intake_store=info,intake_sync=info,intake_paper=info");
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(file);
    // Only fails where a log is running already.
    let _ = subscriber.try_init();
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "started");
}

fn open(folder: &Path) -> std::io::Result<File> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join("desk.log");
    if path.metadata().is_ok_and(|file| file.len() > LARGEST) {
        std::fs::rename(&path, folder.join("desk.before.log"))?;
    }
    OpenOptions::new().create(true).append(true).open(path)
}
