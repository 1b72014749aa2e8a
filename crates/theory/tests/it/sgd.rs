//! SGD itself: Kesten's index on fresh Gaussian samples, and the map of second moments.

use maruyama_dynamics::linear_algebra::{Matrix, right_svd};
use maruyama_dynamics::noise::StreamKey;
use maruyama_dynamics::real;
use maruyama_theory::tail::{
    Case, GaussianSgd, Population, Samples, SgdWalk, growth_rate, sgd_second_moment_rate,
};

use crate::reference::assert_close;

/// Dimension, batch size, step size and index, as far as digits are known; from an independent
/// program and, where the index is 2, from the closed condition.
const ROWS: [(usize, u64, f64, f64, f64); 7] = [
    (1, 1, 2.0 / 3.0, 2.0, 1e-10),
    (1, 1, 0.7 * 2.0 / 3.0, 3.1618, 2e-5),
    (10, 1, 1.0 / 6.0, 2.0, 1e-9),
    (10, 1, 0.15, 4.5414, 2e-5),
    (100, 1, 2.0 / 102.0, 2.0, 1e-9),
    (100, 1, 0.9 * 2.0 / 102.0, 60.765, 2e-5),
    (100, 10, 20.0 / 111.0, 2.0, 1e-9),
];

#[test]
fn indices_on_gaussian_samples() {
    for (dim, batch_size, relaxation, expected, tolerance) in ROWS {
        let sgd = GaussianSgd { dim, batch_size, relaxation };
        let index = sgd.index(150).unwrap();
        assert_close(&format!("{sgd:?}"), index, expected, tolerance);
    }
}

#[test]
fn indices_in_five_dimensions_have_the_digits_of_the_reference() {
    // Reference values for arXiv 2407.02322, where its equation has other exponents.
    for (relaxation, expected, half_a_digit) in
        [(0.1, 15.45, 5e-3), (0.2, 5.734, 5e-4), (0.28, 2.203, 5e-4)]
    {
        let index = GaussianSgd { dim: 5, batch_size: 1, relaxation }.index(150).unwrap();
        assert!((index - expected).abs() < half_a_digit, "{relaxation}: {index}");
    }
    // The mean logarithm of the growth is positive.
    assert!(GaussianSgd { dim: 20, batch_size: 1, relaxation: 1.0 }.index(150).is_err());
}

#[test]
fn an_index_in_two_dimensions_has_the_error_that_it_says() {
    // By adaptive quadrature in both Gaussian variables.
    let sgd = GaussianSgd { dim: 2, batch_size: 1, relaxation: 0.42 };
    let (fine, coarse) = (sgd.index(150).unwrap(), sgd.index(100).unwrap());
    let error = (fine - coarse).abs();
    assert!(error < 3e-5 && (fine - 2.777_179_262_863_19).abs() < error, "{fine} {coarse}");
}

#[test]
fn an_index_on_the_line_has_all_its_digits() {
    // By adaptive quadrature with 25 digits.
    let sgd = GaussianSgd { dim: 1, batch_size: 1, relaxation: 7.0 / 15.0 };
    assert_close("alpha", sgd.index(150).unwrap(), 3.161_751_750_043_763, 1e-12);
}

#[test]
fn closed_second_moments_of_gaussian_samples() {
    for (dim, batch_size) in [(1, 1), (1, 4), (3, 2), (10, 1), (40, 16)] {
        let sgd = GaussianSgd { dim, batch_size, relaxation: 0.3 };
        assert_close("h(2)", sgd.ln_moment(2.0, 60), real::ln(sgd.second_moment()), 1e-12);
        let edge = GaussianSgd { relaxation: sgd.relaxation_of_index_two(), ..sgd };
        assert_close("edge", edge.second_moment(), 1.0, 1e-14);
        let eigenvalues = vec![1.0; dim];
        let samples = Samples::Gaussian { eigenvalues: &eigenvalues };
        let rate = sgd_second_moment_rate(&case(samples, 0.3, batch_size)).unwrap();
        assert_close("Lambda(2)", rate.middle(), real::ln(sgd.second_moment()), 1e-12);
    }
}

