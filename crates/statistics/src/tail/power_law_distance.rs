//! The Kolmogorov-Smirnov distance of a power law to the steps of a sample, left early where it
//! cannot be the least.

use maruyama_dynamics::real;

use crate::tail::power_law::Distance;

/// Distinct positive values in increasing order.
pub(crate) struct Steps {
    /// Their logarithms, `[d]`.
    pub(crate) logs: Vec<f64>,
    /// Number of values below each, and of all values: `[d + 1]`.
    pub(crate) first: Vec<usize>,
}

/// A power law above a threshold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    /// The first distinct value at or above the threshold.
    pub(crate) start: usize,
    /// Number of values at or above it.
    pub(crate) size: usize,
    /// Exponent of the survival function.
    pub(crate) alpha: f64,
    /// Logarithm of the threshold.
    pub(crate) ln_min: f64,
}

impl Steps {
    /// The distance of `candidate`, or `None` once it exceeds `bound`.
    ///
    /// Between two points with known values the distribution function is monotone, which bounds what
    /// lies between; what cannot exceed the largest distance found is left out. `witness` is the
    /// point, counted from the last value, that is looked at first: where the previous distance was.
    pub(crate) fn distance(
        &self,
        candidate: &Candidate,
        distance: Distance,
        bound: f64,
        witness: &mut usize,
    ) -> Option<f64> {
        let last = self.logs.len() - 1;
        let mut visit = Visit { steps: self, candidate, distance, bound, largest: 0.0, at: last };
        let guess = last.saturating_sub(*witness).max(candidate.start);
        let first_cdf = visit.point(guess);
        let is_left = visit.largest > bound || {
            let ends = [candidate.start, last].map(|i| (i, visit.point(i)));
            let middle = (guess, first_cdf);
            visit.between(ends[0], middle);
            visit.between(middle, ends[1]);
            visit.largest > bound
        };
        *witness = last - visit.at;
        (!is_left).then_some(visit.largest)
    }
}

struct Visit<'a> {
    steps: &'a Steps,
    candidate: &'a Candidate,
    distance: Distance,
    bound: f64,
    largest: f64,
    /// Where the largest distance was found.
    at: usize,
}

impl Visit<'_> {
    /// Share of the tail below the distinct value `i`.
    fn share(&self, i: usize) -> f64 {
        let below = self.steps.first[i] - self.steps.first[self.candidate.start];
        below as f64 / self.candidate.size as f64
    }

    /// Takes the distinct value `i` into account and returns its value of `F`.
    fn point(&mut self, i: usize) -> f64 {
        let log = self.steps.logs[i] - self.candidate.ln_min;
        let cdf = -real::expm1(-self.candidate.alpha * log);
        let below = cdf - self.share(i);
        let distance = match self.distance {
            Distance::Supremum => below.max(self.share(i + 1) - cdf),
            Distance::AtValues => below.abs(),
        };
        if distance > self.largest {
            (self.largest, self.at) = (distance, i);
        }
        cdf
    }

    /// Searches the values strictly between two that have been visited.
    fn between(&mut self, low: (usize, f64), high: (usize, f64)) {
        if high.0 < low.0 + 2 || self.largest > self.bound {
            return;
        }
        let most = (self.share(high.0) - low.1).max(high.1 - self.share(low.0 + 1));
        if most <= self.largest {
            return;
        }
        let middle = low.0.midpoint(high.0);
        let at = (middle, self.point(middle));
        self.between(low, at);
        self.between(at, high);
    }
}
