//! Convergence of several chains: rank-normalised split R-hat, and effective sample sizes of the bulk
//! and of the tails.
//!
//! ```text
//! R-hat = sqrt( ((n - 1) / n W + B / n) / W ),   W mean of the chains' variances, B n times the
//!         variance of their means, over the halves of all chains
//! rho_t = 1 - (W - mean_m c_(t,m) n / (n - 1)) / var_plus,   n_eff = M n / (-1 + 2 sum_t P_t)
//! ```

use maruyama_dynamics::real;
use thiserror::Error;

use crate::law::normal::standard_quantile;
use crate::sample::check::{SampleError, finite, sorted};
use crate::sample::moments::mean;
use crate::sample::quantile::quantile;
use crate::series::autocorrelation::autocovariance_about_zero;

/// Diagnostics of chains that should have one stationary law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Convergence {
    /// The larger of the R-hat of ranks and of ranks of distances from the median; near 1 if the
    /// chains agree, and below 1.01 is the usual demand.
    pub r_hat: f64,
    /// Effective sample size for location: of the ranks made normal.
    pub bulk_size: f64,
    /// The smaller of the effective sample sizes of the 5 % and 95 % quantiles.
    pub tail_size: f64,
    /// Effective sample size for the mean of the values themselves.
    pub mean_size: f64,
    /// Mean of all values.
    pub mean: f64,
    /// Its standard error, `std / sqrt(mean_size)`.
    pub mean_standard_error: f64,
}

/// Why there are no diagnostics.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum ChainError {
    /// A chain cannot be used.
    #[error("chain {index} cannot be used")]
    Chain {
        /// Position of the chain.
        index: usize,
        /// What is wrong with it.
        source: SampleError,
    },
    /// There is no chain.
    #[error("no chain")]
    NoChain,
    /// The chains differ in length.
    #[error("chain {index} has {n} values where the first has {expected}")]
    Length {
        /// Position of the chain.
        index: usize,
        /// Its length.
        n: usize,
        /// Length of the first.
        expected: usize,
    },
    /// All values, or all ranks of distances from the median, are equal.
    #[error("values of all chains are equal or take only two values about their median")]
    Constant,
}

/// The [`Convergence`] of `chains`, each `[n]` with `n >= 8`; of an odd number the middle value is
/// left out where chains are halved.
///
/// # Source
/// Vehtari, Gelman, Simpson, Carpenter & Bürkner, "Rank-normalization, folding, and localization: an
/// improved R-hat for assessing convergence of MCMC", Bayesian Analysis 16(2), 2021; truncation by
/// Geyer's initial monotone sequence.
///
/// # Errors
/// As [`ChainError`] says.
pub fn convergence(chains: &[&[f64]]) -> Result<Convergence, ChainError> {
    let halves = Chains::halves(chains)?;
    let ranked = halves.rank_normalised();
    let median = quantile(&sorted(&halves.values), 0.5);
    let folded = halves.map(|x| (x - median).abs()).rank_normalised();
    let pooled = sorted(&chains.concat());
    let indicator = |p: f64| {
        let bound = quantile(&pooled, p);
        halves.map(|x| f64::from(u8::from(x <= bound))).effective_size()
    };
    let tails = [indicator(0.05), indicator(0.95)];
    let [low, high] = tails;
    let (bulk_size, mean_size) = (ranked.effective_size(), halves.effective_size());
    let r_hat = ranked.r_hat().zip(folded.r_hat()).map(|(bulk, tail)| bulk.max(tail));
    let sizes = (bulk_size, low.zip(high).map(|(low, high)| low.min(high)), mean_size);
    let (Some(r_hat), (Some(bulk_size), Some(tail_size), Some(mean_size))) = (r_hat, sizes) else {
        return Err(ChainError::Constant);
    };
    let all = chains.concat();
    let centre = mean(&all);
    let squares: Vec<f64> = all.iter().map(|x| (x - centre) * (x - centre)).collect();
    let variance = real::sum(&squares) / (all.len() as f64 - 1.0);
    let mean_standard_error = (variance / mean_size).sqrt();
    Ok(Convergence { r_hat, bulk_size, tail_size, mean_size, mean: centre, mean_standard_error })
}

/// Chains of one length, one after the other.
struct Chains {
    values: Vec<f64>,
    length: usize,
}

impl Chains {
    fn halves(chains: &[&[f64]]) -> Result<Chains, ChainError> {
        let expected = chains.first().ok_or(ChainError::NoChain)?.len();
        let mut values = Vec::new();
        for (index, chain) in chains.iter().enumerate() {
            finite(chain, 8).map_err(|source| ChainError::Chain { index, source })?;
            let n = chain.len();
            if n != expected {
                return Err(ChainError::Length { index, n, expected });
            }
            values.extend_from_slice(&chain[..n / 2]);
            values.extend_from_slice(&chain[n - n / 2..]);
        }
        Ok(Chains { values, length: expected / 2 })
    }

    fn map(&self, f: impl Fn(f64) -> f64) -> Chains {
        Chains { values: self.values.iter().map(|x| f(*x)).collect(), length: self.length }
    }

    /// Normal scores `Phi^-1((r - 3/8) / (S + 1/4))` of the ranks `r` among all `S` values, ties
    /// sharing their mean rank.
    fn rank_normalised(&self) -> Chains {
        let size = self.values.len();
        let mut order: Vec<usize> = (0..size).collect();
        order.sort_by(|a, b| self.values[*a].total_cmp(&self.values[*b]));
        let mut scores = vec![0.0; size];
        let mut before = 0;
        for run in order.chunk_by(|a, b| self.values[*a] == self.values[*b]) {
            let rank = before as f64 + 0.5 * (run.len() + 1) as f64;
            let score = standard_quantile((rank - 0.375) / (size as f64 + 0.25));
            for index in run {
                scores[*index] = score;
            }
            before += run.len();
        }
        Chains { values: scores, length: self.length }
    }

