//! The estimator `escape_time`: when SGD first leaves an interval, and when its equations do.

mod passage;

use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Value, Violation,
};
use maruyama_theory::hessian_aware::{
    Barrier, Equation, FirstPassage, HessianAwareError, LineObjective, LinearStep, chain_step,
    line_coefficients, mean_exit_time, quasi_potential,
};

use crate::analyse::cell::smooth::{PLAIN_EQUATIONS, Smooth, chosen, equation, failure, number};
use crate::analyse::cell::start::one_point;
use crate::analyse::estimate::escape_time::passage::Passage;
use crate::analyse::estimator::{AnalysisError, Estimator, Input};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};

const LOW: &str = "low";
const HIGH: &str = "high";
const SADDLE: &str = "saddle";
const AUTOMATIC: &str = "automatic";

/// A parameter that is a number or a formula of the constants of the cell.
const fn place(name: &'static str, doc: &'static str) -> Parameter {
    Parameter { name, doc, unit: "", kind: Kind::Text, default: Default::Absent }
}

const PART: Part = Part {
    name: "escape_time",
    doc: "First exit of SGD from an interval, without simulation: the mean number of steps and the \
          probability to be still inside, of the chain, which is watched at its steps, by Nyström's \
          method, and of each equation. On a quadratic with constant noise equations are watched at \
          the steps of SGD, on other objectives continuously, by the exact formula; beside them \
          Kramers' times and simulated passages. For a `formula` or a `quadratic` of one variable \
          with Gaussian noise.",
    parameters: &[
        place(LOW, "Lower end of the interval, in quotes; −r if `passage_of: norm` leads above r."),
        place(HIGH, "Upper end of the interval; r if `passage_of: norm` leads above r."),
        place("from", "Starting point; that of the cell if it is fixed."),
        Parameter {
            name: "equations",
            doc: "The equations of SGD.",
            unit: "",
            kind: Kind::Choices(PLAIN_EQUATIONS),
            default: Default::Texts(PLAIN_EQUATIONS),
        },
        Parameter {
            name: "watch",
            doc: "When equations are watched: `automatic` as above, or `continuously`.",
            unit: "",
            kind: Kind::Choice(&[AUTOMATIC, "continuously"]),
            default: Default::Text(AUTOMATIC),
        },
        Parameter {
            name: "survival_at",
            doc: "Steps at which the probability to be still inside is given, a row for each.",
            unit: "steps",
            kind: Kind::Integers { min: 0, max: 1_000_000 },
            default: Default::Absent,
        },
        place(SADDLE, "Top of the barrier, for Kramers' times and heights of quasi-potentials."),
        place("minimum", "Bottom of the well; the starting point if it is not given."),
        Parameter {
            name: "exits",
            doc: "Number of such barriers around the well.",
            unit: "",
            kind: Kind::Integer { min: 1, max: 1000 },
            default: Default::Integer(1),
        },
        Parameter {
            name: "simulated",
            doc: "Whether the simulated observable `passage` is read too.",
            unit: "",
            kind: Kind::Boolean,
            default: Default::Boolean(false),
        },
    ],
    source: file!(),
};

/// When SGD and its equations leave an interval.
pub(crate) struct EscapeTime;

