//! The window's types, written from the Rust ones into `ui/src/ipc/bindings`. The files are committed, so that the window
//! can be read and checked without building the shell; `--check` says when they are stale.
//!
//! ts-rs makes a test out of each `#[ts(export)]`, and running those tests writes the files. So this crate needs none of
//! ours, and `cargo xtask tidy` does not wait for `SQLCipher` and typst to compile.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::ci::step;
use crate::{Error, Result, at};

const FOLDER: &str = "ui/src/ipc/bindings";

/// Writes the files, or with `check` compares the committed ones with what would be written.
///
/// # Errors
/// `Error::StaleBindings` names each file that differs; `Error::Bindings` when a type cannot be written.
pub fn run(root: &Path, check: bool) -> Result<()> {
    let fresh_folder = root.join("target/xtask-bindings");
    clear(&fresh_folder)?;
    export(root, &fresh_folder)?;
    let fresh = read(&fresh_folder)?;
    let folder = root.join(FOLDER);
    if check {
        let stale = differing(&read(&folder)?, &fresh);
        return if stale.is_empty() { Ok(()) } else { Err(Error::StaleBindings(stale.join(", "))) };
    }
    // Cleared first: a type that is gone must not leave its file behind.
    clear(&folder)?;
    for (name, text) in &fresh {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(at(&path))?;
    }
    Ok(())
}

fn export(root: &Path, folder: &Path) -> Result<()> {
    // tauri_build wants the pages to be there before it lets anything compile.
    step(root, "scripts/window", &[])?;
    // Of the whole workspace: with two packages named, cargo would build every library once more with other features.
    let arguments = ["test", "--quiet", "--workspace", "--lib", "export_bindings"];
    let output = Command::new("cargo")
        .args(arguments)
        .current_dir(root)
        .env("TS_RS_EXPORT_DIR", folder)
        // Milliseconds and counts stay far below 2^53, and JSON brings them as numbers.
        .env("TS_RS_LARGE_INT", "number")
        .output()
        .map_err(at(root))?;
    // Quiet when all is well: a lint run must not end in the closing lines of these few tests.
    if output.status.success() {
        Ok(())
    } else {
        Err(Error::Bindings(String::from_utf8_lossy(&output.stderr).into_owned()))
    }
}

fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(at(folder))?;
    }
    std::fs::create_dir_all(folder).map_err(at(folder))
}

/// Name and text of each file; none when the folder is not there yet.
fn read(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    if !folder.exists() {
        return Ok(files);
    }
    for entry in std::fs::read_dir(folder).map_err(at(folder))? {
        let path = entry.map_err(at(folder))?.path();
        // ts-rs writes a serde_json folder of its own only when a type refers to it; ours do not.
        if path.is_file() {
            let text = std::fs::read_to_string(&path).map_err(at(&path))?;
            files.insert(path.file_name().unwrap_or_default().to_string_lossy().into_owned(), text);
        }
    }
    Ok(files)
}

/// The names whose texts are not the same on both sides, or that one side lacks.
fn differing(committed: &BTreeMap<String, String>, fresh: &BTreeMap<String, String>) -> Vec<String> {
    let names: std::collections::BTreeSet<&String> = committed.keys().chain(fresh.keys()).collect();
    names.into_iter().filter(|name| committed.get(*name) != fresh.get(*name)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(committed: &[(&str, &str)], fresh: &[(&str, &str)], expect: &[&str]) {
        let map = |files: &[(&str, &str)]| files.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
        assert_eq!(differing(&map(committed), &map(fresh)), expect);
    }

    #[test]
    fn a_changed_a_new_and_a_vanished_type_are_each_named() {
        check(&[("A.ts", "1")], &[("A.ts", "1")], &[]);
        check(&[("A.ts", "1"), ("C.ts", "1")], &[("A.ts", "2"), ("B.ts", "1")], &["A.ts", "B.ts", "C.ts"]);
    }
}
