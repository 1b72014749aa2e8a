use super::*;
use crate::model::core::Model;
use crate::noise::{Purpose, Stream, StreamKey};
use crate::problem::Problem;
use crate::real;

const LAMBDA: [f64; 3] = [2.0, 1.0, 0.5];
const CENTRE: [f64; 3] = [0.5, -1.0, 0.25];

fn problem() -> Arc<GaussianPopulation> {
    Arc::new(GaussianPopulation::new(LAMBDA.to_vec(), 0.7, CENTRE.to_vec()))
}

fn step(step_size: f64, scheme: Scheme, n_parts: u64) -> SdeStep {
    SdeStep { step_size, batch_size: 1, n_parts, scheme, order: Order::First }
}

/// Two parts of a step from the normals of the chain's stream, `z` first, against
/// `(I + theta h Sigma) eta' = (I − (1 − theta) h Sigma) eta + sqrt(gamma h/B) sigma(eta) (z, z_0)`
/// with `theta` zero or one half, and the factors of second order.
#[test]
fn a_step_is_that_of_the_equation() {
    let (gamma, b, start) = (0.3, 2.0, [0.4, -1.1, 0.7]);
    let schemes = [(Scheme::EulerMaruyama, 0.0), (Scheme::CrankNicolson, 0.5)];
    let orders = [Order::First, Order::Second, Order::SecondWithNoise];
    let cases = schemes.iter().flat_map(|scheme| orders.map(|order| (*scheme, order)));
    for ((scheme, theta), order) in cases {
        let settings = SdeStep { batch_size: 2, order, ..step(gamma, scheme, 2) };
        let model = PopulationSde::new(problem(), settings);
        let shape = Dynamics::shape(&model);
        let mut bundle = Bundle::new(shape, StreamKey(5), 3);
        (0..LANES).for_each(|lane| bundle.set(shape, 0, lane, &start));
        Model::advance(&model, 1, &mut bundle, &mut Dynamics::workspace(&model));

        let mut stream = Stream::new(StreamKey(5), 8, Purpose::Brownian);
        let (h, mut expected) = (0.15, start);
        for _ in 0..2 {
            let mut z = [0.0; 4];
            stream.fill_normals(&mut z);
            let eta = [0, 1, 2].map(|j| expected[j] - CENTRE[j]);
            let excess = (0..3).map(|j| LAMBDA[j] * eta[j] * eta[j]).sum::<f64>();
            for j in 0..3 {
                let (lambda, level) = (LAMBDA[j], (excess + 0.49_f64).sqrt());
                let corrected = 1.0 + 0.5 * gamma * lambda;
                let drift = if order == Order::First { lambda } else { lambda * corrected };
                let factor = if order == Order::SecondWithNoise { corrected } else { 1.0 };
                let noise = factor * (lambda.sqrt() * level * z[j] + lambda * eta[j] * z[3]);
                let next =
                    (1.0 - (1.0 - theta) * h * drift) * eta[j] + f64::sqrt(gamma * h / b) * noise;
                expected[j] = CENTRE[j] + next / (1.0 + theta * h * drift);
            }
        }
        let mut found = [0.0; 3];
        bundle.get(shape, 0, 5, &mut found);
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-14, "{scheme:?}: {found} vs {expected}");
        }
    }
}

/// A step of Euler–Maruyama on the sphere: the factor has the covariance
/// `(kappa eta·Sigma eta + s²) Sigma + (2 kappa − 1) Sigma eta etaᵀ Sigma`, and without noise of the
/// responses none in one dimension, where samples differ in sign alone.
#[test]
fn the_factor_on_the_sphere_is_that_of_its_fourth_moments() {
    let start = [0.4, -1.1, 0.7];
    let one = GaussianPopulation::new(vec![2.0], 0.0, vec![0.5]);
    for (dim, kurtosis) in [(3, 0.6), (1, 1.0 / 3.0)] {
        let gaussian = if dim == 3 { problem().as_ref().clone() } else { one.clone() };
        let sphere = SpherePopulation::new(gaussian);
        let model = PopulationSde::on_sphere(&sphere, step(0.3, Scheme::EulerMaruyama, 1));
        let shape = Dynamics::shape(&model);
        let mut bundle = Bundle::new(shape, StreamKey(5), 3);
        (0..LANES).for_each(|lane| bundle.set(shape, 0, lane, &start[..dim]));
        Model::advance(&model, 1, &mut bundle, &mut Dynamics::workspace(&model));
        let mut stream = Stream::new(StreamKey(5), 8, Purpose::Brownian);
        let mut z = [0.0; 4];
        stream.fill_normals(&mut z[..=dim]);
        let eta: Vec<f64> = (0..dim).map(|j| start[j] - CENTRE[j]).collect();
        let excess = (0..dim).map(|j| LAMBDA[j] * eta[j] * eta[j]).sum::<f64>();
        let (level, along) = if dim == 1 {
            (0.0, 0.0)
        } else {
            ((kurtosis * excess + 0.49).sqrt(), f64::sqrt(2.0 * kurtosis - 1.0))
        };
        let mut found = vec![0.0; dim];
        bundle.get(shape, 0, 5, &mut found);
        for j in 0..dim {
            let lambda = LAMBDA[j];
            let noise = lambda.sqrt() * level * z[j] + along * lambda * eta[j] * z[dim];
            let expected = CENTRE[j] + (1.0 - 0.3 * lambda) * eta[j] + 0.3 * noise;
            assert!((found[j] - expected).abs() < 1e-14, "{dim}: {} {expected}", found[j]);
        }
    }
}

