//! Mean and standard deviation of the sign of a shifted variate of Student's law.
//!
//! ```text
//! sign(s + T), T ~ t(nu):   mean = 2 F(s) − 1,   std = sqrt(q (2 − q)),   q = 2 F(−|s|)
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::f64::consts::{FRAC_2_PI, PI};

use crate::model::sign_law::SignLaw;
use crate::noise::Lanes;
use crate::real;
use crate::simd::Isa;

/// `|s|` is taken to be at most this, so that its square is a number.
const LARGEST: f64 = 1e150;

/// Both moments of one vector of numbers in closed form.
///
/// A trait and not a closure: a closure that is not inlined is compiled without the instruction set.
trait ClosedForm {
    /// Mean and standard deviation at `|s| <= LARGEST`. To be marked `#[inline(always)]`.
    fn at<S: Isa>(isa: S, s: S::f64s) -> [S::f64s; 2];
}

/// Two degrees of freedom: `mean = s/sqrt(2 + s²)`, `std² = 2/(2 + s²)`; both within 4e-16.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TwoDegrees;

impl ClosedForm for TwoDegrees {
    #[inline(always)]
    fn at<S: Isa>(isa: S, s: S::f64s) -> [S::f64s; 2] {
        let two = isa.splat_f64s(2.0);
        let inverse = isa.div_f64s(isa.splat_f64s(1.0), isa.mul_add_f64s(s, s, two));
        [isa.mul_f64s(s, isa.sqrt_f64s(inverse)), isa.sqrt_f64s(isa.mul_f64s(two, inverse))]
    }
}

impl SignLaw for TwoDegrees {
    #[inline(always)]
    fn moments<S: Isa>(self, isa: S, s: &Lanes) -> [Lanes; 2] {
        each::<S, TwoDegrees>(isa, s)
    }
}

/// Four degrees of freedom, with `c = s²/(4 + s²)`: `mean = s (3 − c)/(2 sqrt(4 + s²))`,
/// `std = 2 sqrt(4 − c)/(4 + s²)`; both within 4e-16.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FourDegrees;

impl ClosedForm for FourDegrees {
    #[inline(always)]
    fn at<S: Isa>(isa: S, s: S::f64s) -> [S::f64s; 2] {
        let (three, four) = (isa.splat_f64s(3.0), isa.splat_f64s(4.0));
        let (half, two) = (isa.splat_f64s(0.5), isa.splat_f64s(2.0));
        let inverse = isa.div_f64s(isa.splat_f64s(1.0), isa.mul_add_f64s(s, s, four));
        let c = isa.mul_f64s(isa.mul_f64s(s, s), inverse);
        let ratio = isa.mul_f64s(isa.mul_f64s(half, s), isa.sqrt_f64s(inverse));
        let root = isa.sqrt_f64s(isa.sub_f64s(four, c));
        let mean = isa.mul_f64s(ratio, isa.sub_f64s(three, c));
        [mean, isa.mul_f64s(isa.mul_f64s(two, inverse), root)]
    }
}

impl SignLaw for FourDegrees {
    #[inline(always)]
    fn moments<S: Isa>(self, isa: S, s: &Lanes) -> [Lanes; 2] {
        each::<S, FourDegrees>(isa, s)
    }
}

/// Both moments of each vector of a row, `|s|` cut at `LARGEST`.
#[inline(always)]
fn each<S: Isa, F: ClosedForm>(isa: S, s: &Lanes) -> [Lanes; 2] {
    let (largest, sign_bit) = (isa.splat_f64s(LARGEST), isa.splat_f64s(-0.0));
    let mut moments = [*s; 2];
    let [means, stds] = &mut moments;
    let means = S::as_mut_simd_f64s(means).0;
    for (mean, std) in means.iter_mut().zip(S::as_mut_simd_f64s(stds).0) {
        let size = isa.min_f64s(isa.abs_f64s(*mean), largest);
        [*mean, *std] = F::at(isa, isa.or_f64s(size, isa.and_f64s(*mean, sign_bit)));
    }
    moments
}

/// Any degrees of freedom, number by number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AnyDegrees {
    nu: f64,
    /// The density at zero.
    density: f64,
}

impl AnyDegrees {
    /// `nu > 0` degrees of freedom.
    pub(crate) fn new(nu: f64) -> AnyDegrees {
        AnyDegrees { nu, density: ratio_of_gammas(0.5 * nu) / (PI * nu).sqrt() }
    }

