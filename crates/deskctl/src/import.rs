//! Many visits from a file, each through the same use case as the window: lines of JSON, or the rows of an old ledger.
//!
//! One bad line never costs the others: it is reported with its number and all its problems. What a line says is not
//! repeated in the report, which may be kept or mailed.

use std::path::Path;

use deskctl::ledger::{self, Map, Note};
use deskctl::line;
use intake_app::{Desk, Imported};
use intake_model::{Code, Problem, Severity, Visit};
use serde::Serialize;

use crate::folder::Refused;
use crate::{Import, folder, print};

/// The largest file that is read: a million lines.
const MOST_BYTES: u64 = 256 << 20;

/// Where in the file.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum At {
    Line(usize),
    Row(usize),
}

/// A visit that was registered, or would be, or was before.
#[derive(Serialize)]
struct Kept {
    #[serde(flatten)]
    at: At,
    action: Action,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<Noted>,
    /// Warnings that a reason passed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    passed: Vec<Said>,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Registered,
    WouldRegister,
    RegisteredBefore,
}

/// One that was not, with all that is to be said about it.
#[derive(Serialize)]
struct Left {
    #[serde(flatten)]
    at: At,
    action: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<Noted>,
    problems: Vec<Said>,
}

/// One problem with its sentence.
#[derive(Serialize)]
struct Said {
    #[serde(flatten)]
    problem: Problem,
    /// Where in the line reading stopped, counted in bytes from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    sentence: &'static str,
}

/// How a part of a ledger's row was read.
#[derive(Serialize)]
struct Noted {
    note: Note,
    sentence: &'static str,
}

/// The last line of the report.
#[derive(Default, Serialize)]
struct Total {
    registered: usize,
    registered_before: usize,
    left: usize,
    /// Rows that name neither a person nor a matter.
    empty: usize,
}

/// Registers each visit of the file that can be; with `--dry-run` only says what it would do.
///
/// Where the desk itself refuses (the disk is full, say), it stops: what was reported before is registered, the line
/// named last and all behind it are not.
pub(crate) fn run(task: &Import) -> Result<bool, Refused> {
    if std::fs::metadata(&task.file)?.len() > MOST_BYTES {
        return Err(Refused::because("文件太大，最多 256 MB。"));
    }
    let bytes = std::fs::read(&task.file)?;
    if !is_sheet(&task.file) {
        let mut run = Run::begin(task)?;
        for (index, text) in bytes.split(|byte| *byte == b'\n').enumerate() {
            let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).trim_ascii();
            if text.is_empty() {
                continue;
            }
            let at = At::Line(index + 1);
            match line::read(text) {
                Ok(visit) => run.take(at, "", visit, Vec::new())?,
                Err(faults) => run.leave(at, Vec::new(), faults.into_iter().map(faulty).collect())?,
            }
        }
        return run.end();
    }
    let rows = ledger::read(bytes, &map(task)?).map_err(|error| Refused::because(error.to_string()))?;
    let mut run = Run::begin(task)?;
    for row in rows {
        let at = At::Row(row.row);
        if let Some(visit) = row.visit {
            run.take(at, &row.key, visit, row.notes)?;
        } else {
            run.total.empty += 1;
            print(&Left { at, action: "empty", notes: Vec::new(), problems: Vec::new() })?;
        }
    }
    run.end()
}

fn is_sheet(file: &Path) -> bool {
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    matches!(ending.as_str(), "xlsx" | "xlsm")
}

fn map(task: &Import) -> Result<Map, Refused> {
    let Some(path) = &task.map else {
        return Err(Refused::because("表格要有一张对照表，说明哪一列是什么：--map 对照表.toml。"));
    };
    let text = std::fs::read_to_string(path)?;
    Map::parse(&path.display().to_string(), &text).map_err(|error| Refused::because(error.to_string()))
}

/// An import under way.
struct Run<'a> {
    desk: Desk,
    task: &'a Import,
    total: Total,
}

impl<'a> Run<'a> {
    fn begin(task: &'a Import) -> Result<Self, Refused> {
        let desk = folder::open(&task.whose)?;
        if task.clock_is_right && !task.dry_run {
            desk.confirm_clock()?;
        }
        Ok(Self { desk, task, total: Total::default() })
    }

    fn take(&mut self, at: At, key: &str, mut visit: Visit, notes: Vec<Note>) -> Result<(), Refused> {
        if let Some(number) = self.desk.imported(key)? {
            self.total.registered_before += 1;
            let (action, notes, passed) = (Action::RegisteredBefore, noted(notes), Vec::new());
            return print(&Kept { at, action, number: Some(number), notes, passed });
        }
        let found = self.desk.check_visit(&visit)?;
        let looks: Vec<Note> = notes.iter().copied().filter(|note| note.needs_a_look()).collect();
        let warned = !looks.is_empty() || found.iter().any(|problem| problem.severity == Severity::Warning);
        if warned && visit.passed_because.trim().is_empty() {
            self.task.accept_warnings.as_deref().unwrap_or_default().clone_into(&mut visit.passed_because);
        }
        let passed = !visit.passed_because.trim().is_empty();
        let stands = |problem: &Problem| problem.severity == Severity::Error || !passed;
        let (standing, passing): (Vec<Problem>, Vec<Problem>) = found.into_iter().partition(stands);
        let notes = noted(notes);
        if !standing.is_empty() || (!looks.is_empty() && !passed) {
            return self.leave(at, notes, standing.into_iter().map(told).collect());
        }
        let (action, number) = match self.register(key, &visit) {
            Ok(done) => done,
            Err(error) => {
                self.leave(at, notes, vec![refused(error.code())])?;
                // What only this line is at fault for costs the others nothing.
                let own = matches!(error.code(), Code::ReasonNeeded | Code::VisitUnreadable | Code::TextTooLong);
                return if own { Ok(()) } else { Err(error.into()) };
            }
        };
        self.total.registered += 1;
        print(&Kept { at, action, number, notes, passed: passing.into_iter().map(told).collect() })
    }

    fn register(&self, key: &str, visit: &Visit) -> intake_app::Result<(Action, Option<String>)> {
        if self.task.dry_run {
            return Ok((Action::WouldRegister, None));
        }
        Ok(match self.desk.register_once(visit, key)? {
            Imported::Now(done) => (Action::Registered, Some(done.number)),
            // Asked before: this program holds the folder alone.
            Imported::Before(number) => (Action::RegisteredBefore, Some(number)),
        })
    }

    fn leave(&mut self, at: At, notes: Vec<Noted>, problems: Vec<Said>) -> Result<(), Refused> {
        self.total.left += 1;
        print(&Left { at, action: "left", notes, problems })
    }

    fn end(self) -> Result<bool, Refused> {
        print(&self.total)?;
        Ok(self.total.left == 0)
    }
}

fn noted(notes: Vec<Note>) -> Vec<Noted> {
    notes.into_iter().map(|note| Noted { note, sentence: note.sentence() }).collect()
}

fn told(problem: Problem) -> Said {
    Said { sentence: &intake_model::text(problem.code).sentence, column: None, problem }
}

fn faulty(fault: line::Fault) -> Said {
    Said { column: fault.place.map(|(_, column)| column), ..told(fault.problem) }
}

fn refused(code: Code) -> Said {
    told(Problem { field: String::new(), code, severity: Severity::Error })
}
