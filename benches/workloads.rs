//! The workloads W1 to W5 of `make bench-peers`, with the command line of the peers' programs.
//!
//! ```text
//! workloads W1 --paths 4096 --steps 10000 --dim 10 --data FILE [--variant V] [--threads T] [--reps R]
//! ```
//!
//! It prints one line of JSON: the rate in path-steps a second of processor time (of wall time for
//! several threads), and statistics that have to agree with the peers'.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use maruyama_dynamics::dataset::Dataset;
use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::model::{Model, model};
use maruyama_dynamics::noise::{LANES, LaneStream, Lanes, Purpose, StreamKey};
use maruyama_dynamics::observable::observable;
use maruyama_dynamics::parameter::{Parameters, Value, defaults};
use maruyama_dynamics::problem::{GradientNoise, LeastSquares, Problem, Quadratic};
use maruyama_dynamics::real;
use maruyama_dynamics::simd::{Isa, Kernel, Level, dispatch};
use maruyama_dynamics::simulate::{Column, Simulation, Start};
use rayon::prelude::*;
use serde_json::{Value as Json, json};

/// Chains of one task of a thread.
const BLOCK: u64 = 64;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(workload) = arguments.iter().find(|argument| !argument.starts_with('-')) else {
        return;
    };
    if let Ok(name) = std::env::var("MARUYAMA_SIMD") {
        let level: Level = name.parse().expect("an instruction set");
        level.force().expect("an instruction set of this processor");
    }
    let settings = Settings(
        arguments
            .windows(2)
            .filter_map(|pair| Some((pair[0].strip_prefix("--")?.to_owned(), pair[1].clone())))
            .collect(),
    );
    let threads = settings.count("threads", 1) as usize;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.expect("threads can be started");
    pool.install(|| println!("{}", measure(workload, &settings)));
}

/// The command line: `--name value`.
struct Settings(BTreeMap<String, String>);

impl Settings {
    fn count(&self, name: &str, default: u64) -> u64 {
        let parse = |text: &String| text.parse().expect("a count");
        self.0.get(name).map_or(default, parse)
    }

    fn text<'a>(&'a self, name: &str, default: &'a str) -> &'a str {
        self.0.get(name).map_or(default, String::as_str)
    }

    /// The data set that `benches/peers/data.py` wrote: n, d, the design row by row, the response.
    fn dataset(&self) -> Dataset {
        let path = self.0.get("data").expect("--data names a file");
        let bytes = std::fs::read(path).expect("the file of data can be read");
        let reals: Vec<f64> =
            bytes.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
        let (n, d) = (reals[0] as usize, reals[1] as usize);
        let design = Matrix::new(n, d, reals[2..2 + n * d].to_vec());
        Dataset::new(design, reals[2 + n * d..].to_vec())
    }
}

/// Statistics of all observations.
type Checksum = dyn Fn(&[f64]) -> Json + Sync;

/// A simulation with what is made of its observations.
struct Workload {
    simulation: Simulation,
    n_chains: u64,
    n_steps: u64,
    checksum: Box<Checksum>,
}

fn measure(name: &str, settings: &Settings) -> Json {
    let reps = settings.count("reps", 3);
    if name == "normals" {
        return normals(reps);
    }
    let workload = match name {
        "W1" => w1(settings),
        "W2" => w2(settings),
        "W3" => w3(settings),
        "W4" => w4(settings),
        "W5" => w5(settings),
        _ => panic!("there is no workload {name}"),
    };
    let (mut wall, mut cpu) = (f64::INFINITY, f64::INFINITY);
    let mut values = Vec::new();
    for _ in 0..=reps {
        let (start, before) = (Instant::now(), cpu_seconds());
        values = run(&workload);
        wall = wall.min(start.elapsed().as_secs_f64());
        cpu = cpu.min(cpu_seconds() - before);
    }
    let threads = settings.count("threads", 1);
    let seconds = if threads == 1 { cpu } else { wall };
    let work = workload.n_chains * workload.n_steps;
    json!({
        "workload": name, "variant": settings.text("variant", ""), "impl": "maruyama",
        "level": Level::current().to_string(), "dtype": "f64",
        "paths": workload.n_chains, "steps": workload.n_steps, "dim": settings.count("dim", 10),
        "threads": threads, "reps": reps, "seconds": seconds, "wall_s": wall, "cpu_s": cpu,
        "work": work, "unit": "path_steps", "rate": work as f64 / seconds,
        "checksum": (workload.checksum)(&values),
    })
}

