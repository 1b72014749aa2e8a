//! Maximum likelihood for the symmetric alpha-stable laws.
//!
//! ```text
//! ln L(alpha, l, s) = sum_i [ ln f(alpha, (x_i - l) / s) - ln s ],
//! f the density with cf exp(-|t|^alpha)
//! ```

use std::f64::consts::SQRT_2;

use maruyama_dynamics::real;

use crate::fit::family::{Family, FitError, Fitted, check_ties};
use crate::fit::normal::log_likelihood as normal_log_likelihood;
use crate::fit::stable_ascent::{Ascent, Likelihood, NAME};
use crate::fit::stable_mcculloch::from_sorted;
use crate::law::stable::Stable;
use crate::law::symmetric_stable::ALPHA_MIN;
use crate::sample::check::{sorted, varied};
use crate::sample::moments::moments;
use crate::sample::quantile::quantile;

const N_MIN: usize = 8;

/// The symmetric stable family, fitted by maximum likelihood.
///
/// Parameters: `alpha` in `[0.5, 2]`, `loc`, `scale` in S1 with `beta = 0`; standard errors of all
/// three, but for an `alpha` at a bound. At `alpha = 2` the fit is the normal one, exactly.
#[derive(Clone, Copy, Debug)]
pub struct StableMl;

/// A maximum-likelihood fit of a symmetric stable law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StableFit {
    /// Index, in `[0.5, 2]`; at 2 the sample prefers the normal law.
    pub alpha: f64,
    /// Location, in units of the sample.
    pub loc: f64,
    /// Scale, in units of the sample; the standard deviation over the root of 2 at `alpha = 2`.
    pub scale: f64,
    /// Maximum of the log-likelihood.
    pub log_likelihood: f64,
    /// Standard errors of `alpha` (absent at a bound), `loc` and `scale`.
    pub standard_errors: [Option<f64>; 3],
}

/// The maximum-likelihood fit to `sample`.
///
/// The ascent starts from McCulloch's quantile estimate and from an index near 2; the highest of
/// its ends and of the normal law is kept.
///
/// # Source
/// Nolan, "Maximum likelihood estimation and diagnostics for stable distributions", in Lévy
/// Processes, Birkhauser 2001, for the method; for the ascent see `fit::stable_ascent`.
///
/// # Errors
/// If the sample has fewer than 8 values, a value that is not finite, no scale, or half its values
/// equal, or if the ascent does not end.
pub fn fit(sample: &[f64]) -> Result<StableFit, FitError> {
    varied(sample, N_MIN)?;
    let values = sorted(sample);
    let ties = check_ties(&values)?.max(2) as f64;
    let n = values.len() as f64;
    // A share p of equal values makes the likelihood unbounded for alpha <= p / (1 - p); pairs may
    // come close to being equal in any sample.
    let alpha_low = ALPHA_MIN.max(2.0 * ties / (n - ties));
    let quantile_fit = from_sorted(&values);
    let moments = moments(sample)?;
    let mut best = Likelihood::new(sample, [2.0, moments.mean, real::ln(moments.std / SQRT_2)]);
    // The table's value differs from the closed form by rounding; ties go to the normal law.
    best.value = normal_log_likelihood(n, moments.std);
    let ascent = Ascent { sample, alpha_low };
    for alpha in [quantile_fit.alpha.min(1.9), 1.97] {
        let alpha = alpha.max(alpha_low);
        let end = ascent.climb([alpha, quantile(&values, 0.5), real::ln(quantile_fit.scale)])?;
        if end.value > best.value + 1e-9 {
            best = end;
        }
    }
    Ok(StableFit::new(&best, alpha_low))
}

impl StableFit {
    fn new(best: &Likelihood, alpha_low: f64) -> StableFit {
        let [alpha, loc, ln_scale] = best.at;
        let scale = real::exp(ln_scale);
        let active = [alpha < 2.0 && alpha > alpha_low, true, true];
        let errors = best.scores.standard_errors(active);
        let error = |i: usize| errors.filter(|_| active[i]).map(|errors| errors[i]);
        let standard_errors = [error(0), error(1), error(2).map(|relative| relative * scale)];
        StableFit { alpha, loc, scale, log_likelihood: best.value, standard_errors }
    }
}

