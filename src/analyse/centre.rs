//! What is subtracted from a sample before its law or its tail is looked at.

use maruyama_dynamics::parameter::{Default, Kind, Lookup as _, Parameter, Parameters, Value};
use maruyama_statistics::sample::check::sorted;
use maruyama_statistics::sample::moments::mean;
use maruyama_statistics::sample::quantile::quantile;

use crate::analyse::estimator::{AnalysisError, Centred, Input};

/// The parameter `centre`.
pub(crate) const CENTRE: Parameter = Parameter {
    name: "centre",
    doc: "What is subtracted from the values: their `mean`, also if absent; their `median`, where the mean \
          may be infinite; or `nothing`, which positive values need.",
    unit: "",
    kind: Kind::Choice(&["mean", "median", "nothing"]),
    default: Default::Absent,
};

/// At least `needed` last recorded values of the `observable` that `parameters` name, centred as they
/// say.
///
/// # Errors
/// If the observable is not recorded, or there are fewer values.
pub(crate) fn centred(
    input: &Input<'_>,
    parameters: &Parameters,
    needed: usize,
) -> Result<Centred, AnalysisError> {
    let sample = input.sample(parameters.text("observable"), needed)?;
    let mean = mean(&sample.values);
    let centre = match parameters.get(CENTRE.name).and_then(Value::as_text) {
        Some("nothing") => 0.0,
        Some("median") => quantile(&sorted(&sample.values), 0.5),
        _ => mean,
    };
    let z = sample.values.iter().map(|value| value - centre).collect();
    Ok(Centred { z, mean, n_diverged: sample.n_diverged })
}
