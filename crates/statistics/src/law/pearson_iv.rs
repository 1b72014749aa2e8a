//! Pearson's law of type IV, the stationary law of a diffusion with quadratic noise.

use maruyama_dynamics::noise::Stream;
use maruyama_dynamics::real;

use crate::law::angle::lower_tail;
use crate::law::interface::{Law, LawError, check_location_scale};
use crate::law::invert::line_quantile;
use crate::law::student_t::ln_norm;
use crate::special::gamma::ln_gamma_ratio_square;

/// Pearson's law of type IV: `loc + scale Z`.
///
/// ```text
/// p(z) = K (1 + z^2)^(-(nu + 1) / 2) exp(a atan z),   a = mu (nu - 1)
/// K = Gamma((nu + 1) / 2) / (sqrt(pi) Gamma(nu / 2))
///     |Gamma((nu + 1) / 2 + i a / 2) / Gamma((nu + 1) / 2)|^2
/// ```
///
/// `Z` is the stationary law of `dZ = -theta (Z - mu) dt + sqrt(2 theta phi (Z^2 + 1)) dB` with
/// `nu = 1 + 1 / phi`; its mean is `mu`, its variance `(1 + mu^2) / (nu - 2)` for `nu > 2`, and both
/// tails have index `nu`. With `mu = 0`, `sqrt(nu) Z` is Student's t.
///
/// # Accuracy
/// About 1e-13 relative in the density and 1e-11 in both tails, for `nu` up to 1e4.
///
/// # Source
/// Heinrich, "A guide to the Pearson type IV distribution", CDF/MEMO/STATISTICS/PUBLIC/6820, 2004,
/// with `m = (nu + 1) / 2` and his `nu` equal to `-a`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PearsonIv {
    nu: f64,
    asymmetry: f64,
    loc: f64,
    scale: f64,
    ln_norm: f64,
}

impl PearsonIv {
    /// The law with tail index `nu > 1` and mean `loc + scale mu`, `loc` and `scale` in units of the
    /// sample.
    ///
    /// # Errors
    /// If `nu` is not finite and above 1, `mu` not finite, `loc` not finite, or `scale` not finite
    /// and positive.
    pub fn new(nu: f64, mu: f64, loc: f64, scale: f64) -> Result<PearsonIv, LawError> {
        if !(nu.is_finite() && nu > 1.0) {
            let expected = "a finite number above 1";
            return Err(LawError { parameter: "nu", value: nu, expected });
        }
        if !mu.is_finite() {
            return Err(LawError { parameter: "mu", value: mu, expected: "a finite number" });
        }
        PearsonIv::with_asymmetry(nu, mu * (nu - 1.0), loc, scale)
    }

    /// The law with tail index `nu > 0` and the factor `asymmetry` of the arc tangent, which has a
    /// meaning where there is no mean.
    ///
    /// # Errors
    /// If `nu` is not finite and positive, `asymmetry` or `loc` not finite, or `scale` not finite
    /// and positive.
    pub fn with_asymmetry(
        nu: f64,
        asymmetry: f64,
        loc: f64,
        scale: f64,
    ) -> Result<PearsonIv, LawError> {
        if !(nu.is_finite() && nu > 0.0) {
            let expected = "a finite positive number";
            return Err(LawError { parameter: "nu", value: nu, expected });
        }
        if !asymmetry.is_finite() {
            let expected = "a finite number";
            return Err(LawError { parameter: "asymmetry", value: asymmetry, expected });
        }
        check_location_scale(loc, scale)?;
        Ok(PearsonIv { nu, asymmetry, loc, scale, ln_norm: standard_ln_norm(nu, asymmetry) })
    }

    /// The angle `atan z` at which its density `cos(theta)^(nu - 1) exp(a theta)` is largest, for
    /// `nu > 1`; below, where it is largest at both ends, the middle.
    fn mode(&self) -> f64 {
        if self.nu > 1.0 { real::atan2(self.asymmetry, self.nu - 1.0) } else { 0.0 }
    }

