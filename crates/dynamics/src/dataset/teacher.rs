//! Gaussian features with the responses of a random network, the teacher.
//!
//! ```text
//! A = randn(n, d),  W = randn(m, d)/sqrt(d),  v = randn(m)/sqrt(m),  b = tanh(A Wᵀ) v + s_b randn(n)
//! ```

use crate::dataset::core::{Dataset, DatasetError, Source};
use crate::dataset::drawn::{COLUMNS, NUMPY_SEED, ROWS, check_entries};
use crate::linear_algebra::Matrix;
use crate::noise::NumpyLegacy;
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Part, Range, Violation};
use crate::real;

/// Independent Gaussian features and the response of a network with one hidden layer of hyperbolic
/// tangents, from NumPy's legacy generator.
///
/// # Source
/// Saad & Solla, Physical Review E 52, 1995, for the setting; scales as in a network at its start, ours.
pub struct Teacher;

const PART: Part = Part {
    name: "teacher",
    doc: "Independent Gaussian features and the response of a random network with one hidden layer, for \
          students to learn. `A = randn(rows, columns)`, `W = randn(hidden, columns)/√columns`, \
          `v = randn(hidden)/√hidden`, `b = tanh(A Wᵀ) v + noise_std randn(rows)`, drawn in this order from \
          `numpy.random.RandomState(numpy_seed)`.",
    parameters: &[
        ROWS,
        COLUMNS,
        Parameter {
            name: "hidden",
            doc: "Neurons m of the teacher.",
            unit: "",
            kind: Kind::Integer { min: 1, max: 100_000 },
            default: Default::Required,
        },
        NUMPY_SEED,
        Parameter {
            name: "noise_std",
            doc: "Standard deviation of the noise of the response.",
            unit: "",
            kind: Kind::Real(Range::NON_NEGATIVE),
            default: Default::Real(0.0),
        },
    ],
    source: file!(),
};

impl Source for Teacher {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn files(&self, _: &Parameters) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn check(&self, parameters: &Parameters) -> Vec<Violation> {
        check_entries(parameters)
    }

    fn build(&self, parameters: &Parameters, _: &[Vec<u8>]) -> Result<Dataset, DatasetError> {
        let count = |name| parameters.count(name) as usize;
        let (n, d, m) = (count("rows"), count("columns"), count("hidden"));
        let mut generator = NumpyLegacy::new(parameters.count("numpy_seed") as u32);
        let design = Matrix::new(n, d, generator.normals(n * d));
        let weights = Matrix::new(m, d, generator.normals(m * d));
        let outputs = generator.normals(m);
        let (scale, output_scale) = (1.0 / (d as f64).sqrt(), 1.0 / (m as f64).sqrt());
        let answer = |row: &[f64]| {
            let hidden = weights.rows().map(|w| real::tanh(scale * real::dot(row, w)));
            output_scale * real::dot(&hidden.collect::<Vec<f64>>(), &outputs)
        };
        let mut response: Vec<f64> = design.rows().map(answer).collect();
        real::add_scaled(&mut response, parameters.real("noise_std"), &generator.normals(n));
        Ok(Dataset::new(design, response))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::{Value, defaults};

    /// Values of NumPy: the lines of the module's documentation with 3 rows, 2 columns, 2 neurons and
    /// seed 7.
    #[test]
    fn responses_are_those_of_numpy() {
        let mut parameters = defaults(PART.parameters);
        for (name, value) in [("rows", 3), ("columns", 2), ("hidden", 2), ("numpy_seed", 7)] {
            parameters.insert(name.to_owned(), Value::Integer(value));
        }
        parameters.insert("noise_std".to_owned(), Value::Real(0.5));
        let data = Teacher.build(&parameters, &[]).unwrap();
        let expected =
            [-0.070_870_215_120_993_06, 0.052_101_393_522_170_36, -0.058_229_365_010_006_65];
        for (found, expected) in data.response.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-14, "{found} vs {expected}");
        }
        parameters.insert("columns".to_owned(), Value::Integer(100_000));
        parameters.insert("rows".to_owned(), Value::Integer(100_000));
        assert_eq!(Teacher.check(&parameters)[0].parameter, "rows");
    }
}
