//! The Pearson IV law, normalised on the grid `x = loc + a sinh z`.
//!
//! ```text
//! p(x) ∝ [1 + ((x − loc)/a)²]^−m exp(−nu atan((x − loc)/a))
//! p(x) dx ∝ cosh(z)^{1 − 2m} exp(−nu atan sinh z) dz
//! ```

use maruyama_dynamics::real;

use crate::least_squares::error::positive;
use crate::least_squares::{LeastSquaresError, ScalarNoise};
use crate::quadrature::integrate;

/// Width of a cell of the quadrature in `z`.
const CELL: f64 = 0.1;

/// End of the grid of expectations in `z`, beyond which `sinh z` is too large to be squared.
const LARGEST_REACH: f64 = 300.0;

/// Logarithm of the fraction of the largest density in `z` at which the grid ends.
const NEGLIGIBLE: f64 = 48.0;

/// A Pearson IV law with `m > 1/2`.
#[derive(Clone, Debug)]
pub struct PearsonFour {
    /// Shape `m`; the tail exponent is `2m − 1`.
    pub shape: f64,
    /// Asymmetry `nu`.
    pub skew: f64,
    /// Location.
    pub location: f64,
    /// Scale `a > 0`.
    pub scale: f64,
    /// End of the grid in `z`, on either side.
    reach: f64,
    /// Largest logarithm of the unnormalised density in `z`.
    peak: f64,
    /// `∫ p dz` from `−reach` to the end of each cell, unnormalised, `[cells]`.
    cumulative: Vec<f64>,
}

impl PearsonFour {
    /// The law with these parameters.
    ///
    /// # Errors
    /// If `m ≤ 0.55`, where tails are too heavy for the grid, if the scale is not positive, or if a
    /// number is not finite.
    pub fn new(
        shape: f64,
        skew: f64,
        location: f64,
        scale: f64,
    ) -> Result<PearsonFour, LeastSquaresError> {
        positive("scale", scale)?;
        positive("shape", shape - 0.55)?;
        for (name, value) in [("skew", skew), ("location", location), ("shape", shape)] {
            if !value.is_finite() {
                return Err(LeastSquaresError::OutOfRange { name, value });
            }
        }
        let alpha = 2.0 * shape - 1.0;
        let mode = real::ln(2.0) + NEGLIGIBLE / alpha;
        // The factor exp(−nu atan) moves the mode to sinh z = −nu/(2m − 1).
        let centre = real::ln_1p((skew / alpha).abs() * 2.0);
        let mut law = PearsonFour {
            shape,
            skew,
            location,
            scale,
            reach: mode + centre,
            peak: 0.0,
            cumulative: Vec::new(),
        };
        law.peak = law.log_density_at(asinh(-skew / alpha));
        let n_cells = real::ceil(2.0 * law.reach / CELL) as usize;
        let mut total = 0.0;
        for cell in 0..n_cells {
            let start = CELL.mul_add(cell as f64, -law.reach);
            total += law.mass(start, start + CELL);
            law.cumulative.push(total);
        }
        Ok(law)
    }

    /// The invariant law of `eta` for one feature, `m = 1 + lambda/(gamma v)`, `a = D/v`,
    /// `nu = −2 lambda w/(gamma v D)`, `loc = −w/v`, `D = √(v c − w²)`; its mean is zero.
    ///
    /// # Errors
    /// If `v c ≤ w²`, where the law is another ([`crate::least_squares::law::ScalarLaw`]), or if the
    /// step size is not positive.
    ///
    /// # Source
    /// Zero flux of the equation of arXiv 2407.02322, section 3, in one dimension; answers its
    /// question about the shape of the invariant law.
    pub fn of(noise: &ScalarNoise, step_size: f64) -> Result<PearsonFour, LeastSquaresError> {
        positive("step size", step_size)?;
        let (v, w) = (noise.quadratic, noise.linear);
        let determinant = v * noise.constant - w * w;
        positive("determinant", determinant)?;
        let root = determinant.sqrt();
        let ratio = noise.drift / (step_size * v);
        PearsonFour::new(1.0 + ratio, -2.0 * ratio * w / root, -w / v, root / v)
    }

