//! The probability that the points of a uniform sample stay within a band.
//!
//! A Poisson process of rate `n` on `[0, 1]`, given that it has `n` points, is a sorted uniform
//! sample. The edges of a band cross an integer at certain times; between two such times the
//! distribution of the count is convolved with a Poisson law, and at each the count that has left
//! the band is struck out.

use maruyama_dynamics::real;
use maruyama_dynamics::special::beta::stirling_remainder;

/// Probability that the number `N(t)` of `n >= 1` uniform points up to `t` stays within a band.
///
/// # Arguments
/// * `ceiling`: largest count allowed at time 0
/// * `opens`: time from which the count `k > ceiling` is allowed, increasing in `k`
/// * `closes`: time after which the count `k` is not allowed any more, increasing in `k`
///
/// # Accuracy
/// About 1e-14 absolute; cost is `n` times the width of the band.
///
/// # Source
/// Moscovich & Nadler, "Fast calculation of boundary crossing probabilities for Poisson processes",
/// Statistics & Probability Letters 123, 2017.
pub(crate) fn probability_within(
    n: usize,
    mut ceiling: usize,
    opens: impl Fn(usize) -> f64,
    closes: impl Fn(usize) -> f64,
) -> f64 {
    let size = n as f64;
    let mut count = Band { mass: vec![0.0; n + 1], low: 0, high: 0 };
    count.mass[0] = 1.0;
    let mut floor = 0;
    let mut time = 0.0;
    loop {
        let (opens, closes) = (opens(ceiling + 1), closes(floor));
        let next = opens.min(closes).min(1.0);
        count.advance(size * (next - time).max(0.0), ceiling.min(n));
        time = next;
        if next >= 1.0 {
            break;
        }
        if opens <= closes {
            ceiling += 1;
        } else {
            floor += 1;
            count.low = count.low.max(floor);
        }
    }
    let ln_total = -0.5 * real::ln(2.0 * std::f64::consts::PI * size) - poisson_remainder(n);
    if count.low > n || count.high < n { 0.0 } else { count.mass[n] / real::exp(ln_total) }
}

/// `-ln(P(N = n) sqrt(2 pi n))` for a Poisson count `N` of mean `n`.
fn poisson_remainder(n: usize) -> f64 {
    let size = n as f64;
    if n >= 10 {
        return stirling_remainder(size);
    }
    let stirling =
        (size + 0.5) * real::ln(size) - size + 0.5 * real::ln(2.0 * std::f64::consts::PI);
    real::lgamma(size + 1.0) - stirling
}

/// Probabilities of the counts `low..=high`; entries outside are meaningless.
struct Band {
    mass: Vec<f64>,
    low: usize,
    high: usize,
}

impl Band {
    /// Adds a Poisson count of the given `mean`, and cuts the band at `ceiling`.
    fn advance(&mut self, mean: f64, ceiling: usize) {
        let mut weights = vec![real::exp(-mean)];
        // Terms below 1e-25 of the first cannot change a sum of doubles.
        while weights[weights.len() - 1] > 1e-25 * weights[0] && weights.len() <= ceiling {
            let k = weights.len() as f64;
            weights.push(weights[weights.len() - 1] * mean / k);
        }
        let Some(width) = ceiling.checked_sub(self.low) else { return };
        let start = self.low;
        let high = (self.high + weights.len() - 1).min(ceiling);
        self.mass[(self.high + 1).min(high + 1)..=high].fill(0.0);
        self.high = high;
        let band = &mut self.mass[start..=start + width];
        for target in (0..=high - start).rev() {
            let reach = weights.len().min(target + 1);
            let sum = (0..reach).fold(0.0, |sum, k| sum + weights[k] * band[target - k]);
            band[target] = sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_points_below_a_line_have_a_closed_form() {
        // No point before 1/2 - a and one at most before 1/2: u_(1) > 1/2 - a and u_(2) > 1/2.
        for a in [0.1, 0.3, 0.5] {
            let opens = |k| [0.0, 0.5 - a, 0.5].get(k).copied().unwrap_or(2.0);
            let value = probability_within(2, 0, opens, |_| 2.0);
            let exact = (0.5 + a) * (0.5 + a) - a * a;
            assert!((value - exact).abs() < 1e-15, "a = {a}: {value} against {exact}");
        }
    }

    #[test]
    fn a_band_that_nothing_leaves_is_certain() {
        for n in [1, 7, 40] {
            assert!((probability_within(n, n, |_| 2.0, |_| 2.0) - 1.0).abs() < 1e-14);
        }
    }
}
