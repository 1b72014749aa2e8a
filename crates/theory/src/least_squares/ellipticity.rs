//! How small the noise of a least-squares problem can be in some direction at some point.
//!
//! ```text
//! uᵀ C(eta) u = etaᵀ A eta + 2 b·eta + c,   A_jk = uᵀ F[e_j e_kᵀ] u,   b_j = uᵀ G[e_j] u,   c = uᵀ N u
//! min over eta = c − bᵀ A⁺ b
//! ```

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::least_squares::{LeastSquares, LeastSquaresError};
use crate::matrix::{outer, symmetric_eigen};

/// Directions of the half circle that are looked at.
const N_DIRECTIONS: usize = 3600;

/// Local minima over the directions that are refined.
const N_REFINED: usize = 6;

/// Eigenvalues of `A` below this fraction of the largest count as zero.
const RELATIVE_CUT: f64 = 1e-12;

/// The infimum over all points of the smallest eigenvalue of the noise covariance.
#[derive(Clone, Debug, PartialEq)]
pub struct LeastNoise {
    /// `inf_eta lambda_min(C(eta)) ≥ 0`, up to rounding errors of 1e-15 of `trace N`.
    pub value: f64,
    /// The same over `trace N/d`, which is the mean eigenvalue at the minimiser.
    pub relative: f64,
    /// A direction `u` in which it is taken, of length 1, `[d]`.
    pub direction: Vec<f64>,
    /// A point `eta` at which it is taken, `[d]`.
    pub point: Vec<f64>,
}

/// The least noise of `problem`, with one or two features.
///
/// `n ≥ 2d + 1` samples in general position keep it positive. With `n ≤ 2d` there are a point and a
/// direction in which the products `r_i ⟨x_i, u⟩` of all samples agree: `n` equations for `2d`
/// unknowns, `eta`, the common value and the direction.
///
/// # Accuracy
/// The minimum over points is exact; that over directions is searched on 3600 angles and refined, so
/// that a zero is found as a small number, of the order 1e-12 of `trace N`.
///
/// # Errors
/// If the problem has more than two features or no label noise.
///
/// # Source
/// Uniform ellipticity is assumed in arXiv 2407.02322 where `Ker X = {0}`; the count of equations is
/// derived here.
pub fn least_noise(problem: &LeastSquares) -> Result<LeastNoise, LeastSquaresError> {
    let d = problem.dim();
    if d > 2 {
        return Err(LeastSquaresError::OutOfRange { name: "features", value: d as f64 });
    }
    let level = crate::matrix::trace(problem.noise()) / d as f64;
    crate::least_squares::error::positive("label noise", level)?;
    let angle = if d == 1 { 0.0 } else { best_angle(problem) };
    let direction = direction(d, angle);
    let (value, point) = least_along(problem, &direction);
    Ok(LeastNoise { value, relative: value / level, direction, point })
}

/// The unit vector of an angle, `[d]`.
fn direction(d: usize, angle: f64) -> Vec<f64> {
    if d == 1 { vec![1.0] } else { vec![real::cos(angle), real::sin(angle)] }
}

/// The angle of the direction with the least noise.
fn best_angle(problem: &LeastSquares) -> f64 {
    let width = std::f64::consts::PI / N_DIRECTIONS as f64;
    let at = |angle: f64| least_along(problem, &direction(2, angle)).0;
    let values: Vec<f64> = (0..N_DIRECTIONS).map(|i| at(width * i as f64)).collect();
    let around =
        |i: usize| (values[(i + N_DIRECTIONS - 1) % N_DIRECTIONS], values[(i + 1) % N_DIRECTIONS]);
    let is_local = |i: &usize| values[*i] <= around(*i).0 && values[*i] <= around(*i).1;
    let mut minima: Vec<usize> = (0..N_DIRECTIONS).filter(is_local).collect();
    minima.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let refined = minima.iter().take(N_REFINED).map(|i| {
        let angle = refine(at, width * (*i as f64 - 1.0), width * (*i as f64 + 1.0));
        (at(angle), angle)
    });
    refined.min_by(|a, b| a.0.total_cmp(&b.0)).map_or(0.0, |(_, angle)| angle)
}

