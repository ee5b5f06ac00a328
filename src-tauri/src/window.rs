//! The one window of the desk.

use std::sync::atomic::{AtomicBool, Ordering};

use tauri::{AppHandle, Emitter as _, Manager as _, WebviewUrl, WebviewWindowBuilder, WindowEvent};

use crate::desktop;

const LABEL: &str = "desk";

/// What the pages are asked when somebody closes the window.
const CLOSE_ASKED: &str = "close_asked";

/// Whether the pages were asked and have not answered yet.
#[derive(Default)]
pub(crate) struct Closing(AtomicBool);

/// Opens the window: the whole intake form fits at 1366×768, the smallest screen of an office.
pub(crate) fn open(app: &tauri::App, practice: bool) -> tauri::Result<()> {
    app.manage(Closing::default());
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("来访登记台")
        .inner_size(1366.0, 768.0)
        .min_inner_size(1024.0, 700.0)
        // The pages take dropped files themselves; the shell's own handler would keep them from that.
        .disable_drag_drop_handler()
        // WebKit then leaves no cache of personal data on the disk. A driven window cannot be private (wry makes the
        // private context without automation), which only practice mode allows.
        .incognito(!desktop::is_driven(practice))
        .build()?;
    let app = app.handle().clone();
    window.on_window_event(move |event| {
        let WindowEvent::CloseRequested { api, .. } = event else { return };
        // What is typed and not yet registered lives in the pages: they are asked first. Pages that do not answer
        // cannot keep the window open: the second try closes it.
        let asked_before = app.state::<Closing>().0.swap(true, Ordering::SeqCst);
        if !asked_before && app.emit(CLOSE_ASKED, ()).is_ok() {
            api.prevent_close();
        }
    });
    Ok(())
}

/// The pages have nothing to lose, or the clerk gives it up.
pub(crate) fn close(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    if let Err(error) = window.destroy() {
        tracing::warn!(%error, "the window did not close");
    }
}

/// The clerk goes on: the next try to close is asked about again.
pub(crate) fn stay(app: &AppHandle) {
    app.state::<Closing>().0.store(false, Ordering::SeqCst);
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
