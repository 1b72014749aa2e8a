//! The estimator `tail_bounds`: bounds on the tail index of homogenized SGD, from the spectrum.

use maruyama_dynamics::parameter::{Parameters, Part};
use maruyama_dynamics::real;

use crate::analyse::cell::sgd_cell::bounds_of;
use crate::analyse::estimator::{AnalysisError, Estimator, Input};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};

const PART: Part = Part {
    name: "tail_bounds",
    doc: "Bounds on the tail index of homogenized SGD at the cell's step size, batch size and ridge \
          (Jiao & Keller-Ressel, arXiv 2402.01382, Theorems 3.2–3.4). Theory: reads no simulation.",
    parameters: &[],
    source: file!(),
};

/// Bounds on the tail index of homogenized SGD.
pub(crate) struct TailBounds;

impl Estimator for TailBounds {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("rows", "number n of samples"),
            ("columns", "number d of features"),
            ("rank", "rank r of the design"),
            ("lambda_1", "largest singular value of the design"),
            ("beta", "residual |A x_* − b|²"),
            ("theta_1", "relaxation rate of the leading coordinate per iteration"),
            ("sum_phi", "Σφ_i; second moments are finite if it is below 1"),
            ("eta_lower", "lower bound η_*, where γ < γ̄"),
            ("eta_sharp", "sharper lower bound 2 + (1 − Σφ_i)/φ_1, where Σφ_i < 1"),
            ("eta_upper", "upper bound η^* = 1 + 1/φ_1"),
            ("gamma_bar", "step size γ̄ below which η_* holds"),
            ("gamma_prime", "step size γ′ below which Theorem 3.4 holds"),
            ("gamma_second_moment", "step size 4γ′ below which second moments are finite"),
        ]
    }

    fn observables(&self, _: &Parameters) -> Vec<String> {
        Vec::new()
    }

    fn estimate(&self, input: &Input<'_>, _: &Parameters) -> Result<CellOutcome, AnalysisError> {
        let problem = input.least_squares()?;
        let spectrum = problem.spectrum();
        let bounds = bounds_of(input)?;
        let row = Row::from(
            [
                ("rows", Scalar::count(problem.dataset().n_rows())),
                ("columns", Scalar::count(problem.dataset().n_columns())),
                ("rank", Scalar::count(spectrum.rank())),
                ("lambda_1", Scalar::number(spectrum.singular_values[0])),
                ("beta", Scalar::number(spectrum.beta)),
                ("theta_1", Scalar::number(bounds.theta[0])),
                ("sum_phi", Scalar::number(real::sum(&bounds.phi))),
                ("eta_lower", Scalar::optional(bounds.lower)),
                ("eta_sharp", Scalar::optional(bounds.sharp_lower)),
                ("eta_upper", Scalar::number(bounds.upper)),
                ("gamma_bar", Scalar::number(bounds.step_size_for_lower)),
                ("gamma_prime", Scalar::number(bounds.step_size_for_convergence)),
                ("gamma_second_moment", Scalar::number(bounds.step_size_for_second_moment)),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        Ok(CellOutcome { rows: vec![row], ..CellOutcome::default() })
    }
}
