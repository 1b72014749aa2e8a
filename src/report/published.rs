//! Published numbers beside ours: how far they are apart, and whether that is more than chance.
//!
//! Ours is an estimate with a 95 % interval, the published one is rounded to its last printed digit,
//! unless it is said to be exact.
//! With `z = Φ⁻¹(0.975)`, an estimate `m` with the half-width `h` towards the published `p`, and half a
//! unit `r` of its last digit, the distance in standard errors is `z max(|m − p| − r, 0) / h`.

use maruyama_dynamics::parameter::Value;
use maruyama_statistics::law::normal::standard_quantile;

use crate::analyse::{AnalysedItem, Row, Scalar};
use crate::manifest::canonical;
use crate::manifest::types::{Claim, Manifest, Reference};
use crate::report::claim::Test;
use crate::report::verdict::PREVIOUS;
use crate::report::view::RowView;

/// Probability that numbers which agree are called different, over all comparisons together.
const FAMILY_ERROR: f64 = 0.01;
/// What an interval misses on either side.
const HALF_MISSED: f64 = 0.025;

/// A published value and ours.
#[derive(Clone, Debug)]
pub struct Compared<'a> {
    /// The entry of the manifest.
    pub reference: &'a Reference,
    /// What distinguishes the row: labels of its cell, and columns that the entry filters by.
    pub of: Vec<(String, String)>,
    /// The column.
    pub column: &'a str,
    /// What is published.
    pub published: &'a Value,
    /// Ours; missing if there is no such row.
    pub ours: Scalar,
    /// How far they are apart.
    pub distance: Distance,
}

/// How far a published value and ours are apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Distance {
    /// Equal, but for the digits that were not printed.
    None,
    /// So many standard errors, more than none.
    StandardErrors(f64),
    /// Both are numbers and ours has no interval: the relative difference, which nothing is known of.
    Relative(f64),
    /// Different words.
    Words,
    /// There is none of ours.
    Missing,
}

/// What a distance amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Agreement {
    /// No more than chance.
    Agrees,
    /// More than chance.
    Differs,
    /// Not to be said: there is no interval.
    Open,
    /// There is no number of ours.
    Missing,
}

/// Every published value of `manifest` with ours, row by row.
#[must_use]
pub fn compare<'a>(manifest: &'a Manifest, item: &'a AnalysedItem<'a>) -> Vec<Compared<'a>> {
    let mut compared = Vec::new();
    let mut seen: Vec<(&Row, &str)> = Vec::new();
    for reference in &manifest.references {
        let rows = RowView::select(manifest, item, &reference.of, &reference.filter);
        for (column, published) in &reference.values {
            let column = column.value.as_str();
            let one = |of, ours: Scalar| {
                let distance = distance(published, reference.is_exact, &ours);
                Compared { reference, of, column, published, ours, distance }
            };
            if rows.is_empty() {
                compared.push(one(asked(reference), Scalar::Missing));
            }
            for row in &rows {
                // Of several entries for a number the first counts.
                let is_it =
                    |other: &(&Row, &str)| std::ptr::eq(other.0, row.row) && other.1 == column;
                if !seen.iter().any(is_it) {
                    seen.push((row.row, column));
                    compared.push(one(named(row, reference), row.look_up(column)));
                }
            }
        }
    }
    compared
}

/// The published values of the rows of `claim` with ours, of the columns that it tests or shows.
pub(crate) fn of_claim<'a>(
    manifest: &'a Manifest,
    item: &'a AnalysedItem<'a>,
    claim: &'a Claim,
    test: &Test,
) -> Vec<Compared<'a>> {
    let shown = claim.evidence.iter().map(|column| column.value.as_str());
    let mut columns: Vec<&str> = Vec::new();
    for column in test.columns().chain(shown) {
        let column = column.strip_prefix(PREVIOUS).unwrap_or(column);
        let column =
            ["ref_", "rel_"].iter().find_map(|kind| column.strip_prefix(kind)).unwrap_or(column);
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    let rows = RowView::select(manifest, item, &claim.of, &claim.filter);
    let beside = |row: &RowView<'a>| -> Vec<Compared<'a>> {
        let found = columns.iter().filter_map(|column| row.published(column));
        let compared = found.map(|(reference, column, published)| {
            let ours = row.look_up(column);
            let distance = distance(published, reference.is_exact, &ours);
            Compared { reference, of: named(row, reference), column, published, ours, distance }
        });
        compared.collect()
    };
    rows.iter().flat_map(beside).collect()
}

/// Standard errors beyond which numbers differ, where there are `n` comparisons: Bonferroni's bound.
#[must_use]
pub fn threshold(n: usize) -> f64 {
    -standard_quantile(FAMILY_ERROR / 2.0 / n.max(1) as f64)
}

impl Distance {
    /// What it amounts to beside a [`threshold`].
    #[must_use]
    pub fn agreement(self, threshold: f64) -> Agreement {
        match self {
            Distance::None => Agreement::Agrees,
            Distance::StandardErrors(distance) if distance <= threshold => Agreement::Agrees,
            Distance::StandardErrors(_) | Distance::Words => Agreement::Differs,
            Distance::Relative(_) => Agreement::Open,
            Distance::Missing => Agreement::Missing,
        }
    }
}

