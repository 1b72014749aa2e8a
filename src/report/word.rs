//! The words of results as readers know them, and how their series look in every figure.

use crate::report::word::Look::{Any, Series, Theory};

/// How the series of a word is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// As the first free series.
    Any,
    /// As this series, in every figure.
    Series(usize),
    /// In ink, as what is exact and lies over what is simulated.
    Theory,
}

/// What a word of results, parameters or data is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// The word, as columns and their values have it.
    pub key: &'static str,
    /// Its name, in the markup of labels; the word with blanks if empty.
    pub shown: &'static str,
    /// How its series is drawn.
    pub look: Look,
}

const fn word(key: &'static str, shown: &'static str, look: Look) -> Word {
    Word { key, shown, look }
}

/// Words that are in no need of another name and look like any series are not listed.
///
/// Series that may meet in one panel have different numbers; a number is one colour, pattern and
/// marker.
pub(crate) const WORDS: &[Word] = &[
    // What every item has.
    word("simulated", "", Series(0)),
    word("optimiser", "", Series(0)),
    word("equation", "", Series(1)),
    word("exact", "", Theory),
    word("chain", "exact", Theory),
    word("sgd", "SGD", Theory),
    word("sgd_sde", "SGD's equation", Any),
    word("sign_sgd", "SignSGD", Any),
    word("rmsprop", "RMSprop", Any),
    word("adam", "Adam", Any),
    word("langevin", "Langevin", Any),
    word("bound", "", Series(6)),
    word("gradient_flow", "", Series(4)),
    // Modified equations of SGD.
    word("sme_1", "SME-1", Series(1)),
    word("sme_2", "SME-2", Series(2)),
    word("spf", "SPF", Series(3)),
    word("principal_flow", "SPF", Series(3)),
    word("ha_sme", "HA-SME", Series(6)),
    word("ha_sme_3", "HA-SME-3", Series(7)),
    word("ha_sme_f", "HA-SME, factorised", Series(4)),
    word("sme_2_shifted", "SME-2, shifted", Series(10)),
    word("spf_shifted", "SPF, shifted", Series(11)),
    word("kramers", "Kramers", Any),
    word("kramers_corrected", "Kramers, corrected", Any),
    word("kramers_ha_sme", "Kramers, HA-SME", Any),
    // Adaptive optimisers.
    word("gradient_and_noise", "gradient and noise", Series(1)),
    word("noise", "", Series(2)),
    word("lemma", "", Series(2)),
    word("lemma_and_momentum", "lemma and momentum", Series(3)),
    word("leading", "leading order", Series(4)),
    word("corrected", "with correction", Series(3)),
    word("rigorous_bound", "rigorous bound", Series(7)),
    word("ceiling", "", Series(7)),
    word("first", "phase 1", Series(2)),
    word("first_sharp", "phase 1, sharper", Series(3)),
    word("second", "phase 2", Series(4)),
    word("third", "phase 3", Series(5)),
    word("third_rigorous", "phase 3, rigorous", Series(6)),
    word("integrated", "", Series(1)),
    word("asymptotic", "", Series(2)),
    // Least squares and their equations.
    word("second_order", "second order", Series(2)),
    word("second_order_with_noise", "second order, with noise", Series(3)),
    word("with_noise", "with noise", Series(3)),
    word("first_order", "first order", Series(7)),
    word("median", "", Series(3)),
    word("average_limit", "limit of averages", Series(2)),
    word("mean_square", "mean square", Series(2)),
    // Tail indices of homogenized SGD.
    word("hsgd", "hSGD", Any),
    word("hsgd_lower", "*η*_{*}, lower bound", Series(1)),
    word("hsgd_sharp_lower", "sharper lower bound", Series(4)),
    word("hsgd_certified", "certified lower bound", Series(6)),
    word("hsgd_surrogate", "surrogate", Series(3)),
    word("hsgd_upper", "*η*^{*}, upper bound", Series(2)),
    word("lower_bound", "", Series(1)),
    word("upper_bound", "", Series(2)),
    word("hsgd_isotropic", "hSGD, isotropic", Any),
    word("hsgd_cloning", "hSGD, cloning", Any),
    word("sgd_cloning", "SGD, cloning", Any),
    word("sgd_scalar", "SGD, one feature", Any),
    word("sgd_gaussian", "SGD, Gaussian", Any),
    word("sgd_upper", "SGD, upper bound", Any),
    word("sde_gaussian", "SGD's equation, Gaussian", Any),
    // Laws, tests, distances, integrators, methods.
    word("student_t", "Student-*t*", Any),
    word("stable_ml", "*α*-stable (likelihood)", Any),
    word("stable_mcculloch", "*α*-stable (McCulloch)", Any),
    word("anderson_darling", "Anderson–Darling", Any),
    word("cramer_von_mises", "Cramér–von Mises", Any),
    word("kolmogorov_smirnov", "Kolmogorov–Smirnov", Any),
    word("kuiper", "Kuiper", Any),
    word("energy", "energy distance", Any),
    word("sliced", "sliced *W*_{2}", Any),
    word("gelbrich", "Gelbrich", Series(1)),
    word("fokker–planck", "", Series(2)),
    word("one_path", "", Series(3)),
    word("transport", "*W*_{2}", Any),
    word("sinkhorn", "Sinkhorn", Any),
    word("euler_maruyama", "Euler–Maruyama", Series(1)),
    word("leimkuhler_matthews", "Leimkuhler–Matthews", Series(2)),
    word("hill", "Hill", Any),
    word("reduced_bias_hill", "Hill, reduced bias", Any),
    word("smooth_hill", "Hill, smoothed", Any),
    word("pickands", "Pickands", Any),
    word("generalised_pareto_ml", "generalised Pareto (likelihood)", Any),
    word("generalised_pareto_pwm", "generalised Pareto (moments)", Any),
    // Parameters.
    word("noise_std", "*σ*", Any),
    word("noise_nu", "*ν*", Any),
    word("beta1", "*β*_{1}", Any),
    word("beta2", "*β*_{2}", Any),
    word("batch_size", "*B*", Any),
    word("ridge", "*δ*", Any),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn words_are_listed_once_and_say_something() {
        let keys: BTreeSet<&str> = WORDS.iter().map(|word| word.key).collect();
        assert_eq!(keys.len(), WORDS.len());
        for word in WORDS {
            let says_something = !word.shown.is_empty() || word.look != Any;
            assert!(says_something, "{word:?}");
        }
    }

    #[test]
    fn the_equations_of_one_figure_look_different() {
        let of = |keys: &[&str]| -> Vec<Look> {
            let found = keys.iter().map(|key| WORDS.iter().find(|word| word.key == *key));
            found.map(|word| word.expect("it is listed").look).collect()
        };
        for together in [
            &["simulated", "sgd", "sme_1", "sme_2", "spf", "ha_sme", "ha_sme_3"][..],
            &["sme_1", "sme_2", "spf", "ha_sme", "ha_sme_3", "sme_2_shifted", "spf_shifted"],
            &["sme_1", "sme_2", "spf", "ha_sme_f"],
            &["simulated", "chain", "equation", "lemma", "leading", "corrected"],
            &["simulated", "chain", "lemma", "lemma_and_momentum", "bound", "ceiling"],
            &["simulated", "equation", "median", "bound", "gradient_flow", "sgd"],
            &["equation", "second_order", "second_order_with_noise", "gradient_flow"],
            &["hsgd_lower", "hsgd_certified", "hsgd_surrogate", "hsgd_upper"],
        ] {
            let looks = of(together);
            let distinct = looks.iter().enumerate().all(|(i, look)| !looks[..i].contains(look));
            assert!(distinct, "{together:?}: {looks:?}");
        }
    }
}
