//! Tables as GitHub Markdown.

use crate::markup::{self, Shift};
use crate::number::Shown;
use crate::table::{Align, Reading, Table};

/// Writes the table.
pub(crate) fn write(table: &Table) -> String {
    let mut rows = vec![table.columns.iter().map(|column| markdown(&column.heading)).collect()];
    for row in &table.rows {
        let cells = table.cells(row).map(|(column, cell)| read(&cell.read(column.format)));
        rows.push(cells.collect::<Vec<String>>());
    }
    let widths: Vec<usize> = (0..table.columns.len())
        .map(|c| rows.iter().map(|row| row[c].chars().count()).max().unwrap_or(0).max(3))
        .collect();
    let mut out = String::new();
    if !table.caption.is_empty() {
        out.push_str(&markdown(&table.caption));
        out.push_str("\n\n");
    }
    for (i, row) in rows.iter().enumerate() {
        let padded =
            row.iter().enumerate().map(|(c, cell)| pad(cell, widths[c], table.columns[c].align));
        push_row(&mut out, padded);
        if i == 0 {
            let rules = table.columns.iter().zip(&widths).map(|(c, w)| rule(c.align, *w));
            push_row(&mut out, rules);
        }
    }
    out
}

fn push_row(out: &mut String, cells: impl Iterator<Item = String>) {
    for cell in cells {
        out.push_str("| ");
        out.push_str(&cell);
        out.push(' ');
    }
    out.push_str("|\n");
}

fn pad(cell: &str, width: usize, align: Align) -> String {
    let free = width.saturating_sub(cell.chars().count());
    let before = match align {
        Align::Left => 0,
        Align::Centre => free / 2,
        Align::Right => free,
    };
    format!("{}{cell}{}", " ".repeat(before), " ".repeat(free - before))
}

fn rule(align: Align, width: usize) -> String {
    match align {
        Align::Left => "-".repeat(width),
        Align::Centre => format!(":{}:", "-".repeat(width - 2)),
        Align::Right => format!("{}:", "-".repeat(width - 1)),
    }
}

/// One cell.
pub(crate) fn read(reading: &Reading) -> String {
    match reading {
        Reading::Text(text) => markdown(text),
        Reading::Number(number) => digits(number),
        Reading::Interval([value, lo, hi], exponent) => {
            let inner = format!("{} [{}, {}]", digits(value), digits(lo), digits(hi));
            match exponent {
                None => inner,
                Some(exponent) => format!("({inner})×10{}", raised(*exponent)),
            }
        }
        Reading::Missing => "–".to_owned(),
    }
}

/// A number with a true minus sign and Unicode superscripts.
fn digits(number: &Shown) -> String {
    let sign = |negative| if negative { "−" } else { "" };
    match number {
        Shown::Finite { negative, digits, exponent: None } => {
            format!("{}{digits}", sign(*negative))
        }
        Shown::Finite { negative, digits, exponent: Some(exponent) } => {
            format!("{}{digits}×10{}", sign(*negative), raised(*exponent))
        }
        Shown::Infinite { negative } => format!("{}∞", sign(*negative)),
        Shown::Missing => "–".to_owned(),
    }
}

fn raised(exponent: i32) -> String {
    let superscript = |c: char| match c.to_digit(10) {
        Some(digit) => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize],
        None => '⁻',
    };
    exponent.to_string().chars().map(superscript).collect()
}

/// Text with the [markup] of labels as Markdown with `<sub>` and `<sup>`.
#[must_use]
pub fn markdown(text: &str) -> String {
    let mut out = String::new();
    for span in markup::parse(text) {
        let escaped: String = span.text.chars().map(escape).collect();
        let slanted = if span.italic { format!("*{escaped}*") } else { escaped };
        let (open, close) = match span.shift {
            Shift::Base => ("", ""),
            Shift::Sub => ("<sub>", "</sub>"),
            Shift::Sup => ("<sup>", "</sup>"),
        };
        out.extend([open, &slanted, close]);
    }
    out
}

fn escape(character: char) -> String {
    match character {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '\n' | '\r' => " ".to_owned(),
        '\\' | '|' | '*' | '_' | '`' | '[' | ']' | '~' | '$' | '#' => format!("\\{character}"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use crate::table::{Align, Cell, Column, Table};

    #[test]
    fn a_table_reads_as_written() {
        let columns = vec![
            Column::text("model", "Model"),
            Column::number("risk", "*R*(*x*_{*k*})"),
            Column { align: Align::Centre, ..Column::number("tail", "*α*^{*}") },
        ];
        let interval = Cell::Interval { value: 1.25, lo: 1.0, hi: 1.5, digits: 2 };
        let rows = vec![
            vec![
                Cell::Text("a|b <c>_d_".into()),
                Cell::Number { value: 1.2e-5, digits: 2 },
                interval,
            ],
            vec![Cell::Text("SGD".into()), Cell::Number { value: f64::NAN, digits: 2 }],
        ];
        let table = Table { caption: "Fits & *tails*".into(), label: String::new(), columns, rows };
        let expected = r"Fits &amp; *tails*

| Model               | *R*(*x*<sub>*k*</sub>) | *α*<sup>\*</sup> |
| ------------------- | ---------------------: | :--------------: |
| a\|b &lt;c&gt;\_d\_ |               1.2×10⁻⁵ |  1.2 [1.0, 1.5]  |
| SGD                 |                      – |        –         |
";
        assert_eq!(table.to_markdown(), expected);
    }
}
