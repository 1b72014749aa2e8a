//! Comparisons of two sweeps: which cells are paired, what is refused, what a change makes run again.

use std::collections::BTreeMap;

use crate::project::{Project, Run};

/// SGD and its equation at two step sizes, compared in all the ways that there are.
const COMPARED: &str = "\
title: Compared
data: { small: { source: gaussian_design, rows: 30, columns: 3, numpy_seed: 1 } }
simulate:
  sgd:
    { model: sgd, data: small, steps: 20, record_at: [5, 10], chains: 60, observe: [q1, x], matrix: { step_size: [0.1, 0.2] } }
  sde:
    { model: sgd_sde, dt: 0.5, data: small, steps: 20, record_at: [10, 15], chains: 50, observe: [q1, x], matrix: { step_size: [0.2, 0.1] } }
analyse:
  w: { estimate: distance, of: sgd, against: sde, times: all, measures: [wasserstein_1, energy], replicates: 20 }
  space: { estimate: distance, of: sgd, against: sde, observables: [x_0, x_2], measures: [sliced, gelbrich, energy, transport, sinkhorn], max_chains: 40, replicates: 10 }
  tests: { estimate: two_sample_test, of: sgd, against: sde, tests: [kolmogorov_smirnov, kuiper, cramer_von_mises, anderson_darling], adjust: holm }
tables:
  w: { of: w, columns: [step_size, measure, step, step_against, n, n_against, distance, standard_error, null_mean, null_quantile] }
  space: { of: space, columns: [step_size, measure, n, n_against, distance, direction_error, marginal_error] }
  tests: { of: tests, columns: [step_size, test, statistic, p, p_adjusted] }
figures:
  time: { panels: [{ plot: curves, of: w, x: step, y: distance, by: step_size }, { plot: band, of: w, y: distance, by: measure }] }
";

fn compared() -> Project {
    Project::new().manifest("small.yaml", COMPARED)
}

/// Runs the manifest with `old` replaced by `new`, which must be refused.
#[track_caller]
fn refused(old: &str, new: &str) -> Run {
    let project = compared();
    project.edit("small.yaml", old, new);
    let run = project.run(["reproduce"]).code(2);
    assert!(!project.path("store").exists(), "something is written");
    run
}

/// The rows of a table, each as its values by column.
fn table(project: &Project, name: &str) -> Vec<BTreeMap<String, String>> {
    let path = format!("reports/small/{name}.csv");
    let text = String::from_utf8(project.contents("reports")[&path].clone()).unwrap();
    let mut lines = text.lines();
    let names: Vec<String> = lines.next().unwrap().split(',').map(str::to_owned).collect();
    lines
        .map(|line| names.iter().cloned().zip(line.split(',').map(str::to_owned)).collect())
        .collect()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("no number under `{column}` in {row:?}"))
}

#[test]
fn cells_of_equal_step_sizes_are_compared_at_common_steps() {
    let project = compared();
    project
        .run(["plan"])
        .code(0)
        .prints("  w compares sgd, step_size=0.1 with sde, step_size=0.1\n")
        .prints("  w compares sgd, step_size=0.2 with sde, step_size=0.2\n");
    let plan = project.run(["plan", "--format", "json"]).code(0).json();
    assert_eq!(plan["comparisons"].as_array().map(Vec::len), Some(6), "{plan:#}");
    project.reproduce();
    let rows = table(&project, "w");
    let keys: Vec<(&str, &str, &str, &str)> = rows
        .iter()
        .map(|row| {
            let of = |name: &str| row[name].as_str();
            (of("step_size"), of("measure"), of("step"), of("step_against"))
        })
        .collect();
    let steps = ["10", "20"].map(|step| ["wasserstein 1", "energy distance"].map(|m| (m, step)));
    let expected: Vec<(&str, &str, &str, &str)> = ["0.1", "0.2"]
        .iter()
        .flat_map(|size| steps.as_flattened().iter().map(move |(m, k)| (*size, *m, *k, *k)))
        .collect();
    assert_eq!(keys, expected);
    for row in &rows {
        assert_eq!((number(row, "n"), number(row, "n_against")), (60.0, 50.0));
        assert!(number(row, "distance") > 0.0 && number(row, "standard_error") > 0.0, "{row:?}");
        assert!(number(row, "distance_lo") < number(row, "distance_hi"), "{row:?}");
        assert!(number(row, "null_quantile") > number(row, "null_mean"), "{row:?}");
    }
    assert!(project.contents("reports").contains_key("reports/small/time.png"));
}

