//! Estimators of one cell: tails side by side, convergence of chains, fits of positive values.

use crate::project::Project;

const TAILS: &str = "\
title: Tails
data: { small: { source: gaussian_design, rows: 30, columns: 3, numpy_seed: 1, scale: none } }
simulate:
  runs: { model: sgd, data: small, step_size: 0.4, steps: 100, chains: 600, observe: [q1, risk] }
  long: { model: sgd, data: small, step_size: 0.1, steps: 500, record_every: 5, chains: 8, observe: [q1] }
analyse:
  tails: { estimate: tail_report, of: runs, k: 60, bootstrap: 19 }
  fits: { estimate: goodness_of_fit, of: runs, observable: risk, centre: nothing, families: [inverse_gamma, generalised_pareto, normal], bootstrap: 19, adjust: benjamini_hochberg }
  stationary: { estimate: convergence, of: long, from: 100 }
tables:
  tails: { of: tails, columns: [method, n, k, threshold, xi, alpha, d, statistic, p, reason] }
  fits: { of: fits, columns: [family, shape, scale, xi, p_bootstrap, p_adjusted] }
  stationary: { of: stationary, columns: [n, n_steps, spacing, r_hat, mean_size, correlation_time, mean] }
figures:
  tails: { panels: [{ plot: hill, of: tails }, { plot: ccdf, of: tails }, { plot: qq, of: fits, family: inverse_gamma }] }
";

fn tails() -> Project {
    Project::new().manifest("small.yaml", TAILS)
}

fn lines(project: &Project, table: &str) -> Vec<String> {
    let file = project.contents("reports")[&format!("reports/small/{table}.csv")].clone();
    String::from_utf8(file).unwrap().lines().skip(1).map(str::to_owned).collect()
}

/// The first field of a row, which is quoted if it has a comma.
fn first(row: &str) -> &str {
    match row.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap(),
        None => row.split(',').next().unwrap(),
    }
}

#[test]
fn every_method_has_a_row_and_the_plots_are_drawn() {
    let project = tails();
    project.reproduce();
    let rows = lines(&project, "tails");
    let methods: Vec<&str> = rows.iter().map(|row| first(row)).collect();
    let expected = [
        "Hill",
        "Hill, smoothed",
        "Hill, reduced bias",
        "moment",
        "Pickands",
        "generalised Pareto (likelihood)",
        "generalised Pareto (moments)",
        "log moment",
        "power law",
        "lognormal",
        "exponential",
        "stretched exponential",
        "truncated power law",
    ];
    assert_eq!(methods, expected);
    assert!(rows[..7].iter().all(|row| row.contains(",600,60,")), "{rows:?}");
    let fits = lines(&project, "fits");
    let families: Vec<&str> = fits.iter().map(|row| row.split(',').next().unwrap()).collect();
    assert_eq!(families, ["inverse gamma", "generalised pareto", "normal"]);
    assert!(project.contents("reports").contains_key("reports/small/tails.png"));
}

#[test]
fn threads_change_no_bit() {
    let of = |threads: &str| {
        let project = tails();
        project.run(["reproduce", "--threads", threads]).code(0);
        project.contents("reports")
    };
    assert!(of("1") == of("2"));
}

#[test]
fn chains_that_agree_have_converged_and_uneven_records_are_refused() {
    let project = tails();
    project.reproduce();
    let row = lines(&project, "stationary").remove(0);
    let values: Vec<f64> = row.split(',').map(|value| value.parse().unwrap()).collect();
    assert_eq!(values[..3], [8.0, 81.0, 5.0]);
    // 648 values, of which neighbours are dependent.
    assert!((0.99..1.1).contains(&values[3]) && (50.0..700.0).contains(&values[4]), "{row}");
    assert!((values[5] - 648.0 / values[4] * 5.0).abs() < 1e-9, "{row}");
    project.edit("small.yaml", "steps: 500", "steps: 502");
    project
        .run(["reproduce"])
        .code(1)
        .prints("recorded steps are 5 apart at first and 2 from 500 to 502");
}

#[test]
fn too_many_extremes_and_light_samples_say_why() {
    let project = tails();
    project.edit("small.yaml", "k: 60, bootstrap", "k: 600, bootstrap");
    project.run(["reproduce"]).code(1).prints("600 extremes of 600 values");
    project.edit("small.yaml", "k: 600, bootstrap", "bootstrap");
    project.edit("small.yaml", "chains: 600", "chains: 80");
    project.run(["reproduce"]).code(1).prints("give `k`");
}
