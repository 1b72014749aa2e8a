//! The block estimator of the index of a strictly stable law, by logarithmic moments.
//!
//! ```text
//! Y_i = sum_(j=1)^(K1) X_((i-1) K1 + j),  i = 1..K2
//! 1 / alpha = (1 / ln K1) [ (1 / K2) sum_i ln|Y_i| - (1 / (K1 K2)) sum_j ln|X_j| ]
//! ```

use maruyama_dynamics::real;

use crate::interval::binomial::Interval;
use crate::law::normal::standard_quantile;
use crate::sample::check::{SampleError, finite};

/// An estimate of the index of a stable law from blocks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogMoment {
    /// Length `K1` of a block.
    pub block: usize,
    /// Number `K2` of blocks; values that do not fill one are left out.
    pub n_blocks: usize,
    /// `1 / alpha`, which can be negative for values that are not stable.
    pub inverse_alpha: f64,
    /// Its standard error, from the spread of the blocks.
    pub standard_error: f64,
}

impl LogMoment {
    /// The index `alpha`, not bounded by 2; infinite or negative where its inverse is not positive.
    #[must_use]
    pub fn alpha(&self) -> f64 {
        1.0 / self.inverse_alpha
    }

    /// Normal interval for `1 / alpha`.
    ///
    /// # Panics
    /// If `level` lies outside the open interval `(0, 1)`.
    #[must_use]
    pub fn interval(&self, level: f64) -> Interval {
        assert!(level > 0.0 && level < 1.0, "an interval of level {level}");
        let reach = standard_quantile(0.5 * (1.0 + level)) * self.standard_error;
        Interval { low: self.inverse_alpha - reach, high: self.inverse_alpha + reach }
    }
}

/// The estimate from independent values of a symmetric stable law about zero, in blocks of `block`.
///
/// The blocks are independent, so that the standard error is that of the mean of
/// `[ln|Y_i| - mean of ln|X_j| in block i] / ln K1`.
///
/// It answers "which stable law" and never "is the tail heavy": any centred law with a variance
/// gives about 2 for long blocks, whatever its tail, and short blocks of a law that is not stable
/// give a number between. A centre other than zero makes sums grow like `K1` and drives the
/// estimate to 1, and so do dependent values of one sign. Reports of heavy gradient noise rest on it
/// where the values are neither independent nor stable.
///
/// # Source
/// Mohammadi, Mohammadpour & Ogata, "On estimating the tail index and the spectral measure of
/// multivariate alpha-stable distributions", Metrika 78(5), 2015, corollary 2.4; used for gradient
/// noise by Simsekli, Sagun & Gurbuzbalaban, ICML 2019, equation (11).
///
/// # Errors
/// If a value is not finite, `block < 2`, there are fewer than two blocks, or a value or the sum of
/// a block is zero, whose logarithm is infinite.
pub fn log_moment(sample: &[f64], block: usize) -> Result<LogMoment, LogMomentError> {
    finite(sample, block.saturating_mul(2).max(4))?;
    if block < 2 {
        return Err(LogMomentError::ShortBlock { block });
    }
    let n_blocks = sample.len() / block;
    let ln_block = real::ln(block as f64);
    let one = |(i, values): (usize, &[f64])| {
        if let Some(j) = values.iter().position(|x| *x == 0.0) {
            return Err(LogMomentError::Zero { index: i * block + j });
        }
        let logs: Vec<f64> = values.iter().map(|x| real::ln(x.abs())).collect();
        // Divided by the largest, the sum cannot overflow.
        let unit = values.iter().fold(0.0_f64, |unit, x| unit.max(x.abs()));
        let scaled: Vec<f64> = values.iter().map(|x| x / unit).collect();
        let sum = real::sum(&scaled);
        if sum == 0.0 {
            return Err(LogMomentError::ZeroSum { block: i });
        }
        Ok((real::ln(sum.abs()) + real::ln(unit) - real::sum(&logs) / block as f64) / ln_block)
    };
    let terms: Vec<f64> =
        sample.chunks_exact(block).enumerate().map(one).collect::<Result<_, LogMomentError>>()?;
    let count = n_blocks as f64;
    let mean = real::sum(&terms) / count;
    let squares: Vec<f64> = terms.iter().map(|t| (t - mean) * (t - mean)).collect();
    let standard_error = (real::sum(&squares) / (count - 1.0) / count).sqrt();
    Ok(LogMoment { block, n_blocks, inverse_alpha: mean, standard_error })
}

