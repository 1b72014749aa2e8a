//! From the text of a formula to a graph.
//!
//! ```text
//! sum      = product { (+ | -) product }
//! product  = signed { (* | /) signed }
//! signed   = { + | - } power
//! power    = atom [ ^ signed ]
//! atom     = number | name | function ( sum ) | ( sum )
//! ```
//!
//! so that `-x^2` is `-(x^2)` and `2^3^2` is `2^(3^2)`, as in print.
//!
//! # Why no crate
//! `exmex`, the well-kept crate that parses and differentiates, reads `-x^2` as `(-x)^2` and gives
//! its mistakes no place. Crates for automatic differentiation evaluate with the mathematical library
//! of the platform, whose last bits differ between machines. What is left to do by ourselves is short.

use std::collections::BTreeMap;

use crate::formula::error::FormulaError;
use crate::formula::function::{FUNCTIONS, call, power};
use crate::formula::graph::{Function, Graph, NodeId};
use crate::formula::token::{Token, Word, tokens};
use crate::parameter::member;

/// Deepest nesting of brackets, signs and powers.
const MAX_DEPTH: usize = 100;

/// What names stand for.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// The variables, in their order.
    pub variables: Vec<String>,
    /// Numbers with names.
    pub constants: BTreeMap<String, f64>,
}

/// The variables of a formula whose variables are not listed: of `x`, `y`, `z` those that occur, or
/// `x_1`, `x_2`, ... up to the largest that does (from `x_0` on if that occurs).
///
/// # Errors
/// If there are none, names of both kinds occur, or `text` has a character that belongs to no word.
pub fn variables_of(text: &str) -> Result<Vec<String>, FormulaError> {
    const MAX_INDEX: usize = 1000;
    let (mut letters, mut indices) = (Vec::new(), Vec::new());
    let mut last = 1;
    for token in tokens(text)? {
        let Word::Name(name) = token.word else { continue };
        match (name.as_str(), member(&name)) {
            ("x" | "y" | "z", _) => letters.push(name),
            (_, Some(("x", index))) => indices.push(index.min(MAX_INDEX)),
            _ => continue,
        }
        last = token.position;
    }
    letters.sort_unstable();
    letters.dedup();
    match (letters.is_empty(), indices.iter().max()) {
        (false, None) => Ok(letters),
        (true, Some(largest)) => {
            let from = usize::from(!indices.contains(&0));
            Ok((from..=*largest).map(|index| format!("x_{index}")).collect())
        }
        (true, None) => Err(FormulaError::new(
            1,
            "the formula has no variable",
            "write x, y, z or x_1, x_2, ..., or list its `variables`",
        )),
        (false, Some(_)) => Err(FormulaError::new(
            last,
            "both `x` and `x_1` are variables of formulas",
            "list the `variables`",
        )),
    }
}

/// The expression that `text` is.
///
/// # Errors
/// What is wrong with it, and where.
pub fn parse(graph: &mut Graph, text: &str, names: &Names) -> Result<NodeId, FormulaError> {
    let list = parse_list(graph, text, names)?;
    match list[..] {
        [one] => Ok(one),
        _ => Err(FormulaError::new(1, "there are several formulas", "write one, without commas")),
    }
}

/// The expressions that `text` lists with commas between them; at least one.
///
/// # Errors
/// What is wrong with it, and where.
pub fn parse_list(
    graph: &mut Graph,
    text: &str,
    names: &Names,
) -> Result<Vec<NodeId>, FormulaError> {
    let tokens = tokens(text)?;
    let mut parser = Parser { graph, names, tokens: &tokens, at: 0, depth: 0 };
    let mut all = vec![parser.sum()?];
    while parser.takes(',') {
        all.push(parser.sum()?);
    }
    match parser.word() {
        Word::End => Ok(all),
        Word::Sign(')') => Err(parser.error("this bracket closes none", "leave it out")),
        _ => Err(parser.error("an operation is missing", "write one of + - * / ^ before it")),
    }
}

