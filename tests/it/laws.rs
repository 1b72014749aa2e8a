//! Estimators that hold simulations to exact laws, on small cells.

use crate::project::Project;

/// Four samples of one feature, as in the reference values of the theory.
const D3: &str = "x,y\n1.0,1.2\n-0.5,-0.1\n1.5,1.0\n0.8,0.9\n";

const LAWS: &str = "\
title: Laws
data:
  D3: { source: table, file: d3.csv, response: y }
  few: { source: gaussian_design, rows: 4, columns: 2, numpy_seed: 1, scale: none }
simulate:
  line: { model: sgd_sde, data: D3, integrator: crank_nicolson, initial_mean: 1.838164251208, initial_std: 0, record_every: 1, chains: 4000, observe: [x_0, error], matrix: { zip: { step_size: [0.5, 2], dt: [0.05, 0.02], steps: [16, 4] } } }
  heavy: { model: sgd_sde, data: D3, initial: zero, step_size: 4, dt: 0.1, steps: 2, chains: 200, observe: [x_0, error] }
  spread: { model: sgd_sde, data: D3, step_size: 0.5, dt: 1, steps: 2, chains: 60, observe: [x_0, error] }
  few: { model: sgd_sde, data: few, step_size: 0.1, dt: 1, steps: 1, chains: 60, observe: [error] }
  noise: { problem: quadratic, model: sgd, curvatures: [1, 0.5], step_size: 0.05, batch_size: 2, steps: 400, chains: 4000, observe: [x_0, x_1] }
  well: { problem: quadratic, model: langevin, curvatures: [2], temperature: 0.3, dt: 0.4, steps: 40, chains: 4000, observe: [x_0] }
analyse:
  law: { estimate: invariant_law, of: line, quantity: error, k: 200 }
  decay: { estimate: wasserstein_decay, of: line }
  moments: { estimate: error_moments, of: line, orders: [2, 4] }
  heavy: { estimate: invariant_law, of: heavy, k: 50 }
  ellipticity: { estimate: ellipticity, of: few }
  temperature: { estimate: temperature, of: noise, observables: [x_0, x_1] }
  gibbs: { estimate: gibbs, of: well }
figures:
  laws: { panels: [{ plot: density, of: law, where: { step_size: 2 } }, { plot: survival, of: law }, { plot: columns, of: decay, where: { step_size: 2 }, x: time, y: [simulated, gelbrich, fokker_planck] }] }
claims:
  - { id: law, statement: Chains have the Pearson IV law., source: { status: derived }, of: law, test: \"law == 'Pearson IV' and p >= 0.001 and hill_z in [-4, 4]\" }
  - { id: index, statement: The index is that of the reference., source: { status: derived }, of: law, where: { step_size: 2 }, test: \"alpha in [2.8402453, 2.8402454] and covariance == 'exists' and mean_square_exact in [0.179322, 0.179323]\" }
  - { id: decay, statement: The distance is between its bounds., source: { status: derived }, of: decay, where: { step: [1, 2, 3, 4] }, test: \"gelbrich <= fokker_planck and fokker_planck <= coupling and rate >= second_moment_rate\" }
  - { id: moments, statement: Simulated second moments are exact., source: { status: derived }, of: moments, where: { order: 2, step: [1, 2, 3, 4] }, test: \"z in [-4, 4]\" }
  - { id: growth, statement: Fourth moments grow where the law has none., source: { status: derived }, of: moments, where: { order: 4, step_size: 2, step: 4 }, test: \"exact < inf and invariant == inf and growth in [2.608, 2.61]\" }
  - { id: none, statement: There is no covariance below index 2., source: { status: derived }, of: heavy, test: \"alpha < 2 and covariance == 'does not exist' and mean_square_exact == inf and mean_distance_exact < inf\" }
  - { id: ellipticity, statement: Four samples of two features have no noise somewhere., source: { status: derived }, of: ellipticity, test: \"elliptic == 'no' and kernel == 0 and least == 0\" }
  - { id: temperature, statement: Additive noise has the exact variances., source: { status: derived }, of: temperature, test: \"z in [-4, 4] and temperature_gibbs in [0.01249, 0.01251]\" }
  - { id: scheme, statement: Euler–Maruyama has the variance 0.25 and not 0.15., source: { status: derived }, of: gibbs, test: \"mean_square_scheme in [0.2499, 0.2501] and mean_square_gibbs in [0.1499, 0.1501] and ks_gibbs > ks_limit and mean_square in [0.22, 0.28]\" }
";

fn laws(manifest: &str) -> Project {
    let project = Project::new().manifest("laws.yaml", manifest);
    project.write("experiments/d3.csv", D3);
    project
}

#[test]
fn simulations_have_the_laws_of_theory() {
    let project = laws(LAWS);
    project.run(["reproduce"]).code(0);
    assert!(project.contents("reports").contains_key("reports/laws/laws.png"));
}

#[test]
fn what_has_no_law_says_why() {
    let analyses = [
        ("estimate: wasserstein_decay, of: heavy", "second moments do not settle"),
        ("estimate: wasserstein_decay, of: spread", "start at one point"),
        ("estimate: invariant_law, of: few", "for one feature only"),
        ("estimate: error_moments, of: few", "where 1 are needed"),
        ("estimate: gibbs, of: line", "not of model `sgd_sde`"),
        ("estimate: temperature, of: line", "not of model `sgd_sde`"),
    ];
    let (simulate, _) = LAWS.split_once("analyse:").expect("a section");
    for (analysis, why) in analyses {
        let manifest = format!("{simulate}analyse:\n  it: {{ {analysis} }}\n");
        let run = laws(&manifest).run(["reproduce"]).code(1);
        let printed = format!("{}{}", run.stdout, run.stderr);
        assert!(printed.contains(why), "{analysis}: {printed}");
    }
}

#[test]
fn odd_moments_and_other_coordinates_are_refused() {
    let (simulate, _) = LAWS.split_once("analyse:").expect("a section");
    for (analysis, why) in [
        ("estimate: error_moments, of: line, orders: [3]", "3 is no even number"),
        ("estimate: wasserstein_decay, of: line, observables: [error]", "coordinates of a point"),
    ] {
        let manifest = format!("{simulate}analyse:\n  it: {{ {analysis} }}\n");
        let run = laws(&manifest).run(["plan"]).code(2);
        assert!(run.stderr.contains(why), "{analysis}: {}", run.stderr);
    }
}
