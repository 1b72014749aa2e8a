//! The generalised Pareto law of excesses over a threshold.
//!
//! ```text
//! P(X > x) = (1 + xi y)^(-1/xi) = exp(-A(xi, y)),   y = x / scale >= 0,  1 + xi y > 0
//! A(xi, y) = ln(1 + xi y) / xi = y - xi y^2 / 2 + xi^2 y^3 / 3 - ...,   A(0, y) = y
//! ```

use maruyama_dynamics::noise::Stream;
use maruyama_dynamics::real;

use crate::law::interface::{Law, LawError, check_location_scale};

/// The generalised Pareto law: power tails with index `1 / xi` for `xi > 0`, the exponential law for
/// `xi = 0`, and bounded support `[0, -scale / xi]` for `xi < 0`.
///
/// # Source
/// Pickands, "Statistical inference using extreme order statistics", Annals of Statistics 3(1),
/// 1975, equation (1.2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GeneralisedPareto {
    xi: f64,
    scale: f64,
}

impl GeneralisedPareto {
    /// The law with extreme value index `xi`, of either sign, and `scale > 0` in units of the sample.
    ///
    /// # Errors
    /// If `xi` is not finite or the scale not finite and positive.
    pub fn new(xi: f64, scale: f64) -> Result<GeneralisedPareto, LawError> {
        if !xi.is_finite() {
            return Err(LawError { parameter: "xi", value: xi, expected: "a finite number" });
        }
        check_location_scale(0.0, scale)?;
        Ok(GeneralisedPareto { xi, scale })
    }

    /// The extreme value index.
    #[must_use]
    pub fn xi(&self) -> f64 {
        self.xi
    }

    /// The scale, in units of the sample.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// `A(xi, x / scale)` within the support: infinite at and beyond its end.
    fn cumulative_hazard(&self, x: f64) -> f64 {
        let y = x / self.scale;
        let w = self.xi * y;
        if w <= -1.0 {
            return f64::INFINITY;
        }
        // The product underflows before the difference between ln(1 + w) and w matters.
        if w.abs() < 1e-17 { y } else { real::ln_1p(w) / self.xi }
    }

    /// The `x` with `A(xi, x / scale) = hazard`.
    fn at_hazard(&self, hazard: f64) -> f64 {
        let w = self.xi * hazard;
        if w.is_nan() || w.abs() < 1e-17 {
            return self.scale * hazard;
        }
        self.scale * real::expm1(w) / self.xi
    }
}

impl Law for GeneralisedPareto {
    fn ln_pdf(&self, x: f64) -> f64 {
        let end = if self.xi < 0.0 { -self.scale / self.xi } else { f64::INFINITY };
        if x < 0.0 || x > end {
            return f64::NEG_INFINITY;
        }
        let factor = 1.0 + self.xi;
        // For xi = -1 the law is uniform.
        let exponent = if factor == 0.0 { 0.0 } else { factor * self.cumulative_hazard(x) };
        -exponent - real::ln(self.scale)
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { -real::expm1(-self.cumulative_hazard(x)) }
    }

    fn sf(&self, x: f64) -> f64 {
        if x <= 0.0 { 1.0 } else { real::exp(-self.cumulative_hazard(x)) }
    }

    fn quantile(&self, p: f64) -> f64 {
        if !(0.0..=1.0).contains(&p) {
            return f64::NAN;
        }
        if p == 1.0 && self.xi < 0.0 {
            return -self.scale / self.xi;
        }
        self.at_hazard(-real::ln_1p(-p))
    }