impl Family for StableMl {
    fn name(&self) -> &'static str {
        NAME
    }

    fn source(&self) -> &'static str {
        file!()
    }

    fn n_parameters(&self) -> usize {
        3
    }

    fn fit(&self, sample: &[f64]) -> Result<Fitted, FitError> {
        let best = fit(sample)?;
        let names = ["alpha", "loc", "scale"];
        let errors = names.into_iter().zip(best.standard_errors);
        Ok(Fitted {
            parameters: vec![("alpha", best.alpha), ("loc", best.loc), ("scale", best.scale)],
            standard_errors: errors.filter_map(|(name, e)| Some((name, e?))).collect(),
            log_likelihood: Some(best.log_likelihood),
            law: Box::new(Stable::new(best.alpha, 0.0, best.loc, best.scale)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;
    use crate::law::interface::Law;
    use crate::law::student_t::StudentT;
    use crate::reference::SIXTY;

    fn drawn(law: &dyn Law, n: usize, chain: u64) -> Vec<f64> {
        let mut stream = Stream::new(StreamKey(43), chain, Purpose::Bootstrap);
        (0..n).map(|_| law.draw(&mut stream)).collect()
    }

    #[test]
    fn estimates_lie_within_their_standard_errors() {
        for (chain, alpha) in [(0, 0.8), (1, 1.0), (2, 1.3), (3, 1.7), (4, 1.9)] {
            let sample = drawn(&Stable::new(alpha, 0.0, 5.0, 2.0).unwrap(), 2000, chain);
            let best = fit(&sample).unwrap();
            let [e_alpha, e_loc, e_scale] = best.standard_errors.map(Option::unwrap);
            assert!((best.alpha - alpha).abs() < 4.0 * e_alpha, "{alpha}: {best:?}");
            assert!((best.loc - 5.0).abs() < 4.0 * e_loc, "{alpha}: {best:?}");
            assert!((best.scale - 2.0).abs() < 4.0 * e_scale, "{alpha}: {best:?}");
        }
    }

    #[test]
    fn likelihood_is_the_laws_and_is_maximal() {
        let sample = drawn(&StudentT::new(4.0, 0.0, 1.0).unwrap(), 500, 9);
        let best = fit(&sample).unwrap();
        let sum = |alpha, loc, scale| -> f64 {
            let law = Stable::new(alpha, 0.0, loc, scale).unwrap();
            sample.iter().map(|x| law.ln_pdf(*x)).sum()
        };
        let top = sum(best.alpha, best.loc, best.scale);
        assert!((top - best.log_likelihood).abs() < 1e-6, "{top}");
        for (a, l, s) in [(1e-3, 0.0, 1.0), (-1e-3, 0.0, 1.0), (0.0, 1e-3, 1.0), (0.0, -1e-3, 1.0)]
        {
            assert!(sum(best.alpha + a, best.loc + l, best.scale * s) < top);
        }
        assert!(sum(best.alpha, best.loc, best.scale * 1.001) < top);
        assert!(sum(best.alpha, best.loc, best.scale * 0.999) < top);
    }

    #[test]
    fn thin_tails_give_the_normal_fit_exactly() {
        let sample: Vec<f64> = (0..100).map(|i| f64::from(i) / 10.0).collect();
        let best = fit(&sample).unwrap();
        let moments = moments(&sample).unwrap();
        assert_eq!((best.alpha, best.loc), (2.0, moments.mean));
        assert!((best.scale * SQRT_2 / moments.std - 1.0).abs() < 1e-15);
        assert!(best.standard_errors[0].is_none() && best.standard_errors[1].is_some());
    }

    #[test]
    fn normal_samples_are_seldom_far_from_two() {
        // Half the estimates sit at the bound, and the rest within about 0.05 of it.
        let law = Stable::new(2.0, 0.0, 0.0, 1.0).unwrap();
        for chain in 0..20 {
            let best = fit(&drawn(&law, 1000, chain)).unwrap();
            assert!(best.alpha > 1.9, "{best:?}");
        }
    }

    #[test]
    fn moderate_tails_look_like_the_papers_samples() {
        // Samples of t(10) at n = 1000 give indices of 1.90 to 2 and do not favour stable laws.
        for chain in 0..10 {
            let sample = drawn(&StudentT::new(10.0, 0.0, 0.065).unwrap(), 1000, chain);
            let best = fit(&sample).unwrap();
            assert!(best.alpha > 1.85, "{best:?}");
            let t = crate::fit::student_t::fit(&sample, crate::fit::student_t::Location::Free);
            let difference = 2.0 * (t.unwrap().log_likelihood - best.log_likelihood);
            assert!((-4.0..30.0).contains(&difference), "{difference}");
        }
    }

    #[test]
    fn outliers_ties_and_small_samples() {
        let mut sample = SIXTY.to_vec();
        sample.push(1e9);
        assert!(fit(&sample).unwrap().alpha < 1.6);
        assert!(fit(&SIXTY[..7]).is_err());
        let rounded: Vec<f64> = SIXTY.iter().map(|x| x.round()).collect();
        assert!(fit(&rounded).is_ok());
        assert!(matches!(fit(&[0.0; 9]), Err(FitError::Sample(_))));
    }
}
