//! Expressions as a graph in which equal parts are one node.

use std::collections::BTreeMap;

use crate::formula::error::FormulaError;
use crate::real;

/// Most nodes of a graph: of a formula and all derivatives that are taken of it.
const MAX_NODES: usize = 200_000;

/// A place in a [`Graph`]; the operands of a node have lower ones than the node.
pub type NodeId = u32;

/// A function of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Function {
    /// `-a`
    Negate,
    /// `|a|`
    Abs,
    /// `-1`, `0` or `1`
    Sign,
    /// `a^(1/2)`
    Sqrt,
    /// `e^a`
    Exp,
    /// `e^a - 1`
    ExpM1,
    /// The natural logarithm of `a`
    Ln,
    /// The natural logarithm of `1 + a`
    Ln1p,
    /// `sin a`
    Sin,
    /// `cos a`
    Cos,
    /// `tanh a`
    Tanh,
    /// The error function of `a`
    Erf,
}

impl Function {
    /// Its value; NaN outside its domain.
    fn of(self, a: f64) -> f64 {
        match self {
            Function::Negate => -a,
            Function::Abs => a.abs(),
            Function::Sign if a == 0.0 => 0.0,
            Function::Sign => a.signum(),
            Function::Sqrt => a.sqrt(),
            Function::Exp => real::exp(a),
            Function::ExpM1 => real::expm1(a),
            Function::Ln => real::ln(a),
            Function::Ln1p => real::ln_1p(a),
            Function::Sin => real::sin(a),
            Function::Cos => real::cos(a),
            Function::Tanh => real::tanh(a),
            Function::Erf => real::erf(a),
        }
    }
}

/// A function of two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// `a + b`
    Add,
    /// `a - b`
    Subtract,
    /// `a b`
    Multiply,
    /// `a/b`
    Divide,
}

/// A part of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node {
    /// A number, by its bits.
    Constant(u64),
    /// A variable, by its index.
    Variable(u32),
    /// A function of a node.
    Apply(Function, NodeId),
    /// An operation on two nodes.
    Combine(Operation, NodeId, NodeId),
}

/// Nodes, each of which is there once.
///
/// Operations on constants are carried out, and zeros and ones are left out: `0 a` is 0 whatever `a`
/// will be.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    places: BTreeMap<Node, NodeId>,
}