    fn draw(&self, stream: &mut Stream) -> f64 {
        self.at_hazard(-real::ln(stream.uniform()))
    }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, StreamKey};

    use super::*;

    fn law(xi: f64) -> GeneralisedPareto {
        GeneralisedPareto::new(xi, 2.0).unwrap()
    }

    #[test]
    fn closed_forms() {
        // xi = 1: P(X > x) = 1 / (1 + x / 2). xi = -1/2: (1 - x / 4)^2. xi = -1: 1 - x / 2.
        for x in [1e-12, 0.3, 1.0, 1.9] {
            assert!((law(1.0).sf(x) * (1.0 + 0.5 * x) - 1.0).abs() < 1e-15);
            let root = 1.0 - 0.25 * x;
            assert!((law(-0.5).sf(x) / (root * root) - 1.0).abs() < 4e-15);
            assert!((law(-1.0).cdf(x) / (0.5 * x) - 1.0).abs() < 4e-15);
            assert!((law(-1.0).ln_pdf(x) + real::ln(2.0)).abs() < 1e-15);
            assert!(
                (law(1.0).ln_pdf(x) + 2.0 * real::ln_1p(0.5 * x) + real::ln(2.0)).abs() < 1e-15
            );
        }
        assert!((law(1.0).sf(1e300) / 2e-300 - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_exponential_limit_is_smooth() {
        for x in [1e-9, 0.7, 5.0, 60.0] {
            let y = 0.5 * x;
            assert!((law(0.0).sf(x) / real::exp(-y) - 1.0).abs() < 1e-14);
            for xi in [1e-320, -1e-320, 1e-20, 1e-17, -1e-16, 1e-12, -1e-9] {
                // The second term of the series of A is the first correction.
                let exact = -y + 0.5 * xi * y * y;
                let p = law(xi).cdf(x);
                let hazard = if p < 0.5 { real::ln_1p(-p) } else { real::ln(law(xi).sf(x)) };
                assert!((hazard / exact - 1.0).abs() < 1e-13, "xi = {xi:e}, x = {x}");
                if p < 0.99 {
                    assert!((law(xi).quantile(p) / x - 1.0).abs() < 1e-12, "xi = {xi}, x = {x}");
                }
            }
        }
    }

    #[test]
    fn supports_have_ends() {
        assert_eq!(
            (law(-0.5).sf(4.0), law(-0.5).cdf(9.0), law(-0.5).quantile(1.0)),
            (0.0, 1.0, 4.0)
        );
        assert_eq!(
            (law(0.5).sf(-1.0), law(0.5).cdf(-1.0), law(0.5).quantile(0.0)),
            (1.0, 0.0, 0.0)
        );
        assert_eq!(
            (law(0.5).quantile(1.0), law(0.0).quantile(1.0)),
            (f64::INFINITY, f64::INFINITY)
        );
        for xi in [-2.0, -0.5, 0.0, 0.5] {
            assert_eq!(law(xi).ln_pdf(-1e-9), f64::NEG_INFINITY);
        }
        assert_eq!(law(-0.5).ln_pdf(4.1), f64::NEG_INFINITY);
        assert!(law(0.3).quantile(1.1).is_nan() && law(0.3).quantile(f64::NAN).is_nan());
    }

    #[test]
    fn quantiles_invert_and_draws_follow() {
        for (chain, xi) in (0..).zip([-1.5, -0.3, 0.0, 0.4, 2.0]) {
            for p in [1e-12, 0.1, 0.5, 0.999] {
                assert!((law(xi).cdf(law(xi).quantile(p)) / p - 1.0).abs() < 1e-12);
            }
            let mut stream = Stream::new(StreamKey(61), chain, Purpose::Bootstrap);
            let below = (0..20_000).filter(|_| law(xi).draw(&mut stream) <= law(xi).quantile(0.8));
            // Four standard errors of a share of 0.8.
            assert!((below.count() as f64 / 20_000.0 - 0.8).abs() < 0.0114, "xi = {xi}");
        }
    }

    #[test]
    fn impossible_parameters_are_named() {
        assert_eq!(GeneralisedPareto::new(f64::NAN, 1.0).unwrap_err().parameter, "xi");
        assert_eq!(GeneralisedPareto::new(0.1, 0.0).unwrap_err().parameter, "scale");
    }
}
