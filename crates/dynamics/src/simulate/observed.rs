//! What a cell records at each recorded step.

use crate::observable::{Asked, MEAN_OF, PASSAGE, Reading, asked};
use crate::parameter::{Lookup as _, Parameters, Value};
use crate::problem::Problem;
use crate::simulate::column::{Bound, Column, Watch};

/// The parameter that lists the directions of projections.
pub(crate) const DIRECTIONS: &str = "directions";

/// What a name in `observe` asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted {
    /// Observables as they are.
    Now(Asked),
    /// Their running means.
    Mean(Asked),
    /// The first passage of `passage_of`.
    Passage,
}

impl Wanted {
    /// # Panics
    /// If the name has not been checked.
    fn named(name: &str) -> Wanted {
        let known = "the observable's name has been checked";
        match name.strip_prefix(MEAN_OF) {
            _ if name == PASSAGE => Wanted::Passage,
            Some(name) => Wanted::Mean(asked(name).expect(known)),
            None => Wanted::Now(asked(name).expect(known)),
        }
    }

    /// The observables that are evaluated.
    pub(crate) fn asked(&self) -> Option<&Asked> {
        match self {
            Wanted::Now(asked) | Wanted::Mean(asked) => Some(asked),
            Wanted::Passage => None,
        }
    }

    /// Whether a column that `other` asks for is among its own.
    pub(crate) fn overlaps(&self, other: &Wanted) -> bool {
        match (self, other) {
            (Wanted::Now(own), Wanted::Now(other)) | (Wanted::Mean(own), Wanted::Mean(other)) => {
                own.overlaps(other)
            }
            (Wanted::Passage, Wanted::Passage) => true,
            _ => false,
        }
    }
}

/// What the list `observe` asks for, name by name.
pub(crate) fn all(parameters: &Parameters) -> impl Iterator<Item = (&str, Wanted)> {
    let list = parameters.get("observe").and_then(Value::as_list).unwrap_or(&[]);
    list.iter().filter_map(Value::as_text).map(|name| (name, Wanted::named(name)))
}

/// The observable whose passage is asked for, and its name.
pub(crate) fn passage_of(parameters: &Parameters) -> Option<(&str, Asked)> {
    let name = parameters.get("passage_of").and_then(Value::as_text)?;
    Some((name, asked(name).expect("the observable's name has been checked")))
}

/// Observables that are evaluated: the parameter that names them, their name, and what it asks for.
pub(crate) fn evaluated(
    parameters: &Parameters,
) -> impl Iterator<Item = (&'static str, &str, Asked)> {
    let observed = all(parameters);
    let observed = observed.filter_map(|(name, of)| Some(("observe", name, *of.asked()?)));
    observed.chain(passage_of(parameters).map(|(name, asked)| ("passage_of", name, asked)))
}

/// The source files of the observables that are evaluated.
///
/// # Panics
/// If the parameters have not been checked against their declarations.
pub fn sources(parameters: &Parameters) -> impl Iterator<Item = &'static str> {
    evaluated(parameters).map(|(_, _, asked)| asked.part().source)
}

/// Whether the cell records the observable `name`, perhaps with others under one name.
///
/// # Panics
/// If the parameters or the name have not been checked against their declarations.
#[must_use]
pub fn records(parameters: &Parameters, name: &str) -> bool {
    let wanted = Wanted::named(name);
    all(parameters).any(|(_, recorded)| recorded.overlaps(&wanted))
}

/// The directions of projections, each `[d]`.
pub(crate) fn directions(parameters: &Parameters) -> Vec<Vec<f64>> {
    let list = parameters.get(DIRECTIONS).and_then(Value::as_list).unwrap_or(&[]);
    let numbers = |direction: &Value| -> Vec<f64> {
        direction.as_list().unwrap_or(&[]).iter().filter_map(Value::as_real).collect()
    };
    list.iter().map(numbers).collect()
}

/// Number of the directions of projections.
pub(crate) fn n_directions(parameters: &Parameters) -> usize {
    parameters.get(DIRECTIONS).and_then(Value::as_list).map_or(0, <[Value]>::len)
}

/// The numbers that are recorded, in order.
pub(crate) fn columns(parameters: &Parameters, problem: &dyn Problem) -> Vec<Column> {
    let n_directions = n_directions(parameters);
    let mut columns = Vec::new();
    for (_, wanted) in all(parameters) {
        match wanted {
            Wanted::Now(asked) => {
                columns.extend(asked.readings(problem, n_directions).into_iter().map(Column::Now));
            }
            Wanted::Mean(asked) => {
                let watch = averaged(parameters);
                let means = asked.readings(problem, n_directions).into_iter();
                columns.extend(means.map(|reading| Column::Mean(reading, watch)));
            }
            Wanted::Passage => columns.extend(passage(parameters)),
        }
    }
    columns
}

/// The steps over which running means are taken.
pub(crate) fn averaged(parameters: &Parameters) -> Watch {
    let every = parameters.count("watch_every");
    let from = parameters.count("mean_from");
    Watch { from: from.checked_next_multiple_of(every).unwrap_or(u64::MAX), every }
}

/// The level that a passage leads to, if exactly one is given.
pub(crate) fn bound(parameters: &Parameters) -> Option<Bound> {
    let level = |name| parameters.get(name).and_then(Value::as_real);
    match (level("passage_above"), level("passage_below")) {
        (Some(level), None) => Some(Bound::Above(level)),
        (None, Some(level)) => Some(Bound::Below(level)),
        _ => None,
    }
}

fn passage(parameters: &Parameters) -> Option<Column> {
    let (_, Asked::One(reading)) = passage_of(parameters)? else { return None };
    let watch = Watch { from: 0, every: parameters.count("watch_every") };
    Some(Column::Passage(reading, watch, bound(parameters)?))
}

/// An upper bound on the length of [`columns`], for `dim` parameters.
pub(crate) fn at_most(parameters: &Parameters, dim: usize) -> u64 {
    let n_directions = n_directions(parameters);
    let count = |wanted: Wanted| match wanted.asked() {
        None | Some(Asked::One(_)) => 1,
        Some(all) => all.family_len(|_| dim, n_directions) as u64,
    };
    all(parameters).map(|(_, wanted)| count(wanted)).sum()
}

/// Index of a coordinate, and its family's name.
pub(crate) fn index(asked: &Asked) -> Option<(&'static str, usize)> {
    match asked {
        Asked::One(Reading::Member(family, index)) => Some((family.part.name, *index)),
        _ => None,
    }
}
