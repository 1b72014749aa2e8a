//! Growth rates of the moments of homogenized SGD with any spectrum, by a population of directions.
//!
//! ```text
//! E|Z_t|^p = |z|^p E exp(int c(u) dt),      u = Z/|Z| under the law tilted by |Z|^p:
//! dZ_i = (p s_i² − theta_i) Z_i dt + s_i |Z| dB_i
//! c(u) = p (−sum theta_i u_i² + sum s_i²/2 + (p − 2)/2 sum s_i² u_i²)
//! ```
//!
//! The tilt leaves weights without a stochastic integral: in one dimension they are constant.

use maruyama_dynamics::noise::{Stream, StreamKey};
use maruyama_dynamics::real;

use crate::tail::diffusion::Diffusion;
use crate::tail::population::{Growth, Population, Walk, growth_rate};

/// Size of the estimate of a growth rate of homogenized SGD.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CloningSize {
    /// Particles of a population.
    pub n_particles: usize,
    /// Independent pairs of populations, at least 2.
    pub n_replicates: usize,
    /// Length of the longer of two steps, in units of `1/(max(theta_i + p s_i²) + sum s_i²)`.
    pub step: f64,
    /// Time that counts, in the same units; half as much is left out before.
    pub horizon: f64,
}

/// The growth rate `Lambda(p)` of `E|Z_t|^p`, per iteration, from the leading direction.
///
/// # Accuracy
/// Standard error from independent replicates; of second order in the step, by extrapolation from
/// two steps.
///
/// # Source
/// Not in the paper; for the model (7) of Jiao & Keller-Ressel, arXiv 2402.01382. Extrapolation:
/// Talay & Tubaro, Stoch. Anal. Appl. 8(4), 1990.
#[must_use]
pub fn cloned_rate(diffusion: &Diffusion, p: f64, size: &CloningSize, key: StreamKey) -> Growth {
    let Diffusion { theta, noise } = diffusion;
    let fastest = theta.iter().zip(noise).map(|(theta, s2)| theta + p * s2).fold(0.0, f64::max);
    let unit = 1.0 / (fastest + real::sum(noise));
    let on_steps = |refinement: f64, key: StreamKey| {
        let n_steps = (size.horizon / size.step * refinement).ceil().max(1.0) as usize;
        let walk = HsgdWalk::new(diffusion, p, unit * size.step / refinement);
        let CloningSize { n_particles, n_replicates, .. } = *size;
        let n_burn_in = n_steps / 2;
        growth_rate(&walk, &Population { n_particles, n_burn_in, n_steps, n_replicates }, key)
    };
    let (coarse, fine) = (on_steps(1.0, key.derive(0)), on_steps(2.0, key.derive(1)));
    let standard_error = real::hypot(2.0 * fine.standard_error, coarse.standard_error);
    Growth { rate: 2.0 * fine.rate - coarse.rate, standard_error }
}

/// The tilted directions at one step size.
struct HsgdWalk {
    /// `1 + (p s_i² − theta_i) dt`.
    factors: Vec<f64>,
    /// `s_i sqrt(dt)`.
    intensities: Vec<f64>,
    /// `p sum s_i²/2`.
    level: f64,
    /// `p ((p − 2) s_i²/2 − theta_i)`.
    curvatures: Vec<f64>,
    dt: f64,
}

impl HsgdWalk {
    fn new(diffusion: &Diffusion, p: f64, dt: f64) -> HsgdWalk {
        let Diffusion { theta, noise } = diffusion;
        let pairs = || theta.iter().zip(noise);
        HsgdWalk {
            factors: pairs().map(|(theta, s2)| 1.0 + (p * s2 - theta) * dt).collect(),
            intensities: noise.iter().map(|s2| (s2 * dt).sqrt()).collect(),
            level: 0.5 * p * real::sum(noise),
            curvatures: pairs().map(|(theta, s2)| p * (0.5 * (p - 2.0) * s2 - theta)).collect(),
            dt,
        }
    }

    /// `c(u)` at a unit vector `u`.
    fn potential(&self, u: &[f64]) -> f64 {
        u.iter()
            .zip(&self.curvatures)
            .fold(self.level, |sum, (u, curvature)| sum + curvature * u * u)
    }
}

impl Walk for HsgdWalk {
    fn dim(&self) -> usize {
        self.factors.len()
    }

    fn duration(&self) -> f64 {
        self.dt
    }

    fn start(&self, _particle: usize, point: &mut [f64]) {
        point.fill(0.0);
        point[0] = 1.0;
    }

    fn n_normals(&self) -> usize {
        self.dim()
    }

    fn step(&self, point: &mut [f64], normals: &[f64], _stream: &mut Stream) -> f64 {
        let before = self.potential(point);
        for (i, z) in point.iter_mut().enumerate() {
            *z = self.factors[i] * *z + self.intensities[i] * normals[i];
        }
        let norm = real::dot(point, point).sqrt();
        for z in point.iter_mut() {
            *z /= norm;
        }
        0.5 * self.dt * (before + self.potential(point))
    }
}
