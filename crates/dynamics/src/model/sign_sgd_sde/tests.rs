#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use super::*;
use crate::model::model;
use crate::model::sde::tests::{STEP, assert_moments};
use crate::model::sign_law::Normal;
use crate::model::student_sign::{AnyDegrees, TwoDegrees};
use crate::model::{Bundle, Layout, Shape};
use crate::noise::StreamKey;
use crate::parameter::{Value, defaults};
use crate::problem::{GradientNoise, Problem, Quadratic};
use crate::real;

#[test]
fn one_step_has_the_moments_of_the_equation() {
    let sigma = 0.7;
    let sde = SignSgdSde { law: Normal, noise_scale: sigma };
    assert_moments(sde, |g, x, _| {
        let erf = real::erf(g / (2.0_f64.sqrt() * sigma));
        (x - STEP * erf, STEP * (1.0 - erf * erf).sqrt())
    });
    let cauchy = |s: f64| 2.0 / std::f64::consts::PI * real::atan(s);
    let expected = |mean: f64, x: f64| (x - STEP * mean, STEP * (1.0 - mean * mean).sqrt());
    let sde = SignSgdSde { law: AnyDegrees::new(1.0), noise_scale: sigma };
    assert_moments(sde, |g, x, _| expected(cauchy(g / sigma), x));
    let two = |s: f64| s / (2.0 + s * s).sqrt();
    let sde = SignSgdSde { law: TwoDegrees, noise_scale: sigma };
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

#[test]
fn other_noise_and_none_are_refused() {
    let violations = |sigma, noise| {
        let problem = Quadratic::new(vec![1.0], sigma, noise);
        SignSgdSdeKind.check_problem(&Parameters::new(), &problem).len()
    };
    assert_eq!(violations(1.0, GradientNoise::Gaussian), 0);
    assert_eq!(violations(0.0, GradientNoise::Rademacher), 2);
}
