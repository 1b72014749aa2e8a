//! P-values adjusted for the number of tests in all rows of an analysis.

use std::sync::Arc;

use maruyama_statistics::multiple::adjust::{NamedP, Procedure, adjust as adjusted};

use crate::analyse::outcome::Scalar;
use crate::analyse::stage::AnalysedCell;
use crate::manifest::types::{Adjust, Analysis};

/// The column of adjusted p-values.
pub const ADJUSTED: &str = "p_adjusted";

/// Adds the column [`ADJUSTED`] to the rows of `analysis`, if the manifest asks for it.
///
/// It is missing in all rows if a cell has no rows or a test no p-value: the number of tests is part
/// of the answer. Where p-values have intervals, so have the adjusted ones, whose ends are those of
/// the lower and of the upper ends, since each grows with every p-value.
pub(crate) fn adjust(analysis: &Analysis, cells: &mut [AnalysedCell<'_>]) {
    let estimator = crate::analyse::estimator(&analysis.estimate);
    let column = estimator.p_column(&analysis.parameters);
    let (Some(procedure), Some(column)) = (&analysis.adjust, column) else { return };
    let is_complete = cells.iter().all(|cell| !cell.outcome.rows.is_empty());
    let tests = cells.iter().flat_map(|cell| &cell.outcome.rows).map(|row| row.get(column));
    let tests: Vec<Scalar> = tests.map(|p| p.cloned().unwrap_or(Scalar::Missing)).collect();
    let found = if is_complete { all(&tests, procedure.value) } else { None };
    let mut found = found.unwrap_or_else(|| vec![Scalar::Missing; tests.len()]).into_iter();
    for cell in cells.iter_mut().filter(|cell| !cell.outcome.rows.is_empty()) {
        for row in &mut Arc::make_mut(&mut cell.outcome).rows {
            row.insert(ADJUSTED.to_owned(), found.next().unwrap_or(Scalar::Missing));
        }
    }
}

/// The adjusted p-values, in the order given; `None` if a test has none.
fn all(tests: &[Scalar], procedure: Adjust) -> Option<Vec<Scalar>> {
    let values = each(tests.iter().map(Scalar::value), procedure)?;
    let low = each(tests.iter().map(|p| p.range().map(|(low, _)| low)), procedure)?;
    let high = each(tests.iter().map(|p| p.range().map(|(_, high)| high)), procedure)?;
    let has_interval = |p: &Scalar| matches!(p, Scalar::Interval { .. });
    let rows = values.iter().zip(low.iter().zip(&high));
    Some(if tests.iter().any(has_interval) {
        rows.map(|(value, (low, high))| Scalar::interval(*value, *low, *high)).collect()
    } else {
        values.iter().map(|value| Scalar::number(*value)).collect()
    })
}

fn each(p: impl Iterator<Item = Option<f64>>, procedure: Adjust) -> Option<Vec<f64>> {
    let named = |(idx, p): (usize, Option<f64>)| Some(NamedP::new(idx.to_string(), p?));
    let tests = p.enumerate().map(named).collect::<Option<Vec<_>>>()?;
    let procedure = match procedure {
        Adjust::Holm => Procedure::Holm,
        Adjust::BenjaminiHochberg => Procedure::BenjaminiHochberg,
        Adjust::BenjaminiYekutieli => Procedure::BenjaminiYekutieli,
    };
    let found = adjusted(&tests, procedure).ok()?;
    Some(found.into_iter().map(|test| test.adjusted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_the_procedures() {
        let p = [0.01, 0.04, 0.03, 0.5].map(Scalar::Number);
        // Ordered 0.01, 0.03, 0.04, 0.5: times 4, 3, 2, 1 and 4/1, 4/2, 4/3, 4/4.
        let close = |found: Option<Vec<Scalar>>, expected: [f64; 4]| {
            let found = found.unwrap();
            for (found, expected) in found.iter().zip(expected) {
                assert!((found.value().unwrap() - expected).abs() < 1e-15, "{found:?}");
            }
        };
        close(all(&p, Adjust::Holm), [0.04, 0.09, 0.09, 0.5]);
        close(all(&p, Adjust::BenjaminiHochberg), [0.04, 0.16 / 3.0, 0.16 / 3.0, 0.5]);
        let harmonic = 1.0 + 0.5 + 1.0 / 3.0 + 0.25;
        let expected = [0.04, 0.16 / 3.0, 0.16 / 3.0, 0.5].map(|p| f64::min(p * harmonic, 1.0));
        close(all(&p, Adjust::BenjaminiYekutieli), expected);
    }

    #[test]
    fn intervals_are_adjusted_end_by_end_and_nothing_is_left_out() {
        let p = [Scalar::interval(0.02, 0.01, 0.03), Scalar::Number(0.04)];
        let found = all(&p, Adjust::Holm).unwrap();
        assert_eq!(found[0], Scalar::interval(0.04, 0.02, 0.06));
        assert_eq!(found[1], Scalar::interval(0.04, 0.04, 0.06));
        assert_eq!(all(&[Scalar::Number(0.5), Scalar::Missing], Adjust::Holm), None);
    }
}
