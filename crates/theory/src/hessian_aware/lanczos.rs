//! Functions of a Hessian applied to a vector, from products with the Hessian alone.
//!
//! ```text
//! H Q_m = Q_m T_m + beta_m q_{m+1} e_mᵀ,   f(H) v ~ |v| Q_m f(T_m) e_1
//! ```

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::hessian_aware::error::{HessianAwareError, finite, positive};
use crate::matrix::{SymmetricEigen, symmetric_eigen};
use maruyama_dynamics::linear_algebra::extremes;
use maruyama_dynamics::modified_equation::Model;
use maruyama_dynamics::modified_equation::{contraction, diffusion_factor};

/// A product `H v`, written into the second argument; `H` symmetric.
pub type HessianTimes<'a> = &'a dyn Fn(&[f64], &mut [f64]);

/// An orthonormal basis of the Krylov space of a vector, with the Hessian on it.
#[derive(Clone, Debug)]
pub struct Krylov {
    /// `|v|`.
    norm: f64,
    /// `q_1, ..., q_m`, each `[dim]`.
    basis: Vec<Vec<f64>>,
    /// Of `T_m`.
    eigen: SymmetricEigen,
    /// Of `T_{m−1}`; empty for `m = 1`.
    former: SymmetricEigen,
}

/// Length of a new direction, relative to `|H q|`, below which the space is invariant.
const INVARIANT: f64 = 1e-13;

impl Krylov {
    /// The space of `v`, `[dim]`, after `steps ≥ 1` products with the Hessian, or fewer where it
    /// is invariant earlier; functions are then exact.
    ///
    /// # Accuracy
    /// The basis is orthogonal to rounding: each direction is orthogonalised twice against all.
    ///
    /// # Source
    /// Lanczos; Golub & Van Loan, "Matrix computations", 4th edition, sections 10.1 and 10.3.1.
    ///
    /// # Errors
    /// If `v` is zero or a product is not finite, or `steps` is zero.
    pub fn new(
        hessian: HessianTimes<'_>,
        v: &[f64],
        steps: usize,
    ) -> Result<Krylov, HessianAwareError> {
        positive("the number of products", steps as f64)?;
        let norm = positive("the length of the vector", real::dot(v, v).sqrt())?;
        let mut basis = vec![v.iter().map(|x| x / norm).collect::<Vec<f64>>()];
        let (mut diagonal, mut off) = (Vec::new(), Vec::new());
        loop {
            let current = &basis[basis.len() - 1];
            let mut image = vec![0.0; v.len()];
            hessian(current, &mut image);
            let size = real::dot(&image, &image).sqrt();
            finite("a product with the Hessian", &[size])?;
            diagonal.push(real::dot(current, &image));
            if basis.len() == steps.min(v.len()) {
                break;
            }
            for _ in 0..2 {
                for direction in &basis {
                    let along = real::dot(direction, &image);
                    real::add_scaled(&mut image, -along, direction);
                }
            }
            let length = real::dot(&image, &image).sqrt();
            if length <= INVARIANT * size {
                break;
            }
            off.push(length);
            basis.push(image.iter().map(|x| x / length).collect());
        }
        let former = diagonal.len() - 1;
        Ok(Krylov {
            norm,
            eigen: tridiagonal(&diagonal, &off),
            former: tridiagonal(&diagonal[..former], &off[..former.saturating_sub(1)]),
            basis,
        })
    }

    /// The eigenvalues of `T_m`, smallest first, `[m]`; the extreme ones approach those of `H`
    /// from inside.
    #[must_use]
    pub fn ritz_values(&self) -> &[f64] {
        &self.eigen.values
    }

    /// `f(H) v`, `[dim]`, where `f` is finite at the Ritz values.
    ///
    /// # Accuracy
    /// That of the best polynomial of degree `m − 1` for `f` on the spectrum, up to a factor of 2.
    #[must_use]
    pub fn function(&self, f: impl Fn(f64) -> f64) -> Vec<f64> {
        self.combine(&first_column(&self.eigen, f))
    }

