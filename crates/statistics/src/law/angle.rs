//! Tails of laws whose density in `theta = atan x` is a power of the cosine times a factor.
//!
//! ```text
//! p(theta) = cos(theta)^(nu - 1) factor(theta),   -pi/2 < theta < pi/2
//! P(X <= tan theta) = int_(-pi/2)^theta p
//! ```

use std::f64::consts::FRAC_PI_2;

use maruyama_dynamics::real;

use crate::special::quadrature::integrate;

/// `int p` from `-pi/2` to `atan x`.
///
/// # Arguments
/// * `x`: not far beyond the largest of the breaks, where the other tail keeps more digits
/// * `breaks`: increasing angles where `p` has a narrow peak or bends sharply
/// * `ln_density`: `ln p` from `ln cos(theta)` and `theta`
///
/// # Accuracy
/// About 1e-12 relative, as the quadrature's.
pub(crate) fn lower_tail(x: f64, breaks: &[f64], ln_density: impl Fn(f64, f64) -> f64) -> f64 {
    // The angle above -pi/2, without cancellation for negative x.
    let end = real::atan2(1.0, -x);
    let value = |above: f64| {
        let cos = real::sin(above);
        if cos > 0.0 { real::exp(ln_density(real::ln(cos), above - FRAC_PI_2)) } else { 0.0 }
    };
    let mut start = 0.0;
    let mut sum = 0.0;
    for stop in breaks.iter().map(|angle| angle + FRAC_PI_2).chain([end]) {
        let stop = stop.min(end);
        if stop > start {
            let from = start;
            sum += integrate(stop - start, |left, right| {
                value(if left < right { from + left } else { stop - right })
            });
            start = stop;
        }
    }
    sum
}
