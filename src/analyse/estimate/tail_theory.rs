//! The estimator `tail_theory`: what theories say of the tail index, each in a row.

use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Value, defaults,
};
use maruyama_dynamics::problem::{LeastSquares, Problem};
use maruyama_theory::tail::{
    Case, Certainty, Finding, Process, Relation, Samples, TailTheory, theory,
};

use crate::analyse::cell::population::Population;
use crate::analyse::cell::sgd_cell::is_of_sgd;
use crate::analyse::estimator::{AnalysisError, Estimator, Input};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};

/// Standard errors on either side of a Monte-Carlo estimate, for a 95 % interval.
const WIDTH: f64 = 1.959_963_984_540_054;

/// All theories.
const ALL: &[&str] = &[
    "hsgd_upper",
    "hsgd_lower",
    "hsgd_sharp_lower",
    "hsgd_certified",
    "hsgd_second_moment",
    "hsgd_fourth_moment",
    "hsgd_isotropic",
    "hsgd_two_groups",
    "hsgd_surrogate",
    "hsgd_cloning",
    "sgd_second_moment",
    "sgd_upper",
    "sgd_scalar",
    "sgd_gaussian",
    "sgd_sphere",
    "sgd_cloning",
    "sde_gaussian",
    "sde_sphere",
    "sde_projected",
    "sde_crude",
    "sde_lower",
    "sde_upper",
    "sde_circle",
];

const PART: Part = Part {
    name: "tail_theory",
    doc: "What theories say of the tail index at the cell's data, step size, batch size and ridge: of \
          homogenized SGD, of SGD itself and of its diffusion. Reads no simulation. One row a \
          theory; one that does not apply says why.",
    parameters: &[Parameter {
        name: "theories",
        doc: "The theories.",
        unit: "",
        kind: Kind::Choices(ALL),
        default: Default::Texts(&["hsgd_lower", "hsgd_certified", "hsgd_surrogate", "hsgd_upper"]),
    }],
    source: file!(),
};

/// Theories of the tail index.
pub(crate) struct TailTheories;

impl Estimator for TailTheories {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("theory", "name of the theory"),
            ("rank", "rank r of the design"),
            ("process", "the process whose tail it is about: sgd, hsgd or sgd_sde"),
            ("relation", "whether the index equals the value, or is at least or at most that"),
            ("certainty", "exact, certified, approximate or Monte Carlo"),
            ("index", "the value, with a 95 % interval where it is of Monte Carlo"),
            ("error", "numerical error of the value, or its standard error"),
            ("why", "why the theory does not apply"),
        ]
    }

    fn observables(&self, _: &Parameters) -> Vec<String> {
        Vec::new()
    }

    fn sources(&self, parameters: &Parameters) -> Vec<&'static str> {
        chosen(parameters).map(|theory| theory.part().source).collect()
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        is_of_sgd(input)?;
        let equation = input.parameters.get("equation").and_then(Value::as_text);
        if equation.is_some_and(|equation| equation != "first_order") {
            let why = "the theory is of the equation of first order";
            return Err(AnalysisError::Data(why.to_owned()));
        }
        let problem = input.problem()?;
        let (samples, rank, ridge) = samples(problem.as_ref())?;
        let sampling = input.parameters.get("sampling").and_then(Value::as_text);
        let case = Case {
            samples,
            step_size: input.parameters.real("step_size"),
            batch_size: input.parameters.count("batch_size"),
            is_with_replacement: sampling.is_none_or(|sampling| sampling == "with_replacement"),
            ridge,
        };
        let mut rows = Vec::new();
        for theory in chosen(parameters) {
            input.go_on()?;
            let mut row = row(theory, &case, input);
            row.insert("rank".to_owned(), Scalar::count(rank));
            rows.push(row);
        }
        Ok(CellOutcome { rows, ..CellOutcome::default() })
    }
}

/// Where the samples of `problem` come from, its rank and its ridge.
fn samples(problem: &dyn Problem) -> Result<(Samples<'_>, usize, f64), AnalysisError> {
    if let Some(population) = Population::of(problem) {
        return Ok((population.samples(), problem.dim(), 0.0));
    }
    let problem = problem.get::<LeastSquares>().ok_or(AnalysisError::NotLeastSquares)?;
    let spectrum = problem.spectrum();
    let samples = Samples::Finite {
        design: &problem.dataset().design,
        singular_values: &spectrum.singular_values,
        right_vectors: &spectrum.right_vectors,
    };
    Ok((samples, spectrum.rank(), problem.ridge()))
}

/// The theories that are asked for, in their order.
fn chosen(parameters: &Parameters) -> impl Iterator<Item = &'static dyn TailTheory> {
    let names = parameters.get("theories").and_then(Value::as_list).unwrap_or_default();
    names.iter().filter_map(|name| theory(name.as_text()?))
}

fn row(theory: &dyn TailTheory, case: &Case<'_>, input: &Input<'_>) -> Row {
    let part = theory.part();
    let mut row = Row::from([
        ("theory".to_owned(), Scalar::text(part.name)),
        ("process".to_owned(), Scalar::text(process(theory.process()))),
    ]);
    match theory.find(case, &defaults(part.parameters), input.stream) {
        Ok(finding) => row.extend([
            ("relation".to_owned(), Scalar::text(relation(finding.relation))),
            ("certainty".to_owned(), Scalar::text(certainty(finding.certainty))),
            ("index".to_owned(), index(&finding)),
            ("error".to_owned(), Scalar::optional(finding.error)),
        ]),
        Err(why) => row.extend([("why".to_owned(), Scalar::text(&why.to_string()))]),
    }
    row
}

fn index(finding: &Finding) -> Scalar {
    match (finding.certainty, finding.error) {
        (Certainty::MonteCarlo, Some(error)) => {
            let half = WIDTH * error;
            Scalar::interval(finding.value, finding.value - half, finding.value + half)
        }
        _ => Scalar::number(finding.value),
    }
}

fn process(process: Process) -> &'static str {
    match process {
        Process::Sgd => "sgd",
        Process::HomogenizedSgd => "hsgd",
        Process::SgdSde => "sgd_sde",
    }
}

fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::Equals => "equals",
        Relation::AtLeast => "at least",
        Relation::AtMost => "at most",
    }
}

fn certainty(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Exact => "exact",
        Certainty::Certified => "certified",
        Certainty::Approximate => "approximate",
        Certainty::MonteCarlo => "Monte Carlo",
    }
}

#[cfg(test)]
mod tests {
    use maruyama_theory::tail::THEORIES;

    use super::*;

    #[test]
    fn every_theory_is_offered() {
        let registered: Vec<&str> = THEORIES.iter().map(|theory| theory.part().name).collect();
        assert_eq!(ALL, registered);
    }
}
