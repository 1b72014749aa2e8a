//! Least-squares problems, as the moments of their samples that SGD and its equations see.
//!
//! ```text
//! L(theta) = ½ E(⟨theta, x⟩ − y)²,   eta = theta − theta_*,   eps = ⟨theta_*, x⟩ − y
//! Sigma = E[x xᵀ],   T(M) = E[(xᵀ M x) x xᵀ],   G[m] = E[eps ⟨m, x⟩ x xᵀ],   N = E[eps² x xᵀ]
//! ```

use maruyama_dynamics::linear_algebra::{Matrix, right_svd};
use maruyama_dynamics::real;

use crate::least_squares::error::shape;
use crate::least_squares::{EllipticalPopulation, LeastSquaresError};
use crate::matrix::diagonal;

/// The moments of the samples `(x, y)` of a least-squares problem in `d` dimensions, on a finite
/// training set or in a population. Takes `d⁴` numbers: meant for up to about 30 dimensions.
#[derive(Clone, Debug, PartialEq)]
pub struct LeastSquares {
    /// `Sigma`, `[d, d]`.
    pub(crate) covariance: Matrix,
    /// `E[x_r x_s x_k x_l]` at row `r d + s` and column `k d + l`, `[d², d²]`.
    pub(crate) fourth: Matrix,
    /// `E[eps x_r x_s x_k]` at row `r d + s` and column `k`, `[d², d]`.
    pub(crate) third: Matrix,
    /// `N`, `[d, d]`.
    pub(crate) noise: Matrix,
    /// `theta_*`, `[d]`.
    pub(crate) minimiser: Vec<f64>,
    /// `L(theta_*)`.
    pub(crate) floor: f64,
    /// `sup |x|²`.
    pub(crate) largest_square: f64,
}

impl LeastSquares {
    /// The problem of a finite training set, of which SGD draws rows uniformly with replacement.
    ///
    /// # Arguments
    /// * `design`: rows `x_i`, `[n, d]`
    /// * `responses`: `y_i`, `[n]`
    /// * `start`: `theta_0`, `[d]`, which matters if the rows do not span the space: `theta_*` is the
    ///   minimiser nearest to it, which SGD and its equations go to; the shortest one if absent
    ///
    /// # Errors
    /// If shapes disagree, if a number is not finite, or if all rows are zero.
    ///
    /// # Source
    /// arXiv 2407.02322, section 3; moments as derived in docs/theory/least-squares.md.
    pub fn training(
        design: &Matrix,
        responses: &[f64],
        start: Option<&[f64]>,
    ) -> Result<LeastSquares, LeastSquaresError> {
        let (n, d) = (design.n_rows(), design.n_columns());
        shape("responses", responses.len(), n)?;
        let numbers = design.entries().iter().chain(responses).chain(start.unwrap_or(&[]));
        if let Some(value) = numbers.into_iter().find(|number| !number.is_finite()) {
            return Err(LeastSquaresError::OutOfRange { name: "sample", value: *value });
        }
        let minimiser = nearest_minimiser(design, responses, start)?;
        let residuals: Vec<f64> =
            design.times(&minimiser).iter().zip(responses).map(|(fit, y)| fit - y).collect();
        let weight = 1.0 / n as f64;
        let mut problem = LeastSquares::without_samples(d, minimiser);
        for (x, eps) in design.rows().zip(&residuals) {
            problem.add_sample(x, *eps, weight);
        }
        Ok(problem)
    }

    /// The population `x ~ N(0, diag(spectrum))`, `y = ⟨theta_*, x⟩ − s z` with `z ~ N(0, 1)`
    /// independent of `x`, in coordinates in which `theta_* = 0`.
    ///
    /// # Arguments
    /// * `spectrum`: eigenvalues of `Sigma`, positive, `[d]`
    /// * `label_noise`: `s ≥ 0`
    ///
    /// # Errors
    /// If a number is outside its range.
    ///
    /// # Source
    /// Isserlis: `E[x_r x_s x_k x_l] = Sigma_rs Sigma_kl + Sigma_rk Sigma_sl + Sigma_rl Sigma_sk`.
    pub fn gaussian(spectrum: &[f64], label_noise: f64) -> Result<LeastSquares, LeastSquaresError> {
        LeastSquares::elliptical(
            &EllipticalPopulation::gaussian(spectrum, label_noise),
            f64::INFINITY,
        )
    }

    /// The same with features `x = diag(spectrum)^(1/2) z`, `z` uniform on the sphere of radius `√d`.
    ///
    /// # Errors
    /// If a number is outside its range.
    ///
    /// # Source
    /// `E[z_r z_s z_k z_l] = d/(d + 2) (delta_rs delta_kl + delta_rk delta_sl + delta_rl delta_sk)`;
    /// docs/theory/least-squares.md.
    pub fn sphere(spectrum: &[f64], label_noise: f64) -> Result<LeastSquares, LeastSquaresError> {
        let largest = spectrum.iter().copied().fold(0.0, f64::max);
        let population = EllipticalPopulation::sphere(spectrum, label_noise);
        LeastSquares::elliptical(&population, spectrum.len() as f64 * largest)
    }

    /// Features with these moments, and `sup |x|²`.
    fn elliptical(
        population: &EllipticalPopulation,
        largest_square: f64,
    ) -> Result<LeastSquares, LeastSquaresError> {
        population.check()?;
        let EllipticalPopulation { spectrum, kurtosis, label_noise } = population;
        let pair = |i: usize, j: usize| if i == j { spectrum[i] } else { 0.0 };
        let moment = |r, s, k, l| {
            kurtosis * (pair(r, s) * pair(k, l) + pair(r, k) * pair(s, l) + pair(r, l) * pair(s, k))
        };
        LeastSquares::population(diagonal(spectrum), moment, *label_noise, largest_square)
    }

