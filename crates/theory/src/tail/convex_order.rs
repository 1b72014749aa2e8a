//! Stationary moments of homogenized SGD beside those of its Pearson diffusions.
//!
//! ```text
//! E|Z_i|^p ≥ E|Ẑ_i|^p,   p ≥ 1
//! E Z_i² = phi_i (E|Z|² + 1),     E Z_i⁴ = 3 phi_i U_i,     u = K(0) U,  U_i = u_i + E Z_i²
//! ```
//!
//! Without ridge and with a residual, that is `mu = 0` and `chi = 1`; `u_i = E|Z|² Z_i²`.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::law::student_absolute_moment;
use crate::matrix::Lu;
use crate::risk::MeanRisk;
use crate::tail::diffusion::Diffusion;
use crate::tail::moment::{coupling, fourth_moment_rate};

/// One moment of a component of both processes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ordered {
    /// `E|Z_i|^p` of homogenized SGD, the larger one; may be `+inf`.
    pub homogenized: f64,
    /// `E|Ẑ_i|^p` of the Pearson diffusion; may be `+inf`.
    pub pearson: f64,
}

/// Stationary second or fourth moments of all components and of their Pearson diffusions, `[r]`;
/// absent for other powers, which have no closed equations.
///
/// # Arguments
/// * `power`: 2 or 4
///
/// # Source
/// Jiao & Keller-Ressel, arXiv 2402.01382, Theorem 3.1 for the order. The moments are not in the
/// paper: they solve the linear equations of second and fourth moments of (7).
#[must_use]
pub fn convex_order(diffusion: &Diffusion, power: u32) -> Option<Vec<Ordered>> {
    let homogenized = match power {
        2 => stationary_second_moments(diffusion),
        4 => stationary_fourth_moments(diffusion),
        _ => return None,
    };
    let phi = diffusion.phi();
    let homogenized = homogenized.unwrap_or_else(|| vec![f64::INFINITY; phi.len()]);
    let pearson = |phi: &f64| {
        let (nu, p) = (1.0 + 1.0 / phi, f64::from(power));
        real::pow(nu, -0.5 * p) * student_absolute_moment(nu, p)
    };
    let pairs = homogenized.iter().zip(&phi);
    Some(pairs.map(|(&homogenized, phi)| Ordered { homogenized, pearson: pearson(phi) }).collect())
}

/// `E Z_i²`, `[r]`, where finite.
fn stationary_second_moments(diffusion: &Diffusion) -> Option<Vec<f64>> {
    let mu = vec![0.0; diffusion.theta.len()];
    MeanRisk { diffusion, mu: &mu, chi: 1.0 }.stationary()
}

/// `E Z_i⁴` of the stationary law without ridge and with a residual, `[r]`; absent where infinite.
///
/// # Accuracy
/// Rounding, over the distance of the spectral radius of `K(0)` from 1.
///
/// # Source
/// Not in the paper: the closed linear equations of `E Z_i² Z_j²` for the model (7).
#[must_use]
pub fn stationary_fourth_moments(diffusion: &Diffusion) -> Option<Vec<f64>> {
    if fourth_moment_rate(diffusion) >= 0.0 {
        return None;
    }
    let second = stationary_second_moments(diffusion)?;
    let slowest = 4.0 * diffusion.theta.iter().copied().fold(f64::INFINITY, f64::min);
    let coupling = coupling(diffusion, slowest, slowest);
    let r = second.len();
    let mut entries: Vec<f64> = coupling.entries().iter().map(|entry| -entry).collect();
    for i in 0..r {
        entries[i * r + i] += 1.0;
    }
    let mixed = Lu::new(&Matrix::new(r, r, entries)).ok()?.solve(&coupling.times(&second));
    let phi = diffusion.phi();
    Some((0..r).map(|i| 3.0 * phi[i] * (mixed[i] + second[i])).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_intensities_have_the_moments_of_student_s_law() {
        // phi = 0.1 and r = 3: eta = 9, E Z² = 1/(eta − 2), E Z⁴ = 3/((eta − 2)(eta − 4)).
        let diffusion = Diffusion { theta: vec![0.5; 3], noise: vec![0.1; 3] };
        let second = convex_order(&diffusion, 2).unwrap()[1];
        assert!((second.homogenized - 1.0 / 7.0).abs() < 1e-15);
        // nu = 11.
        assert!((second.pearson - 1.0 / 9.0).abs() < 1e-14);
        let fourth = convex_order(&diffusion, 4).unwrap()[2];
        assert!((fourth.homogenized - 3.0 / 35.0).abs() < 1e-14, "{fourth:?}");
        assert!((fourth.pearson - 3.0 / 63.0).abs() < 1e-14, "{fourth:?}");
        assert_eq!(convex_order(&diffusion, 3), None);
    }

    #[test]
    fn homogenized_moments_are_the_larger_ones() {
        let diffusion = Diffusion { theta: vec![1.0, 0.5, 0.1], noise: vec![0.4, 0.1, 0.004] };
        for power in [2, 4] {
            for pair in convex_order(&diffusion, power).unwrap() {
                assert!(pair.homogenized >= pair.pearson, "{power} {pair:?}");
            }
        }
        let heavy = Diffusion { theta: vec![1.0, 1.0], noise: vec![0.8, 0.5] };
        let pairs = convex_order(&heavy, 4).unwrap();
        assert!(pairs.iter().all(|pair| pair.homogenized == f64::INFINITY));
        assert!(pairs[1].pearson.is_finite());
    }
}
