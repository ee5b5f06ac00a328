//! The administrator's command line: the same use cases as the window, for what is done to many records at once.
//!
//! JSON on standard output, one sentence on standard error. Exit codes: 0 done, 1 something was refused or differs,
//! 2 arguments that cannot be read. A password comes from the terminal or from standard input, never as an argument:
//! arguments are readable by every program on the machine.

mod backup;
mod clerks;
mod day;
mod erase;
mod export;
mod folder;
mod import;
mod paper;
mod rules;
mod steps;
mod stick;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};
use intake_model::civil_date;
use serde::Serialize;

use folder::Refused;

#[derive(Parser)]
#[command(name = "deskctl", version, about = "登记台的管理命令")]
struct Line {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Walks the journal's chain and the matters it explains; prints the first difference where there is one
    Verify(Whose),
    /// Makes a checked backup of a desk into a folder; a stick or a second disk is best
    Backup(backup::Backup),
    /// Puts a backup, or the newest one in a folder, in the place of what the data folder holds. What was there is moved
    /// aside inside it and never deleted; the desk opens a new epoch before it writes again
    Restore(backup::Restore),
    /// Lists the backups in a folder, the newest first
    Backups(backup::Backups),
    /// Lists the newest days with how far each is: open, reopened, closed, or confirmed by the district. Ends with 1 where one
    /// before the newest was never closed
    Day(day::Days),
    /// Lists what the office owes by its clocks, the nearest day first: matters and days, no people. Ends with 1 where a day
    /// has passed
    Owed(Whose),
    /// Tells how a matter stands: the centre's own steps with it, its clocks, and what the district gave back
    Steps(steps::Steps),
    /// Registers one visit per line of an NDJSON file, or per row of an Excel ledger with `--map`; reports each that cannot
    /// be registered and keeps the rest. A ledger's row is taken once, however often the file is imported
    Import(Import),
    /// Erases the content of matters whose retention is over and that the district has archived; their numbers stay
    Erase(erase::Erase),
    /// Writes all that the district has not confirmed into a new file on a stick, for a desk without a line. Nothing counts as
    /// sent by that
    PagesOut(stick::Out),
    /// Takes back the district's answer from a stick; ends with 1 where both sides do not hold the same by it
    PagesIn(stick::Back),
    /// Says everything that there is to say about a visit, under a region's profile too; ends with 1 only where it could
    /// not be kept
    Check(rules::Check),
    /// Takes in a region profile of the centre's own; with a mistake in it the desk keeps the one it had
    Profile(OwnProfile),
    /// Lists, adds and disables clerks, sets passwords, names who reads sealed matters
    Clerks(clerks::Clerks),
    /// Comes back in by a recovery key, as the administrator whom `--clerk` names, with a new password
    Recover(clerks::Recover),
    /// Advises where a matter goes: outcome, article, papers, clocks, other doors with their limits
    Route(rules::Route),
    /// Tells the last day of a clock, such as `deskctl clock C1 --from 2026-11-24 --profile tianjin-dongli`
    Clock(rules::Clock),
    /// Reads registration numbers
    #[command(subcommand)]
    Number(rules::Number),
    /// Finds codes of a table (or of `all`) by code, characters, pinyin or initials, the best first
    FindCode(rules::FindCode),
    /// Adds a file (JPEG, PNG or PDF) to a matter
    Attach(export::Attach),
    /// Writes one matter's whole file into a new folder, in plain form: record, versions, steps, papers, attachments
    ExportMatter(export::Matter),
    /// Writes the registrations of a period into an Excel file, masked; unmasked only for an administrator with a reason
    ExportPeriod(export::Period),
    /// Counts, block by block, how many characters of the third level of GB 18030-2022 the fonts of this machine draw
    Fonts,
    /// Lays out every worded paper as a blank, with a folder of a district's own papers; ends with 1 where a file of it
    /// has a mistake
    Papers(paper::Papers),
    /// Prints the JSON Schema of what a command reads
    Schema { of: Schema },
}

/// Which desk, and who opens it.
#[derive(Args)]
struct Whose {
    /// The desk's data folder
    #[arg(long)]
    folder: PathBuf,
    /// The name under which a clerk signs in; needed where the desk has several
    #[arg(long)]
    clerk: Option<String>,
    /// Reads passwords from lines of standard input instead of asking on the terminal
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Args)]
struct Import {
    /// One visit per line, as `deskctl schema visit` describes it; or an Excel file
    file: PathBuf,
    /// Which column of the Excel file is what: a TOML file such as tests/fixtures/ledger/map.toml
    #[arg(long)]
    map: Option<PathBuf>,
    /// Says row by row what would happen, and registers nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    whose: Whose,
    /// Date and time of this computer are right, though they do not follow the visit registered last
    #[arg(long)]
    clock_is_right: bool,
    /// The reason for passing warnings, for every line that has some and gives no reason of its own
    #[arg(long, value_name = "REASON")]
    accept_warnings: Option<String>,
}

