//! Errors of least squares in time, without simulation.

use maruyama_dynamics::parameter::{Lookup as _, Value};
use maruyama_dynamics::real;
use maruyama_statistics::stream::Summary;
use maruyama_theory::least_squares::{
    Equation, LeastSquaresError, Measure, SgdSteps, contraction_factor,
};

use crate::analyse::cell::least_squares_case::{Case, Constants, schedule, share};
use crate::analyse::estimator::{AnalysisError, Input};
use crate::analyse::outcome::{Row, Scalar};
use crate::analyse::summary_row::mean;

/// Series of one cell at these steps.
pub(crate) struct Series<'a> {
    pub(crate) input: &'a Input<'a>,
    pub(crate) case: &'a Case,
    pub(crate) measure: Measure,
    pub(crate) steps: &'a [u64],
    pub(crate) times: &'a [f64],
}

impl Series<'_> {
    /// The values of a series at all steps, or why there are none.
    pub(crate) fn of(&self, name: &str) -> Result<Vec<f64>, AnalysisError> {
        let curves = self.case.curves(self.measure).map_err(AnalysisError::statistic)?;
        let parameters = self.input.parameters;
        let equation = |equation| {
            if schedule(parameters).power != 0.0 {
                return Err(AnalysisError::Data("the equation is for one step size".to_owned()));
            }
            let (step_size, share) = (parameters.real("step_size"), share(self.input)?);
            curves
                .equation(step_size, share, equation, self.times)
                .map_err(AnalysisError::statistic)
        };
        match name {
            "sgd" => self.sgd(),
            "equation" => equation(Equation::FirstOrder),
            "second_order" => equation(Equation::SecondOrder),
            "second_order_with_noise" => equation(Equation::SecondOrderWithNoise),
            "gradient_flow" => curves.gradient_flow(self.times).map_err(AnalysisError::statistic),
            "bound" => self.bound(),
            _ => {
                if self.measure == Measure::ExcessLoss {
                    return Err(AnalysisError::Data("the limit is of the error".to_owned()));
                }
                let (_, limit) = self.case.constants().map_err(AnalysisError::statistic)?;
                Ok(self.steps.iter().map(|step| limit / (*step).max(1) as f64).collect())
            }
        }
    }

    /// SGD, averaged if the cell is.
    fn sgd(&self) -> Result<Vec<f64>, AnalysisError> {
        let parameters = self.input.parameters;
        let schedule = schedule(parameters);
        let step_size = |k| schedule.step_size(k);
        let sgd = SgdSteps { step_size: &step_size, share: share(self.input)? };
        let curves = self.case.curves(self.measure).map_err(AnalysisError::statistic)?;
        let averaging = parameters.get("averaging").and_then(Value::as_text);
        let found = if averaging == Some("polyak_ruppert") {
            curves.sgd_average(&sgd, parameters.count("average_from"), self.steps)
        } else {
            curves.sgd(&sgd, self.steps)
        };
        found.map_err(AnalysisError::statistic)
    }

    /// The bound of the mean squared error without label noise.
    pub(crate) fn bound(&self) -> Result<Vec<f64>, AnalysisError> {
        if self.measure == Measure::ExcessLoss || schedule(self.input.parameters).power != 0.0 {
            return Err(AnalysisError::Data("the bound is of the error at one step size".into()));
        }
        let (constants, _) = self.case.constants().map_err(AnalysisError::statistic)?;
        let Constants { smallest_eigenvalue, sharp_constant, start, .. } = constants;
        // Residuals of data that can be fitted are of the size of rounding errors.
        if constants.noise_trace > 1e-20 * constants.covariance_trace * start {
            return Err(AnalysisError::Data("the bound is for data that can be fitted".into()));
        }
        let step_size = self.input.parameters.real("step_size") * share(self.input)?;
        let at = |time: &f64| {
            let factor = contraction_factor(smallest_eigenvalue, sharp_constant, step_size, *time);
            Ok(start * factor?)
        };
        let bound: Result<Vec<f64>, LeastSquaresError> = self.times.iter().map(at).collect();
        bound.map_err(AnalysisError::statistic)
    }

    /// The rows of a series, or one that says why there are none.
    pub(crate) fn rows(&self, name: &str) -> Vec<Row> {
        let values = match self.of(name) {
            Ok(values) => values,
            Err(error) => {
                let columns =
                    [("series", Scalar::text(name)), ("why", Scalar::text(&error.to_string()))];
                return vec![Row::from(columns.map(|(name, value)| (name.to_owned(), value)))];
            }
        };
        let bound = self.bound().ok();
        let mut rows: Vec<Row> = Vec::new();
        for (idx, value) in values.iter().enumerate() {
            let mut row = self.row(name, idx, Scalar::number(*value));
            if let Some(bound) = &bound {
                row.insert("over_bound".to_owned(), Scalar::number(value / bound[idx]));
            }
            if idx > 0 {
                let growth = real::ln(value / values[idx - 1]);
                let (before, now) = (self.times[idx - 1], self.times[idx]);
                row.insert("rate".to_owned(), Scalar::number(growth / (now - before)));
                if self.steps[idx - 1] > 0 {
                    let ratio = self.steps[idx] as f64 / self.steps[idx - 1] as f64;
                    let slope = growth / real::ln(ratio);
                    row.insert("slope".to_owned(), Scalar::number(slope));
                }
            }
            rows.push(row);
        }
        rows
    }

    fn row(&self, series: &str, idx: usize, value: Scalar) -> Row {
        let step = self.steps[idx] as f64;
        let scaled = match &value {
            Scalar::Interval { value, low, high } => {
                Scalar::interval(step * value, step * low, step * high)
            }
            other => Scalar::optional(other.value().map(|value| step * value)),
        };
        Row::from(
            [
                ("series", Scalar::text(series)),
                ("step", Scalar::Number(step)),
                ("time", Scalar::Number(self.times[idx])),
                ("value", value),
                ("scaled", scaled),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        )
    }

    /// The means over the chains, beside the values `exact` of the same process.
    pub(crate) fn simulated_rows(
        &self,
        summaries: &[Summary],
        exact: &Result<Vec<f64>, AnalysisError>,
        floor: f64,
    ) -> Vec<Row> {
        let mut rows = Vec::new();
        for (idx, summary) in summaries.iter().take(self.steps.len()).enumerate() {
            let Some(sums) = summary.sums.filter(|sums| sums.n > 0) else { continue };
            let value = match mean(&sums) {
                Scalar::Interval { value, low, high } => {
                    Scalar::interval(value - floor, low - floor, high - floor)
                }
                _ => Scalar::number(sums.mean - floor),
            };
            let mut row = self.row("simulated", idx, value);
            if let Ok(exact) = exact {
                row.insert("exact".to_owned(), Scalar::number(exact[idx]));
                // At a fixed start all chains are equal, and there is no error.
                let z = (sums.mean - floor - exact[idx]) / sums.standard_error();
                row.insert("z".to_owned(), Scalar::optional(z.is_finite().then_some(z)));
            }
            rows.push(row);
        }
        rows
    }

    /// The medians over the chains, if quantiles are kept.
    pub(crate) fn median_rows(&self, summaries: &[Summary], floor: f64) -> Vec<Row> {
        let row = |(idx, summary): (usize, &Summary)| {
            let median = summary.sketch.as_ref()?.quantile(0.5)?;
            Some(self.row("median", idx, Scalar::number(median - floor)))
        };
        summaries.iter().take(self.steps.len()).enumerate().filter_map(row).collect()
    }
}
