//! The table of published values beside ours, on the page of an item.

use maruyama_dynamics::parameter::Value;
use maruyama_figure::{Cell, Column, Table};

use crate::analyse::Scalar;
use crate::manifest::types::{Status, shown};
use crate::report::name::{Names, tag};
use crate::report::published::{Compared, Distance};
use crate::report::table::{digits_at_most, to_cell};

/// Fewest and most significant digits of ours; between them as many as are published.
const DIGITS: (usize, usize) = (4, 10);

/// The published values, one a row; nothing if there are none.
pub(crate) fn to_markdown(compared: &[Compared<'_>], names: Names<'_>) -> String {
    if compared.is_empty() {
        return String::new();
    }
    let is_ours = compared.iter().all(|one| one.reference.status == Status::Derived);
    let columns = [
        Column::text("of", "of"),
        Column::text("quantity", "quantity"),
        Column::number("published", if is_ours { "reference" } else { "published" }),
        Column::text("known", "known as"),
        Column::number("ours", "ours"),
        Column::number("apart", "apart"),
    ];
    let is_one = compared.iter().all(|one| one.reference.of == compared[0].reference.of);
    let rows = compared.iter().map(|one| {
        let analysis = &one.reference.of;
        let of: Vec<String> =
            one.of.iter().map(|(name, value)| label(one, name, value, names)).collect();
        let of = of.join(", ");
        vec![
            Cell::Text(if is_one { of } else { format!("{}: {of}", names.shown(analysis)) }),
            Cell::Text(names.column(analysis, one.column)),
            Cell::Text(published(one.published, names)),
            Cell::Text(tag(one.reference.status).to_owned()),
            to_cell(&one.ours, digits(one.published), names),
            Cell::Text(apart(one.distance)),
        ]
    });
    let (caption, label) = (String::new(), String::new());
    let table = Table { caption, label, columns: columns.to_vec(), rows: rows.collect() };
    format!(
        "{}\nApart: standard errors (s.e.) of ours beyond the digits that were given, or a share \
         where ours has no error.\n\n",
        table.to_markdown()
    )
}

/// `*η* = 0.1`, or the name of a word.
fn label(one: &Compared<'_>, name: &str, value: &str, names: Names<'_>) -> String {
    if value.parse::<f64>().is_err() {
        return names.shown(value);
    }
    format!("{} = {}", names.column(&one.reference.of, name), value.replace('-', "−"))
}

fn published(value: &Value, names: Names<'_>) -> String {
    match value.as_text() {
        Some(text) => names.shown(text),
        None => shown(value).replace('-', "−"),
    }
}

fn digits(published: &Value) -> usize {
    let number = published.as_real().map_or(Scalar::Missing, Scalar::Number);
    match number {
        Scalar::Number(_) => digits_at_most(&number, DIGITS.1).max(DIGITS.0),
        _ => DIGITS.0,
    }
}

fn apart(distance: Distance) -> String {
    match distance {
        Distance::None => "0".to_owned(),
        Distance::StandardErrors(distance) => format!("{distance:.1} s.e."),
        Distance::Relative(share) if share < 1e-4 => "< 0.01 %".to_owned(),
        Distance::Relative(share) => format!("{:.2} %", 100.0 * share),
        Distance::Words => "another".to_owned(),
        Distance::Missing => "–".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_and_digits_are_those_of_what_is_published() {
        let cases = [
            (Distance::None, "0"),
            (Distance::StandardErrors(1.96), "2.0 s.e."),
            (Distance::Relative(0.0123), "1.23 %"),
            (Distance::Relative(1e-6), "< 0.01 %"),
            (Distance::Missing, "–"),
        ];
        for (distance, expected) in cases {
            assert_eq!(apart(distance), expected);
        }
        let found =
            [0.029, 978.51, 319.831_317_141, 0.002_261_820_9].map(|x| digits(&Value::Real(x)));
        assert_eq!(found, [4, 5, 10, 8]);
        assert_eq!(digits(&Value::Text("normal".to_owned())), 4);
    }
}
