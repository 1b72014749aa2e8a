//! Every model on every problem: the same bits on every instruction set, however steps are divided
//! into calls.

use std::sync::Arc;

use maruyama_dynamics::dataset::Dataset;
use maruyama_dynamics::formula::Names;
use maruyama_dynamics::linear_algebra::{Matrix, combine, identity, product};
use maruyama_dynamics::model::{Bundle, MODELS, Model, ModelKind, Saved as _};
use maruyama_dynamics::noise::{LANES, NumpyLegacy, StreamKey};
use maruyama_dynamics::parameter::{Kind, Parameter, Parameters, Value, defaults};
use maruyama_dynamics::problem::{
    Activation, AddedNoise, Architecture, Design, Formula, FormulaNoise, GaussianPopulation,
    GradientNoise, Image, LeastSquares, Loss, Network, Problem, Quadratic, QuadraticForm,
    SpherePopulation, Transformer,
};
use maruyama_dynamics::simd::Level;

use crate::setting::with;

const N_STEPS: u64 = 48;
/// Chains that move by so many steps a call are put into words after each.
const SAVED_EVERY: u64 = 5;

/// The problems called `name`, one for each law of noise or loss, or with noise and without; odd
/// dimensions leave spare normals.
fn problems(name: &str) -> Vec<Arc<dyn Problem>> {
    let mut generator = NumpyLegacy::new(5);
    let design = Matrix::new(20, 5, generator.normals(100));
    let dataset = Dataset::new(design, generator.normals(20));
    let noises = [
        GradientNoise::Gaussian,
        GradientNoise::StudentT { nu: 4.0 },
        GradientNoise::StudentT { nu: 2.5 },
        GradientNoise::Rademacher,
    ];
    match name {
        "least_squares" => vec![Arc::new(LeastSquares::new(dataset, 0.3))],
        "quadratic" => noises
            .into_iter()
            .map(|noise| Quadratic::new(vec![0.1, 0.4, 1.0, 2.0, 3.5], 0.7, noise))
            .map(|quadratic| Arc::new(quadratic) as Arc<dyn Problem>)
            .collect(),
        "network" => networks(&dataset),
        "gaussian_population" => [(0.6, vec![0.2, -0.1, 0.0, 0.4, 1.0]), (0.0, vec![0.0; 5])]
            .into_iter()
            .map(|(noise_std, minimiser)| {
                GaussianPopulation::new(vec![1.5, 1.0, 0.7, 0.3, 0.1], noise_std, minimiser)
            })
            .map(|population| Arc::new(population) as Arc<dyn Problem>)
            .collect(),
        "sphere_population" => [0.6, 0.0]
            .into_iter()
            .map(|noise_std| {
                GaussianPopulation::new(vec![1.5, 1.0, 0.7, 0.3, 0.1], noise_std, vec![0.2; 5])
            })
            .map(|gaussian| Arc::new(SpherePopulation::new(gaussian)) as Arc<dyn Problem>)
            .collect(),
        "formula" => formulas(&noises),
        _ => panic!("the digest test lacks a `{name}`"),
    }
}

/// Quadratics with matrices.
fn forms() -> Vec<Arc<dyn Problem>> {
    let root = Matrix::new(5, 5, NumpyLegacy::new(6).normals(25));
    let hessian = combine(0.2, &root, 0.2, &root.transposed());
    let covariance = combine(1.0, &identity(5), 0.02, &product(&root, &root.transposed()));
    [GradientNoise::Gaussian, GradientNoise::Rademacher]
        .map(|noise| QuadraticForm::new(hessian.clone(), &covariance, noise))
        .map(|form| Arc::new(form) as Arc<dyn Problem>)
        .into()
}

/// Formulas with every function, and with noise that is independent, correlated, or varies.
fn formulas(noises: &[GradientNoise]) -> Vec<Arc<dyn Problem>> {
    let of = |text: &str, variables: &[&str], law, covariance: &[&str]| -> Arc<dyn Problem> {
        let [variables, covariance] = [variables, covariance]
            .map(|texts| texts.iter().map(|one| (*one).to_owned()).collect());
        let names = Names { variables, ..Names::default() };
        let noise = FormulaNoise { std: 0.3, law, covariance };
        Arc::new(Formula::new(text, &names, &noise).unwrap())
    };
    let all = "sin(u)*cos(v) + tanh(w)*erf(x) + ln(2 + v^2) + log1p(w^2) + sqrt(1 + x^2) \
               + exp(-y^2) + expm1(-u^2) + abs(y) + (1 + y^2)^0.7";
    let mut problems: Vec<Arc<dyn Problem>> =
        noises.iter().map(|law| of(all, &["u", "v", "w", "x", "y"], *law, &[])).collect();
    let waves = "2 - cos(x) - cos(y) + 0.4*cos(x - y)";
    for covariance in [["0.6", "0.25, 0.3"], ["0.6 + 0.1*sin(x)", "0.2*cos(y), 0.5"]] {
        problems.push(of(waves, &["x", "y"], GradientNoise::Gaussian, &covariance));
    }
    problems
}

