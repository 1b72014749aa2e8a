use super::*;
use crate::parameter::defaults;

#[test]
fn the_spectrum_is_given_or_equidistant() {
    let mut parameters = defaults(PART.parameters);
    parameters.insert("dim".to_owned(), Value::Integer(4));
    parameters.insert("largest".to_owned(), Value::Real(2.5));
    let curvatures = |parameters: &Parameters| {
        assert!(QuadraticKind.check(parameters).is_empty());
        QuadraticKind.build(parameters, None).expect::<Quadratic>().curvatures.clone()
    };
    assert_eq!(curvatures(&parameters), [1.0, 1.5, 2.0, 2.5]);
    let list = vec![Value::Real(3.0), Value::Real(-1.0)];
    parameters.insert("curvatures".to_owned(), Value::List(list));
    assert_eq!(curvatures(&parameters), [3.0, -1.0]);
    let quadratic = QuadraticKind.build(&parameters, None);
    assert_eq!(quadratic.risk(&[2.0, 2.0]), 0.5 * (12.0 - 4.0));
    parameters.insert("curvatures".to_owned(), Value::List(Vec::new()));
    parameters.insert("smallest".to_owned(), Value::Real(3.0));
    assert_eq!(QuadraticKind.check(&parameters).len(), 2);
}

#[test]
fn outliers_follow_the_equidistant_eigenvalues() {
    let outliers = Value::List(vec![Value::Real(5.0), Value::Real(9.0)]);
    let cell = |dim: i64| {
        with(&[
            ("dim", Value::Integer(dim)),
            ("smallest", Value::Real(0.0)),
            (OUTLIERS, outliers.clone()),
        ])
    };
    let problem = QuadraticKind.build(&cell(5), None);
    assert_eq!(problem.expect::<Quadratic>().curvatures, [0.0, 0.5, 1.0, 5.0, 9.0]);
    assert!(QuadraticKind.check(&cell(2)).is_empty());
    assert_eq!(QuadraticKind.check(&cell(1)).len(), 1);
}

fn rows<const N: usize>(rows: [[f64; N]; N]) -> Value {
    let row = |row: [f64; N]| Value::List(row.map(Value::Real).to_vec());
    Value::List(rows.map(row).to_vec())
}

fn with(changes: &[(&str, Value)]) -> Parameters {
    let mut parameters = defaults(PART.parameters);
    parameters.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    parameters
}

#[test]
fn matrices_make_a_form() {
    let hessian = rows([[2.0, 0.5], [0.5, -1.0]]);
    let noise = rows([[1.0, 0.2], [0.2, 0.3]]);
    let std = ("noise_std", Value::Real(2.0));
    let both = with(&[(HESSIAN, hessian.clone()), (NOISE_COVARIANCE, noise), std]);
    assert!(QuadraticKind.check(&both).is_empty());
    let form: Arc<QuadraticForm> = QuadraticKind.build(&both, None).expect_shared();
    assert_eq!(form.hessian.entries(), [2.0, 0.5, 0.5, -1.0]);
    assert!((form.covariance().entries()[1] - 0.8).abs() < 1e-15);
    let turned = with(&[
        ("curvatures", Value::List(vec![Value::Real(2.0), Value::Real(0.5)])),
        (ROTATION_SEED, Value::Integer(3)),
        (NOISE_SHAPE, Value::Text("hessian".to_owned())),
    ]);
    assert!(QuadraticKind.check(&turned).is_empty());
    let form: Arc<QuadraticForm> = QuadraticKind.build(&turned, None).expect_shared();
    let trace = form.hessian.row(0)[0] + form.hessian.row(1)[1];
    assert!((trace - 2.5).abs() < 1e-15 && form.hessian.row(0)[1].abs() > 1e-3);
    for (x, y) in form.covariance().entries().iter().zip(form.hessian.entries()) {
        assert!((x - y).abs() < 1e-14);
    }
}

#[test]
fn matrices_that_are_none_are_refused() {
    let hessian = (HESSIAN, rows([[2.0, 0.5], [0.5, -1.0]]));
    for changes in [
        vec![(HESSIAN, rows([[2.0, 0.5], [0.4, -1.0]]))],
        vec![(HESSIAN, Value::List(Vec::new()))],
        vec![hessian.clone(), (NOISE_COVARIANCE, rows([[1.0]]))],
        vec![hessian.clone(), (NOISE_COVARIANCE, rows([[1.0, 2.0], [2.0, 1.0]]))],
        vec![hessian.clone(), (NOISE_SHAPE, Value::Text("hessian".to_owned()))],
        vec![hessian, (ROTATION_SEED, Value::Integer(1))],
        vec![("dim", Value::Integer(3000)), (ROTATION_SEED, Value::Integer(1))],
    ] {
        assert_eq!(QuadraticKind.check(&with(&changes)).len(), 1, "{changes:?}");
    }
}
