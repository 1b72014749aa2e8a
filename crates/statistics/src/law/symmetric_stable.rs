//! Logarithm of the standard symmetric stable density and its gradient, fast, for likelihoods.
//!
//! ```text
//! f(alpha, x) = (1 / pi) int_0^inf exp(-t^alpha) cos(x t) dt
//! y = x / s(alpha),  w = ln(1 + y^2),  s^2 = -2 f(0) / f''(0) = 2 Gamma(1/alpha) / Gamma(3/alpha)
//! H(alpha, w) = [f(alpha, x) - f(2, 2y)] / (2 - alpha) exp((1 + alpha) w / 2)
//! ln f = ln( f(2, 2y) exp((1 + alpha) w / 2) + (2 - alpha) H ) - (1 + alpha) w / 2
//! ```
//!
//! `H` is smooth and of order one over the whole strip, up to the normal limit, which is exact: it
//! is tabulated by Chebyshev polynomials in `alpha` and, piecewise, in `w`. Beyond the table the
//! asymptotic series of the tail takes over.

use std::sync::OnceLock;

use maruyama_dynamics::real;

use crate::law::stable_integral::{HalfLine, Place};
use crate::law::stable_tail::{LogDensity, TailSeries};
use crate::special::digamma::digamma;

/// Smallest index of the table.
pub(crate) const ALPHA_MIN: f64 = 0.5;
const N_ALPHA: usize = 28;
const N_SEGMENTS: usize = 20;
/// Width of a segment in `w`.
const WIDTH: f64 = 0.4;
const W_MAX: f64 = WIDTH * N_SEGMENTS as f64;
const N_POWERS: usize = 12;
const ROW: usize = N_SEGMENTS * N_POWERS;
const LN_2_SQRT_PI: f64 = 1.265_512_123_484_645_4;

/// The density for one `alpha`.
pub(crate) struct SymmetricStable {
    alpha: f64,
    scale: f64,
    /// `d ln(s^2) / d alpha`.
    d_ln_square: f64,
    /// Coefficients of `H` in the local variable of a segment, `[segment][power]`.
    h: Vec<f64>,
    /// Those of `dH / d alpha`.
    h_alpha: Vec<f64>,
    tail: TailSeries,
}

impl SymmetricStable {
    /// The density for `alpha` in `[ALPHA_MIN, 2]`; about ten microseconds once the table exists.
    pub(crate) fn new(alpha: f64) -> SymmetricStable {
        let (mut h, mut h_alpha) = (vec![0.0; ROW], vec![0.0; ROW]);
        let polynomials = chebyshev(2.0 * (alpha - ALPHA_MIN) / (2.0 - ALPHA_MIN) - 1.0);
        for (row, (value, slope)) in table().chunks_exact(ROW).zip(polynomials) {
            real::add_scaled(&mut h, value, row);
            real::add_scaled(&mut h_alpha, slope * 2.0 / (2.0 - ALPHA_MIN), row);
        }
        let square = scale_squared(alpha);
        let d_ln_square = (3.0 * digamma(3.0 / alpha) - digamma(1.0 / alpha)) / (alpha * alpha);
        let (scale, tail) = (square.sqrt(), TailSeries::new(alpha));
        SymmetricStable { alpha, scale, d_ln_square, h, h_alpha, tail }
    }

    /// `ln f(alpha, x)` with its derivatives in `x` and `alpha`.
    ///
    /// # Accuracy
    /// Relative 1e-8 in the density for `alpha >= 0.65`, and 2e-6 in the cusp `|x| < s` below.
    pub(crate) fn log_density(&self, x: f64) -> LogDensity {
        let y = x / self.scale;
        let square = y * y;
        let w = real::ln_1p(square);
        if w >= W_MAX {
            return self.tail.log_density(x);
        }
        let (h, h_w, h_alpha) = self.interpolate(w);
        let half = 0.5 * (1.0 + self.alpha);
        let normal = real::exp(half * w - square - LN_2_SQRT_PI);
        let rest = 2.0 - self.alpha;
        let sum = normal + rest * h;
        let d_w = (normal * (half - 1.0 - square) + rest * h_w) / sum - half;
        let d_alpha = (0.5 * w * normal - h + rest * h_alpha) / sum - 0.5 * w;
        let share = square / (1.0 + square);
        LogDensity {
            value: real::ln(sum) - half * w,
            d_x: d_w * 2.0 * y / (self.scale * (1.0 + square)),
            d_alpha: d_alpha - d_w * share * self.d_ln_square,
        }
    }

