//! Student's t law with location and scale.

use maruyama_dynamics::noise::Stream;
use maruyama_dynamics::real;
use maruyama_dynamics::special::beta::{ln_beta, regularised_beta};

use crate::law::gamma_variate::gamma;
use crate::law::interface::{Law, LawError, check_location_scale};
use crate::law::invert::tail_quantile;

/// Student's t law: `loc + scale T`, `T` with `nu` degrees of freedom.
///
/// ```text
/// f(x) = (1 + u^2 / nu)^(-(nu + 1) / 2) / (scale sqrt(nu) B(nu / 2, 1 / 2)),  u = (x - loc) / scale
/// P(T > u) = I_y(nu / 2, 1 / 2) / 2,  y = nu / (nu + u^2),  u >= 0
/// ```
///
/// # Accuracy
/// About 1e-13 relative in density and both tails, for `nu` up to 1e5.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StudentT {
    nu: f64,
    loc: f64,
    scale: f64,
    ln_norm: f64,
}

impl StudentT {
    /// The law with `nu > 0` degrees of freedom; `loc` and `scale` in units of the sample.
    ///
    /// # Errors
    /// If `nu` or `scale` is not finite and positive, or `loc` not finite.
    pub fn new(nu: f64, loc: f64, scale: f64) -> Result<StudentT, LawError> {
        if !(nu.is_finite() && nu > 0.0) {
            return Err(LawError {
                parameter: "nu",
                value: nu,
                expected: "a finite positive number",
            });
        }
        check_location_scale(loc, scale)?;
        Ok(StudentT { nu, loc, scale, ln_norm: ln_norm(nu) })
    }

    fn standard_pdf(&self, u: f64) -> f64 {
        real::exp(self.ln_norm - 0.5 * (self.nu + 1.0) * real::ln_1p(u * u / self.nu))
    }

    /// `P(T > u)` for the standard law, with relative accuracy for `u > 0`.
    fn standard_sf(&self, u: f64) -> f64 {
        let square = u * u;
        let far = self.nu / (self.nu + square);
        let near = if square.is_finite() { square / (self.nu + square) } else { 1.0 };
        let tail = if far > 0.0 {
            0.5 * regularised_beta(0.5 * self.nu, 0.5, far, near)
        } else {
            // u^2 overflows: the leading term of the tail, which is exact there.
            let ln_tail = self.ln_norm + 0.5 * (self.nu - 1.0) * real::ln(self.nu)
                - self.nu * real::ln(u.abs());
            real::exp(ln_tail)
        };
        if u >= 0.0 { tail } else { 1.0 - tail }
    }
}

/// Logarithm of the factor of the standard density: `-ln(sqrt(nu) B(nu / 2, 1 / 2))`.
pub(crate) fn ln_norm(nu: f64) -> f64 {
    -0.5 * real::ln(nu) - ln_beta(0.5 * nu, 0.5)
}

impl Law for StudentT {
    fn ln_pdf(&self, x: f64) -> f64 {
        let u = (x - self.loc) / self.scale;
        self.ln_norm - 0.5 * (self.nu + 1.0) * real::ln_1p(u * u / self.nu) - real::ln(self.scale)
    }

    fn cdf(&self, x: f64) -> f64 {
        self.standard_sf((self.loc - x) / self.scale)
    }

    fn sf(&self, x: f64) -> f64 {
        self.standard_sf((x - self.loc) / self.scale)
    }

    fn quantile(&self, p: f64) -> f64 {
        if !(0.0..=1.0).contains(&p) {
            return f64::NAN;
        }
        let u = tail_quantile(|u| self.standard_sf(u), |u| self.standard_pdf(u), p.min(1.0 - p));
        self.loc + self.scale * if p < 0.5 { -u } else { u }
    }

    fn draw(&self, stream: &mut Stream) -> f64 {
        let normal = stream.normal();
        let chi_square = 2.0 * gamma(0.5 * self.nu, stream);
        self.loc + self.scale * normal / (chi_square / self.nu).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, StreamKey};

