//! What an analysis gives: rows of named values, and curves.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use crate::analyse::stored::Real;
use crate::identity::{Digest, Hasher};

/// A value in a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// A number; may be infinite, is never NaN.
    Number(f64),
    /// An estimate with its confidence interval.
    Interval {
        /// The estimate.
        value: f64,
        /// Lower end of the interval; may be `-inf`.
        low: f64,
        /// Upper end of the interval; may be `inf`.
        high: f64,
    },
    /// A name.
    Text(String),
    /// A value that does not exist here: the bound does not hold, the fit did not converge.
    Missing,
}

impl Scalar {
    /// A number, or [`Scalar::Missing`] for NaN.
    #[must_use]
    pub fn number(value: f64) -> Scalar {
        if value.is_nan() { Scalar::Missing } else { Scalar::Number(value) }
    }

    /// A number if there is one.
    #[must_use]
    pub fn optional(value: Option<f64>) -> Scalar {
        value.map_or(Scalar::Missing, Scalar::number)
    }

    /// An estimate with its interval; missing if one of the three is NaN.
    #[must_use]
    pub fn interval(value: f64, low: f64, high: f64) -> Scalar {
        if value.is_nan() || low.is_nan() || high.is_nan() {
            return Scalar::Missing;
        }
        Scalar::Interval { value, low, high }
    }

    /// A count.
    #[must_use]
    pub fn count(value: usize) -> Scalar {
        Scalar::Number(value as f64)
    }

    /// A name.
    #[must_use]
    pub fn text(value: &str) -> Scalar {
        Scalar::Text(value.to_owned())
    }

    /// The number, or the estimate of an interval.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        match *self {
            Scalar::Number(value) | Scalar::Interval { value, .. } => Some(value),
            Scalar::Text(_) | Scalar::Missing => None,
        }
    }

    /// The value as a closed range: a number is a range of one point.
    #[must_use]
    pub fn range(&self) -> Option<(f64, f64)> {
        match *self {
            Scalar::Number(value) => Some((value, value)),
            Scalar::Interval { low, high, .. } => Some((low, high)),
            Scalar::Text(_) | Scalar::Missing => None,
        }
    }

    /// The JSON encoding: a number, `"inf"`, `"-inf"`, `null`, `{"text": …}`, or
    /// `{"value": …, "low": …, "high": …}`.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            Scalar::Number(value) => real_to_json(*value),
            Scalar::Interval { value, low, high } => json!({
                "value": real_to_json(*value),
                "low": real_to_json(*low),
                "high": real_to_json(*high),
            }),
            Scalar::Text(text) => json!({ "text": text }),
            Scalar::Missing => Json::Null,
        }
    }

    fn hash(&self, hasher: &mut Hasher) {
        match self {
            Scalar::Number(value) => hash_reals(hasher, &[*value]),
            Scalar::Interval { value, low, high } => hash_reals(hasher, &[*value, *low, *high]),
            Scalar::Text(text) => {
                hasher.field(b"text");
                hasher.field(text.as_bytes());
            }
            Scalar::Missing => hasher.field(b"missing"),
        }
    }
}

/// Named values of one row.
pub type Row = BTreeMap<String, Scalar>;

/// A curve or a cloud of points.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Abscissae.
    pub x: Vec<f64>,
    /// Ordinates, as many.
    pub y: Vec<f64>,
}

/// What an estimator gives for one cell.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(from = "StoredOutcome")]
pub struct CellOutcome {
    /// Rows, in the estimator's order.
    pub rows: Vec<Row>,
    /// Curves by name.
    pub curves: BTreeMap<String, Curve>,
}

impl CellOutcome {
    /// The JSON encoding that is stored.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let row = |row: &Row| -> Json {
            row.iter()
                .map(|(name, value)| (name.clone(), value.to_json()))
                .collect::<Map<_, _>>()
                .into()
        };
        let curve = |curve: &Curve| json!({ "x": reals(&curve.x), "y": reals(&curve.y) });
        let curves: Map<String, Json> =
            self.curves.iter().map(|(name, c)| (name.clone(), curve(c))).collect();
        json!({ "rows": self.rows.iter().map(row).collect::<Vec<_>>(), "curves": curves })
    }

    /// SHA-256 of the content, independent of its encoding.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::new("maruyama outcome 1");
        for row in &self.rows {
            hasher.field(&row.len().to_le_bytes());
            for (name, value) in row {
                hasher.field(name.as_bytes());
                value.hash(&mut hasher);
            }
        }
        for (name, curve) in &self.curves {
            hasher.field(name.as_bytes());
            hash_reals(&mut hasher, &curve.x);
            hash_reals(&mut hasher, &curve.y);
        }
        hasher.finish()
    }
}

