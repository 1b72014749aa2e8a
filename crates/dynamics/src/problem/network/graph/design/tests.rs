use super::*;
use crate::dataset::Dataset;
use crate::linear_algebra::Matrix;
use crate::noise::NumpyLegacy;
use crate::problem::Problem as _;
use crate::problem::network::loss::Loss;
use crate::problem::network::perceptron::Network;
use crate::problem::network::perceptron::tests::assert_close;

/// Data and results of PyTorch, see `scripts/fixtures/architectures.py`.
const FIXTURE: &str = include_str!("../../../../../tests/fixtures/architectures.csv");

const CASES: [&str; 5] = ["cnn", "resnet", "vit", "vit gelu", "character"];

fn numbers(name: &str) -> Vec<f64> {
    let line = FIXTURE.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(','));
    let fields = line.unwrap_or_else(|| panic!("no `{name}`")).split(',');
    fields.map(|field| field.parse().unwrap()).collect()
}

fn design(case: &str) -> Design {
    let convolutional = |is_residual, activation| Design::Convolutional {
        image: Image { n_channels: 2, height: 4, width: 6 },
        n_channels: 3,
        is_residual,
        hidden: vec![5],
        activation,
    };
    let blocks = |n_heads, n_hidden, activation| Transformer {
        width: 6,
        depth: 2,
        n_heads,
        n_hidden,
        activation,
    };
    let image = Image { n_channels: 1, height: 4, width: 6 };
    match case {
        "cnn" => convolutional(false, Activation::Relu),
        "resnet" => convolutional(true, Activation::Softplus),
        "vit" => Design::Vision { image, patch: 2, blocks: blocks(2, 5, Some(Activation::Tanh)) },
        "vit gelu" => Design::Vision { image, patch: 2, blocks: blocks(2, 5, None) },
        _ => Design::Character { n_symbols: 4, blocks: blocks(3, 7, Some(Activation::Relu)) },
    }
}

fn network(case: &str) -> Network {
    let response = numbers(&format!("response {case}"));
    let entries = numbers(&format!("design {case}"));
    let n_columns = entries.len() / response.len();
    let data = Dataset::new(Matrix::new(response.len(), n_columns, entries), response);
    Network::designed(data, &design(case), Loss::CrossEntropy)
}

#[test]
fn losses_and_gradients_are_those_of_pytorch() {
    for case in CASES {
        let network = network(case);
        assert!(network.check().is_empty(), "{case}");
        let x = numbers(&format!("x {case}"));
        assert_eq!(network.dim(), x.len(), "{case}");
        assert_close(&[network.risk(&x)], &numbers(&format!("risk {case}")), case);
        assert_close(&network.gradient(&x), &numbers(&format!("gradient {case}")), case);
    }
}

/// A difference of the fourth order has an error of `h⁴ f⁽⁵⁾/30` and of rounding over `h`.
#[test]
fn gradients_are_the_derivatives_of_the_risk() {
    let h = 2e-4;
    for case in CASES {
        let network = network(case);
        let mut x = NumpyLegacy::new(3).normals(network.dim());
        for entry in &mut x {
            *entry *= 0.5;
        }
        let gradient = network.gradient(&x);
        for i in (0..x.len()).step_by(3) {
            let at = x[i];
            let [up, down, far_up, far_down] = [h, -h, 2.0 * h, -2.0 * h].map(|by| {
                x[i] = at + by;
                network.risk(&x)
            });
            x[i] = at;
            let slope = (8.0 * (up - down) - (far_up - far_down)) / (12.0 * h);
            assert!((slope - gradient[i]).abs() < 2e-8, "{case} {i}: {slope} {}", gradient[i]);
        }
    }
}

/// A mean over batches that take each sample once is the full gradient, whatever passes together.
#[test]
fn batches_of_a_graph_add_up() {
    for case in CASES {
        let network = network(case);
        let x = numbers(&format!("x {case}"));
        let rows: Vec<[f64; 8]> = x.iter().map(|x| [*x; 8]).collect();
        let n = numbers(&format!("response {case}")).len();
        let mut sum = vec![0.0; x.len()];
        for sample in 0..n {
            let mut gradient = vec![[0.0; 8]; x.len()];
            network.batch_gradient(&rows, &[[sample as u64; 16]], 1, &mut [], &mut gradient);
            for (sum, row) in sum.iter_mut().zip(&gradient) {
                *sum += row[6] / n as f64;
            }
        }
        assert_close(&sum, &network.gradient(&x), case);
    }
}

/// 1 060 138 parameters for 3 by 32 by 32 pixels with 32 channels, one hidden layer of 128 neurons
/// and ten classes.
#[test]
fn the_residual_network_has_the_parameters_of_the_paper() {
    let image = Image { n_channels: 3, height: 32, width: 32 };
    let (hidden, activation) = (vec![128], Activation::Relu);
    let design =
        Design::Convolutional { image, n_channels: 32, is_residual: true, hidden, activation };
    let graph = design.graph(3072, 10).unwrap();
    assert_eq!(graph.n_parameters(), 1_060_138);
    assert_eq!([0, 1, 3].map(|layer| graph.weights(layer).len()), [864, 9216, 1280]);
    let mut scales = vec![0.0; graph.n_parameters()];
    graph.write_start_scales(&mut scales);
    assert_eq!(scales[0], 1.0 / 27.0_f64.sqrt());
    assert_eq!((scales[864], scales[896]), (0.0, 1.0 / 288.0_f64.sqrt()));
}

#[test]
fn designs_that_do_not_fit_are_refused() {
    let of = |design: &Design, n| design.graph(n, 3).unwrap_err();
    let misfit = of(&design("cnn"), 47);
    assert_eq!(
        misfit.message,
        "an image of 2 by 4 by 6 pixels has 48, and the data have 47 features"
    );
    let Design::Vision { image, blocks, .. } = design("vit") else { panic!("no transformer") };
    let misfit = of(&Design::Vision { image, patch: 4, blocks }, 24);
    assert_eq!(misfit.message, "patches of 4 pixels do not divide 4 by 6");
    let blocks = Transformer { n_heads: 4, ..blocks };
    assert_eq!(of(&Design::Vision { image, patch: 2, blocks }, 24).parameter, "heads");
    let thin = Image { n_channels: 1, height: 1, width: 8 };
    let Design::Convolutional { hidden, activation, .. } = design("cnn") else { panic!("no cnn") };
    let design = Design::Convolutional {
        image: thin,
        n_channels: 3,
        is_residual: false,
        hidden,
        activation,
    };
    assert_eq!(of(&design, 8).parameter, "image");
}