fn distance(published: &Value, is_exact: bool, ours: &Scalar) -> Distance {
    let (Some(p), Some(m)) = (published.as_real(), ours.value()) else {
        return match ours {
            Scalar::Missing => Distance::Missing,
            Scalar::Text(text) if published.as_text() == Some(text) => Distance::None,
            _ => Distance::Words,
        };
    };
    let apart = (m - p).abs();
    let unprinted = if is_exact { arithmetic(p) } else { unprinted(p) };
    if m == p || apart <= unprinted {
        return Distance::None;
    }
    match *ours {
        Scalar::Interval { value, low, high } => {
            let half_width = if p > value { high - value } else { value - low };
            let z = -standard_quantile(HALF_MISSED);
            Distance::StandardErrors(z * (apart - unprinted) / half_width)
        }
        _ => Distance::Relative(apart / p.abs()),
    }
}

/// Half a unit of the last digit of the shortest text for `value`, and what the arithmetic loses; nothing
/// for an infinite one.
fn unprinted(value: f64) -> f64 {
    let Ok(text) = canonical::number(value.abs()) else { return 0.0 };
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let unit: f64 = format!("1e{}", exponent.parse().unwrap_or(0) - decimals as i64)
        .parse()
        .unwrap_or_default();
    arithmetic(value) + 0.5 * unit
}

/// A part in 10⁹ of a value, for the arithmetic; nothing for an infinite one.
fn arithmetic(value: f64) -> f64 {
    if value.is_finite() { 1e-9 * value.abs() } else { 0.0 }
}

/// The labels of the row's cell, and its columns that the entry filters by.
fn named(row: &RowView<'_>, reference: &Reference) -> Vec<(String, String)> {
    let mut of = row.cell.cell.owned_labels();
    for (column, value) in asked(reference) {
        if of.iter().all(|(name, _)| *name != column) {
            of.push((column, value));
        }
    }
    of
}

/// The columns that the entry filters by, with their values.
fn asked(reference: &Reference) -> Vec<(String, String)> {
    let shown = |condition: &crate::manifest::types::Condition| {
        let values: Vec<String> = condition.values.iter().map(ToString::to_string).collect();
        (condition.column.value.clone(), values.join(" or "))
    };
    reference.filter.iter().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_unit_of_the_last_digit_is_not_printed() {
        for (value, expected) in
            [(0.029, 0.0005), (978.51, 0.005), (-3.0, 0.5), (6.8e-8, 5e-10), (1e21, 5e20)]
        {
            let found = unprinted(value);
            let arithmetic: f64 = 1e-9 * f64::abs(value);
            assert!((found / (expected + arithmetic) - 1.0).abs() < 1e-12, "{value}: {found}");
        }
        assert_eq!(unprinted(f64::INFINITY), 0.0);
    }

    #[test]
    fn distances_are_in_standard_errors_of_the_side_that_is_looked_at() {
        let of = |published, ours| distance(&Value::Real(published), false, &ours);
        let ours = || Scalar::interval(10.0, 9.0, 14.0);
        assert_eq!(of(10.2, Scalar::interval(10.24, 10.2, 10.3)), Distance::None);
        let Distance::StandardErrors(below) = of(7.5, ours()) else { panic!("an interval") };
        assert!((below - 1.959_964 * 2.45).abs() < 1e-5, "{below}");
        let Distance::StandardErrors(above) = of(12.5, ours()) else { panic!("an interval") };
        assert!((above - 1.959_964 * 2.45 / 4.0).abs() < 1e-5, "{above}");
        assert_eq!(of(8.0, Scalar::Number(6.0)), Distance::Relative(0.25));
        assert_eq!(of(8.0, Scalar::Number(8.4)), Distance::None);
        let exact = distance(&Value::Real(8.0), true, &Scalar::Number(8.4));
        assert!(matches!(exact, Distance::Relative(share) if (share - 0.05).abs() < 1e-12));
        assert_eq!(of(8.0, Scalar::Missing), Distance::Missing);
        assert_eq!(of(f64::INFINITY, Scalar::Number(f64::INFINITY)), Distance::None);
        let word = Value::Text("normal".to_owned());
        assert_eq!(distance(&word, false, &Scalar::text("normal")), Distance::None);
        assert_eq!(distance(&word, false, &Scalar::text("student_t")), Distance::Words);
    }

    #[test]
    fn more_comparisons_allow_larger_distances() {
        // Φ⁻¹(0.995) and Φ⁻¹(0.99995).
        assert!((threshold(1) - 2.575_829_303_549).abs() < 1e-9);
        assert!((threshold(100) - 3.890_591_886_413).abs() < 1e-9);
        let three = Distance::StandardErrors(3.0);
        assert_eq!(three.agreement(threshold(1)), Agreement::Differs);
        assert_eq!(three.agreement(threshold(100)), Agreement::Agrees);
    }
}
