//! Theory beside reference values stored in `tests/fixtures`.

mod adaptive;
mod adaptive_engine;
mod adaptive_fixture;
mod adaptive_moments;
