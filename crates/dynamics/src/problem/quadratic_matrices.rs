//! The Hessian and the covariance of noise that the cell of a quadratic gives as matrices.

use crate::linear_algebra::{Matrix, congruence, diagonal, identity};
use crate::parameter::{Parameters, Value, Violation};
use crate::problem::quadratic::curvatures;
use crate::problem::quadratic_form::{asymmetry, negative_eigenvalue, random_rotation};

/// The parameter that holds a Hessian.
pub(crate) const HESSIAN: &str = "hessian";

/// The parameter that turns a spectrum.
pub(crate) const ROTATION_SEED: &str = "rotation_seed";

/// The parameter that holds a covariance of noise.
pub(crate) const NOISE_COVARIANCE: &str = "noise_covariance";

/// The parameter that names a covariance of noise.
pub(crate) const NOISE_SHAPE: &str = "noise_shape";

/// Most parameters of a quadratic with matrices.
const MOST_WITH_MATRICES: usize = 2000;

/// Whether a cell asks for more than a diagonal Hessian and independent noise.
pub(crate) fn has_matrices(parameters: &Parameters) -> bool {
    [HESSIAN, ROTATION_SEED, NOISE_COVARIANCE, NOISE_SHAPE]
        .iter()
        .any(|name| parameters.contains_key(name))
}

/// The matrix of the parameter `name`, if it is given and its rows are of one length.
fn matrix(parameters: &Parameters, name: &str) -> Option<Matrix> {
    let rows: Vec<&[Value]> =
        parameters.get(name)?.as_list()?.iter().filter_map(Value::as_list).collect();
    let width = rows.first().map_or(0, |row| row.len());
    if rows.iter().any(|row| row.len() != width) {
        return None;
    }
    let entries = rows.iter().flat_map(|row| row.iter().filter_map(Value::as_real)).collect();
    Some(Matrix::new(rows.len(), width, entries))
}

/// The Hessian of a quadratic with matrices.
pub(crate) fn hessian(parameters: &Parameters) -> Matrix {
    if let Some(hessian) = matrix(parameters, HESSIAN) {
        return hessian;
    }
    let spectrum = diagonal(&curvatures(parameters));
    match parameters.get(ROTATION_SEED).and_then(Value::as_integer) {
        Some(seed) => {
            let rotation = random_rotation(spectrum.n_rows(), seed as u32);
            congruence(&rotation.transposed(), &spectrum)
        }
        None => spectrum,
    }
}

/// The matrix `C` of a quadratic with matrices.
pub(crate) fn noise_shape(parameters: &Parameters, hessian: &Matrix) -> Matrix {
    if let Some(covariance) = matrix(parameters, NOISE_COVARIANCE) {
        return covariance;
    }
    let shape = parameters.get(NOISE_SHAPE).and_then(Value::as_text);
    if shape == Some("hessian") { hessian.clone() } else { identity(hessian.n_rows()) }
}

/// What is wrong with the matrices of a cell.
pub(crate) fn check_matrices(parameters: &Parameters) -> Option<Violation> {
    let violation = |parameter: &'static str, message: String, remedy: &str| {
        Some(Violation { parameter, message, remedy: remedy.to_owned() })
    };
    let has = |name: &str| parameters.contains_key(name);
    for (one, other) in
        [(HESSIAN, "curvatures"), (HESSIAN, ROTATION_SEED), (NOISE_COVARIANCE, NOISE_SHAPE)]
    {
        if has(one) && has(other) {
            return violation(other, format!("`{one}` is given too"), "give one of the two");
        }
    }
    for name in [HESSIAN, NOISE_COVARIANCE] {
        if has(name) && matrix(parameters, name).is_none_or(|matrix| matrix.n_rows() == 0) {
            let message = "its rows are of different lengths, or there is none".to_owned();
            return violation(name, message, "give as many rows as columns");
        }
    }
    let dim = matrix(parameters, HESSIAN)
        .map_or_else(|| curvatures(parameters).len(), |hessian| hessian.n_rows());
    if dim > MOST_WITH_MATRICES {
        let message = format!("a quadratic with matrices has {dim} parameters");
        return violation("dim", message, "take at most 2000, or a diagonal one");
    }
    let hessian = hessian(parameters);
    if let Some((message, remedy)) = asymmetry(&hessian, dim) {
        return violation(HESSIAN, message, remedy);
    }
    let name = if has(NOISE_COVARIANCE) { NOISE_COVARIANCE } else { NOISE_SHAPE };
    let shape = noise_shape(parameters, &hessian);
    if let Some((message, remedy)) = asymmetry(&shape, dim) {
        return violation(name, message, remedy);
    }
    let given = has(NOISE_COVARIANCE) || has(NOISE_SHAPE);
    let negative = if given { negative_eigenvalue(&shape) } else { None };
    negative.and_then(|value| {
        let message = format!("the covariance has the negative eigenvalue {value}");
        violation(name, message, "take a positive semidefinite matrix")
    })
}
