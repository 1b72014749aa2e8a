//! Axes of a grid: lists of values, written out or as a range.

use maruyama_dynamics::real;

use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::fields::Faults;
use crate::manifest::scalar::Scalar;
use crate::manifest::span::Located;
use crate::manifest::suggest::advice;
use crate::manifest::tree::{Content, Entry, Node};
use crate::manifest::value::described;

/// Most cells of a sweep, and so most values of an axis: a few gigabytes of plan.
pub const MAX_CELLS: usize = 1_000_000;

/// Ways to write a range.
const RANGES: [&str; 3] = ["linspace", "logspace", "range"];

/// The values of the axis `key`: the items of a list, or the points of `{linspace: [a, b, n]}`,
/// `{logspace: [a, b, n]}` (both ends included) or `{range: [start, stop]}`,
/// `{range: [start, stop, step]}` (integers, `stop` excluded). Points stand where the range does.
/// Reports and returns `None` if the axis is empty or not one of these.
pub fn points(key: &Located<String>, node: &Node, faults: &mut Faults) -> Option<Vec<Node>> {
    let points = match &node.content {
        Content::Sequence(items) => Ok(items.clone()),
        Content::Mapping(entries) => match entries.as_slice() {
            [entry] => range(entry, node),
            _ => Err(not_an_axis(key, node)),
        },
        Content::Scalar(_) => Err(not_an_axis(key, node)),
    };
    match points {
        Ok(points) if points.is_empty() => {
            let message = format!("the axis `{}` has no values, so there are no cells", key.value);
            faults.push(Diagnostic::new(node.span, message).label("empty"));
            None
        }
        Ok(points) => Some(points),
        Err(fault) => {
            faults.push(fault);
            None
        }
    }
}

fn not_an_axis(key: &Located<String>, node: &Node) -> Diagnostic {
    let message = format!("the axis `{}` is a list of values, not {}", key.value, described(node));
    Diagnostic::new(node.span, message).help(
        "write `[...]`, `{linspace: [a, b, n]}`, `{logspace: [a, b, n]}` or `{range: [start, stop]}`",
    )
}

fn range(entry: &Entry, node: &Node) -> Result<Vec<Node>, Diagnostic> {
    let name = entry.key.value.as_str();
    if !RANGES.contains(&name) {
        return Err(Diagnostic::new(entry.key.span, format!("there is no range `{name}`"))
            .help(advice(name, &RANGES, "ranges")));
    }
    let numbers = numbers(&entry.value);
    let scalars = match name {
        "range" => integers(&numbers),
        "linspace" => spaced(&numbers, linear, f64::NEG_INFINITY),
        _ => spaced(&numbers, logarithmic, 0.0),
    };
    let scalars = scalars.map_err(|(message, help)| {
        Diagnostic::new(entry.value.span, format!("`{name}` {message}")).help(help)
    })?;
    let point = |scalar| Node { content: Content::Scalar(scalar), span: node.span };
    Ok(scalars.into_iter().map(point).collect())
}

/// The numbers of a list; empty if it is none or holds anything else.
fn numbers(node: &Node) -> Vec<Scalar> {
    let Content::Sequence(items) = &node.content else { return Vec::new() };
    let scalar = |item: &Node| match &item.content {
        Content::Scalar(scalar) if scalar.is_number() => Some(scalar.clone()),
        _ => None,
    };
    items.iter().map(scalar).collect::<Option<_>>().unwrap_or_default()
}

/// Points, or what is wrong and what to do.
type Points = Result<Vec<Scalar>, (String, String)>;