    /// A population with `Sigma = I` whose noise is the same in all directions,
    /// `C(eta) = (a |eta|² + s²) I + b eta etaᵀ`.
    ///
    /// Gaussian features have `a = b = 1`; features uniform on the sphere of radius `√d` have
    /// `a = d/(d + 2)`, `b = (d − 2)/(d + 2)`.
    ///
    /// # Arguments
    /// * `dim`: `d ≥ 1`
    /// * `isotropic`, `along`: `a ≥ 0` and `b ≥ −a`, not both zero
    /// * `label_noise`: `s ≥ 0`
    ///
    /// # Errors
    /// If a number is outside its range.
    ///
    /// # Source
    /// Moments derived from rotation invariance; docs/theory/least-squares.md.
    pub fn rotation_invariant(
        dim: usize,
        isotropic: f64,
        along: f64,
        label_noise: f64,
    ) -> Result<LeastSquares, LeastSquaresError> {
        if !(isotropic >= 0.0 && isotropic.is_finite()) {
            return Err(LeastSquaresError::OutOfRange { name: "isotropic", value: isotropic });
        }
        if !(along >= -isotropic && along.is_finite()) {
            return Err(LeastSquaresError::OutOfRange { name: "along", value: along });
        }
        let delta = |i: usize, j: usize| f64::from(u8::from(i == j));
        let half = 0.5 * (along + 1.0);
        let moment = move |r, s, k, l| {
            isotropic * delta(r, s) * delta(k, l)
                + half * (delta(r, k) * delta(s, l) + delta(r, l) * delta(s, k))
        };
        let identity = diagonal(&vec![1.0; dim]);
        LeastSquares::population(identity, moment, label_noise, f64::INFINITY)
    }

    /// A population with independent label noise.
    fn population(
        covariance: Matrix,
        moment: impl Fn(usize, usize, usize, usize) -> f64,
        label_noise: f64,
        largest_square: f64,
    ) -> Result<LeastSquares, LeastSquaresError> {
        let d = covariance.n_rows();
        if d == 0 {
            return Err(LeastSquaresError::NoSignal);
        }
        if !(label_noise >= 0.0 && label_noise.is_finite()) {
            return Err(LeastSquaresError::OutOfRange { name: "label noise", value: label_noise });
        }
        let variance = label_noise * label_noise;
        let entries = (0..d * d)
            .flat_map(|row| (0..d * d).map(move |column| (row, column)))
            .map(|(row, column)| moment(row / d, row % d, column / d, column % d))
            .collect();
        let noise = covariance.entries().iter().map(|entry| variance * entry).collect();
        Ok(LeastSquares {
            fourth: Matrix::new(d * d, d * d, entries),
            third: Matrix::new(d * d, d, vec![0.0; d * d * d]),
            noise: Matrix::new(d, d, noise),
            minimiser: vec![0.0; d],
            floor: 0.5 * variance,
            largest_square,
            covariance,
        })
    }

    /// All moments zero, in `d` dimensions.
    fn without_samples(d: usize, minimiser: Vec<f64>) -> LeastSquares {
        LeastSquares {
            covariance: Matrix::new(d, d, vec![0.0; d * d]),
            fourth: Matrix::new(d * d, d * d, vec![0.0; d * d * d * d]),
            third: Matrix::new(d * d, d, vec![0.0; d * d * d]),
            noise: Matrix::new(d, d, vec![0.0; d * d]),
            minimiser,
            floor: 0.0,
            largest_square: 0.0,
        }
    }

    /// Adds a sample with residual `eps` at the minimiser.
    fn add_sample(&mut self, x: &[f64], eps: f64, weight: f64) {
        let square: Vec<f64> = x.iter().flat_map(|a| x.iter().map(move |b| a * b)).collect();
        let d = x.len();
        real::add_scaled(self.covariance.entries_mut(), weight, &square);
        real::add_scaled(self.noise.entries_mut(), weight * eps * eps, &square);
        for (row, entry) in square.iter().enumerate() {
            let third = &mut self.third.entries_mut()[row * d..(row + 1) * d];
            real::add_scaled(third, weight * eps * entry, x);
            let fourth = &mut self.fourth.entries_mut()[row * d * d..(row + 1) * d * d];
            real::add_scaled(fourth, weight * entry, &square);
        }
        self.floor += 0.5 * weight * eps * eps;
        self.largest_square = self.largest_square.max(real::dot(x, x));
    }
}

/// The minimiser of `|X theta − y|²` nearest to `start`, or the shortest one.
fn nearest_minimiser(
    design: &Matrix,
    responses: &[f64],
    start: Option<&[f64]>,
) -> Result<Vec<f64>, LeastSquaresError> {
    let svd = right_svd(design);
    if svd.singular_values.is_empty() {
        return Err(LeastSquaresError::NoSignal);
    }
    let mut minimiser = vec![0.0; design.n_columns()];
    if let Some(start) = start {
        shape("start", start.len(), minimiser.len())?;
        minimiser.copy_from_slice(start);
    }
    // A second pass removes the rounding errors of the first.
    for _ in 0..2 {
        let residuals: Vec<f64> =
            design.times(&minimiser).iter().zip(responses).map(|(fit, y)| y - fit).collect();
        let gradient = design.transpose_times(&residuals);
        for (s, q) in svd.singular_values.iter().zip(svd.right_vectors.rows()) {
            real::add_scaled(&mut minimiser, real::dot(q, &gradient) / (s * s), q);
        }
    }
    Ok(minimiser)
}

#[cfg(test)]
mod tests;
