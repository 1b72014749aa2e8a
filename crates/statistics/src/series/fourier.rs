//! The discrete Fourier transform of a power of two of complex numbers.
//!
//! ```text
//! X_k = sum_t x_t exp(-2 pi i k t / n)
//! ```

use maruyama_dynamics::real;

use crate::special::complex::Complex;

/// Replaces `values` by their transform.
///
/// # Source
/// Cooley & Tukey, "An algorithm for the machine calculation of complex Fourier series", Math.
/// Comp. 19, 1965: radix 2, decimation in time; every root of unity from its own angle.
///
/// # Panics
/// If the number of values is not a power of two.
pub(crate) fn transform(values: &mut [Complex]) {
    let n = values.len();
    assert!(n.is_power_of_two(), "a transform of {n} values");
    if n < 2 {
        return;
    }
    let shift = usize::BITS - n.trailing_zeros();
    for i in 0..n {
        let j = i.reverse_bits() >> shift;
        if i < j {
            values.swap(i, j);
        }
    }
    let roots: Vec<Complex> = (0..n / 2)
        .map(|k| {
            let (sin, cos) = real::sin_cos(-2.0 * std::f64::consts::PI * k as f64 / n as f64);
            Complex::new(cos, sin)
        })
        .collect();
    let mut half = 1;
    while half < n {
        let stride = n / (2 * half);
        for block in values.chunks_exact_mut(2 * half) {
            let (first, second) = block.split_at_mut(half);
            for (k, (a, b)) in first.iter_mut().zip(second).enumerate() {
                let turned = *b * roots[k * stride];
                (*a, *b) = (*a + turned, *a - turned);
            }
        }
        half *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transform_is_its_definition() {
        for n in [1_usize, 2, 4, 16, 64] {
            let values: Vec<Complex> = (0..n)
                .map(|t| Complex::new((t * t % 7) as f64, (t * 3 % 5) as f64 - 2.0))
                .collect();
            let mut fast = values.clone();
            transform(&mut fast);
            for (k, found) in fast.iter().enumerate() {
                let angle = |t: usize| -2.0 * std::f64::consts::PI * (k * t % n) as f64 / n as f64;
                let exact = values
                    .iter()
                    .enumerate()
                    .fold(Complex::new(0.0, 0.0), |sum, (t, x)| sum + *x * Complex::cis(angle(t)));
                assert!((*found - exact).norm_square() < 1e-22, "n = {n}, k = {k}");
            }
        }
    }
}
