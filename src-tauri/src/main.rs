//! Starts the desktop program.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    match loa_studio::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            loa_studio::report(&error);
            ExitCode::FAILURE
        }
    }
}