    /// Mean and standard deviation at one number; NaN at NaN.
    ///
    /// # Accuracy
    /// Absolute errors of the mean within 3e-15 and of the standard deviation within 3e-14 for `nu`
    /// up to 1e4; ten and twenty times that up to 1e6.
    ///
    /// # Source
    /// NIST Digital Library of Mathematical Functions, 15.2.1 and 15.8.1 near zero, 8.17.22 beyond,
    /// by Lentz's method.
    fn moments_at(&self, s: f64) -> [f64; 2] {
        if s.is_nan() {
            return [s; 2];
        }
        let size = s.abs().min(LARGEST);
        let (mean, q) = if self.is_central(size) {
            let mean = self.central_probability(size);
            (mean, 1.0 - mean)
        } else {
            let q = self.probability_beyond(size);
            (1.0 - q, q)
        };
        [mean.copysign(s), (q * (2.0 - q)).sqrt()]
    }

    /// Whether the series of the central probability is taken: it converges fast, and the continued
    /// fraction of the tails would lose digits.
    fn is_central(&self, s: f64) -> bool {
        let share = s * s / (self.nu + s * s);
        share <= 0.6 && share * (0.5 * self.nu + 2.5) <= 4.5
    }

    /// `P(|T| < s) = 2 s f(0) (1 + s²/nu)^(−(nu + 1)/2) F(1, (nu + 1)/2; 3/2; s²/(nu + s²))`
    fn central_probability(&self, s: f64) -> f64 {
        let (half, share) = (0.5 * (self.nu + 1.0), s * s / (self.nu + s * s));
        let (mut term, mut sum, mut k) = (1.0, 0.0, 0.0);
        while term > 1e-18 * sum {
            sum += term;
            term *= (half + k) / (1.5 + k) * share;
            k += 1.0;
        }
        2.0 * s * self.density * real::exp(-half * real::ln_1p(s * s / self.nu)) * sum
    }

    /// `P(|T| > s) = I_x(nu/2, 1/2)`, `x = nu/(nu + s²)`.
    fn probability_beyond(&self, s: f64) -> f64 {
        if self.nu == 1.0 {
            return FRAC_2_PI * real::atan2(1.0, s);
        }
        let squares = self.nu + s * s;
        let power = real::exp(-0.5 * self.nu * real::ln_1p(s * s / self.nu));
        let factor = 2.0 * self.density / self.nu.sqrt() * (s / squares.sqrt());
        power * factor * fraction(0.5 * self.nu, self.nu / squares)
    }
}

impl SignLaw for AnyDegrees {
    #[inline(always)]
    fn moments<S: Isa>(self, _: S, s: &Lanes) -> [Lanes; 2] {
        let moments = s.map(|s| self.moments_at(s));
        [moments.map(|[mean, _]| mean), moments.map(|[_, std]| std)]
    }
}

/// `Gamma(a + 1/2)/Gamma(a)`, `a > 0`.
///
/// # Source
/// NIST Digital Library of Mathematical Functions, 5.11.13, where the first term that is left out
/// is below 1e-17, and the recurrence of the gamma function.
fn ratio_of_gammas(a: f64) -> f64 {
    let (mut a, mut factor) = (a, 1.0);
    while a < 100.0 {
        factor *= a / (a + 0.5);
        a += 1.0;
    }
    // 1 − 1/(8a) + 1/(128a²) + 5/(1024a³) − 21/(32768a⁴) − 399/(262144a⁵) + 869/(4194304a⁶)
    let series = [
        869.0 / 4_194_304.0,
        -399.0 / 262_144.0,
        -21.0 / 32_768.0,
        5.0 / 1024.0,
        1.0 / 128.0,
        -0.125,
        1.0,
    ];
    factor * a.sqrt() * series.iter().fold(0.0, |sum, c| sum / a + c)
}

/// The continued fraction of `I_x(a, 1/2)`, for `x` below its mean.
fn fraction(a: f64, x: f64) -> f64 {
    const B: f64 = 0.5;
    // None of the denominators is zero for x < (a + 1)/(a + 5/2).
    let mut c = 1.0;
    let mut d = 1.0 / (1.0 - (a + B) * x / (a + 1.0));
    let mut value = d;
    // It takes O(sqrt(a)) terms; the bound only is a stop.
    for m in 1..100_000_u32 {
        let m = f64::from(m);
        let even = m * (B - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + B + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut factor = 1.0;
        for coefficient in [even, odd] {
            d = 1.0 / (1.0 + coefficient * d);
            c = 1.0 + coefficient / c;
            factor *= c * d;
        }
        value *= factor;
        if (factor - 1.0).abs() < 2e-16 {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests;
