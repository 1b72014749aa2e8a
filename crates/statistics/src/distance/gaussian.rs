//! The Wasserstein distance of order 2 between normal laws.
//!
//! ```text
//! W_2^2 = |m_1 - m_2|^2 + tr(A + B - 2 (A^(1/2) B A^(1/2))^(1/2))
//!       = |m_1 - m_2|^2 + min over orthogonal Q of |S - T Q|_F^2,   A = S S^T,  B = T T^T
//! ```
//!
//! For laws that are not normal it is a lower bound of `W_2^2` (Gelbrich), from their means and
//! covariances alone.
//!
//! Source: Dowson & Landau, J. Multivariate Analysis 12(3), 1982; Gelbrich, Mathematische
//! Nachrichten 147, 1990; the second form, Bhatia, Jain & Lim, Expositiones Mathematicae 37(2), 2019.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::distance::error::{DistanceError, check_length};
use crate::sample::check::finite;

/// Pivots and asymmetries below this fraction of the largest variance count as rounding.
const ROUNDING: f64 = 1e-12;

/// Columns count as orthogonal when the cosine of their angle is below this.
const ORTHOGONAL: f64 = 1e-15;

/// Sweeps after which rotations stop in any case.
const SWEEPS: usize = 60;

/// The squared distance `W_2^2` between `N(m_1, A)` and `N(m_2, B)`, in squared units.
///
/// Computed as a sum of squares, so that nothing cancels between similar laws.
///
/// # Arguments
/// * `means`: `m_1` and `m_2`, `[d]` each
/// * `covariances`: `A` and `B`, `[d, d]` each, symmetric without negative eigenvalues
///
/// # Errors
/// If shapes differ, `d` is zero, an entry is not finite, or a matrix is no covariance.
pub fn gelbrich_squared(
    means: [&[f64]; 2],
    covariances: [&Matrix; 2],
) -> Result<f64, DistanceError> {
    let d = means[0].len();
    finite(means[0], 1)?;
    finite(means[1], 1)?;
    check_length("coordinates of a mean", means[1].len(), d)?;
    let s = factor(covariances[0], d)?;
    let t = factor(covariances[1], d)?;
    let squares: Vec<f64> = means[0].iter().zip(means[1]).map(|(x, y)| (x - y) * (x - y)).collect();
    let squared = real::sum(&squares) + procrustes(&s, &t, d);
    if squared.is_finite() { Ok(squared) } else { Err(DistanceError::Overflow) }
}

/// Columns `s_k` with `A = sum_k s_k s_k^T`, `d` of them, by Cholesky's method with pivots.
fn factor(a: &Matrix, d: usize) -> Result<Vec<Vec<f64>>, DistanceError> {
    check_length("rows of a covariance", a.n_rows(), d)?;
    check_length("columns of a covariance", a.n_columns(), d)?;
    finite(a.entries(), 1)?;
    let largest = (0..d).fold(0.0_f64, |largest, i| largest.max(a.row(i)[i].abs()));
    let mut rest: Vec<Vec<f64>> = a.rows().map(<[f64]>::to_vec).collect();
    for i in 0..d {
        for j in 0..d {
            if (a.row(i)[j] - a.row(j)[i]).abs() > ROUNDING * largest {
                return Err(DistanceError::NoCovariance { index: i, value: a.row(i)[j] });
            }
        }
    }
    let mut columns = Vec::with_capacity(d);
    for _ in 0..d {
        // A pivot that rounding could have made explains nothing.
        let noise = |i: usize| 8.0 * f64::EPSILON * d as f64 * a.row(i)[i].abs();
        let pivot = |i: usize| if rest[i][i] > noise(i) { rest[i][i] } else { 0.0 };
        let k = (0..d).fold(0, |k, i| if pivot(i) > pivot(k) { i } else { k });
        if pivot(k) == 0.0 {
            columns.push(vec![0.0; d]);
            continue;
        }
        columns.push(eliminate(&mut rest, k));
        let least = -ROUNDING * largest * d as f64;
        let bad = |i: &usize| rest[*i][*i].is_nan() || rest[*i][*i] < least;
        if let Some(index) = (0..d).find(bad) {
            return Err(DistanceError::NoCovariance { index, value: rest[index][index] });
        }
    }
    let size = |row: &Vec<f64>| row.iter().fold(0.0_f64, |left, x| left.max(x.abs()));
    match rest.iter().position(|row| size(row) > ROUNDING * largest * d as f64) {
        Some(index) => Err(DistanceError::NoCovariance { index, value: rest[index][index] }),
        None => Ok(columns),
    }
}

