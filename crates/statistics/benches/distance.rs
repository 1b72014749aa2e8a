//! Speed of distances between samples, on the workloads of the Python peers: one line of JSON each,
//! with the least processor time of a run in seconds.
//!
//! Arguments choose the workloads by parts of their names; those of 5000 points run only if chosen, and
//! print the certificate and the memory of the process at its most too.

mod clock;

use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};
use maruyama_statistics::distance::line::Ordered;
use maruyama_statistics::distance::points::Points;
use maruyama_statistics::distance::sliced::{draw_directions, sliced_wasserstein};
use maruyama_statistics::distance::transport::cost::{Cost, Ground};
use maruyama_statistics::distance::transport::exact::{transport, transport_weighted};
use maruyama_statistics::distance::transport::sinkhorn::{SinkhornSettings, sinkhorn};
use maruyama_statistics::sample::sort::Sorter;

fn main() {
    let chosen: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let is_chosen = |name: &str| chosen.is_empty() || chosen.iter().any(|part| name.contains(part));
    for (name, workload) in WORKLOADS {
        if is_chosen(name) {
            workload(name);
        }
    }
    for name in LARGE.into_iter().filter(|name| !chosen.is_empty() && is_chosen(name)) {
        large(name);
    }
}

/// A workload, told its name.
type Workload = fn(&str);

const WORKLOADS: [(&str, Workload); 5] = [
    ("S1_w1w2", line),
    ("S2_sliced", sliced),
    ("S3_assignment", assignment),
    ("S3_weighted", weighted),
    ("S3_sinkhorn", entropic),
];

/// Exact transport of 5000 points to 5000, with equal and with other weights.
const LARGE: [&str; 2] = ["large_assignment", "large_weighted"];

/// `n` normals, shifted and scaled.
fn normals(chain: u64, n: usize, scale: f64, shift: f64) -> Vec<f64> {
    let mut x = vec![0.0; n];
    Stream::new(StreamKey(1), chain, Purpose::Start).fill_normals(&mut x);
    for x in &mut x {
        *x = scale * *x + shift;
    }
    x
}

fn line(name: &str) {
    let (x, y) = (normals(0, 1_000_000, 1.0, 0.0), normals(1, 1_000_000, 1.1, 0.1));
    let mut sorter = Sorter::new();
    let mut ordered = [&x, &y].map(|sample| Ordered::with(sample, &mut sorter).expect("finite"));
    measure(name, || {
        let [a, b] = &mut ordered;
        a.refill(&x, &mut sorter).expect("finite");
        b.refill(&y, &mut sorter).expect("finite");
        let [first, second] = a.first_and_second(b).expect("finite");
        first + second
    });
}

fn sliced(name: &str) {
    let (x, y) = (normals(0, 1_000_000, 1.0, 0.0), normals(1, 1_000_000, 1.1, 0.1));
    let (x, y) = (Points::new(&x, 10).expect("points"), Points::new(&y, 10).expect("points"));
    let directions = draw_directions(100, 10, &mut Stream::new(StreamKey(2), 0, Purpose::Start));
    measure(name, || sliced_wasserstein(&x, &y, &directions, 2.0).expect("finite").distance);
}

/// `n` points with ten coordinates, twice.
fn clouds(n: usize) -> [Vec<f64>; 2] {
    [normals(0, 10 * n, 1.0, 0.0), normals(1, 10 * n, 1.1, 0.1)]
}

fn cost([x, y]: &[Vec<f64>; 2]) -> Cost {
    let (x, y) = (Points::new(x, 10).expect("points"), Points::new(y, 10).expect("points"));
    Cost::between(&x, &y, Ground::SquaredEuclidean).expect("finite")
}

fn assignment(name: &str) {
    let clouds = clouds(2_000);
    measure(name, || transport(&cost(&clouds)).expect("settles").cost.sqrt());
}

fn weighted(name: &str) {
    let clouds = clouds(2_000);
    let (a, b) = (weights(2_000, 0.001), weights(2_000, 0.002));
    measure(name, || transport_weighted(&cost(&clouds), &a, &b).expect("settles").cost.sqrt());
}

/// Unequal weights, `[n]`.
fn weights(n: u32, scale: f64) -> Vec<f64> {
    (0..n).map(|i| 1.0 + scale * f64::from(i * 7_919 % 2_003)).collect()
}

/// One run with 5000 points.
fn large(name: &str) {
    const N: u32 = 5_000;
    let probabilities = |scale: f64| -> Vec<f64> {
        let weights = weights(N, scale);
        let total: f64 = weights.iter().sum();
        weights.iter().map(|w| w / total).collect()
    };
    let of_weights = name == "large_weighted";
    let (a, b) = if of_weights { (0.001, 0.002) } else { (0.0, 0.0) };
    let (a, b) = (probabilities(a), probabilities(b));
    let cost = cost(&clouds(N as usize));
    let start = std::time::Instant::now();
    let plan = if of_weights { transport_weighted(&cost, &a, &b) } else { transport(&cost) };
    let (plan, seconds) = (plan.expect("settles"), start.elapsed().as_secs_f64());
    let certificate = plan.certificate(&cost, &a, &b);
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux counts memory");
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM unknown");
    println!("{{\"name\": \"{name}\", \"seconds\": {seconds:.3}, \"w2\": {}}}", plan.cost.sqrt());
    println!("  {certificate:?}, largest cost {}, {peak}", cost.largest());
}

fn entropic(name: &str) {
    let cost = cost(&clouds(2_000));
    let epsilon = 0.05 * cost.mean();
    let settings = SinkhornSettings { epsilon, max_iterations: 200, tolerance: 0.0 };
    let ones = vec![1.0; 2_000];
    measure(name, || sinkhorn(&cost, &ones, &ones, settings).expect("valid").cost);
}

/// Prints the least processor time of `run`, and what it returns.
fn measure(name: &str, run: impl FnMut() -> f64) {
    let (seconds, checksum) = clock::least(7, run);
    println!("{{\"name\": \"{name}\", \"seconds\": {seconds:.6}, \"checksum\": {checksum:?}}}");
}
