//! Langevin dynamics with α-stable noise on a quadratic: α-stable Ornstein–Uhlenbeck processes.
//!
//! ```text
//! dX_j = −h_j X_j dt + sigma dL_j^alpha,   E e^(iu L_j(t)) = e^(−t |u|^alpha)
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use crate::model::core::{Bundle, Dynamics, Model, ModelKind, Workspace, rows_mut};
use crate::model::shape::{Layout, Shape};
use crate::noise::{LANES, SymmetricStable};
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Part, Range};
use crate::problem::{Problem, Quadratic};
use crate::real;
use crate::simd::{Aligned, Isa};

/// Langevin dynamics with α-stable noise.
pub struct StableLangevinKind;

const PART: Part = Part {
    name: "stable_langevin",
    doc: "Langevin dynamics with symmetric α-stable noise, dX = −h∘X dt + σ dL^α with \
          E exp(iuL^α(t)) = exp(−t|u|^α), by its exact transitions. One step is one time step dt.",
    parameters: &[
        Parameter {
            name: "dt",
            doc: "Time step; the law of the steps has no error at any.",
            unit: "time",
            kind: Kind::Real(Range::POSITIVE),
            default: Default::Required,
        },
        Parameter {
            name: "alpha",
            doc: "Index α of the noise; for 2 it is Gaussian, that of `langevin` at temperature σ².",
            unit: "",
            kind: Kind::Real(Range {
                low: 0.5,
                high: 2.0,
                low_included: true,
                high_included: true,
            }),
            default: Default::Required,
        },
        Parameter {
            name: "noise_scale",
            doc: "Scale σ of the noise. The stationary law of a coordinate is σ(αh)^(−1/α) times the \
                  standard one.",
            unit: "",
            kind: Kind::Real(Range::NON_NEGATIVE),
            default: Default::Real(1.0),
        },
    ],
    source: file!(),
};

impl ModelKind for StableLangevinKind {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn problems(&self) -> &'static [&'static str] {
        &["quadratic"]
    }

    fn build(&self, parameters: &Parameters, problem: &Arc<dyn Problem>) -> Box<dyn Model> {
        let quadratic: &Quadratic = problem.expect();
        let [dt, alpha, scale] = ["dt", "alpha", "noise_scale"].map(|name| parameters.real(name));
        Box::new(StableLangevin::new(&quadratic.curvatures, alpha, scale, dt))
    }

    /// A variate takes about as long as four normal ones.
    fn passes_per_step(&self, _: &Parameters) -> u64 {
        4
    }
}

/// The exact transitions of the α-stable Ornstein–Uhlenbeck processes of a quadratic.
///
/// ```text
/// X_j(t + tau) = e^(−h_j tau) X_j(t) + sigma ((1 − e^(−alpha h_j tau))/(alpha h_j))^(1/alpha) S_j
/// ```
///
/// Curvatures may be zero, where the scale is `sigma tau^(1/alpha)`, or negative.
///
/// # Source
/// The model of Table 1 of Jiao & Keller-Ressel, arXiv 2402.01382; Samorodnitsky & Taqqu, Stable
/// Non-Gaussian Random Processes, 1994, section 3.6.
#[derive(Clone, Debug, PartialEq)]
pub struct StableLangevin {
    law: SymmetricStable,
    decay: Vec<f64>,
    noise: Vec<f64>,
}

impl StableLangevin {
    /// Transitions over the time `dt > 0` with noise of the index `alpha` in [0.5, 2] and the scale
    /// `scale ≥ 0`.
    ///
    /// # Panics
    /// If `alpha` is not in that range.
    #[must_use]
    pub fn new(curvatures: &[f64], alpha: f64, scale: f64, dt: f64) -> StableLangevin {
        let noise = |h: &f64| {
            let rate = alpha * h;
            let time = if rate == 0.0 { dt } else { -real::expm1(-rate * dt) / rate };
            scale * real::pow(time, 1.0 / alpha)
        };
        StableLangevin {
            law: SymmetricStable::new(alpha),
            decay: curvatures.iter().map(|h| real::exp(-h * dt)).collect(),
            noise: curvatures.iter().map(noise).collect(),
        }
    }
}

impl Dynamics for StableLangevin {
    fn shape(&self) -> Shape {
        Shape { layout: Layout::ByCoordinate, dim: self.decay.len(), n_vectors: 1 }
    }

    fn workspace(&self) -> Workspace {
        Workspace { reals: Aligned::zeros(self.decay.len() * LANES), ..Workspace::default() }
    }

    #[inline(always)]
    fn advance<S: Isa>(
        &self,
        isa: S,
        n_steps: u64,
        bundle: &mut Bundle,
        workspace: &mut Workspace,
    ) {
        let noises = rows_mut(&mut workspace.reals);
        for _ in 0..n_steps {
            self.law.fill(isa, &mut bundle.streams.brownian, noises);
            let x = rows_mut(&mut bundle.state).iter_mut().zip(noises.iter());
            for ((x, s), (decay, noise)) in x.zip(self.decay.iter().zip(&self.noise)) {
                let (decay, noise) = (isa.splat_f64s(*decay), isa.splat_f64s(*noise));
                for (x, s) in S::as_mut_simd_f64s(x).0.iter_mut().zip(S::as_simd_f64s(s).0) {
                    *x = isa.mul_add_f64s(decay, *x, isa.mul_f64s(noise, *s));
                }
            }
        }
        bundle.step += n_steps;
    }
}

#[cfg(test)]
mod tests;
