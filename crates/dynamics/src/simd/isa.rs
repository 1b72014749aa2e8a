//! The operations that kernels are written in, for each instruction set.
//!
//! A kernel is a generic function of an [`Isa`] and is compiled once for each.
//! Every operation is exact or correctly rounded, the fused multiply-add included, and acts on each
//! lane by itself; the same kernel therefore gives the same bits on every instruction set.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use pulp::{Scalar, Simd};

use crate::simd::eights::Eights;
use crate::simd::parts::Parts;

/// A vector of [`Simd::F64_LANES`] floating-point or integer lanes, with the integer operations
/// that [`pulp`] lacks.
///
/// The scalar set has one lane; where the processor has no fused multiply-add it is computed in
/// software, slowly and with the same result.
pub trait Isa: Simd + Parts + Eights {
    /// Shifts each word left by `n < 64` bits.
    fn shift_left(self, a: Self::u64s, n: u32) -> Self::u64s;

    /// Shifts each word right by `n < 64` bits, filling with zeros.
    fn shift_right(self, a: Self::u64s, n: u32) -> Self::u64s;

    /// The 64-bit product of the low 32 bits of each word.
    fn product_of_low_halves(self, a: Self::u64s, b: Self::u64s) -> Self::u64s;

    /// Rotates each word left by `0 < n < 64` bits.
    #[inline(always)]
    fn rotate(self, a: Self::u64s, n: u32) -> Self::u64s {
        self.or_u64s(self.shift_left(a, n), self.shift_right(a, 64 - n))
    }
}

impl Isa for Scalar {
    #[inline(always)]
    fn shift_left(self, a: u64, n: u32) -> u64 {
        a << n
    }

    #[inline(always)]
    fn shift_right(self, a: u64, n: u32) -> u64 {
        a >> n
    }

    #[inline(always)]
    fn product_of_low_halves(self, a: u64, b: u64) -> u64 {
        (a & 0xffff_ffff) * (b & 0xffff_ffff)
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use pulp::x86::{V3, V4};
    use pulp::{cast, u64x4, u64x8};

    use crate::simd::isa::Isa;

    impl Isa for V3 {
        #[inline(always)]
        fn shift_left(self, a: u64x4, n: u32) -> u64x4 {
            cast(self.avx2._mm256_sllv_epi64(cast(a), self.avx._mm256_set1_epi64x(i64::from(n))))
        }

        #[inline(always)]
        fn shift_right(self, a: u64x4, n: u32) -> u64x4 {
            cast(self.avx2._mm256_srlv_epi64(cast(a), self.avx._mm256_set1_epi64x(i64::from(n))))
        }

        #[inline(always)]
        fn product_of_low_halves(self, a: u64x4, b: u64x4) -> u64x4 {
            cast(self.avx2._mm256_mul_epu32(cast(a), cast(b)))
        }
    }

    impl Isa for V4 {
        #[inline(always)]
        fn shift_left(self, a: u64x8, n: u32) -> u64x8 {
            let n = self.avx512f._mm512_set1_epi64(i64::from(n));
            cast(self.avx512f._mm512_sllv_epi64(cast(a), n))
        }

        #[inline(always)]
        fn shift_right(self, a: u64x8, n: u32) -> u64x8 {
            let n = self.avx512f._mm512_set1_epi64(i64::from(n));
            cast(self.avx512f._mm512_srlv_epi64(cast(a), n))
        }

        #[inline(always)]
        fn product_of_low_halves(self, a: u64x8, b: u64x8) -> u64x8 {
            cast(self.avx512f._mm512_mul_epu32(cast(a), cast(b)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Kernel, Level, dispatch_at};

    /// Both halves of integer products, shifts and rotations of two words.
    struct Integers(u64, u64);

    impl Kernel for Integers {
        type Output = Vec<u64>;

        fn run<S: Isa>(self, isa: S) -> Vec<u64> {
            let (a, b) = (isa.splat_u64s(self.0), isa.splat_u64s(self.1));
            let results = [
                isa.product_of_low_halves(a, b),
                isa.shift_left(a, 17),
                isa.shift_right(b, 33),
                isa.rotate(a, 23),
            ];
            results.map(|words| pulp::bytemuck::cast_slice::<_, u64>(&[words])[0]).to_vec()
        }
    }

    #[test]
    fn integer_operations_are_those_of_words() {
        let (a, b) = (0x0123_4567_89ab_cdef_u64, 0xfedc_ba98_7654_3210_u64);
        let low = 0x89ab_cdef_u64 * 0x7654_3210_u64;
        let expected = vec![low, a << 17, b >> 33, a.rotate_left(23)];
        for level in Level::available() {
            assert_eq!(dispatch_at(level, Integers(a, b)), expected, "{level}");
        }
    }
}
