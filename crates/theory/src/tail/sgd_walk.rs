//! Growth rates of the moments of SGD on a data set, by a population of directions.
//!
//! ```text
//! Lambda(p) = lim k⁻¹ ln E|M_k ... M_1 u|^p,      u -> M u/|M u| with weight |M u|^p
//! B = 1:   row i is drawn in proportion to |M_i u|^p, with weight (1/n) sum_i |M_i u|^p
//! ```

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::noise::Stream;
use maruyama_dynamics::real;

use crate::tail::interface::{Case, NotApplicable, Samples};
use crate::tail::population::Walk;
use crate::tail::sgd_moment::{check_batch, coordinates};

/// Directions of SGD on a data set, weighted for one power.
#[derive(Clone, Debug)]
pub struct SgdWalk {
    /// Rows in coordinates of the span of the data, `[n, r]`.
    rows: Matrix,
    /// Squared lengths of the rows, `[n]`.
    squares: Vec<f64>,
    /// Rows to start from.
    starts: Vec<usize>,
    step_size: f64,
    batch_size: usize,
    is_with_replacement: bool,
    /// `1 − gamma delta/n`.
    keep: f64,
    p: f64,
}

impl SgdWalk {
    /// The walk for `case`; its power is zero until [`SgdWalk::with_power`] sets it.
    ///
    /// # Errors
    /// Without a data set, or if a batch without replacement is larger than it.
    pub fn new(case: &Case<'_>) -> Result<SgdWalk, NotApplicable> {
        let Samples::Finite { design, right_vectors, .. } = case.samples else {
            return Err(NotApplicable::NeedsFiniteData);
        };
        check_batch(case)?;
        let (n_rows, batch_size) = (design.n_rows(), case.batch_size);
        let rows = coordinates(design, right_vectors);
        let squares: Vec<f64> = rows.rows().map(|row| real::dot(row, row)).collect();
        let keep = 1.0 - case.step_size * case.ridge / n_rows as f64;
        // From the rows whose updates expand, where there are any: they carry the tail.
        let expands = |idx: &usize| case.step_size * squares[*idx] - keep > 1.0;
        let mut starts: Vec<usize> = (0..n_rows).filter(expands).collect();
        if starts.is_empty() {
            starts = (0..n_rows).filter(|&idx| squares[idx] > 0.0).collect();
        }
        Ok(SgdWalk {
            rows,
            squares,
            starts,
            step_size: case.step_size,
            batch_size: batch_size as usize,
            is_with_replacement: case.is_with_replacement,
            keep,
            p: 0.0,
        })
    }

    /// The same walk, weighted for the power `p`.
    #[must_use]
    pub fn with_power(&self, p: f64) -> SgdWalk {
        SgdWalk { p, ..self.clone() }
    }

    /// A step with a batch of one, drawn in proportion to its weight; returns the log weight.
    fn step_tilted(&self, point: &mut [f64], stream: &mut Stream) -> f64 {
        let projections = self.rows.times(point);
        let (gamma, keep) = (self.step_size, self.keep);
        let log_weight = |(c, square): (&f64, &f64)| {
            let length = keep * keep + gamma * c * c * (gamma * square - 2.0 * keep);
            0.5 * self.p * real::ln(length.max(f64::MIN_POSITIVE))
        };
        let mut weights: Vec<f64> = projections.iter().zip(&self.squares).map(log_weight).collect();
        let largest = weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for weight in &mut weights {
            *weight = real::exp(*weight - largest);
        }
        let sum = real::sum(&weights);
        let idx = drawn(&weights, sum * stream.uniform());
        let scale = -gamma * projections[idx];
        self.move_to(point, |target| real::add_scaled(target, scale, self.rows.row(idx)));
        largest + real::ln(sum / weights.len() as f64)
    }

    /// A step with a batch as SGD draws it; returns the log weight.
    fn step_plain(&self, point: &mut [f64], stream: &mut Stream) -> f64 {
        let mut batch: Vec<usize> = Vec::with_capacity(self.batch_size);
        while batch.len() < self.batch_size {
            let idx = stream.index(self.rows.n_rows());
            if self.is_with_replacement || !batch.contains(&idx) {
                batch.push(idx);
            }
        }
        let scale = -self.step_size / self.batch_size as f64;
        let before = point.to_vec();
        let norm = self.move_to(point, |target| {
            for &idx in &batch {
                let row = self.rows.row(idx);
                real::add_scaled(target, scale * real::dot(row, &before), row);
            }
        });
        self.p * real::ln(norm.max(f64::MIN_POSITIVE))
    }

    /// Moves `point` to `keep · point + update`, brought to length one; returns its length before
    /// that. A point that is moved to zero stays.
    fn move_to(&self, point: &mut [f64], update: impl FnOnce(&mut [f64])) -> f64 {
        let mut moved: Vec<f64> = point.iter().map(|x| self.keep * x).collect();
        update(&mut moved);
        let norm = real::dot(&moved, &moved).sqrt();
        if norm > 0.0 {
            for (target, z) in point.iter_mut().zip(&moved) {
                *target = z / norm;
            }
        }
        norm
    }
}

/// The index at which the running sum of `weights` reaches `target`.
fn drawn(weights: &[f64], target: f64) -> usize {
    let mut reached = 0.0;
    for (idx, weight) in weights.iter().enumerate() {
        reached += weight;
        if reached >= target {
            return idx;
        }
    }
    weights.len() - 1
}

impl Walk for SgdWalk {
    fn dim(&self) -> usize {
        self.rows.n_columns()
    }

    fn duration(&self) -> f64 {
        1.0
    }

    fn start(&self, particle: usize, point: &mut [f64]) {
        let idx = self.starts[particle % self.starts.len()];
        let length = self.squares[idx].sqrt();
        for (target, a) in point.iter_mut().zip(self.rows.row(idx)) {
            *target = a / length;
        }
    }

    fn n_normals(&self) -> usize {
        0
    }

    fn step(&self, point: &mut [f64], _normals: &[f64], stream: &mut Stream) -> f64 {
        if self.batch_size == 1 {
            self.step_tilted(point, stream)
        } else {
            self.step_plain(point, stream)
        }
    }
}
