//! How far a row is from the boundary of a claim's test.

use crate::analyse::Scalar;
use crate::report::claim::{Comparison, Condition, Operand, Test};

impl Test {
    /// How far the row whose columns `look_up` gives is from the boundary between true and false:
    /// the least over the test's conditions.
    ///
    /// The margin of a comparison a < b of ranges is the gap between them over |a| + |b|, in
    /// [−1, 1] where both have one sign, and that of a range of values the least distance of x from
    /// its ends over its length. A margin is negative where the condition is false or undecided; a
    /// condition on texts or on what is missing has none, and a test without any has margin ∞.
    pub(crate) fn margin(&self, look_up: &dyn Fn(&str) -> Scalar) -> f64 {
        let range = |operand: &Operand| match operand {
            Operand::Constant(scalar) => scalar.range(),
            Operand::Column(name) => look_up(name).range(),
        };
        let margins = self.conditions().iter().filter_map(|condition| match condition {
            Condition::Compare(a, comparison, b) => {
                Some(compared(range(a)?, *comparison, range(b)?))
            }
            Condition::In(x, low, high) => {
                let (x, low, high) = (range(x)?, range(low)?, range(high)?);
                Some((x.0 - low.1).min(high.0 - x.1) / length(low.1, high.0))
            }
            Condition::Overlaps(x, low, high) => {
                let (x, low, high) = (range(x)?, range(low)?, range(high)?);
                Some((x.1 - low.0).min(high.1 - x.0) / length(low.0, high.1))
            }
        });
        margins.filter(|margin| !margin.is_nan()).fold(f64::INFINITY, f64::min)
    }
}

fn compared(a: (f64, f64), comparison: Comparison, b: (f64, f64)) -> f64 {
    let gap = |a: (f64, f64), b: (f64, f64)| {
        (b.0 - a.1) / length(-a.1.abs().max(a.0.abs()), b.0.abs().max(b.1.abs()))
    };
    match comparison {
        Comparison::Less | Comparison::LessOrEqual => gap(a, b),
        Comparison::Greater | Comparison::GreaterOrEqual => gap(b, a),
        Comparison::Equal => gap(a, b).min(gap(b, a)),
        Comparison::NotEqual => gap(a, b).max(gap(b, a)),
    }
}

/// The length of a range, not zero.
fn length(low: f64, high: f64) -> f64 {
    (high - low).abs().max(f64::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn margin(test: &str) -> f64 {
        Test::parse(test).unwrap().margin(&|column| match column {
            "p" => Scalar::Number(0.25),
            "nu" => Scalar::interval(10.0, 8.0, 12.0),
            "law" => Scalar::text("student_t"),
            _ => Scalar::Missing,
        })
    }

    #[test]
    fn margins_are_relative_distances_from_the_boundary() {
        for (test, expected) in [
            ("p < 0.75", 0.5),
            ("p > 0.75", -0.5),
            ("nu < 16", 4.0 / 28.0),
            ("nu in [6, 16]", 0.2),
            ("nu in [9, 19]", -0.1),
            ("nu overlaps [11, 21]", 0.1),
            ("nu overlaps [0, 6]", -2.0 / 6.0),
            ("p != 0.75", 0.5),
            ("p < 0.75 and nu in [6, 16]", 0.2),
            ("law == 'student_t'", f64::INFINITY),
            ("law == 'student_t' and p < 0.75 and absent > 1", 0.5),
        ] {
            let found = margin(test);
            assert!(found == expected || (found - expected).abs() < 1e-15, "{test}: {found}");
        }
    }
}
