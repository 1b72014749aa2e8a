//! Networks as graphs: nodes that take the values of earlier ones, forwards and backwards.
//!
//! ```text
//! value 0: the features;   value i + 1 = F_i(w_i, value of its input) + value of its skip
//! ```

use std::fmt::Debug;
use std::ops::Range;

use crate::problem::network::graph::operation::{Backward, Operation, add};
use crate::problem::network::layer::Row;

/// Rows of values that are to stay in a cache.
const VALUES_AT_ONCE: usize = 4096;

/// Samples at a time at most.
const MAX_TOGETHER: usize = 8;

/// One operation and where it stands.
#[derive(Debug)]
struct Node {
    operation: Box<dyn Operation>,
    /// Number of the value that it takes.
    input: usize,
    /// Number of the value that is added to what it gives.
    skip: Option<usize>,
}

/// A network that is built of operations; the parameters are those of its nodes, first to last.
#[derive(Debug)]
pub(crate) struct Graph {
    nodes: Vec<Node>,
    /// First parameter of each node, and the end.
    offsets: Vec<usize>,
    /// Where each value starts, in values of a sample, and the end.
    starts: Vec<usize>,
}

impl Graph {
    /// A graph of samples with `n_features` features, without nodes.
    pub(crate) fn new(n_features: usize) -> Graph {
        Graph { nodes: Vec::new(), offsets: vec![0], starts: vec![0, n_features] }
    }

    /// Adds a node that takes the value `input`; the number of what it gives.
    ///
    /// # Panics
    /// If there is no such value, or it has another length.
    pub(crate) fn add(&mut self, operation: impl Operation + 'static, input: usize) -> usize {
        self.push(Box::new(operation), input, None)
    }

    /// As [`Graph::add`], with the value `skip` added to the result.
    ///
    /// # Panics
    /// If a value has another length than it is to have.
    pub(crate) fn add_residual(
        &mut self,
        operation: impl Operation + 'static,
        input: usize,
        skip: usize,
    ) -> usize {
        self.push(Box::new(operation), input, Some(skip))
    }

    fn push(&mut self, operation: Box<dyn Operation>, input: usize, skip: Option<usize>) -> usize {
        assert_eq!(self.values(input).len(), operation.n_inputs(), "a node fits to its input");
        let end = self.starts[self.starts.len() - 1];
        self.starts.push(end + operation.n_outputs());
        let lens = skip.map(|skip| (self.values(skip).len(), operation.n_outputs()));
        assert!(lens.is_none_or(|(a, b)| a == b), "a skip fits to the output");
        self.offsets.push(self.n_parameters() + operation.n_parameters());
        self.nodes.push(Node { operation, input, skip });
        self.nodes.len()
    }

    /// Where the value `idx` stands among those of a sample.
    fn values(&self, idx: usize) -> Range<usize> {
        self.starts[idx]..self.starts[idx + 1]
    }

    fn n_values(&self) -> usize {
        self.starts[self.starts.len() - 1]
    }

    /// Number of parameters `d`.
    pub(crate) fn n_parameters(&self) -> usize {
        self.offsets[self.offsets.len() - 1]
    }

    /// Indices of the weights of the layer `idx`, from 0, among nodes that have any.
    pub(crate) fn weights(&self, idx: usize) -> Range<usize> {
        let layers = self.nodes.iter().zip(&self.offsets).map(|(node, offset)| {
            let weights = node.operation.weights();
            offset + weights.start..offset + weights.end
        });
        layers.filter(|weights| !weights.is_empty()).nth(idx).unwrap_or(0..0)
    }

    /// Writes the standard deviation of each parameter at the start, `[d]`.
    pub(crate) fn write_start_scales(&self, out: &mut [f64]) {
        for (node, range) in self.nodes.iter().zip(self.offsets.windows(2)) {
            node.operation.write_start_scales(&mut out[range[0]..range[1]]);
        }
    }

    /// Samples that pass together.
    pub(crate) fn n_together(&self) -> usize {
        (VALUES_AT_ONCE / self.n_values()).clamp(1, MAX_TOGETHER)
    }

    /// Memory for passes of up to `n_samples` samples.
    pub(crate) fn memory(&self, n_samples: usize) -> Memory {
        let room = self.nodes.iter().map(|node| node.operation.n_room()).max().unwrap_or(0);
        let rows = |n: usize| vec![[0.0; 8]; n * n_samples];
        Memory {
            values: rows(self.n_values()),
            deltas: rows(self.n_values()),
            room: rows(room),
            n_samples: 0,
        }
    }

    /// The outputs, `[n_outputs, n_samples]`, at samples whose features, `[n_features, n_samples]`,
    /// `write_features` writes.
    pub(crate) fn forward<'m>(
        &self,
        parameters: &[Row],
        n_samples: usize,
        memory: &'m mut Memory,
        write_features: impl FnOnce(&mut [Row]),
    ) -> &'m [Row] {
        let n = n_samples;
        memory.n_samples = n;
        write_features(&mut memory.values[..self.values(0).end * n]);
        for (idx, node) in self.nodes.iter().enumerate() {
            let output = self.values(idx + 1);
            let (before, after) = memory.values.split_at_mut(output.start * n);
            let outputs = &mut after[..output.len() * n];
            let at = |idx: usize| &before[self.starts[idx] * n..self.starts[idx + 1] * n];
            let own = &parameters[self.offsets[idx]..self.offsets[idx + 1]];
            node.operation.forward(own, at(node.input), outputs, &mut memory.room, n);
            if let Some(skip) = node.skip {
                add(outputs, at(skip));
            }
        }
        &memory.values[self.values(self.nodes.len()).start * n..self.n_values() * n]
    }

    /// Adds the gradient to `gradient`, `[d]`, after [`Graph::forward`]; `write_deltas` takes the
    /// outputs and writes the derivatives by them, both `[n_outputs, n_samples]`.
    pub(crate) fn backward(
        &self,
        parameters: &[Row],
        memory: &mut Memory,
        gradient: &mut [Row],
        write_deltas: impl FnOnce(&[Row], &mut [Row]),
    ) {
        let n = memory.n_samples;
        let Memory { values, deltas, room, .. } = memory;
        deltas[..self.n_values() * n].fill([0.0; 8]);
        let last = self.values(self.nodes.len());
        let last = last.start * n..last.end * n;
        write_deltas(&values[last.clone()], &mut deltas[last]);
        for (idx, node) in self.nodes.iter().enumerate().rev() {
            let output = self.starts[idx + 1] * n..self.starts[idx + 2] * n;
            let (before, after) = deltas.split_at_mut(output.start);
            let own = &mut after[..output.len()];
            let range = |idx: usize| self.starts[idx] * n..self.starts[idx + 1] * n;
            if let Some(skip) = node.skip {
                add(&mut before[range(skip)], own);
            }
            let own_parameters = self.offsets[idx]..self.offsets[idx + 1];
            node.operation.backward(Backward {
                parameters: &parameters[own_parameters.clone()],
                inputs: &values[range(node.input)],
                outputs: &values[output],
                deltas: own,
                input_deltas: (node.input > 0).then(|| &mut before[range(node.input)]),
                gradient: &mut gradient[own_parameters],
                room,
                n_samples: n,
            });
        }
    }
}

/// Values, derivatives and room of a pass; no result depends on what is in it.
#[derive(Clone, Debug)]
pub(crate) struct Memory {
    values: Vec<Row>,
    deltas: Vec<Row>,
    room: Vec<Row>,
    /// Samples of the last pass forwards.
    n_samples: usize,
}
