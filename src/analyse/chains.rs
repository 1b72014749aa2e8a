//! The values of single chains at any recorded step.

use crate::analyse::estimator::AnalysisError;
use crate::store::Observations;

/// The chains of one cell, in the order of their numbers.
pub struct Chains<'a> {
    blocks: &'a [&'a Observations],
}

/// Points of independent chains at one recorded step.
#[derive(Clone, Debug, PartialEq)]
pub struct PointSample {
    /// Coordinates chain by chain, `[n, d]`, finite.
    pub coordinates: Vec<f64>,
    /// Number `d` of coordinates.
    pub dim: usize,
    /// Chains that have no value of every coordinate.
    pub n_missing: usize,
}

impl PointSample {
    /// Number of points.
    #[must_use]
    pub fn n(&self) -> usize {
        self.coordinates.len() / self.dim.max(1)
    }
}

impl<'a> Chains<'a> {
    pub(crate) fn new(blocks: &'a [&'a Observations]) -> Chains<'a> {
        Chains { blocks }
    }

    /// Recorded steps, increasing.
    #[must_use]
    pub fn steps(&self) -> &'a [u64] {
        self.blocks.first().map_or(&[], |block| &block.steps)
    }

    /// The values of `observables` at the recorded step number `idx` of [`Chains::steps`], over the
    /// chains that have all of them.
    ///
    /// # Errors
    /// If an observable is not recorded, or fewer than `needed` chains are left.
    pub fn points(
        &self,
        observables: &[String],
        idx: usize,
        needed: usize,
    ) -> Result<PointSample, AnalysisError> {
        let places = self.places(observables)?;
        let dim = places.len();
        let mut sample = PointSample { coordinates: Vec::new(), dim, n_missing: 0 };
        let mut point = vec![0.0; dim];
        for block in self.blocks {
            let (n_observables, n_steps) = (block.observables.len(), block.steps.len());
            for chain in 0..block.n_chains() {
                let row = &block.values[(chain * n_steps + idx) * n_observables..][..n_observables];
                point.iter_mut().zip(&places).for_each(|(x, place)| *x = row[*place]);
                if point.iter().any(|x| x.is_nan()) {
                    sample.n_missing += 1;
                } else {
                    sample.coordinates.extend_from_slice(&point);
                }
            }
        }
        if sample.n() < needed {
            let (left, diverged) = (sample.n(), sample.n_missing);
            return Err(AnalysisError::TooFewChains { left, diverged, needed });
        }
        Ok(sample)
    }

    /// The values of `observable` at the recorded step number `idx` of [`Chains::steps`], one for each
    /// chain; NaN where there is none.
    ///
    /// # Errors
    /// If the observable is not recorded.
    pub fn values(&self, observable: &str, idx: usize) -> Result<Vec<f64>, AnalysisError> {
        let place = self.places(&[observable.to_owned()])?[0];
        let mut values = Vec::new();
        for block in self.blocks {
            let (n_observables, n_steps) = (block.observables.len(), block.steps.len());
            let chains = block.values.chunks_exact((n_steps * n_observables).max(1));
            values.extend(chains.map(|chain| chain[idx * n_observables + place]));
        }
        Ok(values)
    }

    /// The values of `observable` along each chain from the recorded step number `first` on,
    /// `[n_chains][n_steps]`; without the chains that diverged, whose number comes second.
    ///
    /// # Errors
    /// If the observable is not recorded.
    pub fn series(
        &self,
        observable: &str,
        first: usize,
    ) -> Result<(Vec<Vec<f64>>, usize), AnalysisError> {
        let place = self.places(&[observable.to_owned()])?[0];
        let (mut series, mut n_missing) = (Vec::new(), 0);
        for block in self.blocks {
            let (n_observables, n_steps) = (block.observables.len(), block.steps.len());
            for chain in block.values.chunks_exact(n_steps * n_observables) {
                let values = chain.iter().skip(place).step_by(n_observables).skip(first);
                let values: Vec<f64> = values.copied().collect();
                if values.iter().any(|x| x.is_nan()) {
                    n_missing += 1;
                } else {
                    series.push(values);
                }
            }
        }
        Ok((series, n_missing))
    }

    fn places(&self, observables: &[String]) -> Result<Vec<usize>, AnalysisError> {
        let recorded = self.blocks.first().map_or(&[][..], |block| &block.observables);
        let place = |name: &String| {
            let place = recorded.iter().position(|recorded| recorded == name);
            place.ok_or_else(|| AnalysisError::NotRecorded(name.clone()))
        };
        observables.iter().map(place).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block() -> Observations {
        Observations {
            first_chain: 0,
            observables: vec!["q1".to_owned(), "risk".to_owned()],
            steps: vec![10, 20],
            values: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, f64::NAN, f64::NAN, 7.0, 8.0, 9.0, 10.0],
            diverged_at: vec![None, Some(15), None],
        }
    }

    #[test]
    fn points_have_the_coordinates_in_the_order_asked_for() {
        let block = block();
        let blocks = [&block];
        let chains = Chains::new(&blocks);
        let names = ["risk".to_owned(), "q1".to_owned()];
        let first = chains.points(&names, 0, 3).unwrap();
        let expected = vec![2.0, 1.0, 6.0, 5.0, 8.0, 7.0];
        assert_eq!(first, PointSample { coordinates: expected, dim: 2, n_missing: 0 });
        let last = chains.points(&names[..1], 1, 2).unwrap();
        assert_eq!(last, PointSample { coordinates: vec![4.0, 10.0], dim: 1, n_missing: 1 });
        let too_few = AnalysisError::TooFewChains { left: 2, diverged: 1, needed: 3 };
        assert_eq!(chains.points(&names, 1, 3), Err(too_few));
        let absent = AnalysisError::NotRecorded("bulk".to_owned());
        assert_eq!(chains.points(&["bulk".to_owned()], 0, 1), Err(absent));
    }

    #[test]
    fn series_leave_diverged_chains_out() {
        let block = block();
        let blocks = [&block];
        let found = Chains::new(&blocks).series("risk", 0).unwrap();
        assert_eq!(found, (vec![vec![2.0, 4.0], vec![8.0, 10.0]], 1));
        assert_eq!(Chains::new(&blocks).series("q1", 1).unwrap().0, [[3.0], [9.0]]);
        assert_eq!(Chains::new(&[]).steps(), &[] as &[u64]);
    }
}
