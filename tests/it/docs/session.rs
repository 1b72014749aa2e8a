//! The blocks of a page, run one after the other in a folder.

use std::path::Path;
use std::process::Command;

use crate::docs::page::Block;
use crate::project::{Project, SMALL};

/// Commands that are not run, by the beginnings of their lines, with the reason.
pub const NOT_RUN: [(&str, &str, &str); 13] = [
    ("README.md", "make ", "takes minutes; they are the project's own checks"),
    ("README.md", "cargo test", "runs this test"),
    ("README.md", "cargo run", "takes minutes; `shipped` runs these manifests on a small scale"),
    ("CONTRIBUTING.md", "make ", "takes minutes; they are the project's own checks"),
    ("docs/tutorial.md", "cargo install", "compiles the program"),
    (
        "docs/tutorial.md",
        "maruyama submit experiments/first.yaml  ",
        "needs Slurm; `make test-slurm` runs it",
    ),
    ("docs/cluster.md", "maruyama submit  ", "needs Slurm; `make test-slurm` runs it"),
    ("docs/cluster.md", "maruyama reproduce --executor", "needs Slurm; `make test-slurm` runs it"),
    ("docs/shared-store.md", "maruyama ", "needs a server; `make test-s3` starts one"),
    ("docs/site.md", "maruyama serve", "does not end; the tests of `serve` run it"),
    ("docs/adding/model.md", "cargo ", "compiles the program; `make test` runs it"),
    ("docs/adding/statistic.md", "cargo ", "compiles the program; `make test` runs it"),
    ("docs/adding/figure.md", "cargo ", "compiles the program; `make test` runs it"),
];

/// Seconds after which a command that does not end is one that fails.
const LIMIT: &str = "300";

/// Folder for manifests that no command of the page runs.
const ASIDE: &str = "aside";

/// What is added to a page's sections of a manifest to make it whole: the title; a sweep where there
/// is none, and analyses of it where there are none.
const TITLE: &str = "title: From the documentation\n";
const SWEEP: &str = "simulate: { runs: { problem: gaussian_population, dim: 3, model: sgd, steps: 20, \
                     chains: 40, matrix: { step_size: [0.1, 0.2] } } }\n";
const ANALYSES: &str = "analyse: { tails: { estimate: tail_index, of: runs }, \
                        fits: { estimate: goodness_of_fit, of: runs } }\n";
const DATA: &str =
    "data: { X: { source: gaussian_design, rows: 70, columns: 3, numpy_seed: 1 } }\n";

/// The folder of a page, with a manifest and a table that pages may take as given.
pub struct Session<'p> {
    page: &'p str,
    project: Project,
}

