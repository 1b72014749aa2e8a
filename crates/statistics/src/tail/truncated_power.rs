//! A power law with an exponential cut-off above a threshold.
//!
//! ```text
//! f(z) = z^-a exp(-b z) / E_a(b),   E_a(b) = int_0^inf exp((1 - a) u - b e^u) du,   z = e^u >= 1
//! ln L(a, b) = -a sum l - b sum z - n ln E_a(b)
//! ```
//!
//! It is an exponential family in `(l, z)`, so that the likelihood is concave, and its gradient is the
//! difference between the means of the law and of the sample.

use maruyama_dynamics::real;

use crate::special::quadrature::integrate;

/// The law of `z`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TruncatedPower {
    pub(crate) a: f64,
    pub(crate) b: f64,
    ln_norm: f64,
}

/// `ln E_a(b)`, the means of `l` and `z`, and the variance of `l`.
struct Moments {
    ln_norm: f64,
    mean: [f64; 2],
    variance: f64,
}

/// The likelihood at fixed `b` has no maximum that doubles can find.
#[derive(Debug)]
pub(crate) struct NotFound;

impl TruncatedPower {
    /// The law of maximal likelihood; `None` if that is the power law.
    ///
    /// The profile over `a` is concave in `b`, and its derivative is the mean of `z` less that of the
    /// sample: its zero is bracketed by factors of 16 and found by the regula falsi in
    /// `ln b`.
    pub(crate) fn fit(logs: &[f64], ratios: &[f64]) -> Result<Option<TruncatedPower>, NotFound> {
        let n = logs.len() as f64;
        let [mean_log, mean_ratio] = [real::sum(logs) / n, real::sum(ratios) / n];
        let alpha = 1.0 / mean_log;
        // The derivative at b = 0.
        if alpha > 1.0 && alpha / (alpha - 1.0) <= mean_ratio {
            return Ok(None);
        }
        let mut a = alpha + 1.0;
        let mut slope = |b: f64| {
            let (root, moments) = at_rate(b, mean_log, a)?;
            a = root;
            Ok((real::ln(moments.mean[1] / mean_ratio), root, moments.ln_norm))
        };
        let mut low = 0.5 / mean_ratio;
        let mut high = low;
        let (mut at_low, mut at_high) = (slope(low)?.0, 0.0);
        while at_low <= 0.0 {
            if low < 1e-290 {
                return Ok(None);
            }
            (high, at_high) = (low, at_low);
            low /= 16.0;
            at_low = slope(low)?.0;
        }
        while high <= low {
            let next = slope(16.0 * low)?.0;
            if low > 1e12 {
                return Err(NotFound);
            }
            if next > 0.0 {
                (low, at_low) = (16.0 * low, next);
            } else {
                (high, at_high) = (16.0 * low, next);
            }
        }
        let b = root(&mut |b| Ok(slope(b)?.0), [low, high], [at_low, at_high])?;
        let (_, a, ln_norm) = slope(b)?;
        Ok(Some(TruncatedPower { a, b, ln_norm }))
    }

    /// Logarithm of the density at `z = exp(l)`.
    pub(crate) fn ln_pdf(&self, l: f64, z: f64) -> f64 {
        -self.a * l - self.b * z - self.ln_norm
    }
}

/// The zero in `ln b` of a falling function with the values `at` at the two `ends`, by the Illinois
/// variant of the regula falsi.
fn root(
    f: &mut dyn FnMut(f64) -> Result<f64, NotFound>,
    ends: [f64; 2],
    at: [f64; 2],
) -> Result<f64, NotFound> {
    let [mut low, mut high] = ends.map(real::ln);
    let [mut at_low, mut at_high] = at;
    let mut middle = low;
    for _ in 0..200 {
        let last = middle;
        let share = (at_low / (at_low - at_high)).clamp(1e-3, 1.0 - 1e-3);
        middle = low + (high - low) * share;
        if (middle - last).abs() < 1e-12 || high - low < 1e-12 {
            break;
        }
        let value = f(real::exp(middle))?;
        if value > 0.0 {
            (low, at_low, at_high) = (middle, value, 0.5 * at_high);
        } else {
            (high, at_high, at_low) = (middle, value, 0.5 * at_low);
        }
    }
    Ok(real::exp(middle))
}

