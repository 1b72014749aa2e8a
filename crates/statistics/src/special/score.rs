//! Sums over a sample of the score and of its outer product.
//!
//! ```text
//! total = sum_i g_i,   product = sum_i g_i g_i^T,   g_i = grad ln f(x_i)
//! ```
//!
//! `product` estimates the information: `product^-1 total` is the ascent direction of Berndt,
//! Hall, Hall & Hausman, and at the maximum the diagonal of `product^-1` holds squared standard
//! errors.

/// Number of parameters; families with fewer leave the rest inactive.
pub(crate) const SIZE: usize = 3;

/// Which parameters are free; the others are held at a bound or absent.
pub(crate) type Active = [bool; SIZE];

/// A vector of parameters.
pub(crate) type Vector = [f64; SIZE];

/// A symmetric matrix over the parameters.
pub(crate) type Matrix = [[f64; SIZE]; SIZE];

/// The two sums.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Scores {
    pub(crate) total: Vector,
    product: Matrix,
}

impl Scores {
    /// From the sums of scores and of the six products `g_i g_j`, `j <= i`, row by row.
    pub(crate) fn from_sums(total: Vector, [a, b, c, d, e, f]: [f64; 6]) -> Scores {
        Scores { total, product: [[a, 0.0, 0.0], [b, c, 0.0], [d, e, f]] }
    }

    /// Adds the score of one value.
    pub(crate) fn add(&mut self, g: Vector) {
        for i in 0..SIZE {
            self.total[i] += g[i];
            for j in 0..=i {
                self.product[i][j] += g[i] * g[j];
            }
        }
    }

    /// `product^-1` among the active parameters and zero elsewhere; `None` if it is singular.
    ///
    /// # Source
    /// Berndt, Hall, Hall & Hausman, "Estimation and inference in nonlinear structural models",
    /// Annals of Economic and Social Measurement 3, 1974.
    pub(crate) fn inverse(&self, active: Active) -> Option<Matrix> {
        let factor = self.factor(active)?;
        let mut inverse = [[0.0; SIZE]; SIZE];
        for i in (0..SIZE).filter(|i| active[*i]) {
            let mut unit = [0.0; SIZE];
            unit[i] = 1.0;
            inverse[i] = solve(&factor, unit);
        }
        Some(inverse)
    }

    /// Standard errors of the active parameters, zero elsewhere; `None` if the product is singular.
    pub(crate) fn standard_errors(&self, active: Active) -> Option<Vector> {
        let inverse = self.inverse(active)?;
        Some([0, 1, 2].map(|i: usize| inverse[i][i].sqrt()))
    }

    /// Lower Cholesky factor of the product, with unit rows for inactive parameters.
    fn factor(&self, active: Active) -> Option<Matrix> {
        let mut factor = [[0.0; SIZE]; SIZE];
        for i in 0..SIZE {
            if !active[i] {
                factor[i][i] = 1.0;
                continue;
            }
            for j in (0..=i).filter(|j| active[*j]) {
                let inner: f64 = (0..j).map(|k| factor[i][k] * factor[j][k]).sum();
                let rest = self.product[i][j] - inner;
                if j < i {
                    factor[i][j] = rest / factor[j][j];
                } else if rest > 1e-13 * self.product[i][i] {
                    factor[i][i] = rest.sqrt();
                } else {
                    return None;
                }
            }
        }
        Some(factor)
    }
}

fn solve(factor: &Matrix, right: Vector) -> Vector {
    let mut x = right;
    for i in 0..SIZE {
        let inner: f64 = (0..i).map(|k| factor[i][k] * x[k]).sum();
        x[i] = (x[i] - inner) / factor[i][i];
    }
    for i in (0..SIZE).rev() {
        let inner: f64 = (i + 1..SIZE).map(|k| factor[k][i] * x[k]).sum();
        x[i] = (x[i] - inner) / factor[i][i];
    }
    x
}

/// The product of a symmetric matrix and a vector.
pub(crate) fn times(matrix: &Matrix, vector: Vector) -> Vector {
    [0, 1, 2].map(|i: usize| (0..SIZE).map(|j| matrix[i][j] * vector[j]).sum())
}

/// The update of Broyden, Fletcher, Goldfarb and Shanno of an inverse information.
///
/// ```text
/// H <- (I - s y^T / s^T y) H (I - y s^T / s^T y) + s s^T / s^T y
/// ```
///
/// # Arguments
/// * `step`: `s`, the last step
/// * `fall`: `y`, by how much the gradient of the log-likelihood fell along it; `s^T y > 0`
///
/// # Source
/// Nocedal & Wright, Numerical Optimization, 2nd edition, Springer 2006, equation (6.17).
pub(crate) fn bfgs(inverse: &Matrix, step: Vector, fall: Vector) -> Matrix {
    let curvature: f64 = step.iter().zip(fall).map(|(s, y)| s * y).sum();
    let turned = times(inverse, fall);
    let square: f64 = turned.iter().zip(fall).map(|(h, y)| h * y).sum();
    let mut updated = *inverse;
    for i in 0..SIZE {
        for j in 0..SIZE {
            let mixed = step[i] * turned[j] + turned[i] * step[j];
            updated[i][j] += ((1.0 + square / curvature) * step[i] * step[j] - mixed) / curvature;
        }
    }
    updated
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Scores {
        let mut scores = Scores::default();
        for g in [[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [2.0, 0.0, 1.0], [1.0, 1.0, 1.0]] {
            scores.add(g);
        }
        scores
    }

    #[test]
    fn direction_solves_the_normal_equations() {
        // product = [[6, 3, 3], [3, 6, 4], [3, 4, 11]], total = [4, 4, 5].
        let scores = example();
        let d = times(&scores.inverse([true; 3]).unwrap(), scores.total);
        assert!((6.0 * d[0] + 3.0 * d[1] + 3.0 * d[2] - 4.0).abs() < 1e-14);
        assert!((3.0 * d[0] + 6.0 * d[1] + 4.0 * d[2] - 4.0).abs() < 1e-14);
        assert!((3.0 * d[0] + 4.0 * d[1] + 11.0 * d[2] - 5.0).abs() < 1e-14);
    }

    #[test]
    fn inactive_parameters_stay() {
        let scores = example();
        let d = times(&scores.inverse([false, true, true]).unwrap(), scores.total);
        assert_eq!(d[0], 0.0);
        assert!((6.0 * d[1] + 4.0 * d[2] - 4.0).abs() < 1e-14);
        // The inverse of [[6, 4], [4, 11]] has diagonal 11/50 and 6/50.
        let errors = scores.standard_errors([false, true, true]).unwrap();
        assert!((errors[1] * errors[1] - 0.22).abs() < 1e-14);
        assert!((errors[2] * errors[2] - 0.12).abs() < 1e-14);
    }

    #[test]
    fn a_singular_product_has_no_direction() {
        let mut scores = Scores::default();
        scores.add([1.0, 2.0, 3.0]);
        assert!(scores.inverse([true; 3]).is_none());
    }

    #[test]
    fn an_update_maps_the_fall_to_the_step() {
        let (step, fall) = ([1.0, -2.0, 0.5], [0.3, -1.0, 0.2]);
        let updated = bfgs(&example().inverse([true; 3]).unwrap(), step, fall);
        for (value, expected) in times(&updated, fall).iter().zip(step) {
            assert!((value - expected).abs() < 1e-14);
        }
        assert!((updated[0][2] - updated[2][0]).abs() < 1e-15);
    }
}
