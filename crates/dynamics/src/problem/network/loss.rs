//! Losses of a network's outputs against a response.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::problem::network::activation::{sigmoid, softplus};
use crate::problem::network::layer::Row;
use crate::simd::{Isa, exp, ln};

/// The loss of one sample, given the outputs `f` and the response `b`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// `(f − b)²/2`, one output.
    Squared,
    /// `ln(1 + e^f) − b f`, one output: minus the log-likelihood of `b` in {0, 1} whose probability of
    /// one is `1/(1 + e^(−f))`.
    Logistic,
    /// `ln sum_c e^(f_c) − f_b`, an output for each class: minus the log-likelihood of the class `b`.
    CrossEntropy,
}

impl Loss {
    /// Names in manifests.
    pub const NAMES: &'static [&'static str] = &["squared", "logistic", "cross_entropy"];

    /// The loss called `name`, the squared one for any other name.
    #[must_use]
    pub fn named(name: &str) -> Loss {
        match name {
            "logistic" => Loss::Logistic,
            "cross_entropy" => Loss::CrossEntropy,
            _ => Loss::Squared,
        }
    }

    /// The loss of each of eight samples; `outputs` are `[n_outputs]`.
    #[inline(always)]
    pub(crate) fn value<S: Isa>(self, isa: S, outputs: &[Row], response: &Row) -> Row {
        let mut out = [0.0; 8];
        let responses = S::as_simd_f64s(response).0;
        for (v, out) in S::as_mut_simd_f64s(&mut out).0.iter_mut().enumerate() {
            let (f, b) = (S::as_simd_f64s(&outputs[0]).0[v], responses[v]);
            *out = match self {
                Loss::Squared => {
                    let gap = isa.sub_f64s(f, b);
                    isa.mul_f64s(isa.mul_f64s(isa.splat_f64s(0.5), gap), gap)
                }
                Loss::Logistic => isa.sub_f64s(softplus(isa, f), isa.mul_f64s(b, f)),
                Loss::CrossEntropy => {
                    let (largest, total) = partition_function(isa, outputs, v);
                    let of_class = output_of(isa, outputs, b, v);
                    isa.add_f64s(isa.sub_f64s(largest, of_class), ln(isa, total))
                }
            };
        }
        out
    }

    /// Writes `weight` times the derivatives by the outputs to `deltas`, `[n_outputs]`.
    #[inline(always)]
    pub(crate) fn differentiate<S: Isa>(
        self,
        isa: S,
        weight: f64,
        outputs: &[Row],
        response: &Row,
        deltas: &mut [Row],
    ) {
        let weight = isa.splat_f64s(weight);
        let (zero, one) = (isa.splat_f64s(0.0), isa.splat_f64s(1.0));
        for (v, b) in S::as_simd_f64s(response).0.iter().enumerate() {
            let (largest, total) = match self {
                Loss::CrossEntropy => partition_function(isa, outputs, v),
                _ => (zero, one),
            };
            for (class, (f, delta)) in outputs.iter().zip(&mut *deltas).enumerate() {
                let f = S::as_simd_f64s(f).0[v];
                let slope = match self {
                    Loss::Squared => isa.sub_f64s(f, *b),
                    Loss::Logistic => isa.sub_f64s(sigmoid(isa, f), *b),
                    Loss::CrossEntropy => {
                        let p = isa.div_f64s(exp(isa, isa.sub_f64s(f, largest)), total);
                        let is_class = isa.equal_f64s(*b, isa.splat_f64s(class as f64));
                        isa.sub_f64s(p, isa.select_f64s(is_class, one, zero))
                    }
                };
                S::as_mut_simd_f64s(delta).0[v] = isa.mul_f64s(weight, slope);
            }
        }
    }
}

impl Loss {
    /// Writes the second derivatives by the outputs, times `tangents`, to `out`, `[n_outputs]` each.
    ///
    /// ```text
    /// f'  (squared),   p (1 − p) f'  (logistic),   p_c (f'_c − sum_k p_k f'_k)  (cross-entropy)
    /// ```
    #[inline(always)]
    pub(crate) fn curve<S: Isa>(self, isa: S, outputs: &[Row], tangents: &[Row], out: &mut [Row]) {
        for v in 0..8 / S::F64_LANES {
            let (zero, one) = (isa.splat_f64s(0.0), isa.splat_f64s(1.0));
            let (largest, total) = match self {
                Loss::CrossEntropy => partition_function(isa, outputs, v),
                _ => (zero, one),
            };
            let mut mean = zero;
            if self == Loss::CrossEntropy {
                for (f, tangent) in outputs.iter().zip(tangents) {
                    let p = share(isa, f, v, largest, total);
                    mean = isa.mul_add_f64s(p, S::as_simd_f64s(tangent).0[v], mean);
                }
            }
            for ((f, tangent), out) in outputs.iter().zip(tangents).zip(&mut *out) {
                let tangent = S::as_simd_f64s(tangent).0[v];
                S::as_mut_simd_f64s(out).0[v] = match self {
                    Loss::Squared => tangent,
                    Loss::Logistic => {
                        let p = sigmoid(isa, S::as_simd_f64s(f).0[v]);
                        let slope = isa.mul_f64s(p, isa.sub_f64s(one, p));
                        isa.mul_f64s(slope, tangent)
                    }
                    Loss::CrossEntropy => {
                        let p = share(isa, f, v, largest, total);
                        isa.mul_f64s(p, isa.sub_f64s(tangent, mean))
                    }
                };
            }
        }
    }
}

/// `e^(f − m)/sum_c e^(f_c − m)`, of one vector of samples.
#[inline(always)]
fn share<S: Isa>(isa: S, f: &Row, v: usize, largest: S::f64s, total: S::f64s) -> S::f64s {
    isa.div_f64s(exp(isa, isa.sub_f64s(S::as_simd_f64s(f).0[v], largest)), total)
}

/// `m = max_c f_c` and `sum_c e^(f_c − m)`, of one vector of samples.
#[inline(always)]
fn partition_function<S: Isa>(isa: S, outputs: &[Row], v: usize) -> (S::f64s, S::f64s) {
    let mut largest = S::as_simd_f64s(&outputs[0]).0[v];
    for f in &outputs[1..] {
        largest = isa.max_f64s(largest, S::as_simd_f64s(f).0[v]);
    }
    let mut total = isa.splat_f64s(0.0);
    for f in outputs {
        total = isa.add_f64s(total, exp(isa, isa.sub_f64s(S::as_simd_f64s(f).0[v], largest)));
    }
    (largest, total)
}

/// The output of the class `b`, of one vector of samples.
#[inline(always)]
fn output_of<S: Isa>(isa: S, outputs: &[Row], b: S::f64s, v: usize) -> S::f64s {
    let mut found = isa.splat_f64s(0.0);
    for (class, f) in outputs.iter().enumerate() {
        let is_class = isa.equal_f64s(b, isa.splat_f64s(class as f64));
        found = isa.select_f64s(is_class, S::as_simd_f64s(f).0[v], found);
    }
    found
}
