//! The parametric bootstrap of a goodness-of-fit test with estimated parameters.
//!
//! ```text
//! D   = D(sample, law fitted to the sample)
//! D*r = D(sample drawn from that law, law fitted to the drawn sample),   r = 1..R
//! p   = (1 + #{r: D*r >= D}) / (R + 1)
//! ```
//!
//! Every replicate has a random stream of its own, so that replicates can be computed in any order
//! and by any number of threads.

use maruyama_dynamics::noise::Stream;

use crate::fit::family::{Family, FitError, Fitted};
use crate::goodness::criterion::Criterion;
use crate::interval::binomial::{Interval, clopper_pearson};

/// The Kolmogorov-Smirnov statistic of one replicate: `n` values are drawn from the fitted law, the
/// family is fitted to them, and the statistic is taken against the new fit.
///
/// # Source
/// Stute, Gonzalez Manteiga & Presedo Quindimil, "Bootstrap based goodness-of-fit tests", Metrika
/// 40, 1993.
///
/// # Errors
/// If the family cannot be fitted to the drawn sample.
pub fn replicate(
    family: &dyn Family,
    fitted: &Fitted,
    n: usize,
    stream: &mut Stream,
) -> Result<f64, FitError> {
    replicate_criterion(Criterion::KolmogorovSmirnov, family, fitted, n, stream)
}

/// The statistic of one replicate by any [`Criterion`]; otherwise as [`replicate`].
///
/// # Source
/// Stute, Gonzalez Manteiga & Presedo Quindimil, "Bootstrap based goodness-of-fit tests", Metrika
/// 40, 1993; for quadratic statistics, Genest & Rémillard, Ann. Inst. H. Poincaré B 44(6), 2008.
///
/// # Errors
/// If the family cannot be fitted to the drawn sample.
pub fn replicate_criterion(
    criterion: Criterion,
    family: &dyn Family,
    fitted: &Fitted,
    n: usize,
    stream: &mut Stream,
) -> Result<f64, FitError> {
    let drawn: Vec<f64> = (0..n).map(|_| fitted.law.draw(stream)).collect();
    let refitted = family.fit(&drawn)?;
    Ok(criterion.statistic(&drawn, refitted.law.as_ref())?)
}

/// A probability estimated from replicates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BootstrapP {
    /// The p value `(1 + exceedances) / (replicates + 1)`, never zero.
    pub p: f64,
    /// Its Monte-Carlo standard error `sqrt(p (1 - p) / (replicates + 1))`.
    pub standard_error: f64,
    /// Number of replicates at or above the observed statistic.
    pub exceedances: usize,
    /// Number of replicates.
    pub replicates: usize,
}

impl BootstrapP {
    /// The p value of `observed` among `replicates`, in any order.
    ///
    /// # Source
    /// Davison & Hinkley, "Bootstrap Methods and their Application", Cambridge 1997, equation
    /// (4.11).
    ///
    /// # Panics
    /// If a statistic is NaN.
    #[must_use]
    pub fn new(observed: f64, replicates: &[f64]) -> BootstrapP {
        let values = replicates.iter().chain([&observed]);
        assert!(values.into_iter().all(|d| !d.is_nan()), "a statistic that is not a number");
        let exceedances = replicates.iter().filter(|d| **d >= observed).count();
        let total = (replicates.len() + 1) as f64;
        let p = (exceedances + 1) as f64 / total;
        let standard_error = (p * (1.0 - p) / total).sqrt();
        BootstrapP { p, standard_error, exceedances, replicates: replicates.len() }
    }

