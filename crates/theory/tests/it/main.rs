//! Theory beside the reference values of its papers, which are stored in `tests/fixtures`.

mod hessian_aware;
