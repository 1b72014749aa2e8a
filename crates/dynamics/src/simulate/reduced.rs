//! Cells of which statistics over the chains are kept instead of the chains.

use crate::parameter::{Parameters, Value, Violation};

/// The parameter that names the statistics.
pub(crate) const REDUCE: &str = "reduce";

/// Central moments over the chains.
pub const MOMENTS: &str = "moments";

/// A sketch of the quantiles over the chains.
pub const QUANTILES: &str = "quantiles";

/// Whether statistics over the chains are kept instead of the chains.
#[must_use]
pub fn is_reduced(parameters: &Parameters) -> bool {
    parameters.contains_key(REDUCE)
}

/// Whether the cell keeps the statistic [`MOMENTS`] or [`QUANTILES`] instead of the chains.
#[must_use]
pub fn keeps(parameters: &Parameters, statistic: &str) -> bool {
    listed(parameters).iter().any(|name| name.as_text() == Some(statistic))
}

/// No statistic, or one that is there twice.
pub(crate) fn check(parameters: &Parameters) -> Option<Violation> {
    let names = listed(parameters);
    if is_reduced(parameters) && names.is_empty() {
        let message = "it names no statistic".to_owned();
        let remedy = "name `moments` or `quantiles`; without `reduce` all chains are kept";
        return Some(violation(message, remedy));
    }
    let twice = (1..names.len()).find(|idx| names[..*idx].contains(&names[*idx]))?;
    let message = format!("`{}` is there twice", names[twice]);
    Some(violation(message, "name each statistic once"))
}

fn listed(parameters: &Parameters) -> &[Value] {
    parameters.get(REDUCE).and_then(Value::as_list).unwrap_or(&[])
}

fn violation(message: String, remedy: &str) -> Violation {
    Violation { parameter: REDUCE, message, remedy: remedy.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_statistics_is_neither_empty_nor_repeats_itself() {
        let reducing = |names: &[&str]| {
            let names = names.iter().map(|name| Value::Text((*name).to_owned())).collect();
            Parameters::from([(REDUCE.to_owned(), Value::List(names))])
        };
        assert_eq!(check(&Parameters::new()), None);
        assert_eq!(check(&reducing(&[QUANTILES, MOMENTS])), None);
        assert!(check(&reducing(&[])).is_some_and(|fault| fault.message.contains("no statistic")));
        assert!(check(&reducing(&[MOMENTS, MOMENTS])).is_some());
        let moments = reducing(&[MOMENTS]);
        assert!(is_reduced(&moments) && keeps(&moments, MOMENTS) && !keeps(&moments, QUANTILES));
        assert!(!is_reduced(&Parameters::new()) && !keeps(&Parameters::new(), MOMENTS));
    }
}
