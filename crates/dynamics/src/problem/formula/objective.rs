//! An objective that is a formula, with noise on its gradient.
//!
//! ```text
//! g(x) = ∇f(x) + sigma R(x) xi,   R(x) R(x)ᵀ = C(x),   coordinates of xi independent
//! ```

use crate::formula::{FormulaError, Graph, Names, NodeId, Tape, parse, parse_list};
use crate::problem::core::Problem;
use crate::problem::formula::root::NoiseRoot;
use crate::problem::quadratic::GradientNoise;

/// The noise on the gradient of a [`Formula`].
#[derive(Clone, Debug, PartialEq)]
pub struct FormulaNoise {
    /// Scale `sigma ≥ 0`.
    pub std: f64,
    /// Law of the coordinates of `xi`.
    pub law: GradientNoise,
    /// The rows of `C`, each a list of formulas with commas between them; what stands above the
    /// diagonal may be left out. The identity if there are none.
    pub covariance: Vec<String>,
}

/// A mistake in one of the formulas of an objective.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormulaMistake {
    /// In the objective.
    #[error("{0}")]
    Objective(FormulaError),
    /// In a row of the covariance, counted from 0.
    #[error("row {0}: {1}")]
    Covariance(usize, FormulaError),
}

/// An objective that is a formula, with its exact gradient.
#[derive(Clone, Debug)]
pub struct Formula {
    pub(crate) graph: Graph,
    pub(crate) root: NodeId,
    /// Lower triangle of `C` by rows; none for the identity.
    pub(crate) covariance: Option<Vec<NodeId>>,
    pub(crate) value: Tape,
    pub(crate) gradient: Tape,
    pub(crate) noise_root: NoiseRoot,
    variables: Vec<String>,
    /// Scale `sigma` of the noise.
    pub noise_std: f64,
    /// Law of the noise.
    pub noise: GradientNoise,
}

impl Formula {
    /// The objective `text` with the variables and constants of `names`.
    ///
    /// # Errors
    /// What is wrong with a formula, and where; or a covariance that is not symmetric or, if it is
    /// constant, not positive semidefinite.
    pub fn new(text: &str, names: &Names, noise: &FormulaNoise) -> Result<Formula, FormulaMistake> {
        let of_objective = FormulaMistake::Objective;
        let dim = names.variables.len();
        let mut graph = Graph::default();
        let root = parse(&mut graph, text, names).map_err(of_objective)?;
        let slopes: Result<Vec<NodeId>, FormulaError> =
            (0..dim as u32).map(|variable| graph.derivative(root, variable)).collect();
        let gradient = Tape::new(&graph, &slopes.map_err(of_objective)?).map_err(of_objective)?;
        let value = Tape::new(&graph, &[root]).map_err(of_objective)?;
        let covariance = match noise.covariance[..] {
            [] => None,
            ref rows => Some(covariance(&mut graph, rows, names)?),
        };
        let noise_root = NoiseRoot::new(&graph, covariance.as_deref(), dim)
            .map_err(|error| FormulaMistake::Covariance(0, error))?;
        let variables = names.variables.clone();
        let (noise_std, noise) = (noise.std, noise.law);
        Ok(Formula {
            graph,
            root,
            covariance,
            value,
            gradient,
            noise_root,
            variables,
            noise_std,
            noise,
        })
    }

    /// The names of the variables, in the order of the coordinates, `[d]`.
    #[must_use]
    pub fn variables(&self) -> &[String] {
        &self.variables
    }

    /// The objective as a tape.
    #[must_use]
    pub fn value(&self) -> &Tape {
        &self.value
    }

    /// `∇f(x)`, `[d]`.
    ///
    /// # Panics
    /// If `x` has fewer coordinates than the objective.
    #[must_use]
    pub fn gradient(&self, x: &[f64]) -> Vec<f64> {
        self.gradient.at(x)
    }

    /// The partial derivatives of the given order from 1 to 3, each once: those by
    /// `x_i, x_j, x_k` with `i ≤ j ≤ k`, the last index fastest.
    ///
    /// # Errors
    /// If they have too many operations.
    pub fn derivatives(&self, order: u32) -> Result<Tape, FormulaError> {
        let mut graph = self.graph.clone();
        let roots = self.differentiate(&mut graph, order)?;
        Tape::new(&graph, &roots)
    }

    /// The nodes of [`Formula::derivatives`], in a copy of the graph of the objective.
    pub(crate) fn differentiate(
        &self,
        graph: &mut Graph,
        order: u32,
    ) -> Result<Vec<NodeId>, FormulaError> {
        let dim = self.variables.len() as u32;
        let mut level = vec![(self.root, 0)];
        for _ in 0..order {
            let mut next = Vec::new();
            for (root, from) in level {
                for variable in from..dim {
                    next.push((graph.derivative(root, variable)?, variable));
                }
            }
            level = next;
        }
        Ok(level.into_iter().map(|(root, _)| root).collect())
    }
}

/// The lower triangle of the matrix whose rows are given.
fn covariance(
    graph: &mut Graph,
    rows: &[String],
    names: &Names,
) -> Result<Vec<NodeId>, FormulaMistake> {
    let dim = names.variables.len();
    let mistake = |at: usize, message: String, remedy: &str| {
        FormulaMistake::Covariance(at, FormulaError::new(1, message, remedy))
    };
    if rows.len() != dim {
        let message = format!("{} rows for {dim} variables", rows.len());
        return Err(mistake(0, message, "give a row for each variable"));
    }
    let mut matrix = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let entries =
            parse_list(graph, row, names).map_err(|error| FormulaMistake::Covariance(at, error))?;
        if entries.len() != at + 1 && entries.len() != dim {
            let message =
                format!("{} entries where {dim} or {} are expected", entries.len(), at + 1);
            return Err(mistake(at, message, "give all, or those up to the diagonal"));
        }
        matrix.push(entries);
    }
    for (at, row) in matrix.iter().enumerate() {
        let differs = |column: &usize| matrix[*column][at] != row[*column];
        if let Some(column) = (at + 1..row.len()).find(differs) {
            let message = format!("entry {column} differs from entry {at} of row {column}");
            return Err(mistake(at, message, "write both alike, or the lower one only"));
        }
    }
    Ok(matrix.iter().enumerate().flat_map(|(at, row)| row[..=at].to_vec()).collect())
}

impl Problem for Formula {
    fn dim(&self) -> usize {
        self.variables.len()
    }

    fn risk(&self, x: &[f64]) -> f64 {
        self.value.at(x)[0]
    }

    fn minimiser(&self) -> &[f64] {
        &[]
    }
}
