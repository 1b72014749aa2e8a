//! Eight numbers at a time, whatever the width of the vectors: rows of matrices and sums over them.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use pulp::{Scalar, Simd};

/// Operations on eight numbers, each exact or correctly rounded, sums in a fixed order.
pub trait Eights: Simd {
    /// Eight numbers, whatever the width of the vectors.
    type Eight: Copy;

    /// Eight times the same number.
    fn splat_eight(self, value: f64) -> Self::Eight;

    /// Reads eight numbers.
    fn load_eight(self, from: &[f64; 8]) -> Self::Eight;

    /// Writes eight numbers.
    fn store_eight(self, a: Self::Eight, to: &mut [f64; 8]);

    /// `a + b`
    fn add_eight(self, a: Self::Eight, b: Self::Eight) -> Self::Eight;

    /// `a b`
    fn mul_eight(self, a: Self::Eight, b: Self::Eight) -> Self::Eight;

    /// `a b + c`, rounded once.
    fn mul_add_eight(self, a: Self::Eight, b: Self::Eight, c: Self::Eight) -> Self::Eight;

    /// The sum of eight numbers, in the order `((0+4) + (2+6)) + ((1+5) + (3+7))`.
    fn sum_of_eight(self, a: Self::Eight) -> f64;

    /// Eight times [`Eights::sum_of_eight`].
    fn splat_sum_of_eight(self, a: Self::Eight) -> Self::Eight;

    /// The sums of each of eight times eight numbers, in the order of [`Eights::sum_of_eight`].
    fn sums_of_eight(self, rows: [Self::Eight; 8]) -> [f64; 8];

    /// Eight rows of four numbers as columns.
    fn columns_of_four(self, rows: [&[f64; 4]; 8]) -> [Self::Eight; 4];

    /// Eight rows of eight numbers as columns.
    fn transpose_eight(self, rows: [Self::Eight; 8]) -> [Self::Eight; 8];
}

impl Eights for Scalar {
    type Eight = [f64; 8];

    #[inline(always)]
    fn splat_eight(self, value: f64) -> [f64; 8] {
        [value; 8]
    }

    #[inline(always)]
    fn load_eight(self, from: &[f64; 8]) -> [f64; 8] {
        *from
    }

    #[inline(always)]
    fn store_eight(self, a: [f64; 8], to: &mut [f64; 8]) {
        *to = a;
    }

    #[inline(always)]
    fn add_eight(self, mut a: [f64; 8], b: [f64; 8]) -> [f64; 8] {
        for i in 0..8 {
            a[i] += b[i];
        }
        a
    }

    #[inline(always)]
    fn mul_eight(self, mut a: [f64; 8], b: [f64; 8]) -> [f64; 8] {
        for i in 0..8 {
            a[i] *= b[i];
        }
        a
    }

    #[inline(always)]
    fn mul_add_eight(self, mut a: [f64; 8], b: [f64; 8], c: [f64; 8]) -> [f64; 8] {
        for i in 0..8 {
            a[i] = self.mul_add_f64s(a[i], b[i], c[i]);
        }
        a
    }

    #[inline(always)]
    fn sum_of_eight(self, [p0, p1, p2, p3, p4, p5, p6, p7]: [f64; 8]) -> f64 {
        ((p0 + p4) + (p2 + p6)) + ((p1 + p5) + (p3 + p7))
    }

    #[inline(always)]
    fn splat_sum_of_eight(self, a: [f64; 8]) -> [f64; 8] {
        [self.sum_of_eight(a); 8]
    }

    #[inline(always)]
    fn sums_of_eight(self, rows: [[f64; 8]; 8]) -> [f64; 8] {
        rows.map(|row| self.sum_of_eight(row))
    }

    #[inline(always)]
    fn columns_of_four(self, rows: [&[f64; 4]; 8]) -> [[f64; 8]; 4] {
        [0, 1, 2, 3].map(|j: usize| rows.map(|row| row[j]))
    }

