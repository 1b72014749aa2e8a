//! Maximum likelihood for the normal law: mean and standard deviation with divisor `n`.

use maruyama_dynamics::real;

use crate::fit::family::{Family, FitError, Fitted};
use crate::law::normal::Normal;
use crate::sample::moments::moments;

/// The normal family, fitted by maximum likelihood.
///
/// ```text
/// mean = (1/n) sum x_i,  std^2 = (1/n) sum (x_i - mean)^2,
/// ln L = -(n / 2) (1 + ln(2 pi std^2))
/// ```
///
/// Parameters: `mean`, `std`; standard errors `std / sqrt(n)` and `std / sqrt(2 n)`.
#[derive(Clone, Copy, Debug)]
pub struct NormalFamily;

impl Family for NormalFamily {
    fn name(&self) -> &'static str {
        "normal"
    }

    fn source(&self) -> &'static str {
        file!()
    }

    fn n_parameters(&self) -> usize {
        2
    }

    fn fit(&self, sample: &[f64]) -> Result<Fitted, FitError> {
        let moments = moments(sample)?;
        let n = sample.len() as f64;
        let (mean, std) = (moments.mean, moments.std);
        Ok(Fitted {
            parameters: vec![("mean", mean), ("std", std)],
            standard_errors: vec![("mean", std / n.sqrt()), ("std", std / (2.0 * n).sqrt())],
            log_likelihood: Some(log_likelihood(n, std)),
            law: Box::new(Normal::new(mean, std)?),
        })
    }
}

/// Maximum of the normal log-likelihood of `n` values with standard deviation `std`.
pub(crate) fn log_likelihood(n: f64, std: f64) -> f64 {
    -0.5 * n * (1.0 + real::ln(2.0 * std::f64::consts::PI) + 2.0 * real::ln(std))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::SIXTY;
    use crate::sample::check::SampleError;

    #[test]
    fn likelihood_is_the_sum_of_log_densities() {
        let fitted = NormalFamily.fit(&SIXTY).unwrap();
        let sum: f64 = SIXTY.iter().map(|x| fitted.law.ln_pdf(*x)).sum();
        assert!((fitted.log_likelihood.unwrap() - sum).abs() < 1e-10);
        assert_eq!(fitted.parameter("mean"), Some(crate::sample::moments::mean(&SIXTY)));
    }

    #[test]
    fn unusable_samples_are_errors() {
        let constant = SampleError::Constant { value: 2.0 };
        assert_eq!(NormalFamily.fit(&[2.0, 2.0]).unwrap_err(), constant.into());
        assert!(NormalFamily.fit(&[]).is_err() && NormalFamily.fit(&[0.0, f64::NAN]).is_err());
    }
}
