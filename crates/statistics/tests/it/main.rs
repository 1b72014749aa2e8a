//! Estimators beside the reference implementations of their fields, through values stored in
//! `tests/fixtures`.

mod distance;
mod distance_laws;
mod distance_properties;
mod fit;
mod goodness;
mod stable;
mod tail;
