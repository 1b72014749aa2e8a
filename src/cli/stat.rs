//! The command `stat`: the statistics of this program on anyone's numbers.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::analyse::{
    self, CellOutcome, Estimator, Numbers, OF_SAMPLE, OF_TWO_SAMPLES, Row, Scalar,
};
use crate::cli::arguments::{Format, StatOptions};
use crate::cli::tree::Tree;
use crate::error::Error;
use crate::manifest::settings;
use crate::manifest::suggest::closest;
use crate::store::{csv_column, read_column};

/// What `stat` computes where nothing is named.
const USUAL: [&str; 3] = ["moments", "tail_index", "goodness_of_fit"];
/// What it computes of two samples where nothing is named.
const USUAL_OF_TWO: [&str; 2] = ["distance", "two_sample_test"];
/// Parameters that say which values of a cell are taken: there is one column.
const OF_CELLS: [&str; 3] = ["observable", "observables", "times"];

/// A column of a file.
struct Column {
    values: Vec<f64>,
    n_missing: usize,
}

/// Computes what `options` ask for.
///
/// # Errors
/// If a file or a column cannot be read, or a setting is wrong.
pub(crate) fn run(options: &StatOptions) -> Result<String, Error> {
    let names = chosen(options)?;
    let known: Vec<_> = names.iter().map(|name| analyse::estimator(name)).collect();
    refuse_foreign(&known, &options.set)?;
    let column = read(&options.data, &options.column)?;
    let against_column = options.against_column.as_ref().unwrap_or(&options.column);
    let against = match (&options.against, &options.against_column) {
        (Some(path), _) => Some(read(path, against_column)?),
        (None, Some(name)) => Some(read(&options.data, name)?),
        (None, None) => None,
    };
    let (n, n_missing) = (column.values.len() - column.n_missing, column.n_missing);
    let sample = Numbers::new(column.values);
    let against = against.map(|column| Numbers::new(column.values));
    let mut fields = vec![
        ("file", Tree::from(options.data.display().to_string())),
        ("column", options.column.clone().into()),
        ("values", n.into()),
        ("missing", n_missing.into()),
    ];
    let mut statistics = Vec::new();
    let is_usual = options.statistics.is_empty();
    for estimator in known {
        let name = estimator.part().name;
        let parameters = parameters(estimator, &options.set)?;
        let compared = OF_TWO_SAMPLES.contains(&name).then_some(against.as_ref()).flatten();
        let outcome = sample.estimate(compared, estimator, &parameters);
        let shown = match outcome {
            Ok(outcome) => rows(estimator, &outcome, options.format),
            Err(error) if is_usual => Tree::from(format!("none: {error}")),
            Err(error) => return Err(Error::NoStatistic { name: name.to_owned(), error }),
        };
        statistics.push((name.to_owned(), shown));
    }
    fields.push(("statistics", Tree::Named(statistics)));
    Ok(Tree::Fields(fields).show(options.format))
}

/// The estimators that were asked for, or the usual ones.
fn chosen(options: &StatOptions) -> Result<Vec<&str>, Error> {
    let is_compared = options.against.is_some() || options.against_column.is_some();
    if options.statistics.is_empty() {
        return Ok(if is_compared { USUAL_OF_TWO.to_vec() } else { USUAL.to_vec() });
    }
    let all: Vec<&str> = OF_SAMPLE.iter().chain(OF_TWO_SAMPLES).copied().collect();
    for name in &options.statistics {
        if !all.contains(&name.as_str()) {
            let meant = closest(name, &all).map_or_else(
                || format!("there are {}", all.join(", ")),
                |meant| format!("did you mean `{meant}`?"),
            );
            return Err(Error::Setting(format!(
                "there is no statistic `{name}` of a column; {meant}"
            )));
        }
        if OF_TWO_SAMPLES.contains(&name.as_str()) && !is_compared {
            let message = format!("`{name}` compares two samples: give `--against FILE`");
            return Err(Error::Setting(message));
        }
    }
    Ok(options.statistics.iter().map(String::as_str).collect())
}