    /// `H`, `dH/dw` and `dH/d alpha` at `0 <= w < W_MAX`.
    fn interpolate(&self, w: f64) -> (f64, f64, f64) {
        let segment = ((w / WIDTH) as usize).min(N_SEGMENTS - 1);
        let t = 2.0 * (w / WIDTH - segment as f64) - 1.0;
        let range = segment * N_POWERS..(segment + 1) * N_POWERS;
        let (h, h_alpha) = (&self.h[range.clone()], &self.h_alpha[range]);
        let (mut value, mut slope, mut alpha) = (0.0, 0.0, 0.0);
        for k in (0..N_POWERS).rev() {
            slope = slope * t + value;
            value = value * t + h[k];
            alpha = alpha * t + h_alpha[k];
        }
        (value, slope * 2.0 / WIDTH, alpha)
    }
}

fn scale_squared(alpha: f64) -> f64 {
    2.0 * real::exp(real::lgamma(1.0 / alpha) - real::lgamma(3.0 / alpha))
}

/// `T_k(t)` and `T_k'(t)` for `k < N_ALPHA`.
fn chebyshev(t: f64) -> [(f64, f64); N_ALPHA] {
    let mut polynomials = [(1.0, 0.0); N_ALPHA];
    polynomials[1] = (t, 1.0);
    for k in 2..N_ALPHA {
        let ((before, d_before), (last, d_last)) = (polynomials[k - 2], polynomials[k - 1]);
        polynomials[k] = (2.0 * t * last - before, 2.0 * (last + t * d_last) - d_before);
    }
    polynomials
}

/// Chebyshev coefficients in `alpha` of the power coefficients of `H`: `[N_ALPHA][ROW]`.
fn table() -> &'static [f64] {
    static TABLE: OnceLock<Vec<f64>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let rows: Vec<Vec<f64>> = (0..N_ALPHA)
            .map(|j| {
                let t = chebyshev_node(j, N_ALPHA);
                row_at(ALPHA_MIN + 0.5 * (2.0 - ALPHA_MIN) * (1.0 + t))
            })
            .collect();
        let mut table = vec![0.0; N_ALPHA * ROW];
        for (k, out) in table.chunks_exact_mut(ROW).enumerate() {
            for (j, row) in rows.iter().enumerate() {
                real::add_scaled(out, chebyshev_weight(k, j, N_ALPHA), row);
            }
        }
        table
    })
}

/// Power coefficients of `H(alpha, .)`, segment by segment.
fn row_at(alpha: f64) -> Vec<f64> {
    let law = HalfLine::new(alpha, 0.0);
    let square = scale_squared(alpha);
    let h = |w: f64| {
        let y_squared = real::expm1(w);
        let normal = real::exp(-y_squared - LN_2_SQRT_PI);
        let difference = law.pdf(Place::symmetric((square * y_squared).sqrt())) - normal;
        difference / (2.0 - alpha) * real::exp(0.5 * (1.0 + alpha) * w)
    };
    let segment = |s: usize| {
        let values: Vec<f64> = (0..N_POWERS)
            .map(|j| h(WIDTH * (s as f64 + 0.5 * (1.0 + chebyshev_node(j, N_POWERS)))))
            .collect();
        power_coefficients(&values)
    };
    (0..N_SEGMENTS).flat_map(segment).collect()
}

