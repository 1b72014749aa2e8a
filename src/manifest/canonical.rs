//! Canonical JSON: one text for one value, whatever its spelling in a manifest.
//!
//! RFC 8785 (JSON Canonicalization Scheme): no white space, members sorted by the UTF-16 code units
//! of their names, numbers as ECMAScript prints them, the shortest escapes.

use std::cmp::Ordering;

use maruyama_dynamics::parameter::{Parameters, Value};
use serde_json::Value as Json;

use crate::identity::{Digest, Hasher};

/// A value that JSON cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{0} is not a JSON number")]
pub struct NotFinite(pub f64);

/// Digest of the parameters under a domain tag, such as `maruyama cell 1`.
///
/// # Errors
/// [`NotFinite`] if a number is infinite or NaN.
pub fn digest(domain: &str, parameters: &Parameters) -> Result<Digest, NotFinite> {
    let mut hasher = Hasher::new(domain);
    hasher.field(text(parameters)?.as_bytes());
    Ok(hasher.finish())
}

/// The canonical JSON object of the parameters.
///
/// # Errors
/// [`NotFinite`] if a number is infinite or NaN.
pub fn text(parameters: &Parameters) -> Result<String, NotFinite> {
    text_without(parameters, &[])
}

/// The canonical JSON object of the parameters other than `names`.
///
/// # Errors
/// [`NotFinite`] if a number is infinite or NaN.
pub fn text_without(parameters: &Parameters, names: &[&str]) -> Result<String, NotFinite> {
    let mut out = String::new();
    let members = parameters.iter();
    let members = members.filter(|(name, _)| !names.contains(name)).collect();
    write_object(members, &mut out, write_value)?;
    Ok(out)
}

/// [`text_without`] for two lists of names at once: what both texts have is written once.
///
/// # Errors
/// [`NotFinite`] if a number is infinite or NaN.
pub fn texts_without(
    parameters: &Parameters,
    names: [&[&str]; 2],
) -> Result<[String; 2], NotFinite> {
    let mut members: Vec<(&str, &Value)> = parameters.iter().collect();
    // Parameters are ordered by the bytes of their names, which for ASCII is the order wanted.
    if !members.iter().all(|(name, _)| name.is_ascii()) {
        members.sort_by(|a, b| by_utf16(a.0, b.0));
    }
    let mut texts = ["{", "{"].map(|start| {
        let mut text = String::with_capacity(1024);
        text.push_str(start);
        text
    });
    let mut member = String::new();
    for (name, value) in members {
        member.clear();
        write_text(name, &mut member);
        member.push(':');
        write_value(value, &mut member)?;
        for (text, _) in texts.iter_mut().zip(names).filter(|(_, names)| !names.contains(&name)) {
            if text.len() > 1 {
                text.push(',');
            }
            text.push_str(&member);
        }
    }
    Ok(texts.map(|text| text + "}"))
}

/// The canonical text of any JSON value.
///
/// # Errors
/// [`NotFinite`] never for values that `serde_json` read; the type is that of [`text`].
pub fn json_text(json: &Json) -> Result<String, NotFinite> {
    let mut out = String::new();
    write_json(json, &mut out)?;
    Ok(out)
}

fn write_value(value: &Value, out: &mut String) -> Result<(), NotFinite> {
    match value {
        Value::Real(value) => out.push_str(&number(*value)?),
        Value::Integer(value) => out.push_str(&value.to_string()),
        Value::Text(text) => write_text(text, out),
        Value::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::List(values) => write_array(values, out, write_value)?,
    }
    Ok(())
}

fn write_json(json: &Json, out: &mut String) -> Result<(), NotFinite> {
    match json {
        Json::Null => out.push_str("null"),
        Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        // Every JSON number is an IEEE double to RFC 8785, integers too.
        Json::Number(value) => out.push_str(&number(value.as_f64().unwrap_or(f64::NAN))?),
        Json::String(text) => write_text(text, out),
        Json::Array(items) => write_array(items, out, write_json)?,
        Json::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.as_str(), value)).collect();
            write_object(members, out, write_json)?;
        }
    }
    Ok(())
}

type Write<T> = fn(&T, &mut String) -> Result<(), NotFinite>;

fn write_array<T>(items: &[T], out: &mut String, write: Write<T>) -> Result<(), NotFinite> {
    out.push('[');
    for (idx, item) in items.iter().enumerate() {
        if idx > 0 {
            out.push(',');
        }
        write(item, out)?;
    }
    out.push(']');
    Ok(())
}

