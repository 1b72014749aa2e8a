//! The stochastic differential equation of SignSGD with Student-t noise.
//!
//! ```text
//! dX = −(2 F(S) − 1) dt + 2 sqrt(eta) sqrt(F(S) (1 − F(S))) dW,   S = ∇f(X)/sigma
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::model::core::Model;
use crate::model::sde::{EulerScheme, Interval, Sde};
use crate::model::student_sign::{AnyDegrees, FourDegrees, SignLaw, TwoDegrees};
use crate::noise::{LANES, Lanes};
use crate::parameter::Parameters;
use crate::problem::Quadratic;
use crate::simd::Isa;

/// The equation on `problem`, whose noise has `nu` degrees of freedom.
pub(crate) fn boxed(parameters: &Parameters, problem: &Quadratic, nu: f64) -> Box<dyn Model> {
    if nu == 2.0 {
        return scheme(parameters, problem, TwoDegrees);
    }
    if nu == 4.0 {
        return scheme(parameters, problem, FourDegrees);
    }
    scheme(parameters, problem, AnyDegrees::new(nu))
}

fn scheme<L: SignLaw + 'static>(
    parameters: &Parameters,
    problem: &Quadratic,
    law: L,
) -> Box<dyn Model> {
    let sde = StudentSignSde { law, noise_scale: problem.noise_std };
    Box::new(EulerScheme::from_parameters(parameters, problem, sde))
}

/// The equation of SignSGD for noise `sigma T` on every coordinate of a gradient.
///
/// ```text
/// h = gamma_k/n in time units:   X += −h (2 F(S) − 1) + (gamma_k/sqrt(n)) sqrt(1 − (2 F(S) − 1)²) z
/// ```
///
/// # Source
/// Compagnoni et al., arXiv 2411.15958, Theorem 3.2 and Corollary 3.11, as recalled: `sigma` is the
/// scale of the law, not its standard deviation, and there is no root of two in `S`.
#[derive(Clone, Copy, Debug)]
struct StudentSignSde<L> {
    /// The law of `T`.
    law: L,
    /// Scale `sigma > 0`.
    noise_scale: f64,
}

/// The constants of an interval of [`StudentSignSde`].
#[derive(Clone, Copy, Debug)]
struct StudentSignSdeStep<L> {
    law: L,
    inverse: f64,
    drift: f64,
    diffusion: f64,
}

impl<L: SignLaw> Sde<0> for StudentSignSde<L> {
    type Step = StudentSignSdeStep<L>;

    fn step(&self, interval: Interval) -> StudentSignSdeStep<L> {
        StudentSignSdeStep {
            law: self.law,
            inverse: 1.0 / self.noise_scale,
            drift: -interval.step_size / interval.n_parts,
            diffusion: interval.step_size / interval.n_parts.sqrt(),
        }
    }

    #[inline(always)]
    fn update<S: Isa>(
        isa: S,
        step: StudentSignSdeStep<L>,
        gradient: &Lanes,
        normals: &Lanes,
        x: &mut Lanes,
        _: [&mut Lanes; 0],
    ) {
        let (drift, diffusion) = (isa.splat_f64s(step.drift), isa.splat_f64s(step.diffusion));
        let inverse = isa.splat_f64s(step.inverse);
        let mut s = *gradient;
        for s in S::as_mut_simd_f64s(&mut s).0 {
            *s = isa.mul_f64s(inverse, *s);
        }
        let [means, stds] = step.law.moments(isa, &s);
        let (means, stds) = (S::as_simd_f64s(&means).0, S::as_simd_f64s(&stds).0);
        let (normals, points) = (S::as_simd_f64s(normals).0, S::as_mut_simd_f64s(x).0);
        for i in 0..LANES / S::F64_LANES {
            let moved = isa.mul_add_f64s(drift, means[i], points[i]);
            points[i] = isa.mul_add_f64s(isa.mul_f64s(diffusion, stds[i]), normals[i], moved);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::model;
    use crate::model::sde::tests::{STEP, assert_moments};
    use crate::model::{Bundle, Layout, Shape};
    use crate::noise::StreamKey;
    use crate::parameter::{Value, defaults};
    use crate::problem::{GradientNoise, Problem};
    use crate::real;
    use std::sync::Arc;

    #[test]
    fn one_step_has_the_moments_of_the_equation() {
        let sigma = 0.7;
        let cauchy = |s: f64| 2.0 / std::f64::consts::PI * real::atan(s);
        let expected = |mean: f64, x: f64| (x - STEP * mean, STEP * (1.0 - mean * mean).sqrt());
        let sde = StudentSignSde { law: AnyDegrees::new(1.0), noise_scale: sigma };
        assert_moments(sde, |g, x, _| expected(cauchy(g / sigma), x));
        let two = |s: f64| s / (2.0 + s * s).sqrt();
        let sde = StudentSignSde { law: TwoDegrees, noise_scale: sigma };
        assert_moments(sde, |g, x, _| expected(two(g / sigma), x));
    }

    /// `E [x_0 − x_1]/gamma` of SignSGD is the drift, and the variance of a sign the diffusion.
    #[test]
    fn the_drift_is_the_mean_step_of_sign_sgd() {
        let (dim, sigma, start) = (500, 0.8, 1.1);
        for nu in [1.0, 2.0, 3.0, 4.0, 6.5] {
            let noise = GradientNoise::StudentT { nu };
            let problem: Arc<dyn Problem> = Arc::new(Quadratic::new(vec![0.6; dim], sigma, noise));
            let after = |name: &str| {
                let kind = model(name).unwrap();
                let mut parameters = defaults(kind.part().parameters);
                parameters.insert("step_size".to_owned(), Value::Real(0.1));
                parameters.insert("dt".to_owned(), Value::Real(1.0));
                assert_eq!(kind.check_problem(&parameters, problem.as_ref()), []);
                let model = kind.build(&parameters, &problem);
                let shape = Shape { layout: Layout::ByCoordinate, dim, n_vectors: 1 };
                let mut moves = Vec::new();
                for first_chain in (0..320).step_by(LANES) {
                    let mut bundle = Bundle::new(shape, StreamKey(5), first_chain);
                    bundle.state.fill(start);
                    model.advance(1, &mut bundle, &mut model.workspace());
                    moves.extend(bundle.state.iter().map(|x| (start - x) / 0.1));
                }
                moves
            };
            let [mean, std] = [0, 1].map(|i| {
                let s = [0.6 * start / sigma; LANES];
                crate::simd::dispatch(Moments(AnyDegrees::new(nu), s))[i][0]
            });
            for moves in [after("sign_sgd"), after("sign_sgd_sde")] {
                let n = moves.len() as f64;
                let found = real::sum(&moves) / n;
                assert!(((found - mean) / std * n.sqrt()).abs() < 4.5, "{nu}: {found} {mean}");
                let squares: f64 = moves.iter().map(|z| (z - mean) * (z - mean)).sum();
                let error = (squares / n / (std * std) - 1.0) * (n / 4.0).sqrt();
                assert!(error.abs() < 4.5, "{nu}: {error}");
            }
        }
    }

    struct Moments(AnyDegrees, Lanes);

    impl crate::simd::Kernel for Moments {
        type Output = [Lanes; 2];

        #[inline(always)]
        fn run<S: Isa>(self, isa: S) -> [Lanes; 2] {
            self.0.moments(isa, &self.1)
        }
    }
}
