//! Exact laws of two-sample statistics: uniformly random lattice paths.
//!
//! Merging samples of sizes `n` and `m` draws a path from `(0, 0)` to `(n, m)`, a step right for a
//! value of the first and a step up for one of the second; under the hypothesis all paths are
//! equally probable. A random path to `(i, j)` came from `(i - 1, j)` with probability
//! `i / (i + j)`, so that the probability `c(i, j)` of an event that happened on the way obeys
//!
//! ```text
//! c(i, j) = i / (i + j) c(i - 1, j) + j / (i + j) c(i, j - 1)
//! ```
//!
//! Only positive numbers are added: small probabilities keep their relative accuracy, and nothing
//! overflows. Points inside a run of tied values are not looked at, so that the law is the one given
//! the ties.

/// Which points `(i, j)` count as touched: `i m - j n >= plus` or `j n - i m >= minus`, where given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edges {
    pub(crate) plus: Option<u64>,
    pub(crate) minus: Option<u64>,
}

/// Probability that a random path touches an edge at a point that ends a run of ties.
///
/// # Arguments
/// * `ends`: whether a run of tied values ends after the first `s` values, at index `s`, `[n + m + 1]`
///
/// # Source
/// Hodges, "The significance probability of the Smirnov two-sample test", Arkiv för Matematik 3,
/// 1958; the recursion for what has been touched is that of Viehmann, arXiv:2102.08037, 2021.
pub(crate) fn touch_probability(n: usize, m: usize, edges: Edges, ends: &[bool]) -> f64 {
    let total = n + m;
    let index: Vec<f64> = (0..=n + 1).map(|i| i as f64).collect();
    // Entry i + 1 belongs to i. Within the active range low..=high a path may be untouched; all
    // other points are touched.
    let (mut old, mut new) = (vec![1.0; n + 3], vec![1.0; n + 3]);
    let (mut low, mut high) = (0_usize, 0_usize);
    old[1] = 0.0;
    for s in 1..=total {
        let (from, to) = (low.max(s.saturating_sub(m)), (high + 1).min(n).min(s));
        if from > to {
            return 1.0;
        }
        let (size, inverse) = (s as f64, 1.0 / s as f64);
        let (before, here) = (&old[from..=to], &old[from + 1..=to + 1]);
        let target = &mut new[from + 1..=to + 1];
        for (((out, i), a), b) in target.iter_mut().zip(&index[from..=to]).zip(before).zip(here) {
            *out = (i * a + (size - i) * b) * inverse;
        }
        (low, high) = (from, to);
        if ends[s] {
            match edges.untouched(n, m, s, low, high) {
                Some(range) => (low, high) = range,
                None => return 1.0,
            }
        }
        new[low] = 1.0;
        new[high + 2] = 1.0;
        std::mem::swap(&mut old, &mut new);
    }
    old[n + 1].min(1.0)
}

impl Edges {
    /// The part of `low..=high` that touches no edge on the diagonal `i + j = s`, where
    /// `i m - j n = i (n + m) - s n`.
    fn untouched(
        self,
        n: usize,
        m: usize,
        s: usize,
        low: usize,
        high: usize,
    ) -> Option<(usize, usize)> {
        let (total, shift) = ((n + m) as i128, s as i128 * n as i128);
        let mut range = (low as i128, high as i128);
        if let Some(plus) = self.plus {
            range.1 = range.1.min((shift + i128::from(plus) - 1).div_euclid(total));
        }
        if let Some(minus) = self.minus {
            range.0 = range.0.max((shift - i128::from(minus)).div_euclid(total) + 1);
        }
        (range.0 <= range.1).then_some((range.0 as usize, range.1 as usize))
    }
}

/// Probability that `sum_s t_s (i a - j b)^2 >= threshold` over the points `(i, j)` of a random path
/// that end a run of ties, `t_s` the length of the run, `a = m / g`, `b = n / g`, `g` the greatest
/// common divisor of `n` and `m`.
///
/// The law of the sum so far is kept for every point, as far as it is below the threshold.
///
/// # Source
/// Xiao, Gordon & Yakovlev, "A C++ program for the Cramér-von Mises two-sample test", J. Stat.
/// Softw. 17(8), 2007, for the recursion.
pub(crate) fn square_sum_probability(n: usize, m: usize, threshold: usize, ends: &[bool]) -> f64 {
    let g = gcd(n, m);
    let (a, b) = (m / g, n / g);
    let empty = Sums { below: vec![0.0; threshold], reached: 0.0 };
    let mut old: Vec<Sums> = vec![empty.clone(); n + 1];
    let mut new = vec![empty; n + 1];
    match old[0].below.first_mut() {
        Some(zero) => *zero = 1.0,
        None => return 1.0,
    }
    let mut run = 0;
    for s in 1..=n + m {
        run += 1;
        for i in s.saturating_sub(m)..=s.min(n) {
            let distance = (i * a).abs_diff((s - i) * b);
            let step = if ends[s] { run * distance * distance } else { 0 };
            let right = if i > 0 { i as f64 / s as f64 } else { 0.0 };
            let up = if s - i > 0 { (s - i) as f64 / s as f64 } else { 0.0 };
            let parts = [(right, &old[i.saturating_sub(1)]), (up, &old[i])];
            new[i].collect(parts, step.min(threshold));
        }
        if ends[s] {
            run = 0;
        }
        std::mem::swap(&mut old, &mut new);
    }
    old[n].reached.min(1.0)
}