/// Coefficients of the powers of `t` of the polynomial through `values` at Chebyshev's nodes.
fn power_coefficients(values: &[f64]) -> [f64; N_POWERS] {
    let mut powers = [0.0; N_POWERS];
    let (mut before, mut last) = ([0.0; N_POWERS], [0.0; N_POWERS]);
    last[0] = 1.0;
    for k in 0..N_POWERS {
        let coefficient: f64 =
            values.iter().enumerate().map(|(j, v)| v * chebyshev_weight(k, j, N_POWERS)).sum();
        real::add_scaled(&mut powers, coefficient, &last);
        let factor = if k == 0 { 1.0 } else { 2.0 };
        let mut next = [0.0; N_POWERS];
        for i in 0..N_POWERS {
            let raised = if i > 0 { factor * last[i - 1] } else { 0.0 };
            next[i] = raised - before[i];
        }
        (before, last) = (last, next);
    }
    powers
}

/// The `j`-th zero of the Chebyshev polynomial of degree `n`.
fn chebyshev_node(j: usize, n: usize) -> f64 {
    real::cos(std::f64::consts::PI * (j as f64 + 0.5) / n as f64)
}

/// Weight of the value at node `j` in the coefficient of `T_k`.
fn chebyshev_weight(k: usize, j: usize, n: usize) -> f64 {
    let value = real::cos(std::f64::consts::PI * k as f64 * (j as f64 + 0.5) / n as f64);
    if k == 0 { value / n as f64 } else { 2.0 * value / n as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::STABLE_PDF;

    #[test]
    fn density_matches_the_reference() {
        for (alpha, _, x, pdf) in STABLE_PDF.into_iter().filter(|row| row.1 == 0.0) {
            let value = real::exp(SymmetricStable::new(alpha).log_density(x).value);
            assert!((value - pdf).abs() < 2e-6, "{alpha}, {x}: {value} against {pdf}");
        }
    }

    #[test]
    fn density_matches_the_integral() {
        for i in 0..=60 {
            let alpha = 0.5 + 0.0249 * f64::from(i);
            let (fast, law) = (SymmetricStable::new(alpha), HalfLine::new(alpha, 0.0));
            for x in [0.0, 1e-3, 0.07, 0.4, 1.1, 2.3, 4.0, 5.5, 7.1, 9.0, 16.0, 90.0, 200.0, 1e5] {
                let exact = real::ln(law.pdf(Place::symmetric(x)));
                let error = (fast.log_density(x).value - exact).abs();
                let bound = if alpha < 0.65 { 2e-6 } else { 1e-8 };
                assert!(error < bound, "{alpha}, {x}: {error}");
            }
        }
    }

    #[test]
    fn gradient_is_the_difference_quotient() {
        for alpha in [0.55, 0.98, 1.3, 1.7, 1.99] {
            for x in [0.02, 0.9, -2.5, 6.0, -40.0, 500.0] {
                let at = SymmetricStable::new(alpha).log_density(x);
                let e = 1e-5;
                let (up, down) = (SymmetricStable::new(alpha + e), SymmetricStable::new(alpha - e));
                let d_alpha = (up.log_density(x).value - down.log_density(x).value) / (2.0 * e);
                let relative = (at.d_alpha - d_alpha).abs() / (1.0 + d_alpha.abs());
                assert!(relative < 1e-4, "{alpha}, {x}: {} against {d_alpha}", at.d_alpha);
                let law = SymmetricStable::new(alpha);
                let d_x = (law.log_density(x + e).value - law.log_density(x - e).value) / (2.0 * e);
                assert!((at.d_x - d_x).abs() < 1e-4 * (1.0 + d_x.abs()), "{alpha}, {x}");
            }
        }
    }

    #[test]
    fn normal_and_cauchy_laws_are_met() {
        let (normal, cauchy) = (SymmetricStable::new(2.0), SymmetricStable::new(1.0));
        for x in [0.0, 0.7, 3.0, 12.0, 30.0_f64] {
            let value = normal.log_density(x).value;
            assert!((value + 0.25 * x * x + LN_2_SQRT_PI).abs() < 1e-12 * (1.0 + x * x), "{x}");
            let exact = -real::ln(std::f64::consts::PI) - real::ln_1p(x * x);
            assert!((cauchy.log_density(x).value - exact).abs() < 1e-8, "x = {x}");
        }
    }
}
