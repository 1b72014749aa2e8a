//! Tridiagonal systems and eigenvalues.

use crate::matrix::MatrixError;

/// The solution of a tridiagonal system by elimination without pivoting, `[n]`.
///
/// Stable where each column is dominated by its diagonal entry, as in implicit steps of equations
/// that conserve mass.
///
/// # Arguments
/// * `lower`: entries `(i + 1, i)`, `[n − 1]`
/// * `diagonal`: entries `(i, i)`, `[n]`
/// * `upper`: entries `(i, i + 1)`, `[n − 1]`
/// * `rhs`: right-hand side, `[n]`
///
/// # Errors
/// If a pivot is zero or not finite.
///
/// # Panics
/// If the shapes disagree.
pub fn solve_tridiagonal(
    lower: &[f64],
    diagonal: &[f64],
    upper: &[f64],
    rhs: &[f64],
) -> Result<Vec<f64>, MatrixError> {
    let n = diagonal.len();
    assert_eq!((lower.len() + 1, upper.len() + 1, rhs.len()), (n, n, n), "a tridiagonal system");
    let mut pivots = diagonal.to_vec();
    let mut x = rhs.to_vec();
    for i in 0..n {
        if i > 0 {
            let factor = lower[i - 1] / pivots[i - 1];
            pivots[i] -= factor * upper[i - 1];
            x[i] -= factor * x[i - 1];
        }
        if pivots[i] == 0.0 || !pivots[i].is_finite() {
            return Err(MatrixError::Singular { pivot: i, n });
        }
    }
    for i in (0..n).rev() {
        let rest = if i + 1 < n { upper[i] * x[i + 1] } else { 0.0 };
        x[i] = (x[i] - rest) / pivots[i];
    }
    Ok(x)
}

/// Eigenvalue number `idx`, the smallest being number 0, of the symmetric tridiagonal matrix with
/// the given diagonal, `[n]`, and off-diagonal entries, `[n − 1]`; by bisection on the number of
/// negative pivots of `A − x I`.
///
/// # Accuracy
/// About 1e-16 of the largest sum of absolute entries of a row.
///
/// # Source
/// Golub & Van Loan, "Matrix computations", 4th edition, section 8.4.1 (Sturm sequences).
///
/// # Panics
/// If the shapes disagree or `idx` is not below `n`.
#[must_use]
pub fn symmetric_tridiagonal_eigenvalue(diagonal: &[f64], off: &[f64], idx: usize) -> f64 {
    let n = diagonal.len();
    assert_eq!(off.len() + 1, n, "one off-diagonal entry between two diagonal ones");
    assert!(idx < n, "eigenvalue {idx} of {n}");
    let radius = |i: usize| {
        let left = if i > 0 { off[i - 1].abs() } else { 0.0 };
        left + if i + 1 < n { off[i].abs() } else { 0.0 }
    };
    let mut low = (0..n).fold(f64::INFINITY, |least, i| least.min(diagonal[i] - radius(i)));
    let mut high = (0..n).fold(f64::NEG_INFINITY, |most, i| most.max(diagonal[i] + radius(i)));
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || high <= middle {
            return middle;
        }
        if eigenvalues_below(diagonal, off, middle) > idx {
            high = middle;
        } else {
            low = middle;
        }
    }
}

/// Number of eigenvalues below `x`.
fn eigenvalues_below(diagonal: &[f64], off: &[f64], x: f64) -> usize {
    let mut pivot = 1.0;
    let mut count = 0;
    for (i, entry) in diagonal.iter().enumerate() {
        let square = if i > 0 { off[i - 1] * off[i - 1] } else { 0.0 };
        pivot = entry - x - square / pivot;
        if pivot.abs() < f64::MIN_POSITIVE {
            pivot = -f64::MIN_POSITIVE;
        }
        count += usize::from(pivot < 0.0);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use maruyama_dynamics::real;

    #[test]
    fn a_small_system_matches_its_solution() {
        let x = solve_tridiagonal(&[1.0, 1.0], &[4.0, 5.0, 3.0], &[1.0, 2.0], &[6.0, 17.0, 11.0]);
        for (value, expected) in x.unwrap().iter().zip([1.0, 2.0, 3.0]) {
            assert!((value - expected).abs() < 1e-15);
        }
        assert!(solve_tridiagonal(&[], &[0.0], &[], &[1.0]).is_err());
    }

    #[test]
    fn eigenvalues_of_the_discrete_laplacian() {
        let n = 12;
        let (diagonal, off) = (vec![2.0; n], vec![-1.0; n - 1]);
        for idx in 0..n {
            let sine = real::sin((idx + 1) as f64 * std::f64::consts::PI / (2 * n + 2) as f64);
            let found = symmetric_tridiagonal_eigenvalue(&diagonal, &off, idx);
            assert!((found - 4.0 * sine * sine).abs() < 1e-14);
        }
    }
}
