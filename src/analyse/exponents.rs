//! Exponents of a column over a parameter: slopes in the logarithms, over the cells of a sweep.
//!
//! ```text
//! y ~ c p^e:   local  e = ln(y_i/y_{i−1})/ln(p_i/p_{i−1})
//!              all    e = sum (u_i − mean u) ln y_i / sum (u_i − mean u)²,   u = ln p
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use maruyama_dynamics::parameter::Value;
use maruyama_dynamics::real;

use crate::analyse::outcome::Scalar;
use crate::analyse::scaling::EXPONENTS;
use crate::analyse::stage::AnalysedCell;
use crate::manifest::types::Analysis;

/// Where a row stands.
#[derive(Clone, Copy, Debug)]
struct Place {
    cell: usize,
    row: usize,
}

/// A point of a curve in logarithms, with half the width of its interval.
#[derive(Clone, Copy, Debug)]
struct Point {
    at: Place,
    u: f64,
    ln: f64,
    half: f64,
}

/// Adds the columns [`EXPONENTS`] to the rows of `analysis`, if its estimator has them.
///
/// An exponent is missing where the curve has one point only, and where some value is zero or has an
/// interval that reaches zero. Its interval is that of independent values.
pub(crate) fn scale(analysis: &Analysis, cells: &mut [AnalysedCell<'_>]) {
    let estimator = crate::analyse::estimator(&analysis.estimate);
    let Some(scaling) = estimator.scaling(&analysis.parameters) else { return };
    let mut curves: BTreeMap<Vec<String>, Vec<Option<Point>>> = BTreeMap::new();
    for (cell, analysed) in cells.iter().enumerate() {
        let labels = analysed.cell.labels().into_iter().filter(|(name, _)| *name != scaling.over);
        let labels: Vec<String> = labels.map(|(name, value)| format!("{name}={value}")).collect();
        let parameter = analysed.cell.ensemble.parameters.get(&scaling.over);
        let parameter = parameter.and_then(Value::as_real).filter(|value| *value > 0.0);
        for (row, columns) in analysed.outcome.rows.iter().enumerate() {
            let mut key = labels.clone();
            key.extend(scaling.by.iter().map(|name| format!("{:?}", columns.get(*name))));
            let y = columns.get(scaling.of).and_then(logarithm);
            let point = parameter.zip(y).map(|(p, (ln, half))| Point {
                at: Place { cell, row },
                u: real::ln(p),
                ln,
                half,
            });
            curves.entry(key).or_default().push(point);
        }
    }
    for points in curves.into_values() {
        let known: Option<Vec<Point>> = points.into_iter().collect();
        for (at, name, value) in known.iter().flat_map(|points| exponents(points)) {
            let rows = &mut Arc::make_mut(&mut cells[at.cell].outcome).rows;
            rows[at.row].insert(name.to_owned(), value);
        }
    }
}

/// `ln |y|` and half the width of its interval; `None` where zero is within reach.
fn logarithm(y: &Scalar) -> Option<(f64, f64)> {
    let (value, (low, high)) = (y.value()?, y.range()?);
    let excludes_zero = low > 0.0 || high < 0.0;
    (excludes_zero && value.is_finite()).then(|| {
        let ln = real::ln(value.abs());
        (ln, 0.5 * (high - low) / value.abs())
    })
}

/// Both exponents of every point of a curve.
fn exponents(points: &[Point]) -> Vec<(Place, &'static str, Scalar)> {
    let n = points.len() as f64;
    let mean = real::sum(&points.iter().map(|point| point.u).collect::<Vec<_>>()) / n;
    let weights: Vec<f64> = points.iter().map(|point| point.u - mean).collect();
    let total = real::dot(&weights, &weights);
    if points.len() < 2 || total <= 1e-20 {
        return Vec::new();
    }
    let logs: Vec<f64> = points.iter().map(|point| point.ln).collect();
    let halves: Vec<f64> =
        weights.iter().zip(points).map(|(weight, point)| weight * point.half).collect();
    let slope = real::dot(&weights, &logs) / total;
    let all = with_half(slope, real::dot(&halves, &halves).sqrt() / total);
    let mut found: Vec<_> =
        points.iter().map(|point| (point.at, EXPONENTS[0].0, all.clone())).collect();
    for pair in points.windows(2) {
        let gap = pair[1].u - pair[0].u;
        if gap != 0.0 {
            let half = (pair[0].half * pair[0].half + pair[1].half * pair[1].half).sqrt();
            let local = with_half((pair[1].ln - pair[0].ln) / gap, half / gap.abs());
            found.push((pair[1].at, EXPONENTS[1].0, local));
        }
    }
    found
}

fn with_half(value: f64, half: f64) -> Scalar {
    if half > 0.0 {
        Scalar::interval(value, value - half, value + half)
    } else {
        Scalar::number(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(values: &[(f64, f64, f64)]) -> Vec<Point> {
        let point = |(row, (p, y, half)): (usize, &(f64, f64, f64))| {
            let (ln, half) = logarithm(&Scalar::interval(*y, y - half, y + half)).unwrap();
            Point { at: Place { cell: 0, row }, u: real::ln(*p), ln, half }
        };
        values.iter().enumerate().map(point).collect()
    }

    #[test]
    fn a_power_law_has_its_exponent_everywhere() {
        let points = curve(&[(0.5, 0.75, 0.0), (1.0, 3.0, 0.0), (4.0, 48.0, 0.0)]);
        let found = exponents(&points);
        assert_eq!(found.len(), 5);
        for (_, name, value) in found {
            assert!((value.value().unwrap() - 2.0).abs() < 1e-14, "{name} {value:?}");
        }
    }

    /// Relative errors of 10 % at both ends of a factor of `e²`: `sqrt(2)/10/2`.
    #[test]
    fn intervals_are_those_of_independent_values() {
        let e2 = real::exp(2.0);
        let found = exponents(&curve(&[(1.0, 1.0, 0.1), (e2, 1.0 / e2, 0.1 / e2)]));
        for (_, _, value) in found {
            let (low, high) = value.range().unwrap();
            assert!((0.5 * (low + high) + 1.0).abs() < 1e-14);
            assert!((high - low - 0.1 * 2.0_f64.sqrt()).abs() < 1e-14, "{low} {high}");
        }
    }

    #[test]
    fn there_is_none_where_zero_is_within_reach_or_one_point_only() {
        assert_eq!(logarithm(&Scalar::interval(0.1, -0.1, 0.3)), None);
        assert_eq!(logarithm(&Scalar::Number(0.0)), None);
        assert_eq!(logarithm(&Scalar::Number(f64::INFINITY)), None);
        assert_eq!(logarithm(&Scalar::interval(-1.0, -1.5, -0.5)), Some((0.0, 0.5)));
        assert!(exponents(&curve(&[(1.0, 2.0, 0.0)])).is_empty());
        assert!(exponents(&curve(&[(1.0, 2.0, 0.0), (1.0, 3.0, 0.0)])).is_empty());
    }
}
