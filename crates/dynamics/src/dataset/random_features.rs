//! Random features of the digits: data set Z of the paper.
//!
//! ```text
//! Z = sigma(D W / sqrt(64)),  sigma(u) = (max(u, 0) − 1/(2π)) / (1/2 − 1/(2π)),  W ~ N(0, 1)
//! A = Z scaled to [0, 1] = max(D W, 0) / max max(D W, 0)
//! ```

use crate::dataset::core::{Dataset, DatasetError, Source};
use crate::dataset::{digits, scale};
use crate::linear_algebra::Matrix;
use crate::noise::NumpyLegacy;
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Part, Violation};
use crate::real;

/// Rectified random features of the digits, with the digit as the response.
///
/// The activation is an increasing affine function of `max(u, 0)`, which the scaling to [0, 1]
/// undoes; the rectified product is therefore scaled directly.
///
/// # Source
/// Jiao & Keller-Ressel, arXiv 2402.01382, section 4.1, data set Z; W is drawn as in the authors'
/// notebook, by `randn(64, width)` from NumPy's legacy generator.
pub struct RandomFeatures;

const PART: Part = Part {
    name: "random_features",
    doc: "Rectified random features max(D W, 0) of the digits D with a Gaussian matrix W, scaled \
          to [0, 1], with 0.1 times the digit as the response.",
    parameters: &[
        digits::FILE,
        Parameter {
            name: "width",
            doc: "Number of random features d.",
            unit: "",
            kind: Kind::Integer { min: 1, max: 100_000 },
            default: Default::Required,
        },
        Parameter {
            name: "numpy_seed",
            doc: "Seed of NumPy's legacy generator, which draws W.",
            unit: "",
            kind: Kind::Integer { min: 0, max: u32::MAX as i64 },
            default: Default::Required,
        },
        digits::LABELS,
    ],
    source: file!(),
};

impl Source for RandomFeatures {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn files(&self, parameters: &Parameters) -> Vec<(&'static str, String)> {
        vec![("file", parameters.text("file").to_owned())]
    }

    fn check(&self, _: &Parameters) -> Vec<Violation> {
        Vec::new()
    }

    fn build(&self, parameters: &Parameters, files: &[Vec<u8>]) -> Result<Dataset, DatasetError> {
        let (pixels, response) = digits::read(&files[0], parameters.text("labels"))?;
        let width = parameters.count("width") as usize;
        let mut generator = NumpyLegacy::new(parameters.count("numpy_seed") as u32);
        let weights = Matrix::new(digits::PIXELS, width, generator.normals(digits::PIXELS * width));
        let by_feature = weights.transposed();
        let mut entries = Vec::with_capacity(pixels.n_rows() * width);
        for image in pixels.rows() {
            entries.extend(by_feature.rows().map(|w| real::dot(image, w).max(0.0)));
        }
        let mut design = Matrix::new(pixels.n_rows(), width, entries);
        scale::min_max(&mut design)?;
        Ok(Dataset::new(design, response))
    }
}
