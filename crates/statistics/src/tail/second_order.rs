//! The second order of a power tail, and Hill's estimator corrected by it.
//!
//! ```text
//! U(t) = C t^xi (1 + xi beta t^rho / rho + o(t^rho)),   rho < 0
//! xi_k = H_k (1 - beta / (1 - rho) (n / k)^rho),   H_k = 1 / alpha_k
//! ```
//!
//! `U(t)` is the level that a share `1 / t` exceeds. `rho` and `beta` come from many more extremes
//! than `H_k`, so that they do not add to its variance.

use maruyama_dynamics::real;

use crate::sample::check::SampleError;
use crate::special::vector::logarithms;
use crate::tail::hill::{HillError, Magnitudes};
use crate::tail::moment::IndexEstimate;

/// The second-order parameters of a tail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SecondOrder {
    /// Number of extremes used.
    pub k: usize,
    /// The exponent `rho < 0`: the nearer to zero, the slower the tail becomes a power.
    pub rho: f64,
    /// The amplitude `beta`.
    pub beta: f64,
}

/// The number of extremes for [`second_order`] that its authors advise: `floor(n^0.995)`, at most
/// `n - 1`.
#[must_use]
pub fn advised_count(n: usize) -> usize {
    (real::pow(n as f64, 0.995) as usize).clamp(1, n.saturating_sub(1).max(1))
}

/// The second-order parameters from the `k` largest magnitudes.
///
/// ```text
/// T = [ln M_1 - ln(M_2 / 2) / 2] / [ln(M_2 / 2) / 2 - ln(M_3 / 6) / 3]
/// rho = -|3 (T - 1) / (T - 3)|
/// d(a) = mean (i/k)^-a,  D(a) = mean (i/k)^-a U_i,   U_i = i ln(|x|_(i) / |x|_(i+1))
/// beta = (k / n)^rho [d(rho) D(0) - D(rho)] / [d(rho) D(rho) - D(2 rho)]
/// ```
///
/// # Source
/// Fraga Alves, Gomes & de Haan, "A new class of semi-parametric estimators of the second order
/// parameter", Portugaliae Mathematica 60(2), 2003 (`rho` with tuning parameter 0); Gomes &
/// Martins, "Asymptotically unbiased estimators of the tail index based on external estimation of
/// the second order parameter", Extremes 5(1), 2002 (`beta`).
///
/// # Errors
/// As [`Magnitudes::log_excesses`]; if the statistics do not exist, as in an exact Pareto grid,
/// [`HillError::NoSecondOrder`].
pub fn second_order(magnitudes: &Magnitudes, k: usize) -> Result<SecondOrder, HillError> {
    // For its checks of ties and of the threshold.
    magnitudes.log_excesses(k)?;
    let logs = logarithms(&magnitudes.decreasing()[..=k]);
    let rho = exponent(&logs).ok_or(HillError::NoSecondOrder { k })?;
    let size = k as f64;
    let shares = logarithms(&(1..=k).map(|i| i as f64 / size).collect::<Vec<f64>>());
    let spacings: Vec<f64> = (1..=k).map(|i| i as f64 * (logs[i - 1] - logs[i])).collect();
    let weights: Vec<f64> = shares.iter().map(|l| real::exp(-rho * l)).collect();
    let squares: Vec<f64> = weights.iter().map(|w| w * w).collect();
    let mean_weight = real::sum(&weights) / size;
    let plain = real::sum(&spacings) / size;
    let weighted = real::dot(&weights, &spacings) / size;
    let twice = real::dot(&squares, &spacings) / size;
    let ratio = (mean_weight * plain - weighted) / (mean_weight * weighted - twice);
    let beta = real::exp(rho * real::ln(size / magnitudes.n() as f64)) * ratio;
    if beta.is_finite() {
        Ok(SecondOrder { k, rho, beta })
    } else {
        Err(HillError::NoSecondOrder { k })
    }
}

/// `rho` from the logarithms of `k + 1` decreasing magnitudes.
fn exponent(logs: &[f64]) -> Option<f64> {
    let k = logs.len() - 1;
    let mut sums = [[0.0; 8]; 3];
    for block in logs[..k].chunks(8) {
        for (lane, l) in block.iter().enumerate() {
            let excess = l - logs[k];
            sums[0][lane] += excess;
            sums[1][lane] += excess * excess;
            sums[2][lane] += excess * excess * excess;
        }
    }
    let [m1, m2, m3] = sums.map(|lanes| real::sum(&lanes) / k as f64);
    let first = real::ln(m1);
    let second = 0.5 * real::ln(0.5 * m2);
    let third = real::ln(m3 / 6.0) / 3.0;
    let t = (first - second) / (second - third);
    let rho = -(3.0 * (t - 1.0) / (t - 3.0)).abs();
    (rho.is_finite() && rho < 0.0).then_some(rho)
}

