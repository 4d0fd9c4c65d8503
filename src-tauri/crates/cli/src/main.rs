//! Starts `loa`.

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
