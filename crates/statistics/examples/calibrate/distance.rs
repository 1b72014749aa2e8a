//! Intervals of distances between different laws, and the null level of the distance to a law.

use maruyama_dynamics::noise::{Stream, StreamKey};
use maruyama_dynamics::real;
use maruyama_statistics::distance::compared::Compared;
use maruyama_statistics::distance::energy::{energy_on_line, energy_on_line_weighted};
use maruyama_statistics::distance::error::DistanceError;
use maruyama_statistics::distance::line::{Ordered, wasserstein_weighted};
use maruyama_statistics::distance::mmd::mmd;
use maruyama_statistics::distance::points::Points;
use maruyama_statistics::distance::to_law::wasserstein_to_law;
use maruyama_statistics::distance::{in_space, level_of_law, two_sample, weighted};
use maruyama_statistics::law::normal::Normal;

use crate::check::{Check, Kind};

/// Replicates of a bootstrap, and of a null level.
const REPLICATES: u64 = 199;

/// The checks of this topic. Laws are a standard deviation apart or more: near zero no bootstrap
/// interval of a distance covers.
pub fn checks() -> Vec<Check> {
    let check = |name, kind, happens| Check { name, kind, happens };
    vec![
        check("W_1 of normal laws 1 apart, 100 and 80 values", Kind::Interval, |s| {
            covers(on_line(1.0, s), 1.0)
        }),
        check("W_2 of normal laws 1 apart, 100 and 80 values", Kind::Interval, |s| {
            covers(on_line(2.0, s), 1.0)
        }),
        check("energy distance of normal laws 1 apart, 100 and 80 values", Kind::Interval, |s| {
            covers(energy(s), energy_between(1.0))
        }),
        check("MMD of normal laws 1 apart, 100 and 80 values", Kind::Interval, |s| {
            covers(discrepancy(s), discrepancy_between(1.0))
        }),
        check("W_1 of weighted samples, 200 values of each", Kind::Interval, |s| {
            covers(tilted(s, |x, y| wasserstein_weighted(x, y, 1.0)), 1.0)
        }),
        check("energy distance of weighted samples, 200 values of each", Kind::Interval, |s| {
            covers(tilted(s, energy_on_line_weighted), energy_between(1.0))
        }),
        check("W_1 to a normal law 1 apart, 40 values", Kind::Interval, |s| covers(to_law(s), 1.0)),
        check("W_1 to the own law, above its null level, 5 values", Kind::Test, |s| {
            let (sample, law) = (normals(5, 0.0, s), standard());
            let found = level_of_law::with_level(&sample, &law, 1.0, 0.95, REPLICATES, key(s));
            let found = found.expect("a normal sample has a distance");
            found.distance > found.null_quantile
        }),
    ]
}

fn normals(n: usize, loc: f64, stream: &mut Stream) -> Vec<f64> {
    (0..n).map(|_| loc + stream.normal()).collect()
}

/// A key of its own for the replicates.
fn key(stream: &mut Stream) -> StreamKey {
    StreamKey(stream.uniform().to_bits())
}

fn covers(found: Result<Compared, DistanceError>, exact: f64) -> bool {
    let interval = found.expect("values of a normal law have distances").interval;
    interval.low <= exact && exact <= interval.high
}

fn on_line(order: f64, stream: &mut Stream) -> Result<Compared, DistanceError> {
    let x = Ordered::new(&normals(100, 0.0, stream))?;
    let y = Ordered::new(&normals(80, 1.0, stream))?;
    two_sample::two_sample(&x, &y, order, 0.95, REPLICATES, key(stream))
}

fn energy(stream: &mut Stream) -> Result<Compared, DistanceError> {
    let (x, y) = (normals(100, 0.0, stream), normals(80, 1.0, stream));
    let points = (&Points::new(&x, 1)?, &Points::new(&y, 1)?);
    let distance = |x: &Points, y: &Points| energy_on_line(x.coordinates(), y.coordinates());
    in_space::two_sample(points, distance, 0.95, REPLICATES, key(stream))
}

/// `E² = 2 E|Z √2 + s| − 4/√π` between normal laws `s` apart.
fn energy_between(s: f64) -> f64 {
    let root_pi = std::f64::consts::PI.sqrt();
    let folded = 2.0 / root_pi * real::exp(-0.25 * s * s) + s * real::erf(0.5 * s);
    (2.0 * folded - 4.0 / root_pi).sqrt()
}

fn discrepancy(stream: &mut Stream) -> Result<Compared, DistanceError> {
    let (x, y) = (normals(100, 0.0, stream), normals(80, 1.0, stream));
    let points = (&Points::new(&x, 1)?, &Points::new(&y, 1)?);
    let distance = |x: &Points, y: &Points| Ok(mmd(x, y, 1.0)?.biased.sqrt());
    in_space::two_sample(points, distance, 0.95, REPLICATES, key(stream))
}

/// `MMD² = (2/√3)(1 − exp(−s²/6))` between normal laws `s` apart, for the width 1.
fn discrepancy_between(s: f64) -> f64 {
    (2.0 / 3.0_f64.sqrt() * (1.0 - real::exp(-s * s / 6.0))).sqrt()
}

/// Samples of `N(0, 1)` with the weights `exp(x/2)` and `exp(−x/2)`, which stand for `N(±1/2, 1)`.
fn tilted(
    stream: &mut Stream,
    distance: impl Fn(weighted::Weighted, weighted::Weighted) -> Result<f64, DistanceError>,
) -> Result<Compared, DistanceError> {
    let (x, y) = (normals(200, 0.0, stream), normals(200, 0.0, stream));
    let weights = |x: &[f64], t: f64| x.iter().map(|x| real::exp(t * x)).collect::<Vec<f64>>();
    let (v, w) = (weights(&x, 0.5), weights(&y, -0.5));
    weighted::two_sample(((&x, &v), (&y, &w)), distance, 0.95, REPLICATES, key(stream))
}

fn standard() -> Normal {
    Normal::new(0.0, 1.0).expect("the standard normal law exists")
}

/// The interval alone, of 99 replicates: integrals take their time.
fn to_law(stream: &mut Stream) -> Result<Compared, DistanceError> {
    let (sample, law) = (normals(40, 1.0, stream), standard());
    let one = |_| level_of_law::bootstrap_replicate(&sample, &law, 1.0, stream);
    let drawn: Result<Vec<f64>, _> = (0..99).map(one).collect();
    let distance = wasserstein_to_law(&sample, &law, 1.0)?;
    Compared::new(distance, &drawn?, &[0.0, 0.0], 0.95)
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::Purpose;

    use super::*;

    #[test]
    fn distances_between_normal_laws_are_those_of_large_samples() {
        let mut stream = Stream::new(StreamKey(5), 0, Purpose::Bootstrap);
        let (x, y) = (normals(20_000, 0.0, &mut stream), normals(20_000, 1.0, &mut stream));
        let found = energy_on_line(&x, &y).expect("finite values");
        assert!((found - energy_between(1.0)).abs() < 0.03, "{found}");
        let (x, y) = (&x[..2000], &y[..2000]);
        let points = (Points::new(x, 1).expect("points"), Points::new(y, 1).expect("points"));
        let found = mmd(&points.0, &points.1, 1.0).expect("finite values").biased.sqrt();
        assert!((found - discrepancy_between(1.0)).abs() < 0.06, "{found}");
    }
}
