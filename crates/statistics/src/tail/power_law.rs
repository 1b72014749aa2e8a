//! Where a power law begins: the threshold of least Kolmogorov-Smirnov distance.
//!
//! ```text
//! m = #{x_i >= x_min},   alpha = m / sum_(x_i >= x_min) ln(x_i / x_min),   F(x) = 1 - (x / x_min)^-alpha
//! D(x_min) = sup_(x >= x_min) |F_m(x) - F(x)|,   x_min = argmin D
//! ```

use maruyama_dynamics::real;
use thiserror::Error;

use crate::interval::binomial::Interval;
use crate::law::normal::standard_quantile;
use crate::sample::check::{SampleError, finite};
use crate::special::radix::sort;
use crate::special::vector::logarithms;
use crate::tail::power_law_distance::{Candidate, Steps};

/// Which distance is minimised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distance {
    /// The supremum over the line, on both sides of every step.
    Supremum,
    /// The largest distance at the values themselves with the share of values strictly below, as
    /// the program of Clauset, Shalizi and Newman and the package powerlaw compute it. It differs
    /// from the supremum by at most `1 / m` (without ties).
    AtValues,
}

/// A power law above a threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerLaw {
    /// The threshold, itself a value of the sample.
    pub x_min: f64,
    /// Number of values at or above the threshold.
    pub n_tail: usize,
    /// Size of the sample.
    pub n: usize,
    /// Exponent of the survival function; that of the density is `alpha + 1`.
    pub alpha: f64,
    /// The distance `D` at the threshold.
    pub distance: f64,
}

impl PowerLaw {
    /// Standard error `alpha / sqrt(n_tail)`, at a threshold that is taken as known.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        self.alpha / (self.n_tail as f64).sqrt()
    }

    /// Normal interval for `alpha` at the threshold.
    ///
    /// The choice of the threshold is not part of it; see `power_law_bootstrap` for that.
    ///
    /// # Panics
    /// If `level` lies outside the open interval `(0, 1)`.
    #[must_use]
    pub fn interval(&self, level: f64) -> Interval {
        assert!(level > 0.0 && level < 1.0, "an interval of level {level}");
        let reach = standard_quantile(0.5 * (1.0 + level)) * self.standard_error();
        Interval { low: self.alpha - reach, high: self.alpha + reach }
    }
}

/// Why there is no power law.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum PowerLawError {
    /// The sample cannot be used.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// There are not two different positive values with enough values above.
    #[error("no threshold has {needed} positive values at or above it that are not all equal")]
    NoThreshold {
        /// Least number of values of a tail.
        needed: usize,
    },
    /// The values of the tail span more orders of magnitude than their ratios can.
    #[error("the ratio of the largest value to the threshold {x_min} is out of range")]
    Range {
        /// The threshold.
        x_min: f64,
    },
    /// An alternative to the power law could not be fitted.
    #[error("no {alternative} law of maximal likelihood was found")]
    NoAlternative {
        /// Name of the alternative.
        alternative: &'static str,
    },
}

/// The power law that begins where its distance to the sample is least, among all thresholds that
/// are positive values of the sample with at least `min_tail >= 2` values at or above, not all equal.
/// Equal distances give the lowest threshold.
///
/// Sums of logarithms are carried from one threshold to the next, and a threshold is left as soon as
/// one of its distances exceeds the least so far; most are left at the first value looked at, where
/// their neighbour was. The result is that of the search over all.
///
/// # Source
/// Clauset, Shalizi & Newman, "Power-law distributions in empirical data", SIAM Review 51(4), 2009,
/// equations (3.1) and (3.9).
///
/// # Errors
/// If the sample is empty or a value is not finite, or as [`PowerLawError::NoThreshold`]. Values that
/// are not positive lie below every threshold.
pub fn power_law(
    sample: &[f64],
    distance: Distance,
    min_tail: usize,
) -> Result<PowerLaw, PowerLawError> {
    finite(sample, 1)?;
    // Positive numbers have the order of their bits.
    let mut words: Vec<u64> = sample.iter().filter(|x| **x > 0.0).map(|x| x.to_bits()).collect();
    sort(&mut words);
    let values: Vec<f64> = words.into_iter().map(f64::from_bits).collect();
    let steps = Steps::new(&values);
    let min_tail = min_tail.max(2);
    let found = Search { steps: &steps, distance }.least(min_tail);
    let Some((index, candidate, least)) = found else {
        return Err(PowerLawError::NoThreshold { needed: min_tail });
    };
    Ok(PowerLaw {
        x_min: values[steps.first[index]],
        n_tail: candidate.size,
        n: sample.len(),
        alpha: candidate.alpha,
        distance: least,
    })
}

/// The power law above the threshold `x_min > 0` with its distance.
///
/// # Errors
/// If the sample is empty or a value is not finite, or fewer than two different values are at or
/// above the threshold.
pub fn power_law_at(
    sample: &[f64],
    x_min: f64,
    distance: Distance,
) -> Result<PowerLaw, PowerLawError> {
    finite(sample, 1)?;
    let mut values: Vec<f64> = sample.iter().copied().filter(|x| *x >= x_min).collect();
    let n_tail = values.len();
    values.sort_unstable_by(f64::total_cmp);
    if x_min <= 0.0 || n_tail < 2 || values[0] == values[n_tail - 1] || !x_min.is_finite() {
        return Err(PowerLawError::NoThreshold { needed: 2 });
    }
    let steps = Steps::new(&values);
    let ln_min = real::ln(x_min);
    let excesses: Vec<f64> = (0..steps.logs.len())
        .map(|i| (steps.logs[i] - ln_min) * (steps.first[i + 1] - steps.first[i]) as f64)
        .collect();
    let alpha = n_tail as f64 / real::sum(&excesses);
    let candidate = Candidate { start: 0, size: n_tail, alpha, ln_min };
    let mut witness = 0;
    let least = steps.distance(&candidate, distance, f64::INFINITY, &mut witness);
    let distance = least.unwrap_or(f64::INFINITY);
    Ok(PowerLaw { x_min, n_tail, n: sample.len(), alpha, distance })
}

