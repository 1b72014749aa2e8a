//! Exponents over the cells of a sweep.

use crate::project::Project;

/// Floors of SGD, quadratic in the noise, and of SignSGD, linear in it, by theory and in one sweep: each
/// model is a curve of its own, also where other parameters change together with the noise.
const FLOORS: &str = "\
title: Floors
simulate:
  floors:
    problem: quadratic
    curvatures: [1]
    initial: zero
    step_size: 0.001
    chains: 16
    observe: [x, risk]
    matrix:
      model: [sgd, sign_sgd]
      zip: { noise_std: [1, 2, 4], steps: [10, 20, 40] }
analyse:
  law: { estimate: adaptive_stationary, of: floors, over: noise_std }
tables:
  law:
    of: law
    where: { series: lemma, quantity: loss }
    columns: [model, noise_std, exponent, local_exponent]
";

#[test]
fn each_curve_has_its_exponent() {
    let project = Project::new().manifest("floors.yaml", FLOORS);
    project.run(["reproduce"]).code(0);
    let table = project.contents("reports").remove("reports/floors/law.csv").expect("a table");
    let table = String::from_utf8(table).expect("text");
    let rows: Vec<Vec<&str>> = table.lines().skip(1).map(|row| row.split(',').collect()).collect();
    assert_eq!(rows.len(), 6, "{table}");
    for (idx, row) in rows.iter().enumerate() {
        let (name, expected) = if idx < 3 { ("SGD", 2.0) } else { ("SignSGD", 1.0) };
        assert_eq!(row[0], name, "{table}");
        let exponent: f64 = row[2].parse().expect("a number");
        // The lemma on SignSGD has a term of order 1e-3 beside the linear one.
        assert!((exponent - expected).abs() < 1e-3, "{table}");
        assert_eq!(row[3].is_empty(), idx % 3 == 0, "{table}");
    }
}
