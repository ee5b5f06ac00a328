//! Written out in plain form: a matter's whole file, a period as a sheet.

use std::path::Path;

use intake_app::{Desk, Error, Exported};
use intake_model::Code;
use tauri::State;

use super::{Answer, blocking};

#[tauri::command]
pub(crate) async fn export_matter(desk: State<'_, Desk>, number: String, folder: String) -> Answer<Exported> {
    blocking("export_matter", &desk, move |desk| desk.export_matter(&number, Path::new(folder.trim()))).await
}

/// With a reason the sheet is not masked.
#[tauri::command]
pub(crate) async fn export_period(
    desk: State<'_, Desk>,
    from: String,
    to: String,
    folder: String,
    reason: Option<String>,
) -> Answer<Exported> {
    let period = move |desk: &Desk| {
        let day = |text: &str| text.parse().map_err(|_| Error::refused(Code::RequestUnreadable));
        desk.export_period(day(&from)?, day(&to)?, Path::new(folder.trim()), reason.as_deref())
    };
    blocking("export_period", &desk, period).await
}
