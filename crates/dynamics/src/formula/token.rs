//! The words of a formula, with their places.

use crate::formula::error::FormulaError;

/// Most characters of a formula.
const MAX_LENGTH: usize = 4096;

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Word {
    /// A number.
    Number(f64),
    /// A name of a variable, a constant or a function.
    Name(String),
    /// One of `+ - * / ^ ( ) ,`.
    Sign(char),
    /// The end of the formula.
    End,
}

/// A word and the character that it starts at, from 1.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) word: Word,
    pub(crate) position: usize,
}

/// The words of `text`; the last one is [`Word::End`].
///
/// # Errors
/// If a character belongs to no word, a number is none, or the text is longer than 4096 characters.
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, FormulaError> {
    let characters: Vec<char> = text.chars().take(MAX_LENGTH + 1).collect();
    if characters.len() > MAX_LENGTH {
        let message = format!("the formula has more than {MAX_LENGTH} characters");
        return Err(FormulaError::new(MAX_LENGTH + 1, message, "write a shorter one"));
    }
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = characters.get(at) {
        let rest = &characters[at..];
        let (len, word) = match first {
            space if space.is_whitespace() => (1, None),
            '+' | '-' | '*' | '/' | '^' | '(' | ')' | ',' => {
                if rest.starts_with(&['*', '*']) {
                    return Err(FormulaError::new(at + 1, "`**` is no operation", "write `^`"));
                }
                (1, Some(Word::Sign(*first)))
            }
            digit if digit.is_ascii_digit() || *digit == '.' => {
                let (len, number) = number(rest, at + 1)?;
                (len, Some(Word::Number(number)))
            }
            letter if letter.is_ascii_alphabetic() => {
                let is_part = |c: &&char| c.is_ascii_alphanumeric() || **c == '_';
                let len = rest.iter().take_while(is_part).count();
                (len, Some(Word::Name(rest[..len].iter().collect())))
            }
            other => {
                let message = format!("`{other}` is not part of formulas");
                let remedy = "write numbers, names, brackets and + - * / ^";
                return Err(FormulaError::new(at + 1, message, remedy));
            }
        };
        tokens.extend(word.map(|word| Token { word, position: at + 1 }));
        at += len;
    }
    tokens.push(Token { word: Word::End, position: characters.len() + 1 });
    Ok(tokens)
}

/// Length and value of the number that `characters` begin with: digits, a point, an exponent.
fn number(characters: &[char], position: usize) -> Result<(usize, f64), FormulaError> {
    let digits = |from: usize| {
        characters[from..].iter().take_while(|c| c.is_ascii_digit() || **c == '.').count()
    };
    let mut len = digits(0);
    if matches!(characters.get(len), Some('e' | 'E')) {
        let sign = usize::from(matches!(characters.get(len + 1), Some('+' | '-')));
        let exponent = if len + 1 + sign <= characters.len() { digits(len + 1 + sign) } else { 0 };
        if exponent > 0 {
            len += 1 + sign + exponent;
        }
    }
    let text: String = characters[..len].iter().collect();
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok((len, value)),
        _ => {
            let remedy = "write it as 12, 0.5 or 1e-3";
            Err(FormulaError::new(position, format!("`{text}` is no number"), remedy))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_their_places() {
        let found = tokens("2.5e-3*x_1 ^ .5").unwrap();
        let expected = [
            (Word::Number(0.0025), 1),
            (Word::Sign('*'), 7),
            (Word::Name("x_1".to_owned()), 8),
            (Word::Sign('^'), 12),
            (Word::Number(0.5), 14),
            (Word::End, 16),
        ];
        assert_eq!(found, expected.map(|(word, position)| Token { word, position }));
        for (text, position) in [("1 + §", 5), ("1.2.3", 1), ("x ** 2", 3), ("1e999", 1)] {
            assert_eq!(tokens(text).unwrap_err().position, position, "{text}");
        }
        assert_eq!(tokens(&"x".repeat(5000)).unwrap_err().position, 4097);
        // The letter of an exponent without one begins a name.
        assert_eq!(tokens("2e").unwrap().len(), 3);
    }
}
