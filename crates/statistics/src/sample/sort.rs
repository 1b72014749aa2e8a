//! Sorting of numbers by distribution: buckets by a monotone function of the value, then bins, then
//! insertion.
//!
//! ```text
//! c = median and s = spread of a few of the values,  u(x) = s / (|x - c| + s)
//! bucket(x) = round(B u(x) / 2) for x < c,  round(B (2 - u(x)) / 2) for x >= c
//! bin(x)    = round(M (x - low) / (high - low))  within a bucket
//! ```
//!
//! Each operation is monotone after rounding too, so that the buckets are in order whatever the
//! values are. The order of finite numbers is unique: the result depends on no choice made here.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use maruyama_dynamics::simd::{Isa, Kernel, dispatch};

use crate::sample::distribution::{Bucket, PLACES, scatter, sort_bucket, write_codes};

/// Below this number of values comparisons are faster.
const FEW: usize = 96;

/// Buckets of the first distribution aim at this number of values, which a first-level cache holds.
const BUCKET: usize = 1024;

/// Larger buckets are distributed once more.
const LARGE: usize = 8192;

/// Memory of a sort, to be used again by the next.
#[derive(Clone, Debug)]
pub struct Sorter {
    moved: Vec<f64>,
    codes: Vec<u16>,
    counts: Vec<u32>,
    /// Of one bucket.
    scratch: Vec<f64>,
}

impl Default for Sorter {
    fn default() -> Sorter {
        Sorter::new()
    }
}

impl Sorter {
    /// A sorter without memory for values yet.
    #[must_use]
    pub fn new() -> Sorter {
        let (counts, scratch) = (vec![0; PLACES], vec![0.0; LARGE]);
        Sorter { moved: Vec::new(), codes: Vec::new(), counts, scratch }
    }

    /// Sorts `values` into the order of [`f64::total_cmp`], in which -0 stands before 0.
    pub fn sort(&mut self, values: &mut [f64]) {
        if !is_special(values) && self.distribute(values) {
            values.copy_from_slice(&self.moved);
        } else {
            sort_by_comparison(values);
        }
    }

    /// The values of `source` in the order of [`f64::total_cmp`].
    #[must_use]
    pub fn sorted(&mut self, source: &[f64]) -> Vec<f64> {
        let mut values = Vec::new();
        self.sort_into(source, &mut values);
        values
    }

    /// As [`Sorter::sorted`], in the memory of `values`, whose numbers are replaced.
    pub fn sort_into(&mut self, source: &[f64], values: &mut Vec<f64>) {
        if !self.sort_finite_into(source, values) {
            values.clear();
            values.extend_from_slice(source);
            values.sort_unstable_by(f64::total_cmp);
        }
    }

    /// As [`Sorter::sort_into`] if all numbers are finite; otherwise false, and `values` stay as they
    /// were. Whether they are finite is found on the way.
    pub(crate) fn sort_finite_into(&mut self, source: &[f64], values: &mut Vec<f64>) -> bool {
        if is_special(source) {
            if !source.iter().all(|x| x.is_finite()) {
                return false;
            }
            values.clear();
            values.extend_from_slice(source);
            sort_by_comparison(values);
            return true;
        }
        let is_finite = self.distribute(source);
        if is_finite {
            std::mem::swap(values, &mut self.moved);
        }
        is_finite
    }

    /// Sorts `values`, which are not [`is_special`], into `moved`; false if a number is not finite.
    fn distribute(&mut self, values: &[f64]) -> bool {
        let Sorter { moved, codes, counts, scratch } = self;
        moved.resize(values.len(), 0.0);
        if codes.len() < values.len() {
            *codes = vec![0; values.len()];
        }
        let Some(large) = dispatch(Sort { values, moved, codes, counts, scratch }) else {
            return false;
        };
        for (start, end) in large {
            Sorter::new().sort(&mut moved[start..end]);
        }
        order_zeros(moved);
        true
    }
}

/// Whether there are so few or so many values, or in an order already, that they are not distributed.
fn is_special(values: &[f64]) -> bool {
    values.len() < FEW || u32::try_from(values.len()).is_err() || values.is_sorted()
}

