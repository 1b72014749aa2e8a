//! Bounds on the tail index of homogenized SGD.
//!
//! ```text
//! theta_i = (gamma/n) (lambda_i² + delta)        phi_i = gamma lambda_i⁴ / (2nB (lambda_i² + delta))
//! eta_* <= eta_sharp <= eta <= eta^* = 1 + 1/phi_1
//! ```

use maruyama_dynamics::real;

/// Where the bounds are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// Singular values `lambda_i` of the design, largest first, `[r]` with `r ≥ 1`.
    pub singular_values: &'a [f64],
    /// Number of samples `n`.
    pub n_rows: usize,
    /// Step size `gamma > 0`, per iteration.
    pub step_size: f64,
    /// Batch size `B ≥ 1`.
    pub batch_size: u64,
    /// Ridge `delta ≥ 0`.
    pub ridge: f64,
}

/// Rates, tail bounds and thresholds of homogenized SGD.
#[derive(Clone, Debug, PartialEq)]
pub struct TailBounds {
    /// Relaxation rates `theta_i` per iteration, `[r]`.
    pub theta: Vec<f64>,
    /// Relative noise intensities `phi_i`, `[r]`.
    pub phi: Vec<f64>,
    /// Lower bound `eta_*` of the paper, where `gamma < gamma_bar`, which is where it exceeds 2.
    pub lower: Option<f64>,
    /// The sharper lower bound `2 + (1 − sum phi_i)/phi_1`, where `sum phi_i < 1`.
    pub sharp_lower: Option<f64>,
    /// Upper bound `eta^* = nu_1 = 1 + 1/phi_1`.
    pub upper: f64,
    /// `gamma_bar = 2nB (lambda_1² + delta) / (lambda_1² sum lambda_i²)`: the lower bound needs less.
    pub step_size_for_lower: f64,
    /// `gamma' = (nB/2) / sum lambda_i⁴/(lambda_i² + delta)`: the paper's convergence in W₂ needs less.
    pub step_size_for_convergence: f64,
    /// `gamma_2 = 4 gamma'`: second moments are finite exactly below it.
    pub step_size_for_second_moment: f64,
}

