//! What cells record without `observe`.

use maruyama_dynamics::observable::{USUAL, asked};
use maruyama_dynamics::problem::PROBLEMS;

#[test]
fn what_is_recorded_by_default_is_there_on_every_problem() {
    let names: Vec<&str> = PROBLEMS.iter().map(|kind| kind.part().name).collect();
    for name in &names {
        let problems = asked(USUAL.of(name)).expect("an observable").problems();
        assert!(problems.is_empty() || problems.contains(name), "{name}");
    }
    assert!(USUAL.others.iter().all(|(name, _)| names.contains(name)));
    for name in ["least_squares", "gaussian_population", "sphere_population"] {
        assert_eq!(USUAL.of(name), "q1", "identities of cells rest on it");
    }
}
