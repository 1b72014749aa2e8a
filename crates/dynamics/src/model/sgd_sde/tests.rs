use super::*;
use crate::dataset::Dataset;
use crate::noise::{NumpyLegacy, Purpose, Stream, StreamKey};
use crate::real;

fn problem(ridge: f64) -> LeastSquares {
    let mut generator = NumpyLegacy::new(6);
    let design = Matrix::new(7, 3, generator.normals(21));
    LeastSquares::new(Dataset::new(design, generator.normals(7)), ridge)
}

fn step(step_size: f64, batch_size: u64, n_parts: u64, scheme: Scheme) -> SdeStep {
    SdeStep { step_size, batch_size, n_parts, scheme, order: Order::First }
}

/// `x + h [−∇L_reg(x)] + sqrt(gamma h/(n B)) sum_i r_i (z_i − mean z) a_i`
fn euler(problem: &LeastSquares, (gamma, b, h): (f64, f64, f64), x: &[f64], z: &[f64]) -> Vec<f64> {
    let (dataset, n) = (problem.dataset(), z.len() as f64);
    let mean = z.iter().sum::<f64>() / n;
    let mut next = x.to_vec();
    real::add_scaled(&mut next, -h, &problem.gradient(x));
    for (i, row) in dataset.design.rows().enumerate() {
        let residual = real::dot(row, x) - dataset.response[i];
        let scale = (gamma / b / n * h).sqrt() * residual * (z[i] - mean);
        real::add_scaled(&mut next, scale, row);
    }
    next
}

/// The chain in lane 5 after one step from `x`, and the stream of its normals.
fn moved(sde: &SgdSde, x: &[f64]) -> (Vec<f64>, Stream) {
    let shape = Dynamics::shape(sde);
    let mut bundle = Bundle::new(shape, StreamKey(5), 3);
    (0..LANES).for_each(|lane| bundle.set(shape, 0, lane, x));
    Model::advance(sde, 1, &mut bundle, &mut Dynamics::workspace(sde));
    let mut found = vec![0.0; x.len()];
    bundle.get(shape, 0, 5, &mut found);
    (found, Stream::new(StreamKey(5), 8, Purpose::Brownian))
}

const X: [f64; 3] = [0.4, -1.1, 0.7];

/// One step from given normals against the formula.
#[test]
fn a_step_is_that_of_the_equation() {
    let problem = problem(0.8);
    let sde = SgdSde::new(&problem, step(0.3, 2, 2, Scheme::EulerMaruyama));
    let (found, mut stream) = moved(&sde, &X);
    let mut expected = X.to_vec();
    for _ in 0..2 {
        let mut z = [0.0; 7];
        stream.fill_normals(&mut z);
        expected = euler(&problem, (0.3, 2.0, 0.15), &expected, &z);
    }
    for (found, expected) in found.iter().zip(&expected) {
        assert!((found - expected).abs() < 1e-14, "{found} vs {expected}");
    }
}

/// `(I + h H/2)(x' − x)` is the displacement of Euler–Maruyama; `H v = ∇L_reg(x + v) − ∇L_reg(x)`.
/// The second design has fewer rows than columns.
#[test]
fn a_step_of_crank_nicolson_solves_its_equation() {
    let mut generator = NumpyLegacy::new(8);
    let flat = Matrix::new(2, 3, generator.normals(6));
    let flat = LeastSquares::new(Dataset::new(flat, generator.normals(2)), 0.5);
    for problem in [problem(0.8), flat] {
        let sde = SgdSde::new(&problem, step(0.3, 2, 1, Scheme::CrankNicolson));
        let (found, mut stream) = moved(&sde, &X);
        let mut z = vec![0.0; problem.dataset().n_rows()];
        stream.fill_normals(&mut z);
        let explicit = euler(&problem, (0.3, 2.0, 0.3), &X, &z);
        let (here, there) = (problem.gradient(&X), problem.gradient(&found));
        for j in 0..3 {
            let solved = found[j] - X[j] + 0.15 * (there[j] - here[j]);
            let expected = explicit[j] - X[j];
            assert!((solved - expected).abs() < 1e-14, "{solved} vs {expected}");
        }
    }
}

/// `H v = ∇L_reg(v) − ∇L_reg(0)`.
fn hessian(problem: &LeastSquares, v: &[f64]) -> Vec<f64> {
    let zero = problem.gradient(&vec![0.0; v.len()]);
    problem.gradient(v).iter().zip(zero).map(|(there, here)| there - here).collect()
}

