//! Optimisers and their equations along one Brownian path, against the exact law of their
//! difference.

use std::sync::Arc;

use maruyama_dynamics::dataset::Dataset;
use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::model::{Bundle, model};
use maruyama_dynamics::noise::{LANES, NumpyLegacy, StreamKey};
use maruyama_dynamics::parameter::{Parameters, Value, defaults};
use maruyama_dynamics::problem::{
    Activation, AddedNoise, Design, GradientNoise, Loss, Network, Problem, Quadratic,
};

use crate::setting::with;

/// Equal coordinates, which are independent chains.
const D: usize = 100;
const H: f64 = 1.3;
const SIGMA: f64 = 0.8;

fn problem() -> Arc<dyn Problem> {
    Arc::new(Quadratic::new(vec![H; D], SIGMA, GradientNoise::Gaussian))
}

/// Parameters of a model that shares its noise.
fn sharing(name: &str, changes: &[(&str, Value)]) -> Parameters {
    let declared = model(name).unwrap().part().parameters;
    let common = ("common_noise", Value::Text("path".to_owned()));
    with(with(defaults(declared), &[common]), changes)
}

/// Coordinates of 160 chains after `n_steps` from `start`, under the key of the path.
fn ends(name: &str, parameters: &Parameters, key: u64, n_steps: u64, start: f64) -> Vec<f64> {
    let model = model(name).unwrap().build(parameters, &problem());
    let shape = model.shape();
    let mut workspace = model.workspace();
    let chains = (0..160).step_by(LANES).flat_map(|first_chain| {
        let mut bundle = Bundle::new(shape, StreamKey(key), first_chain);
        (0..LANES).for_each(|lane| bundle.set(shape, 0, lane, &[start; D]));
        // In several calls, which is what a simulation does.
        for n_steps in [n_steps / 3, n_steps - n_steps / 3] {
            model.advance(n_steps, &mut bundle, &mut workspace);
        }
        let mut x = [0.0; D];
        let lanes = 0..LANES;
        lanes
            .flat_map(|lane| {
                bundle.get(shape, 0, lane, &mut x);
                x
            })
            .collect::<Vec<f64>>()
    });
    chains.collect()
}

fn sgd(step_size: f64) -> Parameters {
    sharing("sgd", &[("step_size", Value::Real(step_size))])
}

/// The equation of SGD: `dX = −h X dt + sqrt(eta) sigma dW`.
fn langevin(step_size: f64, levels: i64) -> Parameters {
    let temperature = Value::Real(0.5 * step_size * SIGMA * SIGMA);
    let dt = ("dt", Value::Real(step_size));
    let changes = [dt, ("temperature", temperature), ("refinement", Value::Integer(levels))];
    sharing("langevin", &changes)
}

/// Variances of SGD, of Euler–Maruyama with `2^levels` parts a step, and their covariance, after
/// `n_steps` from a fixed point:
///
/// ```text
/// x' = a x + s z,   X' = b^m X + s sum_i b^(m − 1 − i) z_i/sqrt(m),   z = sum_i z_i/sqrt(m)
/// a = 1 − eta h,   b = 1 − eta h/m,   s = eta sigma
/// ```
fn exact(step_size: f64, levels: u32, n_steps: u64) -> [f64; 3] {
    let m = f64::from(1_u32 << levels);
    let (a, b) = (1.0 - step_size * H, 1.0 - step_size * H / m);
    let scale = step_size * step_size * SIGMA * SIGMA;
    let (mut power, mut sum, mut squares) = (1.0, 0.0, 0.0);
    for _ in 0..1 << levels {
        sum += power / m;
        squares += power * power / m;
        power *= b;
    }
    let mut variances = [0.0; 3];
    for _ in 0..n_steps {
        let [x, y, both] = variances;
        variances = [
            a * a * x + scale,
            power * power * y + scale * squares,
            a * power * both + scale * sum,
        ];
    }
    variances
}

fn mean_square(differences: impl Iterator<Item = f64>) -> (f64, f64) {
    let squares: Vec<f64> = differences.map(|d| d * d).collect();
    (squares.iter().sum::<f64>() / squares.len() as f64, squares.len() as f64)
}

