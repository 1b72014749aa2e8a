//! The parts of floating-point numbers, `a = 2^k m` with `1 ≤ m < 2`, and what is tabulated by `m`.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use pulp::{Scalar, Simd};

/// The bits of a number that hold its significand.
const MANTISSA: u64 = 0x000f_ffff_ffff_ffff;
const ONE: u64 = 1.0_f64.to_bits();

/// Operations on the parts of positive normal numbers; for others the result is any number.
pub trait Parts: Simd {
    /// `k`
    fn exponent(self, a: Self::f64s) -> Self::f64s;

    /// `m`
    fn significand(self, a: Self::f64s) -> Self::f64s;

    /// The entry `floor(8 (m − 1))` of a table: the one that the leading three bits of `m` select.
    fn look_up(self, table: &[f64; 8], a: Self::f64s) -> Self::f64s;
}

impl Parts for Scalar {
    #[inline(always)]
    fn exponent(self, a: f64) -> f64 {
        (a.to_bits() >> 52) as f64 - 1023.0
    }

    #[inline(always)]
    fn significand(self, a: f64) -> f64 {
        f64::from_bits(a.to_bits() & MANTISSA | ONE)
    }

    #[inline(always)]
    fn look_up(self, table: &[f64; 8], a: f64) -> f64 {
        table[(a.to_bits() >> 49) as usize % 8]
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use pulp::x86::{V3, V4};
    use pulp::{Simd as _, cast, f64x4, f64x8};

    use crate::simd::parts::{MANTISSA, ONE, Parts};

    impl Parts for V3 {
        /// An integer below 2⁵² becomes a number by standing in the significand of 2⁵².
        #[inline(always)]
        fn exponent(self, a: f64x4) -> f64x4 {
            const TWO_52: f64 = (1_u64 << 52) as f64;
            let k = self.avx2._mm256_srli_epi64::<52>(cast(a));
            let k = self.or_u64s(cast(k), self.splat_u64s(TWO_52.to_bits()));
            self.sub_f64s(cast(k), self.splat_f64s(TWO_52 + 1023.0))
        }

        #[inline(always)]
        fn significand(self, a: f64x4) -> f64x4 {
            let m = self.and_u64s(cast(a), self.splat_u64s(MANTISSA));
            cast(self.or_u64s(m, self.splat_u64s(ONE)))
        }

        /// Looks up the halves of the entries apart, as one instruction selects among eight numbers
        /// of 32 bits at most.
        #[inline(always)]
        fn look_up(self, table: &[f64; 8], a: f64x4) -> f64x4 {
            let half = |shift: u32| cast(table.map(|entry| (entry.to_bits() >> shift) as u32));
            let indices = self.avx2._mm256_srli_epi32::<17>(cast(a));
            let twice = self.avx2._mm256_shuffle_epi32::<0b11_11_01_01>(indices);
            let upper = self.avx2._mm256_permutevar8x32_epi32(half(32), indices);
            let lower = self.avx2._mm256_permutevar8x32_epi32(half(0), twice);
            cast(self.avx2._mm256_blend_epi32::<0b1010_1010>(lower, upper))
        }
    }

    impl Parts for V4 {
        #[inline(always)]
        fn exponent(self, a: f64x8) -> f64x8 {
            cast(self.avx512f._mm512_getexp_pd(cast(a)))
        }

        #[inline(always)]
        fn significand(self, a: f64x8) -> f64x8 {
            cast(self.avx512f._mm512_getmant_pd::<0, 0>(cast(a)))
        }

        #[inline(always)]
        fn look_up(self, table: &[f64; 8], a: f64x8) -> f64x8 {
            let indices = self.avx512f._mm512_srli_epi64::<49>(cast(a));
            cast(self.avx512f._mm512_permutexvar_pd(indices, cast(*table)))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::simd::{Isa, Kernel, Level, dispatch_at};

    /// Exponents, significands and entries of a table for some numbers.
    struct Split(Vec<f64>);

    impl Kernel for Split {
        type Output = Vec<[f64; 3]>;

        fn run<S: Isa>(self, isa: S) -> Vec<[f64; 3]> {
            let table = [0.1, 1.1, 2.1, 3.1, 4.1, 5.1, 6.1, 7.1];
            let split = |a: &S::f64s| {
                let vectors = [isa.exponent(*a), isa.significand(*a), isa.look_up(&table, *a)];
                let [k, m, entry] = vectors.map(|v| pulp::bytemuck::cast_slice(&[v]).to_vec());
                (0..S::F64_LANES).map(move |i| [k[i], m[i], entry[i]]).collect::<Vec<_>>()
            };
            S::as_simd_f64s(&self.0).0.iter().flat_map(split).collect()
        }
    }

    #[test]
    fn numbers_are_split_alike_on_every_instruction_set() {
        let (mut numbers, mut expected) = (Vec::new(), Vec::new());
        for k in -60..20 {
            for i in 0..8 {
                for within in [0.0, 0.07, 0.125 - f64::EPSILON] {
                    let m = 1.0 + f64::from(i) / 8.0 + within;
                    numbers.push(m * crate::real::pow(2.0, f64::from(k)));
                    expected.push([f64::from(k), m, f64::from(i) + 0.1]);
                }
            }
        }
        for level in Level::available() {
            assert_eq!(dispatch_at(level, Split(numbers.clone())), expected, "{level}");
        }
    }
}
