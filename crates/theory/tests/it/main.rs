//! Theory beside reference values stored in `tests/fixtures`.

mod adaptive;
