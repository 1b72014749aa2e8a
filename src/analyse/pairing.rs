//! Which cell of one sweep is compared with which of another.
//!
//! A cell is paired with the one whose parameters of certain names have the same values: the names
//! that the manifest gives, or else those that both sweeps vary.

use std::collections::BTreeMap;

use maruyama_dynamics::parameter::Value;

use crate::manifest::canonical;
use crate::manifest::types::{Against, Cell, Sweep, shown};
use crate::manifest::vocabulary::DATA;

/// The name of a swept parameter and its value, as a message shows it.
pub(crate) type Named = Vec<(String, String)>;

/// A cell that is not paired with exactly one other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unpaired {
    /// Its place among the cells of its sweep.
    pub(crate) cell: usize,
    /// How many cells of the other sweep have the values that it has.
    pub(crate) n_candidates: usize,
    /// These values.
    pub(crate) values: Named,
    /// Names that only the other sweep varies, which could tell the candidates apart.
    pub(crate) only_there: Vec<String>,
}

/// The names by which cells of `of` and `there` are paired, in the order of `of` or of the manifest.
pub(crate) fn names(of: &Sweep, there: &Sweep, against: &Against) -> Vec<String> {
    match &against.pair {
        Some(names) => names.iter().map(|name| name.value.clone()).collect(),
        None => of.varying.iter().filter(|name| there.varying.contains(name)).cloned().collect(),
    }
}

/// For each cell of `of` the place of its counterpart among the cells of `there`.
///
/// # Errors
/// At the first cell that has no counterpart, or several.
pub(crate) fn pair(of: &Sweep, there: &Sweep, against: &Against) -> Result<Vec<usize>, Unpaired> {
    let names = names(of, there, against);
    let mut places: BTreeMap<Vec<String>, (usize, usize)> = BTreeMap::new();
    for (idx, cell) in there.cells.iter().enumerate() {
        places.entry(key(cell, &names)).or_insert((idx, 0)).1 += 1;
    }
    let counterpart = |(cell, declared): (usize, &Cell)| match places.get(&key(declared, &names)) {
        Some((idx, 1)) => Ok(*idx),
        found => Err(Unpaired {
            cell,
            n_candidates: found.map_or(0, |(_, count)| *count),
            values: names.iter().map(|name| (name.clone(), label(declared, name))).collect(),
            only_there: there
                .varying
                .iter()
                .filter(|name| !names.contains(name))
                .cloned()
                .collect(),
        }),
    };
    of.cells.iter().enumerate().map(counterpart).collect()
}

/// The values of the parameters `names`, so that equal keys are equal values.
fn key(cell: &Cell, names: &[String]) -> Vec<String> {
    names.iter().map(|name| value(cell, name)).collect()
}

/// Data sets are compared by their definition, numbers by their value whatever their type.
fn value(cell: &Cell, name: &str) -> String {
    if name == DATA {
        let definition = |data: &maruyama_dynamics::parameter::Parameters| {
            canonical::text(data).expect("a resolved parameter is finite")
        };
        return cell.data.as_ref().map(|data| definition(&data.parameters)).unwrap_or_default();
    }
    match cell.parameters.get(name) {
        Some(value) => text(value),
        None => String::new(),
    }
}

fn text(value: &Value) -> String {
    value.as_real().map_or_else(|| format!("'{}'", shown(value)), canonical::readable)
}

/// The value of a parameter as a message shows it.
fn label(cell: &Cell, name: &str) -> String {
    match &cell.data {
        Some(data) if name == DATA => data.name.clone(),
        _ => cell.parameters.get(name).map_or_else(|| "absent".to_owned(), shown),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use maruyama_dynamics::parameter::Parameters;

    use super::*;
    use crate::manifest::span::{Located, Span};
    use crate::manifest::types::DataSet;

    /// A sweep over `a` and `b` with the data set of the given name.
    fn sweep(varying: &[&str], cells: &[(Value, i64, &str)]) -> Sweep {
        let varying: Arc<[String]> = varying.iter().map(|name| (*name).to_owned()).collect();
        let cell = |(a, b, data): &(Value, i64, &str)| {
            let parameters = [("a".to_owned(), a.clone()), ("b".to_owned(), Value::Integer(*b))];
            let rows = ("rows".to_owned(), Value::Integer(data.len() as i64));
            let parameters = Arc::new(Parameters::from(parameters));
            let data = DataSet { name: (*data).to_owned(), parameters: Parameters::from([rows]) };
            let (data, varying) = (Some(Arc::new(data)), Arc::clone(&varying));
            Cell { parameters, data, varying, span: Span::default() }
        };
        let cells = cells.iter().map(cell).collect();
        Sweep { name: "s".to_owned(), varying, cells, span: Span::default() }
    }

    fn against(names: Option<&[&str]>) -> Against {
        let located = |name: &str| Located { value: name.to_owned(), span: Span::default() };
        let pair = names.map(|names| names.iter().map(|name| located(name)).collect());
        Against { sweep: located("s"), pair }
    }

    #[test]
    fn numbers_are_equal_by_value_and_data_by_definition() {
        let of = sweep(&["a", "data"], &[(Value::Integer(1), 1, "X"), (Value::Real(0.5), 1, "XX")]);
        let there =
            sweep(&["data", "a"], &[(Value::Real(0.5), 1, "YY"), (Value::Real(1.0), 1, "Y")]);
        assert_eq!(pair(&of, &there, &against(None)), Ok(vec![1, 0]));
    }

    #[test]
    fn what_one_side_varies_alone_does_not_matter_unless_it_is_named() {
        let of = sweep(&["b"], &[(Value::Integer(3), 1, "X"), (Value::Integer(3), 2, "X")]);
        let there = sweep(&["a"], &[(Value::Integer(3), 1, "X"), (Value::Integer(4), 1, "X")]);
        let unpaired = pair(&of, &there, &against(None)).unwrap_err();
        assert_eq!((unpaired.cell, unpaired.n_candidates), (0, 2));
        assert_eq!((unpaired.values, unpaired.only_there), (vec![], vec!["a".to_owned()]));
        assert_eq!(pair(&of, &there, &against(Some(&["a"]))), Ok(vec![0, 0]));
        let unpaired = pair(&of, &there, &against(Some(&["b"]))).unwrap_err();
        assert_eq!((unpaired.cell, unpaired.n_candidates), (0, 2));
        let unpaired = pair(&of, &there, &against(Some(&["a", "b"]))).unwrap_err();
        assert_eq!((unpaired.cell, unpaired.n_candidates), (1, 0));
    }
}
