//! The distances of a sample from a law, by name.

use crate::goodness::anderson_darling::{self, anderson_darling};
use crate::goodness::cramer_von_mises::{self, cramer_von_mises};
use crate::goodness::kolmogorov;
use crate::goodness::kuiper::{self, kuiper};
use crate::goodness::statistic::kolmogorov_smirnov;
use crate::law::interface::Law;
use crate::sample::check::SampleError;

/// A distance of a sample from a law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criterion {
    /// `D`, the largest distance of the distribution functions.
    KolmogorovSmirnov,
    /// `A^2`, the squared distance weighted by `1 / (F (1 - F))`.
    AndersonDarling,
    /// `W^2`, the squared distance.
    CramerVonMises,
    /// `V`, the sum of the largest distances above and below.
    Kuiper,
}

impl Criterion {
    /// All of them, in the order of reports.
    pub const ALL: [Criterion; 4] = [
        Criterion::KolmogorovSmirnov,
        Criterion::AndersonDarling,
        Criterion::CramerVonMises,
        Criterion::Kuiper,
    ];

    /// Name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Criterion::KolmogorovSmirnov => "kolmogorov_smirnov",
            Criterion::AndersonDarling => "anderson_darling",
            Criterion::CramerVonMises => "cramer_von_mises",
            Criterion::Kuiper => "kuiper",
        }
    }

    /// The statistic of `sample` against `law`.
    ///
    /// # Errors
    /// If the sample is empty or a value is not finite.
    pub fn statistic(self, sample: &[f64], law: &dyn Law) -> Result<f64, SampleError> {
        match self {
            Criterion::KolmogorovSmirnov => kolmogorov_smirnov(sample, law),
            Criterion::AndersonDarling => anderson_darling(sample, law),
            Criterion::CramerVonMises => cramer_von_mises(sample, law),
            Criterion::Kuiper => kuiper(sample, law),
        }
    }

    /// Probability of a statistic at least as large in a sample of size `n` of the law, fully
    /// specified; with estimated parameters it is far too large, and `goodness::bootstrap` is the
    /// remedy.
    ///
    /// # Panics
    /// If `n` is zero or the statistic is NaN.
    #[must_use]
    pub fn p_value(self, n: usize, statistic: f64) -> f64 {
        match self {
            Criterion::KolmogorovSmirnov => kolmogorov::p_value(n, statistic),
            Criterion::AndersonDarling => anderson_darling::p_value(n, statistic),
            Criterion::CramerVonMises => cramer_von_mises::p_value(n, statistic),
            Criterion::Kuiper => kuiper::p_value(n, statistic),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::normal::Normal;
    use crate::reference::SIXTY;

    #[test]
    fn a_sample_of_another_law_is_found_by_every_criterion() {
        let (near, far) = (Normal::new(0.3, 2.3).unwrap(), Normal::new(3.0, 2.3).unwrap());
        for criterion in Criterion::ALL {
            let p = |law: &Normal| {
                criterion.p_value(SIXTY.len(), criterion.statistic(&SIXTY, law).unwrap())
            };
            assert!(p(&near) > 0.1, "{}: {}", criterion.name(), p(&near));
            assert!(p(&far) < 1e-8 && p(&far) > 0.0, "{}: {}", criterion.name(), p(&far));
        }
    }
}