struct Parser<'a> {
    graph: &'a mut Graph,
    names: &'a Names,
    tokens: &'a [Token],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn word(&self) -> &Word {
        &self.tokens[self.at].word
    }

    fn error(&self, message: impl Into<String>, remedy: &str) -> FormulaError {
        FormulaError::new(self.tokens[self.at].position, message, remedy)
    }

    /// Goes past `sign` if it is next.
    fn takes(&mut self, sign: char) -> bool {
        let is_next = *self.word() == Word::Sign(sign);
        self.at += usize::from(is_next);
        is_next
    }

    fn sum(&mut self) -> Result<NodeId, FormulaError> {
        let mut sum = self.product()?;
        loop {
            if self.takes('+') {
                let next = self.product()?;
                sum = self.graph.add(sum, next)?;
            } else if self.takes('-') {
                let next = self.product()?;
                sum = self.graph.subtract(sum, next)?;
            } else {
                return Ok(sum);
            }
        }
    }

    fn product(&mut self) -> Result<NodeId, FormulaError> {
        let mut product = self.signed()?;
        loop {
            if self.takes('*') {
                let next = self.signed()?;
                product = self.graph.multiply(product, next)?;
            } else if self.takes('/') {
                let next = self.signed()?;
                product = self.graph.divide(product, next)?;
            } else {
                return Ok(product);
            }
        }
    }

    fn signed(&mut self) -> Result<NodeId, FormulaError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let message = format!("the formula is nested more than {MAX_DEPTH} deep");
            return Err(self.error(message, "write it with fewer brackets"));
        }
        let value = if self.takes('-') {
            let value = self.signed()?;
            self.graph.apply(Function::Negate, value)?
        } else if self.takes('+') {
            self.signed()?
        } else {
            self.power()?
        };
        self.depth -= 1;
        Ok(value)
    }

    fn power(&mut self) -> Result<NodeId, FormulaError> {
        let base = self.atom()?;
        if !self.takes('^') {
            return Ok(base);
        }
        let exponent = self.signed()?;
        power(self.graph, base, exponent)
    }

    fn atom(&mut self) -> Result<NodeId, FormulaError> {
        match self.word().clone() {
            Word::Number(value) => {
                self.at += 1;
                self.graph.constant(value)
            }
            Word::Name(name) => self.named(&name),
            Word::Sign('(') => self.bracket(),
            Word::End => Err(self.error("the formula ends too early", "complete it")),
            Word::Sign(sign) => {
                let message = format!("`{sign}` stands where a number or a name is expected");
                Err(self.error(message, "write what it acts on"))
            }
        }
    }

    fn bracket(&mut self) -> Result<NodeId, FormulaError> {
        let open = self.tokens[self.at].position;
        self.at += 1;
        let value = self.sum()?;
        if self.takes(')') {
            return Ok(value);
        }
        if *self.word() == Word::End {
            let message = "this bracket is not closed";
            return Err(FormulaError::new(open, message, "write `)` where it ends"));
        }
        Err(self.error("an operation or `)` is missing", "write + - * / ^ or `)` before it"))
    }

    fn named(&mut self, name: &str) -> Result<NodeId, FormulaError> {
        let variable = self.names.variables.iter().position(|other| other == name);
        let constant = self.names.constants.get(name).copied();
        let value = match (variable, constant) {
            (Some(index), _) => Some(self.graph.variable(index as u32)?),
            (None, Some(value)) => Some(self.graph.constant(value)?),
            (None, None) if name == "pi" => Some(self.graph.constant(std::f64::consts::PI)?),
            (None, None) => None,
        };
        if let Some(value) = value {
            self.at += 1;
            return Ok(value);
        }
        if !FUNCTIONS.contains(&name) {
            let known = self.names.variables.iter().chain(self.names.constants.keys());
            let known: Vec<&str> = known.map(String::as_str).chain(["pi"]).collect();
            let known = format!("known are {}, and {}", known.join(", "), FUNCTIONS.join(", "));
            return Err(self.error(format!("`{name}` is unknown"), &known));
        }
        self.at += 1;
        if *self.word() != Word::Sign('(') {
            let remedy = format!("write `{name}(...)`");
            return Err(self.error(format!("`{name}` is a function without a bracket"), &remedy));
        }
        let argument = self.bracket()?;
        call(self.graph, name, argument)
    }
}

#[cfg(test)]
mod tests;
