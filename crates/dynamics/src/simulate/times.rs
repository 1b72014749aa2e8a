//! The steps after which a cell is recorded.
//!
//! They are the union of a list, of every n-th step and of steps equally spaced in the logarithm,
//! with the last step in any case.

use std::collections::BTreeSet;

use crate::noise::LANES;
use crate::parameter::{Lookup as _, Parameters, Value, Violation};
use crate::real;

/// Numbers that may be recorded of [`LANES`] chains, which are simulated together and stored in one
/// file: half of the rows that a Parquet file can have, in row groups of 2²⁰ with a number of 15 bits.
pub const MAX_VALUES: u64 = 1 << 34;

/// What helps besides recording less often.
const REMEDY: &str = "observe less, or keep statistics instead of chains: `reduce: [moments]`";

/// The recorded steps of a cell, increasing, one after the other; the last one is that of the cell.
#[derive(Clone, Debug)]
pub struct Steps {
    /// Those that are listed, increasing; the last one is that of the cell.
    listed: Vec<u64>,
    /// First and distance of the regular ones.
    regular: Option<(u64, u64)>,
    next: Option<u64>,
}

impl Steps {
    /// The recorded steps of the cell with these parameters.
    ///
    /// # Panics
    /// If the parameters have not been checked against their declarations.
    #[must_use]
    pub fn new(parameters: &Parameters) -> Steps {
        let last = parameters.count("steps");
        let mut list: BTreeSet<u64> = listed(parameters).into_iter().collect();
        if let Some(n) = optional(parameters, "record_log") {
            list.extend(logarithmic(n, last));
        }
        list.insert(last);
        let every = optional(parameters, "record_every");
        let regular = every.map(|every| (parameters.count("record_from"), every));
        let mut steps = Steps { listed: list.into_iter().collect(), regular, next: None };
        steps.next = steps.from(0);
        steps
    }

    /// The first recorded step from `step` on.
    fn from(&self, step: u64) -> Option<u64> {
        let idx = self.listed.partition_point(|listed| *listed < step);
        let listed = *self.listed.get(idx)?;
        let regular = self.regular.and_then(|(from, every)| {
            from.checked_add(step.saturating_sub(from).checked_next_multiple_of(every)?)
        });
        Some(regular.map_or(listed, |regular| regular.min(listed)))
    }
}

impl Iterator for Steps {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        let step = self.next?;
        self.next = self.from(step + 1);
        Some(step)
    }
}

/// At most `n` steps from 1 to `last`, equally spaced in the logarithm and rounded.
fn logarithmic(n: u64, last: u64) -> impl Iterator<Item = u64> {
    let scale = real::ln(last as f64) / (n.max(2) - 1) as f64;
    let at = move |idx: u64| real::exp(scale * idx as f64).round() as u64;
    (0..n).map(move |idx| at(idx).clamp(1, last))
}

/// An upper bound on the number of recorded steps, without making a list of them.
pub(crate) fn at_most(parameters: &Parameters) -> u64 {
    let last = parameters.count("steps");
    let regular = optional(parameters, "record_every").map_or(0, |every| {
        let span = last.saturating_sub(parameters.count("record_from"));
        span / every + 1
    });
    let logarithmic = optional(parameters, "record_log").unwrap_or(0).min(last);
    listed(parameters).len() as u64 + regular + logarithmic + 1
}

/// What is wrong with the recorded steps of a cell.
pub(crate) fn check(parameters: &Parameters) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut refuse = |parameter, message: String, remedy: &str| {
        violations.push(Violation { parameter, message, remedy: remedy.to_owned() });
    };
    let last = parameters.count("steps");
    let list = listed(parameters);
    if list.windows(2).any(|pair| pair[0] >= pair[1]) {
        let message = "the steps do not increase".to_owned();
        refuse("record_at", message, "list each step once, in order");
    }
    if let Some(beyond) = list.iter().find(|step| **step > last) {
        let message = format!("step {beyond} is beyond the last one, {last}");
        refuse("record_at", message, "take more steps, or leave it out");
    }
    let from = parameters.count("record_from");
    if from > last {
        let message = format!("step {from} is beyond the last one, {last}");
        refuse("record_from", message, "take more steps, or begin earlier");
    }
    if from > 0 && optional(parameters, "record_every").is_none() {
        let message = "it has no effect without `record_every`".to_owned();
        refuse("record_from", message, "give `record_every` too, or leave it out");
    }
    violations
}

