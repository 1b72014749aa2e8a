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
