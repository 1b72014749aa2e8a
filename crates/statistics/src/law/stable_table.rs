//! The stable density in S0 with its derivatives in index and skewness, tabulated for likelihoods.
//!
//! ```text
//! f(x) = (1 / pi) Re int_0^inf exp(G(t)) dt,
//! G(t) = i x t - t^alpha + i beta tan(pi alpha / 2) (t - t^alpha)
//! ```
//!
//! The integral runs along a ray `t = e^s e^(i phi)` on which the integrand decays, by the
//! trapezoidal rule in `s`; its derivatives in `alpha` and `beta` are integrals along the same ray.
//! Where no such ray is far enough from both axes, values of Zolotarev's integral are differenced.
//! The table is even in `asinh x` and is read by polynomials through eight nodes.

use std::f64::consts::{FRAC_PI_2, PI};

use maruyama_dynamics::real;

use crate::law::interface::Law;
use crate::law::stable::Stable;

/// `ln f` and its derivatives at one point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Gradient {
    pub(crate) value: f64,
    pub(crate) d_x: f64,
    pub(crate) d_alpha: f64,
    pub(crate) d_beta: f64,
}

/// `f`, `df/d alpha` and `df/d beta` at one node.
type Node = [f64; 3];

/// Distance of the nodes in `asinh x` for `alpha > 1`, and below, where the density bends sharply
/// near `zeta`.
const STEPS: [f64; 2] = [1.0 / 48.0, 1.0 / 64.0];
/// Nodes of one interpolating polynomial.
const WINDOW: usize = 8;
/// Smallest density that the table resolves; below it, and beyond the table, the law itself is asked.
const SMALLEST: f64 = 2e-8;
/// Smallest angle between a ray and the lines where its integrand does not decay.
const ANGLE_MIN: f64 = 0.12;
/// Step of the differences in `alpha` and `beta`.
const DIFFERENCE: f64 = 1e-5;

/// The table for one index and skewness.
#[derive(Clone, Debug)]
pub(crate) struct StableTable {
    alpha: f64,
    beta: f64,
    law: Stable,
    nodes: Vec<Node>,
    /// `asinh x` at the first node.
    first: f64,
    /// Distance of the nodes.
    step: f64,
}

impl StableTable {
    /// The table for `alpha` in `[0.5, 2]` and `beta` in `[-1, 1]`; `None` outside.
    ///
    /// It reaches out to where the tail has a probability of about a thousandth.
    pub(crate) fn new(alpha: f64, beta: f64) -> Option<StableTable> {
        if !(0.5..=2.0).contains(&alpha) {
            return None;
        }
        let law = Stable::s0(alpha, beta, 0.0, 1.0).ok()?;
        let step = if alpha > 1.0 { STEPS[0] } else { STEPS[1] };
        let half = ((7.0 / alpha + std::f64::consts::LN_2) / step).ceil();
        let first = -half * step;
        let places = (0..=2 * half as usize).map(|j| real::sinh(first + j as f64 * step));
        let nodes = match (Ray::new(alpha, beta), Ray::new(alpha, -beta)) {
            (Some(right), Some(left)) => places
                .map(|x| {
                    if x >= 0.0 {
                        return right.density(x);
                    }
                    let [f, by_alpha, by_beta] = left.density(-x);
                    [f, by_alpha, -by_beta]
                })
                .collect(),
            _ => by_differences(alpha, beta, places),
        };
        Some(StableTable { alpha, beta, law, nodes, first, step })
    }

    /// `ln f` and its derivatives at `x`.
    ///
    /// # Accuracy
    /// Within `1e-8 f + 1e-12` in the density, and mostly 1e-10 relative; for `alpha < 1`, where the
    /// density bends sharply near `zeta`, within `1e-4 f`.
    pub(crate) fn ln_density(&self, x: f64) -> Gradient {
        let size = (1.0 + x * x).sqrt();
        let asinh = if x < 0.0 { -real::ln(size - x) } else { real::ln(size + x) };
        let place = (asinh - self.first) / self.step;
        let last = self.nodes.len() as f64 - 1.0;
        if place >= 0.0 && place <= last {
            let [f, slope, by_alpha, by_beta] = self.read(place);
            if f > SMALLEST {
                let inverse = 1.0 / f;
                return Gradient {
                    value: real::ln(f),
                    d_x: slope * inverse / (self.step * size),
                    d_alpha: by_alpha * inverse,
                    d_beta: by_beta * inverse,
                };
            }
        }
        self.exact(x)
    }

