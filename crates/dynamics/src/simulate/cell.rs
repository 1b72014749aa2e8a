//! From the parameters of a cell to its simulation.

use std::sync::Arc;

use crate::model::model;
use crate::noise::StreamKey;
use crate::observable::{NAMES, observable};
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Range, Value, Violation};
use crate::problem::{Problem, problem};
use crate::simulate::simulation::{Simulation, Start};

/// Largest count of steps, chains and seeds: what every JSON reader keeps exact.
const MAX_COUNT: i64 = 1 << 53;

/// The parameters that every cell has, whatever its problem and model.
pub const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "steps",
        doc: "Number of steps of a chain; one step is one iteration of SGD. The paper's K counts \
              the starting point, so that steps = K − 1.",
        unit: "",
        kind: Kind::Integer { min: 1, max: MAX_COUNT },
        default: Default::Required,
    },
    Parameter {
        name: "chains",
        doc: "Number of independent chains.",
        unit: "",
        kind: Kind::Integer { min: 1, max: MAX_COUNT },
        default: Default::Required,
    },
    Parameter {
        name: "seed",
        doc: "Seed of the random streams of the cell.",
        unit: "",
        kind: Kind::Integer { min: 0, max: MAX_COUNT },
        default: Default::Integer(1),
    },
    Parameter {
        name: "initial",
        doc: "Starting point: `gaussian` draws each entry of x₀ from N(initial_mean, initial_std²), `zero` takes \
              x₀ = 0.",
        unit: "",
        kind: Kind::Choice(&["gaussian", "zero"]),
        default: Default::Text("gaussian"),
    },
    Parameter {
        name: "initial_mean",
        doc: "Mean of each entry of a Gaussian starting point.",
        unit: "",
        kind: Kind::Real(Range::ANY),
        default: Default::Real(0.0),
    },
    Parameter {
        name: "initial_std",
        doc: "Standard deviation of each entry of a Gaussian starting point.",
        unit: "",
        kind: Kind::Real(Range::NON_NEGATIVE),
        default: Default::Real(1.0),
    },
    Parameter {
        name: "observe",
        doc: "What is recorded.",
        unit: "",
        kind: Kind::Choices(NAMES),
        default: Default::Texts(&["q1"]),
    },
    Parameter {
        name: "record_at",
        doc: "Steps after which to record, besides the last one; 0 is the start.",
        unit: "",
        kind: Kind::Integers { min: 0, max: MAX_COUNT },
        default: Default::Absent,
    },
];

impl Simulation {
    /// The simulation of the cell with these parameters.
    ///
    /// # Arguments
    /// * `parameters`: those of [`PARAMETERS`], `model` and the model's own
    /// * `key`: key of its random streams
    ///
    /// # Panics
    /// If the parameters have not been checked against their declarations.
    #[must_use]
    pub fn new(parameters: &Parameters, problem: Arc<dyn Problem>, key: StreamKey) -> Simulation {
        let kind = model(parameters.text("model")).expect("the model's name has been checked");
        let observables = names(parameters)
            .map(|name| observable(name).expect("the observable's name has been checked"))
            .collect();
        let is_zero = parameters.text("initial") == "zero";
        let start = if is_zero {
            Start { mean: 0.0, std: 0.0 }
        } else {
            Start { mean: parameters.real("initial_mean"), std: parameters.real("initial_std") }
        };
        let mut record_at = requested_steps(parameters);
        let last = parameters.count("steps");
        if record_at.last() != Some(&last) {
            record_at.push(last);
        }
        let model = kind.build(parameters, &problem);
        Simulation { problem, model, observables, start, record_at, key }
    }
}

/// Combinations of a cell's parameters that are invalid for data of `n_rows` samples; zero stands for
/// a problem without data.
///
/// # Panics
/// As [`Simulation::new`].
#[must_use]
pub fn check(parameters: &Parameters, n_rows: usize) -> Vec<Violation> {
    let kind = model(parameters.text("model")).expect("the model's name has been checked");
    let mut violations = check_parts(parameters);
    if !violations.is_empty() {
        return violations;
    }
    violations.extend(kind.check(parameters, n_rows));
    let last = parameters.count("steps");
    let requested = requested_steps(parameters);
    if requested.windows(2).any(|pair| pair[0] >= pair[1]) {
        violations.push(Violation {
            parameter: "record_at",
            message: "the steps do not increase".to_owned(),
            remedy: "list each step once, in order".to_owned(),
        });
    }
    if let Some(beyond) = requested.iter().find(|step| **step > last) {
        violations.push(Violation {
            parameter: "record_at",
            message: format!("step {beyond} is beyond the last one, {last}"),
            remedy: "take more steps, or leave it out".to_owned(),
        });
    }
    let observed: Vec<&str> = names(parameters).collect();
    if observed.is_empty() || (1..observed.len()).any(|i| observed[..i].contains(&observed[i])) {
        violations.push(Violation {
            parameter: "observe",
            message: "no observable, or one twice".to_owned(),
            remedy: format!("name each once, out of {}", NAMES.join(", ")),
        });
    }
    violations
}

