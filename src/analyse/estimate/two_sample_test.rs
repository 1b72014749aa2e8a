//! The estimator `two_sample_test`: whether two simulations have one law.

use maruyama_dynamics::observable;
use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Violation,
};
use maruyama_statistics::goodness::k_sample::{KSampleError, Ties, anderson_darling};
use maruyama_statistics::goodness::pair::Pair;
use maruyama_statistics::goodness::pair_test::{Method, PairTest, Side};

use crate::analyse::estimator::{AnalysisError, Estimator, Input, Reads, texts};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};
use crate::analyse::times::{TIMES, compared, sides};

/// Fewest chains of either side.
const FEWEST: usize = 8;

const PART: Part = Part {
    name: "two_sample_test",
    doc: "Tests that an observable has the same law in two simulations: Kolmogorov–Smirnov, Kuiper, \
          Cramér–von Mises, and Anderson–Darling for several samples, of which there are two. One row \
          a step and test.",
    parameters: &[
        Parameter {
            name: "observable",
            doc: "The observable.",
            unit: "",
            kind: Kind::Name(observable::NAMES),
            default: Default::TextByProblem(observable::USUAL),
        },
        Parameter {
            name: "tests",
            doc: "The tests.",
            unit: "",
            kind: Kind::Choices(&[
                "kolmogorov_smirnov",
                "kuiper",
                "cramer_von_mises",
                "anderson_darling",
            ]),
            default: Default::Texts(&["kolmogorov_smirnov", "anderson_darling"]),
        },
        TIMES,
        Parameter {
            name: "method",
            doc: "How p-values of Kolmogorov–Smirnov and Cramér–von Mises are computed: exactly given \
                  the ties where that takes at most 10⁸ operations, exactly in any case, or from the \
                  limit for large samples. Those of Kuiper and Anderson–Darling are from the limit.",
            unit: "",
            kind: Kind::Choice(&["automatic", "exact", "asymptotic"]),
            default: Default::Text("automatic"),
        },
    ],
    source: file!(),
};

/// Tests of two simulations against each other.
pub(crate) struct TwoSampleTest;

impl Estimator for TwoSampleTest {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn reads(&self) -> Reads {
        Reads::Chains
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("test", "the test"),
            ("step", "recorded step"),
            ("step_against", "recorded step of the other simulation"),
            ("n", "chains that are compared"),
            ("n_against", "chains of the other simulation"),
            ("n_diverged", "chains that have no value"),
            ("n_diverged_against", "chains of the other simulation that have none"),
            ("statistic", "the statistic"),
            ("p", "probability of a statistic at least as large if both have one law"),
            ("method", "`exact` given the ties, or `asymptotic`"),
        ]
    }

    fn observables(&self, parameters: &Parameters) -> Vec<String> {
        vec![parameters.text("observable").to_owned()]
    }

    fn compares(&self) -> bool {
        true
    }

    fn p_column(&self, _: &Parameters) -> Option<&'static str> {
        Some("p")
    }

    fn check(&self, parameters: &Parameters) -> Option<Violation> {
        let tests: Vec<&str> = texts(parameters, "tests").collect();
        let violation = |message: String, remedy: &str| {
            Some(Violation { parameter: "tests", message, remedy: remedy.to_owned() })
        };
        if tests.is_empty() {
            return violation("`tests` is empty".to_owned(), "name the tests");
        }
        let repeated = tests.iter().enumerate().find(|(idx, name)| tests[..*idx].contains(name));
        let (_, name) = repeated?;
        violation(format!("test `{name}` is given twice"), "give each test once")
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let (chains, others) = (input.chains()?, input.against()?);
        let observables = self.observables(parameters);
        let method = parameters.text("method");
        let mut rows = Vec::new();
        for (idx, other) in compared(parameters, &chains, &others)? {
            let x = chains.points(&observables, idx, FEWEST)?;
            let y = others.points(&observables, other, FEWEST)?;
            let steps = (chains.steps()[idx], others.steps()[other]);
            let pair =
                Pair::new(&x.coordinates, &y.coordinates).map_err(AnalysisError::statistic)?;
            for name in texts(parameters, "tests") {
                input.go_on()?;
                let mut row = match name {
                    "anderson_darling" => anderson_darling_row(&x.coordinates, &y.coordinates)?,
                    name => row(&test(&pair, name, method)),
                };
                row.insert("test".to_owned(), Scalar::text(name));
                row.extend(sides(steps, (&x, &y)));
                rows.push(row);
            }
        }
        Ok(CellOutcome { rows, ..CellOutcome::default() })
    }
}

