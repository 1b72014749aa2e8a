//! The energy distance.
//!
//! ```text
//! E^2(X, Y) = 2 E|X - Y| - E|X - X'| - E|Y - Y'|;   on the line E^2 = 2 int (F - G)^2 dx
//! ```
//!
//! Source: Szekely & Rizzo, "Energy statistics: a class of statistics based on distances", J.
//! Statistical Planning and Inference 143(8), 2013.

use maruyama_dynamics::real;

use crate::distance::error::{DistanceError, probabilities};
use crate::distance::line::Ordered;
use crate::distance::points::Points;
use crate::distance::power_mean::Accumulator;
use crate::distance::transport::cost::{Cost, Ground};
use crate::sample::check::finite;

/// The energy distance `E` (the root) between two samples `[n]`, `[m]` on the line, in the root of
/// their units; `O(n log n)`, as an integral of squared differences of distribution functions.
///
/// # Errors
/// If a sample is empty or has a value that is not finite, or differences overflow.
pub fn energy_on_line(x: &[f64], y: &[f64]) -> Result<f64, DistanceError> {
    let (x, y) = (Ordered::new(x)?, Ordered::new(y)?);
    let steps = |z: &Ordered| -> Vec<(f64, f64)> {
        let n = z.values().len() as f64;
        z.values().iter().map(|x| (*x, 1.0 / n)).collect()
    };
    let scale = |k: usize, n: usize| k as f64 / n as f64;
    let (n, m) = (x.values().len(), y.values().len());
    let (x, y) = (steps(&x), steps(&y));
    integrate(&x, &y, |i, j| scale(i, n) - scale(j, m))
}

/// As [`energy_on_line`], for weights that are divided by their sums.
///
/// # Errors
/// As [`energy_on_line`], and if weights are negative, not finite, all zero or of another number than
/// the values.
pub fn energy_on_line_weighted(
    (x, x_weights): (&[f64], &[f64]),
    (y, y_weights): (&[f64], &[f64]),
) -> Result<f64, DistanceError> {
    let steps = |values: &[f64], weights: &[f64]| -> Result<Vec<(f64, f64)>, DistanceError> {
        finite(values, 1)?;
        let p = probabilities(weights, values.len())?;
        let mut steps: Vec<(f64, f64)> = values.iter().copied().zip(p).collect();
        steps.sort_by(|a, b| a.0.total_cmp(&b.0));
        Ok(steps)
    };
    let (x, y) = (steps(x, x_weights)?, steps(y, y_weights)?);
    let cumulated = |steps: &[(f64, f64)]| -> Vec<f64> {
        let mut sum = Accumulator::default();
        let mut sums = vec![0.0];
        for (_, p) in steps {
            sum.add(*p);
            sums.push(sum.value());
        }
        sums
    };
    let (f, g) = (cumulated(&x), cumulated(&y));
    integrate(&x, &y, |i, j| f[i] - g[j])
}

/// `sqrt(2 int (F - G)^2)`, where `difference(i, j)` is `F - G` after `i` and `j` steps.
fn integrate(
    x: &[(f64, f64)],
    y: &[(f64, f64)],
    difference: impl Fn(usize, usize) -> f64,
) -> Result<f64, DistanceError> {
    let (mut i, mut j) = (0, 0);
    let mut at = x[0].0.min(y[0].0);
    let mut sum = Accumulator::default();
    while i < x.len() || j < y.len() {
        let next_x = x.get(i).map_or(f64::INFINITY, |step| step.0);
        let next_y = y.get(j).map_or(f64::INFINITY, |step| step.0);
        let next = next_x.min(next_y);
        let d = difference(i, j);
        sum.add(2.0 * d * d * (next - at));
        at = next;
        i += usize::from(next_x <= next);
        j += usize::from(next_y <= next);
    }
    let energy = sum.value().max(0.0).sqrt();
    if energy.is_finite() { Ok(energy) } else { Err(DistanceError::Overflow) }
}

/// The energy distance `E` (the root) between two samples of points with Euclidean distances, each
/// point paired with itself too, so that it is a distance between the empirical laws; `O(n^2 d)`.
///
/// # Errors
/// If the dimensions differ or a distance overflows.
pub fn energy(x: &Points, y: &Points) -> Result<f64, DistanceError> {
    let mean = |x: &Points, y: &Points| -> Result<f64, DistanceError> {
        let cost = Cost::between(x, y, Ground::Euclidean)?;
        let rows: Vec<f64> = (0..cost.n()).map(|i| real::sum(cost.row(i))).collect();
        Ok(real::sum(&rows) / cost.n() as f64 / cost.m() as f64)
    };
    let squared = 2.0 * mean(x, y)? - mean(x, x)? - mean(y, y)?;
    Ok(squared.max(0.0).sqrt())
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;

    #[test]
    fn both_forms_agree_on_the_line() {
        for chain in 0..20 {
            let mut stream = Stream::new(StreamKey(107), chain, Purpose::Start);
            let mut draw = |n: usize| -> Vec<f64> {
                (0..n).map(|_| (4.0 * stream.normal()).round() / 4.0).collect()
            };
            let (x, y) = (draw(1 + 3 * chain as usize), draw(40));
            let line = energy_on_line(&x, &y).unwrap();
            let weights = (vec![2.0; x.len()], vec![0.1; 40]);
            let weighted = energy_on_line_weighted((&x, &weights.0), (&y, &weights.1)).unwrap();
            let pairs = energy(&Points::new(&x, 1).unwrap(), &Points::new(&y, 1).unwrap()).unwrap();
            assert!((pairs - line).abs() < 1e-13 && (weighted - line).abs() < 1e-13);
            assert_eq!(energy_on_line(&x, &x), Ok(0.0));
        }
    }

    #[test]
    fn two_points_have_a_known_distance() {
        assert_eq!(energy_on_line(&[0.0], &[8.0]), Ok(4.0));
        assert!(energy_on_line(&[], &[8.0]).is_err());
        assert!(energy_on_line_weighted((&[1.0], &[0.0]), (&[2.0], &[1.0])).is_err());
        assert_eq!(energy_on_line(&[-1e308], &[1e308]), Err(DistanceError::Overflow));
    }
}
