//! Tanh-sinh quadrature on an interval, for integrands that are singular at the ends.
//!
//! ```text
//! int_0^w f(s) ds = sum_j h f(s_j) w x'(t_j),   t_j = j h,
//! x(t) = 1 / (1 + exp(-pi sinh t))
//! ```

use std::sync::OnceLock;

use maruyama_dynamics::real;

/// Finest step in `t`; coarser levels use every second, fourth, ... node.
const FINEST_STEP: f64 = 1.0 / 64.0;
const COARSEST_STRIDE: usize = 16;
/// Beyond `t = 3.6` a node lies within 1e-24 of the end and its weight is below 1e-22.
const N_SIDE: usize = 230;

struct Node {
    /// Distance from the nearer end, as a fraction of the interval.
    near: f64,
    /// Distance from the farther end, as a fraction of the interval.
    far: f64,
    weight: f64,
}

/// Integral of `f` over an interval of length `width`.
///
/// # Arguments
/// * `f`: integrand as a function of the distances from the left and from the right end; of the
///   two, the smaller has full relative accuracy
///
/// # Accuracy
/// The step is halved until two sums agree to `1e-7` relative; the error of the finer sum is then
/// about its square.
///
/// # Source
/// Takahasi & Mori, "Double exponential formulas for numerical integration", Publ. RIMS 9, 1974.
pub(crate) fn integrate(width: f64, f: impl Fn(f64, f64) -> f64) -> f64 {
    let nodes = nodes();
    let pair = |j: usize| {
        let node = &nodes[j];
        let (near, far) = (width * node.near, width * node.far);
        if j == 0 {
            return node.weight * f(near, far);
        }
        node.weight * (f(near, far) + f(far, near))
    };
    let mut stride = COARSEST_STRIDE;
    let mut sum: f64 = (0..N_SIDE).step_by(stride).map(pair).sum();
    let mut estimate = sum * stride as f64;
    while stride > 1 {
        stride /= 2;
        sum += (stride..N_SIDE).step_by(2 * stride).map(pair).sum::<f64>();
        let finer = sum * stride as f64;
        let agreed = (finer - estimate).abs() <= 1e-7 * finer.abs();
        estimate = finer;
        if agreed && stride < COARSEST_STRIDE / 2 {
            break;
        }
    }
    estimate * FINEST_STEP * width
}

fn nodes() -> &'static [Node] {
    static NODES: OnceLock<Vec<Node>> = OnceLock::new();
    NODES.get_or_init(|| {
        (0..N_SIDE)
            .map(|j| {
                let t = j as f64 * FINEST_STEP;
                let e = real::exp(-std::f64::consts::PI * real::sinh(t));
                let far = 1.0 / (1.0 + e);
                let near = e * far;
                Node { near, far, weight: std::f64::consts::PI * real::cosh(t) * near * far }
            })
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integrals_with_singular_ends() {
        let root = integrate(2.0, |left, _| 1.0 / left.sqrt());
        assert!((root - 2.0 * 2.0_f64.sqrt()).abs() < 1e-11, "{root}");
        let log = integrate(1.0, |left, right| real::ln(left) * real::ln(right));
        let exact = 2.0 - std::f64::consts::PI * std::f64::consts::PI / 6.0;
        assert!((log - exact).abs() < 1e-12, "{log}");
    }

    #[test]
    fn a_narrow_peak_at_an_end_is_found() {
        let width = 1e-7;
        let value = integrate(1.0, |left, _| real::exp(-left / width));
        assert!((value / width - 1.0).abs() < 1e-10, "{value}");
    }
}