/// Subtracts the part of a matrix that row `k` explains, and returns its factor.
fn eliminate(rest: &mut [Vec<f64>], k: usize) -> Vec<f64> {
    let root = rest[k][k].sqrt();
    let column: Vec<f64> = rest.iter().map(|row| row[k] / root).collect();
    for (row, x) in rest.iter_mut().zip(&column) {
        row.iter_mut().zip(&column).for_each(|(entry, y)| *entry -= x * y);
        row[k] = 0.0;
    }
    rest[k].fill(0.0);
    column
}

/// `min over orthogonal Q of |S - T Q|_F^2` for matrices given by columns.
///
/// With `T^T S V = U D` by rotations `V` that make its columns orthogonal, the best `Q` is `U V^T`:
/// `|S V - T U|_F^2`, column by column; where `D` is zero, columns of `S V` and what is left of `T`
/// count alone.
fn procrustes(s: &[Vec<f64>], t: &[Vec<f64>], d: usize) -> f64 {
    let mut rotated = s.to_vec();
    let mut products: Vec<Vec<f64>> =
        s.iter().map(|s| t.iter().map(|t| real::dot(t, s)).collect()).collect();
    make_orthogonal(&mut products, &mut rotated);
    let mut terms = Vec::with_capacity(2 * d + 1);
    let largest = products.iter().fold(0.0_f64, |largest, m| largest.max(real::dot(m, m))).sqrt();
    let mut directions: Vec<Vec<f64>> = Vec::new();
    for (product, s) in products.iter().zip(&rotated) {
        let size = real::dot(product, product).sqrt();
        if size <= 1e-15 * largest {
            terms.push(real::dot(s, s));
            continue;
        }
        let direction: Vec<f64> = product.iter().map(|x| x / size).collect();
        let difference: Vec<f64> = (0..d)
            .map(|row| s[row] - t.iter().zip(&direction).map(|(t, u)| t[row] * u).sum::<f64>())
            .collect();
        terms.push(real::dot(&difference, &difference));
        directions.push(direction);
    }
    // Rows of T, without their parts along the directions used.
    if directions.len() < d {
        for row in 0..d {
            let mut left: Vec<f64> = t.iter().map(|t| t[row]).collect();
            for direction in &directions {
                let along = real::dot(&left, direction);
                left.iter_mut().zip(direction).for_each(|(x, u)| *x -= along * u);
            }
            terms.push(real::dot(&left, &left));
        }
    }
    real::sum(&terms)
}

/// Rotates pairs of columns until all are orthogonal, and the columns of `with` likewise.
fn make_orthogonal(columns: &mut [Vec<f64>], with: &mut [Vec<f64>]) {
    for _ in 0..SWEEPS {
        let mut rotated = false;
        for i in 0..columns.len() {
            for j in i + 1..columns.len() {
                let (a, b) =
                    (real::dot(&columns[i], &columns[i]), real::dot(&columns[j], &columns[j]));
                let c = real::dot(&columns[i], &columns[j]);
                if c.abs() <= ORTHOGONAL * (a * b).sqrt() || c == 0.0 {
                    continue;
                }
                rotated = true;
                let zeta = (b - a) / (2.0 * c);
                let size = 1.0 / (zeta.abs() + (1.0 + zeta * zeta).sqrt());
                let tangent = if zeta < 0.0 { -size } else { size };
                let cosine = 1.0 / (1.0 + tangent * tangent).sqrt();
                rotate(columns, i, j, cosine, cosine * tangent);
                rotate(with, i, j, cosine, cosine * tangent);
            }
        }
        if !rotated {
            return;
        }
    }
}

