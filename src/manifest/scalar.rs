//! Types of plain YAML scalars: the core schema of YAML 1.2.2, section 10.3.2.
//!
//! Unlike in YAML 1.1, `1e-5` is a number, `yes`, `on` and `1_000` are text, and `010` is ten.

use std::fmt;

use crate::manifest::canonical;

/// A scalar with its type.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// An integer within 64 bits.
    Integer(i64),
    /// Any other number, including `.inf` and `.nan`.
    Real(f64),
    /// Everything else, and whatever is quoted.
    Text(String),
}

impl Scalar {
    /// The scalar that plain (unquoted) `text` stands for.
    #[must_use]
    pub fn from_plain(text: &str) -> Scalar {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => Scalar::Null,
            "true" | "True" | "TRUE" => Scalar::Boolean(true),
            "false" | "False" | "FALSE" => Scalar::Boolean(false),
            ".nan" | ".NaN" | ".NAN" => Scalar::Real(f64::NAN),
            _ => number(text).unwrap_or_else(|| Scalar::Text(text.to_owned())),
        }
    }

    /// Whether the scalar is a number.
    #[must_use]
    pub fn is_number(&self) -> bool {
        matches!(self, Scalar::Integer(_) | Scalar::Real(_))
    }
}

/// The scalar as a message names it: `text "fast"`, `the number 0.5`, `nothing`.
impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Null => write!(f, "nothing"),
            Scalar::Boolean(value) => write!(f, "`{value}`"),
            Scalar::Integer(value) => write!(f, "the integer {value}"),
            Scalar::Real(value) => write!(f, "the number {}", canonical::readable(*value)),
            Scalar::Text(text) if text.chars().count() > 40 => {
                write!(f, "text \"{}...\"", text.chars().take(40).collect::<String>())
            }
            Scalar::Text(text) => write!(f, "text \"{text}\""),
        }
    }
}

/// Reads the number forms of the core schema.
fn number(text: &str) -> Option<Scalar> {
    let (negative, unsigned) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Some(Scalar::Real(if negative { f64::NEG_INFINITY } else { f64::INFINITY }));
    }
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            let valid = digits.chars().all(|digit| digit.is_digit(radix));
            return i64::from_str_radix(digits, radix).ok().filter(|_| valid).map(Scalar::Integer);
        }
    }
    if !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map(Scalar::Integer).or_else(|_| text.parse().map(Scalar::Real)).ok();
    }
    if is_real(unsigned) { text.parse().ok().map(Scalar::Real) } else { None }
}

/// Whether `text` has the form `(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`.
fn is_real(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mantissa_fits =
        digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    let exponent_fits = exponent.is_none_or(|exponent| {
        let unsigned = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !unsigned.is_empty() && digits(unsigned)
    });
    mantissa_fits && exponent_fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_follow_the_core_schema() {
        use Scalar::{Boolean, Integer, Null, Real, Text};
        let text = |text: &str| Text(text.to_owned());
        let cases = [
            ("", Null),
            ("~", Null),
            ("true", Boolean(true)),
            ("0", Integer(0)),
            ("-7", Integer(-7)),
            ("+7", Integer(7)),
            ("010", Integer(10)),
            ("0o10", Integer(8)),
            ("0x1F", Integer(31)),
            ("9223372036854775808", Real(9_223_372_036_854_775_808.0)),
            ("1e-5", Real(1e-5)),
            ("1E+5", Real(1e5)),
            (".5", Real(0.5)),
            ("5.", Real(5.0)),
            ("-1.5e3", Real(-1500.0)),
            ("-.inf", Real(f64::NEG_INFINITY)),
            ("yes", text("yes")),
            ("on", text("on")),
            ("1_000", text("1_000")),
            ("1e", text("1e")),
            (".", text(".")),
            ("-", text("-")),
            ("+", text("+")),
            ("e5", text("e5")),
            ("inf", text("inf")),
            ("0x", text("0x")),
            ("0x+1", text("0x+1")),
            ("1.2.3", text("1.2.3")),
            ("12:30", text("12:30")),
        ];
        for (source, expected) in cases {
            assert_eq!(Scalar::from_plain(source), expected, "{source}");
        }
        assert!(matches!(Scalar::from_plain(".nan"), Real(value) if value.is_nan()));
    }
}
