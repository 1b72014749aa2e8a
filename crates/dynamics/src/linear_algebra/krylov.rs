//! Functions of a symmetric matrix applied to a vector, from products with the matrix alone.
//!
//! ```text
//! H Q_m = Q_m T_m + beta_m q_{m+1} e_mᵀ,   f(H) v ~ |v| Q_m f(T_m) e_1
//! ```

use crate::linear_algebra::matrix::Matrix;
use crate::linear_algebra::symmetric::{SymmetricEigen, symmetric_eigen};
use crate::real;

/// A product `H v`, written into the second argument; `H` symmetric.
pub type HessianTimes<'a> = &'a dyn Fn(&[f64], &mut [f64]);

/// Why there is no Krylov space.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum KrylovError {
    /// The vector has no direction.
    #[error("the length of the vector is {length}, but must be positive and finite")]
    NoDirection {
        /// `|v|`.
        length: f64,
    },
    /// No product is allowed.
    #[error("a function of a matrix takes one product with it or more")]
    NoProduct,
    /// A product with the matrix has entries that are no finite numbers.
    #[error("a product with the matrix is not finite")]
    NotFinite,
}

/// An orthonormal basis of the Krylov space of a vector, with the Hessian on it.
#[derive(Clone, Debug)]
pub struct Krylov {
    /// `|v|`.
    norm: f64,
    /// `q_1, ..., q_m`, each `[dim]`.
    basis: Vec<Vec<f64>>,
    /// Diagonal of `T_m`, `[m]`.
    diagonal: Vec<f64>,
    /// Entries beside it, `[m − 1]`.
    off: Vec<f64>,
    /// Of `T_m`.
    eigen: SymmetricEigen,
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
    pub fn new(hessian: HessianTimes<'_>, v: &[f64], steps: usize) -> Result<Krylov, KrylovError> {
        if steps == 0 {
            return Err(KrylovError::NoProduct);
        }
        let norm = real::dot(v, v).sqrt();
        if norm <= 0.0 || !norm.is_finite() {
            return Err(KrylovError::NoDirection { length: norm });
        }
        let mut basis = vec![v.iter().map(|x| x / norm).collect::<Vec<f64>>()];
        let (mut diagonal, mut off) = (Vec::new(), Vec::new());
        loop {
            let current = &basis[basis.len() - 1];
            let mut image = vec![0.0; v.len()];
            hessian(current, &mut image);
            let size = real::dot(&image, &image).sqrt();
            if !size.is_finite() {
                return Err(KrylovError::NotFinite);
            }
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
        Ok(Krylov { norm, eigen: tridiagonal(&diagonal, &off), diagonal, off, basis })
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

    /// `f(H) v`, `[dim]`, where `f` takes `values`, `[m]`, at the Ritz values.
    ///
    /// # Accuracy
    /// As [`Krylov::function`].
    ///
    /// # Panics
    /// If there is not one value for each Ritz value.
    #[must_use]
    pub fn with_values(&self, values: &[f64]) -> Vec<f64> {
        assert_eq!(values.len(), self.eigen.values.len(), "one value for each Ritz value");
        self.combine(&column(&self.eigen, values))
    }

    /// `|f(H) v|` changed so much, relative to its size, by the last product: an estimate of the
    /// error before it.
    #[must_use]
    pub fn last_change(&self, f: impl Fn(f64) -> f64) -> f64 {
        let now = first_column(&self.eigen, &f);
        let n_former = self.diagonal.len() - 1;
        let off = &self.off[..n_former.saturating_sub(1)];
        let former = tridiagonal(&self.diagonal[..n_former], off);
        let mut before = first_column(&former, &f);
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
    let values: Vec<f64> = eigen.values.iter().map(|value| f(*value)).collect();
    column(eigen, &values)
}

/// `f(T) e_1`, given the values of `f` at the eigenvalues.
fn column(eigen: &SymmetricEigen, values: &[f64]) -> Vec<f64> {
    let weights: Vec<f64> = (values.iter().zip(eigen.vectors.rows()))
        .map(|(value, vector)| value * vector[0])
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linear_algebra::dense::{combine, diagonal};
    use crate::noise::NumpyLegacy;

    fn times(m: &Matrix) -> impl Fn(&[f64], &mut [f64]) {
        |v, out| out.copy_from_slice(&m.times(v))
    }

    #[test]
    fn full_space_gives_the_exact_function() {
        let mut generator = NumpyLegacy::new(3);
        let raw = Matrix::new(6, 6, generator.normals(36));
        let a = combine(0.1, &raw, 0.1, &raw.transposed());
        let v = generator.normals(6);
        let exact = symmetric_eigen(&a).function(real::exp).times(&v);
        let krylov = Krylov::new(&times(&a), &v, 6).unwrap();
        for (x, y) in krylov.function(real::exp).iter().zip(&exact) {
            assert!((x - y).abs() < 1e-13);
        }
        let values: Vec<f64> = krylov.ritz_values().iter().map(|x| real::exp(*x)).collect();
        assert_eq!(krylov.with_values(&values), krylov.function(real::exp));
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
    fn unfit_inputs_are_refused() {
        let a = diagonal(&[2.0, 0.1]);
        let of = |v: &[f64], steps| Krylov::new(&times(&a), v, steps).map(|_| ());
        assert_eq!(of(&[0.0, 0.0], 2), Err(KrylovError::NoDirection { length: 0.0 }));
        assert_eq!(of(&[1.0, 0.0], 0), Err(KrylovError::NoProduct));
        assert!(of(&[f64::NAN, 0.0], 2).is_err());
        let broken = |_: &[f64], out: &mut [f64]| out.fill(f64::NAN);
        assert_eq!(Krylov::new(&broken, &[1.0, 0.0], 2).err(), Some(KrylovError::NotFinite));
    }
}
