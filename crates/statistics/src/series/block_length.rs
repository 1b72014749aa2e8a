//! The length of blocks for a bootstrap of a stationary series, chosen from its correlations.
//!
//! ```text
//! g   = sum_(|k|<=M) lambda(k / M) |k| c_k,   s = sum_(|k|<=M) lambda(k / M) c_k
//! b   = (2 g^2 / d)^(1/3) n^(1/3),  d = 2 s^2 (stationary) or (4/3) s^2 (circular, moving)
//! ```
//!
//! with the flat-top window `lambda(t) = 1` for `|t| <= 1/2`, else `2 (1 - |t|)`.

use maruyama_dynamics::real;

use crate::sample::check::SampleError;
use crate::series::autocorrelation::autocovariance;

/// Block lengths for the mean of a series, in steps, at least 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlockLength {
    /// Expected length of the random blocks of the stationary bootstrap.
    pub stationary: f64,
    /// Length of the blocks of the circular and of the moving bootstrap, before rounding up.
    pub circular: f64,
    /// The bandwidth `M`: twice the first of the insignificant lags.
    pub bandwidth: usize,
}

/// The optimal [`BlockLength`] of `series`.
///
/// `M = 2 m`, where `m >= 1` is the first of `K = max(5, floor(log10 n))` lags in a row with
/// `|rho_k| < 2 sqrt(log10(n) / n)`; without such a row, `M` is its bound `ceil(sqrt(n)) + K`. The
/// paper's `m` is the lag before the row; like the package arch we keep
/// one correlation more, for with few of them `s` can come close to zero by chance. Lengths are at
/// most `min(3 sqrt(n), n / 3)`.
///
/// # Source
/// Politis & White, "Automatic block-length selection for the dependent bootstrap", Econometric
/// Reviews 23(1), 2004, section 3.2 and its footnote c, with the constant of Patton, Politis & White,
/// "Correction", Econometric Reviews 28(4), 2009.
///
/// # Errors
/// If the series has fewer than nine values, one that is not finite, or no scale.
pub fn block_length(series: &[f64]) -> Result<BlockLength, SampleError> {
    let n = series.len();
    if n < 9 {
        return Err(SampleError::TooFew { n, needed: 9 });
    }
    let size = n as f64;
    let log = real::log10(size);
    let run = (log.floor() as usize).max(5);
    let bound = (size.sqrt().ceil() as usize + run).min(n - 1);
    let covariances = autocovariance(series, (bound + run).min(n - 1))?;
    let small = 2.0 * (log / size).sqrt() * covariances[0];
    let insignificant = |m: &usize| {
        let lags = covariances.get(*m..*m + run);
        lags.is_some_and(|lags| lags.iter().all(|c| c.abs() < small))
    };
    let cut = (1..=bound).find(insignificant);
    let bandwidth = cut.map_or(bound, |m| (2 * m).min(bound));
    Ok(lengths(&covariances, bandwidth, size))
}

fn lengths(covariances: &[f64], bandwidth: usize, size: f64) -> BlockLength {
    let (mut g, mut spectrum) = (0.0, covariances[0]);
    for k in 1..=bandwidth {
        let share = k as f64 / bandwidth as f64;
        let weight = if share <= 0.5 { 1.0 } else { 2.0 * (1.0 - share) };
        g += 2.0 * weight * k as f64 * covariances[k];
        spectrum += 2.0 * weight * covariances[k];
    }
    let longest = (3.0 * size.sqrt()).min(size / 3.0).ceil();
    let length = |d: f64| {
        let cube = 2.0 * g * g / (d * spectrum * spectrum) * size;
        if cube.is_finite() { real::cbrt(cube).clamp(1.0, longest) } else { longest }
    };
    BlockLength { stationary: length(2.0), circular: length(4.0 / 3.0), bandwidth }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;

    #[test]
    fn formula_by_hand() {
        // M = 2: weights 1 and 0; g = 2 c_1 = 1, s = 2, d = 8: (2 / 8 * 64)^(1/3).
        let found = lengths(&[1.0, 0.5, 0.3], 2, 64.0);
        assert!((found.stationary - real::cbrt(16.0)).abs() < 1e-14);
        assert!((found.circular - real::cbrt(24.0)).abs() < 1e-14);
    }

    #[test]
    fn autoregression_has_the_length_of_its_spectrum() {
        // g / s = 2 phi / (1 - phi^2), stationary d = 2 s^2: b = (g / s)^(2/3) n^(1/3).
        let (phi, n) = (0.6, 200_000);
        let mut stream = Stream::new(StreamKey(83), 0, Purpose::Bootstrap);
        let mut x = 0.0;
        let series: Vec<f64> = (0..n)
            .map(|_| {
                x = phi * x + stream.normal();
                x
            })
            .collect();
        let ratio = 2.0 * phi / (1.0 - phi * phi);
        let exact = real::cbrt(ratio * ratio * f64::from(n));
        let found = block_length(&series).unwrap();
        assert!((found.stationary / exact - 1.0).abs() < 0.1, "{found:?} against {exact}");
        assert!(found.bandwidth >= 10, "{found:?}");
    }

    #[test]
    fn short_and_constant_series_are_errors() {
        assert_eq!(block_length(&[1.0; 8]), Err(SampleError::TooFew { n: 8, needed: 9 }));
        assert_eq!(block_length(&[1.0; 20]), Err(SampleError::Constant { value: 1.0 }));
    }
}
