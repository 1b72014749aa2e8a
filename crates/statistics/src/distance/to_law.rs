//! The Wasserstein distance from a sample to a law.
//!
//! With `a_i = F^-1((i - 1) / n)` and `b_i = F^-1(i / n)`, the `i`-th order statistic `x` takes the
//! mass of `(a_i, b_i)`, of which the parts above and below `x` are integrated by parts, so that no
//! density is needed:
//!
//! ```text
//! W_p^p = sum_i int_(a_i)^(b_i) |y - x_(i)|^p dF(y)
//! int_c^b (y - x)^p dF = (c - x)^p (F(b) - F(c)) + int_c^b p (y - x)^(p-1) (F(b) - F(y)) dy,  c >= x
//! ```
//!
//! In the two tails `y = c + s (e^t - 1)`, that is, distances are spaced by their logarithms; a
//! uniform grid of probabilities loses the mass that decides there.

use maruyama_dynamics::real;

use crate::distance::error::{DistanceError, check_order};
use crate::distance::power_mean::{Accumulator, power, root};
use crate::law::interface::Law;
use crate::sample::check::{finite, sorted};
use crate::special::quadrature::integrate;

/// Tails are integrated up to this many spreads of the law, and by their power law beyond.
const FAR: f64 = 1e60;

/// The Wasserstein distance of order `order` between a sample and a law.
///
/// # Arguments
/// * `sample`: finite values in any order, `[n]`, at least one
/// * `order`: finite `p >= 1`
///
/// # Accuracy
/// Each of the `n` cells is integrated to about 1e-12 where the law's distribution function has that
/// accuracy, at about 100 evaluations of it a cell.
///
/// # Errors
/// If the sample is empty or not finite, `order` is below 1 or infinite, the law has no finite
/// spread, or its tails are too heavy for a moment of that order: the distance is infinite then.
pub fn wasserstein_to_law(sample: &[f64], law: &dyn Law, order: f64) -> Result<f64, DistanceError> {
    check_order(order)?;
    if order.is_infinite() {
        return Err(DistanceError::Order { order });
    }
    finite(sample, 1)?;
    let middle = law.quantile(0.5);
    let spread = law.quantile(0.75) - law.quantile(0.25);
    if !(middle.is_finite() && spread.is_finite() && spread > 0.0) {
        let expected = "a law with finite positive spread";
        return Err(DistanceError::Parameter { parameter: "spread", value: spread, expected });
    }
    let upper = Upper { law, middle, spread, order, mirrored: false };
    let lower = Upper { mirrored: true, middle: -middle, ..upper };
    let (upper_index, lower_index) = (upper.tail_index(), lower.tail_index());
    let tail_index = upper_index.min(lower_index);
    if tail_index <= order * (1.0 + 1e-6) {
        return Err(DistanceError::NoMoment { order, tail_index });
    }
    let values = sorted(sample);
    let n = values.len();
    let mut sum = Accumulator::default();
    let mut low = f64::NEG_INFINITY;
    for (i, x) in values.iter().enumerate() {
        let high = if i + 1 < n {
            law.quantile((i + 1) as f64 / n as f64).max(low)
        } else {
            f64::INFINITY
        };
        if high > *x {
            sum.add(upper.part(*x, low.max(*x), high, upper_index));
        }
        if low < *x {
            sum.add(lower.part(-x, (-high).max(-x), -low, lower_index));
        }
        low = high;
    }
    let distance = root(sum.value().max(0.0), order);
    if distance.is_finite() { Ok(distance) } else { Err(DistanceError::Overflow) }
}

/// Mass above a point, of the law or of its mirror image about zero.
#[derive(Clone, Copy)]
struct Upper<'a> {
    law: &'a dyn Law,
    middle: f64,
    spread: f64,
    order: f64,
    mirrored: bool,
}

