//! Two samples and the distances between their empirical distribution functions.
//!
//! ```text
//! D+ = max_t (F_n(t) - G_m(t)),   D- = max_t (G_m(t) - F_n(t)),   D = max(D+, D-),   V = D+ + D-
//! T  = (n m / N^2) sum_t (F_n(t) - G_m(t))^2,   t over all N = n + m values
//! ```
//!
//! With `i` and `j` values of the samples up to `t`, `F_n - G_m = (i m - j n) / (n m)`: everything is
//! computed in integers, and tied values are passed together.

use crate::goodness::lattice::gcd;
use crate::sample::check::{SampleError, finite, sorted};

/// Number of parts that are merged side by side: each is a chain of dependent loads.
const PARTS: usize = 4;

/// Two sorted samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    x: Vec<f64>,
    y: Vec<f64>,
}

/// The one-sided distances as numerators over `n m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gaps {
    /// `n m D+`.
    pub plus: u64,
    /// `n m D-`.
    pub minus: u64,
}

impl Pair {
    /// The pair of the samples `x` `[n]` and `y` `[m]`, in any order and with any ties.
    ///
    /// # Errors
    /// If a sample is empty or a value is not finite.
    pub fn new(x: &[f64], y: &[f64]) -> Result<Pair, SampleError> {
        finite(x, 1)?;
        finite(y, 1)?;
        Ok(Pair { x: sorted(x), y: sorted(y) })
    }

    /// Sizes `(n, m)` of the samples.
    #[must_use]
    pub fn sizes(&self) -> (usize, usize) {
        (self.x.len(), self.y.len())
    }

    /// `n m D+` and `n m D-`, exactly.
    #[must_use]
    pub fn gaps(&self) -> Gaps {
        let (x, y) = (self.x.as_slice(), self.y.as_slice());
        let cuts: [(usize, usize); PARTS + 1] = std::array::from_fn(|k| match k {
            0 => (0, 0),
            PARTS => (x.len(), y.len()),
            _ => {
                let value = x[k * x.len() / PARTS];
                (x.partition_point(|v| *v < value), y.partition_point(|v| *v < value))
            }
        });
        let mut parts: [Part; PARTS] = std::array::from_fn(|k| Part::new(cuts[k], cuts[k + 1]));
        loop {
            let shortest = parts.iter().map(Part::remaining).min().unwrap_or(0);
            if shortest < 32 {
                break;
            }
            // One step passes one value or two.
            for _ in 0..shortest / 2 {
                for part in &mut parts {
                    part.step(x, y);
                }
            }
        }
        for part in &mut parts {
            while part.remaining() > 0 {
                part.step(x, y);
            }
        }
        let largest = parts.iter().map(|part| part.largest).max().unwrap_or(0);
        let smallest = parts.iter().map(|part| part.smallest).min().unwrap_or(0);
        Gaps { plus: largest as u64, minus: smallest.unsigned_abs() }
    }

    /// Whether a run of tied values ends after the first `s` of all values, at index `s`, `[N + 1]`.
    pub(crate) fn ends(&self) -> Vec<bool> {
        let mut ends = vec![false; self.x.len() + self.y.len() + 1];
        ends[0] = true;
        self.visit(|i, j, _| ends[i + j] = true);
        ends
    }

    /// `sum_t (i a - j b)^2`, `a = m / g`, `b = n / g`, `g` the greatest common divisor.
    pub(crate) fn square_sum(&self) -> u128 {
        let (n, m) = self.sizes();
        let g = gcd(n, m);
        let mut sum = 0;
        self.visit(|i, j, run| {
            let distance = (i * (m / g)).abs_diff(j * (n / g)) as u128;
            sum += run as u128 * distance * distance;
        });
        sum
    }

    /// The two-sample statistic `T` of Cramér and von Mises.
    ///
    /// # Source
    /// Anderson, "On the distribution of the two-sample Cramér-von Mises criterion", Ann. Math.
    /// Statist. 33, 1962.
    #[must_use]
    pub fn cramer_von_mises_statistic(&self) -> f64 {
        let (n, m) = self.sizes();
        let g = gcd(n, m) as f64;
        let (n, m) = (n as f64, m as f64);
        let total = n + m;
        self.square_sum() as f64 * (g / n) * (g / m) / (total * total)
    }

