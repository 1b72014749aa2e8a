//! Decay of second moments for Gaussian features without label noise, exactly and in any dimension.
//!
//! ```text
//! dm/dt = (−2 Lambda + gamma Lambda² + gamma lambda lambdaᵀ) m,   m_j = E eta_j²
//! ```

use maruyama_dynamics::real;

use crate::least_squares::LeastSquaresError;
use crate::least_squares::error::{positive, shape};
use crate::matrix::RankOneUpdate;

/// The decay of `E eta_j²` along the eigenvectors of the covariance of Gaussian features.
#[derive(Clone, Debug)]
pub struct GaussianDecay {
    spectrum: Vec<f64>,
    operator: RankOneUpdate,
}

impl GaussianDecay {
    /// The decay for eigenvalues `lambda_j > 0`, `[d]`, and step size `gamma > 0`.
    ///
    /// Takes time of order `d²` here and for each time asked for.
    ///
    /// # Errors
    /// If a number is outside its range.
    ///
    /// # Source
    /// Itô's formula with `C(eta) = (etaᵀ Sigma eta) Sigma + Sigma eta etaᵀ Sigma`: a diagonal
    /// matrix with an update of rank one.
    pub fn new(spectrum: &[f64], step_size: f64) -> Result<GaussianDecay, LeastSquaresError> {
        positive("step size", step_size)?;
        for value in spectrum {
            positive("eigenvalue", *value)?;
        }
        let diagonal: Vec<f64> =
            spectrum.iter().map(|value| value * (step_size * value - 2.0)).collect();
        let operator = RankOneUpdate::new(&diagonal, spectrum, step_size);
        Ok(GaussianDecay { spectrum: spectrum.to_vec(), operator })
    }

