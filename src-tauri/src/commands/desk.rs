//! The desk itself: its state, its making, who sits at it, what it is connected to.

use intake_app::{CreateDesk, Created, Desk, DeskState};
use tauri::State;

use super::{Answer, answered, blocking};

#[tauri::command]
pub(crate) async fn desk_state(desk: State<'_, Desk>) -> Answer<DeskState> {
    blocking("desk_state", &desk, Desk::state).await
}

#[tauri::command]
pub(crate) async fn create_desk(desk: State<'_, Desk>, form: CreateDesk) -> Answer<Created> {
    blocking("create_desk", &desk, move |desk| desk.create_desk(&form)).await
}

#[tauri::command]
pub(crate) async fn sign_in(desk: State<'_, Desk>, clerk: u32, password: String) -> Answer<DeskState> {
    blocking("sign_in", &desk, move |desk| desk.sign_in(clerk, &password)).await
}

#[tauri::command]
pub(crate) async fn lock(desk: State<'_, Desk>) -> Answer<DeskState> {
    blocking("lock", &desk, Desk::lock).await
}

#[tauri::command]
pub(crate) async fn sign_out(desk: State<'_, Desk>) -> Answer<DeskState> {
    blocking("sign_out", &desk, Desk::sign_out).await
}

#[tauri::command]
pub(crate) async fn enrol(desk: State<'_, Desk>, address: String, code: String) -> Answer<DeskState> {
    answered("enrol", &desk, desk.enrol(&address, &code).await)
}

#[tauri::command]
pub(crate) async fn set_printer(desk: State<'_, Desk>, address: Option<String>) -> Answer<DeskState> {
    blocking("set_printer", &desk, move |desk| desk.set_printer(address)).await
}

#[tauri::command]
pub(crate) async fn set_pdf_folder(desk: State<'_, Desk>, folder: String) -> Answer<DeskState> {
    blocking("set_pdf_folder", &desk, move |desk| desk.set_pdf_folder(&folder)).await
}
