//! Formulas that a user writes: parsed to a graph, differentiated exactly, compiled to a tape that is
//! evaluated for sixteen chains at a time.

mod derivative;
mod error;
mod function;
mod graph;
mod parse;
mod tape;
mod token;

pub use error::FormulaError;
pub use graph::{Function, Graph, Node, NodeId, Operation};
pub use parse::{Names, parse, parse_list, variables_of};
pub use tape::Tape;
