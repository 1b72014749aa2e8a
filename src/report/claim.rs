//! Verdicts: a claim's test, evaluated over rows of an analysis with three truth values.
//!
//! An estimate with an interval makes a comparison *true* if it holds for every point of the
//! interval, *false* if it holds for none, and *undecided* otherwise. `overlaps` asks whether some
//! point of the interval lies in the range, and is always decided: it is the form for "the data do
//! not contradict the theory".

use std::fmt;

use thiserror::Error;

use crate::analyse::Scalar;
use crate::manifest::types::{Over, Verdict};
use crate::report::grammar;

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Reproduced => "reproduced",
            Verdict::Contradicted => "contradicted",
            Verdict::Inconclusive => "inconclusive",
        })
    }
}

impl fmt::Display for Truth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Truth::True => "true",
            Truth::False => "false",
            Truth::Undecided => "undecided",
        })
    }
}

/// The verdict of a claim about every row, or about any, from the truth of each row's test.
///
/// Without a row there is no evidence: the verdict is inconclusive.
#[must_use]
pub fn verdict(over: Over, truths: &[Truth]) -> Verdict {
    let has = |truth: Truth| truths.contains(&truth);
    let all = |truth: Truth| truths.iter().all(|&other| other == truth);
    match over {
        _ if truths.is_empty() => Verdict::Inconclusive,
        Over::Every if has(Truth::False) => Verdict::Contradicted,
        Over::Every if all(Truth::True) => Verdict::Reproduced,
        Over::Any if has(Truth::True) => Verdict::Reproduced,
        Over::Any if all(Truth::False) => Verdict::Contradicted,
        Over::Every | Over::Any => Verdict::Inconclusive,
    }
}

/// Truth of a test for one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// Holds for every value that the intervals allow.
    True,
    /// Holds for none.
    False,
    /// Holds for some, or a value is missing.
    Undecided,
}

impl Truth {
    fn and(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::False, _) | (_, Truth::False) => Truth::False,
            (Truth::True, Truth::True) => Truth::True,
            _ => Truth::Undecided,
        }
    }

    fn not(self) -> Truth {
        match self {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            Truth::Undecided => Truth::Undecided,
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Truth {
        if holds { Truth::True } else { Truth::False }
    }
}

/// A claim's test cannot be read.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("{message}")]
pub struct TestError {
    /// Where in the text, in bytes.
    pub offset: usize,
    /// What was expected.
    pub message: String,
}

/// A parsed test.
#[derive(Clone, Debug, PartialEq)]
pub struct Test(Vec<Condition>);

/// A comparison of two or three operands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition {
    Compare(Operand, Comparison, Operand),
    In(Operand, Operand, Operand),
    Overlaps(Operand, Operand, Operand),
}

/// How two operands are compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

/// What is compared.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Operand {
    Constant(Scalar),
    Column(String),
}

impl Test {
    /// Reads a test.
    ///
    /// # Errors
    /// At the first word that does not fit the grammar of `report/grammar.rs`.
    pub fn parse(text: &str) -> Result<Test, TestError> {
        grammar::conditions(text).map(Test)
    }

    /// The conditions, all of which must hold.
    pub(crate) fn conditions(&self) -> &[Condition] {
        &self.0
    }

    /// The columns that the test reads.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        let operands = self.0.iter().flat_map(|condition| match condition {
            Condition::Compare(a, _, b) => vec![a, b],
            Condition::In(a, b, c) | Condition::Overlaps(a, b, c) => vec![a, b, c],
        });
        operands.filter_map(|operand| match operand {
            Operand::Column(name) => Some(name.as_str()),
            Operand::Constant(_) => None,
        })
    }

    /// The truth for the row whose columns `look_up` gives; a column that it lacks is missing.
    pub fn evaluate(&self, look_up: &dyn Fn(&str) -> Scalar) -> Truth {
        let value = |operand: &Operand| match operand {
            Operand::Constant(scalar) => scalar.clone(),
            Operand::Column(name) => look_up(name),
        };
        self.0.iter().fold(Truth::True, |truth, condition| {
            truth.and(match condition {
                Condition::Compare(a, comparison, b) => compare(&value(a), *comparison, &value(b)),
                Condition::In(x, low, high) => {
                    let x = value(x);
                    compare(&value(low), Comparison::LessOrEqual, &x).and(compare(
                        &x,
                        Comparison::LessOrEqual,
                        &value(high),
                    ))
                }
                Condition::Overlaps(x, low, high) => overlaps(&value(x), &value(low), &value(high)),
            })
        })
    }
}