/// The minimum of `f` between two points, by golden section.
fn refine(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    let ratio = 0.5 * (5.0_f64.sqrt() - 1.0);
    for _ in 0..70 {
        let (a, b) = (high - ratio * (high - low), low + ratio * (high - low));
        if f(a) < f(b) {
            high = b;
        } else {
            low = a;
        }
    }
    f64::midpoint(low, high)
}

/// `min over eta of uᵀ C(eta) u`, with the `eta` nearest to zero that takes it, `[d]`.
fn least_along(problem: &LeastSquares, u: &[f64]) -> (f64, Vec<f64>) {
    let d = problem.dim();
    let unit = |j: usize| -> Vec<f64> { (0..d).map(|k| f64::from(u8::from(j == k))).collect() };
    let mut quadratic = vec![0.0; d * d];
    for j in 0..d {
        for k in 0..d {
            let pair = outer(&unit(j), &unit(k));
            quadratic[j * d + k] = LeastSquares::form(&problem.multiplicative_noise(&pair), u);
        }
    }
    let linear: Vec<f64> =
        (0..d).map(|j| LeastSquares::form(&problem.third_moment(&unit(j)), u)).collect();
    let constant = LeastSquares::form(problem.noise(), u);
    let eigen = symmetric_eigen(&Matrix::new(d, d, quadratic));
    let cut = RELATIVE_CUT * eigen.values.last().copied().unwrap_or(0.0);
    let inverse = eigen.function(|value| if value > cut { 1.0 / value } else { 0.0 });
    let point: Vec<f64> = inverse.times(&linear).iter().map(|entry| -entry).collect();
    (constant + real::dot(&linear, &point), point)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::least_squares::reference::{assert_close, d1, d3};
    use crate::matrix::symmetric_eigen;

    /// Samples of a fixed sequence without structure.
    fn samples(n: usize, d: usize) -> LeastSquares {
        let entry = |i: usize| real::sin(12.989_8 * (i as f64 + 1.0)) * 1.7;
        let design = Matrix::new(n, d, (0..n * d).map(entry).collect());
        let responses: Vec<f64> = (0..n).map(|i| real::cos(78.233 * (i as f64 + 1.0))).collect();
        LeastSquares::training(&design, &responses, None).unwrap()
    }

    #[test]
    fn one_feature_has_the_closed_form() {
        let found = least_noise(&d3()).unwrap();
        let (v, w, c) = (0.562_425, 0.107_192_028_986, 0.084_743_379_367_1);
        assert_close(found.value, c - w * w / v, 1e-10);
        assert_close(found.point[0], -w / v, 1e-10);
        let two = least_noise(&samples(2, 1)).unwrap();
        assert!(two.relative.abs() < 1e-12, "{two:?}");
    }

    #[test]
    fn two_features_need_five_samples() {
        for n in [3, 4] {
            let found = least_noise(&samples(n, 2)).unwrap();
            assert!(found.relative.abs() < 1e-9, "{n}: {found:?}");
        }
        for n in [5, 6, 8] {
            let found = least_noise(&samples(n, 2)).unwrap();
            assert!(found.relative > 1e-5, "{n}: {found:?}");
        }
    }

    #[test]
    fn no_point_has_less_noise_and_one_has_as_little() {
        let problem = d1();
        let found = least_noise(&problem).unwrap();
        let least = |eta: &[f64]| symmetric_eigen(&problem.noise_covariance(eta)).values[0];
        assert_close(least(&found.point), found.value, 1e-9);
        for i in 0..400 {
            let eta = [0.05 * f64::from(i % 20) - 0.5, 0.05 * f64::from(i / 20) - 0.5];
            assert!(least(&eta) >= found.value * (1.0 - 1e-9));
        }
        let gaussian = LeastSquares::gaussian(&[2.0, 0.5], 0.6).unwrap();
        assert_close(least_noise(&gaussian).unwrap().value, 0.36 * 0.5, 1e-10);
        assert!(least_noise(&LeastSquares::gaussian(&[1.0], 0.0).unwrap()).is_err());
        assert!(least_noise(&samples(9, 3)).is_err());
    }
}
