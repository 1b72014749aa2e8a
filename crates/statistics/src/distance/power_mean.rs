//! Weighted power means of distances, without overflow.

use maruyama_dynamics::real;

/// The sum of many terms, with the rounding errors of its additions added at the end.
///
/// # Source
/// Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", ZAMM 54,
/// 1974.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Accumulator {
    sum: f64,
    rest: f64,
}

impl Accumulator {
    pub(crate) fn add(&mut self, term: f64) {
        let sum = self.sum + term;
        self.rest += if self.sum.abs() >= term.abs() {
            (self.sum - sum) + term
        } else {
            (term - sum) + self.sum
        };
        self.sum = sum;
    }

    pub(crate) fn value(self) -> f64 {
        if self.sum.is_finite() { self.sum + self.rest } else { self.sum }
    }
}

/// `|x|^order` for finite `order >= 1`.
pub(crate) fn power(x: f64, order: f64) -> f64 {
    if order == 1.0 {
        x.abs()
    } else if order == 2.0 {
        x * x
    } else {
        real::pow(x.abs(), order)
    }
}

/// `x^(1 / order)` for `x >= 0`.
pub(crate) fn root(x: f64, order: f64) -> f64 {
    if order == 1.0 {
        x
    } else if order == 2.0 {
        x.sqrt()
    } else {
        real::pow(x, 1.0 / order)
    }
}

/// `(sum_k w_k |d_k|^p)^(1/p)` over what `visit` yields as pairs `(d_k, w_k)`, the weights summing to
/// one; `max |d_k|` over positive weights for infinite `order`.
///
/// The distances are divided by their largest one where a power would leave the range of numbers.
pub(crate) fn power_mean(order: f64, visit: impl Fn(&mut dyn FnMut(f64, f64))) -> f64 {
    let largest = || {
        let mut largest = 0.0_f64;
        visit(&mut |d, w| {
            if w > 0.0 {
                largest = largest.max(d.abs());
            }
        });
        largest
    };
    if order.is_infinite() {
        return largest();
    }
    let sum = |scale: f64| {
        let mut sum = Accumulator::default();
        visit(&mut |d, w| sum.add(w * power(d / scale, order)));
        sum.value()
    };
    let direct = sum(1.0);
    if direct.is_finite() && direct > 1e-250 {
        return root(direct, order);
    }
    let scale = largest();
    if scale == 0.0 || !scale.is_finite() {
        return scale;
    }
    scale * root(sum(scale), order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_terms_survive_large_ones() {
        let mut sum = Accumulator::default();
        for term in [1.0, 1e100, 1.0, -1e100] {
            sum.add(term);
        }
        assert_eq!(sum.value(), 2.0);
        sum.add(f64::INFINITY);
        assert_eq!(sum.value(), f64::INFINITY);
    }

    #[test]
    fn means_of_extreme_distances_do_not_overflow() {
        for scale in [1.0, 1e200, 1e-200, 3e-310] {
            for (order, expected) in [(1.0, 3.5), (2.0, 12.5_f64.sqrt()), (3.0, real::cbrt(45.5))] {
                let mean = power_mean(order, |add| {
                    add(3.0 * scale, 0.5);
                    add(-4.0 * scale, 0.5);
                });
                assert!((mean / scale / expected - 1.0).abs() < 1e-12, "{order} {scale}: {mean}");
            }
        }
        assert_eq!(
            power_mean(f64::INFINITY, |add| {
                add(3.0, 0.9);
                add(-4.0, 0.1);
                add(9.0, 0.0);
            }),
            4.0
        );
    }
}
