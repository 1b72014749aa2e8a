use super::*;
use crate::model::averaging::Averaging;
use crate::model::core::{Dynamics, Model};
use crate::model::descent::Descent;
use crate::model::gradient_descent::GradientDescent;
use crate::model::schedule::Schedule;
use crate::model::shape::Shape;
use crate::noise::StreamKey;
use crate::real;
use crate::simd::{Kernel, dispatch};

const LAMBDA: [f64; 3] = [2.0, 1.0, 0.5];
const CENTRE: [f64; 3] = [0.5, -1.0, 0.25];
const ETA: [f64; 3] = [0.4, -0.8, 1.1];

fn gradient(noise_std: f64, batch_size: usize) -> FreshSamples {
    let problem = GaussianPopulation::new(LAMBDA.to_vec(), noise_std, CENTRE.to_vec());
    FreshSamples::new(Arc::new(problem), batch_size)
}

fn sphere_gradient(noise_std: f64, batch_size: usize) -> FreshSamples {
    let problem = GaussianPopulation::new(LAMBDA.to_vec(), noise_std, CENTRE.to_vec());
    FreshSamples::on_sphere(&SpherePopulation::new(problem), batch_size)
}

/// Draws of the gradient at `x_* + ETA`, `[n]`, and its mean square there.
struct Draws<'a>(&'a FreshSamples, u64);

impl Kernel for Draws<'_> {
    type Output = (Vec<[f64; 3]>, [f64; 3]);

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) -> Self::Output {
        let Draws(gradient, n_rows) = self;
        let shape = Shape { layout: Layout::ByCoordinate, dim: 3, n_vectors: 1 };
        let Workspace { mut reals, mut indices, mut sampler } = gradient.workspace();
        let mut out = [[0.0; LANES]; 3];
        let mut bundle = Bundle::new(shape, StreamKey(31), 0);
        let x = [0, 1, 2].map(|j| CENTRE[j] + ETA[j]);
        (0..LANES).for_each(|lane| bundle.set(shape, 0, lane, &x));
        gradient.mean_square(isa, rows(&bundle.state), &mut out);
        let mean_square = out.map(|row| row[3]);
        let mut draws = Vec::new();
        for _ in 0..n_rows {
            let room = Room { reals: &mut reals, indices: &mut indices, sampler: &mut sampler };
            gradient.draw(isa, &mut bundle, room, &mut out);
            draws.extend((0..LANES).map(|lane| out.map(|row| row[lane])));
        }
        (draws, mean_square)
    }
}

/// The mean of `values` in standard errors from `expected`.
fn z(values: &[f64], expected: f64) -> f64 {
    let n = values.len() as f64;
    let mean = real::sum(values) / n;
    let spread: Vec<f64> = values.iter().map(|value| value - mean).collect();
    (mean - expected) * n / real::dot(&spread, &spread).sqrt()
}

/// `E g = Sigma eta`, and the covariance times `B` is `(2 kappa − 1) Sigma eta etaᵀ Sigma` with
/// `(kappa eta·Sigma eta + s²) Sigma`, where `kappa` is 1, and 3/5 on the sphere in three dimensions.
#[test]
fn gradients_have_the_moments_of_their_samples() {
    let cases = [(0.7, 1, 1.0), (0.0, 1, 1.0), (0.7, 3, 1.0), (0.7, 1, 0.6), (0.7, 3, 0.6)];
    for (noise_std, batch_size, kurtosis) in cases {
        let of = if kurtosis == 1.0 { gradient } else { sphere_gradient };
        let (draws, mean_square) = dispatch(Draws(&of(noise_std, batch_size), 12_500));
        let share = 1.0 / batch_size as f64;
        let excess = (0..3).map(|j| LAMBDA[j] * ETA[j] * ETA[j]).sum::<f64>();
        let level = share * (kurtosis * excess + noise_std * noise_std);
        let mean = [0, 1, 2].map(|j| LAMBDA[j] * ETA[j]);
        for j in 0..3 {
            let of = |f: &dyn Fn(&[f64; 3]) -> f64| draws.iter().map(f).collect::<Vec<f64>>();
            let at = z(&of(&|g| g[j]), mean[j]);
            assert!(at.abs() < 4.5, "coordinate {j}: {at}");
            for k in 0..=j {
                let diagonal = if j == k { level * LAMBDA[j] } else { 0.0 };
                let weight = 1.0 + share * (2.0 * kurtosis - 1.0);
                let expected = weight * mean[j] * mean[k] + diagonal;
                let at = z(&of(&|g| g[j] * g[k]), expected);
                assert!(at.abs() < 4.5, "coordinates {j} and {k}: {at}");
                if j == k {
                    assert!((mean_square[j] / expected - 1.0).abs() < 1e-15);
                }
            }
        }
    }
}

/// Without noise of the responses `sum_j g_j²/lambda_j = r² |z|² = 3 r²` and `g·eta = r²` at any
/// sample: features have a constant length in units of their standard deviations.
#[test]
fn features_on_the_sphere_have_one_length() {
    let (draws, _) = dispatch(Draws(&sphere_gradient(0.0, 1), 40));
    for g in draws {
        let along: f64 = (0..3).map(|j| g[j] * ETA[j]).sum();
        let length: f64 = (0..3).map(|j| g[j] * g[j] / LAMBDA[j]).sum();
        assert!((length - 3.0 * along).abs() < 1e-13 * length.max(1e-3), "{length} {along}");
    }
}

