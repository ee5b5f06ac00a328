//! The slip: issued, shown, saved, opened elsewhere.

use intake_app::{Desk, Error, SlipView};
use intake_model::Code;
use tauri::State;

use super::{Answer, answered, blocking};

#[tauri::command]
pub(crate) async fn slip(desk: State<'_, Desk>, number: String) -> Answer<SlipView> {
    answered("slip", &desk, desk.slip(&number).await)
}

#[tauri::command]
pub(crate) async fn print_form(desk: State<'_, Desk>, number: String) -> Answer<SlipView> {
    answered("print_form", &desk, desk.form(&number).await)
}

#[tauri::command]
pub(crate) async fn preview_slip(desk: State<'_, Desk>, number: String) -> Answer<SlipView> {
    blocking("preview_slip", &desk, move |desk| desk.preview_slip(&number)).await
}

#[tauri::command]
pub(crate) async fn save_slip(desk: State<'_, Desk>, number: String) -> Answer<SlipView> {
    blocking("save_slip", &desk, move |desk| desk.save_slip(&number)).await
}

/// Writes the PDF and hands it to the program that the system opens such files with: the way to paper without a printer here.
#[tauri::command]
pub(crate) async fn open_slip(desk: State<'_, Desk>, number: String) -> Answer<SlipView> {
    blocking("open_slip", &desk, move |desk| {
        let view = desk.save_slip(&number)?;
        let opened = view.file.as_ref().map(open::that_detached);
        opened.transpose().map_err(|_| Error::refused(Code::PdfViewerMissing))?;
        Ok(view)
    })
    .await
}
