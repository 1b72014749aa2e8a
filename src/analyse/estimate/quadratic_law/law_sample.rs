//! Simulated points beside the normal law that they should have.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;
use maruyama_theory::hessian_aware::Gaussian;

use crate::analyse::estimator::{AnalysisError, Input};
use crate::analyse::vector::Vectors;

/// Fewest chains.
const FEWEST: usize = 8;

/// The moments of a sample, and how far they are from those of a law.
pub(crate) struct Simulated {
    /// Mean and covariance.
    pub(crate) law: Gaussian,
    /// The largest error of an entry of either, in its standard error.
    pub(crate) deviation: f64,
    /// Number of chains.
    pub(crate) n: usize,
}

/// The points `x` of the chains at the last recorded step, beside the normal law `own`.
///
/// # Errors
/// If `x` is not recorded, or fewer than eight chains are left.
pub(crate) fn simulated(input: &Input<'_>, own: &Gaussian) -> Result<Simulated, AnalysisError> {
    let Vectors { values, .. } = input.vectors("x", FEWEST)?;
    Ok(beside(&values, own))
}

/// The moments of `points` beside those of `own`.
///
/// Standard errors are those of independent draws of `own`: `C_ii/n` of a mean, and
/// `(C_ii C_jj + C_ij²)/n` of a covariance; an entry without variance has to be met to 1e-12.
fn beside(points: &[Vec<f64>], own: &Gaussian) -> Simulated {
    let (n, dim) = (points.len() as f64, own.mean.len());
    let column = |i: usize| -> Vec<f64> { points.iter().map(|point| point[i]).collect() };
    let means: Vec<f64> = (0..dim).map(|i| real::sum(&column(i)) / n).collect();
    let centred: Vec<Vec<f64>> =
        (0..dim).map(|i| column(i).iter().map(|x| x - means[i]).collect()).collect();
    let mut entries = Vec::with_capacity(dim * dim);
    let mut deviation = 0.0_f64;
    for i in 0..dim {
        let row = own.covariance.row(i);
        deviation = deviation.max(scaled(means[i] - own.mean[i], row[i] / n));
        for j in 0..dim {
            let entry = real::dot(&centred[i], &centred[j]) / n;
            let variance = (row[i] * own.covariance.row(j)[j] + row[j] * row[j]) / n;
            deviation = deviation.max(scaled(entry - row[j], variance));
            entries.push(entry);
        }
    }
    let law = Gaussian { mean: means, covariance: Matrix::new(dim, dim, entries) };
    Simulated { law, deviation, n: points.len() }
}

/// `|error|` in units of the root of `variance`.
fn scaled(error: f64, variance: f64) -> f64 {
    if variance > 0.0 {
        error.abs() / variance.sqrt()
    } else if error.abs() < 1e-12 {
        0.0
    } else {
        f64::INFINITY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviations_are_in_standard_errors() {
        let points: Vec<Vec<f64>> =
            [[1.0, 5.0], [-1.0, 5.0], [3.0, 5.0], [-3.0, 5.0]].map(Vec::from).into();
        let own = Gaussian {
            mean: vec![1.0, 5.0],
            covariance: Matrix::new(2, 2, vec![4.0, 0.0, 0.0, 0.0]),
        };
        let found = beside(&points, &own);
        assert_eq!(found.law.mean, [0.0, 5.0]);
        assert_eq!(found.law.covariance.entries(), [5.0, 0.0, 0.0, 0.0]);
        // 1 over sqrt(4/4), and 1 over sqrt(2 16/4).
        assert_eq!((found.deviation, found.n), (1.0, 4));
        let other = Gaussian { mean: vec![0.0, 5.1], ..own };
        assert_eq!(beside(&points, &other).deviation, f64::INFINITY);
    }
}