    /// `alpha = 2m − 1`: moments below it are finite.
    #[must_use]
    pub fn tail_index(&self) -> f64 {
        2.0 * self.shape - 1.0
    }

    /// Density at `x`, per unit of `x`.
    #[must_use]
    pub fn density(&self, x: f64) -> f64 {
        let s = (x - self.location) / self.scale;
        let log = -self.shape * real::ln_1p(s * s) - self.skew * real::atan(s) - self.peak;
        real::exp(log) / (self.total() * self.scale)
    }

    /// `P(X ≤ x)`.
    ///
    /// # Accuracy
    /// Absolute errors of about 1e-14; relative ones of about 1e-12 in the lower tail.
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        self.cdf_at(asinh((x - self.location) / self.scale))
    }

    /// The point with `P(X ≤ x) = q`, for `0 < q < 1`; infinite outside.
    ///
    /// # Accuracy
    /// As [`PearsonFour::cdf`].
    #[must_use]
    pub fn quantile(&self, q: f64) -> f64 {
        if q <= 0.0 || q >= 1.0 {
            return if q <= 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
        }
        let (mut low, mut high) = (-self.reach, self.reach);
        for _ in 0..80 {
            let middle = f64::midpoint(low, high);
            if self.cdf_at(middle) < q {
                low = middle;
            } else {
                high = middle;
            }
        }
        self.location + self.scale * real::sinh(high)
    }

    /// `E f(X)` for an `f` without kinks but at `kink`.
    ///
    /// # Accuracy
    /// About 1e-12 for an `f` that grows like `|x|^k` with `k < 0.7 alpha`; nearer to `alpha` the
    /// mass beyond the end of the grid, of order `e^{−190 (1 − k/alpha)}`, is missed.
    #[must_use]
    pub fn expectation(&self, f: impl Fn(f64) -> f64, kink: f64) -> f64 {
        let reach = (4.0 * self.reach).min(LARGEST_REACH);
        let split = asinh((kink - self.location) / self.scale).clamp(-reach, reach);
        let weighted = |z: f64| {
            let x = self.location + self.scale * real::sinh(z);
            f(x) * real::exp(self.log_density_at(z) - self.peak)
        };
        let n_cells = 4 * self.cumulative.len();
        let side = |from: f64, to: f64| -> f64 {
            let width = (to - from) / n_cells as f64;
            let edge = |cell: usize| width.mul_add(cell as f64, from);
            (0..n_cells).map(|cell| integrate(edge(cell), edge(cell + 1), weighted)).sum()
        };
        (side(-reach, split) + side(split, reach)) / self.total()
    }

    /// Logarithm of the unnormalised density in `z`.
    fn log_density_at(&self, z: f64) -> f64 {
        let sinh = real::sinh(z);
        // ln cosh z without overflow.
        let magnitude = z.abs();
        let log_cosh =
            magnitude + real::ln_1p(real::exp(-2.0 * magnitude)) - std::f64::consts::LN_2;
        (1.0 - 2.0 * self.shape) * log_cosh - self.skew * real::atan(sinh)
    }

    fn mass(&self, from: f64, to: f64) -> f64 {
        integrate(from, to, |z| real::exp(self.log_density_at(z) - self.peak))
    }

    fn total(&self) -> f64 {
        self.cumulative.last().copied().unwrap_or(1.0)
    }

    fn cdf_at(&self, z: f64) -> f64 {
        let cell = ((z + self.reach) / CELL).floor();
        if cell < 0.0 {
            return 0.0;
        }
        if cell >= self.cumulative.len() as f64 {
            return 1.0;
        }
        let cell = cell as usize;
        let before = if cell == 0 { 0.0 } else { self.cumulative[cell - 1] };
        let start = CELL.mul_add(cell as f64, -self.reach);
        (before + self.mass(start, z)) / self.total()
    }
}

