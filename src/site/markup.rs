//! A report's Markdown as HTML: formulas as MathML, figures as vectors, tables with their texts.

use std::path::Path;

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};
use pulldown_latex::config::DisplayMode;
use pulldown_latex::{RenderConfig, Storage, push_mathml};
use serde::Serialize;

use crate::site::error::SiteError;
use crate::site::published::Published;
use crate::site::read::read;

/// Inline HTML that reports are written with; all other HTML is shown as text.
const KNOWN_HTML: [&str; 4] = ["<sub>", "</sub>", "<sup>", "</sup>"];

/// A text that a page offers to copy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Source {
    pub name: String,
    pub text: String,
}

/// A report as HTML.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rendered {
    pub html: String,
    /// The tables' texts.
    pub sources: Vec<Source>,
    /// Files of the report's folder that the page shows or links to.
    pub files: Vec<String>,
}

/// Renders the `markdown` of a report whose files are in `folder`. The title, its first line, is left
/// out: the page has it in its head.
///
/// # Errors
/// If a file that it links to cannot be read.
pub(crate) fn to_html(markdown: &str, folder: &Path) -> Result<Rendered, SiteError> {
    let body = markdown.strip_prefix("# ").and_then(|text| text.split_once('\n'));
    let body = body.map_or(markdown, |(_, body)| body);
    let options = Options::ENABLE_TABLES | Options::ENABLE_MATH;
    let mut writer = Writer {
        folder,
        rendered: Rendered::default(),
        button: None,
        heading: None,
        published: Published::default(),
    };
    let mut events = Vec::new();
    for event in Parser::new_ext(body, options) {
        writer.add(event, &mut events)?;
    }
    let mut rendered = writer.rendered;
    html::push_html(&mut rendered.html, events.into_iter());
    Ok(rendered)
}

/// A sentence in the markup of captions as HTML that can stand in a line.
pub(crate) fn inline_html(text: &str) -> String {
    let markdown = maruyama_figure::markdown(text);
    let events = Parser::new(&markdown).filter_map(|event| match event {
        Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => None,
        Event::InlineHtml(html) if !KNOWN_HTML.contains(&html.as_ref()) => Some(Event::Text(html)),
        Event::Html(html) => Some(Event::Text(html)),
        other => Some(other),
    });
    let mut html = String::new();
    html::push_html(&mut html, events);
    html
}

/// What has been seen of a report.
struct Writer<'a> {
    folder: &'a Path,
    rendered: Rendered,
    /// The button behind a link that is open.
    button: Option<String>,
    /// Where the open heading began, in the list of events.
    heading: Option<usize>,
    /// The columns of published values of the open table.
    published: Published,
}

impl Writer<'_> {
    fn add<'e>(&mut self, event: Event<'e>, events: &mut Vec<Event<'e>>) -> Result<(), SiteError> {
        self.published.look_at(&event, events);
        match event {
            Event::InlineMath(formula) => events.push(math(&formula, false)),
            Event::DisplayMath(formula) => events.push(math(&formula, true)),
            Event::InlineHtml(text) if KNOWN_HTML.contains(&text.as_ref()) => {
                events.push(Event::InlineHtml(text));
            }
            Event::InlineHtml(text) | Event::Html(text) => events.push(Event::Text(text)),
            Event::Start(Tag::Heading { level, .. }) => {
                self.heading = Some(events.len());
                let (id, classes, attrs) = (None, Vec::new(), Vec::new());
                events.push(Event::Start(Tag::Heading { level, id, classes, attrs }));
            }
            Event::End(TagEnd::Heading(level)) => {
                self.name_heading(events);
                events.push(Event::End(TagEnd::Heading(level)));
            }
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                let dest_url = self.vector(dest_url);
                events.push(Event::Start(Tag::Image { link_type, dest_url, title, id }));
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let dest_url = self.link(dest_url)?;
                events.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
            }
            Event::End(TagEnd::Link) => {
                events.push(Event::End(TagEnd::Link));
                events.extend(self.button.take().map(|html| Event::InlineHtml(html.into())));
            }
            other => events.push(other),
        }
        Ok(())
    }

    /// Gives the open heading the name of the claim that it ends with, so that it can be linked to.
    fn name_heading(&mut self, events: &mut [Event<'_>]) {
        let Some(start) = self.heading.take() else { return };
        let text: String = events[start..]
            .iter()
            .filter_map(|event| if let Event::Text(text) = event { Some(&**text) } else { None })
            .collect();
        let name = text.rsplit(' ').next().unwrap_or_default().to_lowercase();
        let verdict = text.split_once(' ').and_then(|(_, rest)| rest.split_once(": "));
        if let Event::Start(Tag::Heading { id, classes, .. }) = &mut events[start] {
            *id = Some(name.into());
            classes.extend(verdict.map(|(verdict, _)| CowStr::from(verdict.to_lowercase())));
        }
    }

    /// The vector form of a figure, where there is one.
    fn vector<'e>(&mut self, path: CowStr<'e>) -> CowStr<'e> {
        let vector = path.strip_suffix(".png").map(|stem| format!("{stem}.svg"));
        match vector.filter(|name| self.folder.join(name).is_file()) {
            Some(name) => {
                self.show(&name);
                name.into()
            }
            None => path,
        }
    }

    /// A link as the site has it; a table's text gets a button.
    fn link<'e>(&mut self, to: CowStr<'e>) -> Result<CowStr<'e>, SiteError> {
        if to.starts_with("https://") || to.starts_with("http://") {
            return Ok(to);
        }
        if let Some(folder) = to.strip_suffix("README.md") {
            return Ok(format!("{folder}index.html").into());
        }
        let path = self.folder.join(&*to);
        let is_below = !to.contains(['\\', ':']) && !to.starts_with('/') && !to.contains("..");
        let is_here = is_below && path.is_file();
        if !is_here {
            return Ok("#".into());
        }
        self.show(&to);
        if to.ends_with(".csv") || to.ends_with(".tex") {
            let text = read(self.folder, &to)?;
            let number = self.rendered.sources.len();
            self.button =
                Some(format!(" <button type=\"button\" data-copy=\"{number}\">Copy</button>"));
            self.rendered.sources.push(Source { name: to.to_string(), text });
        }
        Ok(to)
    }

    fn show(&mut self, name: &str) {
        if self.rendered.files.iter().all(|known| known != name) {
            self.rendered.files.push(name.to_owned());
        }
    }
}

