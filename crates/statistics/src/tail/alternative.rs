//! Other laws for the tail above a threshold, and Vuong's test of the power law against them.
//!
//! ```text
//! z = x / x_min >= 1,   l = ln z
//! power law               alpha z^(-alpha - 1)
//! exponential             lambda exp(-lambda (z - 1))
//! stretched exponential   beta theta z^(beta - 1) exp(-theta (z^beta - 1))
//! lognormal               exp(-(l - m)^2 / (2 s^2)) / (z s sqrt(2 pi) Phi(m / s))
//! truncated power law     z^-a exp(-b z) / E_a(b),   E_a(b) = int_1^inf z^-a exp(-b z) dz
//! R = sum_i [ln f_power(x_i) - ln f_other(x_i)],   w^2 = variance of the terms
//! ```

use maruyama_dynamics::real;

use crate::tail::lognormal_tail::LognormalTail;
use crate::tail::power_law::{PowerLaw, PowerLawError};
use crate::tail::stretched_tail::StretchedTail;
use crate::tail::truncated_power::TruncatedPower;

/// A law of the tail that is not a power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alternative {
    /// Lognormal above the threshold.
    Lognormal,
    /// Exponential above the threshold.
    Exponential,
    /// Weibull above the threshold.
    StretchedExponential,
    /// A power law with an exponential cut-off, which contains the power law.
    TruncatedPowerLaw,
}

impl Alternative {
    /// Every alternative, in the order of tables.
    pub const ALL: [Alternative; 4] = [
        Alternative::Lognormal,
        Alternative::Exponential,
        Alternative::StretchedExponential,
        Alternative::TruncatedPowerLaw,
    ];

    /// Its name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Alternative::Lognormal => "lognormal",
            Alternative::Exponential => "exponential",
            Alternative::StretchedExponential => "stretched_exponential",
            Alternative::TruncatedPowerLaw => "truncated_power_law",
        }
    }
}

