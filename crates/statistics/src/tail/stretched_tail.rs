//! A stretched exponential law above a threshold.
//!
//! ```text
//! G(beta) = sum_i (exp(beta l_i) - 1) / beta,   theta beta = n / G,
//! ln L(beta) = n ln n - n ln G(beta) - n + (beta - 1) sum_i l_i
//! ```
//!
//! `ln G` is convex, so that the profile has one maximum, which is where its derivative
//! `-n G' / G + sum l` vanishes; if it is not positive at `beta = 0`, the power law is the limit.

use maruyama_dynamics::real;

/// The law of `z = exp(l)`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StretchedTail {
    pub(crate) beta: f64,
    pub(crate) theta: f64,
}

impl StretchedTail {
    /// The law of maximal likelihood for logarithms that are not all equal; `None` if there is none.
    pub(crate) fn fit(logs: &[f64]) -> Option<StretchedTail> {
        let largest = logs.iter().fold(0.0_f64, |largest, l| largest.max(*l));
        let slope = |beta: f64| {
            let (g, derivative) = sums(logs, beta, largest);
            real::sum(logs) - logs.len() as f64 * derivative / g
        };
        if slope(0.0) <= 0.0 {
            return None;
        }
        let (mut low, mut high) = (0.0, 1.0 / largest);
        while slope(high) > 0.0 && high < 1e12 {
            (low, high) = (high, 2.0 * high);
        }
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                break;
            }
            if slope(middle) > 0.0 {
                low = middle;
            } else {
                high = middle;
            }
        }
        let beta = 0.5 * (low + high);
        let (g, _) = sums(logs, beta, largest);
        let ln_rate = real::ln(logs.len() as f64 / g) - beta * largest;
        let theta = real::exp(ln_rate) / beta;
        (theta > 0.0 && theta.is_finite()).then_some(StretchedTail { beta, theta })
    }

    /// Logarithm of the density of `z = exp(l)`.
    pub(crate) fn ln_pdf(&self, l: f64) -> f64 {
        let hazard = self.theta * real::expm1(self.beta * l);
        real::ln(self.beta) + real::ln(self.theta) + (self.beta - 1.0) * l - hazard
    }
}

/// `G` and `G'`, both times `exp(-beta largest)`.
fn sums(logs: &[f64], beta: f64, largest: f64) -> (f64, f64) {
    let damping = real::exp(-beta * largest);
    let mut totals = [[0.0; 8]; 2];
    for block in logs.chunks(8) {
        for (lane, l) in block.iter().enumerate() {
            let w = beta * l;
            let (value, slope) = if w < 0.05 {
                // l sum w^j / (j + 1)!  and  l^2 sum w^j / (j! (j + 2)).
                let (mut value, mut slope) = (0.0, 0.0);
                for j in (0..10_i32).rev() {
                    let j = f64::from(j);
                    value = 1.0 + value * w / (j + 2.0);
                    slope = 1.0 / (j + 2.0) + slope * w / (j + 1.0);
                }
                (l * value * damping, l * l * slope * damping)
            } else {
                let power = real::exp(w - beta * largest);
                let value = (power - damping) / beta;
                (value, (l * power - value) / beta)
            };
            totals[0][lane] += value;
            totals[1][lane] += slope;
        }
    }
    let [g, derivative] = totals.map(|lanes| real::sum(&lanes));
    (g, derivative)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGS: [f64; 8] = [0.0, 0.3, 0.4, 0.9, 1.3, 1.4, 2.0, 2.7];

    #[test]
    fn the_fit_is_a_maximum() {
        let law = StretchedTail::fit(&LOGS).unwrap();
        let value = |law: StretchedTail| LOGS.iter().map(|l| law.ln_pdf(*l)).sum::<f64>();
        for (beta, theta) in [(1.01, 1.0), (0.99, 1.0), (1.0, 1.01), (1.0, 0.99)] {
            let near = StretchedTail { beta: law.beta * beta, theta: law.theta * theta };
            assert!(value(near) < value(law));
        }
        assert!(StretchedTail::fit(&[0.0, 0.0, 0.0, 0.0, 5.0]).is_none());
    }

    #[test]
    fn the_series_joins_the_formula() {
        for beta in [0.05 / 0.9 * 0.999_999_9, 0.05 / 0.9 * 1.000_000_1] {
            let (g, derivative) = sums(&[0.9], beta, 0.0);
            let exact = real::expm1(beta * 0.9) / beta;
            assert!((g - exact).abs() < 1e-14, "{g} {exact}");
            let slope = (0.9 * real::exp(beta * 0.9) - exact) / beta;
            assert!((derivative - slope).abs() < 1e-13, "{derivative} {slope}");
        }
        assert_eq!(sums(&[2.0], 0.0, 2.0), (2.0, 2.0));
    }
}