fn write_object<T>(
    mut members: Vec<(&str, &T)>,
    out: &mut String,
    write: Write<T>,
) -> Result<(), NotFinite> {
    members.sort_by(|a, b| by_utf16(a.0, b.0));
    out.push('{');
    for (idx, (name, value)) in members.into_iter().enumerate() {
        if idx > 0 {
            out.push(',');
        }
        write_text(name, out);
        out.push(':');
        write(value, out)?;
    }
    out.push('}');
    Ok(())
}

/// The order of RFC 8785, section 3.2.3. That of ASCII names is that of their bytes.
fn by_utf16(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() {
        return a.cmp(b);
    }
    a.encode_utf16().cmp(b.encode_utf16())
}

/// Quotes `text` with the escapes of RFC 8785, section 3.2.2.2.
fn write_text(text: &str, out: &mut String) {
    out.push('"');
    if !text.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        out.push_str(text);
        out.push('"');
        return;
    }
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\0'..='\u{1f}' => out.extend(format!("\\u{:04x}", u32::from(letter)).chars()),
            _ => out.push(letter),
        }
    }
    out.push('"');
}

/// A finite number as ECMAScript's `Number::toString` prints it: the shortest digits that read
/// back as the same double, positional between 1e-6 and 1e21; `-0` is `0`.
///
/// # Errors
/// [`NotFinite`] if `value` is infinite or NaN.
pub fn number(value: f64) -> Result<String, NotFinite> {
    if !value.is_finite() {
        return Err(NotFinite(value));
    }
    let magnitude = value.abs();
    if magnitude == 0.0 {
        return Ok("0".to_owned());
    }
    if (1e-6..1e21).contains(&magnitude) {
        let plain = value.to_string();
        if plain.len() <= EXACT_DIGITS || !may_be_halfway(magnitude, &plain) {
            return Ok(plain);
        }
    }
    let sign = if value < 0.0 { "-" } else { "" };
    Ok(format!("{sign}{}", ecmascript(magnitude)))
}

/// Two decimals of at most this many digits never read back as the same double, so that there is
/// no choice between them.
const EXACT_DIGITS: usize = f64::DIGITS as usize;

/// Whether a number of at least 1e-6 may lie halfway between two decimals of as many digits as its
/// shortest text has: it then has one decimal more than that.
fn may_be_halfway(magnitude: f64, shortest: &str) -> bool {
    const FRACTION_BITS: u32 = f64::MANTISSA_DIGITS - 1;
    let bits = magnitude.to_bits();
    let fraction = bits & ((1 << FRACTION_BITS) - 1);
    // The number is an odd multiple of a power of two, 2^-n, and has as many decimals as n.
    let n_zeros = i64::from((fraction | 1 << FRACTION_BITS).trailing_zeros());
    let n_decimals = 1075 - (bits >> FRACTION_BITS) as i64 - n_zeros;
    let n_shown = shortest.split_once('.').map_or(0, |(_, decimals)| decimals.len() as i64);
    n_decimals <= 0 || n_decimals == n_shown + 1
}

/// The text of [`number`] for any positive number.
fn ecmascript(magnitude: f64) -> String {
    let scientific = shortest(magnitude);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let count = digits.len() as i32;
    let point = exponent + 1;
    if (-5..=0).contains(&point) {
        format!("0.{}{digits}", "0".repeat(-point as usize))
    } else if point >= count && point <= 21 {
        format!("{digits}{}", "0".repeat((point - count) as usize))
    } else if (1..=21).contains(&point) {
        let (whole, fraction) = digits.split_at(point as usize);
        format!("{whole}.{fraction}")
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        let (first, rest) = digits.split_at(1);
        let dot = if rest.is_empty() { "" } else { "." };
        format!("{first}{dot}{rest}e{sign}{}", exponent.abs())
    }
}

/// The shortest scientific notation that reads back as `value`. Of two that are equally close to
/// it, the standard library prints the larger one and ECMAScript the even one.
fn shortest(value: f64) -> String {
    let shortest = format!("{value:e}");
    let digits = shortest.bytes().take_while(|&byte| byte != b'e').filter(u8::is_ascii_digit);
    let even = format!("{value:.*e}", digits.count().saturating_sub(1));
    if even.parse() == Ok(value) { even } else { shortest }
}

/// A number for a message: as [`number`], with `.inf`, `-.inf` and `.nan` as YAML writes them.
#[must_use]
pub fn readable(value: f64) -> String {
    number(value).unwrap_or_else(|_| {
        if value.is_nan() {
            ".nan"
        } else if value > 0.0 {
            ".inf"
        } else {
            "-.inf"
        }
        .to_owned()
    })
}

#[cfg(test)]
mod tests;
