//! Stationary covariances of RMSprop(W) and Adam(W) near the minimum of a quadratic.
//!
//! ```text
//! f(x) = xᵀ H x/2,   Cov noise = Sigma,   P = diag(v)^(1/2) + epsilon,   rho = (1 − beta1)/eta
//! chain:     m <- beta1 m + (1 − beta1)(G x + z),   x <- (1 − eta theta) x − eta P⁻¹ m
//! RMSprop:   dX = −(P⁻¹ G + theta) X dt + sqrt(eta) P⁻¹ Sigma^(1/2) dW
//! Adam:      dX = −P⁻¹ (M + c (G X − M)) dt − theta X dt [− c sqrt(eta) P⁻¹ Sigma^(1/2) dW]
//!            dM = rho (G X − M) dt + sqrt(eta) rho Sigma^(1/2) dW,   c = 0 or eta rho
//! G = H and theta as given for decoupled decay; G = H + theta and no theta for a penalty
//! ```
//!
//! To first order in `x` the average of squares does not move: its equation holds `x` squared only.

use maruyama_dynamics::linear_algebra::Matrix;

use crate::adaptive::error::{AdaptiveError, non_negative, positive};
use crate::adaptive::lyapunov::{discrete_lyapunov, lyapunov};
use crate::matrix::{combine, congruence, diagonal, identity, product};

/// How a decay `theta` acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecayForm {
    /// `eta theta x` is taken off `x`: RMSpropW, AdamW.
    Decoupled,
    /// `theta x` is added to the gradient: RMSprop and Adam on `f + theta |x|²/2`.
    Penalty,
}

/// At which value the average of squares stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondMoment {
    /// `v = diag Sigma`, as where noise outweighs the gradient.
    OfNoise,
    /// `v = E g² = diag(Sigma + G C Gᵀ)` for the covariance `C` that comes out.
    OfGradient,
}

/// The term `eta rho (G X − M)` of the drift of Adam's equation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookAhead {
    /// Without it.
    None,
    /// With it, as the paper's equation is recalled.
    Drift,
    /// With it and the noise that belongs to it (derived).
    DriftAndNoise,
}

/// RMSprop(W) or Adam(W) on a quadratic, after their bias corrections have gone.
#[derive(Clone, Debug)]
pub struct AdamSystem {
    /// Symmetric Hessian `H`, `[d, d]`.
    pub hessian: Matrix,
    /// Covariance `Sigma` of the gradient noise, `[d, d]`.
    pub noise: Matrix,
    /// `eta > 0`
    pub step_size: f64,
    /// `beta1` in `[0, 1)`; 0 is RMSprop.
    pub beta1: f64,
    /// `theta ≥ 0`
    pub weight_decay: f64,
    /// How `theta` acts.
    pub decay_form: DecayForm,
    /// `epsilon ≥ 0`
    pub epsilon: f64,
    /// What `v` is.
    pub second_moment: SecondMoment,
}

/// Fixed-point steps towards `v` after which there is none.
const MAX_ROUNDS: usize = 500;

impl AdamSystem {
    /// Stationary covariance of `x` of the equation of RMSprop(W), `[d, d]`; `beta1` is not used.
    ///
    /// # Errors
    /// If a parameter is outside its range or the system is not stable.
    ///
    /// # Source
    /// Compagnoni et al., arXiv 2411.15958: its closed forms, Lemmas C.52 and C.57, are confirmed for
    /// matrices that commute; this equation, `A C + C Aᵀ = eta P⁻¹ Sigma P⁻¹`, is derived.
    pub fn rmsprop_equation(&self) -> Result<Matrix, AdaptiveError> {
        self.settle(|inverse| {
            let pull = product(inverse, &self.pull());
            let drift = combine(1.0, &pull, self.decay(), &identity(self.dim()));
            let noise = congruence(inverse, &self.noise);
            lyapunov(&drift, &combine(self.step_size, &noise, 0.0, &noise))
        })
    }

    /// Stationary covariance of `(x, m)` of the equation of Adam(W), `[2d, 2d]`.
    ///
    /// # Errors
    /// As [`AdamSystem::rmsprop_equation`].
    ///
    /// # Source
    /// The equation is arXiv 2411.15958, section on AdamW (recalled); its covariance is derived.
    pub fn adam_equation(&self, look_ahead: LookAhead) -> Result<Matrix, AdaptiveError> {
        let (dim, rate) = (self.dim(), (1.0 - self.beta1) / self.step_size);
        let eye = identity(dim);
        let ahead = if look_ahead == LookAhead::None { 0.0 } else { 1.0 - self.beta1 };
        let ahead_noise = if look_ahead == LookAhead::DriftAndNoise { ahead } else { 0.0 };
        self.settle(|inverse| {
            let pull = self.pull();
            let moved = product(inverse, &pull);
            let of_x = combine(ahead, &moved, self.decay(), &eye);
            let of_m = combine(1.0 - ahead, inverse, 0.0, &eye);
            let [m_of_x, m_of_m] =
                [combine(-rate, &pull, 0.0, &pull), combine(rate, &eye, 0.0, &eye)];
            let drift = blocks(&of_x, &of_m, &m_of_x, &m_of_m);
            let inputs = stacked(&combine(-ahead_noise, inverse, 0.0, inverse), rate);
            let noise = congruence(&inputs, &self.noise);
            lyapunov(&drift, &combine(self.step_size, &noise, 0.0, &noise))
        })
    }

