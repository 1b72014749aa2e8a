//! The number of extremes of least asymptotic mean squared error, by the double bootstrap.
//!
//! ```text
//! Q(n1, k) = mean over resamples of size n1 of [M_2(k) - 2 H(k)^2]^2,   k1 = argmin Q(n1, .)
//! k2 = argmin Q(n2, .) with n2 = n1^2 / n
//! k = (k1^2 / k2) [ (ln k1)^2 / (2 ln n1 - ln k1)^2 ]^((ln n1 - ln k1) / ln n1)
//! rho = ln k1 / (2 ln k1 - 2 ln n1)
//! ```
//!
//! `H` is the mean and `M_2` the mean square of the logarithms above the `(k + 1)`-th magnitude.

use maruyama_dynamics::noise::Stream;
use maruyama_dynamics::real;

use crate::sample::check::SampleError;
use crate::special::vector::logarithms;
use crate::tail::hill::{HillError, Magnitudes};

/// What the double bootstrap chose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DoubleBootstrap {
    /// The number of extremes, between 1 and the number of positive magnitudes less one.
    pub k: usize,
    /// The exponent of the second order that goes with it, negative.
    pub rho: f64,
    /// Minimiser for the larger resamples.
    pub k1: usize,
    /// Minimiser for the smaller ones.
    pub k2: usize,
    /// Size of the larger resamples.
    pub n1: usize,
    /// Size of the smaller ones.
    pub n2: usize,
}

/// The choice for Hill's estimator from the positive values among all `magnitudes`, with resamples of
/// size `n1 = n^exponent`.
///
/// It needs thousands of values; the choice varies by a factor of two between streams, and an exact
/// power law has no optimum, since more extremes are always better there.
///
/// # Arguments
/// * `exponent`: in `(1/2, 1)`; the authors search over it, and advise values near 0.9
/// * `replicates`: number of resamples of either size, at least 1; a few hundred
///
/// # Source
/// Danielsson, de Haan, Peng & de Vries, "Using a bootstrap method to choose the sample fraction in
/// tail index estimation", Journal of Multivariate Analysis 76(2), 2001, theorems 2 and 3, corollary 7.
///
/// # Errors
/// If `magnitudes` are not those of the whole sample, fewer than 100 are positive, they are tied, or
/// the resamples have no minimum.
///
/// # Panics
/// If `exponent` lies outside `(1/2, 1)` or `replicates` is zero.
pub fn double_bootstrap(
    magnitudes: &Magnitudes,
    exponent: f64,
    replicates: usize,
    stream: &mut Stream,
) -> Result<DoubleBootstrap, HillError> {
    assert!(exponent > 0.5 && exponent < 1.0, "resamples of size n^{exponent}");
    assert!(replicates > 0, "a bootstrap without replicates");
    let kept = magnitudes.decreasing();
    let positive = kept.partition_point(|x| *x > 0.0);
    if kept.len() < magnitudes.n() || positive < 100 {
        return Err(SampleError::TooFew { n: positive.min(kept.len()), needed: 100 }.into());
    }
    let logs = logarithms(&kept[..positive]);
    let n = positive as f64;
    let n1 = (real::pow(n, exponent) as usize).max(10);
    let n2 = ((n1 * n1) / positive).max(10);
    let tied = HillError::Tied { k: n1, threshold: kept[0] };
    let k1 = minimiser(&logs, n1, replicates, stream).ok_or(tied)?;
    let k2 = minimiser(&logs, n2, replicates, stream).ok_or(tied)?;
    let (ln_k, ln_n) = (real::ln(k1 as f64), real::ln(n1 as f64));
    let factor = real::pow(ln_k / (2.0 * ln_n - ln_k), 2.0 * (ln_n - ln_k) / ln_n);
    let k = ((k1 * k1) as f64 / k2 as f64 * factor) as usize;
    let rho = ln_k / (2.0 * ln_k - 2.0 * ln_n);
    Ok(DoubleBootstrap { k: k.clamp(1, positive - 1), rho, k1, k2, n1, n2 })
}

