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

/// Larger buckets are distributed once more from the start.
const LARGE: usize = 8192;

/// Memory of a sort, to be used again by the next.
#[derive(Clone, Debug)]
pub struct Sorter {
    moved: Vec<f64>,
    codes: Vec<u16>,
    counts: Vec<u32>,
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
        Sorter { moved: Vec::new(), codes: Vec::new(), counts: vec![0; PLACES] }
    }

    /// Sorts `values` into the order of [`f64::total_cmp`], in which -0 stands before 0.
    pub fn sort(&mut self, values: &mut [f64]) {
        self.sort_from(None, values);
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
        if source.len() < FEW {
            values.clear();
            values.extend_from_slice(source);
            return self.sort(values);
        }
        values.resize(source.len(), 0.0);
        self.sort_from(Some(source), values);
    }

    /// Sorts `values`, or those of `source` into `values`.
    fn sort_from(&mut self, source: Option<&[f64]>, values: &mut [f64]) {
        let given = source.unwrap_or(values);
        let is_few = values.len() < FEW || u32::try_from(values.len()).is_err();
        if is_few || given.is_sorted() || !dispatch(AllFinite(given)) {
            if let Some(source) = source {
                values.copy_from_slice(source);
            }
            if !values.is_sorted_by(|a, b| a.total_cmp(b).is_le()) {
                values.sort_unstable_by(f64::total_cmp);
            }
            return;
        }
        if self.moved.len() < values.len() {
            self.moved = vec![0.0; values.len()];
            self.codes = vec![0; values.len()];
        }
        let Sorter { moved, codes, counts } = self;
        dispatch(Sort { source, values, moved, codes, counts });
        order_zeros(values);
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

/// Whether all numbers are finite: zero times any other is not zero.
struct AllFinite<'a>(&'a [f64]);

impl Kernel for AllFinite<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) -> bool {
        let (vectors, rest) = S::as_simd_f64s(self.0);
        let zero = isa.splat_f64s(0.0);
        let mut sum = zero;
        for x in vectors {
            sum = isa.mul_add_e_f64s(*x, zero, sum);
        }
        isa.reduce_sum_f64s(sum) == 0.0 && rest.iter().all(|x| x.is_finite())
    }
}

struct Sort<'a> {
    /// Where the values are, unless they are in place.
    source: Option<&'a [f64]>,
    values: &'a mut [f64],
    moved: &'a mut [f64],
    codes: &'a mut [u16],
    counts: &'a mut [u32],
}

impl Kernel for Sort<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let Sort { mut source, values, moved, codes, counts } = self;
        let mut pending = vec![(0, values.len())];
        while let Some((first, end)) = pending.pop() {
            let part = &mut values[first..end];
            let from = source.take();
            let moved = &mut moved[..part.len()];
            let Some(ends) = distribute(isa, from.unwrap_or(part), moved, codes, counts) else {
                if let Some(source) = from {
                    part.copy_from_slice(source);
                }
                part.sort_unstable_by(f64::total_cmp);
                continue;
            };
            let mut start = 0;
            for end in ends.into_iter().map(|end| end as usize) {
                let bucket = &mut part[start..end];
                if bucket.len() <= LARGE {
                    sort_bucket(isa, &moved[start..end], bucket, codes, counts);
                } else {
                    bucket.copy_from_slice(&moved[start..end]);
                    if bucket.len() < moved.len() / 2 {
                        pending.push((first + start, first + end));
                    } else {
                        bucket.sort_unstable_by(f64::total_cmp);
                    }
                }
                start = end;
            }
        }
    }
}

/// Moves values into buckets, of which it returns the ends; none if the values have no spread.
#[inline(always)]
fn distribute<S: Isa>(
    isa: S,
    from: &[f64],
    moved: &mut [f64],
    codes: &mut [u16],
    counts: &mut [u32],
) -> Option<Vec<u32>> {
    let (centre, spread) = centre_and_spread(from)?;
    let n_buckets = (from.len() / BUCKET).clamp(1, PLACES - 1);
    let codes = &mut codes[..from.len()];
    write_codes(isa, codes, from, Bucket { centre, spread, half: 0.5 * n_buckets as f64 });
    scatter(from, moved, codes, counts, n_buckets);
    Some(counts[..=n_buckets].to_vec())
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
