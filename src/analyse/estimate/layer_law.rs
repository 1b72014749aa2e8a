//! The estimator `layer_law`: laws fitted to the weights of a layer of a network.
//!
//! ```text
//! entries:     z = W_ij − mean(W_ij) over the entries of one run or of several
//! projection:  z = u·W v − mean(u·W v) over the runs, u, v the leading singular pair of the mean of W
//! ```

use maruyama_dynamics::linear_algebra::{Matrix, right_svd};
use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Violation, member,
};
use maruyama_dynamics::problem::{Dense, Layer as _, Network};
use maruyama_dynamics::real;
use maruyama_statistics::fit::family::Family;
use maruyama_statistics::sample::moments::mean;

use crate::analyse::estimate::goodness_of_fit::{self, BOOTSTRAP, COLUMNS, FAMILIES_OF, fits};
use crate::analyse::estimator::{AnalysisError, Estimator, Input};
use crate::analyse::outcome::{CellOutcome, Scalar};
use crate::analyse::vector::Vectors;

const PART: Part = Part {
    name: "layer_law",
    doc: "Laws fitted to the weights of a layer of a network at the last recorded step, centred by \
          their mean, as by `goodness_of_fit`: to the entries of the weight matrix pooled over one \
          run or several, or to its projections on the leading singular pair of its mean over the \
          runs. Entries of one run are not independent of each other, and p-values take them to be. \
          One row a family.",
    parameters: &[
        Parameter {
            name: "layer",
            doc: "The layer; the cell records all its weights.",
            unit: "",
            kind: Kind::Choice(&["layer_1", "layer_2", "layer_3", "layer_4"]),
            default: Default::Text("layer_2"),
        },
        Parameter {
            name: "scalar",
            doc: "What has the law: `entries`, or the `projection` u·Wv of each run on the leading \
                  left and right singular vectors u, v of the mean matrix.",
            unit: "",
            kind: Kind::Choice(&["entries", "projection"]),
            default: Default::Text("entries"),
        },
        Parameter {
            name: "runs",
            doc: "Number of runs whose `entries` are pooled: the first ones that did not diverge.",
            unit: "",
            kind: Kind::Integer { min: 1, max: 1_000_000 },
            default: Default::Integer(1),
        },
        FAMILIES_OF,
        Parameter { default: Default::Integer(0), ..BOOTSTRAP },
    ],
    source: file!(),
};

/// Laws of the weights of a layer.
pub(crate) struct LayerLaw;

impl Estimator for LayerLaw {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        COLUMNS
    }

    fn more_columns(&self, parameters: &Parameters) -> Vec<String> {
        let is_projection = parameters.text("scalar") == "projection";
        if is_projection { vec![SINGULAR_VALUE.to_owned()] } else { Vec::new() }
    }

    fn observables(&self, parameters: &Parameters) -> Vec<String> {
        vec![parameters.text("layer").to_owned()]
    }

    fn check(&self, parameters: &Parameters) -> Option<Violation> {
        let is_idle = parameters.text("scalar") == "projection" && parameters.count("runs") > 1;
        is_idle.then(|| Violation {
            parameter: "runs",
            message: "a `projection` takes all runs".to_owned(),
            remedy: "leave it out".to_owned(),
        })
    }

    fn sources(&self, parameters: &Parameters) -> Vec<&'static str> {
        goodness_of_fit::families(parameters).map(Family::source).collect()
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let name = parameters.text("layer");
        if parameters.text("scalar") == "entries" {
            let n_runs = parameters.count("runs") as usize;
            let Vectors { values, n_diverged } = input.vectors(name, n_runs)?;
            let z = centred(&values[..n_runs].concat());
            return fits(input, parameters, &z, n_diverged);
        }
        let network = input.network()?;
        let Vectors { values, n_diverged } = input.vectors(name, 8)?;
        let layer = layer(&network, name)?;
        let (singular_value, projections) = project(layer, &values)?;
        let mut outcome = fits(input, parameters, &centred(&projections), n_diverged)?;
        for row in &mut outcome.rows {
            row.insert(SINGULAR_VALUE.to_owned(), Scalar::number(singular_value));
        }
        Ok(outcome)
    }
}

