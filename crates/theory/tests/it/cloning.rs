//! Monte Carlo indices beside exact ones.

use maruyama_dynamics::linear_algebra::{Matrix, right_svd};
use maruyama_dynamics::noise::StreamKey;
use maruyama_dynamics::parameter::{Parameters, Value, defaults};
use maruyama_theory::tail::{
    Case, CloningSize, Diffusion, Finding, NotApplicable, Samples, cloned_rate,
    scalar_kesten_index, theory,
};

use crate::reference::assert_close;

/// Bounds of Monte Carlo estimates, in standard errors.
const SIGMAS: f64 = 4.0;

#[test]
fn growth_rates_of_homogenized_sgd() {
    let diffusion =
        Diffusion { theta: vec![1.0, 0.5, 0.5, 0.5], noise: vec![0.6, 0.15, 0.15, 0.15] };
    let size = CloningSize { n_particles: 200, n_replicates: 8, step: 0.05, horizon: 60.0 };
    // At the exact index, and at its upper bound; the exact rates are those of two groups.
    for (p, expected) in [(3.216_233_871_176_798, 0.0), (13.0 / 3.0, 0.944_548_281_908_929_5)] {
        let found = cloned_rate(&diffusion, p, &size, StreamKey(11));
        assert!(found.standard_error < 1e-2, "{found:?}");
        assert!((found.rate - expected).abs() < SIGMAS * found.standard_error, "{p} {found:?}");
    }
}

#[test]
fn growth_rates_in_one_dimension_have_no_error() {
    let diffusion = Diffusion { theta: vec![0.4], noise: vec![0.3] };
    let size = CloningSize { n_particles: 3, n_replicates: 2, step: 0.1, horizon: 2.0 };
    let found = cloned_rate(&diffusion, 2.5, &size, StreamKey(1));
    assert_close("Lambda", found.rate, 2.5 * (-0.4 + 0.15 * 1.5), 1e-12);
}

#[test]
fn indices_of_homogenized_sgd() {
    // Eigenvalues 1, 1/2, 1/2, 1/2 with phi_1 = 0.3.
    let eigenvalues = [1.0, 0.5, 0.5, 0.5];
    let samples = Samples::Gaussian { eigenvalues: &eigenvalues };
    let case = case(samples, 0.6);
    let found = find("hsgd_cloning", &case, &[("particles", 100)]).unwrap();
    assert_near(&found, 3.216_233_871_176_798, 0.04);
    let exact = find("hsgd_two_groups", &case, &[]).unwrap();
    assert_close("two groups", exact.value, 3.216_233_871_176_798, 1e-9);
}

#[test]
fn indices_of_sgd_on_the_line() {
    let design = Matrix::new(5, 1, vec![0.3, 0.8, 1.0, 1.4, 1.9]);
    let svd = right_svd(&design);
    let samples = Samples::Finite {
        design: &design,
        singular_values: &svd.singular_values,
        right_vectors: &svd.right_vectors,
    };
    let case = case(samples, 0.9);
    let exact = find("sgd_scalar", &case, &[]).unwrap().value;
    assert_close("alpha", exact, 1.386_649_673_588_424, 1e-12);
    // Weights of rows do not depend on the direction: no error.
    let found = find("sgd_cloning", &case, &[("particles", 10), ("iterations", 20)]).unwrap();
    assert_close("alpha", found.value, exact, 1e-3);
    // A pair of rows (a, b) acts as one row with a² + b² halved.
    let pairs = Case { batch_size: 2, ..case };
    let entries = design.entries();
    let mean_square =
        |k: usize| f64::midpoint(entries[k / 5] * entries[k / 5], entries[k % 5] * entries[k % 5]);
    let rows: Vec<f64> = (0..25).map(|k| mean_square(k).sqrt()).collect();
    let exact = scalar_kesten_index(&rows, 0.9, 0.0).unwrap();
    let given = [("particles", 400), ("iterations", 100)];
    let found = find("sgd_cloning", &pairs, &given).unwrap();
    assert_near(&found, exact, 0.02);
}

fn case(samples: Samples<'_>, step_size: f64) -> Case<'_> {
    Case { samples, step_size, batch_size: 1, is_with_replacement: true, ridge: 0.0 }
}

fn find(name: &str, case: &Case<'_>, given: &[(&str, i64)]) -> Result<Finding, NotApplicable> {
    let theory = theory(name).unwrap();
    let mut parameters: Parameters = defaults(theory.part().parameters);
    for &(key, value) in given {
        assert!(parameters.insert(key.to_owned(), Value::Integer(value)).is_some());
    }
    theory.find(case, &parameters, StreamKey(7))
}

/// Fails unless the estimate is within its own error, which is at most `largest`, of `expected`.
fn assert_near(found: &Finding, expected: f64, largest: f64) {
    let error = found.error.unwrap();
    assert!(error <= largest, "{found:?}");
    assert!((found.value - expected).abs() <= SIGMAS * error, "{found:?} {expected}");
}
