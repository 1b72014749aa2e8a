//! The alpha-stable law in the parametrisations S1 and S0.

use maruyama_dynamics::noise::Stream;
use maruyama_dynamics::real;

use crate::law::interface::{Law, LawError, check_location_scale};
use crate::law::invert::line_quantile;
use crate::law::normal::Normal;
use crate::law::stable_integral::{HalfLine, Place};

/// An alpha-stable law: `loc + scale Z`.
///
/// ```text
/// E exp(i t Z) = exp(-|t|^alpha (1 - i beta sign(t) tan(pi alpha / 2)))                        (S1)
/// E exp(i t Z) = exp(-|t|^alpha (1 + i beta sign(t) tan(pi alpha / 2) (|t|^(1-alpha) - 1)))    (S0)
/// ```
///
/// In S0, `Z` is that of S1 plus `zeta = -beta tan(pi alpha / 2)`, and the law is continuous in all of
/// its parameters; at `alpha = 1` the factor of `i beta` is `(2 / pi) sign(t) ln|t|`.
/// At `alpha = 2` it is `N(loc, 2 scale^2)`; at `alpha = 1`, `beta = 0` the Cauchy law.
/// In S1 with `alpha > 1` the mean is `loc`; the tail index is `alpha`.
///
/// # Accuracy
/// Within 4e-10 relative in the density and both tails on the grid of the tests, which has `alpha`
/// down to 0.5 and goes through 1, and mostly 1e-12; no better than
/// `1e-16 / max(|alpha - 1|, |beta|)` around the Cauchy law. In S1 an argument near `alpha = 1` has
/// lost what `zeta` exceeds it by.
///
/// # Source
/// Nolan, Stable Distributions, Springer 2020, definitions 1.3 and 1.4.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stable {
    alpha: f64,
    loc: f64,
    scale: f64,
    frame: Frame,
    shape: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frame {
    S0,
    S1,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Shape {
    Normal(Normal),
    Cauchy,
    General { right: HalfLine, left: HalfLine },
}

/// Laws nearer to `alpha = 1`, `beta = 0` than this are taken as Cauchy: an error of this size.
const CAUCHY_WITHIN: f64 = 1e-8;

/// From here to `alpha = 1` variates of skewed laws are drawn by the formula for S0.
const DRAW_NEAR: f64 = 0.05;

impl Stable {
    /// The law in S1 with index `alpha`, skewness `beta`, and `loc`, `scale` in units of the sample.
    ///
    /// # Errors
    /// If `alpha` lies outside `[0.1, 2]` or `beta` outside `[-1, 1]`, if the law is skewed and
    /// `|alpha - 1| < 1e-6` (S1 has a pole there), or if `loc` and `scale` are not finite with a
    /// positive scale.
    pub fn new(alpha: f64, beta: f64, loc: f64, scale: f64) -> Result<Stable, LawError> {
        if beta != 0.0 && (alpha - 1.0).abs() < 1e-6 {
            let expected = "a number not within 1e-6 of 1 where beta is not 0";
            return Err(LawError { parameter: "alpha", value: alpha, expected });
        }
        Stable::in_frame(Frame::S1, alpha, beta, loc, scale)
    }

    /// The law in S0, in which `loc` is near the mode.
    ///
    /// # Errors
    /// If `alpha` lies outside `[0.1, 2]` or `beta` outside `[-1, 1]`, or if `loc` and `scale` are not
    /// finite with a positive scale.
    pub fn s0(alpha: f64, beta: f64, loc: f64, scale: f64) -> Result<Stable, LawError> {
        Stable::in_frame(Frame::S0, alpha, beta, loc, scale)
    }

    fn in_frame(
        frame: Frame,
        alpha: f64,
        beta: f64,
        loc: f64,
        scale: f64,
    ) -> Result<Stable, LawError> {
        if !(0.1..=2.0).contains(&alpha) {
            let expected = "a number in [0.1, 2]";
            return Err(LawError { parameter: "alpha", value: alpha, expected });
        }
        if !(-1.0..=1.0).contains(&beta) {
            let expected = "a number in [-1, 1]";
            return Err(LawError { parameter: "beta", value: beta, expected });
        }
        check_location_scale(loc, scale)?;
        let shape = if alpha == 2.0 {
            Shape::Normal(Normal::new(0.0, std::f64::consts::SQRT_2)?)
        } else if (alpha - 1.0).abs() < CAUCHY_WITHIN && beta.abs() < CAUCHY_WITHIN {
            Shape::Cauchy
        } else {
            let (right, left) = (HalfLine::new(alpha, beta), HalfLine::new(alpha, -beta));
            Shape::General { right, left }
        };
        Ok(Stable { alpha, loc, scale, frame, shape })
    }

    fn standard(&self, x: f64) -> f64 {
        (x - self.loc) / self.scale
    }

    /// The standard place `z` in both parametrisations.
    fn place(&self, z: f64, right: &HalfLine) -> Place {
        let zeta = right.zeta();
        match self.frame {
            Frame::S0 => Place { s0: z, s1: z - zeta },
            Frame::S1 => Place { s0: z + zeta, s1: z },
        }
    }

    /// Density of the standard law.
    fn standard_pdf(&self, z: f64) -> f64 {
        match &self.shape {
            Shape::Normal(normal) => real::exp(normal.ln_pdf(z)),
            Shape::Cauchy => 1.0 / (std::f64::consts::PI * (1.0 + z * z)),
            Shape::General { right, left } => {
                let place = self.place(z, right);
                if place.s1 >= 0.0 { right.pdf(place) } else { left.pdf(place.mirrored()) }
            }
        }
    }

    /// `P(Z > z)` of the standard law.
    fn standard_sf(&self, z: f64) -> f64 {
        match &self.shape {
            Shape::Normal(normal) => normal.sf(z),
            Shape::Cauchy => cauchy_sf(z),
            Shape::General { right, left } => beyond(right, left, self.place(z, right)),
        }
    }

    /// `P(Z <= z)` of the standard law.
    fn standard_cdf(&self, z: f64) -> f64 {
        match &self.shape {
            Shape::Normal(normal) => normal.cdf(z),
            Shape::Cauchy => cauchy_sf(-z),
            Shape::General { right, left } => beyond(left, right, self.place(z, right).mirrored()),
        }
    }

    /// The point `z` with `P(Z <= z) = p` for `0 <= p <= 1`.
    fn standard_quantile(&self, p: f64) -> f64 {
        match &self.shape {
            Shape::Normal(normal) => normal.quantile(p),
            Shape::Cauchy => {
                let tail = p.min(1.0 - p);
                let z = 1.0 / real::tan(std::f64::consts::PI * tail);
                if p < 0.5 { -z } else { z }
            }
            Shape::General { .. } => line_quantile(
                |z| self.standard_cdf(z),
                |z| self.standard_sf(z),
                |z| self.standard_pdf(z),
                p,
            ),
        }
    }

    /// One standard variate by the method of Chambers, Mallows and Stuck.
    ///
    /// ```text
    /// Z = sin(alpha (V + theta0)) / (cos(alpha theta0) cos V)^(1/alpha)
    ///     (cos(V - alpha (V + theta0)) / E)^((1 - alpha) / alpha)
    /// V uniform on (-pi/2, pi/2),  E exponential
    /// ```
    ///
    /// # Source
    /// Weron, "On the Chambers-Mallows-Stuck method for simulating skewed stable random
    /// variables", Statistics & Probability Letters 28, 1996, equation (3.9) with his correction.
    fn standard_draw(&self, stream: &mut Stream) -> f64 {
        let uniform = stream.uniform();
        let v = std::f64::consts::PI * (uniform - 0.5);
        let exponential = -real::ln(stream.uniform());
        if let Some(near) = self.near_draw(uniform, exponential) {
            return near;
        }
        let (theta0, ln_cos) = match &self.shape {
            Shape::Normal(_) => (0.0, 0.0),
            Shape::Cauchy => return real::tan(v),
            Shape::General { right, .. } => (right.theta0(), right.ln_cos()),
        };
        let turned = self.alpha * (v + theta0);
        let ln_ratio = real::ln(real::cos(v - turned).max(f64::MIN_POSITIVE) / exponential);
        let ln_scale = -(ln_cos + real::ln(real::cos(v))) / self.alpha
            + (1.0 - self.alpha) / self.alpha * ln_ratio;
        let s1 = real::sin(turned) * real::exp(ln_scale);
        match (&self.shape, self.frame) {
            (Shape::General { right, .. }, Frame::S0) => s1 + right.zeta(),
            _ => s1,
        }
    }

    /// A variate in S0 near `alpha = 1`, where those of S1 are the small difference of large numbers.
    fn near_draw(&self, uniform: f64, exponential: f64) -> Option<f64> {
        let Shape::General { right, left } = &self.shape else { return None };
        if self.frame == Frame::S1
            || (self.alpha - 1.0).abs() > DRAW_NEAR
            || right.zeta().abs() < 1.0
        {
            return None;
        }
        if right.zeta() < 0.0 {
            right.near_draw(uniform, exponential)
        } else {
            left.near_draw(1.0 - uniform, exponential).map(|z| -z)
        }
    }
}

/// Probability beyond a place, `side` being that of the positive half line.
fn beyond(side: &HalfLine, other: &HalfLine, at: Place) -> f64 {
    if at.s1 >= 0.0 { side.sf(at) } else { side.mass() + other.inner(at.mirrored()) }
}

fn cauchy_sf(z: f64) -> f64 {
    real::atan2(1.0, z) / std::f64::consts::PI
}

impl Law for Stable {
    fn ln_pdf(&self, x: f64) -> f64 {
        let z = self.standard(x);
        let ln_pdf = match &self.shape {
            Shape::Normal(normal) => normal.ln_pdf(z),
            Shape::Cauchy => -real::ln(std::f64::consts::PI) - real::ln_1p(z * z),
            Shape::General { .. } => real::ln(self.standard_pdf(z)),
        };
        ln_pdf - real::ln(self.scale)
    }

    fn cdf(&self, x: f64) -> f64 {
        self.standard_cdf(self.standard(x))
    }

    fn sf(&self, x: f64) -> f64 {
        self.standard_sf(self.standard(x))
    }

    fn quantile(&self, p: f64) -> f64 {
        if !(0.0..=1.0).contains(&p) {
            return f64::NAN;
        }
        self.loc + self.scale * self.standard_quantile(p)
    }

    fn draw(&self, stream: &mut Stream) -> f64 {
        self.loc + self.scale * self.standard_draw(stream)
    }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, StreamKey};

    use super::*;
    use crate::reference::{STABLE_CDF, STABLE_PDF};

    #[test]
    fn densities_match_the_reference() {
        for (alpha, beta, x, pdf) in STABLE_PDF {
            let value = real::exp(Stable::new(alpha, beta, 0.0, 1.0).unwrap().ln_pdf(x));
            assert!((value - pdf).abs() < 2e-6, "{alpha}, {beta}, {x}: {value} against {pdf}");
        }
    }

    #[test]
    fn distribution_functions_match_the_reference() {
        for (alpha, beta, x, cdf) in STABLE_CDF {
            let law = Stable::new(alpha, beta, 0.0, 1.0).unwrap();
            assert!((law.cdf(x) - cdf).abs() < 2e-6, "{alpha}, {beta}, {x}: {}", law.cdf(x));
            assert!((law.sf(x) - (1.0 - cdf)).abs() < 2e-6);
        }
    }

    #[test]
    fn levy_law_has_a_closed_form() {
        // alpha = 1/2, beta = 1: f = exp(-1 / (2x)) / sqrt(2 pi x^3), P(Z > x) = erf(1 / sqrt(2x)).
        let law = Stable::new(0.5, 1.0, 0.0, 1.0).unwrap();
        for x in [0.02, 0.3, 1.0, 40.0, 1e6_f64] {
            let pdf = real::exp(-0.5 / x) / (2.0 * std::f64::consts::PI * x * x * x).sqrt();
            assert!((real::exp(law.ln_pdf(x)) / pdf - 1.0).abs() < 1e-10, "x = {x}");
            assert!((law.sf(x) / real::erf(1.0 / (2.0 * x).sqrt()) - 1.0).abs() < 1e-10, "x = {x}");
        }
        assert_eq!(law.cdf(-1.0), 0.0);
    }

    #[test]
    fn index_near_one_and_two_is_continuous() {
        let near_two = Stable::new(2.0 - 1e-9, 0.0, 0.0, 1.0).unwrap();
        let two = Stable::new(2.0, 0.0, 0.0, 1.0).unwrap();
        let near_one = Stable::new(1.0 + 1e-6, 0.0, 0.0, 1.0).unwrap();
        let one = Stable::new(1.0, 0.0, 0.0, 1.0).unwrap();
        for x in [0.0, 1e-6, 0.3, 1.7, 4.0] {
            assert!((near_two.ln_pdf(x) - two.ln_pdf(x)).abs() < 1e-7, "x = {x}");
            assert!((near_one.ln_pdf(x) - one.ln_pdf(x)).abs() < 1e-5, "x = {x}");
            assert!((near_one.sf(x) - one.sf(x)).abs() < 1e-6, "x = {x}");
        }
    }

    #[test]
    fn tails_follow_the_asymptotic_power() {
        // P(Z > x) ~ (1 + beta) Gamma(alpha) sin(pi alpha / 2) / pi x^(-alpha).
        for (alpha, beta) in [(0.6, 0.4), (1.3, 0.0), (1.7, -0.5), (1.99, 0.0)] {
            let x: f64 = 1e9;
            let sin = real::sin(std::f64::consts::FRAC_PI_2 * alpha);
            let constant = (1.0 + beta) * real::tgamma(alpha) * sin / std::f64::consts::PI;
            let ratio =
                Stable::new(alpha, beta, 0.0, 1.0).unwrap().sf(x) * real::pow(x, alpha) / constant;
            assert!((ratio - 1.0).abs() < 1e-4, "{alpha}, {beta}: {ratio}");
        }
    }

    #[test]
    fn density_is_the_derivative_of_the_distribution_function() {
        for (alpha, beta) in [(0.5, 0.3), (0.9, -0.8), (1.05, 0.5), (1.6, 1.0), (1.95, 0.0)] {
            let law = Stable::new(alpha, beta, 0.3, 2.0).unwrap();
            for x in [-6.0, -0.5, 0.2, 1.1, 9.0] {
                let h = 1e-4;
                let slope = (law.cdf(x + h) - law.cdf(x - h)) / (2.0 * h);
                let pdf = real::exp(law.ln_pdf(x));
                assert!((slope - pdf).abs() < 1e-6 * (1.0 + pdf), "{alpha}, {beta}, {x}");
            }
        }
    }

    #[test]
    fn quantiles_invert() {
        for (alpha, beta) in [(0.7, 0.5), (1.0, 0.0), (1.5, -0.5), (1.9, 0.0), (2.0, 0.0)] {
            let law = Stable::new(alpha, beta, 1.0, 0.5).unwrap();
            for p in [1e-9, 0.05, 0.5, 0.77, 0.999] {
                let x = law.quantile(p);
                assert!((law.cdf(x) / p - 1.0).abs() < 1e-9, "{alpha}, {beta}, {p}: {x}");
            }
        }
    }

    #[test]
    fn draws_follow_the_distribution_function() {
        for (chain, alpha, beta) in [(0, 0.7, 0.5), (1, 1.0, 0.0), (2, 1.6, -0.7), (3, 2.0, 0.0)] {
            let law = Stable::new(alpha, beta, -1.0, 3.0).unwrap();
            let mut stream = Stream::new(StreamKey(23), chain, Purpose::Bootstrap);
            let n = 10_000;
            let draws: Vec<f64> = (0..n).map(|_| law.draw(&mut stream)).collect();
            for p in [0.05, 0.4, 0.5, 0.9] {
                let x = law.quantile(p);
                let share = draws.iter().filter(|d| **d <= x).count() as f64 / f64::from(n);
                let bound = 4.0 * (p * (1.0 - p) / f64::from(n)).sqrt();
                assert!((share - p).abs() < bound, "{alpha}, {beta}, {p}: {share}");
            }
        }
    }

    #[test]
    fn impossible_parameters_are_named() {
        assert_eq!(Stable::new(2.1, 0.0, 0.0, 1.0).unwrap_err().parameter, "alpha");
        assert_eq!(Stable::new(1.5, 1.1, 0.0, 1.0).unwrap_err().parameter, "beta");
        assert_eq!(Stable::new(1.0, 0.2, 0.0, 1.0).unwrap_err().parameter, "alpha");
        assert_eq!(Stable::new(1.5, 0.2, 0.0, 0.0).unwrap_err().parameter, "scale");
    }
}