    #[inline(always)]
    fn transpose_eight(self, rows: [[f64; 8]; 8]) -> [[f64; 8]; 8] {
        let mut columns = rows;
        for i in 0..8 {
            for j in 0..8 {
                columns[j][i] = rows[i][j];
            }
        }
        columns
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use pulp::Simd as _;
    use pulp::x86::{V3, V4};
    use pulp::{cast, f64x4, f64x8};

    use crate::simd::eights::Eights;

    impl Eights for V3 {
        type Eight = [f64x4; 2];

        #[inline(always)]
        fn splat_eight(self, value: f64) -> [f64x4; 2] {
            [self.splat_f64s(value); 2]
        }

        #[inline(always)]
        fn load_eight(self, from: &[f64; 8]) -> [f64x4; 2] {
            let halves = from.as_chunks::<4>().0;
            [cast(halves[0]), cast(halves[1])]
        }

        #[inline(always)]
        fn store_eight(self, a: [f64x4; 2], to: &mut [f64; 8]) {
            let halves = to.as_chunks_mut::<4>().0;
            (halves[0], halves[1]) = (cast(a[0]), cast(a[1]));
        }

        #[inline(always)]
        fn add_eight(self, a: [f64x4; 2], b: [f64x4; 2]) -> [f64x4; 2] {
            [self.add_f64s(a[0], b[0]), self.add_f64s(a[1], b[1])]
        }

        #[inline(always)]
        fn mul_eight(self, a: [f64x4; 2], b: [f64x4; 2]) -> [f64x4; 2] {
            [self.mul_f64s(a[0], b[0]), self.mul_f64s(a[1], b[1])]
        }

        #[inline(always)]
        fn mul_add_eight(self, a: [f64x4; 2], b: [f64x4; 2], c: [f64x4; 2]) -> [f64x4; 2] {
            [self.mul_add_f64s(a[0], b[0], c[0]), self.mul_add_f64s(a[1], b[1], c[1])]
        }

        #[inline(always)]
        fn sum_of_eight(self, a: [f64x4; 2]) -> f64 {
            sum_of_four(self, self.add_f64s(a[0], a[1]))
        }

        #[inline(always)]
        fn splat_sum_of_eight(self, a: [f64x4; 2]) -> [f64x4; 2] {
            let four = cast(self.add_f64s(a[0], a[1]));
            let swapped = self.avx._mm256_permute2f128_pd::<0x01>(four, four);
            let two = self.avx._mm256_add_pd(four, swapped);
            let swapped = self.avx._mm256_permute_pd::<0b0101>(two);
            [cast(self.avx._mm256_add_pd(two, swapped)); 2]
        }

        #[inline(always)]
        fn sums_of_eight(self, rows: [[f64x4; 2]; 8]) -> [f64; 8] {
            let sum = |row: [f64x4; 2]| self.add_f64s(row[0], row[1]);
            // Rows a and b to 04+26, 15+37 of a, then of b.
            let fold = |a: f64x4, b: f64x4| {
                let low = self.avx._mm256_permute2f128_pd::<0x20>(cast(a), cast(b));
                let high = self.avx._mm256_permute2f128_pd::<0x31>(cast(a), cast(b));
                self.avx._mm256_add_pd(low, high)
            };
            let four = |a: f64x4, b: f64x4, c: f64x4, d: f64x4| {
                let (even, odd) = (fold(a, c), fold(b, d));
                let low = self.avx._mm256_unpacklo_pd(even, odd);
                let high = self.avx._mm256_unpackhi_pd(even, odd);
                cast::<_, [f64; 4]>(self.avx._mm256_add_pd(low, high))
            };
            let [a, b, c, d, e, f, g, h] = rows;
            let [s0, s1, s2, s3] = four(sum(a), sum(b), sum(c), sum(d));
            let [s4, s5, s6, s7] = four(sum(e), sum(f), sum(g), sum(h));
            [s0, s1, s2, s3, s4, s5, s6, s7]
        }

        #[inline(always)]
        fn columns_of_four(self, rows: [&[f64; 4]; 8]) -> [[f64x4; 2]; 4] {
            let [a, b, c, d, e, f, g, h] = rows.map(|row| cast::<_, f64x4>(*row));
            let [p0, p1, p2, p3] = transpose_four(self, [a, b, c, d]);
            let [q0, q1, q2, q3] = transpose_four(self, [e, f, g, h]);
            [[p0, q0], [p1, q1], [p2, q2], [p3, q3]]
        }

        #[inline(always)]
        fn transpose_eight(self, rows: [[f64x4; 2]; 8]) -> [[f64x4; 2]; 8] {
            let [a, b, c, d, e, f, g, h] = rows;
            let [p0, p1, p2, p3] = transpose_four(self, [a[0], b[0], c[0], d[0]]);
            let [q0, q1, q2, q3] = transpose_four(self, [e[0], f[0], g[0], h[0]]);
            let [p4, p5, p6, p7] = transpose_four(self, [a[1], b[1], c[1], d[1]]);
            let [q4, q5, q6, q7] = transpose_four(self, [e[1], f[1], g[1], h[1]]);
            [[p0, q0], [p1, q1], [p2, q2], [p3, q3], [p4, q4], [p5, q5], [p6, q6], [p7, q7]]
        }
    }

    #[inline(always)]
    fn transpose_four(isa: V3, rows: [f64x4; 4]) -> [f64x4; 4] {
        let [a, b, c, d] = rows.map(cast);
        let (even_ab, odd_ab) =
            (isa.avx._mm256_unpacklo_pd(a, b), isa.avx._mm256_unpackhi_pd(a, b));
        let (even_cd, odd_cd) =
            (isa.avx._mm256_unpacklo_pd(c, d), isa.avx._mm256_unpackhi_pd(c, d));
        [
            cast(isa.avx._mm256_permute2f128_pd::<0x20>(even_ab, even_cd)),
            cast(isa.avx._mm256_permute2f128_pd::<0x20>(odd_ab, odd_cd)),
            cast(isa.avx._mm256_permute2f128_pd::<0x31>(even_ab, even_cd)),
            cast(isa.avx._mm256_permute2f128_pd::<0x31>(odd_ab, odd_cd)),
        ]
    }

    /// `(p0 + p2) + (p1 + p3)`
    #[inline(always)]
    fn sum_of_four(isa: V3, p: f64x4) -> f64 {
        let high = isa.avx._mm256_extractf128_pd::<1>(cast(p));
        let low = isa.avx._mm256_castpd256_pd128(cast(p));
        let two = isa.sse2._mm_add_pd(low, high);
        let [even, odd]: [f64; 2] = cast(two);
        even + odd
    }

    impl Eights for V4 {
        type Eight = f64x8;

        #[inline(always)]
        fn splat_eight(self, value: f64) -> f64x8 {
            self.splat_f64s(value)
        }

        #[inline(always)]
        fn load_eight(self, from: &[f64; 8]) -> f64x8 {
            cast(*from)
        }

        #[inline(always)]
        fn store_eight(self, a: f64x8, to: &mut [f64; 8]) {
            *to = cast(a);
        }

        #[inline(always)]
        fn add_eight(self, a: f64x8, b: f64x8) -> f64x8 {
            self.add_f64s(a, b)
        }

        #[inline(always)]
        fn mul_eight(self, a: f64x8, b: f64x8) -> f64x8 {
            self.mul_f64s(a, b)
        }

        #[inline(always)]
        fn mul_add_eight(self, a: f64x8, b: f64x8, c: f64x8) -> f64x8 {
            self.mul_add_f64s(a, b, c)
        }

        #[inline(always)]
        fn sum_of_eight(self, a: f64x8) -> f64 {
            let high = self.avx512f._mm512_extractf64x4_pd::<1>(cast(a));
            let low = self.avx512f._mm512_castpd512_pd256(cast(a));
            sum_of_four(*self, cast(self.avx._mm256_add_pd(low, high)))
        }

        #[inline(always)]
        fn splat_sum_of_eight(self, a: f64x8) -> f64x8 {
            let a = cast(a);
            let swapped = self.avx512f._mm512_shuffle_f64x2::<0x4e>(a, a);
            let four = self.avx512f._mm512_add_pd(a, swapped);
            let swapped = self.avx512f._mm512_shuffle_f64x2::<0xb1>(four, four);
            let two = self.avx512f._mm512_add_pd(four, swapped);
            let swapped = self.avx512f._mm512_permute_pd::<0x55>(two);
            cast(self.avx512f._mm512_add_pd(two, swapped))
        }

        #[inline(always)]
        fn sums_of_eight(self, rows: [f64x8; 8]) -> [f64; 8] {
            let rows = rows.map(cast);
            // The lower halves of both plus their upper halves; then the same within halves.
            let fold = |a, b| {
                let low = self.avx512f._mm512_shuffle_f64x2::<0x44>(a, b);
                let high = self.avx512f._mm512_shuffle_f64x2::<0xee>(a, b);
                self.avx512f._mm512_add_pd(low, high)
            };
            let fold_quarters = |a, b| {
                let low = self.avx512f._mm512_shuffle_f64x2::<0x88>(a, b);
                let high = self.avx512f._mm512_shuffle_f64x2::<0xdd>(a, b);
                self.avx512f._mm512_add_pd(low, high)
            };
            let even = fold_quarters(fold(rows[0], rows[2]), fold(rows[4], rows[6]));
            let odd = fold_quarters(fold(rows[1], rows[3]), fold(rows[5], rows[7]));
            let low = self.avx512f._mm512_unpacklo_pd(even, odd);
            let high = self.avx512f._mm512_unpackhi_pd(even, odd);
            cast(self.avx512f._mm512_add_pd(low, high))
        }

        #[inline(always)]
        fn columns_of_four(self, rows: [&[f64; 4]; 8]) -> [f64x8; 4] {
            let [a, b, c, d, e, f, g, h] = rows;
            // A load into the upper half is no shuffle.
            let join = |low: &[f64; 4], high: &[f64; 4]| {
                let low = self.avx512f._mm512_castpd256_pd512(cast(*low));
                self.avx512f._mm512_insertf64x4::<1>(low, cast(*high))
            };
            let (ac, bd, eg, fh) = (join(a, c), join(b, d), join(e, g), join(f, h));
            let even = |a, b| self.avx512f._mm512_unpacklo_pd(a, b);
            let odd = |a, b| self.avx512f._mm512_unpackhi_pd(a, b);
            // Quarters 0 and 2, or 1 and 3, of both.
            let first = |a, b| cast(self.avx512f._mm512_shuffle_f64x2::<0x88>(a, b));
            let second = |a, b| cast(self.avx512f._mm512_shuffle_f64x2::<0xdd>(a, b));
            let (p, q) = (even(ac, bd), even(eg, fh));
            let (r, s) = (odd(ac, bd), odd(eg, fh));
            [first(p, q), first(r, s), second(p, q), second(r, s)]
        }

        #[inline(always)]
        fn transpose_eight(self, rows: [f64x8; 8]) -> [f64x8; 8] {
            let [a, b, c, d, e, f, g, h] = rows.map(cast);
            let even = |a, b| self.avx512f._mm512_unpacklo_pd(a, b);
            let odd = |a, b| self.avx512f._mm512_unpackhi_pd(a, b);
            // Quarters 0 and 2, or 1 and 3, of both.
            let first = |a, b| self.avx512f._mm512_shuffle_f64x2::<0x88>(a, b);
            let second = |a, b| self.avx512f._mm512_shuffle_f64x2::<0xdd>(a, b);
            let four = |ab, cd, ef, gh| {
                let (p, q) = (first(ab, cd), second(ab, cd));
                let (r, s) = (first(ef, gh), second(ef, gh));
                [first(p, r), first(q, s), second(p, r), second(q, s)].map(cast::<_, f64x8>)
            };
            let [c0, c2, c4, c6] = four(even(a, b), even(c, d), even(e, f), even(g, h));
            let [c1, c3, c5, c7] = four(odd(a, b), odd(c, d), odd(e, f), odd(g, h));
            [c0, c1, c2, c3, c4, c5, c6, c7]
        }
    }
}

#[cfg(test)]
mod tests;