/// The `a` at which the mean of `l` is `target`, by Newton's method in a bracket.
fn at_rate(b: f64, target: f64, start: f64) -> Result<(f64, Moments), NotFound> {
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut a = start;
    for _ in 0..200 {
        let here = moments(a, b);
        let excess = here.mean[0] - target;
        if !excess.is_finite() || !here.ln_norm.is_finite() {
            return Err(NotFound);
        }
        if excess.abs() <= 1e-14 * target || high - low <= 1e-15 * a.abs() {
            return Ok((a, here));
        }
        // The mean of l falls as a grows.
        if excess > 0.0 {
            low = a;
        } else {
            high = a;
        }
        let reach = 2.0 * (1.0 + a.abs());
        let newton = a + (excess / here.variance).clamp(-reach, reach);
        let last = a;
        a = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if a == last {
            return Ok((a, here));
        }
    }
    Err(NotFound)
}

fn moments(a: f64, b: f64) -> Moments {
    let exponent = |u: f64| (1.0 - a) * u - b * real::exp(u);
    let peak = if b < 1.0 - a { real::ln((1.0 - a) / b) } else { 0.0 };
    let top = exponent(peak);
    let end = end(peak, |u| exponent(u) - top);
    let integral = |g: &dyn Fn(f64) -> f64| {
        let term = |u: f64| g(u) * real::exp(exponent(u) - top);
        // Two pieces, so that a peak inside is an end, where the nodes are dense.
        let before = if peak > 0.0 { integrate(peak, |left, _| term(left)) } else { 0.0 };
        before + integrate(end - peak, |left, _| term(peak + left))
    };
    let mass = integral(&|_| 1.0);
    let mean = [integral(&|u| u) / mass, integral(&|u| real::exp(u)) / mass];
    let variance = integral(&|u| (u - mean[0]) * (u - mean[0])) / mass;
    Moments { ln_norm: top + real::ln(mass), mean, variance }
}

/// Where the integrand has fallen by `exp(-60)` beyond its peak.
fn end(peak: f64, fall: impl Fn(f64) -> f64) -> f64 {
    let mut high = peak + 1e-3;
    while fall(high) > -60.0 && high < 700.0 {
        high = peak + 2.0 * (high - peak);
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_norm_is_an_exponential_integral() {
        // E_0(b) = exp(-b) / b, E_(-1)(b) = exp(-b) (1 + b) / b^2, E_1(1) = 0.219383934395520.
        for b in [1e-4_f64, 0.3, 2.0, 50.0] {
            let zero = -b - real::ln(b);
            assert!((moments(0.0, b).ln_norm - zero).abs() < 1e-10, "{b}");
            let one = -b + real::ln_1p(b) - 2.0 * real::ln(b);
            assert!((moments(-1.0, b).ln_norm - one).abs() < 1e-10, "{b}");
        }
        assert!((real::exp(moments(1.0, 1.0).ln_norm) - 0.219_383_934_395_520_3).abs() < 1e-12);
    }

    #[test]
    fn the_fit_matches_both_moments() {
        let logs = [0.0, 0.3, 0.4, 0.9, 1.3, 1.4, 2.0, 2.7];
        let ratios = logs.map(real::exp);
        let law = TruncatedPower::fit(&logs, &ratios).unwrap().unwrap();
        let mean = moments(law.a, law.b).mean;
        assert!((mean[0] - logs.iter().sum::<f64>() / 8.0).abs() < 1e-12);
        assert!((mean[1] - ratios.iter().sum::<f64>() / 8.0).abs() < 1e-9);
        // A mean beyond that of the power law.
        let heavy = [0.0, 0.01, 0.02, 0.03, 3.0];
        assert!(TruncatedPower::fit(&heavy, &heavy.map(real::exp)).unwrap().is_none());
    }
}