#[test]
fn sgd_and_its_equation_differ_as_along_one_path() {
    let (step_size, n_steps) = (0.2, 12);
    let sgd = ends("sgd", &sgd(step_size), 9, n_steps, 0.0);
    for levels in 0..5 {
        let parameters = langevin(step_size, levels);
        let along = ends("langevin", &parameters, 9, n_steps, 0.0);
        let apart = ends("langevin", &parameters, 10, n_steps, 0.0);
        if levels == 0 {
            let largest = sgd.iter().zip(&along).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
            assert!(largest < 1e-14, "Euler–Maruyama with whole steps is SGD: {largest}");
            continue;
        }
        let [x, y, both] = exact(step_size, levels as u32, n_steps);
        for (other, variance) in [(along, x + y - 2.0 * both), (apart, x + y)] {
            let (found, n) = mean_square(sgd.iter().zip(&other).map(|(x, y)| x - y));
            let error = (found / variance - 1.0) * (n / 2.0).sqrt();
            assert!(error.abs() < 4.5, "{levels}: {found} {variance}");
        }
        assert!(x + y - 2.0 * both < 0.03 * (x + y), "{levels}: what a common path is for");
    }
}

/// SGD with steps of `eta/m`, `m` of which share an increment.
fn refined(step_size: f64, levels: i64) -> Parameters {
    let step_size = ("step_size", Value::Real(step_size / f64::from(1 << levels)));
    sharing("sgd", &[step_size, ("refinement", Value::Integer(levels))])
}

/// The noise of SGD with steps of `eta/m` is that of Euler–Maruyama at the temperature
/// `(eta/m) sigma²/2`, whose steps are divided into `m`.
#[test]
fn shorter_steps_of_sgd_move_along_the_same_path() {
    let (step_size, n_steps) = (0.2, 7);
    for levels in 0..5 {
        let m = f64::from(1 << levels);
        let temperature = ("temperature", Value::Real(0.5 * step_size / m * SIGMA * SIGMA));
        let parts = [("dt", Value::Real(step_size)), ("refinement", Value::Integer(levels))];
        let equation = with(sharing("langevin", &parts), &[temperature]);
        let along = ends("langevin", &equation, 9, n_steps, 0.3);
        let sgd = ends("sgd", &refined(step_size, levels), 9, n_steps << levels, 0.3);
        let largest = sgd.iter().zip(&along).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
        assert!(largest < 1e-14, "{levels}: {largest}");
    }
}

/// Variances of SGD with steps of `eta` and of `eta/m`, and their covariance, after `n_steps` longer
/// steps from zero:
///
/// ```text
/// x' = a x + s z,   y' = b^m y + (s/m) sum_i b^(m − 1 − i) z_i,   z = sum_i z_i/sqrt(m)
/// a = 1 − eta h,   b = 1 − eta h/m,   s = eta sigma
/// ```
#[test]
fn two_step_sizes_of_sgd_differ_by_the_exact_recursion() {
    let (step_size, n_steps) = (0.2, 12);
    let whole = ends("sgd", &sgd(step_size), 9, n_steps, 0.0);
    for levels in 1..4 {
        let m = f64::from(1 << levels);
        let (a, b, s) = (1.0 - step_size * H, 1.0 - step_size * H / m, step_size * SIGMA);
        let powers: Vec<f64> =
            std::iter::successors(Some(1.0), |power| Some(power * b)).take(1 << levels).collect();
        let (sum, squares) =
            (powers.iter().sum::<f64>(), powers.iter().map(|power| power * power).sum::<f64>());
        let power = powers[powers.len() - 1] * b;
        let [mut x, mut y, mut both] = [0.0; 3];
        for _ in 0..n_steps {
            x = a * a * x + s * s;
            y = power * power * y + s * s / (m * m) * squares;
            both = a * power * both + s * s / (m * m.sqrt()) * sum;
        }
        for (key, variance) in [(9, x + y - 2.0 * both), (10, x + y)] {
            let halved = ends("sgd", &refined(step_size, levels), key, n_steps << levels, 0.0);
            let (found, n) = mean_square(whole.iter().zip(&halved).map(|(x, y)| x - y));
            let error = (found / variance - 1.0) * (n / 2.0).sqrt();
            assert!(error.abs() < 4.5, "{levels}: {found} {variance}");
        }
    }
}

