//! The documentation: its links, what it takes over from the program, its commands and manifests.

mod links;
mod page;
mod session;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use maruyama::analyse::ESTIMATORS;
use maruyama::report::PLOTS;
use maruyama_dynamics::model::MODELS;

use crate::docs::page::{Block, blocks};
use crate::docs::session::Session;

/// Begins what a page takes over from the program; the command follows.
const TAKEN: &str = "<!-- maruyama ";
const END: &str = "<!-- end -->\n";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Pages below `folder` as paths from the root of the repository, in their order.
fn pages(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder)).expect("a folder") {
            let path = folder.join(entry.expect("an entry").file_name());
            if root().join(&path).is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path.to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

fn text(page: &str) -> String {
    fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"))
}

#[test]
fn every_page_is_in_the_summary() {
    let summary = text("docs/SUMMARY.md");
    for page in pages("docs").iter().filter(|page| *page != "docs/SUMMARY.md") {
        let name = page.strip_prefix("docs/").expect("a page of docs");
        assert!(summary.contains(&format!("({name})")), "docs/SUMMARY.md does not name {name}");
    }
}

#[test]
fn every_link_leads_somewhere() {
    let own = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];
    let own = own.map(str::to_owned);
    let mut faults = Vec::new();
    for page in pages("docs").into_iter().chain(own) {
        faults.extend(links::broken(root(), &page));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_model_has_a_page_and_every_estimator_and_plot_an_entry() {
    for name in MODELS.iter().map(|kind| kind.part().name) {
        let page = format!("docs/models/{}.md", name.replace('_', "-"));
        assert!(root().join(&page).is_file(), "model `{name}` has no page {page}");
        let taken = format!("{TAKEN}parts {name} -->");
        let text = text(&page);
        assert!(text.contains(&taken), "{page} lacks `{taken}` and `{}`", END.trim());
        assert!(text.contains("## References"), "{page} has no references");
        let runs = blocks(&text).iter().any(|block| block.kind == "yaml");
        assert!(runs, "{page} has no manifest");
    }
    let reference = text("docs/manifest.md");
    let estimators = ESTIMATORS.iter().map(|estimator| estimator.part().name);
    for name in estimators.chain(PLOTS.iter().map(|plot| plot.part().name)) {
        let entry = format!("**`{name}`**");
        assert!(reference.contains(&entry), "docs/manifest.md has no entry {entry}");
    }
}

/// With `MARUYAMA_BLESS` in the environment the pages are written instead (`make pages`).
#[test]
fn pages_have_what_the_program_prints() {
    for page in pages("docs") {
        let old = text(&page);
        let new =
            if page == "docs/keys.md" { printed("schema --markdown") } else { with_printed(&old) };
        if std::env::var_os("MARUYAMA_BLESS").is_some() && new != old {
            fs::write(root().join(&page), &new).expect("a page");
        } else {
            assert!(new == old, "{page} is not what the program prints: `make pages`");
        }
    }
}

/// The page with what the program prints now in its places.
fn with_printed(page: &str) -> String {
    let mut new = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once(TAKEN) {
        let (command, after) = after.split_once(" -->\n").expect("a command");
        let (_, after) = after.split_once(END).expect("the end of what the program prints");
        let _ = write!(new, "{before}{TAKEN}{command} -->\n\n{}\n{END}", printed(command));
        rest = after;
    }
    new + rest
}

fn printed(command: &str) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_maruyama"));
    let output = program.args(command.split(' ')).output().expect("the program starts");
    assert!(output.status.success(), "`{command}` fails");
    String::from_utf8(output.stdout).expect("the program prints UTF-8")
}

#[test]
fn excerpts_are_of_the_sources() {
    for page in pages("docs") {
        let text = text(&page);
        for block in blocks(&text).iter().filter(|block| block.kind == "rust") {
            let (path, code) = block.text.split_once('\n').expect("a line with the path");
            let path = path.strip_prefix("// ").expect("a comment with the path");
            let source = fs::read_to_string(root().join(path)).expect("a source file");
            let place = format!("{page}:{}", block.line);
            assert!(source.contains(code.trim_end()), "{place}: {path} has no such lines");
        }
    }
}

#[test]
fn guides_run() {
    let is_guide = |page: &String| !page.starts_with("docs/models/");
    let own = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"].map(str::to_owned);
    for page in pages("docs").into_iter().filter(is_guide).chain(own) {
        run(&page);
    }
}

#[test]
fn manifests_of_models_run() {
    for page in pages("docs/models") {
        run(&page);
    }
}

/// Runs what a page has, block by block, in a folder of its own.
fn run(page: &str) {
    let text = text(page);
    let blocks: Vec<Block<'_>> = blocks(&text);
    let session = Session::new(page, &blocks);
    for block in &blocks {
        session.run(block);
    }
}

#[test]
fn what_is_left_out_is_matched_and_nothing_else() {
    let is_like = |expected: &str, found: &str| {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        session::is_like(&lines(expected), &lines(found))
    };
    assert!(is_like("a\n...\nd", "a\nb\nc\nd") && is_like("a\n...\nd", "a\nd"));
    assert!(!is_like("a\n...\nd", "a\nb\nc") && !is_like("a\n...", "b"));
    assert!(is_like("1 [..] s", "1 cell, 2 s") && is_like("a[..]", "a"));
    assert!(!is_like("1 [..] s", "1 cell, 2") && !is_like("a", "a\nb") && !is_like("a\nb", "a"));
}

#[test]
fn every_exception_is_one() {
    for (page, command, reason) in session::NOT_RUN {
        let found = blocks(&text(page)).iter().any(|block| {
            block.is_shell()
                && block.text.lines().any(|line| line.trim_start_matches("$ ").starts_with(command))
        });
        assert!(found, "{page} has no command `{command}` any more ({reason})");
    }
}
