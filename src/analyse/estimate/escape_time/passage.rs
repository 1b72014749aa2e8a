//! First passages of a cell: where they lead, where they start, and what was simulated of them.

use maruyama_dynamics::parameter::{Parameters, Value};
use maruyama_statistics::interval::binomial::clopper_pearson;
use maruyama_statistics::interval::mean::student_interval;

use crate::analyse::estimator::{AnalysisError, Input};
use crate::analyse::outcome::Scalar;

/// The observable that is the first passage.
pub(crate) const NAME: &str = "passage";

/// Level of every interval.
const LEVEL: f64 = 0.95;

/// A first exit.
#[derive(Clone, Debug)]
pub(crate) struct Passage {
    /// When it is looked at.
    pub(crate) watched: &'static str,
    /// Mean number of steps.
    pub(crate) steps: Scalar,
    /// Probabilities to be inside at the steps that are asked for; none if they are not known.
    pub(crate) survival: Vec<Scalar>,
    /// Height of the quasi-potential.
    pub(crate) barrier: Scalar,
    /// Simulated chains.
    pub(crate) n: Scalar,
    /// Why there is no mean.
    pub(crate) why: Option<String>,
}

impl Default for Passage {
    fn default() -> Passage {
        Passage {
            watched: "",
            steps: Scalar::Missing,
            survival: Vec::new(),
            barrier: Scalar::Missing,
            n: Scalar::Missing,
            why: None,
        }
    }
}

impl Passage {
    /// An increasing function of the mean number of steps and of the ends of its interval.
    pub(crate) fn mapped(&self, f: impl Fn(f64) -> f64) -> Scalar {
        match self.steps {
            Scalar::Interval { value, low, high } => Scalar::interval(f(value), f(low), f(high)),
            Scalar::Number(value) => Scalar::number(f(value)),
            Scalar::Text(_) | Scalar::Missing => Scalar::Missing,
        }
    }
}

impl Passage {
    /// The size of the mean over `reference`, less 1; over its interval, if it has one.
    pub(crate) fn deviation(&self, reference: f64) -> Scalar {
        let size = |steps: f64| (steps / reference - 1.0).abs();
        match self.steps {
            Scalar::Interval { value, low, high } => {
                let (one, other) = (size(low), size(high));
                let is_inside = low <= reference && reference <= high;
                let least = if is_inside { 0.0 } else { one.min(other) };
                Scalar::interval(size(value), least, one.max(other))
            }
            Scalar::Number(value) => Scalar::number(size(value)),
            Scalar::Text(_) | Scalar::Missing => Scalar::Missing,
        }
    }
}

/// The `r` of a cell whose chains are watched until `|x| ≥ r`.
pub(crate) fn radius(cell: &Parameters) -> Option<f64> {
    let of_norm = cell.get("passage_of").and_then(Value::as_text) == Some("norm");
    cell.get("passage_above").and_then(Value::as_real).filter(|_| of_norm)
}

/// The passages that were simulated.
///
/// A mean over the chains that have left is no mean over all: there is none unless all have.
///
/// # Errors
/// If no passage is recorded.
pub(crate) fn simulated(input: &Input<'_>, at: &[u64]) -> Result<Passage, AnalysisError> {
    let chains = input.chains()?;
    let last = chains.steps().len().saturating_sub(1);
    let n_steps = chains.steps().last().copied().unwrap_or(0);
    let sample = chains.points(&[NAME.to_owned()], last, 0)?;
    let (left, n) = (sample.n(), sample.n() + sample.n_missing);
    let survival = at.iter().map(|step| {
        if *step > n_steps || n == 0 {
            return Scalar::Missing;
        }
        let inside = n - sample.coordinates.iter().filter(|k| **k <= *step as f64).count();
        let interval = clopper_pearson(inside, n, LEVEL);
        Scalar::interval(inside as f64 / n as f64, interval.low, interval.high)
    });
    let mut passage = Passage {
        watched: "at steps",
        survival: survival.collect(),
        n: Scalar::count(n),
        ..Passage::default()
    };
    if left < n {
        passage.why = Some(format!("{} of {n} chains are inside after {n_steps} steps", n - left));
        return Ok(passage);
    }
    match student_interval(&sample.coordinates, LEVEL) {
        Ok(mean) => {
            let interval = mean.interval;
            passage.steps = Scalar::interval(mean.mean, interval.low, interval.high);
        }
        Err(error) => passage.why = Some(error.to_string()),
    }
    Ok(passage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviations_of_intervals_are_intervals() {
        let of = |value, low, high| Passage {
            steps: Scalar::interval(value, low, high),
            ..Passage::default()
        };
        let near = |found: Scalar, expected: [f64; 3]| {
            let Scalar::Interval { value, low, high } = found else { panic!("{found:?}") };
            for (found, expected) in [value, low, high].into_iter().zip(expected) {
                assert!((found - expected).abs() < 1e-15, "{found}, not {expected}");
            }
        };
        near(of(110.0, 105.0, 120.0).deviation(100.0), [0.1, 0.05, 0.2]);
        near(of(90.0, 70.0, 95.0).deviation(100.0), [0.1, 0.05, 0.3]);
        near(of(101.0, 98.0, 104.0).deviation(100.0), [0.01, 0.0, 0.04]);
        assert_eq!(Passage::default().deviation(100.0), Scalar::Missing);
    }

    #[test]
    fn cells_say_where_passages_lead() {
        let text = |text: &str| Value::Text(text.to_owned());
        let mut cell = Parameters::from([
            ("passage_of".to_owned(), text("norm")),
            ("passage_above".to_owned(), Value::Real(2.0)),
        ]);
        assert_eq!(radius(&cell), Some(2.0));
        cell.insert("passage_of".to_owned(), text("x_0"));
        assert_eq!(radius(&cell), None);
    }
}
