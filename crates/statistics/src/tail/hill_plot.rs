//! Hill's estimates for every number of extremes, and their smoothed plot.
//!
//! ```text
//! S_k = sum_(i=1)^k ln(|x|_(i) / |x|_(k+1)) = S_(k-1) + k ln(|x|_(k) / |x|_(k+1)),   alpha_k = k / S_k
//! ```

use maruyama_dynamics::real;

use crate::law::normal::standard_quantile;
use crate::sample::check::SampleError;
use crate::special::vector::logarithms;
use crate::tail::hill::{HillError, Magnitudes};

/// Hill's index with its interval for every `k` in a range, as columns.
#[derive(Clone, Debug, PartialEq)]
pub struct HillPlot {
    /// The `k` of the first entry: the first with a finite index.
    pub first_k: usize,
    /// Indices `alpha_k`.
    pub alpha: Vec<f64>,
    /// Lower ends of the intervals of `Hill::interval`.
    pub low: Vec<f64>,
    /// Upper ends; infinite for `k <= z^2`.
    pub high: Vec<f64>,
}

impl HillPlot {
    /// The estimates for all `k` up to `k_max`, or up to the last with a positive threshold.
    ///
    /// # Source
    /// Drees, de Haan & Resnick, "How to make a Hill plot", Annals of Statistics 28(1), 2000.
    ///
    /// # Accuracy
    /// The sums are updated from one `k` to the next; relative error at most `k` roundings, about
    /// 1e-13 at `k = 1e5`.
    ///
    /// # Errors
    /// If `k_max` is zero or not below the number of magnitudes kept, if no threshold is positive,
    /// or if all magnitudes are tied.
    ///
    /// # Panics
    /// If `level` lies outside the open interval `(0, 1)`.
    pub fn new(magnitudes: &Magnitudes, k_max: usize, level: f64) -> Result<HillPlot, HillError> {
        assert!(level > 0.0 && level < 1.0, "an interval of level {level}");
        let sums = hill_sums(magnitudes, k_max)?;
        let first = sums.iter().position(|sum| *sum > 0.0);
        let Some(first) = first else {
            let threshold = magnitudes.decreasing()[0];
            return Err(HillError::Tied { k: sums.len(), threshold });
        };
        let z = standard_quantile(0.5 * (1.0 + level));
        // The sums become the indices: fresh memory costs as much as the arithmetic.
        let mut alpha = sums;
        alpha.drain(..first);
        let [mut low, mut high] = [(); 2].map(|()| vec![0.0; alpha.len()]);
        let ends = low.iter_mut().zip(&mut high);
        let mut k = first as f64;
        for (index, (low, high)) in alpha.iter_mut().zip(ends) {
            k += 1.0;
            let relative = z / k.sqrt();
            *index = k / *index;
            *low = *index / (1.0 + relative);
            *high = if relative < 1.0 { *index / (1.0 - relative) } else { f64::INFINITY };
        }
        Ok(HillPlot { first_k: first + 1, alpha, low, high })
    }
}

/// The mean of Hill's estimates over a range of `k`, whose plot is smoother.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SmoothHill {
    /// First number of extremes: the mean is over `k < j <= r k`.
    pub k: usize,
    /// The extreme value index `1 / alpha`.
    pub xi: f64,
    /// Its standard error under a Pareto tail.
    pub standard_error: f64,
}

/// The smoothed Hill estimate of the extreme value index.
///
/// ```text
/// xi = 1 / ((r - 1) k) sum_(j=k+1)^(r k) 1 / alpha_j
/// k Var(xi) / xi^2 -> 2 (r - 1 - ln r) / (r - 1)^2
/// ```
///
/// The limit follows from `sqrt(k) (1 / (alpha_(tk) xi) - 1) -> W(t) / t` with a Brownian motion
/// `W`, averaged over `1 < t < r`.
///
/// # Source
/// Resnick & Starica, "Smoothing the Hill estimator", Advances in Applied Probability 29, 1997.
///
/// # Errors
/// If `r < 2`, if `k` is zero, if fewer than `r k + 1` magnitudes are kept or positive, or if those
/// are tied.
pub fn smooth_hill(magnitudes: &Magnitudes, k: usize, r: usize) -> Result<SmoothHill, HillError> {
    let last = k.saturating_mul(r);
    let sums = hill_sums(magnitudes, last)?;
    if r < 2 {
        return Err(SampleError::TooFew { n: r, needed: 2 }.into());
    }
    if sums.len() < last {
        return Err(HillError::ZeroThreshold { k: last });
    }
    let total: f64 = (k + 1..=last).map(|j| sums[j - 1] / j as f64).sum();
    let ratio = r as f64;
    let xi = total / ((ratio - 1.0) * k as f64);
    if xi <= 0.0 {
        return Err(HillError::Tied { k: last, threshold: magnitudes.decreasing()[0] });
    }
    let spread = 2.0 * (ratio - 1.0 - real::ln(ratio));
    let standard_error = xi * (spread / k as f64).sqrt() / (ratio - 1.0);
    Ok(SmoothHill { k, xi, standard_error })
}

