//! Laws of simulated chains against theory.

use std::sync::Arc;

use maruyama_dynamics::dataset::Dataset;
use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::model::model;
use maruyama_dynamics::noise::{NumpyLegacy, StreamKey};
use maruyama_dynamics::observable::observable;
use maruyama_dynamics::parameter::{Value, defaults};
use maruyama_dynamics::problem::{LeastSquares, Problem};
use maruyama_dynamics::real;
use maruyama_dynamics::simulate::{Column, Simulation, Start};
use maruyama_theory::tail::{scalar_kesten_index, student_t_scale};

use crate::setting::{assert_close, bounds, build, problems, with};

fn simulation(
    problem: &Arc<LeastSquares>,
    name: &str,
    changes: &[(&str, Value)],
    start_std: f64,
    record_at: &[u64],
) -> Simulation {
    let kind = model(name).unwrap();
    let parameters = with(defaults(kind.part().parameters), changes);
    assert!(kind.check_problem(&parameters, problem.as_ref()).is_empty());
    let problem: Arc<dyn Problem> = Arc::<LeastSquares>::clone(problem);
    let dim = problem.dim();
    Simulation {
        model: kind.build(&parameters, &problem),
        problem,
        directions: Vec::new(),
        observables: ["q1", "risk", "bulk"]
            .map(|name| Column::Now(observable(name).unwrap()))
            .to_vec(),
        start: Start { mean: vec![0.0; dim], std: start_std, is_scaled: false },
        record_at: record_at.to_vec(),
        key: StreamKey(2024),
        check_every: 1024,
    }
}

/// Values of observable `idx` after record `at`, over chains.
fn values(simulation: &Simulation, n_chains: u64, at: usize, idx: usize) -> Vec<f64> {
    let place = at * simulation.observables.len() + idx;
    let per_chain = simulation.record_at.len() * simulation.observables.len();
    simulation.run(0..n_chains).values.chunks(per_chain).map(|chain| chain[place]).collect()
}

fn mean(values: &[f64]) -> f64 {
    real::sum(values) / values.len() as f64
}

/// The `p`-quantile of the magnitudes of centred values.
fn magnitude_quantile(values: &[f64], p: f64) -> f64 {
    let centre = mean(values);
    let mut magnitudes: Vec<f64> = values.iter().map(|value| (value - centre).abs()).collect();
    magnitudes.sort_by(f64::total_cmp);
    magnitudes[(p * values.len() as f64) as usize]
}

/// At the paper's parameters of data set X the coordinate of homogenized SGD follows Student's law
/// with the predicted scale, and that of SGD does not.
#[test]
fn the_law_of_hsgd_on_x_is_student_and_that_of_sgd_is_not() {
    let problem = &problems()[0];
    let changes = [("step_size", Value::Real(0.02)), ("dt", Value::Real(0.02))];
    let hsgd = simulation(problem, "hsgd", &changes, 0.5, &[20]);
    let n_chains = 3000;
    let (z, bulk) = (values(&hsgd, n_chains, 0, 0), values(&hsgd, 200, 0, 2));
    let spectrum = problem.spectrum();
    let nu = bounds(0).upper;
    let lambda = spectrum.singular_values[0];
    let scale = student_t_scale(spectrum.beta, mean(&bulk), lambda, nu);
    // Closed-form evaluation at t = 20 gives 0.4538.
    assert_close(scale, 0.4538, 0.01);
    // Quantiles 0.75 and 0.995 of t(2.955185746) are those of the magnitude at 0.5 and 0.99. Allowed
    // are four standard errors, 2.3 % and 6.6 %, and the bias of dt = 0.02, about 2 % and 4 %.
    assert_close(magnitude_quantile(&z, 0.5), 0.766_394 * scale, 0.11);
    assert_close(magnitude_quantile(&z, 0.99), 5.929_597 * scale, 0.30);
    let sgd = simulation(problem, "sgd", &[("step_size", Value::Real(0.02))], 0.5, &[19]);
    let z = values(&sgd, n_chains, 0, 0);
    // The ratio is 7.7 for that Student law and 3.82 for a normal one.
    let ratio = magnitude_quantile(&z, 0.99) / magnitude_quantile(&z, 0.5);
    assert!(ratio < 4.5, "{ratio}");
}

