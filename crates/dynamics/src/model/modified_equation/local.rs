//! Drift and root of the diffusion of an equation in one point of an objective.

use crate::linear_algebra::{
    Matrix, SymmetricEigen, combine, congruence, extremes, outer, symmetric_eigen,
};
use crate::model::modified_equation::smooth::SmoothObjective;
use crate::modified_equation::{
    CoefficientError, Form, Model, NonPsd, PSD_TOLERANCE, products, rotated_diffusion,
};
use crate::real;

/// What is done where `eta lambda` is 1 or more and the equation has a logarithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharpness {
    /// The equation does not exist there.
    Stop,
    /// `eta lambda` counts as 0.999.
    Cap,
}

/// The largest `eta lambda` of [`Sharpness::Cap`].
const CAPPED: f64 = 0.999;

/// An equation at a step size, on any objective.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LocalEquation {
    /// Which.
    pub form: Form,
    /// Step size `eta > 0` of SGD.
    pub step_size: f64,
    /// What is done in sharp directions.
    pub sharpness: Sharpness,
}

impl LocalEquation {
    /// `eta lambda_i`, `[d]`, of the sorted eigenvalues.
    ///
    /// # Errors
    /// [`CoefficientError::TooSharp`] if one is too large for the equation.
    pub(crate) fn products(&self, eigenvalues: &[f64]) -> Result<Vec<f64>, CoefficientError> {
        let model = self.form.model();
        if self.sharpness == Sharpness::Stop || !model.needs_logarithm() {
            return products(model, eigenvalues, self.step_size);
        }
        Ok(eigenvalues.iter().map(|lambda| (self.step_size * lambda).min(CAPPED)).collect())
    }

    /// The drift at `x`, `[d]`, per unit of time.
    ///
    /// # Source
    /// As for [`Model::drift_factor`]; the terms of third order are ours.
    ///
    /// # Errors
    /// As [`LocalEquation::coefficients`], but not for the diffusion.
    pub fn drift(
        &self,
        objective: &impl SmoothObjective,
        x: &[f64],
    ) -> Result<Vec<f64>, CoefficientError> {
        let gradient = objective.gradient(x);
        if !self.form.model().needs_logarithm() {
            return Ok(self.polynomial_drift(objective, x, &gradient));
        }
        let eigen = symmetric_eigen(&objective.hessian(x));
        let products = self.products(&eigen.values)?;
        Ok(self.drift_of(objective, x, &gradient, &eigen, &products))
    }

    /// The drift of an equation without a logarithm.
    fn polynomial_drift(
        &self,
        objective: &impl SmoothObjective,
        x: &[f64],
        gradient: &[f64],
    ) -> Vec<f64> {
        let mut drift: Vec<f64> = gradient.iter().map(|g| -g).collect();
        if self.form.model() == Model::Sme2 {
            let image = objective.hessian(x).times(gradient);
            real::add_scaled(&mut drift, -0.5 * self.step_size, &image);
        }
        drift
    }

    fn drift_of(
        &self,
        objective: &impl SmoothObjective,
        x: &[f64],
        gradient: &[f64],
        eigen: &SymmetricEigen,
        products: &[f64],
    ) -> Vec<f64> {
        let mut rotated = eigen.vectors.times(gradient);
        for (entry, a) in rotated.iter_mut().zip(products) {
            *entry *= self.form.model().drift_factor(*a);
        }
        let mut drift = eigen.vectors.transpose_times(&rotated);
        if matches!(self.form, Form::ThirdOrder(_)) {
            let square = self.step_size * self.step_size;
            let mixed = combine(
                -square / 12.0,
                &outer(gradient, gradient),
                0.25 * square,
                &objective.covariance(x),
            );
            real::add_scaled(&mut drift, 1.0, &objective.third(x, &mixed));
        }
        drift
    }

    /// The drift, `[d]`, and a root of the diffusion, `[d, d]`, at `x`.
    ///
    /// # Errors
    /// [`CoefficientError::TooSharp`] if `eta lambda ≥ 1` for an equation with a logarithm and sharp
    /// directions stop it, and [`CoefficientError::NotPsd`] if the diffusion is indefinite and the policy
    /// is [`NonPsd::Error`].
    pub fn coefficients(
        &self,
        objective: &impl SmoothObjective,
        x: &[f64],
    ) -> Result<(Vec<f64>, Matrix), CoefficientError> {
        let gradient = objective.gradient(x);
        let noise = objective.covariance(x);
        let plain = combine(self.step_size, &noise, 0.0, &noise);
        if !self.form.model().needs_logarithm() {
            let drift = self.polynomial_drift(objective, x, &gradient);
            return Ok((drift, objective.root(&plain)));
        }
        let eigen = symmetric_eigen(&objective.hessian(x));
        let products = self.products(&eigen.values)?;
        let drift = self.drift_of(objective, x, &gradient, &eigen, &products);
        if self.form.model() == Model::StochasticPrincipalFlow {
            return Ok((drift, objective.root(&plain)));
        }
        let added = match self.form {
            Form::ThirdOrder(_) => objective.covariance_along(x, &gradient),
            _ => None,
        };
        let noise = congruence(&eigen.vectors, &noise);
        let diffusion = |model: Model| -> Result<Matrix, CoefficientError> {
            let rotated = rotated_diffusion(model, &products, &noise, self.step_size)?;
            let diffusion = congruence(&eigen.vectors.transposed(), &rotated);
            Ok(match &added {
                Some(change) => {
                    combine(1.0, &diffusion, 0.5 * self.step_size * self.step_size, change)
                }
                None => diffusion,
            })
        };
        Ok((drift, objective.root(&existing(self.form.model(), diffusion)?)))
    }
}

