//! Meaning of grids.

use proptest::prelude::*;

use super::{parse, parse_as, with_sweep};
use crate::manifest::types::Cell;

/// The settings that every sweep of these tests needs.
const BASE: &str = "model: sgd, steps: 10, step_size: 1";

/// The labels of the cells of the sweep, or the first mistake.
fn labels(sweep: &str) -> Result<Vec<String>, String> {
    match parse(&with_sweep(sweep)) {
        Ok(manifest) => Ok(manifest.sweeps[0].cells.iter().map(Cell::label).collect()),
        Err(diagnostics) => Err(diagnostics.list()[0].message.clone()),
    }
}

/// Whether the cells of the sweep have these labels.
fn assert_labels(sweep: &str, expected: &[&str]) {
    assert_eq!(labels(sweep).unwrap_or_else(|message| vec![message]), expected, "{sweep}");
}

#[test]
fn the_first_axis_is_the_slowest() {
    let sweep = format!("{BASE}, matrix: {{ seed: [1, 2], chains: [5, 6, 7] }}");
    let expected = [
        "seed=1, chains=5",
        "seed=1, chains=6",
        "seed=1, chains=7",
        "seed=2, chains=5",
        "seed=2, chains=6",
        "seed=2, chains=7",
    ];
    assert_labels(&sweep, &expected);
}

#[test]
fn a_sweep_without_matrix_is_one_cell_without_label() {
    assert_labels(BASE, &[""]);
}

#[test]
fn zipped_keys_change_together_at_the_place_of_the_zip() {
    let sweep = format!(
        "{BASE}, matrix: {{ seed: [1, 2], zip: {{ data: [X, Y], chains: [5, 6] }}, \
         initial_std: [0, 1] }}"
    );
    let labels = labels(&sweep).unwrap();
    assert_eq!(labels.len(), 8);
    assert_eq!(labels[1], "seed=1, data=X, chains=5, initial_std=1");
    assert_eq!(labels[2], "seed=1, data=Y, chains=6, initial_std=0");
    assert_eq!(labels[4], "seed=2, data=X, chains=5, initial_std=0");
}

#[test]
fn several_zips_are_several_axes() {
    let sweep = format!(
        "{BASE}, matrix: {{ zip: [{{ seed: [1, 2], chains: [5, 6] }}, \
         {{ data: [X, Y], batch_size: [3, 4] }}] }}"
    );
    let labels = labels(&sweep).unwrap();
    assert_eq!(labels.len(), 4);
    assert_eq!(labels[1], "seed=1, chains=5, data=Y, batch_size=4");
}

#[test]
fn excluded_cells_are_dropped_and_included_ones_follow() {
    let sweep = format!(
        "{BASE}, matrix: {{ seed: [1, 2], data: [X, Y], exclude: [{{ data: X, seed: 2 }}], \
         include: [{{ data: X, seed: 7, chains: 3 }}] }}"
    );
    let expected = [
        "seed=1, data=X, chains=100",
        "seed=1, data=Y, chains=100",
        "seed=2, data=Y, chains=100",
        "seed=7, data=X, chains=3",
    ];
    assert_labels(&sweep, &expected);
}

#[test]
fn without_axes_only_the_included_cells_exist() {
    let sweep = format!("{BASE}, matrix: {{ include: [{{ seed: 3 }}, {{ seed: 4 }}] }}");
    assert_labels(&sweep, &["seed=3", "seed=4"]);
}

#[test]
fn conditional_settings_apply_in_order_and_see_defaults_and_each_other() {
    let sweep = format!(
        "{BASE}, matrix: {{ seed: [1, 2, 3] }}, when: [\
         {{ if: {{ seed: [2, 3], chains: 100.0 }}, set: {{ batch_size: 4 }} }}, \
         {{ if: {{ batch_size: 4, seed: 3 }}, set: {{ chains: 7 }} }}]"
    );
    let expected = [
        "seed=1, chains=100, batch_size=1",
        "seed=2, chains=100, batch_size=4",
        "seed=3, chains=7, batch_size=4",
    ];
    assert_labels(&sweep, &expected);
}

#[test]
fn models_can_vary_and_take_their_own_parameters() {
    let sweep = "steps: 10, step_size: 1, matrix: { model: [sgd, hsgd] }, \
                 when: [{ if: { model: hsgd }, set: { dt: 0.5 } }]";
    let manifest = parse(&with_sweep(sweep)).unwrap();
    let [sgd, hsgd] = manifest.sweeps[0].cells.as_slice() else { panic!("two cells") };
    assert_eq!(sgd.parameters.get("dt"), None);
    assert_eq!(hsgd.parameters["dt"].as_real(), Some(0.5));
    assert!(sgd.parameters.contains_key("nesterov") && !hsgd.parameters.contains_key("nesterov"));
    assert_eq!(hsgd.label(), "model=hsgd, dt=0.5");
}