fn name_of(setting: &str) -> &str {
    setting.split_once('=').map_or(setting, |(name, _)| name).trim()
}

/// Refuses settings that none of the estimators has.
fn refuse_foreign(estimators: &[&'static dyn Estimator], set: &[String]) -> Result<(), Error> {
    let parameters = estimators.iter().flat_map(|one| one.part().parameters);
    let names: Vec<&str> =
        parameters.map(|one| one.name).filter(|name| !OF_CELLS.contains(name)).collect();
    for setting in set {
        let name = name_of(setting);
        if !names.contains(&name) {
            let help = closest(name, &names).map_or_else(
                || match names.as_slice() {
                    [] => "there are none".to_owned(),
                    names => format!("there are {}", names.join(", ")),
                },
                |meant| format!("did you mean `{meant}`?"),
            );
            return Err(Error::Setting(format!("nothing has a parameter `{name}`; {help}")));
        }
    }
    Ok(())
}

/// The parameters of `estimator` with those of `set` that it has.
fn parameters(
    estimator: &dyn Estimator,
    set: &[String],
) -> Result<maruyama_dynamics::parameter::Parameters, Error> {
    let part = estimator.part();
    let own = set.iter().filter(|one| part.parameters.iter().any(|p| p.name == name_of(one)));
    let mut text = String::new();
    for setting in own {
        let (name, value) = setting.split_once('=').unwrap_or((setting, ""));
        let _ = writeln!(text, "{}: {}", name.trim(), value.trim());
    }
    let parameters =
        settings(part, "--set", &text).map_err(|faults| Error::Manifests(vec![faults]))?;
    match estimator.check(&parameters) {
        None => Ok(parameters),
        Some(violation) => {
            Err(Error::Setting(format!("{}; {}", violation.message, violation.remedy)))
        }
    }
}

/// A column of a file: Parquet by its ending, else CSV with a header line.
fn read(path: &Path, name: &str) -> Result<Column, Error> {
    let failed = |reason: String| Error::Column { path: path.to_owned(), reason };
    let is_parquet = path.extension().is_some_and(|end| end == "parquet" || end == "pq");
    let values = if is_parquet {
        read_column(path, name).map_err(|error| failed(error.to_string()))?
    } else {
        let bytes = fs::read(path).map_err(|error| failed(error.to_string()))?;
        csv_column(&bytes, name).map_err(|error| failed(error.to_string()))?
    };
    if let Some(row) = values.iter().position(|value| value.is_some_and(f64::is_infinite)) {
        return Err(failed(format!("column `{name}` is infinite in row {}", row + 1)));
    }
    let values: Vec<f64> = values.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect();
    let n_missing = values.iter().filter(|value| value.is_nan()).count();
    Ok(Column { values, n_missing })
}

/// Rows with their columns in the order of the documentation.
fn rows(estimator: &dyn Estimator, outcome: &CellOutcome, format: Format) -> Tree {
    let order: Vec<&str> = estimator.columns().iter().map(|(name, _)| *name).collect();
    let place = |name: &str| order.iter().position(|one| *one == name).unwrap_or(order.len());
    let row = |row: &Row| {
        let mut named: Vec<(&String, &Scalar)> =
            row.iter().filter(|(name, _)| !name.starts_with("step")).collect();
        named.sort_by_key(|(name, _)| place(name));
        let named = named.into_iter().map(|(name, value)| {
            let shown = match format {
                Format::Json => value.to_json().into(),
                Format::Text => text(value).map_or(serde_json::Value::Null.into(), Tree::from),
            };
            (name.clone(), shown)
        });
        Tree::Named(named.collect())
    };
    Tree::List(outcome.rows.iter().map(row).collect())
}

fn text(value: &Scalar) -> Option<String> {
    let shown = crate::manifest::canonical::readable;
    match value {
        Scalar::Number(value) => Some(shown(*value)),
        Scalar::Interval { value, low, high } => {
            Some(format!("{} [{}, {}]", shown(*value), shown(*low), shown(*high)))
        }
        Scalar::Text(text) => Some(text.clone()),
        Scalar::Missing => None,
    }
}
