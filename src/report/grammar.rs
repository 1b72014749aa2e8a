//! The grammar of a claim's test.
//!
//! ```text
//! test      = condition { "and" condition }
//! condition = operand ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) operand
//!           | operand "in" "[" operand "," operand "]"
//!           | operand "overlaps" "[" operand "," operand "]"
//! operand   = number | "inf" | column | 'text'
//! ```

use crate::analyse::Scalar;
use crate::report::claim::{Comparison, Condition, Operand, TestError};

/// The conditions that `text` joins by `and`.
///
/// # Errors
/// At the first word that does not fit the grammar.
pub(crate) fn conditions(text: &str) -> Result<Vec<Condition>, TestError> {
    let mut words = Words::new(text);
    let mut conditions = vec![words.condition()?];
    while let Some(word) = words.next() {
        if word.text != "and" {
            return Err(words.expected(Some(word), "`and` or the end"));
        }
        conditions.push(words.condition()?);
    }
    Ok(conditions)
}

#[derive(Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    offset: usize,
}

/// The words of a test: names, numbers, quoted texts and punctuation.
struct Words<'a> {
    text: &'a str,
    offset: usize,
}

impl<'a> Iterator for Words<'a> {
    type Item = Word<'a>;

    fn next(&mut self) -> Option<Word<'a>> {
        let rest = self.text[self.offset..].trim_start();
        let offset = self.text.len() - rest.len();
        let first = rest.chars().next()?;
        let len = match first {
            '\'' => rest[1..].find('\'').map_or(rest.len(), |end| end + 2),
            '[' | ']' | ',' => 1,
            '<' | '>' | '=' | '!' => rest.find(|c| !"<>=!".contains(c)).unwrap_or(rest.len()),
            _ => rest
                .find(|c: char| c.is_whitespace() || "[],<>=!'".contains(c))
                .unwrap_or(rest.len()),
        };
        self.offset = offset + len;
        Some(Word { text: &rest[..len], offset })
    }
}

impl<'a> Words<'a> {
    fn new(text: &'a str) -> Words<'a> {
        Words { text, offset: 0 }
    }

    fn expected(&self, word: Option<Word>, what: &str) -> TestError {
        match word {
            Some(word) => TestError {
                offset: word.offset,
                message: format!("expected {what}, found `{}`", word.text),
            },
            None => TestError {
                offset: self.text.len(),
                message: format!("expected {what} at the end"),
            },
        }
    }

    fn condition(&mut self) -> Result<Condition, TestError> {
        let left = self.operand()?;
        let word = self.next();
        let comparison = match word.map(|word| word.text) {
            Some("<") => Comparison::Less,
            Some("<=") => Comparison::LessOrEqual,
            Some(">") => Comparison::Greater,
            Some(">=") => Comparison::GreaterOrEqual,
            Some("==") => Comparison::Equal,
            Some("!=") => Comparison::NotEqual,
            Some("in") => {
                let (low, high) = self.range()?;
                return Ok(Condition::In(left, low, high));
            }
            Some("overlaps") => {
                let (low, high) = self.range()?;
                return Ok(Condition::Overlaps(left, low, high));
            }
            _ => {
                let what = "one of `<`, `<=`, `>`, `>=`, `==`, `!=`, `in`, `overlaps`";
                return Err(self.expected(word, what));
            }
        };
        Ok(Condition::Compare(left, comparison, self.operand()?))
    }

    fn range(&mut self) -> Result<(Operand, Operand), TestError> {
        self.punctuation("[")?;
        let low = self.operand()?;
        self.punctuation(",")?;
        let high = self.operand()?;
        let end = self.next();
        if end.is_none_or(|word| word.text != "]") {
            return Err(self.expected(end, "`]`"));
        }
        if let (Operand::Constant(low), Operand::Constant(high)) = (&low, &high)
            && low.value() > high.value()
        {
            return Err(self.expected(end, "a range from the smaller number to the larger one"));
        }
        Ok((low, high))
    }

    fn punctuation(&mut self, mark: &str) -> Result<(), TestError> {
        match self.next() {
            Some(word) if word.text == mark => Ok(()),
            word => Err(self.expected(word, &format!("`{mark}`"))),
        }
    }

    fn operand(&mut self) -> Result<Operand, TestError> {
        let Some(word) = self.next() else {
            return Err(self.expected(None, "a number, a column or a quoted text"));
        };
        if let Some(text) = word.text.strip_prefix('\'') {
            return match text.strip_suffix('\'') {
                Some(text) => Ok(Operand::Constant(Scalar::text(text))),
                None => Err(self.expected(Some(word), "a closing `'`")),
            };
        }
        if let Ok(number) = word.text.parse::<f64>() {
            let is_infinite = ["inf", "-inf"].contains(&word.text);
            if number.is_finite() || is_infinite {
                return Ok(Operand::Constant(Scalar::number(number)));
            }
            return Err(self.expected(Some(word), "a finite number or `inf`"));
        }
        if word.text.starts_with(|c: char| c.is_alphabetic())
            && word.text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')
        {
            return Ok(Operand::Column(word.text.to_owned()));
        }
        Err(self.expected(Some(word), "a number, a column or a quoted text"))
    }
}
