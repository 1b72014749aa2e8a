//! Mean, standard deviation and excess kurtosis, summed in a fixed order.

use maruyama_dynamics::real;

use crate::sample::check::{SampleError, varied};

/// Moments of a sample about its mean.
///
/// ```text
/// m_k = (1 / n) sum_i (x_i - mean)^k
/// std = sqrt(m_2),   skewness = m_3 / m_2^(3/2),   excess kurtosis = m_4 / m_2^2 - 3
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// Arithmetic mean, in units of the sample.
    pub mean: f64,
    /// Square root of the mean squared deviation (divisor `n`), in units of the sample.
    pub std: f64,
    /// Third standardised moment; 0 for a symmetric law.
    pub skewness: f64,
    /// Fourth standardised moment less 3 (biased, divisor `n`); 0 for a normal law.
    pub excess_kurtosis: f64,
}

/// The mean of `sample` `[n]`, in its units; two passes, so that its rounding error does not grow with
/// the mean.
///
/// # Panics
/// If `sample` is empty.
#[must_use]
pub fn mean(sample: &[f64]) -> f64 {
    assert!(!sample.is_empty(), "a mean needs at least one value");
    let n = sample.len() as f64;
    let first = real::sum(sample) / n;
    let deviations: Vec<f64> = sample.iter().map(|x| x - first).collect();
    first + real::sum(&deviations) / n
}

/// The [`Moments`] of `sample`.
///
/// # Errors
/// If the sample has fewer than two values, a value that is not finite, or no scale.
pub fn moments(sample: &[f64]) -> Result<Moments, SampleError> {
    varied(sample, 2)?;
    let n = sample.len() as f64;
    let mean = mean(sample);
    let power = |k: i32| {
        let terms: Vec<f64> =
            sample.iter().map(|x| (0..k).fold(1.0, |product, _| product * (x - mean))).collect();
        real::sum(&terms) / n
    };
    let variance = power(2);
    let std = variance.sqrt();
    Ok(Moments {
        mean,
        std,
        skewness: power(3) / (variance * std),
        excess_kurtosis: power(4) / (variance * variance) - 3.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::SIXTY;

    #[test]
    fn two_points_have_known_moments() {
        let m = moments(&[-1.0, 3.0]).unwrap();
        assert_eq!((m.mean, m.std, m.skewness, m.excess_kurtosis), (1.0, 2.0, 0.0, -2.0));
    }

    #[test]
    fn kurtosis_of_the_reference_sample() {
        let m = moments(&SIXTY).unwrap();
        assert!((m.excess_kurtosis - 2.174_365_418_761_123_4).abs() < 1e-12);
    }

    #[test]
    fn a_large_mean_does_not_spoil_the_deviation() {
        let shifted: Vec<f64> = SIXTY.iter().map(|x| x + 1e9).collect();
        let (here, there) = (moments(&SIXTY).unwrap(), moments(&shifted).unwrap());
        assert!((here.std - there.std).abs() < 1e-6);
    }

    #[test]
    fn one_point_has_no_deviation() {
        assert_eq!(moments(&[1.0]), Err(SampleError::TooFew { n: 1, needed: 2 }));
    }
}
