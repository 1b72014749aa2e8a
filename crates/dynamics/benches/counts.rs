//! Kernels with a fixed amount of work, for counting their instructions.
//!
//! `counts` lists the kernels, `counts KERNEL LEVEL` runs one of them on an instruction set and
//! prints how many units of work were done in [`measured`]. `scripts/instruction_counts.py` runs it
//! under callgrind, which counts what that function executes and nothing else.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::hint::black_box;
use std::sync::Arc;

use maruyama_dynamics::dataset::Dataset;
use maruyama_dynamics::formula::Names;
use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::model::{Bundle, MODELS, model};
use maruyama_dynamics::noise::{LANES, LaneStream, Lanes, NumpyLegacy, Purpose, StreamKey};
use maruyama_dynamics::parameter::{Parameters, Value, defaults};
use maruyama_dynamics::problem::{
    Activation, AddedNoise, Architecture, Formula, FormulaNoise, GaussianPopulation, GradientNoise,
    LeastSquares, Loss, Network, Problem, Quadratic, SpherePopulation,
};
use maruyama_dynamics::simd::{self, Isa, Kernel, Level, dispatch};

const KEY: StreamKey = StreamKey(1);
/// Rows of numbers that a draw or a function fills; even, so that no normal is kept.
const ROWS: usize = 128;
/// Steps of each of [`LANES`] chains: several of the blocks that a model takes at once.
const STEPS: u64 = 64;

/// Every kernel: its name and what it does. A model needs at least one.
const KERNELS: &[(&str, Work)] = &[
    ("normals", Work::Draw(Draw::Normals)),
    ("uniforms", Work::Draw(Draw::Uniforms)),
    ("signs", Work::Draw(Draw::Signs)),
    ("indices", Work::Draw(Draw::Indices)),
    ("ln", Work::Evaluate(Function::Ln)),
    ("exp", Work::Evaluate(Function::Exp)),
    ("erf", Work::Evaluate(Function::Erf)),
    ("sgd d=10", Work::Steps("sgd", Posed::LeastSquares(10), &[GAMMA])),
    ("sgd d=100", Work::Steps("sgd", Posed::LeastSquares(100), &[GAMMA])),
    ("sgd d=10 B=4", Work::Steps("sgd", Posed::LeastSquares(10), &[GAMMA, BATCH])),
    ("sgd_sde d=10", Work::Steps("sgd_sde", Posed::LeastSquares(10), &[GAMMA, DT])),
    ("gradient_flow d=10", Work::Steps("gradient_flow", Posed::LeastSquares(10), &[GAMMA])),
    ("hsgd d=10", Work::Steps("hsgd", Posed::LeastSquares(10), &[GAMMA, BATCH, DT])),
    ("sign_sgd d=100", Work::Steps("sign_sgd", Posed::Quadratic(100), &[GAMMA])),
    ("rmsprop_w d=100", Work::Steps("rmsprop_w", Posed::Quadratic(100), &[GAMMA, DECAY])),
    ("adam_w d=100", Work::Steps("adam_w", Posed::Quadratic(100), &[GAMMA, DECAY])),
    ("adam_w d=10 B=4", Work::Steps("adam_w", Posed::LeastSquares(10), &[GAMMA, BATCH])),
    ("sign_sgd d=100 B=1", Work::Steps("sign_sgd", Posed::LeastSquares(100), &[GAMMA])),
    ("sign_sgd_sde d=100", Work::Steps("sign_sgd_sde", Posed::Quadratic(100), &[GAMMA, DT])),
    (
        "sign_sgd_sde d=100 t(4)",
        Work::Steps("sign_sgd_sde", Posed::Student(100, 4.0), &[GAMMA, DT]),
    ),
    (
        "sign_sgd_sde d=100 t(3)",
        Work::Steps("sign_sgd_sde", Posed::Student(100, 3.0), &[GAMMA, DT]),
    ),
    (
        "rmsprop_w_sde d=100",
        Work::Steps("rmsprop_w_sde", Posed::Quadratic(100), &[GAMMA, DECAY, DT]),
    ),
    (
        "sign_sgd_sde d=100 shared",
        Work::Steps("sign_sgd_sde", Posed::Quadratic(100), &[GAMMA, COARSE_DT, SHARED]),
    ),
    ("adam_w_sde d=100", Work::Steps("adam_w_sde", Posed::Quadratic(100), &[GAMMA, DECAY, DT])),
    ("sgd network 16-8-1", Work::Steps("sgd", Posed::Network(16), &[GAMMA])),
    ("adam_w network 16-8-1", Work::Steps("adam_w", Posed::Network(16), &[GAMMA])),
    ("sign_sgd network 16-8-1 noisy", Work::Steps("sign_sgd", Posed::NoisyNetwork(16), &[GAMMA])),
    (
        "sign_sgd_sde network 16-8-1 noisy",
        Work::Steps("sign_sgd_sde", Posed::NoisyNetwork(16), &[GAMMA, DT]),
    ),
    ("sgd d=100 population", Work::Steps("sgd", Posed::Population(100), &[GAMMA])),
    ("sgd d=100 sphere", Work::Steps("sgd", Posed::Sphere(100), &[GAMMA])),
    ("sgd_sde d=100 population", Work::Steps("sgd_sde", Posed::Population(100), &[GAMMA, DT])),
    (
        "stable_langevin d=10",
        Work::Steps("stable_langevin", Posed::Quadratic(10), &[SMALL_DT, INDEX]),
    ),
    ("sgd formula d=2", Work::Steps("sgd", Posed::Formula, &[GAMMA])),
    ("langevin d=2", Work::Steps("langevin", Posed::Quadratic(2), &[SMALL_DT])),
    ("modified_equation d=10", Work::Steps("modified_equation", Posed::Quadratic(10), &[GAMMA])),
];

