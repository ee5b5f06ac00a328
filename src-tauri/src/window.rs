//! The one window of the desk.

use tauri::{AppHandle, Manager as _, WebviewUrl, WebviewWindowBuilder};

use crate::desktop;

const LABEL: &str = "desk";

/// Opens the window: the whole intake form fits at 1366×768, the smallest screen of an office.
pub(crate) fn open(app: &tauri::App, practice: bool) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("来访登记台")
        .inner_size(1366.0, 768.0)
        .min_inner_size(1024.0, 700.0)
        // WebKit then leaves no cache of personal data on the disk. A driven window cannot be private (wry makes the
        // private context without automation), which only practice mode allows.
        .incognito(!desktop::is_driven(practice))
        .build()?;
    Ok(())
}

/// Brings the window forward, also out of the task bar.
pub(crate) fn focus(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    for result in [window.unminimize(), window.show(), window.set_focus()] {
        if let Err(error) = result {
            tracing::warn!(%error, "the window did not come forward");
        }
    }
    tracing::info!("a second start brought the window forward");
}
