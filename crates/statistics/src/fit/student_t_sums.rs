//! Sums of the Student-t likelihood over a sample, on the widest vectors of the processor.
//!
//! ```text
//! d_i = x_i - l,  w_i = 1 / (a + d_i^2),  a = nu s^2
//! ```
//!
//! Eight interleaved partial sums, added as `real::sum` does: the bits are the same on every
//! instruction set.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::f64::consts::LN_2;

use maruyama_dynamics::real;
use maruyama_dynamics::simd::{Isa, Kernel, dispatch, ln, ln_1p};

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

/// The weights, and `sum ln(1 + d^2 / a)`, in one pass; infinite where a square overflows.
pub(crate) fn weights_and_logarithms(sample: &[f64], loc: f64, a: f64) -> (Weights, f64) {
    let ([mass, first, square, square_first], logs) = dispatch(Fused { sample, loc, a });
    (Weights { mass, first, square, square_first }, logs)
}

/// Sums of the scores in `(loc, ln scale, 1 / nu)`, and of their products: of the six pairs
/// `(i, j)`, `j <= i`, row by row.
///
/// # Arguments
/// * `constant`: `psi((nu + 1) / 2) - psi(nu / 2) - 1 / nu`
pub(crate) fn scores(
    sample: &[f64],
    (nu, loc, scale): (f64, f64, f64),
    constant: f64,
) -> ([f64; 3], [f64; 6]) {
    let sums = dispatch(Sum { sample, term: Score { nu, loc, scale, constant } });
    (std::array::from_fn(|i| sums[i]), std::array::from_fn(|i| sums[3 + i]))
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
        weigh(isa, isa.sub_f64s(x, isa.splat_f64s(self.loc)), self.a)
    }
}

/// `w`, `w d`, `w^2`, `w^2 d`
#[inline(always)]
fn weigh<S: Isa>(isa: S, d: S::f64s, a: f64) -> [S::f64s; 4] {
    let w = isa.div_f64s(isa.splat_f64s(1.0), isa.mul_add_f64s(d, d, isa.splat_f64s(a)));
    let (first, square) = (isa.mul_f64s(w, d), isa.mul_f64s(w, w));
    [w, first, square, isa.mul_f64s(square, d)]
}

#[derive(Clone, Copy)]
struct Score {
    nu: f64,
    loc: f64,
    scale: f64,
    constant: f64,
}

impl Term<9> for Score {
    #[inline(always)]
    fn at<S: Isa>(self, isa: S, x: S::f64s) -> [S::f64s; 9] {
        let Score { nu, loc, scale, constant } = self;
        let d = isa.sub_f64s(x, isa.splat_f64s(loc));
        let u = isa.mul_f64s(d, isa.splat_f64s(1.0 / scale));
        let square = isa.mul_f64s(u, u);
        let raised = isa.mul_f64s(u, isa.splat_f64s(nu + 1.0));
        let pull = isa.div_f64s(raised, isa.add_f64s(isa.splat_f64s(nu), square));
        let pulled = isa.mul_f64s(pull, u);
        let inverse = isa.splat_f64s(1.0 / nu);
        let logarithm = ln_1p(isa, isa.mul_f64s(square, inverse));
        let rest = isa.mul_add_f64s(pulled, inverse, isa.splat_f64s(constant));
        let g = [
            isa.mul_f64s(pull, isa.splat_f64s(1.0 / scale)),
            isa.sub_f64s(pulled, isa.splat_f64s(1.0)),
            isa.mul_f64s(isa.sub_f64s(rest, logarithm), isa.splat_f64s(-0.5 * nu * nu)),
        ];
        let product = |i: usize, j: usize| isa.mul_f64s(g[i], g[j]);
        let [first, second, third] = g;
        let (of_first, of_second) = (product(0, 0), [product(1, 0), product(1, 1)]);
        let of_third = [product(2, 0), product(2, 1), product(2, 2)];
        let [x10, x11] = of_second;
        let [x20, x21, x22] = of_third;
        [first, second, third, of_first, x10, x11, x20, x21, x22]
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

impl Kernel for Sum<'_, Score> {
    type Output = [f64; 9];

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) -> [f64; 9] {
        self.sums(isa)
    }
}

/// The four sums of weights, and that of logarithms.
///
/// ```text
/// 1 + d^2 / a = 2^k m,  1 <= m < 2;   sum ln = ln 2 sum k + sum over blocks ln prod m
/// ```
struct Fused<'a> {
    sample: &'a [f64],
    loc: f64,
    a: f64,
}

