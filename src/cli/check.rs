//! The command `check`: the numbers of the reports beside those that were published.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::analyse::{Scalar, recall};
use crate::cli::arguments::{Format, Options};
use crate::cli::pipeline::Pipeline;
use crate::error::{DIFFERS, DONE, Error, plural};
use crate::manifest::canonical::readable;
use crate::report::{Agreement, Compared, Distance, compare, threshold};

/// What was found, item by item.
pub(crate) struct Checked {
    lines: Vec<Line>,
    threshold: f64,
}

/// One published value.
struct Line {
    item: String,
    json: Json,
    text: String,
    agreement: Agreement,
}

/// Compares every published value of the manifests with ours, as far as they are stored.
///
/// # Errors
/// If the store cannot be read.
pub(crate) fn check(pipeline: &Pipeline) -> Result<Checked, Error> {
    let outcomes = pipeline.store.outcomes()?;
    let stage = recall(&pipeline.plan, &pipeline.index, &outcomes);
    let items = pipeline.plan.items.iter().zip(&stage.items);
    let compared: Vec<(&str, Compared<'_>)> = items
        .flat_map(|(item, analysed)| {
            let name = item.manifest.item.as_str();
            compare(&item.manifest, analysed).into_iter().map(move |one| (name, one))
        })
        .collect();
    let with_error = |distance| matches!(distance, Distance::StandardErrors(_));
    let n = compared.iter().filter(|(_, one)| with_error(one.distance)).count();
    let threshold = threshold(n);
    let lines = compared.iter().map(|(item, one)| Line::new(item, one, threshold)).collect();
    Ok(Checked { lines, threshold })
}

impl Checked {
    /// Whether some number differs from the published one by more than chance.
    pub(crate) fn exit_code(&self) -> u8 {
        if self.count(Agreement::Differs) > 0 { DIFFERS } else { DONE }
    }

    fn count(&self, agreement: Agreement) -> usize {
        self.lines.iter().filter(|line| line.agreement == agreement).count()
    }

    /// All comparisons for machines; for people those that do not agree, and how many do.
    pub(crate) fn show(&self, options: &Options) -> String {
        if options.format == Format::Json {
            let values: Vec<&Json> = self.lines.iter().map(|line| &line.json).collect();
            let shown = json!({ "standard_errors_allowed": self.threshold, "values": values });
            return format!("{shown:#}\n");
        }
        let mut text = String::new();
        for line in self.lines.iter().filter(|line| line.agreement != Agreement::Agrees) {
            let _ = writeln!(text, "{}: {}, {}", word(line.agreement), line.item, line.text);
        }
        let _ = writeln!(
            text,
            "{}: {} agree within {} standard errors, {} differ, {} without an interval of ours, {} \
             without a number of ours",
            plural(self.lines.len(), "published value"),
            self.count(Agreement::Agrees),
            readable((self.threshold * 100.0).round() / 100.0),
            self.count(Agreement::Differs),
            self.count(Agreement::Open),
            self.count(Agreement::Missing),
        );
        text
    }
}

impl Line {
    fn new(item: &str, one: &Compared<'_>, threshold: f64) -> Line {
        let agreement = one.distance.agreement(threshold);
        let of: serde_json::Map<String, Json> =
            one.of.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
        let apart = match one.distance {
            Distance::StandardErrors(distance) => Some(distance),
            _ => None,
        };
        let json = json!({
            "item": item,
            "analysis": one.reference.of,
            "of": of,
            "column": one.column,
            "source": one.reference.source,
            "published": one.published.as_real().map_or_else(
                || one.published.to_string().into(),
                |number| Scalar::number(number).to_json(),
            ),
            "ours": one.ours.to_json(),
            "standard_errors": apart,
            "agreement": word(agreement),
        });
        Line { item: item.to_owned(), json, text: text(one), agreement }
    }
}

fn word(agreement: Agreement) -> &'static str {
    match agreement {
        Agreement::Agrees => "agrees",
        Agreement::Differs => "differs",
        Agreement::Open => "no interval",
        Agreement::Missing => "missing",
    }
}

/// `wells, step_size=0.1, mean_steps: 978.51 (Table 2), ours 990 [985, 995], 4.5 standard errors`.
fn text(one: &Compared<'_>) -> String {
    let mut text = one.reference.of.clone();
    for (name, value) in &one.of {
        let _ = write!(text, ", {name}={value}");
    }
    let _ = write!(text, ", {}: {} ({})", one.column, one.published, one.reference.source);
    let _ = match &one.ours {
        Scalar::Number(value) => write!(text, ", ours {}", readable(*value)),
        Scalar::Interval { value, low, high } => {
            let [value, low, high] = [value, low, high].map(|number| readable(*number));
            write!(text, ", ours {value} [{low}, {high}]")
        }
        Scalar::Text(word) => write!(text, ", ours {word}"),
        Scalar::Missing => Ok(()),
    };
    let _ = match one.distance {
        Distance::StandardErrors(distance) => write!(text, ", {distance:.1} standard errors"),
        Distance::Relative(share) => write!(text, ", {:.2} % apart", 100.0 * share),
        _ => Ok(()),
    };
    text
}