impl Graph {
    /// The node at `id`.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Node {
        self.nodes[id as usize]
    }

    /// The nodes that `roots` rest on, themselves included, operands first.
    #[must_use]
    pub fn below(&self, roots: &[NodeId]) -> Vec<NodeId> {
        let Some(last) = roots.iter().max() else { return Vec::new() };
        let mut is_below = vec![false; *last as usize + 1];
        for root in roots {
            is_below[*root as usize] = true;
        }
        for id in (0..is_below.len()).rev() {
            if is_below[id] {
                match self.nodes[id] {
                    Node::Constant(_) | Node::Variable(_) => {}
                    Node::Apply(_, a) => is_below[a as usize] = true,
                    Node::Combine(_, a, b) => {
                        is_below[a as usize] = true;
                        is_below[b as usize] = true;
                    }
                }
            }
        }
        (0..=*last).filter(|id| is_below[*id as usize]).collect()
    }

    /// The number that a node is, if it is one.
    #[must_use]
    pub fn constant_at(&self, id: NodeId) -> Option<f64> {
        match self.node(id) {
            Node::Constant(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    /// A number.
    ///
    /// # Errors
    /// If the graph is full.
    pub fn constant(&mut self, value: f64) -> Result<NodeId, FormulaError> {
        // One zero, so that equal numbers are one node.
        self.place(Node::Constant(if value == 0.0 { 0 } else { value.to_bits() }))
    }

    /// The variable with this index.
    ///
    /// # Errors
    /// If the graph is full.
    pub fn variable(&mut self, index: u32) -> Result<NodeId, FormulaError> {
        self.place(Node::Variable(index))
    }

    /// `function(a)`.
    ///
    /// # Errors
    /// If the graph is full.
    pub fn apply(&mut self, function: Function, a: NodeId) -> Result<NodeId, FormulaError> {
        if let Some(value) = self.constant_at(a) {
            return self.constant(function.of(value));
        }
        if function == Function::Negate {
            return self.negate(a);
        }
        self.place(Node::Apply(function, a))
    }

    fn negate(&mut self, a: NodeId) -> Result<NodeId, FormulaError> {
        match self.node(a) {
            Node::Apply(Function::Negate, inner) => Ok(inner),
            Node::Combine(Operation::Subtract, left, right) => self.subtract(right, left),
            Node::Combine(Operation::Multiply, left, right)
                if let Some(factor) = self.constant_at(left) =>
            {
                let factor = self.constant(-factor)?;
                self.multiply(factor, right)
            }
            _ => self.place(Node::Apply(Function::Negate, a)),
        }
    }

    /// `a + b`.
    ///
    /// # Errors
    /// If the graph is full.
    pub fn add(&mut self, a: NodeId, b: NodeId) -> Result<NodeId, FormulaError> {
        match (self.constant_at(a), self.constant_at(b)) {
            (Some(a), Some(b)) => return self.constant(a + b),
            (Some(0.0), None) => return Ok(b),
            (None, Some(0.0)) => return Ok(a),
            _ => {}
        }
        if a == b {
            let two = self.constant(2.0)?;
            return self.multiply(two, a);
        }
        match (self.node(a), self.node(b)) {
            (_, Node::Apply(Function::Negate, b)) => self.subtract(a, b),
            (Node::Apply(Function::Negate, a), _) => self.subtract(b, a),
            _ => self.place(Node::Combine(Operation::Add, a.min(b), a.max(b))),
        }
    }

    /// `a - b`.
    ///
    /// # Errors
    /// If the graph is full.
    pub fn subtract(&mut self, a: NodeId, b: NodeId) -> Result<NodeId, FormulaError> {
        match (self.constant_at(a), self.constant_at(b)) {
            (Some(a), Some(b)) => return self.constant(a - b),
            (Some(0.0), None) => return self.negate(b),
            (None, Some(0.0)) => return Ok(a),
            _ => {}
        }
        if let Node::Apply(Function::Negate, b) = self.node(b) {
            return self.add(a, b);
        }
        self.place(Node::Combine(Operation::Subtract, a, b))
    }

    /// `a b`.
    ///
    /// # Errors
    /// If the graph is full.
    pub fn multiply(&mut self, a: NodeId, b: NodeId) -> Result<NodeId, FormulaError> {
        let (constant, other) = match (self.constant_at(a), self.constant_at(b)) {
            (Some(a), Some(b)) => return self.constant(a * b),
            (Some(factor), None) => (factor, b),
            (None, Some(factor)) => (factor, a),
            (None, None) => return self.multiply_unknown(a, b),
        };
        if constant == 0.0 {
            return self.constant(0.0);
        }
        if constant == 1.0 {
            return Ok(other);
        }
        if constant == -1.0 {
            return self.negate(other);
        }
        match self.node(other) {
            Node::Apply(Function::Negate, inner) => {
                let factor = self.constant(-constant)?;
                self.multiply(factor, inner)
            }
            Node::Combine(Operation::Multiply, left, right)
                if let Some(factor) = self.constant_at(left) =>
            {
                let factor = self.constant(constant * factor)?;
                self.multiply(factor, right)
            }
            _ => {
                let factor = self.constant(constant)?;
                self.place(Node::Combine(Operation::Multiply, factor, other))
            }
        }
    }

    /// The product of two nodes that are no numbers; signs and numbers in them come first.
    fn multiply_unknown(&mut self, a: NodeId, b: NodeId) -> Result<NodeId, FormulaError> {
        for (one, other) in [(a, b), (b, a)] {
            match self.node(one) {
                Node::Apply(Function::Negate, inner) => {
                    let product = self.multiply(inner, other)?;
                    return self.negate(product);
                }
                Node::Combine(Operation::Multiply, left, inner)
                    if self.constant_at(left).is_some() =>
                {
                    let product = self.multiply(inner, other)?;
                    return self.multiply(left, product);
                }
                _ => {}
            }
        }
        self.place(Node::Combine(Operation::Multiply, a.min(b), a.max(b)))
    }

    /// `a/b`.
    ///
    /// # Errors
    /// If the graph is full.
    pub fn divide(&mut self, a: NodeId, b: NodeId) -> Result<NodeId, FormulaError> {
        match (self.constant_at(a), self.constant_at(b)) {
            (Some(a), Some(b)) => self.constant(a / b),
            (Some(0.0), None) => self.constant(0.0),
            (None, Some(1.0)) => Ok(a),
            _ => self.place(Node::Combine(Operation::Divide, a, b)),
        }
    }

    fn place(&mut self, node: Node) -> Result<NodeId, FormulaError> {
        if let Some(id) = self.places.get(&node) {
            return Ok(*id);
        }
        if self.nodes.len() >= MAX_NODES {
            return Err(FormulaError::too_large());
        }
        let id = self.nodes.len() as NodeId;
        self.nodes.push(node);
        self.places.insert(node, id);
        Ok(id)
    }
}

#[cfg(test)]
mod tests;
