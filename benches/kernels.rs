//! Speed of the numerical loops that a reproduction spends its time in.

use std::sync::Arc;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use maruyama_dynamics::dataset;
use maruyama_dynamics::model::{Bundle, Model, Workspace, model};
use maruyama_dynamics::modified_equation;
use maruyama_dynamics::noise::{LANES, Purpose, Stream, StreamKey};
use maruyama_dynamics::parameter::{Parameters, Value, defaults};
use maruyama_dynamics::problem::{LeastSquares, Problem};
use maruyama_statistics::fit::{FAMILIES, Family};
use maruyama_statistics::goodness::kolmogorov::p_value;
use maruyama_statistics::goodness::statistic::kolmogorov_smirnov;
use maruyama_statistics::law::interface::Law as _;
use maruyama_statistics::law::student_t::StudentT;
use maruyama_theory::hessian_aware::matrix_free_drift;

const KEY: StreamKey = StreamKey(1);
/// Steps of a chain in one measurement.
const STEPS: u64 = 256;
/// Size of a sample in one measurement: that of Table 2.
const SAMPLE: usize = 1000;

fn main() {
    divan::main();
}

/// Standard normal variates, in nanoseconds each.
#[divan::bench]
fn normals(bencher: Bencher) {
    let mut stream = Stream::new(KEY, 0, Purpose::Brownian);
    let mut out = vec![0.0; 4096];
    let counter = ItemsCount::new(out.len());
    bencher.counter(counter).bench_local(|| stream.fill_normals(black_box(&mut out)));
}

/// A step of SGD with one sample, for data of these numbers of rows and columns; the last is X.
#[divan::bench(args = [(100, 10), (2000, 200)])]
fn sgd_step(bencher: Bencher, (rows, columns): (i64, i64)) {
    let settings = [("step_size", Value::Real(0.01))];
    steps(bencher, Chains::new("sgd", &settings, &problem(rows, columns)));
}

/// A step of Euler–Maruyama for homogenized SGD; `dt` of 1 makes it the same as a step of the chain.
#[divan::bench(args = [(100, 10), (2000, 200)])]
fn hsgd_step(bencher: Bencher, (rows, columns): (i64, i64)) {
    let settings = [("step_size", Value::Real(0.01)), ("dt", Value::Real(1.0))];
    steps(bencher, Chains::new("hsgd", &settings, &problem(rows, columns)));
}

/// Fits to a Student-t sample, as the parametric bootstrap repeats them.
#[divan::bench(args = FAMILIES.iter().map(|family| family.name()))]
fn fit(bencher: Bencher, family: &str) {
    let family: &dyn Family = maruyama_statistics::fit::family(family).expect("it is in the list");
    let sample = sample();
    bencher.bench(|| family.fit(black_box(&sample)));
}

/// The Kolmogorov–Smirnov distance to a fitted law.
#[divan::bench(args = FAMILIES.iter().map(|family| family.name()))]
fn kolmogorov_smirnov_distance(bencher: Bencher, family: &str) {
    let family: &dyn Family = maruyama_statistics::fit::family(family).expect("it is in the list");
    let sample = sample();
    let fitted = family.fit(&sample).expect("the sample has a scale");
    bencher.bench(|| kolmogorov_smirnov(black_box(&sample), fitted.law.as_ref()));
}

/// The exact p-value of a Kolmogorov–Smirnov distance.
#[divan::bench]
fn kolmogorov_smirnov_p_value(bencher: Bencher) {
    bencher.bench(|| p_value(black_box(SAMPLE), black_box(0.03)));
}

/// The drift of the Hessian-aware equation with 10 000 parameters and a tridiagonal Hessian that is never
/// formed, from so many products with it.
#[divan::bench(args = [8, 16])]
fn lanczos_drift(bencher: Bencher, products: usize) {
    let mut gradient = vec![0.0; 10_000];
    Stream::new(KEY, 0, Purpose::Brownian).fill_normals(&mut gradient);
    let hessian = |v: &[f64], out: &mut [f64]| {
        for (i, out) in out.iter_mut().enumerate() {
            let before = if i > 0 { v[i - 1] } else { 0.0 };
            *out = 2.0 * v[i] - before - v.get(i + 1).unwrap_or(&0.0);
        }
    };
    let flow = modified_equation::Model::StochasticPrincipalFlow;
    bencher.bench_local(|| {
        matrix_free_drift(flow, &hessian, black_box(&gradient), 0.1, products)
            .expect("the Hessian is below 4")
    });
}

/// Sixteen chains with everything that they need to go on.
struct Chains {
    model: Box<dyn Model>,
    bundle: Bundle,
    workspace: Workspace,
}

impl Chains {
    fn new(name: &str, settings: &[(&str, Value)], problem: &Arc<dyn Problem>) -> Chains {
        let kind = model(name).expect("it is in the registry");
        let parameters = complete(kind.part().parameters, settings);
        let model = kind.build(&parameters, problem);
        let workspace = model.workspace();
        Chains { bundle: Bundle::new(model.shape(), KEY, 0), model, workspace }
    }
}

fn steps(bencher: Bencher, mut chains: Chains) {
    bencher.counter(ItemsCount::new(STEPS * LANES as u64)).bench_local(|| {
        let Chains { model, bundle, workspace } = &mut chains;
        model.advance(STEPS, black_box(bundle), workspace);
    });
}

fn problem(rows: i64, columns: i64) -> Arc<dyn Problem> {
    let source = dataset::source("gaussian_design").expect("it is in the registry");
    let settings = [
        ("rows", Value::Integer(rows)),
        ("columns", Value::Integer(columns)),
        ("numpy_seed", Value::Integer(1)),
    ];
    let parameters = complete(source.part().parameters, &settings);
    let dataset = source.build(&parameters, &[]).expect("it needs no file");
    Arc::new(LeastSquares::new(dataset, 0.1))
}

/// The defaults of a part, with some of them replaced.
fn complete(
    parameters: &[maruyama_dynamics::parameter::Parameter],
    settings: &[(&str, Value)],
) -> Parameters {
    let mut complete = defaults(parameters);
    complete.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    complete
}

fn sample() -> Vec<f64> {
    let law = StudentT::new(3.0, 0.0, 1.0).expect("the parameters are in range");
    let mut stream = Stream::new(KEY, 0, Purpose::Bootstrap);
    (0..SAMPLE).map(|_| law.draw(&mut stream)).collect()
}
