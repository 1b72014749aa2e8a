//! SignSGD on a quadratic of one dimension as a chain on a lattice.
//!
//! ```text
//! f(x) = (lambda/2) x²,   x_{k+1} = x_k − eta sign(lambda x_k + sigma xi_k)   on x_0 + eta Z
//! P(up) = P(sign = −1),   P(down) = P(sign = 1),   P(stay) = P(sign = 0)
//! pi(x + eta)/pi(x) = P(up | x)/P(down | x + eta)
//! ```

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::problem::GradientNoise;
use maruyama_dynamics::real;

use crate::adaptive::error::{AdaptiveError, finite, non_negative, positive};
use crate::adaptive::sign_noise::{SignProbabilities, sign_probabilities};

/// Most points of a lattice that are held in memory.
const MAX_POINTS: usize = 20_000_000;

/// Weight, relative to the largest, below which a stationary law is cut off.
const CUT: f64 = 1e-30;

/// SignSGD with a constant step size on `f(x) = (lambda/2) x²`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SignChain {
    curvature: f64,
    noise: GradientNoise,
    scale: f64,
    step_size: f64,
}

/// Mean, variance and expected loss of a law on the line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// `E x`
    pub mean: f64,
    /// `Var x`
    pub variance: f64,
    /// `E f(x) = (lambda/2) E x²`
    pub loss: f64,
}

/// A law on finitely many points.
#[derive(Clone, Debug, PartialEq)]
pub struct LatticeLaw {
    /// The points, ascending, `[n]`.
    pub points: Vec<f64>,
    /// Their probabilities, `[n]`, which sum to one up to rounding.
    pub probabilities: Vec<f64>,
}

impl LatticeLaw {
    /// `E h(x)`
    #[must_use]
    pub fn expectation(&self, h: impl Fn(f64) -> f64) -> f64 {
        let images: Vec<f64> = self.points.iter().map(|x| h(*x)).collect();
        real::dot(&images, &self.probabilities)
    }

    /// Moments, with the loss of curvature `lambda`.
    #[must_use]
    pub fn moments(&self, curvature: f64) -> Moments {
        let mean = self.expectation(|x| x);
        let variance = self.expectation(|x| (x - mean) * (x - mean));
        Moments { mean, variance, loss: 0.5 * curvature * (variance + mean * mean) }
    }
}

impl SignChain {
    /// The chain on a quadratic of `curvature` `lambda > 0`, with noise of the given law and scale
    /// `sigma ≥ 0` and `step_size` `eta > 0`.
    ///
    /// # Errors
    /// If a number is outside its range.
    pub fn new(
        curvature: f64,
        noise: GradientNoise,
        scale: f64,
        step_size: f64,
    ) -> Result<SignChain, AdaptiveError> {
        if let GradientNoise::StudentT { nu } = noise {
            positive("nu", nu)?;
        }
        Ok(SignChain {
            curvature: positive("curvature", curvature)?,
            noise,
            scale: non_negative("scale", scale)?,
            step_size: positive("step_size", step_size)?,
        })
    }

    /// `lambda`
    #[must_use]
    pub fn curvature(&self) -> f64 {
        self.curvature
    }

    /// Law of the noise.
    #[must_use]
    pub fn noise(&self) -> GradientNoise {
        self.noise
    }

    /// `sigma`
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// `eta`
    #[must_use]
    pub fn step_size(&self) -> f64 {
        self.step_size
    }

    /// Refuses noise without a density, for which the drift of the equation jumps.
    pub(crate) fn needs_density(&self) -> Result<(), AdaptiveError> {
        if self.noise == GradientNoise::Rademacher || self.scale == 0.0 {
            return Err(AdaptiveError::NoDensity);
        }
        Ok(())
    }

    /// Law of the sign at `x`: the chain moves up where it is negative.
    #[must_use]
    pub fn sign_at(&self, x: f64) -> SignProbabilities {
        sign_probabilities(self.noise, self.curvature * x, self.scale)
    }

    /// The points `start + j eta` for `|j| <= n_steps`, which hold the chain for `n_steps` steps.
    fn points(&self, start: f64, n_steps: usize) -> Result<Vec<f64>, AdaptiveError> {
        finite("start", start)?;
        if n_steps > MAX_POINTS / 2 {
            return Err(AdaptiveError::TooManyPoints { limit: MAX_POINTS });
        }
        let place = |i: usize| i as f64 - n_steps as f64;
        Ok((0..=2 * n_steps).map(|i| start + self.step_size * place(i)).collect())
    }

    /// The transition matrix `[n, n]` on ascending neighbouring points of the lattice, `[n]`: row `i`
    /// is the law of the next point. A move beyond either end is not made.
    #[must_use]
    pub fn transition(&self, points: &[f64]) -> Matrix {
        let n = points.len();
        let mut entries = vec![0.0; n * n];
        for (i, x) in points.iter().enumerate() {
            let sign = self.sign_at(*x);
            entries[i * n + i] += sign.zero;
            entries[i * n + (i + 1).min(n - 1)] += sign.negative;
            entries[i * n + i.saturating_sub(1)] += sign.positive;
        }
        Matrix::new(n, n, entries)
    }

