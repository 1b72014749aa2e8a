//! Losses of small networks under SignSGD and AdamW that the reference simulated, from the same weights.
//!
//! The reference draws starting points by NumPy's `default_rng(0)`, whose uniform variates are made here
//! and whose normal ones are a fixture; its loss before the first step is therefore met to rounding.

use std::sync::Arc;

use maruyama_dynamics::dataset::{BreastCancer, Source as _};
use maruyama_dynamics::model::{Bundle, model};
use maruyama_dynamics::noise::{LANES, StreamKey};
use maruyama_dynamics::parameter::{Value, defaults};
use maruyama_dynamics::problem::{
    Activation, AddedNoise, Design, GradientNoise, Loss, Network, Problem as _,
};

use crate::adaptive_fixture::{case, input, inputs, numbers};

/// PCG64 as NumPy's `default_rng(0)` seeds it.
struct Pcg64(u128);

impl Pcg64 {
    const MULTIPLIER: u128 = 0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645;
    const INCREMENT: u128 = 87_136_372_517_582_989_555_478_159_403_783_844_777;

    fn new() -> Pcg64 {
        Pcg64(35_399_562_948_360_463_058_890_781_895_381_311_971)
    }

    /// A variate in `[−bound, bound)`.
    fn uniform(&mut self, bound: f64) -> f64 {
        self.0 = self.0.wrapping_mul(Pcg64::MULTIPLIER).wrapping_add(Pcg64::INCREMENT);
        let word = ((self.0 >> 64) as u64 ^ self.0 as u64).rotate_right((self.0 >> 122) as u32);
        let unit = (word >> 11) as f64 * (0.5 / (1_u64 << 52) as f64);
        2.0 * bound * unit - bound
    }
}

/// Weights and biases uniform in ±1/√m for `m` inputs, `[d]`, in the order of [`Network`]; the reference
/// draws the weights of one input after the other.
fn uniform_start(widths: &[usize]) -> Vec<f64> {
    let mut generator = Pcg64::new();
    let mut x = Vec::new();
    for pair in widths.windows(2) {
        let (n_inputs, n_outputs) = (pair[0], pair[1]);
        let bound = 1.0 / (n_inputs as f64).sqrt();
        let drawn: Vec<f64> = (0..n_inputs * n_outputs).map(|_| generator.uniform(bound)).collect();
        push_transposed(&mut x, &drawn, n_outputs);
        x.extend((0..n_outputs).map(|_| generator.uniform(bound)));
    }
    x
}

/// Weights `√(2/m)` times normal numbers, and biases of zero.
fn he_start(widths: &[usize]) -> Vec<f64> {
    let text = include_str!("../fixtures/he_normals.csv");
    let mut normals = text.lines().map(|line| line.parse::<f64>().unwrap());
    let mut x = Vec::new();
    for pair in widths.windows(2) {
        let (n_inputs, n_outputs) = (pair[0], pair[1]);
        let scale = (2.0 / n_inputs as f64).sqrt();
        let drawn: Vec<f64> =
            normals.by_ref().take(n_inputs * n_outputs).map(|z| scale * z).collect();
        push_transposed(&mut x, &drawn, n_outputs);
        x.extend(vec![0.0; n_outputs]);
    }
    assert_eq!(normals.next(), None);
    x
}

fn push_transposed(x: &mut Vec<f64>, weights: &[f64], n_outputs: usize) {
    for output in 0..n_outputs {
        x.extend(weights[output..].iter().step_by(n_outputs));
    }
}

fn network(widths: &[usize], noise_std: f64) -> Network {
    let file = include_bytes!("../../../../data/breast_cancer.csv").to_vec();
    let parameters = defaults(BreastCancer.part().parameters);
    let data = BreastCancer.build(&parameters, &[file]).unwrap();
    let hidden = widths[1..widths.len() - 1].to_vec();
    let perceptron = Design::Perceptron { hidden, activation: Activation::Relu };
    Network::designed(data, &perceptron, Loss::CrossEntropy)
        .with_noise(AddedNoise { std: noise_std, law: GradientNoise::Gaussian })
}

