//! The data sets X, Y and Z of Jiao & Keller-Ressel, arXiv 2402.01382, at their step sizes.

use std::sync::{Arc, OnceLock};

use maruyama_dynamics::dataset::source;
use maruyama_dynamics::parameter::{Parameters, Value, defaults};
use maruyama_dynamics::problem::LeastSquares;
use maruyama_theory::tail::{Setting, TailBounds, tail_bounds};

const DIGITS: &[u8] = include_bytes!("../../../../data/digits.csv");

pub fn with(mut parameters: Parameters, changes: &[(&str, Value)]) -> Parameters {
    parameters.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    parameters
}

pub fn build(name: &str, changes: &[(&str, Value)]) -> Arc<LeastSquares> {
    let source = source(name).unwrap();
    let parameters = with(defaults(source.part().parameters), changes);
    assert!(source.check(&parameters).is_empty());
    let files: Vec<Vec<u8>> = source
        .files(&parameters)
        .iter()
        .map(|(parameter, path)| {
            assert_eq!((*parameter, path.as_str()), ("file", "data/digits.csv"));
            DIGITS.to_vec()
        })
        .collect();
    Arc::new(LeastSquares::new(source.build(&parameters, &files).unwrap(), 0.0))
}

/// The data sets X, Y and Z; their spectra are computed once for all tests.
pub fn problems() -> &'static [Arc<LeastSquares>; 3] {
    static PROBLEMS: OnceLock<[Arc<LeastSquares>; 3]> = OnceLock::new();
    PROBLEMS.get_or_init(|| {
        let (width, seed) = (Value::Integer(200), Value::Integer(1));
        [
            build(
                "gaussian_design",
                &[
                    ("rows", Value::Integer(2000)),
                    ("columns", width.clone()),
                    ("numpy_seed", seed.clone()),
                ],
            ),
            build("digits", &[]),
            build("random_features", &[("width", width), ("numpy_seed", seed)]),
        ]
    })
}

pub const STEP_SIZES: [f64; 3] = [0.02, 0.1, 0.2];

pub fn bounds(idx: usize) -> TailBounds {
    let problem = &problems()[idx];
    tail_bounds(&Setting {
        singular_values: &problem.spectrum().singular_values,
        n_rows: problem.dataset().n_rows(),
        step_size: STEP_SIZES[idx],
        batch_size: 1,
        ridge: 0.0,
    })
}

pub fn assert_close(value: f64, expected: f64, relative: f64) {
    assert!((value - expected).abs() <= relative * expected.abs(), "{value} vs {expected}");
}
