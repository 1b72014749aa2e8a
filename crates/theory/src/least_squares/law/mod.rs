//! Shapes of invariant laws.