fn integers(numbers: &[Scalar]) -> Points {
    let (start, stop, step) = match *numbers {
        [Scalar::Integer(start), Scalar::Integer(stop)] => (start, stop, 1),
        [Scalar::Integer(start), Scalar::Integer(stop), Scalar::Integer(step)] => {
            (start, stop, step)
        }
        _ => {
            return Err((
                "takes two or three integers: [start, stop] or [start, stop, step]".to_owned(),
                "for real numbers use `linspace` or `logspace`".to_owned(),
            ));
        }
    };
    if step == 0 {
        return Err(("has step 0".to_owned(), String::new()));
    }
    let (from, to) = if step > 0 { (start, stop) } else { (stop, start) };
    let count = (i128::from(to) - i128::from(from)).max(0) as u128;
    let count = count.div_ceil(u128::from(step.unsigned_abs()));
    if count > MAX_CELLS as u128 {
        return Err((format!("has {count} values"), format!("at most {MAX_CELLS} are possible")));
    }
    let value = |idx: i64| start.checked_add(step.checked_mul(idx)?).map(Scalar::Integer);
    Ok((0..count as i64).filter_map(value).collect())
}

/// Points from `first` to `last`, spaced by `spacing`; both ends must be finite and above `bound`.
fn spaced(numbers: &[Scalar], spacing: fn(f64, f64, usize) -> Vec<f64>, bound: f64) -> Points {
    let [first, last, Scalar::Integer(count)] = numbers else {
        let takes = "takes two ends and a number of points: [first, last, count]".to_owned();
        return Err((takes, "both ends are points".to_owned()));
    };
    let real = |scalar: &Scalar| match *scalar {
        Scalar::Integer(value) => value as f64,
        Scalar::Real(value) => value,
        _ => f64::NAN,
    };
    let (first, last) = (real(first), real(last));
    if [first, last].iter().any(|end| !end.is_finite() || *end <= bound) {
        let needs = if bound == 0.0 { "two positive, finite ends" } else { "two finite ends" };
        return Err((format!("needs {needs}"), String::new()));
    }
    match usize::try_from(*count) {
        Ok(1) if first == last => Ok(vec![Scalar::Real(first)]),
        Ok(count @ 2..=MAX_CELLS) => {
            Ok(spacing(first, last, count).into_iter().map(Scalar::Real).collect())
        }
        _ => Err((
            format!("has {count} points"),
            format!("two ends take 2 points or more, at most {MAX_CELLS}"),
        )),
    }
}

fn linear(first: f64, last: f64, count: usize) -> Vec<f64> {
    let error = 4.0 * f64::EPSILON * first.abs().max(last.abs());
    between(first, last, count, |t| decimal(first * (1.0 - t) + last * t, error))
}

/// `first^(1 - t) last^t` as `first (last / first)^t`, whose relative error grows with the
/// logarithm of the ratio.
fn logarithmic(first: f64, last: f64, count: usize) -> Vec<f64> {
    let ratio = last / first;
    let relative = 4.0 * f64::EPSILON * (1.0 + real::ln(ratio).abs());
    between(first, last, count, |t| {
        let value = first * real::pow(ratio, t);
        decimal(value, relative * value)
    })
}

/// `count` points, the ends as they are and `inner(t)` at the fractions `t` between them.
fn between(first: f64, last: f64, count: usize, inner: impl Fn(f64) -> f64) -> Vec<f64> {
    let point = |idx: usize| match idx {
        0 => first,
        idx if idx + 1 == count => last,
        idx => inner(idx as f64 / (count - 1) as f64),
    };
    (0..count).map(point).collect()
}

