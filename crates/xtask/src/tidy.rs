//! `cargo xtask tidy`: reads the tree once, asks every rule, and prints all that is wrong, one line each.

use std::path::Path;
use std::process::Command;

use cargo_metadata::MetadataCommand;

use crate::text_rules::{self, Fault, Source};
use crate::{Error, Result, at, edges};

/// Checks the dependency rule and every rule about files.
///
/// # Errors
/// `Error::Untidy` after printing one line for each violation; `Error::Metadata` and `Error::File` when the tree cannot
/// be read.
#[allow(clippy::print_stdout)] // A command line's own output.
pub fn run(root: &Path) -> Result<()> {
    let mut lines = edge_lines(root)?;
    for path in listed(root)? {
        let file = root.join(&path);
        // A file deleted but not yet committed is still listed.
        if !file.is_file() {
            continue;
        }
        let bytes = std::fs::read(&file).map_err(at(&file))?;
        // Pictures and databases are no text: only text has rules.
        if let Ok(text) = String::from_utf8(bytes) {
            let source = Source { path: &path, text: &text };
            lines.extend(text_rules::faults(&source).iter().map(|fault| line(&path, fault)));
        }
    }
    for line in &lines {
        println!("{line}");
    }
    if lines.is_empty() { Ok(()) } else { Err(Error::Untidy(lines.len())) }
}

fn line(path: &str, fault: &Fault) -> String {
    format!("{path}:{}: {}: {}", fault.line, fault.rule, fault.sentence)
}

fn edge_lines(root: &Path) -> Result<Vec<String>> {
    let metadata = MetadataCommand::new().manifest_path(root.join("Cargo.toml")).no_deps().exec()?;
    let (all, ours) = edges::read(&metadata);
    Ok(all
        .iter()
        .filter_map(|edge| {
            let sentence = edges::fault(edge, &ours)?;
            let manifest = metadata.packages.iter().find(|package| package.name.as_str() == edge.from)?;
            let path = manifest.manifest_path.as_std_path();
            let path = path.strip_prefix(root).unwrap_or(path).display().to_string();
            Some(line(&path, &Fault { line: manifest_line(root, &path, &edge.to), rule: "edge", sentence }))
        })
        .collect())
}

/// Where the manifest names the dependency; 1 when it is not found as a line of its own.
fn manifest_line(root: &Path, path: &str, name: &str) -> usize {
    let text = std::fs::read_to_string(root.join(path)).unwrap_or_default();
    text.lines()
        .position(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['.', ' ', '='])))
        .map_or(1, |index| index + 1)
}

/// What git keeps or would keep: the ignored folders are nobody's business.
fn listed(root: &Path) -> Result<Vec<String>> {
    let arguments = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
    let failed = || Error::Step(format!("git {}", arguments.join(" ")));
    let output = Command::new("git").args(arguments).current_dir(root).output().map_err(|_| failed())?;
    if !output.status.success() {
        return Err(failed());
    }
    let names = String::from_utf8_lossy(&output.stdout);
    let mut paths: Vec<String> = names.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    paths.sort();
    paths.dedup();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    /// So that whoever runs the tests runs the rules, CI too.
    #[test]
    fn this_repository_keeps_its_own_rules() {
        super::run(&crate::root()).unwrap();
    }
}
