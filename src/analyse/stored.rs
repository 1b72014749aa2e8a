//! Values of outcomes from their JSON encoding, read without a tree of JSON in between.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::analyse::outcome::Scalar;

/// A number, infinite if it is the text `inf` or `-inf`.
pub(crate) struct Real(pub(crate) f64);

impl<'de> Deserialize<'de> for Real {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Real, D::Error> {
        match from.deserialize_any(ScalarVisitor)? {
            Scalar::Number(value) => Ok(Real(value)),
            _ => Err(de::Error::custom("it is not a number")),
        }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Scalar, D::Error> {
        from.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of an outcome")
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Scalar, E> {
        Ok(Scalar::Number(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Scalar, E> {
        Ok(Scalar::Number(value as f64))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Scalar, E> {
        Ok(Scalar::Number(value as f64))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Scalar, E> {
        match text {
            "inf" => Ok(Scalar::Number(f64::INFINITY)),
            "-inf" => Ok(Scalar::Number(f64::NEG_INFINITY)),
            _ => Err(E::custom(format!("`{text}` is not a number"))),
        }
    }

    fn visit_unit<E: de::Error>(self) -> Result<Scalar, E> {
        Ok(Scalar::Missing)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
        let (mut text, mut value, mut low, mut high) = (None, None, None, None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "text" => text = Some(map.next_value::<String>()?),
                "value" => value = Some(map.next_value::<Real>()?.0),
                "low" => low = Some(map.next_value::<Real>()?.0),
                "high" => high = Some(map.next_value::<Real>()?.0),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        match (text, value, low, high) {
            (Some(text), ..) => Ok(Scalar::Text(text)),
            (None, Some(value), Some(low), Some(high)) => Ok(Scalar::Interval { value, low, high }),
            _ => Err(de::Error::custom("it is neither a text nor an interval")),
        }
    }
}
