//! The three scalar functions of the Hessian-aware equation.
//!
//! ```text
//! phi(a) = log(1 − a)/a,   h(s) = s/(1 − e^−s),   psi(z) = (e^z − 1)/z
//! phi(0) = −1,             h(0) = 1,              psi(0) = 1
//! ```

use crate::real;

/// `phi(a) = log(1 − a)/a`, the factor of the gradient in the drift, at `a = eta lambda < 1`.
///
/// Negative everywhere; −∞ at `a = 1` and NaN beyond, which callers refuse.
///
/// # Accuracy
/// Two units in the last place, also near 0.
///
/// # Source
/// Li, Shen, Zhang & He, arXiv 2405.18373, the drift `U log(I − eta Lambda)/(eta Lambda) Uᵀ grad f`;
/// Rosca et al., arXiv 2302.01952, for the principal flow.
#[must_use]
pub fn drift_factor(a: f64) -> f64 {
    if a == 0.0 { -1.0 } else { real::ln_1p(-a) / a }
}

/// `h(s) = s/(1 − e^−s)`, the factor of the noise at `s = alpha_i + alpha_j`; positive and
/// increasing.
///
/// # Accuracy
/// Two units in the last place, also near 0.
///
/// # Source
/// arXiv 2405.18373: a quadratic objective forces the diffusion `eta Sigma_ij h(alpha_i + alpha_j)`,
/// which we derived from the exactness that the paper states.
#[must_use]
pub fn diffusion_factor(s: f64) -> f64 {
    if s == 0.0 { 1.0 } else { -s / real::expm1(-s) }
}

/// `psi(z) = (e^z − 1)/z`, the mean of `e^{zs}` over `s` in `[0, 1]`.
///
/// # Accuracy
/// Two units in the last place, also near 0.
#[must_use]
pub fn mean_exponential(z: f64) -> f64 {
    if z == 0.0 { 1.0 } else { real::expm1(z) / z }
}

/// `alpha(a) = −log(1 − a)`, the contraction in one step, at `a = eta lambda < 1`.
#[must_use]
pub fn contraction(a: f64) -> f64 {
    -real::ln_1p(-a)
}

/// The coefficient `k! l!/(k + l + 1)!` of `(eta H)^k Sigma (eta H)^l` in the power series of the
/// diffusion over `eta`, which converges for `|eta H| < 1`.
///
/// # Source
/// The expansion of `integral_0^1 (I − t eta H)⁻¹ Sigma (I − (1 − t) eta H)⁻¹ dt`, ours.
#[must_use]
pub fn series_coefficient(k: u32, l: u32) -> f64 {
    let (few, many) = (k.min(l), k.max(l));
    // k! l!/(k + l)! is the product of j/(many + j) over j = 1 ..= few.
    let ratio = (1..=few).fold(1.0, |c, j| c * f64::from(j) / f64::from(many + j));
    ratio / (f64::from(k) + f64::from(l) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_continuous_at_zero() {
        for (f, at_zero, slope) in [
            (drift_factor as fn(f64) -> f64, -1.0, -0.5),
            (diffusion_factor, 1.0, 0.5),
            (mean_exponential, 1.0, 0.5),
        ] {
            assert_eq!(f(0.0), at_zero);
            for x in [1e-3, -1e-3, 1e-8, -1e-8, 1e-300, -1e-300] {
                assert!((f(x) - at_zero - slope * x).abs() <= 0.34 * x * x + 3e-16, "{x}");
            }
        }
    }

    #[test]
    fn diffusion_factor_is_one_where_the_contractions_cancel() {
        // (1 − a)(1 − b) = 1 at a = 0.5, b = −1.
        let s = contraction(0.5) + contraction(-1.0);
        assert!((diffusion_factor(s) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn diffusion_factor_has_its_limits() {
        assert_eq!(diffusion_factor(800.0), 800.0);
        assert_eq!(diffusion_factor(-800.0), 0.0);
        assert!((diffusion_factor(3.0) - diffusion_factor(-3.0) - 3.0).abs() < 1e-15);
    }

    #[test]
    fn powers_sum_to_the_closed_form() {
        let (a, b): (f64, f64) = (0.3, -0.45);
        let mut sum = 0.0;
        let mut power_a = 1.0;
        for k in 0..80 {
            let mut power = power_a;
            for l in 0..80 {
                sum += series_coefficient(k, l) * power;
                power *= b;
            }
            power_a *= a;
        }
        assert!((sum - diffusion_factor(contraction(a) + contraction(b))).abs() < 1e-14);
    }
}