impl Kernel for Fused<'_> {
    type Output = ([f64; 4], f64);

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) -> ([f64; 4], f64) {
        /// So many significands have a product below `2^256`.
        const BLOCK: usize = 256 * LANES;
        let Fused { sample, loc, a } = self;
        let (zero, one) = (isa.splat_f64s(0.0), isa.splat_f64s(1.0));
        let mut partial = [[zero; LANES]; 4];
        let (mut logs, mut exponents) = ([zero; LANES], [zero; LANES]);
        let mut excess = [zero; LANES];
        let whole = sample.len() - sample.len() % LANES;
        for block in sample[..whole].chunks(BLOCK) {
            let mut product = [one; LANES];
            for eight in block.as_chunks::<LANES>().0 {
                let (vectors, _) = S::as_simd_f64s(eight);
                for (i, x) in vectors.iter().enumerate() {
                    let d = isa.sub_f64s(*x, isa.splat_f64s(loc));
                    for (sums, term) in partial.iter_mut().zip(weigh(isa, d, a)) {
                        sums[i] = isa.add_f64s(sums[i], term);
                    }
                    let ratio = isa.mul_f64s(d, isa.splat_f64s(1.0 / a));
                    let ratio = isa.mul_add_f64s(ratio, d, one);
                    excess[i] = isa.mul_add_f64s(ratio, zero, excess[i]);
                    exponents[i] = isa.add_f64s(exponents[i], isa.exponent(ratio));
                    product[i] = isa.mul_f64s(product[i], isa.significand(ratio));
                }
            }
            for i in 0..LANES / S::F64_LANES {
                logs[i] = isa.add_f64s(logs[i], ln(isa, product[i]));
            }
        }
        let rest = &sample[whole..];
        let tail = Sum { sample: rest, term: Weigh { loc, a } }.sums(isa);
        let tail_logs = rest.iter().map(|x| real::ln_1p((x - loc) / a * (x - loc)));
        let sums: [f64; 4] = std::array::from_fn(|k| total(isa, &partial[k]) + tail[k]);
        let logs = LN_2.mul_add(total(isa, &exponents), total(isa, &logs));
        let logs = tail_logs.fold(logs, |sum, log| sum + log);
        // Zero times an infinity or NaN is not zero.
        (sums, if total(isa, &excess) == 0.0 { logs } else { f64::INFINITY })
    }
}

/// The sum of eight lanes.
#[inline(always)]
fn total<S: Isa>(_: S, partial: &[S::f64s; LANES]) -> f64 {
    let mut lanes = [0.0; LANES];
    for (lanes, partial) in S::as_mut_simd_f64s(&mut lanes).0.iter_mut().zip(partial) {
        *lanes = *partial;
    }
    real::sum(&lanes)
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
            let (fused, logs) = weights_and_logarithms(&sample, loc, a);
            for (value, exact) in [
                (got.mass, sum(&|_, w| w)),
                (got.first, sum(&|d, w| w * d)),
                (got.square, sum(&|_, w| w * w)),
                (got.square_first, sum(&|d, w| w * w * d)),
                (fused.mass, got.mass),
                (fused.first, got.first),
                (fused.square, got.square),
                (fused.square_first, got.square_first),
                (logs, sum(&|d, _| real::ln_1p(d * d / a))),
            ] {
                assert!((value - exact).abs() < 1e-13 * (1.0 + exact.abs()), "n = {n}: {value}");
            }
        }
    }

    #[test]
    fn products_of_many_ratios_stay_numbers() {
        let far: Vec<f64> = [1e150, -3e100, 1e-200, 7.0].repeat(1000);
        let exact: f64 = far.iter().map(|x| real::ln_1p(x * x)).sum();
        assert!((weights_and_logarithms(&far, 0.0, 1.0).1 / exact - 1.0).abs() < 1e-13);
        let near = vec![3e-5; 4001];
        let exact = 4001.0 * real::ln_1p(9e-10);
        assert!((weights_and_logarithms(&near, 0.0, 1.0).1 / exact - 1.0).abs() < 1e-6);
        assert_eq!(weights_and_logarithms(&[1e200; 16], 0.0, 1.0).1, f64::INFINITY);
        assert_eq!(weights_and_logarithms(&[1e200; 3], 0.0, 1.0).1, f64::INFINITY);
    }

    #[test]
    fn scores_are_those_of_the_formulas() {
        let sample: Vec<f64> = (0..29).map(|i| 0.3 * f64::from(i * i % 17) - 2.0).collect();
        let (nu, loc, scale, constant) = (3.0, 0.4, 1.7, 0.05);
        let (total, product) = scores(&sample, (nu, loc, scale), constant);
        let score = |x: &f64| {
            let u = (x - loc) / scale;
            let pull = (nu + 1.0) * u / (nu + u * u);
            let d_nu = 0.5 * (constant - real::ln_1p(u * u / nu) + pull * u / nu);
            [pull / scale, pull * u - 1.0, -nu * nu * d_nu]
        };
        let exact: Vec<[f64; 3]> = sample.iter().map(score).collect();
        let near = |value: f64, exact: f64| (value - exact).abs() < 1e-12 * (1.0 + exact.abs());
        for i in 0..3 {
            assert!(near(total[i], exact.iter().map(|g| g[i]).sum()));
            for j in 0..=i {
                let sum = exact.iter().map(|g| g[i] * g[j]).sum();
                assert!(near(product[i * (i + 1) / 2 + j], sum), "{i}, {j}");
            }
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let sample: Vec<f64> = (0..5003).map(|i| real::tan(f64::from(i))).collect();
        for level in Level::available() {
            let at = |level| {
                let sample = &sample[..];
                let weigh = dispatch_at(level, Sum { sample, term: Weigh { loc: 0.1, a: 2.0 } });
                let (fused, logs) = dispatch_at(level, Fused { sample, loc: 0.1, a: 2.0 });
                let score = Score { nu: 3.0, loc: 0.1, scale: 1.3, constant: 0.2 };
                let scores = dispatch_at(level, Sum { sample, term: score });
                let bits = |sums: &[f64]| sums.iter().map(|x| x.to_bits()).collect::<Vec<u64>>();
                [bits(&weigh), bits(&fused), bits(&[logs]), bits(&scores)]
            };
            assert_eq!(at(level), at(Level::Scalar), "{level}");
        }
    }
}
