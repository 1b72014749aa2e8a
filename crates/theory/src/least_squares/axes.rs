//! Curves of SGD where its drift is diagonal: second moments along the eigenvectors of the covariance
//! are all that matters.
//!
//! ```text
//! S_n = eta_k0 + ... + eta_n
//! E[eta_{n+1,j} S_{n+1,j}] = (1 − gamma_n lambda_j) E[eta_{n,j} S_{n,j}] + m_{n+1,j}
//! ```

use maruyama_dynamics::real;

use crate::least_squares::{LeastSquaresError, Measure, SgdSteps};

/// Steps of SGD with the eigenvectors of the covariance as axes.
pub(crate) trait AlongAxes {
    /// What a step moves.
    type State;

    /// The eigenvalues `lambda_j`, `[d]`.
    fn spectrum(&self) -> &[f64];

    /// Weights of `m_j` in what is shown, `[d]`.
    fn weights(&self) -> &[f64];

    /// The state before the first step.
    fn start(&self) -> Self::State;

    /// `m_j = E eta_j²`, `[d]`.
    fn moments(state: &Self::State) -> Vec<f64>;

    /// Moves a state by the step `k`, and gives `gamma_k`.
    ///
    /// # Errors
    /// If the step size is not positive.
    fn step(
        &self,
        sgd: &SgdSteps<'_>,
        k: u64,
        state: &mut Self::State,
    ) -> Result<f64, LeastSquaresError>;
}

/// Weights of second moments along the eigenvectors with eigenvalues `spectrum`.
pub(crate) fn weights(spectrum: &[f64], measure: Measure) -> Vec<f64> {
    let weight = |value: &f64| match measure {
        Measure::Distance => 1.0,
        Measure::ExcessLoss => 0.5 * value,
    };
    spectrum.iter().map(weight).collect()
}

/// As [`crate::least_squares::ErrorCurves::sgd`].
pub(crate) fn sgd<C: AlongAxes>(
    curves: &C,
    sgd: &SgdSteps<'_>,
    steps: &[u64],
) -> Result<Vec<f64>, LeastSquaresError> {
    let (mut state, mut now) = (curves.start(), 0);
    let mut curve = Vec::with_capacity(steps.len());
    for target in steps {
        while now < *target {
            curves.step(sgd, now, &mut state)?;
            now += 1;
        }
        curve.push(real::dot(curves.weights(), &C::moments(&state)));
    }
    Ok(curve)
}

/// As [`crate::least_squares::ErrorCurves::sgd_average`].
pub(crate) fn sgd_average<C: AlongAxes>(
    curves: &C,
    sgd: &SgdSteps<'_>,
    from: u64,
    steps: &[u64],
) -> Result<Vec<f64>, LeastSquaresError> {
    let (mut state, mut now) = (curves.start(), 0);
    let mut cross = C::moments(&state);
    let mut sum = cross.clone();
    let mut curve = Vec::with_capacity(steps.len());
    for target in steps {
        while now < *target {
            let gamma = curves.step(sgd, now, &mut state)?;
            now += 1;
            let moments = C::moments(&state);
            if now <= from {
                (cross, sum) = (moments.clone(), moments);
                continue;
            }
            for (j, m) in moments.iter().enumerate() {
                let carried = (1.0 - gamma * curves.spectrum()[j]) * cross[j];
                sum[j] += 2.0 * carried + m;
                cross[j] = carried + m;
            }
        }
        let count = (now.max(from) - from + 1) as f64;
        curve.push(real::dot(curves.weights(), &sum) / (count * count));
    }
    Ok(curve)
}
