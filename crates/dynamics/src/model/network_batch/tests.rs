use super::*;
use crate::model::adam_w::AdamW;
use crate::model::core::{Model as _, rows_mut};
use crate::model::descent::Descent;
use crate::model::gradient_descent::GradientDescent;
use crate::model::network_sgd::NetworkSgd;
use crate::model::optimizer::{Optimizer, split};
use crate::model::schedule::Schedule;
use crate::model::shape::Shape;
use crate::noise::StreamKey;
use crate::problem::network::perceptron::tests::{assert_close, network, numbers};
use crate::simd::{Kernel, dispatch};

const STEP: f64 = 0.05;

/// Moves sixteen chains, `[1 + M, d]`, along `gradient`, `[d]`.
struct Update<'a, O, const M: usize>(&'a O, u64, &'a [Lanes], &'a mut [Lanes]);

impl<O: Optimizer<M>, const M: usize> Kernel for Update<'_, O, M> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let Update(optimizer, k, gradient, state) = self;
        let (x, mut memory, _) = split::<M>(state, gradient.len());
        let step = optimizer.step(k, STEP);
        for (j, (gradient, x)) in gradient.iter().zip(x).enumerate() {
            O::update(isa, step, gradient, x, memory.each_mut().map(|vector| &mut vector[j]));
        }
    }
}

/// Ten steps over the samples of the fixture, from its start; the iterate of one chain.
fn ten_steps<O: Optimizer<M>, const M: usize>(
    optimizer: &O,
    network: &Network,
    start: &[f64],
    batch_size: usize,
) -> Vec<f64> {
    let shape = Shape { layout: Layout::ByHalf, dim: network.dim(), n_vectors: 1 + M };
    let mut bundle = Bundle::new(shape, StreamKey(0), 0);
    (0..LANES).for_each(|lane| bundle.set(shape, 0, lane, start));
    let order = numbers("order");
    let mut room = vec![[0.0; 8]; n_room(network)];
    let mut gradient = vec![[0.0; LANES]; network.dim()];
    for (batch, k) in order.chunks(batch_size).zip(1..=10) {
        let batch: Vec<[u64; LANES]> = batch.iter().map(|index| [*index as u64; LANES]).collect();
        let state = rows_mut(&mut bundle.state);
        let points = halves(&state[..gradient.len()]);
        for (half, (x, out)) in points.into_iter().zip(halves_mut(&mut gradient)).enumerate() {
            network.batch_gradient(x, &batch, half, &mut room, out);
        }
        dispatch(Update::<O, M>(optimizer, k, &gradient, state));
    }
    let mut found = vec![0.0; network.dim()];
    bundle.get(shape, 0, 11, &mut found);
    found
}

#[test]
fn steps_over_batches_are_those_of_pytorch() {
    let adam_w = AdamW {
        beta1: 0.8,
        beta2: 0.95,
        epsilon: 1e-3,
        weight_decay: 0.3,
        penalty: 0.0,
        corrects_bias: true,
    };
    for case in ["sigmoid squared", "tanh cross_entropy", "relu logistic"] {
        let (activation, loss) = case.split_once(' ').unwrap();
        let network = network(activation, loss);
        for batch_size in [1, 2] {
            let name = format!("sgd {case} {batch_size}");
            let start = numbers(&format!("start {name}"));
            let found = ten_steps(&GradientDescent, &network, &start, batch_size);
            assert_close(&found, &numbers(&format!("end {name}")), &name);
            let name = format!("adam_w {case} {batch_size}");
            let start = numbers(&format!("start {name}"));
            let found = ten_steps(&adam_w, &network, &start, batch_size);
            assert_close(&found, &numbers(&format!("end {name}")), &name);
        }
    }
}

/// Both draw the same samples; they round a step differently.
#[test]
fn the_fused_step_is_that_of_the_optimiser() {
    let (network, sampling) = (Arc::new(network("tanh", "squared")), Sampling::WithReplacement);
    let (schedule, averaging) = (Schedule::constant(STEP), None);
    let gradient = NetworkBatch::new(Arc::clone(&network), 1, sampling);
    let plain = Descent { gradient, optimizer: GradientDescent, schedule, averaging };
    let fused = NetworkSgd::new(Arc::clone(&network), schedule, sampling, None);
    let shape = plain.shape();
    assert_eq!(shape, fused.shape());
    let mut bundles = [0, 1].map(|_| Bundle::new(shape, StreamKey(5), 48));
    bundles[0].state.iter_mut().zip(0_u32..).for_each(|(x, i)| *x = f64::from(i % 7) * 0.3 - 1.0);
    bundles[1] = bundles[0].clone();
    plain.advance(200, &mut bundles[0], &mut plain.workspace());
    fused.advance(200, &mut bundles[1], &mut fused.workspace());
    for (a, b) in bundles[0].state.iter().zip(bundles[1].state.iter()) {
        assert!((a - b).abs() < 1e-12 * a.abs().max(1.0), "{a} {b}");
    }
}

/// `E g² = (E g)² + Var g / B` over samples.
#[test]
fn the_mean_square_is_that_of_all_batches() {
    let network = Arc::new(network("sigmoid", "logistic"));
    let n = network.dataset().n_rows();
    let x: Vec<f64> = numbers("x sigmoid logistic");
    let rows: Vec<Row> = x.iter().map(|x| [*x; 8]).collect();
    let mut room = vec![[0.0; 8]; n_room(&network)];
    for (sampling, is_distinct) in
        [(Sampling::WithReplacement, false), (Sampling::WithoutReplacement, true)]
    {
        let pairs: Vec<[usize; 2]> = (0..n)
            .flat_map(|i| (0..n).map(move |j| [i, j]))
            .filter(|[i, j]| !is_distinct || i != j)
            .collect();
        let mut expected = vec![0.0; x.len()];
        for pair in &pairs {
            let mut gradient = vec![[0.0; 8]; x.len()];
            let batch = pair.map(|index| [index as u64; LANES]);
            network.batch_gradient(&rows, &batch, 0, &mut room, &mut gradient);
            for (sum, row) in expected.iter_mut().zip(&gradient) {
                *sum += row[0] * row[0] / pairs.len() as f64;
            }
        }
        let mut found = vec![[0.0; 8]; x.len()];
        NetworkBatch::new(Arc::clone(&network), 2, sampling).write_mean_square(&rows, &mut found);
        let found: Vec<f64> = found.iter().map(|row| row[3]).collect();
        assert_close(&found, &expected, "mean square");
    }
}
