//! The exponential of a matrix by scaling, a Padé approximant and squaring.

use maruyama_dynamics::linear_algebra::Matrix;

use crate::matrix::{Lu, MatrixError, combine, identity, product};

/// Coefficients `b_0 .. b_13` of the numerator of the diagonal approximant of order 13.
const PADE: [f64; 14] = [
    64_764_752_532_480_000.0,
    32_382_376_266_240_000.0,
    7_771_770_303_897_600.0,
    1_187_353_796_428_800.0,
    129_060_195_264_000.0,
    10_559_470_521_600.0,
    670_442_572_800.0,
    33_522_128_640.0,
    1_323_241_920.0,
    40_840_800.0,
    960_960.0,
    16_380.0,
    182.0,
    1.0,
];

/// Norm up to which the approximant of order 13 has the accuracy of double precision.
const LARGEST_NORM: f64 = 5.371_920_351_148_152;

/// `e^A` of `a`, `[n, n]`.
///
/// # Accuracy
/// Backward error of about 1e-16 `|A|`.
///
/// # Errors
/// If `a` holds an entry that is not finite.
///
/// # Source
/// Higham, "The scaling and squaring method for the matrix exponential revisited", SIAM J. Matrix
/// Anal. Appl. 26(4), 2005, algorithm 2.3 with the order 13 alone.
///
/// # Panics
/// If `a` is not square.
pub fn expm(a: &Matrix) -> Result<Matrix, MatrixError> {
    let norm = row_norm(a);
    if !norm.is_finite() {
        return Err(MatrixError::NotFinite);
    }
    let (mut scale, mut squarings) = (1.0, 0);
    while norm * scale > LARGEST_NORM {
        scale *= 0.5;
        squarings += 1;
    }
    let mut power = approximant(&combine(scale, a, 0.0, a))?;
    for _ in 0..squarings {
        power = product(&power, &power);
    }
    Ok(power)
}

/// The largest sum of absolute entries of a row; not finite if an entry is not.
pub(crate) fn row_norm(a: &Matrix) -> f64 {
    let sums = a.rows().map(|row| row.iter().map(|entry| entry.abs()).sum::<f64>());
    // NaN stays, which f64::max would drop.
    sums.fold(0.0, |largest, sum| if sum > largest || sum.is_nan() { sum } else { largest })
}

/// `(V − U)⁻¹ (V + U)` with the odd part `U` and the even part `V` of the numerator at `a`.
fn approximant(a: &Matrix) -> Result<Matrix, MatrixError> {
    let eye = identity(a.n_rows());
    let a2 = product(a, a);
    let a4 = product(&a2, &a2);
    let a6 = product(&a4, &a2);
    let half = |shift: usize| {
        let top = combine(PADE[12 + shift], &a6, PADE[10 + shift], &a4);
        let top = combine(1.0, &top, PADE[8 + shift], &a2);
        let low = combine(PADE[6 + shift], &a6, PADE[4 + shift], &a4);
        let low = combine(1.0, &low, PADE[2 + shift], &a2);
        let sum = combine(1.0, &product(&a6, &top), 1.0, &low);
        combine(1.0, &sum, PADE[shift], &eye)
    };
    let odd = product(a, &half(1));
    let even = half(0);
    let denominator = Lu::new(&combine(1.0, &even, -1.0, &odd))?;
    Ok(denominator.solve_matrix(&combine(1.0, &even, 1.0, &odd)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use maruyama_dynamics::real;

    #[test]
    fn exponential_of_a_rotation_and_of_a_nilpotent_matrix() {
        for angle in [0.3, 4.0, 40.0] {
            let turn = expm(&Matrix::new(2, 2, vec![0.0, -angle, angle, 0.0])).unwrap();
            assert!((turn.row(0)[0] - real::cos(angle)).abs() < 1e-13);
            assert!((turn.row(1)[0] - real::sin(angle)).abs() < 1e-13);
        }
        let nilpotent = Matrix::new(3, 3, vec![0.0, 7.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0]);
        let power = expm(&nilpotent).unwrap();
        assert!((power.row(0)[2] - 7.0).abs() < 1e-14);
    }

    #[test]
    fn exponential_of_the_opposite_is_the_inverse() {
        let entries = (0..16).map(|i| real::sin(f64::from(3 * i + 1))).collect();
        let a = Matrix::new(4, 4, entries);
        let there = expm(&a).unwrap();
        let back = expm(&combine(-1.0, &a, 0.0, &a)).unwrap();
        let round = combine(1.0, &product(&there, &back), -1.0, &identity(4));
        assert!(row_norm(&round) < 1e-14);
    }

    #[test]
    fn entries_that_are_not_finite_are_refused() {
        let a = Matrix::new(1, 1, vec![f64::INFINITY]);
        assert_eq!(expm(&a), Err(MatrixError::NotFinite));
        let a = Matrix::new(2, 2, vec![f64::NAN, 0.0, 0.0, 1.0]);
        assert_eq!(expm(&a), Err(MatrixError::NotFinite));
    }
}