#[derive(Args)]
struct OwnProfile {
    /// The profile, as TOML; it may extend one that came with the program
    file: PathBuf,
    #[command(flatten)]
    whose: Whose,
}

#[derive(Clone, Copy, ValueEnum)]
enum Schema {
    /// One line of `import`, and what `check` reads
    Visit,
    /// What `route` reads
    Question,
    /// What a clerk fills in on a paper, as the journal keeps it
    Filling,
    /// How a paper was delivered, as the journal keeps it
    Delivery,
    /// What a clerk writes down of a step
    Step,
}

#[allow(clippy::disallowed_methods, reason = "a command line reads the clock")]
fn today() -> NaiveDate {
    civil_date(chrono::Utc::now().timestamp_millis())
}

fn main() -> ExitCode {
    let line = match Line::try_parse() {
        Ok(line) => line,
        Err(error) if error.use_stderr() => {
            // One sentence; `--help` has the rest.
            let _ = writeln!(std::io::stderr(), "{}", error.to_string().lines().next().unwrap_or_default());
            return ExitCode::from(2);
        }
        Err(help) => help.exit(),
    };
    match run(line.task) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(refused) => {
            // With standard error closed there is nobody left to tell; the exit code still says it.
            let _ = writeln!(std::io::stderr(), "{refused}");
            ExitCode::from(refused.exit)
        }
    }
}

/// Whether all was well.
fn run(task: Task) -> Result<bool, Refused> {
    match task {
        Task::Verify(whose) => {
            let desk = folder::look(&whose)?;
            let (found, difference) = match desk.verify() {
                Ok(found) => (Some(found), None),
                Err(error) => (None, Some(error.difference().map(str::to_owned).ok_or(error)?)),
            };
            let complete = found.is_some();
            let said = match (&found, &difference) {
                (Some(found), _) => format!("complete, {} entries, head {}", found.entries, found.head.hash.short()),
                (None, difference) => difference.clone().unwrap_or_default(),
            };
            print(&Walked { complete, found, difference })?;
            writeln!(std::io::stderr(), "{said}")?;
            Ok(complete)
        }
        Task::Backup(task) => backup::make(&task),
        Task::Restore(task) => backup::restore(&task),
        Task::Backups(task) => backup::list(&task),
        Task::Day(days) => day::list(&days),
        Task::Owed(whose) => steps::owed(&whose),
        Task::Steps(task) => steps::tell(&task),
        Task::Import(import) => import::run(&import),
        Task::Attach(attach) => export::attach(&attach),
        Task::ExportMatter(matter) => export::matter(&matter),
        Task::ExportPeriod(period) => export::period(&period),
        Task::Erase(erase) => erase::run(&erase),
        Task::PagesOut(out) => stick::out(&out),
        Task::PagesIn(back) => stick::back(&back),
        Task::Schema { of } => {
            print(&match of {
                Schema::Visit => schemars::schema_for!(intake_model::Visit),
                Schema::Question => schemars::schema_for!(intake_model::Question),
                Schema::Filling => schemars::schema_for!(intake_model::Filling),
                Schema::Delivery => schemars::schema_for!(intake_model::Delivery),
                Schema::Step => schemars::schema_for!(intake_model::StepTaken),
            })?;
            Ok(true)
        }
        Task::Profile(own) => {
            let text = std::fs::read_to_string(&own.file)?;
            let taken = folder::open(&own.whose)?.set_own_profile(&own.file.display().to_string(), &text)?;
            print(&taken)?;
            Ok(true)
        }
        Task::Clerks(task) => clerks::run(&task),
        Task::Recover(task) => clerks::recover(&task),
        Task::Check(check) => rules::check(&check, today()),
        Task::Route(route) => rules::advise(&route),
        Task::Clock(clock) => rules::clock(&clock),
        Task::Number(number) => rules::number(&number),
        Task::Fonts => paper::fonts(),
        Task::Papers(papers) => paper::blanks(&papers),
        Task::FindCode(find) => rules::find_code(&find, today()),
    }
}

/// What `verify` found: all of it, or the first difference.
#[derive(Serialize)]
struct Walked {
    complete: bool,
    #[serde(flatten)]
    found: Option<intake_app::Verified>,
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: Option<String>,
}

/// Writes one line of JSON to standard output.
fn print(value: &impl Serialize) -> Result<(), Refused> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, value)?;
    out.write_all(b"\n")?;
    Ok(())
}
