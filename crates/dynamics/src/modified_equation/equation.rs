//! The equations that stand for SGD, as factors of the gradient and of its noise.
//!
//! ```text
//! dX = beta(eta H) g dt + D^{1/2} dW,   D_ij = eta Sigma_ij kappa(a_i, a_j),   a_i = eta lambda_i
//! ```
//!
//! in the eigenbasis of the Hessian `H`; `D` is a covariance per unit of time, not its root.

use crate::linear_algebra::{Matrix, SymmetricEigen, congruence, extremes, symmetric_eigen};
use crate::modified_equation::error::CoefficientError;
use crate::modified_equation::kernel;

/// What is done where the diffusion of the Hessian-aware equation has a negative eigenvalue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonPsd {
    /// It is an error.
    Error,
    /// Negative eigenvalues become zero; the covariance is then no longer exact.
    Clip,
    /// The factorised diffusion of [`Model::Factorised`] is taken instead.
    Factorise,
    /// The formal diffusion is kept: no real process has it, but its moments are those of SGD.
    MomentsOnly,
}

/// A stochastic differential equation that stands for SGD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// `b = −g`, `D = eta Sigma`.
    Sme1,
    /// `b = −g − (eta/2) H g`, `D = eta Sigma`.
    Sme2,
    /// `b = phi(eta H) g` without noise.
    PrincipalFlow,
    /// `b = phi(eta H) g`, `D = eta Sigma`.
    StochasticPrincipalFlow,
    /// `b = phi(eta H) g`, `D_ij = eta Sigma_ij h(alpha_i + alpha_j)`.
    HessianAware(NonPsd),
    /// `b = phi(eta H) g`, `D = eta G Sigma G` with `G = h(−2 log(I − eta H))^{1/2}`.
    Factorised,
}

/// Smallest over largest eigenvalue of a diffusion down to which it counts as semidefinite.
pub const PSD_TOLERANCE: f64 = -1e-12;

impl Model {
    /// The factor `beta(a)` of the gradient at `a = eta lambda`; below 0 for `a > −2`.
    ///
    /// # Source
    /// Li, Tai & E, JMLR 20(40), 2019, for the modified equations; Rosca et al., arXiv 2302.01952,
    /// for the principal flow; Li, Shen, Zhang & He, arXiv 2405.18373, for the others.
    #[must_use]
    pub fn drift_factor(self, a: f64) -> f64 {
        match self {
            Model::Sme1 => -1.0,
            Model::Sme2 => -(1.0 + 0.5 * a),
            _ => kernel::drift_factor(a),
        }
    }

    /// The factor `kappa(a_i, a_j)` of `eta Sigma_ij` in the formal diffusion, before any policy.
    ///
    /// # Source
    /// As for [`Model::drift_factor`]; the factorised one is ours.
    #[must_use]
    pub fn noise_factor(self, a: f64, b: f64) -> f64 {
        let (alpha, beta) = (kernel::contraction(a), kernel::contraction(b));
        match self {
            Model::Sme1 | Model::Sme2 | Model::StochasticPrincipalFlow => 1.0,
            Model::PrincipalFlow => 0.0,
            Model::HessianAware(_) => kernel::diffusion_factor(alpha + beta),
            Model::Factorised => (kernel::diffusion_factor(2.0 * alpha)
                * kernel::diffusion_factor(2.0 * beta))
            .sqrt(),
        }
    }

    /// Whether the equation needs `eta lambda < 1` for all eigenvalues.
    #[must_use]
    pub fn needs_logarithm(self) -> bool {
        !matches!(self, Model::Sme1 | Model::Sme2)
    }
}

/// Drift and diffusion in one point.
#[derive(Clone, Debug, PartialEq)]
pub struct Coefficients {
    /// `b`, `[dim]`, in units of parameter per unit of time; a step of SGD lasts `eta`.
    pub drift: Vec<f64>,
    /// `D`, `[dim, dim]`, covariance per unit of time.
    pub diffusion: Matrix,
}

