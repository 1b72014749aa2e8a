//! Eigenvalues of symmetric tridiagonal matrices by counting sign changes.

/// Eigenvalue number `idx` from below, from 0, of the symmetric tridiagonal matrix with the given
/// `diagonal`, `[n]`, and squares of the entries beside it, `[n − 1]`.
///
/// # Accuracy
/// Bisection to the last bit; absolute error of a few units in the last place of the largest entry.
///
/// # Source
/// Barth, Martin & Wilkinson, "Calculation of the eigenvalues of a symmetric tridiagonal matrix by
/// the method of bisection", Numer. Math. 9, 1967.
///
/// # Panics
/// If `idx` is not below `n`, or the lengths do not fit.
#[must_use]
pub fn tridiagonal_eigenvalue(diagonal: &[f64], squares: &[f64], idx: usize) -> f64 {
    assert!(idx < diagonal.len(), "one eigenvalue for each row");
    assert_eq!(squares.len() + 1, diagonal.len(), "one entry between two rows");
    let radius = |i: usize| {
        let left = if i == 0 { 0.0 } else { squares[i - 1].sqrt() };
        left + squares.get(i).map_or(0.0, |square| square.sqrt())
    };
    let rows = || diagonal.iter().enumerate();
    let mut low = rows().fold(f64::INFINITY, |low, (i, d)| low.min(d - radius(i)));
    let mut high = rows().fold(f64::NEG_INFINITY, |high, (i, d)| high.max(d + radius(i)));
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || high <= middle {
            return middle;
        }
        if count_below(diagonal, squares, middle) > idx {
            high = middle;
        } else {
            low = middle;
        }
    }
}

/// Number of eigenvalues below `x`.
fn count_below(diagonal: &[f64], squares: &[f64], x: f64) -> usize {
    let mut count = 0;
    let mut pivot = 1.0;
    for (i, d) in diagonal.iter().enumerate() {
        let coupling = if i == 0 { 0.0 } else { squares[i - 1] / pivot };
        pivot = d - x - coupling;
        if pivot == 0.0 {
            pivot = f64::MIN_POSITIVE;
        }
        count += usize::from(pivot < 0.0);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_differences_have_their_eigenvalues() {
        // 2 − 2 cos(k pi/(n+1)), k = 1..n; for n = 5 the cosines are sqrt(3)/2, 1/2, 0, ...
        let root = 3.0_f64.sqrt();
        let expected = [2.0 - root, 1.0, 2.0, 3.0, 2.0 + root];
        for (idx, expected) in expected.into_iter().enumerate() {
            let value = tridiagonal_eigenvalue(&[2.0; 5], &[1.0; 4], idx);
            assert!((value - expected).abs() < 1e-14, "{idx}: {value}");
        }
        assert!((tridiagonal_eigenvalue(&[3.5], &[], 0) - 3.5).abs() < 1e-15);
    }
}
