//! The generalised Pareto likelihood, its derivatives, and its profile.
//!
//! ```text
//! ln L(xi, s) = -n ln s - (1 + xi) sum_i A(xi, x_i / s),   A(xi, y) = y g(xi y),   g(w) = ln(1 + w) / w
//! ```

use maruyama_dynamics::real;

/// The log-likelihood at a point, with derivatives in `(xi, ln s)`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Likelihood {
    pub(crate) xi: f64,
    pub(crate) scale: f64,
    pub(crate) value: f64,
    /// First derivatives.
    pub(crate) gradient: [f64; 2],
    /// Second derivatives: `xi xi`, `xi ln s`, `ln s ln s`.
    pub(crate) hessian: [f64; 3],
}

impl Likelihood {
    /// The likelihood of positive `excesses`; minus infinity outside the support or below `xi = -1`.
    pub(crate) fn new(excesses: &[f64], xi: f64, scale: f64) -> Likelihood {
        // Sums of A, dA/dxi, d^2 A/dxi^2, y / (1 + w), (y / (1 + w))^2 and y / (1 + w)^2.
        let mut sums = [[0.0; 8]; 6];
        for block in excesses.chunks(8) {
            for (lane, x) in block.iter().enumerate() {
                for (sum, term) in sums.iter_mut().zip(terms(xi, x / scale)) {
                    sum[lane] += term;
                }
            }
        }
        let [a, a_xi, a_xi_xi, pull, square, curve] = sums.map(|lanes| real::sum(&lanes));
        let (n, factor) = (excesses.len() as f64, 1.0 + xi);
        let is_inside = a.is_finite() && pull.is_finite() && factor >= 0.0;
        let value = if is_inside { -n * real::ln(scale) - factor * a } else { f64::NEG_INFINITY };
        Likelihood {
            xi,
            scale,
            value,
            gradient: [-a - factor * a_xi, factor * pull - n],
            hessian: [-2.0 * a_xi - factor * a_xi_xi, pull - factor * square, -factor * curve],
        }
    }

    /// The step of Newton's method in `(xi, ln s)`; `None` where the likelihood is not concave.
    pub(crate) fn newton(&self) -> Option<[f64; 2]> {
        let [[v00, v01], [_, v11]] = self.covariance()?;
        let [g0, g1] = self.gradient;
        Some([v00 * g0 + v01 * g1, v01 * g0 + v11 * g1])
    }

    /// The inverse of the observed information in `(xi, ln s)`; `None` where it is not positive.
    pub(crate) fn covariance(&self) -> Option<[[f64; 2]; 2]> {
        let [a, b, c] = self.hessian.map(|h| -h);
        let determinant = a * c - b * b;
        let is_positive = a > 0.0 && c > 0.0 && determinant > 1e-13 * a * c;
        let inverse = [[c / determinant, -b / determinant], [-b / determinant, a / determinant]];
        is_positive.then_some(inverse)
    }
}

/// `A`, `dA/dxi`, `d^2 A/dxi^2`, `y / (1 + w)`, its square, and `y / (1 + w)^2`, with `w = xi y`.
fn terms(xi: f64, y: f64) -> [f64; 6] {
    let w = xi * y;
    if w <= -1.0 {
        return [f64::INFINITY; 6];
    }
    let share = 1.0 / (1.0 + w);
    let (g, first, second) = if w.abs() < 0.03 {
        series(w)
    } else {
        let g = real::ln_1p(w) / w;
        let first = (share - g) / w;
        (g, first, -(share * share + 2.0 * first) / w)
    };
    let pull = y * share;
    [y * g, y * y * first, y * y * y * second, pull, pull * pull, pull * share]
}

/// `g(w) = ln(1 + w) / w` and its first two derivatives for `|w| < 0.03`, where 12 terms of the
/// series leave less than 1e-17.
fn series(w: f64) -> (f64, f64, f64) {
    let (mut g, mut first, mut second) = (0.0, 0.0, 0.0);
    for j in (0..12_i32).rev() {
        let coefficient = if j % 2 == 0 { 1.0 } else { -1.0 } / f64::from(j + 1);
        second = second * w + 2.0 * first;
        first = first * w + g;
        g = g * w + coefficient;
    }
    (g, first, second)
}

