//! The search for the norm `|Q v|` with the best bound.
//!
//! Extremes over directions are taken over a sample, to which the extremes that local searches find
//! are added: the bound is then improved again.

use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};
use maruyama_dynamics::real;

use crate::least_squares::tail::nelder_mead::nelder_mead;
use crate::least_squares::tail::quotient::{Quotient, Setting};

/// Angles of a half circle at which two features are looked at.
const N_ANGLES: usize = 90;

/// Random directions of three or more features that are looked at beside the axes.
const N_DIRECTIONS: usize = 120;

/// Key of the random directions.
const KEY: StreamKey = StreamKey(0x7461_696c_2e75_0001);

/// Largest variable of `Q` that is tried: a ratio of axes of about e³.
const LARGEST_VARIABLE: f64 = 3.0;

/// Rounds of the simplex over `Q` in a stage, for each of its variables.
const ROUNDS: usize = 30;

/// Edges of the simplex and softness of the extreme, stage after stage: the hard extreme has kinks
/// over `Q`, at which the simplex would stop.
const STAGES: [(f64, f64); 3] = [(0.3, 0.01), (-0.1, 0.001), (0.05, 0.0)];

/// The same after extremes were added to the sample.
const FINER_STAGES: [(f64, f64); 1] = [(0.02, 0.0)];

/// Times that extremes are added.
const N_EXCHANGES: usize = 3;

/// Directions from which the extreme over the sphere is searched for locally.
const N_LOCAL: usize = 8;

/// Cosine above which two of these directions would be too near to each other.
const NEIGHBOUR: f64 = 0.995;

/// Which of the two bounds.
#[derive(Clone, Copy, PartialEq)]
pub enum Side {
    /// `sup_Q min_u`.
    Lower,
    /// `inf_Q max_u`.
    Upper,
}

impl Side {
    /// What is minimised over directions.
    pub fn sign(self) -> f64 {
        match self {
            Side::Lower => 1.0,
            Side::Upper => -1.0,
        }
    }
}

/// A search for one of the bounds.
pub struct Search<'a> {
    setting: &'a Setting,
    side: Side,
    sample: Vec<Vec<f64>>,
}

impl Search<'_> {
    /// The search with a sample of directions that depends on the dimension alone.
    pub fn new(setting: &Setting, side: Side) -> Search<'_> {
        Search { setting, side, sample: directions(setting.dim()) }
    }

    /// The best bound that is found, and the variables of its `Q`.
    pub fn best(mut self) -> (f64, Vec<f64>) {
        let d = self.setting.dim();
        let start = vec![0.0; d * (d + 1) / 2 - 1];
        let mut best = (self.extreme(&start).0, start.clone());
        if start.is_empty() {
            return best;
        }
        let mut candidates = vec![(start.clone(), d - 1), (start.clone(), start.len())];
        if d == 2 {
            candidates.push((self.coarse(&start), start.len()));
        }
        for (start, n_free) in candidates {
            let mut x = self.descend(&start, n_free, &STAGES);
            for _ in 0..N_EXCHANGES {
                let (found, extremes) = self.extreme(&x);
                if self.side.sign() * (found - best.0) > 0.0 {
                    best = (found, x.clone());
                }
                self.sample.extend(extremes);
                x = self.descend(&x, n_free, &FINER_STAGES);
            }
            let found = self.extreme(&x).0;
            if self.side.sign() * (found - best.0) > 0.0 {
                best = (found, x);
            }
        }
        best
    }

    /// The least or largest `p_Q` over directions, by local searches from the best of the sample,
    /// and where these end.
    pub fn extreme(&self, x: &[f64]) -> (f64, Vec<Vec<f64>>) {
        let quotient = Quotient::new(self.setting, x);
        let signed = |v: &[f64]| self.side.sign() * quotient.at(v);
        let mut values: Vec<(f64, Vec<f64>)> =
            self.both(&quotient).into_iter().map(|v| (signed(&v), v)).collect();
        values.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let mut least = values[0].0;
        let mut ends = Vec::new();
        let mut starts: Vec<&Vec<f64>> = Vec::new();
        for (_, v) in &values {
            let far = |u: &&Vec<f64>| cosine(u, v).abs() < NEIGHBOUR;
            if starts.len() < N_LOCAL && v.len() > 1 && starts.iter().all(far) {
                starts.push(v);
            }
        }
        for v in starts {
            if least.is_finite() {
                let length = real::dot(v, v).sqrt();
                let (end, value) = nelder_mead(signed, v, 0.02 * length, 60 * v.len());
                least = least.min(value);
                ends.push(end);
            }
        }
        (self.side.sign() * least, ends)
    }

    /// What is minimised over the variables of `Q`.
    fn objective(&self, x: &[f64], softness: f64) -> f64 {
        if x.iter().any(|entry| entry.abs() > LARGEST_VARIABLE) {
            return f64::INFINITY;
        }
        let quotient = Quotient::new(self.setting, x);
        let directions = self.both(&quotient);
        let values: Vec<f64> =
            directions.iter().map(|v| self.side.sign() * quotient.at(v)).collect();
        -soft_minimum(&values, softness)
    }

    /// The best point of a coarse grid, one variable after the other.
    fn coarse(&self, start: &[f64]) -> Vec<f64> {
        let mut best = start.to_vec();
        let mut least = self.objective(&best, 0.0);
        for round in 0..3 * start.len() {
            for step in -4..=4_i8 {
                let mut trial = best.clone();
                trial[round % start.len()] = 0.5 * f64::from(step);
                let value = self.objective(&trial, 0.0);
                if value < least {
                    (best, least) = (trial, value);
                }
            }
        }
        best
    }

    /// The point to which simplices over the first `n_free` variables come from `start`.
    fn descend(&self, start: &[f64], n_free: usize, stages: &[(f64, f64)]) -> Vec<f64> {
        let mut best = start.to_vec();
        for (size, softness) in stages {
            let stage = |x: &[f64]| {
                let mut point = best.clone();
                point[..n_free].copy_from_slice(x);
                self.objective(&point, *softness)
            };
            let found = nelder_mead(stage, &best[..n_free], *size, ROUNDS * n_free).0;
            best[..n_free].copy_from_slice(&found);
        }
        best
    }

    /// The sample and its preimages under `Q`, which are close where `Q` shrinks.
    fn both(&self, quotient: &Quotient) -> Vec<Vec<f64>> {
        let images = self.sample.iter().map(|u| quotient.preimage(u));
        self.sample.iter().cloned().chain(images).collect()
    }
}