impl Estimator for EscapeTime {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            (
                "series",
                "sgd, simulated, an equation, or kramers, kramers_ha_sme, kramers_corrected",
            ),
            ("watched", "at steps, or continuously"),
            ("mean_steps", "mean number of steps until the exit; simulated with its 95 % interval"),
            ("time", "the same in units of time, step size times steps"),
            ("relative", "the mean over that of SGD, less 1"),
            ("deviation", "size of `relative`"),
            ("barrier", "difference of the quasi-potential between saddle and minimum"),
            ("step", "step of the survival"),
            ("survival", "probability to be still inside after that step"),
            ("n", "simulated chains"),
            ("why", "why there is no time"),
        ]
    }

    fn observables(&self, parameters: &Parameters) -> Vec<String> {
        let reads = parameters.get("simulated") == Some(&Value::Boolean(true));
        if reads { vec![passage::NAME.to_owned()] } else { Vec::new() }
    }

    fn check(&self, parameters: &Parameters) -> Option<Violation> {
        let is_given = |name: &str| parameters.contains_key(name);
        (is_given("minimum") && !is_given(SADDLE)).then(|| Violation {
            parameter: "minimum",
            message: "it has no effect without `saddle`".to_owned(),
            remedy: "give `saddle` too, or leave it out".to_owned(),
        })
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let question = Question::new(input, parameters)?;
        let chain = question.chain()?;
        let mut rows = Vec::new();
        let reads = !self.observables(parameters).is_empty();
        if reads {
            let simulated = passage::simulated(input, &question.survival_at)?;
            rows.extend(question.rows("simulated", Ok(simulated), &chain));
        }
        rows.extend(question.rows("sgd", Ok(chain.clone()), &chain));
        for name in chosen(parameters, "equations") {
            input.go_on()?;
            let found = question.equation(equation(name).0).map_err(|error| error.to_string());
            rows.extend(question.rows(name, found, &chain));
        }
        for (name, found) in question.kramers() {
            rows.extend(question.rows(name, found.map_err(|error| error.to_string()), &chain));
        }
        Ok(CellOutcome { rows, ..CellOutcome::default() })
    }
}

/// The way over a barrier.
struct Hill {
    minimum: f64,
    saddle: f64,
    exits: u32,
}

/// What is asked of one cell.
struct Question {
    objective: Smooth,
    step_size: f64,
    interval: (f64, f64),
    from: f64,
    is_continuous: bool,
    survival_at: Vec<u64>,
    hill: Option<Hill>,
}

impl Question {
    fn new(input: &Input<'_>, parameters: &Parameters) -> Result<Question, AnalysisError> {
        let objective = Smooth::of(input)?;
        if objective.dim() != 1 {
            return Err(failure("the objective has more than one variable"));
        }
        let cell = input.parameters;
        let given = |name: &str| parameters.get(name).and_then(Value::as_text);
        let at = |name: &str| given(name).map(|text| number(text, cell)).transpose();
        let radius = passage::radius(cell);
        let missing = || failure("no interval: give `low` and `high`");
        let low = at(LOW)?.or(radius.map(|r| -r)).ok_or_else(missing)?;
        let high = at(HIGH)?.or(radius).ok_or_else(missing)?;
        let from = match at("from")? {
            Some(from) => from,
            None => one_point(cell)?,
        };
        let minimum = at("minimum")?.unwrap_or(from);
        let exits = parameters.count("exits") as u32;
        let hill = at(SADDLE)?.map(|saddle| Hill { minimum, saddle, exits });
        let steps = parameters.get("survival_at").and_then(Value::as_list).unwrap_or_default();
        let survival_at = steps.iter().filter_map(Value::as_integer).map(|k| k as u64).collect();
        let is_automatic = parameters.text("watch") == AUTOMATIC;
        Ok(Question {
            is_continuous: !(objective.is_linear() && is_automatic),
            objective,
            step_size: cell.real("step_size"),
            interval: (low, high),
            from,
            survival_at,
            hill,
        })
    }

    /// The exit of a chain with Gaussian steps.
    fn of_steps(&self, step: &dyn Fn(f64) -> (f64, f64)) -> Result<Passage, HessianAwareError> {
        let passage = FirstPassage::new(step, self.interval)?;
        let steps = Scalar::number(passage.mean_steps(self.from)?);
        let survival = passage.survival(self.from, &self.survival_at)?;
        let survival = survival.into_iter().map(Scalar::number).collect();
        Ok(Passage { watched: "at steps", steps, survival, ..Passage::default() })
    }

    fn chain(&self) -> Result<Passage, HessianAwareError> {
        self.of_steps(&|x| chain_step(&self.objective, x, self.step_size))
    }

