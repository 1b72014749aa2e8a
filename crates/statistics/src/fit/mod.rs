//! Families of laws and their fits to a sample.
//!
//! One file a family. A family is added by a file that implements [`Family`] and a line in
//! [`FAMILIES`].

pub mod family;
pub mod generalised_pareto;
pub mod generalised_pareto_interval;
pub(crate) mod generalised_pareto_likelihood;
pub mod generalised_pareto_moments;
pub(crate) mod mcculloch_table;
pub mod normal;
pub(crate) mod stable_ascent;
pub mod stable_mcculloch;
pub mod stable_ml;
pub mod student_t;
pub mod student_t_interval;
pub(crate) mod student_t_profile;

pub use family::{Family, FitError, Fitted};

/// Every family, in the order of reports.
pub const FAMILIES: &[&dyn Family] = &[
    &student_t::StudentTFamily,
    &stable_ml::StableMl,
    &stable_mcculloch::StableMcCulloch,
    &normal::NormalFamily,
];

/// The family called `name`.
#[must_use]
pub fn family(name: &str) -> Option<&'static dyn Family> {
    FAMILIES.iter().copied().find(|family| family.name() == name)
}
