//! Finding the paths that a Rust source file names.

/// The part of `source` that can influence a result: everything above its unit tests.
///
/// Unit tests are a column-zero `#[cfg(test)]` followed by `mod tests {` that runs to the end of
/// the file; anything else after that attribute keeps the whole text.
pub(crate) fn without_tests(source: &str) -> &str {
    let marker = "#[cfg(test)]\nmod tests {\n";
    let Some(start) = source.find(marker) else { return source };
    let rest = &source[start + marker.len()..];
    let mut lines = rest.lines().rev().skip_while(|line| line.is_empty());
    let closes = lines.next() == Some("}");
    let nothing_else = lines.all(|line| line.is_empty() || line.starts_with(' '));
    if closes && nothing_else { &source[..start] } else { source }
}

/// `source` with comments and the contents of string literals blanked out.
fn code_only(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    for line in source.lines() {
        let trimmed = line.trim_start();
        if trimmed.starts_with("//") {
            code.push('\n');
            continue;
        }
        let mut in_string = false;
        let mut previous = ' ';
        for c in line.chars() {
            if c == '"' && previous != '\\' && previous != '\'' {
                in_string = !in_string;
            }
            code.push(if in_string { ' ' } else { c });
            previous = c;
        }
        code.push('\n');
    }
    code
}

/// Every path of `source` that starts with `root::`, with `use` groups expanded and aliases
/// dropped: `root::{a::{B, C}, d}` gives `a::B`, `a::C` and `d`.
pub(crate) fn paths_from(source: &str, root: &str) -> Vec<String> {
    let code = code_only(source);
    let needle = format!("{root}::");
    let mut found = Vec::new();
    for (start, _) in code.match_indices(&needle) {
        let is_word_start =
            !code[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
        if is_word_start {
            let mut rest = &code[start + needle.len()..];
            collect(&mut rest, "", &mut found);
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Reads one path, or one braced group of paths, from the front of `rest`.
fn collect(rest: &mut &str, prefix: &str, found: &mut Vec<String>) {
    *rest = rest.trim_start();
    if let Some(inside) = rest.strip_prefix('{') {
        *rest = inside;
        loop {
            collect(rest, prefix, found);
            let end = rest.find([',', '}', ';']).unwrap_or(rest.len());
            *rest = &rest[end..];
            match rest.strip_prefix(',') {
                Some(more) if !more.trim_start().starts_with('}') => *rest = more,
                _ => break,
            }
        }
        let end = rest.find('}').map_or(rest.len(), |end| end + 1);
        *rest = &rest[end..];
        return;
    }
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    *rest = after;
    let path = match (prefix, word) {
        (_, "" | "self") => prefix.to_owned(),
        ("", _) => word.to_owned(),
        _ => format!("{prefix}::{word}"),
    };
    match rest.strip_prefix("::") {
        Some(more) if !more.starts_with('<') => {
            *rest = more;
            collect(rest, &path, found);
        }
        _ if path.is_empty() => {}
        _ => found.push(path),
    }
}

/// Whether `source` names its parent module by `super::`.
pub(crate) fn names_super(source: &str) -> bool {
    !paths_from(source, "super").is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found_in_uses_groups_and_expressions() {
        let source = "use crate::noise::{philox::philox4x32, Stream as S};\n\
                      use crate::{real, a::{b::C, d}};\n\
                      // crate::comment::ignored\n\
                      fn f() { let s = \"crate::text::ignored\"; crate::model::run(s); }\n\
                      use mycrate::other;\n";
        assert_eq!(
            paths_from(source, "crate"),
            ["a::b::C", "a::d", "model::run", "noise::Stream", "noise::philox::philox4x32", "real"]
        );
    }

    #[test]
    fn unit_tests_at_the_end_are_cut_and_others_kept() {
        let tail = "#[cfg(test)]\nmod tests {\n    use super::*;\n}\n";
        assert_eq!(without_tests(&format!("fn f() {{}}\n\n{tail}")), "fn f() {}\n\n");
        let followed = format!("fn f() {{}}\n\n{tail}\nfn g() {{}}\n");
        assert_eq!(without_tests(&followed), followed);
    }

    #[test]
    fn parents_are_noticed() {
        assert!(names_super("use super::x;"));
        assert!(!names_super("use crate::super_fast::x;"));
    }
}