    /// `f`, its derivative by the place, `df/d alpha` and `df/d beta` at a place counted in nodes.
    fn read(&self, place: f64) -> [f64; 4] {
        let start =
            ((place as usize).saturating_sub(WINDOW / 2 - 1)).min(self.nodes.len() - WINDOW);
        let t = place - start as f64;
        let window = &self.nodes[start..start + WINDOW];
        // Newton's divided differences would need divisions; Neville's products of distances do not.
        let mut prefix = [(1.0, 0.0); WINDOW];
        let mut suffix = [(1.0, 0.0); WINDOW];
        for k in 1..WINDOW {
            let (product, slope) = prefix[k - 1];
            let distance = t - (k - 1) as f64;
            prefix[k] = (product * distance, slope * distance + product);
        }
        for k in (0..WINDOW - 1).rev() {
            let (product, slope) = suffix[k + 1];
            let distance = t - (k + 1) as f64;
            suffix[k] = (product * distance, slope * distance + product);
        }
        let mut sums = [0.0; 4];
        for k in 0..WINDOW {
            let ((p, dp), (s, ds)) = (prefix[k], suffix[k]);
            let weight = p * s * INVERSE_PRODUCTS[k];
            let [f, by_alpha, by_beta] = window[k];
            sums[0] += weight * f;
            sums[1] += (dp * s + p * ds) * INVERSE_PRODUCTS[k] * f;
            sums[2] += weight * by_alpha;
            sums[3] += weight * by_beta;
        }
        sums
    }

    /// The same from the law itself, by differences.
    fn exact(&self, x: f64) -> Gradient {
        let at = |alpha: f64, beta: f64, x: f64| {
            Stable::s0(alpha, beta, 0.0, 1.0).map_or(f64::NAN, |law| law.ln_pdf(x))
        };
        let step = DIFFERENCE * (1.0 + x.abs());
        let slope = (self.law.ln_pdf(x + step) - self.law.ln_pdf(x - step)) / (2.0 * step);
        let [(a_low, a_high), (b_low, b_high)] = differences(self.alpha, self.beta);
        let by_alpha = at(a_high, self.beta, x) - at(a_low, self.beta, x);
        let by_beta = at(self.alpha, b_high, x) - at(self.alpha, b_low, x);
        Gradient {
            value: self.law.ln_pdf(x),
            d_x: slope,
            d_alpha: by_alpha / (a_high - a_low),
            d_beta: by_beta / (b_high - b_low),
        }
    }
}

/// `1 / prod_(j != k) (k - j)` for `0 <= j, k < 8`.
const INVERSE_PRODUCTS: [f64; WINDOW] = [
    -1.0 / 5040.0,
    1.0 / 720.0,
    -1.0 / 240.0,
    1.0 / 144.0,
    -1.0 / 144.0,
    1.0 / 240.0,
    -1.0 / 720.0,
    1.0 / 5040.0,
];

/// Pairs of an index and of a skewness to either side of a point, within their ranges.
fn differences(alpha: f64, beta: f64) -> [(f64, f64); 2] {
    [
        (alpha - DIFFERENCE, (alpha + DIFFERENCE).min(2.0)),
        ((beta - DIFFERENCE).max(-1.0), (beta + DIFFERENCE).min(1.0)),
    ]
}

/// Densities at `places`, their derivatives by differences of neighbouring laws.
fn by_differences(alpha: f64, beta: f64, places: impl Iterator<Item = f64>) -> Vec<Node> {
    let [(a_low, a_high), (b_low, b_high)] = differences(alpha, beta);
    let law = |alpha, beta| Stable::s0(alpha, beta, 0.0, 1.0).ok();
    let laws = [
        law(alpha, beta),
        law(a_low, beta),
        law(a_high, beta),
        law(alpha, b_low),
        law(alpha, b_high),
    ];
    let at = |law: &Option<Stable>, x: f64| {
        law.as_ref().map_or(f64::NAN, |law| real::exp(law.ln_pdf(x)))
    };
    places
        .map(|x| {
            let [f, a0, a1, b0, b1] = laws.each_ref().map(|law| at(law, x));
            [f, (a1 - a0) / (a_high - a_low), (b1 - b0) / (b_high - b_low)]
        })
        .collect()
}

/// A complex number.
type Complex = (f64, f64);

fn product((a, b): Complex, (c, d): Complex) -> Complex {
    (a * c - b * d, a * d + b * c)
}

/// Nodes of the ray for places `x >= 0`.
#[derive(Clone, Debug)]
struct Ray {
    points: Vec<RayPoint>,
    /// Step in `s`, over `pi`.
    weight: f64,
}

#[derive(Clone, Copy, Debug)]
struct RayPoint {
    t: Complex,
    /// `G - i x t`.
    exponent: Complex,
    /// `t dG/d alpha` and `t dG/d beta`.
    by_alpha: Complex,
    by_beta: Complex,
}

