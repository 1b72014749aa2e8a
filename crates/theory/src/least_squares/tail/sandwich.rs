//! Two-sided bounds of the tail exponent in any dimension.
//!
//! ```text
//! sup_Q min_u p_Q(u) ≤ alpha ≤ inf_Q max_u p_Q(u)
//! ```
//!
//! For each `Q` the functions `|Q eta|^p` show that moments below `min_u p_Q` are finite and that
//! those above `max_u p_Q` are not.

use crate::least_squares::error::positive;
use crate::least_squares::tail::certificate::is_nonnegative;
use crate::least_squares::tail::quotient::{Quotient, Setting};
use crate::least_squares::tail::search::{Search, Side};
use crate::least_squares::{LeastSquares, LeastSquaresError};

/// Fractions by which a certified bound gives way, the first that suffices.
const SLACKS: [f64; 4] = [1e-8, 1e-6, 1e-5, 1e-4];

/// Bounds of the tail exponent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TailSandwich {
    /// Lower bound of `alpha`; below zero it says nothing.
    pub lower: f64,
    /// Upper bound of `alpha`, `+inf` if every norm leaves a direction without noise.
    pub upper: f64,
    /// Whether both are proved up to rounding: always for one feature, for two after the extreme was
    /// confirmed on the whole circle; for three or more the extremes over the sphere are those that
    /// a search has found.
    pub certified: bool,
}

/// The lower bound `min_u p_I(u)` of the Euclidean norm, found by the same search and not certified.
///
/// # Errors
/// If the step size is not positive.
pub fn pointwise_lower_bound(
    problem: &LeastSquares,
    step_size: f64,
) -> Result<f64, LeastSquaresError> {
    positive("step size", step_size)?;
    let setting = Setting::new(problem, step_size);
    let d = problem.dim();
    let search = Search::new(&setting, Side::Lower);
    Ok(search.extreme(&vec![0.0; d * (d + 1) / 2 - 1]).0)
}

/// The bounds after a search over `Q`.
///
/// # Errors
/// If the step size is not positive, or if the bounds of two features fail to be certified.
///
/// # Source
/// Itô's formula for `|Q eta|^p`; Nelder and Mead's simplex over the triangular factors of `QᵀQ`.
pub fn tail_sandwich(
    problem: &LeastSquares,
    step_size: f64,
) -> Result<TailSandwich, LeastSquaresError> {
    positive("step size", step_size)?;
    let setting = Setting::new(problem, step_size);
    let d = problem.dim();
    let bound = |side: Side| {
        let (found, norm) = Search::new(&setting, side).best();
        if d == 2 && found.is_finite() {
            certify(&Quotient::new(&setting, &norm), found, side)
        } else {
            Ok(found)
        }
    };
    Ok(TailSandwich { lower: bound(Side::Lower)?, upper: bound(Side::Upper)?, certified: d <= 2 })
}

/// `bound` with the least slack that lets it be proved on the whole circle:
/// `±[numerator |Q v|² − (bound − 2) denominator] ≥ 0`.
fn certify(quotient: &Quotient, bound: f64, side: Side) -> Result<f64, LeastSquaresError> {
    for slack in SLACKS {
        let eased = bound - side.sign() * slack * (1.0 + bound.abs());
        let form = |v: &[f64]| {
            let (numerator, norm, denominator) = quotient.parts(v);
            side.sign() * (numerator * norm - (eased - 2.0) * denominator)
        };
        if is_nonnegative(form) {
            return Ok(eased);
        }
    }
    Err(LeastSquaresError::NotCertified { bound })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::least_squares::reference::{assert_close, d1, d3};

    /// The reference's bounds to its own accuracy, or better ones, around the exact value.
    fn check(problem: &LeastSquares, gamma: f64, alpha: Option<f64>, bounds: [f64; 2]) {
        let found = tail_sandwich(problem, gamma).unwrap();
        assert!(found.lower >= bounds[0] * (1.0 - 2e-3), "{gamma}: {found:?}");
        assert!(found.upper <= bounds[1] * (1.0 + 2e-3), "{gamma}: {found:?}");
        assert!(found.lower <= found.upper);
        if let Some(alpha) = alpha {
            assert!(found.lower <= alpha && alpha <= found.upper, "{alpha} in {found:?}");
            assert!(found.certified);
        }
    }

    #[test]
    fn bounds_of_two_features_match_the_reference() {
        check(&d1(), 0.15, Some(24.863_999_343_3), [24.863_294_117_5, 24.899_312_755_1]);
        check(&d1(), 0.3, Some(12.902_354_849_5), [12.901_077_297_9, 12.923_062_138]);
        check(&d1(), 0.6, Some(6.917_510_081_66), [6.904_453_187_12, 6.919_727_898_89]);
        check(&d1(), 1.5, Some(3.294_288_964_09), [3.225_461_898_46, 3.306_590_574_01]);
    }

    #[test]
    fn bounds_of_three_features_match_the_reference() {
        let p = LeastSquares::gaussian(&[2.0, 1.0, 0.5], 0.7).unwrap();
        check(&p, 0.1, None, [5.901_314_524_25, 5.933_194_666_7]);
        check(&p, 0.3, None, [2.447_226_905_91, 2.493_727_734]);
    }

    #[test]
    fn pointwise_bounds_match_the_reference() {
        let cases = [
            (0.15, 24.584_245_734_2),
            (0.3, 12.624_753_172_6),
            (0.6, 6.644_763_531_04),
            (1.5, 3.055_524_623_7),
        ];
        for (gamma, expected) in cases {
            assert_close(pointwise_lower_bound(&d1(), gamma).unwrap(), expected, 2e-5);
        }
        let p = LeastSquares::gaussian(&[1.0, 0.25], 1.0).unwrap();
        let cases = [(0.2, 5.875), (0.4, 3.375), (0.6, 2.541_666_666_67), (1.0, 1.875)];
        for (gamma, expected) in cases {
            assert_close(pointwise_lower_bound(&p, gamma).unwrap(), expected, 1e-9);
        }
    }

    #[test]
    fn one_feature_and_isotropic_features_leave_no_gap() {
        let line = tail_sandwich(&d3(), 2.0).unwrap();
        assert_close(line.lower, 2.840_245_366_05, 1e-11);
        assert_eq!(line.lower, line.upper);
        let p = LeastSquares::rotation_invariant(3, 1.0, 1.0, 1.0).unwrap();
        let found = tail_sandwich(&p, 0.2).unwrap();
        assert_close(found.lower, 5.0, 1e-6);
        assert_close(found.upper, 5.0, 1e-6);
    }
}
