//! Writes the window's types: `cargo xtask bindings` calls this, and nothing else does.

use std::path::Path;

use ts_rs::{Config, ExportError, TS};

/// Writes one TypeScript file for each type that crosses between shell and window.
///
/// # Errors
/// [`ExportError`] where the folder cannot be written.
pub fn export_to(folder: &Path) -> Result<(), ExportError> {
    // Times in milliseconds and counts stay far below 2^53.
    let config = Config::new().with_out_dir(folder).with_large_int("number");
    macro_rules! export { ($($name:ty),*) => { $(<$name>::export_all(&config)?;)* } }
    export!(
        crate::Failure,
        crate::DeskState,
        crate::CreateDesk,
        crate::Created,
        crate::Registered,
        crate::Today,
        crate::Matter,
        crate::SlipView,
        crate::Outlook,
        crate::Progress,
        crate::ExchangeResult,
        intake_model::Problem
    );
    Ok(())
}