    /// Calls `f(i, j, run)` after every run of tied values: `i` and `j` values of the samples have
    /// been passed, the last `run` of them equal.
    fn visit(&self, mut f: impl FnMut(usize, usize, usize)) {
        let (x, y) = (self.x.as_slice(), self.y.as_slice());
        let (mut i, mut j) = (0, 0);
        while i < x.len() || j < y.len() {
            let value = at(x, i).min(at(y, j));
            let before = i + j;
            while i < x.len() && x[i] <= value {
                i += 1;
            }
            while j < y.len() && y[j] <= value {
                j += 1;
            }
            f(i, j, i + j - before);
        }
    }
}

/// A part of the merge, which begins and ends between runs of ties.
struct Part {
    i: usize,
    j: usize,
    end: usize,
    last: f64,
    largest: i64,
    smallest: i64,
}

impl Part {
    fn new(from: (usize, usize), to: (usize, usize)) -> Part {
        let end = to.0 + to.1;
        Part { i: from.0, j: from.1, end, last: f64::NEG_INFINITY, largest: 0, smallest: 0 }
    }

    fn remaining(&self) -> usize {
        self.end - self.i - self.j
    }

    /// Passes the smallest value that is left, once in each sample that has it. The gap before
    /// counts if it does not lie inside a run of ties.
    #[inline]
    fn step(&mut self, x: &[f64], y: &[f64]) {
        let (a, b) = (at(x, self.i), at(y, self.j));
        let value = if a < b { a } else { b };
        let gap = (self.i * y.len()) as i64 - (self.j * x.len()) as i64;
        let counted = gap & -i64::from(value > self.last);
        self.largest = self.largest.max(counted);
        self.smallest = self.smallest.min(counted);
        self.last = value;
        self.i += usize::from(a <= value);
        self.j += usize::from(b <= value);
    }
}

/// The value at `index`, infinite beyond the end.
#[inline]
fn at(values: &[f64], index: usize) -> f64 {
    if index < values.len() { values[index] } else { f64::INFINITY }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;

    /// The definition, at every value of either sample.
    fn by_definition(x: &[f64], y: &[f64]) -> (Gaps, f64) {
        let (n, m) = (x.len(), y.len());
        let (mut gaps, mut squares) = (Gaps { plus: 0, minus: 0 }, 0.0);
        for t in x.iter().chain(y) {
            let count = |z: &[f64]| z.iter().filter(|v| *v <= t).count();
            let gap = (count(x) * m) as i64 - (count(y) * n) as i64;
            gaps.plus = gaps.plus.max(gap.max(0) as u64);
            gaps.minus = gaps.minus.max((-gap).max(0) as u64);
            squares += (gap as f64 / (n * m) as f64) * (gap as f64 / (n * m) as f64);
        }
        let total = (n + m) as f64;
        (gaps, squares * (n * m) as f64 / (total * total))
    }

    #[test]
    fn distances_are_those_of_the_definition_with_and_without_ties() {
        for chain in 0..300 {
            let mut stream = Stream::new(StreamKey(61), chain, Purpose::Bootstrap);
            let (n, m) = (1 + stream.index(300), 1 + stream.index(300));
            // Few or many distinct values.
            let values = [2, 5, 40, 1_000_000][stream.index(4)];
            let mut draw = |n: usize| -> Vec<f64> {
                (0..n).map(|_| stream.index(values) as f64 - 3.0).collect()
            };
            let (x, y) = (draw(n), draw(m));
            let pair = Pair::new(&x, &y).unwrap();
            let (gaps, t) = by_definition(&x, &y);
            assert_eq!(pair.gaps(), gaps, "chain {chain}: {n} and {m}");
            assert!((pair.cramer_von_mises_statistic() - t).abs() <= 1e-12 * t.max(1.0));
        }
    }

    #[test]
    fn zeros_of_either_sign_are_tied() {
        let pair = Pair::new(&[0.0, -0.0], &[-0.0, 0.0]).unwrap();
        assert_eq!(pair.gaps(), Gaps { plus: 0, minus: 0 });
        assert_eq!(pair.ends(), [true, false, false, false, true]);
    }

    #[test]
    fn separated_samples_are_one_apart() {
        let pair = Pair::new(&[1.0, 2.0], &[3.0, 4.0, 5.0]).unwrap();
        assert_eq!(pair.gaps(), Gaps { plus: 6, minus: 0 });
        let subnormal = Pair::new(&[0.0], &[f64::from_bits(1)]).unwrap();
        assert_eq!(subnormal.gaps(), Gaps { plus: 1, minus: 0 });
    }

    #[test]
    fn broken_samples_are_named() {
        assert_eq!(Pair::new(&[], &[1.0]), Err(SampleError::TooFew { n: 0, needed: 1 }));
        assert!(Pair::new(&[1.0], &[f64::INFINITY]).is_err());
    }
}