    use super::*;
    use crate::law::normal::Normal;

    fn standard(nu: f64) -> StudentT {
        StudentT::new(nu, 0.0, 1.0).unwrap()
    }

    #[test]
    fn one_and_two_degrees_of_freedom_have_closed_forms() {
        for u in [-30.0, -1.0, -1e-3, 0.0, 0.4, 2.0, 1e3_f64] {
            let cauchy = 0.5 + real::atan(u) / std::f64::consts::PI;
            assert!((standard(1.0).cdf(u) - cauchy).abs() < 1e-14, "u = {u}");
            let two = 0.5 + 0.5 * u / (2.0 + u * u).sqrt();
            assert!((standard(2.0).cdf(u) - two).abs() < 1e-14, "u = {u}");
        }
        let far = standard(1.0).sf(1e200) * 1e200 * std::f64::consts::PI;
        assert!((far - 1.0).abs() < 1e-12, "{far}");
    }

    #[test]
    fn four_degrees_of_freedom_keep_relative_accuracy_in_the_tail() {
        // P(T > u) = (1 - c)^2 (2 + c) / 4 with c = u / sqrt(4 + u^2).
        for u in [0.1, 3.0, 50.0, 1e4_f64] {
            let root = (4.0 + u * u).sqrt();
            let c = u / root;
            let one_less = 4.0 / (root * (root + u));
            let exact = one_less * one_less * (2.0 + c) / 4.0;
            assert!((standard(4.0).sf(u) / exact - 1.0).abs() < 1e-13, "u = {u}");
        }
    }

    #[test]
    fn many_degrees_of_freedom_approach_the_normal_law() {
        let normal = Normal::new(0.0, 1.0).unwrap();
        let t = standard(1e4);
        for u in [0.3, 1.0, 2.5] {
            // First term of the expansion in 1 / nu; the next is below 1e-7.
            let first = real::exp(normal.ln_pdf(u)) * (u * u * u + u) / 4.0 / 1e4;
            assert!((t.sf(u) - normal.sf(u) - first).abs() < 1e-7, "u = {u}");
            assert!((t.ln_pdf(u) - normal.ln_pdf(u)).abs() < 1e-3);
        }
    }

    #[test]
    fn quantiles_invert_both_tails() {
        for nu in [0.3, 1.0, 4.0, 37.0, 1e4] {
            let law = StudentT::new(nu, -1.0, 2.0).unwrap();
            for p in [1e-30, 1e-6, 0.1, 0.49, 0.6, 0.999] {
                let x = law.quantile(p);
                assert!((law.cdf(x) / p - 1.0).abs() < 1e-12, "nu {nu}, p {p}: {x}");
            }
            assert_eq!(law.quantile(0.5), -1.0);
        }
    }

    #[test]
    fn cdf_agrees_with_statrs() {
        use statrs::distribution::{ContinuousCDF, StudentsT};
        for nu in [0.7, 3.3, 12.0, 250.0] {
            let other = StudentsT::new(0.5, 1.5, nu).unwrap();
            let law = StudentT::new(nu, 0.5, 1.5).unwrap();
            for x in [-8.0, -0.4, 0.9, 3.0] {
                assert!((law.cdf(x) - other.cdf(x)).abs() < 1e-11, "nu {nu}, x {x}");
            }
        }
    }

    #[test]
    fn draws_have_the_quartiles_of_the_law() {
        let law = StudentT::new(3.0, 1.0, 2.0).unwrap();
        let mut stream = Stream::new(StreamKey(17), 0, Purpose::Bootstrap);
        let n = 20_000;
        let draws: Vec<f64> = (0..n).map(|_| law.draw(&mut stream)).collect();
        for p in [0.01, 0.25, 0.5, 0.9] {
            let x = law.quantile(p);
            let share = draws.iter().filter(|d| **d <= x).count() as f64 / f64::from(n);
            let bound = 4.0 * (p * (1.0 - p) / f64::from(n)).sqrt();
            assert!((share - p).abs() < bound, "p = {p}: {share}");
        }
    }
}
