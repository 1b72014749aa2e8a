//! Any distance between two samples of points with its null level and its interval.
//!
//! For energy distance, MMD, sliced, Gelbrich, exact and entropic transport alike: the distance is a
//! function of two samples, which is given resampled samples and random halves. What a distance is
//! chosen by (directions, a kernel's width, a regularisation) is to be fixed before, so that all
//! replicates are of one distance.

use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

use crate::distance::compared::Compared;
use crate::distance::error::DistanceError;
use crate::distance::points::Points;
use crate::sample::check::SampleError;

/// Compares two samples with `replicates` bootstrap and as many null replicates.
///
/// Replicate `r` uses the stream of chain `r` alone, under `key` for the bootstrap and under
/// `key.derive(1)` for the null level, of sample `x` for even `r` and of `y` for odd: threads that
/// share the replicates get the same numbers.
///
/// # Arguments
/// * `x`, `y`: at least four points each
/// * `distance`: not negative; of samples of any sizes
/// * `level`: probability of the interval and of the null quantile
///
/// # Source
/// Davison & Hinkley, "Bootstrap Methods and their Application", Cambridge 1997, section 5.2.
///
/// # Errors
/// If there are too few points or fewer than two replicates, or `distance` fails.
///
/// # Panics
/// If `level` lies outside the open interval `(0, 1)`.
pub fn two_sample(
    (x, y): (&Points, &Points),
    distance: impl Fn(&Points, &Points) -> Result<f64, DistanceError>,
    level: f64,
    replicates: u64,
    key: StreamKey,
) -> Result<Compared, DistanceError> {
    let stream = |key, r| Stream::new(key, r, Purpose::Bootstrap);
    let bootstrap: Result<Vec<f64>, _> = (0..replicates)
        .map(|r| bootstrap_replicate(x, y, &distance, &mut stream(key, r)))
        .collect();
    let null: Result<Vec<f64>, _> = (0..replicates)
        .map(|r| {
            let sample = if r % 2 == 0 { x } else { y };
            null_replicate(sample, &distance, &mut stream(key.derive(1), r))
        })
        .collect();
    Compared::new(distance(x, y)?, &bootstrap?, &null?, level)
}

/// The distance between samples drawn with replacement from `x` and from `y`.
///
/// # Errors
/// If `distance` fails.
pub fn bootstrap_replicate(
    x: &Points,
    y: &Points,
    distance: impl Fn(&Points, &Points) -> Result<f64, DistanceError>,
    stream: &mut Stream,
) -> Result<f64, DistanceError> {
    let mut resample = |z: &Points| {
        let places: Vec<usize> = (0..z.n()).map(|_| stream.index(z.n())).collect();
        pick(z, &places)
    };
    let (a, b) = (resample(x), resample(y));
    distance(&Points::new(&a, x.dim())?, &Points::new(&b, y.dim())?)
}

/// The distance between two random halves of `sample`, of `floor(n / 2)` points each.
///
/// # Errors
/// If there are fewer than four points, or `distance` fails.
pub fn null_replicate(
    sample: &Points,
    distance: impl Fn(&Points, &Points) -> Result<f64, DistanceError>,
    stream: &mut Stream,
) -> Result<f64, DistanceError> {
    let n = sample.n();
    if n < 4 {
        return Err(SampleError::TooFew { n, needed: 4 }.into());
    }
    let mut places: Vec<usize> = (0..n).collect();
    for i in 0..n - 1 {
        places.swap(i, i + stream.index(n - i));
    }
    let (first, rest) = places.split_at(n / 2);
    let (a, b) = (pick(sample, first), pick(sample, &rest[..n / 2]));
    distance(&Points::new(&a, sample.dim())?, &Points::new(&b, sample.dim())?)
}

