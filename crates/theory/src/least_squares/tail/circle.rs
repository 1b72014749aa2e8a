//! Two features: `Lambda(p)` and the tail exponent, by collocation on the circle of directions.
//!
//! ```text
//! L_p g = ½ gamma C_⊥⊥ g'' + [−S_u⊥ + gamma (p − 1) C_u⊥] g'
//!         + p [−S_uu + ½ gamma ((p − 1) C_uu + C_⊥⊥)] g,   g of period pi
//! u = (cos, sin),  ⊥ = (−sin, cos),  S_ab = aᵀ Sigma b,  C_ab = aᵀ F[u uᵀ] b
//! ```
//!
//! `Lambda(p)` is the principal eigenvalue of `L_p`: `e^{−Lambda t} |eta|^p g(angle)` is a martingale.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::least_squares::error::{positive, shape};
use crate::least_squares::{LeastSquares, LeastSquaresError};
use crate::matrix::{Dominant, outer, spectral_abscissa};

/// Largest exponent that is looked for; beyond it the tail index is given as `+inf`.
const LARGEST_INDEX: f64 = 1e6;

/// The operators `L_p` of a problem with two features at one step size.
#[derive(Clone, Debug)]
pub struct CircleRate {
    step_size: f64,
    /// Node by node: `S_uu`, `S_u⊥`, `C_uu`, `C_u⊥`, `C_⊥⊥`.
    forms: Vec<[f64; 5]>,
    first: Matrix,
    second: Matrix,
}

impl CircleRate {
    /// The operators on `n_nodes` equal angles, an even number; 64 give ten digits for the data sets
    /// of the reference.
    ///
    /// Converges faster than any power of the number of nodes if `C_⊥⊥ > 0` everywhere, that is if
    /// noise turns `eta` in all directions, as it does for three or more samples in general position.
    ///
    /// # Errors
    /// If the problem does not have two features, if the step size is not positive, or if the number
    /// of nodes is odd or below 4.
    ///
    /// # Source
    /// Itô's formula for `|eta|^p g(angle)`; collocation: Trefethen, "Spectral methods in MATLAB",
    /// SIAM 2000, chapter 3.
    pub fn new(
        problem: &LeastSquares,
        step_size: f64,
        n_nodes: usize,
    ) -> Result<CircleRate, LeastSquaresError> {
        shape("features", problem.dim(), 2)?;
        positive("step size", step_size)?;
        if n_nodes < 4 || !n_nodes.is_multiple_of(2) {
            return Err(LeastSquaresError::OutOfRange { name: "nodes", value: n_nodes as f64 });
        }
        let forms = (0..n_nodes).map(|j| {
            let (sin, cos) = real::sin_cos(std::f64::consts::PI * j as f64 / n_nodes as f64);
            let (u, turned) = ([cos, sin], [-sin, cos]);
            let noise = problem.multiplicative_noise(&outer(&u, &u));
            let drift = problem.covariance().times(&u);
            [
                real::dot(&u, &drift),
                real::dot(&turned, &drift),
                LeastSquares::form(&noise, &u),
                real::dot(&turned, &noise.times(&u)),
                LeastSquares::form(&noise, &turned),
            ]
        });
        let forms = forms.collect();
        let (first, second) = derivatives(n_nodes);
        Ok(CircleRate { step_size, forms, first, second })
    }

    /// `Lambda(p)`, any `p ≥ 0`: the rate of `E|eta_t|^p` without label noise.
    ///
    /// # Errors
    /// If the eigenvalue problem fails.
    pub fn at(&self, p: f64) -> Result<f64, LeastSquaresError> {
        Ok(self.principal(p)?.value)
    }

    /// `lambda_1 = Lambda'(0)`: the rate of `ln|eta_t|`; an invariant law exists if it is negative.
    ///
    /// # Errors
    /// If the eigenvalue problem fails.
    pub fn lyapunov_exponent(&self) -> Result<f64, LeastSquaresError> {
        Ok(self.value_and_slope(0.0)?.1)
    }

