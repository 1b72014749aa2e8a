//! The profile-likelihood interval for the index of a generalised Pareto law.
//!
//! ```text
//! { xi : 2 [ln L(fit) - max_s ln L(xi, s)] <= chi^2_1(level) }
//! ```

use maruyama_dynamics::real;

use crate::fit::family::FitError;
use crate::fit::generalised_pareto::{GeneralisedParetoFit, check};
use crate::fit::generalised_pareto_likelihood::{Likelihood, at_index};
use crate::interval::binomial::Interval;
use crate::law::normal::standard_quantile;

/// Profile interval for `xi` about `fit`, the fit of the same `excesses`; cut at -1, below which the
/// likelihood has no maximum.
///
/// For `xi <= -1/2` the likelihood is not regular and the level is not guaranteed.
///
/// # Source
/// Coles, "An Introduction to Statistical Modeling of Extreme Values", Springer 2001, section 2.6.6
/// and theorem 2.6.
///
/// # Errors
/// If the excesses are negative, not finite, fewer than two or all equal.
///
/// # Panics
/// If `level` lies outside the open interval `(0, 1)`.
pub fn xi_interval(
    fit: &GeneralisedParetoFit,
    excesses: &[f64],
    level: f64,
) -> Result<Interval, FitError> {
    assert!(level > 0.0 && level < 1.0, "an interval of level {level}");
    check(excesses)?;
    let z = standard_quantile(0.5 * (1.0 + level));
    let n = excesses.len() as f64;
    let profile = Profile { excesses, floor: fit.log_likelihood - 0.5 * z * z };
    let step = z * (1.0 + fit.xi.abs()) / n.sqrt();
    let high = profile.crossing(fit.xi, fit.scale, step);
    let low = profile.crossing(fit.xi, fit.scale, -step).max(-1.0);
    Ok(Interval { low, high })
}

struct Profile<'a> {
    excesses: &'a [f64],
    /// The log-likelihood at the ends of the interval.
    floor: f64,
}

impl Profile<'_> {
    /// Where the profile falls through the floor on one side of `xi`: the bracket is doubled, then
    /// closed by the Illinois variant of the regula falsi.
    fn crossing(&self, xi: f64, scale: f64, step: f64) -> f64 {
        let (mut inside, mut height) = (xi, f64::INFINITY);
        let (mut outside, mut depth) = (xi, 0.0);
        let mut scale = scale;
        for doubling in 0..60 {
            outside = xi + step * f64::from(1_u32 << doubling.min(30));
            if outside <= -1.0 {
                outside = -1.0;
                depth = self.uniform() - self.floor;
            } else {
                let at = at_index(self.excesses, outside, scale);
                (depth, scale) = (at.value - self.floor, at.scale);
            }
            if depth < 0.0 {
                break;
            }
            if outside <= -1.0 {
                return -1.0;
            }
            (inside, height) = (outside, depth);
        }
        if height.is_infinite() {
            height = (at_index(self.excesses, inside.max(-1.0 + 1e-9), scale).value - self.floor)
                .max(1e-300);
        }
        self.close(Bracket { inside, height, outside, depth }, scale)
    }

    fn close(&self, mut bracket: Bracket, start: f64) -> f64 {
        let mut scale = start;
        let mut last = f64::NAN;
        for _ in 0..200 {
            let Bracket { inside, height, outside, depth } = bracket;
            let share = (height / (height - depth)).clamp(0.02, 0.98);
            let xi = inside + (outside - inside) * share;
            if (xi - last).abs() < 1e-10 * (1.0 + xi.abs()) {
                return xi;
            }
            last = xi;
            let at: Likelihood = at_index(self.excesses, xi, scale);
            scale = at.scale;
            let value = at.value - self.floor;
            if value >= 0.0 {
                bracket = Bracket { inside: xi, height: value, depth: 0.5 * depth, outside };
            } else {
                bracket = Bracket { outside: xi, depth: value, height: 0.5 * height, inside };
            }
        }
        last
    }

    /// The log-likelihood of the uniform law at `xi = -1`.
    fn uniform(&self) -> f64 {
        let largest = self.excesses.iter().fold(0.0_f64, |largest, x| largest.max(*x));
        -(self.excesses.len() as f64) * real::ln(largest)
    }
}

/// Two points of the profile with opposite signs of their distance to the floor.
struct Bracket {
    inside: f64,
    height: f64,
    outside: f64,
    depth: f64,
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;
    use crate::fit::generalised_pareto::fit;
    use crate::law::generalised_pareto::GeneralisedPareto;
    use crate::law::interface::Law;

    fn drawn(xi: f64, n: usize, chain: u64) -> Vec<f64> {
        let law = GeneralisedPareto::new(xi, 1.0).unwrap();
        let mut stream = Stream::new(StreamKey(71), chain, Purpose::Bootstrap);
        (0..n).map(|_| law.draw(&mut stream)).collect()
    }

    #[test]
    fn ends_are_where_the_likelihood_has_dropped() {
        for (chain, xi) in (0..).zip([-0.4, 0.0, 0.3, 1.5]) {
            let x = drawn(xi, 150, chain);
            let best = fit(&x).unwrap();
            let interval = xi_interval(&best, &x, 0.9).unwrap();
            assert!(interval.low < best.xi && best.xi < interval.high);
            for end in [interval.low, interval.high] {
                let drop = 2.0 * (best.log_likelihood - at_index(&x, end, best.scale).value);
                // chi^2_1(0.9) = 2.705543.
                assert!((drop - 2.705_543_454_095_414).abs() < 1e-6, "{end}: {drop}");
            }
        }
    }

    #[test]
    fn the_end_of_the_range_is_kept() {
        let x: Vec<f64> = (1..=20).map(f64::from).collect();
        let interval = xi_interval(&fit(&x).unwrap(), &x, 0.95).unwrap();
        assert!(
            interval.low == -1.0 && interval.high > -0.9 && interval.high < 0.2,
            "{interval:?}"
        );
        let two = xi_interval(&fit(&[1.0, 3.0]).unwrap(), &[1.0, 3.0], 0.95).unwrap();
        assert!(two.low == -1.0 && two.high.is_finite(), "{two:?}");
    }
}
