//! What is kept of the values of many chains at one time: counts, extremes, and on demand central
//! sums and a sketch.

use crate::stream::sketch::Sketch;
use crate::stream::sums::CentralSums;
use crate::stream::tree::Merge;

/// Relative accuracy of the quantiles of a summary.
pub const ACCURACY: f64 = 0.01;

/// Which statistics a summary keeps besides counts and extremes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Central sums up to the fourth power.
    pub moments: bool,
    /// A sketch of accuracy [`ACCURACY`].
    pub quantiles: bool,
}

/// Summary of the values that chains have at one time.
///
/// It is merged along the tree over chain numbers, as [`CentralSums`] are; the default is that of no
/// chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Number of values. A chain that has not diverged and has no value is counted nowhere.
    pub n: u64,
    /// Number of chains that have diverged; they have no value.
    pub n_diverged: u64,
    /// The smallest value; `inf` if there is none.
    pub min: f64,
    /// The largest value; `-inf` if there is none.
    pub max: f64,
    /// Central sums, if they are kept and there is a chain.
    pub sums: Option<CentralSums>,
    /// Counts for quantiles, if they are kept and there is a chain.
    pub sketch: Option<Sketch>,
}

impl Default for Summary {
    fn default() -> Summary {
        let (min, max) = (f64::INFINITY, f64::NEG_INFINITY);
        Summary { n: 0, n_diverged: 0, min, max, sums: None, sketch: None }
    }
}

impl Summary {
    /// The summary of consecutive chains, of which the number of the first one is a multiple of a
    /// power of two that is at least their number.
    ///
    /// # Arguments
    /// * `values`: one for each chain; a number that is not finite for a chain without value
    /// * `n_diverged`: how many of these have diverged
    #[must_use]
    pub fn of(kept: Kept, values: &[f64], n_diverged: u64) -> Summary {
        let mut summary = Summary { n_diverged, ..Summary::default() };
        let mut sketch = kept.quantiles.then(|| Sketch::new(ACCURACY));
        for value in values.iter().filter(|value| value.is_finite()) {
            summary.n += 1;
            summary.min = summary.min.min(*value);
            summary.max = summary.max.max(*value);
            if let Some(sketch) = &mut sketch {
                sketch.insert(*value);
            }
        }
        summary.sums = kept.moments.then(|| sums_of(values));
        summary.sketch = sketch;
        summary
    }
}

impl Summary {
    /// Appends the summary to `words`, bit for bit.
    pub fn save(&self, words: &mut Vec<u64>) {
        words.extend([self.n, self.n_diverged, self.min.to_bits(), self.max.to_bits()]);
        words.push(u64::from(self.sums.is_some()));
        if let Some(CentralSums { n, mean, m2, m3, m4 }) = self.sums {
            words.push(n);
            words.extend([mean, m2, m3, m4].map(f64::to_bits));
        }
        let buckets = self.sketch.as_ref().map(|sketch| sketch.buckets().collect::<Vec<_>>());
        words.push(buckets.as_ref().map_or(0, |buckets| 1 + buckets.len() as u64));
        for (sign, bucket, n) in buckets.into_iter().flatten() {
            words.extend([i64::from(sign).cast_unsigned(), i64::from(bucket).cast_unsigned(), n]);
        }
    }

    /// The summary that [`Summary::save`] wrote; `None` if `words` are not of one.
    #[must_use]
    pub fn restore(words: &mut impl Iterator<Item = u64>) -> Option<Summary> {
        let (n, n_diverged) = (words.next()?, words.next()?);
        let (min, max) = (f64::from_bits(words.next()?), f64::from_bits(words.next()?));
        let sums = match words.next()? {
            0 => None,
            1 => {
                let n = words.next()?;
                let mut real = || words.next().map(f64::from_bits);
                Some(CentralSums { n, mean: real()?, m2: real()?, m3: real()?, m4: real()? })
            }
            _ => return None,
        };
        let mut sketch = None;
        if let Some(n_buckets) = words.next()?.checked_sub(1) {
            let counts = sketch.insert(Sketch::new(ACCURACY));
            for _ in 0..n_buckets {
                let mut small = || i32::try_from(words.next()?.cast_signed()).ok();
                let (sign, bucket) = (i8::try_from(small()?).ok()?, small()?);
                counts.add(sign, bucket, words.next()?);
            }
        }
        Some(Summary { n, n_diverged, min, max, sums, sketch })
    }
}

