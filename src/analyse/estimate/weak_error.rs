//! The estimator `weak_error`: how far expectations under SGD's equations are from those under SGD.

mod weak_gap;

use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Value, Violation,
};

use crate::analyse::cell::smooth::{
    EQUATIONS, PLAIN_EQUATIONS, Smooth, chosen, failure, function, number,
};
use crate::analyse::estimate::weak_error::weak_gap::{
    Functions, Gap, Start, on_interval, on_plane, on_torus,
};
use crate::analyse::estimator::{AnalysisError, Estimator, Input};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};

const DOMAIN: &str = "domain";
const TORUS: &str = "torus";
const SUBSTEPS: &str = "substeps";
const INTERVAL: [&str; 3] = ["low", "high", "from"];

/// A number, or a formula of the constants of the cell.
const fn place(name: &'static str, doc: &'static str) -> Parameter {
    Parameter { name, doc, unit: "", kind: Kind::Text, default: Default::Absent }
}

const PART: Part = Part {
    name: "weak_error",
    doc: "Weak errors of the equations of SGD at the cell's step size and number of steps, without \
          simulation: |E u(x_k) − E u(X_kη)| by operators on trigonometric or polynomial \
          interpolants, with the local order between η and η/2. On the `torus` it is the largest over \
          all starting points, at the last step, for objectives of period 2π in one or two variables; \
          on an `interval` that paths do not leave, the largest over the steps from one starting \
          point. One row an equation and function.",
    parameters: &[
        Parameter {
            name: "functions",
            doc: "The functions u, as formulas in x, or in x and y.",
            unit: "",
            kind: Kind::Texts,
            default: Default::Required,
        },
        Parameter {
            name: "equations",
            doc: "The equations; shifted ones start at x − (η/2)g(x) and are read at x + (η/2)g(x).",
            unit: "",
            kind: Kind::Choices(EQUATIONS),
            default: Default::Texts(PLAIN_EQUATIONS),
        },
        Parameter {
            name: DOMAIN,
            doc: "Where the process lives.",
            unit: "",
            kind: Kind::Choice(&[TORUS, "interval"]),
            default: Default::Text(TORUS),
        },
        Parameter {
            name: "nodes",
            doc: "Nodes of the interpolants, in each direction; odd on the torus. 81 on the circle, 31 in \
                  the plane and 41 on an interval if it is not given.",
            unit: "",
            kind: Kind::Integer { min: 3, max: 801 },
            default: Default::Absent,
        },
        place(INTERVAL[0], "Lower end of the interval, in quotes."),
        place(INTERVAL[1], "Upper end of the interval."),
        place(INTERVAL[2], "Starting point in the interval."),
        Parameter {
            name: "unit",
            doc: "What `scaled` is divided by besides η²: a number, or a formula of the constants of the \
                  cell, such as `a^3`.",
            unit: "",
            kind: Kind::Text,
            default: Default::Text("1"),
        },
        Parameter {
            name: "halved_at",
            doc: "What stays as it is between η and η/2 in the local order: the `noise`, or the \
                  `temperature`, η times its covariance.",
            unit: "",
            kind: Kind::Choice(&["noise", "temperature"]),
            default: Default::Text("noise"),
        },
        Parameter {
            name: SUBSTEPS,
            doc: "Numbers n of Euler–Maruyama steps for each step of SGD, on the circle: rows of what a \
                  simulation of the equation shows without statistical error.",
            unit: "",
            kind: Kind::Integers { min: 1, max: 4096 },
            default: Default::Absent,
        },
    ],
    source: file!(),
};

/// Weak errors without Monte Carlo.
pub(crate) struct WeakError;

