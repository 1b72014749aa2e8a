//! Wasserstein distances between samples on the line.
//!
//! ```text
//! W_p(F, G) = ( int_0^1 |F^-1(u) - G^-1(u)|^p du )^(1/p),   W_inf = sup_u |F^-1(u) - G^-1(u)|
//! ```
//!
//! Source: Vallender, Theory of Probability and its Applications 18(4), 1974, for `p = 1`; Villani,
//! "Topics in Optimal Transportation", 2003, theorem 2.18.

use maruyama_dynamics::simd::{Isa, Kernel, dispatch};

use crate::distance::error::{DistanceError, check_order, probabilities};
use crate::distance::power_mean::{Accumulator, power_mean, root};
use crate::sample::check::finite;
use crate::sample::sort::Sorter;

/// The Wasserstein distance of order `order` between two samples, exact but for rounding.
///
/// The empirical distance exists for every sample, whether or not the laws behind the samples have
/// a moment of that order: a sample cannot show that. Where they have none, the value grows with
/// the sample instead of settling; the tail index (`tail`) is to be looked at first.
///
/// # Arguments
/// * `x`, `y`: finite values in any order, `[n]` and `[m]`, at least one each
/// * `order`: `p >= 1`, infinity included
///
/// # Errors
/// If a sample is empty or has a value that is not finite, if `order` is below 1, or if the
/// distance is beyond the largest number.
pub fn wasserstein(x: &[f64], y: &[f64], order: f64) -> Result<f64, DistanceError> {
    check_order(order)?;
    let sorter = &mut Sorter::new();
    Ordered::with(x, sorter)?.wasserstein(&Ordered::with(y, sorter)?, order)
}

/// A sample in increasing order, to be compared several times.
#[derive(Clone, Debug, PartialEq)]
pub struct Ordered {
    values: Vec<f64>,
}

impl Ordered {
    /// The values of `sample` `[n]`, sorted.
    ///
    /// # Errors
    /// If the sample is empty or has a value that is not finite.
    pub fn new(sample: &[f64]) -> Result<Ordered, DistanceError> {
        Ordered::with(sample, &mut Sorter::new())
    }

    /// As [`Ordered::new`], in the memory of `sorter`.
    ///
    /// # Errors
    /// As [`Ordered::new`].
    pub fn with(sample: &[f64], sorter: &mut Sorter) -> Result<Ordered, DistanceError> {
        let mut ordered = Ordered { values: Vec::new() };
        ordered.refill(sample, sorter)?;
        Ok(ordered)
    }

    /// Replaces the values by those of `sample`, sorted, without new memory where the old suffices.
    ///
    /// # Errors
    /// As [`Ordered::new`]; the values are then as before.
    pub fn refill(&mut self, sample: &[f64], sorter: &mut Sorter) -> Result<(), DistanceError> {
        if sample.is_empty() || !sorter.sort_finite_into(sample, &mut self.values) {
            finite(sample, 1)?;
        }
        Ok(())
    }

    /// Increasing finite `values`, at least one.
    pub(crate) fn from_sorted(values: Vec<f64>) -> Ordered {
        debug_assert!(values.is_sorted() && !values.is_empty(), "an ordered sample");
        Ordered { values }
    }

    /// The increasing values, `[n]`.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// As [`wasserstein`], without sorting anew.
    ///
    /// # Errors
    /// If `order` is below 1, or if the distance is beyond the largest number.
    pub fn wasserstein(&self, other: &Ordered, order: f64) -> Result<f64, DistanceError> {
        check_order(order)?;
        let distance = between_sorted(&self.values, &other.values, order);
        if distance.is_finite() { Ok(distance) } else { Err(DistanceError::Overflow) }
    }

    /// `W_1` and `W_2`, in one pass over samples of equal sizes.
    ///
    /// # Errors
    /// If a distance is beyond the largest number.
    pub fn first_and_second(&self, other: &Ordered) -> Result<[f64; 2], DistanceError> {
        let n = self.values.len() as f64;
        if self.values.len() == other.values.len() {
            let [first, second] = dispatch(SumsOfPowers { x: &self.values, y: &other.values });
            if second.is_finite() && second > 1e-250 {
                return Ok([first / n, (second / n).sqrt()]);
            }
        }
        Ok([self.wasserstein(other, 1.0)?, self.wasserstein(other, 2.0)?])
    }
}

/// `W_p` between increasing samples.
pub(crate) fn between_sorted(x: &[f64], y: &[f64], order: f64) -> f64 {
    if x.len() != y.len() {
        return power_mean(order, |add| merge_sizes(x, y, add));
    }
    let n = x.len() as f64;
    if order == 1.0 || order == 2.0 {
        let sums = dispatch(SumsOfPowers { x, y });
        let sum = if order == 1.0 { sums[0] } else { sums[1] };
        if sum.is_finite() && sum > 1e-250 {
            return root(sum / n, order);
        }
    }
    power_mean(order, |add| x.iter().zip(y).for_each(|(a, b)| add(a - b, 1.0 / n)))
}