    fn each(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.length)
    }

    /// Mean of the chains' variances and variance of their means, both with divisor one less than
    /// the number; `None` if all values are equal.
    fn variances(&self) -> Option<(f64, f64)> {
        let n = self.length as f64;
        let means: Vec<f64> = self.each().map(mean).collect();
        let inner: Vec<f64> = self
            .each()
            .zip(&means)
            .map(|(chain, centre)| {
                let squares: Vec<f64> = chain.iter().map(|x| (x - centre) * (x - centre)).collect();
                real::sum(&squares) / (n - 1.0)
            })
            .collect();
        let within = mean(&inner);
        let centre = mean(&means);
        let squares: Vec<f64> = means.iter().map(|m| (m - centre) * (m - centre)).collect();
        let between = real::sum(&squares) / (means.len() as f64 - 1.0);
        (within > 0.0).then_some((within, between))
    }

    fn r_hat(&self) -> Option<f64> {
        let n = self.length as f64;
        let (within, between) = self.variances()?;
        Some((((n - 1.0) / n * within + between) / within).sqrt())
    }

    /// `M n / tau`, at most `M n log10(M n)`.
    fn effective_size(&self) -> Option<f64> {
        let (within, between) = self.variances()?;
        let n = self.length;
        let size = n as f64;
        let pooled = within * (size - 1.0) / size + between;
        let mut covariances = vec![0.0; n];
        for chain in self.each() {
            let centre = mean(chain);
            let deviations: Vec<f64> = chain.iter().map(|x| x - centre).collect();
            let own = autocovariance_about_zero(&deviations, n - 1);
            real::add_scaled(&mut covariances, self.length as f64 / self.values.len() as f64, &own);
        }
        // The estimate at lag 0 would be 1 less a term of order 1 / n; it is set to 1.
        let rho = |t: usize| {
            if t == 0 { 1.0 } else { 1.0 - (within - covariances[t]) / pooled }
        };
        let total = self.values.len() as f64;
        Some(total / monotone_sum(rho, n).max(1.0 / real::log10(total)))
    }
}

/// `-1 + 2 sum rho_t` over the initial monotone sequence, plus the first correlation beyond it if it
/// is positive, which makes the sum less biased for antithetic chains.
fn monotone_sum(rho: impl Fn(usize) -> f64, n: usize) -> f64 {
    let mut sum = -1.0;
    let mut smallest = f64::INFINITY;
    let mut t = 0;
    loop {
        let (even, odd) = (rho(t), rho(t + 1));
        let both = even + odd;
        if both < 0.0 || t + 4 >= n {
            return sum + even.max(0.0);
        }
        smallest = smallest.min(both);
        sum += 2.0 * smallest;
        t += 2;
    }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;

    fn chains(phi: f64, shift: f64, m: u64, n: usize) -> Vec<Vec<f64>> {
        let chain = |c| {
            let mut stream = Stream::new(StreamKey(79), c, Purpose::Bootstrap);
            let mut x = stream.normal() / (1.0 - phi * phi).sqrt();
            let offset = shift * c as f64;
            (0..n)
                .map(|_| {
                    x = phi * x + stream.normal();
                    x + offset
                })
                .collect()
        };
        (0..m).map(chain).collect()
    }

    fn of(chains: &[Vec<f64>]) -> Result<Convergence, ChainError> {
        let slices: Vec<&[f64]> = chains.iter().map(Vec::as_slice).collect();
        convergence(&slices)
    }

    #[test]
    fn stationary_chains_agree_and_have_the_known_size() {
        let found = of(&chains(0.6, 0.0, 4, 10_000)).unwrap();
        assert!((found.r_hat - 1.0).abs() < 2e-3, "{found:?}");
        // tau = 1.6 / 0.4 = 4; its relative standard error is about 0.04.
        for size in [found.bulk_size, found.mean_size] {
            assert!((size / 10_000.0 - 1.0).abs() < 0.16, "{found:?}");
        }
        assert!(found.tail_size > found.bulk_size);
        assert!(found.mean.abs() < 4.0 * found.mean_standard_error);
    }

    #[test]
    fn shifted_chains_are_seen() {
        let found = of(&chains(0.0, 2.0, 4, 500)).unwrap();
        assert!(found.r_hat > 1.5 && found.bulk_size < 50.0, "{found:?}");
    }

    #[test]
    fn diagnostics_of_ranks_ignore_a_monotone_map() {
        let plain = chains(0.3, 0.1, 3, 301);
        let mapped: Vec<Vec<f64>> =
            plain.iter().map(|c| c.iter().map(|x| real::exp(3.0 * x)).collect()).collect();
        let (a, b) = (of(&plain).unwrap(), of(&mapped).unwrap());
        assert_eq!(a.bulk_size, b.bulk_size);
        assert!(a.mean_size != b.mean_size);
    }

    #[test]
    fn broken_chains_are_named() {
        assert_eq!(of(&[]), Err(ChainError::NoChain));
        let lengths = of(&[vec![0.0; 8], vec![0.0; 9]]);
        assert_eq!(lengths, Err(ChainError::Length { index: 1, n: 9, expected: 8 }));
        assert_eq!(of(&[vec![1.0; 8], vec![1.0; 8]]), Err(ChainError::Constant));
        let source = SampleError::TooFew { n: 2, needed: 8 };
        assert_eq!(of(&[vec![1.0, 2.0]]), Err(ChainError::Chain { index: 0, source }));
    }
}