/// The `k >= 2` of least `Q(size, k)`; `None` where all are undefined because of ties.
fn minimiser(logs: &[f64], size: usize, replicates: usize, stream: &mut Stream) -> Option<usize> {
    let mut totals = vec![0.0; size];
    let mut defined = vec![true; size];
    let mut places = vec![0_usize; size];
    for _ in 0..replicates {
        // Places in the decreasing sample sort like its values.
        places.fill_with(|| stream.index(logs.len()));
        places.sort_unstable();
        let (mut first, mut second) = (0.0, 0.0);
        let top = logs[places[0]];
        for k in 1..size {
            let below = top - logs[places[k - 1]];
            first += below;
            second += below * below;
            let (count, depth) = (k as f64, top - logs[places[k]]);
            // Logarithms above the threshold are depth - below.
            let hill = depth - first / count;
            let square = depth * depth - 2.0 * depth * first / count + second / count;
            let difference = square - 2.0 * hill * hill;
            totals[k] += difference * difference;
            defined[k] &= hill > 0.0;
        }
    }
    // The smallest k estimate nothing, and the difference vanishes by chance.
    let candidates = (2..size).filter(|k| defined[*k]);
    candidates.fold(None, |best: Option<usize>, k| match best {
        Some(b) if totals[b] <= totals[k] => Some(b),
        _ => Some(k),
    })
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, StreamKey};

    use super::*;

    #[test]
    fn the_choice_for_a_cauchy_law_is_near_the_optimum() {
        // For |Cauchy| rho = -2; the mean squared error is 1/k + beta^2 (k/n)^4 / 9 in units of xi^2,
        // beta = -pi^2 / 6 ... : of order n^(4/5), 1000 for n = 5000, and flat by a factor of 3.
        let mut inside = 0;
        for chain in 0..5 {
            let mut stream = Stream::new(StreamKey(131), chain, Purpose::Bootstrap);
            let x: Vec<f64> = (0..5_000)
                .map(|_| real::tan(std::f64::consts::PI * (stream.uniform() - 0.5)))
                .collect();
            let m = Magnitudes::new(&x).unwrap();
            let choice = double_bootstrap(&m, 0.9, 100, &mut stream).unwrap();
            let hill = m.hill(choice.k).unwrap();
            inside += usize::from((hill.alpha - 1.0).abs() < 0.25 && choice.k > 50);
            assert!(choice.rho < 0.0 && choice.n2 < choice.n1, "{choice:?}");
        }
        assert!(inside >= 4, "{inside} of 5");
    }

    #[test]
    fn the_minimum_is_that_of_the_definition() {
        let logs: Vec<f64> = (0..200).map(|i| -real::ln(f64::from(i + 1) / 200.0)).collect();
        let stream = || Stream::new(StreamKey(137), 0, Purpose::Bootstrap);
        let found = minimiser(&logs, 40, 20, &mut stream()).unwrap();
        let mut again = stream();
        let mut totals = [0.0; 40];
        for _ in 0..20 {
            let mut x: Vec<f64> = (0..40).map(|_| logs[again.index(200)]).collect();
            x.sort_unstable_by(|a, b| b.total_cmp(a));
            for (k, total) in totals.iter_mut().enumerate().skip(2) {
                let size = k as f64;
                let hill = x[..k].iter().map(|l| l - x[k]).sum::<f64>() / size;
                let second = x[..k].iter().map(|l| (l - x[k]) * (l - x[k])).sum::<f64>() / size;
                *total += (second - 2.0 * hill * hill) * (second - 2.0 * hill * hill);
            }
        }
        assert!(totals[2..].iter().all(|total| totals[found] <= total * (1.0 + 1e-9)));
    }

    #[test]
    fn samples_without_a_choice_are_errors() {
        let mut stream = Stream::new(StreamKey(139), 0, Purpose::Bootstrap);
        let few = Magnitudes::new(&[1.0; 99]).unwrap();
        assert!(double_bootstrap(&few, 0.9, 5, &mut stream).is_err());
        let tied = Magnitudes::new(&[1.0; 500]).unwrap();
        assert!(matches!(
            double_bootstrap(&tied, 0.9, 5, &mut stream),
            Err(HillError::Tied { .. })
        ));
    }
}