struct Search<'a> {
    steps: &'a Steps,
    distance: Distance,
}

impl Search<'_> {
    /// Index of the best threshold among distinct values, its power law, and its distance.
    fn least(&self, min_tail: usize) -> Option<(usize, Candidate, f64)> {
        let candidates = self.candidates(min_tail);
        let last = candidates.len().checked_sub(1)?;
        let mut bound = f64::INFINITY;
        let mut witness = 0;
        // Sizes on a geometric grid give a bound that is nearly the minimum.
        let mut position = 1.0;
        while position < last as f64 + 1.0 {
            let candidate = &candidates[last + 1 - position as usize];
            if let Some(d) = self.steps.distance(candidate, self.distance, bound, &mut witness) {
                bound = bound.min(d);
            }
            position = (position * 1.1).max(position + 1.0);
        }
        let mut best: Option<(Candidate, f64)> = None;
        for candidate in candidates {
            if let Some(d) = self.steps.distance(&candidate, self.distance, bound, &mut witness)
                && best.as_ref().is_none_or(|(_, least)| d < *least)
            {
                bound = d;
                best = Some((candidate, d));
            }
        }
        best.map(|(candidate, d)| (candidate.start, candidate, d))
    }

    /// A power law for every threshold, by increasing threshold.
    fn candidates(&self, min_tail: usize) -> Vec<Candidate> {
        let Steps { logs, first } = self.steps;
        let n = first[logs.len()];
        let mut excess = 0.0;
        let mut candidates = Vec::with_capacity(logs.len());
        for start in (0..logs.len().saturating_sub(1)).rev() {
            // Every value above moves away from the threshold by the gap.
            excess += (n - first[start + 1]) as f64 * (logs[start + 1] - logs[start]);
            let size = n - first[start];
            let alpha = size as f64 / excess;
            if size >= min_tail && alpha.is_finite() {
                candidates.push(Candidate { start, size, alpha, ln_min: logs[start] });
            }
        }
        candidates.reverse();
        candidates
    }
}

/// The steps of the distribution function of increasing positive `values`.
impl Steps {
    fn new(values: &[f64]) -> Steps {
        let mut first: Vec<usize> = Vec::with_capacity(values.len() + 1);
        let mut distinct = Vec::with_capacity(values.len());
        for (i, x) in values.iter().enumerate() {
            if i == 0 || *x > values[i - 1] {
                first.push(i);
                distinct.push(*x);
            }
        }
        first.push(values.len());
        Steps { logs: logarithms(&distinct), first }
    }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;

    fn drawn(n: usize, chain: u64) -> Vec<f64> {
        let mut stream = Stream::new(StreamKey(97), chain, Purpose::Bootstrap);
        (0..n)
            .map(|_| {
                // A power law with alpha = 1.5 above 1, something flatter below.
                let (u, v) = (stream.uniform(), stream.uniform());
                if v < 0.4 { real::pow(u, -1.0 / 1.5) } else { u.sqrt() }
            })
            .collect()
    }

    #[test]
    fn the_search_finds_the_least_of_all_distances() {
        for chain in 0..12 {
            let mut x = drawn(150 + 40 * chain as usize, chain);
            if chain % 3 == 0 {
                for value in &mut x {
                    *value = (*value * 20.0).ceil() / 20.0;
                }
            }
            for distance in [Distance::Supremum, Distance::AtValues] {
                let mut values = x.clone();
                values.sort_unstable_by(f64::total_cmp);
                values.dedup();
                let every = values[..values.len() - 1]
                    .iter()
                    .map(|x_min| power_law_at(&x, *x_min, distance).unwrap())
                    .fold(None::<PowerLaw>, |best, p| match best {
                        Some(best) if best.distance <= p.distance => Some(best),
                        _ => Some(p),
                    })
                    .unwrap();
                let found = power_law(&x, distance, 2).unwrap();
                assert_eq!((found.x_min, found.n_tail), (every.x_min, every.n_tail));
                assert!((found.distance - every.distance).abs() < 1e-12);
                assert!((found.alpha / every.alpha - 1.0).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn a_power_law_is_found_where_it_begins() {
        let fit = power_law(&drawn(20_000, 50), Distance::Supremum, 50).unwrap();
        assert!((0.95..1.6).contains(&fit.x_min), "{fit:?}");
        assert!((fit.alpha - 1.5).abs() < 4.0 * fit.standard_error(), "{fit:?}");
        assert!(fit.interval(0.99).low < fit.alpha);
    }

    #[test]
    fn unusable_samples_are_errors() {
        let none = Err(PowerLawError::NoThreshold { needed: 2 });
        for x in [&[-1.0, 0.0][..], &[1.0], &[2.0, 2.0, 2.0], &[0.0, 3.0, -4.0]] {
            assert_eq!(power_law(x, Distance::Supremum, 2), none, "{x:?}");
        }
        assert!(power_law(&[], Distance::Supremum, 2).is_err());
        assert!(power_law(&[1.0, f64::NAN, 3.0], Distance::Supremum, 2).is_err());
        assert_eq!(power_law_at(&[1.0, 2.0], 3.0, Distance::Supremum), none);
        assert_eq!(power_law_at(&[1.0, 2.0], f64::NAN, Distance::Supremum), none);
        assert!(power_law(&[5e-324, 1.0, 1e308], Distance::AtValues, 2).is_ok());
    }
}
