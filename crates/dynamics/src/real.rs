//! Elementary functions with the same bits on every machine.
//!
//! The platform's mathematical library picks code by processor and changes between versions: its
//! `exp` and the `libm` crate's differ in the last bit on about one argument in ten.
//! Whatever reaches a result therefore goes through here; `clippy.toml` forbids the methods of
//! `f64` that call the platform. `sqrt`, `abs`, `floor`, `round` and `mul_add` are exact by
//! definition and stay methods.

pub use libm::{
    acos, atan, atan2, cbrt, ceil, cos, cosh, erf, erfc, exp, expm1, fabs, hypot, lgamma,
    log as ln, log1p as ln_1p, log2, log10, pow, sin, sincos as sin_cos, sinh, tan, tanh, tgamma,
};

/// Inner product `sum_i x_i y_i`, summed in a fixed order: eight interleaved partial sums, then
/// `((0+4) + (2+6)) + ((1+5) + (3+7))`.
///
/// # Panics
/// If the lengths differ.
#[must_use]
pub fn dot(x: &[f64], y: &[f64]) -> f64 {
    assert_eq!(x.len(), y.len(), "an inner product takes two vectors of one length");
    let mut partial = [0.0; 8];
    let (x_blocks, x_rest) = x.as_chunks::<8>();
    let (y_blocks, y_rest) = y.as_chunks::<8>();
    for (x_block, y_block) in x_blocks.iter().zip(y_blocks) {
        for lane in 0..8 {
            partial[lane] += x_block[lane] * y_block[lane];
        }
    }
    for (lane, (a, b)) in x_rest.iter().zip(y_rest).enumerate() {
        partial[lane] += a * b;
    }
    let [p0, p1, p2, p3, p4, p5, p6, p7] = partial;
    ((p0 + p4) + (p2 + p6)) + ((p1 + p5) + (p3 + p7))
}

/// Sum `sum_i x_i` in the fixed order of [`dot`].
#[must_use]
pub fn sum(x: &[f64]) -> f64 {
    let mut partial = [0.0; 8];
    let (blocks, rest) = x.as_chunks::<8>();
    for block in blocks {
        for lane in 0..8 {
            partial[lane] += block[lane];
        }
    }
    for (lane, value) in rest.iter().enumerate() {
        partial[lane] += value;
    }
    let [p0, p1, p2, p3, p4, p5, p6, p7] = partial;
    ((p0 + p4) + (p2 + p6)) + ((p1 + p5) + (p3 + p7))
}

/// `out += scale * x`, element by element, both `[n]`.
///
/// # Panics
/// If the lengths differ.
pub fn add_scaled(out: &mut [f64], scale: f64, x: &[f64]) {
    assert_eq!(out.len(), x.len(), "vectors of one length are added");
    for (target, value) in out.iter_mut().zip(x) {
        *target += scale * value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_products_match_integer_arithmetic() {
        for len in 0..40_u32 {
            let x: Vec<f64> = (0..len).map(f64::from).collect();
            let y: Vec<f64> = (0..len).map(|i| f64::from(2 * i + 1)).collect();
            let exact: u32 = (0..len).map(|i| i * (2 * i + 1)).sum();
            assert_eq!(dot(&x, &y), f64::from(exact));
            assert_eq!(sum(&x), f64::from((0..len).sum::<u32>()));
        }
    }
}