impl Ray {
    /// The ray half way to where `t^alpha` ceases to decay, at most a quarter turn; `None` where that
    /// is too near.
    fn new(alpha: f64, beta: f64) -> Option<Ray> {
        if alpha < 1.02 {
            return None;
        }
        let tangent = real::tan(FRAC_PI_2 * (alpha - 2.0));
        let theta0 = real::atan(beta * tangent) / alpha;
        let limit = FRAC_PI_2 / alpha - theta0;
        let angle = 0.5 * limit.min(1.0);
        if angle < ANGLE_MIN {
            return None;
        }
        // The error of the rule is exp(-2 pi angle / step).
        let step = 2.0 * PI * angle / 34.0;
        let secant_square = 1.0 + tangent * tangent;
        let mut points = Vec::new();
        // What lies below exp(-33) is 1e-14, the error of the rest.
        let mut s = -33.0;
        loop {
            let r = real::exp(s);
            let (sin, cos) = real::sin_cos(angle);
            let t = (r * cos, r * sin);
            let ln_t = (s, angle);
            let (power_sin, power_cos) = real::sin_cos(alpha * angle);
            let size = real::exp(alpha * s);
            let power = (size * power_cos, size * power_sin);
            let twist = (tangent * (t.0 - power.0), tangent * (t.1 - power.1));
            let exponent = (-power.0 - beta * twist.1, -power.1 + beta * twist.0);
            if exponent.0 < -40.0 {
                break;
            }
            let turned = product(power, ln_t);
            let twist_slope = (
                FRAC_PI_2 * secant_square * (t.0 - power.0) - tangent * turned.0,
                FRAC_PI_2 * secant_square * (t.1 - power.1) - tangent * turned.1,
            );
            let slope = (-turned.0 - beta * twist_slope.1, -turned.1 + beta * twist_slope.0);
            points.push(RayPoint {
                t,
                exponent,
                by_alpha: product(t, slope),
                by_beta: product(t, (-twist.1, twist.0)),
            });
            s += step;
            if points.len() > 2000 {
                return None;
            }
        }
        Some(Ray { points, weight: step / PI })
    }

    /// `f`, `df/d alpha`, `df/d beta` at `x >= 0`.
    fn density(&self, x: f64) -> Node {
        let mut sums = [0.0; 3];
        for point in &self.points {
            let ln_size = point.exponent.0 - x * point.t.1;
            // The decay is monotone from here on.
            if ln_size < -45.0 {
                break;
            }
            let (sin, cos) = real::sin_cos(point.exponent.1 + x * point.t.0);
            let size = real::exp(ln_size);
            let (re, im) = (size * cos, size * sin);
            for (sum, factor) in sums.iter_mut().zip([point.t, point.by_alpha, point.by_beta]) {
                *sum += re * factor.0 - im * factor.1;
            }
        }
        sums.map(|sum| sum * self.weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAWS: [(f64, f64); 8] = [
        (1.7, 0.2),
        (1.95, -0.9),
        (1.3, 0.5),
        (2.0, 0.0),
        (1.2, -0.3),
        (1.1, 0.6),
        (0.9, 0.4),
        (0.6, -0.8),
    ];

    #[test]
    fn the_table_is_the_law() {
        for (alpha, beta) in LAWS {
            let table = StableTable::new(alpha, beta).unwrap();
            let law = Stable::s0(alpha, beta, 0.0, 1.0).unwrap();
            for i in 0..60 {
                let x = real::sinh(-4.0 + 8.0 / 59.0 * f64::from(i));
                let (value, exact) = (table.ln_density(x).value, law.ln_pdf(x));
                let relative = if alpha < 1.0 { 1e-4 } else { 1e-8 };
                let bound = relative + 1e-12 * real::exp(-exact).min(1.0 / SMALLEST);
                let error = (value - exact).abs();
                assert!(error < bound, "{alpha}, {beta}, {x}: {value}, {exact}");
            }
        }
    }

    #[test]
    fn derivatives_are_the_difference_quotients() {
        for (alpha, beta) in LAWS {
            let table = StableTable::new(alpha, beta).unwrap();
            for x in [-9.0, -1.4, -0.2, 0.03, 0.9, 2.7, 20.0] {
                let (value, exact) = (table.ln_density(x), table.exact(x));
                for (value, exact) in [
                    (value.d_x, exact.d_x),
                    (value.d_alpha, exact.d_alpha),
                    (value.d_beta, exact.d_beta),
                ] {
                    let error = (value - exact).abs() / (1.0 + exact.abs());
                    assert!(error < 1e-4, "{alpha}, {beta}, {x}: {value} against {exact}");
                }
            }
        }
    }
}