/// Sorts values that may be in order.
fn sort_by_comparison(values: &mut [f64]) {
    if !values.is_sorted_by(|a, b| a.total_cmp(b).is_le()) {
        values.sort_unstable_by(f64::total_cmp);
    }
}

/// Sorts `values` into the order of [`f64::total_cmp`].
pub fn sort(values: &mut [f64]) {
    Sorter::new().sort(values);
}

/// Puts negative zeros before positive ones in increasing `values`.
fn order_zeros(values: &mut [f64]) {
    let start = values.partition_point(|x| *x < 0.0);
    let end = start + values[start..].partition_point(|x| *x <= 0.0);
    let n_negative = values[start..end].iter().filter(|x| x.is_sign_negative()).count();
    values[start..start + n_negative].fill(-0.0);
    values[start + n_negative..end].fill(0.0);
}

struct Sort<'a> {
    values: &'a [f64],
    moved: &'a mut [f64],
    codes: &'a mut [u16],
    counts: &'a mut [u32],
    scratch: &'a mut [f64],
}

impl Kernel for Sort<'_> {
    /// Starts and ends of buckets that are too large and not sorted yet; none if a value is not
    /// finite.
    type Output = Option<Vec<(usize, usize)>>;

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) -> Option<Vec<(usize, usize)>> {
        let Sort { values, moved, codes, counts, scratch } = self;
        let ends = match distribute(isa, values, moved, codes, counts) {
            Distributed::To(ends) => ends,
            Distributed::NotFinite => return None,
            Distributed::NoSpread => {
                moved.copy_from_slice(values);
                moved.sort_unstable_by(f64::total_cmp);
                return Some(Vec::new());
            }
        };
        let (mut start, mut large) = (0, Vec::new());
        for end in ends.into_iter().map(|end| end as usize) {
            let bucket = &mut moved[start..end];
            if bucket.len() <= LARGE {
                sort_bucket(isa, bucket, scratch, codes, counts);
            } else if bucket.len() < values.len() / 2 {
                large.push((start, end));
            } else {
                bucket.sort_unstable_by(f64::total_cmp);
            }
            start = end;
        }
        Some(large)
    }
}

/// What has become of values that were to be distributed.
enum Distributed {
    /// They are in buckets with these ends.
    To(Vec<u32>),
    /// They are finite and have no spread.
    NoSpread,
    /// One of them is not finite.
    NotFinite,
}

/// Moves values into buckets.
#[inline(always)]
fn distribute<S: Isa>(
    isa: S,
    from: &[f64],
    moved: &mut [f64],
    codes: &mut [u16],
    counts: &mut [u32],
) -> Distributed {
    let Some((centre, spread)) = centre_and_spread(from) else {
        let is_finite = from.iter().all(|x| x.is_finite());
        return if is_finite { Distributed::NoSpread } else { Distributed::NotFinite };
    };
    let n_buckets = (from.len() / BUCKET).clamp(1, PLACES - 1);
    let codes = &mut codes[..from.len()];
    let bucket = Bucket { centre, spread, half: 0.5 * n_buckets as f64 };
    if !write_codes(isa, codes, from, bucket) {
        return Distributed::NotFinite;
    }
    scatter(from, moved, codes, counts, n_buckets);
    Distributed::To(counts[..=n_buckets].to_vec())
}

/// A middle value and a typical distance from it, from 63 of the values; none where there is no
/// finite positive distance.
fn centre_and_spread(values: &[f64]) -> Option<(f64, f64)> {
    const SOME: usize = 63;
    let mut some = [0.0; SOME];
    for (i, value) in some.iter_mut().enumerate() {
        *value = values[i * (values.len() - 1) / (SOME - 1)];
    }
    some.sort_unstable_by(f64::total_cmp);
    let centre = some[SOME / 2];
    let mut distances = some.map(|x| (x - centre).abs());
    distances.sort_unstable_by(f64::total_cmp);
    let spread = distances[SOME / 2];
    (spread.is_finite() && spread > 0.0).then_some((centre, spread))
}

#[cfg(test)]
mod tests;
