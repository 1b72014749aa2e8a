//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::cli::holding::State;

/// Reproducible experiments on stochastic gradient descent and its stochastic differential
/// equations.
#[derive(Debug, Parser)]
#[command(version, about, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    done, and every verdict is the one on record
  1    a verdict differs from the one on record, a number from the published one, a cell failed, or
       results are missing
  2    the input is wrong: arguments, a manifest, a data set
  3    the store or the disk failed
  130  interrupted; what was computed is kept";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Simulate what is missing, analyse it and write the reports
    Reproduce(RunOptions),
    /// Show which cells would run and why, without running or writing anything
    Plan(Options),
    /// Simulate what is missing
    Run(RunOptions),
    /// Simulate what is missing on a Slurm cluster, by tasks that share the store, and follow them
    Submit(SubmitOptions),
    /// Analyse stored results and write the reports
    Report(ReportOptions),
    /// Show the reports as a site on this machine, with the progress of runs; pages follow changes
    Serve(ServeOptions),
    /// Show what is stored of each item
    Status(Options),
    /// List the cells with their state, size and time
    Ls(ListOptions),
    /// Show where something comes from: an item, a cell, or a file of a report, the store or the code
    Explain(ExplainOptions),
    /// Check that every stored byte is as written, and compute cells once more to compare them
    Verify(VerifyOptions),
    /// Compare the stored numbers with the published ones that the manifests quote, beside their
    /// Monte Carlo errors
    Check(Options),
    /// Write the recorded values of cells as CSV or JSON, or a part of the store as one archive
    Export(ExportOptions),
    /// Take in an archive that `export --bundle` wrote
    Import(ImportOptions),
    /// Show what differs between two manifests, two stores, or the reports in two folders or revisions
    Diff(DiffOptions),
    /// Compute statistics of a column of numbers: moments, tail index, fits, distances, tests
    Stat(StatOptions),
    /// Show which files of the store no manifest needs, in any of its profiles; remove them if asked to
    Gc(PruneOptions),
    /// Print the JSON Schema of manifests, for completion in editors
    Schema(SchemaOptions),
    /// Print every problem, model, observable, estimator and plot with its parameters, as Markdown
    Parts(PartsOptions),
}

impl Command {
    /// The format in which the command prints.
    pub(crate) fn format(&self) -> Format {
        match self {
            Command::Reproduce(RunOptions { options, .. })
            | Command::Run(RunOptions { options, .. })
            | Command::Submit(SubmitOptions { options, .. })
            | Command::Plan(options)
            | Command::Report(ReportOptions { options, .. })
            | Command::Serve(ServeOptions { options, .. })
            | Command::Status(options)
            | Command::Check(options)
            | Command::Verify(VerifyOptions { options, .. })
            | Command::Ls(ListOptions { options, .. })
            | Command::Explain(ExplainOptions { options, .. }) => options.format,
            Command::Export(arguments) => arguments.options.format,
            Command::Diff(options) => options.format,
            Command::Stat(options) => options.format,
            Command::Gc(options) => options.format,
            Command::Schema(_) => Format::Json,
            Command::Import(_) | Command::Parts(_) => Format::Text,
        }
    }
}