#[test]
fn spellings_of_one_number_are_one_value() {
    let texts: Vec<String> = ["0.00001", "1e-5", "1.0E-05", "10e-6"]
        .iter()
        .map(|step| {
            let text = with_sweep(&format!("model: sgd, steps: 1e1, step_size: {step}"));
            let manifest = parse(&text).unwrap();
            crate::manifest::canonical::text(&manifest.sweeps[0].cells[0].parameters).unwrap()
        })
        .collect();
    assert!(texts.iter().all(|text| *text == texts[0]), "{texts:?}");
    assert_eq!(
        texts[0],
        "{\"batch_size\":1,\"chains\":100,\"initial_std\":1,\"model\":\"sgd\",\"nesterov\":false,\
         \"observe\":[\"loss\"],\"problem\":\"least_squares\",\"ridge\":0,\"seed\":1,\
         \"step_size\":0.00001,\"steps\":10}"
    );
}

#[test]
fn equal_cells_are_found_however_they_are_spelt() {
    let same = "two cells of sweep `s` are the same";
    let cases = [
        ("matrix: { seed: [1, 1.0] }", Err(same)),
        ("matrix: { seed: [2, 3], include: [{ seed: 3 }] }", Err(same)),
        ("matrix: { seed: [2, 3], include: [{}] }", Ok(3)),
        ("matrix: { seed: [2, 1], include: [{}] }", Err(same)),
        ("matrix: { seed: [2, 3] }, when: [{ if: { seed: 3 }, set: { seed: 2 } }]", Err(same)),
        ("matrix: { data: [X, Y] }", Ok(2)),
    ];
    for (matrix, expected) in cases {
        let found = labels(&format!("{BASE}, {matrix}")).map(|labels| labels.len());
        assert_eq!(found, expected.map_err(str::to_owned), "{matrix}");
    }
}

#[test]
fn data_sets_with_equal_parameters_are_one() {
    let text = with_sweep(&format!("{BASE}, matrix: {{ data: [X, Z] }}")).replace(
        "data:\n",
        "data:\n  Z: { columns: 2.0, rows: 10, source: gaussian_design, numpy_seed: 0 }\n",
    );
    let message = parse(&text).unwrap_err().list()[0].message.clone();
    assert_eq!(message, "two cells of sweep `s` are the same");
}

#[test]
fn profiles_set_last_and_merge_the_cells_that_become_equal() {
    let sweep = format!("{BASE}, matrix: {{ chains: [1, 2], seed: [1, 2, 3] }}");
    let text = with_sweep(&sweep) + "profiles: { smoke: { simulate: { s: { seed: 9 } } } }\n";
    assert_eq!(parse(&text).unwrap().sweeps[0].cells.len(), 6);
    let smoke = parse_as(&text, "smoke").unwrap();
    let labels: Vec<String> = smoke.sweeps[0].cells.iter().map(Cell::label).collect();
    assert_eq!(labels, ["chains=1", "chains=2"]);
    assert_eq!(smoke.profile, "smoke");
    assert_eq!(smoke.sweeps[0].cells[0].parameters["seed"].as_integer(), Some(9));
}

#[test]
fn too_many_cells_are_counted_and_not_made() {
    let range = "{ range: [0, 10000] }";
    let sweep = format!("{BASE}, matrix: {{ seed: {range}, chains: {{ range: [1, 10001] }} }}");
    assert_eq!(labels(&sweep), Err("sweep `s` has 100000000 cells".to_owned()));
}

#[test]
fn a_default_follows_the_problem_of_its_cell() {
    let problems = "matrix: { problem: [least_squares, quadratic] }";
    let when = "when: [{ if: { problem: quadratic }, set: { curvatures: [1] } }]";
    let observed = |more: &str| -> Vec<String> {
        let manifest = parse(&with_sweep(&format!("{BASE}, {problems}, {when}{more}")));
        let cells = manifest.unwrap_or_else(|mistakes| panic!("{mistakes}")).sweeps.remove(0).cells;
        cells.iter().map(|cell| cell.parameters["observe"].to_string()).collect()
    };
    assert_eq!(observed(""), ["[loss]", "[norm]"]);
    assert_eq!(observed(", observe: [q1]"), ["[q1]", "[q1]"]);
}

proptest! {
    #[test]
    fn the_size_is_the_product_of_the_axes(a in 1..6_usize, b in 1..6_usize, c in 2..6_usize) {
        let sweep = format!(
            "{BASE}, matrix: {{ seed: {{ range: [0, {a}] }}, chains: {{ range: [1, {}] }}, \
             zip: {{ initial_std: {{ linspace: [0, 1, {c}] }}, batch_size: {{ range: [1, {}] }} }} }}",
            b + 1, c + 1,
        );
        let labels = labels(&sweep).unwrap();
        prop_assert_eq!(labels.len(), a * b * c);
        let distinct: std::collections::BTreeSet<&String> = labels.iter().collect();
        prop_assert_eq!(distinct.len(), labels.len());
    }

    #[test]
    fn exclusion_and_its_opposite_share_the_grid(keep in prop::collection::btree_set(0..8_i64, 1..8)) {
        let dropped: Vec<i64> = (0..8).filter(|seed| !keep.contains(seed)).collect();
        prop_assume!(!dropped.is_empty());
        let sweep = format!(
            "{BASE}, matrix: {{ seed: {{ range: [0, 8] }}, exclude: [{{ seed: {dropped:?} }}] }}"
        );
        let manifest = parse(&with_sweep(&sweep)).unwrap();
        let seeds: Vec<i64> = manifest.sweeps[0].cells.iter()
            .filter_map(|cell| cell.parameters["seed"].as_integer()).collect();
        prop_assert_eq!(seeds, keep.into_iter().collect::<Vec<_>>());
    }
}
