//! What ends a chain before its last step.

use crate::modified_equation::CoefficientError;

/// What ends a chain before its last step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// An entry of its state, or what is observed of it, is beyond all bounds or no number.
    Overflow,
    /// It came to a point where `I − eta H` has no real logarithm, which its equation takes.
    NoLogarithm,
    /// It came to a point where the diffusion of its equation has a negative eigenvalue.
    IndefiniteDiffusion,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Cause; 3] = [Cause::Overflow, Cause::NoLogarithm, Cause::IndefiniteDiffusion];

    /// Its name in files and lists.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Cause::Overflow => "overflow",
            Cause::NoLogarithm => "no_logarithm",
            Cause::IndefiniteDiffusion => "indefinite_diffusion",
        }
    }

    /// Its number among [`Cause::ALL`] from 1 on, or 0 for none: how a chain that is saved has it.
    #[must_use]
    pub fn word(cause: Option<Cause>) -> u64 {
        cause.map_or(0, |cause| cause as u64 + 1)
    }

    /// The cause whose [`Cause::word`] this is; `None` if there is none such.
    #[must_use]
    pub fn of_word(word: u64) -> Option<Option<Cause>> {
        let Some(idx) = word.checked_sub(1) else { return Some(None) };
        Cause::ALL.into_iter().find(|cause| *cause as u64 == idx).map(Some)
    }

    /// The cause called `name`, if there is one.
    #[must_use]
    pub fn named(name: &str) -> Option<Cause> {
        Cause::ALL.into_iter().find(|cause| cause.name() == name)
    }
}

impl From<&CoefficientError> for Cause {
    fn from(error: &CoefficientError) -> Cause {
        match error {
            CoefficientError::TooSharp { .. } => Cause::NoLogarithm,
            CoefficientError::NotPsd { .. } => Cause::IndefiniteDiffusion,
            CoefficientError::NotFinite => Cause::Overflow,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for cause in Cause::ALL {
            assert_eq!(Cause::named(cause.name()), Some(cause));
            assert_eq!(Cause::of_word(Cause::word(Some(cause))), Some(Some(cause)));
        }
        assert_eq!(Cause::named("diverged"), None);
        let error = CoefficientError::TooSharp { product: 1.5 };
        assert_eq!(Cause::from(&error), Cause::NoLogarithm);
    }
}