/// Why there is no estimate by logarithmic moments.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum LogMomentError {
    /// The sample cannot be used.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// A block of fewer than two values says nothing about sums.
    #[error("blocks of {block} values where at least 2 are needed")]
    ShortBlock {
        /// Length asked for.
        block: usize,
    },
    /// A value is zero.
    #[error("value at index {index} is zero, which has no logarithm")]
    Zero {
        /// Position of the first such value.
        index: usize,
    },
    /// The sum of a block is zero.
    #[error("values of block {block} sum to zero, which has no logarithm")]
    ZeroSum {
        /// Number of the block, from zero.
        block: usize,
    },
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;
    use crate::law::interface::Law;
    use crate::law::stable::Stable;
    use crate::law::student_t::StudentT;

    fn drawn(law: &dyn Law, n: usize, chain: u64) -> Vec<f64> {
        let mut stream = Stream::new(StreamKey(89), chain, Purpose::Bootstrap);
        (0..n).map(|_| law.draw(&mut stream)).collect()
    }

    #[test]
    fn a_small_sample_has_a_closed_form() {
        // Blocks (1, 1) and (2, 6): ln 2 - 0 and ln 8 - ln(12) / 2.
        let estimate = log_moment(&[1.0, 1.0, 2.0, 6.0, 7.0], 2).unwrap();
        let ln_2 = std::f64::consts::LN_2;
        let (a, b) = (1.0, (real::ln(8.0) - 0.5 * real::ln(12.0)) / ln_2);
        assert!((estimate.inverse_alpha - 0.5 * (a + b)).abs() < 1e-15);
        assert!((estimate.standard_error - 0.5 * (b - a).abs()).abs() < 1e-15);
        assert_eq!(estimate.n_blocks, 2);
    }

    #[test]
    fn intervals_cover_stable_indices() {
        for alpha in [1.0, 1.5, 2.0] {
            let law = Stable::new(alpha, 0.0, 0.0, 1.0).unwrap();
            let covered = (0..200)
                .filter(|chain| {
                    let x = drawn(&law, 5_000, *chain);
                    let interval = log_moment(&x, 50).unwrap().interval(0.95);
                    interval.low <= 1.0 / alpha && 1.0 / alpha <= interval.high
                })
                .count();
            // Binomial(200, 0.95) has standard deviation 3.1; normal intervals from 100 blocks
            // cover about one per cent less.
            assert!((176..=200).contains(&covered), "{alpha}: {covered} of 200");
        }
    }

    #[test]
    fn a_heavy_tail_that_is_not_stable_looks_like_a_normal_law() {
        let law = StudentT::new(3.0, 0.0, 1.0).unwrap();
        let estimate = log_moment(&drawn(&law, 100_000, 0), 300).unwrap();
        assert!((1.8..2.2).contains(&estimate.alpha()), "{estimate:?}");
    }

    #[test]
    fn what_has_no_logarithm_is_named() {
        let zero = LogMomentError::Zero { index: 2 };
        assert_eq!(log_moment(&[1.0, 1.0, 0.0, 1.0], 2), Err(zero));
        let zero_sum = LogMomentError::ZeroSum { block: 1 };
        assert_eq!(log_moment(&[1.0, 1.0, -2.0, 2.0], 2), Err(zero_sum));
        let short = LogMomentError::ShortBlock { block: 1 };
        assert_eq!(log_moment(&[1.0; 8], 1), Err(short));
        assert!(log_moment(&[1.0; 3], 2).is_err() && log_moment(&[1.0; 8], 0).is_err());
        assert!(log_moment(&[1e308; 4], 2).is_ok_and(|e| (e.inverse_alpha - 1.0).abs() < 1e-12));
    }
}
