//! Many visits from a file, each through the same use case as the window.
//!
//! One bad line never costs the others: it is reported with its number and all its problems. What a line says is not
//! repeated in the report, which may be kept or mailed.

use std::io::BufRead;

use intake_app::Desk;
use intake_model::{Code, Problem, Severity, Visit};
use serde::Serialize;

use crate::folder::Refused;
use crate::print;

/// A line that was registered.
#[derive(Serialize)]
struct Kept {
    line: usize,
    number: String,
    query_code: String,
}

/// A line that was not, with all that is to be said about it.
#[derive(Serialize)]
struct Left {
    line: usize,
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

/// The last line of the report.
#[derive(Serialize)]
struct Total {
    registered: usize,
    left: usize,
}

/// Registers each line that can be. Blank lines are passed over.
///
/// Where the desk itself refuses (the disk is full, say), it stops: what was reported before is registered, the line
/// named last and all behind it are not.
pub(crate) fn run(desk: &Desk, file: impl BufRead, accept_warnings: Option<&str>) -> Result<bool, Refused> {
    let mut total = Total { registered: 0, left: 0 };
    for (index, line) in file.split(b'\n').enumerate() {
        let (line, bytes) = (index + 1, line?);
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes).trim_ascii();
        if bytes.is_empty() {
            continue;
        }
        match read(desk, bytes, accept_warnings) {
            Ok(visit) => match desk.register(&visit) {
                Ok(done) => {
                    total.registered += 1;
                    print(&Kept { line, number: done.number, query_code: done.query_code })?;
                }
                Err(error) => {
                    let problems = vec![said(String::new(), error.code(), None)];
                    print(&Left { line, problems })?;
                    // What only this line is at fault for costs the others nothing.
                    if !matches!(error.code(), Code::ReasonNeeded | Code::VisitUnreadable | Code::TextTooLong) {
                        return Err(error.into());
                    }
                    total.left += 1;
                }
            },
            Err(problems) => {
                total.left += 1;
                print(&Left { line, problems })?;
            }
        }
    }
    print(&total)?;
    Ok(total.left == 0)
}

/// A line as a visit that can be registered, or everything that stands against it.
fn read(desk: &Desk, line: &[u8], accept_warnings: Option<&str>) -> Result<Visit, Vec<Said>> {
    let mut unknown = Vec::new();
    let mut reader = serde_json::Deserializer::from_slice(line);
    let visit: Result<Visit, _> = serde_ignored::deserialize(&mut reader, |path| unknown.push(path.to_string()));
    let visit = visit.and_then(|visit| reader.end().map(|()| visit));
    // A field that nobody reads would be lost in silence: a misspelt 住址 is a lost address.
    let mut problems: Vec<Said> = unknown.into_iter().map(|field| said(field, Code::RequestUnreadable, None)).collect();
    let mut visit = match visit {
        Ok(visit) => visit,
        Err(error) => {
            problems.push(said(String::new(), Code::RequestUnreadable, Some(error.column())));
            return Err(problems);
        }
    };
    let found = match desk.check_visit(&visit) {
        Ok(found) => found,
        Err(error) => return Err(vec![said(String::new(), error.code(), None)]),
    };
    let warned = found.iter().any(|problem| problem.severity == Severity::Warning);
    if warned && visit.passed_because.trim().is_empty() {
        accept_warnings.unwrap_or_default().clone_into(&mut visit.passed_because);
    }
    let passed = !visit.passed_because.trim().is_empty();
    problems.extend(
        found.into_iter().filter(|problem| problem.severity == Severity::Error || !passed).map(|problem| Said {
            sentence: &intake_model::text(problem.code).sentence,
            column: None,
            problem,
        }),
    );
    if problems.is_empty() { Ok(visit) } else { Err(problems) }
}

fn said(field: String, code: Code, column: Option<usize>) -> Said {
    let sentence = &intake_model::text(code).sentence;
    Said { problem: Problem { field, code, severity: Severity::Error }, column, sentence }
}