impl Estimator for WeakError {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("equation", "the equation"),
            ("function", "the function u"),
            ("substeps", "Euler–Maruyama steps for each step of SGD; none for the equation itself"),
            (
                "error",
                "largest |E u(SGD) − E u(equation)|, of its discretisation if there are substeps",
            ),
            ("scaled", "the same over η², and over `unit`"),
            ("order", "local order of the error between η and η/2"),
            ("discretisation", "largest distance of the discretisation from the equation"),
            ("why", "why there is no error"),
        ]
    }

    fn observables(&self, _: &Parameters) -> Vec<String> {
        Vec::new()
    }

    fn check(&self, parameters: &Parameters) -> Option<Violation> {
        let violation = |parameter, message: &str, remedy: &str| {
            Some(Violation { parameter, message: message.to_owned(), remedy: remedy.to_owned() })
        };
        let on_torus = parameters.text(DOMAIN) == TORUS;
        let given = INTERVAL.into_iter().find(|name| parameters.contains_key(name));
        let missing = INTERVAL.into_iter().find(|name| !parameters.contains_key(name));
        if chosen(parameters, "functions").is_empty() {
            return violation("functions", "there is no function", "name one at least");
        }
        if let (true, Some(name)) = (on_torus, given) {
            return violation(name, "the torus has no ends", "leave it out, or take an `interval`");
        }
        if let (false, Some(_)) = (on_torus, missing) {
            let remedy = "give `low`, `high` and `from`";
            return violation(DOMAIN, "an interval needs its ends and a start", remedy);
        }
        let is_even = |nodes: &Value| nodes.as_integer().is_some_and(|n| n % 2 == 0);
        if on_torus && parameters.get("nodes").is_some_and(is_even) {
            return violation("nodes", "the number of nodes is even", "take an odd one");
        }
        if !on_torus && parameters.contains_key(SUBSTEPS) {
            return violation(SUBSTEPS, "it is for the torus", "leave it out");
        }
        None
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let objective = Smooth::of(input)?;
        let cell = input.parameters;
        let texts = chosen(parameters, "functions");
        let tapes: Result<_, _> =
            texts.iter().map(|text| function(text, objective.dim())).collect();
        let functions = Functions { names: texts, tapes: tapes? };
        let equations = chosen(parameters, "equations");
        let list = parameters.get(SUBSTEPS).and_then(Value::as_list).unwrap_or_default();
        let substeps: Vec<u64> =
            list.iter().filter_map(Value::as_integer).map(|n| n as u64).collect();
        let nodes = parameters.get("nodes").and_then(Value::as_integer).map(|n| n as usize);
        let at = |name: &str| number(parameters.text(name), cell);
        let start = if parameters.text(DOMAIN) == TORUS {
            None
        } else {
            let (low, high, from) = (at(INTERVAL[0])?, at(INTERVAL[1])?, at(INTERVAL[2])?);
            Some(Start { interval: (low, high), from })
        };
        let (eta, steps) = (cell.real("step_size"), cell.count("steps"));
        let gaps = |objective: &Smooth, eta: f64, steps: u64, substeps: &[u64]| {
            input.go_on()?;
            match (&start, objective.dim()) {
                (Some(start), 1) => {
                    on_interval(objective, (eta, steps), start, &functions, &equations, nodes)
                }
                (None, 1) => {
                    on_torus(objective, (eta, steps), &functions, &equations, substeps, nodes)
                }
                (None, 2) => on_plane(objective, (eta, steps), &functions, &equations, nodes),
                _ => Err(failure("the objective has more variables than the domain")),
            }
        };
        let coarse = gaps(&objective, eta, steps, &substeps)?;
        let factor = if parameters.text("halved_at") == "temperature" { 2.0 } else { 1.0 };
        let fine = gaps(&objective.with_noise(factor), 0.5 * eta, 2 * steps, &[])?;
        let unit = eta * eta * at("unit")?;
        let rows = coarse.iter().map(|gap| row(gap, &fine, unit)).collect();
        Ok(CellOutcome { rows, ..CellOutcome::default() })
    }
}

/// The row of an error, in units of `unit` too, with its order by the errors at half the step size.
fn row(gap: &Gap, fine: &[Gap], unit: f64) -> Row {
    let same = |other: &&Gap| {
        gap.substeps.is_none() && other.equation == gap.equation && other.function == gap.function
    };
    let half = fine.iter().find(same).and_then(|other| other.error.as_ref().ok().copied());
    let error = gap.error.as_ref().ok().copied();
    let order = error.zip(half).map(|(error, half)| {
        if half > 0.0 { maruyama_dynamics::real::log2(error / half) } else { f64::NAN }
    });
    let row = [
        ("equation", Scalar::text(&gap.equation)),
        ("function", Scalar::text(&gap.function)),
        ("substeps", Scalar::optional(gap.substeps.map(|n| n as f64))),
        ("error", Scalar::optional(error)),
        ("scaled", Scalar::optional(error.map(|error| error / unit))),
        ("order", Scalar::optional(order)),
        ("discretisation", Scalar::optional(gap.discretisation)),
    ];
    let mut row = Row::from(row.map(|(name, value)| (name.to_owned(), value)));
    if let Err(why) = &gap.error {
        row.insert("why".to_owned(), Scalar::text(why));
    }
    row
}
