//! Signs of gradients with additive noise, drawn by their probability.
//!
//! ```text
//! P(sign(∇f(x) + sigma xi) = 1) = (1 + mean)/2,   mean = 2 F(∇f(x)/sigma) − 1
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::model::core::{Bundle, Workspace, rows, rows_mut};
use crate::model::noise_schedule::NoiseSchedule;
use crate::model::objective::Objective;
use crate::model::shape::Layout;
use crate::model::sign_law::SignLaw;
use crate::model::stochastic_gradient::{Room, StochasticGradient};
use crate::noise::{LANES, Lanes};
use crate::problem::Quadratic;
use crate::simd::{Aligned, Isa};

/// The sign of the stochastic gradient of a quadratic, with the distribution function `F` of the
/// noise.
///
/// One uniform word `u` takes the place of the noise: the sign is one where `2u − 1` is less than
/// the mean of the sign.
///
/// # Accuracy
/// Probabilities are multiples of 2⁻⁵², and within 2⁻⁵² and the error of [`SignLaw::moments`].
#[derive(Clone, Debug)]
pub(crate) struct SignDraws<L> {
    quadratic: Quadratic,
    law: L,
    schedule: NoiseSchedule,
}

impl<L: SignLaw> SignDraws<L> {
    /// The signs of gradients of `quadratic`, whose noise has a positive scale, times its `schedule`, and
    /// the law `law`.
    pub(crate) fn new(quadratic: &Quadratic, law: L, schedule: NoiseSchedule) -> SignDraws<L> {
        SignDraws { quadratic: quadratic.clone(), law, schedule }
    }
}

impl<L: SignLaw> StochasticGradient for SignDraws<L> {
    fn layout(&self) -> Layout {
        Layout::ByCoordinate
    }

    fn dim(&self) -> usize {
        Objective::dim(&self.quadratic)
    }

    fn workspace(&self) -> Workspace {
        let reals = Aligned::zeros(self.dim() * LANES);
        Workspace { reals, ..Workspace::default() }
    }

    #[inline(always)]
    fn mean_square<S: Isa>(&self, _: S, _: &[Lanes], out: &mut [Lanes]) {
        out.fill([1.0; LANES]);
    }

    #[inline(always)]
    fn draw<S: Isa>(&self, isa: S, bundle: &mut Bundle, room: Room<'_>, out: &mut [Lanes]) {
        let uniforms = rows_mut(room.reals);
        bundle.streams.brownian.fill_uniforms(isa, uniforms);
        self.quadratic.gradient(isa, &rows(&bundle.state)[..out.len()], out);
        let std = self.quadratic.noise_std * self.schedule.factor(bundle.step);
        let (one, inverse) = (isa.splat_f64s(1.0), isa.splat_f64s(self.law.inverse_scale(std)));
        for (out, uniforms) in out.iter_mut().zip(uniforms.iter()) {
            for s in S::as_mut_simd_f64s(out).0 {
                *s = isa.mul_f64s(inverse, *s);
            }
            let means = self.law.means(isa, out);
            let (means, uniforms) = (S::as_simd_f64s(&means).0, S::as_simd_f64s(uniforms).0);
            for (i, sign) in S::as_mut_simd_f64s(out).0.iter_mut().enumerate() {
                let centred = isa.sub_f64s(isa.add_f64s(uniforms[i], uniforms[i]), one);
                let is_up = isa.less_than_f64s(centred, means[i]);
                *sign = isa.select_f64s(is_up, one, isa.neg_f64s(one));
            }
        }
    }
}
