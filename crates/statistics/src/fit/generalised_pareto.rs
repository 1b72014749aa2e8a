//! Maximum likelihood for the generalised Pareto law, by Grimshaw's reduction to one parameter.
//!
//! ```text
//! tau = xi / s:   xi(tau) = (1/n) sum ln(1 + tau x_i),   s(tau) = xi(tau) / tau
//! ln L(tau) = -n [ ln s(tau) + 1 + xi(tau) ],   tau > -1 / max x
//! ```
//!
//! The profile may have several maxima, and grows without bound as `tau -> -1 / max x`, where
//! `xi < -1`. It is scanned for all maxima with `xi >= -1`; Newton's method in `(xi, ln s)` ends at
//! the highest. At `xi = -1` the law is uniform on `[0, max x]`: that end is a candidate too.

use maruyama_dynamics::real;

use crate::fit::family::{Family, FitError, Fitted};
use crate::fit::generalised_pareto_likelihood::Likelihood;
use crate::law::generalised_pareto::GeneralisedPareto;
use crate::sample::check::{SampleError, varied};
use crate::special::vector::ln_1p_scaled;

/// Name of the family in errors and tables.
pub(crate) const NAME: &str = "generalised_pareto";
const MAX_ITERATIONS: usize = 100;

/// A generalised Pareto law fitted to excesses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GeneralisedParetoFit {
    /// Number of excesses.
    pub n: usize,
    /// The extreme value index, at least -1.
    pub xi: f64,
    /// The scale, in units of the excesses.
    pub scale: f64,
    /// Maximum of the log-likelihood.
    pub log_likelihood: f64,
    /// Inverse of the observed information in `(xi, scale)`: variances and covariance `[2, 2]`; `None`
    /// for `xi <= -1/2`, where the estimate is not asymptotically normal.
    pub covariance: Option<[[f64; 2]; 2]>,
}

impl GeneralisedParetoFit {
    /// Standard errors of `xi` and of the scale, where [`GeneralisedParetoFit::covariance`] exists.
    #[must_use]
    pub fn standard_errors(&self) -> Option<[f64; 2]> {
        self.covariance.map(|v| [v[0][0].sqrt(), v[1][1].sqrt()])
    }

    /// The fitted law.
    ///
    /// # Errors
    /// If the scale overflowed.
    pub fn law(&self) -> Result<GeneralisedPareto, FitError> {
        Ok(GeneralisedPareto::new(self.xi, self.scale)?)
    }
}

/// The law of maximal likelihood for `excesses` over a threshold.
///
/// An excess of zero makes the likelihood unbounded at `xi > n - 1`; the fit is its highest maximum
/// elsewhere, which may be the uniform law.
///
/// # Arguments
/// * `excesses`: values at or above zero, at least 2, not all equal, `[n]`
///
/// # Source
/// Grimshaw, "Computing maximum likelihood estimates for the generalized Pareto distribution",
/// Technometrics 35(2), 1993; standard errors for `xi > -1/2`: Smith, Biometrika 72(1), 1985.
///
/// # Errors
/// If a value is negative or not finite, the sample is too small or constant, or there is no
/// maximum.
pub fn fit(excesses: &[f64]) -> Result<GeneralisedParetoFit, FitError> {
    check(excesses)?;
    // Scaled by a power of two, subnormal and huge excesses are like others.
    let mean = real::sum(excesses) / excesses.len() as f64;
    let unit = if mean.is_finite() { mean } else { f64::MAX };
    let scaled: Vec<f64> = excesses.iter().map(|x| x / unit).collect();
    let (n, largest) = (scaled.len(), scaled.iter().fold(0.0_f64, |a, x| a.max(*x)));
    let uniform = -(n as f64) * real::ln(largest);
    let mut best: Option<Likelihood> = None;
    for (xi, scale) in starts(&scaled, largest) {
        let top = climb(&scaled, xi, scale)?;
        if best.is_none_or(|other| top.value > other.value) {
            best = Some(top);
        }
    }
    let shift = n as f64 * real::ln(unit);
    match best {
        Some(top) if top.value >= uniform => {
            let scale = top.scale * unit;
            let covariance = (top.xi > -0.5).then(|| top.covariance()).flatten();
            // d scale = scale d ln scale.
            let covariance =
                covariance.map(|[[a, b], [_, c]]| [[a, b * scale], [b * scale, c * scale * scale]]);
            let log_likelihood = top.value - shift;
            Ok(GeneralisedParetoFit { n, xi: top.xi, scale, log_likelihood, covariance })
        }
        _ => {
            let (scale, log_likelihood) = (largest * unit, uniform - shift);
            Ok(GeneralisedParetoFit { n, xi: -1.0, scale, log_likelihood, covariance: None })
        }
    }
}

