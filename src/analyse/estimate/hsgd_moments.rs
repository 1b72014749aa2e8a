//! The estimator `hsgd_moments`: growth rates, stationary moments and convergence of homogenized SGD.

use maruyama_dynamics::parameter::{Parameters, Part};
use maruyama_theory::random_matrix::largest_square;
use maruyama_theory::tail::{
    Diffusion, convex_order, coupling_rate, fourth_moment_rate, printed_coupling_rate,
    second_moment_rate,
};

use crate::analyse::cell::sgd_cell::bounds_of;
use crate::analyse::estimator::{AnalysisError, Estimator, Input};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};

/// Standard deviations on either side of the approximate mean of λ₁².
const WIDTH: f64 = 3.0;

const PART: Part = Part {
    name: "hsgd_moments",
    doc: "Homogenized SGD at the cell's step size, batch size and ridge: growth rates of second and \
          fourth moments, rates of convergence in W₂ as printed and as sharp as a synchronous \
          coupling gives, stationary moments beside those of the Pearson diffusions (Theorems 3.1 and \
          3.4 of Jiao & Keller-Ressel, arXiv 2402.01382), and λ₁² beside eq. (15) for a Gaussian \
          design of unit variance. Theory: reads no simulation. One row a cell.",
    parameters: &[],
    source: file!(),
};

/// Moments and rates of homogenized SGD.
pub(crate) struct HsgdMoments;

impl Estimator for HsgdMoments {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("rate_2", "growth rate Λ(2) of second moments per iteration; negative if they settle"),
            ("rate_4", "growth rate Λ(4) of fourth moments"),
            ("coupling", "rate −Λ(2)/2 of convergence in W₂ by a synchronous coupling"),
            ("coupling_printed", "rate ρ_* of Theorem 3.4, where γ < γ′"),
            ("order_2", "least E Z_i²/E Ẑ_i² over i; Theorem 3.1 says at least 1"),
            ("order_4", "least E Z_i⁴/E Ẑ_i⁴ over i, where fourth moments are finite"),
            ("lambda_squared", "λ₁²"),
            ("lambda_centre", "(√(n−1) + √d)², the mean of λ₁² that the paper sets"),
            (
                "lambda_mean",
                "approximate mean of λ₁² by eq. (15), three standard deviations about it",
            ),
        ]
    }

    fn observables(&self, _: &Parameters) -> Vec<String> {
        Vec::new()
    }

    fn estimate(&self, input: &Input<'_>, _: &Parameters) -> Result<CellOutcome, AnalysisError> {
        let bounds = bounds_of(input)?;
        let problem = input.least_squares()?;
        let noise = bounds.theta.iter().zip(&bounds.phi);
        let noise = noise.map(|(theta, phi)| 2.0 * theta * phi).collect();
        let diffusion = Diffusion { theta: bounds.theta, noise };
        let largest = problem.spectrum().singular_values[0];
        let dataset = problem.dataset();
        let expected = largest_square(dataset.n_rows(), dataset.n_columns(), 1.0);
        let (mean, half) = (expected.mean(), WIDTH * expected.standard_deviation());
        let row = Row::from(
            [
                ("rate_2", Scalar::number(second_moment_rate(&diffusion))),
                ("rate_4", Scalar::number(fourth_moment_rate(&diffusion))),
                ("coupling", Scalar::optional(coupling_rate(&diffusion))),
                ("coupling_printed", Scalar::optional(printed_coupling_rate(&diffusion))),
                ("order_2", Scalar::optional(least_ratio(&diffusion, 2))),
                ("order_4", Scalar::optional(least_ratio(&diffusion, 4))),
                ("lambda_squared", Scalar::number(largest * largest)),
                ("lambda_centre", Scalar::number(expected.centre)),
                ("lambda_mean", Scalar::interval(mean, mean - half, mean + half)),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        Ok(CellOutcome { rows: vec![row], ..CellOutcome::default() })
    }
}

/// The least ratio of a moment of a component to that of its Pearson diffusion, among those that are
/// finite; absent if none is.
fn least_ratio(diffusion: &Diffusion, power: u32) -> Option<f64> {
    let moments = convex_order(diffusion, power)?;
    let finite = moments.iter().filter(|both| both.homogenized.is_finite());
    finite.map(|both| both.homogenized / both.pearson).reduce(f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::estimator::tests::{estimate, is, least_squares};

    /// λ² = 25 and n = 2: at γ = 0.02, θ = 1/4, φ = 1/8 and s² = 1/16.
    ///
    /// ```text
    /// Λ(2) = s² − 2 θ,   Λ(4) = 6 s² − 4 θ,   1 = 2 s²/(θ − ρ_*)
    /// ```
    #[test]
    fn one_component_is_its_own_pearson_diffusion() {
        let problem = || least_squares(&[&[3.0], &[4.0]], &[6.8, 7.4], 0.0);
        let outcome = estimate(&HsgdMoments, problem(), 0.02, &[], None).unwrap();
        let row = &outcome.rows[0];
        for (column, expected) in [
            ("rate_2", -0.4375),
            ("rate_4", -0.625),
            ("coupling", 0.218_75),
            ("coupling_printed", 0.125),
            ("order_2", 1.0),
            ("order_4", 1.0),
            ("lambda_squared", 25.0),
            // (√1 + √1)², and −1.2065… times its scale 2 ∛2.
            ("lambda_centre", 4.0),
            ("lambda_mean", 0.959_725_903_958_464_2),
        ] {
            assert!(is(row, column, expected), "{column}: {row:?}");
        }
        let (low, high) = row["lambda_mean"].range().unwrap();
        assert!((high - low - 2.0 * 9.585_351_271_738_682).abs() < 1e-9, "{row:?}");
        // At γ = 0.04, φ = 1/4 and 4 Σφ = 1: Theorem 3.4 ends.
        let outcome = estimate(&HsgdMoments, problem(), 0.04, &[], None).unwrap();
        assert_eq!(outcome.rows[0]["coupling_printed"], Scalar::Missing);
        // At γ = 0.2, φ = 5/4: no second moment.
        let outcome = estimate(&HsgdMoments, problem(), 0.2, &[], None).unwrap();
        assert_eq!(outcome.rows[0]["order_2"], Scalar::Missing);
        assert!(is(&outcome.rows[0], "rate_2", 1.25), "{outcome:?}");
    }

    /// Two components with φ = 1/8: E|Z|² = 2 φ/(1 − 2 φ) = 1/3 and E Z_i² = φ 4/3, where the Pearson
    /// diffusion has φ/(1 − φ).
    #[test]
    fn components_that_share_their_noise_have_larger_moments() {
        let problem = least_squares(&[&[1.0, 0.0], &[0.0, 1.0]], &[1.0, 1.0], 0.0);
        let outcome = estimate(&HsgdMoments, problem, 0.5, &[], None).unwrap();
        let row = &outcome.rows[0];
        assert!(is(row, "rate_2", -0.375) && is(row, "order_2", 7.0 / 6.0), "{row:?}");
        assert!(row["order_4"].value().unwrap() > 7.0 / 6.0, "{row:?}");
    }
}
