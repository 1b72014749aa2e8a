//! The mean risk of SGD beside the equation of homogenized SGD.

use maruyama_dynamics::linear_algebra::{Matrix, right_svd};
use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};
use maruyama_dynamics::real;
use maruyama_theory::risk::{MeanRisk, Moments};
use maruyama_theory::tail::{Case, Samples, diffusion_of};

const N: usize = 300;
const D: usize = 40;
const STEP_SIZE: f64 = 0.01;
const TIMES: [usize; 4] = [20, 60, 150, 400];
const CHAINS: u64 = 400;

/// A Gaussian design and responses with noise.
fn problem() -> (Matrix, Vec<f64>) {
    let mut entries = vec![0.0; N * D];
    Stream::new(StreamKey(21), 0, Purpose::Start).fill_normals(&mut entries);
    let design = Matrix::new(N, D, entries);
    let mut noise = vec![0.0; N];
    Stream::new(StreamKey(21), 1, Purpose::Start).fill_normals(&mut noise);
    let signal = design.times(&[0.3; D]);
    (design, signal.iter().zip(&noise).map(|(signal, noise)| signal + 2.0 * noise).collect())
}

/// `L(x) = |Ax − b|²/(2n)`.
fn risk(design: &Matrix, b: &[f64], x: &[f64]) -> f64 {
    let residual: Vec<f64> = design.times(x).iter().zip(b).map(|(p, b)| p - b).collect();
    real::dot(&residual, &residual) / (2.0 * N as f64)
}

/// Risks of one chain of SGD from zero at [`TIMES`].
fn chain(design: &Matrix, b: &[f64], idx: u64) -> Vec<f64> {
    let mut stream = Stream::new(StreamKey(22), idx, Purpose::Batch);
    let mut x = vec![0.0; D];
    let mut risks = Vec::new();
    for k in 1..=TIMES[3] {
        let row = stream.index(N);
        let residual = real::dot(design.row(row), &x) - b[row];
        real::add_scaled(&mut x, -STEP_SIZE * residual, design.row(row));
        if TIMES.contains(&k) {
            risks.push(risk(design, b, &x));
        }
    }
    risks
}

#[test]
fn mean_risk_of_sgd_follows_the_equation() {
    let (design, b) = problem();
    let svd = right_svd(&design);
    let (lambda, q) = (&svd.singular_values, &svd.right_vectors);
    // −Y_i = q_i · x_* = q_i · Aᵀ b/lambda_i² at the start, which is zero.
    let along = q.times(&design.transpose_times(&b));
    let optimum: Vec<f64> = along.iter().zip(lambda).map(|(c, s)| c / (s * s)).collect();
    let beta = 2.0 * N as f64 * risk(&design, &b, &q.transpose_times(&optimum));
    let first: Vec<f64> = optimum.iter().zip(lambda).map(|(y, s)| -y * s / beta.sqrt()).collect();
    let second = first.iter().map(|z| z * z).collect();
    let samples = Samples::Finite { design: &design, singular_values: lambda, right_vectors: q };
    let diffusion = diffusion_of(&Case {
        samples,
        step_size: STEP_SIZE,
        batch_size: 1,
        is_with_replacement: true,
        ridge: 0.0,
    })
    .unwrap();
    let mean_risk = MeanRisk { diffusion: &diffusion, mu: &[0.0; D], chi: 1.0 };
    let predicted = mean_risk.at(&Moments { first, second }, &TIMES.map(|time| time as f64));

    let chains: Vec<Vec<f64>> = (0..CHAINS).map(|idx| chain(&design, &b, idx)).collect();
    for (at, moments) in predicted.iter().enumerate() {
        let expected = beta / (2.0 * N as f64) * (real::sum(&moments.second) + 1.0);
        let risks: Vec<f64> = chains.iter().map(|risks| risks[at]).collect();
        let mean = real::sum(&risks) / CHAINS as f64;
        let squares: Vec<f64> = risks.iter().map(|risk| (risk - mean) * (risk - mean)).collect();
        let standard_error = real::sum(&squares).sqrt() / CHAINS as f64;
        eprintln!("{} {mean} {expected} {standard_error} {}", TIMES[at], mean / expected);
        // Homogenized SGD is an approximation: within the 3 % of the reference.
        let allowed = 0.03 * expected + 4.0 * standard_error;
        assert!((mean - expected).abs() < allowed, "{}: {mean} {expected}", TIMES[at]);
    }
}
