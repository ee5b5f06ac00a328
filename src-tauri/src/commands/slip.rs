//! The slip: issued, shown, saved, opened elsewhere.

use intake_app::{Desk, SlipView};
use tauri::State;

use super::{Answer, answered, blocking, opened_elsewhere};

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

#[tauri::command]
pub(crate) async fn open_slip(desk: State<'_, Desk>, number: String) -> Answer<SlipView> {
    blocking("open_slip", &desk, move |desk| {
        let view = desk.save_slip(&number)?;
        opened_elsewhere(view.file.as_deref())?;
        Ok(view)
    })
    .await
}
