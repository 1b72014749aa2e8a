//! The root of a covariance that is a matrix of formulas, for sixteen points at a time.
//!
//! ```text
//! C = R Rᵀ,  R lower triangular (Cholesky)
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::formula::{FormulaError, Graph, Node, NodeId, Tape};
use crate::noise::{LANES, Lanes};
use crate::simd::{Isa, Kernel, dispatch};

/// Share of a diagonal entry down to which a pivot counts as zero.
const TOLERANCE: f64 = 1e-13;

/// The root `R(x)` of the covariance of the noise, up to its scale.
#[derive(Clone, Debug, PartialEq)]
pub enum NoiseRoot {
    /// The identity.
    Identity,
    /// The same everywhere: the lower triangle by rows, `[d (d + 1)/2, LANES]`.
    Constant(Vec<Lanes>),
    /// The lower triangle by rows of the covariance, as a function of the point.
    Varying(Tape),
}

impl NoiseRoot {
    /// The root of the matrix whose lower triangle, by rows, is `covariance`; of the identity if there
    /// is none.
    ///
    /// # Errors
    /// If a constant matrix is not positive semidefinite, or a formula is too large.
    pub(crate) fn new(
        graph: &Graph,
        covariance: Option<&[NodeId]>,
        dim: usize,
    ) -> Result<NoiseRoot, FormulaError> {
        let Some(covariance) = covariance else { return Ok(NoiseRoot::Identity) };
        let tape = Tape::new(graph, covariance)?;
        let is_variable = |id: &NodeId| matches!(graph.node(*id), Node::Variable(_));
        if graph.below(covariance).iter().any(is_variable) {
            return Ok(NoiseRoot::Varying(tape));
        }
        let mut triangle = vec![[0.0; LANES]; covariance.len()];
        tape.evaluate(&[], &mut triangle);
        dispatch(Factorise { dim, triangle: &mut triangle });
        if triangle.iter().any(|row| !row[0].is_finite()) {
            let message = "the covariance is not positive semidefinite";
            return Err(FormulaError::new(1, message, "give one that is"));
        }
        Ok(NoiseRoot::Constant(triangle))
    }

    /// Rows of memory that [`NoiseRoot::times`] needs for `dim` variables.
    #[must_use]
    pub fn n_rooms(&self, dim: usize) -> usize {
        match self {
            NoiseRoot::Varying(_) => dim * (dim + 1) / 2,
            NoiseRoot::Identity | NoiseRoot::Constant(_) => 0,
        }
    }

    /// Replaces `z`, `[d, LANES]`, by `R(x) z` at the points `x`, `[d, LANES]`; NaN where the
    /// covariance is not positive semidefinite. To be marked `#[inline(always)]`.
    #[inline(always)]
    pub fn times<S: Isa>(&self, isa: S, x: &[Lanes], room: &mut [Lanes], z: &mut [Lanes]) {
        match self {
            NoiseRoot::Identity => {}
            NoiseRoot::Constant(triangle) => multiply(isa, triangle, z),
            NoiseRoot::Varying(tape) => {
                let triangle = &mut room[..tape.n_outputs()];
                tape.evaluate(x, triangle);
                factorise(isa, z.len(), triangle);
                multiply(isa, triangle, z);
            }
        }
    }

    /// Writes the diagonal of `C(x)`, `[d, LANES]`, to `out`.
    pub fn variances(&self, x: &[Lanes], out: &mut [Lanes]) {
        let dim = out.len();
        let mut triangle = vec![[0.0; LANES]; dim * (dim + 1) / 2];
        match self {
            NoiseRoot::Identity => out.fill([1.0; LANES]),
            NoiseRoot::Varying(tape) => {
                tape.evaluate(x, &mut triangle);
                for (i, out) in out.iter_mut().enumerate() {
                    *out = triangle[start(i) + i];
                }
            }
            NoiseRoot::Constant(root) => {
                for (i, out) in out.iter_mut().enumerate() {
                    let row = &root[start(i)..=start(i) + i];
                    *out = [row.iter().map(|entry| entry[0] * entry[0]).sum(); LANES];
                }
            }
        }
    }
}

/// Where row `i` of a lower triangle begins.
const fn start(i: usize) -> usize {
    i * (i + 1) / 2
}

struct Factorise<'a> {
    dim: usize,
    triangle: &'a mut [Lanes],
}

