//! Tests that two samples have one law: Kolmogorov-Smirnov, Cramér-von Mises and Kuiper.
//!
//! An exact probability is the one given the ties: all ways of dividing the pooled values into the
//! two samples are equally probable.

use maruyama_dynamics::real;

use crate::goodness::cramer_von_mises::limit_sf;
use crate::goodness::kolmogorov::p_value;
use crate::goodness::kuiper;
use crate::goodness::lattice::{Edges, square_sum_probability, touch_probability};
use crate::goodness::pair::Pair;

/// Largest product of the sizes for which Kolmogorov and Smirnov's law is computed exactly without
/// being asked for; the cost is at most that of as many additions.
const EXACT_PRODUCT: usize = 100_000_000;
/// The same for Cramér and von Mises' law, as the product of both sizes and the integer statistic.
const EXACT_SUMS: u128 = 100_000_000;

/// Which differences count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// `D`: distances of either sign.
    Both,
    /// `D+`: the first distribution function above the second, the first sample's values smaller.
    Above,
    /// `D-`: the first distribution function below the second, the first sample's values larger.
    Below,
}

/// How a probability is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// By counting all divisions of the pooled values, given their ties.
    Exact,
    /// From the limit for large samples, which ignores ties.
    Asymptotic,
}

/// The result of a test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairTest {
    /// The statistic.
    pub statistic: f64,
    /// Probability of a statistic at least as large, if the samples have one law.
    pub p: f64,
    /// How the probability was computed.
    pub method: Method,
}

impl Pair {
    /// The test of Kolmogorov and Smirnov; exact while the product of the sizes is at most 10⁸.
    #[must_use]
    pub fn kolmogorov_smirnov(&self, side: Side) -> PairTest {
        let (n, m) = self.sizes();
        let exact = n.checked_mul(m).is_some_and(|product| product <= EXACT_PRODUCT);
        self.kolmogorov_smirnov_by(side, if exact { Method::Exact } else { Method::Asymptotic })
    }

    /// The same by the given method.
    ///
    /// ```text
    /// Asymptotic, both sides:  P(D_r >= D), one sample of size r = round(n m / (n + m))
    /// Asymptotic, one side:    exp(-2 z^2 - (2 z / 3) (M + 2 m) / sqrt(M m (M + m))),
    ///                          z = sqrt(n m / (n + m)) D,  M >= m the sizes
    /// ```
    ///
    /// # Accuracy
    /// Exact: 1e-11 relative, down to 1e-300; cost `n m` at most.
    ///
    /// # Source
    /// Exact as `goodness::lattice`; one side: Hodges, Arkiv för Matematik 3, 1958, as SciPy.
    #[must_use]
    pub fn kolmogorov_smirnov_by(&self, side: Side, method: Method) -> PairTest {
        let (n, m) = self.sizes();
        let gaps = self.gaps();
        let numerator = match side {
            Side::Both => gaps.plus.max(gaps.minus),
            Side::Above => gaps.plus,
            Side::Below => gaps.minus,
        };
        let statistic = numerator as f64 / n as f64 / m as f64;
        let p = match (method, side) {
            _ if numerator == 0 => 1.0,
            (Method::Exact, _) => {
                let edges = Edges {
                    plus: (side != Side::Below).then_some(numerator),
                    minus: (side != Side::Above).then_some(numerator),
                };
                touch_probability(n, m, edges, &self.ends())
            }
            (Method::Asymptotic, Side::Both) => {
                p_value((self.effective_size().round() as usize).max(1), statistic)
            }
            (Method::Asymptotic, _) => {
                let (large, small) = (n.max(m) as f64, n.min(m) as f64);
                let z = self.effective_size().sqrt() * statistic;
                let shift = (large + 2.0 * small) / (large * small * (large + small)).sqrt();
                real::exp(-2.0 * z * z - 2.0 / 3.0 * z * shift).min(1.0)
            }
        };
        PairTest { statistic, p, method }
    }

    /// The test of Cramér and von Mises; exact while `n m` times the statistic in its integer units
    /// is at most 10⁸: for equal sizes up to about 100, and up to about 22 for sizes without a common
    /// factor.
    #[must_use]
    pub fn cramer_von_mises(&self) -> PairTest {
        let (n, m) = self.sizes();
        let cost = (n as u128 * m as u128).saturating_mul(self.square_sum());
        let exact = cost <= EXACT_SUMS;
        self.cramer_von_mises_by(if exact { Method::Exact } else { Method::Asymptotic })
    }

