//! Autocovariances and autocorrelations of a series.
//!
//! ```text
//! c_k = (1 / n) sum_(t=1)^(n-k) (x_t - mean) (x_(t+k) - mean),   rho_k = c_k / c_0
//! ```

use maruyama_dynamics::real;

use crate::sample::check::{SampleError, varied};
use crate::sample::moments::mean;
use crate::series::fourier::transform;
use crate::special::complex::Complex;

/// Up to this many lags the sums are taken one by one.
const DIRECT_LAGS: usize = 64;

/// Autocovariances `[max_lag + 1]` of a series `[n]` at the lags `0..=max_lag`, in its squared units,
/// with divisor `n` at every lag, which makes the sequence positive definite.
///
/// Few lags are summed one by one; many come from a Fourier transform of the series with as many
/// zeros after it, at a cost of `n log n` and a rounding error of `1e-15 c_0`.
///
/// # Source
/// Priestley, "Spectral Analysis and Time Series", Academic Press 1981, section 5.3.
///
/// # Errors
/// If the series has fewer than two values, one that is not finite, or no scale.
///
/// # Panics
/// If `max_lag` is not below the length of the series.
pub fn autocovariance(series: &[f64], max_lag: usize) -> Result<Vec<f64>, SampleError> {
    varied(series, 2)?;
    let n = series.len();
    assert!(max_lag < n, "lag {max_lag} in a series of {n} values");
    let centre = mean(series);
    let deviations: Vec<f64> = series.iter().map(|x| x - centre).collect();
    Ok(autocovariance_about_zero(&deviations, max_lag))
}

/// The same of deviations from a mean, which may all be zero.
pub(crate) fn autocovariance_about_zero(deviations: &[f64], max_lag: usize) -> Vec<f64> {
    let n = deviations.len();
    if max_lag <= DIRECT_LAGS {
        let size = n as f64;
        let lag = |k: usize| real::dot(&deviations[..n - k], &deviations[k..]) / size;
        return (0..=max_lag).map(lag).collect();
    }
    let padded = (2 * n).next_power_of_two();
    let mut values: Vec<Complex> = deviations.iter().map(|x| Complex::new(*x, 0.0)).collect();
    values.resize(padded, Complex::new(0.0, 0.0));
    transform(&mut values);
    for value in &mut values {
        *value = Complex::new(value.norm_square(), 0.0);
    }
    transform(&mut values);
    let scale = 1.0 / (padded as f64 * n as f64);
    values[..=max_lag].iter().map(|value| value.re * scale).collect()
}

/// Autocorrelations `rho_k` at the lags `0..=max_lag`; the first is 1.
///
/// # Errors
/// As [`autocovariance`].
///
/// # Panics
/// As [`autocovariance`].
pub fn autocorrelation(series: &[f64], max_lag: usize) -> Result<Vec<f64>, SampleError> {
    let covariances = autocovariance(series, max_lag)?;
    Ok(covariances.iter().map(|c| c / covariances[0]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::SIXTY;

    #[test]
    fn four_values_by_hand() {
        // Deviations -1.5, -0.5, 0.5, 1.5.
        let c = autocovariance(&[1.0, 2.0, 3.0, 4.0], 3).unwrap();
        for (found, exact) in c.iter().zip([1.25, 0.3125, -0.375, -0.5625]) {
            assert!((found - exact).abs() < 1e-15, "{c:?}");
        }
    }

    #[test]
    fn transform_and_sums_agree() {
        let series: Vec<f64> = SIXTY.iter().chain(&SIXTY[..40]).map(|x| x + 5.0).collect();
        let centre = mean(&series);
        let deviations: Vec<f64> = series.iter().map(|x| x - centre).collect();
        let fast = autocovariance(&series, 99).unwrap();
        for (k, found) in fast.iter().enumerate() {
            let exact = real::dot(&deviations[..100 - k], &deviations[k..]) / 100.0;
            assert!((found - exact).abs() < 1e-14 * fast[0], "lag {k}");
        }
        assert_eq!(autocorrelation(&series, 99).unwrap()[0], 1.0);
    }

    #[test]
    fn a_constant_has_no_correlation() {
        assert_eq!(autocorrelation(&[3.0; 5], 2), Err(SampleError::Constant { value: 3.0 }));
    }
}
