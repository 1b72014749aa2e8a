//! The passes of sorting by distribution: codes of buckets and bins, moves, and the insertion.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use maruyama_dynamics::simd::Isa;

/// Places of a table of counts, a power of two.
pub(crate) const PLACES: usize = 1 << 14;

/// Bins with more values than this are sorted by comparison, so that insertion stays linear.
const CROWDED: u32 = 20;

/// A number near this one is an integer and shows it in its last bits.
const INTEGERS: f64 = (1_u64 << 52) as f64;

/// Buckets with fewer values than this are sorted by comparison.
const FEW: usize = 24;

/// A monotone function whose values show an integer in their last bits.
pub(crate) trait Code: Copy {
    fn of<S: Isa>(self, isa: S, x: S::f64s) -> S::f64s;
}

/// [`INTEGERS`] plus the bucket of a number.
#[derive(Clone, Copy)]
pub(crate) struct Bucket {
    pub(crate) centre: f64,
    pub(crate) spread: f64,
    /// Half the number of buckets.
    pub(crate) half: f64,
}

impl Code for Bucket {
    #[inline(always)]
    fn of<S: Isa>(self, isa: S, x: S::f64s) -> S::f64s {
        let distance = isa.sub_f64s(x, isa.splat_f64s(self.centre));
        let spread = isa.splat_f64s(self.spread);
        let near = isa.div_f64s(spread, isa.add_f64s(isa.abs_f64s(distance), spread));
        let is_below = isa.less_than_f64s(distance, isa.splat_f64s(0.0));
        let above = isa.sub_f64s(isa.splat_f64s(2.0), near);
        let place = isa.mul_f64s(isa.select_f64s(is_below, near, above), isa.splat_f64s(self.half));
        isa.add_f64s(place, isa.splat_f64s(INTEGERS))
    }
}

/// [`INTEGERS`] plus the bin of a number.
#[derive(Clone, Copy)]
struct Bin {
    low: f64,
    scale: f64,
}

impl Code for Bin {
    #[inline(always)]
    fn of<S: Isa>(self, isa: S, x: S::f64s) -> S::f64s {
        let distance = isa.sub_f64s(x, isa.splat_f64s(self.low));
        let place = isa.mul_f64s(distance, isa.splat_f64s(self.scale));
        isa.add_f64s(place, isa.splat_f64s(INTEGERS))
    }
}

/// Writes the last bits of `code(x)` for all `values`, and returns whether these are finite.
#[inline(always)]
pub(crate) fn write_codes<S: Isa>(
    isa: S,
    codes: &mut [u16],
    values: &[f64],
    code: impl Code,
) -> bool {
    const BLOCK: usize = 64;
    let zero = isa.splat_f64s(0.0);
    let (mut places, mut excess) = ([0.0; BLOCK], zero);
    for (codes, values) in codes.chunks_mut(BLOCK).zip(values.chunks(BLOCK)) {
        let (vectors, rest) = S::as_simd_f64s(values);
        let (places_of_vectors, _) = S::as_mut_simd_f64s(&mut places);
        for (place, x) in places_of_vectors.iter_mut().zip(vectors) {
            *place = code.of(isa, *x);
            excess = isa.mul_add_e_f64s(*x, zero, excess);
        }
        if !rest.is_empty() {
            let x = isa.partial_load_f64s(rest);
            places_of_vectors[vectors.len()] = code.of(isa, x);
            excess = isa.mul_add_e_f64s(x, zero, excess);
        }
        for (code, place) in codes.iter_mut().zip(&places) {
            *code = place.to_bits() as u16;
        }
    }
    // Zero times an infinity or NaN is not zero.
    isa.reduce_sum_f64s(excess) == 0.0
}

/// Moves `values` into the order of their `codes`, all at most `largest`, and returns whether a code
/// is [`CROWDED`]; afterwards `counts[code]` is where the values of that code end.
#[inline(always)]
pub(crate) fn scatter(
    values: &[f64],
    moved: &mut [f64],
    codes: &[u16],
    counts: &mut [u32],
    largest: usize,
) -> bool {
    let counts: &mut [u32; PLACES] = counts.try_into().expect("a table of that size");
    counts[..=largest].fill(0);
    for code in codes {
        counts[*code as usize % PLACES] += 1;
    }
    let (mut total, mut most) = (0, 0);
    for count in &mut counts[..=largest] {
        let start = total;
        most = most.max(*count);
        total += *count;
        *count = start;
    }
    for (value, code) in values.iter().zip(codes) {
        let place = &mut counts[*code as usize % PLACES];
        moved[*place as usize] = *value;
        *place += 1;
    }
    most > CROWDED
}

/// Sorts the values of one bucket, by way of `scratch`, which is at least as long.
#[inline(always)]
pub(crate) fn sort_bucket<S: Isa>(
    isa: S,
    bucket: &mut [f64],
    scratch: &mut [f64],
    codes: &mut [u16],
    counts: &mut [u32],
) {
    let n = bucket.len();
    let (low, high) = range(isa, bucket);
    let n_bins = (2 * n).min(PLACES - 1);
    let scale = (n_bins - 1) as f64 / (high - low);
    if n < FEW || !(scale.is_finite() && scale > 0.0) {
        bucket.sort_unstable_by(f64::total_cmp);
        return;
    }
    let (codes, scratch) = (&mut codes[..n], &mut scratch[..n]);
    write_codes(isa, codes, bucket, Bin { low, scale });
    let crowded = scatter(bucket, scratch, codes, counts, n_bins);
    finish(scratch, bucket, &counts[..=n_bins], crowded);
}

/// The smallest and the largest of `values`.
#[inline(always)]
fn range<S: Isa>(isa: S, values: &[f64]) -> (f64, f64) {
    let (vectors, rest) = S::as_simd_f64s(values);
    let mut low = isa.splat_f64s(f64::INFINITY);
    let mut high = isa.splat_f64s(f64::NEG_INFINITY);
    for x in vectors {
        low = isa.min_f64s(low, *x);
        high = isa.max_f64s(high, *x);
    }
    let ends = (isa.reduce_min_f64s(low), isa.reduce_max_f64s(high));
    rest.iter().fold(ends, |(low, high), x| (low.min(*x), high.max(*x)))
}

/// Sorts `values` of which each bin is in place, to `sorted`; `ends` says where the bins end.
#[inline(always)]
fn finish(values: &mut [f64], sorted: &mut [f64], ends: &[u32], crowded: bool) {
    if crowded {
        let mut start = 0;
        for end in ends {
            if end - start > CROWDED {
                values[start as usize..*end as usize].sort_unstable_by(f64::total_cmp);
            }
            start = *end;
        }
    }
    for (i, value) in values.iter().enumerate() {
        let mut hole = i;
        while hole > 0 && sorted[hole - 1] > *value {
            sorted[hole] = sorted[hole - 1];
            hole -= 1;
        }
        sorted[hole] = *value;
    }
}