/// `sum_i |x_i - y_i|^p` for `p = 1` and `p = 2`: blocks of 4096 in eight partial sums each, then
/// these.
struct SumsOfPowers<'a> {
    x: &'a [f64],
    y: &'a [f64],
}

impl Kernel for SumsOfPowers<'_> {
    type Output = [f64; 2];

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) -> [f64; 2] {
        const BLOCK: usize = 4096;
        let mut total = [0.0; 2];
        for (x, y) in self.x.chunks(BLOCK).zip(self.y.chunks(BLOCK)) {
            let (x, x_rest) = x.as_chunks::<8>();
            let (y, y_rest) = y.as_chunks::<8>();
            let mut sums = [isa.splat_eight(0.0); 2];
            for (x, y) in x.iter().zip(y) {
                let mut d = [0.0; 8];
                for lane in 0..8 {
                    d[lane] = (x[lane] - y[lane]).abs();
                }
                let d = isa.load_eight(&d);
                sums = [isa.add_eight(sums[0], d), isa.add_eight(sums[1], isa.mul_eight(d, d))];
            }
            for (total, sum) in total.iter_mut().zip(sums) {
                *total += isa.sum_of_eight(sum);
            }
            for (x, y) in x_rest.iter().zip(y_rest) {
                let d = (x - y).abs();
                total = [total[0] + d, total[1] + d * d];
            }
        }
        total
    }
}

/// Differences of two quantile functions and the lengths of the intervals where they are constant,
/// for samples of `n` and `m` equal weights: cuts `i / n` and `j / m` are compared as integers.
fn merge_sizes(x: &[f64], y: &[f64], add: &mut dyn FnMut(f64, f64)) {
    let (n, m) = (x.len() as u128, y.len() as u128);
    let unit = 1.0 / (n as f64 * m as f64);
    let (mut i, mut j, mut at) = (0, 0, 0_u128);
    while i < x.len() && j < y.len() {
        let (end_x, end_y) = ((i as u128 + 1) * m, (j as u128 + 1) * n);
        let end = end_x.min(end_y);
        add(x[i] - y[j], (end - at) as f64 * unit);
        at = end;
        i += usize::from(end_x == end);
        j += usize::from(end_y == end);
    }
}

/// The Wasserstein distance between two weighted samples, exact but for rounding.
///
/// For infinite `order`, intervals of probability below `4e-16 (n + m)` are left out, as rounding of
/// the weights makes such.
///
/// # Arguments
/// * `x`, `y`: finite values in any order, `[n]` and `[m]`
/// * `x_weights`, `y_weights`: finite weights of at least 0, `[n]` and `[m]`; they are divided by
///   their sums
/// * `order`: `p >= 1`, infinity included
///
/// # Errors
/// As [`wasserstein`], and if weights are negative, not finite, all zero or of another number than
/// the values.
pub fn wasserstein_weighted(
    (x, x_weights): (&[f64], &[f64]),
    (y, y_weights): (&[f64], &[f64]),
    order: f64,
) -> Result<f64, DistanceError> {
    check_order(order)?;
    let (x, y) = (Weighted::new(x, x_weights)?, Weighted::new(y, y_weights)?);
    let sliver = 4e-16 * (x.values.len() + y.values.len()) as f64;
    let sliver = if order.is_infinite() { sliver } else { 0.0 };
    let distance = power_mean(order, |add| {
        merge_weights(&x, &y, &mut |d, w| {
            if w > sliver {
                add(d, w);
            }
        });
    });
    if distance.is_finite() { Ok(distance) } else { Err(DistanceError::Overflow) }
}

/// Values in increasing order with their cumulated probabilities; the last is 1.
struct Weighted {
    values: Vec<f64>,
    cumulated: Vec<f64>,
}

impl Weighted {
    fn new(values: &[f64], weights: &[f64]) -> Result<Weighted, DistanceError> {
        finite(values, 1)?;
        let p = probabilities(weights, values.len())?;
        let mut order: Vec<usize> = (0..values.len()).filter(|i| p[*i] > 0.0).collect();
        order.sort_by(|i, j| values[*i].total_cmp(&values[*j]));
        let mut sum = Accumulator::default();
        let mut cumulated: Vec<f64> = order
            .iter()
            .map(|i| {
                sum.add(p[*i]);
                sum.value()
            })
            .collect();
        if let Some(last) = cumulated.last_mut() {
            *last = 1.0;
        }
        Ok(Weighted { values: order.iter().map(|i| values[*i]).collect(), cumulated })
    }
}

