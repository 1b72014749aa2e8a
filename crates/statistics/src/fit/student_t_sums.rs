//! Sums of the Student-t likelihood over a sample, on the widest vectors of the processor.
//!
//! ```text
//! d_i = x_i - l,  w_i = 1 / (a + d_i^2),  a = nu s^2
//! ```
//!
//! Eight interleaved partial sums, added as `real::sum` does: the bits are the same on every
//! instruction set.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use maruyama_dynamics::real;
use maruyama_dynamics::simd::{Isa, Kernel, dispatch, ln_1p};

/// Interleaved partial sums.
const LANES: usize = 8;

/// `sum w`, `sum w d`, `sum w^2`, `sum w^2 d`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Weights {
    pub(crate) mass: f64,
    pub(crate) first: f64,
    pub(crate) square: f64,
    pub(crate) square_first: f64,
}

/// The weights of a sample at a location and `a = nu s^2`.
pub(crate) fn weights(sample: &[f64], loc: f64, a: f64) -> Weights {
    let [mass, first, square, square_first] = dispatch(Sum { sample, term: Weigh { loc, a } });
    Weights { mass, first, square, square_first }
}

/// `sum ln(1 + d^2 / a)`.
pub(crate) fn logarithms(sample: &[f64], loc: f64, a: f64) -> f64 {
    let [sum] = dispatch(Sum { sample, term: Logarithm { loc, inverse: 1.0 / a } });
    sum
}

/// Some functions of one value.
trait Term<const N: usize>: Copy {
    fn at<S: Isa>(self, isa: S, x: S::f64s) -> [S::f64s; N];
}

#[derive(Clone, Copy)]
struct Weigh {
    loc: f64,
    a: f64,
}

impl Term<4> for Weigh {
    #[inline(always)]
    fn at<S: Isa>(self, isa: S, x: S::f64s) -> [S::f64s; 4] {
        let d = isa.sub_f64s(x, isa.splat_f64s(self.loc));
        let one = isa.splat_f64s(1.0);
        let w = isa.div_f64s(one, isa.mul_add_f64s(d, d, isa.splat_f64s(self.a)));
        let (first, square) = (isa.mul_f64s(w, d), isa.mul_f64s(w, w));
        [w, first, square, isa.mul_f64s(square, d)]
    }
}

#[derive(Clone, Copy)]
struct Logarithm {
    loc: f64,
    /// `1 / a`
    inverse: f64,
}

impl Term<1> for Logarithm {
    #[inline(always)]
    fn at<S: Isa>(self, isa: S, x: S::f64s) -> [S::f64s; 1] {
        let d = isa.sub_f64s(x, isa.splat_f64s(self.loc));
        let scaled = isa.mul_f64s(d, isa.splat_f64s(self.inverse));
        [ln_1p(isa, isa.mul_f64s(scaled, d))]
    }
}

struct Sum<'a, T> {
    sample: &'a [f64],
    term: T,
}

impl<const N: usize, T: Term<N>> SumOf<N> for Sum<'_, T> {
    #[inline(always)]
    fn sums<S: Isa>(self, isa: S) -> [f64; N] {
        let (blocks, rest) = self.sample.as_chunks::<LANES>();
        let zero = isa.splat_f64s(0.0);
        let mut partial = [[zero; LANES]; N];
        for block in blocks {
            let (vectors, _) = S::as_simd_f64s(block);
            for (i, x) in vectors.iter().enumerate() {
                let terms = self.term.at(isa, *x);
                for (sums, term) in partial.iter_mut().zip(terms) {
                    sums[i] = isa.add_f64s(sums[i], term);
                }
            }
        }
        let mut last = [0.0; LANES];
        last[..rest.len()].copy_from_slice(rest);
        let mut lanes = [[0.0; LANES]; N];
        let mut tails = [[0.0; LANES]; N];
        let (vectors, _) = S::as_simd_f64s(&last);
        for (i, x) in vectors.iter().enumerate() {
            let terms = self.term.at(isa, *x);
            for k in 0..N {
                S::as_mut_simd_f64s(&mut tails[k]).0[i] = terms[k];
                S::as_mut_simd_f64s(&mut lanes[k]).0[i] = partial[k][i];
            }
        }
        std::array::from_fn(|k| {
            for lane in 0..rest.len() {
                lanes[k][lane] += tails[k][lane];
            }
            real::sum(&lanes[k])
        })
    }
}

/// A [`Kernel`] by another name, so that both numbers of terms can share one implementation.
trait SumOf<const N: usize> {
    fn sums<S: Isa>(self, isa: S) -> [f64; N];
}

impl Kernel for Sum<'_, Weigh> {
    type Output = [f64; 4];

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) -> [f64; 4] {
        self.sums(isa)
    }
}

impl Kernel for Sum<'_, Logarithm> {
    type Output = [f64; 1];

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) -> [f64; 1] {
        self.sums(isa)
    }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::simd::{Level, dispatch_at};

    use super::*;

    #[test]
    fn sums_are_those_of_the_formulas() {
        for n in [1, 7, 8, 9, 61] {
            let sample: Vec<f64> = (0..n).map(|i| 0.3 * f64::from(i * i % 17) - 2.0).collect();
            let (loc, a) = (0.4, 1.7);
            let sum = |f: &dyn Fn(f64, f64) -> f64| -> f64 {
                sample.iter().map(|x| f(x - loc, 1.0 / (a + (x - loc) * (x - loc)))).sum()
            };
            let got = weights(&sample, loc, a);
            for (value, exact) in [
                (got.mass, sum(&|_, w| w)),
                (got.first, sum(&|d, w| w * d)),
                (got.square, sum(&|_, w| w * w)),
                (got.square_first, sum(&|d, w| w * w * d)),
                (logarithms(&sample, loc, a), sum(&|d, _| real::ln_1p(d * d / a))),
            ] {
                assert!((value - exact).abs() < 1e-13 * (1.0 + exact.abs()), "n = {n}: {value}");
            }
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let sample: Vec<f64> = (0..1003).map(|i| real::tan(f64::from(i))).collect();
        for level in Level::available() {
            let at = |level| {
                let weigh =
                    dispatch_at(level, Sum { sample: &sample, term: Weigh { loc: 0.1, a: 2.0 } });
                let term = Logarithm { loc: 0.1, inverse: 0.5 };
                (
                    weigh.map(f64::to_bits),
                    dispatch_at(level, Sum { sample: &sample, term })[0].to_bits(),
                )
            };
            assert_eq!(at(level), at(Level::Scalar), "{level}");
        }
    }
}