/// A model or an observable that is not for the cell's problem, and what the problem forbids.
fn check_parts(parameters: &Parameters) -> Vec<Violation> {
    let name = parameters.text("problem");
    let kind = problem(name).expect("the problem's name has been checked");
    let mut violations = kind.check(parameters);
    let mut need = |parameter, what: String, problems: &[&str]| {
        if !problems.is_empty() && !problems.contains(&name) {
            violations.push(Violation {
                parameter,
                message: format!("{what} is not for problem `{name}`"),
                remedy: format!("it is for {}", problems.join(", ")),
            });
        }
    };
    let model_name = parameters.text("model");
    let model = model(model_name).expect("the model's name has been checked");
    need("model", format!("model `{model_name}`"), model.problems());
    for observed in names(parameters) {
        let known = observable(observed).expect("the observable's name has been checked");
        need("observe", format!("observable `{observed}`"), known.problems);
    }
    violations
}

/// Combinations of a cell's parameters that are invalid for `problem`; may compute its spectrum.
///
/// # Panics
/// As [`Simulation::new`].
#[must_use]
pub fn check_problem(parameters: &Parameters, problem: &dyn Problem) -> Vec<Violation> {
    let kind = model(parameters.text("model")).expect("the model's name has been checked");
    let violations = problem.check();
    if violations.is_empty() { kind.check_problem(parameters, problem) } else { violations }
}

/// Number of passes over its state that a chain takes: the unit in which work is divided.
///
/// # Panics
/// As [`Simulation::new`].
#[must_use]
pub fn passes_per_chain(parameters: &Parameters) -> u64 {
    let kind = model(parameters.text("model")).expect("the model's name has been checked");
    parameters.count("steps").saturating_mul(kind.passes_per_step(parameters))
}

fn requested_steps(parameters: &Parameters) -> Vec<u64> {
    let list = parameters.get("record_at").and_then(Value::as_list).unwrap_or(&[]);
    let steps = list.iter().filter_map(Value::as_integer);
    steps.filter_map(|step| u64::try_from(step).ok()).collect()
}

fn names(parameters: &Parameters) -> impl Iterator<Item = &str> {
    let list = parameters.get("observe").and_then(Value::as_list).unwrap_or(&[]);
    list.iter().filter_map(Value::as_text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Dataset;
    use crate::linear_algebra::Matrix;
    use crate::problem::{LeastSquares, ProblemKind as _, QuadraticKind};

    fn cell(model_name: &str, changes: &[(&str, Value)]) -> Parameters {
        let kind = model(model_name).unwrap();
        let mut parameters = crate::parameter::defaults(PARAMETERS);
        parameters.extend(crate::parameter::defaults(kind.part().parameters));
        let required = [
            ("model", Value::Text(model_name.to_owned())),
            ("problem", Value::Text("least_squares".to_owned())),
            ("step_size", Value::Real(0.1)),
            ("steps", Value::Integer(20)),
            ("chains", Value::Integer(3)),
        ];
        for (name, value) in required.iter().chain(changes) {
            parameters.insert((*name).to_owned(), value.clone());
        }
        parameters
    }

    fn steps(list: &[i64]) -> (&'static str, Value) {
        ("record_at", Value::List(list.iter().map(|&step| Value::Integer(step)).collect()))
    }

    #[test]
    fn a_cell_becomes_a_simulation() {
        let design = Matrix::new(3, 1, vec![1.0, 2.0, 0.0]);
        let dataset = Dataset::new(design, vec![1.0, 0.0, 1.0]);
        let problem: Arc<dyn Problem> = Arc::new(LeastSquares::new(dataset, 0.0));
        let changes = [steps(&[0, 5]), ("initial", Value::Text("zero".to_owned()))];
        for model_name in ["sgd", "hsgd"] {
            let parameters = cell(model_name, &changes);
            assert!(check(&parameters, 3).is_empty());
            assert!(check_problem(&parameters, problem.as_ref()).is_empty());
            let simulation = Simulation::new(&parameters, Arc::clone(&problem), StreamKey(1));
            assert_eq!(simulation.record_at, [0, 5, 20]);
            let record = simulation.run(0..1);
            assert_eq!(record.values.len(), 3);
            assert!(record.values[0].abs() < 1e-15, "x = 0 at the start");
            let passes = if model_name == "sgd" { 20 } else { 2000 };
            assert_eq!(passes_per_chain(&parameters), passes);
        }
    }

    #[test]
    fn inconsistent_cells_are_refused() {
        let violations = |change| check(&cell("sgd", &[change]), 3);
        assert!(violations(steps(&[1, 20])).is_empty());
        assert_eq!(violations(steps(&[5, 5])).len(), 1);
        assert_eq!(violations(steps(&[5, 21])).len(), 1);
        let twice = vec![Value::Text("q1".to_owned()), Value::Text("q1".to_owned())];
        assert_eq!(violations(("observe", Value::List(twice))).len(), 1);
        assert_eq!(violations(("observe", Value::List(Vec::new()))).len(), 1);
        let other = ("problem", Value::Text("quadratic".to_owned()));
        let mut parameters = cell("hsgd", &[other]);
        parameters.extend(crate::parameter::defaults(QuadraticKind.part().parameters));
        assert_eq!(check(&parameters, 0).len(), 2, "neither hsgd nor q1 is for a quadratic");
    }

    #[test]
    fn names_of_parts_are_unique() {
        let mut all: Vec<&str> = PARAMETERS.iter().map(|parameter| parameter.name).collect();
        all.extend(NAMES);
        let n_names = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), n_names);
    }
}
