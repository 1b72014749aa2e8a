//! Maximum likelihood for Student's t law.
//!
//! ```text
//! ln L = sum_i [ln Gamma((nu+1)/2) - ln Gamma(nu/2) - ln(nu pi)/2 - ln s
//!               - ((nu+1)/2) ln(1 + u_i^2/nu)],   u_i = (x_i - l) / s
//! 0 = -psi(nu/2) + ln(nu/2) + 1 + mean(ln w - w) + psi((nu+1)/2) - ln((nu+1)/2)
//! ```

pub use crate::fit::student_t_profile::{Location, NU_MAX};

use crate::fit::family::{Family, FitError, Fitted, check_ties};
use crate::fit::student_t_profile::{NAME, Profile, ProfilePoint};
use crate::fit::student_t_search::{NORMAL, highest};
use crate::law::interface::Law;
use crate::law::normal::Normal;
use crate::law::student_t::StudentT;
use crate::sample::check::{sorted, varied};
use crate::sample::quantile::quantile;

/// Smallest degrees of freedom.
pub const NU_MIN: f64 = 0.2;
/// With free location the likelihood at `NU_MIN` is bounded from this size on.
const N_MIN: usize = 8;

/// The Student-t family with free location, fitted by maximum likelihood.
///
/// Parameters: `nu`, `loc`, `scale`; standard errors of `inverse_nu`, `loc` and `scale`.
#[derive(Clone, Copy, Debug)]
pub struct StudentTFamily;

/// A maximum-likelihood fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StudentTFit {
    /// Degrees of freedom, at least `NU_MIN`; infinite where no Student-t law is as likely as the
    /// normal one.
    pub nu: f64,
    /// Location, in units of the sample.
    pub loc: f64,
    /// Scale, in units of the sample.
    pub scale: f64,
    /// Maximum of the log-likelihood.
    pub log_likelihood: f64,
    /// Smallest degrees of freedom at which the likelihood of this sample is bounded.
    pub(crate) nu_low: f64,
}

/// The maximum-likelihood fit to `sample`.
///
/// The likelihood may have several maxima in `nu`: every change of sign of the profile's slope
/// between the starting values, and both ends, are followed, and the highest maximum is kept. The
/// upper end is the normal law.
///
/// # Source
/// Liu & Rubin, "ML estimation of the t distribution using EM and its extensions, ECM and ECME",
/// Statistica Sinica 5, 1995, with the step in `nu` on the likelihood itself (ECME).
///
/// # Errors
/// If the sample has fewer than 8 values, a value that is not finite, no scale, or half its values
/// equal.
pub fn fit(sample: &[f64], location: Location) -> Result<StudentTFit, FitError> {
    varied(sample, N_MIN)?;
    let values = sorted(sample);
    let ties = check_ties(&values)?.max(2) as f64;
    let n = values.len() as f64;
    // A share p of equal values makes the likelihood unbounded for nu <= p / (1 - p); pairs may
    // come close to being equal in any sample.
    let nu_low = NU_MIN.max(2.0 * ties / (n - ties));
    let loc = match location {
        Location::Free => quantile(&values, 0.5),
        Location::Zero => 0.0,
    };
    // Fewer than half the values are equal, so that these quantiles differ.
    let scale = 0.5 * (quantile(&values, 0.8) - quantile(&values, 0.2));
    let profile = Profile { sample, location };
    let best = highest(&profile, nu_low, (loc, scale))?;
    Ok(StudentTFit {
        nu: best.nu,
        loc: best.loc,
        scale: best.scale,
        log_likelihood: best.log_likelihood,
        nu_low,
    })
}

/// The maximum-likelihood scale of a Student-t law with location 0 and `nu` degrees of freedom, in
/// units of the sample.
///
/// # Errors
/// If the sample has fewer than 8 values, a value that is not finite, no scale, or half its values
/// equal.
///
/// # Panics
/// If `nu` is not positive.
pub fn fit_scale(sample: &[f64], nu: f64) -> Result<f64, FitError> {
    assert!(nu > 0.0, "a Student-t law with {nu} degrees of freedom");
    varied(sample, N_MIN)?;
    let mut magnitudes: Vec<f64> = sample.iter().map(|x| x.abs()).collect();
    magnitudes.sort_unstable_by(f64::total_cmp);
    check_ties(&magnitudes)?;
    let profile = Profile { sample, location: Location::Zero };
    Ok(profile.at(nu, (0.0, quantile(&magnitudes, 0.5)))?.scale)
}

