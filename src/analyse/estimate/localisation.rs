//! The estimator `localisation`: how far the invariant law of least squares is from the minimiser.

use maruyama_dynamics::parameter::{Lookup as _, Parameters, Part};
use maruyama_statistics::interval::mean::student_interval;
use maruyama_theory::least_squares::{
    Equation, LeastSquaresError, MomentFlow, MomentMap, localisation_bounds, small_step_expansion,
};
use maruyama_theory::matrix::trace;

use crate::analyse::cell::described::described;
use crate::analyse::cell::sgd_cell::is_of_sgd;
use crate::analyse::estimator::{AnalysisError, Estimator, Input};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};

/// Level of the interval of the simulated mean.
const LEVEL: f64 = 0.95;

const PART: Part = Part {
    name: "localisation",
    doc: "The mean squared distance E|θ − θ_*|² of the invariant law from the minimiser: of the \
          simulated chains at the last recorded step (observable `error`), and without simulation of \
          SGD, of its equation, of the second-order equation with corrected noise, in the first and \
          second order of small step sizes, and by the bound \
          γ tr N/(μ(2 − γK)) (arXiv 2407.02322, Theorems 4.6 and 5.4 in a form derived here). For \
          batches of B drawn with replacement, of the equation alone, at γ/B. One row a series.",
    parameters: &[],
    source: file!(),
};

/// Mean squared distances of invariant laws.
pub(crate) struct Localisation;

impl Estimator for Localisation {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            (
                "series",
                "`simulated`, `sgd`, `equation`, `corrected_equation`, `first_order`, `second_order` \
                 or `bound`",
            ),
            ("mean_square", "E|θ − θ_*|², with the interval of the mean if simulated"),
            ("why", "why there is none"),
        ]
    }

    fn observables(&self, _: &Parameters) -> Vec<String> {
        vec!["error".to_owned()]
    }

    fn estimate(&self, input: &Input<'_>, _: &Parameters) -> Result<CellOutcome, AnalysisError> {
        is_of_sgd(input)?;
        let problem = described(input.problem()?.as_ref())?;
        let batch_size = input.parameters.count("batch_size");
        let step_size = input.parameters.real("step_size") / batch_size as f64;
        let sample = input.sample("error", 8)?;
        let found = student_interval(&sample.values, LEVEL).map_err(AnalysisError::statistic)?;
        let simulated = Scalar::interval(found.mean, found.interval.low, found.interval.high);
        let expansion = small_step_expansion(&problem).map_err(AnalysisError::statistic)?;
        let mut rows = vec![row("simulated", Ok(simulated))];
        if batch_size == 1 {
            let map = MomentMap::sgd(&problem, step_size).and_then(|map| map.stationary());
            rows.push(row("sgd", map.map(|m| Scalar::number(trace(&m)))));
        }
        for (series, equation) in [
            ("equation", Equation::FirstOrder),
            ("corrected_equation", Equation::SecondOrderWithNoise),
        ] {
            let flow = MomentFlow::new(&problem, step_size, equation);
            let flow = flow.and_then(|flow| flow.stationary());
            rows.push(row(series, flow.map(|m| Scalar::number(trace(&m)))));
        }
        let first = step_size * trace(&expansion.first);
        rows.push(row("first_order", Ok(Scalar::number(first))));
        rows.push(row("second_order", Ok(Scalar::number(trace(&expansion.at(step_size))))));
        let bound = localisation_bounds(&problem, step_size);
        rows.push(row("bound", bound.map(|bounds| Scalar::number(bounds.distance))));
        Ok(CellOutcome { rows, ..CellOutcome::default() })
    }
}

fn row(series: &str, value: Result<Scalar, LeastSquaresError>) -> Row {
    let (column, value) = match value {
        Ok(value) => ("mean_square", value),
        Err(error) => ("why", Scalar::text(&error.to_string())),
    };
    Row::from([("series".to_owned(), Scalar::text(series)), (column.to_owned(), value)])
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::parameter::Value;
    use maruyama_dynamics::problem::LeastSquares as Finite;

    use super::*;
    use crate::analyse::estimator::tests::{estimate, is, least_squares, recorded};
    use crate::store::Observations;

    fn errors() -> Observations {
        let chains: Vec<[f64; 1]> = (1..9).map(|y| [f64::from(y)]).collect();
        let values: Vec<&[f64]> = chains.iter().map(<[f64; 1]>::as_slice).collect();
        recorded("error", &[5], &values)
    }

    fn problem(ridge: f64) -> Finite {
        least_squares(&[&[1.0], &[1.0]], &[1.0, 3.0], ridge)
    }

    /// Rows 1 with residuals ±1, so that Σ = N = K = 1, at γ = 1/2.
    ///
    /// ```text
    /// SGD       η ← (1 − γ) η ± γ:   m = γ/(2 − γ) = 1/3
    /// equation  dη = −η dt + √γ dW:  m = γ/2 = 1/4, of first order alone
    /// bound     γ/(2 − γ) = 1/3
    /// ```
    #[test]
    fn one_feature_of_rows_one_has_closed_laws() {
        let outcome = estimate(&Localisation, problem(0.0), 0.5, &[], Some(&errors())).unwrap();
        let of = |series: &str| {
            let name = Scalar::text(series);
            outcome.rows.iter().find(|row| row["series"] == name).unwrap()
        };
        for (series, expected) in [
            ("simulated", 4.5),
            ("sgd", 1.0 / 3.0),
            ("equation", 0.25),
            ("first_order", 0.25),
            ("second_order", 0.25),
            ("bound", 1.0 / 3.0),
        ] {
            assert!(is(of(series), "mean_square", expected), "{series}: {outcome:?}");
        }
        assert!(of("simulated")["mean_square"].range().unwrap().0 < 4.0);
        // The correction is to bring the equation nearer to SGD.
        let corrected = of("corrected_equation")["mean_square"].value().unwrap();
        assert!((corrected - 1.0 / 3.0).abs() < 1.0 / 12.0, "{corrected}");
    }

    #[test]
    fn batches_have_the_equation_of_a_smaller_step_alone() {
        let two = [("batch_size", Value::Integer(2))];
        let outcome = estimate(&Localisation, problem(0.0), 0.5, &two, Some(&errors())).unwrap();
        assert!(outcome.rows.iter().all(|row| row["series"] != Scalar::text("sgd")));
        assert!(is(&outcome.rows[1], "mean_square", 0.125), "{outcome:?}");
    }

    #[test]
    fn what_the_theory_does_not_cover_is_said() {
        let ridge = estimate(&Localisation, problem(1.0), 0.5, &[], Some(&errors()));
        assert!(matches!(ridge, Err(AnalysisError::Data(_))), "{ridge:?}");
        // γ K ≥ 2: no bound, and SGD does not settle.
        let outcome = estimate(&Localisation, problem(0.0), 2.5, &[], Some(&errors())).unwrap();
        let without: Vec<&Row> =
            outcome.rows.iter().filter(|row| row.contains_key("why")).collect();
        let names = [Scalar::text("sgd"), Scalar::text("bound")];
        assert!(names.iter().all(|name| without.iter().any(|row| row["series"] == *name)));
    }
}
