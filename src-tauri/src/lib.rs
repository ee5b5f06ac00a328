//! The shell of the desk: starts, wires and translates between the window and the use cases of `intake-app`.
//!
//! Deliberately absent: any rule, any SQL, any HTTP, and any word for the clerk beyond what must be said before there
//! is a window. A command is one call of one use case.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

mod arguments;
mod commands;
mod demo;
mod desktop;
mod log;
mod window;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use intake_app::{Desk, Setup, SystemClock};
use tauri::{AppHandle, Emitter as _, Manager as _};

use arguments::Arguments;

/// What the desk's database needs: how often it may notice that nobody writes.
const IDLE_TICK: Duration = Duration::from_secs(2);

/// What the pages are told when the print queue, or a printer, is not as it was.
const PRINTS_CHANGED: &str = "prints_changed";

/// What the pages are told when the desk has exchanged by itself, or tried to.
const LINE_CHANGED: &str = "line_changed";

/// Ends with 0 after the window was closed, 1 where the desk cannot be opened, 2 where it cannot start at all (no
/// display, arguments it does not know), 3 where another program holds the data folder.
#[allow(clippy::disallowed_methods, reason = "in what tauri's macro writes, for Windows only")]
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::read(arguments) {
        Ok(arguments) => arguments,
        Err(sentence) => return desktop::refuse(&sentence, 2),
    };
    desktop::settle_environment(arguments.practice);
    if !desktop::has_display() {
        return desktop::refuse("没有可用的显示器，登记台的窗口打不开；请在桌面环境里启动。", 2);
    }
    // The program speaks TLS through one provider; an error means that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();

    let arguments = Arc::new(arguments);
    let opening = Arc::clone(&arguments);
    let built = tauri::Builder::default()
        .plugin(desktop::single_instance(&arguments))
        .setup(move |app| {
            open(app, &opening);
            Ok(())
        })
        .invoke_handler(commands::handler())
        .run(tauri::generate_context!());
    match built {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => desktop::refuse(&format!("登记台的窗口打不开：{error}"), 2),
    }
}

/// Opens the desk and then its window. Runs after the single instance is settled, so that a second start, which only
/// brings the first window forward, never touches the folder.
fn open(app: &mut tauri::App, arguments: &Arguments) {
    let setup = Setup {
        folder: arguments.folder.clone(),
        practice: arguments.practice,
        pdf_folder: arguments.pdf_folder.clone(),
        clock: Arc::new(SystemClock::default()),
        machine: intake_app::machine_id(),
        marker: intake_app::markers(&|name| std::env::var_os(name)),
        mends: true,
    };
    let desk = match Desk::open(setup) {
        Ok(desk) => desk,
        Err(error) => desktop::stop(app, error.code()),
    };
    log::start(&arguments.folder);
    if arguments.demo_desk {
        demo::furnish(&desk);
    }
    tick_when_idle(desk.clone());
    print_in_background(desk.clone(), app.handle().clone());
    exchange_in_background(desk.clone(), app.handle().clone());
    app.manage(desk);
    if let Err(error) = window::open(app, arguments.practice) {
        tracing::error!(%error, "the window did not open");
        desktop::stop(app, intake_model::Code::Internal);
    }
}

/// Sends the print queue to the printers, and tells the pages whenever it is not as it was.
fn print_in_background(desk: Desk, app: AppHandle) {
    tauri::async_runtime::spawn(async move {
        desk.print_on(|| {
            // Pages that are not there yet ask when they are.
            let _ = app.emit(PRINTS_CHANGED, ());
        })
        .await;
    });
}

/// Exchanges with the district whenever it is due. Ends with the program, at any moment: what is under way loses nothing.
fn exchange_in_background(desk: Desk, app: AppHandle) {
    tauri::async_runtime::spawn(async move {
        desk.exchange_on(|| {
            let _ = app.emit(LINE_CHANGED, ());
        })
        .await;
    });
}

/// Lets the desk use the pauses, on a thread of its own: it blocks on the disk. The thread ends with the program.
fn tick_when_idle(desk: Desk) {
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(IDLE_TICK);
            if let Err(error) = desk.tick() {
                tracing::warn!(code = ?error.code(), "the pause was not used");
            }
        }
    });
}
