//! Complex numbers, as far as contour integrals and Fourier transforms need them.

use std::ops::{Add, Mul, Neg, Sub};

use maruyama_dynamics::real;

/// A complex number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Complex {
    pub(crate) re: f64,
    pub(crate) im: f64,
}

impl Complex {
    pub(crate) fn new(re: f64, im: f64) -> Complex {
        Complex { re, im }
    }

    /// `exp(i angle)`.
    pub(crate) fn cis(angle: f64) -> Complex {
        let (sin, cos) = real::sin_cos(angle);
        Complex { re: cos, im: sin }
    }

    pub(crate) fn scale(self, factor: f64) -> Complex {
        Complex { re: self.re * factor, im: self.im * factor }
    }

    pub(crate) fn norm_square(self) -> f64 {
        self.re * self.re + self.im * self.im
    }

    pub(crate) fn recip(self) -> Complex {
        let square = self.norm_square();
        Complex { re: self.re / square, im: -self.im / square }
    }

    pub(crate) fn exp(self) -> Complex {
        Complex::cis(self.im).scale(real::exp(self.re))
    }

    /// The principal logarithm, with imaginary part in `(-pi, pi]`.
    pub(crate) fn ln(self) -> Complex {
        Complex { re: real::ln(real::hypot(self.re, self.im)), im: real::atan2(self.im, self.re) }
    }

    /// The principal square root, with real part not negative.
    pub(crate) fn sqrt(self) -> Complex {
        let modulus = real::hypot(self.re, self.im);
        if modulus <= 0.0 {
            return Complex { re: 0.0, im: 0.0 };
        }
        let larger = (0.5 * (modulus + self.re.abs())).sqrt();
        let smaller = 0.5 * self.im.abs() / larger;
        let (re, im) = if self.re >= 0.0 { (larger, smaller) } else { (smaller, larger) };
        Complex { re, im: if self.im < 0.0 { -im } else { im } }
    }
}

impl Add for Complex {
    type Output = Complex;

    fn add(self, other: Complex) -> Complex {
        Complex { re: self.re + other.re, im: self.im + other.im }
    }
}

impl Sub for Complex {
    type Output = Complex;

    fn sub(self, other: Complex) -> Complex {
        Complex { re: self.re - other.re, im: self.im - other.im }
    }
}

impl Mul for Complex {
    type Output = Complex;

    fn mul(self, other: Complex) -> Complex {
        Complex {
            re: self.re * other.re - self.im * other.im,
            im: self.re * other.im + self.im * other.re,
        }
    }
}

impl Neg for Complex {
    type Output = Complex;

    fn neg(self) -> Complex {
        Complex { re: -self.re, im: -self.im }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: Complex, b: Complex) -> bool {
        (a - b).norm_square() < 1e-28 * (1.0 + b.norm_square())
    }

    #[test]
    fn roots_logarithms_and_reciprocals_invert() {
        for (re, im) in [(3.0, 4.0), (-3.0, 4.0), (-3.0, -4.0), (2.0, 0.0), (-2.0, 1e-9)] {
            let z = Complex::new(re, im);
            assert!(close(z.sqrt() * z.sqrt(), z), "{z:?}");
            assert!(close(z.ln().exp(), z), "{z:?}");
            assert!(close(z * z.recip(), Complex::new(1.0, 0.0)), "{z:?}");
            assert!(z.sqrt().re >= 0.0);
        }
        assert!(close(Complex::new(3.0, 4.0).sqrt(), Complex::new(2.0, 1.0)));
        assert_eq!(Complex::new(0.0, 0.0).sqrt(), Complex::new(0.0, 0.0));
    }
}
