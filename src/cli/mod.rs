//! The command line: arguments, the commands, and what they print.

mod arguments;
mod check;
mod comparisons;
mod diff;
mod explain;
mod export;
mod holding;
mod list;
mod parts;
mod pipeline;
mod prune;
mod select;
mod show;
mod stat;
mod tree;
mod verify;

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _, stderr, stdout};
use std::mem::ManuallyDrop;
use std::process::ExitCode;

use clap::Parser as _;
use maruyama_dynamics::parameter::Violation;
use maruyama_dynamics::simd::Level;

use crate::cli::arguments::{Arguments, Command, Format, Options};
use crate::cli::pipeline::{Pipeline, Stages};
use crate::error::{DONE, Error, INPUT};
use crate::load::Words;
use crate::manifest::schema;

/// Environment variable that forces an instruction set: `scalar`, `avx2` or `avx512`.
const SIMD: &str = "MARUYAMA_SIMD";

/// Runs the program with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let code = if error.use_stderr() { INPUT } else { DONE };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let result = choose_instruction_set().and_then(|()| run(&arguments.command));
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            print_error(&error, arguments.command.format());
            ExitCode::from(error.exit_code())
        }
    }
}

/// Obeys `MARUYAMA_SIMD`, which forces an instruction set; no result depends on it.
fn choose_instruction_set() -> Result<(), Error> {
    let Some(name) = std::env::var_os(SIMD) else { return Ok(()) };
    let name = name.to_string_lossy();
    let wrong = |error: &dyn std::fmt::Display| Error::Simd(format!("{SIMD}: {error}"));
    let level: Level = name.parse().map_err(|error| wrong(&error))?;
    level.force().map_err(|error| wrong(&error))
}

fn run(command: &Command) -> Result<u8, Error> {
    match command {
        Command::Reproduce(options) => stages(options, Stages::ALL),
        Command::Run(options) => stages(options, Stages::RUN),
        Command::Report(options) => stages(options, Stages::REPORT),
        Command::Plan(options) => {
            let pipeline = Pipeline::open(options)?;
            print(&show::plan(&pipeline, options.format));
            Ok(DONE)
        }
        Command::Status(options) => {
            let pipeline = ManuallyDrop::new(Pipeline::open(options)?);
            print(&show::status(&pipeline, options.format));
            Ok(DONE)
        }
        Command::Ls(arguments) => {
            let pipeline = ManuallyDrop::new(Pipeline::open(&arguments.options)?);
            print(&list::list(&pipeline, arguments));
            Ok(DONE)
        }
        Command::Explain(arguments) => {
            let pipeline = Pipeline::open(&arguments.options)?;
            print(&explain::run(&pipeline, arguments)?.show(arguments.options.format));
            Ok(DONE)
        }
        Command::Verify(arguments) => {
            let pipeline = Pipeline::open(&arguments.options)?;
            let verified = verify::verify(&pipeline, arguments)?;
            print(&verified.show(arguments.options.format));
            Ok(verified.exit_code())
        }
        Command::Check(options) => {
            let pipeline = Pipeline::open(options)?;
            let checked = check::check(&pipeline)?;
            print(&checked.show(options));
            Ok(checked.exit_code())
        }
        Command::Export(arguments) => {
            let pipeline = Pipeline::open(&arguments.options)?;
            print(&export::export(&pipeline, arguments)?);
            Ok(DONE)
        }
        Command::Import(arguments) => {
            print(&export::import(arguments)?);
            Ok(DONE)
        }
        Command::Diff(options) => {
            let (text, code) = diff::diff(options)?;
            print(&text);
            Ok(code)
        }
        Command::Stat(options) => {
            print(&stat::run(options)?);
            Ok(DONE)
        }
        Command::Gc(options) => {
            print(&prune::prune(options)?);
            Ok(DONE)
        }
        Command::Parts => {
            print(&parts::page());
            Ok(DONE)
        }
        Command::Schema => {
            let words = Words::new();
            let nothing_of_cells = |_: &crate::manifest::types::Cell| Vec::<Violation>::new();
            let nothing_of_data = |_: &crate::manifest::types::DataSet| Vec::<Violation>::new();
            let vocabulary = words.vocabulary(&nothing_of_cells, &nothing_of_data);
            print(&format!("{:#}\n", schema::schema(&vocabulary)));
            Ok(DONE)
        }
    }
}

fn stages(options: &Options, stages: Stages) -> Result<u8, Error> {
    // The process ends with this command and its memory with it: to free a large plan piece by piece
    // would take a tenth of the time of a command that finds everything done.
    let pipeline = ManuallyDrop::new(Pipeline::open(options)?);
    let done = pipeline.execute(stages)?;
    print(&show::done(&done, options));
    Ok(done.exit_code())
}

/// Prints results; a closed pipe is no error.
fn print(text: &str) {
    let _ = stdout().write_all(text.as_bytes());
}

fn print_error(error: &Error, format: Format) {
    if let Error::Manifests(files) = error {
        for file in files {
            match format {
                Format::Text => {
                    let colour = stderr().is_terminal();
                    eprintln!("{}", file.render(colour));
                }
                Format::Json => println!("{}", file.to_json()),
            }
        }
    }
    let mut text = format!("error: {error}");
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    eprintln!("{text}");
}