/// `S_k` for `k = 1..=k_max`, ending before the first threshold that is zero.
pub(crate) fn hill_sums(magnitudes: &Magnitudes, k_max: usize) -> Result<Vec<f64>, HillError> {
    let kept = magnitudes.decreasing();
    if k_max == 0 || k_max >= kept.len() {
        return Err(SampleError::TooFew { n: kept.len(), needed: k_max.max(1) + 1 }.into());
    }
    let positive = kept[..=k_max].partition_point(|x| *x > 0.0);
    if positive < 2 {
        return Err(HillError::ZeroThreshold { k: 1 });
    }
    let mut sums = logarithms(&kept[..positive]);
    let mut sum = 0.0;
    for k in 1..positive {
        sum += k as f64 * (sums[k - 1] - sums[k]);
        sums[k - 1] = sum;
    }
    sums.truncate(positive - 1);
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;

    fn pareto(n: usize, xi: f64, chain: u64) -> Magnitudes {
        let mut stream = Stream::new(StreamKey(37), chain, Purpose::Bootstrap);
        let x: Vec<f64> = (0..n).map(|_| real::pow(stream.uniform(), -xi)).collect();
        Magnitudes::new(&x).unwrap()
    }

    #[test]
    fn the_plot_is_made_of_estimates() {
        let m = pareto(3_000, 0.7, 0);
        let plot = HillPlot::new(&m, 2_999, 0.9).unwrap();
        assert_eq!((plot.first_k, plot.alpha.len()), (1, 2_999));
        for k in [1, 2, 17, 500, 2_999] {
            let hill = m.hill(k).unwrap();
            let interval = hill.interval(0.9);
            assert!((plot.alpha[k - 1] / hill.alpha - 1.0).abs() < 1e-12, "{k}");
            assert!((plot.low[k - 1] / interval.low - 1.0).abs() < 1e-12, "{k}");
            let high = plot.high[k - 1];
            assert!(high == interval.high || (high / interval.high - 1.0).abs() < 1e-12, "{k}");
        }
    }

    #[test]
    fn ties_and_zeros_bound_the_plot() {
        let m = Magnitudes::new(&[4.0, -4.0, 2.0, 1.0, 0.0, 0.0]).unwrap();
        let plot = HillPlot::new(&m, 5, 0.95).unwrap();
        assert_eq!((plot.first_k, plot.alpha.len()), (2, 2));
        let tied = Magnitudes::new(&[4.0; 3]).unwrap();
        assert_eq!(HillPlot::new(&tied, 2, 0.95), Err(HillError::Tied { k: 2, threshold: 4.0 }));
        let zero = Magnitudes::new(&[4.0, 0.0, 0.0]).unwrap();
        assert_eq!(HillPlot::new(&zero, 2, 0.95), Err(HillError::ZeroThreshold { k: 1 }));
        assert!(HillPlot::new(&zero, 0, 0.95).is_err() && HillPlot::new(&zero, 3, 0.95).is_err());
    }

    #[test]
    fn smoothing_has_the_stated_spread() {
        let (k, r, xi) = (100, 3, 0.5);
        let z: Vec<f64> = (0..400)
            .map(|chain| {
                let smooth = smooth_hill(&pareto(1_000, xi, chain), k, r).unwrap();
                (smooth.xi - xi) / smooth.standard_error
            })
            .collect();
        let mean = real::sum(&z) / 400.0;
        let variance = z.iter().map(|z| (z - mean) * (z - mean)).sum::<f64>() / 400.0;
        // Standard errors 0.05 of the mean and 0.07 of the variance.
        assert!(mean.abs() < 0.2 && (variance - 1.0).abs() < 0.28, "{mean}, {variance}");
        assert!(smooth_hill(&pareto(20, 1.0, 0), 10, 2).is_err());
        assert!(smooth_hill(&pareto(20, 1.0, 0), 5, 1).is_err());
    }
}
