use super::*;
use crate::parameter::defaults;

fn with(changes: &[(&str, Value)]) -> Parameters {
    let mut parameters = defaults(PART.parameters);
    parameters.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    parameters
}

fn list(entries: &[f64]) -> Value {
    Value::List(entries.iter().copied().map(Value::Real).collect())
}

fn built(changes: &[(&str, Value)]) -> GaussianPopulation {
    let parameters = with(changes);
    assert_eq!(GaussianPopulationKind.check(&parameters), []);
    GaussianPopulationKind.build(&parameters, None).expect::<GaussianPopulation>().clone()
}

#[test]
fn the_spectrum_is_given_equal_equidistant_or_a_power_law() {
    let dim = ("dim", Value::Integer(4));
    let largest = ("largest", Value::Real(2.5));
    let of = |changes: &[(&str, Value)]| built(changes).eigenvalues;
    assert_eq!(of(&[dim.clone(), largest.clone()]), [2.5; 4]);
    let smallest = ("smallest", Value::Real(1.0));
    assert_eq!(of(&[dim.clone(), largest.clone(), smallest]), [2.5, 2.0, 1.5, 1.0]);
    let power = ("spectrum_power", Value::Real(2.0));
    assert_eq!(of(&[dim, largest, power]), [2.5, 2.5 / 4.0, 2.5 * (1.0 / 9.0), 2.5 / 16.0]);
    assert_eq!(of(&[("eigenvalues", list(&[3.0, 1.0]))]), [3.0, 1.0]);
}

#[test]
fn the_minimiser_is_zero_given_or_a_power_law() {
    let dim = ("dim", Value::Integer(4));
    let of = |change: Option<(&str, Value)>| {
        let changes: Vec<_> = [dim.clone()].into_iter().chain(change).collect();
        built(&changes).minimiser().to_vec()
    };
    assert_eq!(of(None), [0.0; 4]);
    let entries = [1.0, -2.0, 0.0, 3.0];
    assert_eq!(of(Some(("minimiser", list(&entries)))), entries);
    let half = of(Some(("minimiser_power", Value::Real(0.5))));
    for (found, expected) in half.iter().zip([1.0, f64::sqrt(0.5), f64::sqrt(1.0 / 3.0), 0.5]) {
        assert!((found - expected).abs() < 1e-15);
    }
}

#[test]
fn contradictions_are_refused() {
    let n_wrong = |changes: &[(&str, Value)]| GaussianPopulationKind.check(&with(changes)).len();
    let one = || Value::Real(1.0);
    assert_eq!(n_wrong(&[("eigenvalues", list(&[]))]), 1);
    assert_eq!(n_wrong(&[("eigenvalues", list(&[1.0, 2.0]))]), 1);
    let both = [("eigenvalues", list(&[1.0])), ("smallest", one()), ("spectrum_power", one())];
    assert_eq!(n_wrong(&both), 2);
    assert_eq!(n_wrong(&[("smallest", one()), ("spectrum_power", one())]), 1);
    assert_eq!(n_wrong(&[("smallest", Value::Real(1.5))]), 1);
    assert_eq!(n_wrong(&[("minimiser", list(&[1.0, 2.0]))]), 1);
    assert_eq!(n_wrong(&[("minimiser", list(&[1.0])), ("minimiser_power", one())]), 1);
}

/// `f = (1/2) [ 2 (1 − 0.5)² + 0.5 (−2 − 1)² + 0.09 ] = (1/2) 5.09`
#[test]
fn the_risk_is_that_of_the_population_in_both_coordinates() {
    let problem = GaussianPopulation::new(vec![2.0, 0.5], 0.3, vec![0.5, 1.0]);
    let x = [1.0, -2.0];
    let form = problem.principal_form().unwrap();
    assert!((problem.risk(&x) - 2.545).abs() < 1e-15);
    assert_eq!(form.principal(&x), [0.5, -3.0]);
    assert_eq!(form.principal_risk(&[0.5, -3.0]), problem.risk(&x));
    assert_eq!((form.leading(&x), form.alpha()[0]), (1.0, -0.5));
    assert_eq!(form.principal_risk(form.principal_minimiser()), problem.risk(problem.minimiser()));
}
