//! Closing the window, once its pages have been asked.

#![expect(clippy::needless_pass_by_value, reason = "tauri hands its handle to a command by value")]

use tauri::AppHandle;

use crate::window;

#[tauri::command]
pub(crate) fn close_window(app: AppHandle) {
    window::close(&app);
}

#[tauri::command]
pub(crate) fn stay_open(app: AppHandle) {
    window::stay(&app);
}
