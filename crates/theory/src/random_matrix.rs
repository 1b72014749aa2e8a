//! Extreme eigenvalues of Gaussian designs.

use maruyama_dynamics::real;

/// Mean of the Tracy–Widom law for real symmetric matrices, `TW_1`.
///
/// # Source
/// Bornemann, "On the numerical evaluation of distributions in random matrix theory", Markov
/// Processes Relat. Fields 16, 2010.
pub const TRACY_WIDOM_MEAN: f64 = -1.206_533_574_582_0;

/// Standard deviation of `TW_1`, the root of the variance 1.6077810345810 of the same source.
pub const TRACY_WIDOM_SD: f64 = 1.267_983_057_686_892;

/// Centre and scale of the largest squared singular value of a Gaussian design.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LargestSquare {
    /// `sigma² (sqrt(n−1) + sqrt(d))²`.
    pub centre: f64,
    /// `sigma² d^{1/3} r^{1/6} (1/sqrt(r) + 1)^{4/3}` with `r = d/(n−1)`.
    pub scale: f64,
}

impl LargestSquare {
    /// Approximate mean, `centre + scale E TW_1`.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.centre + self.scale * TRACY_WIDOM_MEAN
    }

    /// Approximate standard deviation.
    #[must_use]
    pub fn standard_deviation(&self) -> f64 {
        self.scale * TRACY_WIDOM_SD
    }

    /// The value at which `TW_1` is `psi`, for example a quantile of it.
    #[must_use]
    pub fn at(&self, psi: f64) -> f64 {
        self.centre + self.scale * psi
    }
}

/// `lambda_1²` of a design of `n_rows ≥ 2` rows `a_i ~ N(0, sigma² I_d)`.
///
/// # Accuracy
/// Asymptotic, of relative order `min(n, d)^{−2/3}`. It does not hold for designs whose entries have
/// a mean, such as those scaled to `[0, 1]`: there `lambda_1²` is about `n |mean row|²`.
///
/// # Source
/// Johnstone, Ann. Statist. 29(2), 2001; Jiao & Keller-Ressel, arXiv 2402.01382, eq. (15), which
/// goes on with the centre alone. The bounds of the tail index decrease in `sigma²` and `d`, where the
/// text there says increase.
///
/// # Panics
/// If there are fewer than two rows, or no column.
#[must_use]
pub fn largest_square(n_rows: usize, dim: usize, sigma: f64) -> LargestSquare {
    assert!(n_rows >= 2 && dim >= 1, "a design of two rows and one column");
    let (n, d) = (n_rows as f64 - 1.0, dim as f64);
    let sum = n.sqrt() + d.sqrt();
    let cube = 1.0 / n.sqrt() + 1.0 / d.sqrt();
    let variance = sigma * sigma;
    LargestSquare { centre: variance * sum * sum, scale: variance * sum * real::cbrt(cube) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maruyama_dynamics::linear_algebra::{Matrix, right_svd};
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    #[test]
    fn scale_is_that_of_the_paper() {
        let (n, d) = (101.0, 30.0);
        let r: f64 = d / (n - 1.0);
        let expected =
            real::cbrt(d) * real::pow(r, 1.0 / 6.0) * real::pow(1.0 / r.sqrt() + 1.0, 4.0 / 3.0);
        let found = largest_square(101, 30, 2.0);
        assert!((found.scale - 4.0 * expected).abs() < 1e-12);
    }

    #[test]
    fn mean_and_spread_of_gaussian_designs() {
        let (n, d, replicates) = (80, 20, 200);
        let square = |idx| {
            let mut entries = vec![0.0; n * d];
            Stream::new(StreamKey(3), idx, Purpose::Start).fill_normals(&mut entries);
            let lambda = right_svd(&Matrix::new(n, d, entries)).singular_values[0];
            lambda * lambda
        };
        let squares: Vec<f64> = (0..replicates).map(square).collect();
        let expected = largest_square(n, d, 1.0);
        let sd = expected.standard_deviation();
        let mean = real::sum(&squares) / replicates as f64;
        // Four standard errors, and a hundredth for the asymptotics.
        let allowed = 4.0 * sd / (replicates as f64).sqrt() + 0.01 * expected.mean();
        assert!((mean - expected.mean()).abs() < allowed, "{mean} {expected:?}");
        // The centre alone, as in the paper, is too large by 1.2 scales.
        assert!(expected.centre - mean > expected.scale);
        let deviations: Vec<f64> = squares.iter().map(|x| (x - mean) * (x - mean)).collect();
        let spread = (real::sum(&deviations) / replicates as f64).sqrt();
        assert!((spread / sd - 1.0).abs() < 0.2, "{spread} {sd}");
    }
}
