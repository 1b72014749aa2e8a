//! Components of homogenized SGD gathered by equal eigenvalues, or pooled where they are not.

use maruyama_dynamics::real;

use crate::tail::diffusion::Diffusion;
use crate::tail::two_group::Group;

/// Rates that differ by less than this fraction are equal.
const EQUAL: f64 = 1e-9;

/// The components gathered by equal rates and intensities, in their order.
#[must_use]
pub fn groups_of(diffusion: &Diffusion) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (&theta, &noise) in diffusion.theta.iter().zip(&diffusion.noise) {
        let is_equal = |a: f64, b: f64| (a - b).abs() <= EQUAL * a;
        let same =
            |group: &&mut Group| is_equal(group.theta, theta) && is_equal(group.noise, noise);
        match groups.iter_mut().find(same) {
            Some(group) => group.multiplicity += 1.0,
            None => groups.push(Group { theta, noise, multiplicity: 1.0 }),
        }
    }
    groups
}

/// The leading component as a group of one, and all others as one group of their weighted mean
/// eigenvalue; absent for rank one.
///
/// ```text
/// h_mean = sum_{i≥2} h_i² / sum_{i≥2} h_i,     m = sum_{i≥2} h_i / h_mean
/// ```
///
/// # Arguments
/// * `batch_size`: `B`, with which `theta_i = gamma h_i + gamma delta/n` and `s_i = gamma h_i / sqrt(B)`
///
/// # Source
/// Not in the paper. The pooled group has the trace of the others and of their squares.
#[must_use]
pub fn pooled_groups(diffusion: &Diffusion, batch_size: u64) -> Option<[Group; 2]> {
    let Diffusion { theta, noise } = diffusion;
    let root = (batch_size as f64).sqrt();
    let intensities: Vec<f64> = noise[1..].iter().map(|s2| s2.sqrt()).collect();
    let total = real::sum(&intensities);
    if intensities.is_empty() {
        return None;
    }
    let mean = real::dot(&intensities, &intensities) / total;
    // With a ridge all rates are larger by the same number.
    let shift = (theta[0] - root * noise[0].sqrt()).max(0.0);
    let leading = Group { theta: theta[0], noise: noise[0], multiplicity: 1.0 };
    let rest = Group { theta: mean * root + shift, noise: mean * mean, multiplicity: total / mean };
    Some([leading, rest])
}