/// All observations, `[chains, records, observables]`.
fn run(workload: &Workload) -> Vec<f64> {
    let starts: Vec<u64> = (0..workload.n_chains).step_by(BLOCK as usize).collect();
    let blocks: Vec<Vec<f64>> = starts
        .into_par_iter()
        .with_max_len(1)
        .map(|start| {
            let end = workload.n_chains.min(start + BLOCK);
            workload.simulation.run(start..end).values
        })
        .collect();
    blocks.concat()
}

/// Processor time of all threads of this process.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let main: f64 = stat.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(f64::NAN);
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let of = |task: std::fs::DirEntry| {
        let stat = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        stat.split(' ').next()?.parse::<f64>().ok()
    };
    let total: f64 = tasks.filter_map(of).sum();
    total.max(main) * 1e-9
}

/// About 50 steps from 1 to `last`, equidistant on a logarithmic scale, as the peers record.
fn log_times(last: u64) -> Vec<u64> {
    let power = |i: i32| real::pow(10.0, f64::from(i) / 49.0 * real::log10(last as f64));
    let mut times: Vec<u64> = (0..50).map(|i| power(i).round_ties_even() as u64).collect();
    times.dedup();
    times
}

/// Means over chains of the first observable at every record.
fn means(values: &[f64], n_records: usize) -> Vec<f64> {
    let mut sums = vec![0.0; n_records];
    for chain in values.chunks(n_records) {
        sums.iter_mut().zip(chain).for_each(|(sum, value)| *sum += value);
    }
    let n_chains = (values.len() / n_records) as f64;
    sums.into_iter().map(|sum| sum / n_chains).collect()
}

/// The mean error at steps 1, 100 and the last, and over the last ten records.
fn errors(times: Vec<u64>) -> Box<Checksum> {
    Box::new(move |values| {
        let means = means(values, times.len());
        let at = |step: u64| means[times.partition_point(|time| *time < step).min(means.len() - 1)];
        let tail = &means[means.len().saturating_sub(10)..];
        json!({
            "E_first": at(1), "E_100": at(100), "E_final": means[means.len() - 1],
            "E_last10mean": tail.iter().sum::<f64>() / tail.len() as f64,
        })
    })
}

fn build(name: &str, settings: &[(&str, Value)], problem: &Arc<dyn Problem>) -> Box<dyn Model> {
    let kind = model(name).unwrap_or_else(|| panic!("there is no model {name}"));
    let mut parameters: Parameters = defaults(kind.part().parameters);
    parameters.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    kind.build(&parameters, problem)
}

fn observing(name: &str) -> Vec<Column> {
    vec![Column::Now(observable(name).expect("it is in the registry"))]
}

/// `0.5 / mean |a_i|²`
fn critical_step_size(dataset: &Dataset) -> f64 {
    let squares: f64 = dataset.design.entries().iter().map(|entry| entry * entry).sum();
    0.5 / (squares / dataset.n_rows() as f64)
}

/// Single-sample SGD on least squares; error at 50 times.
fn w1(settings: &Settings) -> Workload {
    let n_steps = settings.count("steps", 10_000);
    let dataset = settings.dataset();
    let step_size = [("step_size", Value::Real(critical_step_size(&dataset)))];
    least_squares(settings, dataset, 0.0, "sgd", &step_size, n_steps)
}

