//! The exact laws of one cell on a quadratic: rows of the estimator `quadratic_law`.

use maruyama_dynamics::modified_equation::{Form, NonPsd};
use maruyama_dynamics::parameter::{Lookup as _, Parameters, Value};
use maruyama_dynamics::real;
use maruyama_theory::hessian_aware::{
    Gaussian, HessianAwareError, PsdMargin, Quadratic, obstructions,
};
use maruyama_theory::matrix::{combine, identity, trace};

use crate::analyse::cell::optimiser_cell::expect_constant_noise;
use crate::analyse::estimate::quadratic_law::law_sample::{Simulated, simulated};
use crate::analyse::estimator::{AnalysisError, Input};
use crate::analyse::outcome::{Row, Scalar};

/// A quadratic, a step size and a start.
pub(crate) struct Case {
    pub(crate) quadratic: Quadratic,
    pub(crate) start: Gaussian,
    step_size: f64,
    policy: NonPsd,
}

impl Case {
    /// The quadratic and the start of the cell.
    ///
    /// # Errors
    /// If its problem is no quadratic, or its model has no step size.
    pub(crate) fn new(input: &Input<'_>, parameters: &Parameters) -> Result<Case, AnalysisError> {
        expect_constant_noise(input.parameters)?;
        let problem = input.problem()?;
        let refuse = |why: &str| AnalysisError::Data(why.to_owned());
        let form = problem
            .quadratic_form()
            .ok_or_else(|| refuse("the problem of the cell is no quadratic"))?;
        let step_size = input.parameters.get("step_size").and_then(Value::as_real);
        let step_size = step_size.ok_or_else(|| refuse("the model has no step size"))?;
        let batch = input.parameters.get("batch_size").and_then(Value::as_real).unwrap_or(1.0);
        let covariance = form.covariance();
        let covariance = combine(1.0 / batch, &covariance, 0.0, &covariance);
        let quadratic = Quadratic::new(&form.hessian, &covariance, step_size)
            .map_err(AnalysisError::statistic)?;
        let start = start(input.parameters, problem.dim())?;
        let policy = match parameters.text("psd") {
            "error" => NonPsd::Error,
            "clip" => NonPsd::Clip,
            "factorise" => NonPsd::Factorise,
            _ => NonPsd::MomentsOnly,
        };
        Ok(Case { quadratic, start, step_size, policy })
    }

    /// The law of the equation `name` after `step` steps, and its stationary covariance.
    fn law(&self, name: &str, step: u64) -> Result<Gaussian, HessianAwareError> {
        let time = step as f64 * self.step_size;
        match Form::named(name, self.policy) {
            Some(form) => self.quadratic.form_law(form, &self.start, time),
            None => self.quadratic.circular_law(&self.start.mean, time),
        }
    }

    fn stationary_ratio(&self, name: &str) -> Option<f64> {
        let form = Form::named(name, self.policy)?;
        let chain = trace(&self.quadratic.stationary_chain().ok()?.covariance);
        Some(trace(&self.quadratic.stationary_form(form).ok()?.covariance) / chain)
    }

    /// The row of SGD.
    pub(crate) fn row_of_sgd(&self, step: u64, chain: &Gaussian) -> Row {
        let mut row = self.named("sgd", step);
        row.insert("variance".to_owned(), Scalar::number(trace(&chain.covariance)));
        row
    }

    fn named(&self, series: &str, step: u64) -> Row {
        let values = self.quadratic.eigenvalues();
        let sharpest = self.step_size * values.last().copied().unwrap_or(0.0);
        Row::from([
            ("series".to_owned(), Scalar::text(series)),
            ("step".to_owned(), Scalar::Number(step as f64)),
            ("obstructions".to_owned(), Scalar::count(obstructions(&self.quadratic).len())),
            ("sharpest".to_owned(), Scalar::number(sharpest)),
        ])
    }

