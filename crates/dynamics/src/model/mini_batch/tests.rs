use super::*;
use crate::dataset::Dataset;
use crate::linear_algebra::Matrix;
use crate::model::model;
use crate::noise::{LaneStream, NumpyLegacy, Purpose, StreamKey};
use crate::parameter::defaults;
use crate::simd::{Kernel, dispatch};

const KEY: StreamKey = StreamKey(6);
const N: usize = 12;
const STEP: f64 = 0.03;
/// The chain that is computed once more.
const LANE: usize = 3;

fn problem(dim: usize) -> Arc<LeastSquares> {
    let mut generator = NumpyLegacy::new(2);
    let design = Matrix::new(N, dim, generator.normals(N * dim));
    Arc::new(LeastSquares::new(Dataset::new(design, generator.normals(N)), 0.9))
}

fn start(dim: usize) -> Vec<f64> {
    (0..dim).map(|j| 0.4 - 0.3 * j as f64).collect()
}

struct Indices<'a>(&'a mut [[u64; LANES]]);

impl Kernel for Indices<'_> {
    type Output = ();

    fn run<S: Isa>(self, isa: S) {
        LaneStream::new(KEY, 0, Purpose::Batch).fill_indices(isa, N as u32, self.0);
    }
}

/// The indices of the batches of one chain, by the generator of indices alone.
fn batches(sampling: &str, size: usize, n_steps: usize) -> Vec<Vec<usize>> {
    if sampling == "with_replacement" {
        let mut indices = vec![[0; LANES]; size * n_steps];
        dispatch(Indices(&mut indices));
        let indices: Vec<usize> = indices.iter().map(|row| row[LANE] as usize).collect();
        return indices.chunks(size).map(<[usize]>::to_vec).collect();
    }
    let mut stream = LaneStream::new(KEY, 0, Purpose::Batch);
    let mut batch = || {
        let mut order: Vec<usize> = (0..N).collect();
        (0..size).for_each(|i| order.swap(i, i + stream.index(LANE, N - i)));
        order[..size].to_vec()
    };
    (0..n_steps).map(|_| batch()).collect()
}

/// `g`, over `batch`, one term after the other.
fn gradient(problem: &LeastSquares, batch: &[usize], x: &[f64]) -> Vec<f64> {
    let dataset = problem.dataset();
    let mut gradient: Vec<f64> = x.iter().map(|x| problem.ridge() / N as f64 * x).collect();
    for &i in batch {
        let row: Vec<f64> = dataset.design.rows().nth(i).unwrap().to_vec();
        let product: f64 = row.iter().zip(x).map(|(a, x)| a * x).sum();
        let residual = product - dataset.response[i];
        let weight = residual / batch.len() as f64;
        gradient.iter_mut().zip(row).for_each(|(g, a)| *g += weight * a);
    }
    gradient
}

/// A step of the optimiser called `name`, as its paper writes it: `k`, `g`, `x`, `m`, `v`.
fn step(name: &str, k: i32, g: f64, x: &mut f64, m: &mut f64, v: &mut f64) {
    let root = |v: f64| v.sqrt() + 1e-3;
    match name {
        "sign_sgd" => *x -= STEP * g.signum(),
        "rmsprop_w" => {
            *v = 0.98 * *v + 0.02 * g * g;
            *x -= STEP * (g / root(*v) + 0.2 * *x);
        }
        _ => {
            *m = 0.9 * *m + 0.1 * g;
            *v = 0.98 * *v + 0.02 * g * g;
            let corrected = |average: f64, beta: f64| {
                let power: f64 = (0..k).map(|_| beta).product();
                average / (1.0 - power)
            };
            *x -= STEP * (corrected(*m, 0.9) / root(corrected(*v, 0.98)) + 0.2 * *x);
        }
    }
}

/// `E g²` by all samples, or all ordered pairs of them.
fn mean_squares(problem: &LeastSquares, sampling: &str, size: usize, x: &[f64]) -> Vec<f64> {
    let all: Vec<Vec<usize>> = if size == 1 {
        (0..N).map(|i| vec![i]).collect()
    } else {
        let pairs = (0..N).flat_map(|i| (0..N).map(move |j| vec![i, j]));
        pairs.filter(|pair| sampling == "with_replacement" || pair[0] != pair[1]).collect()
    };
    let gradients: Vec<Vec<f64>> = all.iter().map(|batch| gradient(problem, batch, x)).collect();
    let mean = |j: usize| gradients.iter().map(|g| g[j] * g[j]).sum::<f64>() / all.len() as f64;
    (0..x.len()).map(mean).collect()
}