    fn standard_ln_pdf(&self, z: f64) -> f64 {
        self.ln_norm - 0.5 * (self.nu + 1.0) * real::ln_1p(z * z) + self.asymmetry * real::atan(z)
    }

    /// `P(Z <= z)`, relatively accurate below the mode.
    fn standard_lower(&self, z: f64) -> f64 {
        if !z.is_finite() {
            return if z < 0.0 { 0.0 } else { 1.0 };
        }
        lower_tail(z, &[self.mode()], |ln_cos, theta| {
            self.ln_norm + (self.nu - 1.0) * ln_cos + self.asymmetry * theta
        })
    }

    fn mirrored(&self) -> PearsonIv {
        PearsonIv { asymmetry: -self.asymmetry, ..*self }
    }

    fn standard_cdf(&self, z: f64) -> f64 {
        if real::atan(z) <= self.mode() {
            self.standard_lower(z)
        } else {
            1.0 - self.mirrored().standard_lower(-z)
        }
    }

    fn standard_quantile(&self, p: f64) -> f64 {
        let mirrored = self.mirrored();
        let pdf = |z: f64| real::exp(self.standard_ln_pdf(z));
        line_quantile(|z| self.standard_cdf(z), |z| mirrored.standard_cdf(-z), pdf, p)
    }

    /// `Z` for `nu > 1`, where the angle has a logarithmically concave density `f`: rejection from
    /// `f <= c min(1, exp(1 - c |theta - mode|))`, `c = f(mode)`, with acceptance 1/4.
    ///
    /// # Source
    /// Devroye, Non-Uniform Random Variate Generation, Springer 1986, chapter VII.2.
    fn concave_draw(&self, stream: &mut Stream) -> f64 {
        let ln_density = |theta: f64| {
            let cos = real::cos(theta);
            self.ln_norm + (self.nu - 1.0) * real::ln(cos) + self.asymmetry * theta
        };
        let mode = self.mode();
        let ln_peak = ln_density(mode);
        let width = real::exp(-ln_peak);
        loop {
            let (u, height) = (4.0 * stream.uniform() - 2.0, real::ln(stream.uniform()));
            let (size, ln_bound) = if u.abs() <= 1.0 {
                (u.abs(), 0.0)
            } else {
                let excess = -real::ln((2.0 - u.abs()).max(f64::MIN_POSITIVE));
                (1.0 + excess, -excess)
            };
            let theta = mode + if u < 0.0 { -width * size } else { width * size };
            if theta.abs() < std::f64::consts::FRAC_PI_2
                && height + ln_bound < ln_density(theta) - ln_peak
            {
                return real::tan(theta);
            }
        }
    }
}

/// `ln K` of the standard law.
pub(crate) fn standard_ln_norm(nu: f64, asymmetry: f64) -> f64 {
    0.5 * real::ln(nu) + ln_norm(nu) + ln_gamma_ratio_square(0.5 * (nu + 1.0), 0.5 * asymmetry)
}

impl Law for PearsonIv {
    fn ln_pdf(&self, x: f64) -> f64 {
        self.standard_ln_pdf((x - self.loc) / self.scale) - real::ln(self.scale)
    }

    fn cdf(&self, x: f64) -> f64 {
        self.standard_cdf((x - self.loc) / self.scale)
    }

    fn sf(&self, x: f64) -> f64 {
        self.mirrored().standard_cdf((self.loc - x) / self.scale)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.loc + self.scale * self.standard_quantile(p)
    }

    fn draw(&self, stream: &mut Stream) -> f64 {
        let z = if self.nu > 1.0 && self.mode().abs() < 1.57 {
            self.concave_draw(stream)
        } else {
            self.standard_quantile(stream.uniform())
        };
        self.loc + self.scale * z
    }
}
