//! Expressions as a list of instructions, for sixteen points at a time.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::formula::error::FormulaError;
use crate::formula::graph::{Function, Graph, Node, NodeId, Operation};
use crate::noise::{LANES, Lanes};
use crate::simd::{Isa, Kernel, dispatch, erf, exp, exp_m1, ln, ln_1p, sin_cos, tanh};

/// Most intermediate results that a tape keeps at once.
const MAX_SLOTS: usize = 512;

/// What an instruction does; operands and result are slots.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Code {
    Constant(f64),
    Load(u32),
    Apply(Function, u16),
    Combine(Operation, u16, u16),
    /// Writes the slot to an output.
    Store(u32),
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Instruction {
    code: Code,
    slot: u16,
}

/// Expressions that are evaluated together; parts that they share are computed once.
#[derive(Clone, Debug, PartialEq)]
pub struct Tape {
    instructions: Vec<Instruction>,
    n_slots: usize,
    n_outputs: usize,
}

impl Tape {
    /// The tape of the expressions `roots`.
    ///
    /// # Errors
    /// If more than 512 intermediate results wait at once.
    pub fn new(graph: &Graph, roots: &[NodeId]) -> Result<Tape, FormulaError> {
        let mut compiler = Compiler::new(graph, roots);
        for (at, root) in roots.iter().enumerate() {
            if graph.constant_at(*root).is_some() {
                let slot = compiler.operand(*root)?;
                compiler.emit(Code::Store(at as u32), slot);
                compiler.release(*root, slot);
            }
        }
        for id in compiler.order.clone() {
            compiler.node(id, roots)?;
        }
        let Compiler { instructions, n_slots, .. } = compiler;
        Ok(Tape { instructions, n_slots, n_outputs: roots.len() })
    }

    /// Number of expressions.
    #[must_use]
    pub fn n_outputs(&self) -> usize {
        self.n_outputs
    }

    /// Number of instructions, as a measure of work.
    #[must_use]
    pub fn n_instructions(&self) -> usize {
        self.instructions.len()
    }

    /// Writes the values at the points `x`, `[d, LANES]`, to `out`, `[outputs, LANES]`.
    ///
    /// # Accuracy
    /// Arithmetic rounds once an operation; functions have the errors of [`crate::simd`]. Values
    /// outside a domain are NaN or infinite.
    ///
    /// # Panics
    /// If `x` lacks a variable of the expressions, or `out` has no room for a value.
    pub fn evaluate(&self, x: &[Lanes], out: &mut [Lanes]) {
        match self.n_slots {
            0..=16 => dispatch(Run::<16> { tape: self, x, out }),
            17..=64 => dispatch(Run::<64> { tape: self, x, out }),
            _ => dispatch(Run::<MAX_SLOTS> { tape: self, x, out }),
        }
    }

    /// The values at one point `x`, `[d]`; the bits of [`Tape::evaluate`].
    ///
    /// # Panics
    /// As [`Tape::evaluate`].
    #[must_use]
    pub fn at(&self, x: &[f64]) -> Vec<f64> {
        let points: Vec<Lanes> = x.iter().map(|x| [*x; LANES]).collect();
        let mut out = vec![[0.0; LANES]; self.n_outputs];
        self.evaluate(&points, &mut out);
        out.iter().map(|row| row[0]).collect()
    }
}

/// Places for intermediate results, each freed after its last use.
struct Compiler<'a> {
    graph: &'a Graph,
    /// All nodes but constants, operands first.
    order: Vec<NodeId>,
    /// How often each node is still used.
    uses: Vec<u32>,
    slots: Vec<u16>,
    free: Vec<u16>,
    n_slots: usize,
    instructions: Vec<Instruction>,
}

