use proptest::prelude::*;

use super::*;

/// The tree as compact text, for comparison.
fn shown(node: &Node) -> String {
    match &node.content {
        Content::Scalar(Scalar::Null) => "null".to_owned(),
        Content::Scalar(Scalar::Boolean(value)) => value.to_string(),
        Content::Scalar(Scalar::Integer(value)) => value.to_string(),
        Content::Scalar(Scalar::Real(value)) => format!("{value:?}"),
        Content::Scalar(Scalar::Text(text)) => format!("{text:?}"),
        Content::Sequence(items) => {
            format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(" "))
        }
        Content::Mapping(entries) => {
            let entry = |entry: &Entry| format!("{}:{}", entry.key.value, shown(&entry.value));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(" "))
        }
    }
}

fn read(text: &str) -> String {
    match parse(text) {
        Ok((node, duplicates)) if duplicates.is_empty() => shown(&node),
        Ok((_, duplicates)) => format!("duplicate: {}", duplicates[0].message),
        Err(error) => format!("error at {}: {}", error.span.start, error.message),
    }
}

#[test]
fn documents_become_trees() {
    let cases = [
        ("a: 1e-5\nb: [x, 'y', \"2\"]\n", r#"{a:1e-5 b:["x" "y" "2"]}"#),
        ("a: 1\r\nb:\r\n  - true\r\n  -\r\n", "{a:1 b:[true null]}"),
        ("\u{feff}a: 1\n", "{a:1}"),
        ("# comment\n---\na: |\n  two\n  lines\n...\n", r#"{a:"two\nlines\n"}"#),
        ("1: x\ntrue: y\n", r#"{1:"x" true:"y"}"#),
        ("x: &x {p: 1, q: 2}\ny: *x\n", "{x:{p:1 q:2} y:{p:1 q:2}}"),
        ("x: &x {p: 1, q: 2}\ny: {r: 0, <<: *x, q: 3}\n", "{x:{p:1 q:2} y:{r:0 p:1 q:3}}"),
        ("z: {<<: [{a: 1}, {a: 2, b: 3}]}\n", "{z:{a:1 b:3}}"),
        ("", "error at 0: the manifest is empty"),
        ("# only a comment\n", "error at 0: the manifest is empty"),
        ("a: 1\n---\nb: 2\n", "error at 5: a second document in one file"),
        ("a:\n\tb: 1\n", "error at 3: a tab in the indentation"),
        ("a: !!str 1\n", "error at 9: the tag `tag:yaml.org,2002:str` has no meaning here"),
        ("{a: b}: 1\n", "error at 0: a list or mapping as a key"),
        ("a: &a [*a]\n", "error at 7: an alias inside the node that it stands for"),
        ("a: {<<: 1}\n", "error at 8: `<<` merges a mapping"),
        ("a: 1\nb: 2\na: 3\n", "duplicate: `a` is given twice"),
        ("a: {<<: {x: 1}, <<: {y: 1}}\n", "duplicate: `<<` is given twice"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), expected, "{text:?}");
    }
}

#[test]
fn spans_cover_what_was_written() {
    let text = "a: 'two words'\nb: [1, 2]\nc:\n  d: x\n  e: y\n\n# end\nf: 'it''s'\n";
    let (root, _) = parse(text).unwrap();
    let Content::Mapping(entries) = root.content else { panic!("a mapping") };
    let of = |span: Span| &text[span.start..span.end];
    assert_eq!(entries.iter().map(|e| of(e.key.span)).collect::<Vec<_>>(), ["a", "b", "c", "f"]);
    let values: Vec<&str> = entries.iter().map(|e| of(e.value.span)).collect();
    assert_eq!(values, ["two words", "[1, 2]", "d: x\n  e: y", "'it''s'"]);
}

#[test]
fn alias_bombs_and_deep_nesting_are_refused() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..20 {
        let alias = format!("*a{}", level - 1);
        bomb = format!("{bomb}a{level}: &a{level} [{}]\n", vec![alias; 10].join(", "));
    }
    assert!(read(&bomb).contains("nodes"), "{}", read(&bomb));
    let mut tower = "a0: &a0 x\n".to_owned();
    for level in 1..100 {
        tower = format!("{tower}a{level}: &a{level} [*a{}]\n", level - 1);
    }
    assert!(read(&tower).contains("nested more than 64 deep"), "{}", read(&tower));
    assert!(read(&("[".repeat(10_000) + &"]".repeat(10_000))).contains("error"));
    assert!(read(&"- ".repeat(10_000)).contains("error"));
}

#[test]
fn files_that_are_not_utf_8_are_named_by_byte() {
    assert_eq!(decode("x.yaml", b"a: 1").unwrap(), "a: 1");
    let message = |bytes: &[u8]| decode("x.yaml", bytes).unwrap_err().list()[0].clone();
    assert_eq!(message(b"a: \xff").message, "byte 3 of the file is not UTF-8");
    assert_eq!(
        message(b"\xff\xfea\0").help.as_deref(),
        Some("the file is UTF-16: save it as UTF-8")
    );
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[\\PC\n\t:,\\[\\]{}&*!|>'\"#%@`<-]{0,80}") {
        let _ = parse(&text);
    }

    #[test]
    fn no_yaml_like_text_makes_it_panic(
        parts in prop::collection::vec(prop::sample::select(vec![
            "a", "b: ", "\n", "  ", "- ", "[", "]", "{", "}", "&x ", "*x", "<<: ", ", ", "'", "\"",
            "|\n", ">\n", "---\n", "...\n", "? ", "!t ", "# c\n", "\t", "\r\n", "1e-5", "β", "\u{feff}",
        ]), 0..40),
    ) {
        if let Err(error) = parse(&parts.concat()) {
            let text = parts.concat();
            let rendered = Diagnostics::new("x.yaml", &text, vec![error]).render(false);
            prop_assert!(rendered.starts_with("error"));
        }
    }
}
