use super::*;
use crate::analyse::cell::smooth::tests::smooth;

fn well(text: &str, step_size: f64, radius: f64, from: f64, is_continuous: bool) -> Question {
    let objective = smooth(text, &[], 1.0);
    let interval = (from - radius, from + radius);
    let survival_at = vec![50, 200];
    Question { objective, step_size, interval, from, is_continuous, survival_at, hill: None }
}

fn steps(passage: Result<Passage, HessianAwareError>) -> f64 {
    passage.unwrap().steps.value().unwrap()
}

/// Values of an independent computation with NumPy, in a well and in the same away from 0.
#[test]
fn wells_are_left_as_in_the_reference() {
    for (text, from) in [("0.5*x^2", 0.0), ("0.5*x^2 - 3*x", 3.0)] {
        let well = well(text, 0.5, 1.6, from, false);
        let chain = well.chain().unwrap();
        assert!((chain.steps.value().unwrap() / 196.539_276_607_583 - 1.0).abs() < 1e-8);
        assert!((chain.survival[0].value().unwrap() - 0.777_785_098_11).abs() < 1e-9);
        let first = steps(well.equation(equation("sme_1").0));
        assert!((first / 810.423_324_848_248 - 1.0).abs() < 1e-8, "{first}");
        let aware = steps(well.equation(equation("ha_sme").0));
        assert!((aware / chain.steps.value().unwrap() - 1.0).abs() < 1e-11);
    }
    let watched = well("0.5*x^2", 0.5, 1.6, 0.0, true);
    let found = steps(watched.equation(equation("ha_sme").0));
    assert!((found / 34.391_763_429_08 - 1.0).abs() < 1e-8, "{found}");
}

#[test]
fn rows_tell_the_error_of_a_series() {
    let well = well("0.5*x^2", 0.5, 1.6, 0.0, false);
    let chain = well.chain().unwrap();
    let rows =
        well.rows("sme_1", well.equation(equation("sme_1").0).map_err(|_| String::new()), &chain);
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1]["step"], Scalar::Number(200.0));
    assert!((rows[0]["relative"].value().unwrap() - 3.123_467_5).abs() < 1e-6);
    let refused = well.rows("spf", Err("why".to_owned()), &chain);
    assert_eq!(refused[0]["why"], Scalar::text("why"));
    assert_eq!(refused[0].get("mean_steps"), None);
}