    /// `|f(H) v|` changed so much, relative to its size, by the last product: an estimate of the
    /// error before it.
    #[must_use]
    pub fn last_change(&self, f: impl Fn(f64) -> f64) -> f64 {
        let now = first_column(&self.eigen, &f);
        let mut before = first_column(&self.former, &f);
        before.resize(now.len(), 0.0);
        let gap: Vec<f64> = now.iter().zip(&before).map(|(a, b)| a - b).collect();
        (real::dot(&gap, &gap) / real::dot(&now, &now)).sqrt()
    }

    /// The `k` Ritz pairs of largest magnitude, largest first: values and unit vectors, `[dim]`.
    #[must_use]
    pub fn leading_pairs(&self, k: usize) -> Vec<(f64, Vec<f64>)> {
        let mut order: Vec<usize> = (0..self.eigen.values.len()).collect();
        let size = |i: &usize| self.eigen.values[*i].abs();
        order.sort_by(|i, j| size(j).total_cmp(&size(i)));
        let pair = |i: &usize| {
            let vector = self.combine(self.eigen.vectors.row(*i));
            let unit = vector.into_iter().map(|x| x / self.norm).collect();
            (self.eigen.values[*i], unit)
        };
        order.iter().take(k).map(pair).collect()
    }

    /// `|v| sum_j c_j q_j`.
    fn combine(&self, weights: &[f64]) -> Vec<f64> {
        let mut sum = vec![0.0; self.basis[0].len()];
        for (weight, direction) in weights.iter().zip(&self.basis) {
            real::add_scaled(&mut sum, self.norm * weight, direction);
        }
        sum
    }
}

/// `f(T) e_1`.
fn first_column(eigen: &SymmetricEigen, f: impl Fn(f64) -> f64) -> Vec<f64> {
    let weights: Vec<f64> = (eigen.values.iter().zip(eigen.vectors.rows()))
        .map(|(value, vector)| f(*value) * vector[0])
        .collect();
    eigen.vectors.transpose_times(&weights)
}

fn tridiagonal(diagonal: &[f64], off: &[f64]) -> SymmetricEigen {
    let n = diagonal.len();
    let mut entries = vec![0.0; n * n];
    for i in 0..n {
        entries[i * n + i] = diagonal[i];
        if i + 1 < n {
            entries[i * n + i + 1] = off[i];
            entries[(i + 1) * n + i] = off[i];
        }
    }
    symmetric_eigen(&Matrix::new(n, n, entries))
}

/// The drift `beta(eta H) g` of `model`, `[dim]`, from `steps` products with the Hessian.
///
/// # Source
/// arXiv 2405.18373 for the drift; Lanczos for its application.
///
/// # Errors
/// If the gradient is zero or a product is not finite, or a Ritz value of `eta H` is 1 or more for
/// an equation with a logarithm.
pub fn matrix_free_drift(
    model: Model,
    hessian: HessianTimes<'_>,
    gradient: &[f64],
    step_size: f64,
    steps: usize,
) -> Result<Vec<f64>, HessianAwareError> {
    let krylov = Krylov::new(hessian, gradient, steps)?;
    check_sharpness(model, &krylov, step_size)?;
    Ok(krylov.function(|lambda| model.drift_factor(step_size * lambda)))
}

/// The noise `eta^{1/2} G v`, `[dim]`, of the factorised equation, whose covariance is
/// `eta G Sigma G` where that of `v` is `Sigma`: a random combination of gradients of samples.
///
/// # Source
/// `G = h(−2 log(I − eta H))^{1/2}`, ours.
///
/// # Errors
/// As for [`matrix_free_drift`].
pub fn matrix_free_noise(
    hessian: HessianTimes<'_>,
    v: &[f64],
    step_size: f64,
    steps: usize,
) -> Result<Vec<f64>, HessianAwareError> {
    let krylov = Krylov::new(hessian, v, steps)?;
    check_sharpness(Model::Factorised, &krylov, step_size)?;
    let root =
        |lambda: f64| (step_size * diffusion_factor(2.0 * contraction(step_size * lambda))).sqrt();
    Ok(krylov.function(root))
}

