//! What an optimiser is: a map of each coordinate by itself, given the gradient.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::noise::Lanes;
use crate::simd::Isa;

/// A first-order optimiser that remembers `M` vectors and moves every coordinate alike.
///
/// It acts on rows of [`LANES`](crate::noise::LANES) numbers, each number by itself; what chain or coordinate a number
/// belongs to does not matter.
pub trait Optimizer<const M: usize>: Send + Sync {
    /// The constants of one step.
    type Step: Copy;

    /// The constants of the `k`-th step, `k = 1, 2, ...`; a function of `k` alone, so that steps
    /// taken in several calls are the same.
    fn step(&self, k: u64, step_size: f64) -> Self::Step;

    /// Whether [`Optimizer::begin`] is to be called.
    fn starts_at_mean_square(&self) -> bool {
        false
    }

    /// Sets the memory, which is zero, at the starting point, where the mean square of the gradient
    /// is `mean_square`.
    fn begin(&self, _mean_square: &Lanes, _memory: [&mut Lanes; M]) {}

    /// Moves one row of `x` and of each vector of the memory, given that row of the gradient. To be
    /// marked `#[inline(always)]`.
    fn update<S: Isa>(
        isa: S,
        step: Self::Step,
        gradient: &Lanes,
        x: &mut Lanes,
        memory: [&mut Lanes; M],
    );
}

/// Splits consecutive vectors of `len` rows each: the parameters, `M` vectors of memory, the rest.
#[inline(always)]
pub(crate) fn split<const M: usize>(
    state: &mut [Lanes],
    len: usize,
) -> (&mut [Lanes], [&mut [Lanes]; M], &mut [Lanes]) {
    let (x, mut rest) = state.split_at_mut(len);
    let memory = std::array::from_fn(|_| {
        let (vector, others) = std::mem::take(&mut rest).split_at_mut(len);
        rest = others;
        vector
    });
    (x, memory, rest)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::noise::LANES;
    use crate::simd::{Kernel, dispatch};

    struct Update<'a, O, const M: usize>(&'a O, u64, &'a Lanes, [Lanes; 1], [Lanes; M]);

    impl<O: Optimizer<M>, const M: usize> Kernel for Update<'_, O, M> {
        type Output = (Lanes, [Lanes; M]);

        #[inline(always)]
        fn run<S: Isa>(self, isa: S) -> Self::Output {
            let Update(optimizer, k, gradient, [mut x], mut memory) = self;
            let step = optimizer.step(k, STEP);
            O::update(isa, step, gradient, &mut x, memory.each_mut());
            (x, memory)
        }
    }

    /// The step size of these tests.
    pub(crate) const STEP: f64 = 0.03;

    /// `n` rows of numbers of both signs, zero among them in the first.
    pub(crate) fn rows<const N: usize>() -> [Lanes; N] {
        std::array::from_fn(|row| {
            std::array::from_fn(|lane| (lane as f64 - 7.0) * (0.3 + row as f64))
        })
    }

    /// Checks the `k`-th update of a row against `expected(g, x, memory)`, number by number.
    pub(crate) fn assert_update<O: Optimizer<M>, const M: usize>(
        optimizer: &O,
        k: u64,
        memory: [Lanes; M],
        expected: impl Fn(f64, f64, [f64; M]) -> (f64, [f64; M]),
    ) {
        let [gradient, x] = rows::<2>();
        let (found, found_memory) = dispatch(Update(optimizer, k, &gradient, [x], memory));
        for lane in 0..LANES {
            let before = memory.map(|row| row[lane]);
            let (x_after, after) = expected(gradient[lane], x[lane], before);
            let scale = x_after.abs().max(x[lane].abs());
            assert!((found[lane] - x_after).abs() <= 1e-15 * scale, "{} {x_after}", found[lane]);
            for (found, after) in found_memory.iter().zip(after) {
                assert!((found[lane] - after).abs() <= 1e-15 * after.abs(), "{k} {lane}");
            }
        }
    }

    #[test]
    fn vectors_of_a_state_lie_one_after_the_other() {
        let mut state = rows::<7>();
        let (x, [m, v], rest) = split::<2>(&mut state, 2);
        let firsts = [x[0][0], m[0][0], v[0][0], rest[0][0]];
        assert_eq!((x.len(), m.len(), v.len(), rest.len()), (2, 2, 2, 1));
        let expected: [Lanes; 7] = rows();
        assert_eq!(firsts, [0, 2, 4, 6].map(|row| expected[row][0]));
    }
}
