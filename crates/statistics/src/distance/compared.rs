//! A distance, what it is where there is no difference, and how uncertain it is.
//!
//! An empirical distance is positive even where the two laws are equal, so that its value alone says
//! little: it is reported next to distances where nothing differs.

use maruyama_dynamics::real;

use crate::distance::error::DistanceError;
use crate::distance::line::Ordered;
use crate::interval::binomial::Interval;
use crate::law::normal::standard_quantile;
use crate::sample::check::{SampleError, finite};
use crate::sample::quantile::quantile;

/// A distance with its null level and its bootstrap interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared {
    /// The distance that was found.
    pub distance: f64,
    /// Mean of the distances where nothing differs. Between independent halves of one sample: what
    /// equal laws give at half the size, hence more than they give at full size. Of samples of a
    /// law from it: what it gives at this size.
    pub null_mean: f64,
    /// Upper quantile of these distances, at the probability of the interval.
    pub null_quantile: f64,
    /// Interval for the distance between the laws.
    pub interval: Interval,
    /// Standard deviation of the bootstrap distances.
    pub standard_error: f64,
}

impl Compared {
    /// The result from replicates computed elsewhere, in any order, at least two of each kind:
    /// distances between resampled samples, and distances where nothing differs.
    ///
    /// The interval is `D - b ± z s` cut at zero, with the bias `b` and the standard deviation `s`
    /// of the resampled distances and the normal quantile `z`: of distances of small samples it
    /// covers more than the basic and the percentile one, which see the bias once too little or the
    /// skewness on the wrong side. It is no test of equal laws: there the limit of the distance is
    /// not normal and the bootstrap fails; compare with the null level instead.
    ///
    /// # Source
    /// Davison & Hinkley, "Bootstrap Methods and their Application", Cambridge 1997, section 5.2;
    /// for where it fails, Sommerfeld & Munk, J. R. Stat. Soc. B 80(1), 2018.
    ///
    /// # Errors
    /// If there are fewer than two replicates of a kind or one is not finite.
    ///
    /// # Panics
    /// If `level` lies outside the open interval `(0, 1)`.
    pub fn new(
        distance: f64,
        bootstrap: &[f64],
        null: &[f64],
        level: f64,
    ) -> Result<Compared, DistanceError> {
        assert!(level > 0.0 && level < 1.0, "an interval of level {level}");
        finite(bootstrap, 2)?;
        let halves = Ordered::new(null)?;
        if null.len() < 2 {
            return Err(SampleError::TooFew { n: null.len(), needed: 2 }.into());
        }
        let mean = real::sum(bootstrap) / bootstrap.len() as f64;
        let squares: Vec<f64> = bootstrap.iter().map(|w| (w - mean) * (w - mean)).collect();
        let standard_error = (real::sum(&squares) / (bootstrap.len() - 1) as f64).sqrt();
        let (centre, half) =
            (2.0 * distance - mean, standard_error * standard_quantile(0.5 * (1.0 + level)));
        Ok(Compared {
            distance,
            null_mean: real::sum(null) / null.len() as f64,
            null_quantile: quantile(halves.values(), level),
            interval: Interval { low: (centre - half).max(0.0), high: (centre + half).max(0.0) },
            standard_error,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicates_make_levels_and_the_interval() {
        let bootstrap = [5.0, 1.0, 3.0, 2.0, 4.0];
        let found = Compared::new(2.5, &bootstrap, &[1.0, 2.0, 3.0], 0.5).unwrap();
        // A bias of 1/2; half of a normal law lies within 0.6745 standard deviations.
        let half = 0.674_489_750_196_081_7 * 2.5_f64.sqrt();
        assert!((found.interval.low - (2.0 - half)).abs() < 1e-14, "{found:?}");
        assert!((found.interval.high - (2.0 + half)).abs() < 1e-14, "{found:?}");
        assert_eq!((found.null_mean, found.null_quantile), (2.0, 2.0));
        assert!((found.standard_error - 2.5_f64.sqrt()).abs() < 1e-15);
        let near = Compared::new(1.5, &bootstrap, &[1.0, 2.0], 0.5).unwrap();
        assert_eq!(near.interval.low, 0.0);
        assert!((near.interval.high - half).abs() < 1e-14);
    }

    #[test]
    fn too_few_or_broken_replicates_are_named() {
        assert!(Compared::new(1.0, &[1.0], &[1.0, 2.0], 0.9).is_err());
        assert!(Compared::new(1.0, &[1.0, 2.0], &[1.0], 0.9).is_err());
        assert!(Compared::new(1.0, &[1.0, f64::NAN], &[1.0, 2.0], 0.9).is_err());
    }
}
