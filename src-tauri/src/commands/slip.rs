//! The slip: issued, shown, sent again, saved.

use intake_app::{Desk, SlipView};
use tauri::State;

use super::{Answer, answered, blocking};

#[tauri::command]
pub(crate) async fn slip(desk: State<'_, Desk>, number: String) -> Answer<SlipView> {
    answered("slip", &desk, desk.slip(&number).await)
}

#[tauri::command]
pub(crate) async fn resend_slip(desk: State<'_, Desk>, number: String) -> Answer<SlipView> {
    answered("resend_slip", &desk, desk.resend_slip(&number).await)
}

#[tauri::command]
pub(crate) async fn preview_slip(desk: State<'_, Desk>, number: String) -> Answer<SlipView> {
    blocking("preview_slip", &desk, move |desk| desk.preview_slip(&number)).await
}

#[tauri::command]
pub(crate) async fn save_slip(desk: State<'_, Desk>, number: String) -> Answer<SlipView> {
    blocking("save_slip", &desk, move |desk| desk.save_slip(&number)).await
}
