//! The estimator `tail_index`: how heavy the tail of an observable is.

use maruyama_dynamics::observable;
use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Range,
};
use maruyama_statistics::fit::student_t;
use maruyama_statistics::sample::moments::moments;
use maruyama_statistics::tail::hill::Magnitudes;

use crate::analyse::centre::{CENTRE, centred};
use crate::analyse::estimate::goodness_of_fit::degrees_of_freedom;
use crate::analyse::estimator::{AnalysisError, Centred, Estimator, Input};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};

/// Level of every interval.
const LEVEL: f64 = 0.95;

const PART: Part = Part {
    name: "tail_index",
    doc: "Tail index of |z|, z centred as `centre` says, by Hill's estimator on the largest values and by \
          the degrees of freedom of a Student-t fit, with moments. One row a cell.",
    parameters: &[
        Parameter {
            name: "observable",
            doc: "The observable.",
            unit: "",
            kind: Kind::Name(observable::NAMES),
            default: Default::TextByProblem(observable::USUAL),
        },
        Parameter {
            name: "fraction",
            doc: "Share of the sample that Hill's estimator takes as its tail.",
            unit: "",
            kind: Kind::Real(Range::OPEN_UNIT),
            default: Default::Real(0.02),
        },
        CENTRE,
    ],
    source: file!(),
};

/// Hill's estimator and the Student-t index.
pub(crate) struct TailIndex;

impl Estimator for TailIndex {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("n", "size of the sample"),
            ("n_diverged", "chains that diverged and are not in it"),
            ("k", "number of values that Hill's estimator takes"),
            ("hill", "Hill's estimate of the tail index, with asymptotic interval"),
            ("nu", "degrees of freedom of the Student-t fit, with profile-likelihood interval"),
            ("mean", "mean of the observable"),
            ("std", "standard deviation"),
            ("excess_kurtosis", "excess kurtosis; of little use where the index is below 8"),
        ]
    }

    fn observables(&self, parameters: &Parameters) -> Vec<String> {
        vec![parameters.text("observable").to_owned()]
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let Centred { z, mean, n_diverged } = centred(input, parameters, 8)?;
        let k = ((parameters.real("fraction") * z.len() as f64) as usize).clamp(2, z.len() - 1);
        let hill = Magnitudes::new(&z)
            .map_err(AnalysisError::statistic)?
            .hill(k)
            .map_err(AnalysisError::statistic)?;
        let interval = hill.interval(LEVEL);
        let moments = moments(&z).map_err(AnalysisError::statistic)?;
        let row = Row::from(
            [
                ("n", Scalar::count(z.len())),
                ("n_diverged", Scalar::count(n_diverged)),
                ("k", Scalar::count(k)),
                ("hill", Scalar::interval(hill.alpha, interval.low, interval.high)),
                ("nu", degrees_of_freedom(&z, student_t::Location::Free)?),
                ("mean", Scalar::number(mean)),
                ("std", Scalar::number(moments.std)),
                ("excess_kurtosis", Scalar::number(moments.excess_kurtosis)),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        Ok(CellOutcome { rows: vec![row], ..CellOutcome::default() })
    }
}
