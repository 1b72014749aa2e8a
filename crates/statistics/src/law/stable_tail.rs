//! Series of the standard symmetric stable density for large arguments.
//!
//! ```text
//! f ~ sum_(k=1)^K c_k x^(-alpha k - 1),
//! c_k = (-1)^(k+1) Gamma(alpha k + 1) sin(k pi alpha / 2) / (pi k!)
//! ```

use maruyama_dynamics::real;

use crate::special::digamma::digamma;

/// `ln f` and its derivatives at one point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LogDensity {
    pub(crate) value: f64,
    pub(crate) d_x: f64,
    pub(crate) d_alpha: f64,
}

/// Coefficients of the series and their derivatives in `alpha`.
///
/// # Source
/// Bergstrom, "On some expansions of stable distribution functions", Arkiv for Matematik 2, 1952;
/// convergent for `alpha < 1`, asymptotic above.
pub(crate) struct TailSeries {
    alpha: f64,
    coefficient: [f64; TailSeries::N_TERMS],
    d_coefficient: [f64; TailSeries::N_TERMS],
}

impl TailSeries {
    /// At the border of the table the last term is below 1e-13 of the first for every `alpha`.
    const N_TERMS: usize = 16;

    /// The series for `alpha` in `[0.5, 2]`.
    pub(crate) fn new(alpha: f64) -> TailSeries {
        let mut series = TailSeries {
            alpha,
            coefficient: [0.0; TailSeries::N_TERMS],
            d_coefficient: [0.0; TailSeries::N_TERMS],
        };
        let mut sign = 1.0;
        for i in 0..TailSeries::N_TERMS {
            let k = (i + 1) as f64;
            let gamma = real::exp(real::lgamma(alpha * k + 1.0) - real::lgamma(k + 1.0));
            let factor = sign * gamma / std::f64::consts::PI;
            let (sin, cos) = sin_cos_half_turns(alpha, i + 1);
            let half_turn = std::f64::consts::FRAC_PI_2 * cos;
            series.coefficient[i] = factor * sin;
            series.d_coefficient[i] = factor * k * (digamma(alpha * k + 1.0) * sin + half_turn);
            sign = -sign;
        }
        series
    }

    /// `ln f` and its derivatives at `|x| >= 7`, far enough for every `alpha` of the table.
    pub(crate) fn log_density(&self, x: f64) -> LogDensity {
        let ln_x = real::ln(x.abs());
        let ratio = real::exp(-self.alpha * ln_x);
        let (mut sum, mut d_ln_x, mut d_alpha, mut power) = (0.0, 0.0, 0.0, 1.0);
        for i in 0..TailSeries::N_TERMS {
            let k = (i + 1) as f64;
            let term = self.coefficient[i] * power;
            sum += term;
            d_ln_x -= (self.alpha * k + 1.0) * term;
            d_alpha += self.d_coefficient[i] * power - k * ln_x * term;
            power *= ratio;
        }
        LogDensity {
            value: real::ln(sum) - (self.alpha + 1.0) * ln_x,
            d_x: d_ln_x / (sum * x),
            d_alpha: d_alpha / sum,
        }
    }
}

/// `(sin, cos)` of `k pi alpha / 2`, exact at `alpha = 2` where the sine vanishes.
fn sin_cos_half_turns(alpha: f64, k: usize) -> (f64, f64) {
    let (sin, cos) = real::sin_cos(std::f64::consts::FRAC_PI_2 * (2.0 - alpha) * k as f64);
    if k.is_multiple_of(2) { (-sin, cos) } else { (sin, -cos) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cauchy_density_is_met() {
        for x in [60.0, -200.0, 1e6_f64] {
            let log = TailSeries::new(1.0).log_density(x);
            let exact = -real::ln(std::f64::consts::PI) - real::ln_1p(x * x);
            assert!((log.value - exact).abs() < 1e-13 * exact.abs(), "x = {x}");
            assert!((log.d_x * (1.0 + x * x) / (-2.0 * x) - 1.0).abs() < 1e-12, "x = {x}");
        }
    }

    #[test]
    fn the_normal_law_has_no_power_tail() {
        assert_eq!(TailSeries::new(2.0).log_density(110.0).value, f64::NEG_INFINITY);
    }
}
