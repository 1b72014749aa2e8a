//! Tests of samples, tests with estimated parameters, and intervals of dependent series.

use maruyama_dynamics::noise::Stream;
use maruyama_dynamics::real;
use maruyama_statistics::fit::family;
use maruyama_statistics::goodness::bootstrap::{BootstrapP, replicate_criterion};
use maruyama_statistics::goodness::criterion::Criterion;
use maruyama_statistics::goodness::k_sample::{self, Ties};
use maruyama_statistics::goodness::pair::Pair;
use maruyama_statistics::goodness::pair_test::{PairTest, Side};
use maruyama_statistics::interval::binomial::Interval;
use maruyama_statistics::interval::bootstrap::{bca_interval, percentile, replicates};
use maruyama_statistics::interval::mean::student_interval;
use maruyama_statistics::law::normal::Normal;
use maruyama_statistics::multiple::adjust::{NamedP, Procedure, adjust};
use maruyama_statistics::sample::moments::mean;
use maruyama_statistics::series::block::{BlockBootstrap, Blocks};
use maruyama_statistics::series::chains::convergence;
use maruyama_statistics::series::correlation_time::{Window, correlation_time};

use crate::check::{Check, Kind};

/// The checks of this topic.
pub fn checks() -> Vec<Check> {
    let test = |name, happens| Check { name, kind: Kind::Test, happens };
    let interval = |name, happens| Check { name, kind: Kind::Interval, happens };
    vec![
        test("Kolmogorov-Smirnov, 40 values", |s| one_sample(Criterion::KolmogorovSmirnov, s)),
        test("Anderson-Darling, 40 values", |s| one_sample(Criterion::AndersonDarling, s)),
        test("Cramér-von Mises, 40 values", |s| one_sample(Criterion::CramerVonMises, s)),
        test("Kuiper, 40 values", |s| one_sample(Criterion::Kuiper, s)),
        test("Kolmogorov-Smirnov, 120 and 127 values", |s| {
            pair(120, 127, s, |p| p.kolmogorov_smirnov(Side::Both))
        }),
        test("Kolmogorov-Smirnov, one side, 120 and 127 values", |s| {
            pair(120, 127, s, |p| p.kolmogorov_smirnov(Side::Above))
        }),
        test("Cramér-von Mises, 10 and 12 values", |s| pair(10, 12, s, Pair::cramer_von_mises)),
        test("Cramér-von Mises, 200 and 150 values", |s| {
            pair(200, 150, s, Pair::cramer_von_mises)
        }),
        test("Kuiper, 200 and 150 values", |s| pair(200, 150, s, Pair::kuiper)),
        test("Anderson-Darling, 4 samples of 15 values", k_samples),
        test("Kolmogorov-Smirnov, fitted normal law, 30 values", |s| {
            fitted(Criterion::KolmogorovSmirnov, s)
        }),
        test("Anderson-Darling, fitted normal law, 30 values", |s| {
            fitted(Criterion::AndersonDarling, s)
        }),
        test("Cramér-von Mises, fitted normal law, 30 values", |s| {
            fitted(Criterion::CramerVonMises, s)
        }),
        test("Kuiper, fitted normal law, 30 values", |s| fitted(Criterion::Kuiper, s)),
        test("Holm, any of 20 independent tests", |s| any_of_twenty(Procedure::Holm, s)),
        test("Benjamini-Hochberg, any of 20 independent tests", |s| {
            any_of_twenty(Procedure::BenjaminiHochberg, s)
        }),
        interval("Student, mean of 10 normal values", |s| {
            covers(student_interval(&normals(10, s), 0.95).map(|mean| mean.interval), 0.0)
        }),
        interval("percentile, mean of 40 values", |s| {
            let drawn = replicates(&normals(40, s), mean, 499, s);
            covers(drawn.and_then(|drawn| Ok(percentile(&drawn, 0.95)?)), 0.0)
        }),
        interval("BCa, mean of 60 exponential values", |s| {
            let values: Vec<f64> = (0..60).map(|_| -real::ln(s.uniform())).collect();
            covers(bca_interval(&values, mean, 499, 0.95, s), 1.0)
        }),
        interval("moving blocks, mean of 800 correlated values", |s| {
            blocks(Blocks::Moving, 800, s)
        }),
        interval("circular blocks, mean of 800 correlated values", |s| {
            blocks(Blocks::Circular, 800, s)
        }),
        interval("stationary blocks, mean of 4000 correlated values", |s| {
            blocks(Blocks::Stationary, 4000, s)
        }),
        interval("Sokal's window, mean of an autoregression", |s| {
            correlated(Window::Sokal { factor: 5.0 }, s)
        }),
        interval("Geyer's sequence, mean of an autoregression", |s| correlated(Window::Geyer, s)),
        interval("effective size of 4 chains, mean of an autoregression", chains),
    ]
}