/// A formula as MathML; one that cannot be read as it is written.
fn math<'e>(formula: &str, is_display: bool) -> Event<'e> {
    let storage = Storage::new();
    let parser = pulldown_latex::Parser::new(formula, &storage);
    let config = RenderConfig {
        display_mode: if is_display { DisplayMode::Block } else { DisplayMode::Inline },
        ..RenderConfig::default()
    };
    let mut html = String::new();
    // What it cannot read stands in its output as an error.
    match push_mathml(&mut html, parser, config) {
        Ok(()) if !html.contains("<merror") => Event::InlineHtml(html.into()),
        _ => Event::Code(formula.to_owned().into()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn html(markdown: &str) -> Rendered {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("claims")).unwrap();
        let files =
            [("rates.svg", "<svg/>"), ("rates.csv", "a\n1\n"), ("claims/one.csv", "a\n2\n")];
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        to_html(markdown, folder.path()).unwrap()
    }

    #[test]
    fn a_page_has_its_vectors_formulas_and_texts() {
        let markdown = "# Title\n\n## Claims\n\n### ✓ Reproduced: some-claim\n\n$\\gamma^2$ and *x*<sub>1</sub>\n\n\
                        ![rates](rates.png)\n\n[CSV](rates.csv), [all](claims/one.csv), [other](../other/README.md)\n";
        let page = html(markdown);
        for wanted in [
            "<h3 id=\"some-claim\" class=\"reproduced\">",
            "<msup><mi>γ</mi><mn>2</mn></msup>",
            "<sub>1</sub>",
            "<img src=\"rates.svg\"",
            "<a href=\"rates.csv\">CSV</a> <button type=\"button\" data-copy=\"0\">",
            "href=\"../other/index.html\"",
            "<a href=\"claims/one.csv\">all</a> <button",
        ] {
            assert!(page.html.contains(wanted), "{wanted} in {}", page.html);
        }
        assert!(!page.html.contains("Title"));
        assert_eq!(page.files, ["rates.svg", "rates.csv", "claims/one.csv"]);
        assert_eq!(page.sources[0].text, "a\n1\n");
    }

    #[test]
    fn columns_of_published_values_are_marked_and_say_how_they_are_known() {
        let table =
            "# T\n\n| *η* | theory (derived) | published |\n| --- | ---: | --- |\n| 1 | 2 | 3 |\n";
        let page = html(table).html;
        for wanted in [
            "<span class=\"published\">theory <small>derived</small></span></th>",
            "<span class=\"published\">published</span></th>",
            "<td>1</td><td style=\"text-align: right\"><span class=\"published\">2</span></td>",
            "<td><span class=\"published\">3</span></td>",
        ] {
            assert!(page.contains(wanted), "{wanted} in {page}");
        }
    }

    #[test]
    fn formulas_that_cannot_be_read_are_shown_as_they_are_written() {
        assert!(html("$\\frac{1}{2}$").html.contains("<mfrac>"));
        assert!(html("$\\nothing{x}$").html.contains("<code>\\nothing{x}</code>"));
    }

    #[test]
    fn sentences_have_the_markup_of_captions_and_no_other() {
        assert_eq!(inline_html("*η*_{1} < 2"), "<em>η</em><sub>1</sub> &lt; 2");
        assert_eq!(inline_html("<b onclick='x'> & 1. 2 *"), "&lt;b onclick='x'&gt; &amp; 1. 2 *");
    }

    #[test]
    fn what_a_manifest_says_is_text_and_no_script() {
        let page = html(
            "# T\n\n<script>alert(1)</script>\n\na <img src=x onerror=alert(1)> b\n\n\
             [x](javascript:alert(1)) [y](../../etc/passwd) $\\unknown{$\n",
        );
        for bad in ["<script", "<img", "javascript:", "passwd"] {
            assert!(!page.html.contains(bad), "{bad} in {}", page.html);
        }
        assert!(page.html.contains("&lt;script&gt;"), "{}", page.html);
    }
}
