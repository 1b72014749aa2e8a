//! Invariant covariance for Gaussian features, in closed form and any dimension.
//!
//! ```text
//! m_j = gamma (s² + tau) / (2 − gamma lambda_j),   tau = gamma s² S / (1 − gamma S)
//! S = sum_j lambda_j / (2 − gamma lambda_j),   finite exactly if gamma lambda_max < 2, gamma S < 1
//! ```

use maruyama_dynamics::real;

use crate::least_squares::LeastSquaresError;
use crate::least_squares::error::positive;

/// Variances `m_j` of the invariant law of the equation along the eigenvectors of `Sigma`, `[d]`.
///
/// # Arguments
/// * `spectrum`: eigenvalues `lambda_j > 0` of the covariance of Gaussian features, `[d]`
/// * `label_noise`: standard deviation `s` of independent label noise
/// * `step_size`: `gamma > 0`
///
/// # Errors
/// If a number is outside its range, or if the covariance is infinite; the error's rate is then
/// `gamma S − 1`, or `+inf` if an eigenvalue alone is too large.
///
/// # Source
/// `T(M) = 2 Sigma M Sigma + trace(Sigma M) Sigma` in `Sigma M + M Sigma − gamma (T(M) − Sigma M
/// Sigma) = gamma N`.
pub fn gaussian_stationary_sde(
    spectrum: &[f64],
    label_noise: f64,
    step_size: f64,
) -> Result<Vec<f64>, LeastSquaresError> {
    stationary(spectrum, label_noise, step_size, 1.0)
}

/// Variances of the invariant law of SGD itself, with `2 − 2 gamma lambda_j` in place of
/// `2 − gamma lambda_j`, `[d]`.
///
/// # Errors
/// As [`gaussian_stationary_sde`].
///
/// # Source
/// As [`gaussian_stationary_sde`], with `Sigma M + M Sigma − gamma T(M) = gamma N`.
pub fn gaussian_stationary_sgd(
    spectrum: &[f64],
    label_noise: f64,
    step_size: f64,
) -> Result<Vec<f64>, LeastSquaresError> {
    stationary(spectrum, label_noise, step_size, 2.0)
}

/// The variances with denominators `2 − copies gamma lambda_j`.
fn stationary(
    spectrum: &[f64],
    label_noise: f64,
    step_size: f64,
    copies: f64,
) -> Result<Vec<f64>, LeastSquaresError> {
    positive("step size", step_size)?;
    for value in spectrum {
        positive("eigenvalue", *value)?;
    }
    if !(label_noise >= 0.0 && label_noise.is_finite()) {
        return Err(LeastSquaresError::OutOfRange { name: "label noise", value: label_noise });
    }
    let excess = step_size * resonance(spectrum, copies * step_size) - 1.0;
    if excess.is_nan() || excess >= 0.0 {
        return Err(LeastSquaresError::NoSecondMoment { rate: excess });
    }
    let total = step_size * label_noise * label_noise / -excess;
    Ok(spectrum.iter().map(|value| total / (2.0 - copies * step_size * value)).collect())
}

/// `S = sum_j lambda_j / (2 − g lambda_j)`, `+inf` if a denominator is not positive.
fn resonance(spectrum: &[f64], g: f64) -> f64 {
    let terms: Vec<f64> = spectrum
        .iter()
        .map(|value| {
            let denominator = 2.0 - g * value;
            if denominator > 0.0 { value / denominator } else { f64::INFINITY }
        })
        .collect();
    real::sum(&terms)
}

/// The step size at which `Lambda(2) = 0` for Gaussian features with the given spectrum, `gamma S =
/// 1`; the covariance of the invariant law of the equation is finite exactly below it.
///
/// # Errors
/// If the spectrum is empty or an eigenvalue is not positive.
///
/// # Source
/// As [`gaussian_stationary_sde`].
pub fn mean_square_limit(spectrum: &[f64]) -> Result<f64, LeastSquaresError> {
    let largest = spectrum.iter().copied().fold(0.0, f64::max);
    for value in spectrum {
        positive("eigenvalue", *value)?;
    }
    positive("largest eigenvalue", largest)?;
    let (mut low, mut high) = (0.0, 2.0 / largest);
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || high <= middle {
            return Ok(low);
        }
        if middle * resonance(spectrum, middle) < 1.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::least_squares::reference::{assert_all_close, assert_close};
    use crate::least_squares::{Equation, LeastSquares, MomentFlow, MomentMap, thresholds};

    const SPECTRUM: [f64; 3] = [2.0, 1.0, 0.5];

    #[test]
    fn variances_match_the_reference() {
        let sde = gaussian_stationary_sde(&SPECTRUM, 0.7, 0.1).unwrap();
        assert_all_close(
            &sde,
            &[0.033_582_130_965_6, 0.031_814_650_388_5, 0.030_998_890_122_1],
            1e-11,
        );
        let sgd = gaussian_stationary_sgd(&SPECTRUM, 0.7, 0.1).unwrap();
        assert_all_close(
            &sgd,
            &[0.038_612_903_225_8, 0.034_322_580_645_2, 0.032_516_129_032_3],
            1e-11,
        );
        let sde = gaussian_stationary_sde(&SPECTRUM, 0.7, 0.3).unwrap();
        assert_all_close(&sde, &[0.334_526_049_204, 0.275_492_040_521, 0.253_154_848_046], 1e-11);
        assert!(gaussian_stationary_sgd(&SPECTRUM, 0.7, 0.3).is_err());
    }

    #[test]
    fn variances_match_the_general_solution() {
        let p = LeastSquares::gaussian(&SPECTRUM, 0.7).unwrap();
        let sde = MomentFlow::new(&p, 0.2, Equation::FirstOrder).unwrap().stationary().unwrap();
        let sgd = MomentMap::sgd(&p, 0.2).unwrap().stationary().unwrap();
        for (general, closed) in [
            (sde, gaussian_stationary_sde(&SPECTRUM, 0.7, 0.2).unwrap()),
            (sgd, gaussian_stationary_sgd(&SPECTRUM, 0.7, 0.2).unwrap()),
        ] {
            let diagonal: Vec<f64> = (0..3).map(|i| general.row(i)[i]).collect();
            assert_all_close(&diagonal, &closed, 1e-13);
        }
        let limit = mean_square_limit(&SPECTRUM).unwrap();
        assert_close(limit, thresholds(&p).unwrap().mean_square, 1e-12);
        assert_close(mean_square_limit(&[1.0; 4]).unwrap(), 0.4, 1e-14);
    }
}
