//! Intervals of the estimators of tails.

use maruyama_dynamics::noise::Stream;
use maruyama_dynamics::real;
use maruyama_statistics::fit::generalised_pareto::fit;
use maruyama_statistics::fit::generalised_pareto_interval::xi_interval;
use maruyama_statistics::interval::binomial::Interval;
use maruyama_statistics::law::generalised_pareto::GeneralisedPareto;
use maruyama_statistics::law::interface::Law;
use maruyama_statistics::tail::hill::Magnitudes;
use maruyama_statistics::tail::moment::moment;

use crate::check::{Check, Kind};

const LEVEL: f64 = 0.95;

/// The checks of this topic.
pub fn checks() -> Vec<Check> {
    let interval = |name, happens| Check { name, kind: Kind::Interval, happens };
    vec![
        interval("Hill, 200 largest of 2000 of a Pareto law", hill_pareto),
        interval("generalised Pareto index, profile, 200 values", generalised_pareto_profile),
        interval("moment estimator, 400 largest of 20 000 of a Pareto law", moment_pareto),
    ]
}

/// Hill's asymptotic interval for `alpha = 2.5` from the 200 largest of 2000 values of a Pareto law.
fn hill_pareto(stream: &mut Stream) -> bool {
    let x: Vec<f64> = (0..2_000).map(|_| real::pow(stream.uniform(), -0.4)).collect();
    let hill = Magnitudes::top(&x, 200).ok().and_then(|m| m.hill(200).ok());
    covers(hill.map(|hill| hill.interval(LEVEL)), 2.5)
}

/// The profile interval for `xi = 0.3` from 200 excesses of a generalised Pareto law.
fn generalised_pareto_profile(stream: &mut Stream) -> bool {
    let x = drawn(0.3, 200, stream);
    covers(fit(&x).and_then(|fit| xi_interval(&fit, &x, LEVEL)).ok(), 0.3)
}

/// The normal interval of the moment estimator for `xi = 1/2` from the 400 largest of 20000 values
/// of a Pareto law.
fn moment_pareto(stream: &mut Stream) -> bool {
    let x: Vec<f64> = (0..20_000).map(|_| 1.0 / stream.uniform().sqrt()).collect();
    let estimate = Magnitudes::top(&x, 400).ok().and_then(|m| moment(&m, 400).ok());
    covers(estimate.map(|estimate| estimate.interval(LEVEL)), 0.5)
}

fn drawn(xi: f64, n: usize, stream: &mut Stream) -> Vec<f64> {
    let law = GeneralisedPareto::new(xi, 1.0).expect("a finite index and a positive scale");
    (0..n).map(|_| law.draw(stream)).collect()
}

fn covers(interval: Option<Interval>, value: f64) -> bool {
    interval.is_some_and(|interval| interval.low <= value && value <= interval.high)
}
