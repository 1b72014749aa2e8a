//! Observables by the names that a manifest gives them.

use crate::model::Coordinates;
use crate::noise::Lanes;
use crate::observable::core::{Family, Length, Observable, States};
use crate::parameter::Part;
use crate::problem::Problem;

/// Before the name of an observable: its running mean.
pub const MEAN_OF: &str = "mean_of_";

/// The recorded first passage of an observable.
pub const PASSAGE: &str = "passage";

/// A number of a chain: an observable, or one of a family of them.
#[derive(Clone, Copy, Debug)]
pub enum Reading {
    /// An observable.
    Single(&'static Observable),
    /// The observable of a family with this index.
    Member(&'static Family, usize),
}

impl Reading {
    /// The name in manifests and results.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Reading::Single(observable) => observable.part.name.to_owned(),
            Reading::Member(family, index) => format!("{}_{index}", family.part.name),
        }
    }

    /// The numbers of all chains; NaN never occurs for a finite state and a valid problem.
    #[must_use]
    pub fn evaluate(&self, problem: &dyn Problem, states: States<'_>) -> Lanes {
        match self {
            Reading::Single(observable) => (observable.evaluate)(problem, states),
            Reading::Member(family, index) => (family.evaluate)(problem, states, *index),
        }
    }
}

/// What a name asks for.
#[derive(Clone, Copy, Debug)]
pub enum Asked {
    /// One number.
    One(Reading),
    /// All numbers of a family.
    All(&'static Family),
}

impl Asked {
    /// Name and documentation of the observable or family.
    #[must_use]
    pub fn part(&self) -> &'static Part {
        match self {
            Asked::One(Reading::Single(observable)) => &observable.part,
            Asked::One(Reading::Member(family, _)) | Asked::All(family) => &family.part,
        }
    }

    /// Names of the problems that it is defined for; none for all.
    #[must_use]
    pub fn problems(&self) -> &'static [&'static str] {
        match self {
            Asked::One(Reading::Single(observable)) => observable.problems,
            Asked::One(Reading::Member(family, _)) | Asked::All(family) => family.problems,
        }
    }

    /// The coordinates that a model must move for it to be defined, if it is not for all.
    #[must_use]
    pub fn coordinates(&self) -> Option<Coordinates> {
        match self {
            Asked::One(Reading::Single(_)) => None,
            Asked::One(Reading::Member(family, _)) | Asked::All(family) => family.coordinates,
        }
    }

    /// Number of observables of its family; one for an observable that is of none.
    ///
    /// # Arguments
    /// * `of_problem`: length of a family whose length depends on the problem
    /// * `n_directions`: number of directions that the cell gives
    #[must_use]
    pub fn family_len(
        &self,
        of_problem: impl Fn(fn(&dyn Problem) -> usize) -> usize,
        n_directions: usize,
    ) -> usize {
        match self {
            Asked::One(Reading::Single(_)) => 1,
            Asked::One(Reading::Member(family, _)) | Asked::All(family) => match family.len {
                Length::Problem(len) => of_problem(len),
                Length::Directions => n_directions,
            },
        }
    }

    /// Whether it gives what `other` asks for, or part of it.
    #[must_use]
    pub fn overlaps(&self, other: &Asked) -> bool {
        let index = |asked: &Asked| match asked {
            Asked::One(Reading::Member(_, index)) => Some(*index),
            _ => None,
        };
        let is_same = index(self).zip(index(other)).is_none_or(|(own, index)| own == index);
        self.part().name == other.part().name && is_same
    }

    /// The numbers, in order, for so many directions.
    #[must_use]
    pub fn readings(&self, problem: &dyn Problem, n_directions: usize) -> Vec<Reading> {
        match self {
            Asked::One(reading) => vec![*reading],
            Asked::All(family) => {
                let members = 0..self.family_len(|len| len(problem), n_directions);
                members.map(|index| Reading::Member(family, index)).collect()
            }
        }
    }
}