#[test]
fn measures_that_compare_pairs_look_at_as_many_chains_as_they_may() {
    let project = compared();
    project.reproduce();
    for row in table(&project, "space") {
        let is_of_pairs = ["energy distance", "W2", "Sinkhorn"].contains(&row["measure"].as_str());
        let expected = if is_of_pairs { (40.0, 40.0) } else { (60.0, 50.0) };
        assert_eq!((number(&row, "n"), number(&row, "n_against")), expected, "{row:?}");
        assert_eq!(
            row["direction_error"].is_empty(),
            !row["measure"].starts_with("sliced"),
            "{row:?}"
        );
        assert_eq!(row["marginal_error"].is_empty(), row["measure"] != "Sinkhorn", "{row:?}");
    }
}

#[test]
fn p_values_are_adjusted_over_all_cells_and_tests() {
    let project = compared();
    project.reproduce();
    let rows = table(&project, "tests");
    assert_eq!(rows.len(), 8);
    // Holm: the smallest p-value counts eight times, the next seven times, and none falls.
    let mut order: Vec<&BTreeMap<String, String>> = rows.iter().collect();
    order.sort_by(|a, b| number(a, "p").total_cmp(&number(b, "p")));
    let mut largest = 0.0_f64;
    for (rank, row) in order.into_iter().enumerate() {
        largest = largest.max((8 - rank) as f64 * number(row, "p")).min(1.0);
        assert!((number(row, "p_adjusted") - largest).abs() < 1e-12, "{row:?}");
    }
    let claim = "
claims:
  - { id: told-apart, statement: Some test tells them apart., source: { status: derived }, of: tests, test: p_adjusted <= 1, over: every }
";
    project.write("experiments/small.yaml", format!("{COMPARED}{claim}"));
    project.run(["reproduce"]).code(0).prints("1 claim");
}

#[test]
fn a_test_that_is_missing_leaves_nothing_adjusted() {
    let project = compared();
    for (old, new) in
        [("step_size: [0.1, 0.2]", "step_size: [0.1, 100]"), ("[0.2, 0.1]", "[100, 0.1]")]
    {
        project.edit("small.yaml", old, new);
    }
    project.edit("small.yaml", "steps: 20", "steps: 2000");
    project.run(["reproduce"]).code(1).prints("analysis `tests`, step_size=100: ");
    let rows = table(&project, "tests");
    assert_eq!(rows.len(), 4);
    assert!(
        rows.iter().all(|row| row["p_adjusted"].is_empty() && !row["p"].is_empty()),
        "{rows:?}"
    );
}

#[test]
fn changing_a_cell_reruns_its_comparisons_only() {
    let project = compared();
    let did = |expected: (u64, u64)| {
        let done = project.reproduce();
        let count = |name: &str| done[name].as_u64().unwrap();
        assert_eq!((count("simulated"), count("analysed")), expected, "{done:#}");
    };
    did((4, 6));
    did((0, 0));
    // One cell of the other side: the three analyses of its pair.
    project.edit("small.yaml", "dt: 0.5, data: small", "dt: 0.5, seed: 2, data: small");
    project.edit(
        "small.yaml",
        "matrix: { step_size: [0.2, 0.1] }",
        "matrix: { step_size: [0.2, 0.1] }, when: [{ if: { step_size: 0.2 }, set: { seed: 1 } }]",
    );
    did((1, 3));
    project.edit("small.yaml", "seed: 2, data", "seed: 1, data");
    did((0, 0));
    project.edit("small.yaml", "adjust: holm", "adjust: benjamini_hochberg");
    did((0, 0));
    project.edit("small.yaml", "times: all", "times: last");
    did((0, 2));
    // The order of the cells changes no pair.
    project.edit("small.yaml", "step_size: [0.2, 0.1]", "step_size: [0.1, 0.2]");
    did((0, 0));
}

#[test]
fn threads_change_no_bit() {
    let of = |threads: &str| {
        let project = compared();
        project.run(["reproduce", "--threads", threads]).code(0);
        (project.contents("store/analyses"), project.contents("reports"))
    };
    assert!(of("1") == of("2"));
}

