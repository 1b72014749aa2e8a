//! Zolotarev's integral for one side of a standard stable law.
//!
//! ```text
//! zeta = -beta tan(pi alpha / 2),  y = x - zeta > 0            (x in S0, y in S1)
//! theta0 = atan(beta tan(pi alpha / 2)) / alpha,  W = theta0 + pi / 2,  -theta0 < theta < pi / 2
//! g(theta) = R^(alpha / (alpha - 1)) cos(alpha theta0 + (alpha - 1) theta)
//!            / (cos(alpha theta0) cos(theta))
//! R        = y cos(theta) / (sin(alpha theta) - zeta cos(alpha theta))
//! f(x)     = alpha / (pi |alpha - 1| y) int g exp(-g) d theta
//! P(X > x) = (1 / pi) int exp(-g) d theta          for alpha > 1
//!          = (1 / pi) int (1 - exp(-g)) d theta    for alpha < 1
//! ```
//!
//! All integrands are positive, so that density and tails keep their relative accuracy. `g` runs
//! monotonically; near the ends every factor is computed from the distance to that end. Near
//! `alpha = 1` a skewed law has `R = 1 + O(alpha - 1)`, and `R - 1` is computed instead.

use std::f64::consts::{FRAC_2_PI, FRAC_PI_2, PI};

use maruyama_dynamics::real;

use crate::special::quadrature::integrate;

/// The constants of one side, `x > zeta`.
///
/// # Source
/// Nolan, "Numerical calculation of stable densities and distribution functions", Communications
/// in Statistics: Stochastic Models 13(4), 1997, theorem 1; the form of `g` is his, multiplied out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct HalfLine {
    alpha: f64,
    /// `alpha - 1`.
    excess: f64,
    /// `|beta|`.
    strength: f64,
    /// `tan(pi |alpha - 1| / 2)`.
    tangent: f64,
    /// `tangent / |alpha - 1|`.
    tangent_ratio: f64,
    /// Whether `zeta <= 0`; near `alpha = 1` such a side has nearly all of the probability.
    is_main: bool,
    /// `W`; the side has probability `W / pi`.
    width: f64,
    /// `pi / 2 - theta0`.
    left_gap: f64,
    /// `pi - alpha W`.
    right_gap: f64,
    /// `ln cos(alpha theta0)`.
    ln_cos: f64,
}

/// A place by its distance from `zeta` and from the origin of S0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    /// `y`, of the side's sign.
    pub(crate) s1: f64,
    /// `x`.
    pub(crate) s0: f64,
}

impl Place {
    /// The place `x` of a symmetric law.
    pub(crate) fn symmetric(x: f64) -> Place {
        Place { s1: x, s0: x }
    }

    /// Its mirror image.
    pub(crate) fn mirrored(self) -> Place {
        Place { s1: -self.s1, s0: -self.s0 }
    }
}

/// A point of the range by its distances `left` from `-theta0` and `right` from `pi / 2`.
#[derive(Clone, Copy)]
struct Point {
    left: f64,
    right: f64,
}

/// What is integrated, as a function of `g`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Term {
    /// `g exp(-g)`
    Density,
    /// `exp(-g)`
    Below,
    /// `1 - exp(-g)`
    Above,
}

impl Term {
    fn of_logarithm(self, ln_g: f64) -> f64 {
        let g = real::exp(ln_g);
        match self {
            Term::Density => real::exp(ln_g - g),
            Term::Below => real::exp(-g),
            Term::Above => -real::expm1(-g),
        }
    }
}