/// Drift and diffusion of `model` where the gradient is `gradient`, `[dim]`, the Hessian has the
/// eigendecomposition `hessian`, and the gradient noise has the covariance `noise`, `[dim, dim]`.
///
/// # Errors
/// If `eta lambda ≥ 1` for an equation with a logarithm, or if the diffusion is not positive
/// semidefinite and the policy is [`NonPsd::Error`].
///
/// # Panics
/// If the shapes disagree.
pub fn coefficients(
    model: Model,
    gradient: &[f64],
    hessian: &SymmetricEigen,
    noise: &Matrix,
    step_size: f64,
) -> Result<Coefficients, CoefficientError> {
    let products = products(model, &hessian.values, step_size)?;
    let mut rotated = hessian.vectors.times(gradient);
    for (entry, a) in rotated.iter_mut().zip(&products) {
        *entry *= model.drift_factor(*a);
    }
    let formal = congruence(&hessian.vectors, noise);
    let diffusion = rotated_diffusion(model, &products, &formal, step_size)?;
    Ok(Coefficients {
        drift: hessian.vectors.transpose_times(&rotated),
        diffusion: congruence(&hessian.vectors.transposed(), &diffusion),
    })
}

/// `a_i = eta lambda_i`, `[dim]`, of the sorted eigenvalues `lambda_i`, all below 1 if `model` needs it.
///
/// # Errors
/// [`CoefficientError::TooSharp`] if one is not.
pub fn products(
    model: Model,
    eigenvalues: &[f64],
    step_size: f64,
) -> Result<Vec<f64>, CoefficientError> {
    let products: Vec<f64> = eigenvalues.iter().map(|lambda| step_size * lambda).collect();
    let (_, product) = extremes(&products);
    if model.needs_logarithm() && product >= 1.0 {
        return Err(CoefficientError::TooSharp { product });
    }
    Ok(products)
}

/// The diffusion of `model`, `[dim, dim]`, in the eigenbasis of the Hessian, where the covariance of the
/// noise is `noise` and [`products`] are the curvatures.
///
/// # Errors
/// [`CoefficientError::NotPsd`] if it is not positive semidefinite and the policy is
/// [`NonPsd::Error`].
pub fn rotated_diffusion(
    model: Model,
    products: &[f64],
    noise: &Matrix,
    step_size: f64,
) -> Result<Matrix, CoefficientError> {
    let formal = scaled(model, products, noise, step_size);
    let Model::HessianAware(policy) = model else { return Ok(formal) };
    if policy == NonPsd::MomentsOnly {
        return Ok(formal);
    }
    let eigen = symmetric_eigen(&formal);
    let (smallest, largest) = extremes(&eigen.values);
    if smallest >= PSD_TOLERANCE * largest.max(0.0) {
        return Ok(formal);
    }
    match policy {
        NonPsd::Error => Err(CoefficientError::NotPsd { smallest, largest }),
        NonPsd::Clip => Ok(eigen.function(|value| value.max(0.0))),
        NonPsd::Factorise => Ok(scaled(Model::Factorised, products, noise, step_size)),
        NonPsd::MomentsOnly => Ok(formal),
    }
}