#[test]
fn outcomes_say_which_cells_they_compare() {
    let project = compared();
    project.reproduce();
    let plan = project.run(["plan", "--format", "json"]).code(0).json();
    let pair = &plan["comparisons"][0];
    let outcomes = project.contents("store/analyses");
    let lines = outcomes.values().flat_map(|file| std::str::from_utf8(file).unwrap().lines());
    let cells = serde_json::json!([pair["cell"], pair["against"]]);
    let of_pair = lines.filter(|line| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        line["cells"] == cells
    });
    assert_eq!(of_pair.count(), 3, "w, space and tests of the pair {pair}");
}

#[test]
fn a_single_cell_is_compared_with_all() {
    let project = compared();
    project.edit("small.yaml", "matrix: { step_size: [0.2, 0.1] }", "step_size: 0.2");
    project.reproduce();
    assert_eq!(table(&project, "tests").len(), 8);
}

#[test]
fn cells_without_a_counterpart_are_named() {
    refused("[0.2, 0.1]", "[0.2, 0.3]")
        .complains("cell step_size=0.1 of sweep `sgd` has no counterpart in sweep `sde`")
        .complains("experiments/small.yaml:9:46")
        .complains("no cell has step_size=0.1")
        .complains("each cell of this needs one counterpart")
        .complains(
            "give both sweeps the same values of `step_size`, or say which parameters pair cells: `pair: [...]`",
        );
}

#[test]
fn cells_with_several_counterparts_are_named() {
    let several = "matrix: { step_size: [0.2, 0.1], seed: [1, 2] }";
    refused("matrix: { step_size: [0.2, 0.1] }", several)
        .complains("cell step_size=0.1 of sweep `sgd` has 2 counterparts in sweep `sde`")
        .complains("2 cells have step_size=0.1")
        .complains(
            "vary `seed` in `sgd` too, or fix it in `sde`, or pair cells by its value: `pair: [step_size, seed]`",
        );
    let project = compared();
    project.edit("small.yaml", "matrix: { step_size: [0.2, 0.1] }", several);
    project.edit("small.yaml", "against: sde,", "against: sde, pair: [step_size, seed],");
    project.reproduce();
    refused("against: sde, times", "against: sde, pair: [step_sise], times")
        .complains("cells of sweep `sgd` have no parameter `step_sise`")
        .complains("did you mean `step_size`?");
}

#[test]
fn what_does_not_compare_takes_no_second_sweep_and_what_does_needs_one() {
    refused("of: sgd, against: sde, times", "of: sgd, times")
        .complains("analysis `w` compares two simulations, and one is named")
        .complains("name the sweep to compare with, `against: ...`: `sde`");
    refused("estimate: two_sample_test", "estimate: tail_index")
        .complains("`tests` belongs to estimate two_sample_test");
    refused(
        "analyse:\n",
        "analyse:\n  m: { estimate: moments, of: sgd, against: sde, adjust: holm }\n",
    )
    .complains("estimator `moments` does not compare simulations")
    .complains("leave `against` out; what compares is ")
    .complains("`two_sample_test`")
    .complains("estimator `moments` gives no p-values to adjust");
    refused("against: sde, times", "against: sgd, times")
        .complains("sweep `sgd` is compared with itself")
        .complains("name another sweep");
    refused("against: sde, times", "against: sdee, times")
        .complains("there is no sweep `sdee`")
        .complains("`sde`");
    refused("against: sde, times", "pair: [step_size], times")
        .complains("`pair` stands without `against`");
    refused("adjust: holm", "adjust: holmes")
        .complains("`holmes` is not a value of `adjust`")
        .complains("did you mean `holm`?");
}

#[test]
fn both_sides_must_keep_and_record_what_is_compared() {
    refused("chains: 50, observe: [q1, x]", "chains: 50, observe: [x]")
        .complains("analysis `w` reads `q1`, which sweep `sde` does not record");
    refused("chains: 50", "chains: 50, reduce: [moments]")
        .complains("analysis `w` reads single chains, and sweep `sde` keeps moments only");
    refused("measures: [sliced", "measures: [wasserstein_1, sliced")
        .complains("`wasserstein_1` is a distance on the line, and there are 2 observables");
    refused("[x_0, x_2]", "[x_0, x_0]").complains("observable `x_0` is given twice");
    refused("p_adjusted]", "p_adjustd]").complains("did you mean `p_adjusted`?");
}
