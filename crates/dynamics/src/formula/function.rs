//! Functions and powers as nodes of a graph.

use crate::formula::error::FormulaError;
use crate::formula::graph::{Function, Graph, NodeId};

/// Largest integer exponent that is written as products.
const MAX_POWER: f64 = 64.0;

/// Names of the functions of one number.
pub(crate) const FUNCTIONS: &[&str] = &[
    "abs", "cos", "cosh", "erf", "exp", "expm1", "ln", "log", "log1p", "sigmoid", "sign", "sin",
    "sinh", "sqrt", "tan", "tanh",
];

/// The function `name`, one of [`FUNCTIONS`], of `a`.
pub(crate) fn call(graph: &mut Graph, name: &str, a: NodeId) -> Result<NodeId, FormulaError> {
    let function = match name {
        "abs" => Function::Abs,
        "cos" => Function::Cos,
        "erf" => Function::Erf,
        "exp" => Function::Exp,
        "expm1" => Function::ExpM1,
        "log1p" => Function::Ln1p,
        "sign" => Function::Sign,
        "sin" => Function::Sin,
        "sqrt" => Function::Sqrt,
        "tanh" => Function::Tanh,
        "cosh" | "sinh" | "sigmoid" | "tan" => return compound(graph, name, a),
        _ => Function::Ln,
    };
    graph.apply(function, a)
}

/// A function that is made of others.
///
/// ```text
/// cosh a = (e^a + e^-a)/2,   sinh a = (m + m/(m + 1))/2 with m = e^a - 1,   sigmoid a = (1 + tanh(a/2))/2
/// ```
fn compound(graph: &mut Graph, name: &str, a: NodeId) -> Result<NodeId, FormulaError> {
    let (half, one) = (graph.constant(0.5)?, graph.constant(1.0)?);
    let twice = match name {
        "cosh" => {
            let minus = graph.apply(Function::Negate, a)?;
            let (up, down) = (graph.apply(Function::Exp, a)?, graph.apply(Function::Exp, minus)?);
            graph.add(up, down)?
        }
        "sinh" => {
            let m = graph.apply(Function::ExpM1, a)?;
            let power = graph.add(m, one)?;
            let quotient = graph.divide(m, power)?;
            graph.add(m, quotient)?
        }
        "sigmoid" => {
            let argument = graph.multiply(half, a)?;
            let tanh = graph.apply(Function::Tanh, argument)?;
            graph.add(one, tanh)?
        }
        _ => {
            let (sin, cos) = (graph.apply(Function::Sin, a)?, graph.apply(Function::Cos, a)?);
            return graph.divide(sin, cos);
        }
    };
    graph.multiply(half, twice)
}

/// `base^exponent`: products for integers up to 64 and their halves, with a root; otherwise
/// `e^(exponent ln base)`, which is NaN for a negative base.
pub(crate) fn power(
    graph: &mut Graph,
    base: NodeId,
    exponent: NodeId,
) -> Result<NodeId, FormulaError> {
    if let Some(value) = graph.constant_at(exponent) {
        let size = value.abs();
        let (whole, part) = (size.floor(), size - size.floor());
        if size <= MAX_POWER && (part == 0.0 || part == 0.5) {
            let mut result = integer_power(graph, base, whole as u32)?;
            if part == 0.5 {
                let root = graph.apply(Function::Sqrt, base)?;
                result = graph.multiply(result, root)?;
            }
            let one = graph.constant(1.0)?;
            return if value < 0.0 { graph.divide(one, result) } else { Ok(result) };
        }
    }
    let logarithm = graph.apply(Function::Ln, base)?;
    let argument = graph.multiply(exponent, logarithm)?;
    graph.apply(Function::Exp, argument)
}

/// `base^n` by squaring.
fn integer_power(graph: &mut Graph, base: NodeId, n: u32) -> Result<NodeId, FormulaError> {
    let (mut result, mut square, mut rest) = (graph.constant(1.0)?, base, n);
    while rest > 0 {
        if rest % 2 == 1 {
            result = graph.multiply(result, square)?;
        }
        rest /= 2;
        if rest > 0 {
            square = graph.multiply(square, square)?;
        }
    }
    Ok(result)
}
