use super::*;
use crate::dataset::Dataset;
use crate::linear_algebra::{Matrix, combine, outer, symmetric_eigen};
use crate::model::modified_equation::local::Sharpness;
use crate::modified_equation::coefficients;
use crate::noise::NumpyLegacy;
use crate::problem::{Activation, AddedNoise, Architecture, GradientNoise, Loss};

const N: usize = 11;

/// A network of 13 parameters on eleven samples.
fn network() -> Network {
    let mut generator = NumpyLegacy::new(4);
    let design = Matrix::new(N, 2, generator.normals(2 * N));
    let data = Dataset::new(design, generator.normals(N));
    let architecture =
        Architecture { hidden: vec![3], activation: Activation::Tanh, loss: Loss::Squared };
    Network::new(data, &architecture)
}

fn point() -> Vec<f64> {
    NumpyLegacy::new(9).normals(13)
}

fn equation(model: Model) -> MatrixFreeEquation {
    let (step_size, sharpness) = (0.15, Sharpness::Stop);
    let local = LocalEquation { form: Form::Plain(model), step_size, sharpness };
    MatrixFreeEquation::new(Arc::new(network()), local, 4, 13)
}

/// The Hessian from products with unit vectors.
fn hessian(point: &NetworkPoint<'_>) -> Matrix {
    let unit = |i: usize| -> Vec<f64> { (0..13).map(|j| f64::from(u8::from(i == j))).collect() };
    let columns = (0..13).flat_map(|i| point.hessian_times(&unit(i))).collect();
    let raw = Matrix::new(13, 13, columns);
    combine(0.5, &raw, 0.5, &raw.transposed())
}

/// `(1/B) [(1/n) sum_i g_i g_iᵀ − g gᵀ]`
fn batch_covariance(point: &NetworkPoint<'_>, batch_size: f64) -> Matrix {
    let mean = point.gradient();
    let mut sum = combine(-1.0, &outer(&mean, &mean), 0.0, &outer(&mean, &mean));
    for sample in 0..N {
        let mut weights = [0.0; N];
        weights[sample] = 1.0;
        let gradient = point.weighted_gradient(&weights);
        sum = combine(1.0, &sum, 1.0 / N as f64, &outer(&gradient, &gradient));
    }
    combine(1.0 / batch_size, &sum, 0.0, &sum)
}

fn gap(a: &Matrix, b: &Matrix) -> f64 {
    combine(1.0, a, -1.0, b).entries().iter().fold(0.0, |m: f64, x| m.max(x.abs()))
}

/// `S Sᵀ` from the noise of unit variates.
fn diffusion(equation: &MatrixFreeEquation, x: &[f64]) -> Matrix {
    let n = equation.n_noises();
    let mut sum = Matrix::new(13, 13, vec![0.0; 169]);
    for i in 0..n {
        let z: Vec<f64> = (0..n).map(|j| f64::from(u8::from(i == j))).collect();
        let (_, noise) = equation.drift_and_noise(x, &z).unwrap();
        sum = combine(1.0, &sum, 1.0, &outer(&noise, &noise));
    }
    sum
}

#[test]
fn drift_and_diffusion_are_those_of_the_dense_equation() {
    let (x, network) = (point(), network());
    let at = network.at(&x);
    let eigen = symmetric_eigen(&hessian(&at));
    assert!(0.15 * eigen.values[12] < 0.8, "the example is not too sharp");
    let noise = batch_covariance(&at, 4.0);
    for model in [
        Model::Sme1,
        Model::Sme2,
        Model::PrincipalFlow,
        Model::StochasticPrincipalFlow,
        Model::Factorised,
    ] {
        let expected = coefficients(model, &at.gradient(), &eigen, &noise, 0.15).unwrap();
        let equation = equation(model);
        let drift = equation.drift(&x).unwrap();
        for (found, expected) in drift.iter().zip(&expected.drift) {
            assert!((found - expected).abs() < 1e-12, "{model:?}");
        }
        assert!(gap(&diffusion(&equation, &x), &expected.diffusion) < 1e-12, "{model:?}");
    }
}

#[test]
fn added_noise_has_its_own_covariance() {
    let x = point();
    let eigen = symmetric_eigen(&hessian(&network().at(&x)));
    let noise = AddedNoise { std: 0.3, law: GradientNoise::StudentT { nu: 4.0 } };
    let equation = MatrixFreeEquation {
        network: Arc::new(network().with_noise(noise)),
        ..equation(Model::Factorised)
    };
    // D = eta 0.09 · 2 h(2 alpha) in every eigendirection.
    let expected = eigen.function(|lambda| {
        let a = 0.15 * lambda;
        0.15 * 0.18 * Model::Factorised.noise_factor(a, a)
    });
    assert!(gap(&diffusion(&equation, &x), &expected) < 1e-13);
}

#[test]
fn few_products_are_enough_and_sharp_points_are_noticed() {
    let x = point();
    let full = equation(Model::Factorised);
    let exact = full.drift(&x).unwrap();
    let few = MatrixFreeEquation { n_products: 8, ..full.clone() };
    for (found, expected) in few.drift(&x).unwrap().iter().zip(&exact) {
        assert!((found - expected).abs() < 1e-4, "{found} vs {expected}");
    }
    let local = LocalEquation { step_size: 4.0, ..*full.local() };
    let sharp = MatrixFreeEquation { equation: local, ..full.clone() };
    assert!(
        matches!(sharp.drift(&x), Err(CoefficientError::TooSharp { product }) if product > 1.0)
    );
    let local = LocalEquation { sharpness: Sharpness::Cap, ..local };
    let capped = MatrixFreeEquation { equation: local, ..full };
    assert!(capped.drift(&x).is_ok());
}

/// `sum_i z_i (g_i − g)` with equal `z_i` is nothing.
#[test]
fn equal_variates_cancel() {
    let (_, noise) = equation(Model::Sme1).drift_and_noise(&point(), &[1.7; N]).unwrap();
    assert!(noise.iter().all(|entry| entry.abs() < 1e-15));
}
