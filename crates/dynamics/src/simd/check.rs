//! What the tests of the elementary functions share.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::simd::{Isa, Kernel, Level, dispatch_at};

/// A function of one vector.
pub(crate) trait Function: Copy {
    /// Its value in each lane.
    fn at<S: Isa>(self, isa: S, x: S::f64s) -> S::f64s;
}

/// Defines a unit structure that is a [`Function`].
macro_rules! function {
    ($name:ident, $isa:ident, $x:ident => $value:expr) => {
        #[derive(Clone, Copy)]
        struct $name;
        impl crate::simd::check::Function for $name {
            #[inline(always)]
            fn at<S: crate::simd::Isa>(self, $isa: S, $x: S::f64s) -> S::f64s {
                $value
            }
        }
    };
}
pub(crate) use function;

struct Map<'a, F> {
    function: F,
    arguments: &'a [f64],
    values: &'a mut [f64],
}

impl<F: Function> Kernel for Map<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let (arguments, rest) = S::as_simd_f64s(self.arguments);
        let (values, last) = S::as_mut_simd_f64s(self.values);
        for (value, x) in values.iter_mut().zip(arguments) {
            *value = self.function.at(isa, *x);
        }
        let value = self.function.at(isa, isa.partial_load_f64s(rest));
        isa.partial_store_f64s(last, value);
    }
}

/// Values at `arguments`, on the instruction set `level`.
pub(crate) fn values<F: Function>(level: Level, f: F, arguments: &[f64]) -> Vec<f64> {
    let mut values = vec![0.0; arguments.len()];
    dispatch_at(level, Map { function: f, arguments, values: &mut values });
    values
}

/// The value at one argument.
pub(crate) fn value<F: Function>(f: F, x: f64) -> f64 {
    values(Level::current(), f, &[x])[0]
}

/// `count` points that fill `[low, high]` evenly.
pub(crate) fn even(low: f64, high: f64, count: u32) -> Vec<f64> {
    fractions(count).map(|u| low + (high - low) * u).collect()
}

/// `count` points whose exponents fill those of `[low, high]` evenly, for `0 < low < high`.
pub(crate) fn spread(low: f64, high: f64, count: u32) -> Vec<f64> {
    let width = (high.to_bits() - low.to_bits()) as f64;
    fractions(count).map(|u| f64::from_bits(low.to_bits() + (u * width) as u64)).collect()
}

/// Multiples of the golden ratio, less their integer parts.
fn fractions(count: u32) -> impl Iterator<Item = f64> {
    (0..count).map(|i| (f64::from(i) * 0.618_033_988_749_894_9).fract())
}

/// Distance of `value` from `reference` in units of the last place of `reference`.
fn error_ulp(value: f64, reference: f64) -> f64 {
    if value.to_bits() == reference.to_bits() || value.is_nan() && reference.is_nan() {
        return 0.0;
    }
    let size = reference.abs();
    (value - reference).abs() / (size - f64::from_bits(size.to_bits().saturating_sub(1)))
}

/// Asserts that the values at `arguments` are within `bound` ulp of `reference`.
pub(crate) fn assert_near<F: Function>(
    f: F,
    reference: impl Fn(f64) -> f64,
    arguments: &[f64],
    bound: f64,
) {
    for (x, value) in arguments.iter().zip(values(Level::current(), f, arguments)) {
        let error = error_ulp(value, reference(*x));
        assert!(error <= bound, "{error} ulp at {x:e}: {value:e}, not {:e}", reference(*x));
    }
}

/// Asserts `bound` ulp at the arguments of a table of correctly rounded values; the rounding of the
/// table adds half of one.
pub(crate) fn assert_table<F: Function>(f: F, table: &[(f64, f64)], bound: f64) {
    for &(x, reference) in table {
        let error = error_ulp(value(f, x), reference);
        assert!(error <= bound + 0.5, "{error} ulp at {x:e}, not {reference:e}");
    }
}

/// Asserts that all instruction sets give the same bits at `arguments`, at the extreme numbers and
/// at NaN of both signs.
pub(crate) fn assert_same_bits<F: Function>(f: F, arguments: &[f64]) {
    let extremes = [0.0, f64::from_bits(1), f64::MIN_POSITIVE, 1.0, 709.79, f64::MAX];
    let mut arguments = arguments.to_vec();
    for x in extremes.into_iter().chain([f64::INFINITY, f64::NAN, f64::from_bits(!0 >> 1)]) {
        arguments.extend([x, -x]);
    }
    let bits = |level| values(level, f, &arguments).iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    let scalar = bits(Level::Scalar);
    for level in Level::available() {
        for ((x, a), b) in arguments.iter().zip(&scalar).zip(bits(level)) {
            assert_eq!(*a, b, "{level} at {x:e}");
        }
    }
}
