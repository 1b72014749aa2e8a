//! Tests against reference implementations, from values stored in `tests/fixtures`.

mod goodness;
