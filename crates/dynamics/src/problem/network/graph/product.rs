//! Products of matrices whose entries are numbers of eight chains, each chain by itself.
//!
//! ```text
//! Z_ab += sum_k L_ak R_kb,   k in its order
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::problem::network::layer::Row;
use crate::simd::{Isa, Kernel, dispatch};

/// A matrix in memory: the entry of the outer index `a` and the inner index `k` is
/// `rows[a outer + k inner]`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operand<'a> {
    /// The entries.
    pub(crate) rows: &'a [Row],
    /// Distance of neighbours in the index of the result.
    pub(crate) outer: usize,
    /// Distance of neighbours in the index of the sum.
    pub(crate) inner: usize,
}

/// Where the entry `(a, b)` of a product stands: at `rows[a outer + b inner]`.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    /// The entries.
    pub(crate) rows: &'a mut [Row],
    /// Distance of neighbours in `a`.
    pub(crate) outer: usize,
    /// Distance of neighbours in `b`.
    pub(crate) inner: usize,
}

/// `out += left right` for `sizes` entries, each a sum of `n_terms` products.
///
/// Each sum begins with what is in its place and goes through its terms in their order with one
/// fused product a term, so that it does not depend on the instruction set.
pub(crate) fn add_product(
    left: Operand<'_>,
    right: Operand<'_>,
    n_terms: usize,
    sizes: [usize; 2],
    out: Place<'_>,
) {
    dispatch(AddProduct { left, right, n_terms, sizes, out });
}

/// [`add_product`]
struct AddProduct<'a> {
    left: Operand<'a>,
    right: Operand<'a>,
    n_terms: usize,
    sizes: [usize; 2],
    out: Place<'a>,
}

impl Kernel for AddProduct<'_> {
    type Output = ();

    /// As many sums at a time as fit in registers.
    #[inline(always)]
    fn run<S: Isa>(mut self, isa: S) {
        if S::F64_LANES == 8 {
            self.blocks::<S, 4>(isa);
        } else {
            self.blocks::<S, 2>(isa);
        }
    }
}

impl AddProduct<'_> {
    #[inline(always)]
    fn blocks<S: Isa, const T: usize>(&mut self, isa: S) {
        let [n, m] = self.sizes;
        for a in (0..n - n % T).step_by(T) {
            for b in (0..m - m % T).step_by(T) {
                self.block::<S, T, T>(isa, a, b);
            }
            for b in m - m % T..m {
                self.block::<S, T, 1>(isa, a, b);
            }
        }
        for a in n - n % T..n {
            for b in (0..m - m % T).step_by(T) {
                self.block::<S, 1, T>(isa, a, b);
            }
            for b in m - m % T..m {
                self.block::<S, 1, 1>(isa, a, b);
            }
        }
    }

    /// `A` by `B` entries from `(a, b)` on.
    #[inline(always)]
    fn block<S: Isa, const A: usize, const B: usize>(&mut self, isa: S, a: usize, b: usize) {
        let (left, right) = (self.left, self.right);
        let lefts: [&[Row]; A] = std::array::from_fn(|i| &left.rows[(a + i) * left.outer..]);
        let rights: [&[Row]; B] = std::array::from_fn(|i| &right.rows[(b + i) * right.outer..]);
        let place = |i: usize, j: usize| (a + i) * self.out.outer + (b + j) * self.out.inner;
        let mut sums: [[S::Eight; B]; A] = std::array::from_fn(|i| {
            std::array::from_fn(|j| isa.load_eight(&self.out.rows[place(i, j)]))
        });
        for k in 0..self.n_terms {
            let r: [S::Eight; B] =
                std::array::from_fn(|j| isa.load_eight(&rights[j][k * right.inner]));
            for i in 0..A {
                let l = isa.load_eight(&lefts[i][k * left.inner]);
                for j in 0..B {
                    sums[i][j] = isa.mul_add_eight(l, r[j], sums[i][j]);
                }
            }
        }
        for (i, sums) in sums.into_iter().enumerate() {
            for (j, sum) in sums.into_iter().enumerate() {
                isa.store_eight(sum, &mut self.out.rows[place(i, j)]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Odd sizes leave blocks of every kind; strides transpose the factors.
    #[test]
    fn products_are_those_of_matrices() {
        let (n, m, terms) = (7, 6, 5);
        let row = |i: usize| std::array::from_fn(|lane| ((i * 13 + lane * 5) % 17) as f64 - 8.0);
        let left: Vec<Row> = (0..n * terms).map(row).collect();
        let right: Vec<Row> = (7..7 + m * terms).map(row).collect();
        let mut found: Vec<Row> = (3..3 + n * m).map(row).collect();
        let before = found.clone();
        let place = Place { rows: &mut found, outer: 1, inner: n };
        let operands = [
            Operand { rows: &left, outer: terms, inner: 1 },
            Operand { rows: &right, outer: 1, inner: m },
        ];
        add_product(operands[0], operands[1], terms, [n, m], place);
        for a in 0..n {
            for b in 0..m {
                for lane in 0..8 {
                    let terms =
                        (0..terms).map(|k| left[a * terms + k][lane] * right[k * m + b][lane]);
                    let expected = before[a + b * n][lane] + terms.sum::<f64>();
                    assert_eq!(found[a + b * n][lane], expected, "{a} {b} {lane}");
                }
            }
        }
    }
}
