//! Zolotarev's integral for the positive half of a standard stable law.
//!
//! ```text
//! cf(t) = exp(-|t|^alpha (1 - i beta sign(t) tan(pi alpha / 2))),  alpha != 1, 0 < x
//! theta0 = atan(beta tan(pi alpha / 2)) / alpha,  W = theta0 + pi / 2
//! g(theta) = (x cos(theta) / sin(alpha (theta0 + theta)))^(alpha / (alpha - 1))
//!            cos(alpha theta0)^(1 / (alpha - 1)) cos(alpha theta0 + (alpha - 1) theta) / cos(theta)
//! f(x)     = alpha / (pi |alpha - 1| x) int g exp(-g) d theta,   -theta0 < theta < pi / 2
//! P(X > x) = (1 / pi) int exp(-g) d theta          for alpha > 1
//!          = (1 / pi) int (1 - exp(-g)) d theta    for alpha < 1
//! ```
//!
//! All integrands are positive, so that both keep their relative accuracy in the tail. `g` runs
//! monotonically; near the ends every factor is computed from
//! the distance to that end.

use std::f64::consts::{FRAC_PI_2, PI};

use maruyama_dynamics::real;

use crate::special::quadrature::integrate;

/// The constants of one half line.
///
/// # Source
/// Nolan, "Numerical calculation of stable densities and distribution functions", Communications
/// in Statistics: Stochastic Models 13(4), 1997, theorem 1, shifted to the parametrisation S1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct HalfLine {
    alpha: f64,
    theta0: f64,
    /// `W`; the half line has probability `W / pi`.
    width: f64,
    /// `pi / 2 - theta0`.
    left_gap: f64,
    /// `pi - alpha W`.
    right_gap: f64,
    /// `ln cos(alpha theta0)`.
    ln_cos: f64,
}

/// A point of the range by its distances `left` from `-theta0` and `right` from `pi / 2`.
#[derive(Clone, Copy)]
struct Point {
    left: f64,
    right: f64,
}

impl HalfLine {
    /// The positive half line of the standard law; `0 < alpha < 2`, `alpha != 1`, `|beta| <= 1`.
    pub(crate) fn new(alpha: f64, beta: f64) -> HalfLine {
        // 1 - 1e-17 = 1: the angles are measured from the nearer of 0 and 2 for alpha.
        let (angle, right_gap) = if alpha > 1.0 {
            let kappa = FRAC_PI_2 * (2.0 - alpha);
            let angle = -real::atan(beta * real::tan(kappa));
            (angle, kappa - angle)
        } else {
            let angle = real::atan(beta * real::tan(FRAC_PI_2 * alpha));
            (angle, PI - FRAC_PI_2 * alpha - angle)
        };
        let theta0 = angle / alpha;
        HalfLine {
            alpha,
            theta0,
            width: (theta0 + FRAC_PI_2).max(0.0),
            left_gap: (FRAC_PI_2 - theta0).max(0.0),
            right_gap,
            ln_cos: real::ln(real::cos(angle)),
        }
    }

    /// Probability of the half line.
    pub(crate) fn mass(&self) -> f64 {
        self.width / PI
    }

    /// Angle `theta0` of the law.
    pub(crate) fn theta0(&self) -> f64 {
        self.theta0
    }

    /// `ln cos(alpha theta0)`.
    pub(crate) fn ln_cos(&self) -> f64 {
        self.ln_cos
    }

    /// Density at `x >= 0`.
    pub(crate) fn pdf(&self, x: f64) -> f64 {
        let alpha = self.alpha;
        if x <= 0.0 {
            // int_0^inf exp(-c t^alpha) dt / pi, c = 1 - i beta tan(pi alpha / 2), real part.
            let scale = real::exp(real::lgamma(1.0 + 1.0 / alpha) + self.ln_cos / alpha);
            return scale * real::cos(self.theta0) / PI;
        }
        let integral = self.integral(x, 0.0, |g| g * real::exp(-g));
        alpha / (PI * (alpha - 1.0).abs() * x) * integral
    }

    /// Probability beyond `x >= 0`.
    pub(crate) fn sf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return self.mass();
        }
        let integral = if self.alpha > 1.0 {
            self.integral(x, 0.0, |g| real::exp(-g))
        } else {
            self.integral(x, 1.0, |g| -real::expm1(-g))
        };
        integral / PI
    }

    /// Integral of `term(g)` over the range, where `term` tends to `limit` for large `g`.
    ///
    /// The range is split where `g = 1` and where `g` is so large that `term` has its limit: the
    /// quadrature then sees a power or exponential on one side and a bounded piece on the other.
    fn integral(&self, x: f64, limit: f64, term: impl Fn(f64) -> f64) -> f64 {
        const LN_LARGE: f64 = 4.0;
        if self.width < 1e-15 {
            return 0.0;
        }
        let ln_x = real::ln(x);
        let value = |left, right| term(real::exp(self.ln_g(ln_x, Point { left, right })));
        let one = self.crossing(ln_x, 0.0);
        let large = self.crossing(ln_x, LN_LARGE);
        let (low, high, rest) = if self.alpha < 1.0 {
            let low = integrate(one.left, |l, r| value(l, one.right + r));
            (low, between(one, large, &value), large.right)
        } else {
            let low = integrate(one.right, |l, r| value(one.left + l, r));
            (low, between(large, one, &value), large.left)
        };
        low + high + limit * rest
    }

    /// `ln g`; every sine is of a sum of non-negative distances.
    fn ln_g(&self, ln_x: f64, at: Point) -> f64 {
        let alpha = self.alpha;
        let Point { left, right } = at;
        let cos = real::sin(if left < right { self.left_gap + left } else { right });
        let turned = alpha * left;
        let sin =
            real::sin(if turned < FRAC_PI_2 { turned } else { self.right_gap + alpha * right });
        let outer = real::sin(if alpha > 1.0 {
            self.right_gap + (alpha - 1.0) * right
        } else {
            self.left_gap + (1.0 - alpha) * left
        });
        let ln_cos = real::ln(cos);
        (alpha * (ln_x + ln_cos - real::ln(sin)) + self.ln_cos) / (alpha - 1.0) + real::ln(outer)
            - ln_cos
    }

    /// The point where `ln g = level`, or the end nearest to it, by bisection in the logit of the
    /// range.
    fn crossing(&self, ln_x: f64, level: f64) -> Point {
        let point = |logit: f64| {
            let e = real::exp(-logit.abs());
            let (small, large) = (self.width * e / (1.0 + e), self.width / (1.0 + e));
            if logit < 0.0 {
                Point { left: small, right: large }
            } else {
                Point { left: large, right: small }
            }
        };
        let (mut low, mut high) = (-60.0, 60.0);
        for _ in 0..40 {
            let middle = 0.5 * (low + high);
            let below = self.ln_g(ln_x, point(middle)) < level;
            if below == (self.alpha < 1.0) {
                low = middle;
            } else {
                high = middle;
            }
        }
        point(0.5 * (low + high))
    }
}

/// Integral of `value` from `a` to `b`, whose distance is taken from the nearer end.
fn between(a: Point, b: Point, value: &impl Fn(f64, f64) -> f64) -> f64 {
    let width = if a.left < a.right { b.left - a.left } else { a.right - b.right };
    integrate(width.max(0.0), |l, r| value(a.left + l, b.right + r))
}
