//! Builds the book of `docs/` and checks it: every page is in `SUMMARY.md`, every formula can be set,
//! every link and anchor leads somewhere.
//!
//! Usage: `maruyama-book DOCS`, the folder with `book.toml`.

mod links;
mod load;
mod rewrite;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use mdbook_driver::errors::Error;

fn main() -> ExitCode {
    let Some(docs) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: maruyama-book DOCS");
        return ExitCode::from(2);
    };
    match build(&docs) {
        Ok(faults) if faults.is_empty() => ExitCode::SUCCESS,
        Ok(faults) => {
            for fault in &faults {
                eprintln!("{fault}");
            }
            eprintln!("mistakes in the book: {}", faults.len());
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("the book cannot be built: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Builds the book and returns what is wrong with it.
fn build(docs: &Path) -> Result<Vec<String>, Error> {
    let docs = docs.canonicalize()?;
    let (mut book, mut faults) = load::load(&docs)?;
    let site = book.build_dir_for("html");
    if site.exists() {
        std::fs::remove_dir_all(&site)?;
    }
    let pictures = rewrite::rewrite(&mut book, &docs, &mut faults);
    book.build()?;
    for (from, name) in pictures {
        let to = site.join(rewrite::PICTURES).join(name);
        std::fs::create_dir_all(to.parent().unwrap_or(&site))?;
        std::fs::copy(from, to)?;
    }
    let n_pages = links::check(&site, &mut faults)?;
    println!("{n_pages} pages in {}", site.display());
    Ok(faults)
}
