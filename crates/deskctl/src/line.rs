//! One line of an NDJSON file as a visit.

use intake_model::{Code, Problem, Severity, Visit};

/// One thing that stands against a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What it is, and in which field.
    pub problem: Problem,
    /// Where reading stopped: line, and column in bytes, from 1.
    pub place: Option<(usize, usize)>,
}

/// A line as a visit, or all that keeps it from being one.
///
/// # Errors
/// What is no JSON, no visit, or has a field that a visit does not have: it would be lost in silence, and a misspelt 住址
/// is a lost address. Then also what is to be said about the rest, so that all is mended at once.
pub fn read(line: &[u8]) -> Result<Visit, Vec<Fault>> {
    let mut unknown = Vec::new();
    let mut reader = serde_json::Deserializer::from_slice(line);
    let visit: Result<Visit, _> = serde_ignored::deserialize(&mut reader, |path| unknown.push(path.to_string()));
    let visit = visit.and_then(|visit| reader.end().map(|()| visit));
    let mut faults: Vec<Fault> = unknown.into_iter().map(|field| unreadable(field, None)).collect();
    match visit {
        Ok(visit) if faults.is_empty() => Ok(visit),
        Ok(visit) => {
            let noticed = intake_model::check(&visit).into_iter();
            faults.extend(noticed.map(|problem| Fault { problem, place: None }));
            Err(faults)
        }
        Err(error) => {
            faults.push(unreadable(String::new(), Some((error.line(), error.column()))));
            Err(faults)
        }
    }
}

fn unreadable(field: String, place: Option<(usize, usize)>) -> Fault {
    Fault { problem: Problem { field, code: Code::RequestUnreadable, severity: Severity::Error }, place }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_field_is_named_with_everything_else() {
        let faults = read(br#"{"adress":"x","demand":""}"#).unwrap_err();
        assert_eq!((faults[0].problem.field.as_str(), faults[0].problem.code), ("adress", Code::RequestUnreadable));
        assert!(faults.iter().any(|fault| fault.problem.code == Code::DemandEmpty));
    }

    #[test]
    fn what_is_no_json_says_where() {
        assert_eq!(read(b"{oops").unwrap_err()[0].place, Some((1, 2)));
        assert!(read(r#"{"demand":"路灯坏了"} 多余"#.as_bytes()).is_err());
        assert!(read(r#"{"demand":"路灯坏了"}"#.as_bytes()).is_ok());
    }
}
