//! The rules by themselves: what the desk would say about a visit, a route, a clock, a number. No desk is opened.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use deskctl::line;
use intake_model::{
    Calendars, Catalogue, ClockCode, Code, Doors, Due, Profile, Question, RegistrationNumber, Severity, Start, TableId,
    Visit, check_under, due, route,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::folder::Refused;
use crate::print;

/// Under which region's rules.
#[derive(Args)]
pub(crate) struct Under {
    /// A region profile that came with the program, by its id, or a file that ends with .toml
    #[arg(long, default_value = "national")]
    profile: String,
}

#[derive(Args)]
pub(crate) struct Check {
    /// One visit as JSON, as `deskctl schema visit` describes it
    file: PathBuf,
    /// The civil date of the visit; today unless given
    #[arg(long)]
    on: Option<NaiveDate>,
    #[command(flatten)]
    under: Under,
}

#[derive(Args)]
pub(crate) struct Route {
    /// The answers about one matter as JSON, as `deskctl schema question` describes them
    file: PathBuf,
    #[command(flatten)]
    under: Under,
}

#[derive(Args)]
pub(crate) struct Clock {
    /// C1 to C10, or C1'
    #[arg(value_parser = clock_code)]
    code: ClockCode,
    /// The day of the event, which is not counted
    #[arg(long)]
    from: NaiveDate,
    /// Days of hearings, which C7 and C9 leave out
    #[arg(long, default_value_t = 0)]
    excluded_days: u32,
    #[command(flatten)]
    under: Under,
}

#[derive(Args)]
pub(crate) struct FindCode {
    /// A table such as content-category or dispute-type, or all
    #[arg(value_parser = table)]
    table: Among,
    /// What a clerk would type
    text: String,
    /// The civil date whose edition is in force; today unless given
    #[arg(long)]
    on: Option<NaiveDate>,
    /// How many at most
    #[arg(long, default_value_t = 10)]
    limit: usize,
}

/// One table, or all.
#[derive(Clone, Copy)]
struct Among(Option<TableId>);

#[derive(Subcommand)]
pub(crate) enum Number {
    /// Takes a registration number apart; also without hyphens, full width or in lower case
    Parse { number: String },
}

/// A problem with what people read about it.
#[derive(Serialize)]
struct Said {
    #[serde(flatten)]
    problem: intake_model::Problem,
    sentence: &'static str,
    remedy: &'static str,
}

/// A clock's answer with the day that counts.
#[derive(Serialize)]
struct Counted {
    due: Option<NaiveDate>,
    #[serde(flatten)]
    counted: Due,
}

#[derive(Serialize)]
struct Parts {
    number: String,
    compact: String,
    short: String,
    centre: String,
    date: NaiveDate,
    serial: u32,
}

fn clock_code(text: &str) -> Result<ClockCode, String> {
    ClockCode::parse(text).ok_or_else(|| "没有这个时限；有 C1 到 C10，以及 C1'。".to_owned())
}

fn table(text: &str) -> Result<Among, String> {
    if text == "all" {
        return Ok(Among(None));
    }
    TableId::parse(text).map(|id| Among(Some(id))).ok_or_else(|| {
        let known = TableId::ALL.map(TableId::as_str).join("、");
        format!("没有这张代码表；有 {known}，或 all（全部）。")
    })
}

/// Everything the form would say about a visit. Whether it could be registered, with or without a reason.
pub(crate) fn check(task: &Check, today: NaiveDate) -> Result<bool, Refused> {
    let (visit, profile) = (visit(&task.file)?, task.under.read()?);
    let on = task.on.unwrap_or(today);
    let said: Vec<Said> = check_under(&visit, on, &profile)
        .into_iter()
        .map(|problem| {
            let text = intake_model::text(problem.code);
            Said { problem, sentence: &text.sentence, remedy: &text.remedy }
        })
        .collect();
    print(&said)?;
    Ok(said.iter().all(|one| one.problem.severity != Severity::Error))
}

/// Where a matter goes, by which article, with which papers, clocks and other doors.
pub(crate) fn advise(task: &Route) -> Result<bool, Refused> {
    let question: Question = read(&task.file)?;
    print(&route(&question, &task.under.read()?, Doors::built_in()))?;
    Ok(true)
}

/// The last day of a clock.
pub(crate) fn clock(task: &Clock) -> Result<bool, Refused> {
    let start = Start { from: task.from, excluded_days: task.excluded_days };
    let counted = due(task.code, start, &task.under.read()?, Calendars::built_in());
    print(&Counted { due: counted.effective(), counted })?;
    Ok(true)
}

/// Codes that a text may mean; nothing found is no mistake.
pub(crate) fn find_code(task: &FindCode, today: NaiveDate) -> Result<bool, Refused> {
    let on = task.on.unwrap_or(today);
    print(&Catalogue::built_in().find(task.table.0, &task.text, on, task.limit))?;
    Ok(true)
}

/// What a registration number says.
pub(crate) fn number(task: &Number) -> Result<bool, Refused> {
    let Number::Parse { number } = task;
    let parsed: RegistrationNumber =
        number.parse().map_err(|error| Refused::argument(format!("这不是登记号：{error}。")))?;
    print(&Parts {
        number: parsed.to_string(),
        compact: parsed.compact(),
        short: parsed.short(),
        centre: parsed.centre().as_str().to_owned(),
        date: parsed.date(),
        serial: parsed.serial(),
    })?;
    Ok(true)
}

impl Under {
    fn read(&self) -> Result<Profile, Refused> {
        let name = &self.profile;
        if Path::new(name).extension().is_some_and(|end| end == "toml") {
            let text = std::fs::read_to_string(name).map_err(|error| unreadable(Path::new(name), &error))?;
            return Profile::parse(name, &text).map_err(|error| Refused::argument(error.to_string()));
        }
        Profile::built_in(name).cloned().ok_or_else(|| {
            let known: Vec<&str> = Profile::all_built_in().iter().map(|profile| profile.id.as_str()).collect();
            Refused::argument(format!("没有这个地区配置：{name}；有 {}。", known.join("、")))
        })
    }
}

fn unreadable(file: &Path, error: &std::io::Error) -> Refused {
    Refused::argument(format!("{} 读不了：{error}。", file.display()))
}

/// One visit, with every field of it known: a misspelt one would be passed over.
fn visit(file: &Path) -> Result<Visit, Refused> {
    let bytes = std::fs::read(file).map_err(|error| unreadable(file, &error))?;
    line::read(bytes.trim_ascii()).map_err(|faults| {
        // Where, and not what: the file may hold what a visitor said.
        if let Some((line, column)) = faults.iter().find_map(|fault| fault.place) {
            return Refused::argument(format!("文件读不懂：第{line}行第{column}列。"));
        }
        let unknown = faults.iter().filter(|fault| fault.problem.code == Code::RequestUnreadable);
        let fields: Vec<_> = unknown.map(|fault| fault.problem.field.as_str()).collect();
        Refused::argument(format!("登记里没有这些栏目：{}。", fields.join("、")))
    })
}

fn read<T: DeserializeOwned>(file: &Path) -> Result<T, Refused> {
    let bytes = std::fs::read(file).map_err(|error| unreadable(file, &error))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Refused::argument(format!("文件读不懂：第{}行第{}列。", error.line(), error.column())))
}
