//! Special functions and quadrature that the laws share.

pub(crate) mod complex;
pub(crate) mod digamma;
pub(crate) mod gamma;
pub(crate) mod quadrature;
pub(crate) mod radix;
pub(crate) mod score;
pub(crate) mod vector;
