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
        if self.form == Form::Plain(Model::Sme1) {
            return Ok(gradient.iter().map(|g| -g).collect());
        }
        let eigen = symmetric_eigen(&objective.hessian(x));
        let products = self.products(&eigen.values)?;
        Ok(self.drift_of(objective, x, &gradient, &eigen, &products))
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

    /// The drift, `[d]`, and the symmetric root of the diffusion, `[d, d]`, at `x`.
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
        let eigen = symmetric_eigen(&objective.hessian(x));
        let products = self.products(&eigen.values)?;
        let drift = self.drift_of(objective, x, &gradient, &eigen, &products);
        let noise = congruence(&eigen.vectors, &objective.covariance(x));
        let added = match self.form {
            Form::ThirdOrder(_) => objective.covariance_along(x, &gradient),
            _ => None,
        };
        let added = added.map(|change| {
            let scale = 0.5 * self.step_size * self.step_size;
            combine(scale, &congruence(&eigen.vectors, &change), 0.0, &noise)
        });
        let diffusion = |model: Model| -> Result<Matrix, CoefficientError> {
            let plain = rotated_diffusion(model, &products, &noise, self.step_size)?;
            Ok(added
                .as_ref()
                .map_or_else(|| plain.clone(), |added| combine(1.0, &plain, 1.0, added)))
        };
        let root = rotated_root(self.form.model(), diffusion)?;
        Ok((drift, congruence(&eigen.vectors.transposed(), &root)))
    }
}

/// The symmetric root of a diffusion, with the policy of `model` where it has none.
fn rotated_root(
    model: Model,
    diffusion: impl Fn(Model) -> Result<Matrix, CoefficientError>,
) -> Result<Matrix, CoefficientError> {
    let root = |eigen: &SymmetricEigen| eigen.function(|value| value.max(0.0).sqrt());
    let Model::HessianAware(policy) = model else {
        return Ok(root(&symmetric_eigen(&diffusion(model)?)));
    };
    let eigen = symmetric_eigen(&diffusion(Model::HessianAware(NonPsd::MomentsOnly))?);
    let (smallest, largest) = extremes(&eigen.values);
    if smallest >= PSD_TOLERANCE * largest.max(0.0) {
        return Ok(root(&eigen));
    }
    match policy {
        NonPsd::Factorise => Ok(root(&symmetric_eigen(&diffusion(Model::Factorised)?))),
        NonPsd::Clip => Ok(root(&eigen)),
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