/// `E |x_T − X_T|²` falls as `eta³`: noise of size `sqrt(eta)`, and strong order one.
#[test]
fn the_strong_error_falls_with_the_step_size() {
    let errors = [0.2, 0.1, 0.05].map(|step_size| {
        let n_steps = (2.4 / step_size + 0.5) as u64;
        let equation = ends("langevin", &langevin(step_size, 6), 9, n_steps, 0.0);
        let sgd = ends("sgd", &sgd(step_size), 9, n_steps, 0.0);
        let (found, n) = mean_square(sgd.iter().zip(&equation).map(|(x, y)| x - y));
        let [x, y, both] = exact(step_size, 6, n_steps);
        let expected = x + y - 2.0 * both;
        assert!(((found / expected - 1.0) * (n / 2.0).sqrt()).abs() < 4.5, "{step_size}");
        expected
    });
    for pair in errors.windows(2) {
        assert!((7.5..11.0).contains(&(pair[0] / pair[1])), "{errors:?}");
    }
}

/// One step from `x` against one part of the equation: `−γ sign(h x − σz)` and `γ s z`, where
/// `s² = 1 − erf(Y)²` is the variance of the sign too and `E z sign(σz − h x) = 2 φ(h x/σ)`.
#[test]
fn sign_sgd_and_its_equation_move_together() {
    let (step_size, start) = (0.1, 0.4);
    let step = ("step_size", Value::Real(step_size));
    let dt = ("dt", Value::Real(1.0));
    let signs = ends("sign_sgd", &sharing("sign_sgd", std::slice::from_ref(&step)), 9, 1, start);
    let equation = ends("sign_sgd_sde", &sharing("sign_sgd_sde", &[step, dt]), 9, 1, start);
    let ratio: f64 = H * start / SIGMA;
    let erf = maruyama_dynamics::real::erf(ratio / 2.0_f64.sqrt());
    let variance = 1.0 - erf * erf;
    let density =
        maruyama_dynamics::real::exp(-0.5 * ratio * ratio) / (2.0 * std::f64::consts::PI).sqrt();
    let expected = 2.0 * variance - 4.0 * variance.sqrt() * density;
    let differences = signs.iter().zip(&equation).map(|(x, y)| (x - y) / step_size);
    let (found, n) = mean_square(differences);
    // Squares of differences have a kurtosis below 8 here.
    assert!((found - expected).abs() < 4.5 * expected * (7.0 / n).sqrt(), "{found} {expected}");
    assert!(expected < 0.45 * 2.0 * variance);
}

#[test]
fn adaptive_methods_and_their_equations_move_together() {
    for (name, equation) in [("rmsprop_w", "rmsprop_w_sde"), ("adam_w", "adam_w_sde")] {
        let settings = [
            ("step_size", Value::Real(0.02)),
            ("beta1", Value::Real(0.8)),
            ("beta2", Value::Real(0.98)),
            ("dt", Value::Real(0.25)),
            ("bias_form", Value::Text("power".to_owned())),
        ];
        let after = |name: &str, key| {
            let declared = model(name).unwrap().part().parameters;
            let is_declared = |key: &str| declared.iter().any(|one| one.name == key);
            let settings: Vec<(&str, Value)> =
                settings.iter().filter(|(key, _)| is_declared(key)).cloned().collect();
            ends(name, &sharing(name, &settings), key, 60, 0.0)
        };
        let optimiser = after(name, 9);
        let difference =
            |other: Vec<f64>| mean_square(optimiser.iter().zip(&other).map(|(x, y)| x - y)).0;
        let (along, apart) = (difference(after(equation, 9)), difference(after(equation, 10)));
        assert!(along < 0.1 * apart, "{name}: {along} {apart}");
    }
}

