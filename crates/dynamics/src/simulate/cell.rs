//! From the parameters of a cell to its simulation.

use std::sync::Arc;

use crate::dataset::Dataset;
use crate::model::model;
use crate::noise::StreamKey;
use crate::parameter::{Lookup, Parameters, Value, Violation};
use crate::problem::{Problem, QuadraticForm, problem};
use crate::simulate::simulation::{Simulation, Start};
use crate::simulate::walk::steps_per_check;
use crate::simulate::{observed, reduced, refusal, times};

impl Simulation {
    /// The simulation of the cell with these parameters.
    ///
    /// # Arguments
    /// * `parameters`: those of [`crate::simulate::PARAMETERS`], `model` and the model's own
    /// * `key`: key of its random streams
    ///
    /// # Panics
    /// If the parameters have not been checked against their declarations.
    #[must_use]
    pub fn new(parameters: &Parameters, problem: Arc<dyn Problem>, key: StreamKey) -> Simulation {
        let mut simulation = Simulation::unlisted(parameters, problem, key);
        if !reduced::is_reduced(parameters) {
            simulation.record_at = times::Steps::new(parameters).collect();
        }
        simulation
    }

    /// As [`Simulation::new`], but no list is made of the recorded steps, however many they are: for
    /// those who go through [`crate::simulate::Steps`] themselves.
    ///
    /// # Panics
    /// As [`Simulation::new`].
    #[must_use]
    pub fn unlisted(
        parameters: &Parameters,
        problem: Arc<dyn Problem>,
        key: StreamKey,
    ) -> Simulation {
        let kind = model(parameters.text("model")).expect("the model's name has been checked");
        let observables = observed::columns(parameters, problem.as_ref());
        let (mean, std) = (parameters.real("initial_mean"), parameters.real("initial_std"));
        let dim = problem.dim();
        let start = match parameters.text("initial") {
            "zero" => Start { mean: vec![0.0; dim], std: 0.0, is_scaled: false },
            "fan_in" => Start { mean: vec![0.0; dim], std, is_scaled: true },
            "point" => Start { mean: initial_point(parameters), std: 0.0, is_scaled: false },
            _ => Start { mean: vec![mean; dim], std, is_scaled: false },
        };
        let model = kind.build(parameters, &problem);
        let directions = observed::directions(parameters);
        let record_at = Vec::new();
        let check_every = steps_per_check(dim, kind.passes_per_step(parameters));
        Simulation { problem, model, observables, directions, start, record_at, key, check_every }
    }
}

/// The starting point that a cell gives; none if it gives none.
pub(crate) fn initial_point(parameters: &Parameters) -> Vec<f64> {
    let given = parameters.get("initial_point").and_then(Value::as_list).unwrap_or_default();
    given.iter().filter_map(Value::as_real).collect()
}

/// Combinations of a cell's parameters that are invalid for `data`, which a problem may do without.
///
/// # Panics
/// As [`Simulation::new`]; or if the problem needs data and there are none.
#[must_use]
pub fn check(parameters: &Parameters, data: Option<&Dataset>) -> Vec<Violation> {
    let kind = model(parameters.text("model")).expect("the model's name has been checked");
    let mut violations = check_parts(parameters);
    if !violations.is_empty() {
        return violations;
    }
    violations.extend(kind.check(parameters, data.map_or(0, Dataset::n_rows)));
    violations.extend(times::check(parameters));
    violations.extend(refusal::check(parameters, dim(parameters, data)));
    violations.extend(reduced::check(parameters));
    if !reduced::is_reduced(parameters) {
        violations.extend(times::check_size(parameters, values_per_chain(parameters, data)));
    }
    violations
}

/// A model or an observable that is not for the cell's problem, and what the problem forbids.
fn check_parts(parameters: &Parameters) -> Vec<Violation> {
    let name = parameters.text("problem");
    let kind = problem(name).expect("the problem's name has been checked");
    let mut violations = kind.check(parameters);
    let model_name = parameters.text("model");
    let problems = model(model_name).expect("the model's name has been checked").problems();
    if !problems.is_empty() && !problems.contains(&name) {
        violations.push(Violation {
            parameter: "model",
            message: format!("model `{model_name}` is not for problem `{name}`"),
            remedy: format!("it is for {}", problems.join(", ")),
        });
    }
    violations.extend(refusal::check_parts(parameters));
    if violations.is_empty() {
        violations.extend(common_step(parameters).and_then(Result::err));
    }
    violations
}

/// The time that a step takes along the path of `common_noise`; nothing for a cell without it.
///
/// # Panics
/// As [`Simulation::new`].
#[must_use]
pub fn common_step(parameters: &Parameters) -> Option<Result<f64, Violation>> {
    let kind = model(parameters.text("model")).expect("the model's name has been checked");
    parameters.get("common_noise").map(|_| kind.common_step(parameters))
}

/// Number of parameters of the problem of a cell without data.
///
/// # Panics
/// As [`Simulation::new`].
#[must_use]
pub fn common_dim(parameters: &Parameters) -> usize {
    dim(parameters, None)
}

fn dim(parameters: &Parameters, data: Option<&Dataset>) -> usize {
    let kind = problem(parameters.text("problem")).expect("the problem's name has been checked");
    kind.dim(parameters, data)
}

