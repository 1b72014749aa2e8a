//! `check`: our numbers beside the published ones that a manifest quotes.

use crate::project::{Project, SMALL};

/// [`SMALL`] with moments, whose means have intervals, and published values of them.
fn project(values: &str) -> Project {
    let text = SMALL.replace("estimate: tail_index, of: runs", "estimate: moments, of: runs");
    let entry =
        "  - { of: tails, where: { step_size: 0.1 }, kind: paper, source: Table 1, values: ";
    Project::new().manifest("small.yaml", &format!("{text}\nreference:\n{entry}{values} }}\n"))
}

#[test]
fn a_published_number_is_judged_by_the_monte_carlo_error_of_ours() {
    let far = project("{ mean: 1000, n: 40, std: 500 }");
    let not_yet = far.run(["check", "--format", "json"]).code(0).json();
    assert_eq!(not_yet["values"][0]["agreement"], "missing");
    far.run(["reproduce"]).code(0);
    let before = far.files("");
    let checked = far.run(["check", "--format", "json"]).code(1).json();
    let found = |name: &str| {
        let values = checked["values"].as_array().expect("values").iter();
        values.filter(|value| value["column"] == name).collect::<Vec<_>>()
    };
    assert_eq!(found("mean")[0]["agreement"], "differs");
    assert_eq!(found("n")[0]["agreement"], "agrees");
    assert_eq!(found("std")[0]["agreement"], "no interval");
    far.run(["check"]).code(1).prints("differs: small, tails, step_size=0.1, mean: 1000 (Table 1)");
    assert!(far.files("") == before, "`check` writes nothing");

    let ours = &found("mean")[0]["ours"];
    let [value, low] = ["value", "low"].map(|name| ours[name].as_f64().expect("a number"));
    let near = project(&format!("{{ mean: {} }}", value + (value - low)));
    near.run(["reproduce"]).code(0);
    let line = near.run(["check", "--format", "json"]).code(0).json()["values"][0].clone();
    let apart = line["standard_errors"].as_f64().expect("a distance");
    assert!((apart - 1.96).abs() < 0.01, "{line:#}");
    near.run(["check"]).code(0).prints("1 published value: 1 agree");
}

#[test]
fn a_value_of_no_row_is_missing_and_of_two_entries_the_first_counts() {
    let project = project("{ mean: 1000 }");
    let more = "  - { of: tails, where: { step_size: 0.7 }, kind: paper, source: Table 2, values: { mean: 1 } }\n\
                \x20 - { of: tails, kind: paper, source: Table 3, values: { n: 40, mean: 1000 } }\n";
    let text = String::from_utf8(project.contents("experiments")["experiments/small.yaml"].clone());
    project.write("experiments/small.yaml", text.expect("a manifest") + more);
    project.run(["reproduce"]).code(0);
    let values = project.run(["check", "--format", "json"]).code(1).json()["values"].clone();
    let found: Vec<_> = values.as_array().expect("values").iter().collect();
    let of_table = |name: &str| found.iter().filter(|value| value["source"] == name).count();
    assert_eq!(
        (of_table("Table 1"), of_table("Table 2"), of_table("Table 3")),
        (1, 1, 3),
        "{values:#}"
    );
    let missing = found.iter().find(|value| value["source"] == "Table 2").expect("a line");
    assert_eq!(missing["agreement"], "missing");
}