impl StudentTFit {
    /// The law: Student's, or the normal one for infinite degrees of freedom.
    fn law(&self) -> Result<Box<dyn Law>, FitError> {
        Ok(if self.nu.is_finite() {
            Box::new(StudentT::new(self.nu, self.loc, self.scale)?)
        } else {
            Box::new(Normal::new(self.loc, self.scale)?)
        })
    }

    /// Standard errors of `1 / nu`, location and scale, from the outer product of the scores; those
    /// of parameters at a bound or known are `None`, and that of `1 / nu` at the normal law.
    ///
    /// # Source
    /// Berndt, Hall, Hall & Hausman 1974 (see `special::score`).
    #[must_use]
    pub fn standard_errors(&self, sample: &[f64], location: Location) -> StandardErrors {
        let point = ProfilePoint {
            nu: self.nu.min(NORMAL),
            loc: self.loc,
            scale: self.scale,
            log_likelihood: self.log_likelihood,
            slope: 0.0,
        };
        let nu_is_inside = self.nu > self.nu_low && self.nu.is_finite();
        let active = [location == Location::Free, true, nu_is_inside];
        let errors = Profile { sample, location }.scores(&point).standard_errors(active);
        let error = |i: usize| errors.filter(|_| active[i]).map(|errors| errors[i]);
        StandardErrors {
            loc: error(0),
            scale: error(1).map(|relative| relative * self.scale),
            inverse_nu: error(2),
        }
    }
}

/// Asymptotic standard errors of a [`StudentTFit`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StandardErrors {
    /// Of the location, in units of the sample.
    pub loc: Option<f64>,
    /// Of the scale, in units of the sample.
    pub scale: Option<f64>,
    /// Of `1 / nu`.
    pub inverse_nu: Option<f64>,
}