/// Mean excess `|A (x − x_*)|²` of homogenized SGD from the linear equations of second moments,
/// `d/dt E Z_i² = −2 theta_i E Z_i² + s_i² (sum_j E Z_j² + beta)`, by Runge–Kutta in steps of 1.
fn mean_excess(problem: &LeastSquares, step_size: f64, steps: u64, start: &[f64]) -> f64 {
    let spectrum = problem.spectrum();
    let n = problem.dataset().n_rows() as f64;
    let theta: Vec<f64> = spectrum.singular_values.iter().map(|s| step_size * s * s / n).collect();
    let slope = |z: &[f64]| -> Vec<f64> {
        let level = real::sum(z) + spectrum.beta;
        theta.iter().zip(z).map(|(theta, z)| -2.0 * theta * z + theta * theta * level).collect()
    };
    let moved = |z: &[f64], by: f64, slope: &[f64]| -> Vec<f64> {
        z.iter().zip(slope).map(|(z, slope)| z + by * slope).collect()
    };
    let mut z = start.to_vec();
    for _ in 0..steps {
        let k1 = slope(&z);
        let k2 = slope(&moved(&z, 0.5, &k1));
        let k3 = slope(&moved(&z, 0.5, &k2));
        let k4 = slope(&moved(&z, 1.0, &k3));
        for i in 0..z.len() {
            z[i] += (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]) / 6.0;
        }
    }
    real::sum(&z)
}

#[test]
fn mean_risks_of_hsgd_and_sgd_follow_the_second_moment_equations() {
    let changes = [
        ("rows", Value::Integer(1000)),
        ("columns", Value::Integer(100)),
        ("numpy_seed", Value::Integer(5)),
        ("scale", Value::Text("none".to_owned())),
        ("coefficient_std", Value::Real(0.3)),
    ];
    let problem = build("gaussian_design", &changes);
    let spectrum = problem.spectrum();
    let (step_size, steps, n) = (0.004, [100, 600], 1000.0);
    // x = 0 at the start: Y = alpha.
    let start: Vec<f64> =
        spectrum.singular_values.iter().zip(&spectrum.alpha).map(|(s, a)| s * s * a * a).collect();
    for (name, dt, tolerance) in [("hsgd", Some(0.25), 0.005), ("sgd", None, 0.03)] {
        let mut changes = vec![("step_size", Value::Real(step_size))];
        changes.extend(dt.map(|dt| ("dt", Value::Real(dt))));
        let simulation = simulation(&problem, name, &changes, 0.0, &steps);
        for (at, steps) in steps.into_iter().enumerate() {
            let risks = values(&simulation, 150, at, 1);
            let excess = mean_excess(&problem, step_size, steps, &start);
            let expected = (excess + spectrum.beta) / (2.0 * n);
            let risk = mean(&risks);
            let spread: Vec<f64> = risks.iter().map(|value| value - risk).collect();
            let error = real::dot(&spread, &spread).sqrt() / risks.len() as f64;
            let allowed = 4.0 * error + tolerance * expected;
            assert!((risk - expected).abs() < allowed, "{name}: {risk} vs {expected}");
            // The test has power: noise makes up a good part of the final risk.
            assert!(steps < 600 || expected > 1.05 * spectrum.beta / (2.0 * n));
            assert!(allowed < 0.05 * expected);
        }
    }
}

/// One-dimensional SGD has the tail index of Kesten's equation, 1.387, not that of the diffusion,
/// 2.522.
#[test]
fn the_tail_of_scalar_sgd_is_kesten_s() {
    let (a, step_size) = (vec![0.3, 0.8, 1.0, 1.4, 1.9], 0.9);
    let alpha = scalar_kesten_index(&a, step_size, 0.0).unwrap();
    let response = NumpyLegacy::new(3).normals(5);
    let dataset = Dataset::new(Matrix::new(5, 1, a), response);
    let problem = Arc::new(LeastSquares::new(dataset, 0.0));
    let changes = [("step_size", Value::Real(step_size))];
    let simulation = simulation(&problem, "sgd", &changes, 1.0, &[300]);
    let minimiser = problem.spectrum().minimiser[0];
    let distances = values(&simulation, 60_000, 0, 0);
    let hill = hill(distances.iter().map(|x| (x - minimiser).abs()).collect(), 600);
    // Four standard errors alpha/sqrt(k), and as much again for the second-order bias of Hill's
    // estimator: 0.32 here, against a distance of 1.1 to the diffusion's index.
    assert!((hill - alpha).abs() < 0.32, "{hill} vs {alpha}");
}

/// A problem with the given singular values and residual `beta = 4`, whose minimiser is 0.
fn diagonal_problem(singular_values: &[f64]) -> Arc<LeastSquares> {
    let r = singular_values.len();
    let mut entries = vec![0.0; 2 * r * r];
    singular_values.iter().enumerate().for_each(|(i, s)| entries[i * r + i] = *s);
    let mut response = vec![0.0; 2 * r];
    response[r] = 2.0;
    let dataset = Dataset::new(Matrix::new(2 * r, r, entries), response);
    Arc::new(LeastSquares::new(dataset, 0.0))
}

