//! What is wrong with what a cell asks to record.

use crate::model::model;
use crate::observable::{Asked, PASSAGE, PROJECTION};
use crate::parameter::{Lookup as _, Parameters, Value, Violation};
use crate::problem::Problem;
use crate::simulate::observed::{self, DIRECTIONS, Wanted};

/// An observable that is not for the cell's problem or model.
pub(crate) fn check_parts(parameters: &Parameters) -> Vec<Violation> {
    let (problem, model_name) = (parameters.text("problem"), parameters.text("model"));
    let coordinates = model(model_name).expect("the model's name has been checked").coordinates();
    let mut violations = Vec::new();
    for (parameter, name, asked) in observed::evaluated(parameters) {
        let problems = asked.problems();
        if !problems.is_empty() && !problems.contains(&problem) {
            let message = format!("observable `{name}` is not for problem `{problem}`");
            let remedy = format!("it is for {}", problems.join(", "));
            violations.push(Violation { parameter, message, remedy });
        } else if asked.coordinates().is_some_and(|needed| needed != coordinates) {
            let message = format!("model `{model_name}` does not move what `{name}` observes");
            let remedy = "observe its principal coordinates: `y`".to_owned();
            violations.push(Violation { parameter, message, remedy });
        }
    }
    violations
}

/// No observable, one that is recorded twice, or a coordinate beyond the `dim` parameters.
pub(crate) fn check(parameters: &Parameters, dim: usize) -> Vec<Violation> {
    let n_directions = observed::n_directions(parameters);
    let mut violations = beyond(parameters, |asked| asked.family_len(|_| dim, n_directions));
    violations.extend(check_directions(parameters, dim));
    let all: Vec<(&str, Wanted)> = observed::all(parameters).collect();
    if all.is_empty() {
        let remedy = "name an observable, or leave `observe` out";
        violations.push(violation("observe", "nothing is recorded".to_owned(), remedy));
    }
    for (idx, (name, wanted)) in all.iter().enumerate() {
        let earlier = all[..idx].iter().find(|(_, other)| other.overlaps(wanted));
        if let Some((earlier, _)) = earlier {
            let message = if earlier == name {
                format!("`{name}` is there twice")
            } else {
                format!("`{earlier}` and `{name}` have a coordinate in common")
            };
            violations.push(violation("observe", message, "name each observable once"));
        }
    }
    violations.extend(check_passage(parameters, &all));
    violations.extend(check_means(parameters, &all));
    violations
}

/// Coordinates that `problem` does not have; may compute its spectrum.
pub(crate) fn check_problem(parameters: &Parameters, problem: &dyn Problem) -> Vec<Violation> {
    let n_directions = observed::n_directions(parameters);
    let len = |asked: &Asked| asked.family_len(|len| len(problem), n_directions);
    let mut violations = beyond(parameters, len);
    for (parameter, name, asked) in observed::evaluated(parameters) {
        if matches!(asked, Asked::All(_)) && len(&asked) == 0 {
            let message = format!("there is no `{name}`: the problem has 0 such coordinates");
            violations.push(violation(parameter, message, "leave it out"));
        }
    }
    violations
}

/// A start by layers for a problem that has none, and a point of another dimension.
pub(crate) fn check_start(parameters: &Parameters, problem: &dyn Problem) -> Option<Violation> {
    let (initial, dim) = (parameters.text("initial"), problem.dim());
    if initial == "fan_in" && problem.start_scales().is_none() {
        let message = "the problem has no layers".to_owned();
        return Some(violation("initial", message, "take `gaussian`, `zero` or `point`"));
    }
    let given = parameters.get("initial_point").and_then(Value::as_list).map(<[Value]>::len);
    match given {
        None if initial == "point" => {
            let message = "there is no `initial_point`".to_owned();
            Some(violation("initial", message, "give one number for each parameter"))
        }
        Some(_) if initial != "point" => {
            let message = "it has no effect without `initial: point`".to_owned();
            Some(violation("initial_point", message, "set that, or leave it out"))
        }
        Some(n) if n != dim => {
            let message = format!("it has {n} numbers; the problem has {dim} parameters");
            Some(violation("initial_point", message, "give one number for each parameter"))
        }
        _ => None,
    }
}

