use super::*;
use crate::dataset::Dataset;
use crate::model::core::Model;
use crate::model::sde_step::{Order, Scheme};
use crate::noise::{NumpyLegacy, StreamKey};

fn step(step_size: f64, n_parts: u64, order: Order) -> SdeStep {
    SdeStep { step_size, batch_size: 1, n_parts, scheme: Scheme::EulerMaruyama, order }
}

fn d1() -> LeastSquares {
    let rows =
        vec![1.0, 0.2, 0.5, -0.8, -1.2, 0.4, 0.3, 1.1, -0.7, -0.6, 0.9, 0.7, -0.4, 0.9, 1.3, -0.5];
    let response = vec![0.9, -0.3, -1.0, 0.8, -1.1, 1.4, 0.1, 0.6];
    LeastSquares::new(Dataset::new(Matrix::new(8, 2, rows), response), 0.0)
}

/// Case `transient.D1.g0.6` of the reference: moments of the error at the time 2.4 from (1, −1), by
/// steps of 0.6 and of 2.4. One step of Euler–Maruyama of 0.6 would be 60 standard errors off.
#[test]
fn moments_are_exact_at_every_step_size() {
    let problem = d1();
    let centre = problem.minimiser();
    let mean = [0.148_269_992_396, -0.284_488_467_958];
    let second = [0.090_656_557_866_5, -0.055_836_340_036_7, 0.118_481_523_799];
    for n_steps in [4, 1] {
        // At the step size 0.6 a step of 2.4 is no division of an iteration: scale it by hand.
        let mut settings = step(0.6, 1, Order::First);
        if n_steps == 1 {
            settings = SdeStep { step_size: 2.4, batch_size: 4, ..settings };
        }
        let model = ConditionalMoments::new(&problem, settings);
        let shape = Dynamics::shape(&model);
        let mut workspace = Dynamics::workspace(&model);
        let mut found: [Vec<f64>; 5] = Default::default();
        for first_chain in (0..40_000).step_by(LANES) {
            let mut bundle = Bundle::new(shape, StreamKey(3), first_chain);
            let start = [centre[0] + 1.0, centre[1] - 1.0];
            (0..LANES).for_each(|lane| bundle.set(shape, 0, lane, &start));
            Model::advance(&model, n_steps, &mut bundle, &mut workspace);
            for lane in 0..LANES {
                let mut x = [0.0; 2];
                bundle.get(shape, 0, lane, &mut x);
                let (a, b) = (x[0] - centre[0], x[1] - centre[1]);
                found.iter_mut().zip([a, b, a * a, a * b, b * b]).for_each(|(all, v)| all.push(v));
            }
        }
        for (values, expected) in found.iter().zip(mean.iter().chain(&second)) {
            let n = values.len() as f64;
            let average = real::sum(values) / n;
            let spread: Vec<f64> = values.iter().map(|value| value - average).collect();
            let error = real::dot(&spread, &spread).sqrt() / n;
            assert!(((average - expected) / error).abs() < 4.5, "{average} vs {expected}");
        }
    }
}

/// For a short step the covariance is `gamma h C(eta)/B`, with a ridge and on a plane of three
/// dimensions too, and is multiplied by the factors of second order.
#[test]
fn covariances_of_short_steps_are_those_of_the_gradients() {
    let mut generator = NumpyLegacy::new(2);
    let flat = Matrix::new(2, 3, generator.normals(6));
    let flat = LeastSquares::new(Dataset::new(flat, generator.normals(2)), 0.5);
    for (problem, order) in [(d1(), Order::First), (flat, Order::SecondWithNoise)] {
        let settings = SdeStep { batch_size: 2, ..step(0.3, 1 << 30, order) };
        let model = ConditionalMoments::new(&problem, settings);
        let rank = model.directions.n_rows();
        let y = [0.7, -0.4];
        let mut terms: Vec<f64> = y[..rank].to_vec();
        terms.extend([y[0] * y[0], y[0] * y[1], y[1] * y[1], 1.0]);
        let found = model.coefficients.times(&terms);
        let mut x = problem.minimiser().to_vec();
        (0..rank).for_each(|a| real::add_scaled(&mut x, y[a], model.directions.row(a)));
        let dataset = problem.dataset();
        let gradients: Vec<Vec<f64>> = dataset
            .design
            .rows()
            .zip(&dataset.response)
            .map(|(row, b)| {
                let residual = real::dot(row, &x) - b;
                model.directions.times(row).iter().map(|entry| residual * entry).collect()
            })
            .collect();
        let n = gradients.len() as f64;
        let mean = |a: usize| gradients.iter().map(|g| g[a]).sum::<f64>() / n;
        let factor = |a: usize| {
            let s = problem.spectrum().singular_values[a];
            order.noise(0.3, (s * s + problem.ridge()) / n)
        };
        for (found, (a, b)) in found.iter().zip([(0, 0), (0, 1), (1, 1)]) {
            let both = gradients.iter().map(|g| g[a] * g[b]).sum::<f64>() / n;
            let scale = 0.3 * settings.size() / 2.0 * factor(a) * factor(b);
            let expected = scale * (both - mean(a) * mean(b));
            let error = (found - expected).abs() / scale;
            // Rounding of one against a step of 3e-10.
            assert!(error < 2e-5, "{order:?} {a}{b}: {found} vs {expected}");
        }
    }
}

/// Three samples that are fitted: their noise has rank two, and none at the minimiser.
#[test]
fn degenerate_noise_stays_in_its_directions() {
    let rows = vec![1.0, 0.5, -0.3, 0.2, 0.7, -0.4, 1.1, 0.6, -0.5, 0.1, 0.3, -0.2, 0.8, 1.0, -0.6];
    let dataset = Dataset::new(Matrix::new(3, 5, rows), vec![-0.275, -1.575, 1.6]);
    let problem = LeastSquares::new(dataset, 0.0);
    let model = ConditionalMoments::new(&problem, step(0.7, 1, Order::First));
    let shape = Dynamics::shape(&model);
    let mut bundle = Bundle::new(shape, StreamKey(3), 0);
    bundle.set(shape, 0, 1, problem.minimiser());
    Model::advance(&model, 200, &mut bundle, &mut Dynamics::workspace(&model));
    let mut x = [0.0; 5];
    for lane in 0..LANES {
        bundle.get(shape, 0, lane, &mut x);
        let error: f64 =
            x.iter().zip(problem.minimiser()).map(|(x, centre)| (x - centre).abs()).sum();
        assert!(error < 1e-12, "{lane}: {error}");
    }
}
