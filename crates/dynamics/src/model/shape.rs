//! How the state of sixteen chains lies in memory.

use crate::noise::LANES;

/// What the numbers of a state are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coordinates {
    /// The parameters `x`, `[d]`.
    Parameters,
    /// The principal coordinates `Y = Qᵀ (x − x_*)`, `[r]`.
    Principal,
}

/// How a vector of [`LANES`] chains lies in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Coordinate after coordinate, each with one number a chain: for equations whose coordinates
    /// move alike.
    ByCoordinate,
    /// Coordinate after coordinate of the first eight chains, then of the other eight: `[2, d, 8]`; for
    /// equations whose coordinates move together and would not fit in a cache for all chains at once.
    ByHalf,
    /// Eight coordinates after eight, of chain after chain, padded with zeros: `[d/8, LANES, 8]`; for
    /// gradients of single samples, which are rows of a matrix.
    ByChain,
}

/// The shape of the state of [`LANES`] chains: vectors of `dim` coordinates, all in one layout.
///
/// The first vector is where the chains are; others are what an optimiser remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// How each vector lies in memory.
    pub layout: Layout,
    /// Number of coordinates of each vector.
    pub dim: usize,
    /// Number of vectors, at least one.
    pub n_vectors: usize,
}

impl Shape {
    /// Coordinates of a vector including padding.
    #[must_use]
    pub fn stride(&self) -> usize {
        match self.layout {
            Layout::ByCoordinate | Layout::ByHalf => self.dim,
            Layout::ByChain => self.dim.next_multiple_of(8),
        }
    }

    /// Numbers of one vector of all chains.
    #[must_use]
    pub fn len(&self) -> usize {
        self.stride() * LANES
    }

    /// Whether there are no coordinates.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.dim == 0
    }

    /// The place of `coordinate` of chain `lane` in a vector.
    #[must_use]
    #[inline]
    pub fn place(&self, lane: usize, coordinate: usize) -> usize {
        match self.layout {
            Layout::ByCoordinate => coordinate * LANES + lane,
            Layout::ByHalf => (lane / 8 * self.dim + coordinate) * 8 + lane % 8,
            Layout::ByChain => (coordinate / 8 * LANES + lane) * 8 + coordinate % 8,
        }
    }
}
