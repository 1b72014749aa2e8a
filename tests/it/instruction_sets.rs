//! The same results on every instruction set of the processor, with any number of threads.

use std::fmt::Write as _;

use maruyama_dynamics::model::MODELS;
use maruyama_dynamics::problem::{self, ProblemKind};
use maruyama_dynamics::simd::Level;

use crate::project::Project;

/// An item with a sweep for every model on each problem that it is for.
fn every_model() -> String {
    let mut text = "\
title: Every model
data: { other: { source: gaussian_design, rows: 12, columns: 3, numpy_seed: 2 } }
simulate:
"
    .to_owned();
    for kind in MODELS {
        for name in kind.problems() {
            let needs_data = problem::problem(name).is_some_and(ProblemKind::needs_data);
            let problem = match *name {
                "network" if kind.part().name == "modified_equation" => {
                    "data: other, hidden: [4], noise_std: 0.1, equation: ha_sme_f, "
                }
                "network" if kind.part().name.ends_with("_sde") => {
                    "data: other, hidden: [4], noise_std: 0.1, "
                }
                "network" => "data: other, hidden: [4], ",
                "formula" => "objective: '1 - cos(x) + 0.3*x*y + y^2', ",
                _ if needs_data => "data: other, ",
                _ => "dim: 3, largest: 2.0, ",
            };
            let error = if ["network", "formula"].contains(name) { "" } else { ", error" };
            let has = |name: &str| kind.part().parameters.iter().any(|own| own.name == name);
            let step_size = if has("step_size") { "step_size: 0.05, " } else { "" };
            let dt = if has("dt") { "dt: 0.1, " } else { "" };
            let alpha = if has("alpha") { "alpha: 1.5, " } else { "" };
            let model = kind.part().name;
            let _ = writeln!(
                text,
                "  {model}_{name}: {{ model: {model}, problem: {name}, {problem}{step_size}{dt}\
                 {alpha}observe: [risk, norm{error}], steps: 70, chains: 37 }}"
            );
        }
    }
    text
}

#[test]
fn every_instruction_set_and_number_of_threads_gives_the_same_bits() {
    let project = Project::new().manifest("models.yaml", &every_model());
    let mut digests = Vec::new();
    for level in Level::available() {
        for threads in ["1", "2"] {
            let store = format!("store-{level}-{threads}");
            let simd = [("MARUYAMA_SIMD", level.to_string())];
            let arguments = ["run", "--format", "json", "--threads", threads, "--store", &store];
            let done = project.run_with(simd, arguments).code(0).json();
            assert!(done["simulated"].as_u64() > Some(0), "{done}");
            digests.push(done["results"].as_str().expect("every result is stored").to_owned());
        }
    }
    assert!(digests.iter().all(|digest| *digest == digests[0]), "{digests:?}");
}

#[test]
fn an_instruction_set_that_is_none_is_refused() {
    let simd = [("MARUYAMA_SIMD", "sse9".to_owned())];
    Project::small()
        .run_with(simd, ["plan"])
        .code(2)
        .complains("MARUYAMA_SIMD: `sse9` is no instruction set: expected scalar, avx2 or avx512");
}