impl HalfLine {
    /// The side `x > zeta` of the standard law; `0 < alpha < 2`, `|beta| <= 1`; at `alpha = 1` the law
    /// must be skewed, and its whole line is the side of `beta > 0`.
    pub(crate) fn new(alpha: f64, beta: f64) -> HalfLine {
        let excess = alpha - 1.0;
        let strength = beta.abs();
        let half = FRAC_PI_2 * excess.abs();
        // Towards 2, 2 - alpha has the digits that alpha lacks.
        let tangent =
            if alpha > 1.5 { 1.0 / real::tan(FRAC_PI_2 * (2.0 - alpha)) } else { real::tan(half) };
        // acot(|beta| / tangent) less and more the angle pi |alpha - 1| / 2.
        let small = real::atan(tangent * (1.0 - strength) / (strength + tangent * tangent));
        let large = half + real::atan2(tangent, strength);
        let is_main = if alpha > 1.0 { beta <= 0.0 } else { beta >= 0.0 };
        let (width, left_gap, right_gap) = match (alpha > 1.0, is_main) {
            (false, true) => ((PI - large) / alpha, small / alpha, large),
            (false, false) => (small / alpha, PI - small / alpha, PI - small),
            (true, true) => ((PI - small) / alpha, large / alpha, small),
            (true, false) => (large / alpha, PI - large / alpha, PI - large),
        };
        let ratio = strength / tangent;
        HalfLine {
            alpha,
            excess,
            strength,
            tangent,
            tangent_ratio: if excess == 0.0 { FRAC_PI_2 } else { tangent / excess.abs() },
            is_main,
            width,
            left_gap,
            right_gap,
            ln_cos: -0.5 * real::ln_1p(ratio * ratio),
        }
    }

    /// Probability of the side.
    pub(crate) fn mass(&self) -> f64 {
        self.width / PI
    }

    /// Angle `theta0` of the law.
    pub(crate) fn theta0(&self) -> f64 {
        self.width - FRAC_PI_2
    }

    /// `ln cos(alpha theta0)`.
    pub(crate) fn ln_cos(&self) -> f64 {
        self.ln_cos
    }

    /// `zeta`, the end of the side; infinite at `alpha = 1`.
    pub(crate) fn zeta(&self) -> f64 {
        let size = if self.strength == 0.0 { 0.0 } else { self.strength / self.tangent };
        if self.is_main { -size } else { size }
    }

    /// Density at a place with `s1 >= 0`.
    pub(crate) fn pdf(&self, at: Place) -> f64 {
        let alpha = self.alpha;
        if at.s1 <= 0.0 {
            // int_0^inf exp(-c t^alpha) dt / pi, c = 1 - i beta tan(pi alpha / 2), real part.
            let scale = real::exp(real::lgamma(1.0 + 1.0 / alpha) + self.ln_cos / alpha);
            return scale * real::cos(self.theta0()) / PI;
        }
        // |alpha - 1| y, which stays finite where zeta does not.
        let distance = if self.is_near(at) {
            self.excess.abs() * at.s0 + self.strength / self.tangent_ratio
        } else {
            self.excess.abs() * at.s1
        };
        alpha / (PI * distance) * self.integral(at, Term::Density)
    }

    /// Probability beyond a place with `s1 >= 0`.
    pub(crate) fn sf(&self, at: Place) -> f64 {
        if at.s1 <= 0.0 {
            return self.mass();
        }
        let term = if self.alpha > 1.0 { Term::Below } else { Term::Above };
        self.integral(at, term) / PI
    }

    /// Probability between `zeta` and a place with `s1 >= 0`.
    pub(crate) fn inner(&self, at: Place) -> f64 {
        if at.s1 <= 0.0 {
            return 0.0;
        }
        let term = if self.alpha > 1.0 { Term::Above } else { Term::Below };
        self.integral(at, term) / PI
    }

    /// Whether `R - 1` is small enough for its own formula.
    fn is_near(&self, at: Place) -> bool {
        self.is_main
            && self.excess.abs() < NEAR
            && self.strength >= self.tangent
            && at.s0.abs() * self.tangent < 0.5 * self.strength
    }

