//! Families of observables as vectors: what each chain recorded of one at the end.

use maruyama_dynamics::parameter::member;

use crate::analyse::estimator::AnalysisError;
use crate::store::Observations;

/// The vectors of a sample of independent chains.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Vectors {
    /// One a chain, in the order of the chains; finite and all of one length.
    pub(crate) values: Vec<Vec<f64>>,
    /// Chains that diverged, which have none.
    pub(crate) n_diverged: usize,
}

/// The members of `family` at the last recorded step, in the order of their indices.
///
/// # Errors
/// If the family is not recorded as a whole.
pub(crate) fn last_vectors(
    blocks: &[&Observations],
    family: &str,
) -> Result<Vectors, AnalysisError> {
    let mut vectors = Vectors { values: Vec::new(), n_diverged: 0 };
    for block in blocks {
        let places = places(&block.observables, family)?;
        let n_observables = block.observables.len();
        let per_chain = n_observables * block.steps.len();
        let last = per_chain.saturating_sub(n_observables);
        for chain in block.values.chunks_exact(per_chain.max(1)) {
            let values: Vec<f64> = places.iter().map(|place| chain[last + place]).collect();
            if values.iter().all(|value| value.is_finite()) {
                vectors.values.push(values);
            } else {
                vectors.n_diverged += 1;
            }
        }
    }
    Ok(vectors)
}

/// Where the members of `family` stand among `observables`, by index.
fn places(observables: &[String], family: &str) -> Result<Vec<usize>, AnalysisError> {
    let index = |name: &String| member(name).filter(|(of, _)| *of == family).map(|(_, idx)| idx);
    let mut found: Vec<(usize, usize)> = observables
        .iter()
        .enumerate()
        .filter_map(|(place, name)| Some((index(name)?, place)))
        .collect();
    found.sort_unstable();
    let is_whole = found.iter().enumerate().all(|(idx, (of, _))| idx == *of);
    if found.is_empty() || !is_whole {
        return Err(AnalysisError::NotRecorded(family.to_owned()));
    }
    Ok(found.into_iter().map(|(_, place)| place).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_taken_in_their_order_and_diverged_chains_are_counted() {
        let names = ["risk", "layer_2_1", "layer_2_0", "layer_1_0"];
        let block = Observations {
            first_chain: 0,
            observables: names.map(str::to_owned).to_vec(),
            steps: vec![10, 20],
            values: [[1.0; 4], [2.0, 3.0, 4.0, 5.0], [6.0; 4], [f64::NAN; 4]].concat(),
            diverged_at: vec![None, Some(15)],
        };
        let vectors = last_vectors(&[&block], "layer_2").unwrap();
        assert_eq!(vectors, Vectors { values: vec![vec![4.0, 3.0]], n_diverged: 1 });
        let missing = last_vectors(&[&block], "layer_3");
        assert_eq!(missing, Err(AnalysisError::NotRecorded("layer_3".to_owned())));
        let names = ["layer_2_1".to_owned()];
        assert!(places(&names, "layer_2").is_err(), "a part of a family");
    }
}