/// Checks that `excesses` are finite, not negative and not all equal.
pub(crate) fn check(excesses: &[f64]) -> Result<(), FitError> {
    varied(excesses, 2)?;
    match excesses.iter().position(|x| *x < 0.0) {
        Some(index) => Err(SampleError::Negative { index, value: excesses[index] }.into()),
        None => Ok(()),
    }
}

/// Points `(xi, s)` next to the maxima of Grimshaw's profile on a grid, with `xi > -1`.
fn starts(excesses: &[f64], largest: f64) -> Vec<(f64, f64)> {
    let mut logs = vec![0.0; excesses.len()];
    let points: Vec<(f64, f64, f64)> = grid(largest)
        .into_iter()
        .map(|tau| {
            ln_1p_scaled(tau, excesses, &mut logs);
            let xi = real::sum(&logs) / logs.len() as f64;
            let scale = xi / tau;
            (xi, scale, -real::ln(scale) - 1.0 - xi)
        })
        .filter(|(xi, scale, value)| *xi > -1.0 && *scale > 0.0 && value.is_finite())
        .collect();
    // At the last point the profile may still rise: excesses of zero make it unbounded.
    let is_top =
        |i: usize| (i == 0 || points[i].2 > points[i - 1].2) && points[i].2 >= points[i + 1].2;
    let last = points.len().saturating_sub(1);
    (0..last).filter(|i| is_top(*i)).map(|i| (points[i].0, points[i].1)).collect()
}

/// Values of `tau` in `(-1 / largest, infinity)`, for excesses of mean one: dense at the lower end
/// and on a logarithmic scale elsewhere, without zero.
fn grid(largest: f64) -> Vec<f64> {
    let below = (1..=14).map(|j| -(1.0 - real::exp(-real::ln(2.0) * f64::from(j))) / largest);
    let near = (1..=6).map(|j| -0.5 / largest * real::exp(-1.2 * f64::from(j)));
    let above = (0..24).map(|j| real::exp(-7.0 + 0.9 * f64::from(j)));
    let mut taus: Vec<f64> = below.chain(near).chain(above).collect();
    taus.sort_unstable_by(f64::total_cmp);
    taus
}

/// Newton's method from `(xi, scale)`, along the gradient where the likelihood is not concave, with
/// steps halved until the likelihood rises.
fn climb(excesses: &[f64], xi: f64, scale: f64) -> Result<Likelihood, FitError> {
    let mut here = Likelihood::new(excesses, xi, scale);
    for _ in 0..MAX_ITERATIONS {
        let n = excesses.len() as f64;
        let [d_xi, d_ln] = here.newton().unwrap_or(here.gradient.map(|g| g / n));
        let gain = d_xi * here.gradient[0] + d_ln * here.gradient[1];
        if gain < 1e-13 {
            return Ok(here);
        }
        let step = |factor: f64| {
            let scale = here.scale * real::exp(factor * d_ln);
            Likelihood::new(excesses, here.xi + factor * d_xi, scale)
        };
        let steps = (0..60).scan(1.0, |factor, _| {
            let next = step(*factor);
            *factor *= 0.5;
            Some(next)
        });
        let Some(next) = { steps }.find(|next| next.value > here.value) else {
            // No step rises above the rounding error of the sum: this is the maximum.
            return Ok(here);
        };
        here = next;
    }
    // Near xi = -1 the ascent creeps along the end of the support towards the uniform law.
    if here.xi < -0.9 {
        return Ok(here);
    }
    Err(FitError::NotConverged { family: NAME, iterations: MAX_ITERATIONS })
}

/// The generalised Pareto family, fitted by maximum likelihood to excesses at or above zero.
///
/// Parameters: `xi`, `scale`; their standard errors for `xi > -1/2`.
#[derive(Clone, Copy, Debug)]
pub struct GeneralisedParetoFamily;

