//! The operations that kernels are written in, for each instruction set.
//!
//! A kernel is a generic function of an [`Isa`] and is compiled once for each.
//! Every operation is exact or correctly rounded, the fused multiply-add included, and acts on each
//! lane by itself; the same kernel therefore gives the same bits on every instruction set.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use pulp::{Scalar, Simd};

/// A vector of [`Simd::F64_LANES`] floating-point or integer lanes, with the integer operations
/// that [`pulp`] lacks.
///
/// The scalar set has one lane; where the processor has no fused multiply-add it is computed in
/// software, slowly and with the same result.
pub trait Isa: Simd {
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