/// One step of the equations of second order against
/// `(I + theta h H F)(x' − x) = −h F ∇L_reg(x) + G noise`, `F = I + gamma H/2`, `G = I` or `F`.
#[test]
fn steps_of_second_order_solve_their_equations() {
    let mut generator = NumpyLegacy::new(8);
    let flat = Matrix::new(2, 3, generator.normals(6));
    let flat = LeastSquares::new(Dataset::new(flat, generator.normals(2)), 0.5);
    let gamma = 0.3;
    for problem in [problem(0.8), problem(0.0), flat] {
        let add = |v: Vec<f64>, scale: f64| -> Vec<f64> {
            let image = hessian(&problem, &v);
            v.iter().zip(image).map(|(v, image)| v + scale * image).collect()
        };
        for (scheme, theta) in [(Scheme::EulerMaruyama, 0.0), (Scheme::CrankNicolson, 0.5)] {
            for order in [Order::Second, Order::SecondWithNoise] {
                let sde = SgdSde::new(&problem, SdeStep { order, ..step(gamma, 2, 1, scheme) });
                let (found, mut stream) = moved(&sde, &X);
                let mut z = vec![0.0; problem.dataset().n_rows()];
                stream.fill_normals(&mut z);
                let drift: Vec<f64> = problem.gradient(&X).iter().map(|g| -gamma * g).collect();
                let explicit = euler(&problem, (gamma, 2.0, gamma), &X, &z);
                let noise: Vec<f64> = (0..3).map(|j| explicit[j] - X[j] - drift[j]).collect();
                let of_noise = if order == Order::Second { 0.0 } else { 0.5 * gamma };
                let (drift, noise) = (add(drift, 0.5 * gamma), add(noise, of_noise));
                let moved: Vec<f64> = (0..3).map(|j| found[j] - X[j]).collect();
                let image = hessian(&problem, &add(moved.clone(), 0.5 * gamma));
                for j in 0..3 {
                    let solved = moved[j] + theta * gamma * image[j];
                    let expected = drift[j] + noise[j];
                    assert!((solved - expected).abs() < 1e-13, "{order:?}: {solved}, {expected}");
                }
            }
        }
    }
}

const ROWS: [[f64; 2]; 8] = [
    [1.0, 0.2],
    [0.5, -0.8],
    [-1.2, 0.4],
    [0.3, 1.1],
    [-0.7, -0.6],
    [0.9, 0.7],
    [-0.4, 0.9],
    [1.3, -0.5],
];

/// Products `eta_0²`, `eta_0 eta_1`, `eta_1²` of the errors after 150 steps from the minimiser.
fn products(problem: &LeastSquares, sde: &SgdSde) -> [Vec<f64>; 3] {
    let (shape, centre) = (Dynamics::shape(sde), problem.minimiser());
    let mut workspace = Dynamics::workspace(sde);
    let mut products: [Vec<f64>; 3] = Default::default();
    for first_chain in (0..40_000).step_by(LANES) {
        let mut bundle = Bundle::new(shape, StreamKey(11), first_chain);
        (0..LANES).for_each(|lane| bundle.set(shape, 0, lane, centre));
        Model::advance(sde, 150, &mut bundle, &mut workspace);
        for lane in 0..LANES {
            let mut x = [0.0; 2];
            bundle.get(shape, 0, lane, &mut x);
            let eta = [x[0] - centre[0], x[1] - centre[1]];
            let pairs = [(0, 0), (0, 1), (1, 1)];
            products.iter_mut().zip(pairs).for_each(|(all, (i, j))| all.push(eta[i] * eta[j]));
        }
    }
    products
}

/// Covariances at the step size 0.15 from the generalised Lyapunov equation, for the equation itself
/// and for Euler–Maruyama at `h = gamma`, which is SGD's.
#[test]
fn the_stationary_covariance_is_that_of_the_lyapunov_equation() {
    let response = vec![0.9, -0.3, -1.0, 0.8, -1.1, 1.4, 0.1, 0.6];
    let dataset = Dataset::new(Matrix::new(8, 2, ROWS.concat()), response);
    let problem = LeastSquares::new(dataset, 0.0);
    let equation = [0.002_523_224_245_31, -0.000_510_767_861_109, 0.002_337_797_598_45];
    let sgd = [0.002_681_894_485_92, -0.000_543_738_366_488, 0.002_436_012_863_77];
    for (scheme, expected) in [(Scheme::CrankNicolson, equation), (Scheme::EulerMaruyama, sgd)] {
        let sde = SgdSde::new(&problem, step(0.15, 1, 1, scheme));
        for (products, expected) in products(&problem, &sde).iter().zip(expected) {
            let n = products.len() as f64;
            let mean = real::sum(products) / n;
            let spread: Vec<f64> = products.iter().map(|product| product - mean).collect();
            let error = real::dot(&spread, &spread).sqrt() / n;
            assert!(((mean - expected) / error).abs() < 4.5, "{scheme:?}: {mean} vs {expected}");
            assert!(error < 0.3 * (sgd[0] - equation[0]));
        }
    }
}