/// The maximum over the scale at fixed `xi > -1`.
///
/// The derivative in `ln s`, `(1 + xi) sum y / (1 + xi y) - n`, falls from infinity to `-n` as the
/// scale grows: its zero is found by Newton's method in `ln s`, kept in a bracket.
pub(crate) fn at_index(excesses: &[f64], xi: f64, start: f64) -> Likelihood {
    let largest = excesses.iter().fold(0.0_f64, |largest, x| largest.max(*x));
    let floor = if xi < 0.0 { -xi * largest } else { 0.0 };
    let (mut low, mut high) = (floor, f64::INFINITY);
    let mut scale = if start > floor { start } else { floor * 1.1 };
    for _ in 0..200 {
        let (slope, curvature) = slope(excesses, xi, scale);
        if slope <= 0.0 {
            high = scale;
        } else {
            low = scale;
        }
        let newton = scale * real::exp((-slope / curvature).clamp(-2.0, 2.0));
        let inside = newton > low && newton < high;
        let next = if inside { newton } else { between(low, high, scale) };
        let change = (next / scale - 1.0).abs();
        scale = next;
        if change < 1e-13 {
            break;
        }
    }
    Likelihood::new(excesses, xi, scale)
}

/// The first two derivatives in `ln s`, which need no logarithm; infinite outside the support.
fn slope(excesses: &[f64], xi: f64, scale: f64) -> (f64, f64) {
    let mut sums = [[0.0; 8]; 2];
    let mut is_outside = false;
    for block in excesses.chunks(8) {
        for (lane, x) in block.iter().enumerate() {
            let y = x / scale;
            let base = 1.0 + xi * y;
            is_outside |= base <= 0.0;
            let share = 1.0 / base;
            sums[0][lane] += y * share;
            sums[1][lane] += y * share * share;
        }
    }
    if is_outside {
        return (f64::INFINITY, f64::NAN);
    }
    let [pull, curve] = sums.map(|lanes| real::sum(&lanes));
    ((1.0 + xi) * pull - excesses.len() as f64, -(1.0 + xi) * curve)
}

fn between(low: f64, high: f64, scale: f64) -> f64 {
    if high.is_infinite() {
        2.0 * scale
    } else if low == 0.0 {
        0.5 * scale
    } else {
        0.5 * (low + high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::generalised_pareto::GeneralisedPareto;
    use crate::law::interface::Law;

    const EXCESSES: [f64; 9] = [0.1, 0.25, 0.4, 0.8, 1.1, 1.7, 2.6, 4.5, 11.0];

    #[test]
    fn the_value_is_the_sum_of_log_densities() {
        for (xi, scale) in [(-0.2, 3.0), (0.0, 1.5), (1e-9, 2.0), (0.7, 0.9)] {
            let law = GeneralisedPareto::new(xi, scale).unwrap();
            let sum: f64 = EXCESSES.iter().map(|x| law.ln_pdf(*x)).sum();
            assert!((Likelihood::new(&EXCESSES, xi, scale).value - sum).abs() < 1e-12, "{xi}");
        }
        assert_eq!(Likelihood::new(&EXCESSES, -0.5, 3.0).value, f64::NEG_INFINITY);
        assert_eq!(Likelihood::new(&EXCESSES, -1.1, 30.0).value, f64::NEG_INFINITY);
    }

    #[test]
    fn derivatives_are_difference_quotients() {
        for (xi, scale) in [(-0.2, 3.0), (-1e-3, 2.0), (0.0, 1.5), (0.004, 1.0), (0.7, 0.9)] {
            let at = Likelihood::new(&EXCESSES, xi, scale);
            let e = 1e-5;
            let (up, down) = (
                Likelihood::new(&EXCESSES, xi + e, scale),
                Likelihood::new(&EXCESSES, xi - e, scale),
            );
            let (wide, narrow) = (
                Likelihood::new(&EXCESSES, xi, scale * real::exp(e)),
                Likelihood::new(&EXCESSES, xi, scale * real::exp(-e)),
            );
            for (value, a, b) in [
                (at.gradient[0], up.value, down.value),
                (at.gradient[1], wide.value, narrow.value),
                (at.hessian[0], up.gradient[0], down.gradient[0]),
                (at.hessian[1], up.gradient[1], down.gradient[1]),
                (at.hessian[1], wide.gradient[0], narrow.gradient[0]),
                (at.hessian[2], wide.gradient[1], narrow.gradient[1]),
            ] {
                let difference = (a - b) / (2.0 * e);
                let bound = 2e-6 * (1.0 + value.abs());
                assert!((value - difference).abs() < bound, "{xi}: {value} against {difference}");
            }
        }
    }

    #[test]
    fn the_profile_is_a_maximum_over_the_scale() {
        for xi in [-0.9, -0.3, 0.0, 0.5, 3.0] {
            for start in [1e-6, 1.0, 1e9] {
                let best = at_index(&EXCESSES, xi, start);
                assert!(best.gradient[1].abs() < 1e-9, "{xi}: {:?}", best.gradient);
                for factor in [0.999, 1.001] {
                    let near = Likelihood::new(&EXCESSES, xi, best.scale * factor);
                    assert!(near.value < best.value, "{xi}");
                }
            }
        }
    }
}
