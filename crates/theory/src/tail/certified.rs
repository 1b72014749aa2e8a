//! A certified lower bound of the tail index of homogenized SGD, by quadratic Lyapunov functions.
//!
//! ```text
//! V = (sum z_i²/a_i)^{p/2},   a_i = 2 theta_i − c (p − 2) s_i² > 0,   0 <= c <= 1
//! S = sum s_i²/a_i,   F_j = −theta_j + a_j S/2 + (p − 2) s_j²/2
//! q_jk = (p − 2)/2 (a_j − a_k)(s_j²/a_j − s_k²/a_k)
//! L V <= 0   if   F_j <= 0   and   F_k + t (F_j − F_k) − q_jk t (1 − t) <= 0  for t in [0, 1]
//! ```
//!
//! On the simplex of `w_i = z_i²/(a_i u)` the generator is a linear function plus a product of two
//! linear ones; such a function has its maximum on an edge.

use maruyama_dynamics::noise::StreamKey;
use maruyama_dynamics::parameter::{Default, Kind, Lookup, Parameter, Parameters, Part};
use maruyama_dynamics::real;

use crate::tail::diffusion::{Diffusion, diffusion_of};
use crate::tail::interface::{Case, Finding, NotApplicable, Process, TailTheory};

/// The largest index `p >= 2` that the test certifies with one of `n_candidates` values of `c`,
/// equally spaced in `[0, 1]`; absent where it certifies none, as with `sum phi_i >= 1`.
///
/// # Accuracy
/// A lower bound up to rounding: bisection returns a `p` that passes the test.
///
/// # Source
/// Not in the paper. With `c = 0` it is the closed bound `2 + (1 − sum phi_i)/phi_1`.
#[must_use]
pub fn certified_lower(diffusion: &Diffusion, n_candidates: usize) -> Option<f64> {
    let last = n_candidates.saturating_sub(1).max(1) as f64;
    let candidates = (0..n_candidates).map(|idx| idx as f64 / last);
    let upper = diffusion.upper();
    candidates.filter_map(|c| largest_power(diffusion, c, upper)).reduce(f64::max)
}

/// The largest power up to `upper` that passes with the Lyapunov function of `c`, by bisection.
fn largest_power(diffusion: &Diffusion, c: f64, upper: f64) -> Option<f64> {
    let (mut low, mut high) = (2.0, upper);
    if !is_certified(diffusion, low, c) {
        return None;
    }
    if is_certified(diffusion, high, c) {
        return Some(high);
    }
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || high <= middle {
            return Some(low);
        }
        if is_certified(diffusion, middle, c) {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// Whether `L V <= 0`, up to rounding, for the Lyapunov function of `(p, c)`.
fn is_certified(diffusion: &Diffusion, p: f64, c: f64) -> bool {
    let Diffusion { theta, noise } = diffusion;
    let pairs = || theta.iter().zip(noise);
    let a: Vec<f64> = pairs().map(|(theta, s2)| 2.0 * theta - c * (p - 2.0) * s2).collect();
    if a.iter().any(|a| *a <= 0.0) {
        return false;
    }
    let ratios: Vec<f64> = noise.iter().zip(&a).map(|(s2, a)| s2 / a).collect();
    let total = real::sum(&ratios);
    let vertex =
        |((theta, s2), a): ((&f64, &f64), &f64)| -theta + 0.5 * a * total + 0.5 * (p - 2.0) * s2;
    let vertices: Vec<f64> = pairs().zip(&a).map(vertex).collect();
    // Rounding of the terms that cancel in a vertex.
    let slack = |j: usize| 4.0 * f64::EPSILON * theta[j];
    if (0..a.len()).any(|j| vertices[j] > slack(j)) {
        return false;
    }
    (0..a.len()).all(|j| {
        (0..j).all(|k| {
            let q = 0.5 * (p - 2.0) * (a[j] - a[k]) * (ratios[j] - ratios[k]);
            q >= 0.0 || edge_maximum(vertices[j], vertices[k], q) <= slack(j).max(slack(k))
        })
    })
}

/// Maximum over `t` in `[0, 1]` of `k + t (j − k) − q t (1 − t)` with `q < 0`.
fn edge_maximum(j: f64, k: f64, q: f64) -> f64 {
    let t = (0.5 * (1.0 - (j - k) / q)).clamp(0.0, 1.0);
    k + t * (j - k) - q * t * (1.0 - t)
}

/// The certified lower bound as a theory.
#[derive(Clone, Copy, Debug)]
pub struct HsgdCertified;

static PART: Part = Part {
    name: "hsgd_certified",
    doc: "Certified lower bound of the tail index of homogenized SGD, by the best of a family of quadratic Lyapunov functions. At least the bound of the paper; needs finite second moments.",
    parameters: &[Parameter {
        name: "candidates",
        doc: "Number of Lyapunov functions that are tried.",
        unit: "",
        kind: Kind::Integer { min: 1, max: 10_001 },
        default: Default::Integer(21),
    }],
    source: file!(),
};

impl TailTheory for HsgdCertified {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn process(&self) -> Process {
        Process::HomogenizedSgd
    }

    fn find(
        &self,
        case: &Case<'_>,
        parameters: &Parameters,
        _key: StreamKey,
    ) -> Result<Finding, NotApplicable> {
        let diffusion = diffusion_of(case)?;
        let n_candidates = parameters.count("candidates") as usize;
        let Case { step_size, .. } = *case;
        let threshold = step_size / real::sum(&diffusion.phi());
        certified_lower(&diffusion, n_candidates)
            .map(Finding::at_least)
            .ok_or(NotApplicable::StepSizeTooLarge { step_size, threshold })
    }
}
