//! When the tail index of SGD on a data set is finite, and an upper bound of it then.
//!
//! ```text
//! expansion  e = gamma max_i |a_i|² − (1 − gamma delta/n)
//! e <= 1:    every M_k is non-expansive, the index is infinite
//! e > 1:     alpha <= B ln n / ln e
//! ```
//!
//! A batch of `B` copies of the longest row has probability `n^−B` and multiplies that row by `−e`.

use maruyama_dynamics::noise::StreamKey;
use maruyama_dynamics::parameter::{Parameters, Part};
use maruyama_dynamics::real;

use crate::tail::diffusion::bounds_of;
use crate::tail::interface::{
    Case, Certainty, Finding, NotApplicable, Process, Relation, Samples, TailTheory,
};

/// The upper bound `alpha <= B ln n / ln e` for `case`, or `+inf` if `e <= 1`, where it is the index.
///
/// # Errors
/// Without a data set or a stationary law; for batches without replacement, if some row expands: then the batches that
/// expand are others.
///
/// # Source
/// Infinite: Meshulam, "On products of projections", Discrete Math. 154, 1996, by which the iterates
/// even stay bounded where `gamma |a_i|² < 2` for all rows. Bound:
/// `E|M_k...M_1 a|^p ≥ n^{−kB} e^{pk} |a|^p` for the longest row `a`.
pub fn sgd_upper_bound(case: &Case<'_>) -> Result<f64, NotApplicable> {
    bounds_of(case)?;
    let Samples::Finite { design, .. } = case.samples else {
        return Err(NotApplicable::NeedsFiniteData);
    };
    let n = design.n_rows() as f64;
    let longest = design.rows().map(|row| real::dot(row, row)).fold(0.0, f64::max);
    let keep = 1.0 - case.step_size * case.ridge / n;
    let expansion = case.step_size * longest - keep;
    if keep < -1.0 {
        return Err(NotApplicable::NoStationaryLaw);
    }
    if expansion <= 1.0 {
        return Ok(f64::INFINITY);
    }
    if case.batch_size > 1 && !case.is_with_replacement {
        return Err(NotApplicable::NeedsReplacement);
    }
    let upper = case.batch_size as f64 * real::ln(n) / real::ln(expansion);
    if upper > 0.0 { Ok(upper) } else { Err(NotApplicable::NoStationaryLaw) }
}

/// The criterion and bound as a theory.
#[derive(Clone, Copy, Debug)]
pub struct SgdUpper;

static PART: Part = Part {
    name: "sgd_upper",
    doc: "Whether the tail index of SGD on a data set is infinite, since no row is long enough for its update to expand, and an upper bound of it otherwise.",
    parameters: &[],
    source: file!(),
};

impl TailTheory for SgdUpper {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn process(&self) -> Process {
        Process::Sgd
    }

    fn find(
        &self,
        case: &Case<'_>,
        _parameters: &Parameters,
        _key: StreamKey,
    ) -> Result<Finding, NotApplicable> {
        let value = sgd_upper_bound(case)?;
        let relation = if value.is_finite() { Relation::AtMost } else { Relation::Equals };
        Ok(Finding { relation, value, error: None, certainty: Certainty::Certified })
    }
}