/// The layout of the JSON encoding.
#[derive(Deserialize)]
struct StoredOutcome {
    rows: Vec<Row>,
    curves: BTreeMap<String, StoredCurve>,
}

#[derive(Deserialize)]
struct StoredCurve {
    x: Vec<Real>,
    y: Vec<Real>,
}

impl From<StoredOutcome> for CellOutcome {
    fn from(stored: StoredOutcome) -> CellOutcome {
        let column = |column: Vec<Real>| column.into_iter().map(|Real(value)| value).collect();
        let curve = |(name, curve): (String, StoredCurve)| {
            (name, Curve { x: column(curve.x), y: column(curve.y) })
        };
        CellOutcome { rows: stored.rows, curves: stored.curves.into_iter().map(curve).collect() }
    }
}

fn hash_reals(hasher: &mut Hasher, values: &[f64]) {
    hasher.field(b"reals");
    hasher.numbers(values.iter().map(|value| value.to_bits()));
}

fn reals(values: &[f64]) -> Vec<Json> {
    values.iter().map(|&value| real_to_json(value)).collect()
}

/// JSON has no infinities: they are written as text.
fn real_to_json(value: f64) -> Json {
    match value {
        f64::INFINITY => json!("inf"),
        f64::NEG_INFINITY => json!("-inf"),
        _ => json!(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_survive_storage_bit_for_bit() {
        let row = Row::from([
            ("a".to_owned(), Scalar::Number(0.1 + 0.2)),
            ("b".to_owned(), Scalar::interval(1.0, 0.5, f64::INFINITY)),
            ("c".to_owned(), Scalar::text("inf")),
            ("d".to_owned(), Scalar::Missing),
            ("e".to_owned(), Scalar::Number(f64::NEG_INFINITY)),
        ]);
        let curve = Curve { x: vec![5e-324, -1.0 / 3.0], y: vec![1e308, 2.0] };
        let outcome =
            CellOutcome { rows: vec![row], curves: BTreeMap::from([("q".to_owned(), curve)]) };
        let text = outcome.to_json().to_string();
        assert!(text.contains("\"-inf\""), "{text}");
        let back: CellOutcome = serde_json::from_str(&text).unwrap();
        assert_eq!(back, outcome);
        assert_eq!(back.digest(), outcome.digest());
    }

    #[test]
    fn the_digest_tells_rows_kinds_and_curves_apart() {
        let row = |value| Row::from([("a".to_owned(), value)]);
        let of = |rows: &[Row]| CellOutcome { rows: rows.to_vec(), ..CellOutcome::default() };
        let curve = Curve { x: vec![1.0], y: vec![] };
        let outcomes = [
            of(&[]),
            of(&[row(Scalar::Number(1.0))]),
            of(&[row(Scalar::Number(1.0)), Row::new()]),
            of(&[row(Scalar::interval(1.0, 1.0, 1.0))]),
            of(&[row(Scalar::text("reals"))]),
            of(&[row(Scalar::text("missing"))]),
            of(&[row(Scalar::Missing)]),
            CellOutcome { rows: vec![], curves: BTreeMap::from([("a".to_owned(), curve)]) },
        ];
        for (idx, outcome) in outcomes.iter().enumerate() {
            for other in &outcomes[..idx] {
                assert_ne!(outcome.digest(), other.digest(), "{outcome:?} and {other:?}");
            }
        }
    }

    #[test]
    fn what_is_no_outcome_is_refused() {
        for text in [
            r#"{"rows": [{"a": [1]}], "curves": {}}"#,
            r#"{"rows": [{"a": "nan"}], "curves": {}}"#,
            r#"{"rows": [], "curves": {"q": {"x": [null], "y": []}}}"#,
            r#"{"rows": []}"#,
        ] {
            assert!(serde_json::from_str::<CellOutcome>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn nan_is_missing() {
        assert_eq!(Scalar::number(f64::NAN), Scalar::Missing);
        assert_eq!(Scalar::interval(1.0, f64::NAN, 2.0), Scalar::Missing);
    }
}