/// A diffusion, with the policy of `model` where it is indefinite.
fn existing(
    model: Model,
    diffusion: impl Fn(Model) -> Result<Matrix, CoefficientError>,
) -> Result<Matrix, CoefficientError> {
    let Model::HessianAware(policy) = model else { return diffusion(model) };
    let formal = diffusion(Model::HessianAware(NonPsd::MomentsOnly))?;
    let eigen = symmetric_eigen(&formal);
    let (smallest, largest) = extremes(&eigen.values);
    if smallest >= PSD_TOLERANCE * largest.max(0.0) {
        return Ok(formal);
    }
    match policy {
        NonPsd::Factorise => diffusion(Model::Factorised),
        NonPsd::Clip => Ok(eigen.function(|value| value.max(0.0))),
        NonPsd::Error | NonPsd::MomentsOnly => Err(CoefficientError::NotPsd { smallest, largest }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `f = x⁴/4` with `Sigma = 1 + x²`.
    struct Quartic;

    impl SmoothObjective for Quartic {
        fn dim(&self) -> usize {
            1
        }

        fn gradient(&self, x: &[f64]) -> Vec<f64> {
            vec![x[0] * x[0] * x[0]]
        }

        fn hessian(&self, x: &[f64]) -> Matrix {
            Matrix::new(1, 1, vec![3.0 * x[0] * x[0]])
        }

        fn third(&self, x: &[f64], s: &Matrix) -> Vec<f64> {
            vec![6.0 * x[0] * s.row(0)[0]]
        }

        fn covariance(&self, x: &[f64]) -> Matrix {
            Matrix::new(1, 1, vec![1.0 + x[0] * x[0]])
        }

        fn covariance_along(&self, x: &[f64], v: &[f64]) -> Option<Matrix> {
            Some(Matrix::new(1, 1, vec![2.0 * x[0] * v[0]]))
        }

        fn root(&self, covariance: &Matrix) -> Matrix {
            Matrix::new(1, 1, vec![covariance.row(0)[0].sqrt()])
        }
    }

    fn at(form: Form, sharpness: Sharpness, x: f64) -> Result<(f64, f64), CoefficientError> {
        let equation = LocalEquation { form, step_size: 0.2, sharpness };
        let (drift, root) = equation.coefficients(&Quartic, &[x])?;
        assert_eq!(equation.drift(&Quartic, &[x])?, drift);
        Ok((drift[0], root.row(0)[0]))
    }

    #[test]
    fn coefficients_are_those_of_the_formulas() {
        let (x, eta) = (0.8_f64, 0.2);
        let (g, lambda, sigma) = (x * x * x, 3.0 * x * x, 1.0 + x * x);
        let a = eta * lambda;
        let phi = real::ln_1p(-a) / a;
        let diffusion = eta * sigma * -2.0 * real::ln_1p(-a) / (a * (2.0 - a));
        let third = eta * eta * 6.0 * x * (sigma / 4.0 - g * g / 12.0);
        let added = 0.5 * eta * eta * g * 2.0 * x;
        for (form, drift, diffusion) in [
            (Form::Plain(Model::Sme1), -g, eta * sigma),
            (Form::Shifted(Model::Sme2), -g * (1.0 + 0.5 * a), eta * sigma),
            (Form::Plain(Model::PrincipalFlow), phi * g, 0.0),
            (Form::Plain(Model::StochasticPrincipalFlow), phi * g, eta * sigma),
            (Form::Plain(Model::HessianAware(NonPsd::Error)), phi * g, diffusion),
            (Form::Plain(Model::Factorised), phi * g, diffusion),
            (Form::ThirdOrder(NonPsd::Error), phi * g + third, diffusion + added),
        ] {
            let (found, root) = at(form, Sharpness::Stop, x).unwrap();
            assert!((found - drift).abs() < 1e-15, "{form:?}");
            assert!((root * root - diffusion).abs() < 1e-15, "{form:?}");
        }
    }

    #[test]
    fn sharp_points_stop_an_equation_or_are_capped() {
        let spf = Form::Plain(Model::StochasticPrincipalFlow);
        let stopped = at(spf, Sharpness::Stop, 2.0).unwrap_err();
        assert!(matches!(stopped, CoefficientError::TooSharp { product } if product > 2.39));
        let (drift, _) = at(spf, Sharpness::Cap, 2.0).unwrap();
        assert!((drift - real::ln(0.001) / 0.999 * 8.0).abs() < 1e-12);
        assert!(at(Form::Plain(Model::Sme2), Sharpness::Stop, 2.0).is_ok());
    }
}
