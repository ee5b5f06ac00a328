//! The program a clerk starts: everything is in the library, so that it can be tested.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    intake_desk::run(std::env::args_os().skip(1))
}
