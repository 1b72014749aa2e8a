//! Count, mean and central sums up to the fourth power, of a value or of two parts together.
//!
//! ```text
//! M_k = sum_i (x_i - mean)^k
//! ```

use crate::stream::tree::Merge;

/// Count, mean and central sums of a sample.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CentralSums {
    /// Number of values.
    pub n: u64,
    /// Their mean; 0 if there are none.
    pub mean: f64,
    /// Sum of the squares of the deviations from the mean.
    pub m2: f64,
    /// Sum of their cubes.
    pub m3: f64,
    /// Sum of their fourth powers.
    pub m4: f64,
}

impl CentralSums {
    /// The sums of one value.
    #[must_use]
    pub fn of(value: f64) -> CentralSums {
        CentralSums { n: 1, mean: value, ..CentralSums::default() }
    }

    /// Variance with divisor `n`; NaN without values.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.m2 / self.n as f64
    }

    /// Standard error of the mean, `sqrt(M_2/(n (n - 1)))`; NaN for fewer than two values.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        let n = self.n as f64;
        (self.m2 / (n * (n - 1.0))).sqrt()
    }

    /// Third standardised moment, biased; NaN if all values are equal.
    #[must_use]
    pub fn skewness(&self) -> f64 {
        let variance = self.variance();
        self.m3 / self.n as f64 / (variance * variance.sqrt())
    }

    /// Fourth standardised moment less 3, biased; NaN if all values are equal.
    #[must_use]
    pub fn excess_kurtosis(&self) -> f64 {
        let variance = self.variance();
        self.m4 / self.n as f64 / (variance * variance) - 3.0
    }
}

impl Merge for CentralSums {
    /// # Source
    /// Pébay, "Formulas for robust, one-pass parallel computation of covariances and
    /// arbitrary-order statistical moments", Sandia report SAND2008-6212, 2008, eqs. (2.1), (3.1).
    fn merge(&self, later: &CentralSums) -> CentralSums {
        let (a, b) = (self, later);
        if a.n == 0 || b.n == 0 {
            return if a.n == 0 { *b } else { *a };
        }
        let n = a.n + b.n;
        let (share_a, share_b) = (a.n as f64 / n as f64, b.n as f64 / n as f64);
        let gap = b.mean - a.mean;
        let square = gap * gap;
        // n_a n_b / n
        let weight = a.n as f64 * share_b;
        let m3 = a.m3
            + b.m3
            + gap * square * weight * (share_a - share_b)
            + 3.0 * gap * (share_a * b.m2 - share_b * a.m2);
        let m4 = a.m4
            + b.m4
            + square
                * square
                * weight
                * (share_a * share_a - share_a * share_b + share_b * share_b)
            + 6.0 * square * (share_a * share_a * b.m2 + share_b * share_b * a.m2)
            + 4.0 * gap * (share_a * b.m3 - share_b * a.m3);
        let m2 = a.m2 + b.m2 + square * weight;
        CentralSums { n, mean: a.mean + gap * share_b, m2, m3, m4 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::moments::moments;
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    #[test]
    fn merged_sums_are_those_of_two_passes() {
        let mut normals = vec![0.0; 1000];
        Stream::new(StreamKey(5), 0, Purpose::Start).fill_normals(&mut normals);
        let values: Vec<f64> = normals.iter().map(|z| 1e6 + z + 0.3 * z * z).collect();
        for cut in [0, 1, 300, 999] {
            let part = |values: &[f64]| {
                let sums = values.iter().map(|value| CentralSums::of(*value));
                sums.fold(CentralSums::default(), |sums, one| sums.merge(&one))
            };
            let found = part(&values[..cut]).merge(&part(&values[cut..]));
            let exact = moments(&values).unwrap();
            assert_eq!(found.n, 1000);
            assert!((found.mean - exact.mean).abs() < 1e-8, "{found:?}");
            assert!((found.variance().sqrt() - exact.std).abs() < 1e-9, "{found:?}");
            assert!((found.skewness() - exact.skewness).abs() < 1e-8, "{found:?}");
            assert!((found.excess_kurtosis() - exact.excess_kurtosis).abs() < 1e-8, "{found:?}");
        }
        let two = CentralSums::of(1.0).merge(&CentralSums::of(5.0));
        assert_eq!(two, CentralSums { n: 2, mean: 3.0, m2: 8.0, m3: 0.0, m4: 32.0 });
        assert_eq!(two.standard_error(), 2.0);
    }
}
