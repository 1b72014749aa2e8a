//! A Gaussian design with a linear response: data set X of the paper.
//!
//! ```text
//! A0 = randn(n, d),  A = scaled A0,  x0 = s_x randn(d),  b = A x0 + s_b randn(n)
//! ```

use crate::dataset::core::{Dataset, DatasetError, Source};
use crate::dataset::drawn::{COLUMNS, NUMPY_SEED, ROWS, check_entries};
use crate::dataset::scale;
use crate::linear_algebra::Matrix;
use crate::noise::NumpyLegacy;
use crate::parameter::{
    Default, Kind, Lookup, Parameter, Parameters, Part, Range, Value, Violation,
};
use crate::real;

/// Independent Gaussian features and a linear response, from NumPy's legacy generator.
///
/// # Source
/// Jiao & Keller-Ressel, arXiv 2402.01382, section 4.1, data set X; order of draws and standard
/// deviations of the authors' notebook.
pub struct GaussianDesign;

const PART: Part = Part {
    name: "gaussian_design",
    doc: "Independent Gaussian features and a linear response with Gaussian noise. \
          `A = scaled randn(rows, columns)`, `x0 = coefficient_std randn(columns)`, \
          `b = A x0 + noise_std randn(rows)`, drawn in this order from \
          `numpy.random.RandomState(numpy_seed)`.",
    parameters: &[
        ROWS,
        COLUMNS,
        NUMPY_SEED,
        Parameter {
            name: "scale",
            doc: "`min_max` maps the whole design to [0, 1] by its extremes; `none` keeps N(0, 1).",
            unit: "",
            kind: Kind::Choice(&["min_max", "none"]),
            default: Default::Text("min_max"),
        },
        Parameter {
            name: "spectrum_power",
            doc: "Power a of standard deviations j^(−a/2) of the features, which are multiplied after \
                  they are scaled: eigenvalues λ_j = j^−a of their covariance; all 1 if absent.",
            unit: "",
            kind: Kind::Real(Range::NON_NEGATIVE),
            default: Default::Absent,
        },
        Parameter {
            name: "coefficient_std",
            doc: "Standard deviation of the true coefficients x0.",
            unit: "",
            kind: Kind::Real(Range::NON_NEGATIVE),
            default: Default::Real(3.0),
        },
        Parameter {
            name: "noise_std",
            doc: "Standard deviation of the noise of the response.",
            unit: "",
            kind: Kind::Real(Range::NON_NEGATIVE),
            default: Default::Real(3.0),
        },
    ],
    source: file!(),
};

impl Source for GaussianDesign {
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
        let (n, d) = (parameters.count("rows") as usize, parameters.count("columns") as usize);
        let mut generator = NumpyLegacy::new(parameters.count("numpy_seed") as u32);
        let mut design = Matrix::new(n, d, generator.normals(n * d));
        if parameters.text("scale") == "min_max" {
            scale::min_max(&mut design)?;
        }
        if let Some(power) = parameters.get("spectrum_power").and_then(Value::as_real) {
            let std: Vec<f64> = (1..=d).map(|j| real::pow(j as f64, -0.5 * power)).collect();
            for row in design.entries_mut().chunks_exact_mut(d) {
                row.iter_mut().zip(&std).for_each(|(entry, std)| *entry *= std);
            }
        }
        let mut coefficients = generator.normals(d);
        for x in &mut coefficients {
            *x *= parameters.real("coefficient_std");
        }
        let mut response = design.times(&coefficients);
        real::add_scaled(&mut response, parameters.real("noise_std"), &generator.normals(n));
        Ok(Dataset::new(design, response))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::defaults;

    #[test]
    fn a_spectrum_scales_the_columns_and_nothing_else() {
        let mut parameters = defaults(PART.parameters);
        parameters.insert("rows".to_owned(), Value::Integer(6));
        parameters.insert("columns".to_owned(), Value::Integer(4));
        parameters.insert("numpy_seed".to_owned(), Value::Integer(3));
        parameters.insert("scale".to_owned(), Value::Text("none".to_owned()));
        parameters.insert("noise_std".to_owned(), Value::Real(0.0));
        let plain = GaussianDesign.build(&parameters, &[]).unwrap();
        parameters.insert("spectrum_power".to_owned(), Value::Real(2.0));
        let scaled = GaussianDesign.build(&parameters, &[]).unwrap();
        let mut generator = NumpyLegacy::new(3);
        let _ = generator.normals(24);
        let coefficients = generator.normals(4);
        for ((row, other), response) in
            plain.design.rows().zip(scaled.design.rows()).zip(&scaled.response)
        {
            for (j, (a, b)) in row.iter().zip(other).enumerate() {
                assert!((a / (j + 1) as f64 - b).abs() < 1e-15);
            }
            assert!((response - 3.0 * real::dot(other, &coefficients)).abs() < 1e-13);
        }
    }
}