#[test]
fn the_map_of_second_moments_is_the_mean_over_all_batches() {
    let design = small_design();
    let svd = right_svd(&design);
    let samples = Samples::Finite {
        design: &design,
        singular_values: &svd.singular_values,
        right_vectors: &svd.right_vectors,
    };
    for (is_with_replacement, batch_size) in [(true, 1), (true, 2), (false, 2), (false, 4)] {
        let case = Case { is_with_replacement, ridge: 0.2, ..case(samples, 0.7, batch_size) };
        let found = sgd_second_moment_rate(&case).unwrap();
        let expected = rate_by_enumeration(&case, &design);
        let label = format!("{is_with_replacement} {batch_size}");
        assert_close(&label, found.middle(), expected, 1e-11);
    }
}

#[test]
fn populations_have_the_growth_of_second_moments() {
    let design = small_design();
    let svd = right_svd(&design);
    let samples = Samples::Finite {
        design: &design,
        singular_values: &svd.singular_values,
        right_vectors: &svd.right_vectors,
    };
    let population = Population { n_particles: 1000, n_burn_in: 20, n_steps: 100, n_replicates: 8 };
    for (is_with_replacement, batch_size) in [(true, 1), (true, 2), (false, 2)] {
        let case = Case { is_with_replacement, ridge: 0.2, ..case(samples, 0.9, batch_size) };
        let walk = SgdWalk::new(&case).unwrap().with_power(2.0);
        let found = growth_rate(&walk, &population, StreamKey(4));
        let expected = sgd_second_moment_rate(&case).unwrap().middle();
        assert!(found.standard_error < 6e-3, "{found:?}");
        let error = (found.rate - expected).abs();
        assert!(error < 4.0 * found.standard_error, "{found:?} {expected}");
    }
}

fn case(samples: Samples<'_>, step_size: f64, batch_size: u64) -> Case<'_> {
    Case { samples, step_size, batch_size, is_with_replacement: true, ridge: 0.0 }
}

fn small_design() -> Matrix {
    Matrix::new(4, 2, vec![1.2, 0.3, -0.4, 1.1, 0.5, 0.9, -1.5, 0.8])
}

/// `ln` of the spectral radius of `X -> E[M X M]` by the power method, batch by batch.
fn rate_by_enumeration(case: &Case<'_>, design: &Matrix) -> f64 {
    let batches: Vec<Vec<usize>> = (0..4_usize.pow(case.batch_size as u32))
        .map(|code| (0..case.batch_size as u32).map(|k| code / 4_usize.pow(k) % 4).collect())
        .filter(|batch: &Vec<usize>| {
            let mut distinct = batch.clone();
            distinct.sort_unstable();
            distinct.dedup();
            case.is_with_replacement || distinct.len() == batch.len()
        })
        .collect();
    let (mut x, mut radius) = ([1.0, 0.0, 0.0, 1.0], 0.0);
    for _ in 0..2000 {
        let mut image = [0.0; 4];
        for batch in &batches {
            let keep = 1.0 - case.step_size * case.ridge / 4.0;
            let mut m = [keep, 0.0, 0.0, keep];
            for &row in batch {
                let a = design.row(row);
                for i in 0..4 {
                    m[i] -= case.step_size / case.batch_size as f64 * a[i / 2] * a[i % 2];
                }
            }
            for i in 0..4 {
                for j in 0..4 {
                    image[i] += m[i / 2 * 2 + j / 2] * x[j] * m[j % 2 * 2 + i % 2];
                }
            }
        }
        radius = (image[0] + image[3]) / (x[0] + x[3]) / batches.len() as f64;
        let trace = image[0] + image[3];
        x = image.map(|entry| entry / trace);
    }
    real::ln(radius)
}