/// Text is no constant; any value shares the noise.
const SHARED: (&str, Value) = ("common_noise", Value::Boolean(true));
const COARSE_DT: (&str, Value) = ("dt", Value::Real(0.25));
const GAMMA: (&str, Value) = ("step_size", Value::Real(0.01));
const BATCH: (&str, Value) = ("batch_size", Value::Integer(4));
const DT: (&str, Value) = ("dt", Value::Real(1.0));
const DECAY: (&str, Value) = ("weight_decay", Value::Real(0.01));
const INDEX: (&str, Value) = ("alpha", Value::Real(1.5));
const SMALL_DT: (&str, Value) = ("dt", Value::Real(0.01));

/// What a kernel does.
#[derive(Clone, Copy)]
enum Work {
    /// Draws variates; a unit of work is one of them.
    Draw(Draw),
    /// Evaluates an elementary function; a unit of work is one value.
    Evaluate(Function),
    /// Moves the chains of a model by name; a unit of work is one step of one chain.
    Steps(&'static str, Posed, &'static [(&'static str, Value)]),
}

#[derive(Clone, Copy)]
enum Draw {
    Normals,
    Uniforms,
    Signs,
    Indices,
}

#[derive(Clone, Copy)]
enum Function {
    Ln,
    Exp,
    Erf,
}

/// A problem with its number of parameters.
#[derive(Clone, Copy)]
enum Posed {
    LeastSquares(usize),
    Quadratic(usize),
    /// A network with a hidden layer of eight neurons on so many features.
    Network(usize),
    /// The same with full gradients and noise.
    NoisyNetwork(usize),
    /// A Gaussian population with noise.
    Population(usize),
    /// The same with features on a sphere.
    Sphere(usize),
    /// A quadratic whose noise has Student's law, with so many degrees of freedom.
    Student(usize, f64),
    /// Three cosines of two variables, by a formula.
    Formula,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let [name, level] = arguments.as_slice() else { return list() };
    let level: Level = level.parse().unwrap_or_else(|error| panic!("{error}"));
    level.force().unwrap_or_else(|error| panic!("{error}"));
    let kernel = KERNELS.iter().find(|(other, _)| other == name);
    let (_, work) = kernel.unwrap_or_else(|| panic!("there is no kernel {name}"));
    let units = match *work {
        Work::Draw(draw) => variates(draw),
        Work::Evaluate(function) => values(function),
        Work::Steps(model, posed, settings) => steps(model, &posed.build(), settings),
    };
    println!("{units}");
}

/// Prints the names of all kernels; a model without one is a mistake.
fn list() {
    for kind in MODELS {
        let of_kind =
            |work: &Work| matches!(work, Work::Steps(name, ..) if *name == kind.part().name);
        assert!(
            KERNELS.iter().any(|(_, work)| of_kind(work)),
            "{} has no kernel",
            kind.part().name
        );
    }
    for (name, _) in KERNELS {
        println!("{name}");
    }
}

/// What is counted: one call of `work`, and nothing before or after it.
#[inline(never)]
fn measured(work: &mut dyn FnMut()) {
    work();
    // So that the call above returns to here and is no jump.
    black_box(());
}

struct Variates<'a>(Draw, &'a mut LaneStream, &'a mut [Lanes], &'a mut [[u64; LANES]]);

impl Kernel for Variates<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let Variates(draw, stream, reals, indices) = self;
        match draw {
            Draw::Normals => stream.fill_normals(isa, reals),
            Draw::Uniforms => stream.fill_uniforms(isa, reals),
            Draw::Signs => stream.fill_signs(isa, reals),
            Draw::Indices => stream.fill_indices(isa, 1000, indices),
        }
    }
}

