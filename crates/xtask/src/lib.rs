//! The repository's own tasks: what `make lint` and `cargo xtask ci` run, the rules of the tree, the window's types.
//!
//! Deliberately absent: anything that the desk or the district runs, and installing tools (that is `scripts/setup`).
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

pub mod bindings;
pub mod ci;
pub mod edges;
pub mod text_rules;
pub mod tidy;

use std::path::{Path, PathBuf};

/// Why a task ended badly. Each carries what a developer needs to go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program that the task calls did not start or ended badly.
    #[error("`{0}` failed")]
    Step(String),
    /// Some rule is broken; the lines were printed.
    #[error("{0} violation(s) of the repository's rules")]
    Untidy(usize),
    /// The window's committed types are not those of the Rust sources.
    #[error("out of date, run `cargo xtask bindings` and commit: {0}")]
    StaleBindings(String),
    /// `cargo metadata` gave no answer.
    #[error("cargo metadata: {0}")]
    Metadata(#[from] cargo_metadata::Error),
    /// A file of the tree could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A type could not be written as TypeScript.
    #[error("bindings: {0}")]
    Bindings(String),
}

/// What every task gives back.
pub type Result<T> = std::result::Result<T, Error>;

/// The repository's folder: two above this crate.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// Names the file in an IO error.
pub(crate) fn at(path: &Path) -> impl FnOnce(std::io::Error) -> Error + '_ {
    move |source| Error::File { path: path.to_path_buf(), source }
}