/// Squares of the errors, `[3, n]`, after `n_steps` steps from the minimiser.
fn squares(model: &PopulationSde, n_steps: u64, n_chains: u64) -> [Vec<f64>; 3] {
    let shape = Dynamics::shape(model);
    let mut workspace = Dynamics::workspace(model);
    let mut squares: [Vec<f64>; 3] = Default::default();
    for first_chain in (0..n_chains).step_by(LANES) {
        let mut bundle = Bundle::new(shape, StreamKey(9), first_chain);
        (0..LANES).for_each(|lane| bundle.set(shape, 0, lane, problem().minimiser()));
        Model::advance(model, n_steps, &mut bundle, &mut workspace);
        for lane in 0..LANES {
            let mut x = [0.0; 3];
            bundle.get(shape, 0, lane, &mut x);
            (0..3).for_each(|j| squares[j].push((x[j] - CENTRE[j]) * (x[j] - CENTRE[j])));
        }
    }
    squares
}

/// Solutions of `Sigma M + M Sigma − gamma (T(M) − Sigma M Sigma) = gamma N`, for Gaussian samples
/// `m_j = gamma (s² + tau)/(2 − gamma lambda_j)`, and of the same with `(h − gamma)` before
/// `Sigma M Sigma`, which is SGD's at `h = gamma`.
#[test]
fn the_stationary_covariance_is_that_of_the_lyapunov_equation() {
    let equation = [0.033_582_130_965_6, 0.031_814_650_388_5, 0.030_998_890_122_1];
    let sgd = [0.038_612_903_225_8, 0.034_322_580_645_2, 0.032_516_129_032_3];
    for (scheme, expected) in [(Scheme::CrankNicolson, equation), (Scheme::EulerMaruyama, sgd)] {
        let model = PopulationSde::new(problem(), step(0.1, scheme, 1));
        for (j, squares) in squares(&model, 150, 40_000).iter().enumerate() {
            let n = squares.len() as f64;
            let mean = real::sum(squares) / n;
            let spread: Vec<f64> = squares.iter().map(|square| square - mean).collect();
            let error = real::dot(&spread, &spread).sqrt() / n;
            let z = (mean - expected[j]) / error;
            assert!(z.abs() < 4.5, "{scheme:?}, coordinate {j}: {z}");
            // The test tells the two apart at the largest eigenvalue.
            assert!(j > 0 || error < 0.1 * (sgd[0] - equation[0]), "{error}");
        }
    }
}

/// For equal eigenvalues the stationary law is a multivariate Student-t of the index
/// `alpha = 1/gamma − (d − 3)/2`, and `2 |eta|²/s²` is beta-prime of the shapes `d/2` and `alpha/2`:
/// here 5/2 and 2.
#[test]
fn the_isotropic_stationary_law_is_student() {
    let problem = Arc::new(GaussianPopulation::new(vec![1.0; 5], 0.7, vec![0.0; 5]));
    let model = PopulationSde::new(problem, step(0.2, Scheme::CrankNicolson, 20));
    let shape = Dynamics::shape(&model);
    let mut workspace = Dynamics::workspace(&model);
    let mut radii = Vec::new();
    for first_chain in (0..16_000).step_by(LANES) {
        let mut bundle = Bundle::new(shape, StreamKey(14), first_chain);
        Model::advance(&model, 75, &mut bundle, &mut workspace);
        for lane in 0..LANES {
            let mut eta = [0.0; 5];
            bundle.get(shape, 0, lane, &mut eta);
            radii.push(2.0 * real::dot(&eta, &eta) / 0.49);
        }
    }
    let n = radii.len() as f64;
    let tails = [
        (0.5, 0.828_933_253_573_444_2),
        (1.2, 0.530_569_189_924_047_4),
        (5.0, 0.101_920_960_880_804_02),
        (20.0, 0.009_452_468_878_499_958),
    ];
    for (x, p) in tails {
        let beyond = radii.iter().filter(|radius| **radius > x).count() as f64;
        let z = (beyond - n * p) / (n * p * (1.0 - p)).sqrt();
        assert!(z.abs() < 4.5, "beyond {x}: {z}");
    }
}
