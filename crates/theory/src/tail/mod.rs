//! Tail indices: closed forms, bounds and equations.
//!
//! A theory is added by a file that implements [`TailTheory`] and a line in [`THEORIES`].

mod bounds;
mod certified;
mod cloning;
mod convex_order;
mod diffusion;
mod gaussian_sgd;
mod groups;
mod hsgd_walk;
mod interface;
mod inversion;
mod isotropic;
mod kesten;
mod kurtosis;
mod moment;
mod moment_theory;
mod paper;
mod population;
mod scale;
mod sde_crude;
mod sde_moments;
mod sgd_certificate;
mod sgd_moment;
mod sgd_sde;
mod sgd_theory;
mod sgd_upper;
mod sgd_walk;
mod spectral;
mod sphere;
mod two_group;

pub use bounds::{Setting, TailBounds, tail_bounds};
pub use certified::{HsgdCertified, certified_lower};
pub use cloning::{HsgdCloning, SgdCloning};
pub use convex_order::{Ordered, convex_order, stationary_fourth_moments};
pub use diffusion::{Diffusion, bounds_of, diffusion_of};
pub use gaussian_sgd::GaussianSgd;
pub use groups::{groups_of, pooled_groups};
pub use hsgd_walk::{CloningSize, cloned_rate};
pub use interface::{
    Case, Certainty, Finding, NotApplicable, Process, Relation, Samples, TailTheory,
};
pub use inversion::index_from_right;
pub use isotropic::{HsgdIsotropic, isotropic_index};
pub use kesten::{KestenCriterion, kesten_criterion, scalar_kesten_index};
pub use kurtosis::{corrected_index, kurtosis_factor};
pub use moment::{coupling_rate, fourth_moment_rate, printed_coupling_rate, second_moment_rate};
pub use moment_theory::{HsgdFourthMoment, HsgdSecondMoment};
pub use paper::{HsgdLower, HsgdSharpLower, HsgdUpper};
pub use population::{Growth, Population, Walk, growth_rate};
pub use scale::student_t_scale;
pub use sde_crude::SdeCrude;
pub use sde_moments::{SdeCircle, SdeLower, SdeUpper};
pub use sgd_certificate::shrinks_identity;
pub use sgd_moment::{coordinates, sgd_second_moment_rate};
pub use sgd_sde::{SdeGaussian, SdeProjected};
pub use sgd_theory::{SgdGaussian, SgdScalar, SgdSecondMoment, isotropic_gaussian};
pub use sgd_upper::{SgdUpper, sgd_upper_bound};
pub use sgd_walk::SgdWalk;
pub use spectral::{HsgdSurrogate, HsgdTwoGroups};
pub use sphere::{SdeSphere, SgdSphere};
pub use two_group::{Group, two_group_index, two_group_rate};

/// All theories, in the order of the documentation.
pub const THEORIES: &[&dyn TailTheory] = &[
    &HsgdUpper,
    &HsgdLower,
    &HsgdSharpLower,
    &HsgdCertified,
    &HsgdSecondMoment,
    &HsgdFourthMoment,
    &HsgdIsotropic,
    &HsgdTwoGroups,
    &HsgdSurrogate,
    &HsgdCloning,
    &SgdSecondMoment,
    &SgdUpper,
    &SgdScalar,
    &SgdGaussian,
    &SgdSphere,
    &SgdCloning,
    &SdeGaussian,
    &SdeSphere,
    &SdeProjected,
    &SdeCrude,
    &SdeLower,
    &SdeUpper,
    &SdeCircle,
];

/// The theory called `name`.
#[must_use]
pub fn theory(name: &str) -> Option<&'static dyn TailTheory> {
    THEORIES.iter().copied().find(|theory| theory.part().name == name)
}
