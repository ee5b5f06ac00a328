//! `cargo xtask`: the entry. What each task does stands in the library.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "The repository's own tasks")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Everything that must hold before a change lands: lint, then every test.
    Ci,
    /// Format, clippy, repository rules, bindings, the window's types, spelling, licences.
    Lint,
    /// The repository's rules alone; all violations at once.
    Tidy,
    /// Writes the window's types from the Rust ones.
    Bindings {
        /// Writes nothing, and fails when the committed files differ.
        #[arg(long)]
        check: bool,
    },
}

#[allow(clippy::print_stderr)] // A command line's own output.
fn main() -> ExitCode {
    let root = xtask::root();
    let outcome = match Arguments::parse().task {
        Task::Ci => xtask::ci::run(&root),
        Task::Lint => xtask::ci::lint(&root),
        Task::Tidy => xtask::tidy::run(&root),
        Task::Bindings { check } => xtask::bindings::run(&root, check),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
