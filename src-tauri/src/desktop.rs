//! What the surrounding desktop must give, settled before there is a window, and how to say so where it does not.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::process::{Command, ExitCode};

use intake_model::Code;
use tauri::Wry;
use tauri::plugin::TauriPlugin;

use crate::arguments::Arguments;
use crate::window;

/// WebKitGTK's DMABUF renderer shows an empty window on many drivers and under a virtual display.
const RENDERER: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
/// Lets a WebDriver press the keys.
const AUTOMATION: &str = "TAURI_WEBVIEW_AUTOMATION";

/// Starts this program again in its place where the environment must be another one.
///
/// Changing one's own environment is not safe once there are threads; a process that replaces itself has none yet. The
/// window of a real desk can never be driven from outside: only practice mode keeps the automation.
pub(crate) fn settle_environment(practice: bool) {
    let driven = !practice && std::env::var_os(AUTOMATION).is_some();
    if std::env::var_os(RENDERER).is_some() && !driven {
        return;
    }
    #[cfg(unix)]
    if let Ok(program) = std::env::current_exe() {
        use std::os::unix::process::CommandExt as _;
        let mut again = Command::new(program);
        again.args(std::env::args_os().skip(1)).env(RENDERER, "1");
        if driven {
            again.env_remove(AUTOMATION);
        }
        // Comes back only where it failed; the window then opens as well as it can.
        let error = again.exec();
        say(&format!("{RENDERER}: {error}"));
    }
}

/// Whether the window may be driven by a WebDriver, as the journeys do.
pub(crate) fn is_driven(practice: bool) -> bool {
    practice && std::env::var(AUTOMATION).as_deref() == Ok("true")
}

/// Whether there is a screen. GTK itself says so by aborting.
pub(crate) fn has_display() -> bool {
    #[cfg(target_os = "linux")]
    {
        let named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        (named("DISPLAY") || named("WAYLAND_DISPLAY")) && gtk::init().is_ok()
    }
    #[cfg(not(target_os = "linux"))]
    true
}

/// A second start on the same folder brings the first window forward and ends. Another folder is another desk.
pub(crate) fn single_instance(arguments: &Arguments) -> TauriPlugin<Wry> {
    let mut hasher = DefaultHasher::new();
    std::path::absolute(&arguments.folder).unwrap_or_else(|_| arguments.folder.clone()).hash(&mut hasher);
    tauri_plugin_single_instance::Builder::new()
        .callback(|app, _, _| window::focus(app))
        .dbus_id(format!("cn.intake_desk.desk.f{:016x}", hasher.finish()))
        .build()
}

/// Says why the program does not start, and with which number it ends.
pub(crate) fn refuse(sentence: &str, exit: u8) -> ExitCode {
    say(sentence);
    ExitCode::from(exit)
}

/// Ends the program from within its start, where nothing can be returned any more.
pub(crate) fn stop(app: &tauri::App, code: Code) -> ! {
    let text = intake_model::text(code);
    say(&format!("{}{}", text.sentence, text.remedy));
    app.cleanup_before_exit();
    #[allow(
        clippy::disallowed_methods,
        reason = "tauri's setup has no other way to end with a number; no key is held yet"
    )]
    std::process::exit(if code == Code::FolderInUse { 3 } else { 1 });
}

#[expect(clippy::print_stderr, reason = "before there is a window and a log, this is the only place to say it")]
fn say(sentence: &str) {
    eprintln!("{sentence}");
}