/// The decimal number of at most twelve digits within `error` of `value`, if there is one: what
/// the author of `{logspace: [1e-3, 1e-1, 3]}` expects between the ends is 0.01 and not the double
/// next to it, and the two would be different experiments.
fn decimal(value: f64, error: f64) -> f64 {
    match format!("{value:.11e}").parse::<f64>() {
        Ok(rounded) if (rounded - value).abs() <= error => rounded,
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::span::Span;
    use crate::manifest::tree;
    use proptest::prelude::*;

    fn axis(yaml: &str) -> Result<Vec<Scalar>, String> {
        let (node, _) = tree::parse(yaml).unwrap();
        let key = Located { value: "x".to_owned(), span: Span::default() };
        let mut faults = Faults::new();
        let points = points(&key, &node, &mut faults);
        let scalar = |node: Node| match node.content {
            Content::Scalar(scalar) => scalar,
            _ => Scalar::Null,
        };
        points
            .map(|points| points.into_iter().map(scalar).collect())
            .ok_or_else(|| faults[0].message.clone())
    }

    fn reals(yaml: &str) -> Vec<f64> {
        let real = |scalar: Scalar| match scalar {
            Scalar::Real(value) => value,
            other => panic!("{other}"),
        };
        axis(yaml).unwrap().into_iter().map(real).collect()
    }

    #[test]
    fn points_are_the_decimals_one_expects() {
        assert_eq!(reals("{logspace: [1e-3, 1e-1, 3]}"), [0.001, 0.01, 0.1]);
        assert_eq!(reals("{logspace: [1e-9, 1e3, 13]}")[1..4], [1e-8, 1e-7, 1e-6]);
        assert_eq!(reals("{logspace: [1, 1000, 4]}"), [1.0, 10.0, 100.0, 1000.0]);
        assert_eq!(reals("{logspace: [0.1, 0.001, 3]}"), [0.1, 0.01, 0.001]);
        assert_eq!(reals("{linspace: [0.1, 0.5, 5]}"), [0.1, 0.2, 0.3, 0.4, 0.5]);
        assert_eq!(reals("{linspace: [-1, 1, 21]}")[8..12], [-0.2, -0.1, 0.0, 0.1]);
        assert_eq!(reals("{linspace: [3, 3, 1]}"), [3.0]);
        let irrational = reals("{logspace: [1e-3, 1e-1, 5]}")[1];
        assert!((irrational - 0.003_162_277_660_168_379_5).abs() < 1e-18, "{irrational}");
    }

    #[test]
    fn integer_ranges_are_half_open() {
        let integers = |values: &[i64]| Ok(values.iter().copied().map(Scalar::Integer).collect());
        assert_eq!(axis("{range: [1, 4]}"), integers(&[1, 2, 3]));
        assert_eq!(axis("{range: [0, 10, 4]}"), integers(&[0, 4, 8]));
        assert_eq!(axis("{range: [3, 0, -1]}"), integers(&[3, 2, 1]));
        let last = i64::MAX;
        assert_eq!(axis(&format!("{{range: [{}, {last}]}}", last - 1)), integers(&[last - 1]));
    }

    #[test]
    fn what_is_no_axis_says_why() {
        let cases = [
            ("3", "the axis `x` is a list of values, not the integer 3"),
            ("[]", "the axis `x` has no values, so there are no cells"),
            ("{range: [4, 4]}", "the axis `x` has no values, so there are no cells"),
            ("{range: [1, 4, 0]}", "`range` has step 0"),
            (
                "{range: [0, 1e300]}",
                "`range` takes two or three integers: [start, stop] or [start, stop, step]",
            ),
            ("{range: [0, 9223372036854775807]}", "`range` has 9223372036854775807 values"),
            (
                "{linspace: [0, 1]}",
                "`linspace` takes two ends and a number of points: [first, last, count]",
            ),
            ("{linspace: [0, 1, 1]}", "`linspace` has 1 points"),
            ("{linspace: [0, 1, 1000000000]}", "`linspace` has 1000000000 points"),
            ("{linspace: [0, .inf, 3]}", "`linspace` needs two finite ends"),
            ("{logspace: [0, 1, 3]}", "`logspace` needs two positive, finite ends"),
            ("{logspce: [0, 1, 3]}", "there is no range `logspce`"),
            (
                "{linspace: [0, 1, 3], range: [0, 1]}",
                "the axis `x` is a list of values, not a mapping",
            ),
        ];
        for (yaml, expected) in cases {
            assert_eq!(axis(yaml), Err(expected.to_owned()), "{yaml}");
        }
    }

    proptest! {
        #[test]
        fn ranges_have_their_ends_and_their_order(
            first in 1e-9..1e9_f64, ratio in 1.001..1e6_f64, count in 2..200_usize,
        ) {
            let last = first * ratio;
            for points in [linear(first, last, count), logarithmic(first, last, count)] {
                prop_assert_eq!(points.len(), count);
                prop_assert_eq!((points[0], points[count - 1]), (first, last));
                prop_assert!(points.windows(2).all(|pair| pair[0] < pair[1]));
            }
        }
    }
}
