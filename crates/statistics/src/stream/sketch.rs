//! Quantiles from counts in logarithmic buckets.
//!
//! ```text
//! bucket i holds |x| in (g^(i-1), g^i],   g = (1 + a)/(1 - a),   estimate 2 g^i/(g + 1)
//! ```

use std::collections::BTreeMap;

use maruyama_dynamics::real;

/// Counts of a sample in buckets of relative width `2a`; they are integers, so that parts are merged
/// in any order with the same result.
///
/// # Accuracy
/// A quantile is within the relative error `a` of an element of the sample, the one of that rank; up
/// to rounding, and for magnitudes from 2.3e-308 on.
///
/// # Source
/// Masson, Rim & Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error
/// guarantees", PVLDB 12(12), 2019; without a limit on the number of buckets, of which there is one
/// for each factor `g` that the sample spans.
#[derive(Clone, Debug, PartialEq)]
pub struct Sketch {
    accuracy: f64,
    /// `ln g`
    width: f64,
    zeros: u64,
    positive: BTreeMap<i32, u64>,
    negative: BTreeMap<i32, u64>,
}

impl Sketch {
    /// The sketch of no value, of relative accuracy `a`.
    ///
    /// # Panics
    /// If `accuracy` is not between 1e-4 and 0.5.
    #[must_use]
    pub fn new(accuracy: f64) -> Sketch {
        assert!((1e-4..=0.5).contains(&accuracy), "a sketch of accuracy {accuracy}");
        let width = real::ln_1p(accuracy) - real::ln_1p(-accuracy);
        Sketch { accuracy, width, zeros: 0, positive: BTreeMap::new(), negative: BTreeMap::new() }
    }

    /// Counts a value.
    ///
    /// # Panics
    /// If it is not finite.
    pub fn insert(&mut self, value: f64) {
        assert!(value.is_finite(), "{value} has no bucket");
        if value == 0.0 {
            self.zeros += 1;
            return;
        }
        let bucket = (real::ln(value.abs()) / self.width).ceil() as i32;
        let side = if value > 0.0 { &mut self.positive } else { &mut self.negative };
        *side.entry(bucket).or_default() += 1;
    }

    /// Adds the counts of `other`.
    ///
    /// # Panics
    /// If it has another accuracy.
    pub fn absorb(&mut self, other: &Sketch) {
        assert_eq!(self.accuracy, other.accuracy, "sketches of different accuracies");
        self.zeros += other.zeros;
        for (side, others) in
            [(&mut self.positive, &other.positive), (&mut self.negative, &other.negative)]
        {
            for (bucket, count) in others {
                *side.entry(*bucket).or_default() += count;
            }
        }
    }

    /// Number of values.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.zeros + self.positive.values().chain(self.negative.values()).sum::<u64>()
    }

    /// The buckets that are not empty, in the order of their values: sign, index and count; the
    /// index is 0 for values that are zero.
    pub fn buckets(&self) -> impl Iterator<Item = (i8, i32, u64)> + '_ {
        let negative = self.negative.iter().rev().map(|(bucket, n)| (-1, *bucket, *n));
        let positive = self.positive.iter().map(|(bucket, n)| (1, *bucket, *n));
        let zeros = (self.zeros > 0).then_some((0, 0, self.zeros));
        negative.chain(zeros).chain(positive)
    }

    /// Counts `n` values in a bucket as [`Sketch::buckets`] names it.
    pub fn add(&mut self, sign: i8, bucket: i32, n: u64) {
        let side = match sign {
            0 => {
                self.zeros += n;
                return;
            }
            1.. => &mut self.positive,
            _ => &mut self.negative,
        };
        *side.entry(bucket).or_default() += n;
    }

    /// An estimate of the element of rank `floor(p (n - 1))`, counted from zero in increasing order;
    /// `None` without values.
    ///
    /// # Panics
    /// If `p` lies outside `[0, 1]`.
    #[must_use]
    pub fn quantile(&self, p: f64) -> Option<f64> {
        assert!((0.0..=1.0).contains(&p), "a quantile of probability {p}");
        let mut rank = (p * (self.count().checked_sub(1)? as f64)).floor() as u64;
        let negative = self.negative.iter().rev().map(|(bucket, n)| (-self.middle(*bucket), *n));
        let positive = self.positive.iter().map(|(bucket, n)| (self.middle(*bucket), *n));
        for (value, count) in negative.chain([(0.0, self.zeros)]).chain(positive) {
            if rank < count {
                return Some(value);
            }
            rank -= count;
        }
        None
    }

    /// `2 g^i/(g + 1) = (1 - a) g^i`, which is finite.
    fn middle(&self, bucket: i32) -> f64 {
        let end = real::exp(f64::from(bucket) * self.width + real::ln_1p(-self.accuracy));
        end.clamp(f64::MIN_POSITIVE, f64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    #[test]
    fn quantiles_are_within_the_relative_accuracy() {
        for accuracy in [0.2, 0.01, 1e-4] {
            let mut stream = Stream::new(StreamKey(3), 0, Purpose::Start);
            let mut values = vec![0.0; 2001];
            stream.fill_normals(&mut values);
            values[5] = 0.0;
            for value in &mut values[1000..] {
                *value = real::exp(20.0 * *value);
            }
            let mut sketch = Sketch::new(accuracy);
            for value in &values {
                sketch.insert(*value);
            }
            values.sort_by(f64::total_cmp);
            assert_eq!(sketch.count(), 2001);
            for rank in 0..=2000 {
                let found = sketch.quantile(f64::from(rank) / 2000.0).unwrap();
                // p (n - 1) may round to just below the rank.
                let ranks = (rank as usize).saturating_sub(1)..=rank as usize;
                let is_near =
                    |exact: &f64| (found - exact).abs() <= accuracy * (1.0 + 1e-9) * exact.abs();
                assert!(values[ranks].iter().any(is_near), "rank {rank}: {found}");
            }
        }
    }

    #[test]
    fn parts_merge_in_any_order() {
        let mut values = vec![0.0; 100];
        Stream::new(StreamKey(4), 0, Purpose::Start).fill_normals(&mut values);
        let sketch = |values: &[f64]| {
            let mut sketch = Sketch::new(0.01);
            for value in values {
                sketch.insert(*value);
            }
            sketch
        };
        let whole = sketch(&values);
        let mut merged = sketch(&values[30..]);
        merged.absorb(&sketch(&values[..30]));
        assert_eq!(merged, whole);
        values[7] = 0.0;
        let listed = sketch(&values);
        let mut again = Sketch::new(0.01);
        for (sign, bucket, n) in listed.buckets() {
            again.add(sign, bucket, n);
        }
        assert_eq!(again, listed);
        assert!(listed.buckets().map(|(sign, ..)| sign).is_sorted());
        assert!(listed.buckets().any(|bucket| bucket == (0, 0, 1)));
        assert_eq!(Sketch::new(0.01).quantile(0.5), None);
    }

    #[test]
    fn the_ends_of_the_range_have_buckets() {
        let mut sketch = Sketch::new(1e-4);
        for value in [f64::MAX, -f64::MAX, f64::MIN_POSITIVE, 0.0] {
            sketch.insert(value);
        }
        let near = |found: Option<f64>, exact: f64| {
            found.is_some_and(|found| (found - exact).abs() <= 1.01e-4 * exact.abs())
        };
        assert!(near(sketch.quantile(0.0), -f64::MAX));
        assert_eq!(sketch.quantile(0.34), Some(0.0));
        assert!(near(sketch.quantile(0.67), f64::MIN_POSITIVE));
        assert!(near(sketch.quantile(1.0), f64::MAX));
    }
}