/// Compares the mean loss of 16 chains with the case `name` at its steps up to `last`.
#[track_caller]
fn assert_losses(name: &str, model_name: &str, last: u64) {
    let case = case(name);
    let widths: Vec<usize> = inputs(&case, "widths").iter().map(|width| *width as usize).collect();
    let problem = Arc::new(network(&widths, input(&case, "sigma")));
    let kind = model(model_name).unwrap();
    let mut parameters = defaults(kind.part().parameters);
    for (name, value) in [
        ("step_size", input(&case, "eta")),
        ("beta1", input(&case, "beta1")),
        ("beta2", input(&case, "beta2")),
        ("weight_decay", input(&case, "theta")),
    ] {
        if name == "step_size" || parameters.contains_key(name) {
            parameters.insert(name.to_owned(), Value::Real(value));
        }
    }
    let model = kind.build(&parameters, &(Arc::clone(&problem) as Arc<_>));
    let (shape, mut workspace) = (model.shape(), model.workspace());
    let mut bundle = Bundle::new(shape, StreamKey(6), 0);
    let is_he = case["inputs"]["he_init"] == true;
    let mut x = if is_he { he_start(&widths) } else { uniform_start(&widths) };
    assert_eq!(x.len(), shape.dim);
    let initial = problem.risk(&x);
    (0..LANES).for_each(|lane| bundle.set(shape, 0, lane, &x));
    let (steps, losses) = (inputs(&case, "steps"), numbers(&case["value"]));
    assert!((initial - losses[0]).abs() < 1e-13, "{name}: {initial} at the start");
    for (step, expected) in steps.iter().map(|step| *step as u64).zip(losses) {
        if step > last {
            break;
        }
        model.advance(step - bundle.step, &mut bundle, &mut workspace);
        let mut found = 0.0;
        for lane in 0..LANES {
            bundle.get(shape, 0, lane, &mut x);
            found += problem.risk(&x) / LANES as f64;
        }
        let tolerance = case["rtol"].as_f64().unwrap() * expected;
        assert!((found - expected).abs() < tolerance, "{name}: {found} at {step}, not {expected}");
    }
}

#[test]
fn a_small_perceptron_learns_as_in_the_reference() {
    assert_losses("mlp_small_30_20_20_2__torch_init_adamw_opt_loss", "adam_w", 199);
    assert_losses("mlp_small__SDE_with_dt_eta_4_adamw_opt_loss", "adam_w", 99);
    assert_losses("mlp_small_30_20_20_2__torch_init_sign_opt_loss", "sign_sgd", 199);
}

/// With uniform weights the deep perceptron stays at the entropy of the labels.
#[test]
fn a_deep_perceptron_stays_at_the_entropy_of_the_labels() {
    assert_losses("mlp_10_dense_x20__torch_init_sign_opt_loss", "sign_sgd", 99);
}

/// With He's weights it learns the labels.
#[test]
fn a_deep_perceptron_learns_from_he_s_weights() {
    assert_losses("mlp_10_dense_x20__He_init_adamw_opt_loss", "adam_w", 699);
    assert_losses("mlp_10_dense_x20__He_init_sign_opt_loss", "sign_sgd", 699);
}

const DEEP: [usize; 11] = [30, 20, 20, 20, 20, 20, 20, 20, 20, 20, 2];
/// Times at which AdamW and its equation are compared.
const TIMES: u64 = 30;

/// Mean losses of 16 chains at equally spaced times up to `horizon`.
fn mean_losses(
    case: &serde_json::Value,
    model_name: &str,
    bias_form: Option<&str>,
    eta: f64,
) -> Vec<f64> {
    let problem = Arc::new(network(&DEEP, input(case, "sigma")));
    let kind = model(model_name).unwrap();
    let mut parameters = defaults(kind.part().parameters);
    for (name, value) in [
        ("step_size", eta),
        ("beta1", 1.0 - eta * input(case, "rho1")),
        ("beta2", 1.0 - eta * input(case, "rho2")),
        ("weight_decay", input(case, "theta")),
    ] {
        parameters.insert(name.to_owned(), Value::Real(value));
    }
    if let Some(form) = bias_form {
        parameters.insert("bias_form".to_owned(), Value::Text(form.to_owned()));
    }
    let model = kind.build(&parameters, &(Arc::clone(&problem) as Arc<_>));
    let (shape, mut workspace) = (model.shape(), model.workspace());
    let mut bundle = Bundle::new(shape, StreamKey(6), 0);
    let mut x = he_start(&DEEP);
    (0..LANES).for_each(|lane| bundle.set(shape, 0, lane, &x));
    let steps = (input(case, "T") / eta).round() as u64 / TIMES;
    (0..TIMES)
        .map(|_| {
            model.advance(steps, &mut bundle, &mut workspace);
            let losses = (0..LANES).map(|lane| {
                bundle.get(shape, 0, lane, &mut x);
                problem.risk(&x)
            });
            losses.sum::<f64>() / LANES as f64
        })
        .collect()
}

/// The largest error of the mean loss, of the loss at the start, at each step size.
#[track_caller]
fn assert_refinement(name: &str, bias_form: &str) {
    let case = case(name);
    let initial = network(&DEEP, 0.0).risk(&he_start(&DEEP));
    for (eta, expected) in inputs(&case, "eta").into_iter().zip(numbers(&case["value"])) {
        let optimizer = mean_losses(&case, "adam_w", None, eta);
        let equation = mean_losses(&case, "adam_w_sde", Some(bias_form), eta);
        let gaps = optimizer.iter().zip(&equation).map(|(a, b)| (a - b).abs() / initial);
        let found = gaps.fold(0.0, f64::max);
        let tolerance = case["rtol"].as_f64().unwrap() * expected;
        assert!((found - expected).abs() < tolerance, "{name}: {found} at {eta}, not {expected}");
    }
}

#[test]
#[ignore = "minutes; a part of make soak"]
fn the_equation_of_adam_w_nears_it_on_a_deep_perceptron() {
    assert_refinement("mlp_eta_refinement_paper_shift", "power");
    assert_refinement("mlp_eta_refinement_paper_literal", "exponential");
}
