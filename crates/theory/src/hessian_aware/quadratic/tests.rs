use super::*;
use crate::matrix::{combine, diagonal, identity, product};
use maruyama_dynamics::modified_equation::NonPsd;

const HESSIAN_AWARE: Model = Model::HessianAware(NonPsd::MomentsOnly);

fn example() -> Quadratic {
    let hessian = Matrix::new(3, 3, vec![1.0, 0.3, 0.0, 0.3, -0.4, 0.2, 0.0, 0.2, 0.5]);
    let noise = Matrix::new(3, 3, vec![1.0, 0.2, 0.1, 0.2, 0.7, 0.0, 0.1, 0.0, 0.4]);
    Quadratic::new(&hessian, &noise, 0.3).unwrap().with_linear_term(&[0.5, -1.0, 2.0]).unwrap()
}

fn assert_close(found: &Gaussian, expected: &Gaussian, tolerance: f64) {
    let pairs = found.mean.iter().zip(&expected.mean);
    for (x, y) in pairs.chain(found.covariance.entries().iter().zip(expected.covariance.entries()))
    {
        assert!((x - y).abs() <= tolerance * (1.0 + y.abs()), "{x} vs {y}");
    }
}

#[test]
fn chain_law_is_that_of_repeated_steps() {
    let quadratic = example();
    let hessian = Matrix::new(3, 3, vec![1.0, 0.3, 0.0, 0.3, -0.4, 0.2, 0.0, 0.2, 0.5]);
    let noise = Matrix::new(3, 3, vec![1.0, 0.2, 0.1, 0.2, 0.7, 0.0, 0.1, 0.0, 0.4]);
    let map = combine(1.0, &identity(3), -0.3, &hessian);
    let start = Gaussian { mean: vec![1.0, 0.0, -1.0], covariance: diagonal(&[0.1, 0.0, 0.2]) };
    let mut expected = start.clone();
    for _ in 0..13 {
        let pulled = map.times(&expected.mean);
        expected.mean = pulled.iter().zip([0.5, -1.0, 2.0]).map(|(x, c)| x - 0.3 * c).collect();
        let spread = congruence(&map, &expected.covariance);
        expected.covariance = combine(1.0, &spread, 0.09, &noise);
    }
    assert_close(&quadratic.chain_law(&start, 13).unwrap(), &expected, 1e-13);
    assert_close(&quadratic.law(HESSIAN_AWARE, &start, 13.0 * 0.3).unwrap(), &expected, 1e-12);
}

#[test]
fn laws_compose_and_solve_their_differential_equation() {
    let quadratic = example();
    let start = Gaussian { mean: vec![1.0, 0.0, -1.0], covariance: diagonal(&[0.1, 0.0, 0.2]) };
    for model in [Model::Sme1, Model::Sme2, Model::StochasticPrincipalFlow, Model::Factorised] {
        let whole = quadratic.law(model, &start, 1.7).unwrap();
        let half = quadratic.law(model, &start, 0.9).unwrap();
        assert_close(&quadratic.law(model, &half, 0.8).unwrap(), &whole, 1e-13);
    }
    // SME-1: d/dt C = D − A C − C A at time 0.9, by a central difference.
    let at = |time| quadratic.law(Model::Sme1, &start, time).unwrap().covariance;
    let slope = combine(0.5e4, &at(0.9 + 1e-4), -0.5e4, &at(0.9 - 1e-4));
    let hessian = Matrix::new(3, 3, vec![1.0, 0.3, 0.0, 0.3, -0.4, 0.2, 0.0, 0.2, 0.5]);
    let drift = combine(-1.0, &product(&hessian, &at(0.9)), -1.0, &product(&at(0.9), &hessian));
    let expected = combine(1.0, &drift, 1.0, &quadratic.diffusion(Model::Sme1).unwrap());
    for (x, y) in slope.entries().iter().zip(expected.entries()) {
        assert!((x - y).abs() < 1e-7, "{x} vs {y}");
    }
}

#[test]
fn flat_directions_drift_and_spread_linearly() {
    let flat = Quadratic::new(&diagonal(&[0.0, 1.0]), &identity(2), 0.5).unwrap();
    let flat = flat.with_linear_term(&[2.0, 0.0]).unwrap();
    for model in [Model::Sme1, Model::Sme2, HESSIAN_AWARE, Model::Factorised] {
        let law = flat.law(model, &Gaussian::point(&[1.0, 0.0]), 2.0).unwrap();
        assert!((law.mean[0] + 3.0).abs() < 1e-15);
        assert!((law.covariance.row(0)[0] - 1.0).abs() < 1e-15);
        assert!(matches!(flat.stationary(model), Err(HessianAwareError::Unstable { .. })));
    }
    assert!(flat.stationary_chain().is_err());
}

#[test]
fn stationary_laws_are_limits() {
    let hessian = Matrix::new(2, 2, vec![1.5, 0.2, 0.2, 0.4]);
    let noise = Matrix::new(2, 2, vec![1.0, 0.3, 0.3, 0.5]);
    let quadratic = Quadratic::new(&hessian, &noise, 0.4).unwrap();
    let quadratic = quadratic.with_linear_term(&[1.0, 1.0]).unwrap();
    let start = Gaussian::point(&[3.0, 4.0]);
    let chain = quadratic.stationary_chain().unwrap();
    assert_close(&quadratic.chain_law(&start, 2000).unwrap(), &chain, 1e-13);
    assert_close(&quadratic.stationary(HESSIAN_AWARE).unwrap(), &chain, 1e-13);
    for model in [Model::Sme1, Model::Sme2, Model::StochasticPrincipalFlow] {
        let limit = quadratic.stationary(model).unwrap();
        assert_close(&quadratic.law(model, &start, 800.0).unwrap(), &limit, 1e-13);
        assert!(limit.relative_covariance_error(&chain) > 0.05);
    }
}

#[test]
fn unfit_inputs_are_refused() {
    let eye = identity(2);
    let skew = Matrix::new(2, 2, vec![1.0, 0.5, 0.4, 1.0]);
    assert!(matches!(
        Quadratic::new(&skew, &eye, 0.1),
        Err(HessianAwareError::NotSymmetric { .. })
    ));
    assert!(matches!(
        Quadratic::new(&eye, &diagonal(&[1.0, -0.1]), 0.1),
        Err(HessianAwareError::NotCovariance { .. })
    ));
    assert!(Quadratic::new(&eye, &identity(3), 0.1).is_err());
    assert!(Quadratic::new(&eye, &eye, 0.0).is_err());
    assert!(Quadratic::new(&eye, &eye, f64::NAN).is_err());
    let saddle = Quadratic::new(&diagonal(&[-1.0]), &identity(1), 1.0).unwrap();
    let far = saddle.chain_law(&Gaussian::point(&[1.0]), 5000);
    assert_eq!(far, Err(HessianAwareError::NotFinite { what: "a mean" }));
    assert!(saddle.law(Model::Sme1, &Gaussian::point(&[1.0]), -1.0).is_err());
    assert!(saddle.law(Model::Sme1, &Gaussian::point(&[1.0, 2.0]), 1.0).is_err());
}
