//! The estimator `tail_bounds`: bounds on the tail index of homogenized SGD, from the spectrum.

use maruyama_dynamics::parameter::{Lookup as _, Parameters, Part};
use maruyama_dynamics::real;
use maruyama_theory::tail::{Setting, TailBounds as Bounds, tail_bounds};

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

/// The bounds at the parameters of the cell.
///
/// # Errors
/// If the cell is not one of SGD or its equations on least squares, or the data are no use.
pub(crate) fn bounds_of(input: &Input<'_>) -> Result<Bounds, AnalysisError> {
    let parameters = input.parameters;
    let problem = input.least_squares()?;
    is_of_sgd(input)?;
    let ridge = problem.ridge();
    let spectrum = problem.spectrum();
    if spectrum.rank() == 0 {
        return Err(AnalysisError::Data("the design matrix is zero".to_owned()));
    }
    Ok(tail_bounds(&Setting {
        singular_values: &spectrum.singular_values,
        n_rows: problem.dataset().n_rows(),
        step_size: parameters.real("step_size"),
        batch_size: parameters.count("batch_size"),
        ridge,
    }))
}

/// Checks that the cell is one of SGD or of its equations.
///
/// # Errors
/// If it is not.
pub(crate) fn is_of_sgd(input: &Input<'_>) -> Result<(), AnalysisError> {
    let model = input.parameters.text("model");
    if ["sgd", "sgd_sde", "hsgd"].contains(&model) {
        return Ok(());
    }
    Err(AnalysisError::NotSgd(model.to_owned()))
}
