//! `district-server`: serve, and what its administrator does beside that.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use district_server::{Clock, Config, District, Error, Export, Result, Role, Voucher, serve};

#[derive(Parser)]
#[command(version, about = "The district's end: takes in what the desks said, exactly once")]
struct Arguments {
    /// The configuration (TOML). The environment goes before it: `INTAKE_DISTRICT_NAME` and so on, lists with commas.
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
    /// Take a desk out of service: it sends what it still holds, and writes nothing more.
    Retire {
        #[command(flatten)]
        desk: Desk,
        /// Whom its clerks can ask: a name and a phone.
        #[arg(long)]
        contact: String,
    },
    /// Take a retired desk into service again.
    Reinstate(Desk),
    /// Refuse a desk that was lost or stolen.
    #[command(alias = "revoke")]
    Lost(Desk),
    /// Who may sign in to the pages.
    #[command(subcommand)]
    Staff(Staff),
    /// Print desks, heads and counts as JSON.
    Status,
    /// Print what the tables in a folder would change; with `--now` they take effect and go down to every desk.
    Publish {
        /// Code tables and calendars as `.json`, profiles with their wording as `.toml`.
        folder: PathBuf,
        /// Who publishes them.
        #[arg(long)]
        by: String,
        /// They take effect.
        #[arg(long)]
        now: bool,
    },
    /// Apply again what was set aside: after an update of this program or of a table.
    Reapply,
    /// Write a centre's matters of a period to a new file, and journal that.
    Export {
        /// The centre's nine digits.
        #[arg(long)]
        centre: String,
        /// The first day.
        #[arg(long)]
        from: chrono::NaiveDate,
        /// The last day.
        #[arg(long)]
        to: chrono::NaiveDate,
        /// Who asks for it.
        #[arg(long)]
        by: String,
        /// What for.
        #[arg(long)]
        reason: String,
        /// A new folder for the matters' files, in plain form.
        #[arg(long)]
        files: Option<PathBuf>,
        /// The file: `.csv`, or `.jsonl` for JSON lines.
        file: PathBuf,
    },
    /// Take in what a desk without a line wrote on a stick, and write the answer for it beside it.
    ImportUsb {
        /// The file, such as `/media/usb/上报-120110005-01-20261126-180400.age`. Its attachments lie in the folder beside it.
        file: PathBuf,
        /// Of a lost desk: who vouches for it. The desk stays refused, and gets no answer.
        #[arg(long, requires = "reason")]
        vouched_by: Option<String>,
        /// Why: how the file came here, and what became of the desk. Both are kept.
        #[arg(long, requires = "vouched_by")]
        reason: Option<String>,
    },
    /// Count a backup that was restored for a test: desks may erase what the last two such backups hold.
    BackupMark {
        /// The database that the backup was restored into, such as `postgres://user@localhost/restored`.
        restored: String,
    },
}

#[derive(Subcommand)]
enum Staff {
    /// Add somebody; the password is one line on standard input.
    Add {
        /// The name to sign in with. It stands beside everything they do, and is never given to another.
        name: String,
        /// viewer, officer or administrator.
        #[arg(long, value_parser = role)]
        role: Role,
    },
    /// Set somebody's password, one line on standard input, and end their sessions.
    Password {
        /// The name.
        name: String,
    },
    /// Let somebody sign in no more.
    Disable {
        /// The name.
        name: String,
    },
    /// Print everybody as JSON.
    List,
}

fn role(word: &str) -> std::result::Result<Role, &'static str> {
    Role::from_word(word).ok_or("is not viewer, officer or administrator")
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
    // Asked for more, the database's client writes each statement with its values: what visitors said.
    log::set_max_level(log::LevelFilter::Info);
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
    let clock: Clock = Arc::new(|| chrono::Utc::now().timestamp_millis());
    let open = || District::open(config.clone(), Arc::clone(&clock));
    match arguments.task {
        Task::Serve => serve_until_stopped(&config, &clock).await?,
        Task::Enrol(desk) => println!("{}", open().await?.new_code(&desk.centre, desk.desk).await?),
        Task::Retire { desk, contact } => open().await?.retire(&desk.centre, desk.desk, &contact).await?,
        Task::Reinstate(desk) => open().await?.reinstate(&desk.centre, desk.desk).await?,
        Task::Lost(desk) => open().await?.lost(&desk.centre, desk.desk).await?,
        Task::Staff(task) => staff(&*open().await?, task).await?,
        Task::Status => println!("{}", json(&open().await?.status().await?)?),
        Task::Publish { folder, by, now } => publish(&*open().await?, &folder, &by, now).await?,
        Task::Reapply => println!("{}", json(&open().await?.reapply().await?)?),
        Task::Export { centre, from, to, by, reason, files, file } => {
            let asked = Export { centre, from, to, by, reason, file, files };
            println!("{}", json(&open().await?.export(&asked).await?)?);
        }
        Task::ImportUsb { file, vouched_by, reason } => {
            let district = District::open_for_desks(config.clone(), Arc::clone(&clock)).await?;
            let taken = match vouched_by.zip(reason) {
                Some((by, reason)) => district.import_lost(&file, &Voucher { by, reason }).await?,
                None => district.import_usb(&file).await?,
            };
            println!("{}", json(&taken)?);
        }
        Task::BackupMark { restored } => println!("{}", json(&open().await?.mark_backup(&restored).await?)?),
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the list is what was asked for")]
async fn staff(district: &District, task: Staff) -> Result<()> {
    match task {
        Staff::Add { name, role } => district.add_staff(&name, role, &password()?).await?,
        Staff::Password { name } => district.set_staff_password(&name, &password()?).await?,
        Staff::Disable { name } => district.disable_staff(&name).await?,
        Staff::List => println!("{}", json(&district.staff().await?)?),
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what changes is what was asked for")]
async fn publish(district: &District, folder: &std::path::Path, by: &str, now: bool) -> Result<()> {
    let files = district_server::table_files(folder)?;
    let changes = if now { district.publish_tables(by, &files).await? } else { district.weigh_tables(&files).await? };
    for change in changes {
        println!("{}", change.title());
        change.lines.iter().for_each(|line| println!("  {line}"));
    }
    println!(
        "{}",
        if now {
            "已发布，各登记台下次上报时收到。"
        } else {
            "还没有发布。加上 --now 再运行一次才发布。"
        }
    );
    Ok(())
}

/// The first line of standard input: on no command line, where everybody on the machine reads it.
fn password() -> Result<String> {
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line);
    read.map_err(|error| Error::Staff(format!("the password cannot be read: {}", error.kind())))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn json(what: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string_pretty(what).map_err(|error| Error::Internal(error.to_string()))
}

async fn serve_until_stopped(config: &Config, clock: &Clock) -> Result<()> {
    let district = tokio::select! {
        opened = District::open_when_possible(config.clone(), Arc::clone(clock)) => opened?,
        () = asked_to_stop() => return Ok(()),
    };
    serve(district, |address| tracing::info!(%address, "serving"), asked_to_stop()).await
}

async fn asked_to_stop() {
    let Ok(mut terminated) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else { return };
    tokio::select! {
        _ = terminated.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
