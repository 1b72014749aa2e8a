//! Laws of noise that is asked for its sign.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::f64::consts::FRAC_1_SQRT_2;

use crate::model::core::Model;
use crate::model::preconditioner::{halves, set_halves};
use crate::model::random_sign::{means, means_and_stds};
use crate::model::student_sign::{AnyDegrees, FourDegrees, TwoDegrees};
use crate::noise::{LANES, Lanes};
use crate::problem::GradientNoise;
use crate::simd::Isa;

/// The law of `sign(g + sigma xi)` for noise `xi`, as a function of `s`, which is `g` times
/// [`SignLaw::inverse_scale`].
pub(crate) trait SignLaw: Copy + Send + Sync + 'static {
    /// What a gradient is multiplied by, for noise of the scale `sigma > 0`.
    fn inverse_scale(self, sigma: f64) -> f64 {
        1.0 / sigma
    }

    /// Means and standard deviations of the sign for each number of a row. To be marked
    /// `#[inline(always)]`.
    fn moments<S: Isa>(self, isa: S, s: &Lanes) -> [Lanes; 2];

    /// The means of [`SignLaw::moments`], bit for bit. To be marked `#[inline(always)]`.
    #[inline(always)]
    fn means<S: Isa>(self, isa: S, s: &Lanes) -> Lanes {
        let [means, _] = self.moments(isa, s);
        means
    }
}

/// Standard normal noise: `s = g/(sqrt(2) sigma)`, `mean = erf s`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Normal;

impl SignLaw for Normal {
    fn inverse_scale(self, sigma: f64) -> f64 {
        FRAC_1_SQRT_2 / sigma
    }

    #[inline(always)]
    fn moments<S: Isa>(self, isa: S, s: &Lanes) -> [Lanes; 2] {
        let mut moments = [[0.0; LANES]; 2];
        let [means, stds] = &mut moments;
        for i in 0..LANES / 2 / S::F64_LANES {
            let [first, second] = means_and_stds(isa, halves(isa, s, i));
            set_halves(isa, means, i, [first[0], second[0]]);
            set_halves(isa, stds, i, [first[1], second[1]]);
        }
        moments
    }

    #[inline(always)]
    fn means<S: Isa>(self, isa: S, s: &Lanes) -> Lanes {
        let mut row = [0.0; LANES];
        for i in 0..LANES / 2 / S::F64_LANES {
            set_halves(isa, &mut row, i, means(isa, halves(isa, s, i)));
        }
        row
    }
}

/// A model that a law of signs is a part of.
pub(crate) trait OfSignLaw {
    /// The model for `law`.
    fn build<L: SignLaw>(self, law: L) -> Box<dyn Model>;
}

/// The model of `parts` for the signs of `noise`.
///
/// # Panics
/// If the noise is a sign itself.
pub(crate) fn with_law(noise: GradientNoise, parts: impl OfSignLaw) -> Box<dyn Model> {
    match noise {
        GradientNoise::Gaussian => parts.build(Normal),
        GradientNoise::StudentT { nu: 2.0 } => parts.build(TwoDegrees),
        GradientNoise::StudentT { nu: 4.0 } => parts.build(FourDegrees),
        GradientNoise::StudentT { nu } => parts.build(AnyDegrees::new(nu)),
        GradientNoise::Rademacher => panic!("the noise of the cell has been checked"),
    }
}