/// The column of the leading singular value of the mean matrix.
const SINGULAR_VALUE: &str = "singular_value";

/// The layer called `name`.
fn layer(network: &Network, name: &str) -> Result<Dense, AnalysisError> {
    let number = member(name).map_or(0, |(_, number)| number);
    let found = number.checked_sub(1).and_then(|idx| network.layers().get(idx));
    found.copied().ok_or_else(|| AnalysisError::NotRecorded(name.to_owned()))
}

fn centred(values: &[f64]) -> Vec<f64> {
    let mean = mean(values);
    values.iter().map(|value| value - mean).collect()
}

/// The leading singular value of the mean of the matrices `runs`, and the projections of each on the
/// pair of singular vectors; `v` has entries with a positive sum.
fn project(layer: Dense, runs: &[Vec<f64>]) -> Result<(f64, Vec<f64>), AnalysisError> {
    let n_inputs = layer.n_inputs();
    let mut entries = vec![0.0; layer.n_weights()];
    for run in runs {
        if run.len() != entries.len() {
            return Err(AnalysisError::Statistic("a weight matrix is incomplete".to_owned()));
        }
        real::add_scaled(&mut entries, 1.0 / runs.len() as f64, run);
    }
    let mean = Matrix::new(layer.n_outputs(), n_inputs, entries);
    let svd = right_svd(&mean);
    let Some(&singular_value) = svd.singular_values.first() else {
        return Err(AnalysisError::Statistic("the mean of the weights is zero".to_owned()));
    };
    let right = svd.right_vectors.row(0);
    let left: Vec<f64> = mean.times(right).iter().map(|entry| entry / singular_value).collect();
    let project = |run: &Vec<f64>| {
        let images: Vec<f64> =
            run.chunks_exact(n_inputs).map(|row| real::dot(row, right)).collect();
        real::dot(&left, &images)
    };
    Ok((singular_value, runs.iter().map(project).collect()))
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::problem::Activation;

    use super::*;

    /// `W = s u vᵀ + c p qᵀ` with `u ⊥ p`, `v ⊥ q` projects to `s`, whatever `c`.
    #[test]
    fn projections_are_on_the_leading_singular_pair_of_the_mean() {
        let (u, p) = ([0.6, 0.8], [0.8, -0.6]);
        let (v, q) =
            ([2.0, 1.0, 2.0].map(|x| x / 3.0), [1.0, -2.0, 0.0].map(|x| x / 5.0_f64.sqrt()));
        let matrix = |s: f64, c: f64| -> Vec<f64> {
            (0..6).map(|k| s * u[k / 3] * v[k % 3] + c * p[k / 3] * q[k % 3]).collect()
        };
        let runs = [matrix(5.0, 1.0), matrix(7.0, -2.0), matrix(3.0, 1.5)];
        let layer = Dense { n_inputs: 3, n_outputs: 2, activation: Activation::Tanh };
        let (singular_value, projections) = project(layer, &runs).unwrap();
        assert!((singular_value - 5.0).abs() < 1e-13);
        for (found, expected) in projections.iter().zip([5.0, 7.0, 3.0]) {
            assert!((found - expected).abs() < 1e-13, "{found}");
        }
        let zero = project(layer, &[matrix(0.0, 0.0)]);
        assert!(matches!(zero, Err(AnalysisError::Statistic(_))));
        assert!(project(layer, &[vec![1.0]]).is_err());
    }

    #[test]
    fn entries_are_centred() {
        assert_eq!(centred(&[1.0, 2.0, 6.0]), [-2.0, -1.0, 3.0]);
    }
}
