//! Why chains ended before their last step, as files of chains list it.

use std::collections::BTreeMap;

use maruyama_dynamics::model::Cause;

/// Chains that ended although their numbers stayed bounded, by the name of the cause.
///
/// A chain that is in no list and diverged did so by overflow; a file without such chains says
/// nothing.
pub type Causes = BTreeMap<String, Vec<u64>>;

/// The lists of a block whose first chain is `first_chain`, given what ended each chain, `[n_chains]`.
#[must_use]
pub fn causes(first_chain: u64, ended: &[Option<Cause>]) -> Causes {
    let mut lists = Causes::new();
    for (chain, cause) in (first_chain..).zip(ended) {
        if let Some(cause) = cause.filter(|cause| *cause != Cause::Overflow) {
            lists.entry(cause.name().to_owned()).or_default().push(chain);
        }
    }
    lists
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overflow_is_not_listed() {
        let ended = [
            None,
            Some(Cause::NoLogarithm),
            Some(Cause::Overflow),
            Some(Cause::IndefiniteDiffusion),
            Some(Cause::NoLogarithm),
        ];
        let found = causes(16, &ended);
        let lists: Vec<_> = found.iter().map(|(name, chains)| (name.as_str(), chains)).collect();
        assert_eq!(lists, [("indefinite_diffusion", &vec![19]), ("no_logarithm", &vec![17, 20])]);
        assert!(causes(0, &[None, Some(Cause::Overflow)]).is_empty());
    }
}