fn rotate(columns: &mut [Vec<f64>], i: usize, j: usize, cosine: f64, sine: f64) {
    let (left, right) = columns.split_at_mut(j);
    for (x, y) in left[i].iter_mut().zip(&mut right[0]) {
        (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diagonal(variances: &[f64]) -> Matrix {
        let d = variances.len();
        let entry = |k: usize| if k / d == k % d { variances[k / d] } else { 0.0 };
        Matrix::new(d, d, (0..d * d).map(entry).collect())
    }

    #[test]
    fn commuting_covariances_differ_by_their_roots() {
        let (a, b) = (diagonal(&[4.0, 1.0, 0.0]), diagonal(&[1.0, 9.0, 0.25]));
        let w = gelbrich_squared([&[0.0; 3], &[1.0, 0.0, 2.0]], [&a, &b]).unwrap();
        assert!((w - (5.0 + 1.0 + 4.0 + 0.25)).abs() < 1e-14, "{w}");
        let zero = diagonal(&[0.0; 3]);
        let w = gelbrich_squared([&[0.0; 3]; 2], [&a, &zero]).unwrap();
        assert!((w - 5.0).abs() < 1e-14, "{w}");
    }

    #[test]
    fn planes_turned_against_each_other() {
        // Rank one in directions at angle phi: tr A + tr B - 2 |cos phi| sqrt(tr A tr B).
        let (c, s) = (0.6, 0.8);
        let a = diagonal(&[4.0, 0.0]);
        let b = Matrix::new(2, 2, vec![9.0 * c * c, 9.0 * c * s, 9.0 * c * s, 9.0 * s * s]);
        let w = gelbrich_squared([&[0.0; 2]; 2], [&a, &b]).unwrap();
        assert!((w - (4.0 + 9.0 - 12.0 * c)).abs() < 1e-12, "{w}");
    }

    #[test]
    fn nearly_equal_laws_keep_their_digits() {
        let delta = 1e-9;
        let (a, b) = (diagonal(&[1.0, 2.0]), diagonal(&[(1.0 + delta) * (1.0 + delta), 2.0]));
        let w = gelbrich_squared([&[0.0; 2]; 2], [&a, &b]).unwrap();
        assert!((w.sqrt() / delta - 1.0).abs() < 1e-6, "{w}");
        assert!(gelbrich_squared([&[0.0; 2]; 2], [&a, &a]).unwrap() < 1e-30);
    }

    #[test]
    fn what_is_no_covariance_is_named() {
        let good = diagonal(&[1.0, 1.0]);
        let means: [&[f64]; 2] = [&[0.0; 2]; 2];
        for entries in [
            vec![1.0, 0.5, 0.4, 1.0],
            vec![1.0, 2.0, 2.0, 1.0],
            vec![-1.0, 0.0, 0.0, 1.0],
            vec![0.0, 1.0, 1.0, 0.0],
            vec![f64::NAN, 0.0, 0.0, 1.0],
        ] {
            let bad = Matrix::new(2, 2, entries);
            assert!(gelbrich_squared(means, [&good, &bad]).is_err(), "{bad:?}");
            assert!(gelbrich_squared(means, [&bad, &good]).is_err());
        }
        assert!(gelbrich_squared([&[0.0; 2], &[0.0; 3]], [&good, &good]).is_err());
        assert!(gelbrich_squared([&[], &[]], [&good, &good]).is_err());
    }
}
