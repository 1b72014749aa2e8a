//! All derivatives of a formula that the modified equations of SGD need.

use crate::formula::{FormulaError, NodeId, Tape};
use crate::linear_algebra::Matrix;
use crate::problem::core::Problem;
use crate::problem::formula::objective::Formula;
use crate::problem::formula::root::NoiseRoot;
use crate::real;

/// The gradient, Hessian and third derivatives of a [`Formula`] and the covariance of its noise,
/// with derivatives of its own.
#[derive(Clone, Debug)]
pub struct FormulaDerivatives {
    dim: usize,
    gradient: Tape,
    /// `∂_i ∂_j f` for `i ≤ j`.
    second: Tape,
    /// `∂_i ∂_j ∂_k f` for `i ≤ j ≤ k`.
    third: Tape,
    /// Lower triangle of `C`, by rows.
    covariance: Option<Tape>,
    /// For each of its entries the derivatives by all variables.
    slopes: Option<Tape>,
    /// `sigma² Var xi`
    variance: f64,
    is_linear: bool,
}

impl FormulaDerivatives {
    /// The derivatives of `formula`.
    ///
    /// # Errors
    /// If they have too many operations.
    pub fn new(formula: &Formula) -> Result<FormulaDerivatives, FormulaError> {
        let dim = formula.dim();
        let (mut covariance, mut slopes) = (None, None);
        if let Some(entries) = &formula.covariance {
            let mut graph = formula.graph.clone();
            let mut roots: Vec<NodeId> = Vec::new();
            for entry in entries {
                for variable in 0..dim as u32 {
                    roots.push(graph.derivative(*entry, variable)?);
                }
            }
            covariance = Some(Tape::new(&graph, entries)?);
            slopes = Some(Tape::new(&graph, &roots)?);
        }
        let mut graph = formula.graph.clone();
        let third = formula.differentiate(&mut graph, 3)?;
        let is_flat = third.iter().all(|node| graph.constant_at(*node) == Some(0.0));
        let is_varying = matches!(formula.noise_root, NoiseRoot::Varying(_));
        Ok(FormulaDerivatives {
            dim,
            gradient: formula.gradient.clone(),
            second: formula.derivatives(2)?,
            third: Tape::new(&graph, &third)?,
            covariance,
            slopes,
            variance: formula.noise_std * formula.noise_std * formula.noise.variance(),
            is_linear: is_flat && !is_varying,
        })
    }

    /// Number of variables `d`.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Whether the objective is seen to be a quadratic with constant noise, on which the chain of SGD
    /// is linear.
    #[must_use]
    pub fn is_linear(&self) -> bool {
        self.is_linear
    }

    /// The gradient `g` at `x`; both `[d]`.
    ///
    /// # Panics
    /// Here and below, if `x` has fewer than `d` coordinates.
    #[must_use]
    pub fn gradient(&self, x: &[f64]) -> Vec<f64> {
        self.gradient.at(x)
    }

    /// The Hessian `H` at `x`, `[d, d]`.
    #[must_use]
    pub fn hessian(&self, x: &[f64]) -> Matrix {
        let upper = self.second.at(x);
        let mut entries = vec![0.0; self.dim * self.dim];
        let mut next = upper.iter();
        for i in 0..self.dim {
            for (j, entry) in (i..self.dim).zip(&mut next) {
                entries[i * self.dim + j] = *entry;
                entries[j * self.dim + i] = *entry;
            }
        }
        Matrix::new(self.dim, self.dim, entries)
    }

    /// The third derivatives `∂_i ∂_j ∂_k f(x)` at `x` `[d]` with `i ≤ j ≤ k`, the last index fastest,
    /// `[d (d + 1) (d + 2)/6]`.
    #[must_use]
    pub fn third_derivatives(&self, x: &[f64]) -> Vec<f64> {
        self.third.at(x)
    }

    /// `T:S`, `(T:S)_i = sum_jk ∂_i ∂_j ∂_k f(x) S_jk`, `[d]`, for a symmetric `S`, `[d, d]`.
    #[must_use]
    pub fn third(&self, x: &[f64], s: &Matrix) -> Vec<f64> {
        let mut sums = vec![0.0; self.dim];
        let values = self.third.at(x);
        let mut next = values.iter();
        for i in 0..self.dim {
            for j in i..self.dim {
                for (k, value) in (j..self.dim).zip(&mut next) {
                    // Each place of the tensor with these indices, in any order, once.
                    let mut places =
                        [[i, j, k], [i, k, j], [j, i, k], [j, k, i], [k, i, j], [k, j, i]];
                    places.sort_unstable();
                    for (at, [a, b, c]) in places.iter().enumerate() {
                        if at == 0 || places[at - 1] != places[at] {
                            sums[*a] += value * s.row(*b)[*c];
                        }
                    }
                }
            }
        }
        sums
    }

    /// The covariance `Sigma` of the noise on the gradient at `x`, `[d, d]`; infinite if the law of
    /// the noise has none.
    #[must_use]
    pub fn covariance(&self, x: &[f64]) -> Matrix {
        match &self.covariance {
            None => {
                let entry =
                    |at: usize| if at.is_multiple_of(self.dim + 1) { self.variance } else { 0.0 };
                Matrix::new(self.dim, self.dim, (0..self.dim * self.dim).map(entry).collect())
            }
            Some(tape) => self.symmetric(&tape.at(x)),
        }
    }

    /// `(v·∇) Sigma` at `x`, `[d, d]`: the derivative of the covariance in the direction `v`, `[d]`; none
    /// if the covariance is constant.
    #[must_use]
    pub fn covariance_along(&self, x: &[f64], v: &[f64]) -> Option<Matrix> {
        let slopes = self.slopes.as_ref()?.at(x);
        let along: Vec<f64> =
            slopes.chunks_exact(self.dim).map(|slopes| real::dot(slopes, v)).collect();
        Some(self.symmetric(&along))
    }

    /// The symmetric matrix with the lower triangle `sigma² Var(xi)` times `triangle`.
    fn symmetric(&self, triangle: &[f64]) -> Matrix {
        let place = |i: usize, j: usize| i.max(j) * (i.max(j) + 1) / 2 + i.min(j);
        let entry = |at: usize| self.variance * triangle[place(at / self.dim, at % self.dim)];
        Matrix::new(self.dim, self.dim, (0..self.dim * self.dim).map(entry).collect())
    }
}
