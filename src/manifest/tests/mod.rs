//! Tests of the layer as a whole, against a small vocabulary of their own.

mod example;
mod grids;
mod messages;
mod schema;

use maruyama_dynamics::parameter::{
    ByProblem, Default, Kind, Parameter, Part, Range, Value, Violation,
};

use crate::manifest::diagnostic::Diagnostics;
use crate::manifest::types::{Cell, DataSet, Manifest};
use crate::manifest::vocabulary::Vocabulary;

const COUNT: Kind = Kind::Integer { min: 1, max: i64::MAX };
const SEED: Kind = Kind::Integer { min: 0, max: i64::MAX };

const fn parameter(name: &'static str, kind: Kind, default: Default) -> Parameter {
    Parameter { name, doc: "Says what it is.", unit: "", kind, default }
}

const USUAL: ByProblem = ByProblem { usual: "loss", others: &[("quadratic", "norm")] };

const STEP_SIZE: Parameter = Parameter {
    name: "step_size",
    doc: "Step size γ.",
    unit: "time per step",
    kind: Kind::Real(Range::POSITIVE),
    default: Default::Required,
};

const COMMON: &[Parameter] = &[
    parameter("seed", SEED, Default::Integer(1)),
    STEP_SIZE,
    parameter("steps", COUNT, Default::Required),
    parameter("chains", COUNT, Default::Integer(100)),
    parameter("initial_std", Kind::Real(Range::NON_NEGATIVE), Default::Real(1.0)),
    parameter("observe", Kind::Choices(&["q1", "loss", "norm"]), Default::TextsByProblem(USUAL)),
];

const fn part(name: &'static str, parameters: &'static [Parameter]) -> Part {
    Part { name, doc: "Does something.", parameters, source: file!() }
}

const SOURCES: &[Part] = &[
    part(
        "gaussian_design",
        &[
            parameter("rows", COUNT, Default::Required),
            parameter("columns", COUNT, Default::Required),
            parameter("numpy_seed", SEED, Default::Integer(0)),
        ],
    ),
    part("digits", &[parameter("file", Kind::Text, Default::Required)]),
    part(
        "random_features",
        &[
            parameter("file", Kind::Text, Default::Required),
            parameter("width", COUNT, Default::Required),
            parameter("numpy_seed", SEED, Default::Integer(0)),
        ],
    ),
];

const BATCH_SIZE: Parameter = parameter("batch_size", COUNT, Default::Integer(1));

const MODELS: &[Part] = &[
    part("sgd", &[BATCH_SIZE, parameter("nesterov", Kind::Boolean, Default::Boolean(false))]),
    part("hsgd", &[BATCH_SIZE, parameter("dt", Kind::Real(Range::POSITIVE), Default::Real(0.1))]),
    part("annealed", &[parameter("temperature", Kind::Real(Range::POSITIVE), Default::Required)]),
];

const PROBLEMS: &[Part] = &[
    part(
        "least_squares",
        &[parameter("ridge", Kind::Real(Range::NON_NEGATIVE), Default::Real(0.0))],
    ),
    part("quadratic", &[parameter("curvatures", Kind::Reals(Range::POSITIVE), Default::Required)]),
];

const ESTIMATORS: &[Part] = &[part(
    "goodness_of_fit",
    &[
        parameter("observable", Kind::Text, Default::Required),
        parameter("families", Kind::Choices(&["student_t", "normal"]), Default::Texts(&["normal"])),
        parameter("bootstrap", COUNT, Default::Integer(1000)),
        parameter("level", Kind::Real(Range::OPEN_UNIT), Default::Real(0.05)),
    ],
)];

const PLOTS: &[Part] =
    &[part("qq", &[parameter("log", Kind::Boolean, Default::Boolean(false))]), part("lines", &[])];

/// Batches no larger than Gaussian data sets have rows.
fn check_cell(cell: &Cell) -> Vec<Violation> {
    let integer = |value: Option<&Value>| value.and_then(Value::as_integer);
    let rows = cell.data.as_ref().and_then(|data| integer(data.parameters.get("rows")));
    match (integer(cell.parameters.get("batch_size")), rows) {
        (Some(batch), Some(rows)) if batch > rows => vec![Violation {
            parameter: "batch_size",
            message: format!("batches of {batch} are larger than the {rows} rows of the data"),
            remedy: format!("at most {rows}"),
        }],
        _ => Vec::new(),
    }
}

fn check_data(data: &DataSet) -> Vec<Violation> {
    let is_absolute = |value: &Value| value.as_text().is_some_and(|path| path.starts_with('/'));
    let absolute = data.parameters.get("file").is_some_and(is_absolute);
    let violation = Violation {
        parameter: "file",
        message: "the path is absolute".to_owned(),
        remedy: "write it relative to the repository".to_owned(),
    };
    absolute.then_some(violation).into_iter().collect()
}

fn vocabulary() -> Vocabulary<'static> {
    Vocabulary {
        data_sources: SOURCES,
        problems: PROBLEMS,
        models: MODELS,
        common: COMMON,
        estimators: ESTIMATORS,
        plots: PLOTS,
        check_cell: &check_cell,
        check_data: &check_data,
    }
}

fn parse_as(text: &str, profile: &str) -> Result<Manifest, Diagnostics> {
    crate::manifest::parse("x.yaml", text, &vocabulary(), profile)
}

fn parse(text: &str) -> Result<Manifest, Diagnostics> {
    parse_as(text, "paper")
}

/// A manifest with one sweep `s`, whose entries are `sweep` in flow style, of model sgd.
fn with_sweep(sweep: &str) -> String {
    format!(
        "title: t\ndata:\n  X: {{ source: gaussian_design, rows: 10, columns: 2 }}\n  \
         Y: {{ source: digits, file: y.csv }}\nsimulate:\n  s: {{ {sweep} }}\n"
    )
}