    /// The row of the equation `name` beside the law `chain` of SGD after `step` steps; its gaps are the
    /// largest so far with `supremum`.
    pub(crate) fn row(&self, name: &str, step: u64, chain: &Gaussian, supremum: bool) -> Row {
        let mut row = self.named(name, step);
        row.extend(self.existence(name).into_iter().flatten());
        let law = match self.law(name, step) {
            Ok(law) => law,
            Err(error) => {
                row.insert("why".to_owned(), Scalar::text(&error.to_string()));
                return row;
            }
        };
        row.extend(compared(&law, chain));
        let (mean, covariance) =
            if supremum { self.supremum(name, step) } else { gaps(&law, chain) };
        row.extend([
            ("mean_gap".to_owned(), Scalar::number(mean)),
            ("covariance_gap".to_owned(), Scalar::number(covariance)),
            ("stationary_ratio".to_owned(), Scalar::optional(self.stationary_ratio(name))),
        ]);
        row
    }

    /// Whether the formal diffusion of the equation `name` is one.
    fn existence(&self, name: &str) -> Option<[(String, Scalar); 2]> {
        let form = Form::named(name, self.policy)?;
        let (smallest, largest) = self.quadratic.formal_spectrum(form).ok()?;
        let stands = match self.policy {
            _ if (PsdMargin { smallest, largest }).is_psd() => "semidefinite",
            NonPsd::Error => "error",
            NonPsd::Clip => "clip",
            NonPsd::Factorise => "factorise",
            NonPsd::MomentsOnly => "moments only",
        };
        let margin = if largest > 0.0 { smallest / largest } else { 0.0 };
        Some([
            ("margin".to_owned(), Scalar::number(margin)),
            ("diffusion".to_owned(), Scalar::text(stands)),
        ])
    }

    /// The largest absolute errors of mean and covariance over the steps 1 to `last`; NaN if a law does
    /// not exist.
    fn supremum(&self, name: &str, last: u64) -> (f64, f64) {
        let at = |step: u64| {
            let chain = self.quadratic.chain_law(&self.start, step).ok()?;
            Some(gaps(&self.law(name, step).ok()?, &chain))
        };
        (1..=last).map(at).fold((0.0, 0.0), |largest, found| match found {
            Some((mean, covariance)) if largest.0 >= 0.0 => {
                (mean.max(largest.0), covariance.max(largest.1))
            }
            _ => (f64::NAN, f64::NAN),
        })
    }

    /// The row of the chains of the cell, beside their own law.
    ///
    /// # Errors
    /// If the cell is of another model, or `x` is not recorded.
    pub(crate) fn row_of_chains(
        &self,
        input: &Input<'_>,
        step: u64,
        chain: &Gaussian,
    ) -> Result<Row, AnalysisError> {
        let own = match input.parameters.text("model") {
            "sgd" => chain.clone(),
            "modified_equation" => self
                .law(input.parameters.text("equation"), step)
                .map_err(AnalysisError::statistic)?,
            other => return Err(AnalysisError::NotSgd(other.to_owned())),
        };
        let Simulated { law, deviation, n } = simulated(input, &own)?;
        let mut row = self.named("simulated", step);
        row.extend(compared(&law, chain));
        row.insert("deviation".to_owned(), Scalar::number(deviation));
        row.insert("n".to_owned(), Scalar::count(n));
        Ok(row)
    }
}

/// The law of the starting point.
fn start(parameters: &Parameters, dim: usize) -> Result<Gaussian, AnalysisError> {
    match parameters.text("initial") {
        "zero" => Ok(Gaussian::point(&vec![0.0; dim])),
        "point" => {
            let point = parameters.get("initial_point").and_then(Value::as_list);
            let point: Vec<f64> =
                point.unwrap_or_default().iter().filter_map(Value::as_real).collect();
            Ok(Gaussian::point(&point))
        }
        "gaussian" => {
            let (mean, std) = (parameters.real("initial_mean"), parameters.real("initial_std"));
            let covariance = combine(std * std, &identity(dim), 0.0, &identity(dim));
            Ok(Gaussian { mean: vec![mean; dim], covariance })
        }
        _ => Err(AnalysisError::Data("a quadratic has no layers to start by".to_owned())),
    }
}

