//! `W_2` to the invariant law over time for several features: exact transport between halves of the
//! chains.

use maruyama_statistics::distance::points::Points;
use maruyama_statistics::distance::transport::cost::Ground;
use maruyama_statistics::distance::transport::exact::wasserstein_in_space;

use crate::analyse::chains::{Chains, PointSample};
use crate::analyse::estimate::wasserstein_decay::{Decay, Setting};
use crate::analyse::estimator::AnalysisError;
use crate::analyse::outcome::{Row, Scalar};

/// Fewest chains.
const FEWEST: usize = 16;

/// The first half of the chains at a step against the second half at the last one: two independent
/// samples.
pub(crate) struct SpaceDecay<'a> {
    chains: &'a Chains<'a>,
    observables: Vec<String>,
    /// Chains of either side.
    most: usize,
    /// The second half at the last recorded step, as points one after the other.
    limit: Vec<f64>,
    /// Distance of the two halves at the last recorded step: what sampling alone gives.
    floor: f64,
}

impl<'a> SpaceDecay<'a> {
    /// # Errors
    /// If there are too few chains.
    pub(crate) fn new(
        setting: &Setting,
        chains: &'a Chains<'a>,
        most: usize,
    ) -> Result<SpaceDecay<'a>, AnalysisError> {
        let last = chains.steps().len().saturating_sub(1);
        let observables = setting.observables.clone();
        let sample = chains.points(&observables, last, FEWEST)?;
        let half = sample.n() / 2;
        let n = half.min(most);
        let limit = sample.coordinates[half * sample.dim..(half + n) * sample.dim].to_vec();
        let mut decay = SpaceDecay { chains, observables, most, limit, floor: 0.0 };
        decay.floor = decay.to_limit(&sample)?.0;
        Ok(decay)
    }

    /// The distance of the first half of a sample, with the number of its chains.
    fn to_limit(&self, sample: &PointSample) -> Result<(f64, usize), AnalysisError> {
        let n = (sample.n() / 2).min(self.most);
        let points = |values| Points::new(values, sample.dim).map_err(AnalysisError::statistic);
        let (x, y) = (points(&sample.coordinates[..n * sample.dim])?, points(&self.limit)?);
        let distance = wasserstein_in_space(&x, &y, Ground::SquaredEuclidean)
            .map_err(AnalysisError::statistic)?;
        Ok((distance, n))
    }
}

impl Decay for SpaceDecay<'_> {
    fn at(&mut self, idx: usize, _: f64) -> Result<Row, AnalysisError> {
        let sample = self.chains.points(&self.observables, idx, FEWEST)?;
        let (distance, n) = self.to_limit(&sample)?;
        // By the triangle inequality; each of the two samples is as far from its law as a half of
        // the null distance squared says.
        let room = std::f64::consts::SQRT_2 * self.floor;
        let low = (distance - room).max(0.0);
        Ok(Row::from(
            [
                ("simulated", Scalar::interval(distance, low, distance + room)),
                ("n", Scalar::count(n)),
                ("n_diverged", Scalar::count(sample.n_missing)),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        ))
    }
}