    /// Stationary covariance of `(x, m)` of the optimiser itself with `v` frozen, `[2d, 2d]`: RMSprop(W)
    /// for `beta1 = 0`, Adam(W) otherwise. `x` and `m` are those after a step.
    ///
    /// # Errors
    /// As [`AdamSystem::rmsprop_equation`].
    ///
    /// # Source
    /// Derived.
    pub fn chain(&self) -> Result<Matrix, AdaptiveError> {
        let dim = self.dim();
        let (eye, rate) = (identity(dim), 1.0 - self.beta1);
        self.settle(|inverse| {
            let step = combine(-self.step_size, inverse, 0.0, inverse);
            let pull = combine(rate, &self.pull(), 0.0, &eye);
            let kept = 1.0 - self.step_size * self.decay();
            let of_x = combine(kept, &eye, 1.0, &product(&step, &pull));
            let of_m = combine(self.beta1, &step, 0.0, &eye);
            let map = blocks(&of_x, &of_m, &pull, &combine(self.beta1, &eye, 0.0, &eye));
            let inputs = stacked(&combine(rate, &step, 0.0, &step), rate);
            discrete_lyapunov(&map, &congruence(&inputs, &self.noise))
        })
    }

    fn dim(&self) -> usize {
        self.hessian.n_rows()
    }

    /// `theta` where it is decoupled.
    fn decay(&self) -> f64 {
        if self.decay_form == DecayForm::Decoupled { self.weight_decay } else { 0.0 }
    }

    /// `G`
    fn pull(&self) -> Matrix {
        let penalty = self.weight_decay - self.decay();
        combine(1.0, &self.hessian, penalty, &identity(self.dim()))
    }

    fn check(&self) -> Result<(), AdaptiveError> {
        positive("step_size", self.step_size)?;
        non_negative("weight_decay", self.weight_decay)?;
        non_negative("epsilon", self.epsilon)?;
        if !(0.0..1.0).contains(&self.beta1) {
            let range = "[0, 1)";
            return Err(AdaptiveError::OutOfRange { name: "beta1", value: self.beta1, range });
        }
        for i in 0..self.dim() {
            positive("a variance of the noise", self.noise.row(i)[i])?;
        }
        Ok(())
    }

    /// The covariance that `solve` finds for `P⁻¹`, with `v` as it should be.
    fn settle(
        &self,
        solve: impl Fn(&Matrix) -> Result<Matrix, AdaptiveError>,
    ) -> Result<Matrix, AdaptiveError> {
        self.check()?;
        let of_noise: Vec<f64> = (0..self.dim()).map(|i| self.noise.row(i)[i]).collect();
        let inverse = |squares: &[f64]| {
            let entries: Vec<f64> =
                squares.iter().map(|v| 1.0 / (v.sqrt() + self.epsilon)).collect();
            diagonal(&entries)
        };
        let mut squares = of_noise.clone();
        for _ in 0..MAX_ROUNDS {
            let covariance = solve(&inverse(&squares))?;
            if self.second_moment == SecondMoment::OfNoise {
                return Ok(covariance);
            }
            let of_gradient = congruence(&self.pull(), &position(&covariance, self.dim()));
            let next: Vec<f64> =
                of_noise.iter().enumerate().map(|(i, s)| s + of_gradient.row(i)[i]).collect();
            let settled =
                next.iter().zip(&squares).all(|(new, old)| (new - old).abs() <= 1e-15 * old);
            squares = next;
            if settled {
                return Ok(covariance);
            }
        }
        Err(AdaptiveError::NotStable)
    }
}

/// The first `[dim, dim]` block of a covariance: that of `x`.
///
/// # Panics
/// If the matrix is smaller.
#[must_use]
pub fn position(covariance: &Matrix, dim: usize) -> Matrix {
    let entries = covariance.rows().take(dim).flat_map(|row| row[..dim].to_vec()).collect();
    Matrix::new(dim, dim, entries)
}

/// The matrix of four blocks `[d, d]`.
fn blocks(a: &Matrix, b: &Matrix, c: &Matrix, d: &Matrix) -> Matrix {
    let dim = a.n_rows();
    let beside = |left: &Matrix, right: &Matrix| -> Vec<f64> {
        left.rows().zip(right.rows()).flat_map(|(l, r)| [l, r].concat()).collect()
    };
    Matrix::new(2 * dim, 2 * dim, [beside(a, b), beside(c, d)].concat())
}

/// `above` over `scale I`, `[2d, d]`.
fn stacked(above: &Matrix, scale: f64) -> Matrix {
    let dim = above.n_rows();
    let below = diagonal(&vec![scale; dim]);
    Matrix::new(2 * dim, dim, [above.entries(), below.entries()].concat())
}

#[cfg(test)]
mod tests;
