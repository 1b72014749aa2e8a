//! Samples of points in space.

use crate::distance::error::{DistanceError, check_length};
use crate::sample::check::finite;

/// A sample of `n` points with `dim` finite coordinates each, borrowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Points<'a> {
    coordinates: &'a [f64],
    dim: usize,
}

impl<'a> Points<'a> {
    /// The points whose `coordinates` are given point by point, `[n, dim]`.
    ///
    /// # Errors
    /// If there is no point, `dim` is zero or does not divide the number of coordinates, or a
    /// coordinate is not finite.
    pub fn new(coordinates: &'a [f64], dim: usize) -> Result<Points<'a>, DistanceError> {
        finite(coordinates, dim.max(1))?;
        let n = coordinates.len().checked_div(dim).unwrap_or(0);
        check_length("coordinates", coordinates.len(), n * dim)?;
        Ok(Points { coordinates, dim })
    }

    /// Number of points.
    #[must_use]
    pub fn n(&self) -> usize {
        self.coordinates.len() / self.dim
    }

    /// Number of coordinates of a point.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// The coordinates point by point, `[n, dim]`.
    #[must_use]
    pub fn coordinates(&self) -> &'a [f64] {
        self.coordinates
    }

    /// The coordinates of point `index`, `[dim]`.
    ///
    /// # Panics
    /// If `index` is not below [`Points::n`].
    #[must_use]
    pub fn point(&self, index: usize) -> &'a [f64] {
        &self.coordinates[index * self.dim..][..self.dim]
    }

    /// Tiles of eight points, in each of them coordinate after coordinate, `[ceil(n / 8), dim, 8]`;
    /// what is beyond `n` is zero.
    pub(crate) fn tiles(&self) -> Vec<[f64; 8]> {
        let mut tiles = vec![[0.0; 8]; self.dim * self.n().div_ceil(8)];
        for (i, point) in self.coordinates.chunks_exact(self.dim).enumerate() {
            for (k, x) in point.iter().enumerate() {
                tiles[i / 8 * self.dim + k][i % 8] = *x;
            }
        }
        tiles
    }

    /// Checks that `other` lives in the same space.
    pub(crate) fn check_same_space(&self, other: &Points) -> Result<(), DistanceError> {
        check_length("coordinates of a point", other.dim, self.dim)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_have_all_their_coordinates() {
        let points = Points::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2).unwrap();
        assert_eq!((points.n(), points.dim(), points.point(1)), (3, 2, &[3.0, 4.0][..]));
        let tile = [1.0, 3.0, 5.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        assert_eq!(points.tiles(), [tile, tile.map(|x| if x > 0.0 { x + 1.0 } else { x })]);
        assert!(Points::new(&[1.0; 5], 2).is_err());
        assert!(Points::new(&[1.0; 5], 0).is_err());
        assert!(Points::new(&[], 2).is_err());
        assert!(Points::new(&[f64::NAN, 0.0], 2).is_err());
    }
}