/// Refuses a cell of which [`MAX_VALUES`] do not hold the `per_chain` numbers of [`LANES`] chains.
pub(crate) fn check_size(parameters: &Parameters, per_chain: u64) -> Option<Violation> {
    let n_values = per_chain.saturating_mul(LANES as u64);
    if n_values <= MAX_VALUES {
        return None;
    }
    let every = optional(parameters, "record_every");
    let (parameter, remedy) = match every {
        Some(every) => {
            let longer = every.saturating_mul(n_values.div_ceil(MAX_VALUES / 2));
            let rarer = format!("record less often, `record_every: {longer}`");
            ("record_every", format!("{rarer}, {REMEDY}"))
        }
        None => ("observe", format!("record fewer steps, {REMEDY}")),
    };
    let message = format!(
        "{LANES} chains, which are simulated together, would be recorded as {n_values} numbers; at \
         most {MAX_VALUES} are stored in a file"
    );
    Some(Violation { parameter, message, remedy })
}

fn listed(parameters: &Parameters) -> Vec<u64> {
    let list = parameters.get("record_at").and_then(Value::as_list).unwrap_or(&[]);
    let steps = list.iter().filter_map(Value::as_integer);
    steps.filter_map(|step| u64::try_from(step).ok()).collect()
}

fn optional(parameters: &Parameters, name: &str) -> Option<u64> {
    let value = parameters.get(name).and_then(Value::as_integer)?;
    u64::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(parameters: &Parameters) -> Vec<u64> {
        Steps::new(parameters).collect()
    }

    fn times(settings: &[(&str, i64)]) -> Parameters {
        let mut parameters = Parameters::from([("record_from".to_owned(), Value::Integer(0))]);
        for (name, value) in settings {
            parameters.insert((*name).to_owned(), Value::Integer(*value));
        }
        parameters
    }

    #[test]
    fn lists_regular_and_logarithmic_steps_are_united() {
        assert_eq!(recorded(&times(&[("steps", 7)])), [7]);
        assert_eq!(recorded(&times(&[("steps", 7), ("record_every", 3)])), [0, 3, 6, 7]);
        let from = times(&[("steps", 7), ("record_every", 3), ("record_from", 4)]);
        assert_eq!(recorded(&from), [4, 7]);
        let decades = times(&[("steps", 10_000), ("record_log", 5)]);
        assert_eq!(recorded(&decades), [1, 10, 100, 1000, 10_000]);
        let mut all = times(&[("steps", 12), ("record_log", 100), ("record_every", 6)]);
        assert_eq!(recorded(&all), (0..=12).collect::<Vec<_>>());
        all.remove("record_log");
        let list = [2, 6].map(Value::Integer).to_vec();
        all.insert("record_at".to_owned(), Value::List(list));
        assert_eq!(recorded(&all), [0, 2, 6, 12]);
    }

    #[test]
    fn logarithmic_steps_lie_between_the_first_and_the_last() {
        for last in [1, 2, 3, 1000, 123_457, 1 << 53] {
            for n in [1, 2, 3, 40] {
                let steps: Vec<u64> = logarithmic(n, last).collect();
                assert!(steps.is_sorted() && steps[0] == 1, "{n} to {last}: {steps:?}");
                let recorded =
                    recorded(&times(&[("steps", last as i64), ("record_log", n as i64)]));
                assert_eq!(recorded.last(), Some(&last));
                assert!(recorded.len() as u64 <= n + 1);
            }
        }
    }

    #[test]
    fn the_number_of_records_is_bounded_without_listing_them() {
        for (every, from, log) in [(1, 0, 5), (7, 50, 200), (200, 0, 1), (3, 99, 100)] {
            let parameters = times(&[
                ("steps", 100),
                ("record_every", every),
                ("record_from", from),
                ("record_log", log),
            ]);
            assert!(recorded(&parameters).len() as u64 <= at_most(&parameters));
        }
        let endless = times(&[("steps", 1 << 53), ("record_every", 1)]);
        assert_eq!(Steps::new(&endless).nth(1000), Some(1000), "no list is made of them");
        assert_eq!(at_most(&endless), (1 << 53) + 2);
        let violation = check_size(&endless, at_most(&endless)).expect("too many");
        assert_eq!(violation.parameter, "record_every");
        let rarer = violation.remedy.split("record_every: ").nth(1).unwrap();
        let rarer: i64 = rarer.split('`').next().unwrap().parse().unwrap();
        let enough = times(&[("steps", 1 << 53), ("record_every", rarer)]);
        assert_eq!(check_size(&enough, at_most(&enough)), None, "the remedy helps");
        assert_eq!(check_size(&times(&[]), MAX_VALUES / LANES as u64), None);
    }

    #[test]
    fn steps_without_effect_are_refused() {
        let violations = |settings: &[(&str, i64)]| check(&times(settings));
        assert!(violations(&[("steps", 7), ("record_every", 9), ("record_from", 7)]).is_empty());
        assert_eq!(violations(&[("steps", 7), ("record_from", 3)]).len(), 1);
        assert_eq!(violations(&[("steps", 7), ("record_every", 1), ("record_from", 8)]).len(), 1);
    }
}
