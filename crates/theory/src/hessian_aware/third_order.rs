//! The drift of third order from products with the Hessian at shifted points.
//!
//! ```text
//! T[g, g] = d/de H(x + e g) g at e = 0,   T:Sigma = sum_r d/de H(x + e v_r) v_r,
//! Sigma = sum_r v_r v_rᵀ
//! ```

use maruyama_dynamics::real;

use crate::hessian_aware::error::{HessianAwareError, finite, positive};

/// A product `H(x) v`: the point, the vector, and where the product is written.
pub type HessianAt<'a> = &'a dyn Fn(&[f64], &[f64], &mut [f64]);

/// `eta² (−T[g, g]/12 + T:Sigma/4)`, `[dim]`, which the Hessian-aware drift lacks for third order.
///
/// # Arguments
/// * `hessian`: products with the Hessian at any point near `point`
/// * `point`: `x`, `[dim]`
/// * `gradient`: `g`, `[dim]`
/// * `noise`: vectors `v_r`, `[dim]` each, with `sum_r v_r v_rᵀ = Sigma`
/// * `step_size`: `eta`
/// * `shift`: length of the shifted vectors in the differences, as 1e-3 for a smooth objective of
///   unit scale
///
/// # Accuracy
/// Central differences: errors of about `shift²` times fifth derivatives.
///
/// # Source
/// The expansion of the generator, ours; two products with the Hessian for each vector.
///
/// # Errors
/// If the step size or shift is not positive, or a product is not finite.
///
/// # Panics
/// If the dimensions differ.
pub fn third_order_drift(
    hessian: HessianAt<'_>,
    point: &[f64],
    gradient: &[f64],
    noise: &[Vec<f64>],
    step_size: f64,
    shift: f64,
) -> Result<Vec<f64>, HessianAwareError> {
    positive("the step size", step_size)?;
    positive("the shift", shift)?;
    let square = step_size * step_size;
    let mut drift = vec![0.0; point.len()];
    let all = noise.iter().map(|v| (0.25, v.as_slice()));
    for (weight, v) in std::iter::once((-1.0 / 12.0, gradient)).chain(all) {
        let length = real::dot(v, v).sqrt();
        if length == 0.0 {
            continue;
        }
        let mut products = [vec![0.0; v.len()], vec![0.0; v.len()]];
        for (product, sign) in products.iter_mut().zip([1.0, -1.0]) {
            let mut moved = point.to_vec();
            real::add_scaled(&mut moved, sign * shift / length, v);
            hessian(&moved, v, product);
        }
        let scale = square * weight * length / (2.0 * shift);
        real::add_scaled(&mut drift, scale, &products[0]);
        real::add_scaled(&mut drift, -scale, &products[1]);
    }
    finite("a product with the Hessian", &drift)?;
    Ok(drift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cubic_form_has_its_third_derivatives() {
        // f = (a·x)³/6: H(x) v = a (a·x) (a·v), T:S = a (aᵀ S a).
        let a = [2.0, -1.0, 0.5];
        let hessian = |x: &[f64], v: &[f64], out: &mut [f64]| {
            let scale = real::dot(&a, x) * real::dot(&a, v);
            for (entry, direction) in out.iter_mut().zip(a) {
                *entry = scale * direction;
            }
        };
        let gradient = [0.3, 0.1, -1.0];
        let noise = vec![vec![1.0, 0.0, 0.0], vec![0.0, 1.0, 2.0], vec![0.0; 3]];
        let found =
            third_order_drift(&hessian, &[0.4, 0.2, 0.1], &gradient, &noise, 0.2, 1e-3).unwrap();
        // a·g = 0, a·v = 2 and 0: only the first noise vector counts.
        for (value, direction) in found.iter().zip(a) {
            assert!((value - 0.04 * 0.25 * 4.0 * direction).abs() < 1e-12, "{value}");
        }
        let steep = third_order_drift(&hessian, &[0.0; 3], &[1.0, 0.0, 0.0], &[], 0.2, 1e-3);
        assert!((steep.unwrap()[0] + 0.04 / 12.0 * 8.0).abs() < 1e-12);
        assert!(third_order_drift(&hessian, &[0.0; 3], &[1.0; 3], &[], 0.2, 0.0).is_err());
    }
}
