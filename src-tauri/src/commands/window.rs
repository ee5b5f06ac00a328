//! Closing the window, once its pages have been asked.

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