    /// Interval of Clopper and Pearson for the probability that more replicates would converge to;
    /// the whole range `[0, 1]` without replicates.
    ///
    /// # Panics
    /// If `level` lies outside the open interval `(0, 1)`.
    #[must_use]
    pub fn interval(&self, level: f64) -> Interval {
        if self.replicates == 0 {
            return Interval { low: 0.0, high: 1.0 };
        }
        clopper_pearson(self.exceedances, self.replicates, level)
    }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, StreamKey};

    use super::*;
    use crate::fit::FAMILIES;
    use crate::fit::family as by_name;
    use crate::goodness::statistic::kolmogorov_smirnov;
    use crate::law::interface::Law;
    use crate::law::student_t::StudentT;

    fn replicates(family: &dyn Family, fitted: &Fitted, n: usize, r: u64) -> Vec<f64> {
        let one = |chain| {
            let mut stream = Stream::new(StreamKey(47), chain, Purpose::Bootstrap);
            replicate(family, fitted, n, &mut stream).unwrap()
        };
        (0..r).map(one).collect()
    }

    fn drawn(nu: f64, n: usize) -> Vec<f64> {
        let law = StudentT::new(nu, 1.0, 2.0).unwrap();
        let mut stream = Stream::new(StreamKey(53), 0, Purpose::Bootstrap);
        (0..n).map(|_| law.draw(&mut stream)).collect()
    }

    #[test]
    fn p_values_count_replicates() {
        let p = BootstrapP::new(0.3, &[0.1, 0.3, 0.5, 0.2]);
        assert_eq!((p.p, p.exceedances), (0.6, 2));
        assert!((p.standard_error - (0.24_f64 / 5.0).sqrt()).abs() < 1e-15);
        assert_eq!(BootstrapP::new(0.3, &[]).p, 1.0);
        assert!(p.interval(0.95).low < 0.5 && p.interval(0.95).high > 0.5);
    }

    #[test]
    fn every_family_has_replicates() {
        let sample = drawn(5.0, 100);
        for family in FAMILIES {
            let fitted = family.fit(&sample).unwrap();
            let d = replicates(*family, &fitted, 100, 5);
            assert!(d.iter().all(|d| *d > 0.0 && *d < 0.3), "{}: {d:?}", family.name());
        }
    }

    #[test]
    fn critical_values_of_a_fitted_normal_law_are_the_tabulated_ones() {
        // Stephens, JASA 69, 1974, table 1A, case 3, at n = 100: upper 5 % points of D, A^2, W^2, V.
        let family = by_name("normal").unwrap();
        let fitted = family.fit(&drawn(8.0, 100)).unwrap();
        let points = [0.895 / 10.085, 0.787 / 1.0098, 0.126 / 1.005, 1.489 / 10.132];
        for (criterion, point) in Criterion::ALL.into_iter().zip(points) {
            let one = |chain| {
                let mut stream = Stream::new(StreamKey(59), chain, Purpose::Bootstrap);
                replicate_criterion(criterion, family, &fitted, 100, &mut stream).unwrap()
            };
            let above = (0..2000).filter(|chain| one(*chain) >= point).count();
            // Binomial(2000, 0.05) has standard deviation 9.7.
            assert!((60..=140).contains(&above), "{}: {above} of 2000", criterion.name());
        }
    }

    #[test]
    fn critical_value_is_far_below_the_naive_one() {
        // At n = 1000 the naive 5 % point is 0.0428; with the parameters of a t law estimated it is
        // about 0.025.
        let family = by_name("student_t").unwrap();
        let fitted = family.fit(&drawn(8.0, 1000)).unwrap();
        let mut d = replicates(family, &fitted, 1000, 200);
        d.sort_unstable_by(f64::total_cmp);
        assert!((0.0225..0.0285).contains(&d[190]), "{}", d[190]);
    }

    #[test]
    fn a_heavy_tail_is_not_normal() {
        let sample = drawn(2.0, 300);
        let family = by_name("normal").unwrap();
        let fitted = family.fit(&sample).unwrap();
        let observed = kolmogorov_smirnov(&sample, fitted.law.as_ref()).unwrap();
        let p = BootstrapP::new(observed, &replicates(family, &fitted, 300, 99));
        assert_eq!(p.p, 0.01);
    }
}