/// `eta Sigma_ij kappa(a_i, a_j)`.
fn scaled(model: Model, products: &[f64], noise: &Matrix, step_size: f64) -> Matrix {
    let entries = products
        .iter()
        .zip(noise.rows())
        .flat_map(|(a, row)| {
            row.iter().zip(products).map(move |(s, b)| step_size * s * model.noise_factor(*a, *b))
        })
        .collect();
    Matrix::new(products.len(), products.len(), entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linear_algebra::{combine, diagonal, identity, product};

    fn rotation(angle: f64) -> Matrix {
        let (sin, cos) = crate::real::sin_cos(angle);
        Matrix::new(2, 2, vec![cos, -sin, sin, cos])
    }

    /// Largest difference of two matrices.
    fn gap(a: &Matrix, b: &Matrix) -> f64 {
        combine(1.0, a, -1.0, b).entries().iter().fold(0.0, |m: f64, x| m.max(x.abs()))
    }

    #[test]
    fn diffusion_matches_its_power_series() {
        let hessian = congruence(&rotation(0.4), &diagonal(&[1.5, -0.8]));
        let noise = congruence(&rotation(-0.7), &diagonal(&[1.0, 0.6]));
        let eta = 0.2;
        let found = coefficients(
            Model::HessianAware(NonPsd::Error),
            &[0.3, -1.0],
            &symmetric_eigen(&hessian),
            &noise,
            eta,
        )
        .unwrap();
        let scaled = combine(eta, &hessian, 0.0, &hessian);
        let mut powers = vec![identity(2)];
        for _ in 0..60 {
            powers.push(product(powers.last().unwrap(), &scaled));
        }
        let mut sum = combine(0.0, &noise, 0.0, &noise);
        let mut drift = vec![0.0; 2];
        for (k, left) in powers.iter().enumerate() {
            for (p, x) in left.times(&[0.3, -1.0]).iter().enumerate() {
                drift[p] -= x / (k as f64 + 1.0);
            }
            for (l, right) in powers.iter().enumerate() {
                let weight = eta * kernel::series_coefficient(k as u32, l as u32);
                sum = combine(1.0, &sum, weight, &product(&product(left, &noise), right));
            }
        }
        assert!(gap(&found.diffusion, &sum) < 1e-15);
        for (value, expected) in found.drift.iter().zip(&drift) {
            assert!((value - expected).abs() < 1e-14);
        }
    }

    #[test]
    fn coefficients_do_not_depend_on_the_basis_of_an_eigenspace() {
        let noise = Matrix::new(2, 2, vec![1.0, 0.3, 0.3, 0.5]);
        let turned = SymmetricEigen { values: vec![0.7, 0.7], vectors: rotation(1.1) };
        let plain = SymmetricEigen { values: vec![0.7, 0.7], vectors: identity(2) };
        for model in [Model::Sme2, Model::HessianAware(NonPsd::Error), Model::Factorised] {
            let first = coefficients(model, &[1.0, 2.0], &turned, &noise, 0.9).unwrap();
            let second = coefficients(model, &[1.0, 2.0], &plain, &noise, 0.9).unwrap();
            assert!(gap(&first.diffusion, &second.diffusion) < 1e-15);
            assert!((first.drift[1] - second.drift[1]).abs() < 1e-15);
        }
    }

    #[test]
    fn factorised_diffusion_differs_by_a_double_commutator() {
        // D_F − D = −(eta³/24) [H, [H, Sigma]] + O(eta⁴).
        let hessian = diagonal(&[1.0, -0.5]);
        let noise = Matrix::new(2, 2, vec![1.0, 0.4, 0.4, 0.8]);
        let eta = 1e-3;
        let at = |model| {
            coefficients(model, &[0.0; 2], &symmetric_eigen(&hessian), &noise, eta).unwrap()
        };
        let factorised = at(Model::Factorised).diffusion;
        let exact = at(Model::HessianAware(NonPsd::Error)).diffusion;
        let difference = factorised.row(0)[1] - exact.row(0)[1];
        // [H, [H, Sigma]]_12 = (lambda_1 − lambda_2)² Sigma_12.
        let expected = -eta * eta * eta / 24.0 * 2.25 * 0.4;
        assert!((difference / expected - 1.0).abs() < 2e-3, "{difference} vs {expected}");
    }

    #[test]
    fn sharp_directions_are_refused_where_a_logarithm_is_needed() {
        let flat = symmetric_eigen(&diagonal(&[2.0, 0.1]));
        let noise = identity(2);
        let spf = coefficients(Model::StochasticPrincipalFlow, &[1.0; 2], &flat, &noise, 0.5);
        assert_eq!(spf, Err(CoefficientError::TooSharp { product: 1.0 }));
        assert!(coefficients(Model::Sme2, &[1.0; 2], &flat, &noise, 0.5).is_ok());
    }
}
