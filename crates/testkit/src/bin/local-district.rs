//! A district on this machine, for practice mode and by hand: `local-district --folder DIR`.
//!
//! Writes `DIR/district.env` (address, a fresh enrolment code, the database) and stays until SIGTERM, Ctrl+C or the end
//! of its input. A second start in the same folder goes on with what it holds.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use testkit::district::{CENTRE, LocalDistrict, Result};
use tokio::signal::unix::{SignalKind, signal};

#[derive(Parser)]
struct Arguments {
    /// Where everything is kept.
    #[arg(long)]
    folder: PathBuf,
    /// The desk the code is for.
    #[arg(long, default_value_t = 1)]
    desk: u8,
    /// Stay when the input ends.
    #[arg(long)]
    stay_on_eof: bool,
}

#[expect(clippy::print_stderr, reason = "a command line says what stopped it")]
fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    std::fs::create_dir_all(&arguments.folder)?;
    let folder = arguments.folder.canonicalize()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // Listened for from the start: a signal during the start must not leave PostgreSQL behind.
    let mut terminated = runtime.block_on(async { signal(SignalKind::terminate()) })?;
    let mut interrupted = runtime.block_on(async { signal(SignalKind::interrupt()) })?;
    let district = LocalDistrict::start(&folder)?;
    write(&folder, &district, arguments.desk)?;
    runtime.block_on(async {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
            () = end_of_input(arguments.stay_on_eof) => {}
        }
    });
    // Whoever reads the file later must not take a stopped district for a running one.
    std::fs::remove_file(folder.join("district.env"))?;
    drop(district);
    runtime.shutdown_background();
    Ok(())
}

fn write(folder: &Path, district: &LocalDistrict, desk: u8) -> Result<()> {
    let code = district.enrolment_code(CENTRE, desk)?;
    let text = format!("address={}\ncode={code}\npostgres={}\n", district.address(), district.postgres_url());
    let part = folder.join("district.env.part");
    std::fs::write(&part, text)?;
    Ok(std::fs::rename(part, folder.join("district.env"))?)
}

async fn end_of_input(never: bool) {
    if never {
        return std::future::pending().await;
    }
    let (tell, told) = tokio::sync::oneshot::channel::<()>();
    // A thread that a signal leaves behind in its read; the process ends all the same.
    std::thread::spawn(move || {
        drop(std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
        drop(tell);
    });
    drop(told.await);
}