/// `|Z|² = sum lambda_i² Y_i²/beta` from the risk, after the only record.
fn squared_radius(simulation: &Simulation, n_chains: u64) -> Vec<f64> {
    let problem: &LeastSquares = simulation.problem.expect();
    let (spectrum, n) = (problem.spectrum(), problem.dataset().n_rows() as f64);
    let excess = |risk: f64| (2.0 * n * risk - spectrum.beta) / spectrum.beta;
    values(simulation, n_chains, 0, 1).into_iter().map(excess).collect()
}

/// Equal singular values and no ridge: `Z = lambda Y/sqrt(beta)` is stationary with
/// `E |Z|² = r phi/(1 − r phi)` and `sqrt(eta) Z_i ~ t(eta)`, `eta = 2 + 1/phi − r`.
#[test]
fn the_isotropic_stationary_law_of_hsgd_is_student() {
    let (r, phi, n_chains) = (4.0, 0.12, 6_000);
    let eta = 2.0 + 1.0 / phi - r;
    let problem = diagonal_problem(&[1.0; 4]);
    let step_size = 2.0 * phi * problem.dataset().n_rows() as f64;
    let changes = [("step_size", Value::Real(step_size)), ("dt", Value::Real(0.02))];
    let hsgd = simulation(&problem, "hsgd", &changes, 0.0, &[40]);
    let n = n_chains as f64;

    let squares = squared_radius(&hsgd, n_chains);
    let spread: Vec<f64> = squares.iter().map(|square| square - mean(&squares)).collect();
    let error = real::dot(&spread, &spread).sqrt() / n;
    // Besides four standard errors, the bias of Euler–Maruyama: about theta dt = 0.5 %.
    let expected = r * phi / (1.0 - r * phi);
    assert!((mean(&squares) - expected).abs() < 4.0 * error + 0.01 * expected);

    // q1 is one of the unit vectors, and beta = 4: Z_1 = q1/2.
    let t: Vec<f64> =
        values(&hsgd, n_chains, 0, 0).iter().map(|q1| (eta.sqrt() * q1 / 2.0).abs()).collect();
    for at in [1.0, 3.0] {
        let p = student_t_two_sided_tail(eta, at);
        let fraction = t.iter().filter(|t| **t > at).count() as f64 / n;
        let error = (p * (1.0 - p) / n).sqrt();
        assert!((fraction - p).abs() < 4.0 * error + 0.01 * p, "{fraction} vs {p}");
    }
}

/// `P(|t(nu)| > x)` by Simpson's rule on the density.
fn student_t_two_sided_tail(nu: f64, x: f64) -> f64 {
    let constant = real::exp(real::lgamma(f64::midpoint(nu, 1.0)) - real::lgamma(nu / 2.0))
        / (nu * std::f64::consts::PI).sqrt();
    let density = |t: f64| constant * real::pow(1.0 + t * t / nu, -(nu + 1.0) / 2.0);
    let width = x / 1000.0;
    let inside: f64 = (0..1000)
        .map(|i| f64::from(i) * width)
        .map(|t| density(t) + 4.0 * density(t + width / 2.0) + density(t + width))
        .sum();
    1.0 - 2.0 * inside * width / 6.0
}

/// Hill's estimator from the `k` largest of `magnitudes`.
fn hill(mut magnitudes: Vec<f64>, k: usize) -> f64 {
    magnitudes.sort_by(|x, y| y.total_cmp(x));
    let excess: f64 = magnitudes[..k].iter().map(|x| real::ln(x / magnitudes[k])).sum();
    k as f64 / excess
}

/// For `lambda² = (1, 1/2, 1/2, 1/2)`, `phi_1 = 0.3` a spectral solution gives eta = 3.216; Hill's
/// estimator on |Z| is biased down to 3.1 at this sample fraction, with 15 % of tolerance.
#[test]
fn the_tail_of_hsgd_with_unequal_rates_is_that_of_the_spectral_solution() {
    let half = f64::sqrt(0.5);
    let problem = diagonal_problem(&[1.0, half, half, half]);
    let step_size = 2.0 * 0.3 * problem.dataset().n_rows() as f64;
    let changes = [("step_size", Value::Real(step_size)), ("dt", Value::Real(0.03))];
    let hsgd = simulation(&problem, "hsgd", &changes, 0.0, &[40]);
    let radii = squared_radius(&hsgd, 40_000).into_iter().map(f64::sqrt).collect();
    let index = hill(radii, 400);
    assert!((index - 3.1).abs() < 0.15 * 3.1, "{index}");
}