fn normals(n: usize, stream: &mut Stream) -> Vec<f64> {
    (0..n).map(|_| stream.normal()).collect()
}

/// `x_t = x_(t-1) / 2 + z_t`, from its stationary law.
fn autoregression(n: usize, stream: &mut Stream) -> Vec<f64> {
    let mut x = stream.normal() / 0.75_f64.sqrt();
    (0..n)
        .map(|_| {
            x = 0.5 * x + stream.normal();
            x
        })
        .collect()
}

fn covers<E: std::fmt::Debug>(interval: Result<Interval, E>, truth: f64) -> bool {
    let interval = interval.expect("values of a continuous law have an interval");
    interval.low <= truth && truth <= interval.high
}

fn one_sample(criterion: Criterion, stream: &mut Stream) -> bool {
    let law = Normal::new(0.0, 1.0).expect("the standard normal law exists");
    let statistic = criterion.statistic(&normals(40, stream), &law);
    criterion.p_value(40, statistic.expect("finite values have a statistic")) <= 0.05
}

fn pair(n: usize, m: usize, stream: &mut Stream, test: fn(&Pair) -> PairTest) -> bool {
    let (x, y) = (normals(n, stream), normals(m, stream));
    test(&Pair::new(&x, &y).expect("finite values make a pair")).p <= 0.05
}

fn k_samples(stream: &mut Stream) -> bool {
    let samples: [Vec<f64>; 4] = std::array::from_fn(|_| normals(15, stream));
    let slices = samples.each_ref().map(Vec::as_slice);
    k_sample::anderson_darling(&slices, Ties::Midrank).expect("finite values are tested").p <= 0.05
}

/// The parametric bootstrap with 99 replicates.
fn fitted(criterion: Criterion, stream: &mut Stream) -> bool {
    let family = family("normal").expect("the normal family is listed");
    let sample = normals(30, stream);
    let fit = family.fit(&sample).expect("values of a continuous law have a fit");
    let observed = criterion.statistic(&sample, fit.law.as_ref()).expect("finite values");
    let drawn: Result<Vec<f64>, _> =
        (0..99).map(|_| replicate_criterion(criterion, family, &fit, 30, stream)).collect();
    BootstrapP::new(observed, &drawn.expect("drawn values have a fit")).p <= 0.05
}

fn any_of_twenty(procedure: Procedure, stream: &mut Stream) -> bool {
    let tests: Vec<NamedP> =
        (0..20).map(|i| NamedP::new(format!("test {i}"), stream.uniform())).collect();
    let adjusted = adjust(&tests, procedure).expect("uniform numbers are probabilities");
    adjusted.iter().any(|test| test.adjusted <= 0.05)
}

fn blocks(blocks: Blocks, n: usize, stream: &mut Stream) -> bool {
    let series = autoregression(n, stream);
    let bootstrap = BlockBootstrap { blocks, length: None, replicates: 399, level: 0.95 };
    covers(bootstrap.estimate(&series, mean, stream).map(|found| found.interval), 0.0)
}

fn correlated(window: Window, stream: &mut Stream) -> bool {
    let found = correlation_time(&autoregression(1000, stream), window);
    covers(found.map(|found| found.mean_interval(0.95)), 0.0)
}

fn chains(stream: &mut Stream) -> bool {
    let chains: [Vec<f64>; 4] = std::array::from_fn(|_| autoregression(250, stream));
    let found = convergence(&chains.each_ref().map(Vec::as_slice)).expect("chains that vary");
    let half = 1.959_963_984_540_054 * found.mean_standard_error;
    (found.mean).abs() <= half
}