/// A comparison of the power law with an alternative on the same tail.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The alternative.
    pub alternative: Alternative,
    /// Its maximum-likelihood parameters by name, in the units of the sample: `mu`, `sigma` of the
    /// logarithm; `lambda`; `lambda`, `beta` of `exp(-(lambda x)^beta)`; `alpha` of the density and
    /// `lambda`. `None` where the likelihood has no maximum but rises towards the power law, which is
    /// a limit of the lognormal and stretched exponential tails and a member of the truncated ones.
    pub parameters: Option<[(&'static str, f64); 2]>,
    /// Log-likelihood of the power law.
    pub power_law: f64,
    /// Log-likelihood of the alternative: its supremum.
    pub other: f64,
    /// `R / (w sqrt(n))`; positive in favour of the power law. Zero where the two agree.
    pub statistic: f64,
    /// The probability of a statistic as far from zero if both laws are equally near to the truth;
    /// for the truncated power law, that of a likelihood ratio as large under a power law. Small
    /// values say that the sign of the ratio can be trusted.
    pub p: f64,
}

/// Vuong's test of the power law `fit` of `sample` against `alternative`, both on the tail above its
/// threshold.
///
/// The nested alternative has `2 |R|` referred to the law of chi squared with one degree of freedom,
/// as in the package powerlaw; since the power law lies on the bound of the family, that is
/// conservative: the limit is half of it.
///
/// # Source
/// Vuong, "Likelihood ratio tests for model selection and non-nested hypotheses", Econometrica 57(2),
/// 1989, theorem 5.1; Clauset, Shalizi & Newman, SIAM Review 51(4), 2009, section 5 and appendix C.
///
/// # Errors
/// As `power_law_at` if `fit` is not of this sample; [`PowerLawError::Range`] if the sum of `z`
/// overflows, and [`PowerLawError::NoAlternative`] if the truncated law is not found.
pub fn compare(
    sample: &[f64],
    fit: &PowerLaw,
    alternative: Alternative,
) -> Result<Comparison, PowerLawError> {
    let tail: Vec<f64> = sample.iter().copied().filter(|x| *x >= fit.x_min).collect();
    let is_varied = tail.iter().any(|x| *x != tail[0]);
    if tail.len() < 2 || !is_varied || fit.x_min <= 0.0 || tail.iter().any(|x| !x.is_finite()) {
        return Err(PowerLawError::NoThreshold { needed: 2 });
    }
    let ln_min = real::ln(fit.x_min);
    let logs: Vec<f64> = tail.iter().map(|x| real::ln(*x) - ln_min).collect();
    let ratios: Vec<f64> = tail.iter().map(|x| x / fit.x_min).collect();
    if !real::sum(&ratios).is_finite() {
        return Err(PowerLawError::Range { x_min: fit.x_min });
    }
    let power: Vec<f64> =
        logs.iter().map(|l| real::ln(fit.alpha) - (fit.alpha + 1.0) * l).collect();
    let other = fit_other(alternative, &logs, &ratios, fit.x_min)?;
    let shift = tail.len() as f64 * ln_min;
    let power_law = real::sum(&power) - shift;
    let Some((parameters, densities)) = other else {
        let (other, statistic) = (power_law, 0.0);
        return Ok(Comparison {
            alternative,
            parameters: None,
            power_law,
            other,
            statistic,
            p: 1.0,
        });
    };
    let (statistic, p) = vuong(&power, &densities, alternative == Alternative::TruncatedPowerLaw);
    let other = real::sum(&densities) - shift;
    Ok(Comparison { alternative, parameters: Some(parameters), power_law, other, statistic, p })
}

type Fitted = ([(&'static str, f64); 2], Vec<f64>);

/// Parameters and log-densities of `z`; `None` where the power law is the limit.
fn fit_other(
    kind: Alternative,
    logs: &[f64],
    ratios: &[f64],
    x_min: f64,
) -> Result<Option<Fitted>, PowerLawError> {
    let n = logs.len() as f64;
    let pairs = || logs.iter().copied().zip(ratios.iter().copied());
    Ok(match kind {
        Alternative::Exponential => {
            let rate = n / real::sum(&ratios.iter().map(|z| z - 1.0).collect::<Vec<f64>>());
            let densities = ratios.iter().map(|z| real::ln(rate) - rate * (z - 1.0)).collect();
            Some(([("lambda", rate / x_min), ("x_min", x_min)], densities))
        }
        Alternative::Lognormal => LognormalTail::fit(logs).map(|law| {
            let mu = law.location() + real::ln(x_min);
            let densities = logs.iter().map(|l| law.ln_pdf(*l)).collect();
            ([("mu", mu), ("sigma", law.scale())], densities)
        }),
        Alternative::StretchedExponential => StretchedTail::fit(logs).map(|law| {
            let lambda = real::exp(real::ln(law.theta) / law.beta) / x_min;
            let densities = logs.iter().map(|l| law.ln_pdf(*l)).collect();
            ([("lambda", lambda), ("beta", law.beta)], densities)
        }),
        Alternative::TruncatedPowerLaw => {
            let alternative = kind.name();
            let law = TruncatedPower::fit(logs, ratios)
                .map_err(|_| PowerLawError::NoAlternative { alternative })?;
            law.map(|law| {
                let densities = pairs().map(|(l, z)| law.ln_pdf(l, z)).collect();
                ([("alpha", law.a), ("lambda", law.b / x_min)], densities)
            })
        }
    })
}

/// The normalised ratio and its probability.
fn vuong(first: &[f64], second: &[f64], nested: bool) -> (f64, f64) {
    let n = first.len() as f64;
    let terms: Vec<f64> = first.iter().zip(second).map(|(a, b)| a - b).collect();
    let ratio = real::sum(&terms);
    let mean = ratio / n;
    let squares: Vec<f64> = terms.iter().map(|t| (t - mean) * (t - mean)).collect();
    let spread = real::sum(&squares).sqrt();
    if spread <= 0.0 {
        return (0.0, 1.0);
    }
    let statistic = ratio / spread;
    let p = if nested {
        real::erfc(ratio.abs().sqrt())
    } else {
        real::erfc(statistic.abs() * std::f64::consts::FRAC_1_SQRT_2)
    };
    (statistic, p)
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;
    use crate::tail::power_law::{Distance, power_law_at};

    fn compared(sample: &[f64], alternative: Alternative) -> Comparison {
        let fit = power_law_at(sample, 1.0, Distance::Supremum).unwrap();
        compare(sample, &fit, alternative).unwrap()
    }

    fn uniforms(n: usize, chain: u64) -> Vec<f64> {
        let mut stream = Stream::new(StreamKey(109), chain, Purpose::Bootstrap);
        (0..n).map(|_| stream.uniform()).collect()
    }

    #[test]
    fn exponential_tails_are_told_from_power_laws() {
        let x: Vec<f64> = uniforms(1_000, 0).iter().map(|u| 1.0 - real::ln(*u)).collect();
        for alternative in Alternative::ALL {
            let c = compared(&x, alternative);
            assert!(c.statistic < -3.0 && c.p < 1e-3 && c.other > c.power_law, "{c:?}");
        }
        let exponential = compared(&x, Alternative::Exponential).parameters.unwrap()[0].1;
        assert!((exponential - 1.0).abs() < 0.13, "{exponential}");
    }

    #[test]
    fn power_laws_are_told_from_exponential_tails() {
        let x: Vec<f64> = uniforms(1_000, 1).iter().map(|u| 1.0 / u).collect();
        let c = compared(&x, Alternative::Exponential);
        assert!(c.statistic > 3.0 && c.p < 1e-3 && c.other < c.power_law, "{c:?}");
        for alternative in [Alternative::Lognormal, Alternative::StretchedExponential] {
            let c = compared(&x, alternative);
            // Both contain the power law as a limit: they are never worse.
            assert!(c.other >= c.power_law - 1e-9 && c.p > 0.01, "{c:?}");
        }
        let c = compared(&x, Alternative::TruncatedPowerLaw);
        assert!(c.other >= c.power_law - 1e-9 && c.p > 0.01, "{c:?}");
    }

    #[test]
    fn tails_heavier_than_the_family_end_at_the_power_law() {
        let x: Vec<f64> =
            uniforms(500, 2).iter().map(|u| real::exp(real::pow(*u, -0.6) - 1.0)).collect();
        for alternative in [Alternative::Lognormal, Alternative::StretchedExponential] {
            let c = compared(&x, alternative);
            assert!(c.parameters.is_none() && c.p == 1.0 && c.other == c.power_law, "{c:?}");
        }
    }

    #[test]
    fn another_sample_is_refused() {
        let fit = power_law_at(&[1.0, 2.0, 3.0], 1.0, Distance::Supremum).unwrap();
        assert!(compare(&[0.5, 0.7], &fit, Alternative::Lognormal).is_err());
        assert!(compare(&[2.0, 2.0], &fit, Alternative::Lognormal).is_err());
    }
}