/// The central sums of aligned chains, along the tree.
fn sums_of(values: &[f64]) -> CentralSums {
    match values {
        [value] if value.is_finite() => CentralSums::of(*value),
        [] | [_] => CentralSums::default(),
        values => {
            let (left, right) = values.split_at(values.len().next_power_of_two() / 2);
            sums_of(left).merge(&sums_of(right))
        }
    }
}

impl Merge for Summary {
    fn merge(&self, later: &Summary) -> Summary {
        let sums = match (self.sums, later.sums) {
            (Some(sums), Some(later)) => Some(sums.merge(&later)),
            (sums, later) => sums.or(later),
        };
        let sketch = match (&self.sketch, &later.sketch) {
            (Some(sketch), Some(later)) => {
                let mut both = sketch.clone();
                both.absorb(later);
                Some(both)
            }
            (sketch, later) => sketch.as_ref().or(later.as_ref()).cloned(),
        };
        Summary {
            n: self.n + later.n,
            n_diverged: self.n_diverged + later.n_diverged,
            min: self.min.min(later.min),
            max: self.max.max(later.max),
            sums,
            sketch,
        }
    }
}

/// Summaries at several times, or of several observables; the default is that of no chain.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summaries(pub Vec<Summary>);

impl Merge for Summaries {
    /// # Panics
    /// If neither is empty and they are not of one length.
    fn merge(&self, later: &Summaries) -> Summaries {
        let (Summaries(own), Summaries(others)) = (self, later);
        if own.is_empty() || others.is_empty() {
            return if own.is_empty() { later.clone() } else { self.clone() };
        }
        assert_eq!(own.len(), others.len(), "summaries of other times");
        Summaries(own.iter().zip(others).map(|(own, other)| own.merge(other)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::tree::MergeTree;
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    const BOTH: Kept = Kept { moments: true, quantiles: true };

    fn values() -> Vec<f64> {
        let mut values = vec![0.0; 77];
        Stream::new(StreamKey(6), 0, Purpose::Start).fill_normals(&mut values);
        values[3] = f64::NAN;
        values[40..44].fill(f64::NAN);
        values
    }

    #[test]
    fn aligned_blocks_of_any_size_give_the_bits_of_single_chains() {
        let values = values();
        let mut single = MergeTree::new();
        for (chain, value) in values.iter().enumerate() {
            let n_diverged = u64::from(chain == 3);
            single.insert(chain as u64, Summary::of(BOTH, &[*value], n_diverged));
        }
        let whole = single.total();
        assert_eq!((whole.n, whole.n_diverged), (72, 1));
        for size in [1, 2, 16, 32, 64, 128] {
            let mut blocks = MergeTree::new();
            for (idx, block) in values.chunks(size).enumerate() {
                let n_diverged = u64::from(idx == 3 / size);
                blocks.insert(idx as u64, Summaries(vec![Summary::of(BOTH, block, n_diverged)]));
            }
            assert_eq!(blocks.total(), Summaries(vec![whole.clone()]), "blocks of {size}");
        }
    }

    #[test]
    fn words_give_back_the_summary() {
        let neither = Kept { moments: false, quantiles: false };
        for kept in [BOTH, neither, Kept { moments: true, ..neither }] {
            for values in [&[][..], &[0.0, -0.0, f64::NAN], &values()] {
                let summary = Summary::of(kept, values, 3);
                let mut words = Vec::new();
                summary.save(&mut words);
                let mut again = words.iter().copied();
                assert_eq!(Summary::restore(&mut again), Some(summary));
                assert_eq!(again.next(), None);
                let cut = &mut words[..words.len() - 1].iter().copied();
                assert_eq!(Summary::restore(cut), None);
            }
        }
    }

    #[test]
    fn only_what_is_asked_for_is_kept() {
        let summary = Summary::of(Kept { moments: false, quantiles: false }, &[2.0, -1.0], 0);
        assert_eq!((summary.n, summary.min, summary.max), (2, -1.0, 2.0));
        assert_eq!((summary.sums, &summary.sketch), (None, &None));
        let empty = Summary::of(BOTH, &[f64::NAN, f64::INFINITY], 1);
        assert_eq!((empty.n, empty.n_diverged), (0, 1));
        assert_eq!(summary.merge(&Summary::default()), summary);
        assert_eq!(Summary::default().merge(&summary), summary);
    }
}