/// Combinations of a cell's parameters that are invalid for `problem`; may compute its spectrum.
///
/// # Panics
/// As [`Simulation::new`].
#[must_use]
pub fn check_problem(parameters: &Parameters, problem: &dyn Problem) -> Vec<Violation> {
    let kind = model(parameters.text("model")).expect("the model's name has been checked");
    let mut violations = problem.check();
    violations.extend(refusal::check_start(parameters, problem));
    if problem.get::<QuadraticForm>().is_some() && !kind.takes_matrices() {
        let message =
            format!("model `{}` is for diagonal quadratics with equal noise", kind.part().name);
        let remedy =
            "take `sgd` or `modified_equation`, or a quadratic without matrices".to_owned();
        violations.push(Violation { parameter: "model", message, remedy });
    }
    if violations.is_empty() {
        violations.extend(refusal::check_problem(parameters, problem));
        violations.extend(kind.check_problem(parameters, problem));
    }
    violations
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

/// An upper bound on the numbers that are recorded of a chain, for a problem on `data`.
///
/// # Panics
/// As [`check`].
#[must_use]
pub fn values_per_chain(parameters: &Parameters, data: Option<&Dataset>) -> u64 {
    let columns = observed::at_most(parameters, dim(parameters, data));
    times::at_most(parameters).saturating_mul(columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linear_algebra::Matrix;
    use crate::observable::RECORDED;
    use crate::problem::{LeastSquares, ProblemKind as _, QuadraticKind};
    use crate::simulate::{Column, PARAMETERS};

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

    fn dataset() -> Dataset {
        Dataset::new(Matrix::new(3, 1, vec![1.0, 2.0, 0.0]), vec![1.0, 0.0, 1.0])
    }

    fn observing(names: &[&str]) -> (&'static str, Value) {
        let names = names.iter().map(|name| Value::Text((*name).to_owned()));
        ("observe", Value::List(names.collect()))
    }

    fn steps(list: &[i64]) -> (&'static str, Value) {
        ("record_at", Value::List(list.iter().map(|&step| Value::Integer(step)).collect()))
    }

    #[test]
    fn a_cell_becomes_a_simulation() {
        let dataset = dataset();
        let problem: Arc<dyn Problem> = Arc::new(LeastSquares::new(dataset.clone(), 0.0));
        let changes = [steps(&[0, 5]), ("initial", Value::Text("zero".to_owned()))];
        for model_name in ["sgd", "hsgd"] {
            let parameters = cell(model_name, &changes);
            assert!(check(&parameters, Some(&dataset)).is_empty());
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
        let violations = |change| check(&cell("sgd", &[change]), Some(&dataset()));
        assert!(violations(steps(&[1, 20])).is_empty());
        assert_eq!(violations(steps(&[5, 5])).len(), 1);
        assert_eq!(violations(steps(&[5, 21])).len(), 1);
        for (names, fault) in [
            (&["q1", "q1"][..], "`q1` is there twice"),
            (&[], "nothing is recorded"),
            (&["x_0", "risk", "x"], "`x_0` and `x` have a coordinate in common"),
            (&["x", "x"], "`x` is there twice"),
            (&["x_0", "x_1"], "there is no `x_1`: the problem has 1 such coordinates"),
        ] {
            let found = violations(observing(names));
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(found[0].message, fault);
        }
        let other = ("problem", Value::Text("quadratic".to_owned()));
        let mut parameters = cell("hsgd", &[other]);
        parameters.extend(crate::parameter::defaults(QuadraticKind.part().parameters));
        assert_eq!(check(&parameters, None).len(), 2, "neither hsgd nor q1 is for a quadratic");
    }

    #[test]
    fn a_family_is_recorded_coordinate_by_coordinate() {
        let design = Matrix::new(3, 3, vec![1.0, 2.0, 3.0, 0.0, 1.0, 1.0, 1.0, 3.0, 4.0]);
        let dataset = Dataset::new(design, vec![1.0, 0.0, 1.0]);
        let problem: Arc<dyn Problem> = Arc::new(LeastSquares::new(dataset.clone(), 0.0));
        let names = |model: &str, observed: &[&str]| {
            let parameters = cell(model, &[observing(observed)]);
            assert_eq!(check(&parameters, Some(&dataset)), []);
            assert_eq!(check_problem(&parameters, problem.as_ref()), []);
            let simulation = Simulation::new(&parameters, Arc::clone(&problem), StreamKey(1));
            let names: Vec<String> = simulation.observables.iter().map(Column::name).collect();
            assert!(names.len() as u64 <= values_per_chain(&parameters, Some(&dataset)));
            names
        };
        assert_eq!(names("sgd", &["x", "risk", "y_1"]), ["x_0", "x_1", "x_2", "risk", "y_1"]);
        assert_eq!(names("hsgd", &["y"]), ["y_0", "y_1"], "the design has rank 2");
        let refused = check(&cell("hsgd", &[observing(&["x_1"])]), Some(&dataset));
        assert_eq!(refused[0].message, "model `hsgd` does not move what `x_1` observes");
        let beyond = cell("sgd", &[observing(&["y_2"])]);
        assert_eq!(check(&beyond, Some(&dataset)), []);
        assert_eq!(check_problem(&beyond, problem.as_ref()).len(), 1);
    }

    #[test]
    fn names_of_parts_are_unique() {
        let mut all: Vec<&str> = PARAMETERS.iter().map(|parameter| parameter.name).collect();
        all.extend(RECORDED.finite());
        let n_names = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), n_names);
    }
}