/// Directions of `d` features: equal angles for two, axes and random ones for more, `[n][d]`.
fn directions(d: usize) -> Vec<Vec<f64>> {
    if d == 1 {
        return vec![vec![1.0]];
    }
    if d == 2 {
        let angle = |j: usize| real::sin_cos(std::f64::consts::PI * j as f64 / N_ANGLES as f64);
        return (0..N_ANGLES).map(angle).map(|(sin, cos)| vec![cos, sin]).collect();
    }
    let mut normals = vec![0.0; N_DIRECTIONS * d];
    Stream::new(KEY, 0, Purpose::Start).fill_normals(&mut normals);
    let axes = (0..d).map(|i| (0..d).map(|j| f64::from(u8::from(i == j))).collect());
    let random = normals.chunks_exact(d).map(|z| {
        let norm = real::dot(z, z).sqrt();
        z.iter().map(|entry| entry / norm).collect()
    });
    axes.chain(random).collect()
}

/// The cosine of the angle between `x` and `y`.
fn cosine(x: &[f64], y: &[f64]) -> f64 {
    real::dot(x, y) / (real::dot(x, x) * real::dot(y, y)).sqrt()
}

/// The least of the values, smoothed over about `softness (1 + |least|)`.
fn soft_minimum(values: &[f64], softness: f64) -> f64 {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let width = softness * (1.0 + least.abs());
    if width == 0.0 || !least.is_finite() {
        return least;
    }
    let terms: Vec<f64> = values.iter().map(|value| real::exp((least - value) / width)).collect();
    least - width * real::ln(real::sum(&terms) / values.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soft_minima_tend_to_the_least_value() {
        let values = [3.0, 1.0, 2.0];
        assert_eq!(soft_minimum(&values, 0.0), 1.0);
        let soft = soft_minimum(&values, 0.01);
        // The mean of three exponentials, of which one remains: 1 + 0.02 ln 3.
        assert!((soft - 1.0 - 0.02 * real::ln(3.0)).abs() < 1e-12, "{soft}");
        assert_eq!(soft_minimum(&[f64::NEG_INFINITY, 0.0], 0.1), f64::NEG_INFINITY);
    }

    #[test]
    fn directions_are_of_length_one_and_hold_the_axes() {
        let sample = directions(4);
        assert!(sample.iter().all(|u| (real::dot(u, u) - 1.0).abs() < 1e-14));
        assert_eq!(sample[2], [0.0, 0.0, 1.0, 0.0]);
    }
}
