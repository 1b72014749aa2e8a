//! Passes over a row of costs: the smallest entries and where they are.
//!
//! Of equal entries the first counts, so that no result depends on the width of vectors.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use maruyama_dynamics::simd::Isa;

/// An entry and its index.
pub(crate) type Entry = (f64, usize);

/// No entry.
pub(crate) const NONE: Entry = (f64::INFINITY, usize::MAX);

/// The smallest `row[j] - v[j]`; excluded are columns with `v[j]` negative infinity.
#[inline(always)]
pub(crate) fn smallest<S: Isa>(isa: S, row: &[f64], v: &[f64]) -> Entry {
    let (costs, costs_rest) = S::as_simd_f64s(row);
    let (potentials, potentials_rest) = S::as_simd_f64s(v);
    let mut best = isa.splat_f64s(f64::INFINITY);
    let mut block = isa.splat_f64s(0.0);
    let (mut at, one) = (isa.splat_f64s(0.0), isa.splat_f64s(1.0));
    for (c, v) in costs.iter().zip(potentials) {
        let value = isa.sub_f64s(*c, *v);
        let is_less = isa.less_than_f64s(value, best);
        best = isa.select_f64s(is_less, value, best);
        block = isa.select_f64s(is_less, at, block);
        at = isa.add_f64s(at, one);
    }
    let entry = first_of_lanes(isa, best, block);
    let start = row.len() - costs_rest.len();
    rest(entry, start, costs_rest.iter().zip(potentials_rest).map(|(c, v)| c - v))
}

/// The two smallest `row[j] - v[j]`.
#[inline(always)]
pub(crate) fn two_smallest<S: Isa>(isa: S, row: &[f64], v: &[f64]) -> [Entry; 2] {
    let (costs, costs_rest) = S::as_simd_f64s(row);
    let (potentials, potentials_rest) = S::as_simd_f64s(v);
    let infinity = isa.splat_f64s(f64::INFINITY);
    let zero = isa.splat_f64s(0.0);
    let (mut first, mut first_block) = (infinity, zero);
    let (mut second, mut second_block) = (infinity, zero);
    let (mut at, one) = (zero, isa.splat_f64s(1.0));
    for (c, v) in costs.iter().zip(potentials) {
        let value = isa.sub_f64s(*c, *v);
        let beats_first = isa.less_than_f64s(value, first);
        let beats_second = isa.less_than_f64s(value, second);
        let other = isa.select_f64s(beats_second, value, second);
        let other_block = isa.select_f64s(beats_second, at, second_block);
        second = isa.select_f64s(beats_first, first, other);
        second_block = isa.select_f64s(beats_first, first_block, other_block);
        first = isa.select_f64s(beats_first, value, first);
        first_block = isa.select_f64s(beats_first, at, first_block);
        at = isa.add_f64s(at, one);
    }
    let mut two = [NONE; 2];
    for (values, blocks) in [(first, first_block), (second, second_block)] {
        for entry in entries_of_lanes(isa, values, blocks) {
            insert(&mut two, entry);
        }
    }
    let start = row.len() - costs_rest.len();
    for (j, (c, v)) in costs_rest.iter().zip(potentials_rest).enumerate() {
        insert(&mut two, (c - v, start + j));
    }
    two
}

/// Lowers `distances[j]` to `row[j] - v[j] - offset` where that is less, setting `from[j] = source`,
/// and returns the smallest distance of the columns not excluded, which are those with `v[j]`
/// negative infinity and an infinite distance.
#[inline(always)]
pub(crate) fn relax<S: Isa>(
    isa: S,
    (row, v): (&[f64], &[f64]),
    (offset, source): (f64, usize),
    distances: &mut [f64],
    from: &mut [f64],
) -> Entry {
    let (costs, costs_rest) = S::as_simd_f64s(row);
    let (potentials, potentials_rest) = S::as_simd_f64s(v);
    let (nearest, nearest_rest) = S::as_mut_simd_f64s(distances);
    let (origins, origins_rest) = S::as_mut_simd_f64s(from);
    let mut best = isa.splat_f64s(f64::INFINITY);
    let mut block = isa.splat_f64s(0.0);
    let (mut at, one) = (isa.splat_f64s(0.0), isa.splat_f64s(1.0));
    let offsets = isa.splat_f64s(offset);
    let sources = isa.splat_f64s(source as f64);
    for (((c, v), d), origin) in costs.iter().zip(potentials).zip(nearest).zip(origins) {
        let value = isa.sub_f64s(isa.sub_f64s(*c, *v), offsets);
        let is_nearer = isa.less_than_f64s(value, *d);
        *d = isa.select_f64s(is_nearer, value, *d);
        *origin = isa.select_f64s(is_nearer, sources, *origin);
        let is_less = isa.less_than_f64s(*d, best);
        best = isa.select_f64s(is_less, *d, best);
        block = isa.select_f64s(is_less, at, block);
        at = isa.add_f64s(at, one);
    }
    let entry = first_of_lanes(isa, best, block);
    let start = row.len() - costs_rest.len();
    for (j, (c, v)) in costs_rest.iter().zip(potentials_rest).enumerate() {
        let value = c - v - offset;
        if value < nearest_rest[j] {
            nearest_rest[j] = value;
            origins_rest[j] = source as f64;
        }
    }
    rest(entry, start, nearest_rest.iter().copied())
}

#[inline(always)]
fn rest(mut entry: Entry, start: usize, values: impl Iterator<Item = f64>) -> Entry {
    for (j, value) in values.enumerate() {
        if value < entry.0 {
            entry = (value, start + j);
        }
    }
    entry
}

#[inline(always)]
fn insert(two: &mut [Entry; 2], entry: Entry) {
    if entry < two[0] {
        *two = [entry, two[0]];
    } else if entry < two[1] {
        two[1] = entry;
    }
}

#[inline(always)]
fn entries_of_lanes<S: Isa>(isa: S, values: S::f64s, blocks: S::f64s) -> [Entry; 8] {
    let (mut value, mut block) = ([f64::INFINITY; 8], [0.0; 8]);
    isa.partial_store_f64s(&mut value[..S::F64_LANES], values);
    isa.partial_store_f64s(&mut block[..S::F64_LANES], blocks);
    let mut entries = [NONE; 8];
    for lane in 0..S::F64_LANES {
        if value[lane] < f64::INFINITY {
            entries[lane] = (value[lane], block[lane] as usize * S::F64_LANES + lane);
        }
    }
    entries
}

#[inline(always)]
fn first_of_lanes<S: Isa>(isa: S, values: S::f64s, blocks: S::f64s) -> Entry {
    let entries = entries_of_lanes(isa, values, blocks);
    entries.into_iter().fold(NONE, |a, b| if b < a { b } else { a })
}