    /// `Lambda(2)`, the largest eigenvalue of the equation; `−inf` without eigenvalues.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.operator.moved_eigenvalues().last().copied().unwrap_or(f64::NEG_INFINITY)
    }

    /// `E eta_j²` at `time ≥ 0`, `[d]`, from its values at time 0, `[d]`.
    ///
    /// # Errors
    /// If the shapes differ or the time is negative or not finite.
    pub fn at(&self, start: &[f64], time: f64) -> Result<Vec<f64>, LeastSquaresError> {
        shape("start", start.len(), self.spectrum.len())?;
        if !(time >= 0.0 && time.is_finite()) {
            return Err(LeastSquaresError::OutOfRange { name: "time", value: time });
        }
        Ok(self.operator.exponential_times(time, start))
    }

    /// The excess loss `½ sum_j lambda_j m_j` of second moments `m`, `[d]`.
    ///
    /// # Panics
    /// If the shapes differ.
    #[must_use]
    pub fn excess_loss(&self, second_moments: &[f64]) -> f64 {
        0.5 * real::dot(&self.spectrum, second_moments)
    }

    /// Second moments under gradient flow, `e^{−2 lambda_j t} m_j`, `[d]`.
    ///
    /// # Errors
    /// If the shapes differ.
    pub fn gradient_flow(&self, start: &[f64], time: f64) -> Result<Vec<f64>, LeastSquaresError> {
        shape("start", start.len(), self.spectrum.len())?;
        let pairs = self.spectrum.iter().zip(start);
        Ok(pairs.map(|(value, m)| real::exp(-2.0 * value * time) * m).collect())
    }

    /// The power `1 + min{(b − 1)/a, 1 − 1/a}` with which the loss decays for `lambda_j = j^−a` and
    /// `E eta_j²(0) = j^−b`, `a, b > 1`; the squared distance decays with one power less.
    ///
    /// The first term is the source condition, which alone limits gradient flow; the second is the
    /// capacity, at which multiplicative noise saturates.
    #[must_use]
    pub fn loss_exponent(a: f64, b: f64) -> f64 {
        1.0 + f64::min((b - 1.0) / a, 1.0 - 1.0 / a)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::least_squares::reference::{assert_all_close, assert_close};
    use crate::least_squares::{Equation, LeastSquares, MomentFlow};
    use crate::matrix::diagonal;

    const TIMES: [f64; 5] = [1.0, 10.0, 100.0, 1000.0, 4000.0];

    fn powers(exponent: f64) -> Vec<f64> {
        (1..=3000).map(|j| real::pow(f64::from(j), -exponent)).collect()
    }

    /// Compares loss, squared distance and loss of gradient flow with the reference.
    fn check(decay: &GaussianDecay, b: f64, expected: [[f64; 5]; 3]) {
        let start = powers(b);
        for (i, time) in TIMES.into_iter().enumerate() {
            let moments = decay.at(&start, time).unwrap();
            assert_close(decay.excess_loss(&moments), expected[0][i], 1e-9);
            assert_close(real::sum(&moments), expected[1][i], 1e-9);
            let flow = decay.gradient_flow(&start, time).unwrap();
            assert_close(decay.excess_loss(&flow), expected[2][i], 1e-9);
        }
    }

    #[test]
    fn a_steep_spectrum_matches_the_reference() {
        let decay = GaussianDecay::new(&powers(2.0), 0.2).unwrap();
        let loss = [
            0.153_782_178_32,
            0.007_311_978_247_79,
            0.000_392_883_070_277,
            2.148_458_038_78e-5,
            3.753_361_578_16e-6,
        ];
        let distance = [
            1.650_708_855_46,
            0.874_762_964_688,
            0.464_111_200_444,
            0.240_663_515_065,
            0.158_227_045_336,
        ];
        let flow = [
            0.110_820_552_155,
            0.005_353_963_923_72,
            0.000_301_281_937_051,
            1.694_194_249_07e-5,
            2.994_606_937_34e-6,
        ];
        check(&decay, 1.5, [loss, distance, flow]);
    }

    /// Loss, squared distance and loss of gradient flow for `a = 1.5`, `b = 3`.
    const SMOOTH_START: [[f64; 5]; 3] = [
        [
            0.126_791_905_88,
            0.001_842_340_619_42,
            6.322_684_740_89e-5,
            2.888_581_063_85e-6,
            4.521_894_008_14e-7,
        ],
        [
            0.481_968_400_479,
            0.119_982_205_975,
            0.048_233_342_958_4,
            0.018_963_915_518_2,
            0.009_621_110_511_15,
        ],
        [
            0.082_370_432_776_6,
            0.000_365_467_714_435,
            1.696_637_110_18e-6,
            7.874_996_586_16e-9,
            3.099_690_153_1e-10,
        ],
    ];

    #[test]
    fn a_flat_spectrum_matches_the_reference() {
        let decay = GaussianDecay::new(&powers(1.5), 0.2).unwrap();
        let loss = [
            0.198_473_115_861,
            0.013_289_707_020_2,
            0.000_851_002_762_541,
            5.281_744_905_41e-5,
            9.694_635_093_92e-6,
        ];
        let distance = [
            2.670_180_787_72,
            1.594_304_778_13,
            0.874_442_250_839,
            0.418_983_748_775,
            0.234_781_205_486,
        ];
        let flow = [
            0.143_216_869_433,
            0.008_404_027_428_37,
            0.000_530_200_355_375,
            3.331_102_050_28e-5,
            6.191_033_712_16e-6,
        ];
        check(&decay, 1.3, [loss, distance, flow]);
        check(&decay, 3.0, SMOOTH_START);
    }

    #[test]
    fn exponents_of_the_reference() {
        let found =
            [(2.0, 1.5), (1.5, 1.3), (1.5, 3.0)].map(|(a, b)| GaussianDecay::loss_exponent(a, b));
        assert_all_close(&found, &[1.25, 1.2, 4.0 / 3.0], 1e-14);
    }

    #[test]
    fn decay_matches_the_general_equation() {
        let (spectrum, start) = ([1.0, 0.4, 0.4], [0.5, 1.0, 2.0]);
        let decay = GaussianDecay::new(&spectrum, 0.3).unwrap();
        let p = LeastSquares::gaussian(&spectrum, 0.0).unwrap();
        let flow = MomentFlow::new(&p, 0.3, Equation::FirstOrder).unwrap();
        assert_close(decay.rate(), flow.second_moment_rate().unwrap(), 1e-12);
        let general = flow.difference_at(&diagonal(&start), 2.5).unwrap();
        let along: Vec<f64> = (0..3).map(|i| general.row(i)[i]).collect();
        assert_all_close(&decay.at(&start, 2.5).unwrap(), &along, 1e-12);
    }
}
