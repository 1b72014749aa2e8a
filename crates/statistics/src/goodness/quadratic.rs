//! Upper tails of the limits of the quadratic statistics of Anderson and Darling and of Cramér and
//! von Mises.
//!
//! ```text
//! Q = sum_j X_j / lambda_j,  X_j independent chi-square with m degrees of freedom
//! E exp(s Q) = D(2 s)^(-m/2),  D(lambda) = prod_j (1 - lambda / lambda_j)
//! P(Q > x) = (1 / 2 pi i) int D(2 s)^(-m/2) exp(-s x) ds / s
//! ```
//!
//! The path of integration crosses the real axis between the pole at zero and the first singularity
//! at `lambda_1 / 2`, near the saddle point, and bends to the right, where the integrand vanishes:
//! nothing cancels, and a far tail keeps its relative accuracy.

use std::f64::consts::{FRAC_PI_2, LN_2, PI};

use maruyama_dynamics::real;

use crate::special::complex::Complex;

/// Step of the trapezoidal rule along the path.
const STEP: f64 = 1.0 / 32.0;

/// Whose limit it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kernel {
    /// `lambda_j = j (j + 1)`, `D(lambda) = -cos((pi / 2) sqrt(1 + 4 lambda)) / (pi lambda)`.
    AndersonDarling,
    /// `lambda_j = (j pi)^2`, `D(lambda) = sin(sqrt(lambda)) / sqrt(lambda)`.
    CramerVonMises,
}

impl Kernel {
    /// The first singularity of the moment generating function, `lambda_1 / 2`.
    fn first(self) -> f64 {
        match self {
            Kernel::AndersonDarling => 1.0,
            Kernel::CramerVonMises => 0.5 * PI * PI,
        }
    }

    /// `ln D(2 s)` on the branch that is real for `0 < s < lambda_1 / 2`, in the upper half plane.
    ///
    /// The sine and the cosine are written as `exp(-i w) (1 +- exp(2 i w)) / 2` up to a constant
    /// phase, where the bracket never meets the negative axis.
    fn ln_determinant(self, s: Complex) -> Complex {
        match self {
            Kernel::AndersonDarling => {
                let w = Complex::new(1.0 + 8.0 * s.re, 8.0 * s.im).sqrt().scale(FRAC_PI_2);
                let bracket = Complex::new(1.0, 0.0) + twice_exponential(w);
                let s_part = s.scale(2.0 * PI).ln();
                Complex::new(w.im - LN_2, PI - w.re) + bracket.ln() - s_part
            }
            Kernel::CramerVonMises => {
                let w = s.scale(2.0).sqrt();
                let bracket = Complex::new(1.0, 0.0) - twice_exponential(w);
                Complex::new(w.im - LN_2, FRAC_PI_2 - w.re) + bracket.ln() - w.ln()
            }
        }
    }

    /// `P(Q > x)` for `degrees` degrees of freedom, with `factor(s)` multiplying the moment
    /// generating function: the constant 1, or a correction for the size of the sample.
    ///
    /// # Accuracy
    /// 1e-12 relative, while the probability is above 1e-300.
    pub(crate) fn upper_tail(
        self,
        degrees: f64,
        x: f64,
        factor: impl Fn(Complex) -> Complex,
    ) -> f64 {
        if x <= 0.0 {
            return 1.0;
        }
        if x > 1000.0 * self.first() + 1000.0 * degrees {
            return 0.0;
        }
        let first = self.first();
        // Near the saddle point of (1 - s / first)^(-m/2) exp(-s x), and half way at most.
        let gap = (0.5 * degrees / x).min(0.5 * first);
        let (start, width) = (first - gap, gap);
        let mut sum = 0.0;
        for j in 0_u32..2000 {
            let v = f64::from(j) * STEP;
            let (sinh, cosh) = (real::sinh(v), real::cosh(v));
            let s = Complex::new(start + width * (cosh - 1.0), width * sinh);
            let slope = Complex::new(width * sinh, width * cosh);
            let exponent = self.ln_determinant(s).scale(-0.5 * degrees) - s.scale(x);
            let term = (exponent.exp() * factor(s) * s.recip() * slope).im;
            sum += if j == 0 { 0.5 * term } else { term };
            if exponent.re + v < real::ln(sum.abs().max(1e-308)) - 45.0 && j > 32 {
                break;
            }
        }
        sum * STEP / PI
    }
}

/// `exp(2 i w)` for `w` in the upper half plane.
fn twice_exponential(w: Complex) -> Complex {
    Complex::new(-2.0 * w.im, 2.0 * w.re).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tail(kernel: Kernel, degrees: f64, x: f64) -> f64 {
        kernel.upper_tail(degrees, x, |_| Complex::new(1.0, 0.0))
    }

    #[test]
    fn tails_have_the_tabulated_points() {
        for (x, p) in [(1.933, 0.1), (2.492, 0.05), (3.878, 0.01)] {
            let value = tail(Kernel::AndersonDarling, 1.0, x);
            assert!((value / p - 1.0).abs() < 2e-3, "{x}: {value}");
        }
        for (x, p) in [(0.347_30, 0.1), (0.461_36, 0.05), (0.743_46, 0.01), (1.167_86, 0.001)] {
            let value = tail(Kernel::CramerVonMises, 1.0, x);
            assert!((value / p - 1.0).abs() < 1e-4, "{x}: {value}");
        }
    }

    #[test]
    fn mean_is_the_sum_of_the_inverse_eigenvalues() {
        // int_0^inf P(Q > x) dx = m sum_j 1 / lambda_j, by Simpson's rule.
        for (kernel, degrees, mean, far) in [
            (Kernel::AndersonDarling, 1.0, 1.0, 40.0),
            (Kernel::AndersonDarling, 4.0, 4.0, 60.0),
            (Kernel::CramerVonMises, 1.0, 1.0 / 6.0, 5.0),
            (Kernel::CramerVonMises, 3.0, 0.5, 6.0),
        ] {
            let cells = 4000;
            let h = far / f64::from(cells);
            let integral: f64 = (0..=cells)
                .map(|k| {
                    let weight =
                        if k == 0 || k == cells { 1.0 } else { f64::from(2 + 2 * (k % 2)) };
                    weight * tail(kernel, degrees, f64::from(k) * h) * h / 3.0
                })
                .sum();
            assert!((integral - mean).abs() < 1e-9, "{kernel:?} {degrees}: {integral}");
        }
    }

    #[test]
    fn far_tails_fall_at_the_rate_of_the_first_singularity() {
        // P(Q > x) = c exp(-first x) x^(m/2 - 1) (1 + O(1 / x)).
        for kernel in [Kernel::AndersonDarling, Kernel::CramerVonMises] {
            let first = kernel.first();
            let (x, y) = (400.0 / first, 401.0 / first);
            let ratio = tail(kernel, 2.0, y) / tail(kernel, 2.0, x);
            assert!((real::ln(ratio) + 1.0).abs() < 1e-6, "{kernel:?}: {ratio}");
        }
    }
}