fn merge_weights(x: &Weighted, y: &Weighted, add: &mut dyn FnMut(f64, f64)) {
    let (mut i, mut j, mut at) = (0, 0, 0.0);
    while i < x.values.len() && j < y.values.len() {
        let (end_x, end_y) = (x.cumulated[i], y.cumulated[j]);
        let end = end_x.min(end_y);
        add(x.values[i] - y.values[j], (end - at).max(0.0));
        at = end;
        i += usize::from(end_x <= end);
        j += usize::from(end_y <= end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantile_functions_of_unequal_sizes_are_merged() {
        // On thirds and halves: |0 - 1|, |1 - 1|, |1 - 3|, |5 - 3| for 1/3, 1/6, 1/6, 1/3.
        let (x, y) = ([5.0, 0.0, 1.0], [3.0, 1.0]);
        let w1 = wasserstein(&x, &y, 1.0).unwrap();
        assert!((w1 - (1.0 / 3.0 + 2.0 / 6.0 + 2.0 / 3.0)).abs() < 1e-15);
        let w2 = wasserstein(&x, &y, 2.0).unwrap();
        assert!((w2 * w2 - (1.0 / 3.0 + 4.0 / 6.0 + 4.0 / 3.0)).abs() < 1e-14);
        assert_eq!(wasserstein(&x, &y, f64::INFINITY), Ok(2.0));
    }

    #[test]
    fn weights_repeat_values() {
        let repeated = [1.0, 1.0, 1.0, 4.0, 7.0, 7.0];
        let other = [2.0, 0.5, 3.0, 3.0, 9.0];
        for order in [1.0, 1.3, 2.0, 4.0, f64::INFINITY] {
            let plain = wasserstein(&repeated, &other, order).unwrap();
            let x = ([7.0, 1.0, 4.0, 100.0], [20.0, 30.0, 10.0, 0.0]);
            let y = ([2.0, 0.5, 3.0, 9.0], [0.2, 0.2, 0.4, 0.2]);
            let weighted = wasserstein_weighted((&x.0, &x.1), (&y.0, &y.1), order).unwrap();
            assert!((weighted / plain - 1.0).abs() < 1e-14, "{order}: {weighted}, not {plain}");
        }
    }

    #[test]
    fn two_orders_at_once_are_those_of_each() {
        let (x, y) = ([3.0, -1.0, 0.5, 8.0, 2.0], [1.0, 1.5, -2.0, 7.0, 0.0]);
        for scale in [1.0, 1e-180, 1e170] {
            let ordered = |x: &[f64]| {
                Ordered::new(&x.iter().map(|x| scale * x).collect::<Vec<f64>>()).unwrap()
            };
            for n in [5, 3] {
                let (x, y) = (ordered(&x), ordered(&y[..n]));
                let each = [1.0, 2.0].map(|order| x.wasserstein(&y, order).unwrap());
                assert_eq!(x.first_and_second(&y), Ok(each));
            }
        }
    }

    #[test]
    fn a_sample_that_is_refused_leaves_the_old_one() {
        let sorter = &mut Sorter::new();
        let mut ordered = Ordered::new(&[2.0, 1.0]).unwrap();
        for n in [3_u32, 500] {
            let mut bad: Vec<f64> = (0..n).map(|i| f64::from(i * 7 % 13)).collect();
            bad[1] = f64::INFINITY;
            assert!(ordered.refill(&bad, sorter).is_err());
            assert_eq!(ordered.values(), [1.0, 2.0]);
        }
        assert!(ordered.refill(&[], sorter).is_err());
        let good: Vec<f64> = (0..500_u32).map(|i| f64::from(i * 7 % 13)).collect();
        ordered.refill(&good, sorter).unwrap();
        assert!(ordered.values().is_sorted() && ordered.values().len() == 500);
        ordered.refill(&good[..200], sorter).unwrap();
        assert_eq!(ordered.values().len(), 200);
    }

    #[test]
    fn what_has_no_distance_is_named() {
        let nan = wasserstein(&[1.0], &[f64::NAN], 1.0);
        assert!(matches!(nan, Err(DistanceError::Sample(_))));
        assert!(wasserstein(&[], &[1.0], 1.0).is_err());
        assert_eq!(wasserstein(&[1.0], &[1.0], 0.5), Err(DistanceError::Order { order: 0.5 }));
        assert!(wasserstein(&[1.0], &[1.0], f64::NAN).is_err());
        assert_eq!(wasserstein(&[-1e308], &[1e308], 2.0), Err(DistanceError::Overflow));
        let (one, two) = ([1.0], [1.0, 2.0]);
        let weighted = |w: &[f64]| wasserstein_weighted((&one, &[1.0]), (&two, w), 1.0);
        assert!(matches!(weighted(&[1.0]), Err(DistanceError::Length { .. })));
        assert!(matches!(weighted(&[1.0, -0.5]), Err(DistanceError::Weight { index: 1, .. })));
        assert!(matches!(weighted(&[0.0, 0.0]), Err(DistanceError::NoMass { .. })));
        assert_eq!(weighted(&[1.0, 3.0]), Ok(0.75));
        let subnormal = wasserstein(&[0.0, 5e-324], &[5e-324, 0.0], 2.0);
        assert_eq!(subnormal, Ok(0.0));
        assert_eq!(wasserstein(&[0.0], &[5e-324], 2.0), Ok(5e-324));
    }
}
