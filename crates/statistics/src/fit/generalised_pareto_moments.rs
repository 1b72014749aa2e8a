//! Probability-weighted moments of the generalised Pareto law.
//!
//! ```text
//! a_0 = E X,  a_1 = E X (1 - F(X));   a_1 estimated by (1/n) sum_i x_(i) (n - i) / (n - 1)
//! xi = 2 - a_0 / (a_0 - 2 a_1),   scale = 2 a_0 a_1 / (a_0 - 2 a_1)
//! ```

use maruyama_dynamics::real;

use crate::fit::family::FitError;
use crate::fit::generalised_pareto::check;
use crate::sample::check::sorted;

/// Estimates by probability-weighted moments.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeightedMoments {
    /// The extreme value index; the estimate is below 1 and needs `xi < 1`.
    pub xi: f64,
    /// The scale, in units of the excesses.
    pub scale: f64,
    /// Asymptotic standard errors of `xi` and of the scale; `None` for `xi >= 1/2`, where the
    /// moments have no variance.
    pub standard_errors: Option<[f64; 2]>,
}

/// The estimates from `excesses`, `[n]`, `n >= 2`.
///
/// With `k = -xi`, `n` times the covariance matrix tends to
///
/// ```text
/// Var(k) = (1 + k) (2 + k)^2 (1 + k + 2 k^2) / ((1 + 2k) (3 + 2k))
/// Var(scale) = scale^2 (7 + 18 k + 11 k^2 + 2 k^3) / ((1 + 2k) (3 + 2k))
/// ```
///
/// # Source
/// Hosking & Wallis, "Parameter and quantile estimation for the generalized Pareto distribution",
/// Technometrics 29(3), 1987, section 3.3; the unbiased form of `a_1` in place of plotting
/// positions.
///
/// # Errors
/// If the excesses are negative, not finite, fewer than two or all equal.
pub fn weighted_moments(excesses: &[f64]) -> Result<WeightedMoments, FitError> {
    check(excesses)?;
    let values = sorted(excesses);
    let n = values.len();
    // Values are divided by the largest: their sum cannot overflow.
    let unit = values[n - 1];
    let plain: Vec<f64> = values.iter().map(|x| x / unit).collect();
    let weighted: Vec<f64> =
        (1..=n).zip(&plain).map(|(i, x)| x * ((n - i) as f64 / (n - 1) as f64)).collect();
    let (first, second) = (real::sum(&plain) / n as f64, real::sum(&weighted) / n as f64);
    // Positive for values that are not all equal.
    let spread = first - 2.0 * second;
    let xi = 2.0 - first / spread;
    let scale = unit * (2.0 * first * second / spread);
    Ok(WeightedMoments { xi, scale, standard_errors: errors(xi, scale, n) })
}

fn errors(xi: f64, scale: f64, n: usize) -> Option<[f64; 2]> {
    let k = -xi;
    let divisor = (1.0 + 2.0 * k) * (3.0 + 2.0 * k) * n as f64;
    let index = (1.0 + k) * (2.0 + k) * (2.0 + k) * (1.0 + k + 2.0 * k * k);
    let relative = 7.0 + k * (18.0 + k * (11.0 + 2.0 * k));
    (k > -0.5).then(|| [(index / divisor).sqrt(), scale * (relative / divisor).sqrt()])
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;
    use crate::law::generalised_pareto::GeneralisedPareto;
    use crate::law::interface::Law;

    #[test]
    fn two_points_have_a_closed_form() {
        // a_0 = 2, a_1 = 1/2: xi = 2 - 2 / 1 = 0, scale = 2.
        let fit = weighted_moments(&[3.0, 1.0]).unwrap();
        assert!((fit.xi).abs() < 1e-15 && (fit.scale - 2.0).abs() < 1e-15, "{fit:?}");
        assert!(weighted_moments(&[1.0, 1.0]).is_err() && weighted_moments(&[-1.0, 1.0]).is_err());
        let large = weighted_moments(&[3e307, 1.7e308]).unwrap();
        assert!(large.xi.is_finite() && large.scale.is_finite());
    }

    #[test]
    fn errors_are_those_of_samples() {
        for (key, xi) in (0..).zip([-0.4, 0.0, 0.25]) {
            let law = GeneralisedPareto::new(xi, 2.0).unwrap();
            let z: Vec<[f64; 2]> = (0..400)
                .map(|chain| {
                    let mut stream = Stream::new(StreamKey(73 + key), chain, Purpose::Bootstrap);
                    let x: Vec<f64> = (0..1_000).map(|_| law.draw(&mut stream)).collect();
                    let fit = weighted_moments(&x).unwrap();
                    let [a, b] = errors(xi, 2.0, 1_000).unwrap();
                    [(fit.xi - xi) / a, (fit.scale - 2.0) / b]
                })
                .collect();
            for i in 0..2 {
                let variance: f64 = z.iter().map(|z| z[i] * z[i]).sum::<f64>() / 400.0;
                // The standard error of a variance from 400 values is 0.07.
                assert!((variance - 1.0).abs() < 0.25, "xi = {xi}, {i}: {variance}");
            }
        }
        assert!(errors(0.5, 1.0, 10).is_none());
    }
}
