//! Costs of moving mass between points.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use maruyama_dynamics::simd::{Isa, Kernel, dispatch};

use crate::distance::error::{DistanceError, check_length};
use crate::distance::points::Points;

/// Largest number of costs between two samples, 2 GiB: 16 384 points each.
pub const MAX_PAIRS: usize = 1 << 28;

/// The cost of moving a unit of mass from `x` to `y`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// `|x - y|`
    Euclidean,
    /// `|x - y|^2`
    SquaredEuclidean,
}

/// Costs of moving a unit of mass from each of `n` sources to each of `m` sinks.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    entries: Vec<f64>,
    n: usize,
    m: usize,
}

impl Cost {
    /// The costs with the given finite `entries`, `[n, m]` source by source.
    ///
    /// # Errors
    /// If there are not `n m >= 1` entries, or one is not finite or so large that sums of a few of
    /// them overflow.
    pub fn new(entries: Vec<f64>, n: usize, m: usize) -> Result<Cost, DistanceError> {
        check_length("costs", entries.len(), n.saturating_mul(m))?;
        crate::sample::check::finite(&entries, 1)?;
        let cost = Cost { entries, n, m };
        if cost.largest() > 1e300 { Err(DistanceError::Overflow) } else { Ok(cost) }
    }

    /// The costs between the points of two samples, `[n, d]` and `[m, d]`; differences of
    /// coordinates are squared, so that nothing cancels.
    ///
    /// # Errors
    /// If the dimensions differ, there are more than [`MAX_PAIRS`] pairs, or a square overflows.
    pub fn between(x: &Points, y: &Points, ground: Ground) -> Result<Cost, DistanceError> {
        x.check_same_space(y)?;
        let (n, m) = (x.n(), y.n());
        if n.saturating_mul(m) > MAX_PAIRS {
            return Err(DistanceError::TooManyPairs { n, m, most: MAX_PAIRS });
        }
        let mut entries = vec![0.0; n * m];
        let root = ground == Ground::Euclidean;
        dispatch(Between { x, tiles: &y.tiles(), entries: &mut entries, m, root });
        if entries.iter().any(|c| !c.is_finite()) {
            return Err(DistanceError::Overflow);
        }
        Cost::new(entries, n, m)
    }

    /// Number of sources.
    #[must_use]
    pub fn n(&self) -> usize {
        self.n
    }

    /// Number of sinks.
    #[must_use]
    pub fn m(&self) -> usize {
        self.m
    }

    /// Costs from source `i`, `[m]`.
    ///
    /// # Panics
    /// If `i` is not below [`Cost::n`].
    #[must_use]
    pub fn row(&self, i: usize) -> &[f64] {
        &self.entries[i * self.m..][..self.m]
    }

    /// All costs, `[n, m]`.
    #[must_use]
    pub fn entries(&self) -> &[f64] {
        &self.entries
    }

    /// The largest magnitude of a cost.
    #[must_use]
    pub fn largest(&self) -> f64 {
        self.entries.iter().fold(0.0, |largest, c| largest.max(c.abs()))
    }

    /// The mean cost.
    #[must_use]
    pub fn mean(&self) -> f64 {
        crate::sample::moments::mean(&self.entries)
    }
}

struct Between<'a> {
    x: &'a Points<'a>,
    tiles: &'a [[f64; 8]],
    entries: &'a mut [f64],
    m: usize,
    root: bool,
}

impl Kernel for Between<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let dim = self.x.dim();
        for (i, row) in self.entries.chunks_exact_mut(self.m).enumerate() {
            let point = self.x.point(i);
            for (tile, costs) in self.tiles.chunks_exact(dim).zip(row.chunks_mut(8)) {
                let mut sum = isa.splat_eight(0.0);
                for (y, x) in tile.iter().zip(point) {
                    let difference = isa.add_eight(isa.load_eight(y), isa.splat_eight(-x));
                    sum = isa.mul_add_eight(difference, difference, sum);
                }
                let mut squares = [0.0; 8];
                isa.store_eight(sum, &mut squares);
                if self.root {
                    squares = squares.map(f64::sqrt);
                }
                costs.copy_from_slice(&squares[..costs.len()]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_distances() {
        let x: Vec<f64> = (0..15).map(|i| f64::from(i * i % 7)).collect();
        let y: Vec<f64> = (0..33).map(|i| f64::from(i * 5 % 11)).collect();
        let (x, y) = (Points::new(&x, 3).unwrap(), Points::new(&y, 3).unwrap());
        let squares = Cost::between(&x, &y, Ground::SquaredEuclidean).unwrap();
        let roots = Cost::between(&x, &y, Ground::Euclidean).unwrap();
        for i in 0..5 {
            for j in 0..11 {
                let pairs = x.point(i).iter().zip(y.point(j));
                let square: f64 = pairs.map(|(a, b)| (a - b) * (a - b)).sum();
                assert_eq!(squares.row(i)[j], square);
                assert_eq!(roots.row(i)[j], square.sqrt());
            }
        }
    }

    #[test]
    fn impossible_costs_are_named() {
        assert!(Cost::new(vec![1.0; 5], 2, 3).is_err());
        assert!(Cost::new(vec![], 0, 3).is_err());
        assert!(Cost::new(vec![f64::NAN], 1, 1).is_err());
        assert_eq!(Cost::new(vec![1e305], 1, 1), Err(DistanceError::Overflow));
        let far = Points::new(&[1e200], 1).unwrap();
        let near = Points::new(&[0.0], 1).unwrap();
        let cost = Cost::between(&far, &near, Ground::SquaredEuclidean);
        assert_eq!(cost, Err(DistanceError::Overflow));
        let many = vec![0.0; 20_000];
        let many = Points::new(&many, 1).unwrap();
        let cost = Cost::between(&many, &many, Ground::Euclidean);
        let error = DistanceError::TooManyPairs { n: 20_000, m: 20_000, most: MAX_PAIRS };
        assert_eq!(cost, Err(error));
    }
}
