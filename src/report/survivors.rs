//! Of which statistics a good part of the chains is missing, since they diverged.

use std::collections::BTreeMap;

use crate::analyse::{AnalysedItem, Row, Scalar};
use crate::error::plural;

/// Part of the chains of a cell from which on it is said how many diverged.
const WORTH_SAYING: f64 = 0.1;

/// A sentence for each analysis whose statistics are over fewer chains than there were, with the cell
/// that lost most.
pub(crate) fn sentences(item: &AnalysedItem<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for (analysis, cells) in item {
        let lost: BTreeMap<usize, (f64, f64)> = cells
            .iter()
            .enumerate()
            .filter_map(|(idx, cell)| Some((idx, most_lost(&cell.outcome.rows)?)))
            .collect();
        let share = |(n, n_diverged): (f64, f64)| n_diverged / (n + n_diverged);
        let worst = lost.iter().max_by(|a, b| share(*a.1).total_cmp(&share(*b.1)));
        let Some((idx, (n, n_diverged))) = worst else { continue };
        let label = cells[*idx].cell.label().replace('_', "\\_");
        found.push(format!(
            "Analysis `{analysis}`: in {} of {} more than a tenth of the chains diverged, and statistics \
             are those of the others; most in {label}, {n_diverged} of {}.",
            lost.len(),
            plural(cells.len(), "cell"),
            n + n_diverged
        ));
    }
    found
}

/// Values and divergences of the row that lost the largest part of its chains, if that is worth saying.
fn most_lost(rows: &[Row]) -> Option<(f64, f64)> {
    let counts = rows.iter().filter_map(|row| {
        let number = |name: &str| row.get(name).and_then(Scalar::value);
        Some((number("n")?, number("n_diverged")?))
    });
    let lost = counts.filter(|(n, n_diverged)| *n_diverged > WORTH_SAYING * (n + n_diverged));
    lost.max_by(|a, b| (a.1 / (a.0 + a.1)).total_cmp(&(b.1 / (b.0 + b.1))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_that_lost_most_counts() {
        let row = |n: f64, n_diverged: f64| {
            let of = |(name, value): (&str, f64)| (name.to_owned(), Scalar::Number(value));
            Row::from([("n", n), ("n_diverged", n_diverged)].map(of))
        };
        assert_eq!(most_lost(&[row(95.0, 5.0), row(90.0, 10.0), Row::new()]), None);
        let rows = [row(64.0, 0.0), row(2.0, 62.0), row(20.0, 44.0)];
        assert_eq!(most_lost(&rows), Some((2.0, 62.0)));
    }
}
