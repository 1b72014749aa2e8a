//! Names that become parts of file names: of the experiment, its sweeps, tables and figures.

use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::fields::Faults;
use crate::manifest::span::Located;

/// Longest name; path components end at 255 bytes, and names are joined.
const MAX_LEN: usize = 80;

/// Whether `name` consists of ASCII letters, digits, `-` and `_`, starts with a letter or digit and
/// is not too long: a file name on every system that cannot leave its folder.
#[must_use]
pub fn is_valid(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    name.len() <= MAX_LEN
        && name.bytes().all(allowed)
        && name.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
}

/// Reports a name that is not valid; `what` says of what ("a table").
pub fn check(name: &Located<String>, what: &str, faults: &mut Faults) {
    if !is_valid(&name.value) {
        let message = format!("`{}` cannot be the name of {what}", name.value);
        faults.push(Diagnostic::new(name.span, message).help(format!(
            "names have ASCII letters, digits, `-` and `_`, start with a letter or digit and are \
             at most {MAX_LEN} long"
        )));
    }
}

/// The name of the experiment in the file at `path`: what follows the folder `experiments`, with
/// `-` between the folders and without extension; without such a folder, the file's name.
#[must_use]
pub fn of_path(path: &str) -> String {
    let parts: Vec<&str> = path.split(['/', '\\']).filter(|part| !part.is_empty()).collect();
    let last = parts.len().saturating_sub(1);
    let start = parts[..last].iter().rposition(|part| *part == "experiments");
    let below = &parts[start.map_or(last, |idx| idx + 1)..];
    let joined = below.join("-");
    let stem = joined.strip_suffix(".yaml").or_else(|| joined.strip_suffix(".yml"));
    stem.unwrap_or(&joined).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside_their_folder() {
        for name in ["a", "Table-2", "x_1", "2"] {
            assert!(is_valid(name), "{name}");
        }
        for name in ["", ".", "..", "a/b", "a\\b", "-x", "_x", "a b", "ä", "a.b", &"a".repeat(81)]
        {
            assert!(!is_valid(name), "{name}");
        }
    }

    #[test]
    fn items_are_named_after_the_path_below_experiments() {
        let cases = [
            ("experiments/hsgd/table2.yaml", "hsgd-table2"),
            ("/home/x/experiments/old/experiments/a.yml", "a"),
            ("experiments/a/b/c.yaml", "a-b-c"),
            ("some/where/table.yaml", "table"),
            ("C:\\x\\experiments\\hsgd\\f.yaml", "hsgd-f"),
            ("experiments", "experiments"),
            ("", ""),
        ];
        for (path, expected) in cases {
            assert_eq!(of_path(path), expected, "{path}");
        }
    }
}