impl Compiler<'_> {
    fn new<'a>(graph: &'a Graph, roots: &[NodeId]) -> Compiler<'a> {
        let below = graph.below(roots);
        let size = below.last().map_or(0, |last| *last as usize + 1);
        let mut uses = vec![0; size];
        for id in &below {
            match graph.node(*id) {
                Node::Apply(_, a) => uses[a as usize] += 1,
                Node::Combine(_, a, b) => {
                    uses[a as usize] += 1;
                    uses[b as usize] += 1;
                }
                Node::Constant(_) | Node::Variable(_) => {}
            }
        }
        let order = below.into_iter().filter(|id| graph.constant_at(*id).is_none()).collect();
        let (slots, free, instructions) = (vec![0; size], Vec::new(), Vec::new());
        Compiler { graph, order, uses, slots, free, n_slots: 0, instructions }
    }

    fn emit(&mut self, code: Code, slot: u16) {
        self.instructions.push(Instruction { code, slot });
    }

    fn take(&mut self) -> Result<u16, FormulaError> {
        if let Some(slot) = self.free.pop() {
            return Ok(slot);
        }
        if self.n_slots >= MAX_SLOTS {
            return Err(FormulaError::too_large());
        }
        self.n_slots += 1;
        Ok(self.n_slots as u16 - 1)
    }

    /// The slot that holds a node; a constant is written to one anew.
    fn operand(&mut self, id: NodeId) -> Result<u16, FormulaError> {
        let Some(value) = self.graph.constant_at(id) else { return Ok(self.slots[id as usize]) };
        let slot = self.take()?;
        self.emit(Code::Constant(value), slot);
        Ok(slot)
    }

    /// Frees the slot of an operand after its last use.
    fn release(&mut self, id: NodeId, slot: u16) {
        if self.graph.constant_at(id).is_some() {
            self.free.push(slot);
            return;
        }
        self.uses[id as usize] -= 1;
        if self.uses[id as usize] == 0 {
            self.free.push(slot);
        }
    }

    fn node(&mut self, id: NodeId, roots: &[NodeId]) -> Result<(), FormulaError> {
        let code = match self.graph.node(id) {
            Node::Constant(_) => return Ok(()),
            Node::Variable(index) => Code::Load(index),
            Node::Apply(function, a) => {
                let slot = self.operand(a)?;
                self.release(a, slot);
                Code::Apply(function, slot)
            }
            Node::Combine(operation, a, b) => {
                let (left, right) = (self.operand(a)?, self.operand(b)?);
                self.release(a, left);
                self.release(b, right);
                Code::Combine(operation, left, right)
            }
        };
        let slot = self.take()?;
        self.slots[id as usize] = slot;
        self.emit(code, slot);
        for (at, _) in roots.iter().enumerate().filter(|(_, root)| **root == id) {
            self.emit(Code::Store(at as u32), slot);
        }
        if self.uses[id as usize] == 0 {
            self.free.push(slot);
        }
        Ok(())
    }
}

struct Run<'a, const N: usize> {
    tape: &'a Tape,
    x: &'a [Lanes],
    out: &'a mut [Lanes],
}

impl<const N: usize> Kernel for Run<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let mut slots = [[0.0; LANES]; N];
        for Instruction { code, slot } in &self.tape.instructions {
            let slot = *slot as usize;
            match *code {
                Code::Constant(value) => slots[slot] = [value; LANES],
                Code::Load(index) => slots[slot] = self.x[index as usize],
                Code::Store(at) => self.out[at as usize] = slots[slot],
                Code::Apply(function, a) => slots[slot] = apply(isa, function, slots[a as usize]),
                Code::Combine(operation, a, b) => {
                    slots[slot] = combine(isa, operation, slots[a as usize], slots[b as usize]);
                }
            }
        }
    }
}

#[inline(always)]
fn each<S: Isa>(_: S, mut row: Lanes, function: impl Fn(S::f64s) -> S::f64s) -> Lanes {
    for a in S::as_mut_simd_f64s(&mut row).0 {
        *a = function(*a);
    }
    row
}

#[inline(always)]
fn apply<S: Isa>(isa: S, function: Function, row: Lanes) -> Lanes {
    match function {
        Function::Negate => each(isa, row, |a| isa.neg_f64s(a)),
        Function::Abs => each(isa, row, |a| isa.abs_f64s(a)),
        Function::Sign => each(isa, row, |a| sign(isa, a)),
        Function::Sqrt => each(isa, row, |a| isa.sqrt_f64s(a)),
        Function::Exp => each(isa, row, |a| exp(isa, a)),
        Function::ExpM1 => each(isa, row, |a| exp_m1(isa, a)),
        Function::Ln => each(isa, row, |a| ln(isa, a)),
        Function::Ln1p => each(isa, row, |a| ln_1p(isa, a)),
        Function::Sin => each(isa, row, |a| sin_cos(isa, a).0),
        Function::Cos => each(isa, row, |a| sin_cos(isa, a).1),
        Function::Tanh => each(isa, row, |a| tanh(isa, a)),
        Function::Erf => each(isa, row, |a| erf(isa, a)),
    }
}

/// `-1`, `0` or `1`; NaN for NaN.
#[inline(always)]
fn sign<S: Isa>(isa: S, a: S::f64s) -> S::f64s {
    let zero = isa.splat_f64s(0.0);
    let one = isa.or_f64s(isa.splat_f64s(1.0), isa.and_f64s(a, isa.splat_f64s(-0.0)));
    let is_known = isa.equal_f64s(a, a);
    let value = isa.select_f64s(isa.equal_f64s(a, zero), zero, one);
    isa.select_f64s(is_known, value, isa.splat_f64s(f64::NAN))
}

#[inline(always)]
fn combine<S: Isa>(isa: S, operation: Operation, mut left: Lanes, right: Lanes) -> Lanes {
    let pairs = S::as_mut_simd_f64s(&mut left).0.iter_mut().zip(S::as_simd_f64s(&right).0);
    match operation {
        Operation::Add => pairs.for_each(|(a, b)| *a = isa.add_f64s(*a, *b)),
        Operation::Subtract => pairs.for_each(|(a, b)| *a = isa.sub_f64s(*a, *b)),
        Operation::Multiply => pairs.for_each(|(a, b)| *a = isa.mul_f64s(*a, *b)),
        Operation::Divide => pairs.for_each(|(a, b)| *a = isa.div_f64s(*a, *b)),
    }
    left
}

#[cfg(test)]
mod tests;