impl Upper<'_> {
    fn sf(&self, y: f64) -> f64 {
        if self.mirrored { self.law.cdf(-y) } else { self.law.sf(y) }
    }

    fn cdf(&self, y: f64) -> f64 {
        if self.mirrored { self.law.sf(-y) } else { self.law.cdf(y) }
    }

    /// Probability of `(y, high)`, from the smaller of the two tails.
    fn mass(&self, y: f64, high: f64) -> f64 {
        let mass = if y >= self.middle {
            self.sf(y) - if high.is_finite() { self.sf(high) } else { 0.0 }
        } else if high.is_finite() {
            self.cdf(high) - self.cdf(y)
        } else {
            self.sf(y)
        };
        mass.max(0.0)
    }

    /// The exponent of the survival function between 1e60 and 1e90 spreads; infinite where it is zero.
    fn tail_index(&self) -> f64 {
        let at = |distance: f64| self.sf(self.middle + self.spread * distance);
        let (near, far) = (at(FAR), at(FAR * 1e30));
        if far > 0.0 { real::ln(near / far) / real::ln(1e30) } else { f64::INFINITY }
    }

    /// `int_from^to (y - x)^p dF(y)` for `x <= from < to`, `to` possibly infinite.
    fn part(&self, x: f64, from: f64, to: f64, tail_index: f64) -> f64 {
        let p = self.order;
        let at_start = if from > x { power(from - x, p) * self.mass(from, to) } else { 0.0 };
        let slope = |y_minus_x: f64| {
            if p == 1.0 { 1.0 } else { p * real::pow(y_minus_x, p - 1.0) }
        };
        if to.is_finite() {
            let integrand =
                |left: f64, _: f64| slope((from - x) + left) * self.mass(from + left, to);
            return at_start + integrate(to - from, integrand);
        }
        // Half a spread is where the logarithm takes over from the linear scale.
        let unit = 0.5 * self.spread;
        let mut sum = at_start;
        let ends = [0.0, 2.0, 4.0, 12.0, 40.0, real::ln(FAR)];
        for ends in ends.windows(2) {
            sum += integrate(ends[1] - ends[0], |left, _| {
                let t = ends[0] + left;
                let beyond = unit * real::expm1(t);
                slope((from - x) + beyond) * self.sf(from + beyond) * unit * real::exp(t)
            });
        }
        let far = unit * FAR;
        let mass = self.sf(from + far);
        if mass > 0.0 { sum + p * real::pow(far, p) * mass / (tail_index - p) } else { sum }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::normal::Normal;
    use crate::law::student_t::StudentT;

    #[test]
    fn one_point_has_the_moments_of_the_law() {
        let law = Normal::new(0.0, 2.0).unwrap();
        let w1 = wasserstein_to_law(&[0.0], &law, 1.0).unwrap();
        assert!((w1 / (2.0 * (2.0 / std::f64::consts::PI).sqrt()) - 1.0).abs() < 1e-12, "{w1}");
        for x in [-3.0, 0.5, 40.0] {
            let w2 = wasserstein_to_law(&[x], &law, 2.0).unwrap();
            assert!((w2 / (4.0 + x * x).sqrt() - 1.0).abs() < 1e-12, "{w2}");
            let w4 = wasserstein_to_law(&[x], &law, 4.0).unwrap();
            let moment = 48.0 + 24.0 * x * x + x * x * x * x;
            assert!((w4 / real::pow(moment, 0.25) - 1.0).abs() < 1e-12, "{w4}");
        }
        // E|T|^p for a t law with nu degrees of freedom.
        let (nu, p) = (2.05, 2.0);
        let law = StudentT::new(nu, 0.0, 1.0).unwrap();
        let w2 = wasserstein_to_law(&[0.0], &law, p).unwrap();
        assert!((w2 / (nu / (nu - 2.0)).sqrt() - 1.0).abs() < 1e-9, "{w2}");
    }

    #[test]
    fn two_points_share_the_normal_law() {
        // E(|Z| - 1)^2 = 2 - 2 sqrt(2 / pi)
        let law = Normal::new(0.0, 1.0).unwrap();
        let w2 = wasserstein_to_law(&[1.0, -1.0], &law, 2.0).unwrap();
        let exact = (2.0 - 2.0 * (2.0 / std::f64::consts::PI).sqrt()).sqrt();
        assert!((w2 / exact - 1.0).abs() < 1e-12, "{w2}");
    }

    #[test]
    fn moments_that_do_not_exist_are_named() {
        let law = StudentT::new(1.5, 0.0, 1.0).unwrap();
        assert!(wasserstein_to_law(&[0.0, 1.0], &law, 1.0).is_ok());
        let error = wasserstein_to_law(&[0.0, 1.0], &law, 2.0).unwrap_err();
        assert!(
            matches!(error, DistanceError::NoMoment { tail_index, .. }
            if (tail_index - 1.5).abs() < 1e-6),
            "{error}"
        );
        assert!(wasserstein_to_law(&[0.0], &law, f64::INFINITY).is_err());
        assert!(wasserstein_to_law(&[], &law, 1.0).is_err());
    }
}