/// Values of `eta_j` and `eta_j²` after `n_steps` steps of `descent` from `eta = ETA`.
fn run(
    descent: &Descent<FreshSamples, GradientDescent, 0>,
    n_steps: u64,
    n_chains: u64,
) -> [[Vec<f64>; 2]; 3] {
    let shape = Dynamics::shape(descent);
    let observed = Dynamics::observed_vector(descent);
    let mut workspace = Dynamics::workspace(descent);
    let mut values: [[Vec<f64>; 2]; 3] = Default::default();
    for first_chain in (0..n_chains).step_by(LANES) {
        let mut bundle = Bundle::new(shape, StreamKey(32), first_chain);
        let x = [0, 1, 2].map(|j| CENTRE[j] + ETA[j]);
        for lane in 0..LANES {
            bundle.set(shape, 0, lane, &x);
            bundle.set(shape, observed, lane, &x);
        }
        Model::advance(descent, n_steps, &mut bundle, &mut workspace);
        for lane in 0..LANES {
            let mut x = [0.0; 3];
            bundle.get(shape, observed, lane, &mut x);
            for j in 0..3 {
                let error = x[j] - CENTRE[j];
                values[j][0].push(error);
                values[j][1].push(error * error);
            }
        }
    }
    values
}

fn sgd(gradient: FreshSamples, schedule: Schedule) -> Descent<FreshSamples, GradientDescent, 0> {
    Descent { gradient, optimizer: GradientDescent, schedule, averaging: None }
}

/// `m_j <- (1 − gamma lambda_j) m_j` and, for `M_j = E eta_j²`,
/// `M_j <- (1 − 2 gamma lambda_j) M_j + gamma² [(1 + 1/B) lambda_j² M_j + (lambda_j/B) (sum_i lambda_i M_i + s²)]`.
#[test]
fn sgd_has_the_exact_mean_and_second_moments_at_any_schedule() {
    let (noise_std, n_steps) = (0.7, 25);
    for (batch_size, power) in [(1, 0.0), (4, 0.0), (1, 0.75)] {
        let schedule = Schedule { initial: 0.15, power, steps: 10.0 };
        let share = 1.0 / batch_size as f64;
        let (mut mean, mut square) = (ETA, ETA.map(|eta| eta * eta));
        for k in 0..n_steps {
            let gamma = schedule.step_size(k);
            let level = (0..3).map(|j| LAMBDA[j] * square[j]).sum::<f64>() + noise_std * noise_std;
            for j in 0..3 {
                let rate = gamma * LAMBDA[j];
                mean[j] *= 1.0 - rate;
                square[j] *= 1.0 - 2.0 * rate + (1.0 + share) * rate * rate;
                square[j] += share * gamma * rate * level;
            }
        }
        let model = sgd(gradient(noise_std, batch_size), schedule);
        for (j, [errors, squares]) in run(&model, n_steps, 40_000).iter().enumerate() {
            let found = [z(errors, mean[j]), z(squares, square[j])];
            assert!(found.iter().all(|z| z.abs() < 4.5), "B = {batch_size}, {j}: {found:?}");
        }
    }
}

/// `M_j = gamma (s² + tau)/(2 − 2 gamma lambda_j)`, `tau = gamma s² S/(1 − gamma S)`,
/// `S = sum lambda_j/(2 − 2 gamma lambda_j)`: the solution of `Sigma M + M Sigma − gamma T(M) = gamma N`.
#[test]
fn the_stationary_covariance_of_sgd_is_that_of_the_lyapunov_equation() {
    let expected = [0.038_612_903_225_8, 0.034_322_580_645_2, 0.032_516_129_032_3];
    let model = sgd(gradient(0.7, 1), Schedule::constant(0.1));
    for (j, [errors, squares]) in run(&model, 150, 30_000).iter().enumerate() {
        let found = [z(errors, 0.0), z(squares, expected[j])];
        assert!(found.iter().all(|z| z.abs() < 4.5), "coordinate {j}: {found:?}");
    }
}

/// Without noise the error contracts to nothing, and keeps its accuracy where the minimiser is zero.
#[test]
fn noiseless_errors_decay_without_a_floor() {
    let problem = GaussianPopulation::new(vec![1.0; 2], 0.0, vec![0.0; 2]);
    let model = sgd(FreshSamples::new(Arc::new(problem), 1), Schedule::constant(0.4));
    let mut bundle = Bundle::new(Dynamics::shape(&model), StreamKey(33), 0);
    bundle.state.fill(1.0);
    Model::advance(&model, 2000, &mut bundle, &mut Dynamics::workspace(&model));
    // ln|M u| has the mean −0.222 and the standard deviation 0.415: e^(−443.6 ± 18.6) here.
    for x in bundle.state.iter() {
        assert!(x.abs() < 1e-150 && *x != 0.0, "{x}");
    }
}

/// Averages of iterates are observed, whose mean is that of the means.
#[test]
fn averages_have_the_mean_of_the_iterates() {
    let averaging = Some(Averaging { from: 0 });
    let model = Descent { averaging, ..sgd(gradient(0.7, 1), Schedule::constant(0.15)) };
    let n_steps = 20;
    for (j, [errors, _]) in run(&model, n_steps, 20_000).iter().enumerate() {
        let decay = 1.0 - 0.15 * LAMBDA[j];
        let (mut mean, mut sum) = (ETA[j], ETA[j]);
        for _ in 0..n_steps {
            mean *= decay;
            sum += mean;
        }
        let found = z(errors, sum / (n_steps + 1) as f64);
        assert!(found.abs() < 4.5, "coordinate {j}: {found}");
    }
}
