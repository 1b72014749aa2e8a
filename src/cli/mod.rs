//! The command line: arguments, the commands, and what they print.

mod arguments;
mod check;
mod comparisons;
mod diff;
mod explain;
mod export;
mod holding;
mod keys;
mod list;
mod parts;
mod pipeline;
mod prune;
mod select;
mod serve;
mod show;
mod stat;
mod submit;
mod tree;
mod verify;

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _, stderr, stdout};
use std::mem::ManuallyDrop;
use std::process::ExitCode;

use clap::Parser as _;
use maruyama_dynamics::parameter::Violation;
use maruyama_dynamics::simd::Level;

use crate::cli::arguments::{
    Arguments, Command, Executor, Format, Options, ReportOptions, RunOptions,
};
use crate::cli::pipeline::{Pipeline, Stages};
use crate::error::{DONE, Error, INPUT, INTERRUPTED, plural};
use crate::load::Words;
use crate::manifest::schema;
use crate::manifest::types::{Cell, DataSet};
use crate::run::Interrupt;

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

/// The schema of manifests, as JSON or as a page for readers.
fn manifest_schema(is_markdown: bool) -> String {
    let words = Words::new();
    let nothing_of_cells = |_: &Cell| Vec::<Violation>::new();
    let nothing_of_data = |_: &DataSet| Vec::<Violation>::new();
    let vocabulary = words.vocabulary(&nothing_of_cells, &nothing_of_data);
    if is_markdown {
        return keys::page(&vocabulary);
    }
    format!("{:#}\n", schema::schema(&vocabulary))
}

fn run(command: &Command) -> Result<u8, Error> {
    match command {
        Command::Reproduce(arguments) => simulated(arguments, Stages::ALL),
        Command::Run(arguments) => simulated(arguments, Stages::RUN),
        Command::Report(arguments) => report(arguments),
        Command::Serve(arguments) => serve::serve(arguments),
        Command::Submit(arguments) => {
            let (text, code) = submit::submit(arguments)?;
            print(&text);
            Ok(code)
        }
        Command::Plan(options) => {
            let pipeline = ManuallyDrop::new(Pipeline::open(options)?);
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
        Command::Parts(arguments) => {
            let page = arguments.name.as_deref().map_or_else(|| Ok(parts::page()), parts::of)?;
            print(&page);
            Ok(DONE)
        }
        Command::Schema(arguments) => {
            print(&manifest_schema(arguments.markdown));
            Ok(DONE)
        }
    }
}

fn report(arguments: &ReportOptions) -> Result<u8, Error> {
    let options = &arguments.options;
    let mut pipeline = ManuallyDrop::new(Pipeline::open(options)?);
    let done = pipeline.execute(Stages::REPORT, &watch()?)?;
    print(&show::done(&done, options));
    if let (Some(folder), false) = (&arguments.html, done.interrupted) {
        let n_pages = pipeline.write_site(folder)?;
        if !options.quiet && options.format == Format::Text {
            print(&format!("{} in {}\n", plural(n_pages, "page"), folder.display()));
        }
    }
    pipeline.share()?;
    Ok(done.exit_code())
}

/// Watches for Ctrl-C, from when there is something to keep.
fn watch() -> Result<Interrupt, Error> {
    Interrupt::watch().map_err(|error| Error::Start(error.to_string()))
}

/// The stages of a command that simulates, here or on a cluster.
fn simulated(arguments: &RunOptions, to_do: Stages) -> Result<u8, Error> {
    let options = &arguments.options;
    let mut pipeline = Pipeline::open(options)?;
    let interrupt = watch()?;
    if arguments.executor == Executor::Slurm {
        let cluster = submit::description(arguments.cluster.as_deref())?;
        let followed = submit::compute(&mut pipeline, options, &cluster, &interrupt)?;
        if followed.missing > 0 {
            print(submit::GOES_ON);
            return Ok(INTERRUPTED);
        }
    }
    stages(pipeline, options, to_do, &interrupt)
}

fn stages(
    pipeline: Pipeline,
    options: &Options,
    stages: Stages,
    interrupt: &Interrupt,
) -> Result<u8, Error> {
    // The process ends with this command and its memory with it: to free a large plan piece by piece
    // would take a tenth of the time of a command that finds everything done.
    let mut pipeline = ManuallyDrop::new(pipeline);
    let done = pipeline.execute(stages, interrupt)?;
    print(&show::done(&done, options));
    pipeline.share()?;
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
