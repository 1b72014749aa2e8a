use super::*;
use crate::analyse::cell::smooth::function;
use crate::analyse::cell::smooth::tests::smooth;

fn functions<'a>(names: &[&'a str], dim: usize) -> Functions<'a> {
    let tapes = names.iter().map(|text| function(text, dim).unwrap()).collect();
    Functions { names: names.to_vec(), tapes }
}

/// Values of an independent computation with NumPy.
#[test]
fn errors_on_the_circle_are_those_of_the_reference() {
    let objective = smooth("1 - cos(x)", &["0.5"], 1.0);
    let functions = functions(&["1 - cos(x)", "sin(x)"], 1);
    let gaps = on_torus(&objective, (0.25, 4), &functions, &["sme_1"], &[1], None).unwrap();
    assert_eq!(gaps.len(), 4);
    for (gap, expected) in gaps.iter().zip([0.053_125_187_300_576, 0.039_020_278_011_020]) {
        let error = *gap.error.as_ref().unwrap();
        assert!((error - expected).abs() < 1e-9, "{error}");
    }
    // One step of Euler–Maruyama is a step of SGD.
    for (seen, limit) in gaps[2..].iter().zip(&gaps) {
        assert!(*seen.error.as_ref().unwrap() < 1e-13);
        let apart = seen.discretisation.unwrap();
        assert!((apart - limit.error.as_ref().unwrap()).abs() < 1e-13);
    }
}

/// A wave under a constant force: the law of SGD after `k` steps is normal, and SME-1's is the same.
#[test]
fn free_motion_has_no_error() {
    let objective = smooth("0*x", &["2"], 1.0);
    let functions = functions(&["sin(x) + 2"], 1);
    let equations = ["sme_1", "sme_2", "ha_sme_3", "sme_2_shifted"];
    for gap in on_torus(&objective, (0.25, 3), &functions, &equations, &[], Some(21)).unwrap() {
        assert!(*gap.error.as_ref().unwrap() < 1e-12, "{}", gap.equation);
    }
}

#[test]
fn unfit_objectives_are_refused() {
    let functions = functions(&["x"], 1);
    let well = smooth("0.5*x^2", &[], 1.0);
    assert!(on_torus(&well, (0.1, 2), &functions, &["sme_1"], &[], None).is_err());
    let start = Start { interval: (-0.2, 0.2), from: 0.0 };
    assert!(on_interval(&well, (0.1, 20), &start, &functions, &["sme_1"], None).is_err());
    // A sharp minimum is an error of the equations with a logarithm only.
    let start = Start { interval: (-9.0, 9.0), from: 0.0 };
    let sharp = smooth("x^2", &["0.5"], 1.0);
    let equations = ["sme_1", "spf"];
    let gaps = on_interval(&sharp, (0.6, 4), &start, &functions, &equations, None).unwrap();
    assert!(gaps[0].error.is_ok() && gaps[1].error.is_err());
}