/// `ln(x + √(1 + x²))`, odd.
fn asinh(x: f64) -> f64 {
    let magnitude = x.abs();
    let value =
        real::ln_1p(magnitude + magnitude * magnitude / (1.0 + real::hypot(1.0, magnitude)));
    if x < 0.0 { -value } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::least_squares::reference::{assert_close, d3};

    const LEVELS: [f64; 9] = [0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999];

    #[test]
    fn exponents_match_the_reference() {
        let noise = ScalarNoise::of(&d3()).unwrap();
        let exponents = [(0.2, 19.402_453_660_5), (0.5, 8.360_981_464_2), (2.0, 2.840_245_366_05)];
        for (gamma, alpha) in exponents {
            assert_close(noise.tail_index(gamma), alpha, 1e-11);
            assert_close(PearsonFour::of(&noise, gamma).unwrap().tail_index(), alpha, 1e-11);
        }
    }

    /// Compares `m`, `nu`, `E|eta|` and the quantiles with the reference.
    fn check(gamma: f64, parameters: [f64; 3], quantiles: [f64; 9]) {
        let noise = ScalarNoise::of(&d3()).unwrap();
        let law = PearsonFour::of(&noise, gamma).unwrap();
        assert_close(law.shape, parameters[0], 1e-11);
        assert_close(law.skew, parameters[1], 1e-10);
        assert_close(law.location, -0.190_589_018_955, 1e-11);
        assert_close(law.scale, 0.338_157_969_749, 1e-11);
        assert_close(law.expectation(f64::abs, 0.0), parameters[2], 2e-6);
        for (level, expected) in LEVELS.into_iter().zip(quantiles) {
            let found = law.quantile(level);
            assert!((found - expected).abs() < 1e-4, "{level}: {found} vs {expected}");
            assert_close(law.cdf(found), level, 1e-11);
        }
        let moments = noise.stationary_moments(gamma, 2).unwrap();
        assert!(law.expectation(|x| x, 0.0).abs() < 1e-10);
        assert_close(law.expectation(|x| x * x, 0.0), moments[2].unwrap(), 1e-9);
    }

    #[test]
    fn invariant_laws_match_the_reference() {
        let quantiles = [
            -0.250_637_463_184,
            -0.191_638_877_957,
            -0.139_866_704_301,
            -0.063_809_459_489_8,
            -0.006_734_423_627_39,
            0.056_231_121_616,
            0.162_645_316_695,
            0.253_732_913_961,
            0.379_270_578_968,
        ];
        check(0.2, [10.201_226_830_2, -10.371_796_329_7, 0.072_866_248_970_8], quantiles);
        let quantiles = [
            -0.412_358_800_245,
            -0.302_003_411_188,
            -0.217_359_982_326,
            -0.102_141_079_632,
            -0.016_213_123_675,
            0.083_110_985_102_1,
            0.271_315_936_132,
            0.460_279_337_121,
            0.772_269_634_452,
        ];
        check(0.5, [4.680_490_732_1, -4.148_718_531_89, 0.116_816_218_004], quantiles);
        let quantiles = [
            -1.433_146_569_17,
            -0.729_805_116_574,
            -0.445_097_789_8,
            -0.202_813_042_05,
            -0.053_747_865_543_8,
            0.130_025_443_713,
            0.603_800_355_065,
            1.351_906_111_16,
            3.450_456_791_19,
        ];
        check(2.0, [1.920_122_683_02, -1.037_179_632_97, 0.250_283_448_664], quantiles);
    }

    #[test]
    fn the_symmetric_law_is_student_s() {
        // m = (nu + 1)/2, a = √nu: Student's t with nu = 3, whose median density is 2/(π √3).
        let law = PearsonFour::new(2.0, 0.0, 0.0, 3.0_f64.sqrt()).unwrap();
        assert_close(law.density(0.0), 2.0 / (std::f64::consts::PI * 3.0_f64.sqrt()), 1e-13);
        assert_close(law.cdf(0.0), 0.5, 1e-13);
        // P(T ≤ √3) = ½ + (atan 1 + 1/2)/π.
        let expected = 0.5 + (0.25 * std::f64::consts::PI + 0.5) / std::f64::consts::PI;
        assert_close(law.cdf(3.0_f64.sqrt()), expected, 1e-13);
        assert!(PearsonFour::new(0.5, 0.0, 0.0, 1.0).is_err());
    }
}