    /// The same by the given method.
    ///
    /// ```text
    /// Asymptotic:  P(W^2 > 1/6 + (T - E T) / sqrt(45 Var T)),  W^2 the limit for one sample
    /// E T = (1 + 1/N) / 6,   Var T = (N + 1) (4 n m N - 3 (n^2 + m^2) - 2 n m) / (180 N^2 n m)
    /// ```
    ///
    /// # Source
    /// Anderson, Ann. Math. Statist. 33, 1962.
    #[must_use]
    pub fn cramer_von_mises_by(&self, method: Method) -> PairTest {
        let statistic = self.cramer_von_mises_statistic();
        let p = match method {
            Method::Exact => {
                let (n, m) = self.sizes();
                let threshold = self.square_sum() as usize;
                square_sum_probability(n, m, threshold, &self.ends())
            }
            Method::Asymptotic => limit_sf(self.standardised(statistic)),
        };
        PairTest { statistic, p, method }
    }

    /// The statistic shifted and scaled to the mean 1/6 and variance 1/45 of its limit.
    fn standardised(&self, statistic: f64) -> f64 {
        let (n, m) = self.sizes();
        let (n, m) = (n as f64, m as f64);
        let total = n + m;
        let mean = (1.0 + 1.0 / total) / 6.0;
        let inner = 4.0 * total - 3.0 * (n / m + m / n) - 2.0;
        let variance = (total + 1.0) * inner / (180.0 * total * total);
        if variance <= 0.0 {
            // One value each: T is always 1/4.
            return 0.0;
        }
        1.0 / 6.0 + (statistic - mean) / (45.0 * variance).sqrt()
    }

    /// The test of Kuiper, with the law of one sample of size `n m / (n + m)`, asymptotically.
    ///
    /// # Source
    /// Stephens, "Use of the Kolmogorov-Smirnov, Cramér-von Mises and related statistics without
    /// extensive tables", J. R. Statist. Soc. B 32, 1970.
    #[must_use]
    pub fn kuiper(&self) -> PairTest {
        let (n, m) = self.sizes();
        let gaps = self.gaps();
        let statistic = (gaps.plus + gaps.minus) as f64 / n as f64 / m as f64;
        let root = self.effective_size().sqrt();
        let p = kuiper::limit_sf((root + 0.155 + 0.24 / root) * statistic);
        PairTest { statistic, p, method: Method::Asymptotic }
    }

    fn effective_size(&self) -> f64 {
        let (n, m) = self.sizes();
        n as f64 * (m as f64 / (n as f64 + m as f64))
    }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;

    fn pair(chain: u64, n: usize, m: usize, shift: f64) -> Pair {
        let mut stream = Stream::new(StreamKey(67), chain, Purpose::Bootstrap);
        let x: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
        let y: Vec<f64> = (0..m).map(|_| stream.normal() + shift).collect();
        Pair::new(&x, &y).unwrap()
    }

    #[test]
    fn exact_and_asymptotic_probabilities_meet() {
        for chain in 0..4 {
            let pair = pair(chain, 2000, 3001, 0.04);
            for side in [Side::Both, Side::Above, Side::Below] {
                let exact = pair.kolmogorov_smirnov_by(side, Method::Exact);
                let limit = pair.kolmogorov_smirnov_by(side, Method::Asymptotic);
                assert!((exact.p / limit.p - 1.0).abs() < 0.03, "{side:?}: {exact:?} {limit:?}");
            }
        }
        for chain in 0..4 {
            let pair = pair(chain, 40, 40, 0.3);
            let exact = pair.cramer_von_mises_by(Method::Exact);
            let limit = pair.cramer_von_mises_by(Method::Asymptotic);
            assert!((exact.p - limit.p).abs() < 3e-3, "{exact:?} {limit:?}");
        }
    }

    #[test]
    fn sides_are_exchanged_with_the_samples() {
        let x = [0.3, 1.0, 1.0, 2.5];
        let y = [0.9, 1.0, 3.0];
        let (here, there) = (Pair::new(&x, &y).unwrap(), Pair::new(&y, &x).unwrap());
        let (above, below) =
            (here.kolmogorov_smirnov(Side::Above), there.kolmogorov_smirnov(Side::Below));
        assert!((above.p - below.p).abs() < 1e-15);
        assert_eq!(above.statistic, below.statistic);
        assert_eq!(here.kuiper().statistic, there.kuiper().statistic);
        let (a, b) = (here.cramer_von_mises(), there.cramer_von_mises());
        assert!((a.p - b.p).abs() < 1e-14 && a.method == Method::Exact);
    }

    #[test]
    fn equal_samples_do_not_differ() {
        let pair = Pair::new(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]).unwrap();
        for side in [Side::Both, Side::Above, Side::Below] {
            for method in [Method::Exact, Method::Asymptotic] {
                assert_eq!(pair.kolmogorov_smirnov_by(side, method).p, 1.0);
            }
        }
        assert_eq!(pair.cramer_von_mises_by(Method::Exact).p, 1.0);
        assert_eq!(pair.kuiper().p, 1.0);
        let single = Pair::new(&[1.0], &[2.0]).unwrap();
        assert_eq!(single.cramer_von_mises_by(Method::Exact).p, 1.0);
        assert_eq!(single.cramer_von_mises_by(Method::Asymptotic).p, 1.0);
    }
}
