use super::*;
use crate::dataset::Dataset;
use crate::linear_algebra::Matrix;
use crate::noise::{NumpyLegacy, StreamKey};

fn problem(ridge: f64) -> LeastSquares {
    let mut generator = NumpyLegacy::new(6);
    let design = Matrix::new(7, 3, generator.normals(21));
    LeastSquares::new(Dataset::new(design, generator.normals(7)), ridge)
}

/// One step from given normals against the formula.
#[test]
fn a_step_is_that_of_the_equation() {
    let problem = problem(0.8);
    let (gamma, b, x) = (0.3, 2.0, [0.4, -1.1, 0.7]);
    let sde = SgdSde::new(
        &problem,
        SdeStep { step_size: gamma, batch_size: 2, n_parts: 2, scheme: Scheme::EulerMaruyama },
    );
    let shape = Dynamics::shape(&sde);
    let mut bundle = Bundle::new(shape, StreamKey(5), 3);
    (0..LANES).for_each(|lane| bundle.set(shape, 0, lane, &x));
    let mut single = crate::noise::Stream::new(StreamKey(5), 8, crate::noise::Purpose::Brownian);
    Model::advance(&sde, 1, &mut bundle, &mut Dynamics::workspace(&sde));

    let (h, n, mut expected) = (0.15, 7.0, x.to_vec());
    for _ in 0..2 {
        let mut z = [0.0; 7];
        single.fill_normals(&mut z);
        let mean = z.iter().sum::<f64>() / n;
        let gradient = problem.gradient(&expected);
        let mut next: Vec<f64> = expected.iter().zip(&gradient).map(|(x, g)| x - h * g).collect();
        let dataset = problem.dataset();
        for (i, row) in dataset.design.rows().enumerate() {
            let residual = crate::real::dot(row, &expected) - dataset.response[i];
            let scale = (gamma / b / n * h).sqrt() * residual * (z[i] - mean);
            crate::real::add_scaled(&mut next, scale, row);
        }
        expected = next;
    }
    let mut found = [0.0; 3];
    bundle.get(shape, 0, 5, &mut found);
    for (found, expected) in found.iter().zip(&expected) {
        assert!((found - expected).abs() < 1e-14, "{found} vs {expected}");
    }
}