fn test(pair: &Pair, name: &str, method: &str) -> PairTest {
    let asked = match method {
        "exact" => Some(Method::Exact),
        "asymptotic" => Some(Method::Asymptotic),
        _ => None,
    };
    match (name, asked) {
        ("kolmogorov_smirnov", None) => pair.kolmogorov_smirnov(Side::Both),
        ("kolmogorov_smirnov", Some(method)) => pair.kolmogorov_smirnov_by(Side::Both, method),
        ("cramer_von_mises", None) => pair.cramer_von_mises(),
        ("cramer_von_mises", Some(method)) => pair.cramer_von_mises_by(method),
        _ => pair.kuiper(),
    }
}

fn row(test: &PairTest) -> Row {
    let method = match test.method {
        Method::Exact => "exact",
        Method::Asymptotic => "asymptotic",
    };
    named([
        ("statistic", Scalar::number(test.statistic)),
        ("p", Scalar::number(test.p)),
        ("method", Scalar::text(method)),
    ])
}

/// Where all values are equal, all divisions into two samples are alike: p is 1.
fn anderson_darling_row(x: &[f64], y: &[f64]) -> Result<Row, AnalysisError> {
    match anderson_darling(&[x, y], Ties::Midrank) {
        Ok(test) => Ok(named([
            ("statistic", Scalar::number(test.statistic)),
            ("p", Scalar::number(test.p)),
            ("method", Scalar::text("asymptotic")),
        ])),
        Err(KSampleError::Constant { .. }) => Ok(named([
            ("statistic", Scalar::Missing),
            ("p", Scalar::Number(1.0)),
            ("method", Scalar::text("exact")),
        ])),
        Err(error) => Err(AnalysisError::statistic(error)),
    }
}

fn named<const N: usize>(values: [(&str, Scalar); N]) -> Row {
    Row::from(values.map(|(name, value)| (name.to_owned(), value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_those_asked_for() {
        let x = [1.0, 2.0, 3.0, 4.0];
        let pair = Pair::new(&x, &[5.0, 6.0, 7.0, 8.0]).unwrap();
        // Separated samples: 2 of 70 divisions.
        let exact = test(&pair, "kolmogorov_smirnov", "automatic");
        assert!((exact.p - 2.0 / 70.0).abs() < 1e-12, "{exact:?}");
        assert_eq!(exact, test(&pair, "kolmogorov_smirnov", "exact"));
        let limit = test(&pair, "kolmogorov_smirnov", "asymptotic");
        assert!(limit.p != exact.p && limit.statistic == exact.statistic);
        assert_eq!(row(&limit)["method"], Scalar::text("asymptotic"));
        assert!((test(&pair, "cramer_von_mises", "exact").p - 2.0 / 70.0).abs() < 1e-12);
        assert_eq!(test(&pair, "kuiper", "exact").method, Method::Asymptotic);
    }

    #[test]
    fn equal_constants_have_one_law() {
        let row = anderson_darling_row(&[2.0; 4], &[2.0; 4]).unwrap();
        assert_eq!((&row["p"], &row["statistic"]), (&Scalar::Number(1.0), &Scalar::Missing));
        assert!(anderson_darling_row(&[1.0, f64::NAN, 2.0, 3.0], &[2.0; 4]).is_err());
    }
}
