//! The test of Anderson and Darling that several samples have one law.
//!
//! ```text
//! A^2 = sum_i (1 / n_i) sum_(j=1)^(L-1) (l_j / N) (N M_ij - n_i B_j)^2 / (B_j (N - B_j))
//! ```
//!
//! over the `L` distinct values of the pooled sample: value `j` occurs `l_j` times, `B_j` values are
//! not larger and `M_ij` of them belong to sample `i`.

use maruyama_dynamics::real;
use thiserror::Error;

use crate::goodness::quadratic::Kernel;
use crate::sample::check::{SampleError, finite, sorted};
use crate::special::complex::Complex;

/// How tied values are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ties {
    /// The empirical distribution functions are right-continuous: equation (6) of the source.
    Right,
    /// Half of a run of ties is below and half above: equation (7).
    Midrank,
}

/// The result of the test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KSampleTest {
    /// The statistic `A^2`, of mean `k - 1` if the samples have one law.
    pub statistic: f64,
    /// `(A^2 - (k - 1)) / sigma_N`.
    pub standardised: f64,
    /// Probability of a statistic at least as large if the samples have one law.
    pub p: f64,
}

/// Why there is no test.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum KSampleError {
    /// A sample cannot be used.
    #[error("sample {index} cannot be used")]
    Sample {
        /// Position of the sample.
        index: usize,
        /// What is wrong with it.
        source: SampleError,
    },
    /// There are fewer than two samples.
    #[error("{k} samples, where at least 2 are compared")]
    TooFewSamples {
        /// Number of samples.
        k: usize,
    },
    /// The samples have fewer than four values together, for which no variance is known.
    #[error("{n} values in all samples, where at least 4 are needed")]
    TooFewValues {
        /// Number of values of all samples.
        n: usize,
    },
    /// All values of all samples are equal.
    #[error("all values of all samples equal {value}")]
    Constant {
        /// The common value.
        value: f64,
    },
}

/// The test that `samples` have one law.
///
/// The probability is that of the limit, `sum_j (X_j - (k - 1)) / (j (j + 1))` with chi-square
/// variables of `k - 1` degrees of freedom, at the standardised statistic: its mean and variance are
/// exact for the sizes given.
///
/// # Accuracy
/// The limit law is evaluated to 1e-10 relative; how good an approximation it is for small samples
/// is seen in the calibration.
///
/// # Source
/// Scholz & Stephens, "K-sample Anderson-Darling tests", JASA 82, 1987, equations (4) to (7).
///
/// # Errors
/// As [`KSampleError`] says.
pub fn anderson_darling(samples: &[&[f64]], ties: Ties) -> Result<KSampleTest, KSampleError> {
    let k = samples.len();
    if k < 2 {
        return Err(KSampleError::TooFewSamples { k });
    }
    for (index, sample) in samples.iter().enumerate() {
        finite(sample, 1).map_err(|source| KSampleError::Sample { index, source })?;
    }
    let pooled = sorted(&samples.concat());
    let n = pooled.len();
    if n < 4 {
        return Err(KSampleError::TooFewValues { n });
    }
    if pooled[0] == pooled[n - 1] {
        return Err(KSampleError::Constant { value: pooled[0] });
    }
    let parts: Vec<f64> =
        samples.iter().map(|sample| part(&sorted(sample), &pooled, ties)).collect();
    let size = n as f64;
    let factor = if ties == Ties::Midrank { (size - 1.0) / size } else { 1.0 };
    let statistic = factor * real::sum(&parts);
    let sizes: Vec<f64> = samples.iter().map(|sample| sample.len() as f64).collect();
    let degrees = (k - 1) as f64;
    let standardised = (statistic - degrees) / variance(&sizes).sqrt();
    // The limit has the variance 2 (k - 1) sum_j 1 / (j (j + 1))^2.
    let limit_variance = 2.0 * degrees * (std::f64::consts::PI * std::f64::consts::PI / 3.0 - 3.0);
    let x = degrees + standardised * limit_variance.sqrt();
    let p = Kernel::AndersonDarling.upper_tail(degrees, x, |_| Complex::new(1.0, 0.0));
    Ok(KSampleTest { statistic, standardised, p: p.clamp(0.0, 1.0) })
}