#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// Manifests, or folders of them; `experiments` if none is given
    pub manifests: Vec<PathBuf>,
    /// Folder of the store, or `s3://BUCKET/PREFIX`, which machines share
    #[arg(long, value_name = "DIR|URL", default_value = "store")]
    pub store: PathBuf,
    /// Folder of what this machine has fetched or made of a store on S3; below the user's caches if
    /// none is given
    #[arg(long, value_name = "DIR")]
    pub store_cache: Option<PathBuf>,
    /// Folder of the reports; below the store for a profile other than `paper`
    #[arg(long, value_name = "DIR")]
    pub reports: Option<PathBuf>,
    /// Number of threads; results do not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Profile of the manifests: `paper` is the file as it stands
    #[arg(long, value_name = "NAME", default_value = "paper")]
    pub profile: String,
    /// How often a block that takes longer is saved, to go on from there after a kill; no result
    /// depends on it
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    pub save_every: u32,
    /// Print nothing but results and errors
    #[arg(long, short)]
    pub quiet: bool,
    /// How to print: for people, or as JSON for machines
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct RunOptions {
    #[command(flatten)]
    pub options: Options,
    /// Where to simulate; analyses and reports are made here
    #[arg(long, value_enum, value_name = "WHERE", default_value = "local")]
    pub executor: Executor,
    /// Description of the cluster; `cluster.yaml` if there is one
    #[arg(long, value_name = "FILE")]
    pub cluster: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Executor {
    /// In this process
    Local,
    /// By `submit`
    Slurm,
}

#[derive(Debug, Args)]
pub(crate) struct ReportOptions {
    #[command(flatten)]
    pub options: Options,
    /// Also write the reports as a site of static pages into this folder
    #[arg(long, value_name = "DIR")]
    pub html: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ServeOptions {
    #[command(flatten)]
    pub options: Options,
    /// Port of this machine; 0 is any that is free
    #[arg(long, value_name = "N", default_value = "8017")]
    pub port: u16,
}

#[derive(Debug, Args)]
pub(crate) struct SubmitOptions {
    #[command(flatten)]
    pub options: Options,
    /// Description of the cluster; `cluster.yaml` if there is one
    #[arg(long, value_name = "FILE")]
    pub cluster: Option<PathBuf>,
    /// Show the command and the script, and submit nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyOptions {
    #[command(flatten)]
    pub options: Options,
    /// Compute this many stored cells once more, drawn at random; all of them without a number
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = ALL_CELLS)]
    pub recompute: Option<usize>,
    /// Which cells are drawn; printed where it is not given
    #[arg(long, value_name = "SEED", requires = "recompute")]
    pub seed: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct ListOptions {
    #[command(flatten)]
    pub options: Options,
    /// Only cells in this state
    #[arg(long, value_enum, value_name = "STATE")]
    pub state: Option<State>,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainOptions {
    /// An item, a cell (the first digits of its identity, `ITEM/SWEEP` or `ITEM/SWEEP/NAME=VALUE,…`),
    /// or the path of a file: of a report, of the store, of the sources, of data
    #[arg(value_name = "ITEM|CELL|FILE")]
    pub what: String,
    #[command(flatten)]
    pub options: Options,
    /// Of a table, a figure or claims, this row alone, from 1, with the whole chain of its cell
    #[arg(long, value_name = "N")]
    pub row: Option<usize>,
}

#[derive(Debug, Args)]
pub(crate) struct ExportOptions {
    /// What to export: an item, or cells as `explain` takes them; `all` is every item
    #[arg(value_name = "ITEM|CELL|all")]
    pub what: String,
    #[command(flatten)]
    pub options: Options,
    /// Write to this file, not to standard output
    #[arg(long, short, value_name = "FILE", conflicts_with = "bundle")]
    pub output: Option<PathBuf>,
    /// Write the results files, the outcomes and the manifests as one archive (tar) with checksums
    #[arg(long, value_name = "FILE")]
    pub bundle: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct DiffOptions {
    /// A manifest, a store (folder or `s3://…`), a folder of reports, or a revision of git
    pub a: String,
    /// Another one of the same kind
    pub b: String,
    /// Profile of the manifests
    #[arg(long, value_name = "NAME", default_value = "paper")]
    pub profile: String,
    /// Folder of the reports in a revision
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub reports: PathBuf,
    /// How to print
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct StatOptions {
    /// A file of numbers: Parquet (`.parquet`, `.pq`), else CSV with a header line
    pub data: PathBuf,
    /// The column
    pub column: String,
    /// Estimators, of `moments`, `quantiles`, `tail_index`, `tail_report`, `goodness_of_fit`,
    /// `distance` and `two_sample_test`; without any the usual ones
    pub statistics: Vec<String>,
    /// A file with a second sample, for `distance` and `two_sample_test`
    #[arg(long, value_name = "FILE")]
    pub against: Option<PathBuf>,
    /// Its column, if that has another name
    #[arg(long, value_name = "NAME")]
    pub against_column: Option<String>,
    /// A parameter of an estimator, as in a manifest: `--set "families=[normal, student_t]"`
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// How to print
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct ImportOptions {
    /// The archive
    pub bundle: PathBuf,
    /// Folder of the store that takes it in, or `s3://BUCKET/PREFIX`
    #[arg(long, value_name = "DIR|URL", default_value = "store")]
    pub store: PathBuf,
    /// Folder of what this machine has fetched or made of a store on S3; below the user's caches if
    /// none is given
    #[arg(long, value_name = "DIR")]
    pub store_cache: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct SchemaOptions {
    /// Print the keys with types, defaults and examples, as Markdown
    #[arg(long)]
    pub markdown: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PartsOptions {
    /// Only this one: a data source, problem, model, estimator or plot
    pub name: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct PruneOptions {
    /// All manifests whose results are to stay, or folders of them; `experiments` if none is given
    pub manifests: Vec<PathBuf>,
    /// Folder of the store
    #[arg(long, value_name = "DIR", default_value = "store")]
    pub store: PathBuf,
    /// Remove what is shown; without this nothing is removed
    #[arg(long)]
    pub delete: bool,
    /// Keep the newest N former results of every cell, whatever its code and data were; 1 without a
    /// number
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "1")]
    pub keep_last: Option<usize>,
    /// How to print
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

/// More cells than there can be.
const ALL_CELLS: &str = "18446744073709551615";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For machines
    Json,
}
