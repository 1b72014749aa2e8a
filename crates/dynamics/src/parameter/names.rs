//! Sets of names that are open at their end: some fixed, some completed by an index.

/// Names that a parameter accepts: a fixed list, and families of names `x_0`, `x_1`, ... whose length
/// is known with the problem only.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Names {
    /// Names as they are.
    pub fixed: &'static [&'static str],
    /// Names that an underscore and an index from 0 complete.
    pub families: &'static [&'static str],
    /// Whether a family may also be named without an index, which stands for all of it.
    pub whole: bool,
    /// What may stand before any of these; nothing if empty.
    pub prefix: &'static str,
    /// Names that nothing stands before.
    pub alone: &'static [&'static str],
}

impl Names {
    /// Whether `name` is one of the names.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        let is_member = |(family, _): (&str, usize)| self.families.contains(&family);
        let is_plain = |name: &str| {
            self.fixed.contains(&name)
                || (self.whole && self.families.contains(&name))
                || member(name).is_some_and(is_member)
        };
        let rest = name.strip_prefix(self.prefix).filter(|_| !self.prefix.is_empty());
        self.alone.contains(&name) || is_plain(name) || rest.is_some_and(is_plain)
    }

    /// The names that nothing stands before and that have no index.
    #[must_use]
    pub fn finite(&self) -> Vec<&'static str> {
        let families = if self.whole { self.families } else { &[] };
        self.fixed.iter().chain(families).chain(self.alone).copied().collect()
    }

    /// Names that a mistyped `name` may have been meant to be: of a family, with the number that
    /// `name` ends with.
    #[must_use]
    pub fn candidates(&self, name: &str) -> Vec<String> {
        let letters = name.trim_end_matches(|last: char| last.is_ascii_digit());
        let index = name[letters.len()..].trim_start_matches('0');
        let index = if index.is_empty() { "0" } else { index };
        let members = self.families.iter().map(|family| format!("{family}_{index}"));
        let mut names: Vec<String> = self.finite().into_iter().map(str::to_owned).collect();
        names.extend(members);
        if !self.prefix.is_empty() {
            let prefixed = names.iter().filter(|name| !self.alone.contains(&name.as_str()));
            let prefixed: Vec<String> =
                prefixed.map(|name| format!("{}{name}", self.prefix)).collect();
            names.extend(prefixed);
        }
        names
    }
}

/// Family and index of a name such as `x_3`; an index has no leading zero.
#[must_use]
pub fn member(name: &str) -> Option<(&str, usize)> {
    let (family, index) = name.rsplit_once('_')?;
    let parsed = index.parse().ok()?;
    let is_canonical = index == "0" || !index.starts_with(['0', '+']);
    is_canonical.then_some((family, parsed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_named_by_an_index_and_perhaps_as_a_whole() {
        let names =
            Names { fixed: &["q1"], families: &["x"], whole: false, prefix: "", alone: &["end"] };
        for name in ["q1", "x_0", "x_12", "end"] {
            assert!(names.contains(name), "{name}");
        }
        for name in [
            "x", "x_", "x_01", "x_+1", "x_-1", "y_0", "q1_0", "x_1e3", "x_x", "x_0_0", "of_x_0", "",
        ] {
            assert!(!names.contains(name), "{name}");
        }
        let names = Names { whole: true, ..names };
        assert!(names.contains("x"));
        assert_eq!(names.candidates("X007"), ["q1", "x", "end", "x_7"]);
        assert_eq!(names.candidates("risk"), ["q1", "x", "end", "x_0"]);
        let names = Names { prefix: "of_", whole: false, ..names };
        assert!(names.contains("of_q1") && names.contains("of_x_0") && names.contains("q1"));
        assert!(
            !names.contains("of_end") && !names.contains("of_of_q1") && !names.contains("of_x")
        );
        assert_eq!(names.candidates("q"), ["q1", "end", "x_0", "of_q1", "of_x_0"]);
    }
}
