//! The sliced Wasserstein distance: the mean over directions of distances on the line.
//!
//! ```text
//! SW_p^p = E_theta W_p^p(theta . X, theta . Y),   theta uniform on the unit sphere
//! ```
//!
//! `SW_p <= W_p`, about `W_p / sqrt(d)` in `d` dimensions for spherical laws: the two are not to be
//! compared as if they were equal.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use maruyama_dynamics::noise::Stream;
use maruyama_dynamics::real;
use maruyama_dynamics::simd::{Isa, Kernel, dispatch};

use crate::distance::error::{DistanceError, check_length, check_order};
use crate::distance::line::between_sorted;
use crate::distance::points::Points;
use crate::sample::sort::Sorter;

/// Directions that are projected on at a time.
const GROUP: usize = 8;

/// A sliced distance from finitely many directions.
#[derive(Clone, Debug, PartialEq)]
pub struct Sliced {
    /// The estimate of `SW_p`.
    pub distance: f64,
    /// Its Monte-Carlo standard error over directions, by the delta method; infinite for one
    /// direction. It says nothing about the size of the samples.
    pub standard_error: f64,
    /// The distance in each direction, `[n_directions]`.
    pub distances: Vec<f64>,
}

/// `n` directions, uniform on the unit sphere of `dim` dimensions, `[n, dim]`.
#[must_use]
pub fn draw_directions(n: usize, dim: usize, stream: &mut Stream) -> Vec<f64> {
    let mut directions = vec![0.0; n * dim];
    stream.fill_normals(&mut directions);
    for direction in directions.chunks_exact_mut(dim.max(1)) {
        let norm = real::dot(direction, direction).sqrt();
        for x in direction.iter_mut() {
            *x /= norm;
        }
    }
    directions
}

/// The sliced Wasserstein distance of order `order` in the given directions.
///
/// # Arguments
/// * `x`, `y`: points, `[n, d]` and `[m, d]`
/// * `directions`: vectors of any positive length, divided by it, `[k, d]`, `k >= 1`
/// * `order`: finite `p >= 1`
///
/// # Source
/// Bonneel, Rabin, Peyre & Pfister, "Sliced and Radon Wasserstein barycenters of measures", J. Math.
/// Imaging Vision 51, 2015.
///
/// # Errors
/// If the dimensions differ, a direction is zero or not finite, `order` is below 1 or infinite, or a
/// projection overflows.
pub fn sliced_wasserstein(
    x: &Points,
    y: &Points,
    directions: &[f64],
    order: f64,
) -> Result<Sliced, DistanceError> {
    check_order(order)?;
    if order.is_infinite() {
        return Err(DistanceError::Order { order });
    }
    x.check_same_space(y)?;
    let unit = unit_vectors(&Points::new(directions, x.dim())?)?;
    let (mut x, mut y) = (Projector::new(x), Projector::new(y));
    let (mut sorter, mut sorted) = (Sorter::new(), [Vec::new(), Vec::new()]);
    let mut distances = Vec::with_capacity(unit.len() / x.dim);
    for group in unit.chunks(GROUP * x.dim) {
        x.project(group);
        y.project(group);
        for k in 0..group.len() / x.dim {
            let [first, second] = &mut sorted;
            let is_finite = sorter.sort_finite_into(x.row(k), first)
                && sorter.sort_finite_into(y.row(k), second);
            if !is_finite {
                return Err(DistanceError::Overflow);
            }
            let distance = between_sorted(first, second, order);
            if !distance.is_finite() {
                return Err(DistanceError::Overflow);
            }
            distances.push(distance);
        }
    }
    Ok(summary(distances, order))
}