fn pick(points: &Points, places: &[usize]) -> Vec<f64> {
    places.iter().flat_map(|i| points.point(*i)).copied().collect()
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::real;

    use super::*;
    use crate::distance::energy::{energy, energy_on_line};
    use crate::distance::mmd::mmd;
    use crate::distance::sliced::sliced_wasserstein;
    use crate::distance::transport::cost::Ground;
    use crate::distance::transport::sinkhorn::{SinkhornSettings, sinkhorn_divergence};

    type Distance = fn(&Points, &Points) -> Result<f64, DistanceError>;

    /// Points of `N(0, I)`, moved along the first axis.
    fn normals(chain: u64, n: usize, dim: usize, shift: f64) -> Vec<f64> {
        let mut values = vec![0.0; n * dim];
        Stream::new(StreamKey(211), chain, Purpose::Start).fill_normals(&mut values);
        values.iter_mut().step_by(dim).for_each(|x| *x += shift);
        values
    }

    /// The root of the biased discrepancy for the width 1.
    fn discrepancy(x: &Points, y: &Points) -> Result<f64, DistanceError> {
        Ok(mmd(x, y, 1.0)?.biased.sqrt())
    }

    fn on_the_line(x: &Points, y: &Points) -> Result<f64, DistanceError> {
        energy_on_line(x.coordinates(), y.coordinates())
    }

    fn sliced(x: &Points, y: &Points) -> Result<f64, DistanceError> {
        Ok(sliced_wasserstein(x, y, &[1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, -1.0], 2.0)?.distance)
    }

    fn sinkhorn(x: &Points, y: &Points) -> Result<f64, DistanceError> {
        let settings = SinkhornSettings { epsilon: 1.0, max_iterations: 200, tolerance: 1e-5 };
        Ok(sinkhorn_divergence(x, y, Ground::SquaredEuclidean, settings)?.0.max(0.0).sqrt())
    }

    /// Each distance, its dimension, and its value between normal laws at the distance 2.
    ///
    /// ```text
    /// E^2   = 2 E|Z sqrt(2) + 2| - 4 / sqrt(pi)
    /// MMD^2 = 2 h / sqrt(h^2 + 2) (1 - exp(-4 / (2 (h^2 + 2))))                on the line
    /// SW^2  = mean of (2 cos)^2 = 2,   S_eps = 2^2
    /// ```
    fn distances() -> Vec<(&'static str, Distance, usize, f64)> {
        let root_pi = std::f64::consts::PI.sqrt();
        let folded = 2.0 / root_pi * real::exp(-1.0) + 2.0 * real::erf(1.0);
        let energy_squared = 2.0 * folded - 4.0 / root_pi;
        let mmd_squared = 2.0 / 3.0_f64.sqrt() * (1.0 - real::exp(-2.0 / 3.0));
        vec![
            ("energy", on_the_line, 1, energy_squared.sqrt()),
            ("energy of pairs", energy, 1, energy_squared.sqrt()),
            ("mmd", discrepancy, 1, mmd_squared.sqrt()),
            ("sliced", sliced, 2, 2.0_f64.sqrt()),
            ("sinkhorn", sinkhorn, 2, 2.0),
        ]
    }

    fn compared(distance: Distance, dim: usize, chain: u64, shift: f64) -> Compared {
        let (x, y) = (normals(2 * chain, 60, dim, 0.0), normals(2 * chain + 1, 50, dim, shift));
        let (x, y) = (Points::new(&x, dim).unwrap(), Points::new(&y, dim).unwrap());
        two_sample((&x, &y), distance, 0.9, 60, StreamKey(chain)).unwrap()
    }

    #[test]
    fn intervals_cover_a_shift() {
        for (name, distance, dim, exact) in distances() {
            let covered = (0..40)
                .filter(|chain| {
                    let found = compared(distance, dim, *chain, 2.0);
                    assert!(found.distance > found.null_quantile, "{name}: {found:?}");
                    found.interval.low <= exact && exact <= found.interval.high
                })
                .count();
            // Binomial(40, 0.9) has mean 36 and standard deviation 1.9.
            assert!(covered >= 28, "{name}: {covered} of 40");
        }
    }

    #[test]
    fn equal_laws_are_at_the_null_level() {
        for (name, distance, dim, _) in distances() {
            let below = (0..40)
                .filter(|chain| {
                    let found = compared(distance, dim, *chain, 0.0);
                    found.distance < found.null_quantile
                })
                .count();
            // At least nine in ten, since halves are further apart; standard deviation 1.9.
            assert!(below >= 29, "{name}: {below} of 40");
        }
    }

    #[test]
    fn broken_input_is_named() {
        let three = Points::new(&[1.0, 2.0, 3.0], 1).unwrap();
        let stream = &mut Stream::new(StreamKey(1), 0, Purpose::Bootstrap);
        assert!(null_replicate(&three, energy, stream).is_err());
        let other = Points::new(&[1.0, 2.0], 2).unwrap();
        assert!(bootstrap_replicate(&three, &other, energy, stream).is_err());
    }
}
