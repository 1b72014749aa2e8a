use super::*;
use crate::linear_algebra::Matrix;
use crate::noise::NumpyLegacy;
use crate::problem::LeastSquares;

/// Data and results of PyTorch, see `scripts/fixtures/network.py`.
const FIXTURE: &str = include_str!("../../../../tests/fixtures/network.csv");

/// The list called `name`.
pub(crate) fn numbers(name: &str) -> Vec<f64> {
    let line = FIXTURE.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(','));
    let fields = line.unwrap_or_else(|| panic!("no `{name}`")).split(',');
    fields.map(|field| field.parse().unwrap()).collect()
}

/// The network of the fixture.
pub(crate) fn network(activation: &str, loss: &str) -> Network {
    let response = numbers(&format!("response {loss}"));
    let design = Matrix::new(response.len(), 3, numbers("design"));
    let (activation, loss) = (Activation::named(activation), Loss::named(loss));
    let architecture = Architecture { hidden: vec![5, 2], activation, loss };
    Network::new(Dataset::new(design, response), &architecture)
}

pub(crate) fn assert_close(found: &[f64], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let gap = (found - expected).abs();
        assert!(gap <= 1e-12 * expected.abs().max(0.1), "{what}, {i}: {found} vs {expected}");
    }
}

#[test]
fn losses_and_gradients_are_those_of_pytorch() {
    for activation in Activation::NAMES {
        for loss in Loss::NAMES {
            let network = network(activation, loss);
            let case = format!("{activation} {loss}");
            let x = numbers(&format!("x {case}"));
            assert_close(&[network.risk(&x)], &numbers(&format!("risk {case}")), &case);
            let gradient = numbers(&format!("gradient {case}"));
            assert_close(&network.gradient(&x), &gradient, &case);
        }
    }
}

/// A central difference has an error of the order `h² f'''` and of rounding over `h`.
#[test]
fn gradients_are_the_derivatives_of_the_risk() {
    let h = 1e-5;
    for activation in Activation::NAMES {
        for loss in Loss::NAMES {
            let network = network(activation, loss);
            let mut x = NumpyLegacy::new(3).normals(network.dim());
            let gradient = network.gradient(&x);
            for i in 0..x.len() {
                let at = x[i];
                x[i] = at + h;
                let up = network.risk(&x);
                x[i] = at - h;
                let down = network.risk(&x);
                x[i] = at;
                let slope = (up - down) / (2.0 * h);
                assert!((slope - gradient[i]).abs() < 1e-8, "{activation} {loss} {i}");
            }
        }
    }
}

/// The graph and the pass of a perceptron's own round differently.
#[test]
fn the_graph_of_a_perceptron_is_the_perceptron() {
    for activation in Activation::NAMES {
        for loss in Loss::NAMES {
            let network = network(activation, loss);
            let x = splat(&NumpyLegacy::new(5).normals(network.dim()));
            let point: Vec<f64> = x.iter().map(|row| row[0]).collect();
            assert_close(&[deep::risk(&network, &x)], &[network.risk(&point)], activation);
            let mut gradient = vec![[0.0; 8]; x.len()];
            deep::full_gradient(&network, &x, &mut gradient);
            let found: Vec<f64> = gradient.iter().map(|row| row[5]).collect();
            assert_close(&found, &network.gradient(&point), activation);
        }
    }
}

#[test]
fn steps_over_single_samples_are_those_of_pytorch() {
    for case in ["sigmoid squared", "tanh cross_entropy", "relu logistic"] {
        let (activation, loss) = case.split_once(' ').unwrap();
        let network = network(activation, loss);
        let mut parameters = splat(&numbers(&format!("start sgd {case} 1")));
        let mut room = vec![[0.0; 8]; n_room(&network)];
        // The chains of the first half go through the samples backwards.
        let order: Vec<u64> = numbers("order").iter().map(|index| *index as u64).collect();
        let indices: Vec<[u64; LANES]> = (0..10)
            .map(|k| std::array::from_fn(|lane| order[if lane < 8 { 9 - k } else { k }]))
            .collect();
        network.descend(&[0.05; 10], &indices, 1, &mut room, &mut parameters);
        let expected = numbers(&format!("end sgd {case} 1"));
        for lane in [0, 7] {
            let found: Vec<f64> = parameters.iter().map(|row| row[lane]).collect();
            assert_close(&found, &expected, case);
        }
    }
}

/// Even far out, where `e^f` overflows.
#[test]
fn losses_of_certain_outputs_are_finite() {
    for loss in ["logistic", "cross_entropy"] {
        let network = network("identity", loss);
        let mut x = NumpyLegacy::new(4).normals(network.dim());
        for entry in &mut x {
            *entry *= 1e4;
        }
        assert!(network.risk(&x) > 1e4);
        assert!(network.risk(&x).is_finite());
        assert!(network.gradient(&x).iter().all(|entry| entry.is_finite()));
    }
}

#[test]
fn parameters_lie_layer_after_layer() {
    let network = network("tanh", "cross_entropy");
    assert_eq!((network.layers().len(), network.dim()), (3, 20 + 12 + 9));
    assert_eq!([0, 1, 2, 3].map(|layer| network.weights(layer)), [0..15, 20..30, 32..38, 0..0]);
    let scales = network.start_scales().unwrap();
    let (third, fifth, half) = (1.0 / 3.0_f64.sqrt(), 1.0 / 5.0_f64.sqrt(), 1.0 / 2.0_f64.sqrt());
    assert_eq!([scales[14], scales[15], scales[29], scales[31]], [third, 0.0, fifth, 0.0]);
    assert_eq!([scales[37], scales[38], scales[40]], [half, 0.0, 0.0]);
}

#[test]
fn networks_beyond_memory_are_refused() {
    let data = network("tanh", "squared").dataset;
    let of = |width| {
        let hidden = vec![width, width];
        let (activation, loss) = (Activation::Tanh, Loss::Squared);
        Network::new(data.clone(), &Architecture { hidden, activation, loss }).check()
    };
    assert!(of(1000).is_empty());
    let faults = of(2000);
    assert!(faults[0].message.starts_with("the network has 4012001 parameters"), "{faults:?}");
}

/// With a bias as the coefficient of a column of ones.
#[test]
fn a_network_without_hidden_layers_is_least_squares() {
    let data = network("tanh", "squared").dataset;
    let (activation, loss) = (Activation::Relu, Loss::Squared);
    let architecture = Architecture { hidden: Vec::new(), activation, loss };
    let linear = Network::new(data.clone(), &architecture);
    let with_ones: Vec<f64> = data.design.rows().flat_map(|row| [row, &[1.0]].concat()).collect();
    let design = Matrix::new(data.n_rows(), 4, with_ones);
    let squares = LeastSquares::new(Dataset::new(design, data.response), 0.0);
    let x = [0.7, -1.2, 0.4, 0.9];
    assert_close(&[linear.risk(&x)], &[squares.risk(&x)], "risk");
    assert_close(&linear.gradient(&x), &squares.gradient(&x), "gradient");
}
