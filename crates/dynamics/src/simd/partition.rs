//! The lanes of a vector below a pivot, apart from the others: the step of quicksort.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use pulp::{Scalar, Simd};

/// Lanes told apart by a comparison.
pub trait Partition: Simd {
    /// The lanes of `x` below `pivot`, in order, at the start of a vector, and how many they are; and
    /// the other lanes, in order, at the start of another. Further lanes of both are any numbers.
    fn partition(self, x: Self::f64s, pivot: Self::f64s) -> (Self::f64s, usize, Self::f64s);
}

impl Partition for Scalar {
    #[inline(always)]
    fn partition(self, x: f64, pivot: f64) -> (f64, usize, f64) {
        (x, usize::from(x < pivot), x)
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use pulp::x86::{V3, V4};
    use pulp::{cast, f64x4, f64x8};

    use crate::simd::partition::Partition;

    /// `_CMP_LT_OQ`: less than, false for NaN.
    const LESS: i32 = 0x11;

    /// Halves of numbers, `[mask][half]`: those whose bit is set in the mask come first, in order.
    static CHOSEN: [[u32; 8]; 16] = chosen_first();

    const fn chosen_first() -> [[u32; 8]; 16] {
        let mut table = [[0; 8]; 16];
        let mut mask = 0;
        while mask < 16 {
            let (mut place, mut lane) = (0, 0);
            while lane < 4 {
                if mask >> lane & 1 == 1 {
                    table[mask][2 * place] = 2 * lane;
                    table[mask][2 * place + 1] = 2 * lane + 1;
                    place += 1;
                }
                lane += 1;
            }
            mask += 1;
        }
        table
    }

    impl Partition for V3 {
        #[inline(always)]
        fn partition(self, x: f64x4, pivot: f64x4) -> (f64x4, usize, f64x4) {
            let is_below = self.avx._mm256_cmp_pd::<LESS>(cast(x), cast(pivot));
            let mask = self.avx._mm256_movemask_pd(is_below) as usize % 16;
            let chosen = |mask: usize| {
                cast(self.avx2._mm256_permutevar8x32_epi32(cast(x), cast(CHOSEN[mask])))
            };
            (chosen(mask), mask.count_ones() as usize, chosen(15 - mask))
        }
    }

    impl Partition for V4 {
        #[inline(always)]
        fn partition(self, x: f64x8, pivot: f64x8) -> (f64x8, usize, f64x8) {
            let mask = self.avx512f._mm512_cmp_pd_mask::<LESS>(cast(x), cast(pivot));
            let below = self.avx512f._mm512_maskz_compress_pd(mask, cast(x));
            let others = self.avx512f._mm512_maskz_compress_pd(!mask, cast(x));
            (cast(below), mask.count_ones() as usize, cast(others))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::simd::{Isa, Kernel, Level, dispatch_at};

    /// Numbers below a pivot and the others, vector by vector.
    struct Apart<'a>(&'a [f64], f64);

    impl Kernel for Apart<'_> {
        type Output = (Vec<f64>, Vec<f64>);

        fn run<S: Isa>(self, isa: S) -> (Vec<f64>, Vec<f64>) {
            let (mut below, mut others) = (Vec::new(), Vec::new());
            for x in S::as_simd_f64s(self.0).0 {
                let (first, n_first, second) = isa.partition(*x, isa.splat_f64s(self.1));
                below.extend(&pulp::bytemuck::cast_slice::<_, f64>(&[first])[..n_first]);
                let n_second = S::F64_LANES - n_first;
                others.extend(&pulp::bytemuck::cast_slice::<_, f64>(&[second])[..n_second]);
            }
            (below, others)
        }
    }

    #[test]
    fn all_patterns_of_eight_lanes_are_told_apart() {
        for pattern in 0..256_u32 {
            let x: Vec<f64> = (0..8)
                .map(|lane| {
                    if pattern >> lane & 1 == 1 { -1.0 - f64::from(lane) } else { f64::from(lane) }
                })
                .collect();
            let expected: (Vec<f64>, Vec<f64>) = x.iter().partition(|x| **x < 0.0);
            for level in Level::available() {
                assert_eq!(dispatch_at(level, Apart(&x, 0.0)), expected, "{level}, {pattern:b}");
            }
        }
    }

    #[test]
    fn the_pivot_itself_and_what_is_no_number_are_not_below() {
        let x = [1.0, f64::NAN, 0.5, 1.0, -0.0, 2.0, f64::NEG_INFINITY, f64::INFINITY];
        for level in Level::available() {
            let (below, others) = dispatch_at(level, Apart(&x, 1.0));
            assert_eq!(below, [0.5, -0.0, f64::NEG_INFINITY], "{level}");
            assert_eq!(others.len(), 5, "{level}");
        }
    }
}