/// Networks with all activations and losses, whose layers are passed over in fours and one by one.
fn networks(dataset: &Dataset) -> Vec<Arc<dyn Problem>> {
    let labels = |n_classes: u32| (0..20).map(|i| f64::from(i % n_classes)).collect();
    let of = |activation, loss, response: Vec<f64>| -> Arc<dyn Problem> {
        let dataset = Dataset::new(dataset.design.clone(), response);
        let architecture = Architecture { hidden: vec![9, 4], activation, loss };
        Arc::new(Network::new(dataset, &architecture))
    };
    let mut all = vec![
        of(Activation::Sigmoid, Loss::Squared, dataset.response.clone()),
        of(Activation::Tanh, Loss::Logistic, labels(2)),
        of(Activation::Relu, Loss::CrossEntropy, labels(6)),
        of(Activation::Softplus, Loss::Squared, dataset.response.clone()),
        of(Activation::Identity, Loss::CrossEntropy, labels(3)),
    ];
    all.extend(noisy_networks(dataset));
    let (hidden, activation, loss) = (vec![2], Activation::Tanh, Loss::Squared);
    let small = Architecture { hidden, activation, loss };
    all.push(Arc::new(Network::new(dataset.clone(), &small)));
    all
}

/// Networks of every design whose full gradients have noise of each law.
fn noisy_networks(dataset: &Dataset) -> Vec<Arc<dyn Problem>> {
    let image = Image { n_channels: 1, height: 2, width: 4 };
    let blocks = Transformer { width: 4, depth: 1, n_heads: 2, n_hidden: 3, activation: None };
    let (hidden, activation) = (vec![3], Activation::Relu);
    let convolutional = |is_residual| Design::Convolutional {
        image,
        n_channels: 2,
        is_residual,
        hidden: hidden.clone(),
        activation,
    };
    let designs = [
        (Design::Perceptron { hidden: vec![4, 3], activation }, GradientNoise::Gaussian),
        (convolutional(false), GradientNoise::StudentT { nu: 4.0 }),
        (convolutional(true), GradientNoise::Gaussian),
        (Design::Vision { image, patch: 2, blocks }, GradientNoise::Rademacher),
        (Design::Character { n_symbols: 3, blocks }, GradientNoise::Gaussian),
    ];
    let pixels: Vec<f64> = dataset.design.entries()[..72].to_vec();
    let symbols = pixels.iter().map(|pixel| f64::from(u8::from(*pixel > 0.3)) + 1.0).collect();
    designs
        .into_iter()
        .map(|(design, law)| {
            let is_text = matches!(design, Design::Character { .. });
            let features = if is_text { Vec::clone(&symbols) } else { pixels.clone() };
            let response = (0..9).map(|i| f64::from(i % 3)).collect();
            let data = Dataset::new(Matrix::new(9, 8, features), response);
            let network = Network::designed(data, &design, Loss::CrossEntropy);
            let noise = AddedNoise { std: 0.3, law };
            Arc::new(network.with_noise(noise)) as Arc<dyn Problem>
        })
        .collect()
}

/// A starting point of a chain.
fn start(dim: usize, lane: usize) -> Vec<f64> {
    if dim == 5 {
        return vec![1.0, -0.5, 0.25, 2.0, 0.1 * lane as f64];
    }
    let mut x = NumpyLegacy::new(lane as u32).normals(dim);
    for entry in &mut x {
        *entry *= 0.4;
    }
    x
}