fn variates(draw: Draw) -> usize {
    let mut stream = LaneStream::new(KEY, 0, Purpose::Brownian);
    let (mut reals, mut indices) = (vec![[0.0; LANES]; ROWS], vec![[0; LANES]; ROWS]);
    measured(&mut || dispatch(Variates(draw, &mut stream, &mut reals, &mut indices)));
    black_box((reals, indices));
    ROWS * LANES
}

struct Values<'a>(Function, &'a mut [Lanes]);

impl Kernel for Values<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let Values(function, reals) = self;
        match function {
            Function::Ln => each::<S>(reals, |x| simd::ln(isa, x)),
            Function::Exp => each::<S>(reals, |x| simd::exp(isa, x)),
            Function::Erf => each::<S>(reals, |x| simd::erf(isa, x)),
        }
    }
}

#[inline(always)]
fn each<S: Isa>(reals: &mut [Lanes], function: impl Fn(S::f64s) -> S::f64s) {
    for row in reals {
        for x in S::as_mut_simd_f64s(row).0 {
            *x = function(*x);
        }
    }
}

fn values(function: Function) -> usize {
    // From 1/64 to 4, where each of the functions takes every branch that it has.
    let at = |i: usize| (i + 1) as f64 * 4.0 / (ROWS * LANES) as f64;
    let mut reals: Vec<Lanes> =
        (0..ROWS).map(|row| std::array::from_fn(|lane| at(row * LANES + lane))).collect();
    measured(&mut || dispatch(Values(function, &mut reals)));
    black_box(reals);
    ROWS * LANES
}

impl Posed {
    fn build(self) -> Arc<dyn Problem> {
        match self {
            Posed::LeastSquares(dim) => {
                let (rows, mut generator) = (2 * dim, NumpyLegacy::new(1));
                let design = Matrix::new(rows, dim, generator.normals(rows * dim));
                Arc::new(LeastSquares::new(Dataset::new(design, generator.normals(rows)), 0.1))
            }
            Posed::Quadratic(dim) => quadratic(dim, GradientNoise::Gaussian),
            Posed::Network(dim) => Arc::new(network(dim)),
            Posed::NoisyNetwork(dim) => {
                let noise = AddedNoise { std: 0.1, law: GradientNoise::Gaussian };
                Arc::new(network(dim).with_noise(noise))
            }
            Posed::Population(dim) => Arc::new(population(dim)),
            Posed::Sphere(dim) => Arc::new(SpherePopulation::new(population(dim))),
            Posed::Formula => {
                let text = "2 - cos(x) - cos(y) + 0.4*cos(x - y)";
                let variables = ["x", "y"].map(str::to_owned).to_vec();
                let names = Names { variables, ..Names::default() };
                let noise =
                    FormulaNoise { std: 0.5, law: GradientNoise::Gaussian, covariance: Vec::new() };
                Arc::new(Formula::new(text, &names, &noise).expect("the formula is one"))
            }
            Posed::Student(dim, nu) => quadratic(dim, GradientNoise::StudentT { nu }),
        }
    }
}

fn network(dim: usize) -> Network {
    let (rows, mut generator) = (2 * dim, NumpyLegacy::new(1));
    let design = Matrix::new(rows, dim, generator.normals(rows * dim));
    let dataset = Dataset::new(design, generator.normals(rows));
    let (activation, loss) = (Activation::Sigmoid, Loss::Squared);
    let architecture = Architecture { hidden: vec![8], activation, loss };
    Network::new(dataset, &architecture)
}

fn population(dim: usize) -> GaussianPopulation {
    let eigenvalues = (1..=dim).rev().map(|j| j as f64 / dim as f64).collect();
    GaussianPopulation::new(eigenvalues, 0.5, vec![0.1; dim])
}

fn quadratic(dim: usize, noise: GradientNoise) -> Arc<dyn Problem> {
    let curvatures = (1..=dim).map(|j| j as f64 / dim as f64).collect();
    Arc::new(Quadratic::new(curvatures, 0.5, noise))
}

fn steps(name: &str, problem: &Arc<dyn Problem>, settings: &[(&str, Value)]) -> usize {
    let kind = model(name).unwrap_or_else(|| panic!("there is no model {name}"));
    let mut parameters: Parameters = defaults(kind.part().parameters);
    parameters.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    let model = kind.build(&parameters, problem);
    let (mut bundle, mut workspace) = (Bundle::new(model.shape(), KEY, 0), model.workspace());
    measured(&mut || model.advance(STEPS, &mut bundle, &mut workspace));
    black_box(bundle);
    STEPS as usize * LANES
}