/// The training SDE of least squares.
fn w2(settings: &Settings) -> Workload {
    let n_steps = settings.count("steps", 1000);
    let dataset = settings.dataset();
    let step_size = ("step_size", Value::Real(critical_step_size(&dataset)));
    let parameters = [step_size, ("dt", Value::Real(1.0))];
    least_squares(settings, dataset, 0.0, "sgd_sde", &parameters, n_steps)
}

fn least_squares(
    settings: &Settings,
    dataset: Dataset,
    ridge: f64,
    name: &str,
    parameters: &[(&str, Value)],
    n_steps: u64,
) -> Workload {
    let times = log_times(n_steps);
    let problem: Arc<dyn Problem> = Arc::new(LeastSquares::new(dataset, ridge));
    let n_parameters = problem.dim();
    Workload {
        simulation: Simulation {
            model: build(name, parameters, &problem),
            problem,
            directions: Vec::new(),
            observables: observing("error"),
            start: Start { mean: vec![0.0; n_parameters], std: 0.0, is_scaled: false },
            record_at: times.clone(),
            key: StreamKey(settings.count("seed", 1)),
            check_every: 1024,
        },
        n_chains: settings.count("paths", 4096),
        n_steps,
        checksum: errors(times),
    }
}

/// `n` equidistant numbers from `low` to `high`.
fn equidistant(n: u64, low: f64, high: f64) -> Vec<f64> {
    (0..n).map(|i| low + (high - low) * i as f64 / (n - 1).max(1) as f64).collect()
}

/// Langevin dynamics of a quadratic; second moments at the end against the exact ones.
fn w3(settings: &Settings) -> Workload {
    let (n_steps, dim) = (settings.count("steps", 1000), settings.count("dim", 2));
    let curvatures = equidistant(dim, 0.5, 2.0);
    let dt = 0.01;
    let exact: f64 = curvatures
        .iter()
        .map(|a| {
            let c = 1.0 - a * dt;
            0.5 * a * 2.0 * dt * (1.0 - real::pow(c, 2.0 * n_steps as f64)) / (1.0 - c * c)
        })
        .sum();
    let problem: Arc<dyn Problem> =
        Arc::new(Quadratic::new(curvatures, 0.0, GradientNoise::Gaussian));
    let parameters = [("dt", Value::Real(dt)), ("temperature", Value::Real(1.0))];
    let n_chains = settings.count("paths", 100_000);
    let n_parameters = problem.dim();
    Workload {
        simulation: Simulation {
            model: build("langevin", &parameters, &problem),
            problem,
            directions: Vec::new(),
            observables: observing("risk"),
            start: Start { mean: vec![0.0; n_parameters], std: 0.0, is_scaled: false },
            record_at: vec![n_steps],
            key: StreamKey(settings.count("seed", 1)),
            check_every: 1024,
        },
        n_chains,
        n_steps,
        checksum: Box::new(move |values| {
            let ratio = means(values, 1)[0] / exact;
            json!({ "ratio_to_exact": ratio, "se": (2.0 / (n_chains * dim) as f64).sqrt() })
        }),
    }
}

/// Adaptive methods and their SDEs on a noisy quadratic; final loss.
fn w4(settings: &Settings) -> Workload {
    let (n_steps, dim) = (settings.count("steps", 2000), settings.count("dim", 100));
    let curvatures = equidistant(dim, 0.1, 1.0);
    let problem: Arc<dyn Problem> =
        Arc::new(Quadratic::new(curvatures, 0.5, GradientNoise::Gaussian));
    let step_size = ("step_size", Value::Real(1e-3));
    let (decay, dt) = (("weight_decay", Value::Real(0.01)), ("dt", Value::Real(1.0)));
    let (name, parameters) = match settings.text("variant", "signsgd") {
        "signsgd" => ("sign_sgd", vec![step_size]),
        "adamw" => ("adam_w", vec![step_size, decay]),
        "signsgd_sde" => ("sign_sgd_sde", vec![step_size, dt]),
        "adamw_sde" => ("adam_w_sde", vec![step_size, decay, dt]),
        other => panic!("there is no variant {other}"),
    };
    let n_chains = settings.count("paths", 256);
    let n_parameters = problem.dim();
    Workload {
        simulation: Simulation {
            model: build(name, &parameters, &problem),
            problem,
            directions: Vec::new(),
            observables: observing("risk"),
            start: Start { mean: vec![1.0; n_parameters], std: 0.0, is_scaled: false },
            record_at: vec![n_steps],
            key: StreamKey(settings.count("seed", 1)),
            check_every: 1024,
        },
        n_chains,
        n_steps,
        checksum: Box::new(|values| {
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            let spread: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
            json!({ "mean_loss": mean, "se": (spread / n / n).sqrt() })
        }),
    }
}

