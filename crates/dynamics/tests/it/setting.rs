//! Parameters of models.

use maruyama_dynamics::parameter::{Parameters, Value};

pub fn with(mut parameters: Parameters, changes: &[(&str, Value)]) -> Parameters {
    parameters.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    parameters
}
