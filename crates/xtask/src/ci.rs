//! The steps that a change must pass, in the order in which they are cheap. The first failure ends the run.

use std::path::Path;
use std::process::Command;

use crate::{Error, Result, bindings, tidy};

/// Lint, then every test.
///
/// # Errors
/// `Error::Step` with the command that failed, or what `tidy` and `bindings` say.
pub fn run(root: &Path) -> Result<()> {
    lint(root)?;
    step(root, "scripts/test", &[])
}

/// Everything that reads the sources without running the product.
///
/// # Errors
/// As for [`run`].
pub fn lint(root: &Path) -> Result<()> {
    step(root, "cargo", &["fmt", "--all", "--check"])?;
    tidy::run(root)?;
    bindings::run(root, true)?;
    step(root, "scripts/with-tools", &["npm", "--prefix", "ui", "run", "check", "--silent"])?;
    step(root, "cargo", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    step(root, "scripts/with-tools", &["typos"])?;
    // Advisories need a database that this project does not fetch: see deny.toml.
    step(root, "scripts/with-tools", &["cargo", "deny", "check", "bans", "licenses", "sources"])
}

pub(crate) fn step(root: &Path, program: &str, arguments: &[&str]) -> Result<()> {
    let name = format!("{program} {}", arguments.join(" "));
    // A relative program name would be looked up from the caller's folder, not from `current_dir`.
    let path = if program.contains('/') { root.join(program) } else { program.into() };
    let status = Command::new(path).args(arguments).current_dir(root).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        _ => Err(Error::Step(name.trim_end().to_owned())),
    }
}
