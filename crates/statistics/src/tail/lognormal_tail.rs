//! A lognormal law above a threshold: a normal law of the logarithm on the half line.
//!
//! ```text
//! l = ln(x / x_min) >= 0,  h = m / s,  q(h) = phi(h) / Phi(h)
//! E l = s (h + q),   E l^2 = s^2 (1 + h^2 + h q),   E l^2 / (E l)^2 = r(h)
//! ```
//!
//! `r` falls from 2 to 1. The likelihood equations say that both moments are those of the sample; if
//! the ratio of the sample is 2 or more, the likelihood rises as `h -> -inf`, towards the exponential
//! law of `l`, which is the power law of `x`.

use maruyama_dynamics::real;

const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_8;
/// Beyond, the law is a power law to 1e-8 in the density of any sample.
const H_MIN: f64 = -1e4;

/// The law of `l`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LognormalTail {
    h: f64,
    s: f64,
}

impl LognormalTail {
    /// The law of maximal likelihood for logarithms that are not all equal; `None` if there is none.
    pub(crate) fn fit(logs: &[f64]) -> Option<LognormalTail> {
        let n = logs.len() as f64;
        let mean = real::sum(logs) / n;
        let deviations: Vec<f64> = logs.iter().map(|l| (l - mean) * (l - mean)).collect();
        // r - 1, the squared coefficient of variation.
        let target = real::sum(&deviations) / n / (mean * mean);
        let (mut low, mut high) = (H_MIN, 1.0);
        if target >= relative_variance(low) {
            return None;
        }
        while relative_variance(high) > target && high < 1e12 {
            (low, high) = (high, 4.0 * high);
        }
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                break;
            }
            if relative_variance(middle) > target {
                low = middle;
            } else {
                high = middle;
            }
        }
        let h = 0.5 * (low + high);
        Some(LognormalTail { h, s: mean / relative_mean(h) })
    }

    /// `m`, relative to the logarithm of the threshold.
    pub(crate) fn location(&self) -> f64 {
        self.h * self.s
    }

    /// `s`.
    pub(crate) fn scale(&self) -> f64 {
        self.s
    }

    /// Logarithm of the density of `z = exp(l)`.
    pub(crate) fn ln_pdf(&self, l: f64) -> f64 {
        let u = l / self.s;
        if self.h > -3.0 {
            let d = u - self.h;
            let mass = 0.5 * real::erfc(-self.h * std::f64::consts::FRAC_1_SQRT_2);
            return -0.5 * d * d - real::ln(self.s) - LN_SQRT_2PI - real::ln(mass) - l;
        }
        // phi(u - h) / Phi(h) = exp(-u^2 / 2 + h u) q(h).
        let (t, c) = (-self.h, fraction(-self.h).0);
        -0.5 * u * u - t * u + real::ln(t + c) - real::ln(self.s) - l
    }
}

/// `(c, d)` with `q = t + c`, `c = 1 / (t + d)`, `d = 2 / (t + 3 / (t + ...))`, for `h = -t <= -3`.
///
/// Source: NIST Digital Library of Mathematical Functions, 7.9.1 (the continued fraction of Mills'
/// ratio). 120 terms leave 1e-16 at `t = 3`.
fn fraction(t: f64) -> (f64, f64) {
    let d = (2..120).rev().fold(0.0, |rest, j| f64::from(j) / (t + rest));
    (1.0 / (t + d), d)
}

/// `E l / s = h + q(h)`.
fn relative_mean(h: f64) -> f64 {
    if h <= -3.0 {
        return fraction(-h).0;
    }
    h + quotient(h)
}

/// `Var l / (E l)^2`.
fn relative_variance(h: f64) -> f64 {
    if h <= -3.0 {
        // r = d / c.
        let (c, d) = fraction(-h);
        return d / c - 1.0;
    }
    let q = quotient(h);
    let mean = h + q;
    (1.0 - q * mean) / (mean * mean)
}

fn quotient(h: f64) -> f64 {
    let mass = 0.5 * real::erfc(-h * std::f64::consts::FRAC_1_SQRT_2);
    real::exp(-0.5 * h * h - LN_SQRT_2PI) / mass
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_branches_join() {
        for f in [relative_mean, relative_variance] {
            let (a, b) = (f(-3.0), f(-3.0 + 1e-12));
            assert!((a / b - 1.0).abs() < 1e-11, "{a} {b}");
        }
        assert!((relative_variance(-1e4) - 1.0).abs() < 1e-6);
        // At h = 0 the law is half normal: r = pi / 2.
        assert!((relative_variance(0.0) - (std::f64::consts::FRAC_PI_2 - 1.0)).abs() < 1e-15);
        let (far, near) =
            (LognormalTail { h: -3.0, s: 2.0 }, LognormalTail { h: -2.999_999_9, s: 2.0 });
        assert!((far.ln_pdf(1.0) - near.ln_pdf(1.0)).abs() < 1e-6);
    }

    #[test]
    fn the_fit_is_a_maximum() {
        let logs = [0.0, 0.3, 0.4, 0.9, 1.3, 1.4, 2.0, 2.7];
        let law = LognormalTail::fit(&logs).unwrap();
        let value = |law: LognormalTail| logs.iter().map(|l| law.ln_pdf(*l)).sum::<f64>();
        for (h, s) in [(0.01, 1.0), (-0.01, 1.0), (0.0, 1.01), (0.0, 0.99)] {
            assert!(value(LognormalTail { h: law.h + h, s: law.s * s }) < value(law));
        }
        assert!(LognormalTail::fit(&[0.0, 0.0, 0.0, 0.0, 5.0]).is_none());
        let narrow = LognormalTail::fit(&[100.0, 100.1, 99.9]).unwrap();
        assert!((narrow.location() - 100.0).abs() < 1e-6, "{narrow:?}");
    }
}
