use super::*;
use crate::linear_algebra::Matrix;
use crate::parameter::defaults;
use crate::problem::FormulaDerivatives;
use crate::real;

fn parameters(changes: &[(&str, Value)]) -> Parameters {
    let mut parameters = defaults(PART.parameters);
    for (name, value) in changes {
        parameters.insert((*name).to_owned(), value.clone());
    }
    parameters
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn list(texts: &[&str]) -> Value {
    Value::List(texts.iter().map(|one| text(one)).collect())
}

fn found(changes: &[(&str, Value)]) -> Vec<(&'static str, String)> {
    let violations = FormulaKind.check(&parameters(changes));
    assert!(violations.iter().all(|one| !one.remedy.is_empty()));
    violations.into_iter().map(|one| (one.parameter, one.message)).collect()
}

#[test]
fn a_formula_is_an_objective() {
    let saddle = parameters(&[("objective", text("0.5*(x^2 - y^2)"))]);
    assert_eq!(FormulaKind.check(&saddle), []);
    let problem = FormulaKind.build(&saddle, None);
    assert_eq!((problem.dim(), problem.risk(&[3.0, 1.0])), (2, 4.0));
    assert_eq!(problem.expect::<Formula>().gradient(&[3.0, 1.0]), [3.0, -1.0]);
    let turned = parameters(&[
        ("objective", text("a*u^2 + w")),
        ("variables", list(&["w", "u"])),
        ("a", Value::Real(0.25)),
    ]);
    let problem = FormulaKind.build(&turned, None);
    assert_eq!(problem.expect::<Formula>().variables(), ["w", "u"]);
    assert_eq!(problem.expect::<Formula>().gradient(&[3.0, 1.0]), [1.0, 0.5]);
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let objective = |formula: &str| ("objective", text(formula));
    let at = |parameter, message: &str| vec![(parameter, message.to_owned())];
    assert_eq!(
        found(&[objective("1 - cos(x")]),
        at("objective", "at character 8: this bracket is not closed")
    );
    assert_eq!(
        found(&[objective("a*x")]),
        at("objective", "at character 1: `a` is unknown"),
        "a constant that is not given"
    );
    assert_eq!(
        found(&[objective("x"), ("variables", list(&["x", "x"]))]),
        at("variables", "`x` is there twice")
    );
    assert_eq!(
        found(&[objective("x"), ("variables", list(&["2x"]))]),
        at("variables", "`2x` is no name of a variable")
    );
    assert_eq!(found(&[objective("x_17")]), at("variables", "the objective has 17 variables"));
    assert_eq!(
        found(&[objective("x + y"), ("noise_covariance", list(&["1, 0", "0.5, 1"]))]),
        at("noise_covariance", "row 0: at character 1: entry 1 differs from entry 0 of row 1")
    );
    assert_eq!(
        found(&[objective("x + y"), ("noise_covariance", list(&["1", "2, 3"]))]),
        at(
            "noise_covariance",
            "row 0: at character 1: the covariance is not positive semidefinite"
        )
    );
    assert_eq!(
        found(&[objective("x + y"), ("noise_covariance", list(&["1", "2, +"]))]),
        at("noise_covariance", "row 1: at character 5: the formula ends too early")
    );
    assert_eq!(found(&[objective("x + y"), ("noise_covariance", list(&["1"]))]).len(), 1);
    assert_eq!(found(&[objective("x + y"), ("noise_covariance", list(&["1", "0, sin(x)"]))]), []);
}

/// `f = 2 − cos x − cos y + 0.4 cos(x − y)`, `Sigma = sigma² (1 + 0.3 sin x) C`.
#[test]
fn derivatives_are_those_by_hand() {
    let sizes = "1 + 0.3*sin(x)";
    let rows = [format!("0.6*({sizes})"), format!("0.25*({sizes}), 0.3*({sizes})")];
    let parameters = parameters(&[
        ("objective", text("2 - cos(x) - cos(y) + 0.4*cos(x - y)")),
        ("noise_covariance", list(&rows.each_ref().map(String::as_str))),
        ("noise_std", Value::Real(0.5)),
    ]);
    let formula = formula(&parameters).unwrap();
    let derivatives = FormulaDerivatives::new(&formula).unwrap();
    let point = [0.7, -0.4];
    let [x, y] = point;
    let (sin, cos) = real::sin_cos(x - y);
    let near = |found: &[f64], expected: &[f64]| {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-15, "{found}, not {expected}");
        }
    };
    let gradient = [real::sin(x) - 0.4 * sin, real::sin(y) + 0.4 * sin];
    near(&derivatives.gradient(&point), &gradient);
    let hessian = [real::cos(x) - 0.4 * cos, 0.4 * cos, 0.4 * cos, real::cos(y) - 0.4 * cos];
    near(derivatives.hessian(&point).entries(), &hessian);
    let third = [-real::sin(x) + 0.4 * sin, -0.4 * sin, 0.4 * sin, -real::sin(y) - 0.4 * sin];
    near(&derivatives.third_derivatives(&point), &third);
    let s = Matrix::new(2, 2, vec![1.0, 0.5, 0.5, 3.0]);
    let [xxx, xxy, xyy, yyy] = third;
    let contracted = [xxx + xxy + 3.0 * xyy, xxy + xyy + 3.0 * yyy];
    near(&derivatives.third(&point, &s), &contracted);
    let size = 0.25 * (1.0 + 0.3 * real::sin(x));
    near(derivatives.covariance(&point).entries(), &[0.6, 0.25, 0.25, 0.3].map(|c| size * c));
    let slope = 0.25 * 0.3 * real::cos(x) * 2.0;
    let along = derivatives.covariance_along(&point, &[2.0, 7.0]).unwrap();
    near(along.entries(), &[0.6, 0.25, 0.25, 0.3].map(|c| slope * c));
}
