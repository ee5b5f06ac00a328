//! Who may sit at the desk, one's own password, and coming back in by a recovery key.

use intake_app::{ClerkView, Desk, DeskState, Recovery, Role};
use tauri::State;

use super::{Answer, blocking};

#[tauri::command]
pub(crate) async fn clerks(desk: State<'_, Desk>) -> Answer<Vec<ClerkView>> {
    blocking("clerks", &desk, Desk::clerks).await
}

#[tauri::command]
pub(crate) async fn add_clerk(
    desk: State<'_, Desk>,
    name: String,
    role: Role,
    password: String,
) -> Answer<Vec<ClerkView>> {
    blocking("add_clerk", &desk, move |desk| desk.add_clerk(&name, role, &password)).await
}

#[tauri::command]
pub(crate) async fn set_clerk_password(desk: State<'_, Desk>, clerk: u32, password: String) -> Answer<Vec<ClerkView>> {
    blocking("set_clerk_password", &desk, move |desk| desk.set_clerk_password(clerk, &password)).await
}

#[tauri::command]
pub(crate) async fn set_sealed_reader(desk: State<'_, Desk>, clerk: u32, reader: bool) -> Answer<Vec<ClerkView>> {
    blocking("set_sealed_reader", &desk, move |desk| desk.set_sealed_reader(clerk, reader)).await
}

#[tauri::command]
pub(crate) async fn disable_clerk(desk: State<'_, Desk>, clerk: u32) -> Answer<Vec<ClerkView>> {
    blocking("disable_clerk", &desk, move |desk| desk.disable_clerk(clerk)).await
}

#[tauri::command]
pub(crate) async fn change_password(desk: State<'_, Desk>, old: String, new: String) -> Answer<()> {
    blocking("change_password", &desk, move |desk| desk.change_password(&old, &new)).await
}

#[tauri::command]
pub(crate) async fn recover(desk: State<'_, Desk>, form: Recovery) -> Answer<DeskState> {
    blocking("recover", &desk, move |desk| desk.recover(&form)).await
}

#[tauri::command]
pub(crate) async fn set_lock_minutes(desk: State<'_, Desk>, minutes: u32) -> Answer<DeskState> {
    blocking("set_lock_minutes", &desk, move |desk| desk.set_lock_minutes(minutes)).await
}