    /// Integral of `term` over the range.
    ///
    /// The range is split where `g = 1` and where `g` is so large that the term has its limit: the
    /// quadrature then sees a power or exponential on one side and a bounded piece on the other.
    fn integral(&self, at: Place, term: Term) -> f64 {
        const LARGE: f64 = 54.0;
        if self.width < 1e-15 {
            return 0.0;
        }
        let ln_g = self.logarithm(at);
        let value = |left, right| term.of_logarithm(ln_g(Point { left, right }));
        // Far out in a tail without power, g is large everywhere and exp(-g) counts near the lower
        // end only.
        let lowest = real::exp(ln_g(self.lower_end(at)));
        if lowest > 800.0 && term != Term::Above {
            return 0.0;
        }
        let one = self.crossing(&ln_g, 0.0);
        let large = self.crossing(&ln_g, real::ln(lowest.min(800.0) + LARGE));
        let (low, high, rest) = if self.rises() {
            let low = integrate(one.left, |l, r| value(l, one.right + r));
            (low, between(one, large, &value), large.right)
        } else {
            let low = integrate(one.right, |l, r| value(one.left + l, r));
            (low, between(large, one, &value), large.left)
        };
        low + high + if term == Term::Above { rest } else { 0.0 }
    }

    /// Whether `g` increases with `theta`.
    fn rises(&self) -> bool {
        self.alpha <= 1.0
    }

    /// `ln g` at a place, in the form that keeps its digits there.
    fn logarithm(&self, at: Place) -> impl Fn(Point) -> f64 {
        let is_near = self.is_near(at);
        let ln_y = if is_near { 0.0 } else { real::ln(at.s1) };
        move |point| {
            if is_near { self.near_ln_g(at.s0, point) } else { self.ln_g(ln_y, point) }
        }
    }

    /// `cos(theta)`; the sine of a sum of non-negative distances, as the next two.
    fn cos(&self, at: Point) -> f64 {
        real::sin(if at.left < at.right { self.left_gap + at.left } else { at.right })
    }

    /// `sin(alpha (theta0 + theta))`.
    fn turned_sin(&self, at: Point) -> f64 {
        let turned = self.alpha * at.left;
        real::sin(if turned < FRAC_PI_2 { turned } else { self.right_gap + self.alpha * at.right })
    }

    /// `cos(alpha theta0 + (alpha - 1) theta)`.
    fn outer(&self, at: Point) -> f64 {
        real::sin(if self.alpha > 1.0 {
            self.right_gap + self.excess * at.right
        } else {
            self.left_gap - self.excess * at.left
        })
    }

    fn ln_g(&self, ln_y: f64, at: Point) -> f64 {
        let ln_cos = real::ln(self.cos(at));
        let ln_sin = real::ln(self.turned_sin(at));
        let power = (self.alpha * (ln_y + ln_cos - ln_sin) + self.ln_cos) / self.excess;
        power + real::ln(self.outer(at)) - ln_cos
    }

    /// `ln g` for `|zeta| >= 1`, `zeta < 0`.
    ///
    /// ```text
    /// D = cos(alpha theta) - sin(alpha theta) / zeta
    /// (R - 1) D / (alpha - 1) = 2 sin(theta + (alpha - 1) theta / 2) sin((alpha - 1) theta / 2) / (alpha - 1)
    ///                           + (sin(alpha theta) - x cos(theta)) / (zeta (alpha - 1))
    /// ```
    fn near_ln_g(&self, x: f64, at: Point) -> f64 {
        let excess = self.excess;
        let cos = self.cos(at);
        let (rise, denominator) = self.rise(at);
        let slope = self.slope();
        let numerator = rise - slope * x * cos;
        let ratio = numerator / denominator;
        let step = excess * ratio;
        let ln_power = if step == 0.0 {
            ratio
        } else if step > -0.5 {
            real::ln_1p(step) / excess
        } else {
            let inverse_zeta = -self.tangent / self.strength;
            real::ln((1.0 - x * inverse_zeta) * cos / denominator) / excess
        };
        self.alpha * ln_power + real::ln(self.outer_ratio(at) / cos)
    }

    /// `1 / (zeta (alpha - 1))`.
    fn slope(&self) -> f64 {
        if self.alpha > 1.0 {
            -self.tangent_ratio / self.strength
        } else {
            self.tangent_ratio / self.strength
        }
    }

