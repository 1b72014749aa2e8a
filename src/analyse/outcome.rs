//! What an analysis gives: rows of named values, and curves.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

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

    fn from_json(json: &Json) -> Option<Scalar> {
        match json {
            Json::Null => Some(Scalar::Missing),
            Json::Number(_) | Json::String(_) => real_from_json(json).map(Scalar::Number),
            Json::Object(map) if map.contains_key("text") => {
                Some(Scalar::text(map.get("text")?.as_str()?))
            }
            Json::Object(map) => Some(Scalar::Interval {
                value: real_from_json(map.get("value")?)?,
                low: real_from_json(map.get("low")?)?,
                high: real_from_json(map.get("high")?)?,
            }),
            _ => None,
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
#[derive(Clone, Debug, Default, PartialEq)]
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

    /// Reads the JSON encoding; `None` if it is not one.
    #[must_use]
    pub fn from_json(json: &Json) -> Option<CellOutcome> {
        let row = |row: &Json| -> Option<Row> {
            row.as_object()?
                .iter()
                .map(|(name, value)| Some((name.clone(), Scalar::from_json(value)?)))
                .collect()
        };
        let column = |json: &Json| -> Option<Vec<f64>> {
            json.as_array()?.iter().map(real_from_json).collect()
        };
        let rows = json.get("rows")?.as_array()?.iter().map(row).collect::<Option<_>>()?;
        let mut curves = BTreeMap::new();
        for (name, curve) in json.get("curves")?.as_object()? {
            let curve = Curve { x: column(curve.get("x")?)?, y: column(curve.get("y")?)? };
            curves.insert(name.clone(), curve);
        }
        Some(CellOutcome { rows, curves })
    }
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

fn real_from_json(json: &Json) -> Option<f64> {
    match json {
        Json::String(text) if text == "inf" => Some(f64::INFINITY),
        Json::String(text) if text == "-inf" => Some(f64::NEG_INFINITY),
        _ => json.as_f64(),
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
        let back = CellOutcome::from_json(&serde_json::from_str(&text).unwrap()).unwrap();
        assert_eq!(back, outcome);
    }

    #[test]
    fn nan_is_missing() {
        assert_eq!(Scalar::number(f64::NAN), Scalar::Missing);
        assert_eq!(Scalar::interval(1.0, f64::NAN, 2.0), Scalar::Missing);
    }
}