impl Kernel for Factorise<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        factorise(isa, self.dim, self.triangle);
    }
}

/// Replaces the lower triangle of a matrix by that of its root. A pivot within 1e-13 of zero makes
/// its column zero, one below makes it NaN.
#[inline(always)]
fn factorise<S: Isa>(isa: S, dim: usize, triangle: &mut [Lanes]) {
    let (zero, one) = (isa.splat_f64s(0.0), isa.splat_f64s(1.0));
    for vector in 0..LANES / S::F64_LANES {
        for j in 0..dim {
            let diagonal = S::as_simd_f64s(&triangle[start(j) + j]).0[vector];
            let pivot = reduced::<S>(isa, triangle, vector, (j, j), j);
            let bound = isa.mul_f64s(isa.splat_f64s(TOLERANCE), isa.abs_f64s(diagonal));
            let is_positive = isa.greater_than_f64s(pivot, bound);
            let root = isa.sqrt_f64s(isa.select_f64s(is_positive, pivot, one));
            let inverse = isa.select_f64s(is_positive, isa.div_f64s(one, root), zero);
            let is_zero = isa.less_than_or_equal_f64s(isa.abs_f64s(pivot), bound);
            let rest = isa.select_f64s(is_zero, zero, isa.splat_f64s(f64::NAN));
            let root = isa.select_f64s(is_positive, root, rest);
            S::as_mut_simd_f64s(&mut triangle[start(j) + j]).0[vector] = root;
            for i in j + 1..dim {
                let entry = reduced::<S>(isa, triangle, vector, (i, j), j);
                let entry = isa.mul_f64s(entry, inverse);
                S::as_mut_simd_f64s(&mut triangle[start(i) + j]).0[vector] = entry;
            }
        }
    }
}

/// `C_ij − sum_{k < n} R_ik R_jk`
#[inline(always)]
fn reduced<S: Isa>(
    isa: S,
    triangle: &[Lanes],
    vector: usize,
    (i, j): (usize, usize),
    n: usize,
) -> S::f64s {
    let at = |i: usize, j: usize| S::as_simd_f64s(&triangle[start(i) + j]).0[vector];
    (0..n).fold(at(i, j), |rest, k| isa.negate_mul_add_f64s(at(i, k), at(j, k), rest))
}

/// `z <- R z`, from the last row up.
#[inline(always)]
fn multiply<S: Isa>(isa: S, triangle: &[Lanes], z: &mut [Lanes]) {
    for i in (0..z.len()).rev() {
        for vector in 0..LANES / S::F64_LANES {
            let at = |j: usize| S::as_simd_f64s(&triangle[start(i) + j]).0[vector];
            let z_at = |z: &[Lanes], j: usize| S::as_simd_f64s(&z[j]).0[vector];
            let mut sum = isa.mul_f64s(at(i), z_at(z, i));
            for j in 0..i {
                sum = isa.mul_add_f64s(at(j), z_at(z, j), sum);
            }
            S::as_mut_simd_f64s(&mut z[i]).0[vector] = sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(triangle: &[f64], dim: usize) -> Vec<f64> {
        let mut rows: Vec<Lanes> = triangle.iter().map(|entry| [*entry; LANES]).collect();
        dispatch(Factorise { dim, triangle: &mut rows });
        rows.iter().map(|row| row[3]).collect()
    }

    #[test]
    fn roots_times_their_transposes_are_the_matrix() {
        let matrix = [4.0, 2.0, 3.0, -1.0, 0.5, 2.0];
        let root = root(&matrix, 3);
        for i in 0..3 {
            for j in 0..=i {
                let product: f64 = (0..=j).map(|k| root[start(i) + k] * root[start(j) + k]).sum();
                assert!((product - matrix[start(i) + j]).abs() < 1e-15, "{i} {j}");
            }
        }
    }

    #[test]
    fn singular_matrices_have_roots_and_indefinite_ones_none() {
        assert_eq!(root(&[1.0, 2.0, 4.0], 2), [1.0, 2.0, 0.0]);
        assert_eq!(root(&[0.0, 0.0, 4.0], 2), [0.0, 0.0, 2.0]);
        assert!(root(&[1.0, 2.0, 3.0], 2)[2].is_nan());
        assert!(root(&[-1.0], 1)[0].is_nan());
    }
}