/// Long chains of SGD and homogenized SGD with a ridge; the law of the distance to the minimiser.
fn w5(settings: &Settings) -> Workload {
    let (n_steps, thin) = (settings.count("steps", 100_000), 10);
    let dataset = settings.dataset();
    let ridge = 0.1 * dataset.n_rows() as f64;
    let batch = ("batch_size", Value::Integer(4));
    let (name, parameters) = match settings.text("variant", "sgd") {
        "sgd" => ("sgd", vec![("step_size", Value::Real(0.4)), batch]),
        _ => ("hsgd", vec![("step_size", Value::Real(0.4)), batch, ("dt", Value::Real(1.0))]),
    };
    let mut workload = least_squares(settings, dataset, ridge, name, &parameters, n_steps);
    let burn_in = n_steps / 10;
    workload.simulation.record_at = (burn_in + thin..=n_steps).step_by(thin as usize).collect();
    workload.n_chains = settings.count("paths", 64);
    workload.checksum = Box::new(|values| {
        let mut distances: Vec<f64> = values.iter().map(|square| square.sqrt()).collect();
        distances.sort_by(f64::total_cmp);
        let n = distances.len();
        let quantile = |p: f64| distances[((n - 1) as f64 * p) as usize];
        let mean_log = distances.iter().map(|distance| real::ln(*distance)).sum::<f64>() / n as f64;
        json!({
            "mean_log": mean_log, "q50": quantile(0.5), "q90": quantile(0.9),
            "q99": quantile(0.99), "nsamp": n, "max": distances[n - 1],
        })
    });
    workload
}

/// Standard normal variates: [`LANES`] streams into a buffer in the first cache.
struct Normals<'a>(&'a mut LaneStream, &'a mut [Lanes], usize);

impl Kernel for Normals<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        for _ in 0..self.2 {
            self.0.fill_normals(isa, self.1);
        }
    }
}

fn normals(reps: u64) -> Json {
    let (rows, rounds) = (128, 20_000);
    let mut stream = LaneStream::new(StreamKey(1), 0, Purpose::Brownian);
    let mut out = vec![[0.0; LANES]; rows];
    let (mut seconds, mut wall) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..=reps {
        let (start, before) = (Instant::now(), cpu_seconds());
        dispatch(Normals(&mut stream, &mut out, rounds));
        wall = wall.min(start.elapsed().as_secs_f64());
        seconds = seconds.min(cpu_seconds() - before);
    }
    let work = rows * LANES * rounds;
    let (mut sum, mut squares) = (0.0, 0.0);
    for _ in 0..rounds {
        dispatch(Normals(&mut stream, &mut out, 1));
        let values = out.as_flattened();
        sum += values.iter().sum::<f64>();
        squares += values.iter().map(|value| value * value).sum::<f64>();
    }
    let (mean, variance) = (sum / work as f64, squares / work as f64);
    json!({
        "workload": "normals", "impl": "maruyama", "level": Level::current().to_string(),
        "reps": reps, "seconds": seconds, "wall_s": wall, "cpu_s": seconds, "threads": 1,
        "work": work, "unit": "normals", "rate": work as f64 / seconds,
        "checksum": { "mean": mean, "variance": variance },
    })
}
