//! Cells that share their noise by name.

use crate::project::Project;

/// SGD, and Euler–Maruyama with its step size and `T = ησ²/2`: the same chains on one path.
const SHARED: &str = "\
title: SGD and its equation along one path
simulate:
  discrete: { problem: quadratic, model: sgd, step_size: 0.125, noise_std: 0.5, steps: 20, chains: 40, observe: [x], common_noise: path }
  equation: { problem: quadratic, model: langevin, dt: 0.125, temperature: 0.015625, steps: 20, chains: 40, observe: [x], common_noise: path }
analyse:
  discrete: { estimate: tail_index, of: discrete, observable: x_0 }
  equation: { estimate: tail_index, of: equation, observable: x_0 }
tables:
  discrete: { of: discrete, columns: [mean, std] }
  equation: { of: equation, columns: [mean, std] }
";

fn shared(old: &str, new: &str) -> Project {
    assert!(SHARED.contains(old), "no `{old}`");
    Project::new().manifest("shared.yaml", &SHARED.replace(old, new))
}

/// Mean and standard deviation of both sweeps.
fn moments(project: &Project) -> [Vec<f64>; 2] {
    project.reproduce();
    let reports = project.contents("reports");
    ["discrete", "equation"].map(|name| {
        let table = &reports[&format!("reports/shared/{name}.csv")];
        let table = String::from_utf8(table.clone()).expect("text");
        let row = table.lines().nth(1).expect("a row");
        row.split(',').filter_map(|entry| entry.parse().ok()).collect()
    })
}

fn distance([a, b]: [Vec<f64>; 2]) -> f64 {
    assert!(a.len() == b.len() && a.len() >= 2, "{a:?} {b:?}");
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

#[test]
fn cells_of_one_name_and_seed_move_along_one_path() {
    assert!(distance(moments(&shared("", ""))) < 1e-9);
    assert!(distance(moments(&shared(", common_noise: path", ""))) > 1e-3);
    let other = "chains: 40, seed: 2, observe: [x], common_noise: path }\nanalyse";
    let old = "chains: 40, observe: [x], common_noise: path }\nanalyse";
    assert!(distance(moments(&shared(old, other))) > 1e-3);
}

#[test]
fn the_name_is_part_of_the_identity() {
    let project = shared("", "");
    project.reproduce();
    project.edit("shared.yaml", "common_noise: path", "common_noise: road");
    assert_eq!(project.reproduce()["simulated"], 2);
}

#[test]
fn what_cannot_share_noise_is_refused_at_its_place() {
    for (old, new, place, fault) in [
        ("dt: 0.125", "dt: 0.25", "4:3", "cells of the common noise `path` differ"),
        (
            "model: langevin, dt: 0.125,",
            "model: langevin, integrator: exact_ou, dt: 0.125,",
            "4:",
            "the noise of a step of `exact_ou` is no increment of a path",
        ),
        (
            "noise_std: 0.5",
            "noise_std: 0.5, gradient_noise: student_t",
            "3:",
            "`student_t` noise is no increment of a Brownian path",
        ),
        ("dt: 0.125", "dt: 0.125, dim: 2", "4:3", "0.125 in 2 here"),
    ] {
        shared(old, new)
            .run(["plan"])
            .code(2)
            .complains(&format!("experiments/shared.yaml:{place}"))
            .complains(fault);
    }
    let project = Project::small();
    project.edit("small.yaml", "steps: 50", "common_noise: path\n    steps: 50");
    project
        .run(["plan"])
        .code(2)
        .complains("experiments/small.yaml:11:19")
        .complains("the noise of model `sgd` is no Brownian motion of each parameter");
}
