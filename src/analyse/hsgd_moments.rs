//! The estimator `hsgd_moments`: growth rates, stationary moments and convergence of homogenized SGD.

use maruyama_dynamics::parameter::{Parameters, Part};
use maruyama_theory::random_matrix::largest_square;
use maruyama_theory::tail::{
    Diffusion, convex_order, coupling_rate, fourth_moment_rate, printed_coupling_rate,
    second_moment_rate,
};

use crate::analyse::estimator::{AnalysisError, Estimator, Input};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};
use crate::analyse::tail_bounds::bounds_of;

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