/// The bounds in `setting`.
///
/// # Source
/// Jiao & Keller-Ressel, arXiv 2402.01382, eq. (5), Theorem 3.2 with (13), Theorem 3.3 with (14),
/// Theorem 3.4. The sharper lower bound follows from the Lyapunov function
/// `(sum z_i²/theta_i)^(p/2)` and the second-moment threshold from the secular equation
/// `sum s_i²/(2 theta_i) = 1` of the second moments; neither is in the paper.
///
/// # Panics
/// If there is no singular value.
#[must_use]
pub fn tail_bounds(setting: &Setting<'_>) -> TailBounds {
    let Setting { singular_values, n_rows, step_size, batch_size, ridge } = *setting;
    assert!(!singular_values.is_empty(), "bounds need a design of rank at least one");
    let (n, b) = (n_rows as f64, batch_size as f64);
    let squares: Vec<f64> = singular_values.iter().map(|s| s * s).collect();
    let ratios: Vec<f64> = squares.iter().map(|s| s * s / (s + ridge)).collect();
    let theta = squares.iter().map(|s| step_size / n * (s + ridge)).collect();
    let phi: Vec<f64> = ratios.iter().map(|ratio| step_size * ratio / (2.0 * n * b)).collect();

    let upper = 1.0 + 1.0 / phi[0];
    let lower = upper - real::sum(&squares[1..]) / squares[0];
    let step_size_for_lower =
        2.0 * n * b * (squares[0] + ridge) / (squares[0] * real::sum(&squares));
    let sum_phi = real::sum(&phi);
    let step_size_for_second_moment = 2.0 * n * b / real::sum(&ratios);
    TailBounds {
        lower: (step_size < step_size_for_lower).then_some(lower),
        sharp_lower: (sum_phi < 1.0).then(|| 2.0 + (1.0 - sum_phi) / phi[0]),
        upper,
        step_size_for_lower,
        step_size_for_convergence: step_size_for_second_moment / 4.0,
        step_size_for_second_moment,
        theta,
        phi,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(value: f64, expected: f64) {
        assert!((value - expected).abs() <= 1e-9 * expected.abs(), "{value} vs {expected}");
    }

    struct Case {
        singular_values: &'static [f64],
        n_rows: usize,
        batch_size: u64,
        step_size: f64,
        ridge: f64,
        // eta^*, eta_*, eta_sharp, gamma_bar, gamma', gamma_2, theta_1, theta_r, phi_1, phi_r
        expected: [f64; 10],
    }

    const CASES: [Case; 5] = [
        Case {
            singular_values: &[5.0, 3.0, 2.0, 0.5],
            n_rows: 100,
            batch_size: 4,
            step_size: 0.8,
            ridge: 1.5,
            expected: [
                43.4,
                42.87,
                42.948_054_545_454_54,
                22.169_934_640_522_875,
                5.840_439_786_117_685_5,
                23.361_759_144_470_742,
                0.212,
                0.014,
                0.023_584_905_660_377_36,
                3.571_428_571_428_572e-5,
            ],
        },
        Case {
            singular_values: &[5.0, 3.0, 2.0, 0.5],
            n_rows: 100,
            batch_size: 1,
            step_size: 0.8,
            ridge: 0.0,
            expected: [
                11.0,
                10.47,
                10.47,
                5.228_758_169_934_641,
                1.307_189_542_483_660_1,
                5.228_758_169_934_641,
                0.2,
                0.002,
                0.1,
                0.001,
            ],
        },
        Case {
            singular_values: &[10.0],
            n_rows: 50,
            batch_size: 1,
            step_size: 0.5,
            ridge: 0.0,
            expected: [3.0, 3.0, 3.0, 1.0, 0.25, 1.0, 1.0, 1.0, 0.5, 0.5],
        },
        Case {
            singular_values: &[2.0, 2.0, 2.0],
            n_rows: 30,
            batch_size: 2,
            step_size: 3.0,
            ridge: 0.25,
            expected: [
                11.625,
                9.625,
                9.625,
                10.625,
                2.656_25,
                10.625,
                0.425,
                0.425,
                0.094_117_647_058_823_53,
                0.094_117_647_058_823_53,
            ],
        },
        Case {
            singular_values: &[9.0, 4.0, 1.0],
            n_rows: 200,
            batch_size: 1,
            step_size: 0.3,
            ridge: 5.0,
            expected: [
                18.477_010_618_300_056,
                18.267_134_075_090_18,
                18.315_036_180_605_453,
                4.333_585_285_966_238_5,
                1.128_059_063_823_408,
                4.512_236_255_293_632,
                0.129,
                0.009,
                0.057_218_023_255_813_95,
                0.000_125,
            ],
        },
    ];

    #[test]
    fn bounds_match_reference_values() {
        for case in &CASES {
            let Case { singular_values, n_rows, batch_size, step_size, ridge, expected } = *case;
            let setting = Setting { singular_values, n_rows, step_size, batch_size, ridge };
            let bounds = tail_bounds(&setting);
            let last = singular_values.len() - 1;
            let values = [
                bounds.upper,
                bounds.lower.unwrap(),
                bounds.sharp_lower.unwrap(),
                bounds.step_size_for_lower,
                bounds.step_size_for_convergence,
                bounds.step_size_for_second_moment,
                bounds.theta[0],
                bounds.theta[last],
                bounds.phi[0],
                bounds.phi[last],
            ];
            for (value, expected) in values.into_iter().zip(expected) {
                assert_close(value, expected);
            }
        }
    }

    #[test]
    fn equal_intensities_attain_the_lower_bound() {
        // With all phi_i = phi the stationary law is Student's with eta = 2 + 1/phi − r.
        for (r, phi, eta) in
            [(1, 0.5, 3.0), (4, 0.12, 6.333_333_333_333_334), (5, 0.16, 3.25), (10, 0.1, 2.0)]
        {
            let singular_values = vec![1.0; r];
            let setting = Setting {
                singular_values: &singular_values,
                n_rows: 10,
                step_size: 20.0 * phi,
                batch_size: 1,
                ridge: 0.0,
            };
            let bounds = tail_bounds(&setting);
            assert!((bounds.sharp_lower.unwrap_or(2.0) - eta).abs() < 1e-12);
            assert!((bounds.upper - (r as f64 - 1.0) - eta).abs() < 1e-12);
        }
    }

    #[test]
    fn there_is_no_lower_bound_from_the_threshold_on() {
        let bounds = |step_size, ridge| {
            let singular_values = &[3.0, 2.0];
            tail_bounds(&Setting { singular_values, n_rows: 13, step_size, batch_size: 1, ridge })
        };
        // gamma_bar = 2 for delta = 0, where eta_* = 2.
        assert!(bounds(1.999, 0.0).lower.is_some_and(|eta| (eta - 2.0).abs() < 0.01));
        assert_eq!(bounds(2.0, 0.0).lower, None);
        assert_eq!(bounds(2.001, 0.0).sharp_lower, None);
        // With a ridge the sharper bound lives longer.
        let threshold = bounds(1.0, 1.0).step_size_for_lower;
        assert_eq!(bounds(threshold, 1.0).lower, None);
        assert!(bounds(threshold, 1.0).sharp_lower.is_some());
    }
}
