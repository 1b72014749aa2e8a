//! "Did you mean": the known name closest to a mistyped one.

/// Names longer than this are not compared: nobody mistypes them from memory.
const MAX_LEN: usize = 64;

/// Longest list of names that a message spells out.
const MAX_LISTED: usize = 16;

/// Optimal string alignment distance: insertions, deletions, substitutions and swaps of
/// neighbours, each at cost one.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let substituted = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = substituted.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = last;
        last = row;
    }
    last[b.len()]
}

/// Letters and digits in lower case, so that `StepSize`, `step-size` and `step_size` agree.
fn simplified(name: &str) -> Vec<char> {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The candidate closest to `name`, if one is close enough to be meant: at most a third of the
/// letters differ, ignoring case, hyphens and underscores. The first of equals wins.
#[must_use]
pub fn closest<'a>(name: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let wanted = simplified(name);
    if wanted.is_empty() || wanted.len() > MAX_LEN {
        return None;
    }
    candidates
        .iter()
        .map(|&candidate| (distance(&wanted, &simplified(candidate)), candidate))
        .filter(|&(distance, _)| distance <= (wanted.len() / 3).max(1).min(wanted.len() - 1))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// What to say after an unknown `name`: the closest candidate, or all of them.
/// `what` names the candidates in the plural ("data sets").
#[must_use]
pub fn advice(name: &str, candidates: &[&str], what: &str) -> String {
    match closest(name, candidates) {
        Some(candidate) => format!("did you mean `{candidate}`?"),
        None if candidates.is_empty() => format!("there are no {what}"),
        None => format!("the {what} are {}", listed(candidates)),
    }
}

/// The names in backquotes, separated by commas; a long list is cut.
#[must_use]
pub fn listed(names: &[&str]) -> String {
    let mut text: Vec<String> =
        names.iter().take(MAX_LISTED).map(|name| format!("`{name}`")).collect();
    if names.len() > MAX_LISTED {
        text.push(format!("and {} more", names.len() - MAX_LISTED));
    }
    text.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_definition() {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        let cases = [("", "", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("ab", "ba", 1)];
        for (a, b, expected) in cases {
            assert_eq!(distance(&chars(a), &chars(b)), expected, "{a} {b}");
            assert_eq!(distance(&chars(b), &chars(a)), expected, "{b} {a}");
        }
    }

    #[test]
    fn close_names_are_suggested_and_far_ones_are_not() {
        let known = ["step_size", "steps", "batch_size", "seed"];
        assert_eq!(closest("stepsize", &known), Some("step_size"));
        assert_eq!(closest("Step-Size", &known), Some("step_size"));
        assert_eq!(closest("bacth_size", &known), Some("batch_size"));
        assert_eq!(closest("momentum", &known), None);
        assert_eq!(closest("x", &known), None);
        assert_eq!(closest("", &known), None);
    }
}