/// Where chain [`LANE`] is after `n_steps`.
fn end(name: &str, problem: &Arc<LeastSquares>, changes: &[(&str, Value)], n: u64) -> Vec<f64> {
    let kind = model(name).unwrap();
    let declared = kind.part().parameters;
    let mut parameters = defaults(declared);
    for (key, value) in changes {
        if declared.iter().any(|parameter| parameter.name == *key) {
            parameters.insert((*key).to_owned(), value.clone());
        }
    }
    assert_eq!(kind.check(&parameters, N), []);
    let problem: Arc<dyn Problem> = Arc::<LeastSquares>::clone(problem);
    let model = kind.build(&parameters, &problem);
    let (shape, mut workspace) = (model.shape(), model.workspace());
    let mut bundle = Bundle::new(shape, KEY, 0);
    let mut x = start(shape.dim);
    bundle.set(shape, 0, LANE, &x);
    model.advance(n, &mut bundle, &mut workspace);
    bundle.get(shape, 0, LANE, &mut x);
    x
}

fn settings(sampling: &str, size: usize, initial_square: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("step_size", Value::Real(STEP)),
        ("beta1", Value::Real(0.9)),
        ("beta2", Value::Real(0.98)),
        ("epsilon", Value::Real(1e-3)),
        ("weight_decay", Value::Real(0.2)),
        ("initial_square", Value::Text(initial_square.to_owned())),
        ("batch_size", Value::Integer(size as i64)),
        ("sampling", Value::Text(sampling.to_owned())),
    ]
}

#[test]
fn optimisers_take_the_gradients_of_batches() {
    let n_steps = 30;
    for dim in [1, 3, 9, 19] {
        let problem = problem(dim);
        for name in ["sign_sgd", "rmsprop_w", "adam_w"] {
            for (sampling, size) in
                [("with_replacement", 1), ("with_replacement", 2), ("without_replacement", 2)]
            {
                for initial_square in ["mean", "zero"] {
                    let mut x = start(dim);
                    let (mut m, mut v) = (vec![0.0; dim], vec![0.0; dim]);
                    if name == "rmsprop_w" && initial_square == "mean" {
                        v = mean_squares(&problem, sampling, size, &x);
                    }
                    for (k, batch) in (1..).zip(batches(sampling, size, n_steps)) {
                        let g = gradient(&problem, &batch, &x);
                        for j in 0..dim {
                            step(name, k, g[j], &mut x[j], &mut m[j], &mut v[j]);
                        }
                    }
                    let changes = settings(sampling, size, initial_square);
                    let found = end(name, &problem, &changes, n_steps as u64);
                    for (found, expected) in found.iter().zip(&x) {
                        let error = (found - expected).abs();
                        assert!(error < 1e-11, "{name} {dim} {sampling} {size}: {error}");
                    }
                }
            }
        }
    }
}

struct Draw<'a>(&'a MiniBatch, &'a mut Bundle, &'a mut [Lanes]);

impl Kernel for Draw<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let Workspace { mut reals, mut indices, mut sampler } = self.0.workspace();
        let room = Room { reals: &mut reals, indices: &mut indices, sampler: &mut sampler };
        self.0.draw(isa, self.1, room, self.2);
    }
}

#[test]
fn all_samples_together_have_the_gradient_of_the_loss() {
    let problem = problem(3);
    let x = start(3);
    for sampling in [Sampling::WithoutReplacement, Sampling::Reshuffling] {
        let gradient = MiniBatch::new(Arc::clone(&problem), N, sampling);
        let shape = gradient.shape();
        let mut bundle = Bundle::new(shape, KEY, 0);
        bundle.set(shape, 0, LANE, &x);
        let mut out = vec![[0.0; LANES]; shape.stride()];
        dispatch(Draw(&gradient, &mut bundle, &mut out));
        let squares = gradient.mean_square_at(&x);
        for (j, expected) in problem.gradient(&x).into_iter().enumerate() {
            assert!((out.as_flattened()[shape.place(LANE, j)] - expected).abs() < 1e-14);
            assert!((squares[j] - expected * expected).abs() < 1e-14);
        }
    }
}

#[test]
fn batches_need_samples() {
    let given = |size, sampling: &str| {
        let sampling = ("sampling".to_owned(), Value::Text(sampling.to_owned()));
        Parameters::from([("batch_size".to_owned(), Value::Integer(size)), sampling])
    };
    assert_eq!(check(&Parameters::new(), 0), []);
    assert_eq!(check(&Parameters::new(), N), []);
    assert_eq!(check(&given(1, "with_replacement"), 0).len(), 2);
    assert_eq!(check(&given(13, "with_replacement"), N), []);
    assert_eq!(check(&given(13, "reshuffling"), N).len(), 1);
}

#[test]
fn a_population_has_batches_but_no_choice_of_samples() {
    let mut parameters = Parameters::new();
    parameters.insert("batch_size".to_owned(), Value::Integer(4));
    parameters.insert("sampling".to_owned(), Value::Text("reshuffling".to_owned()));
    for (problem, refused) in [
        ("quadratic", vec!["batch_size", "sampling"]),
        ("gaussian_population", vec!["sampling"]),
        ("sphere_population", vec!["sampling"]),
    ] {
        parameters.insert("problem".to_owned(), Value::Text(problem.to_owned()));
        let found: Vec<_> = check(&parameters, 0).iter().map(|wrong| wrong.parameter).collect();
        assert_eq!(found, refused, "{problem}");
    }
}
