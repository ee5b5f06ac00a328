//! Backups, and what was rebuilt or put back after damage.

use intake_app::{BackupState, Desk, DeskState};
use tauri::State;

use super::{Answer, blocking};

#[tauri::command]
pub(crate) async fn backup_state(desk: State<'_, Desk>) -> Answer<BackupState> {
    blocking("backup_state", &desk, Desk::backup_state).await
}

#[tauri::command]
pub(crate) async fn back_up_now(desk: State<'_, Desk>) -> Answer<BackupState> {
    blocking("back_up_now", &desk, Desk::back_up_now).await
}

#[tauri::command]
pub(crate) async fn set_backup_folder(desk: State<'_, Desk>, folder: String) -> Answer<BackupState> {
    blocking("set_backup_folder", &desk, move |desk| desk.set_backup_folder(&folder)).await
}

#[tauri::command]
pub(crate) async fn seen_repaired(desk: State<'_, Desk>) -> Answer<DeskState> {
    blocking("seen_repaired", &desk, Desk::seen_repaired).await
}

#[tauri::command]
pub(crate) async fn seen_keyring_back(desk: State<'_, Desk>) -> Answer<DeskState> {
    blocking("seen_keyring_back", &desk, Desk::seen_keyring_back).await
}
