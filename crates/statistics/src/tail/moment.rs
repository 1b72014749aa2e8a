//! The moment estimator and Pickands' estimator of the extreme value index, for either sign.
//!
//! ```text
//! M_r = (1/k) sum_(i=1)^k ln(|x|_(i) / |x|_(k+1))^r
//! moment:   xi = M_1 + 1 - (1/2) / (1 - M_1^2 / M_2)
//! Pickands: xi = ln[ (|x|_(m) - |x|_(2m)) / (|x|_(2m) - |x|_(4m)) ] / ln 2
//! ```

use maruyama_dynamics::real;

use crate::interval::binomial::Interval;
use crate::law::normal::standard_quantile;
use crate::sample::check::SampleError;
use crate::tail::hill::{HillError, Magnitudes};

/// An estimate of the extreme value index `xi`, which is `1 / alpha` for power tails.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IndexEstimate {
    /// Number of extremes used.
    pub k: usize,
    /// The index.
    pub xi: f64,
    /// Its asymptotic standard error, without bias, for independent values.
    pub standard_error: f64,
}

impl IndexEstimate {
    /// Normal interval `xi -+ z standard_error`.
    ///
    /// # Panics
    /// If `level` lies outside the open interval `(0, 1)`.
    #[must_use]
    pub fn interval(&self, level: f64) -> Interval {
        assert!(level > 0.0 && level < 1.0, "an interval of level {level}");
        let reach = standard_quantile(0.5 * (1.0 + level)) * self.standard_error;
        Interval { low: self.xi - reach, high: self.xi + reach }
    }
}

/// The moment estimator from the `k` largest magnitudes, `k >= 2`.
///
/// Its variance is that at the estimate:
///
/// ```text
/// k Var(xi) -> 1 + xi^2                                                            (xi >= 0)
/// k Var(xi) -> (1 - xi)^2 (1 - 2 xi) (1 - xi + 6 xi^2) / ((1 - 3 xi) (1 - 4 xi))   (xi < 0)
/// ```
///
/// # Source
/// Dekkers, Einmahl & de Haan, "A moment estimator for the index of an extreme-value
/// distribution", Annals of Statistics 17(4), 1989; variance in the form of de Haan & Ferreira,
/// "Extreme Value Theory", Springer 2006, corollary 3.5.6.
///
/// # Errors
/// As [`Magnitudes::log_excesses`], and [`HillError::Tied`] if the `k` largest are equal, where
/// `M_1^2 = M_2`.
pub fn moment(magnitudes: &Magnitudes, k: usize) -> Result<IndexEstimate, HillError> {
    let logs = magnitudes.log_excesses(k)?;
    let first = real::sum(&logs) / k as f64;
    let squares: Vec<f64> = logs.iter().map(|l| (l - first) * (l - first)).collect();
    // M_2 - M_1^2, without cancellation.
    let variance = real::sum(&squares) / k as f64;
    if logs[0] == logs[k - 1] || variance <= 0.0 {
        return Err(HillError::Tied { k, threshold: magnitudes.decreasing()[0] });
    }
    let xi = first + 1.0 - 0.5 * (1.0 + first * first / variance);
    let standard_error = (moment_variance(xi) / k as f64).sqrt();
    Ok(IndexEstimate { k, xi, standard_error })
}

fn moment_variance(xi: f64) -> f64 {
    if xi >= 0.0 {
        return 1.0 + xi * xi;
    }
    let rest = 1.0 - xi;
    rest * rest * (1.0 - 2.0 * xi) * (rest + 6.0 * xi * xi) / ((1.0 - 3.0 * xi) * (1.0 - 4.0 * xi))
}

/// Pickands' estimator from the `k` largest magnitudes, `m = floor(k / 4)`.
///
/// It does not change if all magnitudes are shifted or scaled. Its variance is that at the estimate:
///
/// ```text
/// m Var(xi) -> xi^2 (2^(2 xi + 1) + 1) / (2 (2^xi - 1) ln 2)^2,   3 / (4 (ln 2)^4) at xi = 0
/// ```
///
/// # Source
/// Pickands, Annals of Statistics 3(1), 1975, equation (2.4); variance: Dekkers & de Haan, Annals of
/// Statistics 17(4), 1989, theorem 2.3.
///
/// # Errors
/// If `k < 4` or `4 floor(k / 4)` exceeds the number of magnitudes kept, or two of the order
/// statistics are tied.
pub fn pickands(magnitudes: &Magnitudes, k: usize) -> Result<IndexEstimate, HillError> {
    let (m, kept) = (k / 4, magnitudes.decreasing());
    if m == 0 || 4 * m > kept.len() {
        return Err(SampleError::TooFew { n: kept.len(), needed: (4 * m).max(4) }.into());
    }
    // Halves, whose differences cannot overflow.
    let [far, middle, near] = [m, 2 * m, 4 * m].map(|i| 0.5 * kept[i - 1]);
    if far <= middle || middle <= near {
        return Err(HillError::Tied { k: 4 * m, threshold: kept[2 * m - 1] });
    }
    let (upper, lower) = (far - middle, middle - near);
    let xi = (real::ln(upper) - real::ln(lower)) / std::f64::consts::LN_2;
    let standard_error = (pickands_variance(xi) / m as f64).sqrt();
    Ok(IndexEstimate { k: 4 * m, xi, standard_error })
}

