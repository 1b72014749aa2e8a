//! Tables as comma-separated values (RFC 4180).

use crate::markup;
use crate::table::{Cell, Table};

/// Writes the table.
pub(crate) fn write(table: &Table) -> String {
    let intervals: Vec<bool> = (0..table.columns.len())
        .map(|c| table.rows.iter().any(|row| matches!(row.get(c), Some(Cell::Interval { .. }))))
        .collect();
    let mut header = Vec::new();
    for (column, interval) in table.columns.iter().zip(&intervals) {
        header.push(quoted(&column.key));
        if *interval {
            header.push(quoted(&format!("{}_lo", column.key)));
            header.push(quoted(&format!("{}_hi", column.key)));
        }
    }
    let mut out = header.join(",") + "\r\n";
    for row in &table.rows {
        let mut fields = Vec::new();
        for ((_, cell), interval) in table.cells(row).zip(&intervals) {
            fields.extend(values(cell).into_iter().take(if *interval { 3 } else { 1 }));
        }
        out.push_str(&fields.join(","));
        out.push_str("\r\n");
    }
    out
}

/// The value of a cell and the ends of its interval, empty where there are none.
fn values(cell: &Cell) -> [String; 3] {
    match cell {
        Cell::Text(text) => [quoted(&markup::plain(text)), String::new(), String::new()],
        Cell::Number { value, .. } => [shortest(*value), String::new(), String::new()],
        Cell::Interval { value, lo, hi, .. } => [*value, *lo, *hi].map(shortest),
        Cell::Missing => Default::default(),
    }
}

/// The shortest decimal that reads back as the same number; nothing for NaN.
fn shortest(value: f64) -> String {
    if value.is_nan() {
        return String::new();
    }
    let text = format!("{value:?}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

fn quoted(text: &str) -> String {
    let reserved = |c: char| matches!(c, ',' | '"' | '\n' | '\r');
    if text.contains(reserved) || text.trim() != text {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Column;

    #[test]
    fn a_table_reads_as_written() {
        let columns = vec![Column::text("name", "Name"), Column::number("risk", "*R*")];
        let interval = Cell::Interval { value: 0.1, lo: f64::NEG_INFINITY, hi: 1e-300, digits: 1 };
        let rows = vec![
            vec![Cell::Text("say \"*x*\", twice".into()), interval],
            vec![Cell::Text("b".into()), Cell::Number { value: 100_000.0, digits: 1 }],
            vec![Cell::Missing],
        ];
        let table = Table { caption: String::new(), label: String::new(), columns, rows };
        let expected = "name,risk,risk_lo,risk_hi\r\n\
                        \"say \"\"x\"\", twice\",0.1,-inf,1e-300\r\n\
                        b,100000,,\r\n\
                        ,,,\r\n";
        assert_eq!(table.to_csv(), expected);
    }

    #[test]
    fn numbers_read_back_as_themselves() {
        for value in [0.1, 1.0 / 3.0, 1e22, -0.0, 5e-324, f64::MAX, 12_345_678_901_234_567.0] {
            let back: f64 = shortest(value).parse().unwrap();
            assert_eq!(back.to_bits(), value.to_bits(), "{value}");
        }
    }
}
