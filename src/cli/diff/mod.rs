//! The command `diff`: what differs between two manifests, two stores, or two states of the reports.

mod manifests;
mod reports;
mod stores;

use std::path::Path;

use crate::cli::arguments::DiffOptions;
use crate::cli::diff::reports::Reports;
use crate::cli::tree::Tree;
use crate::error::{DIFFERS, DONE, Error};
use crate::store::Location;

/// What two things have in common, and where they differ.
pub(crate) struct Difference {
    /// What is printed.
    pub tree: Tree,
    /// Whether there is a difference.
    pub differs: bool,
}

/// What a word on the command line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Manifest,
    Store,
    /// A folder of reports, or a revision of git that has one.
    Reports,
}

impl Kind {
    fn of(word: &str) -> Kind {
        let path = Path::new(word);
        if Location::is_address(word) || path.join("FORMAT").is_file() {
            Kind::Store
        } else if path.is_file() {
            Kind::Manifest
        } else {
            Kind::Reports
        }
    }
}

/// Compares what `options` name; gives what is printed and the exit code.
///
/// # Errors
/// If they are not of one kind, or cannot be read.
pub(crate) fn diff(options: &DiffOptions) -> Result<(String, u8), Error> {
    let (a, b) = (options.a.as_str(), options.b.as_str());
    let difference = match (Kind::of(a), Kind::of(b)) {
        (Kind::Manifest, Kind::Manifest) => manifests::diff(a, b, &options.profile)?,
        (Kind::Store, Kind::Store) => stores::diff(Path::new(a), Path::new(b))?,
        (Kind::Reports, Kind::Reports) => {
            let read = |word| Reports::read(word, &options.reports);
            reports::diff(&read(a)?, &read(b)?)?
        }
        _ => return Err(Error::TwoThings { a: a.to_owned(), b: b.to_owned() }),
    };
    let code = if difference.differs { DIFFERS } else { DONE };
    Ok((difference.tree.show(options.format), code))
}

/// The largest difference of numbers met so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Largest {
    /// Numbers that differ.
    pub n: usize,
    pub absolute: f64,
    /// |a − b| / max(|a|, |b|).
    pub relative: f64,
}

impl Largest {
    /// Takes in two numbers; NaN where one does not exist, which differs from any other.
    pub(crate) fn add(&mut self, a: f64, b: f64) {
        if a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()) {
            return;
        }
        self.n += 1;
        let absolute = (a - b).abs();
        let scale = a.abs().max(b.abs());
        if !absolute.is_finite() || !scale.is_finite() {
            (self.absolute, self.relative) = (f64::INFINITY, f64::INFINITY);
        } else if scale > 0.0 {
            self.absolute = self.absolute.max(absolute);
            self.relative = self.relative.max(absolute / scale);
        }
    }

    /// `3 numbers differ, by at most 1e-3 (relative 2e-4)`.
    pub(crate) fn show(&self) -> String {
        let numbers = crate::error::plural(self.n, "number");
        let verb = if self.n == 1 { "differs" } else { "differ" };
        format!(
            "{numbers} {verb}, by at most {:.3e} (relative {:.3e})",
            self.absolute, self.relative
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_difference_is_kept() {
        let mut largest = Largest::default();
        for (a, b) in [(1.0, 1.0), (f64::NAN, f64::NAN), (100.0, 101.0), (-1e-3, 1e-3), (0.0, -0.0)]
        {
            largest.add(a, b);
        }
        assert_eq!(largest, Largest { n: 3, absolute: 1.0, relative: 2.0 });
        largest.add(1.0, f64::NAN);
        assert_eq!((largest.n, largest.absolute), (4, f64::INFINITY));
    }
}
