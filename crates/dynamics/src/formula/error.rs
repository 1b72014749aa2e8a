//! What can be wrong with a formula.

/// A mistake in a formula, at a place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at character {position}: {message}")]
pub struct FormulaError {
    /// Number of the character that the mistake is at, from 1.
    pub position: usize,
    /// What is wrong: a lower-case fragment.
    pub message: String,
    /// What to do about it: a lower-case fragment.
    pub remedy: String,
}

impl FormulaError {
    /// A mistake at the character `position`, from 1.
    #[must_use]
    pub fn new(position: usize, message: impl Into<String>, remedy: &str) -> FormulaError {
        FormulaError { position, message: message.into(), remedy: remedy.to_owned() }
    }

    /// A formula, or a derivative of one, with more operations than are evaluated.
    #[must_use]
    pub fn too_large() -> FormulaError {
        FormulaError::new(1, "the formula has too many operations", "write a shorter one")
    }
}