    /// What does not depend on `x` in `(R - 1) D / (alpha - 1)`, and `D`.
    fn rise(&self, at: Point) -> (f64, f64) {
        let excess = self.excess;
        let theta = if at.right < at.left { FRAC_PI_2 - at.right } else { at.left - self.theta0() };
        if excess == 0.0 {
            // sin(theta) (theta + pi / (2 |beta|)), whose factors do not cancel at the lower end.
            let factor = at.left + FRAC_PI_2 * (1.0 - self.strength) / self.strength;
            return (real::sin(theta) * factor, self.turned_sin(at));
        }
        let turn = 0.5 * excess * theta;
        let sine = real::sin(turn) / excess;
        let inverse_zeta = self.tangent / self.strength;
        let denominator = self.turned_sin(at) * (1.0 + inverse_zeta * inverse_zeta).sqrt();
        let turned = real::sin(theta + 2.0 * turn);
        (2.0 * real::sin(theta + turn) * sine + self.slope() * turned, denominator)
    }

    /// `cos(alpha theta0 + (alpha - 1) theta) / cos(alpha theta0)`.
    fn outer_ratio(&self, at: Point) -> f64 {
        if self.excess == 0.0 {
            (1.0 - self.strength) + self.strength * FRAC_2_PI * at.left
        } else {
            self.outer(at) * real::exp(-self.ln_cos)
        }
    }

    /// The point of the range by its logit.
    fn point(&self, logit: f64) -> Point {
        let e = real::exp(-logit.abs());
        let (small, large) = (self.width * e / (1.0 + e), self.width / (1.0 + e));
        if logit < 0.0 {
            Point { left: small, right: large }
        } else {
            Point { left: large, right: small }
        }
    }

    /// A point as near to the end where `g` is smallest as its formula can tell.
    fn lower_end(&self, at: Place) -> Point {
        let logit = if self.is_near(at) && self.excess != 0.0 { 25.0 } else { LOGIT };
        self.point(if self.rises() { -logit } else { logit })
    }

    /// The point where `ln g = level`, to about 0.02 in `ln g`, or the end nearest to it, by
    /// bisection in the logit of the range.
    fn crossing(&self, ln_g: &impl Fn(Point) -> f64, level: f64) -> Point {
        let (mut low, mut high) = (-LOGIT, LOGIT);
        for _ in 0..45 {
            let middle = 0.5 * (low + high);
            let value = ln_g(self.point(middle));
            if (value - level).abs() < 0.02 {
                return self.point(middle);
            }
            if (value < level) == self.rises() {
                low = middle;
            } else {
                high = middle;
            }
        }
        self.point(0.5 * (low + high))
    }

    /// One standard variate of the law of which this is the main side near `alpha = 1`, in S0, from a
    /// uniform and an exponential variate: the `x` with `g = exponential` at a uniform angle; `None`
    /// where the angle belongs to the other side.
    ///
    /// # Source
    /// Chambers, Mallows & Stuck, "A method for simulating stable random variables", JASA 71, 1976,
    /// solved from `g` above.
    pub(crate) fn near_draw(&self, uniform: f64, exponential: f64) -> Option<f64> {
        let left = PI * uniform - (PI - self.width);
        if left <= 0.0 {
            return None;
        }
        let at = Point { left, right: PI * (1.0 - uniform) };
        let cos = self.cos(at);
        let ln_power = (real::ln(exponential) - real::ln(self.outer_ratio(at) / cos)) / self.alpha;
        let ratio = if self.excess == 0.0 {
            ln_power
        } else {
            real::expm1(self.excess * ln_power) / self.excess
        };
        let (rise, denominator) = self.rise(at);
        Some((rise - ratio * denominator) / (self.slope() * cos))
    }
}

/// The distance of `alpha` from 1 within which `R - 1` is computed instead of `R`.
const NEAR: f64 = 0.02;

/// The logit of the range beyond which nothing is looked for.
const LOGIT: f64 = 60.0;

/// Integral of `value` from `a` to `b`, whose distance is taken from the nearer end.
fn between(a: Point, b: Point, value: &impl Fn(f64, f64) -> f64) -> f64 {
    let width = if a.left < a.right { b.left - a.left } else { a.right - b.right };
    integrate(width.max(0.0), |l, r| value(a.left + l, b.right + r))
}
