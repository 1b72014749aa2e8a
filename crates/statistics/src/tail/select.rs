//! The largest magnitudes of a sample, without sorting the rest.
//!
//! A guess of the threshold from every `(n / 4096)`-th value leaves few candidates; these are sorted.
//! Where the guess left too few, all values are. The result is the same in both cases.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use maruyama_dynamics::simd::{Isa, Kernel, dispatch};

use crate::sample::check::{SampleError, finite};
use crate::special::radix::sort;

/// Values looked at for the guess.
const GUESS: usize = 4096;
/// Values that are compared with the guess at a time.
const BLOCK: usize = 16;

/// The `count` largest magnitudes, in decreasing order.
///
/// # Errors
/// If the sample has fewer than `count` values, or one that is not finite.
pub(crate) fn largest_magnitudes(sample: &[f64], count: usize) -> Result<Vec<f64>, SampleError> {
    if sample.len() < count {
        return Err(SampleError::TooFew { n: sample.len(), needed: count });
    }
    let mut candidates = candidates(sample, count);
    if !candidates.1 {
        finite(sample, count)?;
    }
    if candidates.0.len() < count {
        candidates.0 = sample.iter().map(|x| x.abs().to_bits()).collect();
    }
    let mut words = candidates.0;
    // Positive numbers have the order of their bits.
    if words.len() > 2 * count {
        words.select_nth_unstable_by(count - 1, |a, b| b.cmp(a));
        words.truncate(count);
    }
    sort(&mut words);
    words.reverse();
    words.truncate(count);
    Ok(words.into_iter().map(f64::from_bits).collect())
}

/// Bits of the magnitudes at or above a guess of the threshold, and whether all values are finite.
fn candidates(sample: &[f64], count: usize) -> (Vec<u64>, bool) {
    dispatch(Filter { sample, guess: guess(sample, count), count })
}

struct Filter<'a> {
    sample: &'a [f64],
    guess: f64,
    count: usize,
}

impl Kernel for Filter<'_> {
    type Output = (Vec<u64>, bool);

    #[inline(always)]
    fn run<S: Isa>(self, _: S) -> (Vec<u64>, bool) {
        let guess = self.guess;
        let mut kept = Vec::with_capacity(self.count + self.count / 2 + BLOCK);
        // The product of zero with a value is zero for finite values and NaN for others.
        let mut zeros = [0.0; BLOCK];
        let (blocks, rest) = self.sample.as_chunks::<BLOCK>();
        for block in blocks {
            let mut is_above = false;
            for lane in 0..BLOCK {
                zeros[lane] += 0.0 * block[lane];
                is_above |= block[lane].abs() >= guess;
            }
            if is_above {
                // Without branches, which could not be predicted.
                let (mut found, mut n_found) = ([0; BLOCK], 0);
                for x in block {
                    found[n_found] = x.abs().to_bits();
                    n_found += usize::from(x.abs() >= guess);
                }
                kept.extend_from_slice(&found[..n_found]);
            }
        }
        zeros[0] += rest.iter().map(|x| 0.0 * x).sum::<f64>();
        kept.extend(rest.iter().map(|x| x.abs()).filter(|x| *x >= guess).map(f64::to_bits));
        (kept, zeros.iter().all(|zero| *zero == 0.0))
    }
}

/// A magnitude that more than `count` values are likely to exceed; zero where guessing is no use.
fn guess(sample: &[f64], count: usize) -> f64 {
    let n = sample.len();
    if n < 4 * GUESS || count > n / 4 {
        return 0.0;
    }
    let stride = n / GUESS;
    let mut looked: Vec<u64> =
        sample.iter().step_by(stride).take(GUESS).map(|x| x.abs().to_bits()).collect();
    let expected = (GUESS * count) as f64 / n as f64;
    let rank = (expected + 4.0 * expected.sqrt() + 8.0) as usize;
    let (_, value, _) = looked.select_nth_unstable_by(rank.min(GUESS - 1), |a, b| b.cmp(a));
    let value = f64::from_bits(*value);
    if value.is_nan() { 0.0 } else { value }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;

    fn by_sorting(sample: &[f64], count: usize) -> Vec<f64> {
        let mut all: Vec<f64> = sample.iter().map(|x| x.abs()).collect();
        all.sort_unstable_by(|a, b| b.total_cmp(a));
        all.truncate(count);
        all
    }

    #[test]
    fn selection_is_sorting() {
        let mut stream = Stream::new(StreamKey(3), 0, Purpose::Bootstrap);
        for n in [2, 17, 4095, 16_384, 20_001] {
            let x: Vec<f64> = (0..n).map(|_| 1.0 / stream.normal()).collect();
            for count in [1, 2, n / 100 + 1, n / 5 + 1, n / 2, n] {
                assert_eq!(largest_magnitudes(&x, count).unwrap(), by_sorting(&x, count));
            }
        }
    }

    #[test]
    fn a_sample_that_misleads_the_guess() {
        // Every fifth value, which the guess looks at, is large; and all values tied.
        let n = 5 * GUESS;
        let x: Vec<f64> = (0..n).map(|i| if i % 5 == 0 { 1e6 + i as f64 } else { 1.0 }).collect();
        assert_eq!(largest_magnitudes(&x, 500).unwrap(), by_sorting(&x, 500));
        let x: Vec<f64> = (0..n).map(|i| if i % 5 == 0 { 1.0 } else { -3.0 - i as f64 }).collect();
        assert_eq!(largest_magnitudes(&x, 500).unwrap(), by_sorting(&x, 500));
        let few: Vec<f64> = (0..n).map(|i| if i % 4000 == 0 { 9.0 } else { 0.5 }).collect();
        assert_eq!(largest_magnitudes(&few, 2000).unwrap(), by_sorting(&few, 2000));
        assert_eq!(largest_magnitudes(&vec![-2.0; n], 3).unwrap(), [2.0; 3]);
    }

    #[test]
    fn broken_values_are_found_wherever_they_are() {
        let mut x = vec![1.0; 5 * GUESS + 3];
        for index in [0, 7, 5 * GUESS + 2] {
            for value in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
                x[index] = value;
                let error = largest_magnitudes(&x, 2).unwrap_err();
                assert!(matches!(error, SampleError::NotFinite { index: at, .. } if at == index));
                x[index] = 1.0;
            }
        }
    }
}