/// `|E X − E x|` and `|Cov X − Cov x|`.
fn gaps(law: &Gaussian, chain: &Gaussian) -> (f64, f64) {
    let norm = |x: &[f64], y: &[f64]| {
        let gap: Vec<f64> = x.iter().zip(y).map(|(a, b)| a - b).collect();
        real::dot(&gap, &gap).sqrt()
    };
    let covariance = norm(law.covariance.entries(), chain.covariance.entries());
    (norm(&law.mean, &chain.mean), covariance)
}

/// The errors of a law.
fn compared(law: &Gaussian, chain: &Gaussian) -> [(String, Scalar); 5] {
    [
        ("mean_error", Scalar::number(law.relative_mean_error(chain))),
        ("covariance_error", Scalar::number(law.relative_covariance_error(chain))),
        ("wasserstein", Scalar::number(law.wasserstein(chain))),
        ("relative_entropy", Scalar::optional(law.relative_entropy(chain).ok())),
        ("variance", Scalar::number(trace(&law.covariance))),
    ]
    .map(|(name, value)| (name.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::linear_algebra::Matrix;

    use super::*;

    fn case(hessian: Vec<f64>, noise: Vec<f64>, step_size: f64, policy: NonPsd) -> Case {
        let matrix = |entries| Matrix::new(2, 2, entries);
        let quadratic = Quadratic::new(&matrix(hessian), &matrix(noise), step_size).unwrap();
        Case { quadratic, start: Gaussian::point(&[1.0, 0.1]), step_size, policy }
    }

    fn number(row: &Row, name: &str) -> f64 {
        row.get(name).and_then(Scalar::value).unwrap_or(f64::NAN)
    }

    /// X1: the saddle of reference at 30 steps.
    #[test]
    fn errors_are_those_of_the_reference() {
        let unit = vec![1.0, 0.0, 0.0, 1.0];
        let case = case(vec![1.0, 0.0, 0.0, -1.0], unit, 0.1, NonPsd::MomentsOnly);
        let chain = case.quadratic.chain_law(&case.start, 30).unwrap();
        for (name, mean, covariance) in [
            ("sme_1", 0.151, 0.392),
            ("sme_2", 0.0093, 0.085),
            ("spf", 0.0, 0.102),
            ("ha_sme", 0.0, 0.0),
            ("circular", 0.0, 0.0),
        ] {
            let row = case.row(name, 30, &chain, false);
            assert!((number(&row, "mean_error") - mean).abs() < 5e-4, "{name}");
            assert!((number(&row, "covariance_error") - covariance).abs() < 5e-4, "{name}");
        }
        let supremum = case.row("sme_1", 30, &chain, true);
        assert!(
            number(&supremum, "mean_gap")
                >= number(&case.row("sme_1", 30, &chain, false), "mean_gap")
        );
    }

    /// X4: one direction of noise across the axes.
    #[test]
    fn an_indefinite_diffusion_is_named() {
        let at = |policy| case(vec![2.0, 0.0, 0.0, 0.25], vec![1.0; 4], 0.3, policy);
        for (policy, name, exists) in [
            (NonPsd::Error, "error", false),
            (NonPsd::Clip, "clip", true),
            (NonPsd::Factorise, "factorise", true),
            (NonPsd::MomentsOnly, "moments only", true),
        ] {
            let case = at(policy);
            let chain = case.quadratic.chain_law(&case.start, 200).unwrap();
            let row = case.row("ha_sme", 200, &chain, false);
            assert_eq!(row["diffusion"], Scalar::text(name));
            assert_eq!(row.contains_key("why"), !exists);
            assert!((number(&row, "margin") + 0.01222 / 0.99071).abs() < 1e-5);
        }
        let row = at(NonPsd::Error).row_of_sgd(200, &at(NonPsd::Error).start);
        assert_eq!(row["obstructions"], Scalar::Number(0.0));
    }
}
