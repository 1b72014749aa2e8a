//! Ranges of real numbers.

use std::fmt;

/// The values that a real parameter accepts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// Lower end; may be `-inf`.
    pub low: f64,
    /// Upper end; may be `+inf`.
    pub high: f64,
    /// Whether `low` itself is accepted.
    pub low_included: bool,
    /// Whether `high` itself is accepted.
    pub high_included: bool,
}

impl Range {
    /// `(0, ∞)`.
    pub const POSITIVE: Range =
        Range { low: 0.0, high: f64::INFINITY, low_included: false, high_included: false };
    /// `[0, ∞)`.
    pub const NON_NEGATIVE: Range =
        Range { low: 0.0, high: f64::INFINITY, low_included: true, high_included: false };
    /// `(0, 1)`.
    pub const OPEN_UNIT: Range =
        Range { low: 0.0, high: 1.0, low_included: false, high_included: false };
    /// `(-∞, ∞)`.
    pub const ANY: Range = Range {
        low: f64::NEG_INFINITY,
        high: f64::INFINITY,
        low_included: false,
        high_included: false,
    };

    /// Whether `value` lies in the range; NaN never does.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        let above = if self.low_included { self.low <= value } else { self.low < value };
        let below = if self.high_included { value <= self.high } else { value < self.high };
        above && below
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = if self.low_included { '[' } else { '(' };
        let close = if self.high_included { ']' } else { ')' };
        match (self.low.is_finite(), self.high.is_finite()) {
            (false, false) => write!(f, "any real number"),
            (true, false) if self.low_included => write!(f, "at least {}", self.low),
            (true, false) => write!(f, "greater than {}", self.low),
            _ => write!(f, "in {open}{}, {}{close}", self.low, self.high),
        }
    }
}
