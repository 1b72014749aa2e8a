//! The Wasserstein distance on the line between laws that are given by cells or by points.
//!
//! ```text
//! W_2² = ∫_0^1 (F⁻¹(q) − G⁻¹(q))² dq
//! ```
//!
//! Quantile functions are linear between the ends of pieces, so that the integral is exact for the
//! pieces. It is taken from both ends towards the middle: masses far out are small numbers there, and
//! power tails keep their weight.

use maruyama_dynamics::real;

use crate::langevin::LangevinError;
use crate::langevin::error::{positive, shape};
use crate::langevin::fokker_planck::Grid;

/// Mass that is spread evenly over an interval, or stands at a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    /// Mass, non-negative.
    pub mass: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end, not below the lower one; equal to it for a point.
    pub high: f64,
}

impl Grid {
    /// The law with the density `density` at the nodes, `[n]`, spread evenly over each cell, `[n]`.
    ///
    /// # Errors
    /// If the shape differs.
    pub fn pieces(&self, density: &[f64]) -> Result<Vec<Piece>, LangevinError> {
        shape("density", density.len(), self.n_cells())?;
        let cells = self.edges().windows(2).zip(density);
        let piece = |(ends, p): (&[f64], &f64)| Piece {
            mass: p * (ends[1] - ends[0]),
            low: ends[0],
            high: ends[1],
        };
        Ok(cells.map(piece).collect())
    }
}

/// `W_2` between the laws of `first` and `second`, each in ascending order; masses are relative.
///
/// # Errors
/// If a law has no mass, or a number is not finite.
///
/// # Source
/// Quantile coupling; Villani, "Topics in optimal transportation", theorem 2.18.
pub fn wasserstein(first: &[Piece], second: &[Piece]) -> Result<f64, LangevinError> {
    let (first, second) = (normalised(first)?, normalised(second)?);
    let left = sweep(first.iter().copied(), second.iter().copied());
    let turned = |pieces: &[Piece]| -> Vec<Piece> {
        let turn = |p: &Piece| Piece { mass: p.mass, low: -p.high, high: -p.low };
        pieces.iter().rev().map(turn).collect()
    };
    let right = sweep(turned(&first).into_iter(), turned(&second).into_iter());
    Ok((left + right).sqrt())
}

/// The pieces that have mass, with masses that add up to one.
fn normalised(pieces: &[Piece]) -> Result<Vec<Piece>, LangevinError> {
    for piece in pieces {
        for (name, value) in [("mass", piece.mass), ("end", piece.low), ("end", piece.high)] {
            if !value.is_finite() {
                return Err(LangevinError::OutOfRange { name, value });
            }
        }
    }
    let total = real::sum(&pieces.iter().map(|piece| piece.mass).collect::<Vec<_>>());
    positive("total mass", total)?;
    let kept = pieces.iter().filter(|piece| piece.mass > 0.0);
    Ok(kept.map(|piece| Piece { mass: piece.mass / total, ..*piece }).collect())
}

/// The part of `W_2²` of the lower half of both laws.
fn sweep(mut first: impl Iterator<Item = Piece>, mut second: impl Iterator<Item = Piece>) -> f64 {
    let (mut a, mut b) = (first.next(), second.next());
    let mut left = 0.5;
    let mut terms = Vec::new();
    while let (Some(x), Some(y)) = (a, b) {
        if left <= 0.0 {
            break;
        }
        let mass = x.mass.min(y.mass).min(left);
        let ((x_end, x_rest), (y_end, y_rest)) = (cut(x, mass), cut(y, mass));
        let (start, end) = (x.low - y.low, x_end - y_end);
        terms.push(mass * (start * start + start * end + end * end) / 3.0);
        left -= mass;
        a = x_rest.or_else(|| first.next());
        b = y_rest.or_else(|| second.next());
    }
    real::sum(&terms)
}

/// The place at which the lowest `mass` of a piece ends, and what is left of it.
fn cut(piece: Piece, mass: f64) -> (f64, Option<Piece>) {
    if mass >= piece.mass {
        return (piece.high, None);
    }
    let end = piece.low + (piece.high - piece.low) * (mass / piece.mass);
    (end, Some(Piece { mass: piece.mass - mass, low: end, high: piece.high }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(mass: f64, x: f64) -> Piece {
        Piece { mass, low: x, high: x }
    }

    #[test]
    fn points_and_intervals_have_their_distances() {
        let close = |found: f64, expected: f64| {
            assert!((found - expected).abs() < 1e-14, "{found} vs {expected}");
        };
        let pair = [point(1.0, 0.0), point(1.0, 4.0)];
        let shifted = [point(2.0, 1.0), point(2.0, 5.0)];
        close(wasserstein(&pair, &shifted).unwrap(), 1.0);
        // A point against the uniform law on [0, 1]: its second moment about the point.
        let uniform = [Piece { mass: 1.0, low: 0.0, high: 1.0 }];
        close(wasserstein(&uniform, &[point(3.0, 0.5)]).unwrap(), (1.0_f64 / 12.0).sqrt());
        close(wasserstein(&[point(1.0, 0.0)], &uniform).unwrap(), (1.0_f64 / 3.0).sqrt());
        // Uniform laws on [0, 1] and [0, 3]: ∫ (2q)² dq.
        let wide = [Piece { mass: 1.0, low: 0.0, high: 3.0 }];
        close(wasserstein(&uniform, &wide).unwrap(), (4.0_f64 / 3.0).sqrt());
        let halves = [
            Piece { mass: 0.25, low: 0.0, high: 0.25 },
            Piece { mass: 0.75, low: 0.25, high: 1.0 },
        ];
        close(wasserstein(&uniform, &halves).unwrap(), 0.0);
        assert!(wasserstein(&uniform, &[]).is_err());
        assert!(wasserstein(&uniform, &[point(1.0, f64::NAN)]).is_err());
    }

    #[test]
    fn power_tails_keep_their_weight_on_a_stretched_grid() {
        // The density 1.25 (1 + |x|)^−3.5 has a tail of index 2.5; its distance from the point 0 is the
        // root of E x².
        let grid = Grid::sinh(0.0, 1.0, 60.0, 24_000).unwrap();
        let density: Vec<f64> =
            grid.nodes().iter().map(|x| 1.25 * real::exp(-3.5 * real::ln_1p(x.abs()))).collect();
        let law = grid.pieces(&density).unwrap();
        let found = wasserstein(&law, &[point(1.0, 0.0)]).unwrap();
        // 2 · 1.25 ∫ x² (1 + x)^−3.5 dx = 2.5 · B(3, 1/2) = 2.5 · 16/15 = 8/3.
        assert!((found * found / (8.0 / 3.0) - 1.0).abs() < 1e-4, "{}", found * found);
        assert!(grid.pieces(&density[1..]).is_err());
    }
}