    /// The exit of a diffusion.
    fn equation(&self, equation: Equation) -> Result<Passage, HessianAwareError> {
        let field = |x: f64| line_coefficients(equation, &self.objective, x, self.step_size);
        let barrier = match &self.hill {
            Some(hill) => Some(quasi_potential(&field, hill.minimum, hill.saddle)?),
            None => None,
        };
        let barrier = Scalar::optional(barrier);
        if !self.is_continuous {
            // Third derivatives and the slope of the noise are zero here.
            let model = equation.base();
            let curvature = self.objective.curvature(0.0);
            let variance = self.objective.variance(0.0);
            let step = LinearStep::of_model(model, curvature, variance, self.step_size)?;
            // The equation is linear in x − centre, where its drift is zero.
            let slope = LineObjective::gradient(&self.objective, 0.0);
            if curvature != 0.0 || slope == 0.0 {
                let centre = if slope == 0.0 { 0.0 } else { -slope / curvature };
                let passage = self.of_steps(&|x| {
                    let (mean, deviation) = step.from(x - centre);
                    (centre + mean, deviation)
                })?;
                return Ok(Passage { barrier, ..passage });
            }
        }
        let time = mean_exit_time(&field, self.interval, self.from)?;
        let steps = Scalar::number(time / self.step_size);
        Ok(Passage { watched: "continuously", steps, barrier, ..Passage::default() })
    }

    /// Kramers' times in steps, if there is a barrier.
    fn kramers(&self) -> Vec<(&'static str, Result<Passage, HessianAwareError>)> {
        let Some(hill) = &self.hill else { return Vec::new() };
        let height = self.objective.rise(hill.minimum, hill.saddle);
        let barrier = Barrier {
            well_curvature: self.objective.curvature(hill.minimum),
            saddle_curvature: -self.objective.curvature(hill.saddle),
            height,
            variance: self.objective.variance(hill.minimum),
            step_size: self.step_size,
            exits: hill.exits,
        };
        let level = Scalar::number(2.0 * height / (self.step_size * barrier.variance));
        let passage = |time: f64| Passage {
            watched: "continuously",
            steps: Scalar::number(time / self.step_size),
            barrier: level.clone(),
            ..Passage::default()
        };
        [
            ("kramers", barrier.kramers()),
            ("kramers_ha_sme", barrier.hessian_aware()),
            ("kramers_corrected", barrier.corrected()),
        ]
        .map(|(name, time)| (name, time.map(passage)))
        .into()
    }

    /// The rows of a series: one, or one for each step of the survival.
    fn rows(&self, series: &str, found: Result<Passage, String>, chain: &Passage) -> Vec<Row> {
        let passage = match found {
            Ok(passage) => passage,
            Err(why) => {
                let row = [("series", Scalar::text(series)), ("why", Scalar::text(&why))];
                return vec![Row::from(row.map(|(name, value)| (name.to_owned(), value)))];
            }
        };
        let reference = chain.steps.value().unwrap_or(f64::NAN);
        let row = [
            ("series", Scalar::text(series)),
            ("watched", Scalar::text(passage.watched)),
            ("time", passage.mapped(|steps| steps * self.step_size)),
            ("relative", passage.mapped(|steps| steps / reference - 1.0)),
            ("deviation", passage.deviation(reference)),
            ("mean_steps", passage.steps),
            ("barrier", passage.barrier),
            ("n", passage.n),
        ];
        let mut row = Row::from(row.map(|(name, value)| (name.to_owned(), value)));
        if let Some(why) = passage.why {
            row.insert("why".to_owned(), Scalar::text(&why));
        }
        if passage.survival.is_empty() {
            return vec![row];
        }
        let at_steps = self.survival_at.iter().zip(passage.survival);
        let at = |(step, survival): (&u64, Scalar)| {
            let mut row = row.clone();
            row.insert("step".to_owned(), Scalar::Number(*step as f64));
            row.insert("survival".to_owned(), survival);
            row
        };
        at_steps.map(at).collect()
    }
}

#[cfg(test)]
mod tests;
