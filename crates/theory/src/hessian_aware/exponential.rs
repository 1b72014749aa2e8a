//! The exponential of a linear map applied to a vector, by Taylor polynomials on short times.

use maruyama_dynamics::real;

use crate::hessian_aware::error::HessianAwareError;

/// Norm of the map times the length of a piece; terms grow to about `e^6` before they fall.
const PIECE: f64 = 6.0;

/// Terms after which a piece is given up: `6^k/k!` is below 1e-17 from `k = 37` on.
const MAX_TERMS: usize = 120;

/// Size of a term, relative to the sum, at which the series ends.
const NEGLIGIBLE: f64 = 1e-18;

/// `e^{t A} v` `[n]` for the map `apply: v -> A v`.
///
/// # Arguments
/// * `apply`: writes `A v` into its second argument
/// * `norm`: a bound of `|A|`, or an estimate; a low one costs accuracy, a high one time
/// * `time`: `t`, of either sign
///
/// # Accuracy
/// Rounding errors of about 1e-13 of `|v|` where `e^{s A}` does not grow.
///
/// # Source
/// Al-Mohy & Higham, SIAM J. Sci. Comput. 33(2), 2011, with pieces of a fixed length.
///
/// # Errors
/// If a series does not converge within 120 terms, as under a norm far too low, or overflows.
pub fn exponential_times(
    apply: &dyn Fn(&[f64], &mut [f64]),
    norm: f64,
    time: f64,
    v: &[f64],
) -> Result<Vec<f64>, HessianAwareError> {
    let pieces = (norm * time.abs() / PIECE).ceil().max(1.0);
    if !pieces.is_finite() {
        return Err(HessianAwareError::NotFinite { what: "a norm or a time" });
    }
    let step = time / pieces;
    let mut sum = v.to_vec();
    let mut image = vec![0.0; v.len()];
    for _ in 0..pieces as u64 {
        let mut term = sum.clone();
        let mut settled = false;
        for k in 1..=MAX_TERMS {
            apply(&term, &mut image);
            for (entry, value) in term.iter_mut().zip(&image) {
                *entry = step / k as f64 * value;
            }
            real::add_scaled(&mut sum, 1.0, &term);
            // Two small terms: a single one may vanish by chance.
            let small = largest(&term) <= NEGLIGIBLE * largest(&sum);
            if small && settled {
                break;
            }
            settled = small;
        }
        if !settled {
            let change = largest(&term);
            return Err(HessianAwareError::NotSettled { what: "a series", change });
        }
    }
    Ok(sum)
}

/// The largest magnitude, NaN if an entry is NaN.
fn largest(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |m: f64, e| if e.is_nan() { *e } else { m.max(e.abs()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::expm;
    use maruyama_dynamics::linear_algebra::Matrix;

    #[test]
    fn agrees_with_the_dense_exponential() {
        let n = 6;
        let entries = (0..n * n).map(|i| 2.0 * real::sin((3 * i + 1) as f64)).collect();
        let a = Matrix::new(n, n, entries);
        let apply = |v: &[f64], out: &mut [f64]| out.copy_from_slice(&a.times(v));
        let v: Vec<f64> = (0..n).map(|i| real::cos(i as f64)).collect();
        let dense = expm(&a).unwrap().times(&v);
        for (x, y) in exponential_times(&apply, 12.0, 1.0, &v).unwrap().iter().zip(&dense) {
            assert!((x - y).abs() < 1e-12 * largest(&dense), "{x} vs {y}");
        }
        let back = exponential_times(&apply, 12.0, -1.0, &dense).unwrap();
        assert!((back[3] - v[3]).abs() < 1e-10);
    }

    #[test]
    fn fast_decay_keeps_its_size() {
        let apply = |v: &[f64], out: &mut [f64]| {
            out[0] = -400.0 * v[0];
            out[1] = -v[1];
        };
        let x = exponential_times(&apply, 400.0, 2.0, &[1.0, 1.0]).unwrap();
        assert!(x[0].abs() < 1e-15 && (x[1] - real::exp(-2.0)).abs() < 1e-13);
    }

    #[test]
    fn a_wrong_norm_is_noticed() {
        let apply = |v: &[f64], out: &mut [f64]| out[0] = 1e4 * v[0];
        assert!(exponential_times(&apply, 1.0, 1.0, &[1.0]).is_err());
        assert!(exponential_times(&apply, f64::NAN, 1.0, &[1.0]).is_err());
    }
}
