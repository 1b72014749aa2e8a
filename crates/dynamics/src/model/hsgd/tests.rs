use super::*;
use crate::dataset::Dataset;
use crate::linear_algebra::Matrix;
use crate::noise::{NumpyLegacy, StreamKey};
use crate::parameter::Value;

fn problem(ridge: f64) -> Arc<LeastSquares> {
    let mut generator = NumpyLegacy::new(6);
    let design = Matrix::new(7, 2, generator.normals(14));
    Arc::new(LeastSquares::new(Dataset::new(design, generator.normals(7)), ridge))
}

/// Mean and covariance of one step of length 1 against the drift and diffusion of eq. (4),
/// in units of their standard errors.
#[test]
fn one_step_has_the_moments_of_the_equation() {
    let (gamma, b, delta, n) = (0.6, 3.0, 0.8, 7.0);
    let problem = problem(delta);
    let spectrum = problem.spectrum();
    let (lambda, alpha) = (&spectrum.singular_values, &spectrum.alpha);
    let hsgd = Hsgd::new(Arc::clone(&problem), gamma, 3, 1.0);
    let start = [0.7, -1.2];
    let excess = lambda[0] * lambda[0] * 0.49 + lambda[1] * lambda[1] * 1.44 + spectrum.beta;

    let shape = Dynamics::shape(&hsgd);
    let mut bundle = Bundle::new(shape, StreamKey(3), 0);
    let mut workspace = Dynamics::workspace(&hsgd);
    let draws = 200_000;
    let (mut means, mut squares, mut product) = ([0.0; 2], [0.0; 2], 0.0);
    for _ in 0..draws / LANES {
        (0..LANES).for_each(|lane| bundle.set(shape, 0, lane, &start));
        Model::advance(&hsgd, 1, &mut bundle, &mut workspace);
        for lane in 0..LANES {
            let mut y = [0.0; 2];
            bundle.get(shape, 0, lane, &mut y);
            let centred = [0, 1].map(|i| {
                let drift =
                    -gamma / n * ((lambda[i] * lambda[i] + delta) * start[i] - delta * alpha[i]);
                let deviation = gamma * lambda[i] / n * (excess / b).sqrt();
                (y[i] - start[i] - drift) / deviation
            });
            for i in 0..2 {
                means[i] += centred[i];
                squares[i] += centred[i] * centred[i];
            }
            product += centred[0] * centred[1];
        }
    }
    let root = (draws as f64).sqrt();
    for i in 0..2 {
        assert!((means[i] / root).abs() < 4.5);
        assert!(((squares[i] - draws as f64) / root / 2.0_f64.sqrt()).abs() < 4.5);
    }
    assert!((product / root).abs() < 4.5);
}

#[test]
fn overshooting_time_steps_are_refused() {
    let problem = problem(0.0);
    let largest = problem.spectrum().singular_values[0];
    let mut parameters = Parameters::new();
    let mut with = |name: &str, value| {
        parameters.insert(name.to_owned(), Value::Real(value));
        parameters.clone()
    };
    with("dt", 0.5);
    // theta_1 dt = gamma lambda_1²/n dt: 0.98 and 1.02.
    let step_size = 1.96 * 7.0 / (largest * largest);
    assert!(HsgdKind.check_problem(&with("step_size", step_size), problem.as_ref()).is_empty());
    let step_size = 2.04 * 7.0 / (largest * largest);
    assert_eq!(HsgdKind.check_problem(&with("step_size", step_size), problem.as_ref()).len(), 1);
}

#[test]
fn the_start_is_the_principal_coordinates_of_the_parameters() {
    let problem = problem(0.0);
    let hsgd = Hsgd::new(Arc::clone(&problem), 0.1, 1, 0.5);
    let x = [0.3, -0.4];
    let mut state = vec![0.0; 2];
    Model::embed(&hsgd, &x, &mut state);
    assert!((problem.principal_risk(&state) - problem.risk(&x)).abs() < 1e-14);
}

fn population() -> Arc<GaussianPopulation> {
    Arc::new(GaussianPopulation::new(vec![2.0, 1.0, 0.5], 0.7, vec![0.3, -0.2, 0.1]))
}

/// The chains of homogenized SGD on the population after `n_steps` steps from `start`.
fn chains(hsgd: &Hsgd, start: &[f64; 3], n_steps: u64) -> Vec<[f64; 3]> {
    let shape = Dynamics::shape(hsgd);
    let mut workspace = Dynamics::workspace(hsgd);
    let mut chains = Vec::new();
    for first_chain in (0..40_000).step_by(LANES) {
        let mut bundle = Bundle::new(shape, StreamKey(13), first_chain);
        (0..LANES).for_each(|lane| bundle.set(shape, 0, lane, start));
        Model::advance(hsgd, n_steps, &mut bundle, &mut workspace);
        for lane in 0..LANES {
            let mut y = [0.0; 3];
            bundle.get(shape, 0, lane, &mut y);
            chains.push(y);
        }
    }
    chains
}

/// Steps of `h = 1/2` have the second moments
/// `M_j <- (1 − gamma lambda_j h)² M_j + gamma² lambda_j (h/B) (sum_i lambda_i M_i + s²)`.
#[test]
fn second_moments_on_a_population_are_exact() {
    let (gamma, lambda, b, n_steps) = (0.3, [2.0, 1.0, 0.5], 2.0, 12);
    let hsgd = Hsgd::on_population(population(), gamma, 2, 0.5);
    let mut start = [0.0; 3];
    Model::embed(&hsgd, &[0.9, -0.4, 1.2], &mut start);
    assert_eq!(start, [0.9 - 0.3, -0.4 + 0.2, 1.2 - 0.1]);
    let (mut mean, mut square) = (start, start.map(|y| y * y));
    for _ in 0..2 * n_steps {
        let level = (0..3).map(|j| lambda[j] * square[j]).sum::<f64>() + 0.49;
        for j in 0..3 {
            let decay = 1.0 - gamma * lambda[j] * 0.5;
            mean[j] *= decay;
            square[j] = decay * decay * square[j] + gamma * gamma * lambda[j] * 0.5 / b * level;
        }
    }
    let chains = chains(&hsgd, &start, n_steps);
    let n = chains.len() as f64;
    for j in 0..3 {
        for (power, expected) in [(1, mean[j]), (2, square[j])] {
            let value = |y: &[f64; 3]| if power == 1 { y[j] } else { y[j] * y[j] };
            let values: Vec<f64> = chains.iter().map(value).collect();
            let average = crate::real::sum(&values) / n;
            let spread: Vec<f64> = values.iter().map(|value| value - average).collect();
            let z = (average - expected) * n / crate::real::dot(&spread, &spread).sqrt();
            assert!(z.abs() < 4.5, "coordinate {j}, power {power}: {z}");
        }
    }
}

#[test]
fn overshooting_is_refused_on_a_population_too() {
    let mut parameters = Parameters::new();
    parameters.insert("dt".to_owned(), Value::Real(0.5));
    // theta_1 dt = 2 gamma dt: 0.98 and 1.02.
    for (step_size, n_wrong) in [(0.98, 0), (1.02, 1)] {
        parameters.insert("step_size".to_owned(), Value::Real(step_size));
        let violations = HsgdKind.check_problem(&parameters, population().as_ref());
        assert_eq!(violations.len(), n_wrong);
    }
}