fn unit_vectors(directions: &Points) -> Result<Vec<f64>, DistanceError> {
    let mut unit = directions.coordinates().to_vec();
    for direction in unit.chunks_exact_mut(directions.dim()) {
        let largest = direction.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
        if largest == 0.0 {
            let expected = "a positive number";
            return Err(DistanceError::Parameter { parameter: "length", value: 0.0, expected });
        }
        for x in direction.iter_mut() {
            *x /= largest;
        }
        let norm = real::dot(direction, direction).sqrt();
        for x in direction.iter_mut() {
            *x /= norm;
        }
    }
    Ok(unit)
}

/// Mean of powers and its standard error; relative to the largest, which cannot overflow.
fn summary(distances: Vec<f64>, order: f64) -> Sliced {
    let scale = distances.iter().fold(0.0_f64, |a, b| a.max(*b));
    if scale == 0.0 {
        return Sliced { distance: 0.0, standard_error: 0.0, distances };
    }
    let k = distances.len() as f64;
    let power = |w: &f64| crate::distance::power_mean::power(w / scale, order);
    let powers: Vec<f64> = distances.iter().map(power).collect();
    let mean = real::sum(&powers) / k;
    let squares: Vec<f64> = powers.iter().map(|w| (w - mean) * (w - mean)).collect();
    let error = (real::sum(&squares) / (k - 1.0) / k).sqrt();
    let distance = scale * crate::distance::power_mean::root(mean, order);
    let standard_error = if k > 1.0 { distance * error / (order * mean) } else { f64::INFINITY };
    Sliced { distance, standard_error, distances }
}

/// Projections of one sample on a group of directions.
struct Projector {
    tiles: Vec<[f64; 8]>,
    n: usize,
    stride: usize,
    dim: usize,
    projected: Vec<f64>,
}

impl Projector {
    fn new(points: &Points) -> Projector {
        let stride = points.n().next_multiple_of(8);
        Projector {
            tiles: points.tiles(),
            n: points.n(),
            stride,
            dim: points.dim(),
            projected: vec![0.0; GROUP * stride],
        }
    }

    fn project(&mut self, directions: &[f64]) {
        dispatch(Project { projector: self, directions });
    }

    fn row(&self, k: usize) -> &[f64] {
        &self.projected[k * self.stride..][..self.n]
    }
}

struct Project<'a> {
    projector: &'a mut Projector,
    directions: &'a [f64],
}

impl Kernel for Project<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let Projector { tiles, stride, dim, projected, .. } = self.projector;
        let (stride, dim) = (*stride, *dim);
        let mut directions = vec![[0.0; GROUP]; dim];
        for (k, direction) in self.directions.chunks_exact(dim).enumerate() {
            for (j, x) in direction.iter().enumerate() {
                directions[j][k] = *x;
            }
        }
        for (tile_index, tile) in tiles.chunks_exact(dim).enumerate() {
            let start = 8 * tile_index;
            let mut sums = [isa.splat_eight(0.0); GROUP];
            for (x, direction) in tile.iter().zip(&directions) {
                let x = isa.load_eight(x);
                for k in 0..GROUP {
                    sums[k] = isa.mul_add_eight(isa.splat_eight(direction[k]), x, sums[k]);
                }
            }
            for (k, sum) in sums.into_iter().enumerate() {
                isa.store_eight(sum, eight_mut(&mut projected[k * stride + start..]));
            }
        }
    }
}

#[inline(always)]
fn eight_mut(x: &mut [f64]) -> &mut [f64; 8] {
    (&mut x[..8]).try_into().expect("eight numbers")
}

/// As [`sliced_wasserstein`], in `n_directions` directions drawn from `stream`.
///
/// # Errors
/// As [`sliced_wasserstein`], and if `n_directions` is zero.
pub fn sliced_wasserstein_drawn(
    x: &Points,
    y: &Points,
    n_directions: usize,
    order: f64,
    stream: &mut Stream,
) -> Result<Sliced, DistanceError> {
    check_length("directions", n_directions.min(1), 1)?;
    sliced_wasserstein(x, y, &draw_directions(n_directions, x.dim(), stream), order)
}
