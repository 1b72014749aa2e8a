//! Activations: functions of one number, whose derivatives are functions of their values.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::problem::network::layer::Row;
use crate::simd::{Isa, exp, exp_m1, ln_1p, tanh};

/// A function `s` of one number; its derivative is a function of `y = s(z)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// `s(z) = z`
    Identity,
    /// `s(z) = 1/(1 + e^(−z))`, `s' = y (1 − y)`
    Sigmoid,
    /// `s(z) = tanh z`, `s' = 1 − y²`
    Tanh,
    /// `s(z) = max(z, 0)`, `s' = 1` for `y > 0`, otherwise 0
    Relu,
    /// `s(z) = ln(1 + e^z)`, `s' = 1 − e^(−y)`
    Softplus,
}

impl Activation {
    /// Names in manifests.
    pub const NAMES: &'static [&'static str] = &["sigmoid", "tanh", "relu", "softplus", "identity"];

    /// The activation called `name`, the identity for any other name.
    #[must_use]
    pub fn named(name: &str) -> Activation {
        match name {
            "sigmoid" => Activation::Sigmoid,
            "tanh" => Activation::Tanh,
            "relu" => Activation::Relu,
            "softplus" => Activation::Softplus,
            _ => Activation::Identity,
        }
    }

    /// `z <- s(z)`
    #[inline(always)]
    pub(crate) fn apply<S: Isa>(self, isa: S, rows: &mut [Row]) {
        let zero = isa.splat_f64s(0.0);
        let numbers = S::as_mut_simd_f64s(rows.as_flattened_mut()).0;
        match self {
            Activation::Identity => {}
            Activation::Sigmoid => {
                for z in numbers {
                    *z = sigmoid(isa, *z);
                }
            }
            Activation::Tanh => {
                for z in numbers {
                    *z = tanh(isa, *z);
                }
            }
            Activation::Relu => {
                for z in numbers {
                    // What is no number stays so.
                    *z = isa.select_f64s(isa.less_than_f64s(*z, zero), zero, *z);
                }
            }
            Activation::Softplus => {
                for z in numbers {
                    *z = softplus(isa, *z);
                }
            }
        }
    }

    /// `delta <- s'(z) delta`, given `y = s(z)`.
    #[inline(always)]
    pub(crate) fn differentiate<S: Isa>(self, isa: S, outputs: &[Row], deltas: &mut [Row]) {
        let (zero, one) = (isa.splat_f64s(0.0), isa.splat_f64s(1.0));
        let outputs = S::as_simd_f64s(outputs.as_flattened()).0;
        let deltas = S::as_mut_simd_f64s(deltas.as_flattened_mut()).0;
        let pairs = outputs.iter().zip(deltas);
        match self {
            Activation::Identity => {}
            Activation::Sigmoid => {
                for (y, delta) in pairs {
                    let slope = isa.negate_mul_add_f64s(*y, *y, *y);
                    *delta = isa.mul_f64s(*delta, slope);
                }
            }
            Activation::Tanh => {
                for (y, delta) in pairs {
                    *delta = isa.mul_f64s(*delta, isa.negate_mul_add_f64s(*y, *y, one));
                }
            }
            Activation::Relu => {
                for (y, delta) in pairs {
                    *delta = isa.select_f64s(isa.less_than_f64s(zero, *y), *delta, zero);
                }
            }
            Activation::Softplus => {
                for (y, delta) in pairs {
                    let slope = isa.neg_f64s(exp_m1(isa, isa.neg_f64s(*y)));
                    *delta = isa.mul_f64s(*delta, slope);
                }
            }
        }
    }
}

impl Activation {
    /// `out += (s''/s')(z) y' delta`, given `y = s(z)` and `tangents`, the derivatives `y'` along a
    /// direction: what the second derivative adds to `s'(z) delta` there, over `s'(z)` in `y'`.
    ///
    /// ```text
    /// s''/s' = 1 − 2y (sigmoid),   −2y (tanh),   e^(−y) (softplus),   0 (relu, identity)
    /// ```
    #[inline(always)]
    pub(crate) fn add_second<S: Isa>(
        self,
        isa: S,
        [outputs, tangents, deltas]: [&[Row]; 3],
        out: &mut [Row],
    ) {
        let (one, minus_two) = (isa.splat_f64s(1.0), isa.splat_f64s(-2.0));
        let outputs = S::as_simd_f64s(outputs.as_flattened()).0;
        let tangents = S::as_simd_f64s(tangents.as_flattened()).0;
        let deltas = S::as_simd_f64s(deltas.as_flattened()).0;
        let out = S::as_mut_simd_f64s(out.as_flattened_mut()).0;
        if matches!(self, Activation::Identity | Activation::Relu) {
            return;
        }
        for (((y, tangent), delta), out) in outputs.iter().zip(tangents).zip(deltas).zip(out) {
            let ratio = match self {
                Activation::Sigmoid => isa.mul_add_f64s(minus_two, *y, one),
                Activation::Softplus => exp(isa, isa.neg_f64s(*y)),
                _ => isa.mul_f64s(minus_two, *y),
            };
            *out = isa.mul_add_f64s(ratio, isa.mul_f64s(*tangent, *delta), *out);
        }
    }
}

/// `1/(1 + e^(−z))`, in [0, 1].
#[inline(always)]
pub(crate) fn sigmoid<S: Isa>(isa: S, z: S::f64s) -> S::f64s {
    let one = isa.splat_f64s(1.0);
    isa.div_f64s(one, isa.add_f64s(one, exp(isa, isa.neg_f64s(z))))
}

/// `ln(1 + e^z) = max(z, 0) + ln(1 + e^(−|z|))`, without overflow.
#[inline(always)]
pub(crate) fn softplus<S: Isa>(isa: S, z: S::f64s) -> S::f64s {
    let rest = ln_1p(isa, exp(isa, isa.neg_f64s(isa.abs_f64s(z))));
    isa.add_f64s(isa.max_f64s(z, isa.splat_f64s(0.0)), rest)
}
