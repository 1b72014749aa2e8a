//! Averages of the iterates, and decaying step sizes, exactly.
//!
//! ```text
//! E[bar bar]ᵀ = T⁻² [(T Sigma⁻¹ − Sigma⁻² (I − e^{−Sigma T})) M + transpose]   from the invariant law
//! S_k = eta_0 + ... + eta_{k−1}:   E[eta_{k+1} S_{k+1}ᵀ] = (I − gamma_k Sigma) (E[eta_k S_kᵀ] + M_k)
//! ```

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::least_squares::describe::regular;
use crate::least_squares::error::{positive, shape};
use crate::least_squares::{
    Equation, LeastSquares, LeastSquaresError, MomentFlow, MomentMap, Moments,
};
use crate::matrix::{combine, congruence, product, symmetric_eigen, trace};

/// The covariance of `(1/T) ∫ eta dt` over a time `T > 0` from the invariant law, `[d, d]`.
///
/// # Errors
/// If a number is not positive, if `Sigma` is singular, or if the invariant law has no covariance.
///
/// # Source
/// `E[eta_t eta_sᵀ] = e^{−Sigma (t − s)} M` integrated over the square.
pub fn stationary_average(
    problem: &LeastSquares,
    step_size: f64,
    time: f64,
) -> Result<Matrix, LeastSquaresError> {
    positive("time", time)?;
    let m = MomentFlow::new(problem, step_size, Equation::FirstOrder)?.stationary()?;
    let weight = symmetric_eigen(problem.covariance())
        .function(|value| (time + real::expm1(-value * time) / value) / (value * time * time));
    let half = product(&weight, &m);
    Ok(combine(1.0, &half, 1.0, &half.transposed()))
}

/// `trace(Sigma⁻¹ N Sigma⁻¹)`: `k E|bar eta_k|²` tends to it for small step sizes and long averages.
///
/// # Errors
/// If `Sigma` is singular.
///
/// # Source
/// Polyak & Juditsky, SIAM J. Control Optim. 30(4), 1992.
pub fn averaged_limit(problem: &LeastSquares) -> Result<f64, LeastSquaresError> {
    let eigen = regular(problem.covariance())?;
    Ok(trace(&congruence(&eigen.function(|value| 1.0 / value), problem.noise())))
}

/// Mean squared distances of SGD and of its average, after each step.
#[derive(Clone, Debug, PartialEq)]
pub struct AverageCurve {
    /// `E|eta_k|²` for `k = 1 ..= n`, `[n]`.
    pub last: Vec<f64>,
    /// `E|(eta_0 + ... + eta_{k−1})/k|²`, `[n]`.
    pub average: Vec<f64>,
}

/// The curve of SGD from the point `eta`, `[d]`, with step sizes `gamma_0, gamma_1, ...`, `[n]`.
///
/// # Errors
/// If shapes disagree or a step size is not positive.
///
/// # Source
/// The recursion of (`E eta`, `E eta etaᵀ`, `E eta Sᵀ`, `E S Sᵀ`), which is closed.
pub fn average_curve(
    problem: &LeastSquares,
    eta: &[f64],
    step_sizes: &[f64],
) -> Result<AverageCurve, LeastSquaresError> {
    let d = problem.dim();
    shape("start", eta.len(), d)?;
    let mut moments = Moments::at_point(eta);
    let mut cross = Matrix::new(d, d, vec![0.0; d * d]);
    let mut sum = cross.clone();
    let mut curve = AverageCurve { last: Vec::new(), average: Vec::new() };
    let mut map: Option<(f64, MomentMap)> = None;
    for (k, step_size) in step_sizes.iter().enumerate() {
        let current = match map.take() {
            Some((size, map)) if size == *step_size => map,
            _ => MomentMap::sgd(problem, *step_size)?,
        };
        let pairs = combine(1.0, &cross, 1.0, &cross.transposed());
        sum = combine(1.0, &combine(1.0, &sum, 1.0, &pairs), 1.0, &moments.second);
        let joined = combine(1.0, &cross, 1.0, &moments.second);
        cross = product(&current.contraction, &joined);
        moments = current.step(&moments)?;
        let count = (k + 1) as f64;
        curve.last.push(trace(&moments.second));
        curve.average.push(trace(&sum) / (count * count));
        map = Some((*step_size, current));
    }
    Ok(curve)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::least_squares::reference::{assert_all_close, assert_close, d1};

    #[test]
    fn stationary_averages_match_the_reference() {
        let cases = [
            (10.0, [0.001_238_494_472_87, -0.000_222_272_541_164, 0.001_585_219_909_85]),
            (30.0, [0.000_455_062_660_765, -7.996_062_455_13e-5, 0.000_616_365_052_087]),
            (100.0, [0.000_140_956_140_08, -2.460_007_332_6e-5, 0.000_194_248_075_799]),
        ];
        for (time, [xx, xy, yy]) in cases {
            let found = stationary_average(&d1(), 0.3, time).unwrap();
            assert_all_close(found.entries(), &[xx, xy, xy, yy], 1e-10);
        }
        assert_close(averaged_limit(&d1()).unwrap(), 0.101_688_760_794, 1e-11);
    }

    #[test]
    fn curves_match_the_figures_of_the_specification() {
        let n = 4000;
        let curve = |step: &dyn Fn(f64) -> f64| {
            let steps: Vec<f64> = (0..n).map(|k| step(f64::from(k))).collect();
            let curve = average_curve(&d1(), &[1.0, -1.0], &steps).unwrap();
            (*curve.last.last().unwrap(), *curve.average.last().unwrap())
        };
        let (last, average) = curve(&|_| 0.3);
        assert_close(last, 1.153e-2, 5e-4);
        assert_close(average, 3.283e-5, 5e-4);
        let (last, average) = curve(&|k| 0.3 * real::pow(1.0 + k / 20.0, -0.75));
        assert_close(last, 1.781e-4, 5e-4);
        assert_close(average, 3.264e-5, 5e-4);
        assert_close(averaged_limit(&d1()).unwrap() / f64::from(n), 2.542e-5, 5e-4);
    }

    #[test]
    fn the_average_of_one_iterate_is_the_start() {
        let curve = average_curve(&d1(), &[1.0, -1.0], &[0.3, 0.2]).unwrap();
        assert_eq!(curve.average[0], 2.0);
        assert!(average_curve(&d1(), &[1.0, -1.0], &[0.3, -0.2]).is_err());
        assert!(average_curve(&d1(), &[1.0], &[0.3]).is_err());
    }
}
