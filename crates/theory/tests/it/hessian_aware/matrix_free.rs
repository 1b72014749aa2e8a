//! Drift and diffusion without matrices, beside dense ones (X14).

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::noise::NumpyLegacy;
use maruyama_dynamics::real;
use maruyama_theory::hessian_aware::{
    Krylov, LowRankDiffusion, Model, NonPsd, Quadratic, drift_factor, matrix_free_drift,
};

const DIM: usize = 300;
const STEP_SIZE: f64 = 0.1;

/// A product of reflections applied to `v`: an orthogonal map without structure.
fn rotate(reflectors: &Matrix, v: &[f64], backwards: bool) -> Vec<f64> {
    let mut rows: Vec<&[f64]> = reflectors.rows().collect();
    if backwards {
        rows.reverse();
    }
    let mut image = v.to_vec();
    for w in rows {
        let along = 2.0 * real::dot(w, &image) / real::dot(w, w);
        real::add_scaled(&mut image, -along, w);
    }
    image
}

/// Four outliers `eta lambda` in a bulk below 0.02.
fn spectrum() -> Vec<f64> {
    let mut values: Vec<f64> =
        (0..DIM).map(|i| 0.02 * (i as f64 + 0.5) / DIM as f64 / STEP_SIZE).collect();
    for (value, outlier) in values.iter_mut().zip([0.85, 0.6, 0.35, 0.2]) {
        *value = outlier / STEP_SIZE;
    }
    values
}

#[test]
fn eight_products_give_the_drift() {
    let mut generator = NumpyLegacy::new(14);
    let reflectors = Matrix::new(3, DIM, generator.normals(3 * DIM));
    let values = spectrum();
    let apply = |f: &dyn Fn(f64) -> f64, v: &[f64]| {
        let mut inside = rotate(&reflectors, v, false);
        for (entry, value) in inside.iter_mut().zip(&values) {
            *entry *= f(*value);
        }
        rotate(&reflectors, &inside, true)
    };
    let hessian = |v: &[f64], out: &mut [f64]| out.copy_from_slice(&apply(&|l| l, v));
    let gradient = generator.normals(DIM);
    let exact = apply(&|l| drift_factor(STEP_SIZE * l), &gradient);
    let error = |steps: usize| {
        let model = Model::HessianAware(NonPsd::Error);
        let found = matrix_free_drift(model, &hessian, &gradient, STEP_SIZE, steps).unwrap();
        let gap: Vec<f64> = found.iter().zip(&exact).map(|(x, y)| x - y).collect();
        (real::dot(&gap, &gap) / real::dot(&exact, &exact)).sqrt()
    };
    assert!(error(4) > 1e-4 && error(8) < 1e-7, "{} {}", error(4), error(8));
    let krylov = Krylov::new(&hessian, &gradient, 8).unwrap();
    let estimate = krylov.last_change(|l| drift_factor(STEP_SIZE * l));
    assert!((error(7) / estimate - 1.0).abs() < 0.1, "{} {estimate}", error(7));
}

/// Four outliers in a bulk with an orthogonal basis: eigenvalues, eigenvectors as rows, Hessian.
fn small_hessian(dim: usize, generator: &mut NumpyLegacy) -> (Vec<f64>, Matrix, Matrix) {
    let reflectors = Matrix::new(3, dim, generator.normals(3 * dim));
    let bulk = (4..dim).map(|i| 0.2 * (i as f64) / dim as f64);
    let values: Vec<f64> = spectrum().into_iter().take(4).chain(bulk).collect();
    let vectors = (0..dim).flat_map(|i| rotate(&reflectors, &unit(i, dim), true)).collect();
    let basis = Matrix::new(dim, dim, vectors);
    let mut hessian = vec![0.0; dim * dim];
    for (value, u) in values.iter().zip(basis.rows()) {
        for (row, x) in hessian.chunks_exact_mut(dim).zip(u) {
            real::add_scaled(row, value * x, u);
        }
    }
    (values, basis, Matrix::new(dim, dim, hessian))
}

/// The second moments of gradients of 200 samples, partly along the outliers.
fn sample_noise(basis: &Matrix, generator: &mut NumpyLegacy) -> Matrix {
    let dim = basis.n_columns();
    let mut noise = vec![0.0; dim * dim];
    for _ in 0..200 {
        let mut sample = generator.normals(dim);
        for (u, strength) in basis.rows().take(4).zip(generator.normals(4)) {
            real::add_scaled(&mut sample, 2.0 * strength, u);
        }
        for (row, x) in noise.chunks_exact_mut(dim).zip(&sample) {
            real::add_scaled(row, x / 200.0, &sample);
        }
    }
    Matrix::new(dim, dim, noise)
}

fn unit(i: usize, dim: usize) -> Vec<f64> {
    let mut unit = vec![0.0; dim];
    unit[i] = 1.0;
    unit
}

#[test]
fn four_pairs_give_the_diffusion() {
    let dim = 60;
    let mut generator = NumpyLegacy::new(15);
    let (values, basis, hessian) = small_hessian(dim, &mut generator);
    let noise = sample_noise(&basis, &mut generator);
    let quadratic = Quadratic::new(&hessian, &noise, STEP_SIZE).unwrap();
    let exact = quadratic.diffusion(Model::HessianAware(NonPsd::MomentsOnly)).unwrap();
    let product = |v: &[f64], out: &mut [f64]| out.copy_from_slice(&hessian.times(v));
    let sigma = |v: &[f64], out: &mut [f64]| out.copy_from_slice(&noise.times(v));
    let pairs = Krylov::new(&product, &generator.normals(dim), 20).unwrap().leading_pairs(4);
    for ((value, _), expected) in pairs.iter().zip(&values) {
        assert!((value - expected).abs() < 1e-10, "{value} vs {expected}");
    }
    let error = |pairs: &[(f64, Vec<f64>)], rest: f64| {
        let reduced = LowRankDiffusion::new(pairs, rest, &sigma, STEP_SIZE).unwrap();
        let gaps = (0..dim).map(|i| {
            let found = reduced.times(&unit(i, dim), noise.row(i));
            let gap: Vec<f64> = found.iter().zip(exact.row(i)).map(|(x, y)| x - y).collect();
            real::dot(&gap, &gap)
        });
        (gaps.sum::<f64>() / real::dot(exact.entries(), exact.entries())).sqrt()
    };
    let (none, four, centred) = (error(&[], 0.0), error(&pairs, 0.0), error(&pairs, 0.1));
    assert!(none > 0.2 && four < 0.02, "{none} {four}");
    assert!(centred < 0.7 * four, "{centred} {four}");
}
