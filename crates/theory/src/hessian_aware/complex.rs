//! Complex numbers, as far as logarithms of negative contractions need them.

use std::ops::{Add, Div, Mul, Neg};

use maruyama_dynamics::real;

/// `re + i im`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Complex {
    /// Real part.
    pub re: f64,
    /// Imaginary part.
    pub im: f64,
}

impl Complex {
    /// The complex conjugate.
    #[must_use]
    pub fn conjugate(self) -> Complex {
        Complex { re: self.re, im: -self.im }
    }

    /// `|z|`.
    #[must_use]
    pub fn modulus(self) -> f64 {
        real::hypot(self.re, self.im)
    }

    /// `s z` for a real `s`.
    #[must_use]
    pub fn scaled(self, s: f64) -> Complex {
        Complex { re: s * self.re, im: s * self.im }
    }

    /// The principal logarithm of a real number other than zero.
    #[must_use]
    pub fn ln_of(x: f64) -> Complex {
        Complex { re: real::ln(x.abs()), im: if x < 0.0 { std::f64::consts::PI } else { 0.0 } }
    }

    /// `e^z − 1`, accurate near 0.
    #[must_use]
    pub fn exp_m1(self) -> Complex {
        let half = real::sin(0.5 * self.im);
        let grown = real::expm1(self.re);
        Complex {
            re: grown * real::cos(self.im) - 2.0 * half * half,
            im: real::exp(self.re) * real::sin(self.im),
        }
    }

    /// `psi(z) = (e^z − 1)/z`.
    #[must_use]
    pub fn mean_exponential(self) -> Complex {
        if self.re == 0.0 && self.im == 0.0 {
            Complex { re: 1.0, im: 0.0 }
        } else {
            self.exp_m1() / self
        }
    }
}

impl Add for Complex {
    type Output = Complex;

    fn add(self, other: Complex) -> Complex {
        Complex { re: self.re + other.re, im: self.im + other.im }
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

impl Div for Complex {
    type Output = Complex;

    fn div(self, other: Complex) -> Complex {
        let square = other.re * other.re + other.im * other.im;
        (self * other.conjugate()).scaled(1.0 / square)
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

    #[test]
    fn exponentials_match_known_values() {
        let turn = Complex { re: 0.0, im: std::f64::consts::PI }.exp_m1();
        assert!((turn.re + 2.0).abs() < 1e-15 && turn.im.abs() < 1e-15);
        let small = Complex { re: 1e-9, im: 2e-9 };
        let psi = small.mean_exponential();
        assert!((psi.re - 1.0 - 0.5e-9).abs() < 1e-15 && (psi.im - 1e-9).abs() < 1e-15);
        let ln = Complex::ln_of(-0.5);
        assert!((ln.exp_m1().re + 1.5).abs() < 1e-15);
        let (z, w) = (Complex { re: 1.0, im: 2.0 }, Complex { re: 3.0, im: -1.0 });
        assert_eq!((z * w) / w, z);
        assert_eq!((-z + z).modulus(), 0.0);
    }
}
