//! Exact curves of least squares of any rank and dimension beside small simulations.

use crate::project::Project;

const CURVES: &str = "\
title: Curves
data:
  tall: { source: gaussian_design, rows: 60, columns: 30, numpy_seed: 2, scale: none }
simulate:
  data: { model: sgd, data: tall, step_size: 0.02, initial: zero, steps: 40, record_every: 20, chains: 2000, observe: [error] }
  equation: { model: sgd_sde, data: tall, equation: second_order, integrator: crank_nicolson, step_size: 0.02, dt: 0.25, initial: zero, steps: 40, record_every: 20, chains: 2000, observe: [error] }
  sphere: { model: sgd, problem: sphere_population, dim: 12, step_size: 0.1, steps: 40, record_every: 20, chains: 4000, observe: [error] }
  few: { model: sgd, problem: sphere_population, dim: 3, step_size: 0.2, batch_size: 2, steps: 20, record_every: 20, chains: 4000, observe: [error] }
  population: { model: sgd_sde, problem: gaussian_population, dim: 12, smallest: 0.2, equation: second_order_with_noise, integrator: crank_nicolson, step_size: 0.06, dt: 0.1, steps: 60, record_every: 30, chains: 4000, observe: [error] }
analyse:
  data: { estimate: error_curve, of: data, series: [sgd, equation, second_order, second_order_with_noise, gradient_flow, average_limit] }
  equation: { estimate: error_curve, of: equation }
  sphere: { estimate: error_curve, of: sphere, series: [sgd, equation, second_order] }
  few: { estimate: error_curve, of: few, series: [sgd] }
  population: { estimate: error_curve, of: population, series: [second_order_with_noise] }
claims:
  - { id: data, statement: Data of rank 30 have the exact curve., source: { status: derived }, of: data, where: { series: simulated, step: [20, 40] }, test: \"z in [-4, 4]\" }
  - { id: series, statement: All series are there., source: { status: derived }, of: data, where: { series: [sgd, equation, second_order, second_order_with_noise, gradient_flow, average_limit] }, test: \"value > 0\" }
  - { id: equation, statement: So has the equation of second order., source: { status: derived }, of: equation, where: { series: simulated, step: [20, 40] }, test: \"z in [-4, 4]\" }
  - { id: sphere, statement: So have features on a sphere., source: { status: derived }, of: sphere, where: { series: simulated, step: [20, 40] }, test: \"z in [-4, 4]\" }
  - { id: few, statement: So have few of them., source: { status: derived }, of: few, where: { series: simulated, step: 20 }, test: \"z in [-4, 4]\" }
  - { id: population, statement: So has the equation with corrected noise on a population of twelve features., source: { status: derived }, of: population, where: { series: simulated, step: [30, 60] }, test: \"z in [-4, 4]\" }
";

#[test]
fn simulations_have_the_exact_curves_of_any_rank() {
    Project::new().manifest("curves.yaml", CURVES).run(["reproduce"]).code(0);
}

const PLANE: &str = "\
title: Plane
simulate:
  well: { problem: quadratic, model: langevin, curvatures: [1, 4], temperature: 0.3, integrator: exact_ou, dt: 0.1, initial_mean: 0.5, initial_std: 0.2, chains: 4000, observe: [x], matrix: { steps: [4, 100] } }
  line: { problem: quadratic, model: langevin, curvatures: [1], temperature: 0.3, dt: 0.1, steps: 4, chains: 60, observe: [x] }
analyse:
  law: { estimate: plane_law, of: well, side: 10, cells: 60, time_steps: 200 }
  map: { estimate: plane_law, of: well, rows: rectangles, side: 12, cells: 60, time_steps: 200 }
figures:
  map: { panels: [{ plot: heat_map, of: map, where: { steps: 100 }, x: x, y: y, value: simulated, value_label: density }] }
claims:
  - { id: law, statement: Chains have the law of the equation., source: { status: derived }, of: law, test: \"z_equation < 3.7\" }
  - { id: early, statement: It is not yet the Gibbs law., source: { status: derived }, of: law, where: { steps: 4 }, test: \"z_gibbs > 10 and tv_laws > 0.1\" }
  - { id: late, statement: It is the Gibbs law in the end., source: { status: derived }, of: law, where: { steps: 100 }, test: \"z_gibbs < 3.7 and tv_laws < 0.01\" }
  - { id: top, statement: The Gibbs density is at most √(λμ)/(2πT) = 1.0611., source: { status: derived }, of: map, where: { steps: 100 }, test: \"gibbs < 1.0611\" }
";

#[test]
fn chains_in_the_plane_have_the_law_of_the_equation() {
    let project = Project::new().manifest("plane.yaml", PLANE);
    project.run(["reproduce"]).code(0);
    assert!(project.contents("reports").contains_key("reports/plane/map.png"));
    for (old, new, why) in [
        ("side: 10, cells: 60", "side: 11, cells: 60", "11 does not divide `cells`, 60"),
        ("of: well, side: 10", "of: line, side: 10", "for two parameters, and there are 1"),
    ] {
        let project = Project::new().manifest("plane.yaml", &PLANE.replace(old, new));
        let run = project.run(["reproduce"]);
        assert!(format!("{}{}", run.stdout, run.stderr).contains(why), "{run:?}");
    }
}