/// The law of a sum: probabilities of its values below the threshold, and of the rest.
#[derive(Clone)]
struct Sums {
    below: Vec<f64>,
    reached: f64,
}

impl Sums {
    /// The mixture of two laws with weights, shifted up by `step`.
    fn collect(&mut self, parts: [(f64, &Sums); 2], step: usize) {
        let [(p, first), (q, second)] = parts;
        let threshold = self.below.len();
        let kept = threshold - step;
        self.below[..step].fill(0.0);
        let sources = first.below[..kept].iter().zip(&second.below[..kept]);
        for (out, (x, y)) in self.below[step..].iter_mut().zip(sources) {
            *out = p * x + q * y;
        }
        let beyond = first.below[kept..].iter().zip(&second.below[kept..]);
        let passed = beyond.fold(0.0, |sum, (x, y)| sum + (p * x + q * y));
        self.reached = p * first.reached + q * second.reached + passed;
    }
}

/// The greatest common divisor of two numbers that are not both zero.
pub(crate) fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every path of `n` steps right and `m` up, with a run of ties ending after each `s` of `ends`.
    fn share_of_paths(
        n: usize,
        m: usize,
        ends: &[bool],
        event: impl Fn(&[(usize, usize)]) -> bool,
    ) -> f64 {
        let (mut seen, mut total) = (0_u32, 0_u32);
        for word in 0_u32..1 << (n + m) {
            if word.count_ones() as usize != n {
                continue;
            }
            let (mut i, mut points) = (0, Vec::new());
            for s in 1..=n + m {
                i += (word >> (s - 1) & 1) as usize;
                if ends[s] {
                    points.push((i, s - i));
                }
            }
            total += 1;
            seen += u32::from(event(&points));
        }
        f64::from(seen) / f64::from(total)
    }

    fn patterns(total: usize) -> Vec<Vec<bool>> {
        let every = vec![true; total + 1];
        let some = (0..=total).map(|s| s == total || s % 3 != 1).collect();
        let few = (0..=total).map(|s| s == total || s % 4 == 0).collect();
        vec![every, some, few]
    }

    #[test]
    fn touching_paths_are_counted() {
        for (n, m) in [(1, 1), (3, 4), (5, 5), (6, 4), (2, 9)] {
            for ends in patterns(n + m) {
                for q in 1..=(n * m) as u64 {
                    for (plus, minus) in [(true, true), (true, false), (false, true)] {
                        let edges = Edges { plus: plus.then_some(q), minus: minus.then_some(q) };
                        let counted = share_of_paths(n, m, &ends, |points| {
                            points.iter().any(|(i, j)| {
                                let gap = (i * m) as i64 - (j * n) as i64;
                                plus && gap >= q as i64 || minus && -gap >= q as i64
                            })
                        });
                        let value = touch_probability(n, m, edges, &ends);
                        assert!((value - counted).abs() < 1e-15, "{n} {m} {q}: {value} {counted}");
                    }
                }
            }
        }
    }

    #[test]
    fn sums_of_squares_are_counted() {
        for (n, m) in [(1, 1), (3, 4), (5, 5), (6, 4)] {
            let (a, b) = (m / gcd(n, m), n / gcd(n, m));
            for ends in patterns(n + m) {
                for threshold in [0, 1, 2, 5, 17, 40, 100, 400] {
                    let counted = share_of_paths(n, m, &ends, |points| {
                        let (mut last, mut sum) = (0, 0);
                        for (i, j) in points {
                            sum += (i + j - last) * (i * a).abs_diff(j * b).pow(2);
                            last = i + j;
                        }
                        sum >= threshold
                    });
                    let value = square_sum_probability(n, m, threshold, &ends);
                    assert!(
                        (value - counted).abs() < 1e-15,
                        "{n} {m} {threshold}: {value} {counted}"
                    );
                }
            }
        }
    }

    #[test]
    fn far_tails_keep_their_relative_accuracy() {
        // Only the two extreme paths separate the samples completely: 2 / C(2n, n).
        let n = 200;
        let edges = Edges { plus: Some((n * n) as u64), minus: Some((n * n) as u64) };
        let value = touch_probability(n, n, edges, &vec![true; 2 * n + 1]);
        let exact = (1..=n).fold(2.0, |p, k| p * k as f64 / (n + k) as f64);
        assert!((value / exact - 1.0).abs() < 1e-12, "{value} against {exact}");
    }
}
