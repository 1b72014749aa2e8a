//! Text as rows of fields (RFC 4180): commas, quoted fields, any line ends.

/// The rows of `text`, empty lines left out.
///
/// # Errors
/// A sentence, if a quoted field is not closed or goes on behind its quote.
pub(crate) fn records(text: &str) -> Result<Vec<Vec<String>>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut records = Vec::new();
    let mut record: Vec<String> = Vec::new();
    let mut field = String::new();
    let mut line = 1;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if field.is_empty() => {
                quoted(&mut characters, &mut field, &mut line)?;
            }
            ',' => record.push(std::mem::take(&mut field)),
            '\n' | '\r' => {
                if character == '\r' {
                    characters.next_if_eq(&'\n');
                }
                end(&mut records, &mut record, &mut field);
                line += 1;
            }
            other => field.push(other),
        }
    }
    end(&mut records, &mut record, &mut field);
    Ok(records)
}

fn quoted(
    characters: &mut std::iter::Peekable<std::str::Chars<'_>>,
    field: &mut String,
    line: &mut usize,
) -> Result<(), String> {
    let first = *line;
    loop {
        match characters.next() {
            None => return Err(format!("the quote in line {first} is not closed")),
            Some('"') if characters.next_if_eq(&'"').is_some() => field.push('"'),
            Some('"') => break,
            Some(other) => {
                *line += usize::from(other == '\n');
                field.push(other);
            }
        }
    }
    match characters.peek() {
        None | Some(',' | '\n' | '\r') => Ok(()),
        Some(_) => Err(format!("a field in line {line} goes on behind its quote")),
    }
}

fn end(records: &mut Vec<Vec<String>>, record: &mut Vec<String>, field: &mut String) {
    if !record.is_empty() || !field.is_empty() {
        record.push(std::mem::take(field));
        records.push(std::mem::take(record));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_they_were_written() {
        let text = "\u{feff}a,\"b, \"\"c\"\"\"\r\n\r\n1,\r2,\"x\ny\"";
        let rows = records(text).unwrap();
        assert_eq!(rows, [["a", "b, \"c\""], ["1", ""], ["2", "x\ny"]]);
        assert!(records("").unwrap().is_empty());
        assert_eq!(records("a,\"b").unwrap_err(), "the quote in line 1 is not closed");
        assert_eq!(records("a\n\"b\"c").unwrap_err(), "a field in line 2 goes on behind its quote");
    }
}