#[test]
fn what_is_no_common_path_is_refused() {
    let text = |value: &str| Value::Text(value.to_owned());
    let step = |name: &str, changes: &[(&str, Value)]| {
        let posed = [("problem", text("quadratic")), ("gradient_noise", text("gaussian"))];
        let posed = with(with(Parameters::new(), &posed), &[("step_size", Value::Real(0.1))]);
        let declared = defaults(model(name).unwrap().part().parameters);
        let parameters = with(with(declared, &[("dt", Value::Real(0.25))]), changes);
        let all: Parameters = posed.into_iter().chain(parameters).collect();
        model(name).unwrap().common_step(&all).map_err(|violation| violation.parameter)
    };
    for name in ["sgd", "sign_sgd", "rmsprop_w", "adam_w"] {
        assert_eq!(step(name, &[]), Ok(0.1));
        assert_eq!(step(name, &[("gradient_noise", text("student_t"))]), Err("gradient_noise"));
        assert_eq!(step(name, &[("problem", text("least_squares"))]), Err("common_noise"));
    }
    for name in ["sign_sgd_sde", "rmsprop_w_sde", "adam_w_sde"] {
        assert_eq!(step(name, &[]), Ok(0.1));
        assert_eq!(step(name, &[("dt", Value::Real(0.3))]), Ok(0.1), "four parts");
        assert_eq!(step(name, &[("dt", Value::Real(0.4))]), Err("dt"));
        assert_eq!(step(name, &[("dt", Value::Real(1e-6))]), Err("dt"));
    }
    assert_eq!(step("sign_sgd", &[("draws", text("bernoulli"))]), Err("draws"));
    let path = [("common_noise", text("path")), ("refinement", Value::Integer(3))];
    assert_eq!(step("sgd", &path), Ok(0.8), "eight steps take an increment");
    let idle = &path[1..];
    let declared = with(defaults(model("sgd").unwrap().part().parameters), idle);
    assert_eq!(model("sgd").unwrap().check(&declared, 0)[0].parameter, "refinement");
    assert_eq!(step("langevin", &[]), Ok(0.25));
    assert_eq!(step("langevin", &[("integrator", text("exact_ou"))]), Err("integrator"));
    for name in ["hsgd", "sgd_sde"] {
        assert_eq!(step(name, &[]), Err("common_noise"));
    }
}

/// With an average of squares that does not move, a step of RMSprop is that of Euler–Maruyama with whole
/// steps for its equation.
#[test]
fn a_network_and_its_equation_move_along_one_path() {
    let mut generator = NumpyLegacy::new(6);
    let design = Matrix::new(9, 3, generator.normals(27));
    let data = Dataset::new(design, (0..9).map(|i| f64::from(i % 2)).collect());
    let perceptron = Design::Perceptron { hidden: vec![5, 4], activation: Activation::Tanh };
    let noise = AddedNoise { std: SIGMA, law: GradientNoise::Gaussian };
    let network = Network::designed(data, &perceptron, Loss::CrossEntropy).with_noise(noise);
    let start = generator.normals(network.dim());
    let problem: Arc<dyn Problem> = Arc::new(network);
    let ends = |name: &str, dt: Option<f64>, key: u64| {
        let dt = dt.map(|dt| ("dt", Value::Real(dt)));
        let still = [("step_size", Value::Real(0.05)), ("beta2", Value::Real(1.0 - 1e-13))];
        let changes: Vec<(&str, Value)> = still.into_iter().chain(dt).collect();
        let model = model(name).unwrap().build(&sharing(name, &changes), &problem);
        let shape = model.shape();
        let mut bundle = Bundle::new(shape, StreamKey(key), 0);
        (0..LANES).for_each(|lane| bundle.set(shape, 0, lane, &start));
        model.advance(20, &mut bundle, &mut model.workspace());
        let mut all = vec![0.0; LANES * start.len()];
        for (lane, x) in all.chunks_exact_mut(start.len()).enumerate() {
            bundle.get(shape, 0, lane, x);
        }
        all
    };
    let largest =
        |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
    let optimiser = ends("rmsprop_w", None, 9);
    assert!(largest(&optimiser, &ends("rmsprop_w_sde", Some(1.0), 9)) < 1e-9);
    let apart = largest(&optimiser, &ends("rmsprop_w_sde", Some(1.0), 10));
    assert!(apart > 0.1, "{apart}");
    // Half steps along the same path are near by, and no more than that.
    let halves = largest(&optimiser, &ends("rmsprop_w_sde", Some(0.5), 9));
    assert!(halves > 1e-6 && halves < 0.5 * apart, "{halves} {apart}");
}