/// Hill's estimate with its leading bias removed, from the `k` largest magnitudes.
///
/// Its standard error is that of Hill's, `xi / sqrt(k)`, for `k` small against the number of extremes
/// from which the second order was estimated.
///
/// # Source
/// Caeiro, Gomes & Pestana, "Direct reduction of bias of the classical Hill estimator", REVSTAT 3(2),
/// 2005, equation (1.9).
///
/// # Errors
/// As [`Magnitudes::hill`]; [`HillError::NoSecondOrder`] if the correction exceeds the estimate.
pub fn corrected_hill(
    magnitudes: &Magnitudes,
    k: usize,
    second_order: &SecondOrder,
) -> Result<IndexEstimate, HillError> {
    let hill = magnitudes.hill(k)?;
    let SecondOrder { rho, beta, .. } = *second_order;
    let share = real::exp(rho * real::ln(magnitudes.n() as f64 / k as f64));
    let xi = (1.0 - beta / (1.0 - rho) * share) / hill.alpha;
    if !(xi > 0.0 && xi.is_finite()) {
        return Err(HillError::NoSecondOrder { k });
    }
    Ok(IndexEstimate { k, xi, standard_error: xi / (k as f64).sqrt() })
}

/// [`corrected_hill`] with the second order from [`advised_count`] extremes, or as many as are
/// positive; needs the magnitudes of the whole sample.
///
/// # Errors
/// As [`second_order`] and [`corrected_hill`].
pub fn reduced_bias_hill(magnitudes: &Magnitudes, k: usize) -> Result<IndexEstimate, HillError> {
    let positive = magnitudes.decreasing().partition_point(|x| *x > 0.0);
    if magnitudes.decreasing().len() < magnitudes.n() {
        let needed = magnitudes.n();
        return Err(SampleError::TooFew { n: magnitudes.decreasing().len(), needed }.into());
    }
    let many = advised_count(magnitudes.n()).min(positive.saturating_sub(1));
    corrected_hill(magnitudes, k, &second_order(magnitudes, many)?)
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;

    /// Burr: U(t) = (t^(-rho) - 1)^(-xi / rho), which has beta = 1.
    fn burr(n: usize, xi: f64, rho: f64, chain: u64) -> Magnitudes {
        let mut stream = Stream::new(StreamKey(83), chain, Purpose::Bootstrap);
        let x: Vec<f64> = (0..n)
            .map(|_| {
                let t = real::pow(stream.uniform(), rho) - 1.0;
                real::pow(t, -xi / rho)
            })
            .collect();
        Magnitudes::new(&x).unwrap()
    }

    #[test]
    fn the_second_order_of_a_burr_law_is_found() {
        let m = burr(200_000, 0.5, -1.0, 0);
        let second = second_order(&m, advised_count(200_000)).unwrap();
        assert!((second.rho + 1.0).abs() < 0.2, "{second:?}");
        assert!((second.beta - 1.0).abs() < 0.25, "{second:?}");
    }

    #[test]
    fn the_correction_is_the_formula() {
        let m = burr(1_000, 0.5, -1.0, 1);
        let exact = SecondOrder { k: 900, rho: -1.0, beta: 1.0 };
        let xi = corrected_hill(&m, 100, &exact).unwrap().xi;
        assert!((xi * m.hill(100).unwrap().alpha - 0.95).abs() < 1e-14);
        let beyond = SecondOrder { beta: 100.0, ..exact };
        assert_eq!(corrected_hill(&m, 100, &beyond), Err(HillError::NoSecondOrder { k: 100 }));
    }

    #[test]
    fn bias_is_reduced() {
        // At k = n / 10 Hill's bias is 0.5 beta (k / n) / 2 = 0.025, which is 1.1 standard errors
        // of a single estimate at n = 5000.
        let (n, k) = (5_000, 500);
        let (mut plain, mut corrected) = (0.0, 0.0);
        for chain in 0..100 {
            let m = burr(n, 0.5, -1.0, 10 + chain);
            plain += (1.0 / m.hill(k).unwrap().alpha - 0.5) / 100.0;
            corrected += (reduced_bias_hill(&m, k).unwrap().xi - 0.5) / 100.0;
        }
        // Means of 100 have a standard error of 0.0022.
        assert!(plain > 0.016 && corrected.abs() < 0.011, "{plain}, {corrected}");
    }

    #[test]
    fn what_cannot_be_corrected_is_named() {
        let m = Magnitudes::top(&[5.0, 3.0, 2.0, 1.0], 2).unwrap();
        assert_eq!(reduced_bias_hill(&m, 1), Err(SampleError::TooFew { n: 3, needed: 4 }.into()));
        let zeros = Magnitudes::new(&[5.0, 0.0, 0.0]).unwrap();
        assert!(reduced_bias_hill(&zeros, 1).is_err());
        assert!(advised_count(0) == 1 && advised_count(1_000_000) == 933_254);
    }
}
