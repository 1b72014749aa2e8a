//! What is wrong with a manifest, printed as a compiler prints it or as JSON for an editor.

use std::fmt;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Value as Json, json};

use crate::manifest::span::{Position, Span};

/// One mistake and where it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// The place to underline.
    pub span: Span,
    /// What is wrong: a lower-case fragment.
    pub message: String,
    /// What stands under the underlined place; may be empty.
    pub label: String,
    /// A second place that has to do with it, and what it is.
    pub related: Option<Box<(Span, String)>>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A mistake at `span`.
    #[must_use]
    pub fn new(span: Span, message: impl Into<String>) -> Diagnostic {
        let message = message.into();
        Diagnostic { span, message, label: String::new(), related: None, help: None }
    }

    /// The same with a text under the underlined place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = label.into();
        self
    }

    /// The same with a remedy; an empty text is none.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into()).filter(|help| !help.is_empty());
        self
    }

    /// The same with a second place.
    #[must_use]
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Diagnostic {
        self.related = Some(Box::new((span, label.into())));
        self
    }
}

/// Every mistake found in one manifest, in the order of their places.
#[derive(Clone, Debug)]
pub struct Diagnostics {
    path: String,
    text: String,
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// The mistakes `list` of the file at `path` with the content `text`: sorted by place, without
    /// repetitions.
    #[must_use]
    pub fn new(path: &str, text: &str, mut list: Vec<Diagnostic>) -> Diagnostics {
        list.sort_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
        list.dedup_by(|a, b| a.span == b.span && a.message == b.message);
        Diagnostics { path: path.to_owned(), text: text.to_owned(), list }
    }

    /// The mistakes, sorted by place.
    #[must_use]
    pub fn list(&self) -> &[Diagnostic] {
        &self.list
    }

    /// The mistakes as text for a terminal, each with the line it is in.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let rendered: Vec<String> = self
            .list
            .iter()
            .map(|diagnostic| {
                let rendered = renderer.render(&[self.group(diagnostic)]);
                rendered.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
            })
            .collect();
        rendered.join("\n\n") + "\n"
    }

    fn group<'a>(&'a self, diagnostic: &'a Diagnostic) -> Group<'a> {
        let primary = AnnotationKind::Primary.span(diagnostic.span.on_first_line(&self.text));
        let mut snippet = Snippet::source(&self.text)
            .path(&self.path)
            .annotation(primary.label(diagnostic.label.as_str()));
        if let Some((span, label)) = diagnostic.related.as_deref() {
            let span = span.on_first_line(&self.text);
            snippet = snippet.annotation(AnnotationKind::Context.span(span).label(label));
        }
        let group = Level::ERROR.primary_title(diagnostic.message.as_str()).element(snippet);
        match &diagnostic.help {
            Some(help) => group.element(Level::HELP.message(help.as_str())),
            None => group,
        }
    }

    /// The mistakes as a JSON array. Lines and columns count from 1, columns in characters;
    /// `start` and `end` are byte offsets.
    #[must_use]
    pub fn to_json(&self) -> Json {
        self.list
            .iter()
            .map(|diagnostic| {
                let mut object = self.place(diagnostic.span);
                object["path"] = json!(self.path);
                object["message"] = json!(diagnostic.message);
                object["label"] = json!(diagnostic.label);
                object["help"] = json!(diagnostic.help);
                object["related"] = diagnostic.related.as_ref().map_or(Json::Null, |related| {
                    let mut object = self.place(related.0);
                    object["message"] = json!(related.1);
                    object
                });
                object
            })
            .collect()
    }

    fn place(&self, span: Span) -> Json {
        let (first, last) =
            (Position::of(&self.text, span.start), Position::of(&self.text, span.end));
        json!({
            "line": first.line, "column": first.column,
            "end_line": last.line, "end_column": last.column,
            "start": span.start, "end": span.end,
        })
    }
}

/// The plain rendering without colours.
impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.render(false).trim_end())
    }
}

impl std::error::Error for Diagnostics {}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Diagnostics {
        let text = "a: 1\nβ: 2\nβ: 3\n";
        let first = Span { start: 5, end: 7 };
        let again = Span { start: 11, end: 13 };
        let twice = Diagnostic::new(again, "`β` is given twice")
            .label("given again")
            .related(first, "first given here")
            .help("remove one");
        let early = Diagnostic::new(Span { start: 0, end: 1 }, "unknown key `a`");
        Diagnostics::new("x.yaml", text, vec![twice.clone(), early, twice])
    }

    #[test]
    fn text_is_sorted_and_underlined() {
        let expected = "\
error: unknown key `a`
 --> x.yaml:1:1
  |
1 | a: 1
  | ^

error: `β` is given twice
 --> x.yaml:3:1
  |
2 | β: 2
  | - first given here
3 | β: 3
  | ^ given again
  |
  = help: remove one
";
        assert_eq!(sample().render(false), expected);
        assert!(sample().render(true).contains("\u{1b}["));
    }

    #[test]
    fn json_counts_lines_columns_and_bytes() {
        let json = sample().to_json();
        assert_eq!(json.as_array().map(Vec::len), Some(2));
        assert_eq!(json[1]["line"], 3);
        assert_eq!(json[1]["column"], 1);
        assert_eq!(json[1]["end_column"], 2);
        assert_eq!(json[1]["start"], 11);
        assert_eq!(json[1]["related"]["line"], 2);
        assert_eq!(json[0]["related"], Json::Null);
    }
}
