use std::sync::Arc;

use crate::dataset::Dataset;
use crate::linear_algebra::Matrix;
use crate::model::model;
use crate::noise::{LANES, NumpyLegacy, StreamKey};
use crate::parameter::{Parameters, Value, defaults};
use crate::problem::{Problem, problem};
use crate::simulate::{Column, PARAMETERS, Simulation, check, check_problem};

fn dataset() -> Dataset {
    let mut generator = NumpyLegacy::new(6);
    let design = Matrix::new(12, 4, generator.normals(48));
    Dataset::new(design, (0..12).map(|i| f64::from(i % 3)).collect())
}

/// A cell of SGD on a network with three hidden neurons, or on least squares.
fn cell(problem_name: &str, changes: &[(&str, Value)]) -> (Parameters, Arc<dyn Problem>) {
    let kind = problem(problem_name).unwrap();
    let mut parameters = defaults(PARAMETERS);
    parameters.extend(defaults(model("sgd").unwrap().part().parameters));
    parameters.extend(defaults(kind.part().parameters));
    let text = |name: &str| Value::Text(name.to_owned());
    let required = [
        ("model", text("sgd")),
        ("problem", text(problem_name)),
        ("hidden", Value::List(vec![Value::Integer(3)])),
        ("initial", text("fan_in")),
        ("observe", Value::List(vec![text("risk")])),
        ("step_size", Value::Real(0.1)),
        ("steps", Value::Integer(20)),
        ("chains", Value::Integer(3)),
    ];
    for (name, value) in required.iter().chain(changes) {
        parameters.insert((*name).to_owned(), value.clone());
    }
    let problem = kind.build(&parameters, Some(&dataset()));
    assert_eq!(check(&parameters, Some(&dataset())), []);
    (parameters, problem)
}

fn messages(cell: &(Parameters, Arc<dyn Problem>)) -> Vec<String> {
    let violations = check_problem(&cell.0, cell.1.as_ref());
    violations.into_iter().map(|violation| violation.message).collect()
}

fn observing(name: &str) -> (&'static str, Value) {
    ("observe", Value::List(vec![Value::Text(name.to_owned())]))
}

#[test]
fn layers_are_observed_where_there_are_some() {
    let (parameters, problem) = cell("network", &[observing("layer_1")]);
    assert!(check_problem(&parameters, problem.as_ref()).is_empty());
    let simulation = Simulation::new(&parameters, problem, StreamKey(1));
    let names: Vec<String> = simulation.observables.iter().map(Column::name).collect();
    assert_eq!((names.len(), names[11].as_str()), (12, "layer_1_11"));
    assert!(messages(&cell("network", &[observing("layer_2_2")])).is_empty());
    for (name, n) in [("layer_2_3", 3), ("layer_3", 0), ("layer_3_0", 0)] {
        let fault = format!("there is no `{name}`: the problem has {n} such coordinates");
        assert_eq!(messages(&cell("network", &[observing(name)])), [fault]);
    }
}

#[test]
fn a_start_by_layers_needs_layers() {
    assert_eq!(messages(&cell("least_squares", &[])), ["the problem has no layers"]);
}

/// Labels of three classes are no probabilities of one.
#[test]
fn a_loss_that_does_not_fit_the_labels_is_refused() {
    let loss = |name: &str| ("loss", Value::Text(name.to_owned()));
    assert!(messages(&cell("network", &[loss("cross_entropy")])).is_empty());
    assert_eq!(messages(&cell("network", &[loss("logistic")])).len(), 1);
}

/// Each weight has variance `gain²/m`, each bias is zero; 800 chains of 12 and of 3 weights.
#[test]
fn a_start_by_layers_has_the_variances_of_the_layers() {
    let (parameters, problem) = cell("network", &[("initial_std", Value::Real(2.0))]);
    let simulation = Simulation::new(&parameters, problem, StreamKey(4));
    let shape = simulation.model.shape();
    let mut squares = [0.0; 2];
    for first_chain in (0..800).step_by(LANES) {
        let bundle = simulation.bundle(first_chain);
        for lane in 0..LANES {
            let mut x = [0.0; 19];
            bundle.get(shape, 0, lane, &mut x);
            assert_eq!((&x[12..15], x[18]), (&[0.0; 3][..], 0.0));
            squares[0] += x[..12].iter().map(|w| w * w).sum::<f64>();
            squares[1] += x[15..18].iter().map(|w| w * w).sum::<f64>();
        }
    }
    for (square, n, variance) in [(squares[0], 9600.0, 4.0 / 4.0), (squares[1], 2400.0, 4.0 / 3.0)]
    {
        // The variance of the square of a normal variate is twice its mean square's square.
        let error = (square / n / variance - 1.0) * f64::sqrt(n / 2.0);
        assert!(error.abs() < 4.5, "{error}");
    }
}