impl<'p> Session<'p> {
    pub fn new(page: &'p str, blocks: &[Block<'_>]) -> Session<'p> {
        let project = Project::new();
        let names = |block: &Block<'_>| block.file().is_some_and(|path| path.starts_with("exp"));
        if !blocks.iter().any(names) {
            project.write("experiments/small.yaml", SMALL);
        }
        project.write("own.csv", "size,age,price\n1,3,2.5\n2,1,4\n3,2,5.5\n4,7,6\n5,2,9\n");
        Session { page, project }
    }

    /// Runs a block; a page fails with its name and the line.
    pub fn run(&self, block: &Block<'_>) {
        match block.kind {
            "yaml" => self.manifest(block),
            "sh" => {
                self.shell(block, &self.without_exceptions(&block.text), 0);
            }
            "console" => self.console(block),
            _ => {}
        }
    }

    fn without_exceptions(&self, script: &str) -> String {
        let is_run = |line: &&str| {
            !NOT_RUN
                .iter()
                .any(|(page, command, _)| *page == self.page && line.starts_with(command))
        };
        script.lines().filter(is_run).collect::<Vec<_>>().join("\n")
    }

    /// A file that the page names is written where it says; one called `wrong` is for a command that
    /// refuses it. A manifest with a title runs, in its smoke profile if it has one; sections of one
    /// are completed and planned.
    fn manifest(&self, block: &Block<'_>) {
        if let Some(path) = block.file() {
            self.project.write(path, &block.text);
            if !path.starts_with("experiments/") || path.contains("wrong") {
                return;
            }
        }
        let text = &block.text;
        let has = |key: &str| text.lines().any(|line| line.starts_with(&format!("{key}:")));
        let path = format!("{ASIDE}/line-{}.yaml", block.line);
        if !has("title") {
            let is_alone = !has("simulate") && !has("analyse");
            let added = [
                (TITLE, true),
                (DATA, !has("data")),
                (SWEEP, !has("simulate")),
                (ANALYSES, is_alone),
            ];
            let added = added.iter().filter(|(_, is_lacking)| *is_lacking).map(|(text, _)| *text);
            self.project.write(&path, added.collect::<String>() + text);
            self.shell(block, &format!("maruyama plan {path}"), 0);
            return;
        }
        self.project.write(&path, text);
        let profile = if text.contains("smoke:") { "smoke" } else { "paper" };
        let folders = format!("--store {ASIDE}/store --reports {ASIDE}/reports");
        let command = format!("maruyama reproduce {path} --quiet --profile {profile} {folders}");
        self.shell(block, &command, 0);
    }

    /// Commands behind `$ `, each followed by what it prints: `...` stands for any lines, `[..]` for
    /// any part of a line, `? 2` for an exit code.
    fn console(&self, block: &Block<'_>) {
        for part in format!("\n{}", block.text).split("\n$ ").skip(1) {
            let (command, expected) = part.split_once('\n').unwrap_or((part, ""));
            let (code, expected) = match expected.strip_prefix("? ") {
                Some(rest) => rest.split_once('\n').unwrap_or((rest, "")),
                None => ("0", expected),
            };
            if self.without_exceptions(command).is_empty() {
                continue;
            }
            let printed = self.shell(block, command, code.parse().expect("an exit code"));
            let lines = |text: &str| -> Vec<String> {
                text.trim_end().lines().map(|line| line.trim_end().to_owned()).collect()
            };
            let is_met = is_like(&lines(expected), &lines(&printed));
            let place = format!("{}:{}: `{command}`", self.page, block.line);
            assert!(is_met, "{place} prints\n{printed}\nand not\n{expected}");
        }
    }

    /// Runs a script with the program on its path; gives what it prints.
    fn shell(&self, block: &Block<'_>, script: &str, code: i32) -> String {
        let program = Path::new(env!("CARGO_BIN_EXE_maruyama")).parent().expect("a folder");
        let path = std::env::var("PATH").unwrap_or_default();
        let mut shell = Command::new("timeout");
        shell.args([LIMIT, "sh", "-euc", &format!("exec 2>&1\n{script}")]);
        shell.current_dir(self.project.path(""));
        shell.env("PATH", format!("{}:{path}", program.display())).env("LC_ALL", "C");
        let output = shell.output().expect("a shell");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let place = format!("{}:{}: `{script}`", self.page, block.line);
        assert!(
            output.status.code() == Some(code),
            "{place} ends with {}:\n{printed}",
            output.status
        );
        printed
    }
}

/// Whether lines are as expected.
pub fn is_like(expected: &[String], found: &[String]) -> bool {
    match expected.split_first() {
        None => found.is_empty(),
        Some((line, rest)) if line == "..." => {
            (0..=found.len()).any(|skipped| is_like(rest, &found[skipped..]))
        }
        Some((line, rest)) => found
            .split_first()
            .is_some_and(|(first, others)| is_like_line(line, first) && is_like(rest, others)),
    }
}

fn is_like_line(expected: &str, found: &str) -> bool {
    let Some((start, rest)) = expected.split_once("[..]") else { return expected == found };
    let Some(after) = found.strip_prefix(start) else { return false };
    let mut ends = after.char_indices().map(|(at, _)| at).chain([after.len()]);
    ends.any(|at| is_like_line(rest, &after[at..]))
}
