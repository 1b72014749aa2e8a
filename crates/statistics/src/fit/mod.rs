//! Families of laws and their fits to a sample.
//!
//! One file a family. A family is added by a file that implements [`Family`] and a line in
//! [`FAMILIES`].

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
pub(crate) mod student_t_sums;

pub use family::{Family, FitError, Fitted};

/// The families that are fitted unless others are asked for, in the order of reports.
pub const FAMILIES: &[&dyn Family] = &[
    &student_t::StudentTFamily,
    &stable_ml::StableMl,
    &stable_mcculloch::StableMcCulloch,
    &normal::NormalFamily,
];

/// The families that are fitted only where they are asked for by name.
pub const MORE_FAMILIES: &[&dyn Family] = &[
    &stable_skewed::StableSkewedMl,
    &stable_characteristic::StableCharacteristic,
    &pearson_iv::PearsonIvFamily,
    &skew_t::SkewTFamily,
    &jones_faddy::JonesFaddyFamily,
    &inverse_gamma::InverseGammaFamily,
];

/// The family called `name`.
#[must_use]
pub fn family(name: &str) -> Option<&'static dyn Family> {
    FAMILIES.iter().chain(MORE_FAMILIES).copied().find(|family| family.name() == name)
}