    /// The tail exponent `alpha`, the positive root of `Lambda`; `+inf` if none is below 1e6.
    ///
    /// # Errors
    /// If there is no invariant law, or if an eigenvalue problem fails.
    pub fn tail_index(&self) -> Result<f64, LeastSquaresError> {
        let exponent = self.lyapunov_exponent()?;
        if exponent >= 0.0 {
            return Err(LeastSquaresError::NoInvariantLaw { exponent });
        }
        let mut p = 2.0;
        while self.at(p)? <= 0.0 {
            p *= 2.0;
            if p > LARGEST_INDEX {
                return Ok(f64::INFINITY);
            }
        }
        // Newton's method descends to the root of a convex function from its right.
        for _ in 0..100 {
            let (value, slope) = self.value_and_slope(p)?;
            let next = p - value / slope;
            if next >= p || p - next < 1e-13 * p {
                break;
            }
            p = next;
        }
        Ok(p)
    }

    /// `Lambda(p)` and its derivative `⟨w, L_p' g⟩/⟨w, g⟩`.
    fn value_and_slope(&self, p: f64) -> Result<(f64, f64), LeastSquaresError> {
        let principal = self.principal(p)?;
        let change = self.derivative_operator(p).times(&principal.right);
        let scale = real::dot(&principal.left, &principal.right);
        Ok((principal.value, real::dot(&principal.left, &change) / scale))
    }

    fn principal(&self, p: f64) -> Result<Dominant, LeastSquaresError> {
        let half = 0.5 * self.step_size;
        let operator = self.assemble(|[s_uu, s_ut, c_uu, c_ut, c_tt]| {
            [
                half * c_tt,
                2.0 * half * (p - 1.0) * c_ut - s_ut,
                p * (half * ((p - 1.0) * c_uu + c_tt) - s_uu),
            ]
        });
        Ok(spectral_abscissa(&operator)?)
    }

    /// `d L_p / dp`.
    fn derivative_operator(&self, p: f64) -> Matrix {
        let half = 0.5 * self.step_size;
        self.assemble(|[s_uu, _, c_uu, c_ut, c_tt]| {
            [0.0, 2.0 * half * c_ut, half * ((2.0 * p - 1.0) * c_uu + c_tt) - s_uu]
        })
    }

    /// The operator whose coefficients of `g''`, `g'` and `g` at each node are given by its forms.
    fn assemble(&self, coefficients: impl Fn([f64; 5]) -> [f64; 3]) -> Matrix {
        let n = self.forms.len();
        let mut entries = Vec::with_capacity(n * n);
        for (i, forms) in self.forms.iter().enumerate() {
            let [two, one, zero] = coefficients(*forms);
            let pairs = self.second.row(i).iter().zip(self.first.row(i));
            entries.extend(pairs.map(|(second, first)| two * second + one * first));
            entries[i * n + i] += zero;
        }
        Matrix::new(n, n, entries)
    }
}

