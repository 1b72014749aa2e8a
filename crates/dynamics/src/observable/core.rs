//! What an observable is.

use crate::model::{Bundle, Coordinates, Model, Shape};
use crate::noise::{LANES, Lanes};
use crate::parameter::Part;
use crate::problem::{PrincipalForm, Problem};

/// The chains of a bundle at one step.
#[derive(Clone, Copy, Debug)]
pub struct States<'a> {
    /// What the numbers are.
    pub coordinates: Coordinates,
    /// How they lie in memory.
    pub shape: Shape,
    /// The observed vector of the state of [`LANES`] chains, in the layout of `shape`.
    pub values: &'a [f64],
    /// The directions of projections, each `[d]`.
    pub directions: &'a [Vec<f64>],
}

/// The state of one chain at one step.
#[derive(Clone, Debug)]
pub struct State {
    /// What the values are.
    pub coordinates: Coordinates,
    /// `x`, `[d]`, or `Y`, `[r]`.
    pub values: Vec<f64>,
}

impl<'a> States<'a> {
    /// The chains of `bundle`, which `model` moves; without directions.
    #[must_use]
    pub fn of(model: &dyn Model, bundle: &'a Bundle) -> States<'a> {
        let shape = model.shape();
        let values = &bundle.state[model.observed_vector() * shape.len()..][..shape.len()];
        States { coordinates: model.coordinates(), shape, values, directions: &[] }
    }

    /// One of the chains.
    #[must_use]
    pub fn chain(&self, lane: usize) -> State {
        let places = (0..self.shape.dim).map(|coordinate| self.shape.place(lane, coordinate));
        let values = places.map(|place| self.values[place]).collect();
        State { coordinates: self.coordinates, values }
    }

    /// One coordinate of each chain, as it is in the state.
    #[must_use]
    pub fn coordinate(&self, index: usize) -> Lanes {
        std::array::from_fn(|lane| self.values[self.shape.place(lane, index)])
    }

    /// `f` of each chain.
    #[must_use]
    pub fn each(&self, f: impl Fn(&State) -> f64) -> Lanes {
        let mut out = [0.0; LANES];
        for (lane, value) in out.iter_mut().enumerate() {
            *value = f(&self.chain(lane));
        }
        out
    }
}

impl State {
    /// The principal coordinates `Y`, `[r]`.
    #[must_use]
    pub fn principal(&self, problem: &dyn PrincipalForm) -> Vec<f64> {
        match self.coordinates {
            Coordinates::Parameters => problem.principal(&self.values),
            Coordinates::Principal => self.values.clone(),
        }
    }
}

/// A number that is read off the state of a chain.
#[derive(Clone, Copy, Debug)]
pub struct Observable {
    /// Name and documentation; it has no parameters.
    pub part: Part,
    /// Names of the problems that it is defined for; none for all.
    pub problems: &'static [&'static str],
    /// The numbers of all chains; NaN never occurs for a finite state and a valid problem.
    pub evaluate: fn(&dyn Problem, States<'_>) -> Lanes,
}

/// What the length of a family of observables depends on.
#[derive(Clone, Copy, Debug)]
pub enum Length {
    /// The problem; it is at most the number of the problem's parameters.
    Problem(fn(&dyn Problem) -> usize),
    /// The cell: the number of directions that it gives.
    Directions,
}

/// Observables that an index tells apart: the coordinates of a vector.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// Name and documentation; it has no parameters.
    pub part: Part,
    /// Names of the problems that it is defined for; none for all.
    pub problems: &'static [&'static str],
    /// The coordinates that a model must move for it to be defined, if it is not for all.
    pub coordinates: Option<Coordinates>,
    /// Their number.
    pub len: Length,
    /// The numbers of all chains at an index, as for an [`Observable`].
    pub evaluate: fn(&dyn Problem, States<'_>, usize) -> Lanes,
}
