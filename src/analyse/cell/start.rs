//! Where the chains of a cell start.

use maruyama_dynamics::parameter::{Lookup as _, Parameters, Value};

use crate::analyse::estimator::AnalysisError;

/// The law of each coordinate of the start: its mean and its standard deviation, which is zero if
/// all chains start at one point.
///
/// # Errors
/// If the start is that of a network, or a point whose coordinates differ.
pub(crate) fn start(parameters: &Parameters) -> Result<(f64, f64), AnalysisError> {
    let refuse = |why: &str| Err(AnalysisError::Data(why.to_owned()));
    match parameters.text("initial") {
        "zero" => Ok((0.0, 0.0)),
        "gaussian" => Ok((parameters.real("initial_mean"), parameters.real("initial_std"))),
        "point" => {
            let point = parameters.get("initial_point").and_then(Value::as_list);
            let mut entries = point.into_iter().flatten().filter_map(Value::as_real);
            let Some(first) = entries.next() else { return refuse("there is no `initial_point`") };
            if entries.any(|entry| entry != first) {
                return refuse(
                    "the theory is for a start whose coordinates are equal, and those of `initial_point` differ",
                );
            }
            Ok((first, 0.0))
        }
        other => refuse(&format!("the theory knows no start `{other}`")),
    }
}

/// The one point `x_0 = (m, m, ...)` that all chains start at, as `m`.
///
/// # Errors
/// If they start at several, or its coordinates differ.
pub(crate) fn one_point(parameters: &Parameters) -> Result<f64, AnalysisError> {
    let (mean, std) = start(parameters)?;
    if std == 0.0 {
        return Ok(mean);
    }
    let why = "the theory is for chains that start at one point: take `initial_std` 0";
    Err(AnalysisError::Data(why.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_is_a_law_of_equal_coordinates() {
        let cell = |initial: &str, std: f64, point: &[f64]| {
            let point = point.iter().copied().map(Value::Real).collect();
            Parameters::from(
                [
                    ("initial", Value::Text(initial.to_owned())),
                    ("initial_mean", Value::Real(0.5)),
                    ("initial_std", Value::Real(std)),
                    ("initial_point", Value::List(point)),
                ]
                .map(|(name, value)| (name.to_owned(), value)),
            )
        };
        assert_eq!(start(&cell("zero", 0.1, &[])), Ok((0.0, 0.0)));
        assert_eq!(start(&cell("gaussian", 0.1, &[])), Ok((0.5, 0.1)));
        assert_eq!(one_point(&cell("gaussian", 0.0, &[])), Ok(0.5));
        assert_eq!(one_point(&cell("point", 0.1, &[1.5, 1.5])), Ok(1.5));
        for (initial, point) in
            [("gaussian", [0.0; 2]), ("point", [1.0, 0.0]), ("fan_in", [0.0; 2])]
        {
            assert!(one_point(&cell(initial, 0.1, &point)).is_err(), "{initial}");
        }
    }
}