/// First and second derivatives of a trigonometric polynomial of period pi from its values at `n`
/// equal angles, each `[n, n]`.
fn derivatives(n: usize) -> (Matrix, Matrix) {
    let mut first = vec![0.0; n * n];
    let mut second = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..n {
            let distance = (i + n - j) % n;
            let at = i * n + j;
            if distance == 0 {
                second[at] = -((n * n + 2) as f64) / 3.0;
                continue;
            }
            let (sin, cos) = real::sin_cos(std::f64::consts::PI * distance as f64 / n as f64);
            let sign = if distance.is_multiple_of(2) { 1.0 } else { -1.0 };
            first[at] = sign * cos / sin;
            second[at] = -2.0 * sign / (sin * sin);
        }
    }
    (Matrix::new(n, n, first), Matrix::new(n, n, second))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::least_squares::reference::{assert_close, d1, d3};

    #[test]
    fn derivatives_of_a_trigonometric_polynomial_are_exact() {
        let n = 12;
        let angles: Vec<f64> = (0..n).map(|j| std::f64::consts::PI * j as f64 / n as f64).collect();
        let values: Vec<f64> =
            angles.iter().map(|x| real::sin(4.0 * x) + real::cos(2.0 * x)).collect();
        let (first, second) = derivatives(n);
        for (x, (d, dd)) in
            angles.iter().zip(first.times(&values).iter().zip(second.times(&values)))
        {
            assert!((d - (4.0 * real::cos(4.0 * x) - 2.0 * real::sin(2.0 * x))).abs() < 1e-12);
            assert!((dd + 16.0 * real::sin(4.0 * x) + 4.0 * real::cos(2.0 * x)).abs() < 1e-11);
        }
    }

    /// Compares `alpha`, `lambda_1`, `Lambda(2)` and `Lambda(4)` with the reference.
    fn check(problem: &LeastSquares, gamma: f64, expected: [f64; 4]) {
        let rate = CircleRate::new(problem, gamma, 64).unwrap();
        assert_close(rate.tail_index().unwrap(), expected[0], 2e-11);
        assert_close(rate.lyapunov_exponent().unwrap(), expected[1], 1e-9);
        assert_close(rate.at(2.0).unwrap(), expected[2], 2e-10);
        assert_close(rate.at(4.0).unwrap(), expected[3], 2e-10);
    }

    #[test]
    fn training_exponents_match_the_reference() {
        check(
            &d1(),
            0.15,
            [24.863_999_343_3, -0.501_110_214_768, -0.954_051_940_421, -1.811_117_822_17],
        );
        check(
            &d1(),
            0.3,
            [12.902_354_849_5, -0.515_834_345_678, -0.926_888_736_558, -1.652_387_966_27],
        );
        check(
            &d1(),
            0.6,
            [6.917_510_081_66, -0.542_469_715_951, -0.862_162_960_361, -1.297_933_933_15],
        );
        check(
            &d1(),
            1.5,
            [3.294_288_964_09, -0.581_578_288_891, -0.575_346_014_073, 0.827_756_421_795],
        );
    }

    #[test]
    fn population_exponents_match_the_reference() {
        let p = LeastSquares::gaussian(&[1.0, 0.25], 1.0).unwrap();
        check(
            &p,
            0.2,
            [5.981_019_856_19, -0.263_553_823_894, -0.472_782_150_096, -0.835_295_403_278],
        );
        check(
            &p,
            0.4,
            [3.475_719_910_48, -0.280_275_784_686, -0.436_895_632_593, 0.829_409_193_445],
        );
        check(
            &p,
            0.6,
            [2.630_464_890_76, -0.298_982_464_127, -0.372_382_841_096, 3.235_297_502_53],
        );
        check(&p, 1.0, [1.913_429_731_07, -0.335_251_829_051, 0.125, 8.050_808_654_74]);
        let first = [
            (0.2, -0.249_997_721_184),
            (0.4, -0.249_551_954_269),
            (0.6, -0.246_702_420_977),
            (1.0, -0.228_988_135_591),
        ];
        for (gamma, expected) in first {
            let rate = CircleRate::new(&p, gamma, 64).unwrap();
            assert_close(rate.at(1.0).unwrap(), expected, 2e-10);
        }
    }

    #[test]
    fn isotropic_features_have_their_closed_form() {
        let p = LeastSquares::rotation_invariant(2, 0.5, 0.3, 1.0).unwrap();
        let rate = CircleRate::new(&p, 0.4, 16).unwrap();
        assert_close(rate.tail_index().unwrap(), 1.0 + (5.0 - 0.5) / 0.8, 1e-11);
        assert!(CircleRate::new(&p, 0.4, 15).is_err() && CircleRate::new(&d3(), 0.4, 16).is_err());
    }
}
