//! Proof that a binary quartic form is non-negative, by subdivision in Bernstein's basis.
//!
//! A polynomial is non-negative on an interval where its Bernstein coefficients are.

use maruyama_dynamics::linear_algebra::Matrix;

use crate::matrix::Lu;

/// Halvings after which a form that is not yet proved non-negative counts as not.
const MAX_DEPTH: u32 = 48;

/// Coefficients below this fraction of the largest one are not told from zero.
const ROUNDING: f64 = 1e-14;

/// Whether the quartic form `h(c, s)` is non-negative on the plane.
///
/// Its five coefficients are found from its values at `(1, t)`, `t = −2 ..= 2`; what is proved, is
/// proved of the form with these coefficients, whose rounding errors are allowed for by asking for
/// Bernstein coefficients above 1e-14 of the largest.
pub fn is_nonnegative(h: impl Fn(&[f64]) -> f64) -> bool {
    let nodes = [-2.0, -1.0, 0.0, 1.0, 2.0];
    let powers = |t: f64| [1.0, t, t * t, t * t * t, t * t * t * t];
    let vandermonde = Matrix::new(5, 5, nodes.iter().flat_map(|t| powers(*t)).collect());
    let Ok(factors) = Lu::new(&vandermonde) else { return false };
    let values: Vec<f64> = nodes.iter().map(|t| h(&[1.0, *t])).collect();
    let mut coefficients = factors.solve(&values);
    let scale = coefficients.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
    // The directions with |s| ≤ |c|, then those with |c| ≤ |s|.
    let first = is_positive(bernstein(&coefficients), ROUNDING * scale, 0);
    coefficients.reverse();
    first && is_positive(bernstein(&coefficients), ROUNDING * scale, 0)
}

/// Bernstein coefficients on `[−1, 1]` of the polynomial with the given coefficients of powers, `[5]`.
fn bernstein(powers: &[f64]) -> [f64; 5] {
    // With t = 2x − 1: coefficients of x^k, then b_i = sum_{k ≤ i} C(i, k)/C(4, k) a_k.
    const CHOOSE: [[f64; 5]; 5] = [
        [1.0, 0.0, 0.0, 0.0, 0.0],
        [1.0, 1.0, 0.0, 0.0, 0.0],
        [1.0, 2.0, 1.0, 0.0, 0.0],
        [1.0, 3.0, 3.0, 1.0, 0.0],
        [1.0, 4.0, 6.0, 4.0, 1.0],
    ];
    let mut shifted = [0.0; 5];
    for (degree, coefficient) in powers.iter().enumerate() {
        let mut power_of_two = 1.0;
        for k in 0..=degree {
            let sign = if (degree - k) % 2 == 0 { 1.0 } else { -1.0 };
            shifted[k] += coefficient * CHOOSE[degree][k] * power_of_two * sign;
            power_of_two *= 2.0;
        }
    }
    let entry = |i: usize| (0..=i).map(|k| CHOOSE[i][k] / CHOOSE[4][k] * shifted[k]).sum();
    [entry(0), entry(1), entry(2), entry(3), entry(4)]
}

/// Whether the polynomial with these Bernstein coefficients is proved to be at least `margin`.
fn is_positive(b: [f64; 5], margin: f64, depth: u32) -> bool {
    if b.iter().all(|coefficient| *coefficient >= margin) {
        return true;
    }
    // The first and last coefficients are values.
    if b[0] < margin || b[4] < margin || depth == MAX_DEPTH {
        return false;
    }
    let mut row = b;
    let (mut left, mut right) = ([0.0; 5], [0.0; 5]);
    for k in 0..5 {
        left[k] = row[0];
        right[4 - k] = row[4 - k];
        for i in 0..4 - k {
            row[i] = f64::midpoint(row[i], row[i + 1]);
        }
    }
    is_positive(left, margin, depth + 1) && is_positive(right, margin, depth + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_just_above_and_below_zero_are_told_apart() {
        // (c² − 2 s²)² + e s⁴ touches zero at e = 0.
        let form = |e: f64| {
            move |u: &[f64]| {
                let (x, y) = (u[0] * u[0], u[1] * u[1]);
                (x - 2.0 * y) * (x - 2.0 * y) + e * y * y
            }
        };
        assert!(is_nonnegative(form(1e-9)));
        assert!(!is_nonnegative(form(-1e-9)));
        assert!(is_nonnegative(|u: &[f64]| {
            let square = u[0] * u[0] + u[1] * u[1];
            square * square
        }));
        assert!(!is_nonnegative(|u: &[f64]| u[0] * u[1] * u[1] * u[1]));
    }
}
