//! Laws on a quadratic of the equations that a manifest can name.

use maruyama_dynamics::linear_algebra::{
    combine, congruence, diagonal, extremes, identity, symmetric_eigen,
};
use maruyama_dynamics::modified_equation::{Form, Model, NonPsd};
use maruyama_dynamics::real;

use crate::hessian_aware::circular::{Circular, CircularNoise};
use crate::hessian_aware::error::HessianAwareError;
use crate::hessian_aware::gaussian::Gaussian;
use crate::hessian_aware::quadratic::Quadratic;

impl Quadratic {
    /// The law at time `time ≥ 0` of `form` from `start`; an equation with a shift starts at
    /// `x − (eta/2) ∇f(x)` and is read at `y + (eta/2) ∇f(y)`, which takes a point to itself up to order
    /// `eta²`.
    ///
    /// Terms of third order vanish on a quadratic with constant noise.
    ///
    /// # Errors
    /// As for [`Quadratic::law`].
    pub fn form_law(
        &self,
        form: Form,
        start: &Gaussian,
        time: f64,
    ) -> Result<Gaussian, HessianAwareError> {
        if !form.is_shifted() {
            return self.law(form.model(), start, time);
        }
        let law = self.law(form.model(), &self.moved(start, -1.0)?, time)?;
        self.moved(&law, 1.0)
    }

    /// The stationary law of `form`, as it is read.
    ///
    /// # Errors
    /// As for [`Quadratic::stationary`].
    pub fn stationary_form(&self, form: Form) -> Result<Gaussian, HessianAwareError> {
        let law = self.stationary(form.model())?;
        if form.is_shifted() { self.moved(&law, 1.0) } else { Ok(law) }
    }

    /// The law of `x + (sign eta/2) ∇f(x)`.
    fn moved(&self, law: &Gaussian, sign: f64) -> Result<Gaussian, HessianAwareError> {
        let dim = self.eigen.values.len();
        if law.mean.len() != dim {
            let (what, found) = ("the initial mean", law.mean.len());
            return Err(HessianAwareError::Shape { what, found, expected: dim });
        }
        let half = 0.5 * sign * self.step_size;
        let back = self.eigen.vectors.transposed();
        let hessian = congruence(&back, &diagonal(&self.eigen.values));
        let map = combine(1.0, &identity(dim), half, &hessian);
        let mut mean = map.times(&law.mean);
        real::add_scaled(&mut mean, half, &back.times(&self.linear));
        Ok(Gaussian { mean, covariance: congruence(&map, &law.covariance) })
    }

    /// The smallest and the largest eigenvalue of the formal diffusion of `form`, before any policy;
    /// smallest first.
    ///
    /// # Errors
    /// If `eta lambda ≥ 1` for an equation with a logarithm.
    pub fn formal_spectrum(&self, form: Form) -> Result<(f64, f64), HessianAwareError> {
        let model = match form.model() {
            Model::HessianAware(_) => Model::HessianAware(NonPsd::MomentsOnly),
            other => other,
        };
        let diffusion = self.diffusion(model)?;
        Ok(extremes(&symmetric_eigen(&diffusion).values))
    }

    /// The real part of the circular extension at time `time ≥ 0` from the point `x`, `[dim]`.
    ///
    /// # Errors
    /// If `eta lambda = 1` for an eigenvalue, or its diffusion is indefinite.
    pub fn circular_law(&self, x: &[f64], time: f64) -> Result<Gaussian, HessianAwareError> {
        let circular = Circular::new(self, CircularNoise::Matched)?;
        let values = circular.diffusion_eigenvalues();
        if !circular.exists() {
            let (smallest, largest) = extremes(&values);
            return Err(HessianAwareError::NotPsd { smallest, largest });
        }
        circular.real_law(x, time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maruyama_dynamics::linear_algebra::Matrix;

    #[test]
    fn shifts_make_the_stationary_variance_second_order() {
        // D = eta, h = 1: Var = eta/(2 + eta) of SME-2, read through (1 + eta/2)²; SGD has eta/(2 − eta).
        let one = Matrix::new(1, 1, vec![1.0]);
        for eta in [0.4, 0.2] {
            let quadratic = Quadratic::new(&one, &one, eta).unwrap();
            let read = |form| quadratic.stationary_form(form).unwrap().covariance.row(0)[0];
            let shifted = read(Form::Shifted(Model::Sme2));
            let expected = eta / (2.0 + eta) * (1.0 + 0.5 * eta) * (1.0 + 0.5 * eta);
            assert!((shifted - expected).abs() < 1e-15);
            let chain = eta / (2.0 - eta);
            let plain = read(Form::Plain(Model::Sme2));
            assert!((shifted - chain).abs() < 0.2 * (plain - chain).abs());
        }
    }

    #[test]
    fn a_shifted_law_is_the_law_of_shifted_points() {
        let hessian = Matrix::new(2, 2, vec![1.2, 0.3, 0.3, -0.2]);
        let noise = Matrix::new(2, 2, vec![1.0, 0.3, 0.3, 0.5]);
        let quadratic = Quadratic::new(&hessian, &noise, 0.2).unwrap();
        let quadratic = quadratic.with_linear_term(&[0.5, -1.0]).unwrap();
        let start = Gaussian::point(&[1.0, -2.0]);
        let form = Form::Shifted(Model::StochasticPrincipalFlow);
        let at_start = quadratic.form_law(form, &start, 0.0).unwrap();
        // x − (eta/2)² (A² x + A c): the shift there and back.
        let gradient = |x: &[f64]| -> Vec<f64> {
            hessian.times(x).iter().zip([0.5, -1.0]).map(|(a, c)| a + c).collect()
        };
        let moved: Vec<f64> =
            gradient(&start.mean).iter().zip(&start.mean).map(|(g, x)| x - 0.1 * g).collect();
        let expected: Vec<f64> =
            gradient(&moved).iter().zip(&moved).map(|(g, x)| x + 0.1 * g).collect();
        for (x, y) in at_start.mean.iter().zip(expected) {
            assert!((x - y).abs() < 1e-15);
        }
        let plain = quadratic.form_law(Form::Plain(Model::Sme1), &start, 0.7).unwrap();
        assert_eq!(plain, quadratic.law(Model::Sme1, &start, 0.7).unwrap());
    }

    #[test]
    fn the_circular_extension_needs_a_logarithm() {
        let one = Matrix::new(1, 1, vec![1.0]);
        let at = |eta: f64| Quadratic::new(&one, &one, eta).unwrap().circular_law(&[1.0], eta);
        let chain = Quadratic::new(&one, &one, 1.5).unwrap();
        let chain = chain.chain_law(&Gaussian::point(&[1.0]), 1).unwrap();
        let law = at(1.5).unwrap();
        assert!(law.relative_mean_error(&chain) < 1e-14);
        assert!(law.relative_covariance_error(&chain) < 1e-14);
        assert_eq!(at(1.0).unwrap_err(), HessianAwareError::NoLogarithm { eigenvalue: 1.0 });
    }
}
