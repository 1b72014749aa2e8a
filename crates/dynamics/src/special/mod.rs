//! Special functions that statistics and theory share.

pub mod beta;
