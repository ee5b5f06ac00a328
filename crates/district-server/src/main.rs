//! `district-server`: serve, hand out enrolment codes, withdraw a desk, say where everything stands.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use district_server::{Config, District, Result, serve};

#[derive(Parser)]
#[command(version, about = "The district's end: takes in what the desks said, exactly once")]
struct Arguments {
    /// The configuration (TOML). `INTAKE_DISTRICT_NAME`, `_FOLDER`, `_LISTEN`, `_POSTGRES`, `_NAMES` (comma-separated) and
    /// `_MAX_REQUESTS` go before it.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Serve until SIGTERM or Ctrl+C.
    Serve,
    /// Print a one-time enrolment code, good for fifteen minutes.
    Enrol(Desk),
    /// Withdraw a desk's key.
    Revoke(Desk),
    /// Print desks, heads and counts as JSON.
    Status,
}

#[derive(clap::Args)]
struct Desk {
    /// The centre's nine digits.
    #[arg(long)]
    centre: String,
    /// The desk's number, 1 to 99.
    #[arg(long)]
    desk: u8,
}

#[tokio::main]
#[expect(clippy::print_stderr, reason = "a command line says what stopped it")]
async fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info,refinery=warn".into());
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "codes and status are this program's output")]
#[expect(clippy::disallowed_methods, reason = "the server's main is one of the places that read the clock")]
async fn run(arguments: Arguments) -> Result<()> {
    let config = Config::read(arguments.config.as_deref())?;
    let clock = Arc::new(|| chrono::Utc::now().timestamp_millis());
    let district = District::open(config, clock).await?;
    match arguments.task {
        Task::Serve => {
            serve(district, |address| tracing::info!(%address, "serving"), asked_to_stop()).await?;
        }
        Task::Enrol(desk) => println!("{}", district.new_code(&desk.centre, desk.desk).await?),
        Task::Revoke(desk) => district.revoke(&desk.centre, desk.desk).await?,
        Task::Status => {
            let status = serde_json::to_string_pretty(&district.status().await?);
            println!("{}", status.map_err(|error| district_server::Error::Internal(error.to_string()))?);
        }
    }
    Ok(())
}

async fn asked_to_stop() {
    let Ok(mut terminated) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else { return };
    tokio::select! {
        _ = terminated.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
