//! The skew Student-t law of Jones and Faddy, whose two tails have different indices.

use maruyama_dynamics::noise::Stream;
use maruyama_dynamics::real;
use maruyama_dynamics::special::beta::{ln_beta, regularised_beta};

use crate::law::gamma_variate::gamma;
use crate::law::interface::{Law, LawError, check_location_scale};
use crate::law::invert::line_quantile;

/// The skew Student-t law of Jones and Faddy: `loc + scale Z`.
///
/// ```text
/// f(z) = (1 + s)^(a + 1/2) (1 - s)^(b + 1/2) / (2^(a + b - 1) B(a, b) sqrt(a + b)),
/// s = z / sqrt(a + b + z^2),   P(Z <= z) = I_((1 + s) / 2)(a, b)
/// ```
///
/// The lower tail has index `2 a`, the upper one `2 b`; `a = b` gives Student's t with `2 a` degrees
/// of freedom.
///
/// # Accuracy
/// About 1e-13 relative in the density and both tails, for `a`, `b` up to 1e5.
///
/// # Source
/// Jones & Faddy, "A skew extension of the t-distribution, with applications", J. R. Statist. Soc.
/// B 65, 2003, equations (1) and (2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JonesFaddy {
    a: f64,
    b: f64,
    loc: f64,
    scale: f64,
    ln_norm: f64,
}

impl JonesFaddy {
    /// The law with tail parameters `a`, `b > 0`; `loc` and `scale` in units of the sample.
    ///
    /// # Errors
    /// If `a`, `b` or `scale` is not finite and positive, or `loc` not finite.
    pub fn new(a: f64, b: f64, loc: f64, scale: f64) -> Result<JonesFaddy, LawError> {
        for (parameter, value) in [("a", a), ("b", b)] {
            if !(value.is_finite() && value > 0.0) {
                let expected = "a finite positive number";
                return Err(LawError { parameter, value, expected });
            }
        }
        check_location_scale(loc, scale)?;
        Ok(JonesFaddy { a, b, loc, scale, ln_norm: standard_ln_norm(a, b) })
    }

    /// `P(Z <= z)`, relatively accurate in the lower tail.
    fn standard_cdf(&self, z: f64) -> f64 {
        let (below, above) = shares(self.a + self.b, z);
        regularised_beta(self.a, self.b, below, above)
    }

    fn standard_sf(&self, z: f64) -> f64 {
        let (below, above) = shares(self.a + self.b, z);
        regularised_beta(self.b, self.a, above, below)
    }

    fn standard_ln_pdf(&self, z: f64) -> f64 {
        let (below, above) = shares(self.a + self.b, z);
        self.ln_norm + standard_ln_shape(self.a, self.b, below, above)
    }
}

/// `((1 + s) / 2, (1 - s) / 2)`, both relatively accurate; `sum = a + b`.
pub(crate) fn shares(sum: f64, z: f64) -> (f64, f64) {
    let root = real::hypot(sum.sqrt(), z);
    // 1 - |s| = sum / (root (root + |z|)), without squares that overflow.
    let small = 0.5 * (sum / root) / (root + z.abs());
    if z < 0.0 { (small, 1.0 - small) } else { (1.0 - small, small) }
}

/// `ln[(1 + s)^(a + 1/2) (1 - s)^(b + 1/2) / 2^(a + b + 1)]`.
pub(crate) fn standard_ln_shape(a: f64, b: f64, below: f64, above: f64) -> f64 {
    (a + 0.5) * real::ln(below) + (b + 0.5) * real::ln(above)
}

/// `-ln[B(a, b) sqrt(a + b) / 4]`, what is left of the constant beside [`standard_ln_shape`].
pub(crate) fn standard_ln_norm(a: f64, b: f64) -> f64 {
    2.0 * std::f64::consts::LN_2 - ln_beta(a, b) - 0.5 * real::ln(a + b)
}

impl Law for JonesFaddy {
    fn ln_pdf(&self, x: f64) -> f64 {
        self.standard_ln_pdf((x - self.loc) / self.scale) - real::ln(self.scale)
    }

    fn cdf(&self, x: f64) -> f64 {
        self.standard_cdf((x - self.loc) / self.scale)
    }

    fn sf(&self, x: f64) -> f64 {
        self.standard_sf((x - self.loc) / self.scale)
    }

    fn quantile(&self, p: f64) -> f64 {
        let pdf = |z: f64| real::exp(self.standard_ln_pdf(z));
        let z = line_quantile(|z| self.standard_cdf(z), |z| self.standard_sf(z), pdf, p);
        self.loc + self.scale * z
    }

    fn draw(&self, stream: &mut Stream) -> f64 {
        // B = G / (G + H) has the beta law, and Z = sqrt(a + b) (2 B - 1) / (2 sqrt(B (1 - B))).
        let (g, h) = (gamma(self.a, stream), gamma(self.b, stream));
        let z = 0.5 * (self.a + self.b).sqrt() * (g - h) / (g.sqrt() * h.sqrt());
        self.loc + self.scale * z
    }
}