    /// The law after `n_steps` steps from `start`, on `2 n_steps + 1` points.
    ///
    /// # Accuracy
    /// Exact but for rounding; work of order `n_steps²`.
    ///
    /// # Errors
    /// If `start` is not finite or the lattice is too large.
    ///
    /// # Source
    /// Derived.
    pub fn law_after(&self, start: f64, n_steps: usize) -> Result<LatticeLaw, AdaptiveError> {
        let mut law = LatticeLaw { points: Vec::new(), probabilities: Vec::new() };
        self.walk(start, n_steps, |k, points, probabilities| {
            if k == n_steps {
                law = LatticeLaw { points: points.to_vec(), probabilities: probabilities.to_vec() };
            }
        })?;
        Ok(law)
    }

    /// The moments after `0, 1, ..., n_steps` steps from `start`, `[n_steps + 1]`.
    ///
    /// # Errors
    /// If `start` is not finite or the lattice is too large.
    pub fn moments(&self, start: f64, n_steps: usize) -> Result<Vec<Moments>, AdaptiveError> {
        let mut moments = Vec::with_capacity(n_steps + 1);
        self.walk(start, n_steps, |k, points, probabilities| {
            let reach = n_steps - k..=n_steps + k;
            let law = LatticeLaw {
                points: points[reach.clone()].to_vec(),
                probabilities: probabilities[reach].to_vec(),
            };
            moments.push(law.moments(self.curvature));
        })?;
        Ok(moments)
    }

    /// Calls `see(k, points, probabilities)` after each of `n_steps` steps, and before the first.
    fn walk(
        &self,
        start: f64,
        n_steps: usize,
        mut see: impl FnMut(usize, &[f64], &[f64]),
    ) -> Result<(), AdaptiveError> {
        let points = self.points(start, n_steps)?;
        let signs: Vec<SignProbabilities> = points.iter().map(|x| self.sign_at(*x)).collect();
        let mut law = vec![0.0; points.len()];
        law[n_steps] = 1.0;
        see(0, &points, &law);
        for k in 1..=n_steps {
            let mut next = vec![0.0; points.len()];
            for i in n_steps + 1 - k..n_steps + k {
                let sign = signs[i];
                next[i + 1] += law[i] * sign.negative;
                next[i - 1] += law[i] * sign.positive;
                next[i] += law[i] * sign.zero;
            }
            law = next;
            see(k, &points, &law);
        }
        Ok(())
    }

    /// The stationary law on the lattice through `offset`.
    ///
    /// Where no sign is zero, the chain alternates between two halves of its lattice; then this is
    /// the mean of the laws after an even and an odd number of steps.
    ///
    /// # Accuracy
    /// Relative errors of about 1e-14 for each probability; weights below 1e-30 of the largest are
    /// left out.
    ///
    /// # Errors
    /// If `offset` is not finite or the law needs too many points.
    ///
    /// # Source
    /// Derived: detailed balance of a birth and death chain.
    pub fn stationary(&self, offset: f64) -> Result<LatticeLaw, AdaptiveError> {
        finite("offset", offset)?;
        let centre = offset - self.step_size * (offset / self.step_size).round();
        if centre.is_nan() || centre.abs() > self.step_size {
            let range = "what a number holds beside the step size";
            return Err(AdaptiveError::OutOfRange { name: "offset", value: offset, range });
        }
        let mut below = self.weights(centre, -1.0)?;
        let above = self.weights(centre, 1.0)?;
        below.reverse();
        below.pop();
        let first = -(below.len() as f64);
        below.extend(above);
        let total = real::sum(&below);
        let place = |i: usize| centre + self.step_size * (first + i as f64);
        Ok(LatticeLaw {
            points: (0..below.len()).map(place).collect(),
            probabilities: below.into_iter().map(|weight| weight / total).collect(),
        })
    }

    /// Stationary weights outward from `centre`, whose own is one, on one `side` (±1).
    fn weights(&self, centre: f64, side: f64) -> Result<Vec<f64>, AdaptiveError> {
        let outward = |x: f64| {
            let sign = self.sign_at(x);
            if side > 0.0 { (sign.negative, sign.positive) } else { (sign.positive, sign.negative) }
        };
        let mut weights = vec![1.0];
        let (mut weight, mut largest, mut n) = (1.0, 1.0, 0.0);
        loop {
            let (leave, _) = outward(centre + side * self.step_size * n);
            n += 1.0;
            let (_, return_) = outward(centre + side * self.step_size * n);
            weight *= leave / return_;
            largest = f64::max(largest, weight);
            if weight < CUT * largest {
                return Ok(weights);
            }
            weights.push(weight);
            if weights.len() > MAX_POINTS {
                return Err(AdaptiveError::TooManyPoints { limit: MAX_POINTS });
            }
        }
    }
}

#[cfg(test)]
mod tests;