impl Family for GeneralisedParetoFamily {
    fn name(&self) -> &'static str {
        NAME
    }

    fn source(&self) -> &'static str {
        file!()
    }

    fn n_parameters(&self) -> usize {
        2
    }

    fn fit(&self, sample: &[f64]) -> Result<Fitted, FitError> {
        let fit = fit(sample)?;
        let errors = fit.standard_errors();
        Ok(Fitted {
            parameters: vec![("xi", fit.xi), ("scale", fit.scale)],
            standard_errors: errors.map_or(Vec::new(), |[xi, s]| vec![("xi", xi), ("scale", s)]),
            log_likelihood: Some(fit.log_likelihood),
            law: Box::new(fit.law()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;
    use crate::law::interface::Law;

    fn drawn(xi: f64, n: usize, chain: u64) -> Vec<f64> {
        let law = GeneralisedPareto::new(xi, 1.5).unwrap();
        let mut stream = Stream::new(StreamKey(67), chain, Purpose::Bootstrap);
        (0..n).map(|_| law.draw(&mut stream)).collect()
    }

    #[test]
    fn no_point_of_a_grid_is_higher() {
        for (chain, xi) in (0..).zip([-0.8, -0.3, 0.0, 0.5, 2.0]) {
            for n in [5, 40, 300] {
                let x = drawn(xi, n, chain);
                let best = fit(&x).unwrap();
                for i in 0..60 {
                    let xi = -1.0 + 0.07 * f64::from(i);
                    for j in -20..=20 {
                        let scale = best.scale * real::exp(0.1 * f64::from(j));
                        let other = Likelihood::new(&x, xi, scale).value;
                        assert!(other <= best.log_likelihood + 1e-9, "{xi}, {scale}: {best:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_change_of_unit_changes_the_scale_only() {
        let x = drawn(0.3, 100, 7);
        let best = fit(&x).unwrap();
        for unit in [1e-300, 1e-20, 1e250] {
            let scaled: Vec<f64> = x.iter().map(|x| x * unit).collect();
            let other = fit(&scaled).unwrap();
            assert!((other.xi - best.xi).abs() < 1e-9, "{unit}: {other:?}");
            assert!((other.scale / best.scale / unit - 1.0).abs() < 1e-9);
            assert!(other.standard_errors().unwrap()[0].is_finite());
        }
    }

    #[test]
    fn standard_errors_are_those_of_the_expected_information() {
        // Smith: n Var(xi) -> (1 + xi)^2, n Var(scale) / scale^2 -> 2 (1 + xi).
        let n = 40_000;
        for (chain, xi) in (20..).zip([-0.15, 0.0, 0.6]) {
            let [error, scale_error] =
                fit(&drawn(xi, n, chain)).unwrap().standard_errors().unwrap();
            assert!((error * f64::from(n as u32).sqrt() / (1.0 + xi) - 1.0).abs() < 0.05);
            let expected = 1.5 * (2.0 * (1.0 + xi) / n as f64).sqrt();
            assert!((scale_error / expected - 1.0).abs() < 0.05);
        }
    }

    #[test]
    fn a_uniform_sample_ends_at_the_bound() {
        let x: Vec<f64> = (1..=20).map(f64::from).collect();
        let best = fit(&x).unwrap();
        assert_eq!((best.xi, best.scale, best.covariance), (-1.0, 20.0, None));
        assert!((best.log_likelihood + 20.0 * real::ln(20.0)).abs() < 1e-12);
    }

    #[test]
    fn unusable_samples_are_errors() {
        let negative = SampleError::Negative { index: 1, value: -1.0 };
        assert_eq!(fit(&[1.0, -1.0]), Err(negative.into()));
        assert!(fit(&[]).is_err() && fit(&[1.0]).is_err() && fit(&[2.0; 5]).is_err());
        assert!(fit(&[1.0, f64::NAN]).is_err() && fit(&[1.0, f64::INFINITY]).is_err());
        assert!(fit(&[0.0, 0.0, 1.0]).is_ok_and(|fit| fit.log_likelihood.is_finite()));
        assert!(fit(&[5e-324, 1e-323, 1e-322]).is_ok_and(|fit| fit.scale > 0.0));
        assert!(fit(&[1e308, 1.5e308, 1.7e308]).is_ok_and(|fit| fit.scale.is_finite()));
    }

    #[test]
    fn the_family_reports_its_fit() {
        let fitted = GeneralisedParetoFamily.fit(&drawn(0.4, 200, 3)).unwrap();
        assert_eq!(fitted.parameters.len(), 2);
        assert_eq!(fitted.standard_errors.len(), 2);
        assert!(fitted.parameter("xi").is_some_and(|xi| (xi - 0.4).abs() < 0.4));
    }
}