impl Family for StudentTFamily {
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
        let best = fit(sample, Location::Free)?;
        let errors = best.standard_errors(sample, Location::Free);
        let named =
            [("inverse_nu", errors.inverse_nu), ("loc", errors.loc), ("scale", errors.scale)];
        Ok(Fitted {
            parameters: vec![("nu", best.nu), ("loc", best.loc), ("scale", best.scale)],
            standard_errors: named.iter().filter_map(|(name, e)| Some((*name, (*e)?))).collect(),
            log_likelihood: Some(best.log_likelihood),
            law: best.law()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;
    use crate::fit::normal::NormalFamily;
    use crate::reference::SIXTY;
    use crate::sample::check::SampleError;
    use crate::sample::moments::mean;

    fn close(value: f64, reference: f64, tolerance: f64) {
        assert!((value / reference - 1.0).abs() < tolerance, "{value} against {reference}");
    }

    #[test]
    fn reference_fit_with_free_location() {
        let best = fit(&SIXTY, Location::Free).unwrap();
        close(best.nu, 5.417_120_853_516_909, 1e-5);
        close(best.loc, 0.305_167_887_831_162_1, 1e-5);
        close(best.scale, 1.863_191_325_801_132_3, 1e-5);
        close(-best.log_likelihood, 133.993_242_087_110_76, 1e-10);
    }

    #[test]
    fn reference_fit_of_the_centred_sample() {
        let mean = mean(&SIXTY);
        let centred: Vec<f64> = SIXTY.iter().map(|x| x - mean).collect();
        let best = fit(&centred, Location::Zero).unwrap();
        assert_eq!(best.loc, 0.0);
        close(best.nu, 5.654_175_698_197_741, 1e-5);
        close(best.scale, 1.882_123_994_090_418_4, 1e-5);
        close(-best.log_likelihood, 134.101_724_716_359_54, 1e-10);
    }

    #[test]
    fn scale_at_known_nu_agrees_with_the_joint_fit() {
        let mean = mean(&SIXTY);
        let centred: Vec<f64> = SIXTY.iter().map(|x| x - mean).collect();
        let best = fit(&centred, Location::Zero).unwrap();
        close(fit_scale(&centred, best.nu).unwrap(), best.scale, 1e-9);
        // A heavier tail explains the same spread with a smaller scale.
        assert!(fit_scale(&centred, 2.0).unwrap() < best.scale);
    }

    #[test]
    fn reference_fit_of_a_thousand_quantiles() {
        let law = StudentT::new(4.0, 0.0, 0.7).unwrap();
        let sample: Vec<f64> =
            (0..1000).map(|i| law.quantile((f64::from(i) + 0.5) / 1000.0)).collect();
        let best = fit(&sample, Location::Free).unwrap();
        close(best.nu, 4.046_372_114_506_098, 1e-5);
        close(best.scale, 0.701_583_331_811_146_2, 1e-5);
        assert!(best.loc.abs() < 1e-9);
    }

    #[test]
    fn estimates_lie_within_their_standard_errors() {
        let law = StudentT::new(5.0, -2.0, 3.0).unwrap();
        for chain in 0..10 {
            let mut stream = Stream::new(StreamKey(31), chain, Purpose::Bootstrap);
            let sample: Vec<f64> = (0..2000).map(|_| law.draw(&mut stream)).collect();
            let best = fit(&sample, Location::Free).unwrap();
            let errors = best.standard_errors(&sample, Location::Free);
            assert!((1.0 / best.nu - 0.2).abs() < 4.0 * errors.inverse_nu.unwrap());
            assert!((best.loc + 2.0).abs() < 4.0 * errors.loc.unwrap());
            assert!((best.scale - 3.0).abs() < 4.0 * errors.scale.unwrap());
            // Fisher information of the location: (nu + 1) / ((nu + 3) s^2) a value.
            close(errors.loc.unwrap(), 3.0 * (8.0 / 6.0 / 2000.0_f64).sqrt(), 0.1);
        }
    }

    #[test]
    fn thin_tails_end_at_the_normal_limit() {
        let sample: Vec<f64> = (0..200).map(|i| f64::from(i) / 200.0).collect();
        let best = fit(&sample, Location::Free).unwrap();
        assert_eq!(best.nu, f64::INFINITY);
        assert!((best.loc - 0.4975).abs() < 1e-9);
        let fitted = StudentTFamily.fit(&sample).unwrap();
        let normal = NormalFamily.fit(&sample).unwrap().log_likelihood.unwrap();
        assert!((fitted.log_likelihood.unwrap() - normal).abs() < 1e-11);
        let sum: f64 = sample.iter().map(|x| fitted.law.ln_pdf(*x)).sum();
        assert!((sum - normal).abs() < 1e-10);
        let errors = best.standard_errors(&sample, Location::Free);
        assert!(errors.inverse_nu.is_none() && errors.scale.is_some());
    }

    #[test]
    fn scale_and_shift_carry_over() {
        let moved: Vec<f64> = SIXTY.iter().map(|x| 1e6 + 1e-3 * x).collect();
        let (here, there) =
            (fit(&SIXTY, Location::Free).unwrap(), fit(&moved, Location::Free).unwrap());
        close(there.nu, here.nu, 1e-4);
        close(there.scale, 1e-3 * here.scale, 1e-5);
    }

    #[test]
    fn the_scale_at_the_fitted_index_is_the_fitted_scale() {
        let best = fit(&SIXTY, Location::Zero).unwrap();
        close(fit_scale(&SIXTY, best.nu).unwrap(), best.scale, 1e-9);
        let magnitudes: Vec<f64> = SIXTY.iter().map(|x| x.abs()).collect();
        close(fit_scale(&magnitudes, 3.0).unwrap(), fit_scale(&SIXTY, 3.0).unwrap(), 1e-12);
    }

    #[test]
    fn unusable_samples_are_errors() {
        let few = SampleError::TooFew { n: 3, needed: 8 };
        assert_eq!(fit(&[1.0, 2.0, 3.0], Location::Free), Err(few.into()));
        let constant = SampleError::Constant { value: 1.0 };
        assert_eq!(fit(&[1.0; 9], Location::Free), Err(constant.into()));
        let mut tied = [1.0; 9];
        tied[0] = 2.0;
        tied[1] = 3.0;
        let error = FitError::Tied { value: 1.0, count: 7, n: 9 };
        assert_eq!(fit(&tied, Location::Free), Err(error));
        let rounded: Vec<f64> = SIXTY.iter().map(|x| x.round()).collect();
        assert!(fit(&rounded, Location::Free).is_ok());
    }
}