fn pickands_variance(xi: f64) -> f64 {
    use std::f64::consts::LN_2;
    // By 2^-|xi|, which cannot overflow; both forms are the same function.
    let exponent = -xi.abs() * LN_2;
    let ratio = if exponent == 0.0 { 1.0 / LN_2 } else { -xi.abs() / real::expm1(exponent) };
    let square = real::exp(2.0 * exponent);
    let sum = if xi > 0.0 { 2.0 + square } else { 2.0 * square + 1.0 };
    ratio * ratio * sum / (4.0 * LN_2 * LN_2)
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;
    use crate::law::generalised_pareto::GeneralisedPareto;
    use crate::law::interface::Law;

    /// The mean and the variance of `(xi - true) / error(true)` over 400 samples.
    fn spread(xi: f64, variance: f64, f: impl Fn(&Magnitudes) -> IndexEstimate) -> (f64, f64) {
        let law = GeneralisedPareto::new(xi, 1.0).unwrap();
        let z: Vec<f64> = (0..400)
            .map(|chain| {
                let mut stream = Stream::new(StreamKey(79), chain, Purpose::Bootstrap);
                // For xi > 0 a Pareto law, for xi < 0 a law on [0, 1]: nearly without bias.
                let shift = if xi > 0.0 { 1.0 / xi } else { 0.0 };
                let x: Vec<f64> = (0..20_000).map(|_| law.draw(&mut stream) + shift).collect();
                let estimate = f(&Magnitudes::top(&x, 800).unwrap());
                let count = if variance > 2.5 { 200.0 } else { 800.0 };
                (estimate.xi - xi) / f64::sqrt(variance / count)
            })
            .collect();
        let mean = real::sum(&z) / 400.0;
        (mean, z.iter().map(|z| (z - mean) * (z - mean)).sum::<f64>() / 400.0)
    }

    #[test]
    fn moment_estimates_spread_as_stated() {
        for xi in [0.5, 1.5, -0.5] {
            let (mean, variance) =
                spread(xi, moment_variance(xi).min(2.4), |m| moment(m, 800).unwrap());
            let stated = moment_variance(xi) / moment_variance(xi).min(2.4);
            assert!((variance / stated - 1.0).abs() < 0.3, "{xi}: {variance}");
            assert!(mean.abs() < 1.0, "{xi}: {mean}");
        }
        assert!((moment_variance(-1e-12) - 1.0).abs() < 1e-9);
        // The form of 1989: 4 - 8 (1 - 2x)/(1 - 3x) + (5 - 11x)(1 - 2x)/((1 - 3x)(1 - 4x)) at -1/2.
        let bracket = 4.0 - 8.0 * 2.0 / 2.5 + 10.5 * 2.0 / (2.5 * 3.0);
        assert!((moment_variance(-0.5) - 2.25 * 2.0 * bracket).abs() < 1e-12);
    }

    #[test]
    fn pickands_estimates_spread_as_stated() {
        for xi in [0.5, 1.5, -0.5] {
            let (mean, variance) = spread(xi, pickands_variance(xi), |m| pickands(m, 800).unwrap());
            assert!((variance - 1.0).abs() < 0.3, "{xi}: {variance}");
            assert!(mean.abs() < 0.3, "{xi}: {mean}");
        }
        let ln_2 = std::f64::consts::LN_2;
        assert!((pickands_variance(0.0) * 4.0 * ln_2 * ln_2 * ln_2 * ln_2 - 3.0).abs() < 1e-14);
        assert!((pickands_variance(1e-9) - pickands_variance(0.0)).abs() < 1e-7);
    }

    #[test]
    fn small_samples_have_closed_forms() {
        // Logarithms 2, 1 above a threshold of one: M_1 = 3/2, M_2 = 5/2, xi = 3/2 + 1 - 5.
        let e = std::f64::consts::E;
        let m = Magnitudes::new(&[e * e, e, 1.0]).unwrap();
        assert!((moment(&m, 2).unwrap().xi + 2.5).abs() < 1e-12);
        let m = Magnitudes::new(&[9.0, 5.0, 4.0, 3.0]).unwrap();
        assert!((pickands(&m, 4).unwrap().xi - 1.0).abs() < 1e-15);
        assert_eq!(pickands(&m, 3), Err(SampleError::TooFew { n: 4, needed: 4 }.into()));
        let interval = pickands(&m, 4).unwrap().interval(0.95);
        assert!(interval.low < 1.0 && interval.high > 1.0);
    }

    #[test]
    fn ties_are_named() {
        let m = Magnitudes::new(&[3.0, 3.0, 1.0, 1.0]).unwrap();
        assert_eq!(moment(&m, 2), Err(HillError::Tied { k: 2, threshold: 3.0 }));
        assert_eq!(moment(&m, 1), Err(HillError::Tied { k: 1, threshold: 3.0 }));
        assert!(moment(&m, 3).is_ok());
        assert_eq!(pickands(&m, 4), Err(HillError::Tied { k: 4, threshold: 3.0 }));
    }
}
