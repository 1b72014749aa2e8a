//! What the user reads: `messages.txt` holds mistakes and what is said about each.

use proptest::prelude::*;

use super::{parse, parse_as};

const MESSAGES: &str = include_str!("messages.txt");

/// Title, manifest and expected text of each case.
fn cases() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    MESSAGES.split("\n=== ").skip(1).map(|case| {
        let (title, rest) = case.split_once('\n').expect("a title");
        let (manifest, expected) = rest.split_once("--- says\n").expect("an answer");
        (title, manifest, expected.trim_end())
    })
}

#[test]
fn mistakes_are_explained() {
    assert!(cases().count() > 20);
    for (title, manifest, expected) in cases() {
        let profile = title.strip_prefix("profile ").unwrap_or("paper");
        let said = parse_as(manifest, profile).expect_err(title).to_string();
        assert_eq!(said, expected, "{title}:\n{said}\n");
    }
}

/// Every manifest here is wrong in one place or several; none may stop the program.
#[test]
fn truncated_manifests_never_panic() {
    let example = include_str!("example.yaml");
    for end in (0..example.len()).filter(|&end| example.is_char_boundary(end)) {
        if let Err(diagnostics) = parse(&example[..end]) {
            assert!(!diagnostics.list().is_empty() && !diagnostics.render(false).is_empty());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn shuffled_manifests_never_panic(
        picks in prop::collection::vec((0..1000_usize, 0..1000_usize), 1..4),
    ) {
        let lines: Vec<&str> = include_str!("example.yaml").lines().collect();
        let mut shuffled = lines.clone();
        for (to, from) in picks {
            shuffled[to % lines.len()] = lines[from % lines.len()];
        }
        if let Err(diagnostics) = parse(&shuffled.join("\n")) {
            prop_assert!(diagnostics.to_json().as_array().is_some_and(|list| !list.is_empty()));
            prop_assert!(diagnostics.render(true).contains("error"));
        }
    }

    #[test]
    fn replaced_words_never_panic(at in 0..4000_usize, word in prop::sample::select(vec![
        "", "~", "[]", "{}", "-1", "1e400", ".nan", "true", "X", "*a", "&a x", "'", "99999999999",
        "{range: [0, 99999999]}", "{linspace: [0, 1, 3]}", "[[1]]", "sgd", "problem", "matrix", "β",
    ])) {
        let example = include_str!("example.yaml");
        let words: Vec<&str> = example.split_inclusive(&[' ', ',', ':', '\n'][..]).collect();
        let mut replaced: Vec<&str> = words.clone();
        let at = at % words.len();
        let kept = &words[at][words[at].len() - 1..];
        let new = format!("{word}{kept}");
        replaced[at] = &new;
        if let Err(diagnostics) = parse(&replaced.concat()) {
            prop_assert!(!diagnostics.render(false).is_empty());
        }
    }
}
