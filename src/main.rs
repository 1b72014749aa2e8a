//! The program `maruyama`: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    maruyama::cli::main()
}