/// The defaults, and each other choice, truth value and a common path, halved or not, by itself.
fn settings(kind: &dyn ModelKind) -> Vec<Parameters> {
    let base = [
        ("step_size", Value::Real(0.05)),
        ("decay_power", Value::Real(0.5)),
        ("weight_decay", Value::Real(0.1)),
        ("batch_size", Value::Integer(3)),
        ("dt", Value::Real(0.5)),
        ("average_from", Value::Integer(7)),
        ("alpha", Value::Real(1.3)),
    ];
    let declared = kind.part().parameters;
    let is_declared = |name: &str| declared.iter().any(|parameter| parameter.name == name);
    let base: Vec<(&str, Value)> = base.into_iter().filter(|(name, _)| is_declared(name)).collect();
    let mut base = with(defaults(declared), &base);
    if let Some(Value::Integer(levels)) = base.get_mut("refinement") {
        *levels = (*levels).min(1);
    }
    let others = |parameter: &Parameter| -> Vec<Value> {
        match parameter.kind {
            Kind::Choice(names) => {
                names.iter().map(|name| Value::Text((*name).to_owned())).collect()
            }
            Kind::Boolean => vec![Value::Boolean(false), Value::Boolean(true)],
            _ => Vec::new(),
        }
    };
    let changed = declared.iter().flat_map(|parameter| {
        others(parameter).into_iter().map(|value| with(base.clone(), &[(parameter.name, value)]))
    });
    let common = ("common_noise", Value::Text("path".to_owned()));
    let mut others = vec![base.clone(), with(base.clone(), std::slice::from_ref(&common))];
    if is_declared("refinement") {
        others.push(with(base.clone(), &[common, ("refinement", Value::Integer(3))]));
    }
    if is_declared("noise_decay_power") {
        let noise =
            [("noise_decay_power", Value::Real(-0.4)), ("noise_decay_steps", Value::Real(9.0))];
        others.push(with(base.clone(), &noise));
    }
    if is_declared("batch_size") {
        others.push(with(base.clone(), &[("batch_size", Value::Integer(1))]));
    }
    let mut all: Vec<Parameters> = others.into_iter().chain(changed).collect();
    all.dedup();
    all
}

/// The settings of a modified equation that are for `problem`: few products where it has any, and
/// batches where it has them.
fn fit(parameters: &mut Parameters, problem: &dyn Problem) {
    let network = problem.get::<Network>();
    if network.is_none_or(|network| network.noise().is_some()) {
        parameters.remove("batch_size");
    }
    if network.is_some() {
        parameters.insert("products".to_owned(), Value::Integer(2));
    }
}

/// All bits of the state after [`N_STEPS`] steps from `dim` parameters, `piece` of them a call.
fn digest(model: &dyn Model, dim: usize, piece: u64) -> Vec<u64> {
    let shape = model.shape();
    let mut bundle = Bundle::new(shape, StreamKey(77), 32);
    let mut state = vec![0.0; shape.dim];
    for lane in 0..LANES {
        model.embed(&start(dim, lane), &mut state);
        bundle.set(shape, 0, lane, &state);
        bundle.set(shape, model.observed_vector(), lane, &state);
    }
    let mut workspace = model.workspace();
    while bundle.step < N_STEPS {
        model.advance(piece.min(N_STEPS - bundle.step), &mut bundle, &mut workspace);
        if piece == SAVED_EVERY {
            let mut words = Vec::new();
            bundle.save(&mut words);
            bundle = Bundle::new(shape, StreamKey(77), 32);
            bundle.restore(&mut words.into_iter()).expect("words of the same chains");
            workspace = model.workspace();
        }
    }
    assert!(bundle.state.iter().all(|entry| entry.is_finite()));
    bundle.state.iter().map(|entry| entry.to_bits()).collect()
}

/// One function: [`Level::force`] acts on the whole process.
#[test]
fn levels_and_pieces_do_not_change_a_bit_of_any_model() {
    let mut n_compared = 0;
    for kind in MODELS {
        let name = kind.part().name;
        let posed = kind.problems().iter().flat_map(|name| problems(name));
        let forms = if kind.takes_matrices() { forms() } else { Vec::new() };
        let is_equation = name == "modified_equation";
        // Point by point in space a modified equation takes seconds; the plane is enough, and so is a
        // network of fifteen parameters.
        let is_slow = |problem: &Arc<dyn Problem>| {
            let is_formula = problem.get::<Formula>().is_some() && problem.dim() > 2;
            let is_network = problem.get::<Network>().is_some() && problem.dim() > 15;
            is_equation && (is_formula || is_network)
        };
        for problem in posed.chain(forms).filter(|problem| !is_slow(problem)) {
            for mut parameters in settings(*kind) {
                if is_equation {
                    fit(&mut parameters, problem.as_ref());
                }
                if !kind.check_problem(&parameters, problem.as_ref()).is_empty() {
                    continue;
                }
                let model = kind.build(&parameters, &problem);
                Level::Scalar.force().unwrap();
                let reference = digest(model.as_ref(), problem.dim(), N_STEPS);
                for level in Level::available() {
                    level.force().unwrap();
                    for piece in [N_STEPS, 1, SAVED_EVERY, 16] {
                        let found = digest(model.as_ref(), problem.dim(), piece);
                        assert!(found == reference, "{name} at {level} by {piece}: {parameters:?}");
                        n_compared += 1;
                    }
                }
            }
        }
    }
    assert!(n_compared > 100, "{n_compared} comparisons");
}