/// Coordinates with an index that is not below the length of their family.
fn beyond(parameters: &Parameters, len: impl Fn(&Asked) -> usize) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (parameter, name, asked) in observed::evaluated(parameters) {
        let Some((family, index)) = observed::index(&asked) else { continue };
        let len = len(&asked);
        if len > 0 && family == PROJECTION.part.name && index >= len {
            let message = format!("there is no `{name}`: the cell gives {len} directions");
            let remedy = format!("the last one is `{family}_{}`", len - 1);
            violations.push(Violation { parameter, message, remedy });
        } else if index >= len && family != PROJECTION.part.name {
            let last = len.saturating_sub(1);
            violations.push(Violation {
                parameter,
                message: format!("there is no `{name}`: the problem has {len} such coordinates"),
                remedy: format!("the last one is `{family}_{last}`"),
            });
        }
    }
    violations
}

/// Projections without directions, directions without projections, and ones of another length.
fn check_directions(parameters: &Parameters, dim: usize) -> Option<Violation> {
    let is_projection = |asked: &Asked| asked.part().name == PROJECTION.part.name;
    let mut evaluated = observed::evaluated(parameters);
    let wanted = evaluated.find(|(.., asked)| is_projection(asked));
    let directions = observed::directions(parameters);
    let is_given = parameters.contains_key(DIRECTIONS);
    match wanted {
        Some((parameter, name, _)) if directions.is_empty() => {
            let message = format!("`{name}` needs directions");
            let remedy = "give `directions`, a list of lists of numbers, one for each parameter";
            Some(violation(parameter, message, remedy))
        }
        None if is_given => {
            let message = "they have no effect where no projection is observed".to_owned();
            Some(violation(DIRECTIONS, message, "add `projection` to `observe`, or leave them out"))
        }
        _ => {
            let (idx, other) = directions.iter().enumerate().find(|(_, one)| one.len() != dim)?;
            let n = other.len();
            let message =
                format!("direction {idx} has {n} numbers; the problem has {dim} parameters");
            Some(violation(DIRECTIONS, message, "give one number for each parameter"))
        }
    }
}

/// A passage without observable or level, and settings of one that is not recorded.
fn check_passage(parameters: &Parameters, all: &[(&str, Wanted)]) -> Option<Violation> {
    let given = |name: &str| parameters.get(name).is_some();
    let is_recorded = all.iter().any(|(_, wanted)| matches!(wanted, Wanted::Passage));
    let settings = ["passage_of", "passage_above", "passage_below"];
    if !is_recorded {
        let idle = settings.into_iter().find(|name| given(name))?;
        let message = format!("it has no effect where `{PASSAGE}` is not observed");
        let remedy = "add `passage` to `observe`, or leave it out";
        return Some(violation(idle, message, remedy));
    }
    let incomplete = !given("passage_of") || observed::bound(parameters).is_none();
    incomplete.then(|| {
        let message = "`passage` needs an observable and one level".to_owned();
        violation("observe", message, "give `passage_of`, and `passage_above` or `passage_below`")
    })
}

/// Means over no step, and settings without effect.
fn check_means(parameters: &Parameters, all: &[(&str, Wanted)]) -> Option<Violation> {
    let count = |name: &str| parameters.get(name).and_then(Value::as_integer).unwrap_or(0);
    let means = all.iter().any(|(_, wanted)| matches!(wanted, Wanted::Mean(_)));
    let passage = all.iter().any(|(_, wanted)| matches!(wanted, Wanted::Passage));
    if !means && count("mean_from") > 0 {
        let message = "it has no effect where no mean is observed".to_owned();
        return Some(violation("mean_from", message, "add one, such as `mean_of_risk`"));
    }
    if !means && !passage && count("watch_every") > 1 {
        let message = "it has no effect where neither a mean nor a passage is observed".to_owned();
        return Some(violation("watch_every", message, "leave it out"));
    }
    let (first, last) = (observed::averaged(parameters).from, parameters.count("steps"));
    (means && first > last).then(|| {
        let message = format!("means begin at step {first}, beyond the last one, {last}");
        violation("mean_from", message, "take more steps, or begin earlier")
    })
}

fn violation(parameter: &'static str, message: String, remedy: &str) -> Violation {
    Violation { parameter, message, remedy: remedy.to_owned() }
}

#[cfg(test)]
mod tests;