/// The part of one sorted sample in the statistic.
fn part(sample: &[f64], pooled: &[f64], ties: Ties) -> f64 {
    let (total, size) = (pooled.len() as f64, sample.len() as f64);
    let (mut before, mut own) = (0_usize, 0_usize);
    let mut terms = Vec::new();
    for run in pooled.chunk_by(|a, b| a == b) {
        let of_sample = sample[own..].iter().take_while(|x| **x == run[0]).count();
        let length = run.len() as f64;
        let (count, own_count) = match ties {
            Ties::Right => ((before + run.len()) as f64, (own + of_sample) as f64),
            Ties::Midrank => (before as f64 + 0.5 * length, own as f64 + 0.5 * of_sample as f64),
        };
        before += run.len();
        own += of_sample;
        let correction = if ties == Ties::Midrank { 0.25 * total * length } else { 0.0 };
        let denominator = count * (total - count) - correction;
        if denominator > 0.0 {
            let gap = total * own_count - size * count;
            terms.push(length / total * gap * gap / denominator);
        }
    }
    real::sum(&terms) / size
}

/// The variance of the statistic without ties, exactly: equation (4).
fn variance(sizes: &[f64]) -> f64 {
    let total: f64 = sizes.iter().sum();
    let k = sizes.len() as f64;
    let inverse_sizes: f64 = sizes.iter().map(|n| 1.0 / n).sum();
    let n = total as usize;
    // Sums of reciprocals h = sum_(i<N) 1/i and g = sum_(i<j<N) 1 / ((N - i) j).
    let mut harmonic = 0.0;
    let mut g = 0.0;
    let mut tail = 0.0;
    for i in (1..n).rev() {
        if i + 1 < n {
            tail += 1.0 / (i + 1) as f64;
            g += tail / (n - i) as f64;
        }
        harmonic += 1.0 / i as f64;
    }
    let a = (4.0 * g - 6.0) * (k - 1.0) + (10.0 - 6.0 * g) * inverse_sizes;
    let b = (2.0 * g - 4.0) * k * k
        + 8.0 * harmonic * k
        + (2.0 * g - 14.0 * harmonic - 4.0) * inverse_sizes
        - 8.0 * harmonic
        + 4.0 * g
        - 6.0;
    let c = (6.0 * harmonic + 2.0 * g - 2.0) * k * k
        + (4.0 * harmonic - 4.0 * g + 6.0) * k
        + (2.0 * harmonic - 6.0) * inverse_sizes
        + 4.0 * harmonic;
    let d = (2.0 * harmonic + 6.0) * k * k - 4.0 * harmonic * k;
    let numerator = ((a * total + b) * total + c) * total + d;
    numerator / ((total - 1.0) * (total - 2.0) * (total - 3.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistic_of_interleaved_values_is_its_sum() {
        // x = 1, 3; y = 2, 4: N = 4, M_1j = 1, 1, 2, B_j = j, both samples give the same gaps.
        let test = anderson_darling(&[&[1.0, 3.0], &[2.0, 4.0]], Ties::Right).unwrap();
        let sum = (4.0 / 3.0 + 0.0 + 4.0 / 3.0) / 4.0 / 2.0;
        assert!((test.statistic - 2.0 * sum).abs() < 1e-14, "{test:?}");
        let midrank = anderson_darling(&[&[1.0, 3.0], &[2.0, 4.0]], Ties::Midrank).unwrap();
        assert!(midrank.statistic > 0.0 && midrank.statistic != test.statistic);
    }

    #[test]
    fn variance_is_that_over_all_divisions() {
        // Two values of six in the first sample: 15 divisions, mean k - 1 = 1.
        let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let (mut sum, mut squares) = (0.0, 0.0);
        for i in 0..6 {
            for j in 0..i {
                let first = [values[j], values[i]];
                let rest: Vec<f64> =
                    values.iter().copied().filter(|v| !first.contains(v)).collect();
                let test = anderson_darling(&[&first, &rest], Ties::Right).unwrap();
                sum += test.statistic / 15.0;
                squares += test.statistic * test.statistic / 15.0;
            }
        }
        assert!((sum - 1.0).abs() < 1e-13, "{sum}");
        assert!((squares - sum * sum - variance(&[2.0, 4.0])).abs() < 1e-13);
    }

    #[test]
    fn broken_samples_are_named() {
        let run = |samples: &[&[f64]]| anderson_darling(samples, Ties::Right).unwrap_err();
        assert_eq!(run(&[&[1.0]]), KSampleError::TooFewSamples { k: 1 });
        assert_eq!(run(&[&[1.0], &[2.0]]), KSampleError::TooFewValues { n: 2 });
        assert_eq!(run(&[&[1.0, 1.0], &[1.0, 1.0]]), KSampleError::Constant { value: 1.0 });
        let source = SampleError::TooFew { n: 0, needed: 1 };
        assert_eq!(run(&[&[1.0], &[]]), KSampleError::Sample { index: 1, source });
    }
}
