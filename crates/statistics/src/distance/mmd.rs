//! The maximum mean discrepancy with a Gaussian kernel.
//!
//! ```text
//! MMD^2 = E k(X, X') + E k(Y, Y') - 2 E k(X, Y),   k(x, y) = exp(-|x - y|^2 / (2 h^2))
//! ```
//!
//! Source: Gretton, Borgwardt, Rasch, Scholkopf & Smola, "A kernel two-sample test", JMLR 13, 2012,
//! equations (3) and (5).

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use maruyama_dynamics::real;
use maruyama_dynamics::simd::{Isa, Kernel, dispatch, exp};

use crate::distance::error::DistanceError;
use crate::distance::points::Points;
use crate::distance::transport::cost::{Cost, Ground};
use crate::sample::check::SampleError;

/// Points of each sample from which [`median_bandwidth`] takes distances, at most.
const POINTS: usize = 1000;

/// Both estimates of the squared discrepancy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mmd {
    /// The squared distance between the empirical laws, with pairs of a point and itself; at least 0
    /// and biased upwards.
    pub biased: f64,
    /// The unbiased estimate, without these pairs; negative at times where the laws are equal.
    pub unbiased: f64,
    /// The kernel's width `h`.
    pub bandwidth: f64,
}

/// The squared maximum mean discrepancy between two samples, `O(n^2 d)`.
///
/// # Arguments
/// * `x`, `y`: at least two points each
/// * `bandwidth`: the width `h`, positive; [`median_bandwidth`] is the usual choice
///
/// # Errors
/// If the dimensions differ, there are too few points, or the bandwidth is not positive and finite.
pub fn mmd(x: &Points, y: &Points, bandwidth: f64) -> Result<Mmd, DistanceError> {
    let gamma = 0.5 / (bandwidth * bandwidth);
    if !(bandwidth > 0.0 && gamma > 0.0 && gamma.is_finite()) {
        let expected = "a positive number whose square is in range";
        return Err(DistanceError::Parameter {
            parameter: "bandwidth",
            value: bandwidth,
            expected,
        });
    }
    let fewest = x.n().min(y.n());
    if fewest < 2 {
        return Err(SampleError::TooFew { n: fewest, needed: 2 }.into());
    }
    let sum = |x: &Points, y: &Points| -> Result<f64, DistanceError> {
        let cost = Cost::between(x, y, Ground::SquaredEuclidean)?;
        Ok(dispatch(SumOfKernels { cost: &cost, gamma }))
    };
    let (xx, yy, xy) = (sum(x, x)?, sum(y, y)?, sum(x, y)?);
    let (n, m) = (x.n() as f64, y.n() as f64);
    let cross = 2.0 * xy / (n * m);
    Ok(Mmd {
        biased: (xx / (n * n) + yy / (m * m) - cross).max(0.0),
        unbiased: (xx - n) / (n * (n - 1.0)) + (yy - m) / (m * (m - 1.0)) - cross,
        bandwidth,
    })
}

struct SumOfKernels<'a> {
    cost: &'a Cost,
    gamma: f64,
}

impl Kernel for SumOfKernels<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) -> f64 {
        let mut values = vec![0.0; self.cost.m()];
        let mut rows = Vec::with_capacity(self.cost.n());
        for i in 0..self.cost.n() {
            values.iter_mut().zip(self.cost.row(i)).for_each(|(v, c)| *v = -self.gamma * c);
            let (vectors, rest) = S::as_mut_simd_f64s(&mut values);
            for x in vectors {
                *x = exp(isa, *x);
            }
            let last = exp(isa, isa.partial_load_f64s(rest));
            isa.partial_store_f64s(rest, last);
            rows.push(real::sum(&values));
        }
        real::sum(&rows)
    }
}

/// The median distance between different points of the pooled sample: the median heuristic.
///
/// Of samples of more than 1000 points, 1000 at equal steps through the sample are used. The median
/// of an even number of distances is the mean of the middle two. Pairs that coincide count, with
/// distance zero.
///
/// # Errors
/// If the dimensions differ, a distance overflows, or the median is zero, because more than half of
/// the pairs coincide.
pub fn median_bandwidth(x: &Points, y: &Points) -> Result<f64, DistanceError> {
    x.check_same_space(y)?;
    let pooled: Vec<f64> = [x, y]
        .into_iter()
        .flat_map(|points| {
            let (n, used) = (points.n(), points.n().min(POINTS));
            (0..used).flat_map(move |k| points.point(k * n / used)).copied()
        })
        .collect();
    let pooled = Points::new(&pooled, x.dim())?;
    let cost = Cost::between(&pooled, &pooled, Ground::SquaredEuclidean)?;
    let mut squares: Vec<f64> =
        (0..cost.n()).flat_map(|i| cost.row(i)[i + 1..].iter().copied()).collect();
    let middle = squares.len() / 2;
    let (below, upper, _) = squares.select_nth_unstable_by(middle, f64::total_cmp);
    let upper = upper.sqrt();
    let median = if (below.len() * 2) == cost.n() * (cost.n() - 1) / 2 {
        let lower = below.iter().fold(0.0_f64, |a, b| a.max(*b)).sqrt();
        0.5 * (lower + upper)
    } else {
        upper
    };
    if median > 0.0 {
        return Ok(median);
    }
    let expected = "positive: fewer pairs of points that coincide";
    Err(DistanceError::Parameter { parameter: "median distance", value: median, expected })
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;

    #[test]
    fn two_pairs_of_points() {
        let (x, y) = (Points::new(&[0.0, 1.0], 1).unwrap(), Points::new(&[3.0, 5.0], 1).unwrap());
        let k = |d: f64| real::exp(-d * d / 8.0);
        let found = mmd(&x, &y, 2.0).unwrap();
        let cross = 0.5 * (k(3.0) + k(5.0) + k(2.0) + k(4.0));
        assert!((found.unbiased - (k(1.0) + k(2.0) - cross)).abs() < 1e-15);
        let biased = 0.5 * (1.0 + k(1.0)) + 0.5 * (1.0 + k(2.0)) - cross;
        assert!((found.biased - biased).abs() < 1e-15);
        // Distances 1, 2, 2, 3, 4, 5.
        assert_eq!(median_bandwidth(&x, &y), Ok(2.5));
        assert!(mmd(&x, &y, 0.0).is_err() && mmd(&x, &y, f64::NAN).is_err());
        assert!(mmd(&x, &Points::new(&[1.0], 1).unwrap(), 1.0).is_err());
        let same = Points::new(&[1.0; 6], 2).unwrap();
        assert!(median_bandwidth(&same, &same).is_err());
    }

    #[test]
    fn the_unbiased_estimate_has_mean_zero_under_equal_laws() {
        let estimates: Vec<f64> = (0..200)
            .map(|chain| {
                let mut x = vec![0.0; 120];
                Stream::new(StreamKey(109), chain, Purpose::Start).fill_normals(&mut x);
                let (x, y) = x.split_at(60);
                let (x, y) = (Points::new(x, 2).unwrap(), Points::new(y, 2).unwrap());
                mmd(&x, &y, 1.0).unwrap().unbiased
            })
            .collect();
        let m = crate::sample::moments::moments(&estimates).unwrap();
        assert!(m.mean.abs() < 4.0 * m.std / 200.0_f64.sqrt(), "{m:?}");
    }
}
