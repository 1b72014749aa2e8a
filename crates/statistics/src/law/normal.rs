//! The normal law `N(mean, std^2)`.

use maruyama_dynamics::noise::Stream;
use maruyama_dynamics::real;

use crate::law::interface::{Law, LawError, check_location_scale};
use crate::law::invert::tail_quantile;

const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_8;

/// The normal law.
///
/// ```text
/// f(x) = exp(-(x - mean)^2 / (2 std^2)) / (std sqrt(2 pi))
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normal {
    mean: f64,
    std: f64,
}

impl Normal {
    /// The law with the given mean and standard deviation, in units of the sample.
    ///
    /// # Errors
    /// If the mean is not finite or the standard deviation not finite and positive.
    pub fn new(mean: f64, std: f64) -> Result<Normal, LawError> {
        check_location_scale(mean, std)?;
        Ok(Normal { mean, std })
    }
}

/// Density of the standard normal law.
pub(crate) fn standard_pdf(z: f64) -> f64 {
    real::exp(-0.5 * z * z - LN_SQRT_2PI)
}

/// Survival function of the standard normal law, with relative accuracy in the upper tail.
pub(crate) fn standard_sf(z: f64) -> f64 {
    0.5 * real::erfc(z * std::f64::consts::FRAC_1_SQRT_2)
}

/// Quantile function of the standard normal law.
pub fn standard_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    let z = tail_quantile(standard_sf, standard_pdf, p.min(1.0 - p));
    if p < 0.5 { -z } else { z }
}

impl Law for Normal {
    fn ln_pdf(&self, x: f64) -> f64 {
        let z = (x - self.mean) / self.std;
        -0.5 * z * z - LN_SQRT_2PI - real::ln(self.std)
    }

    fn cdf(&self, x: f64) -> f64 {
        standard_sf((self.mean - x) / self.std)
    }

    fn sf(&self, x: f64) -> f64 {
        standard_sf((x - self.mean) / self.std)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.mean + self.std * standard_quantile(p)
    }

    fn draw(&self, stream: &mut Stream) -> f64 {
        self.mean + self.std * stream.normal()
    }
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{ContinuousCDF, Normal as Other};

    use super::*;

    #[test]
    fn quantiles_agree_with_statrs_down_to_1e_300() {
        let other = Other::new(0.0, 1.0).unwrap();
        for p in [1e-300, 1e-40, 1e-9, 0.02, 0.31, 0.499_999, 0.5, 0.7, 0.999] {
            let (z, reference) = (standard_quantile(p), other.inverse_cdf(p));
            assert!(
                (z - reference).abs() <= 4e-15 * z.abs() + 1e-16,
                "p = {p}: {z} against {reference}"
            );
        }
    }

    #[test]
    fn tails_mirror_and_invert() {
        let law = Normal::new(2.0, 3.0).unwrap();
        for p in [1e-12, 0.2, 0.5, 0.8] {
            let x = law.quantile(p);
            assert!((law.cdf(x) / p - 1.0).abs() < 1e-12);
            assert!((law.sf(4.0 - x) / p - 1.0).abs() < 1e-12);
        }
        assert!(
            (law.ln_pdf(2.0) + real::ln(3.0 * (2.0 * std::f64::consts::PI).sqrt())).abs() < 1e-15
        );
    }

    #[test]
    fn impossible_parameters_are_named() {
        assert_eq!(Normal::new(0.0, -1.0).unwrap_err().parameter, "scale");
        assert_eq!(Normal::new(f64::NAN, 1.0).unwrap_err().parameter, "loc");
        assert!(Normal::new(0.0, 1.0).unwrap().quantile(1.5).is_nan());
    }
}