fn compare(a: &Scalar, comparison: Comparison, b: &Scalar) -> Truth {
    if let (Scalar::Text(a), Scalar::Text(b)) = (a, b) {
        return match comparison {
            Comparison::Equal => (a == b).into(),
            Comparison::NotEqual => (a != b).into(),
            _ => Truth::Undecided,
        };
    }
    let (Some(a), Some(b)) = (a.range(), b.range()) else { return Truth::Undecided };
    match comparison {
        Comparison::Less => less(a, b),
        Comparison::GreaterOrEqual => less(a, b).not(),
        Comparison::Greater => less(b, a),
        Comparison::LessOrEqual => less(b, a).not(),
        Comparison::Equal => equal(a, b),
        Comparison::NotEqual => equal(a, b).not(),
    }
}

fn less(a: (f64, f64), b: (f64, f64)) -> Truth {
    if a.1 < b.0 {
        Truth::True
    } else if a.0 >= b.1 {
        Truth::False
    } else {
        Truth::Undecided
    }
}

fn equal(a: (f64, f64), b: (f64, f64)) -> Truth {
    if a.0 == a.1 && a == b {
        Truth::True
    } else if a.1 < b.0 || b.1 < a.0 {
        Truth::False
    } else {
        Truth::Undecided
    }
}

fn overlaps(x: &Scalar, low: &Scalar, high: &Scalar) -> Truth {
    match (x.range(), low.range(), high.range()) {
        (Some(x), Some(low), Some(high)) => (x.0 <= high.1 && low.0 <= x.1).into(),
        _ => Truth::Undecided,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn truth(test: &str) -> Truth {
        Test::parse(test).unwrap().evaluate(&|column| match column {
            "p" => Scalar::Number(0.2),
            "nu" => Scalar::interval(10.0, 8.0, 13.0),
            "law" => Scalar::text("student_t"),
            "index" => Scalar::Number(f64::INFINITY),
            _ => Scalar::Missing,
        })
    }

    #[test]
    fn comparisons_have_three_values() {
        for (test, expected) in [
            ("p >= 0.05", Truth::True),
            ("p<0.05", Truth::False),
            ("nu > 5", Truth::True),
            ("nu < 8", Truth::False),
            ("nu < 9", Truth::Undecided),
            ("nu in [2.5, 3.1]", Truth::False),
            ("nu in [7, 14]", Truth::True),
            ("nu in [9, 14]", Truth::Undecided),
            ("nu overlaps [12, 14]", Truth::True),
            ("nu overlaps [13.5, 14]", Truth::False),
            ("law == 'student_t'", Truth::True),
            ("law != 'normal' and p > 0.5", Truth::False),
            ("index == inf", Truth::True),
            ("index > 1e300", Truth::True),
            ("absent > 1", Truth::Undecided),
            ("absent > 1 and p > 0.5", Truth::False),
        ] {
            assert_eq!(truth(test), expected, "{test}");
        }
    }

    #[test]
    fn verdicts_follow_the_quantifier() {
        use Truth::{False, True, Undecided};
        for (over, truths, expected) in [
            (Over::Every, vec![True, True], Verdict::Reproduced),
            (Over::Every, vec![True, Undecided], Verdict::Inconclusive),
            (Over::Every, vec![Undecided, False], Verdict::Contradicted),
            (Over::Any, vec![False, True, Undecided], Verdict::Reproduced),
            (Over::Any, vec![False, Undecided], Verdict::Inconclusive),
            (Over::Any, vec![False, False], Verdict::Contradicted),
            (Over::Every, vec![], Verdict::Inconclusive),
        ] {
            assert_eq!(verdict(over, &truths), expected, "{over:?} {truths:?}");
        }
    }

    #[test]
    fn errors_point_at_the_word() {
        for (text, offset, message) in [
            (
                "p =< 1",
                2,
                "expected one of `<`, `<=`, `>`, `>=`, `==`, `!=`, `in`, `overlaps`, found `=<`",
            ),
            ("p < ", 4, "expected a number, a column or a quoted text at the end"),
            ("p in [1 2]", 8, "expected `,`, found `2`"),
            ("p < 1 or p > 2", 6, "expected `and` or the end, found `or`"),
            ("law == 'abc", 7, "expected a closing `'`, found `'abc`"),
        ] {
            let error = Test::parse(text).unwrap_err();
            assert_eq!((error.offset, error.message.as_str()), (offset, message), "{text}");
        }
    }
}
