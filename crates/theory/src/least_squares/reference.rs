//! Data sets D1, D2 and D3 of the reference values, which independent Python code computed.

use maruyama_dynamics::linear_algebra::Matrix;

use crate::least_squares::LeastSquares;

/// Eight samples in two dimensions, noisy.
pub fn d1() -> LeastSquares {
    let design = Matrix::new(
        8,
        2,
        vec![1.0, 0.2, 0.5, -0.8, -1.2, 0.4, 0.3, 1.1, -0.7, -0.6, 0.9, 0.7, -0.4, 0.9, 1.3, -0.5],
    );
    let responses = [0.9, -0.3, -1.0, 0.8, -1.1, 1.4, 0.1, 0.6];
    LeastSquares::training(&design, &responses, None).unwrap()
}

/// The rows of D2, three in five dimensions.
pub fn d2_design() -> Matrix {
    Matrix::new(
        3,
        5,
        vec![1.0, 0.5, -0.3, 0.2, 0.7, -0.4, 1.1, 0.6, -0.5, 0.1, 0.3, -0.2, 0.8, 1.0, -0.6],
    )
}

/// Three samples in five dimensions, interpolated.
pub fn d2() -> LeastSquares {
    LeastSquares::training(&d2_design(), &[-0.275, -1.575, 1.6], None).unwrap()
}

/// Four samples on the line, noisy.
pub fn d3() -> LeastSquares {
    let design = Matrix::new(4, 1, vec![1.0, -0.5, 1.5, 0.8]);
    LeastSquares::training(&design, &[1.2, -0.1, 1.0, 0.9], None).unwrap()
}

/// Asserts equality up to a relative error and a small absolute one.
pub fn assert_close(value: f64, expected: f64, relative: f64) {
    let error = (value - expected).abs();
    assert!(error <= relative * expected.abs().max(1e-12), "{value} vs {expected}: {error:e}");
}

/// Asserts that all entries are equal up to a relative error of the largest one.
pub fn assert_all_close(values: &[f64], expected: &[f64], relative: f64) {
    assert_eq!(values.len(), expected.len());
    let scale = expected.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
    for (value, reference) in values.iter().zip(expected) {
        let error = (value - reference).abs();
        assert!(error <= relative * scale, "{value} vs {reference}: {error:e}");
    }
}
