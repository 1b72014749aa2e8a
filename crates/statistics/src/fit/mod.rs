//! Families of laws and their fits to a sample.
//!
//! One file a family. A family is added by a file that implements [`Family`] and a line below, which
//! is all that manifests need to know it.

pub mod family;
pub mod generalised_pareto;
pub mod generalised_pareto_interval;
pub(crate) mod generalised_pareto_likelihood;
pub mod generalised_pareto_moments;
pub mod inverse_gamma;
pub mod jones_faddy;
pub(crate) mod maximise;
pub(crate) mod mcculloch_table;
pub mod normal;
pub mod parametric;
pub mod pearson_iv;
pub mod profile;
pub mod skew_t;
pub(crate) mod stable_ascent;
pub mod stable_characteristic;
pub mod stable_mcculloch;
pub mod stable_ml;
pub mod stable_skewed;
pub mod student_t;
pub mod student_t_interval;
pub(crate) mod student_t_likelihood;
pub(crate) mod student_t_profile;
pub(crate) mod student_t_search;
pub(crate) mod student_t_sums;

pub use family::{Family, FitError, Fitted};

/// Declares the lists of families, each with the name that it gives itself.
macro_rules! families {
    (
        usual { $($usual_name:ident => $usual:expr,)* }
        more { $($name:ident => $family:expr,)* }
    ) => {
        /// The families that are fitted unless others are asked for, in the order of reports.
        pub const FAMILIES: &[&dyn Family] = &[$(&$usual,)*];

        /// The families that are fitted only where they are asked for by name.
        pub const MORE_FAMILIES: &[&dyn Family] = &[$(&$family,)*];

        /// The names of [`FAMILIES`].
        pub const USUAL_NAMES: &[&str] = &[$(stringify!($usual_name),)*];

        /// The names of all families, those of [`FAMILIES`] first. Random streams are numbered by
        /// the places in it: add at the end.
        pub const NAMES: &[&str] = &[$(stringify!($usual_name),)* $(stringify!($name),)*];
    };
}

families! {
    usual {
        student_t => student_t::StudentTFamily,
        stable_ml => stable_ml::StableMl,
        stable_mcculloch => stable_mcculloch::StableMcCulloch,
        normal => normal::NormalFamily,
    }
    more {
        stable_skewed_ml => stable_skewed::StableSkewedMl,
        stable_characteristic => stable_characteristic::StableCharacteristic,
        pearson_iv => pearson_iv::PearsonIvFamily,
        skew_t => skew_t::SkewTFamily,
        jones_faddy => jones_faddy::JonesFaddyFamily,
        inverse_gamma => inverse_gamma::InverseGammaFamily,
        generalised_pareto => generalised_pareto::GeneralisedParetoFamily,
    }
}

/// The family called `name`.
#[must_use]
pub fn family(name: &str) -> Option<&'static dyn Family> {
    FAMILIES.iter().chain(MORE_FAMILIES).copied().find(|family| family.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_listed_by_the_names_that_they_give_themselves() {
        let own: Vec<&str> =
            FAMILIES.iter().chain(MORE_FAMILIES).map(|family| family.name()).collect();
        assert_eq!(own, NAMES);
        assert_eq!(USUAL_NAMES, &NAMES[..FAMILIES.len()]);
    }
}
