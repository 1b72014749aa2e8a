//! Exact derivatives of expressions, as expressions.
//!
//! ```text
//! d(a b) = a db + b da,   d(a/b) = (da - (a/b) db)/b,   d F(a) = F'(a) da
//! ```

use std::f64::consts::FRAC_2_SQRT_PI;

use crate::formula::error::FormulaError;
use crate::formula::graph::{Function, Graph, Node, NodeId, Operation};

impl Graph {
    /// The derivative of `root` by a variable.
    ///
    /// Parts that the derivative has in common with the expression are the same nodes. The
    /// derivative of `abs` is `sign`, and that of `sign` is zero.
    ///
    /// # Errors
    /// If the graph is full.
    pub fn derivative(&mut self, root: NodeId, variable: u32) -> Result<NodeId, FormulaError> {
        let zero = self.constant(0.0)?;
        let mut slopes = vec![zero; root as usize + 1];
        for id in self.below(&[root]) {
            let slope = match self.node(id) {
                Node::Constant(_) => zero,
                Node::Variable(index) => self.constant(f64::from(u8::from(index == variable)))?,
                Node::Apply(function, a) => {
                    let inner = slopes[a as usize];
                    if inner == zero { zero } else { self.chain(function, a, id, inner)? }
                }
                Node::Combine(operation, a, b) => {
                    let (left, right) = (slopes[a as usize], slopes[b as usize]);
                    self.slope_of(operation, (a, left), (b, right), id)?
                }
            };
            slopes[id as usize] = slope;
        }
        Ok(slopes[root as usize])
    }

    /// The derivative of `value = a operation b`, each operand with its own.
    fn slope_of(
        &mut self,
        operation: Operation,
        (a, left): (NodeId, NodeId),
        (b, right): (NodeId, NodeId),
        value: NodeId,
    ) -> Result<NodeId, FormulaError> {
        match operation {
            Operation::Add => self.add(left, right),
            Operation::Subtract => self.subtract(left, right),
            Operation::Multiply => {
                let first = self.multiply(left, b)?;
                let second = self.multiply(a, right)?;
                self.add(first, second)
            }
            Operation::Divide => {
                let change = self.multiply(value, right)?;
                let numerator = self.subtract(left, change)?;
                self.divide(numerator, b)
            }
        }
    }

    /// The derivative of `value = function(a)`, where `a` has the derivative `inner`.
    fn chain(
        &mut self,
        function: Function,
        a: NodeId,
        value: NodeId,
        inner: NodeId,
    ) -> Result<NodeId, FormulaError> {
        let one = self.constant(1.0)?;
        let outer = match function {
            Function::Negate => return self.apply(Function::Negate, inner),
            Function::Abs => self.apply(Function::Sign, a)?,
            Function::Sign => return self.constant(0.0),
            Function::Sqrt => {
                let twice = self.add(value, value)?;
                return self.divide(inner, twice);
            }
            Function::Exp => value,
            Function::ExpM1 => self.add(value, one)?,
            Function::Ln => return self.divide(inner, a),
            Function::Ln1p => {
                let argument = self.add(a, one)?;
                return self.divide(inner, argument);
            }
            Function::Sin => self.apply(Function::Cos, a)?,
            Function::Cos => {
                let sin = self.apply(Function::Sin, a)?;
                self.apply(Function::Negate, sin)?
            }
            Function::Tanh => {
                let square = self.multiply(value, value)?;
                self.subtract(one, square)?
            }
            Function::Erf => {
                let square = self.multiply(a, a)?;
                let exponent = self.apply(Function::Negate, square)?;
                let density = self.apply(Function::Exp, exponent)?;
                let scale = self.constant(FRAC_2_SQRT_PI)?;
                self.multiply(scale, density)?
            }
        };
        self.multiply(outer, inner)
    }
}