fn check_sharpness(model: Model, krylov: &Krylov, step_size: f64) -> Result<(), HessianAwareError> {
    positive("the step size", step_size)?;
    let product = step_size * extremes(krylov.ritz_values()).1;
    if model.needs_logarithm() && product >= 1.0 {
        return Err(HessianAwareError::TooSharp { product });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::diagonal;
    use maruyama_dynamics::modified_equation::drift_factor;
    use maruyama_dynamics::noise::NumpyLegacy;

    fn times(m: &Matrix) -> impl Fn(&[f64], &mut [f64]) {
        |v, out| out.copy_from_slice(&m.times(v))
    }

    #[test]
    fn full_space_gives_the_exact_function() {
        let mut generator = NumpyLegacy::new(3);
        let raw = Matrix::new(6, 6, generator.normals(36));
        let a = crate::matrix::combine(0.1, &raw, 0.1, &raw.transposed());
        let v = generator.normals(6);
        let exact = symmetric_eigen(&a).function(drift_factor).times(&v);
        let krylov = Krylov::new(&times(&a), &v, 6).unwrap();
        for (x, y) in krylov.function(drift_factor).iter().zip(&exact) {
            assert!((x - y).abs() < 1e-13);
        }
        for (value, vector) in krylov.leading_pairs(2) {
            let image = a.times(&vector);
            assert!(image.iter().zip(&vector).all(|(x, y)| (x - value * y).abs() < 1e-13));
        }
    }

    #[test]
    fn invariant_spaces_end_the_recursion() {
        let a = diagonal(&[0.5, 0.5, -0.2, -0.2, 0.5]);
        let krylov = Krylov::new(&times(&a), &[1.0, 2.0, 3.0, 4.0, 5.0], 5).unwrap();
        assert_eq!(krylov.ritz_values().len(), 2);
        let image = krylov.function(|x| x * x);
        for (x, y) in image.iter().zip([0.25, 0.5, 0.12, 0.16, 1.25]) {
            assert!((x - y).abs() < 1e-14);
        }
    }

    #[test]
    fn drift_and_noise_match_their_dense_forms() {
        let mut generator = NumpyLegacy::new(8);
        let raw = Matrix::new(5, 5, generator.normals(25));
        let a = crate::matrix::combine(0.1, &raw, 0.1, &raw.transposed());
        let v = generator.normals(5);
        let eigen = symmetric_eigen(&a);
        let drift = matrix_free_drift(Model::Sme2, &times(&a), &v, 0.5, 5).unwrap();
        let exact = eigen.function(|l| -1.0 - 0.25 * l).times(&v);
        assert!((drift[3] - exact[3]).abs() < 1e-13);
        let noise = matrix_free_noise(&times(&a), &v, 0.5, 5).unwrap();
        let root = |l: f64| (0.5 * Model::Factorised.noise_factor(0.5 * l, 0.5 * l)).sqrt();
        let exact = eigen.function(root).times(&v);
        assert!((noise[2] - exact[2]).abs() < 1e-13);
    }

    #[test]
    fn unfit_inputs_are_refused() {
        let a = diagonal(&[2.0, 0.1]);
        let model = Model::StochasticPrincipalFlow;
        assert!(matches!(
            matrix_free_drift(model, &times(&a), &[1.0, 1.0], 0.5, 2),
            Err(HessianAwareError::TooSharp { .. })
        ));
        assert!(Krylov::new(&times(&a), &[0.0, 0.0], 2).is_err());
        assert!(Krylov::new(&times(&a), &[1.0, 0.0], 0).is_err());
        let broken = |_: &[f64], out: &mut [f64]| out.fill(f64::NAN);
        assert!(Krylov::new(&broken, &[1.0, 0.0], 2).is_err());
    }
}
