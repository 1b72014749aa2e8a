use super::*;
use crate::formula::{Names, parse};
use crate::simd::Level;

fn tape(formulas: &[&str]) -> Tape {
    let names = Names { variables: vec!["x".into(), "y".into()], ..Names::default() };
    let mut graph = Graph::default();
    let roots: Vec<NodeId> =
        formulas.iter().map(|text| parse(&mut graph, text, &names).unwrap()).collect();
    Tape::new(&graph, &roots).unwrap()
}

#[test]
fn outputs_may_be_constants_variables_and_alike() {
    let tape = tape(&["3", "y", "x + y", "y + x", "x", "2 + 1", "(x + y) * y / (x + y)"]);
    assert_eq!(tape.at(&[2.0, 5.0]), [3.0, 5.0, 7.0, 7.0, 2.0, 3.0, 5.0]);
    assert_eq!(tape.n_outputs(), 7);
}

#[test]
fn slots_are_used_again() {
    let long = (0..40).map(|k| format!("sin({k} + x)*cos(y*{k})")).collect::<Vec<_>>();
    let tape = tape(&[&long.join(" + ")]);
    assert!(tape.n_slots < 10, "{}", tape.n_slots);
    assert!(tape.n_instructions() > 200);
}

#[test]
fn domains_are_left_with_nan_and_infinity() {
    let tape = tape(&["1/x", "ln(x)", "sqrt(x - 1)", "x^0.3", "sign(x)", "abs(x)"]);
    let at_zero = tape.at(&[0.0, 0.0]);
    assert_eq!(at_zero[..2], [f64::INFINITY, f64::NEG_INFINITY]);
    assert!(at_zero[2].is_nan());
    assert_eq!(at_zero[3..], [0.0, 0.0, 0.0]);
    assert!(tape.at(&[f64::NAN, 0.0]).iter().all(|value| value.is_nan()));
}

/// Also the tape with the most slots, and points that differ from lane to lane.
#[test]
fn lanes_do_not_depend_on_levels_or_neighbours() {
    let wide: Vec<String> = (1..90).map(|k| format!("exp(x/{k})")).collect();
    let nested = wide.iter().rev().fold("y".to_owned(), |sum, term| format!("{sum} + {term}"));
    let squares: Vec<String> = wide.iter().map(|term| format!("({term})^2")).collect();
    let wide = format!("({nested})*({})", squares.join(" + "));
    let tape = tape(&["x*y + tanh(x) - erf(y)", &wide, "sin(x)^3/(1 + y^2)"]);
    let points = [0.1, -0.7].map(|start| std::array::from_fn(|l| start + 0.3 * l as f64));
    let values = |level: Level| {
        level.force().unwrap();
        let mut out = [[0.0; LANES]; 3];
        tape.evaluate(&points, &mut out);
        out.map(|row| row.map(f64::to_bits))
    };
    let reference = values(Level::Scalar);
    for level in Level::available() {
        assert_eq!(values(level), reference, "{level}");
    }
    for lane in 0..LANES {
        let alone = tape.at(&[points[0][lane], points[1][lane]]);
        assert_eq!(
            alone.iter().map(|v| v.to_bits()).collect::<Vec<_>>(),
            [reference[0][lane], reference[1][lane], reference[2][lane]]
        );
    }
}
