use super::*;
use crate::dataset::Dataset;
use crate::formula::Names;
use crate::linear_algebra::Matrix;
use crate::noise::NumpyLegacy;
use crate::problem::network::perceptron::tests::{assert_close, network};
use crate::problem::{
    Activation, Architecture, Formula, FormulaDerivatives, FormulaNoise, GradientNoise, Loss,
};

/// Every activation under every loss, with a point and two directions.
fn cases() -> impl Iterator<Item = (String, Network, [Vec<f64>; 3])> {
    let pairs = Activation::NAMES.iter().flat_map(|a| Loss::NAMES.iter().map(move |l| (*a, *l)));
    pairs.map(|(activation, loss)| {
        let network = network(activation, loss);
        let mut generator = NumpyLegacy::new(11);
        let vectors = [(); 3].map(|()| generator.normals(network.dim()));
        (format!("{activation} {loss}"), network, vectors)
    })
}

#[test]
fn gradients_are_those_of_the_other_pass() {
    for (case, network, [x, ..]) in cases() {
        assert_close(&network.at(&x).gradient(), &network.gradient(&x), &case);
    }
}

#[test]
fn weights_pick_the_gradients_of_single_samples() {
    let (case, network, [x, ..]) = cases().nth(2).unwrap();
    let data = network.dataset();
    let n = data.n_rows();
    let point = network.at(&x);
    for sample in [0, 4, n - 1] {
        let mut weights = vec![0.0; n];
        weights[sample] = 2.0;
        let design = Matrix::new(1, data.n_columns(), data.design.row(sample).to_vec());
        let mut alone = network.clone();
        alone.dataset = Dataset::new(design, vec![data.response[sample]]);
        let expected: Vec<f64> = alone.gradient(&x).iter().map(|g| 2.0 * g).collect();
        assert_close(&point.weighted_gradient(&weights), &expected, &case);
    }
}

/// A central difference has an error of the order `h²` times third derivatives of the gradient, and of
/// rounding over `h`; rectified networks are linear between kinks, which it does not meet here.
#[test]
fn products_with_the_hessian_are_differences_of_gradients() {
    let h = 1e-5;
    for (case, network, [x, v, _]) in cases() {
        let moved = |sign: f64| -> Vec<f64> {
            let x: Vec<f64> = x.iter().zip(&v).map(|(x, v)| x + sign * h * v).collect();
            network.gradient(&x)
        };
        let found = network.at(&x).hessian_times(&v);
        let size = real::dot(&found, &found).sqrt();
        for (i, (up, down)) in moved(1.0).iter().zip(&moved(-1.0)).enumerate() {
            let expected = (up - down) / (2.0 * h);
            let gap = (found[i] - expected).abs();
            assert!(gap < 2e-8 * size.max(1.0), "{case}, {i}: {} vs {expected}", found[i]);
        }
    }
}

#[test]
fn the_hessian_is_symmetric() {
    for (case, network, [x, u, v]) in cases() {
        let point = network.at(&x);
        let (left, right) = (point.hessian_times(&u), point.hessian_times(&v));
        let (a, b) = (real::dot(&left, &v), real::dot(&u, &right));
        assert!((a - b).abs() < 1e-12 * a.abs().max(1.0), "{case}: {a} vs {b}");
    }
}

/// Two tanh neurons written out, whose second derivatives are symbolic.
#[test]
fn the_hessian_of_two_neurons_is_that_of_their_formula() {
    let points = [(-1.2, 0.4), (0.3, -0.7), (0.9, 0.2)];
    let terms =
        points.map(|(a, b)| format!("(u*tanh(p*({a}) + r) + v*tanh(q*({a}) + s) + w - ({b}))^2/6"));
    let names = ["p", "q", "r", "s", "u", "v", "w"].map(str::to_owned);
    let names = Names { variables: names.into(), ..Names::default() };
    let noise = FormulaNoise { std: 1.0, law: GradientNoise::Gaussian, covariance: Vec::new() };
    let formula = Formula::new(&terms.join(" + "), &names, &noise).unwrap();
    let formula = FormulaDerivatives::new(&formula).unwrap();
    let design = Matrix::new(3, 1, points.map(|(a, _)| a).into());
    let data = Dataset::new(design, points.map(|(_, b)| b).into());
    let architecture =
        Architecture { hidden: vec![2], activation: Activation::Tanh, loss: Loss::Squared };
    let network = Network::new(data, &architecture);
    let x = [0.8, -0.4, 0.1, 0.3, 1.1, -0.6, 0.2];
    let hessian = formula.hessian(&x);
    let point = network.at(&x);
    assert_close(&point.gradient(), &formula.gradient(&x), "gradient");
    for i in 0..7 {
        let mut unit = [0.0; 7];
        unit[i] = 1.0;
        assert_close(&point.hessian_times(&unit), hessian.row(i), "Hessian");
    }
}
